//! What a column of a table of runs means, by its name: `p99_ms`, `clients`, `cpu_per_req_ms`.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meaning {
    /// What the server is called: a name, a preset, a kind.
    Server,
    /// Workers, threads or loops.
    Width,
    /// Cores of the host.
    Cores,
    /// Clients of a closed load.
    Clients,
    /// Requests offered each second.
    Offered,
    /// Requests done each second; the lower of two ranks counts.
    Throughput(u8),
    /// Mean response time.
    Mean,
    /// A percentile of the response time.
    Percentile(f64),
    /// CPU of each request.
    CpuPerRequest,
    /// Cores kept busy.
    CpuCores,
    /// The same in per cent of one core, as `top` says it.
    CpuPercent,
    /// The share of all cores that was busy.
    CpuShare,
    /// CPU of the whole run.
    CpuSeconds,
    /// How long the run was.
    Window,
    /// Requests measured.
    Requests,
    /// Requests that failed: how many.
    Failures,
    /// The share of requests that failed.
    FailedShare,
    /// I/O waits of a request.
    Calls,
    /// Which workload it was: rows that differ in it belong to different models.
    Label,
}

/// Names with their meanings, unit and signs taken away.
const NAMES: &[(&str, Meaning)] = &[
    ("runtime", Meaning::Server),
    ("server", Meaning::Server),
    ("model", Meaning::Server),
    ("kind", Meaning::Server),
    ("preset", Meaning::Server),
    ("width", Meaning::Width),
    ("workers", Meaning::Width),
    ("cores", Meaning::Cores),
    ("clients", Meaning::Clients),
    ("n_clients", Meaning::Clients),
    ("connections", Meaning::Clients),
    ("concurrency", Meaning::Clients),
    ("vus", Meaning::Clients),
    ("users", Meaning::Clients),
    ("load.clients", Meaning::Clients),
    ("rate", Meaning::Offered),
    ("offered", Meaning::Offered),
    ("offered_rps", Meaning::Offered),
    ("arrival_rate", Meaning::Offered),
    ("load.rate", Meaning::Offered),
    ("thr_cycle", Meaning::Throughput(0)),
    ("throughput", Meaning::Throughput(1)),
    ("throughput_rps", Meaning::Throughput(1)),
    ("rps", Meaning::Throughput(1)),
    ("qps", Meaning::Throughput(1)),
    ("req_per_s", Meaning::Throughput(1)),
    ("requests_per_s", Meaning::Throughput(1)),
    ("requests_per_sec", Meaning::Throughput(1)),
    ("requests_sec", Meaning::Throughput(1)),
    ("req_s", Meaning::Throughput(1)),
    ("requests_per_second", Meaning::Throughput(1)),
    ("thr_count", Meaning::Throughput(2)),
    ("mean", Meaning::Mean),
    ("avg", Meaning::Mean),
    ("average", Meaning::Mean),
    ("median", Meaning::Percentile(50.0)),
    ("med", Meaning::Percentile(50.0)),
    ("cpu_per_req", Meaning::CpuPerRequest),
    ("cpu_per_request", Meaning::CpuPerRequest),
    ("srv_util", Meaning::CpuCores),
    ("cpu_cores", Meaning::CpuCores),
    ("cores_busy", Meaning::CpuCores),
    ("cpu_percent", Meaning::CpuPercent),
    ("cpu_pct", Meaning::CpuPercent),
    ("cpu_share", Meaning::CpuShare),
    ("cpu_used", Meaning::CpuShare),
    ("cpu_utilization", Meaning::CpuShare),
    ("cpu_seconds", Meaning::CpuSeconds),
    ("cpu_time", Meaning::CpuSeconds),
    ("window", Meaning::Window),
    ("duration", Meaning::Window),
    ("elapsed", Meaning::Window),
    ("requests", Meaning::Requests),
    ("completed", Meaning::Requests),
    ("n_total", Meaning::Requests),
    ("errors", Meaning::Failures),
    ("failed", Meaning::Failures),
    ("error_rate", Meaning::FailedShare),
    ("calls", Meaning::Calls),
    ("n_io_calls", Meaning::Calls),
    ("part", Meaning::Label),
    ("backend", Meaning::Label),
    ("workload", Meaning::Label),
    ("scenario", Meaning::Label),
    ("endpoint", Meaning::Label),
    ("path", Meaning::Label),
    ("url", Meaning::Label),
    ("beta", Meaning::Label),
    ("beta_nominal", Meaning::Label),
    ("t_cpu_nominal", Meaning::Label),
    ("t_io_total", Meaning::Label),
    ("dist_io", Meaning::Label),
    ("dist_cpu", Meaning::Label),
];

/// Units that a name may end with, with what one of them is in seconds.
const UNITS: [(&str, f64); 8] = [
    ("_ns", 1e-9),
    ("_us", 1e-6),
    ("_ms", 1e-3),
    ("_s", 1.0),
    ("_sec", 1.0),
    ("_secs", 1.0),
    ("_seconds", 1.0),
    ("_min", 60.0),
];

/// What a column means, and what one of its unit is in seconds where its name says so; none for
/// columns that no model needs.
pub fn meaning(name: &str) -> Option<(Meaning, Option<f64>)> {
    let plain = plain(name);
    if let Some(meaning) = of_plain(&plain) {
        return Some((meaning, None));
    }
    let (unit, scale) = *UNITS.iter().find(|(unit, _)| plain.ends_with(unit))?;
    Some((of_plain(plain.strip_suffix(unit)?)?, Some(scale)))
}

fn of_plain(name: &str) -> Option<Meaning> {
    let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning);
    known.or_else(|| {
        // `latency_p99`, `p99_latency` and `response_mean` are p99 and mean.
        let words = ["latency", "response", "resp", "time", "duration", "http", "req"];
        let parts: Vec<&str> = name.split('_').filter(|part| !words.contains(part)).collect();
        match parts.as_slice() {
            ["mean" | "avg" | "average"] => Some(Meaning::Mean),
            ["median" | "med"] => Some(Meaning::Percentile(50.0)),
            [one] => percentile(one).map(Meaning::Percentile),
            [whole, tenths] => percentile(&format!("{whole}.{tenths}")).map(Meaning::Percentile),
            _ => None,
        }
    })
}

/// `p99`, `p99.9`, `p999` (of which there is none: 99.9), `99th`.
fn percentile(word: &str) -> Option<f64> {
    let number = word.strip_prefix('p').or_else(|| word.strip_suffix("th"))?;
    let digits = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let percent: f64 = number.parse().ok().filter(|_| digits)?;
    let percent = match percent {
        percent if percent < 100.0 => percent,
        percent if number.starts_with("99") => percent / libm::pow(10.0, number.len() as f64 - 2.0),
        _ => return None,
    };
    (percent > 0.0 && percent < 100.0).then_some(percent)
}

/// Small letters, and one `_` for all that is no letter, digit or point.
fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase().replace('µ', "u").replace('%', "pct");
    let mut plain = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || letter == '.' {
            plain.push(letter);
        } else if !plain.ends_with('_') {
            plain.push('_');
        }
    }
    plain.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_is_and_in_which_unit() {
        for (name, meaning, unit) in [
            ("p99_ms", Meaning::Percentile(99.0), Some(1e-3)),
            ("p99.9 (ms)", Meaning::Percentile(99.9), Some(1e-3)),
            ("p999_us", Meaning::Percentile(99.9), Some(1e-6)),
            ("p99_9", Meaning::Percentile(99.9), None),
            ("Latency p95 [s]", Meaning::Percentile(95.0), Some(1.0)),
            ("response_p50_s", Meaning::Percentile(50.0), Some(1.0)),
            ("response_mean_s", Meaning::Mean, Some(1.0)),
            ("avg latency (µs)", Meaning::Mean, Some(1e-6)),
            ("Requests/sec", Meaning::Throughput(1), None),
            ("cpu_per_req_ms", Meaning::CpuPerRequest, Some(1e-3)),
            ("cpu_seconds", Meaning::CpuSeconds, None),
            ("CPU %", Meaning::CpuPercent, None),
            ("window_s", Meaning::Window, Some(1.0)),
            ("thr_cycle", Meaning::Throughput(0), None),
            ("clients", Meaning::Clients, None),
        ] {
            let found = super::meaning(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(found, (meaning, unit), "{name}");
        }
        for name in ["rss_kb", "p99_ms_spread", "p0", "p100", "vctx_per_req", ""] {
            assert_eq!(meaning(name), None, "{name}");
        }
    }
}
