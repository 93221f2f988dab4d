//! Order of the targets on the page.

use crate::report::document::Document;
use crate::schema::Status;

/// Returns the indexes of the targets, the most alarming first. Each lead is followed by the targets of its finding.
pub(super) fn target_order(document: &Document<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..document.report.targets.len()).collect();
    order.sort_by(|&a, &b| {
        rank(document, b).cmp(&rank(document, a)).then(rate(document, b).total_cmp(&rate(document, a)))
    });
    document.grouped(&order)
}

/// Returns the rank of a target. As in the table of the terminal, exited targets come last unless they leak.
fn rank(document: &Document<'_>, index: usize) -> (u8, bool, u8, bool) {
    let target = &document.report.targets[index];
    let concern = concern(target.verdict.status);
    (concern.max(2), target.ended_at.is_none(), concern, target.members.is_none())
}

fn rate(document: &Document<'_>, index: usize) -> f64 {
    document.report.targets[index].growth.rate_bytes_per_s.unwrap_or(f64::NEG_INFINITY)
}

fn concern(status: Status) -> u8 {
    match status {
        Status::Leaking => 4,
        Status::Suspect => 3,
        Status::WarmingUp => 2,
        Status::InsufficientData => 1,
        Status::Stable => 0,
    }
}
