//! Control groups of version 2 as targets: where the named ones are, who is in them, and their memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::cgroup_path::CgroupPath;
use super::parse::{labelled, whole_number};
use crate::model::{GroupMemory, GroupName, Pid};
use crate::source::{CgroupReading, ReadError};

/// What runtimes put before a container's id in the name of its scope.
const RUNTIMES: [&str; 5] = ["docker-", "cri-containerd-", "crio-", "libpod-", ""];
/// Digits of a container's id.
const ID_DIGITS: usize = 64;
/// Levels of groups that are searched: `kubepods.slice` needs five.
const DEPTH: usize = 12;

/// The groups that a selector names.
#[derive(Debug)]
pub(super) struct CgroupSet {
    root: PathBuf,
    /// Where version 2 is mounted; `None` until it was looked for.
    mount: Option<PathBuf>,
    /// The named ones that are there, relative to the mount.
    found: BTreeSet<PathBuf>,
    members: Vec<Pid>,
}

impl CgroupSet {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, mount: None, found: BTreeSet::new(), members: Vec::new() }
    }

    /// Finds the named groups and their members, in ascending order.
    pub(super) fn take(&mut self, names: &[GroupName]) -> Result<&[Pid], ReadError> {
        self.members.clear();
        if names.is_empty() {
            return Ok(&self.members);
        }
        if self.mount.is_none() {
            self.mount = Some(mount_of_memory(&self.root)?);
        }
        let Some(mount) = &self.mount else { return Ok(&self.members) };
        // The tree is walked again only while one of them is missing.
        self.found.retain(|group| mount.join(group).is_dir());
        if self.found.len() < names.len() {
            self.found = names
                .iter()
                .map(|name| locate(mount, name))
                .collect::<Result<Vec<_>, _>>()?
                .concat()
                .into_iter()
                .collect();
        }
        self.members.extend(self.found.iter().flat_map(|group| members_of(&mount.join(group))));
        self.members.sort_unstable();
        self.members.dedup();
        Ok(&self.members)
    }

    /// The memory of each group that is there.
    pub(super) fn read(&self) -> Vec<CgroupReading> {
        let Some(mount) = &self.mount else { return Vec::new() };
        let seen = |group: &PathBuf| {
            let folder = mount.join(group);
            let memory = memory_of(&folder);
            memory.current?;
            let members = members_of(&folder);
            let ceiling = CgroupPath::below(mount, group).tightest();
            Some(CgroupReading { path: format!("/{}", group.display()), members, memory, ceiling })
        };
        self.found.iter().filter_map(seen).collect()
    }
}

/// Where the memory controller of version 2 is.
fn mount_of_memory(root: &Path) -> Result<PathBuf, ReadError> {
    let mounts = [root.to_owned(), root.join("unified")];
    let controllers = |mount: &PathBuf| fs::read_to_string(mount.join("cgroup.controllers")).ok();
    let Some((mount, has)) = mounts.into_iter().find_map(|mount| controllers(&mount).map(|has| (mount, has))) else {
        let reason = format!("none of version 2 are mounted at '{}'", root.display());
        return Err(ReadError::Cgroups {
            reason,
            remedy: "name the mount with '--cgroup-root', or processes with '--process' or '--cmdline'",
        });
    };
    if !has.split_whitespace().any(|controller| controller == "memory") {
        let reason = "this host counts memory by those of version 1".to_owned();
        return Err(ReadError::Cgroups {
            reason,
            remedy: "name processes with '--process' or '--cmdline', or start the kernel with systemd.unified_cgroup_hierarchy=1",
        });
    }
    Ok(mount)
}

/// The groups of one name; none when it is not there (yet).
fn locate(mount: &Path, name: &GroupName) -> Result<Vec<PathBuf>, ReadError> {
    match name {
        GroupName::Path(path) => {
            // As people copy it: with the mount, with a separator, or bare.
            let path = Path::new(path);
            let path = path.strip_prefix(mount).unwrap_or(path);
            let group: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
            Ok(if mount.join(&group).is_dir() { vec![group] } else { Vec::new() })
        }
        GroupName::Unit(unit) => {
            let wanted = if unit.contains('.') { unit.clone() } else { format!("{unit}.service") };
            Ok(search(mount, &|folder| folder == wanted))
        }
        GroupName::Container(id) => {
            let id = id.to_ascii_lowercase();
            let found = search(mount, &|folder| container_id(folder).is_some_and(|known| known.starts_with(&id)));
            let ids: BTreeSet<&str> =
                found.iter().filter_map(|group| container_id(group.file_name()?.to_str()?)).collect();
            if ids.len() > 1 {
                let ids: Vec<&str> = ids.into_iter().map(|id| &id[..12]).collect();
                let reason = format!("several containers begin with '{id}': {}", ids.join(", "));
                return Err(ReadError::Cgroups { reason, remedy: "give more digits of the id" });
            }
            Ok(found)
        }
    }
}

/// The id in the name of a container's group.
fn container_id(folder: &str) -> Option<&str> {
    let scope = folder.strip_suffix(".scope").unwrap_or(folder);
    let is_id = |id: &&str| id.len() == ID_DIGITS && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    RUNTIMES.iter().find_map(|runtime| scope.strip_prefix(runtime).filter(is_id))
}

/// CgroupSet whose own name is wanted, without those inside them.
fn search(mount: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(PathBuf::new(), 0)];
    while let Some((group, depth)) = open.pop() {
        for child in children(&mount.join(&group)) {
            let Some(name) = child.file_name().and_then(|name| name.to_str()) else { continue };
            let below = group.join(name);
            if wanted(name) {
                found.push(below);
            } else if depth < DEPTH {
                open.push((below, depth + 1));
            }
        }
    }
    found.sort();
    found
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// The processes of a group and those below it, in ascending order.
fn members_of(folder: &Path) -> Vec<Pid> {
    let mut members = Vec::new();
    collect_members(folder, 0, &mut members);
    members.sort_unstable();
    members.dedup();
    members
}

/// Adds the processes of a group and those below it. One that is outside our process numbers is shown as 0.
fn collect_members(folder: &Path, depth: usize, members: &mut Vec<Pid>) {
    let listed = fs::read(folder.join("cgroup.procs")).unwrap_or_default();
    let pids = listed.split(|&byte| byte == b'\n').filter_map(whole_number).filter_map(|pid| u32::try_from(pid).ok());
    members.extend(pids.filter(|&pid| pid > 0).map(Pid));
    if depth < DEPTH {
        children(folder).iter().for_each(|child| collect_members(child, depth + 1, members));
    }
}

fn memory_of(folder: &Path) -> GroupMemory {
    let read = |file: &str| fs::read(folder.join(file)).unwrap_or_default();
    // `max` is no number: no limit.
    let number = |file: &str| whole_number(read(file).trim_ascii());
    let stat = read("memory.stat");
    GroupMemory {
        current: number("memory.current"),
        anon: labelled(&stat, b"anon"),
        file: labelled(&stat, b"file"),
        shmem: labelled(&stat, b"shmem"),
        inactive_file: labelled(&stat, b"inactive_file"),
        swap: number("memory.swap.current"),
        max: number("memory.max"),
        high: number("memory.high"),
        oom_kills: labelled(&read("memory.events"), b"oom_kill"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(root: &Path, path: &str, files: &[(&str, &str)]) {
        fs::create_dir_all(root.join(path)).expect("created");
        for (name, text) in files {
            fs::write(root.join(path).join(name), text).expect("written");
        }
    }

    fn found(root: &Path, name: GroupName) -> Result<Vec<String>, ReadError> {
        let shown = |groups: Vec<PathBuf>| groups.into_iter().map(|group| group.display().to_string()).collect();
        locate(root, &name).map(shown)
    }

    #[test]
    fn units_and_containers_are_found_wherever_the_runtime_puts_them() {
        let root = tempfile::tempdir().expect("created");
        let root = root.path();
        let ids = ["ab12", "ab13", "cd00", "ef00"].map(|begin| format!("{begin}{}", "0".repeat(60)));
        let scopes = [
            format!("system.slice/docker-{}.scope", ids[0]),
            format!("kubepods.slice/kubepods-burstable.slice/pod1.slice/cri-containerd-{}.scope", ids[1]),
            format!("docker/{}", ids[2]),
            format!("machine.slice/libpod-{}.scope", ids[3]),
        ];
        for scope in &scopes {
            group(root, &format!("{scope}/init.scope"), &[]);
        }
        group(root, &format!("machine.slice/libpod-conmon-{}.scope", ids[3]), &[]);
        group(root, "system.slice/orders.service", &[]);
        for (id, scope) in ["ab12", "AB13", "cd00", &ids[3]].into_iter().zip(&scopes) {
            assert_eq!(found(root, GroupName::Container(id.to_owned())), Ok(vec![scope.clone()]));
        }
        let several = found(root, GroupName::Container("ab1".to_owned())).expect_err("ambiguous").to_string();
        assert!(several.contains("ab1200000000, ab1300000000"), "{several}");
        let unit = Ok(vec!["system.slice/orders.service".to_owned()]);
        for name in ["orders", "orders.service"] {
            assert_eq!(found(root, GroupName::Unit(name.to_owned())), unit);
        }
        let typed = root.join("system.slice/orders.service").display().to_string();
        for path in ["system.slice/orders.service", "/system.slice/orders.service/", &typed] {
            assert_eq!(found(root, GroupName::Path(path.to_owned())), unit, "{path}");
        }
        assert_eq!(found(root, GroupName::Path("../../etc".to_owned())), Ok(vec![]));
    }

    #[test]
    fn a_host_with_version_1_only_is_named() {
        let root = tempfile::tempdir().expect("created");
        let taken =
            |root: &Path| CgroupSet::new(root.to_owned()).take(&[GroupName::Unit("x".into())]).map(<[Pid]>::to_vec);
        assert!(taken(root.path()).expect_err("nothing there").to_string().contains("none of version 2"));
        group(root.path(), "unified", &[("cgroup.controllers", "cpu hugetlb\n")]);
        assert!(taken(root.path()).expect_err("no memory").to_string().contains("those of version 1"));
        group(root.path(), "unified", &[("cgroup.controllers", "cpu memory\n")]);
        assert_eq!(taken(root.path()), Ok(vec![]));
    }

    #[test]
    fn members_and_memory_include_what_is_below() {
        let root = tempfile::tempdir().expect("created");
        group(root.path(), "", &[("cgroup.controllers", "memory\n")]);
        let events = "low 0\nhigh 3\nmax 4\noom 2\noom_kill 1\n";
        let files = [("memory.current", "500\n"), ("memory.stat", "anon 200\nfile 90\nshmem 10\ninactive_file 60\n")];
        group(root.path(), "a", &files);
        group(root.path(), "a", &[("memory.max", "max\n"), ("memory.events", events), ("cgroup.procs", "7\n0\n")]);
        group(root.path(), "a/b", &[("cgroup.procs", "9\n8\n")]);
        let mut groups = CgroupSet::new(root.path().to_owned());
        let name = [GroupName::Path("/a".to_owned())];
        assert_eq!(groups.take(&name), Ok(&[Pid(7), Pid(8), Pid(9)][..]));
        let seen = groups.read().remove(0);
        assert_eq!((&*seen.path, seen.members.len(), seen.memory.working_set()), ("/a", 3, Some(440)));
        assert_eq!((seen.memory.anon, seen.memory.max, seen.memory.oom_kills), (Some(200), None, Some(1)));
        fs::remove_dir_all(root.path().join("a")).expect("removed");
        assert_eq!(groups.take(&name), Ok(&[][..]));
        assert!(groups.read().is_empty());
    }
}
