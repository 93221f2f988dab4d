//! Resources that can leak.

/// A resource that can leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// Anonymous memory with its swapped part, or shared memory.
    Memory,
    /// Open file descriptors.
    Fds,
    /// Threads.
    Threads,
}

impl Resource {
    /// Returns the name in reports: `fds`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Fds => "fds",
            Self::Threads => "threads",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Resource;

    #[test]
    fn names_are_those_of_the_report() {
        assert_eq!(
            [Resource::Memory, Resource::Fds, Resource::Threads].map(Resource::name),
            ["memory", "fds", "threads"]
        );
    }
}
