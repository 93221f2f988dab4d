//! Processes of Linux, from `/proc` and the control group files.
//!
//! `ProcessTable` knows the running processes and those that match the selector. `CounterReader` reads the counters of
//! one process, `LimitReader` its memory limits. All of them open files relative to two folders, so that another
//! `/proc`, or ordinary files with the same layout, read the same way. Nothing here reads the wall clock.

mod breakdown;
mod cgroup_path;
mod cgroups;
mod counter_error;
mod counters;
#[cfg(test)]
mod inspection_tests;
mod limits;
#[cfg(test)]
mod live_tests;
mod match_state;
mod open_file_budget;
mod parse;
mod proc_root;
mod process_info;
mod process_table;
mod system;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::process_source::{
    CgroupReading, Depth, ExactMemory, MatchedProcess, OptionalCounters, ProcessLimits, ProcessReading, ProcessSource,
};
use super::read_error::ReadError;
use super::selector::Selector;
use crate::model::{Inspection, InspectionScope, ProcessKey};

use cgroups::CgroupSet;
use counters::CounterReader;
use limits::{LimitCache, LimitReader};
use proc_root::ProcRoot;
use process_info::ProcessInfo;
use process_table::ProcessTable;

pub use counters::StatusCadence;

/// Usual mount point of `/proc`.
pub const PROC_ROOT: &str = "/proc";

/// Usual mount point of the control groups.
pub const CGROUP_ROOT: &str = "/sys/fs/cgroup";

/// Source of the processes that `/proc` shows.
#[derive(Debug)]
pub struct LinuxSource {
    root: ProcRoot,
    table: ProcessTable,
    counters: CounterReader,
    limits: LimitReader,
    cgroups: CgroupSet,
    counter_error_bytes: u64,
}

impl LinuxSource {
    /// Opens the processes under `proc_root`, with their control groups under `cgroup_root`.
    ///
    /// # Errors
    /// Returns an error if `proc_root` cannot be opened.
    pub fn new(proc_root: &Path, cgroup_root: PathBuf) -> Result<Self, ReadError> {
        let root = ProcRoot::open(proc_root)?;
        let table = ProcessTable::new(&root);
        let counters = CounterReader::new(root.is_kernel());
        let counter_error_bytes = counter_error::counter_error_bytes(&root, rustix::param::page_size() as u64);
        Ok(Self {
            root,
            table,
            counters,
            limits: LimitReader::new(cgroup_root.clone()),
            cgroups: CgroupSet::new(cgroup_root),
            counter_error_bytes,
        })
    }

    /// Sets the cadence of reading `/proc/PID/status`.
    #[must_use]
    pub fn with_status_cadence(mut self, cadence: StatusCadence) -> Self {
        self.counters.set_cadence(cadence);
        self
    }

    /// Sets the counters that are read besides memory.
    #[must_use]
    pub fn with_optional_counters(mut self, optional: OptionalCounters) -> Self {
        self.counters.set_optional(optional);
        self
    }

    fn begin_round(&mut self, selector: &Selector) -> Result<(), ReadError> {
        self.limits.expire();
        self.counters.begin_round(&self.root);
        let members = self.cgroups.update(&selector.cgroups)?;
        self.table.update(&self.root, selector, members)
    }

    fn read_counters(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        let mut place = self.table.matched(key).map(|matched| matched.open_files());
        if let Some(Some(open)) = &mut place {
            let (mut result, is_after_exec) = self.counters.read_again(open, depth)?;
            if is_after_exec {
                result.program = self.table.refresh_label(&self.root, key);
            }
            return Ok(result);
        }
        let folder = ProcessInfo::open_folder(&self.root, key)?;
        let (result, open) = self.counters.read_first(folder, depth)?;
        if let Some(place) = place {
            *place = open;
        }
        Ok(result)
    }
}

impl ProcessSource for LinuxSource {
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        self.begin_round(selector)?;
        Ok(self.table.matched_processes())
    }

    fn find_if_changed(&mut self, selector: &Selector) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        self.begin_round(selector)?;
        Ok(self.table.take_changed().then(|| self.table.matched_processes()))
    }

    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        let reading = self.read_counters(key, depth);
        if reading == Err(ReadError::Gone) {
            self.table.forget(key);
        }
        reading
    }

    fn count_pages(&mut self, key: ProcessKey) -> Result<ExactMemory, ReadError> {
        let folder = ProcessInfo::open_folder(&self.root, key)?;
        let mut buffer = Vec::new();
        let rollup = proc_root::read_file(&folder, c"smaps_rollup", &mut buffer)
            .map_err(|errno| proc_root::inspection_error(errno, "smaps_rollup"))?;
        counter_error::parse_exact_memory(rollup).ok_or(ReadError::Gone)
    }

    fn inspect(&mut self, key: ProcessKey, scope: InspectionScope) -> Result<Inspection, ReadError> {
        breakdown::inspect(&ProcessInfo::open_folder(&self.root, key)?, scope)
    }

    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        self.cgroups.read()
    }

    fn counter_error_bytes(&self) -> u64 {
        self.counter_error_bytes
    }

    fn limits(&mut self, key: ProcessKey) -> ProcessLimits {
        let (mut unknown, root) = (LimitCache::default(), &self.root);
        let cache = self.table.matched(key).map_or(&mut unknown, |matched| matched.limit_cache());
        self.limits.read(root, cache, || ProcessInfo::open_folder(root, key).ok())
    }
}
