//! Control groups (cgroups, version 2) as targets: their location, their members and their memory.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::cgroup_path::CgroupPath;
use super::parse::{labelled_number, whole_number};
use crate::model::{CgroupMemory, CgroupName, Pid};
use crate::source::process_source::CgroupReading;
use crate::source::read_error::ReadError;

/// Prefixes that container runtimes put before the id in the name of a scope.
const RUNTIME_PREFIXES: [&str; 5] = ["docker-", "cri-containerd-", "crio-", "libpod-", ""];
/// Number of digits of a container id.
const ID_DIGITS: usize = 64;
/// Number of levels that are searched: `kubepods.slice` needs five.
const MAX_DEPTH: usize = 12;

/// Control groups that a selector names.
#[derive(Debug)]
pub(super) struct CgroupSet {
    root: PathBuf,
    /// Mount point of version 2; `None` before the first search.
    mount: Option<PathBuf>,
    /// Existing groups among the named ones, relative to the mount point.
    found: BTreeSet<PathBuf>,
    members: Vec<Pid>,
}

impl CgroupSet {
    /// Creates an empty set. `root` is the folder where control groups are mounted.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, mount: None, found: BTreeSet::new(), members: Vec::new() }
    }

    /// Finds the named groups and returns their members, in ascending order.
    ///
    /// # Errors
    /// Returns an error if the host has no memory controller of version 2, or a container id is ambiguous.
    pub(super) fn update(&mut self, names: &[CgroupName]) -> Result<&[Pid], ReadError> {
        self.members.clear();
        if names.is_empty() {
            return Ok(&self.members);
        }
        if self.mount.is_none() {
            self.mount = Some(find_memory_mount(&self.root)?);
        }
        let Some(mount) = &self.mount else { return Ok(&self.members) };
        self.found.retain(|group| mount.join(group).is_dir());
        // Searching the tree is necessary only while a named group is missing.
        if self.found.len() < names.len() {
            let mut found = BTreeSet::new();
            for name in names {
                found.extend(find_groups(mount, name)?);
            }
            self.found = found;
        }
        self.members.extend(self.found.iter().flat_map(|group| read_members(&mount.join(group))));
        self.members.sort_unstable();
        self.members.dedup();
        Ok(&self.members)
    }

    /// Reads the existing groups.
    pub(super) fn read(&self) -> Vec<CgroupReading> {
        let Some(mount) = &self.mount else { return Vec::new() };
        self.found.iter().filter_map(|group| read_group(mount, group)).collect()
    }
}

/// Reads one group; `None` if it is gone.
fn read_group(mount: &Path, group: &Path) -> Option<CgroupReading> {
    let folder = mount.join(group);
    let memory = read_memory(&folder);
    memory.current?;
    let members = read_members(&folder);
    let ceiling = CgroupPath::new(mount, group).read_tightest();
    Some(CgroupReading { path: format!("/{}", group.display()), members, memory, ceiling })
}

/// Finds the mount point with the memory controller of version 2.
fn find_memory_mount(root: &Path) -> Result<PathBuf, ReadError> {
    for mount in [root.to_owned(), root.join("unified")] {
        let Ok(controllers) = fs::read_to_string(mount.join("cgroup.controllers")) else { continue };
        if controllers.split_whitespace().any(|controller| controller == "memory") {
            return Ok(mount);
        }
        return Err(ReadError::Cgroups {
            reason: "this host accounts memory with version 1 of control groups".to_owned(),
            remedy: "name processes with '--process' or '--cmdline', or start the kernel with systemd.unified_cgroup_hierarchy=1",
        });
    }
    Err(ReadError::Cgroups {
        reason: format!("version 2 of control groups is not mounted at '{}'", root.display()),
        remedy: "name the mount point with '--cgroup-root', or processes with '--process' or '--cmdline'",
    })
}

/// Finds the groups of one name; none if no such group exists yet.
fn find_groups(mount: &Path, name: &CgroupName) -> Result<Vec<PathBuf>, ReadError> {
    match name {
        CgroupName::Path(path) => Ok(find_by_path(mount, Path::new(path))),
        CgroupName::Unit(unit) => {
            let wanted = if unit.contains('.') { unit.clone() } else { format!("{unit}.service") };
            Ok(search(mount, &|folder| folder == wanted))
        }
        CgroupName::Container(id) => find_container(mount, &id.to_ascii_lowercase()),
    }
}

/// Finds a path as people copy it: with the mount point, with a leading separator, or bare.
fn find_by_path(mount: &Path, path: &Path) -> Vec<PathBuf> {
    let path = path.strip_prefix(mount).unwrap_or(path);
    let group: PathBuf = path.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    if mount.join(&group).is_dir() { vec![group] } else { Vec::new() }
}

/// Finds the groups of the only container with an id that begins with `id`.
fn find_container(mount: &Path, id: &str) -> Result<Vec<PathBuf>, ReadError> {
    let found = search(mount, &|folder| container_id(folder).is_some_and(|known| known.starts_with(id)));
    let ids: BTreeSet<&str> = found.iter().filter_map(|group| container_id(group.file_name()?.to_str()?)).collect();
    if ids.len() > 1 {
        let ids: Vec<&str> = ids.into_iter().map(|id| &id[..12]).collect();
        let reason = format!("several container ids begin with '{id}': {}", ids.join(", "));
        return Err(ReadError::Cgroups { reason, remedy: "give more digits of the id" });
    }
    Ok(found)
}

/// Returns the container id in the name of a group.
fn container_id(folder: &str) -> Option<&str> {
    let scope = folder.strip_suffix(".scope").unwrap_or(folder);
    RUNTIME_PREFIXES.iter().find_map(|prefix| scope.strip_prefix(prefix).filter(|id| is_container_id(id)))
}

fn is_container_id(text: &str) -> bool {
    text.len() == ID_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Finds the groups with a wanted name, without searching inside them.
fn search(mount: &Path, is_wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![(PathBuf::new(), 0)];
    while let Some((group, depth)) = open.pop() {
        for child in child_folders(&mount.join(&group)) {
            let Some(name) = child.file_name().and_then(|name| name.to_str()) else { continue };
            let below = group.join(name);
            if is_wanted(name) {
                found.push(below);
            } else if depth < MAX_DEPTH {
                open.push((below, depth + 1));
            }
        }
    }
    found.sort();
    found
}

fn child_folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Reads the processes of a group and of those below it, in ascending order.
fn read_members(folder: &Path) -> Vec<Pid> {
    let mut members = Vec::new();
    collect_members(folder, 0, &mut members);
    members.sort_unstable();
    members.dedup();
    members
}

/// Adds the processes of a group and of those below it. The kernel shows those of another pid namespace as 0.
fn collect_members(folder: &Path, depth: usize, members: &mut Vec<Pid>) {
    let listed = fs::read(folder.join("cgroup.procs")).unwrap_or_default();
    let pids = listed.split(|&byte| byte == b'\n').filter_map(whole_number).filter_map(|pid| u32::try_from(pid).ok());
    members.extend(pids.filter(|&pid| pid > 0).map(Pid));
    if depth < MAX_DEPTH {
        child_folders(folder).iter().for_each(|child| collect_members(child, depth + 1, members));
    }
}

/// Reads the memory of one group; missing files leave fields `None`.
fn read_memory(folder: &Path) -> CgroupMemory {
    let stat = read_file(folder, "memory.stat");
    CgroupMemory {
        current: read_number(folder, "memory.current"),
        anon: labelled_number(&stat, b"anon"),
        file: labelled_number(&stat, b"file"),
        shmem: labelled_number(&stat, b"shmem"),
        inactive_file: labelled_number(&stat, b"inactive_file"),
        swap: read_number(folder, "memory.swap.current"),
        max: read_number(folder, "memory.max"),
        high: read_number(folder, "memory.high"),
        oom_kills: labelled_number(&read_file(folder, "memory.events"), b"oom_kill"),
    }
}

fn read_file(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap_or_default()
}

/// Reads a file with one number; `None` for `max`, which is "no limit".
fn read_number(folder: &Path, name: &str) -> Option<u64> {
    whole_number(read_file(folder, name).trim_ascii())
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

    fn find(root: &Path, name: CgroupName) -> Result<Vec<String>, ReadError> {
        let shown = |groups: Vec<PathBuf>| groups.into_iter().map(|group| group.display().to_string()).collect();
        find_groups(root, &name).map(shown)
    }

    #[test]
    fn units_and_containers_are_found_in_the_layout_of_each_runtime() {
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
            assert_eq!(find(root, CgroupName::Container(id.to_owned())), Ok(vec![scope.clone()]));
        }
        let several = find(root, CgroupName::Container("ab1".to_owned())).expect_err("ambiguous").to_string();
        assert!(several.contains("ab1200000000, ab1300000000"), "{several}");
        let unit = Ok(vec!["system.slice/orders.service".to_owned()]);
        for name in ["orders", "orders.service"] {
            assert_eq!(find(root, CgroupName::Unit(name.to_owned())), unit);
        }
        let typed = root.join("system.slice/orders.service").display().to_string();
        for path in ["system.slice/orders.service", "/system.slice/orders.service/", &typed] {
            assert_eq!(find(root, CgroupName::Path(path.to_owned())), unit, "{path}");
        }
        assert_eq!(find(root, CgroupName::Path("../../etc".to_owned())), Ok(vec![]));
    }

    #[test]
    fn a_host_with_version_1_only_is_an_error() {
        let root = tempfile::tempdir().expect("created");
        let update =
            |root: &Path| CgroupSet::new(root.to_owned()).update(&[CgroupName::Unit("x".into())]).map(<[Pid]>::to_vec);
        assert!(
            update(root.path())
                .expect_err("nothing there")
                .to_string()
                .contains("version 2 of control groups is not mounted")
        );
        group(root.path(), "unified", &[("cgroup.controllers", "cpu hugetlb\n")]);
        assert!(update(root.path()).expect_err("no memory").to_string().contains("version 1"));
        group(root.path(), "unified", &[("cgroup.controllers", "cpu memory\n")]);
        assert_eq!(update(root.path()), Ok(vec![]));
    }

    #[test]
    fn members_include_those_of_groups_below() {
        let root = tempfile::tempdir().expect("created");
        group(root.path(), "", &[("cgroup.controllers", "memory\n")]);
        let events = "low 0\nhigh 3\nmax 4\noom 2\noom_kill 1\n";
        let files = [("memory.current", "500\n"), ("memory.stat", "anon 200\nfile 90\nshmem 10\ninactive_file 60\n")];
        group(root.path(), "a", &files);
        group(root.path(), "a", &[("memory.max", "max\n"), ("memory.events", events), ("cgroup.procs", "7\n0\n")]);
        group(root.path(), "a/b", &[("cgroup.procs", "9\n8\n")]);
        let mut groups = CgroupSet::new(root.path().to_owned());
        let name = [CgroupName::Path("/a".to_owned())];
        assert_eq!(groups.update(&name), Ok(&[Pid(7), Pid(8), Pid(9)][..]));
        let seen = groups.read().remove(0);
        assert_eq!((&*seen.path, seen.members.len(), seen.memory.working_set()), ("/a", 3, Some(440)));
        assert_eq!((seen.memory.anon, seen.memory.max, seen.memory.oom_kills), (Some(200), None, Some(1)));
        fs::remove_dir_all(root.path().join("a")).expect("removed");
        assert_eq!(groups.update(&name), Ok(&[][..]));
        assert!(groups.read().is_empty());
    }
}
