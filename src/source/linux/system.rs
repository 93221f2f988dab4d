//! System-wide values that are read at every tick: time since boot, and the number of the newest task.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::parse::{labelled_number, parse_last_pid, parse_uptime_s};
use super::proc_root::{self, ProcRoot};

/// Reader of the system-wide values.
#[derive(Debug)]
pub(super) struct SystemReader {
    is_kernel: bool,
    /// `/proc/uptime` of a tree of ordinary files.
    uptime: Option<OwnedFd>,
    /// Time since boot in this round; `None` before it was read.
    uptime_s: Option<Option<f64>>,
    /// `/proc/loadavg`; `None` if its process numbers are not those of this `/proc`.
    loadavg: Option<OwnedFd>,
    buffer: Vec<u8>,
}

impl SystemReader {
    /// Opens the files that stay open.
    pub(super) fn open(root: &ProcRoot) -> Self {
        let mut buffer = Vec::new();
        let loadavg =
            if numbers_processes_as_we_do(root, &mut buffer) { root.open_file(c"loadavg").ok() } else { None };
        let is_kernel = root.is_kernel();
        let uptime = if is_kernel { None } else { root.open_file(c"uptime").ok() };
        Self { is_kernel, uptime, uptime_s: None, loadavg, buffer }
    }

    /// Begins another round, in which values are read again.
    pub(super) fn begin_round(&mut self) {
        self.uptime_s = None;
    }

    /// Returns the seconds since boot, read at most once a round.
    ///
    /// The kernel notes start times of processes by this clock, and reading it takes no system call. `/proc/uptime`
    /// shows the same clock, but a container may mount another file over it (lxcfs: time since the container started).
    pub(super) fn uptime_s(&mut self) -> Option<f64> {
        if self.uptime_s.is_none() {
            self.uptime_s = Some(if self.is_kernel { boot_clock_s() } else { self.read_uptime_s() });
        }
        self.uptime_s.flatten()
    }

    fn read_uptime_s(&mut self) -> Option<f64> {
        parse_uptime_s(proc_root::read_open_file(self.uptime.as_ref()?, &mut self.buffer).ok()?)
    }

    /// Returns the number of the newest task; `None` if it is unknown.
    pub(super) fn last_pid(&mut self) -> Option<u64> {
        parse_last_pid(proc_root::read_open_file(self.loadavg.as_ref()?, &mut self.buffer).ok()?)
    }
}

fn boot_clock_s() -> Option<f64> {
    Duration::try_from(clock_gettime(ClockId::Boottime)).ok().map(|now| now.as_secs_f64())
}

/// True if `loadavg` counts the tasks of the same pid namespace as the list of processes.
///
/// `loadavg` shows the process numbers of the reader. `NSpid` lists our number in each namespace from the one of the
/// `/proc` mount down to our own, so that a single number means that both are the same.
fn numbers_processes_as_we_do(root: &ProcRoot, buffer: &mut Vec<u8>) -> bool {
    if !root.is_kernel() {
        return false;
    }
    let status = root.read_file(c"self/status", buffer).unwrap_or_default();
    let numbers = status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"NSpid:"));
    let is_single = numbers.is_some_and(|numbers| numbers.trim_ascii().iter().all(u8::is_ascii_digit));
    is_single && labelled_number(status, b"NSpid").is_some()
}
