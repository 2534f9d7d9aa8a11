//! Many replications: pairs, compares, explains.

pub mod result;
