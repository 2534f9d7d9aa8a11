//! What no run can show: percentiles that fall, times of nothing, more clients than anybody has.

use super::Measurement;
use super::column::{Meaning, meaning};
use crate::input::problem::Problem;
use crate::input::table::MOST_WIDE;

/// More clients than this are a mistake: no load tester has them, and each needs memory.
const MOST_CLIENTS: u64 = 1_000_000;
/// Two figures for one percentile that differ by less than this share are the same, rounded.
const SAME: f64 = 0.01;

impl Measurement {
    /// That the figures can be those of one run.
    ///
    /// # Errors
    ///
    /// The first figure that cannot, with the column that it stands in, and what was expected.
    pub fn check(&self) -> Result<(), Problem> {
        self.times()?;
        self.falling()?;
        self.numbers()?;
        self.under_way()
    }

    /// Every time is above 0.
    fn times(&self) -> Result<(), Problem> {
        let percentiles = self.percentiles.iter().map(|point| (point.name(), point.value));
        let mean = self.mean_s.map(|mean| ("mean".to_owned(), mean));
        for (name, value) in percentiles.chain(mean) {
            if !(value.is_finite() && value > 0.0) {
                return Err(Problem::new(format!(
                    "{} is no time of a request",
                    self.told(&name, value)
                ))
                .expected("a time above 0; what was not measured is left out"));
            }
        }
        Ok(())
    }

    /// No percentile is below a lower one, and none is told twice with two values.
    fn falling(&self) -> Result<(), Problem> {
        for pair in self.percentiles.windows(2) {
            let [low, high] = pair else { continue };
            let told = [low, high].map(|point| self.told(&point.name(), point.value));
            if low.percent == high.percent && (high.value / low.value - 1.0).abs() > SAME {
                return Err(Problem::new(format!(
                    "{} and {} are one percentile with two values",
                    told[0], told[1]
                ))
                .advice("leave out the one that is not of this run"));
            }
            if low.percent < high.percent && high.value < low.value {
                return Err(Problem::new(format!(
                    "{} is below {}: percentiles never fall",
                    told[1], told[0]
                ))
                .advice("check which is which, their units, and that both are of the same run"));
            }
        }
        Ok(())
    }

    /// Counts and rates are those of machines that there are.
    fn numbers(&self) -> Result<(), Problem> {
        let counts = [
            ("clients", self.clients, MOST_CLIENTS),
            ("workers", self.width.map(u64::from), MOST_WIDE),
            ("cores", self.cores.map(u64::from), MOST_WIDE),
        ];
        for (name, count, most) in counts {
            if let Some(count) = count.filter(|count| *count > most) {
                return Err(Problem::new(format!("{count} {name} are more than a fit takes"))
                    .expected(format!("at most {most}")));
            }
        }
        let rates = [
            ("throughput", self.throughput_rps),
            ("rate offered", self.offered_rps),
            ("number of requests", self.requests),
            ("share of failures", self.failed),
        ];
        for (name, value) in rates {
            if let Some(value) = value.filter(|value| value.is_nan() || *value < 0.0) {
                return Err(
                    Problem::new(format!("a {name} of {value} cannot be")).expected("at least 0")
                );
            }
        }
        Ok(())
    }

    /// Little's law: rate times time are under way at once.
    fn under_way(&self) -> Result<(), Problem> {
        let rate = self.offered_rps.or(self.throughput_rps).unwrap_or_default();
        let time = self.mean_s.or(self.percentiles.first().map(|point| point.value));
        let many = rate * time.unwrap_or_default();
        if many <= MOST_CLIENTS as f64 {
            return Ok(());
        }
        let all =
            format!("at {rate:.4e} requests a second with {:.4e} s each", time.unwrap_or_default());
        Err(Problem::new(format!(
            "{all} there are {many:.1e} under way at once, more than a fit takes"
        ))
        .expected(format!("at most {MOST_CLIENTS}"))
        .advice("check the units: requests a second, and ms or s"))
    }

    /// A figure as its table has it, or in milliseconds.
    fn told(&self, name: &str, value: f64) -> String {
        let is_it = |column: &str| match meaning(column) {
            Some((Meaning::Percentile(percent), _)) => format!("p{percent}") == name,
            Some((Meaning::Mean, _)) => name == "mean",
            _ => false,
        };
        let cells: Vec<&(String, String)> =
            self.row.iter().filter(|(column, cell)| is_it(column) && !cell.is_empty()).collect();
        match cells.as_slice() {
            [(column, cell)] => format!("`{cell}` in the column {column}"),
            _ => format!("{name} of {} ms", (value * 1e9).round() / 1e6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dist::Percentile;

    fn run(percentiles: &[(f64, f64)]) -> Measurement {
        let percentiles =
            percentiles.iter().map(|&(percent, value)| Percentile { percent, value }).collect();
        Measurement { percentiles, ..Measurement::default() }
    }

    #[test]
    fn what_cannot_be_is_told_and_what_can_is_not() {
        assert_eq!(run(&[(50.0, 0.02), (90.0, 0.02), (99.0, 0.03)]).check(), Ok(()));
        for (one, said) in [
            (run(&[(50.0, 0.03), (90.0, 0.02)]), "p90 of 20 ms is below p50 of 30 ms"),
            (run(&[(50.0, 0.0), (90.0, 0.02)]), "p50 of 0 ms is no time"),
            (run(&[(50.0, 0.01), (50.0, 0.02)]), "one percentile with two values"),
            (Measurement { mean_s: Some(-0.001), ..run(&[]) }, "mean of -1 ms is no time"),
            (Measurement { clients: Some(u64::MAX), ..run(&[]) }, "more than a fit takes"),
            (Measurement { throughput_rps: Some(-1.0), ..run(&[]) }, "a throughput of -1"),
            (
                Measurement { offered_rps: Some(1e9), ..run(&[(50.0, 0.01)]) },
                "1.0e7 under way at once",
            ),
        ] {
            let problem = one.check().expect_err(said);
            assert!(problem.message().contains(said), "{}", problem.message());
        }
    }
}
