//! Why a gain is not the formula's: each cause by name, and the same requests simulated without it.
//!
//! The formula is exact where the baseline has one worker for each core that the other keeps busy,
//! clients and threads are enough, nothing varies, queues are shared, and nothing but the requests'
//! own steps takes time. A cause is one of these conditions that a model does not keep; taken away,
//! the gain moves by its share.
//!
//! | file | causes |
//! | --- | --- |
//! | `load` | `load`: an open load that is all there is, a batch that ends |
//! | `width` | `clients`, `width`: too few requests in flight |
//! | `cores` | `cores`, `gil`: not the same cores for both, one thread at a time |
//! | `chance` | `variability` |
//! | `queues` | `imbalance`, `blocking`: loops that serve only their own tasks, calls that stop them |
//! | `costs` | `switches`, `overhead`, `demands` |
//! | `pools` | `resource.NAME`, `executor` |
//! | `failures` | `failures` |
//!
//! `shares` simulates and adds up.

mod chance;
mod cores;
mod costs;
mod failures;
mod load;
mod pair;
mod pools;
mod queues;
mod shares;
mod width;

pub use pair::{Pair, Side};
pub use shares::explain;

/// The row that makes the shares add up to the gap: what several causes have in common.
pub const INTERACTION: &str = "interaction";

/// One condition of the formula that a pair does not keep, and the pair with it kept.
#[derive(Clone, Debug)]
pub struct Cause {
    /// Its name in results.
    pub name: String,
    /// What may follow "because".
    pub words: String,
    /// The runtime without it; `None` where that is as before.
    pub own: Option<Side>,
    /// The baseline without it; `None` where that is as before.
    pub base: Option<Side>,
}

impl Cause {
    fn new(name: &str, words: impl Into<String>) -> Self {
        Self { name: name.to_owned(), words: words.into(), own: None, base: None }
    }

    fn own(mut self, side: Option<Side>) -> Self {
        self.own = side;
        self
    }

    fn base(mut self, side: Option<Side>) -> Self {
        self.base = side;
        self
    }

    /// The cause, where taking it away changes anything.
    fn found(self) -> Option<Self> {
        (self.own.is_some() || self.base.is_some()).then_some(self)
    }
}

/// The kinds of cause, each with what finds it.
const KINDS: [fn(&Pair) -> Vec<Cause>; 13] = [
    |pair| Vec::from_iter(load::find(pair)),
    |pair| Vec::from_iter(width::clients(pair)),
    |pair| Vec::from_iter(width::width(pair)),
    |pair| Vec::from_iter(cores::cores(pair)),
    |pair| Vec::from_iter(cores::gil(pair)),
    |pair| Vec::from_iter(chance::find(pair)),
    |pair| Vec::from_iter(queues::imbalance(pair)),
    |pair| Vec::from_iter(queues::blocking(pair)),
    |pair| Vec::from_iter(costs::switches(pair)),
    |pair| Vec::from_iter(costs::overhead(pair)),
    |pair| Vec::from_iter(costs::demands(pair)),
    pools::find,
    |pair| Vec::from_iter(failures::find(pair)),
];

/// Every cause that is present in a pair.
#[must_use]
pub fn of(pair: &Pair) -> Vec<Cause> {
    KINDS.iter().flat_map(|find| find(pair)).collect()
}
