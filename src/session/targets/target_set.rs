//! All targets of a session: their lifecycle, samples, verdicts and alerts.

use std::io;
use std::sync::Arc;

use crate::alert::{AlertKind, OpenAlerts, host_conditions};
use crate::event::{Event, EventSink, RetiredSummary, Target, TargetKind};
use crate::model::{Ceiling, HostMemory, ProcessKey, ProcessLabel, Sample, Timestamp};
use crate::source::{CgroupReading, DeniedCounter, MatchedProcess};

use super::super::rules::Rules;
use super::alert_events::{end_reason, exit_message, fire_once, send};
use super::cgroups;
use super::judge::Judge;
use super::lives::ServiceLives;
use super::members::drop_reported_growth;
use super::pools::{PoolSum, Pools};
use super::registry::Registry;
use super::repeats::Repeats;
use super::requests::{Answer, Need, Request, record_inspection};
use super::state::with_latest_pss;
use crate::units::Axis;

/// All targets of a session. Drivers feed it; everything that it finds goes to a sink.
pub struct TargetSet {
    judge: Judge,
    registry: Registry,
    pools: Pools,
    host_alerts: OpenAlerts,
    repeats: Repeats,
    lives: ServiceLives,
    /// True if the current tick samples all processes, so that their sum is known.
    is_whole: bool,
}

impl TargetSet {
    /// A set without targets. Every verdict excludes the first `warmup_s` seconds of the session, or of each recording.
    #[must_use]
    pub fn new(rules: Rules, warmup_s: f64) -> Self {
        Self {
            registry: Registry::new(rules.analysis.clone()),
            repeats: Repeats::new(rules.alerts.rules),
            judge: Judge::new(rules, warmup_s),
            pools: Pools::default(),
            host_alerts: OpenAlerts::default(),
            lives: ServiceLives::default(),
            is_whole: false,
        }
    }

    /// Returns the targets, in the order in which they appeared.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        self.registry.targets()
    }

    /// Returns summaries of the retired targets that are no longer among [`Self::targets`].
    #[must_use]
    pub fn retired(&self) -> Vec<RetiredSummary> {
        self.registry.retired_summaries()
    }

    /// Returns the targets and the summaries of retired ones. The samples are dropped: the report needs their memory.
    #[must_use]
    pub fn into_targets(self) -> (Vec<Target>, Vec<RetiredSummary>) {
        self.registry.into_targets()
    }

    /// Begins a live session whose memory counters may be off by this many bytes.
    pub(in crate::session) fn begin_live(&mut self, counter_error_bytes: u64) {
        self.judge.begin_live();
        self.registry.set_counter_error(counter_error_bytes);
    }

    /// Returns the rules.
    pub(in crate::session) fn rules(&self) -> &Rules {
        self.judge.rules()
    }

    /// Begins another recording.
    pub(in crate::session) fn begin_recording(&mut self) {
        self.judge.begin_recording();
        self.pools = Pools::default();
        self.repeats.clear();
        self.registry.begin_recording();
    }

    /// Sets the axis of the current recording. Memory in one of another program that never changes was not measured.
    pub(in crate::session) fn describe_recording(&mut self, axis: Axis, is_foreign: bool) {
        self.judge.describe_recording(axis, is_foreign);
    }

    /// Removes all targets of the recording that was read last, because it was misread.
    pub fn forget_recording(&mut self) {
        self.registry.forget_recording();
        self.pools = Pools::default();
    }

    /// Returns the number of groups whose samples must stay in order among each other.
    pub(in crate::session) fn group_count(&self) -> usize {
        self.pools.len() + self.targets().len()
    }

    /// Returns the group of a target: members of a pool share one.
    pub(in crate::session) fn group_of(&self, index: usize) -> usize {
        self.registry.state(index).pool().unwrap_or(self.pools.len() + index)
    }

    /// Opens a target for a process that appeared. Returns its index.
    pub(in crate::session) fn appear(
        &mut self,
        process: MatchedProcess,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let MatchedProcess { key, label, age_s, .. } = process;
        let predecessor = self.registry.take_predecessor(&label);
        let index = self.open(Some(key), label, None, age_s, at, sink)?;
        self.judge.await_limits(index);
        if let Some(before) = predecessor {
            let message = format!("restarted: pid {} replaces pid {before}", key.pid);
            fire_once(self.registry.target(index), AlertKind::Restarted, at, message, sink)?;
        }
        Ok(index)
    }

    /// Opens a target for a process or a series of a recording. Returns its index.
    pub(in crate::session) fn open(
        &mut self,
        key: Option<ProcessKey>,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        age_s: Option<f64>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let pool = self.pool_for(&label);
        let lives = self.lives.of(&label);
        let mut target = self.registry.blank(TargetKind::Process, label, source, at).with_process(key, age_s);
        target.set_earlier_lives(lives);
        let index = self.registry.insert(target, pool);
        sink.on_event(Event::Appeared(self.registry.target(index)))?;
        Ok(index)
    }

    /// Returns the pool for a process of this name; `None` if processes are judged alone.
    fn pool_for(&mut self, label: &ProcessLabel) -> Option<usize> {
        if self.judge.rules().pools { self.pools.for_name(&label.name) } else { None }
    }

    /// Begins a tick. `is_whole` is true if it samples all processes.
    pub(in crate::session) fn begin_tick(&mut self, is_whole: bool) {
        self.is_whole = is_whole;
    }

    /// Takes one sample of a target.
    pub(in crate::session) fn observe(
        &mut self,
        index: usize,
        sample: &Sample,
        denied: &[DeniedCounter],
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let (target, state) = self.registry.entry_mut(index);
        if !state.is_open() {
            return Ok(());
        }
        let is_warming_up = self.judge.note_sample(sample.at);
        let (began, rules) = (self.judge.began(sample.at), self.judge.rules());
        let effect = state.observe(target, sample, denied, is_warming_up, began, rules);
        sink.on_event(Event::Sampled(target, sample))?;
        let pool = state.pool();
        if effect.is_due() && self.judge.is_replay() {
            state.update_spikes(target);
            state.derive_conditions(target, sample.at, began, rules);
        } else if effect.is_due() {
            self.judge.assess(index, &mut self.registry, &self.pools, sample.at, sink)?;
        }
        drop_reported_growth(index, &mut self.registry);
        let (target, state) = self.registry.entry_mut(index);
        let rules = self.judge.rules();
        state.refresh_ceiling(target, rules.limit_bytes);
        let alerts = state.update_alerts(target, sample.at, began, effect.rise(), rules, &mut self.repeats);
        send(&alerts, Some(target), sink)?;
        let Some(pool) = pool else { return Ok(()) };
        let sample = Sample { at: sample.at, reading: with_latest_pss(target, sample) };
        if self.judge.is_live() && self.is_whole {
            self.pools.add_to_all(pool, index, &sample);
        }
        match self.pools.add(pool, index, &sample) {
            Some(sum) => self.observe_sum(&sum, sink),
            None => Ok(()),
        }
    }

    /// Takes the complete sum of a pool, or of all processes.
    fn observe_sum(&mut self, sum: &PoolSum, sink: &mut dyn EventSink) -> io::Result<()> {
        let index = self.pools.target(sum.id()).unwrap_or_else(|| {
            let member = self.registry.target(sum.member());
            let (name, source) = (sum.name(member), member.source.clone());
            self.registry.insert_sum(sum.kind(), name, source, sum.sample().at)
        });
        self.pools.set_target(sum.id(), index);
        self.registry.target_mut(index).resize(sum.kind());
        self.observe(index, sum.sample(), &[], sink)
    }

    /// Ends a tick: completes the sums of the processes sampled in it.
    pub(in crate::session) fn end_tick(&mut self, sink: &mut dyn EventSink) -> io::Result<()> {
        self.pools.complete().iter().try_for_each(|sum| self.observe_sum(sum, sink))?;
        self.pools.complete_all().map_or(Ok(()), |sum| self.observe_sum(&sum, sink))
    }

    /// Takes the memory of the host, which is the ceiling of every sum.
    pub(in crate::session) fn observe_host(
        &mut self,
        at: Timestamp,
        host: HostMemory,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        for index in 0..self.targets().len() {
            let target = self.registry.target(index);
            let is_sum = matches!(target.kind, TargetKind::Pool { .. } | TargetKind::Selection { .. });
            if is_sum && target.lifetime.ended.is_none() {
                self.set_ceiling(index, Some(host.ceiling()));
            }
        }
        let alerts = self.host_alerts.update(at, &host_conditions(host));
        send(&alerts, None, sink)
    }

    /// Takes a reading of a control group. `index` is its target, if it has one already. Returns its target.
    pub(in crate::session) fn observe_cgroup(
        &mut self,
        index: Option<usize>,
        seen: &CgroupReading,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let kind = TargetKind::Cgroup { members: seen.members.len() as u64 };
        let is_new = index.is_none();
        let index = index.unwrap_or_else(|| self.registry.insert_sum(kind, seen.path.clone(), None, at));
        let target = self.registry.target_mut(index);
        target.resize(kind);
        let before = target.update_cgroup(seen.memory, &seen.members);
        if is_new {
            sink.on_event(Event::Appeared(target))?;
        }
        self.set_ceiling(index, seen.ceiling);
        if let Some(message) = cgroups::oom_kill_message(before.oom_kills, seen.memory.oom_kills) {
            fire_once(self.registry.target(index), AlertKind::OomKill, at, message, sink)?;
        }
        self.observe(index, &Sample { at, reading: cgroups::as_reading(&seen.memory) }, &[], sink)?;
        Ok(index)
    }

    /// Sets the limit that the source found for a target.
    pub(super) fn set_ceiling(&mut self, index: usize, ceiling: Option<Ceiling>) {
        let (target, state) = self.registry.entry_mut(index);
        state.set_source_ceiling(target, ceiling, self.judge.rules().limit_bytes);
    }

    /// Takes the current label of a process. A new name is a new program.
    pub(in crate::session) fn relabel(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        if self.registry.target(index).label.name != label.name {
            return self.change_program(index, label, at, sink);
        }
        self.registry.target_mut(index).relabel(label);
        Ok(())
    }

    /// Ends the target of a process that runs another program now, and begins a new one in its place.
    ///
    /// `exec` drops all memory of a process and keeps its pid (execve(2)). Start scripts and version-manager shims use
    /// it; the samples before it say nothing about the service.
    pub(in crate::session) fn change_program(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let before = self.registry.target_mut(index);
        if before.lifetime.first_seen == at && before.program > 0 {
            // The new name was noticed earlier in this tick.
            before.relabel(label);
            return Ok(());
        }
        if self.judge.is_replay() {
            // The length of the recording, and with it the evidence needed, is known at its end only.
            self.judge.assess(index, &mut self.registry, &self.pools, at, sink)?;
            self.registry.target_mut(index).end(at);
        } else {
            self.end(index, "its process runs another program", at, sink)?;
        }
        sink.on_event(Event::ProgramChanged(self.registry.target(index)))?;
        self.judge.forget_requests(index);
        let pool = self.pool_for(label);
        sink.on_event(Event::Appeared(self.registry.follow(index, label, pool, at)))
    }

    /// Lets a series of a recording restart. Without names of its restarts, its levels tell them.
    pub(in crate::session) fn allow_restarts(&mut self, index: usize, are_named: bool) {
        self.registry.target_mut(index).allow_restarts(are_named);
    }

    /// Ends the life of a series, and begins a new one: the recording names a restart.
    pub(in crate::session) fn cut(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.assess(index, &mut self.registry, &self.pools, at, sink).map(|()| self.registry.restart(index))
    }

    /// Retires a target whose process exited, or whose control group was removed.
    pub(in crate::session) fn exit(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.end(index, end_reason(self.registry.target(index)), at, sink)?;
        if let Some(pool) = self.registry.state(index).pool() {
            self.pools.note_exit(pool);
        }
        self.lives.record(self.registry.target(index), self.registry.targets());
        self.registry.retire(index);
        let target = self.registry.target(index);
        fire_once(target, AlertKind::Ended, at, exit_message(target, at), sink)?;
        sink.on_event(Event::Exited(target))
    }

    /// Judges a target for the last time, and resolves its alerts for a reason.
    fn end(&mut self, index: usize, why: &str, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        self.judge.assess_finally(index, &mut self.registry, &self.pools, at, sink)?;
        self.judge.settle_count(index, Err(why.to_owned()), &mut self.registry, at, sink)?;
        self.close(index, at, sink)?;
        let (target, state) = self.registry.entry_mut(index);
        target.end(at);
        let alerts = state.resolve_alerts(at, why);
        self.registry.remember_in_groups(index);
        send(&alerts, Some(self.registry.target(index)), sink)
    }

    /// Judges every target for the last time. Assessments that wait for a page count are published when it is answered,
    /// or when the targets are closed.
    pub(in crate::session) fn judge_all(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut assessed = self.end_tick(sink);
        for index in 0..self.targets().len() {
            assessed = assessed.and(self.judge.assess_finally(index, &mut self.registry, &self.pools, at, sink));
        }
        let last_lives = if self.judge.is_replay() { self.registry.join_recorded_lives() } else { Vec::new() };
        for index in last_lives {
            assessed = assessed.and(self.judge.assess_finally(index, &mut self.registry, &self.pools, at, sink));
        }
        assessed
    }

    /// Closes every target. Alerts of the latest reading stay open.
    pub(in crate::session) fn close_all(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let failed = (0..self.targets().len()).filter_map(|index| self.close(index, at, sink).err());
        failed.reduce(|first, _| first).map_or(Ok(()), Err)
    }

    /// Closes a target: publishes what waits for a page count, and settles its alerts.
    fn close(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        if !self.registry.state(index).is_open() {
            return Ok(());
        }
        let why = Err("the watch is over".to_owned());
        let published = self.judge.settle_count(index, why, &mut self.registry, at, sink);
        drop_reported_growth(index, &mut self.registry);
        let (target, state) = self.registry.entry_mut(index);
        let alerts = state.close(target, at, self.judge.is_replay(), &mut self.repeats);
        published.and(send(&alerts, Some(target), sink))
    }

    /// Returns the requests for one kind of expensive read.
    pub(in crate::session) fn requests(&mut self, need: Need) -> Vec<Request> {
        self.judge.requests(need, &self.registry)
    }

    /// Takes the answer to a request.
    pub(in crate::session) fn answer(
        &mut self,
        request: Request,
        answer: Answer,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let index = request.target();
        match answer {
            Answer::Pages(count) => return self.judge.settle_count(index, count, &mut self.registry, at, sink),
            Answer::Inspected(inspection, forbidden) => {
                record_inspection(self.registry.target_mut(index).attribution_mut(), inspection, forbidden, at);
            }
            Answer::Limits(ceiling) => self.set_ceiling(index, ceiling),
        }
        Ok(())
    }
}
