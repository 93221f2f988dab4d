//! Order of targets wherever they are listed: the most alarming verdict first.

use std::cmp::Ordering;

use crate::analysis::Status;
use crate::event::{Target, TargetKind};
use crate::model::Counter;

use super::shared_leaks::SharedLeaks;

/// Sorts targets by verdict, and by growth among equal verdicts.
///
/// Leaking and suspect targets come first, even after their exit. A target that repeats the leak of another one follows it.
pub(super) fn sort_by_verdict(targets: &mut [&Target], shared: &SharedLeaks) {
    targets.sort_by(|a, b| {
        rank(b, shared)
            .cmp(&rank(a, shared))
            .then_with(|| compare_growth(a, b))
            .then(b.current.reading.value(Counter::Rss).cmp(&a.current.reading.value(Counter::Rss)))
    });
}

/// Orders targets by growth of memory, the fastest first.
pub(super) fn compare_growth(a: &Target, b: &Target) -> Ordering {
    growth(b).total_cmp(&growth(a))
}

/// Returns the rank of a target; higher ranks come first.
fn rank(target: &Target, shared: &SharedLeaks) -> (Status, bool, Status, bool, bool) {
    let status = target.assessment.verdict.status;
    let is_single = matches!(target.kind, TargetKind::Process | TargetKind::Cgroup { .. });
    let is_live = target.lifetime.ended.is_none();
    (status.max(Status::WarmingUp), is_live, status, !shared.is_repeat(target), is_single)
}

/// Returns the rate of memory. An unknown rate counts as none, so that the larger RSS decides.
fn growth(target: &Target) -> f64 {
    target.assessment.growth.rate.unwrap_or(0.0)
}
