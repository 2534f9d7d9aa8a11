//! What is known without simulating: the formula, bounds, exact queueing models.
//!
//! Pure functions of a few numbers, each with its source; nothing here knows of schedulers or of
//! the model file. One model a file, in one order: what it is and where it comes from, its inputs
//! with units, its results, tests against published tables and against the other models.
//!
//! | file | what it answers | source |
//! | --- | --- | --- |
//! | [`formula`] | the blocking coefficient and what people conclude from it | Goetz 2006, Subramaniam 2011 |
//! | [`bounds`] | what a closed load can't exceed | Zahorjan et al. 1982 |
//! | [`mva`] | closed, one class: stations with one or many servers, delays | Reiser and Lavenberg 1980 |
//! | [`multiclass`] | closed, several classes | Reiser and Lavenberg 1980 |
//! | [`machine_repair`] | closed, C cores and a delay | Palm 1947 |
//! | [`erlang`] | the probability of loss, and of waiting | Erlang 1917 |
//! | [`mmc`] | M/M/c, every percentile | Erlang 1917 |
//! | [`mmck`] | M/M/c/K, with loss | Kleinrock 1975 |
//! | [`mg1`] | M/G/1, mean and variance of the wait | Pollaczek 1930, Khinchine 1932 |
//! | [`mgc_ps`] | processor sharing, any service distribution | Cohen 1979 |
//! | [`mdc`] | M/D/c, every percentile | Crommelin 1932, Franx 2001 |
//! | [`gim1`] | GI/M/1, every percentile | Kendall 1953 |
//! | [`relaxation`] | how long a queue remembers its start | Cohen 1982 |
//! | [`approx`] | no exact result: Kingman, Allen–Cunneen | Kingman 1961, Allen 1990 |

pub mod approx;
pub mod bounds;
mod chain;
pub mod erlang;
pub mod error;
pub mod formula;
mod fourier;
pub mod gim1;
pub mod machine_repair;
pub mod mdc;
pub mod mg1;
pub mod mgc_ps;
pub mod mmc;
pub mod mmck;
pub mod multiclass;
pub mod mva;
pub mod prediction;
pub mod relaxation;
pub mod station;

pub use error::TheoryError;
pub use prediction::{Predict, Prediction};
pub use station::Station;
