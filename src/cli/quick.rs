//! A model from flags alone: `--cpu 7ms --io 77ms`, written as the text of a model file and read like one.

use std::fmt::Write as _;

use clap::Args;

use super::shell;
use super::values::{Given, duration, rate, whole};
use crate::input::suggest::did_you_mean;
use crate::model::preset;
use crate::units::{Rate, Span};

/// The flags that describe a request, its load and the runtimes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "A model without a file")]
pub struct Quick {
    /// CPU of a request in all, split evenly before, between and after its calls
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub cpu: Option<Given<Span>>,
    /// I/O wait of a request in all, split evenly over its calls
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub io: Option<Given<Span>>,
    /// Calls that a request waits for, one after the other [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub calls: Option<u32>,
    /// Cores of the host [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub cores: Option<u32>,
    /// Clients, each with one request at a time [default: cores * (1 + T_io/T_cpu)]
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub clients: Option<u64>,
    /// Requests come at this rate instead, memoryless: 120/s
    #[arg(long, value_name = "RATE", value_parser = rate, conflicts_with = "clients")]
    pub rate: Option<Given<Rate>>,
    /// sync-worker, thread-pool, event-loop or a preset (iowait presets), and how wide: event-loop:2; repeatable, the
    /// first is the baseline [default: the three kinds]
    #[arg(long, value_name = "RUNTIME[:WIDTH]", value_parser = chosen)]
    pub runtime: Vec<Chosen>,
    /// Every burst and every wait takes exactly its mean; otherwise they are exponential, as times that vary are
    #[arg(long)]
    pub constant: bool,
    /// Print this as a model file to start from, and run nothing
    #[arg(long, conflicts_with_all = ["set", "seed", "replications", "precision", "requests", "slo"])]
    pub print_model: bool,
}

/// A runtime of a flag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    kind: &'static Kind,
    preset: Option<&'static str>,
    width: Option<u32>,
}

/// What a kind of runtime is called and how its width is written.
#[derive(Debug, PartialEq)]
struct Kind {
    word: &'static str,
    name: &'static str,
    key: &'static str,
    default_width: &'static str,
}

/// As wide as the defaults of the model file make them.
const KINDS: [Kind; 4] = [
    Kind { word: "sync-worker", name: "sync", key: "workers", default_width: "\"$cores\"" },
    Kind { word: "thread-pool", name: "threads", key: "threads", default_width: BEST },
    Kind { word: "event-loop", name: "loop", key: "loops", default_width: "\"$cores\"" },
    Kind { word: "work-stealing", name: "stealing", key: "workers", default_width: "\"$cores\"" },
];

/// The formula's own best concurrency.
const BEST: &str = "\"ceil($cores * (1 + $beta))\"";

impl Quick {
    /// The flags that are given, `--cpu` and `--io` aside, each with the path that changes the same in a model.
    fn details(&self) -> Vec<(&'static str, Option<&'static str>)> {
        [
            (self.calls.is_some(), "--calls", None),
            (self.cores.is_some(), "--cores", Some("host.cores")),
            (self.clients.is_some(), "--clients", Some("load.clients")),
            (self.rate.is_some(), "--rate", Some("load.rate")),
            (!self.runtime.is_empty(), "--runtime", None),
            (self.constant, "--constant", None),
            (self.print_model, "--print-model", None),
        ]
        .into_iter()
        .filter_map(|(given, flag, path)| given.then_some((flag, path)))
        .collect()
    }

    /// Whether there is a model in the flags.
    ///
    /// # Errors
    ///
    /// There is half of one, or one beside the model of a file; which flag, and what to do.
    pub fn is_given(&self, beside_model: bool) -> Result<bool, String> {
        let totals = [("--cpu", self.cpu.is_some()), ("--io", self.io.is_some())];
        let totals = totals.iter().filter(|(_, given)| *given).map(|(flag, _)| (*flag, None));
        let given: Vec<_> = self.details().into_iter().chain(totals).collect();
        let Some((flag, path)) = given.first() else { return Ok(false) };
        let on_a_model =
            path.map(|path| format!("; on a model it is --set {path}=VALUE")).unwrap_or_default();
        match (&self.cpu, &self.io) {
            _ if beside_model => Err(format!(
                "{flag} describes a model without a file, but a MODEL is given too: leave one of the two \
                 out{on_a_model}"
            )),
            (Some(_), Some(_)) => Ok(true),
            (Some(_), None) => {
                Err("--cpu needs --io TIME, what a request waits in all (0s for nothing)".into())
            }
            (None, Some(_)) => {
                Err("--io needs --cpu TIME, what a request computes in all (0s for nothing)".into())
            }
            (None, None) => Err(format!(
                "{flag} describes a model without a file and needs --cpu TIME and --io TIME{on_a_model}"
            )),
        }
    }

    /// The flags again, in one order.
    pub fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        let mut add = |flag: &str, value: Option<String>| {
            if let Some(value) = value {
                args.extend([flag.to_owned(), value]);
            }
        };
        add("--cpu", self.cpu.as_ref().map(|given| given.text.clone()));
        add("--io", self.io.as_ref().map(|given| given.text.clone()));
        add("--calls", self.calls.map(|n| n.to_string()));
        add("--cores", self.cores.map(|n| n.to_string()));
        add("--clients", self.clients.map(|n| n.to_string()));
        add("--rate", self.rate.as_ref().map(|given| given.text.clone()));
        self.runtime.iter().for_each(|runtime| add("--runtime", Some(runtime.text())));
        if self.constant {
            args.push("--constant".to_owned());
        }
        args
    }

    /// The text of the model file.
    ///
    /// # Errors
    ///
    /// Nothing to do, no ratio where a width needs one, or one runtime twice.
    pub fn text(&self) -> Result<String, String> {
        let (Some(cpu), Some(io)) = (&self.cpu, &self.io) else {
            return Err("a model without a file needs --cpu TIME and --io TIME".into());
        };
        let (busy, waits) = (!cpu.value.is_zero(), !io.value.is_zero());
        if !busy && !waits {
            return Err(
                "with --cpu 0 and --io 0 a request does nothing; give one of them a time".into()
            );
        }
        let runtimes = self.named_runtimes()?;
        let needs_ratio = (self.clients.is_none() && self.rate.is_none())
            || runtimes.iter().any(|(_, one)| one.written_width().as_deref() == Some(BEST));
        if !busy && needs_ratio {
            return Err("with --cpu 0 there is no T_io/T_cpu to size by; give --clients N or --rate RATE, and \
                        --runtime KIND:WIDTH for each runtime"
                .into());
        }
        let mut text = format!(
            "# What `{command}` means.\n\n\
             [params]\n\
             cpu   = {cpu:<8} # of a request, in all\n\
             io    = {io:<8} # of a request, in all\n\
             calls = {calls}\n\n\
             [host]\n\
             cores = {cores}\n\n\
             [load]\n\
             {load}\n\n\
             [[request]]\n\
             steps = {steps}\n",
            command = shell::command_line(&[vec!["run".to_owned()], self.args()].concat()),
            cpu = quoted(&cpu.text),
            io = quoted(&io.text),
            calls = self.calls.unwrap_or(1),
            cores = self.cores.unwrap_or(1),
            load = self.load(),
            steps = self.steps(busy, waits),
        );
        for (name, one) in runtimes {
            let implied = one.preset.map_or(("kind", one.kind.word), |preset| ("preset", preset));
            write!(
                text,
                "\n[[runtime]]\n{:<7} = \"{name}\"\n{:<7} = \"{}\"\n",
                "name", implied.0, implied.1
            )
            .expect("a String takes all that is written");
            if let Some(width) = one.written_width() {
                writeln!(text, "{:<7} = {width}", one.kind.key)
                    .expect("a String takes all that is written");
            }
        }
        Ok(text)
    }

    /// The keys of `[load]`.
    fn load(&self) -> String {
        match (&self.rate, self.clients) {
            (Some(rate), _) => format!("kind = \"poisson\"\nrate = {}", quoted(&rate.text)),
            (None, Some(clients)) => format!("kind    = \"closed\"\nclients = {clients}"),
            (None, None) => {
                format!("kind    = \"closed\"\nclients = {BEST} # the formula's own best")
            }
        }
    }

    /// The steps of a request that computes, waits or both: a burst, then each call with a burst after it.
    fn steps(&self, busy: bool, waits: bool) -> String {
        let varied = |mean: &str| {
            if self.constant { format!("\"{mean}\"") } else { format!("\"exp({mean})\"") }
        };
        let burst = format!("{{ cpu = {} }}", varied("$cpu / ($calls + 1)"));
        let wait = format!("{{ io = {} }}", varied("$io / $calls"));
        match (busy, waits) {
            (true, true) => format!(
                "[\n  {burst},\n  {{ repeat = \"$calls\", steps = [\n      {wait},\n      {burst},\n  ] }},\n]"
            ),
            (true, false) => format!("[{{ cpu = {} }}]", varied("$cpu")),
            _ => format!("[{{ repeat = \"$calls\", steps = [{wait}] }}]"),
        }
    }

    /// The runtimes with their names: the kind's, and the width too where a kind is there more than once.
    fn named_runtimes(&self) -> Result<Vec<(String, Chosen)>, String> {
        let all =
            || KINDS[..3].iter().map(|kind| Chosen { kind, preset: None, width: None }).collect();
        let chosen: Vec<Chosen> =
            if self.runtime.is_empty() { all() } else { self.runtime.clone() };
        let mut named: Vec<(String, Chosen)> = Vec::new();
        for one in &chosen {
            let is_same = |other: &&Chosen| (other.kind, other.preset) == (one.kind, one.preset);
            let several = chosen.iter().filter(is_same).count() > 1;
            let name = one.preset.unwrap_or(one.kind.name);
            let name = match one.width {
                Some(width) if several => format!("{name}-{width}"),
                _ => name.to_owned(),
            };
            if named.iter().any(|(other, _)| *other == name) {
                return Err(format!(
                    "--runtime {} is given twice; give each its own width",
                    one.text()
                ));
            }
            named.push((name, *one));
        }
        Ok(named)
    }
}

impl Chosen {
    fn text(self) -> String {
        let word = self.preset.unwrap_or(self.kind.word);
        self.width.map_or_else(|| word.to_owned(), |width| format!("{word}:{width}"))
    }

    /// The width as the model file says it; none where the preset's own counts.
    fn written_width(self) -> Option<String> {
        let has_own = |name| {
            preset::find(name).is_some_and(|preset| {
                preset.constants.iter().any(|constant| constant.key == self.kind.key)
            })
        };
        match self.width {
            Some(width) => Some(width.to_string()),
            None if self.preset.is_some_and(has_own) => None,
            None => Some(self.kind.default_width.to_owned()),
        }
    }
}

/// Reads `KIND[:WIDTH]` or `PRESET[:WIDTH]`.
fn chosen(text: &str) -> Result<Chosen, String> {
    let (word, width) =
        text.split_once(':').map_or((text, None), |(word, width)| (word, Some(width)));
    let preset = preset::all().iter().find(|preset| preset.name == word);
    let kind_word = preset.map_or(word, |preset| preset.kind.as_str());
    let Some(kind) = KINDS.iter().find(|kind| kind.word == kind_word) else {
        let kinds = KINDS.map(|kind| kind.word);
        let words =
            kinds.into_iter().chain(preset::all().iter().map(|preset| preset.name.as_str()));
        let near = did_you_mean(word, words).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!(
            "expected {} or a preset (iowait presets lists them), with a width after a colon if you like: \
             event-loop:2{}",
            kinds.join(", "),
            near.unwrap_or_default()
        ));
    };
    let preset = preset.map(|preset| preset.name.as_str());
    let width = match width.map(str::parse) {
        None => None,
        Some(Ok(width)) if width > 0 => Some(width),
        Some(_) => {
            return Err(format!("expected a number of {} above 0 after the colon", kind.key));
        }
    };
    Ok(Chosen { kind, preset, width })
}

/// A TOML string of any text.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::input::Document;
    use crate::model::{Demand, LoadKind, Model, Overrides};

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        quick: Quick,
        // The flags that --print-model names.
        #[command(flatten)]
        flags: super::super::flags::ModelFlags,
    }

    fn parse(args: &str) -> Quick {
        Only::try_parse_from(["test"].into_iter().chain(args.split_whitespace())).expect(args).quick
    }

    fn model(args: &str) -> Model {
        let text = parse(args).text().expect(args);
        let document = Document::from_text("quick", &text);
        Model::read(&document, Overrides::NONE)
            .unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    }

    #[test]
    fn totals_are_split_evenly_and_add_up_again() {
        for (args, cpu_s, io_s, calls) in [
            ("--cpu 7ms --io 77ms", 0.007, 0.077, 1.0),
            ("--cpu 7ms --io 77ms --calls 5", 0.007, 0.077, 5.0),
            ("--cpu 7ms --io 77ms --calls 5 --constant", 0.007, 0.077, 5.0),
            ("--cpu 7ms --io 0s", 0.007, 0.0, 0.0),
            ("--cpu 0s --io 77ms --clients 3 --runtime sync-worker", 0.0, 0.077, 1.0),
        ] {
            let demand = Demand::of_classes(&model(args).requests);
            assert!((demand.t_cpu_s - cpu_s).abs() < 1e-9, "{args}: {}", demand.t_cpu_s);
            assert!((demand.t_io_s - io_s).abs() < 1e-9, "{args}: {}", demand.t_io_s);
            assert!((demand.calls - calls).abs() < 1e-12, "{args}: {}", demand.calls);
        }
    }

    #[test]
    fn the_default_load_and_widths_are_those_of_the_formula() {
        // 2 * (1 + 77 / 7) = 24
        let model = model("--cpu 7ms --io 77ms --cores 2");
        assert!(matches!(model.load.kind, LoadKind::Closed { clients: 24, .. }));
        let found: Vec<_> =
            model.runtimes.iter().map(|one| (one.name.as_str(), one.kind.width())).collect();
        assert_eq!(found, [("sync", 2), ("threads", 24), ("loop", 2)]);
    }

    #[test]
    fn load_and_runtimes_can_be_chosen() {
        let open = model("--cpu 7ms --io 77ms --rate 120/s --runtime event-loop:4");
        assert!(matches!(open.load.kind, LoadKind::Poisson { rate } if rate == Rate(120.0)));
        let two =
            model("--cpu 1ms --io 9ms --clients 64 --runtime sync-worker --runtime sync-worker:16");
        assert!(matches!(two.load.kind, LoadKind::Closed { clients: 64, .. }));
        let found: Vec<_> =
            two.runtimes.iter().map(|one| (one.name.as_str(), one.kind.width())).collect();
        assert_eq!(found, [("sync", 1), ("sync-16", 16)]);
    }

    #[test]
    fn the_flags_repeat_themselves() {
        let args = "--cpu 7ms --io 77ms --calls 5 --cores 2 --rate 120/s --runtime event-loop:2 --constant";
        assert_eq!(parse(args).args().join(" "), args);
        let text = parse(args).text().unwrap();
        assert!(text.starts_with(&format!("# What `iowait run {args}` means.\n")), "{text}");
    }

    #[test]
    fn half_a_model_is_refused_with_what_to_do() {
        for (args, beside_model, word) in [
            ("--cpu 7ms", false, "--cpu needs --io"),
            ("--io 7ms", false, "--io needs --cpu"),
            ("--clients 64", false, "--set load.clients=VALUE"),
            ("--cores 2", true, "--set host.cores=VALUE"),
            ("--print-model", true, "leave one of the two out"),
        ] {
            let error = parse(args).is_given(beside_model).expect_err(args);
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(parse("").is_given(true), Ok(false));
        assert_eq!(parse("--cpu 1ms --io 1ms").is_given(false), Ok(true));
    }

    #[test]
    fn what_cannot_be_sized_or_told_apart_is_refused() {
        for (args, word) in [
            ("--cpu 0s --io 0s", "does nothing"),
            ("--cpu 0s --io 1s", "--clients"),
            ("--cpu 0s --io 1s --clients 3 --runtime thread-pool", "KIND:WIDTH"),
            ("--cpu 1s --io 1s --runtime event-loop --runtime event-loop", "twice"),
            ("--cpu 1s --io 1s --runtime event-loop:3 --runtime event-loop:3", "twice"),
        ] {
            let error = parse(args).text().expect_err(args);
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn a_preset_is_as_wide_as_asked_for_or_as_its_own_default_or_as_its_kind() {
        let runtimes =
            "--runtime gunicorn-sync:16 --runtime jvm-threads --runtime node --runtime event-loop";
        let model = model(&format!("--cpu 7ms --io 77ms --cores 2 {runtimes}"));
        let found: Vec<_> =
            model.runtimes.iter().map(|one| (one.name.as_str(), one.kind.width())).collect();
        assert_eq!(found, [("gunicorn-sync", 16), ("jvm-threads", 200), ("node", 2), ("loop", 2)]);
        assert_eq!(model.runtimes[0].backlog, Some(2048));
        let args = parse("--cpu 7ms --io 77ms --runtime gunicorn-sync:16").args().join(" ");
        assert!(args.ends_with("--runtime gunicorn-sync:16"), "{args}");
    }

    #[test]
    fn a_runtime_that_is_none_is_refused_with_the_kinds_there_are() {
        for (text, word) in [
            ("gunicorn-snyc:16", "did you mean `gunicorn-sync`?"),
            ("gunicorn-sync:0", "number of workers above 0"),
            ("event-lop", "did you mean `event-loop`?"),
            ("event-loop:0", "number of loops above 0"),
            ("event-loop:", "number of loops above 0"),
            ("thread-pool:many", "number of threads above 0"),
        ] {
            let error = chosen(text).expect_err(text);
            assert!(error.contains(word), "{error}");
        }
    }
}
