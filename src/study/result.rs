//! What a study found: the object that `--format json` prints, field by field.
//!
//! Field names are the JSON keys and carry their unit. What has no meaning for a runtime is `None`
//! (null); an estimate that was not simulated, or has too few samples, is [`Estimate::NONE`].

use std::collections::BTreeMap;

use serde::Serialize;

pub use crate::simulation::RequestCounts;

/// A point estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate; null where it was not simulated or has too few samples.
    pub value: Option<f64>,
    /// Student's interval over replications; null with one replication. That of a percentile is
    /// set around the percentile of all replications together and is not symmetric.
    pub ci95: Option<[f64; 2]>,
    /// The estimate adjusted by control variates, where they narrow the interval by a tenth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_cv: Option<f64>,
    /// Its interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci95_cv: Option<[f64; 2]>,
}

impl Estimate {
    /// Nothing to say.
    pub const NONE: Self = Self { value: None, ci95: None, value_cv: None, ci95_cv: None };

    /// A value without an interval.
    #[must_use]
    pub const fn exactly(value: f64) -> Self {
        Self { value: Some(value), ..Self::NONE }
    }

    /// Half the width of the interval.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        self.ci95.map(|[lo, hi]| (hi - lo) / 2.0)
    }
}

/// One run of a model: the base model and its scenarios.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The version of the program.
    pub iowait: String,
    /// The model's name.
    pub model: String,
    /// SHA-256 of the model's text, in hex.
    pub model_sha256: String,
    /// The seed.
    pub seed: u64,
    /// Replications run.
    pub replications: u32,
    /// What was thrown away before each window.
    pub warmup_s: f64,
    /// The command line that makes this again.
    pub command: String,
    /// The demands of the base model (of the baseline runtime).
    pub workload: Workload,
    /// The runtime that gains are relative to.
    pub baseline: String,
    /// One entry a runtime, in the model's order.
    pub runtimes: Vec<RuntimeResult>,
    /// One entry a scenario, in the model's order.
    pub scenarios: Vec<ScenarioResult>,
    /// What the table's head says of the model; not part of the JSON.
    #[serde(skip)]
    pub summary: Summary,
}

/// Words for the head of the table.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// What a request is: `20 x (0.05 ms CPU + 4 ms wait), exponential`.
    pub request: String,
    /// The load: `closed load, 648 clients = 8 x (1 + 80)`.
    pub load: String,
    /// The host: `8 cores`.
    pub host: String,
    /// The runtime that gains are relative to here; empty where it is the base model's.
    pub baseline: String,
    /// Requests that an open load offers each second; `None` for closed loads and batches.
    pub offered_rps: Option<f64>,
    /// Warnings that concern the whole comparison (fairness, phase locking).
    pub notes: Vec<String>,
}

/// The same model under other values.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioResult {
    /// The scenario's name.
    pub name: String,
    /// Its demands.
    pub workload: Workload,
    /// What was thrown away before each window.
    pub warmup_s: f64,
    /// One entry a runtime.
    pub runtimes: Vec<RuntimeResult>,
    /// As for the base model; not part of the JSON.
    #[serde(skip)]
    pub summary: Summary,
}

/// What a request demands, as expected sums over its steps, weighted over classes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Workload {
    /// CPU.
    pub t_cpu_s: f64,
    /// I/O wait.
    pub t_io_s: f64,
    /// `T_io / T_cpu`; null where T_cpu is 0.
    pub blocking_coefficient: Option<f64>,
    /// `T_io / (T_io + T_cpu)`; null where both are 0.
    pub blocking_fraction: Option<f64>,
    /// I/O waits of a request.
    pub calls: f64,
    /// `cores × (1 + β)`; null where T_cpu is 0.
    pub optimal_concurrency: Option<f64>,
}

/// One runtime of one model.
#[derive(Clone, Debug, Serialize)]
pub struct RuntimeResult {
    /// Its name.
    pub name: String,
    /// `sync-worker`, `thread-pool`, `event-loop`, `work-stealing`, `serverless`.
    pub kind: String,
    /// Its own demands (they differ from the model's with `set`).
    pub workload: RuntimeWorkload,
    /// Counts, summed over replications; all null where nothing was simulated.
    #[serde(serialize_with = "counts_or_nulls")]
    pub requests: Option<RequestCounts>,
    /// Completions per second of the window.
    pub throughput_rps: Estimate,
    /// Response time of requests that completed in the window.
    pub response_s: ResponseTimes,
    /// The same by request class.
    pub classes: Vec<ClassResult>,
    /// The wait before being taken.
    pub accept_wait_s: MeanOnly,
    /// Where the response time went.
    pub breakdown_s: Breakdown,
    /// Where it went for the slowest 1 %.
    pub breakdown_tail_s: Breakdown,
    /// Requests in flight.
    pub in_flight: MeanPeak,
    /// `cpu`, `cpu_useful`, `workers`, `loop`, `resource.NAME`; null where it has no meaning.
    pub utilization: BTreeMap<String, Option<Estimate>>,
    /// How long ready tasks waited for their loop; null for other kinds.
    pub loop_lag_s: Option<LoopLag>,
    /// Resident memory.
    pub memory_bytes: MeanPeak,
    /// Work for requests whose client had gone.
    pub wasted: Wasted,
    /// Serverless instances started, summed over replications; absent for other kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cold_starts: Option<u64>,
    /// For a batch.
    pub makespan_s: Option<Estimate>,
    /// In the model's currency.
    pub cost: Cost,
    /// Against the baseline.
    pub gain: Gain,
    /// How many times fewer requests the same precision takes than with naive replications.
    pub fewer_requests: Saving,
    /// What theory says.
    pub theory: Theory,
    /// What limits it.
    pub bottleneck: Bottleneck,
    /// The objectives and whether they are met.
    pub slo: Vec<SloResult>,
    /// Whether the load can be sustained; null where it was not simulated.
    pub steady: Option<bool>,
    /// What a reader must know before trusting a figure.
    pub warnings: Vec<String>,
    /// Transitions of the model, summed over replications.
    pub events: Option<u64>,
    /// The distribution of the response time: a share, and the time it does not exceed; not part of
    /// the JSON.
    #[serde(skip)]
    pub distribution: Vec<(f64, Estimate)>,
    /// The shortest response time in seconds; not part of the JSON.
    #[serde(skip)]
    pub response_min_s: Option<f64>,
    /// The width the table shows: workers, threads, loops; not part of the JSON.
    #[serde(skip)]
    pub width: u64,
}

/// A runtime's own demands.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RuntimeWorkload {
    /// CPU.
    pub t_cpu_s: f64,
    /// I/O wait.
    pub t_io_s: f64,
}

impl RuntimeResult {
    /// Counts of attempts; zero where nothing was simulated.
    #[must_use]
    pub fn counts(&self) -> RequestCounts {
        self.requests.unwrap_or_default()
    }
}

/// Keys are never absent: without counts each of them is null.
fn counts_or_nulls<S: serde::Serializer>(
    counts: &Option<RequestCounts>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if let Some(counts) = counts {
        return counts.serialize(serializer);
    }
    let Ok(serde_json::Value::Object(mut keys)) = serde_json::to_value(RequestCounts::default())
    else {
        return serializer.serialize_none();
    };
    keys.values_mut().for_each(|value| *value = serde_json::Value::Null);
    keys.serialize(serializer)
}

/// Response time: mean, percentiles, maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ResponseTimes {
    /// The mean.
    pub mean: Estimate,
    /// The median.
    pub p50: Estimate,
    /// The 75th percentile.
    pub p75: Estimate,
    /// The 90th percentile.
    pub p90: Estimate,
    /// The 95th percentile.
    pub p95: Estimate,
    /// The 99th percentile.
    pub p99: Estimate,
    /// The 99.9th percentile.
    pub p999: Estimate,
    /// The largest; over replications the mean of their largest.
    pub max: Estimate,
}

/// One request class under one runtime.
#[derive(Clone, Debug, Serialize)]
pub struct ClassResult {
    /// Its name.
    pub name: String,
    /// Completions per second.
    pub throughput_rps: Estimate,
    /// Response time.
    pub response_s: ResponseTimes,
}

/// A mean alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MeanOnly {
    /// The mean.
    pub mean: Estimate,
}

/// A time average and the highest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct MeanPeak {
    /// The time average over the window.
    pub mean: Estimate,
    /// The highest value in any replication's window; null where it was not simulated.
    pub peak: Option<u64>,
}

/// The parts of a response time; they add up to its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Breakdown {
    /// Before the runtime took it.
    pub accept: Estimate,
    /// Waiting for a core.
    pub cpu_wait: Estimate,
    /// Waiting for the GIL.
    pub lock_wait: Estimate,
    /// Waiting for the loop.
    pub loop_wait: Estimate,
    /// Waiting for an executor thread.
    pub executor_wait: Estimate,
    /// On a core.
    pub running: Estimate,
    /// Waiting for a slot.
    pub resource_wait: Estimate,
    /// In I/O.
    pub io: Estimate,
}

/// How long ready tasks waited for their loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct LoopLag {
    /// The mean.
    pub mean: Estimate,
    /// The 99th percentile.
    pub p99: Estimate,
}

/// Work for requests whose client had gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Wasted {
    /// Requests that the server finished or dropped after their client had given up.
    pub requests: Option<u64>,
    /// CPU spent on them, per replication.
    pub cpu_s: Estimate,
}

/// In the model's own currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// All instances.
    pub per_hour: Option<f64>,
    /// For a million completed requests.
    pub per_million: Option<Estimate>,
}

/// The gain over the baseline, by formula, bound, theory and simulation.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Gain {
    /// The ratio of mean throughputs (of makespans for a batch), its interval from paired ratios.
    pub simulated: Estimate,
    /// `1 + T_io/T_cpu` of the baseline, never capped; 1 for the baseline itself.
    pub formula: Option<f64>,
    /// `E(N) = min(N, 1 + T_io/T_cpu)` with N requests in flight for each core.
    pub formula_n: Option<f64>,
    /// The ratio of capacities: what the formula becomes on this host.
    pub bound: Option<f64>,
    /// The ratio of exact throughputs, where both are exact.
    pub exact: Option<f64>,
    /// Simulated over formula.
    pub over_formula: Option<f64>,
    /// Named shares of the gap between formula and simulation; empty where there is none.
    pub explained: Vec<Explained>,
}

/// How many times fewer requests an answer of the same precision takes, thanks to pairing and
/// control variates, than with streams of its own for each runtime and without them.
///
/// Null where there is no interval, or one of no width; the gain's for the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Saving {
    /// For the throughput.
    pub throughput: Option<f64>,
    /// For the mean response time.
    pub mean: Option<f64>,
    /// For its 99th percentile.
    pub p99: Option<f64>,
    /// For the gain.
    pub gain: Option<f64>,
    /// How well each of them is known: from a few replications, within a factor.
    pub ci95: SavingInterval,
}

/// The 95 % intervals of a [`Saving`]; null with fewer than four replications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct SavingInterval {
    /// For the throughput.
    pub throughput: Option<[f64; 2]>,
    /// For the mean response time.
    pub mean: Option<[f64; 2]>,
    /// For its 99th percentile.
    pub p99: Option<[f64; 2]>,
    /// For the gain.
    pub gain: Option<[f64; 2]>,
}

/// One named share of the gap between formula and simulation; the last, `interaction`, is what the
/// others have in common, so that all add up to the gap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The cause: `variability`, `imbalance`, `gil`, `resource.NAME`, ….
    pub cause: String,
    /// The gain without it less the gain with it.
    pub share: f64,
    /// Student's interval over replications; null for `interaction`.
    pub ci95: Option<[f64; 2]>,
    /// What may follow "because"; not part of the JSON.
    #[serde(skip)]
    pub words: String,
}

/// What theory says of one runtime.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Theory {
    /// The most that the runtime can do: the smallest of its capacities and what the load offers.
    pub bound_rps: Option<f64>,
    /// Where a queueing model is exact.
    pub exact: Option<Exact>,
    /// Why it is, or what breaks exactness: one sentence without a full stop; not part of the JSON.
    #[serde(skip)]
    pub why: String,
}

/// An exact result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exact {
    /// Its name: `MVA`, `Erlang C`, ….
    pub method: String,
    /// Throughput.
    pub throughput_rps: f64,
    /// Mean response time.
    pub response_mean_s: Option<f64>,
}

/// What limits a runtime.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Bottleneck {
    /// `cpu`, `workers`, `loop`, `gil`, `clients`, `load`, `executor`, `resource.NAME`.
    pub resource: String,
    /// How busy it is, as simulated.
    pub utilization: Option<f64>,
    /// One sentence.
    pub why: String,
}

/// One objective, judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SloResult {
    /// As written.
    pub objective: String,
    /// Whether the point estimate meets it; null where it can't be told.
    pub met: Option<bool>,
    /// The figure that was judged, infinite where a percentile falls among requests that did not
    /// complete; not part of the JSON.
    #[serde(skip)]
    pub figure: Estimate,
    /// The figure of each replication, so that results of the same requests can be paired; empty
    /// where one has none. Not part of the JSON.
    #[serde(skip)]
    pub each: Vec<f64>,
}
/// What several studies took, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Effort {
    /// Replications.
    pub replications: [u32; 2],
    /// What was thrown away before each window.
    pub warmup_s: [f64; 2],
}

impl Effort {
    /// With one more study.
    #[must_use]
    pub fn and(all: Option<Self>, replications: u32, warmup_s: f64) -> Self {
        let own = Self { replications: [replications; 2], warmup_s: [warmup_s; 2] };
        let Some(Self { replications: [few, many], warmup_s: [short, long] }) = all else {
            return own;
        };
        Self {
            replications: [few.min(replications), many.max(replications)],
            warmup_s: [short.min(warmup_s), long.max(warmup_s)],
        }
    }
}
