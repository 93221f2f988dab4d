//! Memory limits of a process: its control groups, its own resource limits, and the memory of the host.

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use procfs::FromRead;
use procfs::process::{LimitValue, Limits as ResourceLimits};

use super::cgroup_path::CgroupPath;
use super::parse::{Status, labelled_bytes};
use super::proc_root::{self, ProcRoot};
use crate::model::{Ceiling, CeilingKind, HostMemory};
use crate::source::process_source::ProcessLimits;

/// Largest number of uses of cached data: it rarely changes, and reading it costs as much as ten samples.
const MAX_USES: u8 = 15;

/// Cached control groups of a process, and the presence of resource limits. Each new read lasts twice as long.
#[derive(Debug, Default)]
pub(super) struct LimitCache {
    /// Control groups; `None` before the first successful read.
    cgroups: Option<Arc<[CgroupPath]>>,
    has_resource_limits: bool,
    /// Remaining uses, and their number after the latest read.
    uses_left: u8,
    uses_granted: u8,
}

impl LimitCache {
    /// Counts one use; returns true if the data must be read again.
    fn is_due(&mut self) -> bool {
        if self.cgroups.is_some() && self.uses_left > 0 {
            self.uses_left -= 1;
            return false;
        }
        self.uses_granted = (2 * self.uses_granted + 1).min(MAX_USES);
        self.uses_left = self.uses_granted;
        true
    }
}

/// Soft resource limits of a process, in bytes; `None` is "unlimited".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct SoftLimits {
    address_space: Option<u64>,
    data: Option<u64>,
}

/// Reader of the tightest limit. Data that processes share is read once until it [expires](Self::expire).
#[derive(Debug)]
pub(super) struct LimitReader {
    cgroup_root: PathBuf,
    ceilings: HashMap<CgroupPath, Option<Ceiling>>,
    host: Option<Option<HostMemory>>,
    /// Latest `cgroup` file and its meaning: neighbours have the same.
    latest: (Vec<u8>, Arc<[CgroupPath]>),
    buffer: Vec<u8>,
}

impl LimitReader {
    /// Creates a reader of the control groups under `cgroup_root`.
    pub(super) fn new(cgroup_root: PathBuf) -> Self {
        Self { cgroup_root, ceilings: HashMap::new(), host: None, latest: Default::default(), buffer: Vec::new() }
    }

    /// Discards shared data, so that it is read again.
    pub(super) fn expire(&mut self) {
        self.ceilings.clear();
        self.host = None;
    }

    /// Reads the limits of a process; only those of the host if `open_folder` fails.
    pub(super) fn read(
        &mut self,
        root: &ProcRoot,
        cache: &mut LimitCache,
        open_folder: impl FnOnce() -> Option<OwnedFd>,
    ) -> ProcessLimits {
        let host =
            *self.host.get_or_insert_with(|| parse_host_memory(root.read_file(c"meminfo", &mut self.buffer).ok()?));
        let is_due = cache.is_due();
        let folder = if is_due || cache.has_resource_limits { open_folder() } else { None };
        let soft = folder.as_ref().map(|folder| self.read_soft_limits(folder)).unwrap_or_default();
        if let Some(folder) = folder.as_ref().filter(|_| is_due) {
            cache.cgroups = self.read_cgroups(folder);
            cache.has_resource_limits = soft != SoftLimits::default();
        }
        let mut ceilings = Vec::new();
        ceilings.extend(cache.cgroups.as_ref().and_then(|cgroups| self.tightest_cgroup(cgroups)));
        if let Some(folder) = folder.filter(|_| cache.has_resource_limits) {
            ceilings.extend(self.read_resource_ceilings(&folder, soft));
        }
        ceilings.extend(host.map(HostMemory::ceiling));
        ProcessLimits { ceiling: ceilings.into_iter().min_by_key(Ceiling::headroom_bytes), host }
    }

    fn read_cgroups(&mut self, folder: &OwnedFd) -> Option<Arc<[CgroupPath]>> {
        let file = proc_root::read_file(folder, c"cgroup", &mut self.buffer).ok()?;
        if self.latest.0 != file {
            self.latest = (file.to_owned(), CgroupPath::parse_all(file, &self.cgroup_root).into());
        }
        Some(Arc::clone(&self.latest.1))
    }

    fn tightest_cgroup(&mut self, cgroups: &[CgroupPath]) -> Option<Ceiling> {
        cgroups.iter().filter_map(|path| self.cgroup_ceiling(path)).min_by_key(Ceiling::headroom_bytes)
    }

    fn cgroup_ceiling(&mut self, path: &CgroupPath) -> Option<Ceiling> {
        match self.ceilings.get(path) {
            Some(known) => *known,
            None => *self.ceilings.entry(path.clone()).or_insert_with_key(CgroupPath::read_tightest),
        }
    }

    /// Reads `RLIMIT_AS` and `RLIMIT_DATA` from `/proc/PID/limits` (proc(5)).
    fn read_soft_limits(&mut self, folder: &OwnedFd) -> SoftLimits {
        let file = proc_root::read_file(folder, c"limits", &mut self.buffer).ok();
        let Some(limits) = file.and_then(|file| ResourceLimits::from_read(file).ok()) else {
            return SoftLimits::default();
        };
        SoftLimits {
            address_space: limited_bytes(&limits.max_address_space.soft_limit),
            data: limited_bytes(&limits.max_data_size.soft_limit),
        }
    }

    fn read_resource_ceilings(&mut self, folder: &OwnedFd, soft: SoftLimits) -> Vec<Ceiling> {
        let Ok(file) = proc_root::read_file(folder, c"status", &mut self.buffer) else { return Vec::new() };
        let status = Status::parse(file);
        let ceilings = [(soft.address_space, status.vm_size_kib), (soft.data, status.vm_data_kib)];
        ceilings
            .into_iter()
            .filter_map(|(limit_bytes, used_kib)| Some(resource_ceiling(limit_bytes?, used_kib?)))
            .collect()
    }
}

fn limited_bytes(value: &LimitValue) -> Option<u64> {
    if let LimitValue::Value(bytes) = value { Some(*bytes) } else { None }
}

fn resource_ceiling(limit_bytes: u64, used_kib: u64) -> Ceiling {
    Ceiling { kind: CeilingKind::Rlimit, limit_bytes, used_bytes: used_kib.saturating_mul(1024) }
}

/// Parses `/proc/meminfo` (proc(5)).
fn parse_host_memory(meminfo: &[u8]) -> Option<HostMemory> {
    let total_bytes = labelled_bytes(meminfo, b"MemTotal")?;
    // Linux before 3.14 has no `MemAvailable`; the sum overestimates it.
    let available_bytes = match labelled_bytes(meminfo, b"MemAvailable") {
        Some(available_bytes) => available_bytes,
        None => labelled_bytes(meminfo, b"MemFree")?
            .saturating_add(labelled_bytes(meminfo, b"Cached")?)
            .saturating_add(labelled_bytes(meminfo, b"Buffers")?),
    };
    Some(HostMemory { total_bytes, available_bytes: available_bytes.min(total_bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_read_of_the_cache_lasts_twice_as_long() {
        let mut cache = LimitCache::default();
        let mut read_at = Vec::new();
        for question in 0..40 {
            if cache.is_due() {
                cache.cgroups = Some(Arc::default());
                read_at.push(question);
            }
        }
        assert_eq!(read_at, [0, 2, 6, 14, 30]);
    }

    #[test]
    fn a_failed_read_is_repeated() {
        let mut cache = LimitCache::default();
        assert!(cache.is_due() && cache.is_due());
    }
}
