//! Text to typed values: the value grammar, distributions, tables read key by key, mistakes with a caret.

pub mod accesslog;
pub mod data;
pub mod dist;
pub mod document;
pub mod excerpt;
pub mod keys;
pub mod loadtest;
pub mod notes;
pub mod problem;
pub mod reader;
pub mod series;
pub mod spans;
pub mod suggest;
pub mod table;
pub mod tree;
pub mod value;

pub use document::Document;
pub use problem::{Problem, Problems};
