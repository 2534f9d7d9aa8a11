//! Exact mean values of a closed network with several classes of requests.
//!
//! Multiclass mean value analysis (Reiser and Lavenberg, Journal of the ACM 27, 1980; Lazowska et
//! al., Quantitative System Performance, 1984, 7.4): the one-class recursion over every mix of
//! populations up to the full one, `R_rk(n) = D_rk (1 + Q_k(n − 1_r))`. Exact under processor
//! sharing, and under FIFO where all classes have the same exponential service time at each visit
//! (BCMP 1975). Its cost is the product of the populations, so that it has a limit.

use super::error::{self, TheoryError};

/// The most numbers that are stored: 64 MB.
const MOST_STORED: f64 = 8e6;

/// What a station is; its demand is each class's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationKind {
    /// One server and a queue.
    Queue,
    /// A wait without a queue.
    Delay,
}

/// One class of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct ClosedClass {
    /// Requests of this class; may be 0.
    pub population: u64,
    /// Seconds between the end of a request and the next, at least 0.
    pub think_s: f64,
    /// Seconds at each station, at least 0, one a station.
    pub demands_s: Vec<f64>,
}

/// One class of a solved network.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassSolution {
    /// Requests per second.
    pub throughput_rps: f64,
    /// Mean time at all stations, without the think time, in seconds; 0 for an empty class.
    pub response_mean_s: f64,
    /// Mean number of this class's requests at each station.
    pub number_mean: Vec<f64>,
    /// What this class adds to each station's utilization; for a delay the same as its number.
    pub utilization: Vec<f64>,
}

/// Solves a network of several classes; one answer a class, in the order given.
///
/// # Errors
/// [`TheoryError::Invalid`] for nobody at all, a negative time, a class without any time, or a
/// wrong number of demands; [`TheoryError::TooLarge`] where the product of `population + 1` over
/// classes, times stations, exceeds 8 million.
pub fn solve(
    stations: &[StationKind],
    classes: &[ClosedClass],
) -> Result<Vec<ClassSolution>, TheoryError> {
    check(stations, classes)?;
    let mut lattice = Lattice::new(stations, classes);
    let mut mix = vec![0; classes.len()];
    // Counting up in mixed radix visits each mix after all those with one request less.
    for index in 1..lattice.size {
        lattice.next(&mut mix);
        let visits: Vec<Visit> = lattice.visits(index, &mix);
        for visit in &visits {
            for (place, residence_s) in visit.residence_s.iter().enumerate() {
                lattice.numbers[index * stations.len() + place] +=
                    visit.throughput_rps * residence_s;
            }
        }
        if index + 1 == lattice.size {
            return Ok(lattice.answers(&visits));
        }
    }
    Err(TheoryError::Invalid { what: "the population", value: 0.0, expected: "at least 1" })
}

fn check(stations: &[StationKind], classes: &[ClosedClass]) -> Result<(), TheoryError> {
    let mut size = stations.len().max(1) as f64;
    for class in classes {
        error::non_negative("a think time", class.think_s)?;
        if class.demands_s.len() != stations.len() {
            let (what, value) = ("the number of demands of a class", class.demands_s.len() as f64);
            return Err(TheoryError::Invalid { what, value, expected: "one for each station" });
        }
        for &demand_s in &class.demands_s {
            error::non_negative("a demand", demand_s)?;
        }
        let cycle_s = class.think_s + class.demands_s.iter().sum::<f64>();
        error::positive("the sum of a class's demands and think time", cycle_s)?;
        size *= class.population as f64 + 1.0;
    }
    if size > MOST_STORED {
        let what = "multiclass mean value analysis";
        return Err(TheoryError::TooLarge { what, size, limit: MOST_STORED });
    }
    Ok(())
}

/// One class at one mix of populations.
struct Visit {
    class: usize,
    throughput_rps: f64,
    residence_s: Vec<f64>,
}

/// The mean numbers at every station for every mix of populations.
struct Lattice<'a> {
    stations: &'a [StationKind],
    classes: &'a [ClosedClass],
    /// How far apart two mixes are that differ by one request of a class.
    strides: Vec<usize>,
    /// How many mixes there are.
    size: usize,
    /// Of all classes together, station after station, mix after mix.
    numbers: Vec<f64>,
}

impl<'a> Lattice<'a> {
    fn new(stations: &'a [StationKind], classes: &'a [ClosedClass]) -> Self {
        let mut size = 1;
        let strides = classes
            .iter()
            .map(|class| {
                let stride = size;
                size *= class.population as usize + 1;
                stride
            })
            .collect();
        Self { stations, classes, strides, size, numbers: vec![0.0; size * stations.len()] }
    }

    /// The mix after this one.
    fn next(&self, mix: &mut [u64]) {
        for (count, class) in mix.iter_mut().zip(self.classes) {
            if *count < class.population {
                *count += 1;
                return;
            }
            *count = 0;
        }
    }

    /// Every class that has requests in this mix.
    fn visits(&self, index: usize, mix: &[u64]) -> Vec<Visit> {
        let present = mix.iter().enumerate().filter(|(_, count)| **count > 0);
        present
            .map(|(class, &count)| {
                let without = (index - self.strides[class]) * self.stations.len();
                let ClosedClass { demands_s, think_s, .. } = &self.classes[class];
                let residence_s: Vec<f64> = (0..self.stations.len())
                    .map(|place| match self.stations[place] {
                        StationKind::Delay => demands_s[place],
                        StationKind::Queue => {
                            demands_s[place] * (1.0 + self.numbers[without + place])
                        }
                    })
                    .collect();
                let throughput_rps = count as f64 / (think_s + residence_s.iter().sum::<f64>());
                Visit { class, throughput_rps, residence_s }
            })
            .collect()
    }

    fn answers(&self, visits: &[Visit]) -> Vec<ClassSolution> {
        let nothing = vec![0.0; self.stations.len()];
        let mut answers = vec![
            ClassSolution {
                throughput_rps: 0.0,
                response_mean_s: 0.0,
                number_mean: nothing.clone(),
                utilization: nothing,
            };
            self.classes.len()
        ];
        for Visit { class, throughput_rps, residence_s } in visits {
            let demands_s = &self.classes[*class].demands_s;
            answers[*class] = ClassSolution {
                throughput_rps: *throughput_rps,
                response_mean_s: residence_s.iter().sum(),
                number_mean: residence_s.iter().map(|s| throughput_rps * s).collect(),
                utilization: demands_s.iter().map(|s| throughput_rps * s).collect(),
            };
        }
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{Station, mva};
    use proptest::prelude::*;

    fn class(population: u64, think_s: f64, demands_s: &[f64]) -> ClosedClass {
        ClosedClass { population, think_s, demands_s: demands_s.to_vec() }
    }

    #[test]
    fn the_textbook_case_of_two_classes_comes_out() {
        // Lazowska et al. (1984), section 7.4: CPU and disk, class A demands 1 and 3, class B 2 and
        // 4, one of each. Alone A has R = 4, X = 1/4, Q = (1/4, 3/4), and B R = 6, X = 1/6, Q =
        // (1/3, 2/3). Together A: 1 · 4/3 + 3 · 5/3 = 19/3; B: 2 · 5/4 + 4 · 7/4 = 19/2.
        let stations = [StationKind::Queue, StationKind::Queue];
        let found =
            solve(&stations, &[class(1, 0.0, &[1.0, 3.0]), class(1, 0.0, &[2.0, 4.0])]).unwrap();
        assert!((found[0].throughput_rps - 3.0 / 19.0).abs() < 1e-14);
        assert!((found[1].throughput_rps - 2.0 / 19.0).abs() < 1e-14);
        assert!((found[0].number_mean[0] - 4.0 / 19.0).abs() < 1e-14);
        assert!((found[1].utilization[1] - 8.0 / 19.0).abs() < 1e-14);
    }

    #[test]
    fn an_empty_class_changes_nothing() {
        let stations = [StationKind::Queue, StationKind::Delay];
        let one = solve(&stations, &[class(5, 1.0, &[0.3, 2.0])]).unwrap();
        let two =
            solve(&stations, &[class(0, 0.0, &[9.0, 9.0]), class(5, 1.0, &[0.3, 2.0])]).unwrap();
        assert_eq!(one[0], two[1]);
        assert_eq!((two[0].throughput_rps, two[0].response_mean_s), (0.0, 0.0));
    }

    #[test]
    fn impossible_and_too_large_networks_are_refused() {
        let queue = [StationKind::Queue];
        assert!(solve(&queue, &[]).is_err());
        assert!(solve(&queue, &[class(0, 1.0, &[1.0])]).is_err());
        assert!(solve(&queue, &[class(1, 1.0, &[1.0, 2.0])]).is_err());
        assert!(solve(&queue, &[class(1, 0.0, &[0.0])]).is_err());
        assert!(solve(&queue, &[class(1, f64::NAN, &[1.0])]).is_err());
        let huge = solve(&queue, &[class(u64::MAX, 1.0, &[1.0]), class(u64::MAX, 1.0, &[1.0])]);
        assert!(matches!(huge, Err(TheoryError::TooLarge { .. })));
        // Mixes multiply: nine million of them.
        let wide = solve(&queue, &[class(3_000, 1.0, &[1.0]), class(3_000, 1.0, &[1.0])]);
        assert!(matches!(wide, Err(TheoryError::TooLarge { size, .. }) if size > 9e6));
    }

    proptest! {
        #[test]
        fn equal_classes_are_one_class(
            a in 0_u64..8, b in 1_u64..8, c in 0_u64..4,
            think_s in 0.0_f64..5.0, demands in prop::collection::vec(0.01_f64..3.0, 3),
        ) {
            let kinds = [StationKind::Queue, StationKind::Queue, StationKind::Delay];
            let classes: Vec<_> = [a, b, c].map(|n| class(n, think_s, &demands)).to_vec();
            let found = solve(&kinds, &classes).unwrap();
            let stations =
                [Station::queue(demands[0]), Station::queue(demands[1]), Station::delay(demands[2])];
            let single = mva::solve(&stations, think_s, a + b + c).unwrap();
            let total: f64 = found.iter().map(|class| class.throughput_rps).sum();
            prop_assert!((total / single.throughput_rps - 1.0).abs() < 1e-10);
            for (place, station) in single.stations.iter().enumerate() {
                let number: f64 = found.iter().map(|class| class.number_mean[place]).sum();
                prop_assert!((number - station.number_mean).abs() < 1e-9);
            }
            prop_assert!((found[1].response_mean_s / single.response_mean_s - 1.0).abs() < 1e-10);
        }

        #[test]
        fn every_class_keeps_its_population(
            counts in prop::collection::vec(0_u64..6, 2), demands in prop::collection::vec(0.01_f64..3.0, 6),
        ) {
            prop_assume!(counts.iter().sum::<u64>() > 0);
            let kinds = [StationKind::Queue, StationKind::Queue, StationKind::Delay];
            let classes =
                [class(counts[0], 0.7, &demands[..3]), class(counts[1], 0.0, &demands[3..])];
            for (found, class) in solve(&kinds, &classes).unwrap().iter().zip(&classes) {
                let inside: f64 = found.number_mean.iter().sum();
                let total = inside + found.throughput_rps * class.think_s;
                prop_assert!((total - class.population as f64).abs() < 1e-9);
            }
        }
    }
}
