//! `iowait plot`: a chart of an earlier result, or of any CSV.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::exit::{Exit, Failure};
use super::flags::{PageFlags, TerminalFlags};
use super::session::Session;
use super::shell;
use crate::input::Problems;
use crate::input::problem::Problem;
use crate::report::chart::{
    self, Choice, Data, Figure, PICTURES, Picture, Provenance, TABLE_CHARTS, Table, TableChart,
    picture, table_chart,
};
use crate::report::files::{MANIFEST_FILE, Manifest, sha256, write_whole};

/// Endings of files beside the pictures.
const BESIDE: [&str; 3] = ["tex", "csv", "txt"];

/// Draw a chart of an earlier result
///
/// The rows of a tidy CSV, as sweep and run write it, become a chart. The ending of the file says what is written: svg,
/// png or pdf the picture, tex a pgfplots file that draws it again, csv its numbers, txt its caption. Columns go by
/// their name or by that of their metric: response_p99_s is p99.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  iowait plot sweep.csv formula --theme paper --width ieee1 -o fig3.pdf
  iowait plot sweep.csv load -o load.svg -o load.tex
  iowait plot sweep.csv heat --x load.clients --by host.cores --y p99 -o heat.png
  iowait plot sweep.csv load --only host.cores=4 --only runtime=loops -o load.png
  iowait plot sweep.csv xy --x beta --y gain_over_formula --by host.cores -o fig.svg")]
pub struct Plot {
    /// A CSV with a header row
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Which chart
    #[arg(value_name = "NAME", value_parser = names())]
    name: String,
    /// The column across
    #[arg(long, value_name = "COLUMN")]
    x: Option<String>,
    /// The column up, or that of a heat map's colour
    #[arg(long, value_name = "COLUMN")]
    y: Option<String>,
    /// The column that tells lines apart, or that up a heat map
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Only rows with this value in a column: host.cores=4; repeatable
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = cell)]
    only: Vec<(String, String)>,
    /// The file to write, its ending the format; repeatable
    #[arg(long, short, value_name = "FILE", required = true, value_parser = target)]
    output: Vec<Target>,
    #[command(flatten)]
    page: PageFlags,
    #[command(flatten)]
    terminal: TerminalFlags,
}

/// A file to write.
#[derive(Clone, Debug)]
struct Target {
    path: PathBuf,
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Picture(&'static Picture),
    Beside(&'static str),
}

impl Plot {
    /// Draws the chart and writes its files.
    ///
    /// # Errors
    ///
    /// The CSV cannot be read or has not what the chart needs; a file cannot be written.
    pub fn run(&self, session: &mut Session<'_>) -> Result<Exit, Failure> {
        session.set(self.terminal);
        if let Some(target) = self.output.iter().find(|target| same(&target.path, &self.file)) {
            let path = target.path.display();
            return Err(Failure::Usage(format!(
                "{path} is the table that is drawn; write the chart's numbers to another file"
            )));
        }
        let figure = self.figure()?;
        figure.hints().iter().for_each(|hint| session.note(hint));
        let from = self.provenance();
        for Target { path, format } in &self.output {
            let bytes = bytes(&figure, *format, &from)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            write_whole(path, |to| to.write_all(&bytes))?;
            session.note(&format!("wrote {}", path.display()));
        }
        Ok(Exit::Done)
    }

    fn figure(&self) -> Result<Figure, Failure> {
        let refuse = |message: String| {
            let name = self.file.display().to_string();
            Failure::from(Problems::of_source(&name, Problem::new(message)))
        };
        let file = std::fs::File::open(&self.file)
            .map_err(|error| refuse(format!("the table cannot be read: {error}")))?;
        let choice = Choice { x: self.x.clone(), y: self.y.clone(), by: self.by.clone() };
        let chart: &TableChart =
            table_chart(&self.name).expect("the parser takes only names of the table");
        Table::read(file)
            .and_then(|table| self.rows(table))
            .and_then(|table| (chart.draw)(&table, &choice, &self.page.page()))
            .map_err(|error| refuse(error.to_string()))
    }

    /// The arguments that draw it again.
    fn args(&self) -> Vec<String> {
        let mut args = vec!["plot".to_owned(), self.file.display().to_string(), self.name.clone()];
        let mut add = |flag: &str, value: String| args.extend([flag.to_owned(), value]);
        for (flag, value) in [("--x", &self.x), ("--y", &self.y), ("--by", &self.by)] {
            if let Some(value) = value {
                add(flag, value.clone());
            }
        }
        for (column, value) in &self.only {
            add("--only", format!("{column}={value}"));
        }
        for target in &self.output {
            add("-o", target.path.display().to_string());
        }
        [args, self.page.args()].concat()
    }

    /// The command, the table that it draws, and what the manifest of the table's folder says of that:
    /// nothing, where its bytes are not those that the manifest tells of.
    fn provenance(&self) -> Provenance {
        let sha256 = std::fs::read(&self.file).map(|bytes| sha256(&bytes)).unwrap_or_default();
        let text = std::fs::read_to_string(self.file.with_file_name(MANIFEST_FILE));
        let manifest = text.ok().and_then(|text| serde_json::from_str::<Manifest>(&text).ok());
        let name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let manifest =
            manifest.filter(|made| !made.interrupted && made.files.get(&name) == Some(&sha256));
        let made =
            manifest.as_ref().map(Provenance::of_manifest).unwrap_or_else(Provenance::unknown);
        Provenance {
            command: Some(shell::command_line(&self.args())),
            data: Some(Data {
                file: self.file.display().to_string(),
                sha256,
                command: manifest.map(|manifest| manifest.command),
            }),
            ..made
        }
    }

    /// The rows that are wanted.
    fn rows(&self, table: Table) -> Result<Table, chart::Error> {
        self.only.iter().try_fold(table, |table, (name, value)| {
            let column = table.column(name)?;
            let kept = table.only(column, value);
            if kept.is_empty() {
                let all = table.groups(&[column]);
                let all: Vec<&str> = all.iter().take(12).map(|(key, _)| key[0]).collect();
                let (name, all) = (table.title(column), all.join(", "));
                let why = format!("--only {name}={value} leaves no row; {name} is {all}");
                return Err(chart::Error::Unfit(why));
            }
            Ok(kept)
        })
    }
}

/// A column's name and a value.
fn cell(text: &str) -> Result<(String, String), String> {
    let (column, value) =
        text.split_once('=').ok_or("expected COLUMN=VALUE, as in host.cores=4")?;
    Ok((column.trim().to_owned(), value.trim().to_owned()))
}

fn bytes(figure: &Figure, format: Format, from: &Provenance) -> Result<Vec<u8>, chart::Error> {
    match format {
        Format::Picture(picture) => figure.picture(picture),
        Format::Beside(ending) => {
            let files = figure.files("", &[], from)?;
            let file = files.into_iter().find(|(name, _)| name.ends_with(&format!(".{ending}")));
            Ok(file.map(|(_, bytes)| bytes).unwrap_or_default())
        }
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}

fn names() -> PossibleValuesParser {
    let named = TABLE_CHARTS.iter().map(|chart| PossibleValue::new(chart.name).help(chart.about));
    PossibleValuesParser::new(named)
}

fn target(text: &str) -> Result<Target, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let ending = ending.unwrap_or_default();
    let beside = || BESIDE.into_iter().find(|name| *name == ending).map(Format::Beside);
    let format = picture(&ending).map(Format::Picture).or_else(beside).ok_or_else(|| {
        let known: Vec<&str> = PICTURES.iter().map(|p| p.name).chain(BESIDE).collect();
        format!("expected a file whose name ends in {}", known.join(", "))
    })?;
    Ok(Target { path, format })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_file_is_its_format() {
        assert!(
            matches!(target("a/fig3.PDF").unwrap().format, Format::Picture(p) if p.name == "pdf")
        );
        assert!(matches!(target("fig.tex").unwrap().format, Format::Beside("tex")));
        let error = target("fig").unwrap_err();
        assert!(error.contains("svg, png, pdf, tex, csv, txt"), "{error}");
    }
}
