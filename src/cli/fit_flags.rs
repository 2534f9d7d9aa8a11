//! Flags of `iowait fit` that stand in the place of a file, or beside one.

use clap::Args;

use super::values::{Given, positive_duration, rate, share, whole};
use crate::input::dist::Percentile;
use crate::input::loadtest::{Cpu, Measurement};
use crate::study::fit::Server;
use crate::units::{Rate, Span};

/// What a monitoring page shows.
#[derive(Args, Debug)]
#[command(next_help_heading = "What a monitoring page shows")]
pub struct Page {
    /// The median of the response time
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p50: Option<Given<Span>>,
    /// Its 75th percentile
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p75: Option<Given<Span>>,
    /// Its 90th percentile
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p90: Option<Given<Span>>,
    /// Its 95th percentile
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p95: Option<Given<Span>>,
    /// Its 99th percentile
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p99: Option<Given<Span>>,
    /// Its 99.9th percentile
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub p999: Option<Given<Span>>,
    /// Its mean
    #[arg(long, value_name = "TIME", value_parser = positive_duration)]
    pub mean: Option<Given<Span>>,
    /// Requests that come in each second, whatever the server does; for a file: its load was open
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub rate: Option<Given<Rate>>,
    /// Clients of a closed load, each with one request at a time
    #[arg(long, value_name = "N", value_parser = whole::<u64>, conflicts_with = "rate")]
    pub clients: Option<u64>,
    /// Requests done in each second, for a closed load
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub throughput: Option<Given<Rate>>,
}

/// What is known beside the measurements.
#[derive(Args, Debug)]
#[command(next_help_heading = "What is known of the server")]
pub struct KnownFlags {
    /// What served, and how wide: gunicorn-sync:16 (iowait presets), or a kind without overheads: event-loop:2
    #[arg(long, value_name = "SERVER[:WIDTH]", value_parser = Server::parse)]
    pub preset: Option<Server>,
    /// Cores that it may use
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub cores: Option<u32>,
    /// The share of all those cores that was busy with it: 0.84 or '84 %'
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub cpu_used: Option<Given<f64>>,
    /// CPU of one request, where it is known
    #[arg(long, value_name = "TIME", value_parser = positive_duration, conflicts_with = "cpu_used")]
    pub cpu: Option<Given<Span>>,
    /// I/O waits of a request, one after the other
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub calls: Option<u32>,
}

impl Page {
    /// The times with their flags, percentiles first, ascending.
    pub fn times(&self) -> [(&'static str, &Option<Given<Span>>); 7] {
        [
            ("--p50", &self.p50),
            ("--p75", &self.p75),
            ("--p90", &self.p90),
            ("--p95", &self.p95),
            ("--p99", &self.p99),
            ("--p999", &self.p999),
            ("--mean", &self.mean),
        ]
    }

    /// Whether any of them is given.
    pub fn is_given(&self) -> bool {
        self.times().iter().any(|(_, given)| given.is_some())
            || self.rate.is_some()
            || self.clients.is_some()
            || self.throughput.is_some()
    }

    /// The measurement that the flags are.
    pub fn measurement(&self) -> Option<Measurement> {
        let mut one = Measurement { place: "the page".to_owned(), ..Measurement::default() };
        self.amend(&mut one);
        self.is_given().then_some(one)
    }

    /// What the flags say counts before what a file says; each figure of it that they change or add, in
    /// words.
    pub fn amend(&self, one: &mut Measurement) -> Vec<String> {
        const PERCENTS: [f64; 6] = [50.0, 75.0, 90.0, 95.0, 99.0, 99.9];
        let mut told = Vec::new();
        let place = one.place.clone();
        let mut tell = |flag: &str, text: &str, before: Option<String>| {
            if let Some(before) = before {
                told.push(format!("{flag} {text} counts, not the {before} of {place}"));
            } else if flag.starts_with("--p") {
                told.push(format!("{flag} {text} stands beside {place}, which does not say it"));
            }
        };
        let ms = |seconds: f64| format!("{} ms", (seconds * 1e9).round() / 1e6);
        let per_second = |rate: f64| format!("{rate}/s");
        for (percent, (flag, given)) in PERCENTS.into_iter().zip(self.times()) {
            let Some(given) = given else { continue };
            let old = one.percentiles.iter().position(|point| point.percent == percent);
            let before = old.map(|old| one.percentiles.remove(old));
            one.percentiles.push(Percentile { percent, value: given.value.seconds() });
            tell(flag, &given.text, before.map(|point| ms(point.value)));
        }
        one.percentiles.sort_by(|a, b| a.percent.total_cmp(&b.percent));
        if let Some(mean) = &self.mean {
            let before = one.mean_s.replace(mean.value.seconds());
            tell("--mean", &mean.text, before.map(ms));
        }
        if let Some(rate) = &self.rate {
            let before = one.offered_rps.replace(rate.value.0).map(per_second);
            let clients = one.clients.take().map(|clients| format!("{clients} clients"));
            tell("--rate", &rate.text, before.or(clients));
            one.throughput_rps = one.throughput_rps.or(one.offered_rps);
        }
        if let Some(clients) = self.clients {
            let before = one.clients.replace(clients).map(|clients| format!("{clients} clients"));
            let rate = one.offered_rps.take().map(per_second);
            tell("--clients", &clients.to_string(), before.or(rate));
        }
        if let Some(throughput) = &self.throughput {
            let before = one.throughput_rps.replace(throughput.value.0).map(per_second);
            tell("--throughput", &throughput.text, before);
        }
        if one.cpu.is_some_and(|cpu| matches!(cpu, Cpu::Share(share) if share == 0.0)) {
            one.cpu = None;
        }
        told
    }
}

/// Half a unit of the last digit of a number, as a share of it: 0.84 may be off by 0.6 %.
pub fn half_digit(text: &str) -> f64 {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let decimals = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let value: f64 = digits.parse().unwrap_or(0.0);
    if value > 0.0 { 0.5 * libm::pow(10.0, -(decimals as f64)) / value } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_flag_changes_of_a_file_is_told() {
        let percentile = |percent, value| Percentile { percent, value };
        let mut one = Measurement {
            place: "a.json".to_owned(),
            clients: Some(8),
            percentiles: vec![percentile(50.0, 0.04), percentile(99.0, 0.2)],
            ..Measurement::default()
        };
        let given = |text: &str| positive_duration(text).ok();
        let page = Page {
            p50: given("62ms"),
            p75: None,
            p90: given("140ms"),
            p95: None,
            p99: None,
            p999: None,
            mean: None,
            rate: rate("120/s").ok(),
            clients: None,
            throughput: None,
        };
        let told = page.amend(&mut one);
        assert_eq!(
            told,
            [
                "--p50 62ms counts, not the 40 ms of a.json",
                "--p90 140ms stands beside a.json, which does not say it",
                "--rate 120/s counts, not the 8 clients of a.json",
            ]
        );
        assert_eq!((one.clients, one.percentiles[0].value), (None, 0.062));
    }

    #[test]
    fn a_number_is_uncertain_by_half_its_last_digit() {
        for (text, half) in
            [("0.84", 0.005 / 0.84), ("120/s", 0.5 / 120.0), ("84 %", 0.5 / 84.0), ("", 0.0)]
        {
            assert!((half_digit(text) - half).abs() < 1e-12, "{text}");
        }
    }
}
