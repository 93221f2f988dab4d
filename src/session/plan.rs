//! What a live session is to do, and what it came to.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::model::{Pid, Timestamp};
use crate::source::Selector;

use super::overhead::Cost;
use super::pace::Paces;

/// What a live session is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which processes.
    pub selector: Selector,
    /// Time between samples.
    pub interval: Duration,
    /// Who is sampled less often.
    pub paces: Paces,
    /// When to end at the latest.
    pub duration: Option<Duration>,
    /// After how many samples to end.
    pub samples: Option<u64>,
    /// Whether to wait for matches, for the first and for the next after all have gone.
    pub wait: bool,
    /// Whether PSS and USS may be read.
    pub pss: bool,
    /// The share of one core that the session may use; it makes do with less when it uses more.
    pub max_overhead: Option<f64>,
    /// Read again for other pids while none of them runs, if the session waits.
    pub pid_file: Option<PathBuf>,
    /// The process with which the session ends, whoever else still runs: the command that was started for it.
    pub root: Option<Pid>,
}

/// Why a session ended.
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

/// What a live session came to.
#[derive(Debug)]
pub struct Outcome {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Why it ended.
    pub ended_by: EndedBy,
    /// Ticks that were carried out.
    pub ticks: u64,
    /// Ticks that were skipped because the work before them took too long.
    pub missed_ticks: u64,
    /// The largest delay of a tick, in seconds.
    pub max_late_s: f64,
    /// Time the host was suspended, in seconds.
    pub suspended_s: f64,
    /// What it has cost.
    pub cost: Cost,
    /// Processes that matched and could not be read at all.
    pub unreadable: usize,
    /// What a sink could not take; the session ended with it.
    pub failed: Option<io::Error>,
}
