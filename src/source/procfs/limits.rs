//! What will end the growth of a process: control groups, its own resource limits, memory of the host.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use procfs::FromRead;
use procfs::process::{LimitValue, Limits as ResourceLimits};

use super::cgroup::GroupPath;
use super::parse::{Status, labelled};
use super::root::{self, ProcRoot};
use crate::model::{Ceiling, CeilingKind, HostMemory};
use crate::source::Surroundings;

/// Finds the tightest limit. What many processes share is read once until it [expires](Self::expire).
#[derive(Debug)]
pub(super) struct Limits {
    cgroup_root: PathBuf,
    groups: HashMap<GroupPath, Option<Ceiling>>,
    host: Option<Option<HostMemory>>,
    buffer: Vec<u8>,
}

impl Limits {
    pub(super) fn new(cgroup_root: PathBuf) -> Self {
        Self { cgroup_root, groups: HashMap::new(), host: None, buffer: Vec::new() }
    }

    /// Reads everything anew from here on.
    pub(super) fn expire(&mut self) {
        self.groups.clear();
        self.host = None;
    }

    /// The limits around the process with this folder; those of the host alone without one.
    pub(super) fn around(&mut self, root: &ProcRoot, folder: Option<OwnedFd>) -> Surroundings {
        let host = *self.host.get_or_insert_with(|| host_memory(root.read(c"meminfo", &mut self.buffer).ok()?));
        let mut ceilings = Vec::new();
        if let Some(folder) = folder {
            ceilings.extend(self.of_groups(&folder));
            ceilings.extend(self.of_resources(&folder));
        }
        ceilings.extend(host.map(|host| Ceiling {
            kind: CeilingKind::Host,
            limit_bytes: host.total_bytes,
            used_bytes: host.total_bytes.saturating_sub(host.available_bytes),
        }));
        Surroundings { ceiling: ceilings.into_iter().min_by_key(Ceiling::headroom_bytes), host }
    }

    fn of_groups(&mut self, folder: &OwnedFd) -> Option<Ceiling> {
        let file = root::read(folder, c"cgroup", &mut self.buffer).ok()?;
        let paths = GroupPath::of(file, &self.cgroup_root);
        let tightest = |path: GroupPath| *self.groups.entry(path).or_insert_with_key(GroupPath::tightest);
        paths.into_iter().filter_map(tightest).min_by_key(Ceiling::headroom_bytes)
    }

    fn of_resources(&mut self, folder: &OwnedFd) -> Vec<Ceiling> {
        let limits =
            root::read(folder, c"limits", &mut self.buffer).ok().and_then(|file| ResourceLimits::from_read(file).ok());
        let Some(limits) = limits else { return Vec::new() };
        let set = |value| if let LimitValue::Value(bytes) = value { Some(bytes) } else { None };
        let (space, data) = (set(limits.max_address_space.soft_limit), set(limits.max_data_size.soft_limit));
        if space.is_none() && data.is_none() {
            return Vec::new();
        }
        let Ok(file) = root::read(folder, c"status", &mut self.buffer) else { return Vec::new() };
        let status = Status::parse(file);
        let ceiling = |limit: Option<u64>, used_kib: Option<u64>| {
            let used_bytes = used_kib?.saturating_mul(1024);
            Some(Ceiling { kind: CeilingKind::Rlimit, limit_bytes: limit?, used_bytes })
        };
        [ceiling(space, status.vm_size_kib), ceiling(data, status.vm_data_kib)].into_iter().flatten().collect()
    }
}

fn host_memory(meminfo: &[u8]) -> Option<HostMemory> {
    let bytes_of = |label: &[u8]| labelled(meminfo, label).map(|kib| kib.saturating_mul(1024));
    let total_bytes = bytes_of(b"MemTotal")?;
    // Before Linux 3.14 there was no better answer than this.
    let available_bytes = bytes_of(b"MemAvailable").or_else(|| {
        Some(bytes_of(b"MemFree")?.saturating_add(bytes_of(b"Cached")?).saturating_add(bytes_of(b"Buffers")?))
    })?;
    Some(HostMemory { total_bytes, available_bytes: available_bytes.min(total_bytes) })
}
