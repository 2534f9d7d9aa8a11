//! What a value may refer to: parameters by name, and the columns of CSV files.

use std::sync::Arc;

use super::{Expr, Value, ValueError, parse};

/// Knows the parameters and reads the files that expressions name.
pub trait Scope {
    /// The value of `$name`, without the `$`; `None` where nothing defines it, `Err` where what
    /// defines it is itself mistaken (a cycle, a value out of range).
    fn lookup(&self, name: &str) -> Option<Result<Value, String>>;

    /// Every name that [`Scope::lookup`] knows, for "did you mean".
    fn names(&self) -> Vec<String>;

    /// A text as an expression; a scope that meets the same texts again and again may keep them.
    ///
    /// # Errors
    ///
    /// Those of [`parse()`].
    fn parsed(&self, text: &str) -> Result<Arc<Expr>, ValueError> {
        parse(text).map(Arc::new)
    }

    /// The numbers in one column of a CSV file, as they stand there.
    ///
    /// # Errors
    ///
    /// Where the file, the column or a number in it cannot be read: why, in one clause.
    fn series(&self, file: &str, column: &str) -> Result<Vec<f64>, String>;
}

/// A scope without parameters and files.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoScope;

impl Scope for NoScope {
    fn lookup(&self, _name: &str) -> Option<Result<Value, String>> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn series(&self, _file: &str, _column: &str) -> Result<Vec<f64>, String> {
        Err("files cannot be read here".to_owned())
    }
}
