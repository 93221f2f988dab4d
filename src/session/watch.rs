//! The watched targets: each with its series, its open alerts, and what is known of it.

use std::io;
use std::sync::Arc;

use crate::alert::{
    Alert, AlertBook, AlertKind, AlertState, Finding, RiseMeter, Scope, assessed_findings, explain_end, host_findings,
    reading_findings,
};
use crate::analysis::Tracker;
use crate::event::{Baseline, Current, Event, EventSink, Lifetime, RetiredSummary, Target, TargetKind, Trace};
use crate::model::{Ceiling, HostMemory, Pid, ProcessKey, ProcessLabel, Reading, Sample, Timestamp};
use crate::source::{DeniedCounter, MatchedProcess};

use super::confirm::Exactness;
use super::ended::Ended;
use super::pool::Pools;
use super::rules::{MinObservation, Rules};

/// What is kept of a target besides what its sinks may see.
pub(super) struct Series {
    /// `None` once the target has gone: its last assessment stays.
    pub(super) tracker: Option<Tracker>,
    pub(super) book: AlertBook,
    rise: RiseMeter,
    pub(super) own_ceiling: Option<Ceiling>,
    /// What the latest assessment found.
    pub(super) found: Vec<Finding>,
    pub(super) exactness: Exactness,
    /// The pool of its name; `None` for a pool itself, and for what has none.
    pub(super) pool: Option<usize>,
    /// The processes in it, in ascending order, for a control group.
    pub(super) members: Vec<Pid>,
}

/// All targets of a session.
pub struct Watch {
    rules: Rules,
    pub(super) targets: Vec<Target>,
    pub(super) series: Vec<Series>,
    /// Targets opened so far.
    opened: u64,
    pub(super) pools: Pools,
    host: AlertBook,
    pub(super) ended: Ended,
    /// Whether a recording is read. It is judged once, at its end: nobody waits for a verdict meanwhile.
    pub(super) replaying: bool,
    /// Whether the tick in hand samples all processes: else it has no sum of all.
    pub(super) is_whole: bool,
    /// Whether pages can be counted before a process is called leaking.
    pub(super) confirms: bool,
    pub(super) awaiting: Vec<usize>,
    /// Processes that were called suspect or leaking.
    pub(super) accused: Vec<usize>,
    /// By how many bytes a counter of memory may be off.
    counter_error: f64,
    /// First and last time so far, for [`MinObservation::FifthOfRecording`].
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// The first target of the recording that is read.
    pub(super) first: usize,
    /// Samples so soon after the first one are not judged, in seconds.
    warmup_s: f64,
}

impl Watch {
    /// A watch without targets.
    #[must_use]
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            targets: Vec::new(),
            series: Vec::new(),
            opened: 0,
            pools: Pools::default(),
            host: AlertBook::default(),
            ended: Ended::default(),
            replaying: false,
            is_whole: false,
            confirms: false,
            awaiting: Vec::new(),
            accused: Vec::new(),
            counter_error: 0.0,
            span: None,
            first: 0,
            warmup_s: 0.0,
        }
    }

    /// Leaves the first `seconds` of the session, or of each recording, out of every verdict.
    #[must_use]
    pub fn with_warmup(self, seconds: f64) -> Self {
        Self { warmup_s: seconds, ..self }
    }

    /// The targets, in the order in which they were found.
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Targets that have gone and are no longer among [`Self::targets`].
    #[must_use]
    pub fn retired(&self) -> Vec<RetiredSummary> {
        self.ended.retired()
    }

    /// Processes of this system are read, whose counters may be off by so many bytes.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    pub(super) fn begin_live(&mut self, counter_error_bytes: u64) {
        self.confirms = true;
        self.counter_error = counter_error_bytes as f64;
    }

    /// How many lanes there are: targets of one lane are judged together, and see each other's samples in their order.
    pub(super) fn lanes(&self) -> usize {
        self.pools.len() + self.targets.len()
    }

    /// The lane of a target.
    pub(super) fn lane(&self, index: usize) -> usize {
        self.series[index].pool.unwrap_or(self.pools.len() + index)
    }

    /// Opens a target and returns its index.
    pub(super) fn found(
        &mut self,
        found: MatchedProcess,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let before = self.ended.predecessor(&found.label.name, &found.label.cmdline);
        let before = before.and_then(|index| self.targets[index].key);
        let index = self.open(Some(found.key), found.label, None, found.age_s, at, sink)?;
        if let Some(before) = before {
            let message = format!("started again: pid {} came after pid {}", found.key.pid, before.pid);
            self.announce(index, AlertKind::Restarted, at, message, sink)?;
        }
        Ok(index)
    }

    /// Opens a target that a recording or a source names.
    pub(super) fn open(
        &mut self,
        key: Option<ProcessKey>,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        age_s: Option<f64>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<usize> {
        let pool = self.pool_of(&label);
        let mut target = Target { key, ..self.unread(TargetKind::Process, label, source, at) };
        target.lifetime.age_s = age_s;
        let index = self.place(target, pool);
        sink.on_event(Event::Appeared(&self.targets[index]))?;
        Ok(index)
    }

    /// The pool of a process of this name.
    pub(super) fn pool_of(&mut self, label: &ProcessLabel) -> Option<usize> {
        if self.rules.pools { self.pools.named(&label.name) } else { None }
    }

    /// Gives a target a place: one that a target of long ago leaves, or a new one.
    pub(super) fn place(&mut self, target: Target, pool: Option<usize>) -> usize {
        let index = self.ended.vacate(&self.targets).unwrap_or(self.targets.len());
        self.put(index, target, pool);
        index
    }

    /// Puts a target into a place, or behind all others.
    pub(super) fn put(&mut self, index: usize, target: Target, pool: Option<usize>) {
        self.opened += 1;
        let series = Series {
            tracker: Some(
                Tracker::new(&self.rules.analysis, target.lifetime.age_s).with_counter_error(self.counter_error),
            ),
            book: AlertBook::default(),
            rise: RiseMeter::default(),
            own_ceiling: None,
            found: Vec::new(),
            exactness: Exactness::default(),
            pool,
            members: Vec::new(),
        };
        if index == self.targets.len() {
            self.targets.push(target);
            self.series.push(series);
        } else {
            self.targets[index] = target;
            self.series[index] = series;
        }
    }

    /// A target of which nothing is known yet.
    pub(super) fn unread(
        &self,
        kind: TargetKind,
        label: Arc<ProcessLabel>,
        source: Option<String>,
        at: Timestamp,
    ) -> Target {
        Target {
            number: self.opened,
            kind,
            key: None,
            label,
            program: 0,
            source,
            lifetime: Lifetime::starting(at),
            current: Current::default(),
            trace: Trace::default(),
            baseline: Baseline::default(),
            attribution: None,
            assessment: Tracker::new(&self.rules.analysis, None).assess(&self.rules.analysis, None),
        }
    }

    /// Takes one reading of a target.
    pub(super) fn observe(
        &mut self,
        index: usize,
        sample: &Sample,
        denied: &[DeniedCounter],
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let at = sample.at;
        let target = &mut self.targets[index];
        let series = &mut self.series[index];
        let Some(tracker) = series.tracker.as_mut() else { return Ok(()) };

        target.lifetime.last_seen = at;
        for denied in denied {
            let denied = (denied.counter, denied.right);
            if !target.current.denied.contains(&denied) {
                target.current.denied.push(denied);
            }
        }
        target.current.reading.update(&sample.reading);
        target.baseline.record(&sample.reading);
        let memory = target.current.reading.memory();
        if let Some(memory) = memory {
            target.trace.push(memory);
        }
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
        let spiking = series.found.iter().any(|finding| finding.kind == AlertKind::Spike);
        let warming = at.seconds_since(first) < self.warmup_s;
        if warming {
            target.lifetime.excluded_s = at.seconds_since(target.lifetime.first_seen);
        }
        let changed = !warming && (tracker.push(sample) || spiking);
        let rise = memory.map_or(0, |memory| series.rise.push(at, memory));
        sink.on_event(Event::Sampled(target, sample))?;
        let pool = series.pool;
        if changed && self.replaying {
            target.assessment.spikes = tracker.spikes();
            self.find(index, at);
        } else if changed {
            self.assess(index, at, sink)?;
        }
        self.alert(index, at, rise, sink)?;
        // PSS is read seldom: its latest reading stands.
        let known = &self.targets[index].current.reading;
        let reading = Reading { pss: known.pss, uss: known.uss, ..sample.reading };
        if let Some(pool) = pool.filter(|_| self.confirms && self.is_whole) {
            self.pools.add_to_all(pool, index, at, &reading);
        }
        let complete = pool.and_then(|pool| Some((pool, self.pools.add(pool, index, at, &reading)?)));
        complete.map_or(Ok(()), |(pool, sum)| self.observe_pool(pool, sum, sink))
    }

    /// Notes the limit that a source found for a target.
    pub(super) fn surrounded(&mut self, index: usize, ceiling: Option<Ceiling>) {
        self.series[index].own_ceiling = ceiling;
        self.targets[index].current.ceiling = ceiling;
        self.refresh_ceiling(index);
    }

    /// Takes the memory of the host.
    pub(super) fn host(&mut self, at: Timestamp, host: HostMemory, sink: &mut dyn EventSink) -> io::Result<()> {
        self.sums_share(host);
        let alerts = self.host.update(at, &host_findings(host));
        alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(None, alert)))
    }

    pub(super) fn assess(&mut self, index: usize, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
        let target = &self.targets[index];
        let Some(tracker) = self.series[index].tracker.as_ref() else { return Ok(()) };
        self.rules.analysis.min_observation_s = match self.rules.min_observation {
            MinObservation::Fixed(seconds) => seconds,
            MinObservation::FifthOfRecording => self.span.map_or(0.0, |(first, last)| last.seconds_since(first)) / 5.0,
        };
        let mut assessment = tracker.assess(&self.rules.analysis, target.current.ceiling.as_ref());
        self.weigh_pool(index, &mut assessment);
        self.forecast_with_pool(index, &mut assessment);
        if self.awaits_count(index, &mut assessment, at) {
            return Ok(());
        }
        self.publish(index, assessment, at, sink)
    }

    /// Takes over what the assessment of a target says for its alerts.
    pub(super) fn find(&mut self, index: usize, at: Timestamp) {
        let target = &self.targets[index];
        self.series[index].found = assessed_findings(self.scope(target, at), &target.assessment);
    }

    fn alert(&mut self, index: usize, at: Timestamp, rise: u64, sink: &mut dyn EventSink) -> io::Result<()> {
        self.refresh_ceiling(index);
        let target = &self.targets[index];
        let scope = self.scope(target, at);
        let ceiling = target.current.ceiling.as_ref();
        let mut read = reading_findings(scope, rise, ceiling, &self.rules.alerts).peekable();
        let series = &mut self.series[index];
        if series.found.is_empty() && series.book.is_empty() && read.peek().is_none() {
            return Ok(());
        }
        let findings: Vec<Finding> = series.found.iter().cloned().chain(read).collect();
        let mut alerts = series.book.update(at, &findings);
        alerts.iter_mut().for_each(|alert| explain_end(alert, &target.assessment));
        alerts.iter().try_for_each(|alert| sink.on_event(Event::Alert(Some(target), alert)))
    }

    /// Which alerts make sense for a target. Sudden growth counts once a spike period has passed since the start.
    fn scope(&self, target: &Target, at: Timestamp) -> Scope {
        let age = target.lifetime.age_s.map(|age| age + at.seconds_since(target.lifetime.first_seen));
        match target.kind {
            TargetKind::Pool { .. } | TargetKind::Selection { .. } => Scope::Pool,
            TargetKind::Process if age.is_some_and(|age| age < self.rules.analysis.spike_period_s) => Scope::Starting,
            TargetKind::Process | TargetKind::Cgroup { .. } => Scope::Process,
        }
    }

    /// The tighter of `--limit`, which counts this process alone, and of what the source found.
    pub(super) fn refresh_ceiling(&mut self, index: usize) {
        let own = self.series[index].own_ceiling;
        if own.is_none() && self.rules.limit_bytes.is_none() {
            return;
        }
        let target = &mut self.targets[index];
        // A limit is one of a process; a pool has none of its own.
        let limit = self.rules.limit_bytes.filter(|_| target.kind == TargetKind::Process);
        let user = limit.zip(target.current.reading.memory()).map(|(limit_bytes, used_bytes)| Ceiling {
            kind: crate::model::CeilingKind::User,
            limit_bytes,
            used_bytes,
        });
        target.current.ceiling = user.or(own);
    }

    pub(super) fn announce(
        &self,
        index: usize,
        kind: AlertKind,
        at: Timestamp,
        message: String,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let alert = Alert { kind, state: AlertState::Firing, at, since: at, value: None, threshold: None, message };
        sink.on_event(Event::Alert(Some(&self.targets[index]), &alert))
    }
}
