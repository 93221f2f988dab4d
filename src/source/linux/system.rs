//! What is asked of the whole system at every tick: the time since boot, and who was created last.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::parse::{labelled, last_pid, uptime_s};
use super::proc_root::{self, ProcRoot};

/// What is asked of the whole system.
#[derive(Debug)]
pub(super) struct System {
    is_kernel: bool,
    /// Of a tree of ordinary files.
    uptime: Option<OwnedFd>,
    /// What that said in this round; `None` when nobody has asked yet.
    uptime_s: Option<Option<f64>>,
    /// `None` where the last process number is not that of this `/proc`.
    loadavg: Option<OwnedFd>,
    buffer: Vec<u8>,
}

impl System {
    pub(super) fn open(root: &ProcRoot) -> Self {
        let mut buffer = Vec::new();
        // `loadavg` speaks of the process numbers of the reader. They are those of the list where the innermost of
        // our own numbers is also the outermost one that is seen there.
        let status = root.read(c"self/status", &mut buffer).unwrap_or_default();
        let numbers = status.split(|&byte| byte == b'\n').find_map(|line| line.strip_prefix(b"NSpid:"));
        let one_number = numbers.is_some_and(|numbers| numbers.trim_ascii().iter().all(u8::is_ascii_digit));
        let kept = |name| root.is_kernel().then(|| root.open_file(name).ok()).flatten();
        let loadavg = if one_number && labelled(status, b"NSpid").is_some() { kept(c"loadavg") } else { None };
        let is_kernel = root.is_kernel();
        let uptime = if is_kernel { None } else { root.open_file(c"uptime").ok() };
        Self { is_kernel, uptime, uptime_s: None, loadavg, buffer }
    }

    /// Begins another round: what was read in the last one is old.
    pub(super) fn begin_round(&mut self) {
        self.uptime_s = None;
    }

    /// Seconds since boot, asked for at most once a round.
    ///
    /// The clock is the one by which the kernel notes when a process starts, and takes no system call. `/proc/uptime`
    /// is that clock too, but in a container another file may be mounted over it (lxcfs: since the container started).
    pub(super) fn uptime_s(&mut self) -> Option<f64> {
        if self.uptime_s.is_none() {
            self.uptime_s = Some(if self.is_kernel {
                let now = clock_gettime(ClockId::Boottime);
                Duration::try_from(now).ok().map(|now| now.as_secs_f64())
            } else {
                self.uptime.as_ref().and_then(|file| uptime_s(proc_root::read_again(file, &mut self.buffer).ok()?))
            });
        }
        self.uptime_s.flatten()
    }

    /// The number of the task that was created last.
    pub(super) fn last_pid(&mut self) -> Option<u64> {
        last_pid(proc_root::read_again(self.loadavg.as_ref()?, &mut self.buffer).ok()?)
    }
}
