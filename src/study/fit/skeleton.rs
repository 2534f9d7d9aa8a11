//! One traced request: its calls in groups, what overlaps in one, and the time between them.

use std::collections::{BTreeMap, HashMap};

use crate::input::spans::{Kind, Span, Trace};

/// Calls that overlap by less than this part of the shorter one came one after the other: clocks are
/// read a little apart.
const TOUCH: f64 = 0.05;

/// A request and its calls; times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Skeleton {
    /// The name of its span.
    pub name: String,
    /// From its start to its end.
    pub duration_s: f64,
    /// Its calls, in order.
    pub groups: Vec<Group>,
    /// From the end of the last call to its own.
    pub tail_s: f64,
}

/// Calls at the same time, or one call repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// One name for a call that is repeated, several for calls at once.
    pub names: Vec<String>,
    /// How long each took.
    pub times_s: Vec<f64>,
    /// Between what was before and the first of them.
    pub gap_before_s: f64,
    /// Between repeats, in all.
    pub gaps_inside_s: f64,
}

impl Skeleton {
    /// The time that no call covers.
    #[must_use]
    pub fn self_s(&self) -> f64 {
        let gaps = |group: &Group| group.gap_before_s + group.gaps_inside_s;
        self.tail_s + self.groups.iter().map(gaps).sum::<f64>()
    }

    /// The time that calls cover.
    #[must_use]
    pub fn io_s(&self) -> f64 {
        (self.duration_s - self.self_s()).max(0.0)
    }

    /// What two requests of one class have in common: the name and the order of calls, not how often
    /// one is repeated.
    #[must_use]
    pub fn shape(&self) -> String {
        let groups: Vec<String> =
            self.groups.iter().map(|group| group.names.join("\u{1}")).collect();
        format!("{}\u{2}{}", self.name, groups.join("\u{2}"))
    }
}

/// The service with the most requests, and each of them.
#[must_use]
pub fn of(traces: &[Trace]) -> (String, Vec<Skeleton>) {
    let mut by_service: BTreeMap<&str, Vec<Skeleton>> = BTreeMap::new();
    for trace in traces {
        let by_id: HashMap<&str, &Span> =
            trace.iter().map(|span| (span.id.as_str(), span)).collect();
        let parent = |span: &Span| by_id.get(span.parent.as_deref()?).copied();
        for span in trace.iter().filter(|span| span.kind == Kind::Server) {
            // A server span inside the same service is a part of the outer request.
            if parent(span).is_none_or(|outer| outer.service != span.service) {
                by_service.entry(&span.service).or_default().push(skeleton(trace, span));
            }
        }
    }
    let most = by_service.into_iter().max_by_key(|(_, requests)| requests.len());
    most.map_or_else(|| (String::new(), Vec::new()), |(name, requests)| (name.to_owned(), requests))
}

/// The outermost calls of a request, in groups.
fn skeleton(trace: &Trace, root: &Span) -> Skeleton {
    let mut children: HashMap<&str, Vec<&Span>> = HashMap::new();
    for span in trace {
        if let Some(parent) = span.parent.as_deref() {
            children.entry(parent).or_default().push(span);
        }
    }
    let mut calls: Vec<&Span> = Vec::new();
    let mut open: Vec<&Span> = vec![root];
    let mut visited = 0;
    while let Some(span) = open.pop() {
        // Spans that are each other's parents would never end.
        visited += 1;
        if visited > trace.len() {
            break;
        }
        for child in children.get(span.id.as_str()).into_iter().flatten() {
            match child.kind {
                Kind::Client => calls.push(child),
                Kind::Internal if child.service == root.service => open.push(child),
                _ => {}
            }
        }
    }
    calls.retain(|call| call.start < root.end && call.end > root.start);
    calls.sort_by(|a, b| (a.start, a.end, &a.id).cmp(&(b.start, b.end, &b.id)));
    calls.dedup_by(|a, b| a.id == b.id);
    grouped(root, &calls)
}

fn grouped(root: &Span, calls: &[&Span]) -> Skeleton {
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let mut groups: Vec<Group> = Vec::new();
    let mut now = root.start;
    let mut rest = calls;
    while let [first, ..] = rest {
        let mut end = first.end;
        let mut many = 1;
        while many < rest.len() && overlaps(rest[many], end) {
            end = end.max(rest[many].end);
            many += 1;
        }
        let (own, later) = rest.split_at(many);
        rest = later;
        let gap = seconds(first.start.saturating_sub(now));
        let mut pairs: Vec<(String, f64)> = own
            .iter()
            .map(|call| {
                (call.name.clone(), seconds(call.end.min(root.end) - call.start.max(root.start)))
            })
            .collect();
        pairs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let (names, times): (Vec<String>, Vec<f64>) = pairs.into_iter().unzip();
        match groups.last_mut() {
            Some(last) if many == 1 && last.names == names => {
                last.times_s.extend(times);
                last.gaps_inside_s += gap;
            }
            _ => {
                groups.push(Group { names, times_s: times, gap_before_s: gap, gaps_inside_s: 0.0 })
            }
        }
        now = now.max(end);
    }
    Skeleton {
        name: root.name.clone(),
        duration_s: seconds(root.end - root.start),
        groups,
        tail_s: seconds(root.end.saturating_sub(now)),
    }
}

/// Whether a call begins well before `end`.
fn overlaps(call: &Span, end: u64) -> bool {
    let common = end.saturating_sub(call.start).min(call.end - call.start) as f64;
    common > TOUCH * (call.end - call.start) as f64 && call.start < end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: &str, parent: Option<&str>, name: &str, kind: Kind, start: u64, end: u64) -> Span {
        Span {
            trace: "t".into(),
            id: id.into(),
            parent: parent.map(Into::into),
            name: name.into(),
            service: "shop".into(),
            kind,
            start: start * 1_000_000,
            end: end * 1_000_000,
        }
    }

    #[test]
    fn calls_are_in_order_repeated_and_at_once_and_the_rest_is_self_time() {
        let trace = vec![
            span("r", None, "GET /", Kind::Server, 0, 100),
            span("i", Some("r"), "view", Kind::Internal, 1, 99),
            span("a", Some("i"), "query", Kind::Client, 2, 10),
            span("b", Some("i"), "query", Kind::Client, 11, 20),
            span("c", Some("r"), "left", Kind::Client, 30, 60),
            span("d", Some("r"), "right", Kind::Client, 31, 80),
        ];
        let (service, found) = of(&[trace]);
        assert_eq!((service.as_str(), found.len()), ("shop", 1));
        let [queries, both] = found[0].groups.as_slice() else { panic!("{found:?}") };
        assert_eq!((queries.names.len(), queries.times_s.len()), (1, 2));
        assert!(
            (queries.gap_before_s - 0.002).abs() < 1e-9
                && (queries.gaps_inside_s - 0.001).abs() < 1e-9
        );
        assert_eq!(both.names, ["left", "right"]);
        // 2 before, 1 between the queries, 10 after them, 20 at the end.
        assert!((found[0].self_s() - 0.033).abs() < 1e-9);
    }

    #[test]
    fn spans_that_are_their_own_parents_end() {
        let trace = vec![
            span("r", Some("x"), "GET /", Kind::Server, 0, 100),
            span("x", Some("y"), "a", Kind::Internal, 0, 100),
            span("y", Some("x"), "b", Kind::Internal, 0, 100),
        ];
        let _ = of(&[trace]);
    }
}
