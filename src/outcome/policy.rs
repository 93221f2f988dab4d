//! The policy that turns findings into an exit status.

/// Finding that makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// A target leaks.
    Leaking,
    /// A target leaks or is suspect.
    Suspect,
    /// An alert of severity warning or critical fired.
    Alert,
    /// Nothing.
    Never,
}

/// Exit status of an inconclusive session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnInconclusive {
    /// Exit status 0.
    Pass,
    /// Exit status 3.
    Fail,
}

/// Policy of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Findings of `--fail-on`.
    pub fail_on: Vec<FailOn>,
    /// Setting of `--on-inconclusive`.
    pub on_inconclusive: OnInconclusive,
}

impl Policy {
    /// True if `--fail-on` names a finding. `suspect` includes leaking targets.
    pub(super) fn fails_on(&self, finding: FailOn) -> bool {
        self.fail_on.contains(&finding) || finding == FailOn::Leaking && self.fail_on.contains(&FailOn::Suspect)
    }
}
