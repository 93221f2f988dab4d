//! What "memory full" means for a process, and how full the host is.

/// Which limit ends the growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CeilingKind {
    /// `--limit`.
    User,
    /// `memory.max` (v2) or `memory.limit_in_bytes` (v1) of a control group on the path of the process.
    CgroupMax,
    /// `memory.high`: throttled from there on.
    CgroupHigh,
    /// `RLIMIT_AS` or `RLIMIT_DATA`.
    Rlimit,
    /// Memory of the host.
    Host,
}

/// The limit that will end the growth of a process first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// Which limit it is.
    pub kind: CeilingKind,
    /// The limit, in bytes.
    pub limit_bytes: u64,
    /// What counts against it now, in bytes: more than the process where others share the limit.
    pub used_bytes: u64,
}

impl Ceiling {
    /// What is left, in bytes.
    #[must_use]
    pub fn headroom_bytes(&self) -> u64 {
        self.limit_bytes.saturating_sub(self.used_bytes)
    }
}

/// Memory of the host, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostMemory {
    /// All of it.
    pub total_bytes: u64,
    /// What new work could still get without swapping (`MemAvailable` on Linux).
    pub available_bytes: u64,
}

impl HostMemory {
    /// What everybody on the host grows into.
    #[must_use]
    pub fn ceiling(self) -> Ceiling {
        Ceiling {
            kind: CeilingKind::Host,
            limit_bytes: self.total_bytes,
            used_bytes: self.total_bytes.saturating_sub(self.available_bytes),
        }
    }
}
