//! What is gathered of a sweep's points while they come: tables on the disk, a digest in memory.

use std::io;
use std::path::Path;

use crate::report::chart::COLUMNS_OF_SWEEPS;
use crate::report::csv;
use crate::report::files::journal::Entry;
use crate::report::files::{self, Growing};
use crate::report::sweep::{Digest, FORMATS, Gist, JSON_AROUND, Made};
use crate::study::sweep::Rows;

/// One point, done.
pub struct Done {
    /// What is kept of it.
    pub entry: Entry,
    /// What captions need of it.
    pub gist: Gist,
}

/// The points so far, in order.
pub struct Swept {
    /// What a screen shows of them.
    pub digest: Digest,
    /// What they took.
    pub made: Made,
    /// What charts are drawn of; `None` where none are.
    pub rows: Option<Rows>,
    json: Growing,
    csv: Growing,
    is_empty: bool,
}

/// The file of a format.
pub fn file_of(format: &str) -> &'static str {
    let mut formats = FORMATS.iter();
    formats.find(|one| one.name == format).map_or("", |one| one.file)
}

impl Swept {
    /// None yet; their tables grow in this folder.
    pub fn begin(folder: &Path, digest: Digest, draws: bool) -> Result<Self, files::Error> {
        let mut titles = Vec::new();
        csv::write_titles(digest.titles(), &mut titles)
            .map_err(|source| files::Error::Report { name: "csv", source })?;
        let mut swept = Self {
            made: Made::default(),
            rows: draws.then(|| Rows::of_columns(digest.titles(), COLUMNS_OF_SWEEPS)),
            json: Growing::begin(folder, file_of("json"))?,
            csv: Growing::begin(folder, file_of("csv"))?,
            digest,
            is_empty: true,
        };
        swept.csv.add(&titles)?;
        Ok(swept)
    }

    /// The next point.
    pub fn add(&mut self, entry: &Entry, gist: &Gist) -> Result<(), files::Error> {
        let [before, between, _] = JSON_AROUND;
        self.json.add(if self.is_empty { before } else { between }.as_bytes())?;
        self.json.add(entry.json.as_bytes())?;
        self.csv.add(entry.csv.as_bytes())?;
        self.is_empty = false;
        self.made.add(gist);
        let rows = self.rows.as_mut().map_or(Ok(()), |rows| rows.add(&entry.csv));
        rows.and_then(|()| self.digest.add(&entry.csv))
            .map_err(|error| files::Error::Report { name: "csv", source: io::Error::other(error) })
    }

    /// The next point, as a journal has it.
    pub fn add_again(&mut self, entry: &Entry) -> Result<(), files::Error> {
        let gist = Gist::read(&entry.json)
            .map_err(|error| files::Error::Report { name: "json", source: error.into() })?;
        self.add(entry, &gist)
    }

    /// Puts the tables into their places; the digest, and name and hash of each table.
    pub fn finish(self) -> Result<(Digest, [(String, String); 2]), files::Error> {
        let Self { mut json, csv, digest, .. } = self;
        json.add(JSON_AROUND[2].as_bytes())?;
        Ok((digest, [json.finish()?, csv.finish()?]))
    }
}
