//! Memory limits of control groups along the path of a process.
//!
//! Version 2 (`memory.max`, `memory.high`) and version 1 (`memory.limit_in_bytes`), also side by side.
//! See the kernel's `admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.

use std::fs;
use std::path::{Component, Path, PathBuf};

use procfs::{FromRead, ProcessCGroups};

use super::parse::{labelled_number, whole_number};
use crate::model::{Ceiling, CeilingKind};

/// Smallest value that means "unlimited": version 1 writes the largest number of pages.
const UNLIMITED_BYTES: u64 = 1 << 62;

/// Files that hold a limit, with the kind of the limit.
const LIMIT_FILES: [(&str, CeilingKind); 3] = [
    ("memory.max", CeilingKind::CgroupMax),
    ("memory.high", CeilingKind::CgroupHigh),
    ("memory.limit_in_bytes", CeilingKind::CgroupMax),
];

/// Path of a control group in one mounted hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CgroupPath {
    /// Mount point of the hierarchy.
    mount: PathBuf,
    /// Path of the group below it, without a leading separator.
    group: PathBuf,
}

impl CgroupPath {
    /// Creates the path of `group` in the hierarchy at `mount`.
    pub(super) fn new(mount: &Path, group: &Path) -> Self {
        Self { mount: mount.to_owned(), group: group.to_owned() }
    }

    /// Parses `/proc/PID/cgroup` into the groups of each hierarchy that may limit memory.
    pub(super) fn parse_all(cgroup_file: &[u8], cgroup_root: &Path) -> Vec<Self> {
        let Ok(ProcessCGroups(memberships)) = ProcessCGroups::from_read(cgroup_file) else { return Vec::new() };
        let mut paths = Vec::new();
        for membership in memberships {
            let mounts = if membership.hierarchy == 0 {
                // Version 2 is mounted at the root, or beside version 1 in a folder of its own.
                vec![cgroup_root.to_owned(), cgroup_root.join("unified")]
            } else if membership.controllers.iter().any(|controller| controller == "memory") {
                vec![cgroup_root.join("memory")]
            } else {
                continue;
            };
            // A path that climbs out of the mount point belongs to a group that is invisible here.
            let parts = Path::new(&membership.pathname).components();
            let group: PathBuf = parts.filter(|part| matches!(part, Component::Normal(_))).collect();
            paths.extend(mounts.into_iter().map(|mount| Self { mount, group: group.clone() }));
        }
        paths
    }

    /// Reads the limit with the least headroom on this path.
    ///
    /// A container sees its own group mounted as the root while its processes name a longer path: missing folders are
    /// skipped.
    pub(super) fn read_tightest(&self) -> Option<Ceiling> {
        self.group
            .ancestors()
            .map(|group| self.mount.join(group))
            .flat_map(|folder| read_limits(&folder))
            .min_by_key(Ceiling::headroom_bytes)
    }
}

/// Reads the limits of one group.
fn read_limits(folder: &Path) -> Vec<Ceiling> {
    let mut limits = Vec::new();
    for (file, kind) in LIMIT_FILES {
        // `max` is not a number: no limit.
        let limit = read_file(folder, file).and_then(|text| whole_number(text.trim_ascii()));
        limits.extend(limit.filter(|&limit| limit < UNLIMITED_BYTES).map(|limit_bytes| (kind, limit_bytes)));
    }
    if limits.is_empty() {
        return Vec::new();
    }
    let Some(used_bytes) = read_used_bytes(folder) else { return Vec::new() };
    limits.into_iter().map(|(kind, limit_bytes)| Ceiling { kind, limit_bytes, used_bytes }).collect()
}

/// Reads the working set of one group, in bytes, as Kubernetes defines it: usage without inactive page cache.
///
/// The kernel reclaims inactive cache before it kills anything; a group that reads files is always "full" with it.
fn read_used_bytes(folder: &Path) -> Option<u64> {
    let usage = read_file(folder, "memory.current").or_else(|| read_file(folder, "memory.usage_in_bytes"))?;
    let stat = read_file(folder, "memory.stat").unwrap_or_default();
    let inactive = labelled_number(&stat, b"total_inactive_file").or_else(|| labelled_number(&stat, b"inactive_file"));
    Some(whole_number(usage.trim_ascii())?.saturating_sub(inactive.unwrap_or(0)))
}

fn read_file(folder: &Path, name: &str) -> Option<Vec<u8>> {
    fs::read(folder.join(name)).ok()
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
        CgroupPath::parse_all(cgroup_file.as_bytes(), root)
            .iter()
            .filter_map(CgroupPath::read_tightest)
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
