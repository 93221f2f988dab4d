//! The memory limits of control groups: where a process belongs, and what its groups may use.
//!
//! Version 2 (`memory.max`, `memory.high`) and version 1 (`memory.limit_in_bytes`), also side by side.
//! See the kernel's `admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.

use std::fs;
use std::path::{Component, Path, PathBuf};

use procfs::{FromRead, ProcessCGroups};

use super::parse::{labelled, whole_number};
use crate::model::{Ceiling, CeilingKind};

/// Above this a limit is none: version 1 writes the largest number of pages for "unlimited".
const UNLIMITED_BYTES: u64 = 1 << 62;

/// One control group and those above it, in the file system.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CgroupPath {
    /// Where the hierarchy is mounted.
    mount: PathBuf,
    /// The group below it, without a leading separator.
    group: PathBuf,
}

impl CgroupPath {
    /// The groups that `/proc/PID/cgroup` names, in each hierarchy that may limit memory.
    pub(super) fn of(cgroup_file: &[u8], cgroup_root: &Path) -> Vec<Self> {
        let Ok(ProcessCGroups(memberships)) = ProcessCGroups::from_read(cgroup_file) else { return Vec::new() };
        let mut paths = Vec::new();
        for membership in memberships {
            let mounts = if membership.hierarchy == 0 {
                // Alone, version 2 is the root; beside version 1 it has a folder.
                vec![cgroup_root.to_owned(), cgroup_root.join("unified")]
            } else if membership.controllers.iter().any(|controller| controller == "memory") {
                vec![cgroup_root.join("memory")]
            } else {
                continue;
            };
            // A name that climbs out of what is mounted here belongs to a group that is not to be seen.
            let parts = Path::new(&membership.pathname).components();
            let group: PathBuf = parts.filter(|part| matches!(part, Component::Normal(_))).collect();
            paths.extend(mounts.into_iter().map(|mount| Self { mount, group: group.clone() }));
        }
        paths
    }

    /// The group of this path in that hierarchy.
    pub(super) fn below(mount: &Path, group: &Path) -> Self {
        Self { mount: mount.to_owned(), group: group.to_owned() }
    }

    /// The limit on this path that leaves least.
    ///
    /// A container sees its own group mounted as the root while the process names a longer path: folders
    /// that are not there are passed over.
    pub(super) fn tightest(&self) -> Option<Ceiling> {
        self.group
            .ancestors()
            .map(|group| self.mount.join(group))
            .flat_map(|folder| limits_of(&folder))
            .min_by_key(Ceiling::headroom_bytes)
    }
}

/// The limits of one group.
fn limits_of(folder: &Path) -> Vec<Ceiling> {
    let limits = [
        ("memory.max", CeilingKind::CgroupMax),
        ("memory.high", CeilingKind::CgroupHigh),
        ("memory.limit_in_bytes", CeilingKind::CgroupMax),
    ];
    let read = |file: &str| fs::read(folder.join(file)).ok();
    let limited = |(file, kind): (&str, CeilingKind)| {
        let limit_bytes = whole_number(read(file)?.trim_ascii()).filter(|&limit| limit < UNLIMITED_BYTES)?;
        Some((kind, limit_bytes))
    };
    let limits: Vec<_> = limits.into_iter().filter_map(limited).collect();
    if limits.is_empty() {
        return Vec::new();
    }
    let usage = ["memory.current", "memory.usage_in_bytes"].into_iter().find_map(read);
    let Some(usage_bytes) = usage.and_then(|bytes| whole_number(bytes.trim_ascii())) else { return Vec::new() };
    let stat = read("memory.stat").unwrap_or_default();
    // Page cache that nobody has used for a while is given up before anything is killed: a group that reads files
    // is always "full" with it. Kubernetes counts the same way and calls it the working set.
    let reclaimable = labelled(&stat, b"total_inactive_file").or_else(|| labelled(&stat, b"inactive_file"));
    let used_bytes = usage_bytes.saturating_sub(reclaimable.unwrap_or(0));
    limits.into_iter().map(|(kind, limit_bytes)| Ceiling { kind, limit_bytes, used_bytes }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(root: &Path, path: &str, files: &[(&str, &str)]) {
        let folder = root.join(path);
        fs::create_dir_all(&folder).expect("created");
        for (name, text) in files {
            fs::write(folder.join(name), text).expect("written");
        }
    }

    fn tightest(cgroup_file: &str, root: &Path) -> Option<Ceiling> {
        CgroupPath::of(cgroup_file.as_bytes(), root)
            .iter()
            .filter_map(CgroupPath::tightest)
            .min_by_key(Ceiling::headroom_bytes)
    }

    #[test]
    fn the_tightest_group_on_the_path_counts() {
        let root = tempfile::tempdir().expect("created");
        group(
            root.path(),
            "a.slice",
            &[("memory.max", "1000\n"), ("memory.high", "900\n"), ("memory.current", "800\n")],
        );
        group(root.path(), "a.slice/b", &[("memory.max", "max\n"), ("memory.current", "10\n")]);
        let found = tightest("0::/a.slice/b\n", root.path());
        assert_eq!(found, Some(Ceiling { kind: CeilingKind::CgroupHigh, limit_bytes: 900, used_bytes: 800 }));
    }

    #[test]
    fn version_1_beside_version_2_counts_and_unlimited_does_not() {
        let root = tempfile::tempdir().expect("created");
        group(root.path(), "unified/x", &[("memory.max", "max\n")]);
        group(
            root.path(),
            "memory/x/y",
            &[("memory.limit_in_bytes", "9223372036854771712\n"), ("memory.usage_in_bytes", "5\n")],
        );
        let stat = "cache 7\ninactive_file 1\ntotal_inactive_file 30\n";
        let files = [("memory.limit_in_bytes", "500\n"), ("memory.usage_in_bytes", "130\n"), ("memory.stat", stat)];
        group(root.path(), "memory/x", &files);
        let found = tightest("4:cpu:/z\n3:memory:/x/y\n0::/x\n", root.path());
        assert_eq!(found, Some(Ceiling { kind: CeilingKind::CgroupMax, limit_bytes: 500, used_bytes: 100 }));
    }

    #[test]
    fn a_container_sees_its_own_group_as_the_root() {
        let root = tempfile::tempdir().expect("created");
        group(root.path(), "memory", &[("memory.limit_in_bytes", "500\n"), ("memory.usage_in_bytes", "100\n")]);
        assert!(tightest("3:memory:/docker/0123\n", root.path()).is_some());
        assert!(tightest("3:memory:/../../etc\n", root.path()).is_some());
        assert!(tightest("no such line", root.path()).is_none());
    }
}
