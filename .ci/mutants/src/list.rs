//! The mutants, as `cargo mutants --list --json` names them.

use serde::Deserialize;

/// A change of the program.
#[derive(Debug, Deserialize)]
pub struct Mutant {
    pub file: String,
    pub name: String,
    pub genre: Genre,
    /// What is replaced: a body, an operator, an arm, a guard or a field.
    pub span: Span,
    /// What takes its place; empty where it is deleted.
    pub replacement: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Span {
    pub start: Place,
}

/// Both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl From<proc_macro2::LineColumn> for Place {
    fn from(at: proc_macro2::LineColumn) -> Self {
        Self { line: at.line, column: at.column + 1 }
    }
}
