//! `iowait presets`: the servers whose overheads and limits have a name, each figure with its source.

use std::fmt::Write as _;

use clap::Args;

use super::exit::{Exit, Failure};
use super::flags::TerminalFlags;
use super::session::Session;
use crate::input::excerpt;
use crate::input::suggest::did_you_mean;
use crate::model::preset::{self, Preset};

/// What everybody should know who uses one.
const NOTE: &str = "\
    An overhead is CPU of the server on top of the request's own. If your T_cpu is what the server's process used for \
    each request, it is in there already: write overhead = \"0 s\". Measured means: one core of a 2.6 GHz AMD EPYC \
    virtual machine, Linux 6.18, CPython 3.11.7, gunicorn 27.0.1, uvicorn 0.54, uvloop 0.23, loopback; take your own \
    figures where you can.";

/// List the presets of runtimes, or the figures of some with their sources
///
/// A preset is a named set of keys: preset = "gunicorn-sync" implies the kind, and any key beside it counts instead.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait presets
  iowait presets gunicorn-sync uvicorn-uvloop
  iowait run --cpu 7ms --io 77ms --runtime gunicorn-sync:16 --runtime uvicorn-uvloop:2")]
pub struct Presets {
    /// Presets whose figures to show; a list of all without
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    terminal: TerminalFlags,
}

impl Presets {
    /// Lists them, or tells the figures of the named ones.
    ///
    /// # Errors
    ///
    /// There is none of this name, or standard output cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        let text = if self.names.is_empty() {
            list()
        } else {
            let named: Result<Vec<_>, _> = self.names.iter().map(|name| named(name)).collect();
            let told: Vec<_> = named?.into_iter().map(told).collect();
            format!("{}\n{}", told.join("\n"), wrapped(NOTE, ""))
        };
        session.print(text.as_bytes())?;
        Ok(Exit::Done)
    }
}

/// The preset of this name.
///
/// # Errors
///
/// There is none; what was perhaps meant.
pub fn named(name: &str) -> Result<&'static Preset, Failure> {
    preset::all().iter().find(|preset| preset.name == name).ok_or_else(|| {
        let near = did_you_mean(name, preset::all().iter().map(|preset| preset.name.as_str()));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Failure::Usage(format!("there is no preset `{name}`; iowait presets lists them{near}"))
    })
}

fn list() -> String {
    let widest = preset::all().iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for preset in preset::all().iter() {
        let mut name = preset.name.as_str();
        let about = format!("{} ({})", preset.about, preset.kind);
        for line in excerpt::wrap(&about, excerpt::WIDTH - widest - 2) {
            writeln!(text, "{name:widest$}  {line}").expect("a String takes all that is written");
            name = "";
        }
    }
    text
}

fn told(preset: &Preset) -> String {
    let mut text = format!("{}: {}, {}\n", preset.name, preset.kind, preset.about);
    for constant in &preset.constants {
        let line = format!("{} = {}: {}", constant.key, constant.value(), constant.means);
        text += &wrapped(&line, "  ");
        text += &format!("    {}\n", constant.source);
    }
    let notes = [("counted in overhead", &preset.counts), ("no figure for", &preset.lacks)];
    for (what, said) in notes {
        if let Some(said) = said {
            text += &wrapped(&format!("{what}: {said}"), "  ");
        }
    }
    text
}

fn wrapped(text: &str, indent: &str) -> String {
    let lines = excerpt::wrap(text, excerpt::WIDTH - indent.len());
    lines.into_iter().map(|line| format!("{indent}{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_preset_of_this_version_within_80_columns() {
        let list = list();
        for preset in preset::all().iter() {
            assert!(list.contains(&preset.name) && !told(preset).is_empty());
        }
        assert!(list.lines().all(|line| line.chars().count() <= excerpt::WIDTH), "{list}");
    }

    #[test]
    fn a_preset_is_told_with_the_source_of_each_figure() {
        let text = told(named("gunicorn-sync").unwrap_or_else(|_| panic!("there")));
        assert!(text.contains("backlog = 2048: pending connections"), "{text}");
        assert!(text.contains("https://docs.gunicorn.org/"), "{text}");
        assert!(text.contains("counted in overhead: accepting"), "{text}");
    }

    #[test]
    fn a_name_that_is_none_is_answered_with_the_nearest() {
        let Err(Failure::Usage(text)) = named("gunicorn-snyc") else { panic!("refused") };
        assert!(text.contains("did you mean `gunicorn-sync`?"), "{text}");
    }
}
