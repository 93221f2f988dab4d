//! Facts about a finished session that decide its outcome.

use crate::event::{RetiredSummary, Target};
use crate::thresholds::{Allowance, Evaluator, allowance_in_force};
use crate::units::Span;

use super::command_end::CommandEnd;

/// A session that ended before its planned time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CutShort {
    /// Duration, in seconds.
    pub lasted_s: f64,
    /// Planned duration, in seconds.
    pub planned_s: f64,
}

/// Duration of a session beyond its planned end, because results were open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BeyondPlan {
    /// Duration, in seconds.
    pub lasted_s: f64,
    /// Planned duration, in seconds.
    pub planned_s: f64,
    /// Option that planned it: `--duration` or `--samples`.
    pub planned_by: &'static str,
    /// True if all results were decided in the end.
    pub is_decided: bool,
}

impl BeyondPlan {
    /// Returns a sentence: `decided after 2 min 40 s, 1 min 40 s beyond --duration`.
    pub(super) fn sentence(&self) -> String {
        let result = if self.is_decided { "decided" } else { "still undecided" };
        let (lasted, beyond) = (self.lasted_s.round(), (self.lasted_s - self.planned_s).round());
        format!("{result} after {}, {} beyond {}", Span(lasted), Span(beyond), self.planned_by)
    }
}

/// End of a session.
#[derive(Debug, Clone)]
pub enum End<'a> {
    /// The session still runs, and the outcome is a preview.
    Running,
    /// A watch of running processes.
    Watch {
        /// Number of matched processes that could not be read.
        unreadable: usize,
        /// Present if all targets exited before the planned time.
        cut_short: Option<CutShort>,
    },
    /// A command that leakwatch started.
    Command {
        /// End of the command.
        command: CommandEnd<'a>,
        /// Present if the command exited by itself before the planned time.
        cut_short: Option<CutShort>,
    },
    /// Recordings.
    Recordings {
        /// Number of files.
        files: usize,
        /// Number of files that could not be analysed.
        unusable: usize,
        /// Number of files whose values are all 0.
        unmeasured: usize,
        /// Outputs that were not written because no file could be analysed.
        not_written: &'a [String],
    },
}

/// Facts about a finished session.
#[derive(Clone)]
pub struct Facts<'a> {
    /// Targets.
    pub targets: &'a [Target],
    /// Counts of retired targets that are not among `targets`.
    pub retired: &'a [RetiredSummary],
    /// Thresholds with their results; `None` for a preview.
    pub evaluator: Option<&'a Evaluator>,
    /// Allowances of the settings.
    pub allowances: &'a [Allowance],
    /// Description of an alert that counts.
    pub alert: Option<&'a str>,
    /// End of the session.
    pub end: End<'a>,
    /// Present if the session was extended beyond its planned end.
    pub beyond_plan: Option<BeyondPlan>,
    /// Outputs that are incomplete or lost, a sentence each.
    pub lost_outputs: &'a [String],
    /// True if a sink ended the session.
    pub sink_failed: bool,
}

impl Facts<'_> {
    /// Returns the allowance in force that covers the verdict on a target.
    pub(super) fn allowance(&self, target: &Target) -> Option<&Allowance> {
        allowance_in_force(self.allowances, target)
    }
}
