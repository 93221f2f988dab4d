//! The counters of one process, read through the descriptor of its folder.
//!
//! Decides which file is due and what a refused one means; which process it is was settled before.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::parse::{Rollup, Statm, Status};
use super::root::{self, RIGHT_TO_LOOK_INSIDE};
use crate::model::Counter;
use crate::source::{Denied, Depth, Observation, ReadError};

/// How often `/proc/PID/status` is read: it costs five times as much as `statm`, and adds only swap and how
/// the shared pages split into files and shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusCadence {
    /// At every reading: no counter is ever missing.
    #[default]
    Always,
    /// At every eighth reading, and whenever shared pages have changed or swap is in use. In between those
    /// counters are "not read", and the number of threads comes from elsewhere.
    Seldom,
}

/// Readings between two of `status` at the slow pace; a power of two. Eight make its cost that of one `statm`.
const STATUS_EVERY: u32 = 8;

/// What is kept of a process between two readings.
#[derive(Debug)]
pub(super) struct Kept {
    /// The folder of the process.
    dir: OwnedFd,
    /// Its `statm`: follows the process through `exec`, and answers nothing once it has ended.
    statm: OwnedFd,
    pace: Pace,
    /// Counted by [`Descriptors`].
    _permit: Arc<()>,
}

/// When `status` was last read, and what would make it due.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    readings: u32,
    shared_pages: u64,
    swap_in_use: bool,
}

impl Pace {
    fn status_is_due(&self, cadence: StatusCadence, shared_pages: u64) -> bool {
        cadence == StatusCadence::Always
            || self.swap_in_use
            || self.shared_pages != shared_pages
            || self.readings.is_multiple_of(STATUS_EVERY)
    }
}

/// Reads counters.
#[derive(Debug)]
pub(super) struct Reader {
    page_bytes: u64,
    /// Sizes and link counts of folders are counts only where the kernel answers.
    is_kernel: bool,
    cadence: StatusCadence,
    descriptors: Descriptors,
    buffer: Vec<u8>,
}

impl Reader {
    pub(super) fn new(is_kernel: bool) -> Self {
        let page_bytes = rustix::param::page_size() as u64;
        let (cadence, descriptors) = (StatusCadence::default(), Descriptors::default());
        Self { page_bytes, is_kernel, cadence, descriptors, buffer: Vec::new() }
    }

    pub(super) fn set_cadence(&mut self, cadence: StatusCadence) {
        self.cadence = cadence;
    }

    /// Reads a process that is not kept, and keeps it when that is safe and descriptors are left.
    ///
    /// An ordinary file that is kept would go on answering for a process that was replaced.
    pub(super) fn first(&mut self, dir: OwnedFd, depth: Depth) -> Result<(Observation, Option<Kept>), ReadError> {
        let statm = root::open(&dir, c"statm").map_err(|errno| root::why(errno, "statm"))?;
        let mut pace = Pace::default();
        let observation = self.observe(dir.as_fd(), statm.as_fd(), &mut pace, depth)?;
        let permit = if self.is_kernel { self.descriptors.permit() } else { None };
        Ok((observation, permit.map(|permit| Kept { dir, statm, pace, _permit: permit })))
    }

    /// Reads a process that is kept.
    pub(super) fn again(&mut self, kept: &mut Kept, depth: Depth) -> Result<Observation, ReadError> {
        self.observe(kept.dir.as_fd(), kept.statm.as_fd(), &mut kept.pace, depth)
    }

    fn observe(
        &mut self,
        dir: BorrowedFd<'_>,
        statm: BorrowedFd<'_>,
        pace: &mut Pace,
        depth: Depth,
    ) -> Result<Observation, ReadError> {
        let bytes = root::read_again(statm, &mut self.buffer).map_err(|errno| root::why(errno, "statm"))?;
        let statm = Statm::parse(bytes).ok_or_else(|| ReadError::Malformed { file: "statm".into() })?;
        if statm.has_no_memory() {
            return Err(ReadError::Gone);
        }
        let mut seen = Observation::default();
        let bytes_of = |pages: u64| Some(pages.saturating_mul(self.page_bytes));
        seen.reading.rss = bytes_of(statm.resident_pages);
        seen.reading.rss_anon = bytes_of(statm.resident_pages.saturating_sub(statm.shared_pages));
        seen.reading.vsize = bytes_of(statm.size_pages);
        if pace.status_is_due(self.cadence, statm.shared_pages) {
            self.take_status(dir, &mut seen);
            pace.shared_pages = statm.shared_pages;
            pace.swap_in_use = seen.reading.swap.is_some_and(|swap| swap > 0);
        } else if self.is_kernel {
            // Two links are the folder itself; each thread adds one.
            let threads = root::folder(dir, c"task").map(|task| task.st_nlink.saturating_sub(2));
            settle(&mut seen, Counter::Threads, threads);
        }
        pace.readings = pace.readings.wrapping_add(1);
        settle(&mut seen, Counter::Fds, self.count_fds(dir));
        if depth == Depth::WithPss {
            self.take_rollup(dir, &mut seen);
        }
        Ok(seen)
    }

    /// All of one moment where the file has it, so that the parts sum up.
    fn take_status(&mut self, dir: BorrowedFd<'_>, seen: &mut Observation) {
        let Ok(bytes) = root::read(dir, c"status", &mut self.buffer) else { return };
        let status = Status::parse(bytes);
        let bytes_of = |kib: Option<u64>| kib.map(|kib| kib.saturating_mul(1024));
        let reading = &mut seen.reading;
        reading.rss = bytes_of(status.vm_rss_kib).or(reading.rss);
        reading.rss_anon = bytes_of(status.rss_anon_kib).or(reading.rss_anon);
        reading.rss_file = bytes_of(status.rss_file_kib);
        reading.rss_shmem = bytes_of(status.rss_shmem_kib);
        reading.swap = bytes_of(status.vm_swap_kib);
        reading.vsize = bytes_of(status.vm_size_kib).or(reading.vsize);
        reading.threads = status.threads;
    }

    fn take_rollup(&mut self, dir: BorrowedFd<'_>, seen: &mut Observation) {
        let rollup = root::read(dir, c"smaps_rollup", &mut self.buffer).map(Rollup::parse);
        let part = |of: fn(Rollup) -> u64| match rollup {
            // An ending process has an empty one.
            Ok(rollup) => rollup.map(|rollup| of(rollup).saturating_mul(1024)).ok_or(Errno::SRCH),
            Err(errno) => Err(errno),
        };
        settle(seen, Counter::Pss, part(|rollup| rollup.pss_kib));
        settle(seen, Counter::Uss, part(|rollup| rollup.uss_kib));
    }

    /// Since Linux 6.2 the size of the folder is the number of its entries; before that it is 0.
    fn count_fds(&self, dir: BorrowedFd<'_>) -> Result<u64, Errno> {
        if self.is_kernel {
            let size = root::folder(dir, c"fd")?.st_size;
            if let Ok(count @ 1..) = u64::try_from(size) {
                return Ok(count);
            }
        }
        root::count_entries(dir, c"fd")
    }
}

/// Puts a counter where it belongs. One that is refused is named; one that is not there is left out.
fn settle(seen: &mut Observation, counter: Counter, outcome: Result<u64, Errno>) {
    match outcome {
        Ok(value) => *seen.reading.slot(counter) = Some(value),
        Err(Errno::ACCESS | Errno::PERM) => seen.denied.push(Denied { counter, right: RIGHT_TO_LOOK_INSIDE }),
        Err(_) => {}
    }
}

/// How many descriptors may be kept: beyond that, files are opened at every reading.
#[derive(Debug, Default)]
struct Descriptors {
    /// Held by each kept process: the number of holders is the number of processes.
    permit: Arc<()>,
    /// What the process may have open; `None` until it was asked for.
    limit: Option<u64>,
    raised: bool,
}

impl Descriptors {
    /// Of each kept process.
    const EACH: u64 = 2;
    /// Left for output files, terminals and what the libraries open.
    const RESERVED: u64 = 64;

    /// A permit to keep one more process. Raises the soft limit to the hard one when it is in the way, and
    /// not before: a command that leakwatch starts inherits it.
    fn permit(&mut self) -> Option<Arc<()>> {
        let kept = Arc::strong_count(&self.permit) as u64;
        let needed = kept * Self::EACH + Self::RESERVED;
        if needed > self.limit() && !self.raised {
            self.raised = true;
            let hard = getrlimit(Resource::Nofile).maximum;
            if setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).is_ok() {
                self.limit = None;
            }
        }
        (needed <= self.limit()).then(|| Arc::clone(&self.permit))
    }

    fn limit(&mut self) -> u64 {
        *self.limit.get_or_insert_with(|| getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_counter_is_named_and_a_missing_one_is_not() {
        let mut seen = Observation::default();
        settle(&mut seen, Counter::Threads, Ok(3));
        settle(&mut seen, Counter::Pss, Err(Errno::NOENT));
        settle(&mut seen, Counter::Fds, Err(Errno::ACCESS));
        assert_eq!((seen.reading.threads, seen.reading.pss, seen.reading.fds), (Some(3), None, None));
        assert_eq!(seen.denied, [Denied { counter: Counter::Fds, right: RIGHT_TO_LOOK_INSIDE }]);
    }

    #[test]
    fn permits_end_at_the_limit_and_come_back() {
        let mut descriptors =
            Descriptors { limit: Some(Descriptors::RESERVED + 4), raised: true, ..Default::default() };
        let first = descriptors.permit();
        assert!(first.is_some());
        let second = descriptors.permit();
        assert!(second.is_some());
        assert!(descriptors.permit().is_none());
        drop(first);
        assert!(descriptors.permit().is_some());
    }

    #[test]
    fn status_is_read_when_something_calls_for_it() {
        let pace = Pace { readings: 3, shared_pages: 10, swap_in_use: false };
        assert!(!pace.status_is_due(StatusCadence::Seldom, 10));
        assert!(pace.status_is_due(StatusCadence::Seldom, 11));
        assert!(pace.status_is_due(StatusCadence::Always, 10));
        assert!(Pace { swap_in_use: true, ..pace }.status_is_due(StatusCadence::Seldom, 10));
        assert!(Pace { readings: 8, ..pace }.status_is_due(StatusCadence::Seldom, 10));
    }
}
