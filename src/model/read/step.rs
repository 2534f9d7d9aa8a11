//! Reads the steps of a request, one form of step each.

use crate::input::keys::{Holds, Key, one_of};
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::suggest::did_you_mean;
use crate::input::table::{Elsewhere, Fields};
use crate::input::tree::{Content, Item, Table};
use crate::model::request::Gil;
use crate::model::{Resource, Step, StepKind};
use crate::units::Share;

/// The keys that every step may have.
pub const STEP_KEYS: &[Key] = &[
    Key::new("fail", Holds::Share, "0", "probability that the step, when done, fails the request"),
    Key::new("label", Holds::Name, "", "a name for paths and traces"),
];

/// One kind of step: the key that makes it one, first, and those that it may have beside.
pub struct StepForm {
    /// The keys; the first is there in every step of this kind.
    pub keys: &'static [Key],
    /// What it is, in a clause.
    pub means: &'static str,
    read: fn(&StepReader<'_, '_>, &Fields<'_>, &mut Scene) -> Option<StepKind>,
}

const OFFLOAD: Key = Key::new(
    "offload",
    Holds::FlagOrShare,
    "false",
    "event-loop: on an executor thread; true, or the share of executions",
);
const STEPS: Key = Key::new("steps", Holds::Steps, "", "the steps of the group; required");
const GIL: [&str; 2] = ["hold", "release"];

/// The kinds of steps.
pub const FORMS: &[StepForm] = &[
    StepForm {
        keys: &[
            Key::new("cpu", Holds::Durations, "", "a CPU burst of this length"),
            OFFLOAD,
            Key::new("gil", Holds::Word(&GIL), "hold", "release: C code that lets others run"),
        ],
        means: "a CPU burst",
        read: read_cpu,
    },
    StepForm {
        keys: &[
            Key::new("io", Holds::Durations, "", "a wait of this length"),
            Key::new(
                "at",
                Holds::Names,
                "",
                "resources to hold a slot of during the wait, in order",
            ),
            Key::new(
                "blocking",
                Holds::FlagOrShare,
                "false",
                "event-loop: the whole loop waits; true, or the share of requests that make it",
            ),
            Key::new(
                "timer",
                Holds::Flag,
                "false",
                "a sleep: ends as exactly as the runtime's timers",
            ),
            OFFLOAD,
        ],
        means: "a wait",
        read: read_io,
    },
    StepForm {
        keys: &[Key::new("hold", Holds::Names, "", "resources to hold a slot of meanwhile"), STEPS],
        means: "slots kept over several steps",
        read: read_hold,
    },
    StepForm {
        keys: &[Key::new("parallel", Holds::Branches, "", "lists of steps, done at once")],
        means: "branches at once, where the runtime can",
        read: read_parallel,
    },
    StepForm {
        keys: &[Key::new("repeat", Holds::Counts, "", "how many times"), STEPS],
        means: "steps several times over",
        read: read_repeat,
    },
    StepForm {
        keys: &[Key::new("chance", Holds::Share, "", "the probability of the steps"), STEPS],
        means: "steps with a probability",
        read: read_chance,
    },
    StepForm {
        keys: &[OFFLOAD, STEPS],
        means: "steps on one executor thread from start to end",
        read: read_offload,
    },
];

/// What the steps around a step mean for it.
pub(super) struct Scene {
    /// Slots held of each resource.
    held: Vec<u32>,
    /// The labels of the class so far.
    labels: Vec<String>,
}

impl Scene {
    /// The beginning of a request: nothing held, nothing labelled.
    pub(super) fn new(resources: usize) -> Self {
        Self { held: vec![0; resources], labels: Vec::new() }
    }
}

/// Reads steps; knows the resources that they may name.
pub(super) struct StepReader<'r, 'a> {
    /// Where mistakes go and what names are worth.
    pub(super) reader: Reader<'a>,
    /// What `at` and `hold` may name.
    pub(super) resources: &'r [Resource],
}

impl StepReader<'_, '_> {
    /// A list of steps, which may not be empty.
    pub(super) fn steps(&self, item: &Item, scene: &mut Scene) -> Option<Vec<Step>> {
        let items = self.reader.list(item, "a list of steps: [{ cpu = \"1 ms\" }, …]")?;
        if items.is_empty() {
            let problem = Problem::new("a list of steps is empty").expected("at least one step");
            self.reader.note(&item.place, problem);
            return None;
        }
        let steps: Vec<_> = items.iter().map(|item| self.step(item, scene)).collect();
        steps.into_iter().collect()
    }

    fn step(&self, item: &Item, scene: &mut Scene) -> Option<Step> {
        let expected = "a step: { cpu = \"1 ms\" }";
        let table = self.reader.table(item, expected)?;
        let form = self.form(item, table)?;
        let head = form.keys[0].name;
        let title = format!("a step with `{head}`");
        let fields =
            self.reader.fields_explained(title, (item, table), &[form.keys, STEP_KEYS], |entry| {
                elsewhere(&entry.key, head)
            });
        let label = fields.item("label").and_then(|item| self.label(item, scene));
        let fail = fields.share("fail").unwrap_or(Share::NONE);
        let kind = (form.read)(self, &fields, scene)?;
        Some(Step { kind, fail, label })
    }

    /// The kind of a step, by the key that makes it one.
    fn form(&self, item: &Item, table: &Table) -> Option<&'static StepForm> {
        let has = |form: &&StepForm| table.get(form.keys[0].name).is_some();
        let (group, plain): (Vec<_>, Vec<_>) =
            FORMS.iter().filter(has).partition(|form| form.keys[0].name == OFFLOAD.name);
        let heads: Vec<_> = FORMS.iter().map(|form| format!("`{}`", form.keys[0].name)).collect();
        match (plain.as_slice(), group.as_slice()) {
            // `offload` beside another kind is a key of that kind; alone it makes a group.
            ([form], _) | ([], [form]) => Some(form),
            ([], _) => {
                let first = table.entries.first();
                let names = FORMS.iter().map(|form| form.keys[0].name);
                let near = first.and_then(|entry| did_you_mean(&entry.key, names));
                let place = first.map_or(&item.place, |entry| &entry.key_place);
                let problem =
                    Problem::new("this is no step").expected(one_of(&heads)).perhaps(near);
                self.reader.note(place, problem);
                None
            }
            ([first, second, ..], _) => {
                let (first, second) = (first.keys[0].name, second.keys[0].name);
                let problem = Problem::new(format!("a step is either `{first}` or `{second}`"))
                    .expected("one of the two")
                    .advice(if matches!(first, "cpu" | "io") && matches!(second, "cpu" | "io") {
                        "write two steps, one after the other".to_owned()
                    } else {
                        format!(
                            "put one into the other: {{ {second} = …, steps = [{{ {first} = … }}] }}"
                        )
                    });
                let place = table.get(second).map_or(&item.place, |entry| &entry.key_place);
                self.reader.note(place, problem);
                None
            }
        }
    }

    fn label(&self, item: &Item, scene: &mut Scene) -> Option<String> {
        let label = self.reader.name(item)?;
        if scene.labels.iter().any(|other| other == label) {
            let problem = Problem::new(format!("two steps of this request are called `{label}`"))
                .expected("a label of its own for each");
            self.reader.note(&item.place, problem);
        }
        scene.labels.push(label.to_owned());
        Some(label.to_owned())
    }

    /// The resources that an item names, by their place; each takes a slot, and taking more slots
    /// of one than there are would wait forever.
    fn resources(&self, item: &Item, scene: &mut Scene) -> Option<Vec<usize>> {
        let names: Vec<_> = self.resources.iter().map(|one| one.name.as_str()).collect();
        let items = match &item.content {
            // One name without brackets is as good as a list of one.
            Content::Text(_) => std::slice::from_ref(item),
            _ => self.reader.list(item, "a list of resources: [\"postgres\"]")?,
        };
        let mut found = Vec::new();
        for item in items {
            let Some(place) = self.reader.one_of(item, &names, "a resource") else {
                continue;
            };
            scene.held[place] += 1;
            let (needed, slots) = (scene.held[place], self.resources[place].slots);
            if needed > slots {
                let problem = Problem::new(format!(
                    "a request needs {needed} slots of `{}` at once, and there are {slots}",
                    names[place]
                ))
                .expected(format!("at most {slots}, those of every `hold` around it included"))
                .advice("it would wait for itself forever: widen the resource or let go before");
                self.reader.note(&item.place, problem);
            }
            found.push(place);
        }
        (found.len() == items.len()).then_some(found)
    }

    /// The steps of a group.
    fn group(&self, fields: &Fields<'_>, scene: &mut Scene) -> Option<Vec<Step>> {
        self.steps(fields.required("steps")?, scene)
    }
}

/// Why a key that other steps have is not one of this step.
fn elsewhere(key: &str, head: &str) -> Option<Elsewhere> {
    let owners: Vec<_> = FORMS
        .iter()
        .filter(|form| form.keys.iter().any(|own| own.name == key))
        .map(|form| format!("`{}`", form.keys[0].name))
        .collect();
    if owners.is_empty() {
        return None;
    }
    Some(Elsewhere::Advice(match key {
        "offload" => format!("put it around: {{ offload = …, steps = [{{ {head} = … }}] }}"),
        _ => format!("`{key}` belongs to a step with {}", one_of(&owners)),
    }))
}

fn read_cpu(_: &StepReader<'_, '_>, fields: &Fields<'_>, _: &mut Scene) -> Option<StepKind> {
    let [hold, release] = GIL;
    let gil = fields.word("gil", &[(hold, Gil::Hold), (release, Gil::Release)]);
    let offload = fields.flag_or_share("offload").unwrap_or(Share::NONE);
    Some(StepKind::Cpu { demand: fields.durations("cpu")?, offload, gil: gil.unwrap_or_default() })
}

fn read_io(steps: &StepReader<'_, '_>, fields: &Fields<'_>, scene: &mut Scene) -> Option<StepKind> {
    let before = scene.held.clone();
    let at = fields.item("at").map_or(Some(Vec::new()), |item| steps.resources(item, scene));
    scene.held = before;
    let blocking = fields.flag_or_share("blocking").unwrap_or(Share::NONE);
    let offload = fields.flag_or_share("offload").unwrap_or(Share::NONE);
    let timer = fields.flag("timer").unwrap_or(false);
    Some(StepKind::Io { wait: fields.durations("io")?, at: at?, timer, blocking, offload })
}

fn read_hold(
    steps: &StepReader<'_, '_>,
    fields: &Fields<'_>,
    scene: &mut Scene,
) -> Option<StepKind> {
    let before = scene.held.clone();
    let resources = fields.item("hold").and_then(|item| steps.resources(item, scene));
    let held = steps.group(fields, scene);
    scene.held = before;
    let resources = resources?;
    if resources.is_empty() {
        fields.note("hold", Problem::new("`hold` names no resource").expected("at least one"));
    }
    Some(StepKind::Hold { resources, steps: held? })
}

fn read_parallel(
    steps: &StepReader<'_, '_>,
    fields: &Fields<'_>,
    scene: &mut Scene,
) -> Option<StepKind> {
    let item = fields.item("parallel")?;
    let expected = "a list of lists of steps: [[{ io = \"20 ms\" }], [{ io = \"30 ms\" }]]";
    let branches = steps.reader.list(item, expected)?;
    if branches.is_empty() {
        let problem = Problem::new("`parallel` has no branches").expected("at least one branch");
        steps.reader.note(&item.place, problem);
        return None;
    }
    let branches: Vec<_> = branches.iter().map(|branch| steps.steps(branch, scene)).collect();
    Some(StepKind::Parallel { branches: branches.into_iter().collect::<Option<_>>()? })
}

fn read_repeat(
    steps: &StepReader<'_, '_>,
    fields: &Fields<'_>,
    scene: &mut Scene,
) -> Option<StepKind> {
    let (count, steps) = (fields.counts("repeat"), steps.group(fields, scene));
    Some(StepKind::Repeat { count: count?, steps: steps? })
}

fn read_chance(
    steps: &StepReader<'_, '_>,
    fields: &Fields<'_>,
    scene: &mut Scene,
) -> Option<StepKind> {
    let (probability, steps) = (fields.share("chance"), steps.group(fields, scene));
    Some(StepKind::Chance { probability: probability?, steps: steps? })
}

fn read_offload(
    steps: &StepReader<'_, '_>,
    fields: &Fields<'_>,
    scene: &mut Scene,
) -> Option<StepKind> {
    let (share, steps) = (fields.flag_or_share("offload"), steps.group(fields, scene));
    Some(StepKind::Offload { share: share?, steps: steps? })
}
