//! The flags that several commands share, each declared once.

use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice};

use super::exit::Failure;
use super::values::{jobs, seed, whole};
use crate::input::Problems;
use crate::input::problem::{Place, Problem, Source};
use crate::input::value::NoScope;
use crate::model::metric::Vocabulary;
use crate::model::{Model, Objective, Overrides};
use crate::report::chart::{
    CHARTS, Chart, PICTURES, Page, Picture, Theme, WIDTHS, picture, width_mm,
};
use crate::report::{self, FOREIGN, FORMATS, Format};
use crate::simulation::Control;

/// What `--chart` calls all of them.
pub const ALL: &str = "all";

/// The flags of commands that run a model.
#[derive(Args, Clone, Debug)]
pub struct RunFlags {
    /// Of the model.
    #[command(flatten)]
    pub model: ModelFlags,
    /// Of the output.
    #[command(flatten)]
    pub output: OutputFlags,
    /// Cores that the simulation may use; all by default. The results are the same
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = jobs)]
    pub jobs: Option<u16>,
    /// End with status 3 where a replication takes more events than this, and say how far it came
    #[arg(long, value_name = "N", help_heading = "How it runs", value_parser = whole::<u64>)]
    pub max_events: Option<u64>,
    /// Of the terminal.
    #[command(flatten)]
    pub terminal: TerminalFlags,
}

impl RunFlags {
    /// What stops the simulation: signals, and the bound on events.
    pub fn control(&self) -> Arc<Control> {
        Arc::new(Control::with_most_events(self.max_events))
    }

    /// The flags that make the same result and the same files again, in one order however they were given.
    pub fn args(&self) -> Vec<String> {
        [self.model.args(), self.output.args()].concat()
    }
}

/// Values in front of the model's.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Values in front of the model's")]
pub struct ModelFlags {
    /// Set a parameter, beta, or a key by its path (load.clients=64); repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", value_parser = seed)]
    pub seed: Option<u64>,
    /// Run exactly this often (switches the model's precision off)
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub replications: Option<u32>,
    /// Run until throughput, mean and p99 are this narrow: '1 %'
    #[arg(long, value_name = "SHARE")]
    pub precision: Option<String>,
    /// Ends of requests in each replication (replaces the model's duration; a batch ignores it)
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub requests: Option<u64>,
    /// Add an objective: p99=200ms or 'errors <= 0.1 %'; repeatable
    #[arg(long, value_name = "OBJECTIVE")]
    pub slo: Vec<String>,
}

impl ModelFlags {
    /// The values in front of the file's.
    ///
    /// # Errors
    ///
    /// A `--set` that is not `NAME=VALUE`; whether the names exist only the reader can tell.
    pub fn overrides(&self) -> Result<Overrides, Problems> {
        let mut overrides = Overrides::new();
        for set in &self.set {
            overrides.parse(set, "--set")?;
        }
        // Replications before precision: the former takes the file's precision away.
        for (flag, path, value) in [
            ("--seed", "run.seed", self.seed.map(|n| n.to_string())),
            ("--replications", "run.replications", self.replications.map(|n| n.to_string())),
            ("--precision", "run.precision", self.precision.clone()),
            ("--requests", "run.requests", self.requests.map(|n| n.to_string())),
        ] {
            if let Some(value) = value {
                overrides.push(path, value, flag);
            }
        }
        Ok(overrides)
    }

    /// Adds the objectives of `--slo` to those of the model.
    ///
    /// # Errors
    ///
    /// Every one that is none, at once.
    pub fn add_objectives(&self, model: &mut Model) -> Result<(), Problems> {
        let names = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
        let classes = names(&mut model.requests.iter().map(|class| &class.name));
        let resources = names(&mut model.resources.iter().map(|resource| &resource.name));
        let vocabulary = Vocabulary { classes: &classes, resources: &resources };
        let (mut sources, mut problems) = (Vec::new(), Vec::new());
        for text in &self.slo {
            match Objective::parse(text, vocabulary, &NoScope) {
                Ok(objective) => model.run.slo.push(objective),
                Err(error) => {
                    let place = Place::new(sources.len(), error.span.clone());
                    problems.push(Problem::of_value(error).at(&place));
                    sources.push(Source { name: "--slo".into(), text: text.as_str().into() });
                }
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems::new(sources, problems)) }
    }

    /// The same flags again, in one order.
    pub fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        self.set.iter().for_each(|set| add("--set", set.clone()));
        self.seed.into_iter().for_each(|n| add("--seed", n.to_string()));
        self.replications.into_iter().for_each(|n| add("--replications", n.to_string()));
        self.precision.iter().for_each(|share| add("--precision", share.clone()));
        self.requests.into_iter().for_each(|n| add("--requests", n.to_string()));
        self.slo.iter().for_each(|slo| add("--slo", slo.clone()));
        args
    }
}

/// What is shown and written.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct OutputFlags {
    /// What standard output gets
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = formats())]
    pub format: &'static Format,
    /// Write every format, the charts, the model and a manifest into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write no files (iowait without a command writes them unasked)
    #[arg(long, conflicts_with = "out")]
    pub no_files: bool,
    /// Charts to write beside; all by default
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = chart_names())]
    pub chart: Vec<String>,
    /// File formats of the charts
    #[arg(long, value_name = "FORMAT,...", value_delimiter = ',', default_value = PICTURES[0].name, value_parser = chart_formats())]
    pub chart_format: Vec<&'static Picture>,
    /// Of the charts' pages.
    #[command(flatten)]
    pub page: PageFlags,
}

impl OutputFlags {
    /// Where the files go, as it was given: what a command that is told to be run again needs, and a
    /// manifest does not.
    pub fn out_args(&self) -> Vec<String> {
        let out = self.out.as_ref();
        out.map(|out| vec!["--out".to_owned(), out.to_string_lossy().into_owned()])
            .unwrap_or_default()
    }
}

/// What charts are drawn for.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct PageFlags {
    /// Charts for a screen (160 mm, with a title) or for paper (88 mm)
    #[arg(long, default_value = "screen", value_parser = ["screen", "paper"])]
    pub theme: String,
    /// Width of charts: 88mm, ieee1, ieee2, acm1, acm2, nature1 or nature2
    #[arg(long, value_name = "WIDTH", value_parser = width_mm)]
    pub width: Option<f64>,
}

impl PageFlags {
    /// The page.
    pub fn page(&self) -> Page {
        let page = if self.theme == "paper" { Page::PAPER } else { Page::SCREEN };
        Page { width_mm: self.width.unwrap_or(page.width_mm), ..page }
    }

    /// The same flags again.
    pub fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        if self.page().theme == Theme::Paper {
            add("--theme", self.theme.clone());
        }
        if let Some(mm) = self.width {
            let named = WIDTHS.iter().find(|(_, width)| *width == mm);
            add("--width", named.map_or_else(|| format!("{mm}mm"), |(name, _)| (*name).to_owned()));
        }
        args
    }
}

impl OutputFlags {
    /// Whether any flag is given that only means something where charts are written.
    pub fn asks_for_charts(&self) -> bool {
        !self.chart.is_empty()
            || self.page.width.is_some()
            || self.page() != Page::SCREEN
            || !self.draws_the_default()
    }

    /// Refuses the formats that only a run has.
    ///
    /// # Errors
    ///
    /// Such a format is asked for.
    pub fn refuse_foreign(&self, command: &str) -> Result<(), Failure> {
        let name = self.format.name;
        if FOREIGN.iter().all(|format| format.name != name) {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "{command} has no --format {name}, which shows the runtimes of one run; iowait run has it"
        )))
    }

    /// The charts that are wanted, in the order of the table.
    pub fn charts(&self) -> Vec<&'static Chart> {
        CHARTS.iter().filter(|chart| self.wants(chart.name)).collect()
    }

    /// Whether a chart is wanted: named, or all of them, as by default.
    pub fn wants(&self, chart: &str) -> bool {
        self.chart.is_empty() || self.names(ALL) || self.names(chart)
    }

    /// Whether a chart is asked for by its name.
    pub fn names(&self, chart: &str) -> bool {
        self.chart.iter().any(|name| name == chart)
    }

    /// The formats of their pictures, each once, in the order of the table.
    pub fn pictures(&self) -> Vec<&'static Picture> {
        let wanted = |name: &str| self.chart_format.iter().any(|format| format.name == name);
        PICTURES.iter().filter(|format| wanted(format.name)).collect()
    }

    fn draws_the_default(&self) -> bool {
        matches!(self.pictures().as_slice(), [only] if only.name == PICTURES[0].name)
    }

    /// What they are drawn for.
    pub fn page(&self) -> Page {
        self.page.page()
    }

    fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        if !self.chart.is_empty() {
            add("--chart", self.chart.join(","));
        }
        if !self.draws_the_default() {
            let names: Vec<&str> = self.pictures().iter().map(|format| format.name).collect();
            add("--chart-format", names.join(","));
        }
        args.extend(self.page.args());
        args
    }
}

/// How the program behaves on a terminal.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "How it runs")]
pub struct TerminalFlags {
    /// Say nothing on standard error but what is wrong
    #[arg(long, short)]
    pub quiet: bool,
    /// Colours; auto follows the terminal, NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let named = |format: &Format| PossibleValue::new(format.name).help(format.about);
    PossibleValuesParser::new(FORMATS.iter().chain(FOREIGN).map(named))
        .map(|name| report::format(&name).expect("the parser takes only names of the table"))
}

fn chart_names() -> impl TypedValueParser<Value = String> {
    let named = CHARTS.iter().map(|chart| PossibleValue::new(chart.name).help(chart.about));
    PossibleValuesParser::new(named.chain([PossibleValue::new(ALL).help("every chart")]))
}

/// The formats of pictures by name.
pub fn chart_formats() -> impl TypedValueParser<Value = &'static Picture> {
    let named = PICTURES.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(named)
        .map(|name| picture(&name).expect("the parser takes only names of the table"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        flags: RunFlags,
    }

    fn parse(args: &[&str]) -> Result<RunFlags, clap::Error> {
        Only::try_parse_from(["test"].iter().chain(args)).map(|only| only.flags)
    }

    #[test]
    fn the_flags_that_change_a_result_are_repeated_in_one_order_and_no_others() {
        let flags = parse(&[
            "--requests",
            "500",
            "--jobs",
            "3",
            "--quiet",
            "--set",
            "a=1",
            "--seed",
            "7",
            "--set",
            "b=2",
            "--format",
            "json",
            "--width",
            "ieee1",
            "--out",
            "x",
            "--slo",
            "p99=1s",
            "--chart",
            "gain",
        ])
        .unwrap();
        let expected =
            "--set a=1 --set b=2 --seed 7 --requests 500 --slo p99=1s --chart gain --width ieee1";
        assert_eq!(flags.args().join(" "), expected);
        // What is repeated means the same again.
        let args = flags.args();
        let again = parse(&args.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        assert_eq!(again.args(), args);
    }

    #[test]
    fn without_flags_nothing_is_repeated_and_all_charts_are_drawn_for_a_screen() {
        let flags = parse(&[]).unwrap();
        assert!(flags.args().is_empty());
        assert!(!flags.output.asks_for_charts());
        assert_eq!(flags.output.charts().len(), CHARTS.len());
        assert_eq!(flags.output.page(), Page::SCREEN);
    }

    #[test]
    fn a_width_changes_the_page_and_leaves_the_theme() {
        let page = parse(&["--theme", "paper", "--width", "183mm"]).unwrap().output.page();
        assert_eq!(page, Page { width_mm: 183.0, theme: Theme::Paper });
    }

    #[test]
    fn formats_of_charts_are_each_written_once_and_repeated() {
        let flags = parse(&["--chart-format", "pdf,svg,pdf"]).unwrap();
        let names: Vec<_> = flags.output.pictures().iter().map(|format| format.name).collect();
        assert_eq!(names, ["svg", "pdf"]);
        assert!(flags.output.asks_for_charts());
        assert_eq!(flags.args(), ["--chart-format", "svg,pdf"]);
        let error = parse(&["--chart-format", "gif"]).unwrap_err().to_string();
        assert!(error.contains("[possible values: svg, png, pdf]"), "{error}");
    }

    #[test]
    fn help_names_every_chart_and_width_that_there_is() {
        let help = <Only as clap::CommandFactory>::command().render_long_help().to_string();
        let names = CHARTS.iter().map(|chart| chart.name).chain(WIDTHS.iter().map(|width| width.0));
        for name in names {
            assert!(help.contains(name), "{name} is not in the help");
        }
    }

    #[test]
    fn replications_take_the_models_precision_away_and_precision_comes_after() {
        let overrides = parse(&["--precision", "1 %", "--replications", "3"]).unwrap();
        let names: Vec<_> =
            overrides.model.overrides().unwrap().iter().map(|one| one.name.clone()).collect();
        assert_eq!(names, ["run.replications", "run.precision"]);
    }
}
