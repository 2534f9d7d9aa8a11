//! Always the same value; consumes no draws.

use rand::Rng;

use super::{Dist, Family};

/// The family of [`Dist::Constant`].
pub(super) struct Constant(pub(super) f64);

impl Dist {
    /// Always `value`, which must be finite and at least 0 (the value grammar sees to it).
    #[must_use]
    pub const fn constant(value: f64) -> Self {
        Self::Constant(value)
    }
}

impl Family for Constant {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, _rng: &mut R) -> f64 {
        self.0
    }

    fn mean(&self) -> f64 {
        self.0
    }

    fn variance(&self) -> f64 {
        0.0
    }

    fn cdf(&self, x: f64) -> f64 {
        f64::from(u8::from(x >= self.0))
    }

    fn quantile(&self, _p: f64) -> f64 {
        self.0
    }

    fn scale(&self, factor: f64) -> Dist {
        Dist::Constant(self.0 * factor)
    }

    fn is_whole(&self) -> bool {
        self.0.fract() == 0.0
    }

    fn describe(&self) -> String {
        "constant".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{SplitMix64, assert_laws, assert_pinned};
    use super::*;

    #[test]
    fn a_constant_keeps_all_laws_and_consumes_no_draws() {
        assert_laws(&Dist::constant(3.5));
        assert_pinned(&Dist::constant(3.5), [3.5; 5]);
        let mut rng = SplitMix64(1);
        let _ = Dist::constant(2.0).sample(&mut rng);
        assert_eq!(rng.0, 1);
    }
}
