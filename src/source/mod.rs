//! Where readings come from: `/proc`, the portable `sysinfo` source, or a recording.
//!
//! A [`ProcessSource`] answers for processes that run now. Recordings have their times in them and come
//! as a stream of rows instead (`replay`); both end in the same analysis.

mod own_process;
mod pid_file;
mod portable;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod recording;
mod selector;
mod text_file;
mod users;
pub mod work;

#[cfg(target_os = "linux")]
pub use linux::LinuxSource;
pub use own_process::{host_name, own_peak_rss_bytes};
pub use pid_file::{PidFileError, read_pid_file};
pub use portable::PortableSource;
pub use selector::Selector;
pub use text_file::read_text_file;
pub use users::{find_user_id, find_user_name};

use std::sync::Arc;

use crate::model::{
    Ceiling, Counter, GroupMemory, HostMemory, Inspection, InspectionScope, Pid, ProcessKey, ProcessLabel, Reading,
};

/// A process that a selector names.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedProcess {
    /// Its identity.
    pub key: ProcessKey,
    /// The process that started it; `None` when unknown.
    pub parent: Option<Pid>,
    /// What it is called.
    pub label: Arc<ProcessLabel>,
    /// How long it had run when it was looked at last, in seconds; `None` when unknown.
    pub age_s: Option<f64>,
}

/// How much of a process to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// The cheap counters.
    Counters,
    /// PSS and USS too: walks the page tables of the process.
    WithPss,
}

/// Which counts are read besides memory: each is one more system call for a process.
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

/// A counter that could not be read while the others could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeniedCounter {
    /// Which counter.
    pub counter: Counter,
    /// The right that is missing, for people: `CAP_SYS_PTRACE, or the same user`.
    pub right: &'static str,
}

/// What was read of one process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProcessReading {
    /// The counters.
    pub reading: Reading,
    /// What was denied; empty in the ordinary case, so it allocates nothing.
    pub denied: Vec<DeniedCounter>,
    /// What the process is called now, when it runs another program than at the reading before.
    pub program: Option<Arc<ProcessLabel>>,
}

/// Memory of a process counted page by page, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExactMemory {
    /// Resident anonymous pages.
    pub anonymous: u64,
    /// Those of them that the process has given back and the kernel has not yet taken (`MADV_FREE`).
    pub lazy_free: u64,
    /// Anonymous pages that were swapped out.
    pub swap: u64,
}

/// What was read of one control group.
#[derive(Debug, Clone, PartialEq)]
pub struct CgroupReading {
    /// Its path below the mount, with a leading separator.
    pub path: String,
    /// Processes in it and below, in ascending order.
    pub members: Vec<Pid>,
    /// Its memory.
    pub memory: GroupMemory,
    /// The tightest limit on its path.
    pub ceiling: Option<Ceiling>,
}

/// What surrounds a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProcessLimits {
    /// The limit that will end its growth first; `None` when none could be read.
    pub ceiling: Option<Ceiling>,
    /// Memory of the host; `None` when it could not be read.
    pub host: Option<HostMemory>,
}

/// Why a process could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It has ended, is a zombie, or another process has its number now.
    #[error("the process has ended")]
    Gone,
    /// Nothing of it may be read.
    #[error("permission denied: {right} is missing")]
    Denied {
        /// The right that is missing.
        right: &'static str,
    },
    /// The system answered something that could not be understood.
    #[error("unexpected content in '{file}'")]
    Malformed {
        /// The file, or what else was read.
        file: String,
    },
    /// A control group that was named cannot be watched.
    #[error("cannot watch control groups: {reason}")]
    Cgroups {
        /// Why.
        reason: String,
        /// What to do instead.
        remedy: &'static str,
    },
    /// Reading failed for another reason.
    #[error("cannot read '{file}': {reason}")]
    Io {
        /// The file, or what else was read.
        file: String,
        /// What the system said.
        reason: String,
    },
}

/// Processes that run now.
pub trait ProcessSource {
    /// The processes that the selector names now, in ascending order of their keys.
    ///
    /// Kernel threads, zombies and leakwatch itself are never among them.
    ///
    /// # Errors
    /// When the list of processes itself cannot be read; a single process that cannot is left out.
    fn find(&mut self, selector: &Selector) -> Result<Vec<MatchedProcess>, ReadError>;

    /// The same; `None` when that is what this said last, so that a tick at which nobody comes or goes costs nothing.
    ///
    /// # Errors
    /// As [`Self::find`].
    fn find_if_changed(&mut self, selector: &Selector) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        self.find(selector).map(Some)
    }

    /// Reads one process.
    ///
    /// # Errors
    /// [`ReadError::Gone`] when the process with exactly this key runs no more.
    fn read(&mut self, key: ProcessKey, depth: Depth) -> Result<ProcessReading, ReadError>;

    /// Counts the memory of one process page by page: exact, and as dear as [`Depth::WithPss`].
    ///
    /// # Errors
    /// As [`Self::read`]; [`ReadError::Denied`] also where the system does not offer it.
    fn count_pages(&mut self, _key: ProcessKey) -> Result<ExactMemory, ReadError> {
        Err(ReadError::Denied { right: "a system that counts page by page" })
    }

    /// Looks at what a process consists of: only asked of those that may leak. Mappings cost more than
    /// [`Depth::WithPss`], descriptors a system call each.
    ///
    /// # Errors
    /// As [`Self::read`]; [`ReadError::Denied`] also where the system does not offer it.
    fn inspect(&mut self, _key: ProcessKey, _aspects: InspectionScope) -> Result<Inspection, ReadError> {
        Err(ReadError::Denied { right: "a system that shows mappings" })
    }

    /// Reads the control groups that the last selector named and that are there.
    fn read_cgroups(&mut self) -> Vec<CgroupReading> {
        Vec::new()
    }

    /// By how many bytes each counter of memory in a [`Reading`] may be off; 0 where they are exact.
    fn counter_error_bytes(&self) -> u64 {
        0
    }

    /// Limits of one process and memory of the host; read seldom.
    fn limits(&mut self, key: ProcessKey) -> ProcessLimits;
}
