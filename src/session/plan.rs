//! The plan of a live session, and the summary of a finished one.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{Pid, Timestamp};
use crate::source::Selector;

use super::sampling::{Cost, NamedIntervals};

/// The plan of a live session.
#[derive(Debug, Clone)]
pub struct SessionPlan {
    /// Selector of the processes.
    pub selector: Selector,
    /// Time between samples.
    pub interval: Duration,
    /// Longer intervals of processes with certain names.
    pub intervals: NamedIntervals,
    /// Longest duration of the session.
    pub duration: Option<Duration>,
    /// Number of ticks after which the session ends.
    pub samples: Option<u64>,
    /// Longest duration of a session whose results are open at the end of `duration` or `samples`.
    pub until_decided: Option<Duration>,
    /// True if the session waits for matches, at the start and after all have exited.
    pub wait: bool,
    /// True if PSS and USS may be read.
    pub pss: bool,
    /// Share of one core that the session may use. It saves work if it exceeds the share.
    pub max_overhead: Option<f64>,
    /// File of pids that a waiting session reads again while no process runs.
    pub pid_file: Option<PathBuf>,
    /// Command that was started for the session, which ends with it.
    pub root: Option<Pid>,
}

/// Reason for the end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum EndedBy {
    Duration,
    Samples,
    CommandEnded,
    TargetsGone,
    Signal,
    OutputFailed,
    NothingMatched,
    EndOfRecording,
    Threshold,
}

/// Extension of a session beyond its planned end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extended {
    /// Planned duration, in seconds.
    pub planned_s: f64,
    /// Reason for the planned end: its time or its number of samples.
    pub planned_by: EndedBy,
    /// Number of looks after the planned end.
    pub looks: u32,
    /// Largest number of such looks, which share the error of a decision.
    pub further: u32,
    /// True if the last look had no open result.
    pub is_decided: bool,
}

/// Summary of a live session.
#[derive(Debug)]
pub struct LiveSummary {
    /// Time of the start.
    pub started: Timestamp,
    /// Time of the end.
    pub ended: Timestamp,
    /// Reason for the end.
    pub ended_by: EndedBy,
    /// Extension beyond the planned end; `None` without one.
    pub extended: Option<Extended>,
    /// Number of ticks.
    pub ticks: u64,
    /// Largest delay of a tick, in seconds.
    pub max_late_s: f64,
    /// Time for which the host was suspended, in seconds.
    pub suspended_s: f64,
    /// Cost of the session.
    pub cost: Cost,
    /// Number of matched processes that could not be read at all.
    pub unreadable: usize,
    /// Failure of a sink that ended the session.
    pub failed: Option<io::Error>,
}

impl LiveSummary {
    /// Duration of the session, in seconds.
    #[must_use]
    pub fn lasted_s(&self) -> f64 {
        self.ended.seconds_since(self.started)
    }
}
