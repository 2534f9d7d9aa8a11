//! Text to typed values: the value grammar, distributions, mistakes with a caret.

pub mod dist;
pub mod suggest;
pub mod value;
