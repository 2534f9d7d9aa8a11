//! What breaks exactness: the causes, one sentence each.

use crate::theory::TheoryError;

/// Why no exact result applies.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Obstacle {
    /// A batch.
    #[error("a batch has no steady state, and exact results are about that")]
    Batch,
    /// Arrivals that no result here is about.
    #[error("{0} arrivals have no exact result here: they are neither Poisson nor evenly spaced")]
    Arrivals(&'static str),
    /// Arrivals that are evenly spaced, or dealt out in turn, where Poisson ones are needed.
    #[error(
        "each queue's arrivals are more regular than Poisson (evenly spaced, or dealt out in \
         turn), which is solved for one server with exponential service alone"
    )]
    Regular,
    /// Nothing has a steady state.
    #[error("more is offered than can be served: the queue grows without bound")]
    Overload,
    /// `load.timeout`.
    #[error("clients give up after a time, so that responses depend on their own past")]
    ClientsGiveUp,
    /// `fail`.
    #[error("steps may fail, and a client whose request failed waits before its next")]
    Failures,
    /// `backlog`.
    #[error("a full backlog refuses requests, which is solved for exponential service alone")]
    Refusals,
    /// `backlog` and `retries`.
    #[error("refused requests are tried again, so that arrivals depend on refusals")]
    RefusedRetry,
    /// `backlog` of a closed load.
    #[error("a full backlog refuses clients, who then wait before their next request")]
    RefusedClients,
    /// A count in a model built in code.
    #[error("steps are repeated a number of times that is not whole, and then rounded down")]
    Counts,
    /// `kill_after`.
    #[error("requests that run too long are killed, so that responses depend on their own past")]
    Killed,
    /// `cold_start`.
    #[error(
        "a request that finds no idle instance waits for one to start, which no queue here has"
    )]
    ColdStarts,
    /// Work stealing.
    #[error("a worker goes on with old tasks before it takes new requests, which are not alike")]
    OldTasksFirst,
    /// `gil`.
    #[error("threads share an interpreter lock beside the cores: two resources held at once")]
    Gil,
    /// `context_switch`.
    #[error("what a context switch costs depends on which thread ran before")]
    ContextSwitch,
    /// `dispatch`.
    #[error("a main thread hands requests to the pool, and competes with it for the cores")]
    Dispatch,
    /// `timer_overshoot`, `timer_grain`.
    #[error(
        "when a timer ends depends on when its loop fell asleep, or on the system's own timers"
    )]
    Timer,
    /// `cold_cost`.
    #[error("what a burst costs depends on how long its core was idle")]
    Cold,
    /// `poll`.
    #[error("the cost of a poll is shared by all that became ready: it depends on the queue")]
    Poll,
    /// `task_switch`.
    #[error("each resumption costs a constant, so that bursts are not exponential")]
    TaskSwitch,
    /// `offload` on a loop.
    #[error("offloaded steps share the cores with their loop under another discipline")]
    Offload,
    /// `blocking` on a loop.
    #[error("blocking waits stop a whole loop: they hold it and are not served by it")]
    Blocking,
    /// `parallel` on a loop.
    #[error("parallel branches fork and join, which no product form allows")]
    Parallel,
    /// `assign = "greedy"` with several loops.
    #[error(
        "loops share a socket: the first that polls takes all that wait, and requests then stay \
         with it, busy or not"
    )]
    SharedSocket,
    /// Loops or instances that are chosen by their state, or in turn in a closed load.
    #[error(
        "the choice among {0} depends on what they did before: their queues are not independent"
    )]
    Balanced(&'static str),
    /// More loops than cores.
    #[error("more loops than cores: loops queue for cores while their tasks queue for them")]
    MoreLoopsThanCores,
    /// FIFO or round-robin bursts.
    #[error(
        "bursts that queue for {0} are not exponential: in order of arrival, or in slices, only \
         exponential ones of one mean have product form"
    )]
    BurstsNotExponential(&'static str),
    /// Nothing has a density.
    #[error(
        "times are constant or of a few values: clients that start in step stay in step, whatever \
         the stationary distribution says"
    )]
    PhaseLocked,
    /// Several means.
    #[error("bursts that queue for {0} have several means: product form needs one mean for all")]
    BurstsOfSeveralMeans(&'static str),
    /// Bursts that follow each other.
    #[error("bursts follow each other without a wait: together they are not exponential")]
    BurstsFused,
    /// A turn without a burst.
    #[error(
        "a request takes turns of its loop without a burst: being taken in, or going on after a \
         wait, queues for no service at all"
    )]
    EmptyTurn,
    /// Slices.
    #[error("slices may end within bursts while waits between bursts differ: order then matters")]
    Slices,
    /// Threads or workers.
    #[error("requests wait for one of {0} threads or workers while those wait for I/O")]
    Width(u64),
    /// `max_tasks`.
    #[error("max_tasks keeps requests out while tasks wait for I/O")]
    MaxTasks,
    /// M/G/c.
    #[error(
        "{0} workers and requests that are neither exponential nor constant: M/G/c has no exact \
         result"
    )]
    ManyServers(u64),
    /// `hold`.
    #[error("slots of {0} are held across steps: two resources at once")]
    Hold(String),
    /// Several entries in `at`.
    #[error("a wait holds slots of {0} and of another resource that may be short")]
    SeveralResources(String),
    /// Waits at a resource.
    #[error("waits at {0} are not exponential of one mean, and requests queue for its slots")]
    WaitsNotExponential(String),
    /// `timeout` or `queue` of a resource.
    #[error("requests that wait too long or find {0} full fail")]
    ResourceGivesUp(String),
    /// `scope = "process"`.
    #[error("each process has its own {0}, and which one a request finds depends on the others")]
    ResourceOfProcess(String),
    /// A short resource and loops that keep their clients.
    #[error("loops that keep their clients share a resource that may be short")]
    PoolOfLoops,
    /// No variance.
    #[error("the service time has no finite variance, and the mean wait is infinite with it")]
    InfiniteVariance,
    /// Nothing takes time.
    #[error("requests take no time at all: there is no rate")]
    NoTime,
    /// A solution out of reach.
    #[error("exact in principle, but out of reach: {0}")]
    OutOfReach(TheoryError),
    /// A solution that takes too long.
    #[error("exact in principle, but {0} requests at {1} queues take too long to work out")]
    TooLong(u64, u64),
}

impl From<TheoryError> for Obstacle {
    fn from(error: TheoryError) -> Self {
        match error {
            TheoryError::Unstable { .. } => Self::Overload,
            other => Self::OutOfReach(other),
        }
    }
}
