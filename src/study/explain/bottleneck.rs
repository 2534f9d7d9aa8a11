//! What limits a runtime, in a word and in a sentence.

use std::collections::BTreeMap;

use crate::model::{Model, Runtime, RuntimeKind};
use crate::study::capacity::Capacity;
use crate::study::result::{Bottleneck, Estimate};
use crate::study::workload::{offered_rps, trimmed};

use super::LIGHT;

/// What is known of one runtime when its bottleneck is named.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The model.
    pub model: &'a Model,
    /// The runtime.
    pub runtime: &'a Runtime,
    /// What it can sustain.
    pub capacity: &'a Capacity,
    /// How busy everything was.
    pub utilization: &'a BTreeMap<String, Option<Estimate>>,
    /// Its throughput; `None` where it was not simulated.
    pub throughput: Option<f64>,
}

impl Evidence<'_> {
    fn used(&self, name: &str) -> Option<f64> {
        self.utilization.get(name).copied().flatten().and_then(|estimate| estimate.value)
    }

    /// How busy a limit of the capacity was.
    fn used_of(&self, limit: &str) -> Option<f64> {
        match limit {
            "workers" | "loop" | "cpu" => self.used(limit),
            "gil" => {
                // All bytecode runs under the lock: busy cores over processes.
                let cores = f64::from(self.model.host.cores);
                let processes = f64::from(self.runtime.kind.processes());
                self.used("cpu").map(|used| (used * cores / processes).min(1.0))
            }
            name => self.used(name),
        }
    }
}

/// The bottleneck of a runtime, with one sentence for people.
#[must_use]
pub fn bottleneck(evidence: &Evidence<'_>) -> Bottleneck {
    let limit = binding(evidence);
    let utilization = evidence.used_of(&limit);
    let why = limit_sentence(evidence, &limit, utilization);
    Bottleneck { resource: limit, utilization, why }
}

/// The limit that binds: the load where it is light, else the lowest limit of the capacity, unless
/// the simulation shows that something else is busier.
fn binding(evidence: &Evidence<'_>) -> String {
    let lowest = evidence.capacity.lowest();
    let offered = offered_rps(evidence.model);
    let light = offered.is_some_and(|offered| offered < LIGHT * lowest.rate);
    let Some(done) = evidence.throughput else {
        return if light { "load".to_owned() } else { lowest.resource.clone() };
    };
    if light && offered.is_some_and(|offered| done > LIGHT * offered) {
        return "load".to_owned();
    }
    if lowest.resource == "clients" && evidence.used("cpu").is_some_and(|used| used > 0.97) {
        return "cpu".to_owned();
    }
    if done < LIGHT * lowest.rate {
        if let Some(busiest) = busiest(evidence) {
            return busiest;
        }
        if evidence.model.load.kind.is_open() {
            return "load".to_owned();
        }
    }
    lowest.resource.clone()
}

/// What is busy most of the time although no limit of the capacity is near.
fn busiest(evidence: &Evidence<'_>) -> Option<String> {
    evidence
        .utilization
        .iter()
        .filter(|(name, _)| *name != "cpu_useful")
        .filter_map(|(name, used)| Some((name, used.as_ref()?.value?)))
        .filter(|&(_, used)| used > 0.8)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name.clone())
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn limit_sentence(evidence: &Evidence<'_>, limit: &str, utilization: Option<f64>) -> String {
    let Some(_) = evidence.throughput else {
        if limit == "load" {
            return "the load is all that limits it.".to_owned();
        }
        let rate = evidence.capacity.lowest().rate;
        return if rate.is_finite() {
            format!(
                "{} the limit: at most {} requests a second.",
                limit_words(evidence, limit),
                trimmed(rate)
            )
        } else {
            "nothing limits it: its requests take no time.".to_owned()
        };
    };
    let cpu = evidence
        .used("cpu")
        .map_or(String::new(), |used| format!("; the CPU is {} busy", percent(used)));
    let busy = utilization.map_or_else(String::new, |used| format!(", {} busy", percent(used)));
    match limit {
        "load" => format!("the load is all that limits it{cpu}."),
        "cpu" => format!("the CPU is the limit{busy}."),
        "clients" => format!("its clients are the limit: there are too few to keep it busy{cpu}."),
        other => format!("{} the limit{busy}{cpu}.", limit_words(evidence, other)),
    }
}

fn limit_words(evidence: &Evidence<'_>, limit: &str) -> String {
    let width = evidence.runtime.kind.width() * u64::from(evidence.runtime.instances);
    let own = |one: &str| {
        if width == 1 { format!("its {one} is") } else { format!("its {width} {one}s are") }
    };
    match limit {
        "workers" => match evidence.runtime.kind {
            RuntimeKind::ThreadPool(_) => own("thread"),
            RuntimeKind::Serverless(_) => own("instance"),
            _ => own("worker"),
        },
        "loop" => own("loop"),
        "cpu" => "the CPU is".to_owned(),
        "gil" => "the interpreter lock is".to_owned(),
        "executor" => "its executor threads are".to_owned(),
        "clients" => "its clients are".to_owned(),
        name => {
            let name = name.strip_prefix("resource.").unwrap_or(name);
            let resource = evidence.model.resources.iter().find(|other| other.name == name);
            resource.map_or_else(
                || format!("{name} is"),
                |resource| match resource.slots {
                    1 => format!("the one slot of {name} is"),
                    slots => format!("the {slots} slots of {name} are"),
                },
            )
        }
    }
}
