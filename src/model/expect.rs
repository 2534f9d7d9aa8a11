//! `[[expect]]`: what the source reports, to be held against the simulation.

/// One reported figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// A metric name.
    pub metric: String,
    /// The runtime it was measured on; the first where absent.
    pub runtime: Option<String>,
    /// Divide by this runtime's value.
    pub relative_to: Option<String>,
    /// In this scenario; the base model where absent.
    pub scenario: Option<String>,
    /// What was reported.
    pub target: Target,
    /// The relative tolerance, as a share.
    pub tolerance: Option<f64>,
    /// What meeting it would prove.
    pub role: Role,
    /// Why the simulation is known not to meet it; none where it is expected to.
    pub known_failure: Option<String>,
    /// Where it was reported.
    pub source: Option<String>,
}

/// What a source gives: a number, or only a direction. In the metric's base unit (seconds, …).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// `reported`
    Reported(f64),
    /// `at_least`
    AtLeast(f64),
    /// `at_most`
    AtMost(f64),
}

/// What an agreement proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing was chosen to meet it.
    Predicted,
    /// A parameter was chosen to meet it, so it proves nothing.
    Fitted,
    /// The source has too few numbers to prove anything.
    Illustration,
}
