//! The cells of a table in one piece of memory: a large table is little more than its text.

use std::io::{Error, ErrorKind};

/// Rows of equal length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    width: usize,
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
}

impl Cells {
    /// No rows yet, each to be of so many cells.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self { width, text: String::new(), ends: Vec::new() }
    }

    /// Adds a row; what is too short ends with empty cells, what is too long is cut.
    ///
    /// # Errors
    ///
    /// The text is longer than 4 GiB.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let begin = self.text.len();
        let places = self.ends.len() + self.width;
        for cell in row.into_iter().take(self.width) {
            self.text.push_str(cell);
            match u32::try_from(self.text.len()) {
                Ok(end) => self.ends.push(end),
                Err(_) => {
                    self.text.truncate(begin);
                    self.ends.truncate(places - self.width);
                    return Err(Error::new(ErrorKind::OutOfMemory, "a table of more than 4 GiB"));
                }
            }
        }
        let end = self.ends.last().copied().unwrap_or(0);
        self.ends.resize(places, end);
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self.width {
            0 => 0,
            width => self.ends.len() / width,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell; empty where there is none.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> &str {
        if column >= self.width || row >= self.len() {
            return "";
        }
        let place = row * self.width + column;
        let from = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        &self.text[from..self.ends[place] as usize]
    }

    /// The cells of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.width).map(move |column| self.get(row, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_where_they_were_put_and_rows_are_of_one_length() {
        let mut cells = Cells::new(3);
        cells.push(["a", "", "ccc"]).unwrap();
        cells.push(["d"]).unwrap();
        cells.push(["e", "f", "g", "h"]).unwrap();
        let rows: Vec<Vec<&str>> = (0..3).map(|row| cells.row(row).collect()).collect();
        assert_eq!(rows, [["a", "", "ccc"], ["d", "", ""], ["e", "f", "g"]]);
        assert_eq!((cells.len(), cells.get(3, 0), cells.get(0, 3)), (3, "", ""));
    }
}
