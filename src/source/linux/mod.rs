//! Processes of Linux, from `/proc` and the control group files.
//!
//! `ProcessTable` knows who runs and whom the selector means; `CounterReader` reads the counters of one process;
//! `LimitReader` tells what will end its growth. All of them see files only relative to two folders, so that
//! another `/proc`, or one made of ordinary files, reads the same way. Nothing here asks for the time of day.

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
mod parse;
mod proc_root;
mod process_info;
mod process_table;
mod system;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rustix::io::Errno;

pub use counters::StatusCadence;

use cgroups::CgroupSet;
use counters::CounterReader;
use limits::{Belonging, LimitReader};
use proc_root::ProcRoot;
use process_info::ProcessInfo;
use process_table::ProcessTable;

use super::{
    CgroupReading, Depth, ExactMemory, MatchedProcess, OptionalCounters, ProcessLimits, ProcessReading, ProcessSource,
    ReadError, Selector,
};
use crate::model::{Inspection, InspectionScope, ProcessKey};

/// Where `/proc` is mounted.
pub const PROC_ROOT: &str = "/proc";

/// Where the control groups are mounted.
pub const CGROUP_ROOT: &str = "/sys/fs/cgroup";

/// The processes that `/proc` shows.
#[derive(Debug)]
pub struct LinuxSource {
    root: ProcRoot,
    census: ProcessTable,
    reader: CounterReader,
    limits: LimitReader,
    groups: CgroupSet,
    counter_error_bytes: u64,
}

impl LinuxSource {
    /// Reads the processes under `proc_root` and their limits under `cgroup_root`.
    ///
    /// # Errors
    /// When `proc_root` cannot be opened.
    pub fn new(proc_root: &Path, cgroup_root: PathBuf) -> Result<Self, ReadError> {
        let root = ProcRoot::open(proc_root)?;
        let census = ProcessTable::new(&root);
        let reader = CounterReader::new(root.is_kernel());
        let counter_error_bytes = counter_error::counter_error_bytes(&root, rustix::param::page_size() as u64);
        Ok(Self {
            root,
            census,
            reader,
            limits: LimitReader::new(cgroup_root.clone()),
            groups: CgroupSet::new(cgroup_root),
            counter_error_bytes,
        })
    }

    /// How often the dear counters are read.
    #[must_use]
    pub fn with_status_cadence(mut self, cadence: StatusCadence) -> Self {
        self.reader.set_cadence(cadence);
        self
    }

    /// Which counts are read besides memory.
    #[must_use]
    pub fn with_optional_counters(mut self, counting: OptionalCounters) -> Self {
        self.reader.set_counting(counting);
        self
    }

    fn look_around(&mut self, selector: &Selector) -> Result<(), ReadError> {
        self.limits.expire();
        self.reader.begin_round(&self.root);
        let members = self.groups.take(&selector.cgroups)?;
        self.census.take(&self.root, selector, members)
    }

    fn observe(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        let mut place = self.census.meant(key).map(|meant| &mut meant.kept);
        if let Some(Some(kept)) = &mut place {
            let (mut observation, is_past_exec) = self.reader.again(kept, depth)?;
            if is_past_exec {
                observation.program = self.census.label_again(&self.root, key);
            }
            return Ok(observation);
        }
        let look = ProcessInfo::same(&self.root, key)?;
        let (observation, kept) = self.reader.first(look.into_folder(), depth)?;
        if let Some(place) = place {
            *place = kept;
        }
        Ok(observation)
    }
}

impl ProcessSource for LinuxSource {
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError> {
        self.look_around(selector)?;
        Ok(self.census.found())
    }

    fn find_if_changed(&mut self, selector: &Selector) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        self.look_around(selector)?;
        Ok(self.census.has_changed().then(|| self.census.found()))
    }

    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError> {
        let outcome = self.observe(key, depth);
        if outcome == Err(ReadError::Gone) {
            self.census.forget(key);
        }
        outcome
    }

    fn count_pages(&mut self, key: ProcessKey) -> Result<ExactMemory, ReadError> {
        let folder = ProcessInfo::same(&self.root, key)?.into_folder();
        let mut buffer = Vec::new();
        match proc_root::read(&folder, c"smaps_rollup", &mut buffer) {
            Ok(rollup) => counter_error::exact_memory(rollup).ok_or(ReadError::Gone),
            Err(Errno::ACCESS | Errno::PERM) => Err(ReadError::Denied { right: proc_root::RIGHT_TO_LOOK_INSIDE }),
            Err(errno) => Err(proc_root::why(errno, "smaps_rollup")),
        }
    }

    fn inspect(&mut self, key: ProcessKey, aspects: InspectionScope) -> Result<Inspection, ReadError> {
        breakdown::inspect(&ProcessInfo::same(&self.root, key)?.into_folder(), aspects)
    }

    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        self.groups.read()
    }

    fn counter_error_bytes(&self) -> u64 {
        self.counter_error_bytes
    }

    fn limits(&mut self, key: ProcessKey) -> ProcessLimits {
        let (mut none, root) = (Belonging::default(), &self.root);
        let belonging = self.census.meant(key).map_or(&mut none, |meant| &mut meant.belonging);
        self.limits.around(root, belonging, || ProcessInfo::same(root, key).map(ProcessInfo::into_folder).ok())
    }
}
