//! What the curves of a sweep say, in sentences: who overtakes whom where, and where load stops
//! paying.

use super::super::number::{duration, figure, size};
use crate::input::value::{self, NoScope, Value};
use crate::study::sweep::knee::{self, Beyond};
use crate::study::sweep::lines::{Bundle, along};
use crate::study::sweep::{Rows, overtaking};

/// The columns of rows from which they are found, beside what was varied.
pub const COLUMNS: &[&str] = &[
    "runtime",
    "blocking_coefficient",
    "throughput_rps",
    "throughput_rps_lo",
    "throughput_rps_hi",
    "response_mean_s",
    "response_mean_s_lo",
    "response_mean_s_hi",
    "gain",
    "gain_lo",
    "gain_hi",
    "steady",
];

/// More sentences of one sort than these nobody reads.
const MOST: usize = 12;

/// `(word, sentence)` of each.
pub fn all(rows: &Rows, baseline: &str) -> Vec<(&'static str, String)> {
    let (mut even, mut knees) = (Vec::new(), Vec::new());
    for axis in rows.varied() {
        for bundle in along(rows, axis) {
            let under = under(&bundle);
            let shown = |x: f64| like(&bundle, x);
            even.extend(
                overtaking::all(&bundle, baseline)
                    .iter()
                    .map(|one| ("Even", format!("{under}{}", overtakes(&bundle, one)))),
            );
            if knee::LOADS.contains(&axis.as_str()) {
                knees.extend(knee::all(&bundle).iter().map(|one| {
                    let [low, high] = one.between.map(shown);
                    let (name, at) = (&one.runtime, shown(one.at));
                    let text = match one.beyond {
                        Some(Beyond::Above) => format!("{name}: the knee is at the last load or beyond it, {axis} {low} or more"),
                        Some(Beyond::Below) => format!("{name}: the knee is at the first load or below it, {axis} {high} or less"),
                        None => format!(
                            "{name}: most throughput for its response time at {axis} {at} [{low}, {high}]"
                        ),
                    };
                    ("Knee", format!("{under}{text}"))
                }));
            }
        }
    }
    let mut remarks = bounded(even, "overtakings");
    remarks.extend(bounded(knees, "knees"));
    remarks
}

fn overtakes(bundle: &Bundle<'_>, one: &overtaking::Overtaking) -> String {
    let shown = |x: f64| like(bundle, x);
    let [low, high] = one.between.map(shown);
    let axis = if bundle.axis == "beta" { "T_io/T_cpu" } else { bundle.axis };
    let mut text = format!(
        "{} overtakes {} at {axis} {} [{low}, {high}]",
        one.winner,
        one.loser,
        shown(one.at)
    );
    if let Some([at, low, high]) = one.coefficient.filter(|_| bundle.axis != "beta") {
        let [at, low, high] = [at, low, high].map(|x| figure(x, 3));
        text += &format!(", T_io/T_cpu {at} [{low}, {high}]");
    }
    text
}

fn bounded(mut remarks: Vec<(&'static str, String)>, what: &str) -> Vec<(&'static str, String)> {
    if remarks.len() > MOST {
        let more = remarks.len() - MOST;
        remarks.truncate(MOST);
        remarks.push(("Note", format!("and {more} more {what}; narrow the sweep to see them")));
    }
    remarks
}

/// `peak, host.cores 4: `, where other values are varied too.
fn under(bundle: &Bundle<'_>) -> String {
    let scenario = (!bundle.scenario.is_empty()).then(|| bundle.scenario.to_owned());
    let others = bundle.others.iter().map(|(name, value)| format!("{name} {value}"));
    let words: Vec<String> = scenario.into_iter().chain(others).collect();
    if words.is_empty() { String::new() } else { format!("{}: ", words.join(", ")) }
}

/// A number along an axis in the unit in which the axis is written.
fn like(bundle: &Bundle<'_>, x: f64) -> String {
    let first = bundle.lines.first().and_then(|line| line.points.first());
    let text = first.map_or("", |(_, row)| row.text(bundle.axis));
    match value::parse(text).and_then(|expr| expr.eval(&NoScope)) {
        Ok(Value::Duration(_)) => duration(x, None),
        Ok(Value::Rate(_)) => format!("{}/s", figure(x, 3)),
        Ok(Value::Size(_)) => size(x as u64),
        _ => figure(x, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overtaking_and_a_knee_are_told_in_the_units_of_their_axis() {
        let mut text = String::from(
            "host.cores,load.rate,scenario,runtime,blocking_coefficient,throughput_rps,throughput_rps_lo,throughput_rps_hi,response_mean_s,steady\n",
        );
        for (rate, loops, time) in
            [(10, 9.0, 0.1), (20, 22.0, 0.11), (30, 31.0, 0.4), (40, 31.5, 2.0)]
        {
            text += &format!(
                "4,{rate}/s,,sync,9,{rate},{rate},{rate},0.2,true\n4,{rate}/s,,loops,9,{loops},{loops},{loops},{time},true\n"
            );
        }
        let rows = Rows::read(text.as_bytes()).unwrap();
        let remarks = all(&rows, "sync");
        let of = |word: &str| -> Vec<&str> {
            remarks.iter().filter(|one| one.0 == word).map(|one| one.1.as_str()).collect()
        };
        assert_eq!(of("Even").len(), 2, "{remarks:?}");
        assert!(
            of("Even")[0].starts_with("host.cores 4: loops overtakes sync at load.rate 14."),
            "{remarks:?}"
        );
        assert_eq!(
            of("Knee")[1],
            "host.cores 4: loops: most throughput for its response time at load.rate 20/s [10/s, 30/s]"
        );
        assert!(of("Knee")[0].contains("beyond"), "{remarks:?}");
    }
}
