//! A control group: how the user names one, and what was read of it.

/// How the user names a control group of version 2.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupName {
    /// `--cgroup`: its path below the mount.
    Path(String),
    /// `--unit`: a unit of systemd, whose group has its name.
    Unit(String),
    /// `--container`: the beginning of a container's id, in hexadecimal digits.
    Container(String),
}

impl std::fmt::Display for GroupName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path(path) => write!(f, "control group '{path}'"),
            Self::Unit(name) => write!(f, "unit '{name}'"),
            Self::Container(id) => write!(f, "container '{id}'"),
        }
    }
}

/// Memory of a control group and all below it, in bytes. `None` is "not there": each file may be missing.
///
/// From `memory.current`, `memory.stat`, `memory.swap.current`, `memory.max`, `memory.high` and `memory.events`, see the
/// kernel's `admin-guide/cgroup-v2.rst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GroupMemory {
    /// Everything that is charged to it, page cache and kernel memory too.
    pub current: Option<u64>,
    /// Anonymous pages.
    pub anon: Option<u64>,
    /// Page cache, with tmpfs and shared memory in it.
    pub file: Option<u64>,
    /// tmpfs and shared memory.
    pub shmem: Option<u64>,
    /// Page cache that nobody has used for a while.
    pub inactive_file: Option<u64>,
    /// Swapped out.
    pub swap: Option<u64>,
    /// The limit above which its processes are killed; `None` where there is none.
    pub max: Option<u64>,
    /// The limit above which its processes are slowed down; `None` where there is none.
    pub high: Option<u64>,
    /// Processes killed for want of memory since the group was made: a number.
    pub oom_kills: Option<u64>,
}

impl GroupMemory {
    /// What Kubernetes and `docker stats` show: everything less the page cache that is given up first.
    #[must_use]
    pub fn working_set(&self) -> Option<u64> {
        Some(self.current?.saturating_sub(self.inactive_file.unwrap_or(0)))
    }
}
