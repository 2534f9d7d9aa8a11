//! `--vary`: the axes of a sweep or a plan, checked against the model before anything is simulated.

use clap::Args;

use super::execute::read_case;
use super::exit::Failure;
use super::flags::ModelFlags;
use crate::input::Document;
use crate::model::read::Again;
use crate::model::{Model, Overrides};
use crate::study::Case;
use crate::study::axis::{Axis, Grid, ORIGIN};

/// Values of an axis that are tried beforehand; more would take longer than they save.
const TRIED: usize = 200;

/// What is varied.
#[derive(Args, Clone, Debug)]
pub struct VaryFlags {
    /// Vary a parameter, beta, or a key by its path; repeatable. SPEC is 1,2,4 or 1..10 or 0..100:21 (even) or
    /// 0.1..100:log20 or 1..512x2 (doubling); ends may carry units: 800/s..1200/s:5
    #[arg(long, value_name = "NAME=SPEC", required = true)]
    pub vary: Vec<String>,
}

impl VaryFlags {
    /// The same arguments again.
    pub fn args(&self) -> Vec<String> {
        self.vary.iter().flat_map(|vary| ["--vary".to_owned(), vary.clone()]).collect()
    }

    /// The grid that the axes span, every name in it one of the model, and as many of the values as can be tried
    /// quickly.
    ///
    /// # Errors
    ///
    /// An axis that is none, a name that the model does not have, a value that it refuses, two axes of one name, too
    /// many points.
    pub fn grid(&self, document: &Document, flags: &ModelFlags) -> Result<Grid, Failure> {
        let mut axes: Vec<Axis> = Vec::new();
        for text in &self.vary {
            let axis = Axis::parse(text)?;
            if axes.iter().any(|other| other.name == axis.name) {
                let name = &axis.name;
                let what = format!(
                    "--vary {name} is given twice; write one with all values: --vary {name}=1,2,4"
                );
                return Err(Failure::Usage(what));
            }
            axes.push(axis);
        }
        let grid = Grid::new(axes.clone()).map_err(|error| Failure::Limit(error.to_string()))?;
        Model::read(document, &overrides(flags, &grid.point(0))?)?;
        for place in 0..axes.len() {
            let rounded = axes[place].rounded().filter(|_| axes[place].has_fractions());
            let tried = try_values(document, flags, &axes, place);
            match (tried, rounded) {
                // What counts takes no fractions; what an even step gives between is rounded.
                (Err(_), Some(whole)) => {
                    axes[place] = whole;
                    try_values(document, flags, &axes, place)?;
                }
                (tried, _) => tried?,
            }
        }
        Grid::new(axes).map_err(|error| Failure::Limit(error.to_string()))
    }
}

/// Reads the model under values of one axis, the others at their first.
fn try_values(
    document: &Document,
    flags: &ModelFlags,
    axes: &[Axis],
    place: usize,
) -> Result<(), Failure> {
    let count = axes[place].values.len();
    let step = count.div_ceil(TRIED).max(1);
    for value in (0..count).step_by(step).chain([count - 1]) {
        let point: Vec<(String, String)> = axes
            .iter()
            .enumerate()
            .map(|(n, axis)| {
                (axis.name.clone(), axis.values[if n == place { value } else { 0 }].clone())
            })
            .collect();
        Model::read(document, &overrides(flags, &point)?)?;
    }
    Ok(())
}

/// The flags' values and those of a point, which stand in front of them.
pub fn overrides(flags: &ModelFlags, point: &[(String, String)]) -> Result<Overrides, Failure> {
    let mut overrides = flags.overrides()?;
    for (name, value) in point {
        overrides.push(name, value, ORIGIN);
    }
    Ok(overrides)
}

/// The model at a point.
pub fn case_at(
    document: &Document,
    flags: &ModelFlags,
    point: &[(String, String)],
    sha256: &str,
) -> Result<Case, Failure> {
    read_case(document, &overrides(flags, point)?, flags, sha256.to_owned())
}

/// The models of one point after another: what a point does not change is read once.
pub struct Points<'a> {
    document: &'a Document,
    flags: &'a ModelFlags,
    sha256: &'a str,
    case: Option<Case>,
    again: Rereading<'a>,
}

/// How the next point is read.
enum Rereading<'a> {
    /// Nobody knows yet.
    Unknown,
    /// As a whole.
    Whole,
    /// The base model and each scenario, as far as they change.
    Parts(Vec<Again<'a>>),
}

impl<'a> Points<'a> {
    /// Of a document under these flags, none read yet.
    pub const fn new(document: &'a Document, flags: &'a ModelFlags, sha256: &'a str) -> Self {
        Self { document, flags, sha256, case: None, again: Rereading::Unknown }
    }

    /// The model at a point.
    ///
    /// # Errors
    ///
    /// The model has mistakes there.
    pub fn at(&mut self, point: &[(String, String)]) -> Result<&Case, Failure> {
        if !self.reread(point)? {
            let overrides = overrides(self.flags, point)?;
            let whole = read_case(self.document, &overrides, self.flags, self.sha256.to_owned())?;
            if matches!(self.again, Rereading::Unknown) {
                let names = whole.scenarios.iter().map(|(name, _)| Some(name.as_str()));
                let again = std::iter::once(None)
                    .chain(names)
                    .map(|scenario| Again::of(self.document, &overrides, point.len(), scenario));
                let again = again.collect::<Option<Vec<_>>>();
                self.again = again.map_or(Rereading::Whole, Rereading::Parts);
            }
            self.case = Some(whole);
        }
        self.case.as_ref().ok_or_else(|| Failure::Limit("a point has no model".to_owned()))
    }

    /// Reads what of the last point's model is another at this one; whether that could be done.
    fn reread(&mut self, point: &[(String, String)]) -> Result<bool, Failure> {
        let (Rereading::Parts(again), Some(case)) = (&mut self.again, &mut self.case) else {
            return Ok(false);
        };
        let scenarios = case.scenarios.iter_mut().map(|(_, model)| model);
        for (again, model) in
            again.iter_mut().zip(std::iter::once(&mut case.model).chain(scenarios))
        {
            let values = point.iter().map(|(_, value)| value.as_str());
            match again.read(values, model) {
                None => {
                    self.again = Rereading::Whole;
                    return Ok(false);
                }
                Some(true) => self.flags.add_objectives(model)?,
                Some(false) => {}
            }
        }
        Ok(true)
    }
}
