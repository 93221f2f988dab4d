//! Identity and labels of a process.

use std::fmt;

/// A process number. The kernel reuses it after the process has exited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pid(pub u32);

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The start time of a process in the source's own ticks. Only equality and order have a meaning.
///
/// Linux: clock ticks since boot, field 22 of `/proc/PID/stat` (proc(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StartTime(pub u64);

/// The identity of a process. A reused process number differs in its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessKey {
    /// The process number.
    pub pid: Pid,
    /// The start time of the process with that number.
    pub start: StartTime,
}

/// The names of a process. The text is foreign and may hold anything: escape it before printing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessLabel {
    /// The name of the program. On Linux it is `comm`, completed where that is cut after 15 bytes.
    pub name: String,
    /// The command line, arguments separated by one space; empty when unknown.
    pub cmdline: String,
    /// The number of the user that runs the process; `None` when unknown.
    pub uid: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_process_number_is_another_process() {
        let key = |start| ProcessKey { pid: Pid(7), start: StartTime(start) };
        assert_ne!(key(1), key(2));
        assert_eq!(key(1).pid.to_string(), "7");
    }
}
