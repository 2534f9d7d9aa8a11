//! The I/O wait: families, and the one whose simulated response times are those measured.
//!
//! What was measured is the response: wait, CPU and queue together. Percentiles do not add up, so
//! the queue is not subtracted: waits are proposed, the whole system is simulated with them, and
//! each percentile of the wait is moved by what the simulated response is off, until nothing moves.
//! Then the simplest family that does as well takes their place.

use super::cells::Cell;
use super::draft::{Draft, Effort, Pressure, Seen};
use super::words::{quantity, span};
use crate::input::dist::{Dist, Percentile};
use crate::input::value::{self, NoScope};
use crate::simulation::Control;
use crate::study::Failure;

/// A family of waits; times are seconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Waits {
    /// No wait at all.
    None,
    /// Always the same.
    Constant(f64),
    /// Exponential with this mean.
    Exponential(f64),
    /// Lognormal with this mean and coefficient of variation.
    Lognormal(f64, f64),
    /// Through these percentiles.
    Percentiles(Vec<Percentile>),
}

impl Waits {
    /// As the value grammar has it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::None => "0 s".to_owned(),
            Self::Constant(mean) => span(*mean),
            Self::Exponential(mean) => format!("exp({})", span(*mean)),
            Self::Lognormal(mean, cv) => {
                format!("lognormal(mean = {}, cv = {})", span(*mean), quantity(*cv))
            }
            Self::Percentiles(points) => {
                let point =
                    |point: &Percentile| format!("{} = {}", point.name(), span(point.value));
                format!("percentiles({})", points.iter().map(point).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// In a word.
    #[must_use]
    pub const fn family(&self) -> &'static str {
        match self {
            Self::None => "no wait",
            Self::Constant(_) => "constant",
            Self::Exponential(_) => "exponential",
            Self::Lognormal(..) => "lognormal",
            Self::Percentiles(_) => "through the percentiles",
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// The distribution of the text, in nanoseconds.
    #[must_use]
    pub fn dist(&self) -> Option<Dist> {
        value::parse(&self.text()).ok()?.eval(&NoScope).ok()?.duration_dist().ok()
    }

    /// Its mean in seconds.
    #[must_use]
    pub fn mean_s(&self) -> f64 {
        self.dist().map_or(0.0, |dist| dist.mean() / 1e9)
    }

    /// The same, this many times as long.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::None => Self::None,
            Self::Constant(mean) => Self::Constant(mean * factor),
            Self::Exponential(mean) => Self::Exponential(mean * factor),
            Self::Lognormal(mean, cv) => Self::Lognormal(mean * factor, *cv),
            Self::Percentiles(points) => Self::Percentiles(
                points.iter().map(|p| Percentile { value: p.value * factor, ..*p }).collect(),
            ),
        }
    }
}

/// Waits with how well they do.
#[derive(Clone, Debug)]
pub struct Match {
    /// The waits.
    pub waits: Waits,
    /// What the simulation shows with them.
    pub seen: Seen,
    /// The largest deviation of a percentile, as a share.
    pub worst: f64,
    /// Mean waits in seconds under other shapes that do as well.
    pub alike: Vec<f64>,
}

/// Rounds of moving percentiles; what still moves then cannot be met.
const ROUNDS: usize = 12;
/// Near enough: what the simulation itself is uncertain by.
const NEAR: f64 = 0.004;
/// A family may be this much worse than the percentiles themselves and is still the better answer,
/// for it says something of what lies between and beyond them.
const FAMILY_MAY_MISS: f64 = 0.03;
/// A largest deviation beyond this is none that stepping will mend.
const LOST: f64 = 0.15;
/// A wait below this share of the response cannot be told from none.
const FLOOR: f64 = 0.002;

/// The waits under which the draft's responses have these percentiles (at least two).
///
/// # Errors
///
/// Those of the simulation.
pub fn fit(draft: &Draft, target: &[Percentile], control: &Control) -> Result<Match, Failure> {
    let mut free = through_percentiles(draft, target, control)?;
    if free.worst > LOST {
        // Near the limit of a pool a little more wait is a much longer queue: steps jump over the
        // answer, where closing in on it from both sides does not.
        let alone = Waits::Percentiles(rests(draft, target, crowd(draft)));
        let found = closed_in(draft, alone, target, control)?;
        if found.worst < free.worst {
            free = found;
        }
        let mean_s = free.waits.mean_s();
        for family in [Waits::Constant(1.0), Waits::Exponential(1.0), Waits::Lognormal(1.0, 1.0)] {
            let found = closed_in(draft, family.scaled(mean_s), target, control)?;
            if found.worst < free.worst + FAMILY_MAY_MISS {
                free = found;
                break;
            }
        }
        return Ok(free);
    }
    let Waits::Percentiles(points) = &free.waits else { return Ok(free) };
    let mut chosen: Option<Match> = None;
    let mut alike = Vec::new();
    for family in families(points) {
        let found = tuned(draft, family, target, control)?;
        if found.worst <= free.worst + FAMILY_MAY_MISS && found.worst <= 2.0 * FAMILY_MAY_MISS {
            alike.push(found.waits.mean_s());
            chosen.get_or_insert(found);
        }
    }
    alike.push(free.waits.mean_s());
    Ok(Match { alike, ..chosen.unwrap_or(free) })
}

/// Waits of this shape as long as the draft's responses have these percentiles, by bisection of the
/// logarithm of their length.
///
/// # Errors
///
/// Those of the simulation.
pub fn closed_in(
    draft: &Draft,
    shape: Waits,
    target: &[Percentile],
    control: &Control,
) -> Result<Match, Failure> {
    let mut best: Option<Match> = None;
    // By how much the simulated responses are longer than those measured, in the middle of the
    // logarithm.
    let mut longer = |waits: &Waits, effort| -> Result<f64, Failure> {
        let seen = draft.with_waits(waits.clone()).simulate(effort, control)?;
        let ratios = target.iter().map(|p| libm::log(seen.quantile(p.share()) / p.value));
        let middle = ratios.sum::<f64>() / target.len() as f64;
        let worst = worst(&seen, target);
        if best.as_ref().is_none_or(|best| worst < best.worst) {
            best = Some(Match { waits: waits.clone(), seen, worst, alike: Vec::new() });
        }
        Ok(middle)
    };
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut length = 1.0;
    for round in 0..ROUNDS {
        let effort = if round < ROUNDS / 2 { Effort::SHORT } else { Effort::LONG };
        let off = longer(&shape.scaled(length), effort)?;
        if off.abs() < NEAR {
            break;
        }
        if off > 0.0 {
            high = length
        } else {
            low = length
        }
        length = match (low > 0.0, high.is_finite()) {
            (true, true) => (low * high).sqrt(),
            (true, false) => 2.0 * low,
            _ => 0.5 * high,
        };
    }
    best.ok_or(Failure::Interrupted)
}

/// What is left of each percentile for one wait, without CPU, of so many rounds of one after the
/// other.
fn rests(draft: &Draft, target: &[Percentile], rounds: f64) -> Vec<Percentile> {
    let waits = f64::from(draft.calls.max(1)) * rounds;
    let rest = |p: &Percentile| Percentile {
        value: ((p.value - draft.cpu_s) / waits).max(FLOOR * p.value),
        ..*p
    };
    let mut points: Vec<Percentile> = target.iter().map(rest).collect();
    ascend(&mut points);
    points
}

/// The waits of a family under which the draft's mean round is as long as measured: for cells
/// without percentiles.
///
/// # Errors
///
/// Those of the simulation.
pub fn fit_mean(
    draft: &Draft,
    first: &Waits,
    cell: &Cell,
    control: &Control,
) -> Result<Match, Failure> {
    let mut waits = first.clone();
    let mut best: Option<Match> = None;
    for effort in [Effort::SHORT, Effort::SHORT, Effort::LONG, Effort::LONG] {
        let seen = draft.with_waits(waits.clone()).simulate(effort, control)?;
        let (Some(measured), Some(simulated)) = (cell.round_s(), round_s(&seen, draft.pressure))
        else {
            break;
        };
        let worst = (simulated / measured - 1.0).abs();
        if best.as_ref().is_none_or(|best| worst < best.worst) {
            best = Some(Match { waits: waits.clone(), seen, worst, alike: Vec::new() });
        }
        let all = waits.mean_s() * f64::from(draft.calls);
        if worst < 0.25 * NEAR || all <= 0.0 {
            break;
        }
        // In a closed loop behind w workers N clients wait N/w times as long as one wait is.
        let crowd = crowd(draft);
        waits = waits.scaled((1.0 + (measured - simulated) / crowd / all).clamp(0.1, 10.0));
    }
    best.ok_or(Failure::Interrupted)
}

/// How many rounds a wait is part of: clients for each worker, at least 1.
#[must_use]
pub fn crowd(draft: &Draft) -> f64 {
    let slots = [draft.server.width.filter(|_| draft.server.waits_in_place()), draft.pool];
    let least = slots.into_iter().flatten().min();
    match (draft.pressure, least) {
        (Pressure::Clients(clients, _), Some(slots)) => {
            (clients as f64 / f64::from(slots)).max(1.0)
        }
        _ => 1.0,
    }
}

/// The mean time of a client's round as simulated, think time aside.
#[must_use]
pub fn round_s(seen: &Seen, pressure: Pressure) -> Option<f64> {
    match pressure {
        Pressure::Clients(clients, think) => {
            Some(clients as f64 / seen.throughput_rps - think).filter(|round| *round > 0.0)
        }
        Pressure::Rate(_) => Some(seen.mean_s),
    }
}

/// Waits given by as many percentiles as were measured.
fn through_percentiles(
    draft: &Draft,
    target: &[Percentile],
    control: &Control,
) -> Result<Match, Failure> {
    let calls = f64::from(draft.calls.max(1));
    let mut points = rests(draft, target, 1.0);
    let mut best: Option<Match> = None;
    for round in 0..ROUNDS {
        ascend(&mut points);
        let waits = Waits::Percentiles(points.clone());
        let effort = if round < ROUNDS / 2 { Effort::SHORT } else { Effort::LONG };
        let seen = draft.with_waits(waits.clone()).simulate(effort, control)?;
        let worst = worst(&seen, target);
        if best.as_ref().is_none_or(|best| worst < best.worst) {
            best = Some(Match { waits, seen: seen.clone(), worst, alike: Vec::new() });
        }
        if worst < NEAR {
            break;
        }
        for (point, target) in points.iter_mut().zip(target) {
            let off = target.value - seen.quantile(target.share());
            point.value = (point.value + 0.8 * off / calls).max(FLOOR * target.value / calls);
        }
    }
    best.ok_or(Failure::Interrupted)
}

/// Families with these percentiles, the simplest first.
fn families(points: &[Percentile]) -> Vec<Waits> {
    let logs: Vec<f64> = points.iter().map(|p| libm::log(p.value)).collect();
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let constant = Waits::Constant(libm::exp(mean_of(&logs)));
    // An exponential of mean 1 has the quantile -ln(1 - p).
    let hazards: Vec<f64> =
        points.iter().map(|p| libm::log(p.value) - libm::log(-libm::log1p(-p.share()))).collect();
    let exponential = Waits::Exponential(libm::exp(mean_of(&hazards)));
    let mut families = vec![constant, exponential];
    // ln x = μ + σ z, by least squares.
    let zs: Vec<f64> = points.iter().map(|p| normal_quantile(p.share())).collect();
    let (z, log) = (mean_of(&zs), mean_of(&logs));
    let above: f64 = zs.iter().zip(&logs).map(|(a, b)| (a - z) * (b - log)).sum();
    let below: f64 = zs.iter().map(|a| (a - z) * (a - z)).sum();
    let sigma = above / below;
    if sigma > 0.01 && sigma < 3.0 {
        let mu = log - sigma * z;
        let mean = libm::exp(mu + 0.5 * sigma * sigma);
        families.push(Waits::Lognormal(mean, libm::expm1(sigma * sigma).sqrt()));
    }
    families
}

/// A family scaled until its responses are as long as those measured, in the middle of the logarithm.
fn tuned(
    draft: &Draft,
    mut waits: Waits,
    target: &[Percentile],
    control: &Control,
) -> Result<Match, Failure> {
    let mut best: Option<Match> = None;
    for effort in [Effort::SHORT, Effort::LONG, Effort::LONG] {
        let seen = draft.with_waits(waits.clone()).simulate(effort, control)?;
        let worst = worst(&seen, target);
        let off = target
            .iter()
            .map(|p| (p.value - seen.quantile(p.share())) / waits_at(&waits, p.share()).max(1e-12))
            .sum::<f64>()
            / target.len() as f64
            / f64::from(draft.calls.max(1));
        let better = best.as_ref().is_none_or(|best| worst < best.worst);
        if better {
            best = Some(Match { waits: waits.clone(), seen, worst, alike: Vec::new() });
        }
        if !(NEAR..=5.0 * FAMILY_MAY_MISS).contains(&worst) {
            break;
        }
        waits = waits.scaled((1.0 + off).clamp(0.5, 2.0));
    }
    best.ok_or(Failure::Interrupted)
}

fn waits_at(waits: &Waits, share: f64) -> f64 {
    waits.dist().map_or(0.0, |dist| dist.quantile(share) / 1e9)
}

/// The largest deviation of a percentile, as a share of what was measured.
#[must_use]
pub fn worst(seen: &Seen, target: &[Percentile]) -> f64 {
    let off = |p: &Percentile| (seen.quantile(p.share()) / p.value - 1.0).abs();
    target.iter().map(off).fold(0.0, f64::max)
}

/// Percentiles must increase; those that do not are pushed up by as little as a file can show.
fn ascend(points: &mut [Percentile]) {
    for place in 1..points.len() {
        let least = points[place - 1].value * 1.002;
        if points[place].value < least {
            points[place].value = least;
        }
    }
}

/// The quantile of the standard normal distribution: that of the logarithm of a lognormal with
/// median 1 and σ = 1.
fn normal_quantile(share: f64) -> f64 {
    let mean = libm::exp(0.5);
    Dist::lognormal(mean, libm::expm1(1.0).sqrt())
        .map_or(0.0, |dist| libm::log(dist.quantile(share)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dist: &Dist) -> Vec<Percentile> {
        [50.0, 90.0, 95.0, 99.0]
            .map(|percent| Percentile { percent, value: dist.quantile(percent / 100.0) / 1e9 })
            .to_vec()
    }

    #[test]
    fn percentiles_of_a_family_lead_back_to_it() {
        let exponential = families(&of(&Dist::exponential(40e6)));
        assert!(matches!(exponential[1], Waits::Exponential(mean) if (mean - 0.04).abs() < 1e-9));
        let lognormal = Dist::lognormal(40e6, 1.5).expect("legal");
        let found = families(&of(&lognormal));
        let Waits::Lognormal(mean, cv) = found[2] else { panic!("{found:?}") };
        assert!((mean - 0.04).abs() < 1e-6 && (cv - 1.5).abs() < 1e-4, "{mean} {cv}");
    }

    #[test]
    fn every_family_is_a_value_that_the_grammar_reads() {
        let points = of(&Dist::exponential(40e6));
        for waits in [
            Waits::Constant(0.04),
            Waits::Exponential(0.04),
            Waits::Lognormal(0.04, 1.5),
            Waits::Percentiles(points),
        ] {
            assert!(
                (waits.mean_s() / 0.04 - 1.0).abs() < 0.02,
                "{} {}",
                waits.text(),
                waits.mean_s()
            );
            assert!((waits.scaled(2.0).mean_s() / waits.mean_s() - 2.0).abs() < 0.01);
        }
    }
}
