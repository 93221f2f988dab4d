//! Holds every threshold against every target while a session runs: a sink of its events.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::io;

use crate::analysis::Settings;
use crate::event::{Event, EventSink, Target};
use crate::model::{Pid, Sample, Timestamp};

use super::alarms::Alarms;
use super::allow::{Allowance, about};
use super::answer::{Answer, Outcome, Subject};
use super::baseline::Baseline;
use super::expression::{Limit, Threshold};
use super::guard::Guard;
use super::ledger::{Folded, Ledger};
use super::levels::Levels;
use super::metric::Aggregate;
use super::work::{WorkMeter, WorkTick};

/// A target that was seen for a smaller part of the session than this, and has gone, is not what was to be judged.
pub const PASSING_BY: f64 = 0.1;
/// A target of a recording that is missing for this part of it, at the end, has gone.
const ABSENT: f64 = 0.05;

/// What says how much work was done by now; nothing while it is not known.
type WorkSource = dyn FnMut() -> Result<Option<WorkTick>, String>;

/// All thresholds on all targets.
pub struct Gatekeeper {
    thresholds: Vec<Threshold>,
    settings: Settings,
    warmup_s: f64,
    baseline: Baseline,
    allowances: Vec<Allowance>,
    alarms: Alarms,
    /// The process that was started for the session.
    command: Option<Pid>,
    /// First sample of the session, or of each recording.
    begun: HashMap<Option<String>, Timestamp>,
    latest: Option<Timestamp>,
    /// By the number of the target.
    open: HashMap<u64, Vec<Guard>>,
    ledger: Ledger,
    on_abort: Option<Box<dyn Fn()>>,
    work_source: Option<Box<WorkSource>>,
    work: WorkMeter,
    /// Why the session was ended.
    aborted: Option<String>,
}

impl Gatekeeper {
    /// A gate with these thresholds. `settings` are those of the verdict, for growth of series that it does not look at.
    #[must_use]
    pub fn new(thresholds: Vec<Threshold>, settings: Settings, warmup_s: f64) -> Self {
        Self {
            ledger: Ledger::new(thresholds.len()),
            thresholds,
            settings,
            warmup_s,
            baseline: Baseline::default(),
            allowances: Vec::new(),
            alarms: Alarms::default(),
            command: None,
            begun: HashMap::new(),
            latest: None,
            open: HashMap::new(),
            on_abort: None,
            work_source: None,
            work: WorkMeter::default(),
            aborted: None,
        }
    }

    /// What ends the session when an expression with `abort` holds.
    pub fn on_abort(&mut self, end: impl Fn() + 'static) {
        self.on_abort = Some(Box::new(end));
    }

    /// Excuses what is known.
    pub fn allow(&mut self, allowances: Vec<Allowance>) {
        self.allowances = allowances;
    }

    /// What is excused.
    #[must_use]
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// An alert worse than "a process ended" that was raised, not withdrawn, and that nothing excuses, in words.
    #[must_use]
    pub fn alerted(&self) -> Option<&str> {
        self.alarms.first()
    }

    /// Forgets a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.alarms.forget(recording);
        self.ledger.answers.retain(|answer| answer.subject.source.as_deref() != Some(recording));
    }

    /// Compares with an earlier run.
    pub fn set_baseline(&mut self, baseline: Baseline) {
        self.baseline = baseline;
    }

    /// Names the process that was started for the session: it is compared with the command of the earlier run.
    pub fn set_command(&mut self, pid: Pid) {
        self.command = Some(pid);
    }

    /// Asks this at every tick how much work was done; an error says why that cannot be told.
    pub fn count_work(&mut self, source: impl FnMut() -> Result<Option<WorkTick>, String> + 'static) {
        self.work_source = Some(Box::new(source));
    }

    /// The work that was done; nothing unless it is counted.
    #[must_use]
    pub fn work(&self) -> Option<&WorkMeter> {
        self.work_source.as_ref().map(|_| &self.work)
    }

    /// The thresholds, in their order.
    #[must_use]
    pub fn thresholds(&self) -> &[Threshold] {
        &self.thresholds
    }

    /// Why the session was ended, when an expression with `abort` held.
    #[must_use]
    pub fn aborted(&self) -> Option<&str> {
        self.aborted.as_deref()
    }

    /// Answers to a threshold about targets that have gone, and that are not among [`Self::answers`].
    #[must_use]
    pub fn folded(&self, threshold: usize) -> Folded {
        self.ledger.folded(threshold)
    }

    /// What came of it, once the session has ended.
    #[must_use]
    pub fn answers(&self) -> &[Answer] {
        &self.ledger.answers
    }

    /// What a threshold came to; inconclusive when nothing was observed.
    #[must_use]
    pub fn outcome(&self, threshold: usize) -> Outcome {
        let passed = (self.ledger.folded(threshold).passed > 0).then_some(Outcome::Pass);
        let worst = self.worst(threshold).map(|answer| answer.outcome);
        worst.max(passed).unwrap_or(Outcome::Inconclusive)
    }

    /// Whether a threshold that passes would fail if nothing were excused.
    #[must_use]
    pub fn is_excused(&self, threshold: usize) -> bool {
        self.ledger.answers.iter().any(|answer| answer.threshold == threshold && answer.excused)
    }

    /// The worst answer to a threshold that counts: of those that fared alike the one that is farthest on the wrong side. A
    /// process goes before the sum that it is in, unless that grows much more than any process does.
    #[must_use]
    pub fn worst(&self, threshold: usize) -> Option<&Answer> {
        let upward = self.thresholds[threshold].expression.comparison.is_upward();
        let own = |answer: &&Answer| answer.threshold == threshold && answer.counts;
        let excess = |answer: &Answer| answer.excess(upward).unwrap_or(f64::NEG_INFINITY);
        let rank = |answer: &Answer| (answer.outcome, answer.excused);
        let worst = |sums: bool| {
            let alike = |answer: &&Answer| answer.subject.members.is_some() == sums;
            // max_by gives the last one.
            let answers = self.ledger.answers.iter().filter(own).filter(alike).rev();
            answers.max_by(|a, b| rank(a).cmp(&rank(b)).then(excess(a).total_cmp(&excess(b))))
        };
        let (process, sum) = (worst(false), worst(true));
        let value = |answer: &Answer| answer.value.unwrap_or(0.0);
        let stands_out = |sum: &&Answer| {
            process.is_none_or(|process| match rank(sum).cmp(&rank(process)) {
                Ordering::Equal => upward && value(sum) > 2.0 * value(process).max(0.0),
                order => order == Ordering::Greater,
            })
        };
        sum.filter(stands_out).or(process)
    }

    /// Whose growth of memory passed only because it never moved, when nothing else did: perhaps nothing was exercised.
    #[must_use]
    pub fn hollow(&self) -> Vec<&Answer> {
        let grows = |answer: &&Answer| {
            let metric = self.thresholds[answer.threshold].expression.metric;
            metric.aggregate == Aggregate::Growth && !metric.series.is_count() && !metric.per_work
        };
        let asked: Vec<&Answer> = self.ledger.answers.iter().filter(|answer| answer.counts).filter(grows).collect();
        if asked.iter().any(|answer| !answer.unmoved) {
            return Vec::new();
        }
        let mut seen = HashSet::new();
        let passed = asked.into_iter().filter(|answer| answer.outcome == Outcome::Pass);
        passed.filter(|answer| seen.insert((answer.subject.pid, &answer.subject.name))).collect()
    }

    /// Asks every threshold of every target that is still there for the last time.
    pub fn conclude(&mut self, targets: &[Target]) {
        for target in targets {
            let session = self.session_s(&target.source);
            // A recording does not say when a process has ended: it is seen no more. One that runs may be sampled seldom.
            let absent = self.latest.map_or(0.0, |latest| latest.seconds_since(target.lifetime.last_seen));
            let is_missing = target.source.is_some() && absent > ABSENT * session;
            self.close(target, target.lifetime.ended.is_some() || is_missing, |_| true);
        }
        self.weigh();
    }

    fn elapsed(&mut self, target: &Target, at: Timestamp) -> f64 {
        let begun = self.begun.entry(target.source.clone()).or_insert(at);
        at.seconds_since(*begun)
    }

    fn session_s(&self, source: &Option<String>) -> f64 {
        self.begun.get(source).zip(self.latest).map_or(0.0, |(begun, latest)| latest.seconds_since(*begun))
    }

    fn sample(&mut self, target: &Target, sample: &Sample) {
        if self.thresholds.is_empty() {
            return;
        }
        let at = sample.at;
        self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        let elapsed = self.elapsed(target, at);
        let (thresholds, settings) = (&self.thresholds, &self.settings);
        let (baseline, command, allowances) = (&self.baseline, self.command, &self.allowances);
        let begin = |threshold: &Threshold| {
            let is_command = command.is_some() && target.key.map(|key| key.pid) == command;
            let compares = matches!(threshold.expression.limit, Limit::Baseline { .. });
            let past = compares.then(|| baseline.find(&Subject::of(target), is_command).cloned()).flatten();
            let levels = Levels::new(&threshold.expression.metric, settings, target.lifetime.age_s);
            let allowed = about(allowances, &threshold.expression.metric, target);
            Guard { levels, since: None, failed: None, past, allowed }
        };
        let guards = self.open.entry(target.number).or_insert_with(|| thresholds.iter().map(begin).collect());
        let mut abort = None;
        for (guard, Threshold { expression, .. }) in guards.iter_mut().zip(thresholds) {
            if elapsed < expression.after_s {
                continue;
            }
            guard.levels.push(at, &sample.reading, elapsed < self.warmup_s, settings);
            if expression.is_live() && guard.failed.is_none() {
                guard.watch(expression, target, at);
                if expression.abort && guard.failed.is_some() {
                    abort = abort.or_else(|| guard.failed.as_ref().map(|(_, held)| (expression, held.message.clone())));
                }
            }
        }
        if let Some((expression, message)) = abort
            && self.aborted.is_none()
        {
            self.aborted = Some(format!("'{expression}' on {}: {message}", target.label.name));
            if let Some(end) = &self.on_abort {
                end();
            }
        }
    }

    /// All targets were read: their memory stands beside the work that was done by now.
    fn tick(&mut self, at: Timestamp, targets: &[Target]) {
        let tick = match self.work_source.as_mut().map(|source| source()) {
            Some(Ok(Some(tick))) => tick,
            Some(Err(why)) => return self.work.fail(why),
            Some(Ok(None)) | None => return,
        };
        let total = self.work.push(at, &tick, targets);
        // Who was not sampled now had its memory beside the work of another time.
        for target in targets.iter().filter(|target| target.lifetime.ended.is_none() && target.lifetime.last_seen == at)
        {
            if self.elapsed(target, at) < self.warmup_s {
                continue;
            }
            for guard in self.open.get_mut(&target.number).into_iter().flatten() {
                guard.levels.push_work(total, &target.current.reading, &self.settings);
            }
        }
    }

    /// Asks every threshold of a target for the last time, and enters the answers that are wanted.
    fn close(&mut self, target: &Target, gone: bool, wanted: fn(Outcome) -> bool) {
        self.alarms.conclude(&self.allowances, target);
        let Some(mut guards) = self.open.remove(&target.number) else { return };
        let latest = self.latest.unwrap_or(target.lifetime.last_seen);
        let elapsed = self.elapsed(target, latest);
        let session = self.session_s(&target.source);
        for (index, guard) in guards.iter_mut().enumerate() {
            guard.levels.conclude(&self.settings);
            guard.levels.why_no_work = self.work.why_none();
            let expression = &self.thresholds[index].expression;
            let mut answer = guard.answer(expression, target, elapsed);
            answer.threshold = index;
            answer.gone = gone;
            if !wanted(answer.outcome) {
                continue;
            }
            let passing_by = answer.observed_s < PASSING_BY * session;
            self.ledger.enter(answer, passing_by, expression.comparison.is_upward());
        }
    }

    /// What came and went too soon to be judged does not count beside others that were: one of its own name, or
    /// anything at all when it was there for a moment only.
    fn weigh(&mut self) {
        let answers = &self.ledger.answers;
        let is_judged = |answer: &&Answer| answer.outcome != Outcome::Inconclusive;
        let asked: HashSet<usize> = answers.iter().filter(is_judged).map(|answer| answer.threshold).collect();
        let judged: HashSet<(usize, String)> =
            answers.iter().filter(is_judged).map(|answer| (answer.threshold, answer.subject.name.clone())).collect();
        let sessions: Vec<f64> = answers.iter().map(|answer| self.session_s(&answer.subject.source)).collect();
        for (answer, session) in self.ledger.answers.iter_mut().zip(sessions) {
            let brief = answer.observed_s < PASSING_BY * session;
            let stood_in_for = (brief && asked.contains(&answer.threshold))
                || judged.contains(&(answer.threshold, answer.subject.name.clone()));
            answer.counts = !(answer.outcome == Outcome::Inconclusive && answer.gone && stood_in_for);
        }
    }
}

impl EventSink for Gatekeeper {
    fn wants_samples(&self) -> bool {
        !self.thresholds.is_empty()
    }

    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) => self.sample(target, sample),
            Event::Exited(target) => self.close(target, true, |_| true),
            // Of a program that its process runs no more only what failed counts: the process goes on under another name.
            Event::ProgramChanged(target) => self.close(target, true, |outcome| outcome == Outcome::Fail),
            Event::Ticked(tick, targets) => self.tick(tick.at, targets),
            Event::Alert(target, alert) => self.alarms.take(&self.allowances, target, alert),
            _ => {}
        }
        Ok(())
    }
}
