//! Throughput and latency against load, with the knee: the load at which throughput per mean
//! response time is greatest (Kleinrock 1979), beyond which time grows faster than throughput.

use super::axis::Axis;
use super::drawing::{At, Dimension, Drawing, Panel, Rule, Series};
use super::table::Table;
use super::table_chart::Choice;
use super::{Error, Figure, Page, points, words};

/// The axes along which load grows.
const LOADS: [&str; 3] = ["load.rate", "load.clients", "load.count"];

/// What is drawn of the response time unless asked otherwise: the first that has numbers, for a
/// percentile takes enough requests.
const LATENCIES: [&str; 5] = ["p99", "p95", "p90", "p50", "mean"];

/// Draws the chart.
///
/// # Errors
///
/// The table has no load that varies.
pub fn draw(table: &Table, choice: &Choice, page: &Page) -> Result<Figure, Error> {
    let x = match &choice.x {
        Some(name) => table.column(name)?,
        None => LOADS.iter().find_map(|name| table.find(name)).ok_or_else(|| {
            Error::Unfit(format!(
                "the table has no load ({}); sweep one, or name a column with --x",
                LOADS.join(", ")
            ))
        })?,
    };
    let (table, fixed) = &points::uncrowded(table, x);
    let keys = points::keys(table, x);
    let groups = table.groups(&keys);
    let throughput = points::measured(table, &groups, &keys, (x, table.column("throughput")?));
    let latency = match &choice.y {
        Some(name) => table.column(name)?,
        None => latency(table)?,
    };
    // What cannot be sustained has no response time: it grows for as long as one waits.
    let steady: Vec<_> = groups
        .iter()
        .map(|(key, rows)| {
            let kept = rows.iter().copied().filter(|row| !grows(table, *row));
            (key.clone(), kept.collect::<Vec<_>>())
        })
        .collect();
    let times = points::measured(table, &steady, &keys, (x, latency));
    if throughput.is_empty() || times.is_empty() {
        return Err(Error::Unfit(format!(
            "no row has a number both in throughput_rps and in {}, of a load that can be sustained; a percentile \
             takes enough requests, or name another column with --y",
            table.title(latency)
        )));
    }
    let dropped = groups.iter().zip(&steady).any(|(all, kept)| all.1.len() != kept.1.len());
    let found: Vec<(&Series, Knee)> = throughput
        .iter()
        .zip(&groups)
        .filter_map(|(series, (_, rows))| Some((series, knee(table, rows, x)?)))
        .collect();
    let rule = |at, series: &Series| Rule { at: At::X(at), look: Some(series.look) };
    let knees: Vec<Rule> = found
        .iter()
        .filter_map(|(series, knee)| match knee {
            Knee::At(at) => Some(rule(*at, series)),
            _ => None,
        })
        .collect();
    let named = |wanted: Knee| -> Vec<String> {
        let those = found.iter().filter(|(_, knee)| *knee == wanted);
        those.map(|(series, _)| series.name.clone()).collect()
    };
    let (before, beyond) = (named(Knee::Before), named(Knee::Beyond));
    let across = words::axis(table, x, &points::extent(&throughput).0, loads);
    let panel = |y: Dimension, height: f64, series: Vec<Series>| Panel {
        x: across.clone(),
        y,
        height,
        rows: Vec::new(),
        series,
        rules: knees.clone(),
    };
    let (_, rates) = points::extent(&throughput);
    let (_, seconds) = points::extent(&times);
    let rates = words::dimension("throughput_rps", &rates, Axis::even);
    let seconds = words::metric(table, table.title(latency), &seconds, Axis::log);
    let mut notes = vec!["Bands: 95 % intervals, where wider than the line.".to_owned()];
    if !knees.is_empty() {
        notes.push(
            "Upright lines: the knee, the load with the most throughput per mean response time."
                .to_owned(),
        );
    }
    for (names, end) in [(before, "first load or below it"), (beyond, "last load or beyond it")] {
        if !names.is_empty() {
            notes.push(format!("Knee at the {end}: {}.", names.join(", ")));
        }
    }
    notes.extend(fixed.clone());
    if dropped {
        notes.push("No response time is shown of a load that cannot be sustained.".to_owned());
    }
    let drawing = Drawing {
        title: "Throughput and response time against load".to_owned(),
        about: format!("Throughput and {} against load: {}.", seconds.title, across.title),
        panels: vec![panel(rates, 0.36, throughput), panel(seconds, 0.36, times)],
        notes,
    };
    Ok(Figure::of(drawing, page)?.hinting(fixed.as_ref().map(|_| points::OTHERS.to_owned())))
}

/// The column of the response time.
fn latency(table: &Table) -> Result<usize, Error> {
    let has_numbers =
        |column: &usize| (0..table.len()).any(|row| table.number(row, *column).is_some());
    let found = LATENCIES.iter().filter_map(|name| table.find(name)).find(has_numbers);
    found.map_or_else(|| table.column(LATENCIES[0]), Ok)
}

/// An even axis, on which a straight line is a straight line, unless the loads span two decades.
fn loads(values: &[f64]) -> Axis {
    let least = values.iter().copied().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    if most > 100.0 * least { Axis::log(values) } else { Axis::even(values) }
}

/// Whether a row's load cannot be sustained, so that its response time grows for as long as one
/// waits.
fn grows(table: &Table, row: usize) -> bool {
    table.find("steady").is_some_and(|column| table.text(row, column) == "false")
}

/// Where the load with the most power is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Knee {
    /// Here.
    At(f64),
    /// At the first load of the table or below it.
    Before,
    /// At the last load of the table or above it, for power may go on growing.
    Beyond,
}

/// The load with the most power among the rows of one runtime; `None` with too few.
fn knee(table: &Table, rows: &[usize], x: usize) -> Option<Knee> {
    let (rate, time) = (table.find("throughput")?, table.find("mean")?);
    let mut powers: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| {
            let at = table.number(*row, x)?;
            if grows(table, *row) {
                return Some((at, 0.0));
            }
            let (rate, time) = (table.number(*row, rate)?, table.number(*row, time)?);
            (time > 0.0).then_some((at, rate / time))
        })
        .collect();
    powers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let most = powers.iter().map(|(_, power)| *power).fold(0.0, f64::max);
    let place = powers.iter().position(|(_, power)| *power >= most)?;
    match place {
        _ if powers.len() < 3 => None,
        0 => Some(Knee::Before),
        place if place + 1 == powers.len() => Some(Knee::Beyond),
        place => Some(Knee::At(powers[place].0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing::Shape;
    use super::*;

    #[test]
    fn the_knee_of_one_server_is_at_half_its_capacity() {
        // M/M/1 with a mean service of 1 s: R = 1/(1 - x), power x (1 - x).
        let mut text = String::from(
            "load.rate,scenario,runtime,throughput_rps,response_mean_s,response_p99_s\n",
        );
        for tenths in 1..=9 {
            let x = f64::from(tenths) / 10.0;
            text += &format!("{x}/s,,sync,{x},{},{}\n", 1.0 / (1.0 - x), 4.6 / (1.0 - x));
        }
        let table = Table::read(text.as_bytes()).unwrap();
        let rows: Vec<usize> = (0..table.len()).collect();
        assert_eq!(knee(&table, &rows, 0), Some(Knee::At(0.5)));
        assert_eq!(knee(&table, &rows[..5], 0), Some(Knee::Beyond), "power still grows");
        assert_eq!(knee(&table, &rows[5..], 0), Some(Knee::Before), "power only falls");
        let figure = draw(&table, &Choice::default(), &Page::PAPER).unwrap();
        assert_eq!(figure.drawing.panels[0].rules[0].at, At::X(0.5));
    }

    #[test]
    fn where_no_p99_has_samples_a_percentile_that_has_is_drawn() {
        let text = "load.clients,scenario,runtime,throughput_rps,response_mean_s,response_p50_s,response_p99_s\n\
                    1,,a,1,1,1,\n2,,a,2,1,2,\n3,,a,2,9,9,\n";
        let table = Table::read(text.as_bytes()).unwrap();
        let figure = draw(&table, &Choice::default(), &Page::PAPER).unwrap();
        assert_eq!(figure.drawing.panels[1].y.column, "response_p50_s");
    }

    #[test]
    fn many_lines_are_drawn_at_one_value_of_the_other_axis_and_that_is_said() {
        let mut text = String::from(
            "load.clients,host.cores,scenario,runtime,throughput_rps,response_mean_s,response_p99_s\n",
        );
        for (clients, cores) in [1, 2, 4].iter().flat_map(|n| [1, 2, 4, 8].map(|c| (n, c))) {
            for runtime in ["a", "b"] {
                text += &format!("{clients},{cores},,{runtime},{clients},{cores},{cores}\n");
            }
        }
        let table = Table::read(text.as_bytes()).unwrap();
        let figure = draw(&table, &Choice::default(), &Page::PAPER).unwrap();
        assert_eq!(figure.drawing.panels[0].series.len(), 2);
        let said = "Drawn at cores 4 (of 1, 2, 4, 8).";
        assert!(figure.drawing.notes.iter().any(|note| note == said), "no command in a figure");
        assert!(figure.hints()[0].contains("iowait plot --only"));
    }

    #[test]
    fn a_load_that_cannot_be_sustained_has_no_response_time() {
        let text = "load.clients,scenario,runtime,throughput_rps,response_mean_s,response_p99_s,steady\n\
                    1,,a,1,1,2,true\n2,,a,2,1,2,true\n3,,a,2,9,9,false\n";
        let table = Table::read(text.as_bytes()).unwrap();
        let figure = draw(&table, &Choice::default(), &Page::PAPER).unwrap();
        let Shape::Measured(spots) = &figure.drawing.panels[1].series[0].shape else { panic!() };
        assert_eq!(spots.len(), 2);
        assert!(figure.drawing.notes.iter().any(|note| note.contains("cannot be sustained")));
    }
}
