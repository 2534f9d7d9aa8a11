//! `--vary`: the axes of a sweep or a plan, checked against the model before anything is simulated.

use clap::Args;

use super::execute::read_case;
use super::exit::Failure;
use super::flags::ModelFlags;
use crate::input::Document;
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
