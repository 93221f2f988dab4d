//! Document: a finished report with everything that its formats need.

use crate::event::Timeline;
use crate::outcome::Outcome;
use crate::schema::Report;

/// Finished report with its typed outcome and the timelines of its targets.
#[derive(Debug)]
pub struct Document<'a> {
    /// Report without the timelines.
    pub report: &'a Report,
    /// Timelines of the targets of the report, in their order; empty without charts.
    pub timelines: Vec<Option<&'a Timeline>>,
    /// Typed outcome of the session.
    pub outcome: &'a Outcome,
}

impl Document<'_> {
    /// Returns the timeline of a target.
    pub(super) fn timeline(&self, target: usize) -> Option<&Timeline> {
        self.timelines.get(target).copied().flatten()
    }

    /// Returns the index of the target that leads the finding of a target, if another one does.
    pub(super) fn lead(&self, target: usize) -> Option<usize> {
        self.outcome.targets.get(target).and_then(|case| case.led_by)
    }

    /// Moves the targets of a finding behind its lead.
    pub(super) fn grouped(&self, order: &[usize]) -> Vec<usize> {
        let mut grouped = Vec::with_capacity(order.len());
        for &lead in order.iter().filter(|&&index| self.lead(index).is_none()) {
            grouped.push(lead);
            grouped.extend(order.iter().filter(|&&index| self.lead(index) == Some(lead)));
        }
        grouped
    }

    /// Returns the indexes of the other targets that show the finding of a target.
    pub(super) fn led_by(&self, lead: usize) -> impl Iterator<Item = usize> {
        (0..self.report.targets.len()).filter(move |&index| self.lead(index) == Some(lead))
    }
}
