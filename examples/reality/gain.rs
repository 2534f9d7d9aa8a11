//! Gains over one sync worker against the blocking coefficient, measured and predicted.

use iowait::report::chart::measured::{Gain, Gains};
use rayon::prelude::*;

use crate::cells::{Cell, Figures, Offered};
use crate::trial::predict_with;

/// The runtimes of the picture.
const SHOWN: [&str; 4] = ["sync-8", "gthread-100", "asyncio", "uvloop"];
/// What their gain is over.
const BASELINE: &str = "sync-1";
/// Clients that saturate each of them at every coefficient.
const CLIENTS: u32 = 128;
/// Predicted coefficients, evenly spaced on a log axis from 1 to 100.
const STEPS: i32 = 12;

/// All runtimes of the picture.
///
/// # Errors
///
/// When a model is refused.
pub fn gains(all: &[Cell]) -> Result<Vec<Gains>, String> {
    let betas: Vec<f64> =
        (0..=STEPS).map(|step| libm::pow(10.0, 2.0 * f64::from(step) / f64::from(STEPS))).collect();
    let base: Vec<[f64; 3]> =
        betas.par_iter().map(|&beta| predicted(all, BASELINE, beta)).collect::<Result<_, _>>()?;
    SHOWN
        .iter()
        .map(|runtime| {
            let own: Vec<[f64; 3]> = betas
                .par_iter()
                .map(|&beta| predicted(all, runtime, beta))
                .collect::<Result<_, _>>()?;
            let gain = |((&beta, own), base): ((&f64, &[f64; 3]), &[f64; 3])| Gain {
                beta,
                gain: own[1] / base[1],
                interval: Some([own[0] / base[2], own[2] / base[0]]),
            };
            let predicted = betas.iter().zip(&own).zip(&base).map(gain).collect();
            Ok(Gains {
                runtime: (*runtime).to_owned(),
                measured: measured(all, runtime),
                predicted,
            })
        })
        .collect()
}

/// The best throughput at any number of clients, and how far its repeats lie apart.
fn best(all: &[Cell], runtime: &str, beta: f64) -> Option<(f64, f64)> {
    let same = |cell: &&Cell| {
        cell.table == "closed"
            && cell.runtime == runtime
            && cell.cpu_nominal == 1.0
            && cell.calls == 1
            && (cell.dist_io, cell.dist_cpu) == ('c', 'c')
            && cell.io == beta
    };
    all.iter()
        .filter(same)
        .map(|cell| (cell.figures.throughput, cell.spread[0]))
        .max_by(|a, b| a.0.total_cmp(&b.0))
}

fn measured(all: &[Cell], runtime: &str) -> Vec<Gain> {
    let mut betas: Vec<f64> =
        all.iter().filter(|cell| cell.calls == 1).map(|cell| cell.io).collect();
    betas.sort_by(f64::total_cmp);
    betas.dedup();
    betas
        .into_iter()
        .filter_map(|beta| {
            let ((own, spread), (base, other)) =
                (best(all, runtime, beta)?, best(all, BASELINE, beta)?);
            let (gain, apart) = (own / base, (spread + other) / 2.0);
            let interval = Some([gain * (1.0 - apart), gain * (1.0 + apart)]);
            Some(Gain { beta, gain, interval })
        })
        .collect()
}

/// Throughput as predicted, with the calibration at its lowest, as it is, and at its highest.
fn predicted(all: &[Cell], runtime: &str, beta: f64) -> Result<[f64; 3], String> {
    let alone = |cell: &&Cell| {
        cell.runtime == runtime && cell.clients() == 1 && cell.io == 0.0 && cell.cpu_nominal == 1.0
    };
    let calibration =
        all.iter().find(alone).ok_or_else(|| format!("no cell of one client of {runtime}"))?;
    let cell = Cell {
        offered: Offered::Clients(CLIENTS),
        io: beta,
        calls: 1,
        window_s: (0.4 * beta).max(2.0),
        figures: Figures::default(),
        ..calibration.clone()
    };
    let apart = calibration.spread[0] / 2.0;
    let at = |cpu: f64| predict_with(&cell, cpu).map(|found| found.throughput);
    let cpu = calibration.cpu;
    Ok([at(cpu * (1.0 + apart))?, at(cpu)?, at(cpu * (1.0 - apart))?])
}

/// The gains as a tidy table.
#[must_use]
pub fn csv(all: &[Gains]) -> String {
    let mut text =
        String::from("runtime,source,blocking_coefficient,gain,gain_lo,gain_hi,gain_formula\n");
    for gains in all {
        for (source, list) in [("measured", &gains.measured), ("predicted", &gains.predicted)] {
            for gain in list {
                let [lo, hi] = gain.interval.unwrap_or([gain.gain; 2]);
                text.push_str(&format!(
                    "{},{source},{:.4},{:.4},{lo:.4},{hi:.4},{:.4}\n",
                    gains.runtime,
                    gain.beta,
                    gain.gain,
                    1.0 + gain.beta
                ));
            }
        }
    }
    text
}
