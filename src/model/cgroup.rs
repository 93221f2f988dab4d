//! Control groups (cgroups): their names on the command line and their memory.

use std::fmt;

/// A control group of version 2, as named by the user.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CgroupName {
    /// `--cgroup`: the path below the mount.
    Path(String),
    /// `--unit`: a systemd unit, the group of which carries its name.
    Unit(String),
    /// `--container`: the first hexadecimal digits of a container id.
    Container(String),
}

impl fmt::Display for CgroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "control group '{path}'"),
            Self::Unit(name) => write!(f, "unit '{name}'"),
            Self::Container(id) => write!(f, "container '{id}'"),
        }
    }
}

/// Memory of a control group and all below it, in bytes. `None` marks a missing file; any file may be missing.
///
/// From `memory.current`, `memory.stat`, `memory.swap.current`, `memory.max`, `memory.high` and `memory.events`, see the
/// kernel's `admin-guide/cgroup-v2.rst`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CgroupMemory {
    /// Everything charged to the group, with page cache and kernel memory.
    pub current: Option<u64>,
    /// Anonymous pages.
    pub anon: Option<u64>,
    /// Page cache, with tmpfs and shared memory in it.
    pub file: Option<u64>,
    /// tmpfs and shared memory.
    pub shmem: Option<u64>,
    /// Page cache without recent use.
    pub inactive_file: Option<u64>,
    /// Swapped-out memory.
    pub swap: Option<u64>,
    /// Limit above which the kernel kills processes of the group; `None` without one.
    pub max: Option<u64>,
    /// Limit above which the kernel throttles the group; `None` without one.
    pub high: Option<u64>,
    /// Number of processes that the kernel killed because memory ran out, since the group exists.
    pub oom_kills: Option<u64>,
}

impl CgroupMemory {
    /// Returns the working set that Kubernetes and `docker stats` show: everything without the inactive page cache.
    #[must_use]
    pub fn working_set(&self) -> Option<u64> {
        Some(self.current?.saturating_sub(self.inactive_file.unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_working_set_leaves_inactive_page_cache_out() {
        let memory = CgroupMemory { current: Some(100), inactive_file: Some(30), ..CgroupMemory::default() };
        assert_eq!(memory.working_set(), Some(70));
        assert_eq!(CgroupMemory::default().working_set(), None);
    }

    #[test]
    fn a_name_tells_its_kind() {
        assert_eq!(CgroupName::Unit("nginx".to_owned()).to_string(), "unit 'nginx'");
    }
}
