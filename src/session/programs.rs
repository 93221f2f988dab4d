//! Processes that become another program: their history begins again.
//!
//! `exec` throws away all memory of a process and keeps its number. What starts a service does so (a script that ends in
//! `exec`, the shim of a version manager); what a watch saw before then says nothing of the service.

use std::io;
use std::sync::Arc;

use crate::analysis::Status;
use crate::event::{Event, EventSink, Target, TargetKind};
use crate::model::{ProcessLabel, Timestamp};

use super::watch::Watch;

impl Watch {
    /// Takes what a process is called now. Another name is another program, however it came by it.
    pub(super) fn is_called(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
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
        label: &Arc<ProcessLabel>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let before = &mut self.targets[index];
        if before.lifetime.first_seen == at && before.program > 0 {
            // Its name told it already in this tick.
            before.label.clone_from(label);
            return Ok(());
        }
        if self.replaying {
            // How long the recording is, and with it how much proves a leak, is told at its end.
            self.assess(index, at, sink)?;
            self.targets[index].lifetime.ended = Some(at);
        } else {
            self.end(index, "its process runs another program", at, sink)?;
        }
        sink.on_event(Event::ProgramChanged(&self.targets[index]))?;
        if self.targets[index].assessment.verdict.status >= Status::Suspect {
            self.keep(index);
        }

        let before = &self.targets[index];
        let fresh = self.unread(TargetKind::Process, Arc::clone(label), before.source.clone(), at);
        let (key, program, ceiling) = (before.key, before.program + 1, before.current.ceiling);
        let own_ceiling = self.series[index].own_ceiling;
        let pool = self.pool_of(label);
        self.awaiting.retain(|&awaiting| awaiting != index);
        self.accused.retain(|&accused| accused != index);
        let mut target = Target { key, program, ..fresh };
        target.current.ceiling = ceiling;
        target.lifetime.age_s = Some(0.0);
        self.put(index, target, pool);
        self.series[index].own_ceiling = own_ceiling;
        sink.on_event(Event::Appeared(&self.targets[index]))
    }

    /// Copies a program that leaks, or may, to a place of its own: it is what the user looks for, whatever came after it.
    fn keep(&mut self, index: usize) {
        let place = self.place(self.targets[index].clone(), None);
        self.series.swap(index, place);
        self.ended.gone(place, &self.targets[place]);
    }
}
