//! Counters of one process, read through the descriptor of its folder.
//!
//! Decides which file is due, and records refused counters. The caller has settled the identity of the process.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::open_file_budget::{OpenFileBudget, OpenFilePermit};
use super::parse::{Rollup, Statm, Status, labelled_number};
use super::proc_root::{self, ProcRoot, RIGHT_TO_INSPECT};
use crate::model::Counter;
use crate::source::process_source::{DeniedCounter, Depth, OptionalCounters, ProcessReading};
use crate::source::read_error::ReadError;

/// Cadence of reading `/proc/PID/status`.
///
/// It costs as much as all other files together. It adds only swap, huge pages, and the split of shared pages into files
/// and shared memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatusCadence {
    /// At every reading.
    #[default]
    Always,
    /// At readings with a changed number of shared pages, and for processes that use swap or huge pages.
    ///
    /// In between, the split of shared pages is taken over. On a host with swap, `status` is also read when anonymous
    /// pages have decreased. On a host with swap or huge pages it is also read at every 64th reading; in between, a value
    /// of 0 counts as "not read".
    WhenNeeded,
}

/// Number of readings from one `status` to the next on a host with swap or huge pages: its cost is then negligible.
const STATUS_INTERVAL: u32 = 64;

/// Number of rounds from one check of the host for swap and huge pages to the next: both are rarely added.
const HOST_CHECK_INTERVAL: u32 = 64;

/// Path of a file from the folder of a process, and from `task` in it.
#[derive(Debug, Clone, Copy)]
struct FilePath {
    from_process: &'static CStr,
    from_task: &'static CStr,
}

const STATUS: FilePath = FilePath { from_process: c"status", from_task: c"../status" };
const ROLLUP: FilePath = FilePath { from_process: c"smaps_rollup", from_task: c"../smaps_rollup" };

/// Open files of a process, and the results of its latest reading.
#[derive(Debug)]
pub(super) struct OpenProcess {
    files: OpenFiles,
    latest: LatestReading,
    _permit: OpenFilePermit,
}

/// Open files of one process.
#[derive(Debug)]
struct OpenFiles {
    /// Follows the process through `exec`, and reads as empty after its exit.
    statm: OwnedFd,
    /// Folders of the descriptors and of the threads, opened for their metadata only.
    fd: Option<OwnedFd>,
    task: Option<OwnedFd>,
    /// Folder of the process; `None` if `task` replaces it, which saves a descriptor.
    folder: Option<OwnedFd>,
}

impl OpenFiles {
    fn open(folder: OwnedFd, optional: OptionalCounters) -> Result<Self, ReadError> {
        let statm = proc_root::open_file(&folder, c"statm").map_err(|errno| proc_root::read_error(errno, "statm"))?;
        let fd = if optional.fds { proc_root::open_folder(&folder, c"fd").ok() } else { None };
        let task = if optional.threads { proc_root::open_folder(&folder, c"task").ok() } else { None };
        Ok(Self { statm, fd, task, folder: Some(folder) })
    }

    /// Closes the descriptors that later readings do not need.
    fn into_kept(mut self) -> Self {
        if self.task.is_some() {
            self.folder = None;
        }
        self
    }

    /// Reads a file that is not kept open.
    fn read<'b>(&self, path: FilePath, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], Errno> {
        match (&self.folder, &self.task) {
            (Some(folder), _) => proc_root::read_file(folder, path.from_process, buffer),
            (None, Some(task)) => proc_root::read_file(task, path.from_task, buffer),
            (None, None) => Err(Errno::NOENT),
        }
    }

    /// Counts the threads: a `task` folder has two links of its own, and one for each thread.
    fn count_threads(&self) -> Result<u64, Errno> {
        let folder = self.task.as_ref().ok_or(Errno::NOENT)?;
        Ok(rustix::fs::fstat(folder)?.st_nlink.saturating_sub(2))
    }

    /// Counts the descriptors. Since Linux 6.2 the size of the folder is their number; before, it is 0.
    fn count_fds(&self, is_kernel: bool) -> Result<u64, Errno> {
        let folder = self.fd.as_ref().ok_or(Errno::NOENT)?;
        if is_kernel {
            let size = rustix::fs::fstat(folder)?.st_size;
            if let Ok(count @ 1..) = u64::try_from(size) {
                return Ok(count);
            }
        }
        proc_root::count_entries(folder)
    }
}

/// Results of the latest reading that decide about the next one.
#[derive(Debug, Clone, Copy, Default)]
struct LatestReading {
    /// Number of readings of this program.
    readings: u32,
    statm: Statm,
    /// Code size of the program, in pages; that of the old one during an `exec`.
    text_pages: u64,
    /// Latest values of `status`: valid as long as their sum, the shared pages, is unchanged.
    file_and_shmem: (Option<u64>, Option<u64>),
    uses_swap: bool,
    uses_hugetlb: bool,
}

impl LatestReading {
    fn is_status_due(&self, cadence: StatusCadence, statm: Statm, host: HostFeatures) -> bool {
        cadence == StatusCadence::Always
            || self.readings == 0
            || self.uses_swap
            || self.uses_hugetlb
            || self.statm.shared_pages != statm.shared_pages
            // Swapped pages are no longer resident.
            || host.has_swap && statm.anonymous_pages() < self.statm.anonymous_pages()
            || (host.has_swap || host.has_hugetlb) && self.readings.is_multiple_of(STATUS_INTERVAL)
    }

    /// True if the process runs another program than at the reading before. Programs of equal code size go unnoticed.
    fn is_after_exec(&self, statm: Statm) -> bool {
        self.readings > 0 && self.text_pages != statm.text_pages && !statm.is_in_exec()
    }

    fn record(&mut self, statm: Statm) {
        self.statm = statm;
        if !statm.is_in_exec() {
            self.text_pages = statm.text_pages;
        }
        self.readings = self.readings.wrapping_add(1);
    }
}

/// Features of the host that decide which counters may be other than 0.
#[derive(Debug, Clone, Copy)]
struct HostFeatures {
    has_swap: bool,
    has_hugetlb: bool,
}

/// Reader of the counters of all processes.
#[derive(Debug)]
pub(super) struct CounterReader {
    page_bytes: u64,
    /// True for a mounted `/proc`: only there the metadata of folders count their entries.
    is_kernel: bool,
    cadence: StatusCadence,
    optional: OptionalCounters,
    host: HostFeatures,
    round: u32,
    budget: OpenFileBudget,
    buffer: Vec<u8>,
}

impl CounterReader {
    /// Creates a reader with the default cadence and all optional counters.
    pub(super) fn new(is_kernel: bool) -> Self {
        Self {
            page_bytes: rustix::param::page_size() as u64,
            is_kernel,
            cadence: StatusCadence::default(),
            optional: OptionalCounters::default(),
            host: HostFeatures { has_swap: true, has_hugetlb: true },
            round: 0,
            budget: OpenFileBudget::default(),
            buffer: Vec::new(),
        }
    }

    /// Begins another round of readings.
    pub(super) fn begin_round(&mut self, root: &ProcRoot) {
        if self.cadence == StatusCadence::WhenNeeded && self.round.is_multiple_of(HOST_CHECK_INTERVAL) {
            let meminfo = root.read_file(c"meminfo", &mut self.buffer).ok();
            // An unreadable file leaves both possible. Kernels before 4.20 have no sum of all huge page sizes.
            let may_have = |label: &[u8]| meminfo.and_then(|file| labelled_number(file, label)) != Some(0);
            self.host = HostFeatures { has_swap: may_have(b"SwapTotal"), has_hugetlb: may_have(b"Hugetlb") };
        }
        self.round = self.round.wrapping_add(1);
    }

    /// Sets the cadence of reading `status`.
    pub(super) fn set_cadence(&mut self, cadence: StatusCadence) {
        self.cadence = cadence;
    }

    /// Sets the counters that are read besides memory.
    pub(super) fn set_optional(&mut self, optional: OptionalCounters) {
        self.optional = optional;
    }

    /// Reads a process for the first time, and keeps its files open if that is safe and within the budget.
    ///
    /// Ordinary files are not kept open: they would outlive a process that is replaced.
    pub(super) fn read_first(
        &mut self,
        folder: OwnedFd,
        depth: Depth,
    ) -> Result<(ProcessReading, Option<OpenProcess>), ReadError> {
        let files = OpenFiles::open(folder, self.optional)?;
        let mut latest = LatestReading::default();
        let (result, _) = self.read(&files, &mut latest, depth)?;
        let permit = if self.is_kernel { self.budget.permit() } else { None };
        Ok((result, permit.map(|permit| OpenProcess { files: files.into_kept(), latest, _permit: permit })))
    }

    /// Reads a process again; the second value is true after an `exec`.
    pub(super) fn read_again(
        &mut self,
        open: &mut OpenProcess,
        depth: Depth,
    ) -> Result<(ProcessReading, bool), ReadError> {
        self.read(&open.files, &mut open.latest, depth)
    }

    fn read(
        &mut self,
        files: &OpenFiles,
        latest: &mut LatestReading,
        depth: Depth,
    ) -> Result<(ProcessReading, bool), ReadError> {
        let statm = self.read_statm(files)?;
        let is_after_exec = latest.is_after_exec(statm);
        if is_after_exec {
            *latest = LatestReading::default();
        }
        let mut result = ProcessReading::default();
        result.reading.set(Counter::Rss, Some(statm.resident_pages.saturating_mul(self.page_bytes)));
        result.reading.set(Counter::RssAnon, Some(statm.anonymous_pages().saturating_mul(self.page_bytes)));
        result.reading.set(Counter::Vsize, Some(statm.size_pages.saturating_mul(self.page_bytes)));
        if latest.is_status_due(self.cadence, statm, self.host) {
            self.add_status(files, &mut result);
            let reading = &result.reading;
            latest.file_and_shmem = (reading.value(Counter::RssFile), reading.value(Counter::RssShmem));
            latest.uses_swap = reading.value(Counter::Swap).is_some_and(|swap| swap > 0);
            latest.uses_hugetlb = reading.value(Counter::Hugetlb).is_some_and(|hugetlb| hugetlb > 0);
        } else {
            let (file, shmem) = latest.file_and_shmem;
            result.reading.set(Counter::RssFile, file);
            result.reading.set(Counter::RssShmem, shmem);
            result.reading.set(Counter::Swap, (!self.host.has_swap).then_some(0));
            result.reading.set(Counter::Hugetlb, (!self.host.has_hugetlb).then_some(0));
            if self.is_kernel && self.optional.threads {
                record_counter(&mut result, Counter::Threads, files.count_threads());
            }
        }
        latest.record(statm);
        if self.optional.fds {
            record_counter(&mut result, Counter::Fds, files.count_fds(self.is_kernel));
        }
        if depth == Depth::WithPss {
            self.add_rollup(files, &mut result);
        }
        Ok((result, is_after_exec))
    }

    fn read_statm(&mut self, files: &OpenFiles) -> Result<Statm, ReadError> {
        let bytes = proc_root::read_open_file(&files.statm, &mut self.buffer)
            .map_err(|errno| proc_root::read_error(errno, "statm"))?;
        let statm = Statm::parse(bytes).ok_or_else(|| ReadError::Malformed { file: "statm".into() })?;
        if statm.has_no_memory() { Err(ReadError::Gone) } else { Ok(statm) }
    }

    /// Adds the values of `status`. It replaces those of `statm`, so that the parts of one moment add up.
    fn add_status(&mut self, files: &OpenFiles, result: &mut ProcessReading) {
        let Ok(bytes) = files.read(STATUS, &mut self.buffer) else { return };
        let status = Status::parse(bytes);
        let reading = &mut result.reading;
        reading.set(Counter::Rss, kib_to_bytes(status.vm_rss_kib).or(reading.value(Counter::Rss)));
        reading.set(Counter::RssAnon, kib_to_bytes(status.rss_anon_kib).or(reading.value(Counter::RssAnon)));
        reading.set(Counter::RssFile, kib_to_bytes(status.rss_file_kib));
        reading.set(Counter::RssShmem, kib_to_bytes(status.rss_shmem_kib));
        reading.set(Counter::Hugetlb, kib_to_bytes(status.hugetlb_kib));
        reading.set(Counter::Swap, kib_to_bytes(status.vm_swap_kib));
        reading.set(Counter::Vsize, kib_to_bytes(status.vm_size_kib).or(reading.value(Counter::Vsize)));
        reading.set(Counter::Threads, status.threads.filter(|_| self.optional.threads));
    }

    /// Adds PSS and USS.
    fn add_rollup(&mut self, files: &OpenFiles, result: &mut ProcessReading) {
        // The file of an exiting process is empty.
        let rollup = files.read(ROLLUP, &mut self.buffer).and_then(|bytes| Rollup::parse(bytes).ok_or(Errno::SRCH));
        record_counter(result, Counter::Pss, rollup.map(|rollup| rollup.pss_kib.saturating_mul(1024)));
        record_counter(result, Counter::Uss, rollup.map(|rollup| rollup.uss_kib.saturating_mul(1024)));
    }
}

fn kib_to_bytes(kib: Option<u64>) -> Option<u64> {
    kib.map(|kib| kib.saturating_mul(1024))
}

/// Records the value of a counter, or its refusal. A missing file leaves the counter unknown.
fn record_counter(result: &mut ProcessReading, counter: Counter, value: Result<u64, Errno>) {
    match value {
        Ok(value) => result.reading.set(counter, value),
        Err(Errno::ACCESS | Errno::PERM) => result.denied.push(DeniedCounter { counter, right: RIGHT_TO_INSPECT }),
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_counter_is_recorded_and_a_missing_one_is_unknown() {
        let mut result = ProcessReading::default();
        record_counter(&mut result, Counter::Threads, Ok(3));
        record_counter(&mut result, Counter::Pss, Err(Errno::NOENT));
        record_counter(&mut result, Counter::Fds, Err(Errno::ACCESS));
        assert_eq!(
            (
                result.reading.value(Counter::Threads),
                result.reading.value(Counter::Pss),
                result.reading.value(Counter::Fds)
            ),
            (Some(3), None, None)
        );
        assert_eq!(result.denied, [DeniedCounter { counter: Counter::Fds, right: RIGHT_TO_INSPECT }]);
    }

    fn statm(resident_pages: u64, shared_pages: u64) -> Statm {
        Statm { size_pages: 30, resident_pages, shared_pages, text_pages: 5 }
    }

    /// Returns the decision on a host without swap, on one with swap, and on one with huge pages.
    fn is_due(latest: LatestReading, resident_pages: u64, shared_pages: u64) -> [bool; 3] {
        let statm = statm(resident_pages, shared_pages);
        [(false, false), (true, false), (false, true)].map(|(has_swap, has_hugetlb)| {
            latest.is_status_due(StatusCadence::WhenNeeded, statm, HostFeatures { has_swap, has_hugetlb })
        })
    }

    #[test]
    fn status_is_read_when_needed() {
        let before = LatestReading { readings: 3, statm: statm(20, 10), ..LatestReading::default() };
        assert_eq!(is_due(before, 20, 10), [false, false, false]);
        assert_eq!(is_due(before, 25, 10), [false, false, false]);
        assert_eq!(is_due(before, 21, 11), [true, true, true]);
        assert_eq!(is_due(before, 19, 10), [false, true, false]);
        assert_eq!(is_due(LatestReading { readings: STATUS_INTERVAL, ..before }, 20, 10), [false, true, true]);
        assert_eq!(is_due(LatestReading { uses_swap: true, ..before }, 20, 10), [true, true, true]);
        assert_eq!(is_due(LatestReading { uses_hugetlb: true, ..before }, 20, 10), [true, true, true]);
        assert_eq!(is_due(LatestReading { readings: 0, ..before }, 20, 10), [true, true, true]);
        let plain = HostFeatures { has_swap: false, has_hugetlb: false };
        assert!(before.is_status_due(StatusCadence::Always, statm(20, 10), plain));
    }

    #[test]
    fn exec_changes_the_size_of_the_code() {
        let statm = |size_pages, text_pages| Statm { size_pages, text_pages, ..Statm::default() };
        let before = LatestReading { readings: 1, text_pages: 5, ..LatestReading::default() };
        let after = [statm(90, 5), statm(3, 0), statm(30, 6)];
        assert_eq!(after.map(|statm| before.is_after_exec(statm)), [false, false, true]);
        assert!(!LatestReading::default().is_after_exec(statm(30, 5)));
    }
}
