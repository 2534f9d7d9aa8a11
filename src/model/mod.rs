//! What a model file describes: a host, a load, requests, shared resources, runtimes to compare.
//!
//! The types here are plain data, read from a TOML file by [`Model::read`] or built in code. The
//! readers are in [`read`], a file for each table, beside the keys and defaults of each.

pub mod demand;
mod effect;
pub mod expect;
pub mod host;
pub mod load;
pub mod metric;
pub mod overrides;
pub mod preset;
pub mod read;
pub mod request;
pub mod resource;
pub mod run;
pub mod runtime;
pub mod schema;
pub mod shipped;

pub use demand::Demand;
pub use expect::Expect;
pub use host::{Host, Scheduling};
pub use load::{Load, LoadKind};
pub use overrides::Overrides;
pub use request::{RequestClass, Step, StepKind};
pub use resource::{Resource, Scope};
pub use run::{Objective, RunSpec, Warmup};
pub use runtime::{Runtime, RuntimeKind};

/// A whole model: everything that a simulation needs to know.
#[derive(Clone, Debug)]
pub struct Model {
    /// The file's stem, or what the program that built it called it.
    pub name: String,
    /// One line for people.
    pub title: Option<String>,
    /// Where the numbers come from.
    pub source: Option<String>,
    /// What is given, what is assumed, what is fitted.
    pub description: Option<String>,
    /// A published case in three sentences.
    pub story: Story,
    /// One instance of the machine.
    pub host: Host,
    /// Who sends requests and when.
    pub load: Load,
    /// Shared things of finite width; steps name them by their place in this list.
    pub resources: Vec<Resource>,
    /// The request classes, at least one.
    pub requests: Vec<RequestClass>,
    /// The runtimes to compare, at least one.
    pub runtimes: Vec<Runtime>,
    /// How long, how often, with which seed.
    pub run: RunSpec,
    /// The same model under other values, by name; see [`Scenario`].
    pub scenarios: Vec<Scenario>,
    /// What the source reports, to be held against the simulation.
    pub expects: Vec<Expect>,
    /// Files that were read from outside of the model's folder.
    pub read_outside: Vec<String>,
}

impl Model {
    /// A note on files that were read from outside of the model's folder; `None` where none was.
    #[must_use]
    pub fn note_outside(&self) -> Option<String> {
        let files = self.read_outside.join(", ");
        (!files.is_empty()).then(|| format!("reads {files} from outside of the model's folder"))
    }

    /// Nothing yet, to be read into.
    fn blank() -> Self {
        let mut blank = Self::new("", Load::closed(1), Vec::new(), Vec::new());
        blank.requests.clear();
        blank
    }

    /// One class of requests under a load on a host of one core, with no resource and the defaults
    /// of a run. The fields are public: what differs is set afterwards.
    #[must_use]
    pub fn new(name: &str, load: Load, steps: Vec<Step>, runtimes: Vec<Runtime>) -> Self {
        Self {
            name: name.to_owned(),
            title: None,
            source: None,
            description: None,
            story: Story::default(),
            host: Host::default(),
            load,
            resources: Vec::new(),
            requests: vec![RequestClass::only(steps)],
            runtimes,
            run: RunSpec::default(),
            scenarios: Vec::new(),
            expects: Vec::new(),
            read_outside: Vec::new(),
        }
    }
}

/// What a published case is about: `claim`, `cause` and `formula_says`, a sentence each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    /// What was claimed.
    pub claim: Option<String>,
    /// What the simulation says causes it.
    pub cause: Option<String>,
    /// What the formula would have said.
    pub formula_says: Option<String>,
}

/// The same model under other values: `[[scenario]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What to set, as `(path or parameter, value text)`, in the file's order.
    pub set: Vec<(String, String)>,
}
