//! Who a process is: its identity through time, and what it is called.

use std::fmt;

/// A process number. The kernel hands it out again after the process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// When a process started, in the source's own ticks: only equality and order mean something.
///
/// Linux: clock ticks since boot, field 22 of `/proc/PID/stat` (proc(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StartTime(pub u64);

/// The identity of a process: a number that is used again differs in its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessKey {
    /// The process number.
    pub pid: Pid,
    /// When the process with that number started.
    pub start: StartTime,
}

/// What a process is called. The text comes from the process itself and may hold anything:
/// whoever prints it escapes it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessLabel {
    /// The short name (`comm` on Linux).
    pub name: String,
    /// The command line with its arguments, one space between; empty when unknown.
    pub cmdline: String,
    /// The user the process runs as, by number; `None` when unknown.
    pub uid: Option<u32>,
}
