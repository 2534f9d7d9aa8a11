//! The comparison: one row a runtime, with the columns that have something to say.

use super::super::number::{self, NONE, duration, duration_of, figure, percent, size};
use super::super::style::Tone;
use super::super::table::{Cell, Table};
use super::{Source, labels};
use crate::study::result::{Estimate, RuntimeResult};

/// A resource is shown from this utilisation on, or where it is a bottleneck: below, nothing waits
/// for it long.
const BUSY: f64 = 0.5;
/// A share of the response time under this is shown as a dash: nobody queued to speak of.
const QUEUED: f64 = 0.005;

/// The comparison table; `None` without runtimes.
pub fn table(source: &Source<'_>) -> Option<Table> {
    if source.runtimes.is_empty() {
        return None;
    }
    let mut table = Table::of("runtime", labels(source.runtimes));
    if source.simulated() {
        simulated(&mut table, source.runtimes);
    } else {
        theory(&mut table, source.runtimes);
    }
    Some(table)
}

fn simulated(table: &mut Table, runtimes: &[RuntimeResult]) {
    let all = |cell: fn(&RuntimeResult) -> Cell| runtimes.iter().map(cell).collect::<Vec<_>>();
    table.push_if_any("makespan", all(|r| Cell::number(duration_or_dash(r.makespan_s.as_ref()))));
    table.push("req/s", all(|r| number::estimate(&r.throughput_rps).into()));
    table.push("cpu", all(|r| Cell::number(share_of(r, "cpu"))));
    table.push("p50", all(|r| response(r, &r.response_s.p50)));
    table.push("p99", all(|r| response(r, &r.response_s.p99)));
    table.push("queued for a worker", all(queued));
    for (title, count) in [
        ("refused", (|r| r.counts().refused) as fn(&RuntimeResult) -> u64),
        ("timed out", |r| r.counts().timed_out),
        ("failed", |r| r.counts().failed),
    ] {
        if runtimes.iter().any(|r| count(r) > 0) {
            table.push(title, runtimes.iter().map(|r| ended(r, count(r))).collect::<Vec<_>>());
        }
    }
    for name in busy_resources(runtimes) {
        let title = name.strip_prefix("resource.").unwrap_or(name);
        table.push(
            format!("{title} busy"),
            runtimes.iter().map(|r| Cell::number(share_of(r, name))),
        );
    }
    table.push_if_any("memory peak", all(memory));
    table.push_if_any("cost / hour", all(|r| Cell::number(money(r.cost.per_hour))));
    table
        .push_if_any("cost / day", all(|r| Cell::number(money(r.cost.per_hour.map(|v| v * 24.0)))));
    table.push_if_any(
        "cost / million",
        all(|r| {
            r.cost
                .per_million
                .as_ref()
                .map_or_else(|| Cell::number(NONE), |e| number::estimate(e).into())
        }),
    );
}

fn theory(table: &mut Table, runtimes: &[RuntimeResult]) {
    let rate = |value: Option<f64>| Cell::number(value.map_or_else(|| NONE.to_owned(), grouped));
    let exact = |r: &RuntimeResult| r.theory.exact.clone();
    table.push("at most, req/s", runtimes.iter().map(|r| rate(r.theory.bound_rps)));
    table.push("exact, req/s", runtimes.iter().map(|r| rate(exact(r).map(|e| e.throughput_rps))));
    table.push(
        "mean response",
        runtimes.iter().map(|r| {
            let mean = exact(r).and_then(|e| e.response_mean_s);
            Cell::number(mean.map_or_else(|| NONE.to_owned(), |s| duration(s, None)))
        }),
    );
    table.push(
        "exact by",
        runtimes
            .iter()
            .map(|r| Cell::prose(exact(r).map_or_else(|| NONE.to_owned(), |e| e.method))),
    );
}

/// A response time, which has no meaning where the queue grows for as long as one looks.
fn response(runtime: &RuntimeResult, estimate: &Estimate) -> Cell {
    if runtime.steady == Some(false) {
        Cell::number("grows").toned(Tone::Warning)
    } else {
        Cell::number(duration_of(estimate))
    }
}

/// What part of the response time passes before the runtime takes the request.
fn queued(runtime: &RuntimeResult) -> Cell {
    if runtime.steady == Some(false) {
        return Cell::prose("grows without bound").toned(Tone::Warning);
    }
    let (wait, whole) = (runtime.accept_wait_s.mean.value, runtime.response_s.mean.value);
    match wait.zip(whole).map(|(wait, whole)| wait / whole) {
        Some(share) if share >= QUEUED => Cell::prose(format!("{} of the time", percent(share))),
        _ => Cell::prose(NONE),
    }
}

/// A kind of end as a share of all ends, a dash for none.
fn ended(runtime: &RuntimeResult, count: u64) -> Cell {
    let ends = runtime.counts().ended();
    if count == 0 {
        return Cell::number(NONE);
    }
    Cell::number(percent(count as f64 / ends as f64)).toned(Tone::Warning)
}

/// The resources worth a column, by name.
fn busy_resources(runtimes: &[RuntimeResult]) -> Vec<&String> {
    let mut names: Vec<&String> = Vec::new();
    for runtime in runtimes {
        for (name, value) in &runtime.utilization {
            let busy = value.and_then(|e| e.value).is_some_and(|share| share >= BUSY);
            let matters = busy || runtime.bottleneck.resource == *name;
            if name.starts_with("resource.") && matters && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    names
}

fn share_of(runtime: &RuntimeResult, name: &str) -> String {
    let value = runtime.utilization.get(name).copied().flatten().and_then(|e| e.value);
    value.map_or_else(|| NONE.to_owned(), percent)
}

/// Peak memory, where any was declared.
fn memory(runtime: &RuntimeResult) -> Cell {
    let peak = runtime.memory_bytes.peak.filter(|peak| *peak > 0);
    Cell::number(peak.map_or_else(|| NONE.to_owned(), size))
}

fn duration_or_dash(estimate: Option<&Estimate>) -> String {
    estimate.map_or_else(|| NONE.to_owned(), duration_of)
}

fn money(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |v| figure(v, 4))
}

fn grouped(value: f64) -> String {
    figure(value, 4)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{self, about};
    use super::super::super::style::Style;
    use super::super::sections;
    use crate::study::result::RequestCounts;
    use crate::study::result::{Cost, Estimate, Outcome};

    fn text(outcome: &Outcome) -> String {
        sections(outcome)[0].tables[0].lines(&Style::PLAIN).join("\n")
    }

    #[test]
    fn the_table_is_that_of_the_documentation() {
        assert_eq!(
            text(&fixture::web_request()),
            "  runtime           req/s        cpu       p50      p99   queued for a worker
  sync    8        98.8 ± 0.2    1 %    6.56 s   6.69 s   99 % of the time
  threads 648   7 772   ± 7     97 %   82.0 ms   131 ms   -
  loops   8     7 384   ± 10    92 %   86.2 ms   135 ms   -"
        );
    }

    #[test]
    fn a_load_that_is_too_much_is_said_and_its_percentiles_are_not_shown_as_steady() {
        let text = text(&fixture::overloaded());
        let sync = text.lines().nth(1).unwrap();
        assert!(sync.contains("grows    grows   grows without bound"), "{text}");
        assert!(!sync.contains("6.69 s"), "{text}");
    }

    #[test]
    fn ends_other_than_completed_have_columns_only_where_there_are_any() {
        let mut outcome = fixture::web_request();
        assert!(!text(&outcome).contains("timed out"));
        let counts = RequestCounts { timed_out: 25_000, ..outcome.runtimes[0].counts() };
        outcome.runtimes[0].requests = Some(counts);
        let text = text(&outcome);
        assert!(text.contains("timed out") && text.contains("20 %"), "{text}");
        assert!(!text.contains("refused") && !text.contains("failed"), "{text}");
    }

    #[test]
    fn resources_memory_and_cost_are_shown_when_they_say_something() {
        let mut outcome = fixture::web_request();
        fixture::share(&mut outcome.runtimes[1], "resource.db", 0.98);
        fixture::share(&mut outcome.runtimes[1], "resource.idle", 0.02);
        outcome.runtimes[1].memory_bytes.peak = Some(648 << 20);
        outcome.runtimes[1].cost =
            Cost { per_hour: Some(0.17), per_million: Some(about(0.006_08, 0.000_02)) };
        let text = text(&outcome);
        for shown in [
            "db busy",
            "98 %",
            "memory peak",
            "648 MiB",
            "0.17",
            "cost / day",
            "4.08",
            "0.00608 ± 0.00002",
        ] {
            assert!(text.contains(shown), "{shown} in\n{text}");
        }
        assert!(!text.contains("idle busy"), "{text}");
    }

    #[test]
    fn a_batch_shows_its_makespan() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[1].makespan_s = Some(about(12.34, 0.2));
        let text = text(&outcome);
        assert!(text.contains("makespan") && text.contains("12.3 s"), "{text}");
    }

    #[test]
    fn percentiles_with_too_few_samples_are_dashes() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[0].response_s.p99 = Estimate::NONE;
        assert!(text(&outcome).contains("6.56 s        -   99 %"), "{}", text(&outcome));
    }

    #[test]
    fn theory_alone_shows_bounds_and_exact_results() {
        assert_eq!(
            text(&fixture::theory_only()),
            "  runtime       at most, req/s   exact, req/s   mean response   exact by
  sync    8              98.77          98.77          6.56 s   MVA
  threads 648            8 000          7 778         83.3 ms   MVA
  loops   8              8 000          7 387         87.7 ms   MVA"
        );
    }
}
