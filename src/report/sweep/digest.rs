//! The points that a screen shows, chosen while they come: memory does not grow with the sweep.

use super::super::number::{self, NONE};
use super::super::style::{Style, Tone};
use super::super::table::{Cell, Table};
use super::super::wrap::{hanging, pieces};
use super::super::{csv, markdown};
use super::findings;
use crate::study::axis::Grid;
use crate::study::sweep::{Row, Rows};

/// Points that a table shows at most.
const MOST_SHOWN: u64 = 40;

/// Points that curves are followed through at most.
const MOST_FOLLOWED: u64 = 10_000;

/// What a sweep shows on a screen.
#[derive(Clone, Debug)]
pub struct Digest {
    head: Vec<Vec<String>>,
    baseline: String,
    points: u64,
    done: u64,
    rows: Rows,
    shown: Rows,
}

/// One figure in a table of its own: points down, runtimes across.
struct Figure {
    title: fn(&str) -> String,
    cell: fn(&Row<'_>) -> Cell,
    /// Whether the baseline has a column: its gain over itself says nothing.
    of_baseline: bool,
}

const FIGURES: [Figure; 3] = [
    Figure {
        title: |_| "req/s".to_owned(),
        cell: |row| number::estimate(&row.estimate("throughput_rps")).into(),
        of_baseline: true,
    },
    Figure { title: |baseline| format!("gain over {baseline}"), cell: gain, of_baseline: false },
    Figure { title: |_| "p99".to_owned(), cell: p99, of_baseline: true },
];

fn gain(row: &Row<'_>) -> Cell {
    number::estimate(&row.estimate("gain")).into()
}

fn p99(row: &Row<'_>) -> Cell {
    if row.text("steady") == "false" {
        return Cell::number("grows").toned(Tone::Warning);
    }
    Cell::number(number::duration_of(&row.estimate("response_p99_s")))
}

impl Digest {
    /// Of a sweep of this model over this grid, no point of it done.
    #[must_use]
    pub fn new(model: &str, seed: u64, baseline: &str, grid: &Grid) -> Self {
        let axes = grid.axes().iter();
        let shape: Vec<_> =
            axes.map(|axis| format!("{} ({})", axis.name, axis.values.len())).collect();
        let points = grid.len();
        let many = if points == 1 { "1 point".to_owned() } else { format!("{points} points") };
        let titles = csv::titles(grid.axes().iter().map(|axis| axis.name.clone()));
        Self {
            head: vec![
                vec![model.to_owned(), format!("seed {seed}")],
                vec![format!("{} = {many}", shape.join(" x "))],
            ],
            baseline: baseline.to_owned(),
            points,
            done: 0,
            rows: Rows::of_columns(&titles, findings::COLUMNS),
            shown: Rows::new(titles),
        }
    }

    /// The columns of the rows that it takes.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        self.shown.titles()
    }

    /// Takes the rows of the next point.
    ///
    /// # Errors
    ///
    /// Rows that are none, which no sweep makes.
    pub fn add(&mut self, rows: &str) -> Result<(), ::csv::Error> {
        if self.done < MOST_FOLLOWED {
            self.rows.add(rows)?;
        }
        if self.is_shown(self.done) {
            self.shown.add(rows)?;
        }
        self.done += 1;
        Ok(())
    }

    /// Whether point number `index` is among those evenly chosen, the first and the last included.
    fn is_shown(&self, index: u64) -> bool {
        if self.points <= MOST_SHOWN {
            return true;
        }
        let (last, shown) = (u128::from(self.points - 1), u128::from(MOST_SHOWN - 1));
        // The smallest k whose place round(k last / shown) is not before the index.
        let k = (u128::from(index) * shown).div_ceil(last).max(1) - 1;
        (k..=k + 1).any(|k| (k * last + shown / 2) / shown == u128::from(index))
    }

    /// A table for each figure and scenario.
    fn tables(&self) -> Vec<Table> {
        let mut scenarios: Vec<&str> = Vec::new();
        for row in self.shown.iter() {
            if !scenarios.contains(&row.text("scenario")) {
                scenarios.push(row.text("scenario"));
            }
        }
        scenarios
            .iter()
            .flat_map(|scenario| FIGURES.iter().map(|figure| self.table(figure, scenario)))
            // A model of one runtime has no gains.
            .filter(|table| table.titles.len() > 1)
            .collect()
    }

    fn table(&self, figure: &Figure, scenario: &str) -> Table {
        let mut runtimes: Vec<&str> = Vec::new();
        let mut names: Vec<Vec<&str>> = Vec::new();
        let mut cells: Vec<Vec<Cell>> = Vec::new();
        let varied = self.shown.varied();
        for row in self.shown.iter().filter(|row| row.text("scenario") == scenario) {
            let runtime = row.text("runtime");
            if runtimes.first().is_none_or(|first| *first == runtime) {
                names.push(varied.iter().map(|name| row.text(name)).collect());
                cells.push(Vec::new());
            }
            if !runtimes.contains(&runtime) {
                runtimes.push(runtime);
            }
            if let Some(cells) = cells.last_mut() {
                cells.push((figure.cell)(&row));
            }
        }
        let of = if scenario.is_empty() { String::new() } else { format!("{scenario}: ") };
        let title = format!("{of}{}", (figure.title)(&self.baseline));
        let titles = short(varied);
        let mut table = match titles.as_slice() {
            [_] => Table::of(varied[0].clone(), names.iter().map(|values| values[0].to_owned())),
            _ => Table::keyed(titles.into_iter().enumerate().map(|(axis, title)| {
                (title, names.iter().map(|values| values[axis].to_owned()).collect())
            })),
        };
        let shown = |runtime: &&str| figure.of_baseline || *runtime != self.baseline;
        let mut title = Some(title);
        for (place, runtime) in runtimes.iter().enumerate().filter(|(_, runtime)| shown(runtime)) {
            let column = cells
                .iter()
                .map(|row| row.get(place).cloned().unwrap_or_else(|| Cell::number(NONE)));
            // The first column says what all of them are.
            let head = match title.take() {
                Some(title) => format!("{title}: {runtime}"),
                None => (*runtime).to_owned(),
            };
            table.push(head, column);
        }
        table
    }

    /// `(word, sentence)` of what the curves say, and of what is left away.
    fn remarks(&self) -> Vec<(&'static str, String)> {
        let mut remarks = Vec::new();
        if self.done < self.points {
            let text = format!("interrupted: {} of {} points are done", self.done, self.points);
            remarks.push(("Warn", text));
        }
        remarks.extend(findings::all(&self.rows, &self.baseline));
        if self.points > MOST_FOLLOWED {
            let text = format!(
                "where runtimes meet, and knees, are those of the first {MOST_FOLLOWED} points"
            );
            remarks.push(("Note", text));
        }
        if self.points > MOST_SHOWN {
            let text = format!(
                "{MOST_SHOWN} of {} points are shown; all are in the CSV and the JSON",
                self.points
            );
            remarks.push(("Note", text));
        }
        remarks
    }

    /// As a screen shows it.
    #[must_use]
    pub fn text(&self, style: &Style) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (i, line) in self.head.iter().enumerate() {
            let line = pieces(line, style.columns());
            lines.extend(
                line.iter().map(
                    |line| {
                        if i == 0 { style.paint(Tone::Head, line) } else { line.clone() }
                    },
                ),
            );
        }
        for table in self.tables() {
            lines.push(String::new());
            lines.extend(table.lines(style));
        }
        let remarks = self.remarks();
        if !remarks.is_empty() {
            lines.push(String::new());
        }
        for (word, text) in &remarks {
            lines.extend(hanging(&format!("  {word} "), text, style.columns()));
        }
        lines.join("\n") + "\n"
    }

    /// The same in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut blocks = vec![format!("## {}", markdown::escaped(&self.head[0].join(", ")))];
        blocks.push(markdown::escaped(&self.head[1].join(", ")));
        blocks.extend(self.tables().iter().map(markdown::table));
        let remarks = self.remarks();
        let lines: Vec<_> = remarks
            .iter()
            .map(|(word, text)| format!("- **{}** {}", word.trim(), markdown::escaped(text)))
            .collect();
        if !lines.is_empty() {
            blocks.push(lines.join("\n"));
        }
        blocks.join("\n\n") + "\n"
    }
}

/// The ends of the axes' paths, as long as it takes to tell them apart.
fn short(paths: &[String]) -> Vec<String> {
    let ending = |path: &str, parts: usize| {
        let dots = path.rmatch_indices('.').nth(parts - 1);
        dots.map_or(path, |(at, _)| &path[at + 1..]).to_owned()
    };
    paths
        .iter()
        .map(|path| {
            let alone = |parts: &usize| {
                paths.iter().filter(|other| ending(other, *parts) == ending(path, *parts)).count()
                    == 1
            };
            ending(path, (1..=3).find(alone).unwrap_or(4))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::*;
    use crate::study::axis::Axis;

    fn digest(axes: &[&str]) -> Digest {
        let axes = axes.iter().map(|text| Axis::parse(text).unwrap()).collect();
        let grid = Grid::new(axes).unwrap();
        let mut digest = Digest::new("web-request", 42, "sync", &grid);
        for index in 0..grid.len() {
            let params = grid.point(index);
            let mut bytes = Vec::new();
            let point = csv::Point { params: &params, outcome: &fixture::web_request() };
            csv::write_rows(&point, &mut bytes).unwrap();
            digest.add(std::str::from_utf8(&bytes).unwrap()).unwrap();
        }
        digest
    }

    #[test]
    fn a_small_sweep_is_shown_whole() {
        let text = digest(&["beta=1,80", "host.cores=4,8"]).text(&Style::PLAIN);
        assert!(
            text.starts_with("web-request   seed 42\nbeta (2) x host.cores (2) = 4 points\n"),
            "{text}"
        );
        assert!(text.contains("  beta   cores   req/s: sync    threads      loops\n"), "{text}");
        assert!(text.contains("    80       8    98.8 ± 0.2   7 772 ± 7   7 384 ± 10\n"), "{text}");
        assert!(text.contains("gain over sync: threads"), "{text}");
        assert!(!text.contains("gain over sync: sync"), "{text}");
        assert!(text.contains("131 ms"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn a_large_sweep_is_shown_by_forty_points_and_says_so() {
        let digest = digest(&["beta=1..1000"]);
        let shown: Vec<&str> = digest
            .shown
            .iter()
            .filter(|row| row.text("runtime") == "sync")
            .map(|row| row.text("beta"))
            .collect();
        assert_eq!((shown.len(), shown[0], shown[39]), (40, "1", "1000"));
        let text = digest.text(&Style::PLAIN);
        assert!(text.contains("Note 40 of 1000 points are shown"), "{text}");
    }

    #[test]
    fn forty_points_are_chosen_of_any_number() {
        for points in [41, 79, 80, 81, 1_000, 9_999_999] {
            let mut digest = digest(&["beta=1"]);
            digest.points = points;
            // Near the places where a choice is made; the others are too many to try.
            let near = (0..MOST_SHOWN).flat_map(|k| {
                let place = k * (points - 1) / (MOST_SHOWN - 1);
                place.saturating_sub(2)..(place + 3).min(points)
            });
            let near: std::collections::BTreeSet<u64> = near.collect();
            let count = near.into_iter().filter(|&index| digest.is_shown(index)).count();
            assert_eq!(count as u64, MOST_SHOWN, "{points}");
        }
    }
}
