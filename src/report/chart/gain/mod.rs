//! The gain chart: what each runtime gained, beside exact theory, bound and formula.
//!
//! A forest plot: each value has a row with its name before it and its number behind it, so that
//! values which nearly coincide stay apart and no legend has to be looked up.

use super::axis::{Axis, Scale};
use super::canvas::Canvas;
use super::drawing::Drawing;
use super::{Error, Figure, Page, precision};
use crate::study::result::Outcome;

mod data;
mod layout;
mod tex;

use data::{Group, groups, table, values};
use layout::Layout;

/// Draws the chart; `None` where no runtime but the baseline has a gain.
///
/// # Errors
///
/// What the drawing library or the table of numbers reports.
pub fn draw(outcome: &Outcome, page: &Page) -> Result<Option<Figure>, Error> {
    let groups = groups(outcome);
    if groups.is_empty() {
        return Ok(None);
    }
    let layout = Layout::new(&groups, page);
    let canvas = Canvas::new(layout.width, layout.height)?;
    let axis = Axis::of_ratios(&values(&groups));
    layout.heading(&canvas, outcome, page)?;
    layout.axis(&canvas, axis, &axis_title(outcome, axis))?;
    layout.all(&canvas, axis, &groups)?;
    layout.notes(&canvas)?;
    let drawing = Drawing {
        title: format!("{}: gain over {}", outcome.model, outcome.baseline),
        about: about(outcome, &groups),
        panels: Vec::new(),
        notes: data::meanings(&groups),
    };
    let ink = canvas.finish();
    let tex = tex::document(&layout, &drawing.title, (axis, &groups), &ink);
    let rows = groups.iter().flat_map(|group| &group.rows);
    let precision = precision::widest("gain", rows.map(|row| (row.value, row.ci95)));
    Ok(Some(Figure::new(drawing, (ink, tex, table(&groups)?), page).within(precision)))
}

/// The ratio that the axis shows, in words.
fn axis_title(outcome: &Outcome, axis: Axis) -> String {
    let what = if outcome.runtimes.iter().any(|runtime| runtime.makespan_s.is_some()) {
        "speed (inverse makespan)"
    } else {
        "throughput"
    };
    let scale = if axis.scale == Scale::Log { ", log scale" } else { "" };
    format!("{what} relative to {0} ({0} = 1{scale})", outcome.baseline)
}

/// What the chart shows, for those who can't see it.
fn about(outcome: &Outcome, groups: &[Group]) -> String {
    let gains = groups.iter().map(|group| {
        let rows = group.rows.iter().map(|row| format!("{} {}", row.quantity.name, row.label));
        format!("{} {}", group.runtime, rows.collect::<Vec<_>>().join(", "))
    });
    format!("Gain over {}. {}.", outcome.baseline, gains.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture;
    use super::super::ink::Mark;
    use super::super::tests::texts;
    use super::*;

    fn figure(outcome: &Outcome) -> Figure {
        draw(outcome, &Page::PAPER).unwrap().unwrap()
    }

    #[test]
    fn every_value_is_drawn_and_stands_in_the_table() {
        let figure = figure(&fixture::web_request());
        assert_eq!(
            figure.csv,
            "scenario,runtime,quantity,gain,gain_lo,gain_hi\n\
             ,threads,simulated,78.71,78.5,78.91999999999999\n\
             ,threads,exact,78.75,,\n\
             ,threads,bound,81,,\n\
             ,threads,formula,81,,\n\
             ,loops,simulated,74.74,74.52,74.96\n\
             ,loops,exact,74.79,,\n\
             ,loops,bound,81,,\n\
             ,loops,formula,81,,\n"
        );
        let words = words(&figure);
        for text in [
            "threads 648",
            "78.7 ± 0.2",
            "2.8 % under the formula",
            "throughput relative to sync (sync = 1)",
        ] {
            assert!(words.iter().any(|word| word == text), "{text}: {words:?}");
        }
    }

    fn words(figure: &Figure) -> Vec<String> {
        texts(&figure.ink).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn a_value_and_the_ends_of_its_interval_lie_at_their_numbers_on_the_axis() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[1].gain.simulated = fixture::about(40.0, 20.0);
        let ink = figure(&outcome).ink;
        let tick = |label: &str| {
            let places = texts(&ink);
            let (_, [left, right, ..]) = places.iter().find(|(text, _)| text == label).unwrap();
            f64::midpoint(*left, *right)
        };
        let discs = ink.marks.iter().filter_map(|mark| match mark {
            Mark::Disc(centre, ..) => Some(centre.0),
            _ => None,
        });
        // The first disc stands beside the name, the second in the plot.
        let disc = discs.into_iter().nth(1).unwrap();
        assert!((disc - tick("40")).abs() < 0.02, "{disc}");
        let interval = ink.marks.iter().find_map(|mark| match mark {
            Mark::Line(places, stroke) if (stroke.width - 1.5).abs() < 1e-9 => Some(places),
            _ => None,
        });
        let [(from, _), (to, _)] = interval.unwrap()[..] else { panic!("a line has two ends") };
        assert!((from - tick("20")).abs() < 0.02, "{from}");
        assert!((to - tick("60")).abs() < 0.02, "{to}");
    }

    #[test]
    fn theory_alone_draws_no_simulated_value_and_does_not_explain_it() {
        let figure = figure(&fixture::theory_only());
        assert!(!words(&figure).iter().any(|word| word.contains("simulated")));
        assert!(!figure.csv.contains("simulated"));
    }

    #[test]
    fn a_baseline_alone_has_nothing_to_draw() {
        let mut outcome = fixture::web_request();
        outcome.runtimes.truncate(1);
        assert_eq!(draw(&outcome, &Page::PAPER).unwrap(), None);
    }

    #[test]
    fn a_wide_spread_of_gains_is_drawn_on_a_logarithmic_axis_and_says_so() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[1].gain.simulated = fixture::about(2.1, 0.1);
        let words = words(&figure(&outcome));
        assert!(words.iter().any(|word| word.contains("(sync = 1, log scale)")), "{words:?}");
    }

    #[test]
    fn a_batch_is_a_ratio_of_makespans() {
        let mut outcome = fixture::web_request();
        outcome.runtimes[1].makespan_s = Some(fixture::about(12.0, 0.1));
        let words = words(&figure(&outcome));
        let title = "speed (inverse makespan) relative to sync";
        assert!(words.iter().any(|word| word.starts_with(title)), "{words:?}");
    }
}
