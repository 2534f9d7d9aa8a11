//! Puts the keys of a runtime's `preset` into its table, behind all that anybody wrote.

use crate::input::keys::one_of;
use crate::input::notes::Notes;
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::suggest::did_you_mean;
use crate::input::tree::{Content, DEFAULT_LAYER, Entry, Item, Table};
use crate::input::value::NoScope;
use crate::model::preset::{self, Preset};

/// The names of all presets, for messages and the schema.
#[must_use]
pub fn names() -> Vec<&'static str> {
    preset::all().iter().map(|preset| preset.name.as_str()).collect()
}

/// Applies the presets of all runtimes; call it when all overrides are in the tree.
pub(super) fn apply(root: &mut Table, notes: &Notes) {
    let Some(entry) = root.get_mut("runtime") else { return };
    let Content::List(items) = &mut entry.item.content else { return };
    for item in items {
        if let Content::Table(table) = &mut item.content {
            apply_to(table, notes);
        }
    }
}

fn apply_to(table: &mut Table, notes: &Notes) {
    let Some(entry) = table.get("preset").cloned() else { return };
    let reader = Reader { notes, scope: &NoScope };
    let Some(name) = reader.text(&entry.item, "the name of a preset") else { return };
    put_default(table, "name", &entry.item);
    let Some(preset) = preset::find(name) else {
        let names = names();
        let problem = Problem::new(format!("`{name}` is not a preset"))
            .expected(one_of(&names))
            .perhaps(did_you_mean(name, &names))
            .advice("`iowait presets` tells what each is");
        notes.add(problem.at(&entry.item.place));
        return;
    };
    if contradicts(table, &entry, preset, notes) {
        return;
    }
    let item = Item { content: Content::Text(preset.kind.clone()), ..entry.item.clone() };
    table.put(Entry { key: "kind".to_owned(), item, ..entry });
    for constant in &preset.constants {
        put_default(table, &constant.key, &constant.item);
    }
}

/// Whether the table says another kind, which is noted. A kind of before the override that chose
/// the preset is no contradiction.
fn contradicts(table: &Table, chosen: &Entry, preset: &Preset, notes: &Notes) -> bool {
    let Some(kind) = table.get("kind") else { return false };
    if matches!(&kind.item.content, Content::Text(word) if *word == preset.kind)
        || kind.layer < chosen.layer
    {
        return false;
    }
    // What is no text the reader of the kind tells.
    if let Content::Text(word) = &kind.item.content {
        let problem = Problem::new(format!("the preset `{}` is no `{word}`", preset.name))
            .expected(format!("kind = \"{}\", or no `kind`: a preset implies it", preset.kind))
            .advice(
                "take the preset away, or choose one of this kind; `iowait presets` lists them",
            );
        notes.add(problem.at(&kind.item.place));
    }
    true
}

fn put_default(table: &mut Table, key: &str, item: &Item) {
    if table.get(key).is_none() {
        let (key, key_place) = (key.to_owned(), item.place.clone());
        table.put(Entry { key, key_place, item: item.clone(), layer: DEFAULT_LAYER });
    }
}

#[cfg(test)]
mod tests {
    use crate::input::Document;
    use crate::model::runtime::RuntimeKind;
    use crate::model::{Model, Overrides, preset};
    use crate::units::Span;

    const REQUEST: &str = "[[request]]\nsteps = [{ cpu = \"1 ms\" }, { io = \"80 ms\" }]\n";

    fn read(runtimes: &str, overrides: &Overrides) -> Result<Model, String> {
        let document = Document::from_text("m", &format!("{REQUEST}{runtimes}"));
        Model::read(&document, overrides).map_err(|problems| problems.render(false))
    }

    #[test]
    fn a_preset_implies_its_kind_and_any_key_overrides_it() {
        let text = "[[runtime]]\npreset = \"gunicorn-sync\"\nworkers = 3\nbacklog = 7\n\
                    [[runtime]]\nname = \"loop\"\npreset = \"uvicorn-uvloop\"\n";
        let model = read(text, Overrides::NONE).expect("sound");
        let [sync, uvloop] = model.runtimes.as_slice() else { panic!("two") };
        assert_eq!(
            (sync.name.as_str(), sync.kind.width(), sync.backlog),
            ("gunicorn-sync", 3, Some(7))
        );
        assert_eq!(sync.overhead.mean(), 102_000.0);
        let RuntimeKind::EventLoop(kind) = &uvloop.kind else { panic!("a loop") };
        assert_eq!((kind.task_switch, kind.poll), (Span(400), Span(420)));
        assert!(kind.gil);
        assert_eq!(uvloop.backlog, Some(2048));
    }

    #[test]
    fn every_preset_is_read_without_a_mistake() {
        for preset in preset::all() {
            let text = format!("[host]\ncores = 2\n[[runtime]]\npreset = \"{}\"\n", preset.name);
            let model = read(&text, Overrides::NONE).expect("no mistake");
            assert_eq!(model.runtimes[0].kind.keyword(), preset.kind);
        }
    }

    #[test]
    fn an_override_names_a_runtime_by_its_preset_and_may_choose_another() {
        let text = "[[runtime]]\npreset = \"gunicorn-sync\"\nworkers = 3\n";
        let wider = Overrides::new().with("runtime.gunicorn-sync.workers", "9", "--set");
        assert_eq!(read(text, &wider).expect("sound").runtimes[0].kind.width(), 9);
        let other = Overrides::new().with("runtime.gunicorn-sync.preset", "puma", "--set");
        let model = read(text, &other).expect("keys of the old kind are passed over");
        assert_eq!(model.runtimes[0].kind.keyword(), "thread-pool");
    }

    #[test]
    fn a_preset_that_is_none_or_of_another_kind_is_told() {
        let told =
            read("[[runtime]]\npreset = \"gunicorn-snyc\"\n", Overrides::NONE).expect_err("none");
        assert!(told.contains("`gunicorn-sync`"), "{told}");
        assert!(!told.contains("has no `kind`"), "{told}");
        let text = "[[runtime]]\nkind = \"event-loop\"\npreset = \"puma\"\n";
        let told = read(text, Overrides::NONE).expect_err("of another kind");
        assert!(told.contains("the preset `puma` is no `event-loop`"), "{told}");
    }
}
