//! A 95 % interval covers the exact value 95 times out of a hundred: counted, not believed.
//!
//! Many independent studies of one model, through the functions that `run` uses, each with its own
//! seed: the share of those whose interval holds the exact value. With 1 200 trials that share has
//! a standard error of 0.63 %, so that a right interval shows 93 to 97 % in all but one of 600
//! counts.
//!
//! How long replications must be for it is part of the result, as measured on M/M/1 at 90 % load. A
//! mean is covered from some 30 relaxation times of the queue on (12 000 requests; with 5 000 it is
//! 91 %). The p99 rests on few busy spells: with 10 replications its interval covers 95.0 % at the
//! default 100 000 requests, 92 % at 30 000 and 91 % at 12 000; with 3 replications of 12 000,
//! 93 %. (Student's t around the mean of the replications' percentiles covered 92.6, 88, 74 and
//! 87 %. 500 to 2 000 trials each, by Lindley's recursion: standard errors of 1.0 to 0.6 %.)

use iowait::input::dist::Dist;
use iowait::model::{Load, LoadKind, Model};
use iowait::simulation::{Control, Setup};
use iowait::study::controls::Controls;
use iowait::study::result::Estimate;
use iowait::study::verify::Case;
use iowait::study::verify::build::{cpu, event_loop, exp_ms, io, ms, settling_s, workers};
use iowait::study::{compare, estimate, exact, pilot, replicate};
use iowait::theory::machine_repair::MachineRepair;
use iowait::units::{Rate, Span};
use rayon::prelude::*;

/// A model, how it is studied, and the exact values of its last runtime.
struct Study {
    model: Model,
    warmup_s: f64,
    exact: Exact,
}

/// Mean and p99 of the response time, throughput, and gain over the first runtime.
#[derive(Clone, Copy)]
struct Exact {
    mean_s: f64,
    p99_s: f64,
    throughput_rps: f64,
    gain: Option<f64>,
}

/// What is counted over all trials.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    covered: usize,
    trials: usize,
    /// The sum of the estimates over their exact value.
    sum: f64,
    /// The sum of the half-widths over the exact value.
    width: f64,
}

impl Count {
    fn take(&mut self, found: &Estimate, exact: f64) {
        let ci95 = found.ci95.expect("there are several replications");
        self.add(found.value.expect("there are responses"), ci95, exact);
    }

    /// Takes the estimate adjusted by controls, where there is one.
    fn take_adjusted(&mut self, found: &Estimate, exact: f64) {
        if let (Some(value), Some(ci95)) = (found.value_cv, found.ci95_cv) {
            self.add(value, ci95, exact);
        }
    }

    fn add(&mut self, value: f64, [low, high]: [f64; 2], exact: f64) {
        self.trials += 1;
        self.covered += usize::from(low <= exact && exact <= high);
        self.sum += value / exact;
        self.width += (high - low) / 2.0 / exact;
    }

    fn share(&self) -> f64 {
        self.covered as f64 / self.trials as f64
    }

    fn bias(&self) -> f64 {
        self.sum / self.trials as f64 - 1.0
    }
}

const NAMES: [&str; 4] = ["mean", "p99", "throughput", "gain"];

impl Study {
    /// One whole study under a seed: the four estimates.
    fn trial(&self, seed: u64) -> [Estimate; 4] {
        let mut model = self.model.clone();
        model.run.seed = seed;
        let setups: Vec<Setup> =
            model.runtimes.iter().map(|runtime| Setup::new(&model, runtime)).collect();
        let control = Control::default();
        let warmup = Span::from_seconds(self.warmup_s);
        let samples = replicate::replicate_all(&model, &setups, warmup, &control);
        let last = samples.len() - 1;
        let responses = estimate::responses(&samples[last], |sample| &sample.response);
        let throughput = estimate::estimate(&samples[last], |sample| sample.throughput);
        let gain = compare::gain(&model, last, &samples).simulated;
        let exact: Vec<exact::Applies> =
            model.runtimes.iter().map(|runtime| exact::of(&model, runtime)).collect();
        let controls = Controls { model: &model, samples: &samples, exact: &exact };
        [
            controls.response_mean(last, responses.mean),
            responses.p99,
            controls.throughput(last, throughput),
            controls.gain(last, gain),
        ]
    }

    /// The counts of many trials, in the order of [`NAMES`]; nothing where there is no exact value.
    fn count(&self, trials: u64) -> Vec<(&'static str, Count)> {
        self.count_by(trials, Count::take)
    }

    fn count_by(
        &self,
        trials: u64,
        take: fn(&mut Count, &Estimate, f64),
    ) -> Vec<(&'static str, Count)> {
        let Exact { mean_s, p99_s, throughput_rps, gain } = self.exact;
        let exact = [Some(mean_s), Some(p99_s), Some(throughput_rps), gain];
        let found: Vec<[Estimate; 4]> =
            (0..trials).into_par_iter().map(|seed| self.trial(seed)).collect();
        let mut counts = Vec::new();
        for (place, name) in NAMES.into_iter().enumerate() {
            let Some(exact) = exact[place] else { continue };
            let mut count = Count::default();
            found.iter().for_each(|trial| take(&mut count, &trial[place], exact));
            counts.push((name, count));
        }
        counts
    }

    fn of_length(mut self, replications: u32, requests: u64) -> Self {
        self.model.run.replications = replications;
        self.model.run.requests = requests;
        self
    }
}

/// M/M/1 at this load: the response is exponential with rate μ − λ. It has no gain to cover: under
/// an open load that two runtimes sustain the ratio of their throughputs is 1 but for the few
/// requests at the ends of the window, which no t distribution describes.
fn mm1(load: f64) -> Study {
    let spare = 1e3 * (1.0 - load);
    let arrivals = Load::poisson(Rate(load * 1e3));
    let steps = vec![cpu(exp_ms(1.0))];
    let case = Case::new("M/M/1", "Kleinrock I, 3.2", arrivals, steps, workers(1));
    Study {
        model: case.model,
        warmup_s: settling_s(load * 1e3, 0.001, 1, 1.0),
        exact: Exact {
            mean_s: 1.0 / spare,
            p99_s: libm::log(100.0) / spare,
            throughput_rps: load * 1e3,
            gain: None,
        },
    }
}

/// Ten clients, bursts of 1 ms and waits of 9 ms, in one loop against one worker.
fn closed() -> Study {
    let exact = MachineRepair::new(10, 1, 0.009, 0.001).expect("in range");
    let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    let mut case = Case::new("closed", "machine repair", Load::closed(10), steps, event_loop());
    case.model.runtimes.insert(0, workers(1));
    Study {
        model: case.model,
        warmup_s: 1.0,
        exact: Exact {
            mean_s: 10.0 / exact.throughput_rps(),
            p99_s: closed_p99_s(),
            throughput_rps: exact.throughput_rps(),
            gain: Some(exact.throughput_rps() * 0.01),
        },
    }
}

/// The p99 of a burst's sojourn and the wait after it.
///
/// Who comes to the core finds it as it is with one client less (Lavenberg and Reiser 1980): with j
/// before him the sojourn is Erlang of j + 1 stages; the wait is independent of it. The convolution
/// of the two by the trapezoidal rule over steps of 0.02 ms.
fn closed_p99_s() -> f64 {
    let seen = MachineRepair::new(9, 1, 0.009, 0.001).expect("in range").distribution();
    let seen = seen.expect("few clients");
    let (step, steps) = (0.02, 6_000);
    // The density of the sojourn, in 1/ms.
    let density = |t: f64| {
        let mut stage = libm::exp(-t);
        let mut sum = 0.0;
        for (j, probability) in seen.iter().enumerate() {
            sum += probability * stage;
            stage *= t / (j + 1) as f64;
        }
        sum
    };
    let densities: Vec<f64> = (0..=steps).map(|k| density(f64::from(k) * step)).collect();
    // P(R > t) = P(S > t) + sum over s <= t of f(s) e^{-(t - s)/9}, both moved on a step at a time.
    let (mut tail, mut wait_tail) = (1.0, 0.0);
    let decay = libm::exp(-step / 9.0);
    for k in 1..=steps as usize {
        let area = 0.5 * step * (densities[k - 1] + densities[k]);
        tail -= area;
        wait_tail = wait_tail * decay + 0.5 * step * (densities[k - 1] * decay + densities[k]);
        if tail + wait_tail <= 0.01 {
            return k as f64 * step * 1e-3;
        }
    }
    unreachable!("120 ms are more than a hundred times the burst")
}

/// Asserts that these figures of a study are covered 93 to 97 times out of a hundred.
fn assert_covered(what: &str, study: &Study, trials: u64, names: &[&str]) {
    for (name, count) in study.count(trials) {
        let words = format!(
            "{what}, {name}: {:.1} % of {trials} intervals cover, bias {:+.2} %",
            count.share() * 100.0,
            count.bias() * 100.0
        );
        println!("{words}");
        assert!(!names.contains(&name) || (0.93..=0.97).contains(&count.share()), "{words}");
    }
}

#[test]
fn the_percentile_of_the_closed_network_is_that_of_its_mean() {
    // The mean of the same density: the sojourn of the machine-repair model plus the wait; and the
    // p99 lies between that of the wait alone and that of both as one exponential.
    let p99 = closed_p99_s() * 1e3;
    let mean = closed().exact.mean_s * 1e3;
    assert!(p99 > 9.0 * libm::log(100.0) && p99 < mean * libm::log(100.0), "{p99}");
}

#[test]
fn intervals_cover_at_half_load() {
    let study = mm1(0.5).of_length(3, 6_000);
    assert_covered("M/M/1 at 50 %", &study, 1_200, &["mean", "p99", "throughput"]);
}

#[test]
fn intervals_of_means_cover_at_high_load() {
    let study = mm1(0.9).of_length(3, 12_000);
    assert_covered("M/M/1 at 90 %", &study, 1_000, &["mean", "throughput"]);
}

#[test]
fn intervals_cover_in_a_closed_network_gain_and_all() {
    assert_covered("10 clients", &closed().of_length(4, 3_000), 1_200, &NAMES);
}

#[test]
fn adjusted_intervals_cover_in_a_closed_network_gain_and_all() {
    let study = closed().of_length(10, 2_000);
    for (name, count) in study.count_by(1_200, Count::take_adjusted) {
        if name == "p99" {
            assert_eq!(count.trials, 0, "a percentile is not adjusted");
            continue;
        }
        let (share, bias) = (count.share(), count.bias());
        let half = count.width / count.trials as f64;
        let words = format!(
            "adjusted {name}: {:.1} % of {} cover, bias {:+.4} %, ± {:.4} %",
            share * 100.0,
            count.trials,
            bias * 100.0,
            half * 100.0
        );
        println!("{words}");
        // The standard error of the bias is the half-width over 2.3 sqrt(trials).
        assert!(count.trials > 50 && (0.90..=0.99).contains(&share), "{words}");
        assert!(bias.abs() < half / 4.0, "{words}");
    }
}

#[test]
fn a_percentile_of_short_replications_at_high_load_covers_nine_times_of_ten() {
    // 35 relaxation times in a replication; Student's t around the mean covered three of four.
    let study = mm1(0.9).of_length(10, 12_000);
    let count = study.count(400).into_iter().find(|count| count.0 == "p99").expect("a p99").1;
    // 91 % with a standard error of 1.4 %.
    assert!((0.865..=0.97).contains(&count.share()), "{count:?}");
}

/// Ten minutes: the p99 at 90 % load, and everything with the default number of replications.
#[test]
#[ignore = "takes ten minutes"]
fn intervals_of_percentiles_cover_at_high_load_in_long_replications() {
    let study = mm1(0.9).of_length(10, 100_000);
    assert_covered("M/M/1 at 90 %, long", &study, 1_000, &["mean", "p99", "throughput"]);
    let study = mm1(0.5).of_length(10, 20_000);
    assert_covered("M/M/1 at 50 %, long", &study, 2_000, &["mean", "p99", "throughput"]);
    assert_covered("10 clients, long", &closed().of_length(10, 20_000), 2_000, &NAMES);
}

#[test]
fn runtimes_that_do_the_same_have_a_gain_of_exactly_one() {
    let mut study = mm1(0.9).of_length(3, 2_000);
    study.model.runtimes.push(event_loop());
    for seed in 0..20 {
        let gain = study.trial(seed)[3];
        assert_eq!((gain.value, gain.ci95), (Some(1.0), Some([1.0, 1.0])), "seed {seed}");
    }
}

/// The warm-up that a study takes by itself, in seconds, and whether it settled.
fn auto_warmup(load: Load, steps: Vec<iowait::model::Step>) -> (f64, bool) {
    let case = Case::new("transient", "", load, steps, event_loop());
    let setups = [Setup::new(&case.model, &case.runtime)];
    let cut = pilot::warmup(&case.model, &setups, &[true], &Control::default());
    (cut.warmup.seconds(), cut.settled)
}

#[test]
fn the_warm_up_outlasts_a_queue_that_all_clients_join_at_once() {
    // A thousand bursts of 1 ms at time zero, a tenth as much coming back meanwhile: 1/0.9 seconds.
    let think = Dist::exponential(10e9);
    let load = Load::new(LoadKind::Closed { clients: 1_000, think });
    let (warmup_s, settled) = auto_warmup(load, vec![cpu(exp_ms(1.0))]);
    assert!(settled && (1.1..20.0).contains(&warmup_s), "{warmup_s} s");
}

#[test]
fn the_warm_up_outlasts_the_first_answers_of_slow_calls() {
    // Every answer takes a second and so do the first: in flight there are too few until then.
    let load = Load::poisson(Rate(1_000.0));
    let (warmup_s, settled) = auto_warmup(load, vec![io(ms(1_000.0))]);
    assert!(settled && (1.0..5.0).contains(&warmup_s), "{warmup_s} s");
}

#[test]
fn the_warm_up_outlasts_a_system_that_fills_slowly() {
    // Exponential waits of 2 s: what is in flight is short of its mean by e^{-t/2}, a fifth of
    // which is noise-free at 200 a second: 5 % after 6 s.
    let load = Load::poisson(Rate(200.0));
    let (warmup_s, settled) = auto_warmup(load, vec![io(exp_ms(2_000.0))]);
    assert!(settled && (3.0..60.0).contains(&warmup_s), "{warmup_s} s");
}
