//! The arguments of one call: found by name or place, evaluated, read as what the function wants.

use std::ops::Range;

use super::super::eval::evaluate;
use super::super::expr::{Argument, Node};
use super::super::{Dimension, Scope, Value, ValueError};
use super::{Function, canonical, percent_of};
use crate::input::dist::{Dist, DistError, Percentile};

/// The arguments of one call.
pub(in super::super) struct Arguments<'a> {
    pub(in super::super) function: &'static Function,
    pub(in super::super) given: &'a [Argument],
    pub(in super::super) scope: &'a dyn Scope,
    /// The whole call.
    pub(in super::super) span: Range<usize>,
}

/// A number with the dimension that it came with.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub(super) magnitude: f64,
    pub(super) dimension: Dimension,
}

impl Scale {
    /// The value that a distribution of this scale is.
    pub(super) fn value(self, dist: Dist) -> Value {
        Value::Dist { dimension: self.dimension, dist }
    }
}

impl<'a> Arguments<'a> {
    fn find(&self, name: &str) -> Option<&'a Argument> {
        let place = self.function.positional().iter().position(|known| *known == name);
        let mut given = self.given.iter().enumerate();
        let found = given.find(|(index, argument)| match &argument.name {
            Some((written, _)) => canonical(written) == name,
            None => place == Some(*index),
        });
        found.map(|(_, argument)| argument)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn required(&self, name: &str) -> Result<&'a Argument, ValueError> {
        self.find(name).ok_or_else(|| self.mistake(format!("`{name}` is missing")))
    }

    /// A mistake of the whole call.
    pub(super) fn mistake(&self, message: impl Into<String>) -> ValueError {
        ValueError::new(format!("{}: {}", self.function.name, message.into()), self.span.clone())
            .expecting(self.function.expected())
    }

    /// The mistake of a distribution that there is not, at the argument at fault.
    pub(super) fn refused(&self, error: &DistError) -> ValueError {
        let span = self.find(&error.argument).map(|argument| argument.value.span());
        ValueError {
            span: span.unwrap_or_else(|| self.span.clone()),
            ..self.mistake(error.to_string())
        }
    }

    fn evaluated(&self, argument: &Argument) -> Result<Value, ValueError> {
        evaluate(&argument.value, self.scope)
    }

    /// A duration or a plain number.
    pub(super) fn scale(&self, name: &str) -> Result<Scale, ValueError> {
        self.scale_of(self.required(name)?, name)
    }

    fn scale_of(&self, argument: &Argument, name: &str) -> Result<Scale, ValueError> {
        match self.evaluated(argument)? {
            Value::Duration(magnitude) => Ok(Scale { magnitude, dimension: Dimension::Duration }),
            Value::Number(magnitude) => Ok(Scale { magnitude, dimension: Dimension::Number }),
            other => Err(ValueError::new(
                format!("`{name}` of {} cannot be {}", self.function.name, other.described()),
                argument.value.span(),
            )
            .expecting("a fixed duration or a plain number, as in 4 ms")),
        }
    }

    /// A second scale, of the same dimension as the first.
    pub(super) fn scale_like(&self, name: &str, first: Scale) -> Result<f64, ValueError> {
        let argument = self.required(name)?;
        let scale = self.scale_of(argument, name)?;
        self.alike(scale, first, argument)?;
        Ok(scale.magnitude)
    }

    /// Refuses to mix durations and plain numbers.
    fn alike(&self, scale: Scale, first: Scale, argument: &Argument) -> Result<(), ValueError> {
        if scale.dimension == first.dimension {
            return Ok(());
        }
        let error = ValueError::new(
            format!(
                "{} beside {} in one {}",
                scale.dimension.described(),
                first.dimension.described(),
                self.function.name
            ),
            argument.value.span(),
        );
        Err(error.suggesting("give all of them a unit, or none"))
    }

    /// A number without a unit.
    pub(super) fn plain(&self, name: &str) -> Result<f64, ValueError> {
        let argument = self.required(name)?;
        let at = |error: ValueError| error.or_at(argument.value.span());
        self.evaluated(argument)?.number().map_err(at)
    }

    /// A whole number without a unit.
    pub(super) fn count(&self, name: &str) -> Result<u64, ValueError> {
        let argument = self.required(name)?;
        let at = |error: ValueError| error.or_at(argument.value.span());
        self.evaluated(argument)?.count().map_err(at)
    }

    /// A text between quotes, with its place.
    pub(super) fn text(&self, name: &str) -> Result<(&'a str, Range<usize>), ValueError> {
        let argument = self.required(name)?;
        match &argument.value.node {
            Node::Text(text) => Ok((text, argument.value.span())),
            _ => Err(ValueError::new(
                format!("`{name}` is not between quotes"),
                argument.value.span(),
            )
            .expecting(self.function.expected())),
        }
    }

    /// The percentiles given, all of one dimension; none gives the dimension of plain numbers.
    pub(super) fn percentiles(&self) -> Result<(Vec<Percentile>, Dimension), ValueError> {
        let mut points = Vec::new();
        let mut first: Option<Scale> = None;
        for argument in self.given {
            let Some((name, _)) = &argument.name else { continue };
            let Some(percent) = percent_of(name) else { continue };
            let scale = self.scale_of(argument, name)?;
            self.alike(scale, *first.get_or_insert(scale), argument)?;
            points.push(Percentile { percent, value: scale.magnitude });
        }
        Ok((points, first.map_or(Dimension::Number, |scale| scale.dimension)))
    }

    /// All arguments without names, evaluated, each with its place.
    pub(super) fn all(&self) -> Result<Vec<(Value, Range<usize>)>, ValueError> {
        self.given.iter().map(|a| Ok((self.evaluated(a)?, a.value.span()))).collect()
    }

    /// The weighted branches, all of one dimension.
    pub(super) fn branches(&self) -> Result<(Vec<(f64, Dist)>, Dimension), ValueError> {
        let mut branches = Vec::new();
        let mut first: Option<Scale> = None;
        for argument in self.given {
            let weight = match &argument.weight {
                Some(weight) => evaluate(weight, self.scope)?
                    .share()
                    .map_err(|error| error.or_at(weight.span()))?,
                None => return Err(self.mistake("a weight is missing")),
            };
            let value = self.evaluated(argument)?;
            let at = |error: ValueError| error.or_at(argument.value.span());
            let dist = match &value {
                Value::Number(number) if *number >= 0.0 => Dist::constant(*number),
                Value::Dist { dist, .. } => dist.clone(),
                other => other.duration_dist().map_err(at)?,
            };
            let scale = Scale { magnitude: 0.0, dimension: value.dimension() };
            self.alike(scale, *first.get_or_insert(scale), argument)?;
            branches.push((weight.0, dist));
        }
        Ok((branches, first.map_or(Dimension::Number, |scale| scale.dimension)))
    }
}
