//! The order of targets wherever they are listed: what needs a look first.

use std::cmp::Ordering;

use crate::analysis::Status;
use crate::event::{Target, TargetKind};
use crate::model::Counter;

/// Leaking and suspect ones first, even if they have gone; then what runs, by verdict; the fastest growth first.
pub(super) fn by_concern(a: &Target, b: &Target) -> Ordering {
    let rank = |target: &Target| {
        let status = target.assessment.verdict.status;
        let is_sum = matches!(target.kind, TargetKind::Pool { .. } | TargetKind::Selection { .. });
        // of a sum and its member that grow alike the member is the one to look at
        (status.max(Status::WarmingUp), target.lifetime.ended.is_none(), status, !is_sum)
    };
    let rate = |target: &Target| target.assessment.growth.rate.unwrap_or(f64::NEG_INFINITY);
    rank(b)
        .cmp(&rank(a))
        .then(rate(b).total_cmp(&rate(a)))
        .then(b.current.reading.value(Counter::Rss).cmp(&a.current.reading.value(Counter::Rss)))
}
