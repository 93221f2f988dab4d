//! What will end the growth of a process: control groups, its own resource limits, memory of the host.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use procfs::FromRead;
use procfs::process::{LimitValue, Limits as ResourceLimits};

use super::cgroup_path::CgroupPath;
use super::parse::{Status, labelled};
use super::proc_root::{self, ProcRoot};
use crate::model::{Ceiling, CeilingKind, HostMemory};
use crate::source::ProcessLimits;

/// Times that a process is believed to be where it was and to have the limits that it had, at most: these hardly ever
/// change, and reading them costs as much as ten samples.
const MOST_BELIEVED: u8 = 15;

/// Where a process belongs, and whether it has limits of its own: as its files said last.
#[derive(Debug, Default)]
pub(super) struct Belonging {
    /// `None` before they were read.
    groups: Option<Arc<[CgroupPath]>>,
    has_limits: bool,
    /// How many more times this is believed, and how many it was in all after it was read.
    left: u8,
    believed: u8,
}

impl Belonging {
    /// Whether it has to be read; counts that it was asked.
    fn is_due(&mut self) -> bool {
        if self.groups.is_some() && self.left > 0 {
            self.left -= 1;
            return false;
        }
        self.believed = (2 * self.believed + 1).min(MOST_BELIEVED);
        self.left = self.believed;
        true
    }
}

/// Finds the tightest limit. What many processes share is read once until it [expires](Self::expire).
#[derive(Debug)]
pub(super) struct LimitReader {
    cgroup_root: PathBuf,
    groups: HashMap<CgroupPath, Option<Ceiling>>,
    host: Option<Option<HostMemory>>,
    /// The `cgroup` file that was read last, and what it means: neighbours have the same.
    latest: (Vec<u8>, Arc<[CgroupPath]>),
    buffer: Vec<u8>,
}

impl LimitReader {
    pub(super) fn new(cgroup_root: PathBuf) -> Self {
        Self { cgroup_root, groups: HashMap::new(), host: None, latest: Default::default(), buffer: Vec::new() }
    }

    /// Reads everything anew from here on.
    pub(super) fn expire(&mut self) {
        self.groups.clear();
        self.host = None;
    }

    /// The limits around a process; those of the host alone when its `folder` cannot be opened.
    pub(super) fn around(
        &mut self,
        root: &ProcRoot,
        belonging: &mut Belonging,
        folder: impl FnOnce() -> Option<OwnedFd>,
    ) -> ProcessLimits {
        let host = *self.host.get_or_insert_with(|| host_memory(root.read(c"meminfo", &mut self.buffer).ok()?));
        let is_due = belonging.is_due();
        let folder = if is_due || belonging.has_limits { folder() } else { None };
        let limits = folder.as_ref().map(|folder| self.limits_of(folder)).unwrap_or_default();
        if let Some(folder) = folder.as_ref().filter(|_| is_due) {
            belonging.groups = self.groups_of(folder);
            belonging.has_limits = limits != [None; 2];
        }
        let mut ceilings = Vec::new();
        ceilings.extend(belonging.groups.as_ref().and_then(|groups| self.tightest(groups)));
        if let Some(folder) = folder.filter(|_| belonging.has_limits) {
            ceilings.extend(self.of_resources(&folder, limits));
        }
        ceilings.extend(host.map(HostMemory::ceiling));
        ProcessLimits { ceiling: ceilings.into_iter().min_by_key(Ceiling::headroom_bytes), host }
    }

    fn groups_of(&mut self, folder: &OwnedFd) -> Option<Arc<[CgroupPath]>> {
        let file = proc_root::read(folder, c"cgroup", &mut self.buffer).ok()?;
        if self.latest.0 != file {
            self.latest = (file.to_owned(), CgroupPath::of(file, &self.cgroup_root).into());
        }
        Some(Arc::clone(&self.latest.1))
    }

    fn tightest(&mut self, groups: &[CgroupPath]) -> Option<Ceiling> {
        let tightest = |path: &CgroupPath| match self.groups.get(path) {
            Some(known) => *known,
            None => *self.groups.entry(path.clone()).or_insert_with_key(CgroupPath::tightest),
        };
        groups.iter().filter_map(tightest).min_by_key(Ceiling::headroom_bytes)
    }

    /// The limits of the address space and of the data of a process, in bytes, where it has them.
    fn limits_of(&mut self, folder: &OwnedFd) -> [Option<u64>; 2] {
        let file = proc_root::read(folder, c"limits", &mut self.buffer).ok();
        let Some(limits) = file.and_then(|file| ResourceLimits::from_read(file).ok()) else { return [None; 2] };
        let set = |value| if let LimitValue::Value(bytes) = value { Some(bytes) } else { None };
        [set(limits.max_address_space.soft_limit), set(limits.max_data_size.soft_limit)]
    }

    fn of_resources(&mut self, folder: &OwnedFd, [space, data]: [Option<u64>; 2]) -> Vec<Ceiling> {
        let Ok(file) = proc_root::read(folder, c"status", &mut self.buffer) else { return Vec::new() };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_belongs_is_read_ever_more_seldom() {
        let mut belonging = Belonging::default();
        let mut read_at = Vec::new();
        for question in 0..40 {
            if belonging.is_due() {
                belonging.groups = Some(Arc::default());
                read_at.push(question);
            }
        }
        assert_eq!(read_at, [0, 2, 6, 14, 30]);
    }

    #[test]
    fn what_could_not_be_read_is_tried_again() {
        let mut belonging = Belonging::default();
        assert!(belonging.is_due() && belonging.is_due());
    }
}
