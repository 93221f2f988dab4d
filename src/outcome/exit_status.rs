//! Exit statuses of leakwatch.

/// Exit status of a session. A second signal ends leakwatch with 128 + its number instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: finished, and nothing that `--fail-on` or `--fail-if` names was found.
    Clean,
    /// 1: what they name was found.
    Found,
    /// 2: usage, configuration or internal error, or an output that could not be written.
    Error,
    /// 3: inconclusive.
    Inconclusive,
    /// 4: nothing matched, or nothing could be read.
    NothingMatched,
}

impl ExitStatus {
    /// Returns the number for the operating system.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found => 1,
            Self::Error => 2,
            Self::Inconclusive => 3,
            Self::NothingMatched => 4,
        }
    }
}
