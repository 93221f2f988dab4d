//! How targets end: one that has gone, and all of them with the session or the recording.

use std::io;

use crate::alert::{AlertKind, explain_end};
use crate::event::{Event, EventSink, RetiredSummary, Target, TargetKind};
use crate::model::Timestamp;

use super::ended::Ended;
use super::watch::{Series, Watch};

impl Watch {
    /// Begins another recording: its length counts from its own first row.
    pub(super) fn begin_recording(&mut self) {
        self.replaying = true;
        self.span = None;
        self.first = self.targets.len();
        self.pools.forget();
        for series in &mut self.series {
            series.pool = None;
        }
    }

    /// Takes back all targets of the recording that was read last: it turned out to be misread.
    pub fn forget_recording(&mut self) {
        self.targets.truncate(self.first);
        self.series.truncate(self.first);
        self.ended = Ended::default();
        self.pools.forget();
    }

    /// Closes a target that has gone.
    pub(super) fn gone(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let why = match self.targets[index].kind {
            TargetKind::Cgroup { .. } => "the control group has gone",
            _ => "the process has ended",
        };
        self.end(index, why, at, sink)?;
        if let Some(pool) = self.series[index].pool {
            self.pools.pool(pool).ended += 1;
        }
        self.ended.gone(index, &self.targets[index]);
        let lived = crate::units::Span(at.seconds_since(self.targets[index].lifetime.first_seen));
        self.announce(index, AlertKind::Ended, at, format!("has ended, {lived} after it was first seen"), sink)?;
        sink.on_event(Event::Exited(&self.targets[index]))
    }

    /// Judges a target for the last time, and ends its alerts; `why` it is no more, and its pages cannot be counted.
    pub(super) fn end(&mut self, index: usize, why: &str, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.refresh_ceiling(index);
        self.assess(index, at, sink)?;
        self.counted(index, Err(why.to_owned()), at, sink)?;
        self.close(index, at, sink)?;
        self.targets[index].lifetime.ended = Some(at);
        let alerts = self.series[index].book.close(at, why);
        let target = &self.targets[index];
        alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(Some(target), alert)))
    }

    /// Judges every target for the last time. Alerts of what was read last stay open: nobody has seen
    /// them end.
    pub(super) fn conclude(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge(at, sink).and(self.seal(at, sink))
    }

    /// Judges every target for the last time. What awaits an exact count is said with it, or at the latest when sealed.
    pub(super) fn judge(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut outcome = self.end_tick(sink);
        for index in 0..self.targets.len() {
            self.refresh_ceiling(index);
            outcome = outcome.and(self.assess(index, at, sink));
        }
        outcome
    }

    /// Closes the series of every target.
    pub(super) fn seal(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut outcome = Ok(());
        for index in 0..self.targets.len() {
            outcome = outcome.and(self.close(index, at, sink));
        }
        outcome
    }

    /// What is left when all is judged: the targets, and those that are no longer among them. The series are given back,
    /// for the report is about as large.
    #[must_use]
    pub fn into_targets(self) -> (Vec<Target>, Vec<RetiredSummary>) {
        let retired = self.retired();
        (self.targets, retired)
    }

    fn close(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        if self.series[index].tracker.is_none() {
            return Ok(());
        }
        let assessed = self.counted(index, Err("the watch is over".to_owned()), at, sink);
        self.series[index].tracker = None;
        let target = &self.targets[index];
        let Series { book, found, .. } = &mut self.series[index];
        let mut alerts = if self.replaying { book.conclude(at, found) } else { book.settle(at, found) };
        alerts.iter_mut().for_each(|alert| explain_end(alert, &target.assessment));
        assessed.and(alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(Some(target), alert))))
    }
}
