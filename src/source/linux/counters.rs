//! The counters of one process, read through the descriptor of its folder.
//!
//! Decides which file is due and what a refused one means; which process it is was settled before.

use std::ffi::CStr;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::parse::{Rollup, Statm, Status, labelled};
use super::proc_root::{self, ProcRoot, RIGHT_TO_LOOK_INSIDE};
use crate::model::Counter;
use crate::source::{DeniedCounter, Depth, OptionalCounters, ProcessReading, ReadError};

/// How often `/proc/PID/status` is read: it costs as much as all else together, and adds only swap and how the
/// shared pages split into files and shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusCadence {
    /// At every reading.
    #[default]
    Always,
    /// When something calls for it: shared pages have changed, or the process has swap in use. While they have
    /// not, their parts are taken to be what they were. Where the host has swap, also when anonymous pages have
    /// become fewer, and at every 64th reading; in between, swap that was 0 is "not read".
    WhenNeeded,
}

/// Readings between two of `status` where pages may be swapped out; its cost is then lost in the others.
const STATUS_EVERY: u32 = 64;

/// Rounds between two looks at whether the host has swap: an administrator seldom adds some.
const SWAP_EVERY: u32 = 64;

/// What is kept of a process between two readings.
#[derive(Debug)]
pub(super) struct Kept {
    open: Open,
    pace: Pace,
    /// Counted by [`Descriptors`].
    _permit: Arc<()>,
}

/// The files of one process.
#[derive(Debug)]
struct Open {
    /// Follows the process through `exec`, and answers nothing once it has ended.
    statm: OwnedFd,
    /// The folder of its descriptors, and that of its threads: to be asked for their size, not to be listed.
    fd: Option<OwnedFd>,
    task: Option<OwnedFd>,
    /// The folder of the process; `None` where `task` leads there, which saves a descriptor.
    folder: Option<OwnedFd>,
}

impl Open {
    fn all(folder: OwnedFd, counting: OptionalCounters) -> Result<Self, ReadError> {
        let statm = proc_root::open(&folder, c"statm").map_err(|errno| proc_root::why(errno, "statm"))?;
        let inner = |wanted: bool, name| wanted.then(|| proc_root::open_folder(&folder, name).ok()).flatten();
        let (fd, task) = (inner(counting.fds, c"fd"), inner(counting.threads, c"task"));
        Ok(Self { statm, fd, task, folder: Some(folder) })
    }

    /// Gives up what is not needed at every reading.
    fn into_kept(mut self) -> Self {
        if self.task.is_some() {
            self.folder = None;
        }
        self
    }

    /// Reads a file that is not kept open: `within` is its path from the folder, `above` the one from `task`.
    fn read<'b>(&self, [within, above]: [&CStr; 2], buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        match (&self.folder, &self.task) {
            (Some(folder), _) => proc_root::read(folder, within, buffer),
            (None, Some(task)) => proc_root::read(task, above, buffer),
            (None, None) => Err(Errno::NOENT),
        }
    }
}

/// Where a file is, from the folder of the process and from `task` in it.
const STATUS: [&CStr; 2] = [c"status", c"../status"];
const ROLLUP: [&CStr; 2] = [c"smaps_rollup", c"../smaps_rollup"];

/// What the last reading said, and what it calls for.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    readings: u32,
    statm: Statm,
    /// Of the program that runs, or is being replaced.
    text_pages: u64,
    /// As `status` said last: they stay while their sum does.
    file_and_shmem: (Option<u64>, Option<u64>),
    swap_in_use: bool,
}

impl Pace {
    fn status_is_due(&self, cadence: StatusCadence, statm: Statm, host_has_swap: bool) -> bool {
        cadence == StatusCadence::Always
            || self.readings == 0
            || self.swap_in_use
            || self.statm.shared_pages != statm.shared_pages
            // What is swapped out is resident no more.
            || host_has_swap
                && (statm.anonymous_pages() < self.statm.anonymous_pages() || self.readings.is_multiple_of(STATUS_EVERY))
    }

    /// Whether it runs another program than at the reading before. Not where the code of both is of one size.
    fn is_past_exec(&self, statm: Statm) -> bool {
        self.readings > 0 && self.text_pages != statm.text_pages && !statm.is_in_exec()
    }
}

/// Reads counters.
#[derive(Debug)]
pub(super) struct CounterReader {
    page_bytes: u64,
    /// Sizes and link counts of folders are counts only where the kernel answers.
    is_kernel: bool,
    cadence: StatusCadence,
    counting: OptionalCounters,
    host_has_swap: bool,
    round: u32,
    descriptors: Descriptors,
    buffer: Vec<u8>,
}

impl CounterReader {
    pub(super) fn new(is_kernel: bool) -> Self {
        let page_bytes = rustix::param::page_size() as u64;
        Self {
            page_bytes,
            is_kernel,
            cadence: StatusCadence::default(),
            counting: OptionalCounters::default(),
            host_has_swap: true,
            round: 0,
            descriptors: Descriptors::default(),
            buffer: Vec::new(),
        }
    }

    /// Begins another round of readings.
    pub(super) fn begin_round(&mut self, root: &ProcRoot) {
        if self.cadence == StatusCadence::WhenNeeded && self.round.is_multiple_of(SWAP_EVERY) {
            let swap = root.read(c"meminfo", &mut self.buffer).ok().and_then(|file| labelled(file, b"SwapTotal"));
            self.host_has_swap = swap != Some(0);
        }
        self.round = self.round.wrapping_add(1);
    }

    pub(super) fn set_cadence(&mut self, cadence: StatusCadence) {
        self.cadence = cadence;
    }

    pub(super) fn set_counting(&mut self, counting: OptionalCounters) {
        self.counting = counting;
    }

    /// Reads a process that is not kept, and keeps it when that is safe and descriptors are left.
    ///
    /// An ordinary file that is kept would go on answering for a process that was replaced.
    pub(super) fn first(&mut self, folder: OwnedFd, depth: Depth) -> Result<(ProcessReading, Option<Kept>), ReadError> {
        let open = Open::all(folder, self.counting)?;
        let mut pace = Pace::default();
        let (observation, _) = self.observe(&open, &mut pace, depth)?;
        let permit = if self.is_kernel { self.descriptors.permit() } else { None };
        Ok((observation, permit.map(|permit| Kept { open: open.into_kept(), pace, _permit: permit })))
    }

    /// Reads a process that is kept, and tells whether it runs another program than before.
    pub(super) fn again(&mut self, kept: &mut Kept, depth: Depth) -> Result<(ProcessReading, bool), ReadError> {
        self.observe(&kept.open, &mut kept.pace, depth)
    }

    fn observe(&mut self, open: &Open, pace: &mut Pace, depth: Depth) -> Result<(ProcessReading, bool), ReadError> {
        let bytes =
            proc_root::read_again(&open.statm, &mut self.buffer).map_err(|errno| proc_root::why(errno, "statm"))?;
        let statm = Statm::parse(bytes).ok_or_else(|| ReadError::Malformed { file: "statm".into() })?;
        if statm.has_no_memory() {
            return Err(ReadError::Gone);
        }
        let is_past_exec = pace.is_past_exec(statm);
        if is_past_exec {
            // Nothing that was known of the old program holds.
            *pace = Pace::default();
        }
        let mut seen = ProcessReading::default();
        let bytes_of = |pages: u64| Some(pages.saturating_mul(self.page_bytes));
        seen.reading.rss = bytes_of(statm.resident_pages);
        seen.reading.rss_anon = bytes_of(statm.anonymous_pages());
        seen.reading.vsize = bytes_of(statm.size_pages);
        if pace.status_is_due(self.cadence, statm, self.host_has_swap) {
            self.take_status(open, &mut seen);
            pace.file_and_shmem = (seen.reading.rss_file, seen.reading.rss_shmem);
            pace.swap_in_use = seen.reading.swap.is_some_and(|swap| swap > 0);
        } else {
            // Their sum is what it was.
            (seen.reading.rss_file, seen.reading.rss_shmem) = pace.file_and_shmem;
            seen.reading.swap = (!self.host_has_swap).then_some(0);
            if self.is_kernel && self.counting.threads {
                settle(&mut seen, Counter::Threads, count_threads(open));
            }
        }
        pace.statm = statm;
        if !statm.is_in_exec() {
            pace.text_pages = statm.text_pages;
        }
        pace.readings = pace.readings.wrapping_add(1);
        if self.counting.fds {
            settle(&mut seen, Counter::Fds, self.count_fds(open));
        }
        if depth == Depth::WithPss {
            self.take_rollup(open, &mut seen);
        }
        Ok((seen, is_past_exec))
    }

    /// All of one moment where the file has it, so that the parts sum up.
    fn take_status(&mut self, open: &Open, seen: &mut ProcessReading) {
        let Ok(bytes) = open.read(STATUS, &mut self.buffer) else { return };
        let status = Status::parse(bytes);
        let bytes_of = |kib: Option<u64>| kib.map(|kib| kib.saturating_mul(1024));
        let reading = &mut seen.reading;
        reading.rss = bytes_of(status.vm_rss_kib).or(reading.rss);
        reading.rss_anon = bytes_of(status.rss_anon_kib).or(reading.rss_anon);
        reading.rss_file = bytes_of(status.rss_file_kib);
        reading.rss_shmem = bytes_of(status.rss_shmem_kib);
        reading.swap = bytes_of(status.vm_swap_kib);
        reading.vsize = bytes_of(status.vm_size_kib).or(reading.vsize);
        reading.threads = status.threads.filter(|_| self.counting.threads);
    }

    fn take_rollup(&mut self, open: &Open, seen: &mut ProcessReading) {
        let rollup = open.read(ROLLUP, &mut self.buffer).map(Rollup::parse);
        let part = |of: fn(Rollup) -> u64| match rollup {
            // An ending process has an empty one.
            Ok(rollup) => rollup.map(|rollup| of(rollup).saturating_mul(1024)).ok_or(Errno::SRCH),
            Err(errno) => Err(errno),
        };
        settle(seen, Counter::Pss, part(|rollup| rollup.pss_kib));
        settle(seen, Counter::Uss, part(|rollup| rollup.uss_kib));
    }

    /// Since Linux 6.2 the size of the folder is the number of its entries; before that it is 0.
    fn count_fds(&self, open: &Open) -> Result<u64, Errno> {
        let folder = open.fd.as_ref().ok_or(Errno::NOENT)?;
        if self.is_kernel {
            let size = rustix::fs::fstat(folder)?.st_size;
            if let Ok(count @ 1..) = u64::try_from(size) {
                return Ok(count);
            }
        }
        proc_root::count_entries(folder)
    }
}

/// Two links are the folder itself; each thread adds one.
fn count_threads(open: &Open) -> Result<u64, Errno> {
    let folder = open.task.as_ref().ok_or(Errno::NOENT)?;
    Ok(rustix::fs::fstat(folder)?.st_nlink.saturating_sub(2))
}

/// Puts a counter where it belongs. One that is refused is named; one that is not there is left out.
fn settle(seen: &mut ProcessReading, counter: Counter, outcome: Result<u64, Errno>) {
    match outcome {
        Ok(value) => *seen.reading.slot(counter) = Some(value),
        Err(Errno::ACCESS | Errno::PERM) => seen.denied.push(DeniedCounter { counter, right: RIGHT_TO_LOOK_INSIDE }),
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
    const EACH: u64 = 3;
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
        let mut seen = ProcessReading::default();
        settle(&mut seen, Counter::Threads, Ok(3));
        settle(&mut seen, Counter::Pss, Err(Errno::NOENT));
        settle(&mut seen, Counter::Fds, Err(Errno::ACCESS));
        assert_eq!((seen.reading.threads, seen.reading.pss, seen.reading.fds), (Some(3), None, None));
        assert_eq!(seen.denied, [DeniedCounter { counter: Counter::Fds, right: RIGHT_TO_LOOK_INSIDE }]);
    }

    #[test]
    fn permits_end_at_the_limit_and_come_back() {
        let mut descriptors =
            Descriptors { limit: Some(Descriptors::RESERVED + 6), raised: true, ..Default::default() };
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
        let statm =
            |resident_pages, shared_pages| Statm { size_pages: 30, resident_pages, shared_pages, text_pages: 5 };
        let before = Pace { readings: 3, statm: statm(20, 10), ..Pace::default() };
        let due = |pace: Pace, resident, shared| {
            [false, true].map(|host_has_swap| {
                pace.status_is_due(StatusCadence::WhenNeeded, statm(resident, shared), host_has_swap)
            })
        };
        assert_eq!(due(before, 20, 10), [false, false]);
        assert_eq!(due(before, 25, 10), [false, false]);
        assert_eq!(due(before, 21, 11), [true, true]);
        assert_eq!(due(before, 19, 10), [false, true]);
        assert_eq!(due(Pace { readings: STATUS_EVERY, ..before }, 20, 10), [false, true]);
        assert_eq!(due(Pace { swap_in_use: true, ..before }, 20, 10), [true, true]);
        assert_eq!(due(Pace { readings: 0, ..before }, 20, 10), [true, true]);
        assert!(before.status_is_due(StatusCadence::Always, statm(20, 10), false));
    }

    #[test]
    fn exec_changes_the_size_of_the_code() {
        let statm = |size_pages, text_pages| Statm { size_pages, text_pages, ..Statm::default() };
        let before = Pace { readings: 1, text_pages: 5, ..Pace::default() };
        let after = [statm(90, 5), statm(3, 0), statm(30, 6)];
        assert_eq!(after.map(|statm| before.is_past_exec(statm)), [false, false, true]);
        assert!(!Pace::default().is_past_exec(statm(30, 5)));
    }
}
