//! CPU of a request by the utilisation law, and how it changes with the load beyond what the preset
//! itself makes of it.

use super::cells::Cell;
use super::course::Course;
use super::words::{percent, quantity, span};
use super::{Figure, Known, Refusal};
use crate::stats::interval::mean_ci95;

/// CPU of a request, in seconds, what the preset charges not in it.
#[derive(Clone, Debug)]
pub struct Demand {
    /// At the load that the model is about.
    pub figure: Figure,
    /// Against how busy the cores are, where it changes with that.
    pub course: Option<Course>,
    /// What the preset charges for a request on top of it.
    pub overhead_s: f64,
}

impl Demand {
    /// At a cell, by the cells that were not held out.
    #[must_use]
    pub fn at(&self, busy: f64) -> f64 {
        self.course.as_ref().map_or(self.figure.value, |course| course.at(busy))
    }

    /// At a load that keeps the cores this busy under the figure itself: solves for how busy they
    /// are with the CPU that goes with it.
    #[must_use]
    pub fn at_rate(&self, throughput_rps: f64, cores: u32) -> f64 {
        let mut cpu = self.figure.value;
        for _ in 0..40 {
            // Half of the way, for a steep course would throw it to and fro.
            let next = self.at((cpu + self.overhead_s) * throughput_rps / f64::from(cores));
            cpu = (cpu + next) / 2.0;
        }
        cpu
    }
}

/// CPU of a load repeats within this share at best.
const REPEATS: f64 = 0.02;

/// The demand of these cells, held-out ones aside.
///
/// # Errors
///
/// No cell has its CPU: then CPU and waiting cannot be told apart, and it is said what to measure.
pub fn of(cells: &[Cell], cores: u32, known: &Known) -> Result<Demand, Refusal> {
    let used: Vec<&Cell> = cells.iter().filter(|cell| !cell.held && cell.cpu_s.is_some()).collect();
    let Some(heaviest) = used
        .iter()
        .max_by(|a, b| a.busy(cores).unwrap_or(0.0).total_cmp(&b.busy(cores).unwrap_or(0.0)))
    else {
        return Err(no_cpu(cells, cores));
    };
    let cpu = |cell: &Cell| cell.own_cpu_s().unwrap_or_default();
    let charged: f64 = used.iter().map(|cell| cell.overhead_s * cell.throughput_rps).sum();
    let overhead_s = charged / used.iter().map(|cell| cell.throughput_rps).sum::<f64>();
    if let [only] = used.as_slice() {
        let value = cpu(only);
        // So many requests are a sample of all that come: their mean CPU is as near to that of all as an
        // exponential's would be.
        let sampled = only.requests.map_or(0.0, |count| 1.96 / count.max(1.0).sqrt());
        let off = known.rounding.map(|share| share.hypot(sampled).min(1.0));
        let range = off.map(|share| [value * (1.0 - share), value * (1.0 + share)]);
        let mut how = if known.cpu_s.is_some() {
            "given".to_owned()
        } else {
            format!(
                "utilisation law: {} of {cores} core{} busy over {}/s",
                percent(only.busy(cores).unwrap_or_default()),
                if cores == 1 { "" } else { "s" },
                quantity(only.throughput_rps)
            )
        };
        if range.is_none() {
            how += "; no interval, for one measurement does not say how it repeats";
        }
        return Ok(Demand { figure: Figure { value, range, how }, course: None, overhead_s });
    }
    // Weighted by throughput: a request counts once wherever it was measured.
    let points: Vec<(f64, f64, f64)> = used
        .iter()
        .map(|cell| (cell.busy(cores).unwrap_or_default(), cpu(cell), cell.throughput_rps))
        .collect();
    let course = Course::through(&points);
    let busy = heaviest.busy(cores).unwrap_or(1.0);
    let how = format!("utilisation law over {} loads: {}", used.len(), told(&used, cores, &course));
    let values: Vec<f64> = used.iter().map(|cell| cpu(cell)).collect();
    let figure = if let Some(course) = &course {
        let value = course.at(busy);
        let rest: Vec<f64> = points.iter().map(|(x, y, _)| y - course.at(*x)).collect();
        let half = mean_ci95(&rest).1.map_or(0.0, |[low, high]| (high - low) / 2.0);
        let half = half.max(REPEATS * value);
        Figure {
            value,
            range: Some([value - half, value + half]),
            how: format!("{how}; this is at {}", percent(busy)),
        }
    } else {
        let total: f64 = points.iter().map(|(_, _, rate)| rate).sum();
        let value = points.iter().map(|(_, cpu, rate)| cpu * rate).sum::<f64>() / total;
        let half = mean_ci95(&values).1.map(|[low, high]| (high - low) / 2.0);
        Figure { value, range: half.map(|half| [value - half, value + half]), how }
    };
    Ok(Demand { figure, course, overhead_s })
}

/// How CPU goes with the load, as it was measured and without what the preset charges.
fn told(used: &[&Cell], cores: u32, own: &Option<Course>) -> String {
    let busy = |cell: &Cell| cell.busy(cores).unwrap_or_default();
    let seen: Vec<(f64, f64, f64)> = used
        .iter()
        .map(|cell| (busy(cell), cell.cpu_s.unwrap_or_default(), cell.throughput_rps))
        .collect();
    let charged = used.iter().any(|cell| cell.overhead_s > 0.0);
    let ends = |course: &Course| {
        format!("{} with idle cores, {} with busy ones", span(course.at(0.0)), span(course.at(1.0)))
    };
    let changed = Course::through(&seen).is_some();
    let by_busy = |a: &&&Cell, b: &&&Cell| busy(a).total_cmp(&busy(b));
    let (Some(light), Some(heavy)) = (used.iter().min_by(by_busy), used.iter().max_by(by_busy))
    else {
        return String::new();
    };
    if !changed {
        return match own {
            Some(own) => format!(
                "no clear change between them as measured, but without what the preset charges {}",
                ends(own)
            ),
            None => "no clear change between them".to_owned(),
        };
    }
    let at = |cell: &Cell| {
        let cpu = span(cell.cpu_s.unwrap_or_default());
        format!("{cpu} at {} ({} busy)", cell.load(), percent(busy(cell)))
    };
    let falls = light.cpu_s > heavy.cpu_s;
    let verb = if falls { "falls" } else { "rises" };
    let rest = match own {
        Some(own) if charged => format!("without what the preset charges, {}", ends(own)),
        Some(own) => ends(own),
        None => "the preset charges that much for caches that get cold and the like, and without it there is no clear change"
            .to_owned(),
    };
    format!("it {verb} from {} to {}; {rest}", at(light), at(heavy))
}

/// What is known of CPU without any measurement of it, and how to measure it.
fn no_cpu(cells: &[Cell], cores: u32) -> Refusal {
    let most = cells.iter().map(|cell| cell.throughput_rps).fold(0.0, f64::max);
    let fastest = cells
        .iter()
        .flat_map(|cell| {
            cell.percentiles.first().map(|point| point.value).into_iter().chain(cell.mean_s)
        })
        .fold(f64::INFINITY, f64::min);
    let bound = (f64::from(cores) / most).min(fastest);
    Refusal::new(format!(
        "CPU and waiting cannot be told apart: nothing says how much CPU a request takes, only that it is less than {} \
         ({cores} core{} did {}/s)",
        span(bound),
        if cores == 1 { "" } else { "s" },
        quantity(most)
    ))
    .advice(
        "measure the CPU seconds of all server processes over the same window (ps -o cputimes= -p PID before and \
         after, or usage_usec of the container's cpu.stat) and give --cpu-used, the share of all cores, --cpu, that of \
         one request, or a column cpu_seconds beside window_s",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Pressure;
    use super::*;

    fn cell(clients: u64, rate: f64, cpu_s: f64) -> Cell {
        Cell {
            place: "x".to_owned(),
            pressure: Pressure::Clients(clients, 0.0),
            throughput_rps: rate,
            mean_s: None,
            percentiles: Vec::new(),
            cpu_s: Some(cpu_s),
            overhead_s: 0.0,
            requests: None,
            held: false,
        }
    }

    #[test]
    fn cpu_that_falls_as_cores_get_busy_is_a_line_and_other_cpu_is_none() {
        // 1.8 ms idle, 1.2 ms busy.
        let falling: Vec<Cell> = [50.0, 200.0, 400.0, 600.0, 700.0]
            .iter()
            .zip([0.0, 1e-6, -1e-6, 0.5e-6, 0.0])
            .map(|(rate, off)| {
                let mut cpu = 0.0018;
                for _ in 0..50 {
                    cpu = 0.0018 - 0.0006 * cpu * rate;
                }
                cell(1, *rate, cpu + off)
            })
            .collect();
        let demand = of(&falling, 1, &Known::default()).expect("a demand");
        let line = demand.course.as_ref().expect("a course");
        assert!(
            (line.at(0.0) - 0.0018).abs() < 1e-5 && (line.at(1.0) - 0.0012).abs() < 1e-5,
            "{line:?}"
        );
        assert!((demand.at_rate(400.0, 1) - falling[2].cpu_s.unwrap()).abs() < 2e-6);
        let steady: Vec<Cell> =
            (1..6).map(|n| cell(n, 100.0 * n as f64, 0.0014 + 1e-6 * (n % 2) as f64)).collect();
        assert!(of(&steady, 1, &Known::default()).expect("a demand").course.is_none());
    }

    #[test]
    fn without_cpu_it_is_said_what_it_is_at_most_and_how_to_measure_it() {
        let mut blind = cell(8, 120.0, 0.0);
        blind.cpu_s = None;
        let refusal = of(&[blind], 2, &Known::default()).unwrap_err();
        assert!(refusal.why.contains("less than 16.67 ms (2 cores did 120/s)"), "{refusal}");
        assert!(refusal.advice.unwrap().contains("cputimes"));
    }
}
