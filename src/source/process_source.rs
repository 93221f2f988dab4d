//! Interface of the sources of running processes, and the values they return.

use std::sync::Arc;

use super::read_error::ReadError;
use super::selector::Selector;
use crate::model::{
    Ceiling, CgroupMemory, Counter, HostMemory, Inspection, InspectionScope, Pid, ProcessKey, ProcessLabel, Reading,
};

/// Running process that matches a selector.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedProcess {
    /// Identity: pid and start time.
    pub key: ProcessKey,
    /// Parent process; `None` if unknown.
    pub parent: Option<Pid>,
    /// Name, command line and user.
    pub label: Arc<ProcessLabel>,
    /// Age at the latest check of the process, in seconds; `None` if unknown.
    pub age_s: Option<f64>,
}

/// Extent of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Cheap counters only.
    Counters,
    /// PSS and USS in addition, for which the kernel walks the page tables of the process.
    WithPss,
}

/// Counters that are read besides memory: each costs one more system call per process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalCounters {
    /// Open file descriptors.
    pub fds: bool,
    /// Threads.
    pub threads: bool,
}

impl Default for OptionalCounters {
    fn default() -> Self {
        Self { fds: true, threads: true }
    }
}

/// Counter that the system refused while it allowed others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeniedCounter {
    /// Refused counter.
    pub counter: Counter,
    /// Missing right, for people: `CAP_SYS_PTRACE, or the same user`.
    pub right: &'static str,
}

/// Result of reading one process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessReading {
    /// Values of the counters.
    pub reading: Reading,
    /// Refused counters. Usually empty, so that it allocates nothing.
    pub denied: Vec<DeniedCounter>,
    /// New label, if the process runs another program than at the reading before.
    pub program: Option<Arc<ProcessLabel>>,
}

/// Memory of a process from an exact count of its pages, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExactMemory {
    /// Resident anonymous pages.
    pub anonymous: u64,
    /// Part of `anonymous` that the process has freed with `MADV_FREE` and the kernel has not reclaimed yet.
    pub lazy_free: u64,
    /// Swapped anonymous pages.
    pub swap: u64,
}

/// Result of reading one control group.
#[derive(Debug, Clone, PartialEq)]
pub struct CgroupReading {
    /// Path below the mount point, with a leading separator.
    pub path: String,
    /// Processes in the group and in the groups below it, in ascending order.
    pub members: Vec<Pid>,
    /// Memory of the group.
    pub memory: CgroupMemory,
    /// Tightest memory limit on the path; `None` without one.
    pub ceiling: Option<Ceiling>,
}

/// Memory limits that apply to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessLimits {
    /// Limit with the least headroom; `None` if none could be read.
    pub ceiling: Option<Ceiling>,
    /// Memory of the host; `None` if it could not be read.
    pub host: Option<HostMemory>,
}

/// Source of readings of running processes.
pub trait ProcessSource {
    /// Finds the running processes that match the selector, in ascending order of their keys.
    ///
    /// Kernel threads, zombies and leakwatch itself never match.
    ///
    /// # Errors
    /// Returns an error if the list of processes cannot be read. A single unreadable process is skipped.
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError>;

    /// Finds the matching processes as [`Self::find`]; returns `None` if the result equals that of the last call.
    ///
    /// A tick at which no matching process appears or exits thereby costs almost nothing.
    ///
    /// # Errors
    /// Returns the errors of [`Self::find`].
    fn find_if_changed(&mut self, selector: &Selector) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        self.find(selector).map(Some)
    }

    /// Reads the counters of one process.
    ///
    /// # Errors
    /// Returns [`ReadError::Gone`] if the process with exactly this key no longer runs.
    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError>;

    /// Counts the pages of one process: exact, and as expensive as [`Depth::WithPss`].
    ///
    /// # Errors
    /// Returns the errors of [`Self::read`], and [`ReadError::Denied`] on systems without such a count.
    fn count_pages(&mut self, _key: ProcessKey) -> Result<ExactMemory, ReadError> {
        Err(ReadError::Denied { right: "a system with exact page counts" })
    }

    /// Inspects the parts of a suspected process.
    ///
    /// Mappings cost more than [`Depth::WithPss`]; each descriptor costs a system call.
    ///
    /// # Errors
    /// Returns the errors of [`Self::read`], and [`ReadError::Denied`] on systems that do not show mappings.
    fn inspect(&mut self, _key: ProcessKey, _scope: InspectionScope) -> Result<Inspection, ReadError> {
        Err(ReadError::Denied { right: "a system that shows mappings" })
    }

    /// Reads the existing control groups among those that the last selector names.
    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        Vec::new()
    }

    /// Returns the error bound of each memory counter of a [`Reading`], in bytes; 0 if counters are exact.
    fn counter_error_bytes(&self) -> u64 {
        0
    }

    /// Reads the memory limits of one process and the memory of the host. Called rarely.
    fn limits(&mut self, key: ProcessKey) -> ProcessLimits;
}
