//! Erlang's loss and delay formulas: the probability of finding all servers busy.
//!
//! Erlang 1917; Kleinrock, Queueing Systems I (1975), 3.5 and 3.6. The offered load `a = λ · S` is
//! in erlangs: the mean number of busy servers if there were enough.

use super::error::{self, TheoryError};

/// The most servers that the recurrence is run for; beyond it takes seconds.
const MOST_SERVERS: u64 = 100_000_000;

/// Erlang B: the probability that a request finds all `servers` busy and is lost, for any service
/// distribution. 0 servers lose everything.
///
/// By `B(0) = 1`, `B(k) = a B(k−1) / (k + a B(k−1))`, which only adds positive numbers and so keeps
/// every digit (Jagerman 1974); a loss below 1e-308 is 0.
///
/// # Errors
/// [`TheoryError::Invalid`] unless the load is finite and at least 0; [`TheoryError::TooLarge`]
/// beyond 10⁸ servers.
pub fn erlang_b(servers: u64, offered_erlangs: f64) -> Result<f64, TheoryError> {
    error::non_negative("the offered load", offered_erlangs)?;
    error::at_most("the Erlang B recurrence", servers, MOST_SERVERS)?;
    let mut loss = 1.0;
    for k in 1..=servers {
        let busy = offered_erlangs * loss;
        loss = busy / (k as f64 + busy);
        if loss == 0.0 {
            break;
        }
    }
    Ok(loss)
}

/// Erlang C: the probability that a request finds all `servers` busy and waits.
///
/// # Errors
/// As [`erlang_b`], and [`TheoryError::Unstable`] unless the load is below the number of servers.
pub fn erlang_c(servers: u64, offered_erlangs: f64) -> Result<f64, TheoryError> {
    error::at_least_one("the number of servers", servers)?;
    error::non_negative("the offered load", offered_erlangs)?;
    let utilization = error::stable(offered_erlangs / servers as f64)?;
    let loss = erlang_b(servers, offered_erlangs)?;
    Ok(loss / (1.0 - utilization * (1.0 - loss)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn erlang_b_agrees_with_the_published_table() {
        // The standard traffic table (Siemens 1970; Iversen, Teletraffic Engineering, appendix):
        // the erlangs that N lines carry at a loss of 1 % and 0.1 %, four digits.
        for (lines, at_one_percent, at_one_in_a_thousand) in [
            (1, 0.0101, 0.0010),
            (2, 0.1526, 0.0458),
            (5, 1.361, 0.7621),
            (10, 4.461, 3.092),
            (20, 12.03, 9.411),
            (50, 37.90, 32.51),
            (100, 84.06, 75.24),
        ] {
            for (erlangs, loss) in [(at_one_percent, 0.01), (at_one_in_a_thousand, 0.001)] {
                let found = erlang_b(lines, erlangs).unwrap();
                // Half a unit in the load's last digit moves the loss by up to 5 % at 0.0010.
                assert!((found / loss - 1.0).abs() < 0.05, "{lines} {erlangs}: {found}");
                if lines >= 5 {
                    assert!((found / loss - 1.0).abs() < 0.003, "{lines} {erlangs}: {found}");
                }
            }
        }
    }

    #[test]
    fn small_cases_agree_with_the_sums_by_hand() {
        // B(2, a) = (a²/2) / (1 + a + a²/2); B(3, 1) = (1/6) / (1 + 1 + 1/2 + 1/6) = 1/16.
        assert!((erlang_b(2, 1.0).unwrap() - 0.2).abs() < 1e-15);
        assert!((erlang_b(3, 1.0).unwrap() - 1.0 / 16.0).abs() < 1e-15);
        assert_eq!(erlang_b(0, 5.0), Ok(1.0));
        assert_eq!(erlang_b(4, 0.0), Ok(0.0));
        // C(1, ρ) = ρ; C(2, a) = a² / (2 + a); C(3, 2) = 4/9 (Kleinrock's chart 5.16: 0.44).
        assert!((erlang_c(1, 0.7).unwrap() - 0.7).abs() < 1e-15);
        assert!((erlang_c(2, 1.0).unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert!((erlang_c(3, 2.0).unwrap() - 4.0 / 9.0).abs() < 1e-15);
    }

    #[test]
    fn ten_thousand_servers_at_critical_load_follow_the_asymptote() {
        // B(c, c) → sqrt(2 / (π c)) / (1 + sqrt(2 / (π c)) · 2/3) (Jagerman 1974).
        for servers in [10_000_u64, 1_000_000] {
            let root = (2.0 / (std::f64::consts::PI * servers as f64)).sqrt();
            let found = erlang_b(servers, servers as f64).unwrap();
            let expected = root / (1.0 + root * 2.0 / 3.0);
            assert!((found / expected - 1.0).abs() < 1e-4, "{servers}: {found} {expected}");
        }
    }

    #[test]
    fn ten_thousand_servers_lose_what_forty_digits_say() {
        // The same recurrence in 40-digit arithmetic.
        for (offered, expected) in
            [(10_000.0, 0.007_936_563_248_805_672), (9_500.0, 9.642_737_926_005_891e-9)]
        {
            let found = erlang_b(10_000, offered).unwrap();
            assert!((found / expected - 1.0).abs() < 1e-12, "{offered}: {found}");
        }
    }

    #[test]
    fn impossible_and_unstable_input_is_refused() {
        assert!(erlang_b(3, f64::NAN).is_err());
        assert!(erlang_b(3, -1.0).is_err());
        assert!(matches!(erlang_b(u64::MAX, 1.0), Err(TheoryError::TooLarge { .. })));
        assert_eq!(erlang_c(2, 2.0), Err(TheoryError::Unstable { utilization: 1.0 }));
        assert!(erlang_c(0, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn loss_falls_with_servers_and_waiting_is_likelier_than_loss(
            servers in 1_u64..300, share in 0.01_f64..0.999,
        ) {
            let offered = share * servers as f64;
            let loss = erlang_b(servers, offered).unwrap();
            prop_assert!(erlang_b(servers + 1, offered).unwrap() <= loss);
            let wait = erlang_c(servers, offered).unwrap();
            prop_assert!(loss <= wait && wait <= 1.0);
        }
    }
}
