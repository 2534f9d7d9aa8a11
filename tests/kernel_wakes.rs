//! `scheduling = "eevdf"` against the kernel itself: who gets the core when one process wakes in the middle of
//! another's burst (`tests/measured/wakes.csv`, measured by `wakes.c` on Linux 6.18).

mod common;

use common::*;
use iowait::model::runtime::Assign;
use iowait::model::{RuntimeKind, Scheduling};
use iowait::simulation::{Change, Control, Ending, Setup, Window, listen};
use iowait::units::Span;

const ROUNDS: u32 = 1_200;
const PERIOD_MS: f64 = 23.3;

/// `(share of wakers that had the core within 0.3 ms, mean wait, mean response)`, in ms.
fn simulated(hog: f64, at: f64, waker: f64) -> (f64, f64, f64) {
    let due = |round: u32| 50.0 + f64::from(round) * PERIOD_MS;
    let both = |round| [(due(round), 0), (due(round) + at, 1)];
    let arrivals: Vec<_> = (0..ROUNDS).flat_map(both).collect();
    let model = traced(vec![vec![cpu(ms(hog))], vec![cpu(ms(waker))]], &arrivals);
    let mut model = on_cores(model, 1, Scheduling::Eevdf);
    (model.host.timeslice, model.host.tick) = (Span(1_400_000), Span(4_000_000));
    // Two loops in turn: the hog is always the first one's, the waker the second one's.
    let mut processes = loops(2);
    if let RuntimeKind::EventLoop(kind) = &mut processes.kind {
        kind.assign = Assign::RoundRobin;
    }
    let (_, log) = listen(&Setup::new(&model, &processes), 0, Window::WHOLE, &Control::default());
    let mut began = vec![None; 2 * ROUNDS as usize];
    let mut took = 0.0;
    for (when, change) in log.changes {
        let since = |request: u64| when.0 as f64 / 1e6 - due(request as u32 / 2) - at;
        match change {
            Change::Begins { request: Some(request), .. } => {
                began[request as usize].get_or_insert(since(request));
            }
            Change::Ended { request, how: Ending::Completed } if request % 2 == 1 => {
                took += since(request);
            }
            _ => {}
        }
    }
    let waits: Vec<f64> = began.iter().skip(1).step_by(2).map(|at| at.expect("all ran")).collect();
    let rounds = f64::from(ROUNDS);
    let immediate = waits.iter().filter(|&&wait| wait < 0.3).count() as f64;
    (immediate / rounds, waits.iter().sum::<f64>() / rounds, took / rounds)
}

#[test]
fn wakers_get_the_core_as_often_and_wait_as_long_as_under_linux() {
    let mut rows = csv::Reader::from_path("tests/measured/wakes.csv").expect("a table");
    let rows: Vec<Vec<f64>> = rows
        .records()
        .map(|row| row.expect("a row").iter().map(|cell| cell.parse().expect("a number")).collect())
        .collect();
    assert!(rows.len() >= 20);
    for row in rows {
        let (immediate, wait, response) = simulated(row[0], row[1], row[2]);
        let what = format!("{:?}", &row[..3]);
        assert!((immediate - row[4]).abs() < 0.1, "{what}: {} at once, {immediate}", row[4]);
        // A real process starts 0.07 to 0.15 ms late, the hog too.
        for (measured, simulated) in [(row[5], wait), (row[6], response)] {
            let late = measured - simulated;
            assert!((-0.05..0.3).contains(&late), "{what}: {measured} ms, {simulated} ms");
        }
    }
}
