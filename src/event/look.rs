//! Looks of an extended session: the times at which it asks for open results.

/// Look at the results: at the planned end of a session, and then at growing times until all are decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Number of the look; 0 at the planned end.
    pub number: u32,
    /// Largest number of looks after the planned end.
    pub further: u32,
}
