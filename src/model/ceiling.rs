//! Ceiling: the memory limit that a target grows into.

/// The kind of limit that ends the growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CeilingKind {
    /// `--limit`.
    User,
    /// `memory.max` (v2) or `memory.limit_in_bytes` (v1) of a control group on the path of the process.
    CgroupMax,
    /// `memory.high`: the kernel throttles the group above it.
    CgroupHigh,
    /// `RLIMIT_AS` or `RLIMIT_DATA`.
    Rlimit,
    /// Limit in a column of a recording.
    Recording,
    /// Memory of the host.
    Host,
}

/// The limit that a target reaches first.
///
/// ```
/// use leakwatch::model::{Ceiling, CeilingKind};
///
/// let ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 1 << 30, used_bytes: 1 << 29 };
/// assert_eq!(ceiling.headroom_bytes(), 1 << 29);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// The kind of limit.
    pub kind: CeilingKind,
    /// The limit, in bytes.
    pub limit_bytes: u64,
    /// The memory charged to the limit, in bytes: more than that of the process where others share the limit.
    pub used_bytes: u64,
}

impl Ceiling {
    /// Returns the bytes left below the limit.
    #[must_use]
    pub fn headroom_bytes(&self) -> u64 {
        self.limit_bytes.saturating_sub(self.used_bytes)
    }
}

/// Memory of the host, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostMemory {
    /// Total memory.
    pub total_bytes: u64,
    /// Memory that new work can get without swapping (`MemAvailable` on Linux).
    pub available_bytes: u64,
}

impl HostMemory {
    /// Returns the memory of the host as a ceiling.
    #[must_use]
    pub fn ceiling(self) -> Ceiling {
        Ceiling {
            kind: CeilingKind::Host,
            limit_bytes: self.total_bytes,
            used_bytes: self.total_bytes.saturating_sub(self.available_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headroom_is_never_negative() {
        let host = HostMemory { total_bytes: 100, available_bytes: 30 };
        assert_eq!((host.ceiling().used_bytes, host.ceiling().headroom_bytes()), (70, 30));
        assert_eq!(Ceiling { used_bytes: 200, ..host.ceiling() }.headroom_bytes(), 0);
    }
}
