//! Processes that become another program: their history begins again.
//!
//! `exec` throws away all memory of a process and keeps its number. What starts a service does so (a script that ends in
//! `exec`, the shim of a version manager); what a watch saw before then says nothing of the service.

use std::io;

use crate::event::{Event, EventSink, Target, TargetKind};
use crate::model::{ProcessLabel, Timestamp};

use super::watch::Watch;

impl Watch {
    /// Takes what a process is called now. Another name is another program, however it came by it.
    pub(super) fn is_called(
        &mut self,
        index: usize,
        label: &ProcessLabel,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let known = &mut self.targets[index].label;
        if known.name != label.name {
            return self.runs_another(index, label, at, sink);
        }
        known.clone_from(label);
        Ok(())
    }

    /// Takes up a process that runs another program from now on: for whoever looks, one target ends and another begins.
    pub(super) fn runs_another(
        &mut self,
        index: usize,
        label: &ProcessLabel,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let before = &mut self.targets[index];
        if before.first_seen == at && before.program > 0 {
            // Its name told it already in this tick.
            before.label.clone_from(label);
            return Ok(());
        }
        before.ended = Some(at);
        let before = &self.targets[index];
        let alerts = self.series[index].book.close(at);
        alerts.iter().try_for_each(|alert| sink.take(Event::Alert(Some(before), alert)))?;
        sink.take(Event::Replaced(before))?;

        let fresh = self.unread(TargetKind::Process, label.clone(), before.source.clone(), at);
        let (key, program, ceiling) = (before.key, before.program + 1, before.ceiling);
        let own_ceiling = self.series[index].own_ceiling;
        let pool = self.pool_of(label);
        self.awaiting.retain(|&awaiting| awaiting != index);
        self.accused.retain(|&accused| accused != index);
        self.put(index, Target { key, program, ceiling, age_s: Some(0.0), ..fresh }, pool);
        self.series[index].own_ceiling = own_ceiling;
        sink.take(Event::Found(&self.targets[index]))
    }
}
