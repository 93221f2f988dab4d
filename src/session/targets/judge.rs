//! Judge of one target: applies the rules of a session, assesses, and asks for the expensive reads a verdict needs.

use std::io;

use crate::analysis::{Assessment, Resource, Status};
use crate::event::{Event, EventSink, Target, TargetKind};
use crate::model::Timestamp;
use crate::source::ExactMemory;

use super::super::rules::Rules;
use super::lives::join_lives;
use super::members::fastest_members;
use super::pool_verdict::compare_with_pool;
use super::pools::Pools;
use super::registry::Registry;
use super::requests::{Need, Pending, Request};
use super::state::TargetState;
use crate::units::Axis;

/// Origin of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Live processes: pages can be counted, and all processes have a sum.
    Live,
    /// A recording, which is judged once, at its end.
    Replay,
}

/// The rules, the time that the session or recording covers, and the requests of the targets.
pub(super) struct Judge {
    rules: Rules,
    warmup_s: f64,
    mode: Option<Mode>,
    /// Time of the first and of the latest sample of the session or recording.
    span: Option<(Timestamp, Timestamp)>,
    pending: Pending,
}

impl Judge {
    /// A judge before the first sample. Every verdict excludes the first `warmup_s` seconds.
    pub(super) fn new(rules: Rules, warmup_s: f64) -> Self {
        Self { rules, warmup_s, mode: None, span: None, pending: Pending::default() }
    }

    /// Returns the rules.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Begins a live session.
    pub(super) fn begin_live(&mut self) {
        self.mode = Some(Mode::Live);
    }

    /// Begins another recording. Its length counts from its own first row.
    pub(super) fn begin_recording(&mut self) {
        self.mode = Some(Mode::Replay);
        self.span = None;
        self.rules.analysis.axis = Axis::Time;
    }

    /// Sets the axis of the current recording. Memory in one of another program that never changes was not measured.
    pub(super) fn describe_recording(&mut self, axis: Axis, is_foreign: bool) {
        self.rules.analysis.axis = axis;
        self.rules.analysis.constant_is_unmeasured = is_foreign;
    }

    /// True if the current samples come from live processes.
    pub(super) fn is_live(&self) -> bool {
        self.mode == Some(Mode::Live)
    }

    /// True if the current samples come from a recording.
    pub(super) fn is_replay(&self) -> bool {
        self.mode == Some(Mode::Replay)
    }

    /// Notes the time of a sample. Returns true if the warm-up excludes it from every verdict.
    pub(super) fn note_sample(&mut self, at: Timestamp) -> bool {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        at.seconds_since(first) < self.warmup_s
    }

    /// Returns the time of the first sample of the session or recording, or `at` without one.
    pub(super) fn began(&self, at: Timestamp) -> Timestamp {
        self.span.map_or(at, |(first, _)| first)
    }

    /// Notes a new live process, whose limits are to be read.
    pub(super) fn await_limits(&mut self, index: usize) {
        self.pending.await_limits(index);
    }

    /// Forgets the requests of a target whose process runs another program.
    pub(super) fn forget_requests(&mut self, index: usize) {
        self.pending.forget(index);
    }

    /// Returns the requests for one kind of expensive read.
    pub(super) fn requests(&mut self, need: Need, registry: &Registry) -> Vec<Request> {
        self.pending.requests(need, registry)
    }

    /// Assesses a target with its latest ceiling.
    pub(super) fn assess_finally(
        &mut self,
        index: usize,
        registry: &mut Registry,
        pools: &Pools,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let (target, state) = registry.entry_mut(index);
        state.refresh_ceiling(target, self.rules.limit_bytes);
        self.assess(index, registry, pools, at, sink)
    }

    /// Assesses a target by its samples and by its pool. Publishes the assessment unless it waits for a page count.
    pub(super) fn assess(
        &mut self,
        index: usize,
        registry: &mut Registry,
        pools: &Pools,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let span_s = self.span.map_or(0.0, |(first, last)| last.seconds_since(first));
        self.rules.analysis.min_observation_s = self.rules.min_observation.seconds(span_s);
        let (target, state) = (registry.target(index), registry.state(index));
        let Some(mut assessment) = state.assess(target, &self.rules.analysis) else { return Ok(()) };
        let pool = state.pool().map(|pool| pools.get(pool));
        let pool = pool.and_then(|pool| Some((pool, registry.target(pool.target()?))));
        compare_with_pool(target, pool, &mut assessment);
        join_lives(target, &mut assessment);
        let (target, state) = registry.entry_mut(index);
        if self.waits_for_count(target, state, &mut assessment, at) {
            self.pending.await_count(index);
            return Ok(());
        }
        self.publish(index, assessment, registry, at, sink)
    }

    /// True if the leak of a live process waits for a page count.
    fn waits_for_count(
        &self,
        target: &Target,
        state: &mut TargetState,
        assessment: &mut Assessment,
        at: Timestamp,
    ) -> bool {
        let verdict = &assessment.verdict;
        let leaks = verdict.status == Status::Leaking && verdict.resource == Some(Resource::Memory);
        if self.is_live() && leaks && target.kind == TargetKind::Process {
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
        registry: &mut Registry,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        assessment.shrink();
        let began = self.began(at);
        let (target, state) = registry.entry_mut(index);
        let status = assessment.verdict.status;
        if target.assess(assessment) != status {
            sink.on_event(Event::VerdictChanged(target, at))?;
        }
        state.derive_conditions(target, at, began, &self.rules);
        match target.kind {
            _ if status < Status::Suspect => {}
            TargetKind::Process if self.is_live() => self.pending.suspect(index),
            TargetKind::Process => {}
            _ => attribute_to_members(index, registry),
        }
        Ok(())
    }

    /// Publishes the assessment that waits for a page count, with the count or the reason for which there is none.
    pub(super) fn settle_count(
        &mut self,
        index: usize,
        count: Result<ExactMemory, String>,
        registry: &mut Registry,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        self.pending.counted(index);
        match registry.entry_mut(index).1.page_count_mut().settle(count, at) {
            Some(assessment) => self.publish(index, assessment, registry, at, sink),
            None => Ok(()),
        }
    }
}

/// Names the fastest members of a sum, if some grow.
fn attribute_to_members(index: usize, registry: &mut Registry) {
    let members = fastest_members(index, registry);
    if !members.is_empty() {
        registry.target_mut(index).attribution_mut().set_members(members);
    }
}
