//! The watched targets of a session: their lifecycle, and the interface that live and replay drivers use.

mod cgroups;
mod judge;
mod members;
mod page_count;
mod pool_verdict;
mod pools;
mod registry;
mod requests;
mod retired;
mod state;

use std::io;
use std::sync::Arc;

use crate::alert::AlertKind;
use crate::analysis::Status;
use crate::event::{Event, EventSink, RetiredSummary, Target, TargetKind};
use crate::model::{HostMemory, ProcessKey, ProcessLabel, Sample, Timestamp};
use crate::source::{CgroupReading, DeniedCounter, MatchedProcess};
use crate::units::Span;

use super::rules::Rules;
use judge::{Judge, send};

pub(super) use page_count::failure_reason;
pub(super) use requests::{Answer, Need, Request, RequestKind, leaks};

/// All targets of a session. Drivers feed it; everything that it finds goes to a sink.
pub struct TargetSet {
    judge: Judge,
}

impl TargetSet {
    /// A set without targets. Every verdict excludes the first `warmup_s` seconds of the session, or of each recording.
    #[must_use]
    pub fn new(rules: Rules, warmup_s: f64) -> Self {
        Self { judge: Judge::new(rules, warmup_s) }
    }

    /// Returns the targets, in the order in which they appeared.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        self.judge.registry().targets()
    }

    /// Returns summaries of the retired targets that are no longer among [`Self::targets`].
    #[must_use]
    pub fn retired(&self) -> Vec<RetiredSummary> {
        self.judge.registry().retired_summaries()
    }

    /// Returns the targets and the summaries of retired ones. The samples are dropped: the report needs their memory.
    #[must_use]
    pub fn into_targets(self) -> (Vec<Target>, Vec<RetiredSummary>) {
        self.judge.into_targets()
    }

    /// Begins a live session whose memory counters may be off by this many bytes.
    pub(super) fn begin_live(&mut self, counter_error_bytes: u64) {
        self.judge.begin_live(counter_error_bytes);
    }

    /// Begins another recording.
    pub(super) fn begin_recording(&mut self) {
        self.judge.begin_recording();
    }

    /// Removes all targets of the recording that was read last, because it was misread.
    pub fn forget_recording(&mut self) {
        self.judge.forget_recording();
    }

    /// Returns the number of groups whose samples must stay in order among each other.
    pub(super) fn group_count(&self) -> usize {
        self.judge.group_count()
    }

    /// Returns the group of a target.
    pub(super) fn group_of(&self, index: usize) -> usize {
        self.judge.group_of(index)
    }

    /// Opens a target for a process that appeared. Returns its index.
    pub(super) fn appear(
        &mut self,
        process: MatchedProcess,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let MatchedProcess { key, label, age_s, .. } = process;
        let predecessor = self.judge.registry_mut().take_predecessor(&label);
        let index = self.open(Some(key), label, None, age_s, at, sink)?;
        self.judge.await_limits(index);
        if let Some(before) = predecessor {
            let message = format!("restarted: pid {} replaces pid {before}", key.pid);
            self.judge.fire_once(index, AlertKind::Restarted, at, message, sink)?;
        }
        Ok(index)
    }

    /// Opens a target for a process or a series of a recording. Returns its index.
    pub(super) fn open(
        &mut self,
        key: Option<ProcessKey>,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        age_s: Option<f64>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let pool = self.judge.pool_for(&label);
        let mut target = self.judge.registry().blank(TargetKind::Process, label, source, at);
        target.key = key;
        target.lifetime.age_s = age_s;
        let index = self.judge.registry_mut().insert(target, pool);
        sink.on_event(Event::Appeared(self.judge.registry().target(index)))?;
        Ok(index)
    }

    /// Begins a tick. `is_whole` is true if it samples all processes.
    pub(super) fn begin_tick(&mut self, is_whole: bool) {
        self.judge.begin_tick(is_whole);
    }

    /// Takes one sample of a target.
    pub(super) fn observe(
        &mut self,
        index: usize,
        sample: &Sample,
        denied: &[DeniedCounter],
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        self.judge.observe(index, sample, denied, sink)
    }

    /// Ends a tick: completes the sums of the processes sampled in it.
    pub(super) fn end_tick(&mut self, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.end_tick(sink)
    }

    /// Takes the memory of the host.
    pub(super) fn observe_host(&mut self, at: Timestamp, host: HostMemory, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.observe_host(at, host, sink)
    }

    /// Takes a reading of a control group. `index` is its target, if it has one already. Returns its target.
    pub(super) fn observe_cgroup(
        &mut self,
        index: Option<usize>,
        seen: &CgroupReading,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let kind = TargetKind::Cgroup { members: seen.members.len() as u64 };
        let index = match index {
            Some(index) => index,
            None => {
                let index = self.judge.registry_mut().insert_sum(kind, seen.path.clone(), None, at);
                let target = self.judge.registry_mut().target_mut(index);
                target.current.cgroup.get_or_insert_default().update(seen.memory, &seen.members);
                sink.on_event(Event::Appeared(target))?;
                index
            }
        };
        let target = self.judge.registry_mut().target_mut(index);
        target.kind = kind;
        let before = target.current.cgroup.get_or_insert_default().update(seen.memory, &seen.members);
        self.judge.set_ceiling(index, seen.ceiling);
        if let Some(message) = cgroups::oom_kill_message(before.oom_kills, seen.memory.oom_kills) {
            self.judge.fire_once(index, AlertKind::OomKill, at, message, sink)?;
        }
        self.judge.observe(index, &Sample { at, reading: cgroups::as_reading(&seen.memory) }, &[], sink)?;
        Ok(index)
    }

    /// Takes the current label of a process. A new name is a new program.
    pub(super) fn relabel(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let known = &mut self.judge.registry_mut().target_mut(index).label;
        if known.name != label.name {
            return self.change_program(index, label, at, sink);
        }
        known.clone_from(label);
        Ok(())
    }

    /// Ends the target of a process that runs another program now, and begins a new one in its place.
    ///
    /// `exec` drops all memory of a process and keeps its pid (execve(2)). Start scripts and version-manager shims use
    /// it; the samples before it say nothing about the service.
    pub(super) fn change_program(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let before = self.judge.registry_mut().target_mut(index);
        if before.lifetime.first_seen == at && before.program > 0 {
            // The new name was noticed earlier in this tick.
            before.label.clone_from(label);
            return Ok(());
        }
        if self.judge.is_replay() {
            // The length of the recording, and with it the evidence needed, is known at its end only.
            self.judge.assess(index, at, sink)?;
            self.judge.registry_mut().target_mut(index).lifetime.ended = Some(at);
        } else {
            self.end(index, "its process runs another program", at, sink)?;
        }
        sink.on_event(Event::ProgramChanged(self.judge.registry().target(index)))?;
        if self.judge.registry().target(index).assessment.verdict.status >= Status::Suspect {
            // A program that may leak stays in the report.
            self.judge.registry_mut().retire_copy(index);
        }

        let before = self.judge.registry().target(index);
        let blank = self.judge.registry().blank(TargetKind::Process, Arc::clone(label), before.source.clone(), at);
        let mut target = Target { key: before.key, program: before.program + 1, ..blank };
        target.current.ceiling = before.current.ceiling;
        target.lifetime.age_s = Some(0.0);
        let ceiling = self.judge.registry().state(index).source_ceiling();
        let pool = self.judge.pool_for(label);
        self.judge.forget_requests(index);
        self.judge.registry_mut().replace(index, target, pool);
        let (target, state) = self.judge.registry_mut().entry_mut(index);
        state.inherit_ceiling(ceiling);
        sink.on_event(Event::Appeared(target))
    }

    /// Retires a target whose process exited, or whose control group was removed.
    pub(super) fn exit(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let why = match self.targets()[index].kind {
            TargetKind::Cgroup { .. } => "the control group was removed",
            _ => "the process has exited",
        };
        self.end(index, why, at, sink)?;
        self.judge.note_exit(index);
        self.judge.registry_mut().retire(index);
        let lived = Span(at.seconds_since(self.targets()[index].lifetime.first_seen));
        self.judge.fire_once(index, AlertKind::Ended, at, format!("exited, {lived} after it was first seen"), sink)?;
        sink.on_event(Event::Exited(&self.targets()[index]))
    }

    /// Judges a target for the last time, and resolves its alerts for a reason.
    fn end(&mut self, index: usize, why: &str, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.assess_finally(index, at, sink)?;
        self.judge.settle_count(index, Err(why.to_owned()), at, sink)?;
        self.judge.close(index, at, sink)?;
        self.judge.registry_mut().target_mut(index).lifetime.ended = Some(at);
        self.judge.remember_in_groups(index);
        let (target, state) = self.judge.registry_mut().entry_mut(index);
        let alerts = state.resolve_alerts(at, why);
        send(&alerts, Some(target), sink)
    }

    /// Judges every target for the last time.
    pub(super) fn judge_all(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.judge_all(at, sink)
    }

    /// Closes every target. Alerts of the latest reading stay open.
    pub(super) fn close_all(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut closed = Ok(());
        for index in 0..self.targets().len() {
            closed = closed.and(self.judge.close(index, at, sink));
        }
        closed
    }

    /// Returns the requests for one kind of expensive read.
    pub(super) fn requests(&mut self, need: Need) -> Vec<Request> {
        self.judge.requests(need)
    }

    /// Takes the answer to a request.
    pub(super) fn answer(
        &mut self,
        request: Request,
        answer: Answer,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        self.judge.answer(request, answer, at, sink)
    }
}
