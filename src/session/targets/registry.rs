//! Registry of the targets of a session, with the state that sinks do not see.

use std::sync::Arc;

use crate::analysis::{Settings, Status, Tracker};
use crate::event::{RetiredSummary, Target, TargetKind};
use crate::model::{Pid, ProcessLabel, Runtime, Timestamp};

use super::lives::join_recorded_lives;
use super::retired::Retired;
use super::state::TargetState;

/// All targets of a session. A target keeps its index while it is live; retired targets may give theirs to new ones.
pub(super) struct Registry {
    targets: Vec<Target>,
    /// State of each target, at the same index.
    states: Vec<TargetState>,
    retired: Retired,
    /// Number of targets opened so far.
    opened: u64,
    settings: Settings,
    /// Largest error of a memory counter, in bytes.
    counter_error: f64,
    /// Index of the first target of the current recording.
    recording_start: usize,
}

impl Registry {
    /// An empty registry. `settings` are those of the trackers it creates.
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            targets: Vec::new(),
            states: Vec::new(),
            retired: Retired::default(),
            opened: 0,
            settings,
            counter_error: 0.0,
            recording_start: 0,
        }
    }

    /// Sets the largest error of a memory counter, for targets opened from now on.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(super) fn set_counter_error(&mut self, bytes: u64) {
        self.counter_error = bytes as f64;
    }

    /// Returns all targets, in the order in which they appeared.
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Returns a target.
    pub(super) fn target(&self, index: usize) -> &Target {
        &self.targets[index]
    }

    /// Returns a target for changes.
    pub(super) fn target_mut(&mut self, index: usize) -> &mut Target {
        &mut self.targets[index]
    }

    /// Returns the state of a target.
    pub(super) fn state(&self, index: usize) -> &TargetState {
        &self.states[index]
    }

    /// Returns a target and its state for changes.
    pub(super) fn entry_mut(&mut self, index: usize) -> (&mut Target, &mut TargetState) {
        (&mut self.targets[index], &mut self.states[index])
    }

    /// Creates a target without readings. It gets a place with [`Self::insert`].
    pub(super) fn blank(
        &self,
        kind: TargetKind,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        at: Timestamp,
    ) -> Target {
        let assessment = Tracker::new(&self.settings, None).assess(&self.settings, None);
        Target::new(self.opened, kind, label, source, at, assessment)
    }

    /// Stores a target, in the place of a retired one if too many are kept. Returns its index.
    pub(super) fn insert(&mut self, target: Target, pool: Option<usize>) -> usize {
        let index = self.retired.vacate(&self.targets).unwrap_or(self.targets.len());
        self.replace(index, target, pool);
        index
    }

    /// Stores a new target for a sum of processes. Returns its index.
    pub(super) fn insert_sum(
        &mut self,
        kind: TargetKind,
        name: String,
        source: Option<String>,
        at: Timestamp,
    ) -> usize {
        let label = ProcessLabel { name, ..ProcessLabel::default() };
        let target = self.blank(kind, label.into(), source, at);
        self.insert(target, None)
    }

    /// Stores a target at an index, or behind all others.
    fn replace(&mut self, index: usize, target: Target, pool: Option<usize>) {
        self.opened += 1;
        let tracker = new_tracker(&self.settings, &target, target.lifetime.age_s, self.counter_error);
        let state = TargetState::new(tracker, pool);
        if index == self.targets.len() {
            self.targets.push(target);
            self.states.push(state);
        } else {
            self.targets[index] = target;
            self.states[index] = state;
        }
    }

    /// Begins a new life of a series: its tracker forgets the readings before the restart.
    pub(super) fn restart(&mut self, index: usize) {
        self.targets[index].restart();
        let tracker = new_tracker(&self.settings, &self.targets[index], Some(0.0), self.counter_error);
        self.states[index].renew(tracker);
    }

    /// Replaces an ended target by the one of the next program of its process. A program that may leak stays, retired.
    pub(super) fn follow(
        &mut self,
        index: usize,
        label: &Arc<ProcessLabel>,
        pool: Option<usize>,
        at: Timestamp,
    ) -> &Target {
        if self.targets[index].assessment.verdict.status >= Status::Suspect {
            self.retire_copy(index);
        }
        let before = &self.targets[index];
        let target = self.blank(TargetKind::Process, Arc::clone(label), before.source.clone(), at).following(before);
        let ceiling = self.states[index].source_ceiling();
        self.replace(index, target, pool);
        self.states[index].inherit_ceiling(ceiling);
        &self.targets[index]
    }

    /// Moves a copy of a target and its state to an index of its own, and retires it there.
    fn retire_copy(&mut self, index: usize) {
        let place = self.insert(self.targets[index].clone(), None);
        self.states.swap(index, place);
        self.retire(place);
    }

    /// Retires a target whose process exited.
    pub(super) fn retire(&mut self, index: usize) {
        self.retired.push(index, &self.targets[index]);
    }

    /// Notes the exit of a suspect process in its control groups.
    pub(super) fn remember_in_groups(&mut self, index: usize) {
        let process = &self.targets[index];
        let Some(key) = process.key.filter(|_| process.assessment.verdict.status >= Status::Suspect) else { return };
        let groups: Vec<usize> =
            (0..self.targets.len()).filter(|&group| self.targets[group].is_group_of(process)).collect();
        for group in groups {
            self.targets[group].remember_exit(key);
        }
    }

    /// Returns the pid of the latest exited process of this name and command line, once.
    pub(super) fn take_predecessor(&mut self, label: &ProcessLabel) -> Option<Pid> {
        let index = self.retired.take_predecessor(&label.name, &label.cmdline)?;
        self.targets[index].key.map(|key| key.pid)
    }

    /// Joins the processes of the current recording that follow each other. Returns the last one of each service.
    pub(super) fn join_recorded_lives(&mut self) -> Vec<usize> {
        join_recorded_lives(&mut self.targets, self.recording_start)
    }

    /// Begins another recording. Its targets belong to pools of their own.
    pub(super) fn begin_recording(&mut self) {
        self.recording_start = self.targets.len();
        self.states.iter_mut().for_each(TargetState::leave_pool);
    }

    /// Removes all targets of the current recording.
    pub(super) fn forget_recording(&mut self) {
        self.targets.truncate(self.recording_start);
        self.states.truncate(self.recording_start);
        self.retired = Retired::default();
    }

    /// Returns the targets, and summaries of the retired ones that are no longer among them.
    pub(super) fn into_targets(self) -> (Vec<Target>, Vec<RetiredSummary>) {
        let retired = self.retired.summaries();
        (self.targets, retired)
    }

    /// Returns summaries of the retired targets that are no longer kept.
    pub(super) fn retired_summaries(&self) -> Vec<RetiredSummary> {
        self.retired.summaries()
    }
}

/// Returns a tracker for a target. `age_s` is the age of its process at the first reading, `counter_error` that of its memory
/// counters in bytes.
fn new_tracker(settings: &Settings, target: &Target, age_s: Option<f64>, counter_error: f64) -> Tracker {
    Tracker::new(settings, age_s).with_counter_error(counter_error).with_runtime(Runtime::from_label(&target.label))
}
