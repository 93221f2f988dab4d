//! Evaluates every threshold on every target while a session runs: a sink of its events.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use crate::analysis::Settings;
use crate::event::{Event, EventSink, Look, SinkResult, Target};
use crate::model::{Pid, Sample, Timestamp};

use super::aggregates::Aggregates;
use super::allow::{Allowance, allowances_for_metric};
use super::baseline::Baseline;
use super::expr::{Limit, Threshold, Tier};
use super::extra_looks::Widening;
use super::result::{Decision, ThresholdResult};
use super::results::{OmittedResults, Results};
use super::state::{ObservationEnd, ThresholdState};
use super::work::{WorkMeter, WorkTick};

/// Part of a session below which an exited target is short-lived, and not the subject of the session.
pub const SHORT_LIVED_PART: f64 = 0.1;
/// Part of a session, at its end, after which a missing target counts as exited.
const ABSENT_PART: f64 = 0.05;

/// Reader of the work done so far; `None` while it is unknown.
type WorkSource = dyn FnMut() -> Result<Option<WorkTick>, String>;

/// Work that is counted beside memory.
#[derive(Default)]
struct Work {
    source: Option<Box<WorkSource>>,
    meter: WorkMeter,
}

/// End of the session by an expression with `abort`.
#[derive(Default)]
struct Abort {
    action: Option<Box<dyn Fn()>>,
    /// Threshold and message that ended the session.
    reason: Option<String>,
}

/// Times of the session, or of each recording.
#[derive(Default)]
struct Times {
    /// First sample, by recording.
    started: HashMap<Option<String>, Timestamp>,
    latest: Option<Timestamp>,
}

impl Times {
    /// Seconds since the first sample of the recording of a target.
    fn elapsed_s(&mut self, target: &Target, at: Timestamp) -> f64 {
        at.seconds_since(*self.started.entry(target.source.clone()).or_insert(at))
    }

    /// Seconds between the first sample of a recording and the latest sample.
    fn length_s(&self, source: &Option<String>) -> f64 {
        self.started.get(source).zip(self.latest).map_or(0.0, |(started, latest)| latest.seconds_since(*started))
    }
}

/// Earlier run that results are compared with.
#[derive(Default)]
struct Earlier {
    baseline: Baseline,
    /// Command of this session, which is compared with the command of the earlier run.
    command: Option<Pid>,
}

/// All thresholds on all targets.
pub struct Evaluator {
    thresholds: Vec<Threshold>,
    settings: Settings,
    warmup_s: f64,
    earlier: Earlier,
    allowances: Vec<Allowance>,
    times: Times,
    /// States of all thresholds by the number of the target.
    open: HashMap<u64, Vec<ThresholdState>>,
    results: Results,
    abort: Abort,
    work: Work,
    /// Interval that a decision requires. It is wider at the extra looks of an extended session.
    widening: Widening,
}

impl Evaluator {
    /// An evaluator of these thresholds. `settings` are those of the verdict.
    #[must_use]
    pub fn new(thresholds: Vec<Threshold>, settings: Settings, warmup_s: f64) -> Self {
        Self {
            results: Results::new(thresholds.len()),
            thresholds,
            settings,
            warmup_s,
            earlier: Earlier::default(),
            allowances: Vec::new(),
            times: Times::default(),
            open: HashMap::new(),
            abort: Abort::default(),
            work: Work::default(),
            widening: Widening::NONE,
        }
    }

    /// Sets the action that ends the session if an expression with `abort` holds.
    pub fn on_abort(&mut self, action: impl Fn() + 'static) {
        self.abort.action = Some(Box::new(action));
    }

    /// Sets the allowances.
    pub fn set_allowances(&mut self, allowances: Vec<Allowance>) {
        self.allowances = allowances;
    }

    /// Sets the earlier run that results are compared with.
    pub fn set_baseline(&mut self, baseline: Baseline) {
        self.earlier.baseline = baseline;
    }

    /// Sets the command that was started for the session.
    pub fn set_command(&mut self, pid: Pid) {
        self.earlier.command = Some(pid);
    }

    /// Sets the reader of work, which is called at every tick. Its error is the reason for missing work.
    pub fn set_work_source(&mut self, source: impl FnMut() -> Result<Option<WorkTick>, String> + 'static) {
        self.work.source = Some(Box::new(source));
    }

    /// Returns the counted work; `None` if none is counted.
    #[must_use]
    pub fn work(&self) -> Option<&WorkMeter> {
        self.work.source.as_ref().map(|_| &self.work.meter)
    }

    /// Returns the thresholds in their order.
    #[must_use]
    pub fn thresholds(&self) -> &[Threshold] {
        &self.thresholds
    }

    /// Returns the start that every verdict excludes, in seconds.
    #[must_use]
    pub fn warmup_s(&self) -> f64 {
        self.warmup_s
    }

    /// Returns the threshold and message that ended the session.
    #[must_use]
    pub fn abort_reason(&self) -> Option<&str> {
        self.abort.reason.as_deref()
    }

    /// Returns the number of results of a threshold that are not among [`Self::results`].
    #[must_use]
    pub fn omitted(&self, threshold: usize) -> OmittedResults {
        self.results.omitted(threshold)
    }

    /// Returns the results once the session has ended.
    #[must_use]
    pub fn results(&self) -> &[ThresholdResult] {
        self.results.kept()
    }

    /// Drops the results of a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.results.forget(recording);
    }

    /// Returns the decision on a threshold over all targets; undecided if nothing was observed.
    #[must_use]
    pub fn decision(&self, threshold: usize) -> Decision {
        let passed = (self.results.omitted(threshold).passed > 0).then_some(Decision::Pass);
        let worst = self.worst(threshold).map(|result| result.decision);
        worst.max(passed).unwrap_or(Decision::Undecided)
    }

    /// True if a threshold passes only because an allowance covers a failure.
    #[must_use]
    pub fn is_allowed(&self, threshold: usize) -> bool {
        self.results().iter().any(|result| result.threshold == threshold && result.is_allowed)
    }

    /// Returns the worst result of a threshold that counts; of equal decisions the one with the largest excess.
    ///
    /// A process precedes the sum that contains it, unless the sum grows much more than any process. Of results that all
    /// pass it is the one nearest to the limit.
    #[must_use]
    pub fn worst(&self, threshold: usize) -> Option<&ThresholdResult> {
        let upward = self.thresholds[threshold].expression.comparison.is_upward();
        let (process, sum) = (self.worst_of_kind(threshold, false), self.worst_of_kind(threshold, true));
        let (Some(process), Some(sum)) = (process, sum) else { return process.or(sum) };
        Some(if prefers_sum(sum, process, upward) { sum } else { process })
    }

    /// Returns the worst result on a sum or on a process.
    fn worst_of_kind(&self, threshold: usize, is_sum: bool) -> Option<&ThresholdResult> {
        let upward = self.thresholds[threshold].expression.comparison.is_upward();
        let results = self.results().iter().filter(|result| {
            result.threshold == threshold && result.counts && result.subject.members.is_some() == is_sum
        });
        // max_by returns the last of equal results: the order is reversed to get the first.
        results.rev().max_by(|a, b| rank(a).cmp(&rank(b)).then(excess(a, upward).total_cmp(&excess(b, upward))))
    }

    /// Returns the results on growth of memory if all of them passed only because the memory never moved. Then perhaps
    /// nothing was exercised.
    #[must_use]
    pub fn idle_passes(&self) -> Vec<&ThresholdResult> {
        let counted = self.results().iter().filter(|result| result.counts);
        let growth: Vec<&ThresholdResult> = counted
            .filter(|result| self.thresholds[result.threshold].expression.metric.measures_memory_growth())
            .collect();
        if growth.iter().any(|result| !result.observation.is_unmoved) {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let passed = growth.into_iter().filter(|result| result.decision == Decision::Pass);
        passed.filter(|result| seen.insert((result.subject.pid, &result.subject.name))).collect()
    }

    /// Evaluates every threshold on every remaining target for the last time.
    pub fn conclude(&mut self, targets: &[Target]) {
        for target in targets {
            let length = self.times.length_s(&target.source);
            // Recordings and pools have no exits: they are seen no more. A live process may be sampled rarely.
            let absent = self.times.latest.map_or(0.0, |latest| latest.seconds_since(target.lifetime.last_seen));
            let can_miss = target.source.is_some() || target.has_ended(targets);
            let is_missing = can_miss && absent > ABSENT_PART * length;
            self.close(target, target.lifetime.ended.is_some() || is_missing, |_| true);
        }
        self.discount_short_lived();
    }

    /// Takes one sample of a target.
    fn sample(&mut self, target: &Target, sample: &Sample) {
        if self.thresholds.is_empty() {
            return;
        }
        let at = sample.at;
        self.times.latest = Some(self.times.latest.map_or(at, |latest| latest.max(at)));
        let elapsed = self.times.elapsed_s(target, at);
        let (thresholds, settings, warmup_s) = (&self.thresholds, &self.settings, self.warmup_s);
        let (earlier, allowances) = (&self.earlier, &self.allowances);
        let states = self.open.entry(target.number).or_insert_with(|| {
            thresholds.iter().map(|threshold| new_state(threshold, target, settings, earlier, allowances)).collect()
        });
        let mut abort = None;
        for (state, Threshold { expression, .. }) in states.iter_mut().zip(thresholds) {
            if elapsed < expression.after_s {
                continue;
            }
            state.aggregates_mut().push(at, &sample.reading, elapsed < warmup_s, settings);
            if expression.is_live() && state.check(expression, target, at) && expression.abort {
                abort = abort.or_else(|| Some((expression, state.failure()?.to_owned())));
            }
        }
        if let Some((expression, message)) = abort
            && self.abort.reason.is_none()
        {
            self.abort.reason = Some(format!("{expression} on {}: {message}", target.label.name));
            if let Some(end) = &self.abort.action {
                end();
            }
        }
    }

    /// Ends a tick: pairs the memory of all targets with the work done so far.
    fn tick(&mut self, at: Timestamp, targets: &[Target]) {
        let tick = match self.work.source.as_mut().map(|source| source()) {
            Some(Ok(Some(tick))) => tick,
            Some(Err(why)) => return self.work.meter.push_failure(why),
            Some(Ok(None)) | None => return,
        };
        let total = self.work.meter.push(at, &tick, targets);
        for target in targets {
            // The memory of a target that this tick did not sample belongs to another amount of work.
            let is_sampled = target.lifetime.ended.is_none() && target.lifetime.last_seen == at;
            if !is_sampled || self.times.elapsed_s(target, at) < self.warmup_s {
                continue;
            }
            for state in self.open.get_mut(&target.number).into_iter().flatten() {
                state.aggregates_mut().push_work(total, &target.current.reading, &self.settings);
            }
        }
    }

    /// Evaluates every threshold on a live target. Returns true if a `--fail-if` is open that more samples would decide.
    fn look_at(&mut self, target: &Target) -> bool {
        let latest = self.times.latest.unwrap_or(target.lifetime.last_seen);
        let elapsed = self.times.elapsed_s(target, latest);
        let Some(states) = self.open.get_mut(&target.number) else { return false };
        let mut is_open = false;
        for (state, Threshold { tier, expression }) in states.iter_mut().zip(&self.thresholds) {
            state.aggregates_mut().conclude(&self.settings, self.work.meter.why_none());
            is_open |= state.look(expression, target, elapsed, self.widening) && *tier == Tier::Fail;
        }
        is_open
    }

    /// Evaluates every threshold on a target for the last time, and keeps the wanted results.
    fn close(&mut self, target: &Target, exited: bool, wanted: fn(Decision) -> bool) {
        let Some(mut states) = self.open.remove(&target.number) else { return };
        let latest = self.times.latest.unwrap_or(target.lifetime.last_seen);
        let end = ObservationEnd { elapsed_s: self.times.elapsed_s(target, latest), exited, widening: self.widening };
        let length = self.times.length_s(&target.source);
        for (index, state) in states.iter_mut().enumerate() {
            state.aggregates_mut().conclude(&self.settings, self.work.meter.why_none());
            let expression = &self.thresholds[index].expression;
            let result = state.result(index, expression, target, end);
            if wanted(result.decision) {
                let is_short_lived = result.observation.seconds < SHORT_LIVED_PART * length;
                self.results.push(result, is_short_lived, expression.comparison.is_upward());
            }
        }
    }

    /// Discounts undecided results of exited targets if others are decided: results of the same name, or any if the target
    /// was short-lived.
    fn discount_short_lived(&mut self) {
        let decided = self.results().iter().filter(|result| result.decision != Decision::Undecided);
        let names: HashSet<(usize, String)> =
            decided.map(|result| (result.threshold, result.subject.name.clone())).collect();
        let thresholds: HashSet<usize> = names.iter().map(|(threshold, _)| *threshold).collect();
        let times = &self.times;
        for result in self.results.kept_mut() {
            let observation = result.observation;
            let is_short_lived = observation.seconds < SHORT_LIVED_PART * times.length_s(&result.subject.source);
            let is_covered = (is_short_lived && thresholds.contains(&result.threshold))
                || names.contains(&(result.threshold, result.subject.name.clone()));
            result.counts = !(result.decision == Decision::Undecided && observation.exited && is_covered);
        }
    }
}

/// True if the result on a sum says more than that on a process: it is worse, or the sum grows much more.
fn prefers_sum(sum: &ThresholdResult, process: &ThresholdResult, upward: bool) -> bool {
    match rank(sum).cmp(&rank(process)) {
        Ordering::Equal if sum.decision == Decision::Pass => excess(sum, upward) > excess(process, upward),
        Ordering::Equal => upward && sum.value.unwrap_or(0.0) > 2.0 * process.value.unwrap_or(0.0).max(0.0),
        order => order == Ordering::Greater,
    }
}

/// Returns the distance beyond the limit; the lowest if nothing was measured.
fn excess(result: &ThresholdResult, upward: bool) -> f64 {
    result.excess(upward).unwrap_or(f64::NEG_INFINITY)
}

/// Orders results: worse decisions first, and allowed ones before plain passes.
fn rank(result: &ThresholdResult) -> (Decision, bool) {
    (result.decision, result.is_allowed)
}

/// Creates the state of a threshold on a new target.
fn new_state(
    threshold: &Threshold,
    target: &Target,
    settings: &Settings,
    earlier: &Earlier,
    allowances: &[Allowance],
) -> ThresholdState {
    let metric = &threshold.expression.metric;
    let is_command = earlier.command.is_some() && target.key.map(|key| key.pid) == earlier.command;
    let compares = matches!(threshold.expression.limit, Limit::Baseline { .. });
    let past = compares.then(|| earlier.baseline.find(&target.into(), is_command).cloned()).flatten();
    let aggregates = Aggregates::new(metric, settings, target.lifetime.age_s);
    ThresholdState::new(aggregates, past, allowances_for_metric(allowances, metric, target))
}

impl EventSink for Evaluator {
    fn wants_samples(&self) -> bool {
        !self.thresholds.is_empty()
    }

    fn on_event(&mut self, event: Event<'_>) -> SinkResult {
        match event {
            Event::Sampled(target, sample) => self.sample(target, sample),
            Event::Exited(target) => self.close(target, true, |_| true),
            // The process continues under another name, so only a failure of the old program counts.
            Event::ProgramChanged(target) => self.close(target, true, |decision| decision == Decision::Fail),
            Event::Ticked(tick, targets) => self.tick(tick.at, targets),
            _ => {}
        }
        Ok(())
    }

    fn look(&mut self, look: Look, targets: &[Target]) -> bool {
        self.widening = Widening::at(look);
        let live = targets.iter().filter(|target| !target.has_ended(targets));
        live.fold(false, |is_open, target| self.look_at(target) | is_open)
    }
}
