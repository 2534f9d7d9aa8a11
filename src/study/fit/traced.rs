//! Traces to steps: calls in order, in parallel, repeated; what lies between them.
//!
//! A request is a span of kind server that nothing of its service is around. Spans of kind client in
//! it are waits; those that overlap run in parallel, those of one name in a row are one call repeated.
//! What no call covers is self time: computing, queueing for a core or the GIL, or a wait that nobody
//! traced, and spans do not say which. It becomes CPU as far as the CPU of a request, measured
//! elsewhere, covers it, and no further.

use std::collections::BTreeMap;

use super::checks::Check;
use super::draft::{self, Effort, Pressure, Seen};
use super::samples::{Count, count, mean, waits};
use super::server::Server;
use super::skeleton::{self, Group, Skeleton};
use super::waits::Waits;
use super::words::{percent, quantity, span};
use super::{Failure, Figure, Known, Refusal};
use crate::input::spans::Trace;
use crate::simulation::Control;
use crate::stats::interval::mean_ci95;

/// Classes that a model has at most, and the share that each must have.
const CLASSES: usize = 6;
const LEAST_SHARE: f64 = 0.03;
/// Fewer requests than these say nothing of how times vary.
const LEAST: usize = 20;
/// CPU above this part of the self time is not that of these requests alone.
const TOO_MUCH: f64 = 1.25;

/// A model that was read off traces.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Request classes, the commonest first.
    pub classes: Vec<Class>,
    /// CPU of a request, all classes together, the server's overhead in it.
    pub cpu: Figure,
    /// CPU that the server itself costs.
    pub overhead_s: f64,
    /// Time of a request that its calls cover.
    pub io: Figure,
    /// Time of a request that no call covers.
    pub self_s: f64,
    /// What served.
    pub server: Server,
    /// Cores of its host.
    pub cores: u32,
    /// The load of the traced hours, where it is known.
    pub pressure: Option<Pressure>,
    /// Figures against the simulation; those of every other trace, which took no part.
    pub checks: Vec<Check>,
    /// What was read.
    pub given: Vec<String>,
    /// What traces cannot tell.
    pub untold: Vec<String>,
}

/// Requests of one shape.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its name in the model.
    pub name: String,
    /// How many there were.
    pub requests: usize,
    /// What it does, in order.
    pub parts: Vec<Part>,
}

/// A piece of a request.
#[derive(Clone, Debug)]
pub enum Part {
    /// Self time, of which a share is CPU.
    Own(f64),
    /// Calls one after the other, with the self time between two of them.
    Calls(String, Count, Waits, f64),
    /// Calls at the same time.
    Together(Vec<(String, Waits)>),
}

/// The model of these traces.
///
/// # Errors
///
/// There are too few, none shows a call, or nothing says how much of the self time is CPU.
pub fn fit(
    traces: &[Trace],
    known: &Known,
    pressure: Option<Pressure>,
    control: &Control,
) -> Result<Traced, Failure> {
    let (service, all) = skeleton::of(traces);
    if service.trim().is_empty() && !all.is_empty() {
        return Err(Refusal::new(
            "the service has no name in the traces, so its spans and those of others cannot be told apart",
        )
        .advice("set service.name (OTEL_SERVICE_NAME) in each process and trace again")
        .into());
    }
    if all.len() < LEAST {
        return Err(Refusal::new(format!(
            "{} requests of {} traces have a span of kind server with its end, and {LEAST} are wanted",
            all.len(),
            traces.len()
        ))
        .advice("export more traces of the service's own requests")
        .into());
    }
    if all.iter().all(|one| one.groups.is_empty()) {
        return Err(Refusal::new(
            "no request has a call in it (a span of kind client): what it waits for is not traced",
        )
        .advice("instrument the clients of the database and of other services, then trace again")
        .into());
    }
    let server = known.server.clone().map_or_else(|| super::server::of_words(&[]), Ok)?;
    let cores = known.cores.ok_or_else(|| {
        Refusal::new("how many cores the server had is not in the traces")
            .advice("say it: --cores 2")
    })?;
    let self_s = mean(all.iter().map(|one| one.self_s()));
    let cpu = cpu(known, pressure, cores, self_s)?;
    // Every other request takes no part and is predicted.
    let (used, kept): (Vec<_>, Vec<_>) =
        all.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let used: Vec<&Skeleton> = used.into_iter().map(|(_, one)| one).collect();
    let kept: Vec<&Skeleton> = kept.into_iter().map(|(_, one)| one).collect();
    let (classes, left_out) = classes(&used);
    let (io_s, range) = mean_ci95(&all.iter().map(Skeleton::io_s).collect::<Vec<f64>>());
    let how = format!("the time that calls cover, over {} requests", all.len());
    let mut traced = Traced {
        classes,
        overhead_s: 0.0,
        io: Figure { value: io_s, range, how },
        self_s,
        server,
        cores,
        pressure,
        checks: Vec::new(),
        given: vec![format!("{} requests of {service} in {} traces", all.len(), traces.len())],
        untold: untold(self_s, &cpu, left_out),
        cpu,
    };
    if let Some(names) = traced.overlap() {
        traced.untold.push(format!(
            "why {names} overlap: a request of {} makes one call after the other, so the model makes them so and takes longer",
            traced.server.described()
        ));
    }
    let seen = traced.simulate(known.seed, control)?;
    let overhead = seen.cpu_per_request_s - traced.cpu.value;
    if traced.server.preset.is_some() && overhead > 0.0 {
        if overhead < 0.8 * traced.cpu.value {
            traced.overhead_s = overhead;
        } else {
            traced.server.without_overhead = true;
        }
    }
    let seen = traced.simulate(known.seed, control)?;
    traced.checks = checks(&kept, &seen);
    Ok(traced)
}

/// CPU of a request: given, or by the utilisation law from the load.
fn cpu(
    known: &Known,
    pressure: Option<Pressure>,
    cores: u32,
    self_s: f64,
) -> Result<Figure, Refusal> {
    let figure = match (known.cpu_s, known.cpu_share, pressure) {
        (Some(cpu), _, _) => {
            let range = known.rounding.map(|off| [cpu * (1.0 - off), cpu * (1.0 + off)]);
            Figure { value: cpu, range, how: "given".to_owned() }
        }
        (None, Some(share), Some(Pressure::Rate(rate))) => {
            let value = share * f64::from(cores) / rate;
            let range = known.rounding.map(|off| [value * (1.0 - off), value * (1.0 + off)]);
            let how = format!(
                "utilisation law: {} of {cores} cores busy over {}/s",
                percent(share),
                quantity(rate)
            );
            Figure { value, range, how }
        }
        _ => {
            return Err(Refusal::new(format!(
                "a request spends {} outside of its calls, and traces do not say how much of that is CPU and how much \
                 is queueing or a wait that nobody traced",
                span(self_s)
            ))
            .advice(
                "measure the CPU of the service over the traced time (ps -o cputimes= -p PID before and after) and give \
                 --cpu-used, the share of all cores, beside --rate, or --cpu, that of one request",
            ));
        }
    };
    if figure.value > TOO_MUCH * self_s {
        return Err(Refusal::new(format!(
            "a request takes {} of CPU but spends only {} outside of its calls: the CPU that was counted is not that of \
             these requests alone, or calls compute in the same process",
            span(figure.value),
            span(self_s)
        ))
        .advice("count the CPU of the traced service's processes alone; give the rate of all its requests, not of the sampled ones"));
    }
    Ok(figure)
}

fn untold(self_s: f64, cpu: &Figure, left_out: f64) -> Vec<String> {
    let mut untold = Vec::new();
    let rest = self_s - cpu.value;
    if rest > 0.05 * self_s {
        untold.push(format!(
            "what the {} of a request's own time are that CPU does not cover: queueing for a core or the GIL, which the \
             simulation makes itself, or a wait that no span shows, which is not in the model",
            span(rest)
        ));
    }
    untold.push("how CPU is spread over the pieces between calls: in proportion to their length, exponential".to_owned());
    if left_out > 0.0 {
        untold.push(format!(
            "{} of the requests have shapes of their own, too rare for a class, and are left out",
            percent(left_out)
        ));
    }
    untold
}

/// Requests of one name and shape, the commonest first, and the share that is in none.
fn classes(all: &[&Skeleton]) -> (Vec<Class>, f64) {
    let mut by_shape: BTreeMap<String, Vec<&Skeleton>> = BTreeMap::new();
    for one in all {
        by_shape.entry(one.shape()).or_default().push(one);
    }
    let mut shapes: Vec<Vec<&Skeleton>> = by_shape.into_values().collect();
    shapes.sort_by_key(|own| std::cmp::Reverse(own.len()));
    let common = |(place, own): &(usize, Vec<&Skeleton>)| {
        *place == 0 || (*place < CLASSES && own.len() as f64 >= LEAST_SHARE * all.len() as f64)
    };
    let kept: Vec<Vec<&Skeleton>> =
        shapes.into_iter().enumerate().filter(common).map(|(_, own)| own).collect();
    let in_classes: usize = kept.iter().map(Vec::len).sum();
    let mut classes: Vec<Class> = Vec::new();
    for own in kept {
        let plain = name_of(&own[0].name);
        let twins = classes
            .iter()
            .filter(|class| class.name == plain || class.name.starts_with(&format!("{plain}-")))
            .count();
        let name = if twins == 0 { plain } else { format!("{plain}-{}", twins + 1) };
        classes.push(Class { name, requests: own.len(), parts: parts(&own) });
    }
    (classes, 1.0 - in_classes as f64 / all.len() as f64)
}

/// The pieces of requests of one shape.
fn parts(own: &[&Skeleton]) -> Vec<Part> {
    let mut parts = Vec::new();
    for place in 0..own[0].groups.len() {
        let groups: Vec<&Group> = own.iter().map(|one| &one.groups[place]).collect();
        parts.push(Part::Own(mean(groups.iter().map(|group| group.gap_before_s))));
        if groups[0].names.len() > 1 {
            let waits = |i: usize| {
                let times: Vec<f64> =
                    groups.iter().filter_map(|group| group.times_s.get(i).copied()).collect();
                (groups[0].names[i].clone(), waits(times))
            };
            parts.push(Part::Together((0..groups[0].names.len()).map(waits).collect()));
            continue;
        }
        let counts: Vec<u32> = groups.iter().map(|group| group.times_s.len() as u32).collect();
        let times: Vec<f64> =
            groups.iter().flat_map(|group| group.times_s.iter().copied()).collect();
        let between: f64 = groups.iter().map(|group| group.gaps_inside_s).sum();
        let gaps: u32 = counts.iter().map(|count| count - 1).sum();
        let between = if gaps > 0 { between / f64::from(gaps) } else { 0.0 };
        parts.push(Part::Calls(groups[0].names[0].clone(), count(&counts), waits(times), between));
    }
    parts.push(Part::Own(mean(own.iter().map(|one| one.tail_s))));
    parts
}

/// Small letters, digits and dashes.
fn name_of(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
    }
    let plain: String = plain.trim_matches('-').chars().take(40).collect();
    if plain.is_empty() { "request".to_owned() } else { plain }
}

/// The durations of requests that took no part, against those simulated.
fn checks(kept: &[&Skeleton], seen: &Seen) -> Vec<Check> {
    let mut times: Vec<f64> = kept.iter().map(|one| one.duration_s).collect();
    times.sort_by(f64::total_cmp);
    let check = |metric: &str, measured: f64, simulated: f64| Check {
        cell: 0,
        metric: metric.to_owned(),
        measured,
        simulated,
        held: true,
    };
    let mut checks = vec![check("mean", mean(times.iter().copied()), seen.mean_s)];
    for (share, name) in [(0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99")] {
        let n = times.len() as f64;
        if n * (1.0 - share) >= 9.999 {
            let rank = (n * share).ceil() as usize;
            checks.push(check(name, times[rank - 1], seen.quantile(share)));
        }
    }
    checks
}

impl Traced {
    /// Calls that overlap in the traces though the server cannot make them overlap.
    #[must_use]
    pub fn overlap(&self) -> Option<String> {
        let together = |part: &Part| match part {
            Part::Together(calls) => {
                let names: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
                Some(names.join(" and "))
            }
            _ => None,
        };
        let parts = self.classes.iter().flat_map(|class| &class.parts);
        parts.filter(|_| self.server.waits_in_place()).find_map(together)
    }

    /// What a second of self time has of CPU, the server's overhead aside.
    #[must_use]
    pub fn cpu_share(&self) -> f64 {
        if self.self_s > 0.0 {
            (self.cpu.value - self.overhead_s).max(0.0) / self.self_s
        } else {
            0.0
        }
    }

    /// The steps of a class, a line each.
    #[must_use]
    pub fn steps(&self, class: &Class) -> Vec<String> {
        let cpu = |own: f64| {
            let cpu = own * self.cpu_share();
            (cpu >= 1e-9).then(|| format!("{{ cpu = \"exp({})\" }}", span(cpu)))
        };
        let mut lines = Vec::new();
        for part in &class.parts {
            match part {
                Part::Own(own) => lines.extend(cpu(*own)),
                Part::Calls(_, Count(count), waits, between) => {
                    let call = format!("{{ io = \"{}\" }}", waits.text());
                    if count == "1" {
                        lines.push(call);
                        continue;
                    }
                    let inner = cpu(*between).map_or_else(String::new, |cpu| format!(", {cpu}"));
                    let plain = count.parse::<u32>().is_ok();
                    let count = if plain { count.clone() } else { format!("\"{count}\"") };
                    lines.push(format!("{{ repeat = {count}, steps = [{call}{inner}] }}"));
                }
                Part::Together(calls) => {
                    let branch =
                        |(_, waits): &(String, Waits)| format!("[{{ io = \"{}\" }}]", waits.text());
                    let branches: Vec<String> = calls.iter().map(branch).collect();
                    lines.push(format!("{{ parallel = [{}] }}", branches.join(", ")));
                }
            }
        }
        if lines.is_empty() {
            lines.push("{ cpu = \"1 us\" }".to_owned());
        }
        lines
    }

    /// The request classes, without a comment.
    #[must_use]
    pub fn requests(&self, with_names: bool) -> String {
        let mut text = String::new();
        for class in &self.classes {
            if with_names {
                text.push_str(&format!("# {}\n", class.described()));
            }
            let steps = self.steps(class).join(",\n  ");
            text.push_str(&format!(
                "[[request]]\nname = \"{}\"\nweight = {}\nsteps = [\n  {steps},\n]\n\n",
                class.name, class.requests
            ));
        }
        text
    }

    /// Simulates it under the traced load, or one request alone where that is not known.
    fn simulate(&self, seed: u64, control: &Control) -> Result<Seen, crate::study::Failure> {
        let load = match self.pressure {
            Some(Pressure::Rate(rate)) => {
                format!("kind = \"poisson\"\nrate = \"{}/s\"", quantity(rate))
            }
            Some(Pressure::Clients(clients, _)) => format!("clients = {clients}"),
            None => "clients = 1".to_owned(),
        };
        let text = format!(
            "[host]\ncores = {}\n\n[load]\n{load}\n\n{}{}",
            self.cores,
            self.requests(false),
            self.server.text("today")
        );
        draft::simulate(&text, seed, Effort::LONG, control)
    }
}

impl Class {
    /// What it does, in words.
    #[must_use]
    pub fn described(&self) -> String {
        let part = |part: &Part| match part {
            Part::Own(_) => None,
            Part::Calls(name, Count(count), _, _) if count == "1" => Some(name.clone()),
            Part::Calls(name, Count(count), _, _) => Some(format!("{name} {count} times")),
            Part::Together(calls) => {
                let names: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
                Some(format!("at once {}", names.join(" and ")))
            }
        };
        let parts: Vec<String> = self.parts.iter().filter_map(part).collect();
        let what = if parts.is_empty() { "no call".to_owned() } else { parts.join(", then ") };
        // Names are anybody's: a comment ends with its line.
        what.chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(200)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_span_becomes_a_name_of_the_model() {
        assert_eq!(name_of("GET /search/{id}"), "get-search-id");
        assert_eq!(name_of("///"), "request");
    }
}
