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
//! default 100 000 requests (3 independent spells beyond the p99 in each), 93 % at 30 000 (one) and
//! 91 % at 12 000 (0.4); with 3 replications of 12 000, 92 to 93 %. Fewer than ten spells in all
//! are warned of. (Student's t around the mean of the replications' percentiles covered 92.6, 88,
//! 74 and 87 %; the t test of the shares beyond a level, 93.5, 90, 83 and 78 %; with Hall's
//! correction for skewness 94.5, 95, 92 and 82.5 %. 200 to 2 000 trials each, by Lindley's
//! recursion: standard errors of 1.5 to 0.6 %.)
//!
//! Under an open load that both runtimes sustain the gain is 1 but for the ends of windows: most
//! replications differ by a small part of a request, a few by whole ones, and Student's t over ten
//! that agree is blind to the others. By the same recursion with services 2 to 20 % apart it covers
//! 43 to 86 % at half load; with the three requests that unseen ends may cost, 95 to 100 %.
//!
//! `.ci/coverage` prints the long tables. As measured on 22 November 2026, replications and
//! requests as in the tests:
//!
//! | model | replications x requests | figure | trials | cover |
//! | --- | --- | --- | --- | --- |
//! | M/M/1 at 50 % | 3 x 6000 | mean, p99 | 1200 | 94.3 %, 94.2 % |
//! | M/M/1 at 50 % | 3 x 6000 | throughput, gain over a saturated loop | 1200 | 95.8 %, 95.5 % |
//! | M/M/1 at 50 % | 10 x 20000 | mean, p99 | 2000 | 94.7 %, 95.3 % |
//! | M/M/1 at 50 % | 10 x 20000 | throughput, gain over a saturated loop | 2000 | 94.7 %, 95.0 % |
//! | M/M/1 at 90 % | 3 x 12000 | mean, p99 | 800 | 94.4 %, 91.5 % |
//! | M/M/1 at 90 % | 3 x 12000 | throughput, gain over a saturated loop | 800 | 94.2 %, 95.8 % |
//! | M/M/1 at 90 % | 10 x 100000 | mean, p99 | 1000 | 95.1 %, 94.3 % |
//! | M/M/1 at 90 % | 10 x 100000 | throughput, gain over a saturated loop | 1000 | 96.4 %, 95.3 % |
//! | 10 clients | 10 x 20000 | mean, p99 | 2000 | 95.1 %, 95.2 % |
//! | 10 clients | 10 x 20000 | throughput, gain | 2000 | 94.9 %, 95.2 % |
//! | 10 clients | 4 x 3000 | mean, p99 | 1200 | 95.0 %, 94.6 % |
//! | 10 clients | 4 x 3000 | throughput, gain | 1200 | 95.2 %, 94.7 % |
//!
//! The narrowest interval that a reader is shown, adjusted where a control is taken; and the same
//! after the warm-up that pilots find (all others have one that is known to be long enough):
//!
//! | model | replications x requests | figure | trials | cover |
//! | --- | --- | --- | --- | --- |
//! | M/M/1 at 50 % | 10 x 5000 | mean, throughput, gain | 2000 | 95.2 %, 96.1 %, 95.5 % |
//! | M/M/1 at 90 % | 10 x 20000 | mean, throughput, gain | 2000 | 93.8 %, 95.5 %, 94.3 % |
//! | 10 clients | 10 x 5000 | mean, throughput, gain | 2000 | 93.4 %, 93.2 %, 93.7 % |
//! | M/M/1 at 50 %, pilots | 10 x 20000 | mean, throughput, gain | 2000 | 94.2 %, 96.9 %, 94.8 % |
//! | M/M/1 at 90 %, pilots | 10 x 20000 | mean | 2000 | 93.0 % |

use iowait::input::dist::Dist;
use iowait::model::{Load, LoadKind, Model, Runtime, Warmup};
use iowait::simulation::{Control, Setup};
use iowait::study::capacity::Capacity;
use iowait::study::controls::Controls;
use iowait::study::result::Estimate;
use iowait::study::verify::Case;
use iowait::study::verify::build::{
    cpu, event_loop, exp_ms, io, loops_with, ms, settling_s, workers,
};
use iowait::study::{compare, estimate, exact, pilot, replicate, steady};
use iowait::theory::machine_repair::MachineRepair;
use iowait::units::{Rate, Span};
use rayon::prelude::*;

/// A model, how it is studied, and the exact values of its last runtime.
struct Study {
    model: Model,
    /// Seconds; `None` for what pilots find.
    warmup_s: Option<f64>,
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

    /// Takes what a reader would: the adjusted estimate where there is one, else the plain one.
    fn take_narrowest(&mut self, found: &Estimate, exact: f64) {
        match (found.value_cv, found.ci95_cv) {
            (Some(value), Some(ci95)) => self.add(value, ci95, exact),
            _ => self.take(found, exact),
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
        let warmup = match self.warmup_s {
            Some(seconds) => Span::from_seconds(seconds),
            None => {
                let sustained = |runtime: &Runtime| {
                    !steady::overloaded(&model, runtime, &Capacity::of(&model, runtime))
                };
                let sustained: Vec<bool> = model.runtimes.iter().map(sustained).collect();
                pilot::warmup(&model, &setups, &sustained, &control).warmup
            }
        };
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

    /// The same with the warm-up that pilots find.
    fn with_pilots(mut self) -> Self {
        self.warmup_s = None;
        self
    }

    fn fixed(&self) -> Warmup {
        self.warmup_s.map_or(Warmup::Auto, |seconds| Warmup::Fixed(Span::from_seconds(seconds)))
    }

    fn of_length(mut self, replications: u32, requests: u64) -> Self {
        self.model.run.replications = replications;
        self.model.run.requests = requests;
        self
    }
}

/// A loop with so many milliseconds of overhead for each request.
fn burdened(overhead_ms: f64) -> Runtime {
    let mut runtime =
        loops_with(1, |kind| kind.task_switch = Span::from_seconds(overhead_ms * 1e-3));
    runtime.name = "burdened".to_owned();
    runtime
}

/// M/M/1 at this load: the response is exponential with rate μ − λ. The baseline is a loop with so
/// much overhead for each request: as fast as the load where it sustains it, else as itself.
fn mm1_over(load: f64, overhead_ms: f64) -> Study {
    let spare = 1e3 * (1.0 - load);
    let arrivals = Load::poisson(Rate(load * 1e3));
    let steps = vec![cpu(exp_ms(1.0))];
    let mut case = Case::new("M/M/1", "Kleinrock I, 3.2", arrivals, steps, workers(1));
    case.model.runtimes.insert(0, burdened(overhead_ms));
    Study {
        model: case.model,
        warmup_s: Some(settling_s(load * 1e3, 0.001, 1, 1.0)),
        exact: Exact {
            mean_s: 1.0 / spare,
            p99_s: libm::log(100.0) / spare,
            throughput_rps: load * 1e3,
            gain: Some((load * (1.0 + overhead_ms)).max(1.0)),
        },
    }
}

/// M/M/1 against a loop that the load is a quarter too much for.
fn mm1(load: f64) -> Study {
    mm1_over(load, 1.25 / load - 1.0)
}

/// The worker of M/M/1 alone.
fn mm1_alone(load: f64) -> Study {
    let mut study = mm1(load);
    study.model.runtimes.remove(0);
    study.exact.gain = None;
    study
}

/// Ten clients, bursts of 1 ms and waits of 9 ms, in one loop against one worker.
fn closed() -> Study {
    let exact = MachineRepair::new(10, 1, 0.009, 0.001).expect("in range");
    let steps = vec![cpu(exp_ms(1.0)), io(exp_ms(9.0))];
    let mut case = Case::new("closed", "machine repair", Load::closed(10), steps, event_loop());
    case.model.runtimes.insert(0, workers(1));
    Study {
        model: case.model,
        warmup_s: Some(1.0),
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

/// Prints what was counted of a study as a row a figure, and asserts that the figures that are held
/// are covered 93 to 97 times out of a hundred.
fn assert_covered(what: &str, study: &Study, trials: u64, names: &[&str]) {
    assert_counts(what, study, study.count(trials), names);
}

fn assert_counts(what: &str, study: &Study, counts: Vec<(&str, Count)>, names: &[&str]) {
    let run = &study.model.run;
    for (name, count) in counts {
        let words = format!(
            "| {what} | {} x {} | {name} | {} | {:.1} % | {:+.3} % | {:.2} % |",
            run.replications,
            run.requests,
            count.trials,
            count.share() * 100.0,
            count.bias() * 100.0,
            count.width / count.trials as f64 * 100.0
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
fn intervals_cover_at_half_load_gain_and_all() {
    assert_covered("M/M/1 at 50 %", &mm1(0.5).of_length(3, 6_000), 1_200, &NAMES);
}

#[test]
fn intervals_of_means_cover_at_high_load_and_the_gain_too() {
    let study = mm1(0.9).of_length(3, 12_000);
    assert_covered("M/M/1 at 90 %", &study, 600, &["mean", "throughput", "gain"]);
}

#[test]
fn intervals_cover_in_a_closed_network_gain_and_all() {
    assert_covered("10 clients", &closed().of_length(4, 3_000), 1_200, &NAMES);
}

#[test]
fn the_gain_where_both_sustain_the_load_is_covered_though_only_windows_ends_vary() {
    // Two runtimes that end each request within microseconds of each other: nearly all windows
    // differ by as little, and a few by a request. Student's t alone covered 45 to 83 %.
    for overhead_ms in [0.02, 0.2] {
        let study = mm1_over(0.5, overhead_ms).of_length(10, 1_000);
        let gain = study.count(400).into_iter().find(|count| count.0 == "gain").expect("a gain").1;
        assert!(gain.share() >= 0.94, "{overhead_ms} ms: {gain:?}");
        assert!(gain.width / 400.0 < 2e-3, "{overhead_ms} ms: {gain:?}");
    }
}

#[test]
fn adjusted_intervals_cover_where_controls_are_taken_without_doubt() {
    // Arrivals explain the throughput, arrivals and demands most of the mean response.
    let study = mm1(0.9).of_length(10, 8_000);
    let counts = study.count_by(500, Count::take_adjusted);
    let taken =
        |name: &str| counts.iter().find(|count| count.0 == name).map(|count| count.1.trials);
    assert!(taken("throughput") > Some(450) && taken("p99") == Some(0), "{counts:?}");
    assert_counts("M/M/1 at 90 %, adjusted", &study, counts, &["throughput"]);
}

#[test]
fn the_narrowest_intervals_cover_after_the_warm_up_that_pilots_find() {
    // Arrivals known, a window's rate is off by who is there at its ends: a start from empty shows
    // that the long run hides. With MSER-5 alone the throughput covered 84 %, the gain 82 %.
    let study = mm1_over(0.9, 0.05).of_length(10, 10_000).with_pilots();
    let counts = study.count_by(400, Count::take_narrowest);
    for (name, count) in &counts {
        let covers = *name == "mean" || *name == "p99" || (0.92..=0.99).contains(&count.share());
        assert!(covers, "{name}: {count:?}");
    }
}

#[test]
fn a_percentile_of_short_replications_at_high_load_covers_nine_times_of_ten() {
    // 35 relaxation times in a replication; Student's t around the mean covered three of four.
    let study = mm1_alone(0.9).of_length(10, 12_000);
    let count = study.count(300).into_iter().find(|count| count.0 == "p99").expect("a p99").1;
    // 91 % with a standard error of 1.4 %.
    assert!((0.865..=0.97).contains(&count.share()), "{count:?}");
}

/// The table above: `.ci/coverage` runs it.
#[test]
#[ignore = "takes half an hour of one core"]
fn intervals_cover_in_long_replications() {
    for (what, study, trials) in [
        ("M/M/1 at 50 %", mm1(0.5).of_length(10, 20_000), 2_000),
        ("10 clients", closed().of_length(10, 20_000), 2_000),
        ("M/M/1 at 90 %", mm1(0.9).of_length(10, 100_000), 1_000),
    ] {
        assert_covered(what, &study, trials, &NAMES);
    }
}

/// The table of adjusted estimates above: `.ci/coverage` runs it.
#[test]
#[ignore = "takes minutes"]
fn adjusted_intervals_cover_in_many_trials() {
    for (what, study) in [
        ("M/M/1 at 50 %, narrowest", mm1(0.5).of_length(10, 5_000)),
        ("M/M/1 at 90 %, narrowest", mm1(0.9).of_length(10, 20_000)),
        ("10 clients, narrowest", closed().of_length(10, 5_000)),
        ("M/M/1 at 50 %, pilots", mm1(0.5).of_length(10, 20_000).with_pilots()),
        ("M/M/1 at 90 %, pilots", mm1(0.9).of_length(10, 20_000).with_pilots()),
        ("10 clients, pilots", closed().of_length(10, 5_000).with_pilots()),
    ] {
        let counts = study.count_by(2_000, Count::take_narrowest);
        // The mean at 90 % load covers 93.0 % at this length, 95 % at five times as much.
        let held: &[&str] = match what {
            "M/M/1 at 90 %, pilots" => &["throughput", "gain"],
            _ => &["mean", "throughput", "gain"],
        };
        assert_counts(what, &study, counts, held);
    }
}

#[test]
fn a_p99_of_too_few_spells_is_said_and_one_of_many_is_not() {
    let warned = |load: f64, requests: u64, seed: u64| {
        let mut study = mm1_alone(load).of_length(10, requests);
        study.model.run.seed = seed;
        study.model.run.warmup = study.fixed();
        let found = iowait::study::run(
            &iowait::study::Case::of(study.model),
            &iowait::study::Options::default(),
            &Control::default(),
        );
        let warnings = &found.expect("no limit is reached").runtimes[0].warnings;
        warnings.iter().filter(|words| words.contains("independent spells")).count()
    };
    // Four spells in ten replications of 12 000, thirty in ten of 100 000.
    let short: usize = (0..10).map(|seed| warned(0.9, 12_000, seed)).sum();
    assert!(short >= 5, "{short} of 10");
    assert_eq!((0..2).map(|seed| warned(0.9, 100_000, seed)).sum::<usize>(), 0);
    assert_eq!((0..10).map(|seed| warned(0.5, 10_000, seed)).sum::<usize>(), 0);
}

#[test]
fn what_arrivals_save_is_what_theory_says() {
    // A window of n completions varies as √n. What is left when arrivals are known is who is there
    // at its two ends, each of variance ρ/(1 − ρ)² = 2: 0.028 of the standard error. Of ten
    // replications one control leaves 9 − 1 − 5 × 0.028 = 7.86 degrees; the ends of windows cost
    // 3/10 of a request.
    let (requests, trials) = (5_000, 40);
    let half = |t: f64, variance: f64| t * (variance / 10.0).sqrt();
    let naive = half(2.262, requests as f64) + 0.3;
    let known = (naive / libm::hypot(half(2.313, 4.0 * 8.0 / 7.86), 0.3)).powi(2);
    let (mut sum, mut covered) = (0.0, 0);
    for seed in 0..trials {
        let mut study = mm1_alone(0.5).of_length(10, requests);
        study.model.run.seed = seed;
        study.model.run.warmup = study.fixed();
        let found = iowait::study::run(
            &iowait::study::Case::of(study.model),
            &iowait::study::Options::default(),
            &Control::default(),
        );
        let saving = found.expect("no limit is reached").runtimes[0].fewer_requests;
        sum += libm::log(saving.throughput.expect("a saving"));
        let [low, high] = saving.ci95.throughput.expect("ten replications");
        covered += u32::from(low <= known && known <= high);
    }
    let mean = libm::exp(sum / trials as f64);
    assert!((known / 1.4..known * 1.4).contains(&mean), "{mean} where theory says {known}");
    assert!(covered >= 34, "{covered} of {trials} intervals hold {known}");
}

#[test]
fn runtimes_that_do_the_same_have_a_gain_of_exactly_one() {
    let mut study = mm1_alone(0.9).of_length(3, 2_000);
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
    assert!(settled && (1.0..8.0).contains(&warmup_s), "{warmup_s} s");
}

#[test]
fn the_warm_up_outlasts_a_system_that_fills_slowly() {
    // Exponential waits of 2 s: what is in flight is short of its mean by e^{-t/2}, a fifth of
    // which is noise-free at 200 a second: 5 % after 6 s.
    let load = Load::poisson(Rate(200.0));
    let (warmup_s, settled) = auto_warmup(load, vec![io(exp_ms(2_000.0))]);
    assert!(settled && (3.0..60.0).contains(&warmup_s), "{warmup_s} s");
}
