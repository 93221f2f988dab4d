//! Judges the targets of a session from their samples, alone and by their sums.

use std::io;

use crate::alert::{Alert, AlertKind, AlertState, OpenAlerts, host_conditions};
use crate::analysis::{Assessment, Resource, Status};
use crate::event::{Event, EventSink, RetiredSummary, Target, TargetKind};
use crate::model::{Ceiling, HostMemory, ProcessLabel, Sample, Timestamp};
use crate::source::{DeniedCounter, ExactMemory};

use super::super::rules::Rules;
use super::members::{fastest_members, is_leak_reported};
use super::pool_verdict::compare_with_pool;
use super::pools::{PoolSum, Pools};
use super::registry::Registry;
use super::requests::{Answer, Need, Pending, Request, RequestKind, record_inspection};
use super::state::with_latest_pss;

/// Origin of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Live processes: pages can be counted, and all processes have a sum.
    Live,
    /// A recording, which is judged once, at its end.
    Replay,
}

/// The judge of all targets of a session.
pub(super) struct Judge {
    rules: Rules,
    warmup_s: f64,
    mode: Option<Mode>,
    registry: Registry,
    pools: Pools,
    pending: Pending,
    host_alerts: OpenAlerts,
    /// Time of the first and of the latest sample of the session or recording.
    span: Option<(Timestamp, Timestamp)>,
    /// True if the current tick samples all processes, so that their sum is known.
    is_whole: bool,
}

impl Judge {
    /// A judge without targets.
    pub(super) fn new(rules: Rules, warmup_s: f64) -> Self {
        Self {
            registry: Registry::new(rules.analysis.clone()),
            rules,
            warmup_s,
            mode: None,
            pools: Pools::default(),
            pending: Pending::default(),
            host_alerts: OpenAlerts::default(),
            span: None,
            is_whole: false,
        }
    }

    /// Returns the storage of the targets.
    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns the storage of the targets for changes.
    pub(super) fn registry_mut(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// Begins a live session whose memory counters may be off by this many bytes.
    pub(super) fn begin_live(&mut self, counter_error_bytes: u64) {
        self.mode = Some(Mode::Live);
        self.registry.set_counter_error(counter_error_bytes);
    }

    /// Begins another recording. Its length counts from its own first row.
    pub(super) fn begin_recording(&mut self) {
        self.mode = Some(Mode::Replay);
        self.span = None;
        self.pools = Pools::default();
        self.registry.begin_recording();
    }

    /// Removes all targets of the current recording.
    pub(super) fn forget_recording(&mut self) {
        self.registry.forget_recording();
        self.pools = Pools::default();
    }

    /// True if the current samples come from a recording.
    pub(super) fn is_replay(&self) -> bool {
        self.mode == Some(Mode::Replay)
    }

    /// Begins a tick. `is_whole` is true if it samples all processes.
    pub(super) fn begin_tick(&mut self, is_whole: bool) {
        self.is_whole = is_whole;
    }

    /// Returns the number of groups whose samples must stay in order among each other.
    pub(super) fn group_count(&self) -> usize {
        self.pools.len() + self.registry.targets().len()
    }

    /// Returns the group of a target: members of a pool share one.
    pub(super) fn group_of(&self, index: usize) -> usize {
        self.registry.state(index).pool().unwrap_or(self.pools.len() + index)
    }

    /// Returns the pool for a process of this name; `None` if processes are judged alone.
    pub(super) fn pool_for(&mut self, label: &ProcessLabel) -> Option<usize> {
        if self.rules.pools { self.pools.for_name(&label.name) } else { None }
    }

    /// Notes that a member of a pool exited.
    pub(super) fn note_exit(&mut self, index: usize) {
        if let Some(pool) = self.registry.state(index).pool() {
            self.pools.note_exit(pool);
        }
    }

    /// Notes the exit of a suspect process in its control groups. Its leak may have raised theirs.
    pub(super) fn remember_in_groups(&mut self, index: usize) {
        self.registry.remember_in_groups(index);
    }

    /// Notes a new live process, whose limits are to be read.
    pub(super) fn await_limits(&mut self, index: usize) {
        self.pending.await_limits(index);
    }

    /// Forgets the requests of a target whose process runs another program.
    pub(super) fn forget_requests(&mut self, index: usize) {
        self.pending.forget(index);
    }

    /// Takes one sample of a target.
    pub(super) fn observe(
        &mut self,
        index: usize,
        sample: &Sample,
        denied: &[DeniedCounter],
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let at = sample.at;
        let (target, state) = self.registry.entry_mut(index);
        if !state.is_open() {
            return Ok(());
        }
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let is_warming_up = at.seconds_since(first) < self.warmup_s;
        let Some(effect) = state.observe(target, sample, denied, is_warming_up) else { return Ok(()) };
        sink.on_event(Event::Sampled(target, sample))?;
        let pool = state.pool();
        if effect.is_due && self.mode == Some(Mode::Replay) {
            state.update_spikes(target);
            state.derive_conditions(target, at, &self.rules);
        } else if effect.is_due {
            self.assess(index, at, sink)?;
        }
        self.drop_reported_leak(index);
        let (target, state) = self.registry.entry_mut(index);
        state.refresh_ceiling(target, self.rules.limit_bytes);
        let alerts = state.update_alerts(target, at, effect.rise, &self.rules);
        send(&alerts, Some(target), sink)?;
        let Some(pool) = pool else { return Ok(()) };
        let reading = with_latest_pss(target, sample);
        if self.mode == Some(Mode::Live) && self.is_whole {
            self.pools.add_to_all(pool, index, at, &reading);
        }
        match self.pools.add(pool, index, at, &reading) {
            Some(sum) => self.observe_pool(pool, sum, sink),
            None => Ok(()),
        }
    }

    /// Takes the complete sum of one pool.
    fn observe_pool(&mut self, pool: usize, sum: PoolSum, sink: &mut dyn EventSink) -> io::Result<()> {
        let kind = TargetKind::Pool { members: sum.members };
        let index = match self.pools.get(pool).target() {
            Some(index) => index,
            None => {
                let Target { label, source, .. } = self.registry.target(sum.member);
                let (name, source) = (label.name.clone(), source.clone());
                let index = self.registry.insert_sum(kind, name, source, sum.at);
                self.pools.set_target(pool, index);
                index
            }
        };
        self.registry.target_mut(index).kind = kind;
        self.observe(index, &Sample { at: sum.at, reading: sum.reading }, &[], sink)
    }

    /// Ends a moment: completes the sums of the pools, and of all processes.
    pub(super) fn end_tick(&mut self, sink: &mut dyn EventSink) -> io::Result<()> {
        for (pool, sum) in self.pools.complete() {
            self.observe_pool(pool, sum, sink)?;
        }
        let Some(sum) = self.pools.complete_all() else { return Ok(()) };
        let kind = TargetKind::Selection { members: sum.members };
        let index = match self.pools.all_target() {
            Some(index) => index,
            None => {
                let index = self.registry.insert_sum(kind, "all selected".to_owned(), None, sum.at);
                self.pools.set_all_target(index);
                index
            }
        };
        self.registry.target_mut(index).kind = kind;
        self.observe(index, &Sample { at: sum.at, reading: sum.reading }, &[], sink)
    }

    /// Takes the memory of the host, which is the ceiling of every sum.
    pub(super) fn observe_host(&mut self, at: Timestamp, host: HostMemory, sink: &mut dyn EventSink) -> io::Result<()> {
        for index in 0..self.registry.targets().len() {
            let target = self.registry.target(index);
            let is_sum = matches!(target.kind, TargetKind::Pool { .. } | TargetKind::Selection { .. });
            if is_sum && target.lifetime.ended.is_none() {
                self.set_ceiling(index, Some(host.ceiling()));
            }
        }
        let alerts = self.host_alerts.update(at, &host_conditions(host));
        send(&alerts, None, sink)
    }

    /// Sets the limit that the source found for a target.
    pub(super) fn set_ceiling(&mut self, index: usize, ceiling: Option<Ceiling>) {
        let (target, state) = self.registry.entry_mut(index);
        state.set_source_ceiling(target, ceiling, self.rules.limit_bytes);
    }

    /// Assesses a target with its latest ceiling.
    pub(super) fn assess_finally(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let (target, state) = self.registry.entry_mut(index);
        state.refresh_ceiling(target, self.rules.limit_bytes);
        self.assess(index, at, sink)
    }

    /// Assesses a target, and publishes the assessment unless it waits for a page count.
    pub(super) fn assess(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let span_s = self.span.map_or(0.0, |(first, last)| last.seconds_since(first));
        self.rules.analysis.min_observation_s = self.rules.min_observation.seconds(span_s);
        let target = self.registry.target(index);
        let Some(mut assessment) = self.registry.state(index).assess(target, &self.rules.analysis) else {
            return Ok(());
        };
        let pool = self.registry.state(index).pool().map(|pool| self.pools.get(pool));
        let pool = pool.and_then(|pool| Some((pool, self.registry.target(pool.target()?))));
        compare_with_pool(target, pool, &mut assessment);
        if self.waits_for_count(index, &mut assessment, at) {
            self.pending.await_count(index);
            return Ok(());
        }
        self.publish(index, assessment, at, sink)
    }

    /// True if the leak of a live process waits for a page count.
    fn waits_for_count(&mut self, index: usize, assessment: &mut Assessment, at: Timestamp) -> bool {
        let (target, state) = self.registry.entry_mut(index);
        let verdict = &assessment.verdict;
        let leaks = verdict.status == Status::Leaking && verdict.resource == Some(Resource::Memory);
        if self.mode == Some(Mode::Live) && leaks && target.kind == TargetKind::Process {
            return state.page_count_mut().hold(assessment, at);
        }
        state.page_count_mut().withdraw();
        false
    }

    /// Makes an assessment the current one of its target.
    fn publish(
        &mut self,
        index: usize,
        mut assessment: Assessment,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        assessment.shrink();
        let (target, state) = self.registry.entry_mut(index);
        let before = std::mem::replace(&mut target.assessment, assessment).verdict.status;
        let status = target.assessment.verdict.status;
        if before != status {
            sink.on_event(Event::VerdictChanged(target, at))?;
        }
        state.derive_conditions(target, at, &self.rules);
        if status < Status::Suspect {
            return Ok(());
        }
        if target.kind == TargetKind::Process {
            if self.mode == Some(Mode::Live) {
                self.pending.suspect(index);
            }
            return Ok(());
        }
        let members = fastest_members(index, &self.registry);
        if !members.is_empty() {
            self.registry.target_mut(index).attribution.get_or_insert_default().members = members;
        }
        Ok(())
    }

    /// Publishes the assessment that waits for a page count, with the count or the reason for which there is none.
    pub(super) fn settle_count(
        &mut self,
        index: usize,
        count: Result<ExactMemory, String>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        match self.registry.entry_mut(index).1.page_count_mut().settle(count, at) {
            Some(assessment) => self.publish(index, assessment, at, sink),
            None => Ok(()),
        }
    }

    /// Judges every target for the last time. Assessments that wait for a page count are published when it is answered,
    /// or when the targets are closed.
    pub(super) fn judge_all(&mut self, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut assessed = self.end_tick(sink);
        for index in 0..self.registry.targets().len() {
            assessed = assessed.and(self.assess_finally(index, at, sink));
        }
        assessed
    }

    /// Drops the leak condition of a target if the alert of another target reports the same leak.
    fn drop_reported_leak(&mut self, index: usize) {
        if self.registry.state(index).awaits_leak_alert() && is_leak_reported(index, &self.registry) {
            self.registry.entry_mut(index).1.drop_leak_condition();
        }
    }

    /// Closes a target: publishes what waits for a page count, and settles its alerts.
    pub(super) fn close(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        if !self.registry.state(index).is_open() {
            return Ok(());
        }
        let published = self.settle_count(index, Err("the watch is over".to_owned()), at, sink);
        self.drop_reported_leak(index);
        let is_replay = self.is_replay();
        let (target, state) = self.registry.entry_mut(index);
        let alerts = state.close(target, at, is_replay);
        published.and(send(&alerts, Some(target), sink))
    }

    /// Returns the requests for one kind of expensive read.
    pub(super) fn requests(&mut self, need: Need) -> Vec<Request> {
        self.pending.requests(need, &self.registry)
    }

    /// Takes the answer to a request.
    pub(super) fn answer(
        &mut self,
        request: Request,
        answer: Answer,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let index = request.target;
        match answer {
            Answer::Pages(count) => {
                debug_assert_eq!(request.kind, RequestKind::CountPages);
                self.pending.counted(index);
                self.settle_count(index, count, at, sink)
            }
            Answer::Inspected(inspection, forbidden) => {
                record_inspection(self.registry.target_mut(index), inspection, forbidden, at);
                Ok(())
            }
            Answer::Limits(ceiling) => {
                self.set_ceiling(index, ceiling);
                Ok(())
            }
        }
    }

    /// Fires an alert that has no end.
    pub(super) fn fire_once(
        &self,
        index: usize,
        kind: AlertKind,
        at: Timestamp,
        message: String,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let alert = Alert { kind, state: AlertState::Firing, at, since: at, value: None, threshold: None, message };
        sink.on_event(Event::Alert(Some(self.registry.target(index)), &alert))
    }

    /// Returns the targets, and summaries of those no longer among them.
    pub(super) fn into_targets(self) -> (Vec<Target>, Vec<RetiredSummary>) {
        self.registry.into_targets()
    }
}

/// Sends alerts of one target.
pub(super) fn send(alerts: &[Alert], target: Option<&Target>, sink: &mut dyn EventSink) -> io::Result<()> {
    alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(target, alert)))
}
