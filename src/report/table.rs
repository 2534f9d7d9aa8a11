//! A table as data, laid out in columns of text that line up at points and at ± signs.

use super::number::Parts;
use super::style::{Style, Tone};
use super::wrap::cut;

/// Rows of cells under titles; the first column, or the first few, name the row.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// One title a column.
    pub titles: Vec<String>,
    /// Rows as long as the titles.
    pub rows: Vec<Vec<Cell>>,
    /// How many of the columns name the row.
    keys: usize,
}

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it says.
    pub parts: Parts,
    /// Whether it is prose, which begins at the left where numbers end at the right.
    pub prose: bool,
    /// Its emphasis.
    pub tone: Tone,
}

impl Cell {
    /// A number, or a single word in its place.
    #[must_use]
    pub fn number(text: impl Into<String>) -> Self {
        Parts::words(text).into()
    }

    /// Words.
    #[must_use]
    pub fn prose(text: impl Into<String>) -> Self {
        Self { prose: true, ..Self::number(text) }
    }

    /// The same with an emphasis.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// Whether it is a dash.
    #[must_use]
    pub fn is_dash(&self) -> bool {
        self.parts.whole == super::number::NONE
    }
}

impl From<Parts> for Cell {
    fn from(parts: Parts) -> Self {
        Self { parts, ..Self::default() }
    }
}

impl Table {
    /// A table whose first column is these names.
    #[must_use]
    pub fn of(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        let rows = names.into_iter().map(|name| vec![Cell::prose(name)]).collect();
        Self { titles: vec![title.into()], rows, keys: 1 }
    }

    /// Rows that several columns name together, each with its title and a value for every row: to
    /// the right, and never cut.
    pub fn keyed(columns: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let mut table = Self::default();
        for (title, values) in columns {
            let width = values.iter().map(|value| chars(value)).max().unwrap_or(0);
            let width = width.max(chars(&title));
            table.titles.push(format!("{title:>width$}"));
            table.rows.resize(table.rows.len().max(values.len()), Vec::new());
            for (row, value) in table.rows.iter_mut().zip(values) {
                row.push(Cell::prose(format!("{value:>width$}")));
            }
            table.keys += 1;
        }
        table
    }

    /// Appends a column; missing cells are dashes.
    pub fn push(&mut self, title: impl Into<String>, cells: impl IntoIterator<Item = Cell>) {
        self.titles.push(title.into());
        let mut cells = cells.into_iter();
        for row in &mut self.rows {
            row.push(cells.next().unwrap_or_else(|| Cell::number(super::number::NONE)));
        }
    }

    /// Appends a column unless every cell of it is a dash.
    pub fn push_if_any(&mut self, title: impl Into<String>, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.into_iter().collect();
        if !cells.iter().all(Cell::is_dash) {
            self.push(title, cells);
        }
    }

    /// The table as lines of at most `style.width` characters, indented by two. Columns that do not
    /// fit beside the others follow in a further block under the same row names, so that nothing is
    /// lost.
    #[must_use]
    pub fn lines(&self, style: &Style) -> Vec<String> {
        let width = style.columns();
        let columns: Vec<Column> = (0..self.titles.len()).map(|i| self.column(i, width)).collect();
        if columns.is_empty() {
            return Vec::new();
        }
        let (names, figures) = columns.split_at(self.keys);
        let named: usize = names.iter().map(|column| GAP + column.width()).sum();
        let mut lines = Vec::new();
        let mut rest = figures;
        loop {
            let taken = fitting(rest, (width + GAP).saturating_sub(INDENT + named));
            let (block, later) = rest.split_at(taken);
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(self.block(names, block, style));
            rest = later;
            if rest.is_empty() {
                return lines;
            }
        }
    }

    /// The widths of one column. Names may take a third of the line, a lone column what is left of
    /// it; of several keys each takes what it needs.
    fn column(&self, index: usize, width: usize) -> Column {
        let most = match (index, self.keys) {
            (0, 1) => width / 3,
            (_, keys) if index < keys => usize::MAX,
            _ => width - width / 3 - INDENT - GAP,
        };
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        let mut column =
            Column { index, title: cut(&self.titles[index], most), ..Column::default() };
        for cell in cells {
            column.prose |= cell.prose;
            let whole = chars(&cell.parts.whole).min(most);
            if cell.prose || cell.is_dash() {
                column.prose_width = column.prose_width.max(whole);
            } else {
                column.whole = column.whole.max(whole);
            }
            column.fraction = column.fraction.max(chars(&cell.parts.fraction));
            column.spread = column.spread.max(chars(&cell.parts.spread));
        }
        column
    }

    /// Some of the columns beside the names.
    fn block(&self, names: &[Column], columns: &[Column], style: &Style) -> Vec<String> {
        let gap = " ".repeat(GAP);
        let all: Vec<&Column> = names.iter().chain(columns).collect();
        let join = |texts: Vec<String>| {
            let line = format!("{}{}", " ".repeat(INDENT), texts.join(&gap));
            line.trim_end().to_owned()
        };
        let heads = join(all.iter().map(|column| column.head()).collect());
        let mut lines = vec![style.paint(Tone::Head, &heads)];
        for row in &self.rows {
            let texts = all.iter().filter_map(|column| {
                let cell = row.get(column.index)?;
                Some(style.paint(cell.tone, &column.text(cell)))
            });
            lines.push(join(texts.collect()));
        }
        lines
    }
}

/// Spaces before a table.
const INDENT: usize = 2;
/// Spaces between columns.
const GAP: usize = 3;

/// One column's widths, in characters.
#[derive(Debug, Default)]
struct Column {
    index: usize,
    title: String,
    prose: bool,
    prose_width: usize,
    whole: usize,
    fraction: usize,
    spread: usize,
}

impl Column {
    /// Of numbers alone, without the title.
    fn numbers(&self) -> usize {
        self.whole + self.fraction + self.spread + usize::from(self.spread > 0)
    }

    fn width(&self) -> usize {
        self.numbers().max(self.prose_width).max(chars(&self.title))
    }

    /// The title: over prose at the left, over bare numbers at the right, over intervals in the
    /// middle.
    fn head(&self) -> String {
        let (title, width) = (&self.title, self.width());
        if self.prose {
            format!("{title:<width$}")
        } else if self.spread > 0 {
            format!("{title:^width$}")
        } else {
            format!("{title:>width$}")
        }
    }

    /// A cell's text, padded to the column.
    fn text(&self, cell: &Cell) -> String {
        let width = self.width();
        if self.prose {
            return format!("{:<width$}", cut(&cell.parts.joined(), width));
        }
        let parts = &cell.parts;
        if cell.is_dash() && self.spread > 0 {
            // Under the digits, not under the signs.
            let lead = width - self.numbers() + self.whole;
            return format!("{:<width$}", format!("{:>lead$}", parts.whole));
        }
        let mut text = format!("{:>1$}", parts.whole, self.whole);
        if self.fraction > 0 {
            text += &format!("{:<1$}", parts.fraction, self.fraction);
        }
        if self.spread > 0 {
            text += &format!(" {:<1$}", parts.spread, self.spread);
        }
        format!("{text:>width$}")
    }
}

/// How many of the columns fit in `room` characters, at least one if there is one.
fn fitting(columns: &[Column], room: usize) -> usize {
    let mut used = 0;
    for (i, column) in columns.iter().enumerate() {
        used += GAP + column.width();
        if used > room {
            return i.max(1);
        }
    }
    columns.len()
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(whole: &str, fraction: &str, spread: &str) -> Cell {
        Parts { whole: whole.into(), fraction: fraction.into(), spread: spread.into() }.into()
    }

    fn sample() -> Table {
        let mut table = Table::of("runtime", ["sync    8", "threads 648"].map(str::to_owned));
        table.push("req/s", [parts("98", ".8", "± 0.2"), parts("7 772", "", "± 7")]);
        table.push("cpu", ["1 %", "97 %"].map(Cell::number));
        table.push("queued", [Cell::prose("99 % of the time"), Cell::prose("-")]);
        table
    }

    #[test]
    fn points_and_signs_line_up() {
        assert_eq!(
            sample().lines(&Style::PLAIN),
            [
                "  runtime           req/s        cpu   queued",
                "  sync    8        98.8 ± 0.2    1 %   99 % of the time",
                "  threads 648   7 772   ± 7     97 %   -",
            ]
        );
    }

    #[test]
    fn columns_that_do_not_fit_follow_in_a_further_block() {
        assert_eq!(
            sample().lines(&Style { color: false, width: 46 }),
            [
                "  runtime           req/s        cpu",
                "  sync    8        98.8 ± 0.2    1 %",
                "  threads 648   7 772   ± 7     97 %",
                "",
                "  runtime       queued",
                "  sync    8     99 % of the time",
                "  threads 648   -",
            ]
        );
    }

    #[test]
    fn no_line_is_wider_than_asked_for_however_long_the_names() {
        let mut table = Table::of("runtime", ["x".repeat(200)]);
        table.push("y".repeat(300), [Cell::prose("z".repeat(300))]);
        table.push("cpu", [Cell::number("97 %")]);
        for width in [0, 40, 60, 80, 200] {
            let style = Style { color: false, width };
            for line in table.lines(&style) {
                assert!(chars(&line) <= style.columns(), "{width}: {line}");
            }
        }
    }

    #[test]
    fn a_column_of_dashes_alone_can_be_left_out() {
        let mut table = Table::of("runtime", ["a".to_owned()]);
        table.push_if_any("exact", [Cell::number("-")]);
        assert_eq!(table.titles, ["runtime"]);
        table.push_if_any("exact", [Cell::number("81")]);
        assert_eq!(table.titles, ["runtime", "exact"]);
    }

    #[test]
    fn colour_changes_no_column() {
        let mut table = sample();
        table.rows[0][3].tone = Tone::Warning;
        let colored = table.lines(&Style { color: true, width: 80 }).join("\n");
        assert!(colored.contains("\x1b[33m99 % of the time\x1b[0m"), "{colored}");
        let bare = colored.replace("\x1b[33m", "").replace("\x1b[1m", "").replace("\x1b[0m", "");
        assert_eq!(bare, sample().lines(&Style::PLAIN).join("\n"));
    }
}
