//! An access log folded into one measurement, in constant memory.

use super::Refusal;
use super::words::quantity;
use crate::input::accesslog::{Entry, Tally};
use crate::input::dist::Percentile;
use crate::input::loadtest::Measurement;
use crate::stats::Histogram;

/// Percentiles that are taken, each where ten requests lie beyond it.
const PERCENTS: [f64; 8] = [10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9];
/// Bins over time; their width doubles when a log outgrows them.
const BINS: usize = 256;
/// A busiest bin above this many times the mean is told: the rate is not one rate.
const UNEVEN: f64 = 1.6;
/// Whole numbers of microseconds below this are surely not microseconds.
const ABSURD_MEDIAN_S: f64 = 20e-6;

/// What was seen of a log so far.
#[derive(Clone, Debug, Default)]
pub struct Log {
    times: Histogram<1>,
    failed: u64,
    with_upstream: u64,
    clock: Bins,
}

impl Log {
    /// Takes one request. Its time is the application's where the log has it.
    pub fn add(&mut self, entry: &Entry) {
        if let Some(at) = entry.at_s {
            self.clock.add(at);
        }
        if entry.failed {
            self.failed += 1;
            return;
        }
        self.with_upstream += u64::from(entry.upstream_s.is_some());
        let seconds = entry.upstream_s.unwrap_or(entry.request_s);
        // A log's clock ticks in milliseconds: 0.000 is anything below half of one.
        self.times.record([(seconds * 1e9).max(1.0) as u64]);
    }

    /// The measurement that the log is, and what of it is to be told.
    ///
    /// # Errors
    ///
    /// Most lines are no requests, there are too few, they have no clock, or their times cannot be in
    /// the unit that they were taken for.
    pub fn measurement(
        &self,
        name: &str,
        tally: &Tally,
    ) -> Result<(Measurement, Vec<String>), Refusal> {
        let refuse = |why: String| Refusal::new(format!("{name}: {why}"));
        if tally.bad * 2 > tally.lines {
            let shown = tally.shown.iter().map(|(line, text)| format!("line {line}: `{text}`"));
            return Err(refuse(format!(
                "{} of {} lines are no requests with a time; the first: {}",
                tally.bad,
                tally.lines,
                shown.collect::<Vec<_>>().join(", ")
            ))
            .advice("add the time to the log: nginx $request_time and $upstream_response_time, Apache %D, gunicorn %(D)s, behind the combined format"));
        }
        let count = self.times.count();
        if count < 100 {
            return Err(refuse(format!("{count} requests say too little of how times vary"))
                .advice("give 100 at least"));
        }
        let median = self.times.quantile(0.5).unwrap_or_default() / 1e9;
        if tally.whole_numbers && median < ABSURD_MEDIAN_S {
            return Err(refuse(format!(
                "half of the requests take less than {} us, if whole numbers are microseconds (Apache's and gunicorn's D)",
                quantity(median * 1e6)
            ))
            .advice("say what they count: --log-unit ms, or s (whole seconds, Apache's %T, are too coarse for a fit)"));
        }
        let seconds = self.clock.last - self.clock.first;
        if seconds.is_nan() || seconds <= 0.0 {
            return Err(refuse("the lines have no clock, or one instant only, so how many came in a second is not known".to_owned())
                .advice("give the rate: --rate 120/s"));
        }
        let all = count + self.failed;
        let rate = all as f64 / seconds;
        let percentile = |percent: f64| {
            Some(Percentile { percent, value: self.times.quantile(percent / 100.0)? / 1e9 })
        };
        let mut told = Vec::new();
        if self.with_upstream * 2 > count {
            told.push("the application's own times ($upstream_response_time) are taken, not those of the proxy before it".to_owned());
        }
        if tally.bad > 0 {
            let lines: Vec<String> = tally.shown.iter().map(|(line, _)| line.to_string()).collect();
            told.push(format!(
                "{} of the lines of {name} have no request with its time and are left out (first: line {})",
                tally.bad,
                lines.join(", ")
            ));
        }
        if self.failed > 0 {
            told.push(format!(
                "{} of {all} requests failed (status 5xx, or 499: the client had gone); they count in the rate, and their times are \
                 left out",
                self.failed
            ));
        }
        told.push(
            "all requests of the log are taken for one class; where paths differ much, fit one after the other (grep)"
                .to_owned(),
        );
        let busiest = self.clock.busiest();
        if busiest > UNEVEN * rate {
            told.push(format!(
                "one rate: {}/s came on average and {}/s at the busiest; a fit wants an hour of steady load",
                quantity(rate),
                quantity(busiest)
            ));
        }
        let one = Measurement {
            place: name.to_owned(),
            offered_rps: Some(rate),
            throughput_rps: Some(rate),
            mean_s: self.times.mean().map(|nanos| nanos / 1e9),
            percentiles: PERCENTS.into_iter().filter_map(percentile).collect(),
            requests: Some(all as f64),
            failed: Some(self.failed as f64 / all as f64),
            ..Measurement::default()
        };
        Ok((one, told))
    }
}

/// Counts over time, as many bins however long the time.
#[derive(Clone, Debug)]
struct Bins {
    counts: Box<[u64; BINS]>,
    start: f64,
    width_s: f64,
    first: f64,
    last: f64,
}

impl Default for Bins {
    fn default() -> Self {
        Self {
            counts: Box::new([0; BINS]),
            start: f64::NAN,
            width_s: 1.0,
            first: f64::INFINITY,
            last: f64::NEG_INFINITY,
        }
    }
}

impl Bins {
    fn add(&mut self, at: f64) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        if self.start.is_nan() {
            self.start = at;
        }
        // Lines are written in about the order of their ends; what lies before the first goes to it.
        let place = |bins: &Self| ((at - bins.start).max(0.0) / bins.width_s) as usize;
        while place(self) >= BINS {
            for i in 0..BINS / 2 {
                self.counts[i] = self.counts[2 * i] + self.counts[2 * i + 1];
            }
            self.counts[BINS / 2..].fill(0);
            self.width_s *= 2.0;
        }
        let place = place(self);
        self.counts[place] += 1;
    }

    /// The rate in the busiest bin but the last, which may be cut off; smoothed over what ten bins in a
    /// row have, so that chance is no peak.
    fn busiest(&self) -> f64 {
        let most = self.counts.windows(10).map(|bins| bins.iter().sum::<u64>()).max().unwrap_or(0);
        let span = (10.0 * self.width_s).min(self.last - self.first);
        most as f64 / span.max(self.width_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: f64, time: f64) -> Entry {
        Entry { at_s: Some(at), request_s: time, upstream_s: None, failed: false }
    }

    #[test]
    fn a_log_is_one_open_measurement() {
        let mut log = Log::default();
        for i in 0..=20_000 {
            log.add(&entry(f64::from(i) / 50.0, 0.02 + f64::from(i % 100) / 1e4));
        }
        let (one, told) =
            log.measurement("a.log", &Tally { lines: 20_001, ..Tally::default() }).expect("enough");
        assert!((one.offered_rps.unwrap() - 50.0).abs() < 0.01, "{one:?}");
        let median = one.percentiles.iter().find(|point| point.percent == 50.0).expect("known");
        assert!((median.value - 0.025).abs() < 2e-4, "{median:?}");
        assert_eq!(told.len(), 1, "{told:?}");
        log.add(&Entry { failed: true, ..entry(400.0, 1.0) });
        let tally = Tally { lines: 20_002, ..Tally::default() };
        let (_, told) = log.measurement("a.log", &tally).expect("enough");
        assert!(told[0].starts_with("1 of 20002 requests failed"), "{told:?}");
    }

    #[test]
    fn a_log_that_is_none_is_refused_with_its_first_lines() {
        let tally =
            Tally { lines: 10, bad: 6, shown: vec![(1, "what".to_owned())], whole_numbers: false };
        let error = Log::default().measurement("a.log", &tally).unwrap_err();
        assert!(error.why.contains("line 1: `what`"), "{error}");
    }

    #[test]
    fn whole_seconds_are_not_taken_for_microseconds() {
        let mut log = Log::default();
        (0..200).for_each(|i| log.add(&entry(f64::from(i), 1e-6)));
        let tally = Tally { lines: 200, whole_numbers: true, ..Tally::default() };
        assert!(
            log.measurement("a.log", &tally).unwrap_err().advice.unwrap().contains("--log-unit")
        );
    }

    #[test]
    fn an_uneven_rate_is_told() {
        let mut log = Log::default();
        (0..4_000).for_each(|i| log.add(&entry(f64::from(i), 0.02)));
        (0..40_000).for_each(|i| log.add(&entry(4_000.0 + f64::from(i) / 40.0, 0.02)));
        let tally = Tally { lines: 44_000, ..Tally::default() };
        let (_, told) = log.measurement("a.log", &tally).expect("enough");
        assert!(told.iter().any(|line| line.contains("at the busiest")), "{told:?}");
    }
}
