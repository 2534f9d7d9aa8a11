//! `[params]`: what `$name` is worth, in whatever order the parameters are written.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::input::data::DataFiles;
use crate::input::document::Document;
use crate::input::notes::{Notes, TOLD};
use crate::input::problem::Problem;
use crate::input::reader::Reader;
use crate::input::series::Sheet;
use crate::input::suggest::did_you_mean;
use crate::input::table::MOST_WIDE;
use crate::input::tree::{Content, Item, Table};
use crate::input::value::{self, Expr, Scope, Value, ValueError};
use crate::model::read::uses::{Part, Uses};

/// Names that the model itself gives, which no parameter may have.
pub const RESERVED: [&str; 2] = ["cores", "beta"];

/// Parameters that use each other in a longer row are no work of people, and each takes stack.
const LONGEST_CHAIN: usize = 100;

/// What is known of `$beta`, T_io/T_cpu of the requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Beta {
    /// The requests are being read.
    NotYet,
    /// They are mistaken, which was told.
    Mistaken,
    /// It has no value, for this reason.
    Undefined(&'static str),
    /// It is this.
    Known(f64),
}

/// Names with what they are worth.
pub type Known = BTreeMap<String, Result<Value, String>>;

/// The parameters of a model, evaluated when they are first asked for.
pub struct Names<'a> {
    notes: &'a Notes,
    folder: &'a Path,
    written: BTreeMap<&'a str, &'a Item>,
    /// Values that stand in front of what is written: a runtime's `set`.
    instead: BTreeMap<String, Value>,
    cores: Option<&'a Item>,
    beta: Cell<Beta>,
    known: RefCell<Known>,
    /// The names whose evaluation is under way, from the outermost.
    under_way: RefCell<Vec<String>>,
    sheets: &'a Sheets<'a>,
    /// Where it is kept who looks up what, if anybody wants to know.
    uses: Option<&'a RefCell<Uses>>,
}

/// The CSV files of one reading, each opened once.
#[derive(Debug)]
pub struct Sheets<'a> {
    data: &'a DataFiles,
    open: RefCell<BTreeMap<String, Opened>>,
}

/// A sheet, or why there is none.
type Opened = Result<Arc<Sheet>, String>;

impl<'a> Sheets<'a> {
    /// None is open yet.
    #[must_use]
    pub fn of(document: &'a Document) -> Self {
        Self { data: document.data(), open: RefCell::default() }
    }

    /// Whether no file was asked for.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.open.borrow().is_empty()
    }

    /// The file as a sheet.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is none.
    pub fn open(&self, folder: &Path, file: &str) -> Result<Arc<Sheet>, String> {
        let mut open = self.open.borrow_mut();
        open.entry(file.to_owned()).or_insert_with(|| self.data.open(folder, file)).clone()
    }

    /// The files among them that lie outside of the folder, links followed.
    #[must_use]
    pub fn outside(&self, folder: &Path) -> Vec<String> {
        if self.is_untouched() {
            return Vec::new();
        }
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(home) = folder.canonicalize() else { return Vec::new() };
        let inside =
            |file: &str| folder.join(file).canonicalize().is_ok_and(|path| path.starts_with(&home));
        let sheets = self.open.borrow();
        let read = sheets.iter().filter(|(_, sheet)| sheet.is_ok()).map(|(file, _)| file);
        read.filter(|file| !inside(file)).cloned().collect()
    }
}

impl<'a> Names<'a> {
    /// The parameters of `[params]` and the cores of `[host]`.
    #[must_use]
    pub fn new(
        notes: &'a Notes,
        (folder, sheets): (&'a Path, &'a Sheets<'a>),
        params: Option<&'a Table>,
        cores: Option<&'a Item>,
    ) -> Self {
        let entries = params.map_or(&[][..], |table| table.entries.as_slice());
        Self {
            notes,
            folder,
            written: entries.iter().map(|entry| (entry.key.as_str(), &entry.item)).collect(),
            instead: BTreeMap::new(),
            cores,
            beta: Cell::new(Beta::NotYet),
            known: RefCell::new(BTreeMap::new()),
            under_way: RefCell::new(Vec::new()),
            sheets,
            uses: None,
        }
    }

    /// The same, with these values known already, telling who looks up what.
    #[must_use]
    pub fn watched(mut self, known: Known, uses: &'a RefCell<Uses>) -> Self {
        self.known = RefCell::new(known);
        self.uses = Some(uses);
        self
    }

    /// Says which part of the model is read from now on.
    pub fn reading(&self, part: Part) {
        if let Some(uses) = self.uses {
            uses.borrow_mut().read(part);
        }
    }

    /// The values of the names that were looked up.
    #[must_use]
    pub fn into_known(self) -> Known {
        self.known.into_inner()
    }

    /// The same with other values of some parameters; those that use them change with them.
    #[must_use]
    pub fn with(&self, instead: BTreeMap<String, Value>, beta: Beta) -> Self {
        // The host is the same for all, even where its cores are a parameter that is set here.
        let cores = self.lookup("cores").map(|cores| ("cores".to_owned(), cores));
        Self {
            notes: self.notes,
            folder: self.folder,
            written: self.written.clone(),
            instead,
            cores: self.cores,
            beta: Cell::new(beta),
            known: RefCell::new(cores.into_iter().collect()),
            under_way: RefCell::new(Vec::new()),
            sheets: self.sheets,
            uses: self.uses,
        }
    }

    /// Says what `$beta` is from now on.
    pub fn set_beta(&self, beta: Beta) {
        self.beta.set(beta);
    }

    /// What is known of `$beta`.
    #[must_use]
    pub fn beta(&self) -> Beta {
        self.beta.get()
    }

    /// A reader in whose values these names may stand.
    #[must_use]
    pub fn reader(&'a self) -> Reader<'a> {
        Reader { notes: self.notes, scope: self }
    }

    /// The names of `[params]`.
    #[must_use]
    pub fn parameters(&self) -> Vec<&'a str> {
        self.written.keys().copied().collect()
    }

    /// How many mistakes are noted so far.
    #[must_use]
    pub fn notes_count(&self) -> usize {
        self.notes.count()
    }

    /// Evaluates every parameter, so that mistakes in those that nothing uses are told too.
    pub fn check_all(&self) {
        for name in self.written.keys() {
            if !self.known.borrow().contains_key(*name) {
                let _ = self.lookup(name);
            }
        }
    }

    fn evaluate(&self, name: &str, item: &Item) -> Result<Value, String> {
        let circle = {
            let under_way = self.under_way.borrow();
            let start = under_way.iter().position(|other| other == name);
            start.map(|start| [&under_way[start..], &[name.to_owned()]].concat())
        };
        if let Some(circle) = circle {
            let names: Vec<_> = circle.iter().map(|name| format!("${name}")).collect();
            let problem = Problem::new(format!("parameters in a circle: {}", names.join(" -> ")))
                .advice("give one of them a value that needs none of the others");
            self.notes.add(problem.at(&item.place));
            return Err(TOLD.to_owned());
        }
        if self.under_way.borrow().len() >= LONGEST_CHAIN {
            let problem = Problem::new(format!(
                "a parameter of a parameter of a parameter …: more than {LONGEST_CHAIN} in a row"
            ));
            self.notes.add(problem.at(&item.place).advice("shorten the chain"));
            return Err(TOLD.to_owned());
        }
        self.under_way.borrow_mut().push(name.to_owned());
        let expected = "a value: a number, a duration, a distribution, …";
        let value = self.reader().value(item, |value| Ok(value.clone()), expected);
        self.under_way.borrow_mut().pop();
        value.ok_or_else(|| TOLD.to_owned())
    }

    fn beta_value(&self) -> Result<Value, String> {
        match self.beta.get() {
            Beta::Known(beta) => Ok(Value::Number(beta)),
            Beta::NotYet => Err("`$beta` is computed from the requests (T_io/T_cpu), so nothing \
                                 that the requests need can use it"
                .to_owned()),
            Beta::Undefined(why) => Err(format!(
                "`$beta` (T_io/T_cpu) has no value, since {why}: write a number instead"
            )),
            Beta::Mistaken => Err(TOLD.to_owned()),
        }
    }
}

impl Scope for Names<'_> {
    fn lookup(&self, name: &str) -> Option<Result<Value, String>> {
        if let Some(uses) = self.uses {
            uses.borrow_mut().looked_up(name, self.under_way.borrow().last());
        }
        if name == "beta" {
            return Some(self.beta_value());
        }
        if let Some(value) = self.instead.get(name) {
            return Some(Ok(value.clone()));
        }
        if let Some(value) = self.known.borrow().get(name) {
            return Some(value.clone());
        }
        let value = match (name, self.cores, self.written.get(name)) {
            ("cores", None, _) => Ok(Value::Number(1.0)),
            // A number of cores that `[host]` refuses is told there, not again by its uses.
            ("cores", Some(item), _) => match self.evaluate(name, item) {
                Ok(value) if !value.count().is_ok_and(|cores| (1..=MOST_WIDE).contains(&cores)) => {
                    Err(TOLD.to_owned())
                }
                other => other,
            },
            (_, _, item) => self.evaluate(name, item?),
        };
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
        Some(value)
    }

    fn names(&self) -> Vec<String> {
        self.written.keys().copied().chain(RESERVED).map(str::to_owned).collect()
    }

    fn parsed(&self, text: &str) -> Result<Arc<Expr>, ValueError> {
        match self.uses {
            // What has a name in it stays as it is where the name's value changes.
            Some(uses) if text.contains('$') => uses.borrow_mut().parsed(text),
            _ => value::parse(text).map(Arc::new),
        }
    }

    fn series(&self, file: &str, column: &str) -> Result<Vec<f64>, String> {
        let sheet = self.sheets.open(self.folder, file)?;
        let numbers = sheet.numbers(sheet.column(Some(column))?)?;
        Ok(numbers.into_iter().map(|(_, number)| number).collect())
    }
}

/// Notes parameters whose name is none, or is one that the model gives itself.
pub fn check_names(notes: &Notes, params: &Table) {
    let nothing = crate::input::value::NoScope;
    let reader = Reader { notes, scope: &nothing };
    for entry in &params.entries {
        if RESERVED.contains(&entry.key.as_str()) {
            let problem = Problem::new(format!("`{}` cannot be a parameter", entry.key))
                .expected("a name other than `cores` and `beta`, which the model gives itself")
                .advice("call it something else");
            reader.note(&entry.key_place, problem);
        } else {
            let _ = reader.check_name(&entry.key, &entry.key_place);
        }
    }
}

/// The values that a runtime's `set` gives to parameters. They are evaluated where the others keep
/// their values, so that `cpu = "0.8 * $cpu"` is no circle.
#[must_use]
pub fn read_set(names: &Names<'_>, item: &Item) -> BTreeMap<String, Value> {
    let reader = names.reader();
    let expected = "a table of parameters and values: set = { cpu = \"0.8 ms\" }";
    let mut values = BTreeMap::new();
    let Some(table) = reader.table(item, expected) else { return values };
    let known = names.parameters();
    for entry in &table.entries {
        if !known.contains(&entry.key.as_str()) {
            let what =
                if matches!(entry.item.content, Content::Table(_)) { "path" } else { "name" };
            let problem = Problem::new(format!("`{}` is not the {what} of a parameter", entry.key))
                .expected("a parameter of [params]")
                .perhaps(did_you_mean(&entry.key, &known))
                .advice("`set` changes parameters: define one in [params] and use it as \"$name\"");
            reader.note(&entry.key_place, problem);
            continue;
        }
        let value = reader.value(&entry.item, |value| Ok(value.clone()), "a value");
        if let Some(value) = value {
            values.insert(entry.key.clone(), value);
        }
    }
    values
}
