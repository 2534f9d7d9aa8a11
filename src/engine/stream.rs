//! Addressed randomness: a stream is named by seed, replication, who and what for, and nobody
//! else's draw can move it.
//!
//! A [`Key`] is 64 well-mixed bits; naming a part of it gives another key. A [`Stream`] is the
//! SplitMix64 generator (Steele, Lea and Flood 2014) started at an address under a key: a counter
//! and a mixer, so that a stream costs nothing to make and a task need not carry a generator.

use std::convert::Infallible;

use rand::TryRng;

/// The golden-ratio increment of SplitMix64.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// The distance between addresses: odd and unrelated to [`GAMMA`], so that a draw at one address
/// never meets the later draws of another (2^64 divided by the plastic number, made odd).
const ADDRESS_GAMMA: u64 = 0xC13F_A9A9_02A6_328F;

/// The 64-bit finaliser "mix13" (Stafford 2011), the one of SplitMix64.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The name of a family of streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(u64);

impl Key {
    /// The key of everything under one seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GAMMA)) ^ GAMMA))
    }

    /// The key of part `name` of this one.
    #[must_use]
    pub const fn part(self, name: u64) -> Self {
        Self(mix(mix(self.0 ^ name.wrapping_mul(GAMMA)).wrapping_add(ADDRESS_GAMMA)))
    }

    /// The stream at `address` under this key.
    #[must_use]
    pub const fn stream(self, address: u64) -> Stream {
        self.stream_at(Address::of(address))
    }

    /// The stream at an address that was worked out before.
    #[inline]
    #[must_use]
    pub const fn stream_at(self, address: Address) -> Stream {
        Stream { state: self.0.wrapping_add(address.0) }
    }
}

/// Where a stream begins, relative to its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(u64);

impl Address {
    /// The address of this name.
    #[must_use]
    pub const fn of(name: u64) -> Self {
        Self(name.wrapping_mul(ADDRESS_GAMMA))
    }
}

/// A generator of 64-bit words.
#[derive(Clone, Debug)]
pub struct Stream {
    state: u64,
}

impl Stream {
    /// A number from 0 (included) to 1 (excluded), with 53 random bits.
    pub const fn uniform(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with this probability; 0 is never and 1 always.
    pub const fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A whole number below `n`, each with equal chance to within 2^-64 (Lemire's multiplication).
    pub const fn below(&mut self, n: u64) -> u64 {
        ((self.word() as u128 * n as u128) >> 64) as u64
    }

    const fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GAMMA);
        mix(self.state)
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.word().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn the_mixer_is_the_published_splitmix64() {
        // The first outputs for seed 1234567, from the reference implementation (Vigna 2015).
        let mut stream = Stream { state: 1_234_567 };
        let words: Vec<u64> = (0..3).map(|_| stream.next_u64()).collect();
        assert_eq!(
            words,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn a_word_of_32_bits_is_the_upper_half_and_bytes_come_lowest_first() {
        let stream = || Stream { state: 1_234_567 };
        // 6 457 827 717 110 365 317 is 0x599E_D017_FB08_FC85, 3 203 168 211 198 807 973 is 0x2C73_F084_5854_0FA5.
        assert_eq!(stream().next_u32(), 0x599E_D017);
        let mut bytes = [0; 11];
        stream().fill_bytes(&mut bytes);
        assert_eq!(bytes, [0x85, 0xFC, 0x08, 0xFB, 0x17, 0xD0, 0x9E, 0x59, 0xA5, 0x0F, 0x54]);
    }

    #[test]
    fn parts_and_addresses_give_streams_without_a_visible_relation() {
        // The mean of products of neighbours' uniforms is 1/4 if they are independent; its standard
        // error over n pairs is sqrt(7/144/n).
        let n = 100_000;
        let root = Key::new(7);
        let mut sums = [0.0; 3];
        for k in 0..n {
            let key = root.part(k);
            let here = key.stream(0).uniform();
            sums[0] += here * root.part(k + 1).stream(0).uniform();
            sums[1] += here * key.stream(1).uniform();
            let mut again = key.stream(0);
            again.uniform();
            sums[2] += here * again.uniform();
        }
        let error = (7.0 / 144.0 / n as f64).sqrt();
        for sum in sums {
            assert!((sum / n as f64 - 0.25).abs() < 4.0 * error, "{}", sum / n as f64);
        }
    }

    #[test]
    fn a_chance_of_zero_never_happens_and_a_chance_of_one_always() {
        let mut stream = Key::new(1).stream(0);
        assert!((0..10_000).all(|_| !stream.chance(0.0)));
        assert!((0..10_000).all(|_| stream.chance(1.0)));
    }

    #[test]
    fn numbers_below_n_are_evenly_spread() {
        let mut stream = Key::new(3).stream(0);
        let mut counts = [0u32; 5];
        for _ in 0..50_000 {
            counts[stream.below(5) as usize] += 1;
        }
        // Each is binomial(50 000, 1/5): mean 10 000, standard deviation 89.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 400), "{counts:?}");
    }
}
