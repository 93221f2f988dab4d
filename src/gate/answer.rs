//! What came of holding one expression against one target.

use crate::event::{Target, TargetKind};
use crate::model::Timestamp;

use super::baseline::{Difference, Past};

/// What came of it, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It does not hold.
    Pass,
    /// It cannot be told.
    Inconclusive,
    /// It holds.
    Fail,
}

/// Whom an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Members of the pool, the selection or the control group; `None` for a process.
    pub members: Option<u64>,
    /// Process number; `None` for a pool or a series without one.
    pub pid: Option<u32>,
    /// As the process named itself.
    pub name: String,
    /// Command line; empty when unknown.
    pub cmdline: String,
    /// The recording.
    pub source: Option<String>,
}

impl Subject {
    /// Of a target.
    #[must_use]
    pub fn of(target: &Target) -> Self {
        Self {
            members: match target.kind {
                TargetKind::Process => None,
                TargetKind::Pool { members } | TargetKind::Selection { members } | TargetKind::Cgroup { members } => {
                    Some(members)
                }
            },
            pid: target.key.map(|key| key.pid.0),
            name: target.label.name.clone(),
            cmdline: target.label.cmdline.clone(),
            source: target.source.clone(),
        }
    }
}

/// What came of holding one expression against one target. Values are in the unit of the metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Which threshold, by its place.
    pub threshold: usize,
    /// Whom it is about.
    pub subject: Subject,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it passes only because what was found is excused.
    pub excused: bool,
    /// Whether it counts: what came and went beside others that were judged does not.
    pub counts: bool,
    /// What was measured; `None` when nothing was.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; `None` where there is none.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; `None` where there is none.
    pub high: Option<f64>,
    /// What it was held against; `None` when the baseline does not know the target.
    pub limit: Option<f64>,
    /// The value of the baseline and the difference to it; `None` when it was not compared.
    pub difference: Option<(Past, Difference)>,
    /// When it began to hold; `None` when it never did, or when it was asked at the end only.
    pub at: Option<Timestamp>,
    /// How long the target was seen, in seconds.
    pub observed_s: f64,
    /// Whether the target had gone before the end.
    pub gone: bool,
    /// Whether the series never moved at all.
    pub unmoved: bool,
    /// The smallest growth that could have been proved; `None` where that is unknown or needless.
    pub smallest_detectable: Option<f64>,
    /// How much longer it takes to see growth at the limit, in seconds.
    pub seconds_to_decide: Option<f64>,
    /// One sentence, without the name of the target.
    pub message: String,
}

impl Answer {
    /// How far the value is on the wrong side of the limit, negative on the right one; `None` when nothing was measured.
    pub(super) fn excess(&self, upward: bool) -> Option<f64> {
        let beyond = self.value? - self.limit?;
        Some(if upward { beyond } else { -beyond })
    }
}
