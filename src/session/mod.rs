//! The loop: asks the source at the times of the schedule, and lets the watch decide.
//!
//! Knows no output: everything that happens goes to one [`EventSink`].

mod attribution;
mod batch;
mod closing;
mod confirm;
mod dear;
mod ended;
mod following;
mod groups;
mod overhead;
mod pace;
mod plan;
mod pool;
mod programs;
mod pss_budget;
mod recycled;
mod replay;
mod rules;
mod schedule;
mod sums;
mod watch;

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clock::{Clock, StopFlag};
use crate::event::{Event, EventSink, Notice, Tick};
use crate::model::{Pid, ProcessKey, Timestamp};
use crate::source::{MatchedProcess, ProcessReading, ProcessSource, ReadError, read_pid_file};

use following::Running;
use overhead::Governor;
use pace::{Cadence, Pace};
use pss_budget::PssBudget;
use schedule::Schedule;

pub use overhead::Cost;
pub use pace::Paces;
pub use plan::{EndedBy, Outcome, Plan};
pub use replay::{ReplayFailure, ReplayOutcome, replay};
pub use rules::{MinObservation, Rules};
pub use watch::Watch;

/// A service that is restarted is away for a moment: so many ticks without a match end a session that selects by more
/// than pids.
const RESTART_TICKS: u32 = 3;
/// How often the limits of a target are read again.
const SURROUNDINGS_EVERY: Duration = Duration::from_secs(30);

/// One live session.
pub struct Session<'a> {
    source: &'a mut dyn ProcessSource,
    clock: &'a dyn Clock,
    stop: &'a StopFlag,
    plan: Plan,
    /// The processes that run.
    running: HashMap<ProcessKey, Running>,
    /// The same by their places in the watch; empty when that is not known.
    order: Vec<(usize, ProcessKey, Option<Pace>)>,
    /// Which of them the tick in hand samples.
    cadence: Cadence,
    /// The longest interval among them, if some have one of their own.
    slowest: Option<Duration>,
    /// Processes that came at a tick that does not sample them.
    coming: Vec<MatchedProcess>,
    /// Whether the next tick needs the whole list, changed or not: a listed process was given up, or there was no list.
    needs_list: bool,
    /// Index in the watch of each control group that is there.
    groups: HashMap<String, usize>,
    /// Processes that matched and cannot be read.
    unreadable: HashMap<ProcessKey, ()>,
    /// Ticks in a row at which no target ran.
    idle_ticks: u32,
    /// The process that each `--pid` named at first: its number may be used again.
    pinned: HashMap<Pid, ProcessKey>,
    surroundings_due: Duration,
    /// Targets whose limits have never been read.
    fresh: Vec<ProcessKey>,
    /// What new targets said when it was tried whether they can be read: their first sample.
    tried: HashMap<ProcessKey, ProcessReading>,
    budget: PssBudget,
    /// Whether the tick in hand is known to be the last one.
    is_last: bool,
    /// When those who may leak are looked at.
    looks: HashMap<ProcessKey, attribution::Looks>,
    governor: Governor,
    cost: Cost,
}

impl<'a> Session<'a> {
    /// A session that has not begun.
    pub fn new(source: &'a mut dyn ProcessSource, clock: &'a dyn Clock, stop: &'a StopFlag, plan: Plan) -> Self {
        let governor = Governor::new(plan.max_overhead);
        Self {
            source,
            clock,
            stop,
            plan,
            running: HashMap::new(),
            order: Vec::new(),
            cadence: Cadence::default(),
            slowest: None,
            coming: Vec::new(),
            needs_list: false,
            groups: HashMap::new(),
            unreadable: HashMap::new(),
            idle_ticks: 0,
            pinned: HashMap::new(),
            surroundings_due: Duration::ZERO,
            fresh: Vec::new(),
            tried: HashMap::new(),
            budget: PssBudget::default(),
            is_last: false,
            looks: HashMap::new(),
            governor,
            cost: Cost::default(),
        }
    }

    /// Samples until the plan, the targets, a signal or a sink ends it.
    ///
    /// # Errors
    /// When the list of processes cannot be read at the first tick.
    pub fn run(&mut self, watch: &mut Watch, sink: &mut dyn EventSink) -> Result<Outcome, ReadError> {
        let mut schedule = Schedule::starting(self.clock.now(), self.plan.interval);
        let started = schedule.at(self.clock.now());
        watch.begin_live(self.source.counter_error_bytes());
        let mut ticks = 0;
        let mut failed = None;
        let ended_by = loop {
            // A tick that would come too late is not waited for: the session ends when it is to end.
            let end = self.plan.duration.and_then(|duration| schedule.end_before_due(duration));
            self.clock.wait_until(end.unwrap_or_else(|| schedule.due()), self.stop);
            if self.stop.is_raised() {
                break EndedBy::Signal;
            }
            if end.is_some() {
                break EndedBy::Duration;
            }
            let (at, late_s, notices) = schedule.begin(self.clock.now());
            let tick = Tick { number: ticks, at, late_s, host: None };
            ticks += 1;
            self.is_last = self.plan.samples == Some(ticks)
                || self.plan.duration.is_some_and(|duration| schedule.is_last_within(duration));
            self.cadence.begin(&self.plan.paces, self.slowest, schedule.due_after_start(), self.is_last);
            if let Err(error) = self.tick(tick, &notices, watch, sink)? {
                failed = Some(error);
                break EndedBy::OutputFailed;
            }
            if let Some(reason) = self.is_over(ticks, watch) {
                break reason;
            }
            if let Err(error) = self.make_do(at, &mut schedule, sink) {
                failed = Some(error);
                break EndedBy::OutputFailed;
            }
            schedule.next(self.clock.now());
        };
        let ended = schedule.at(self.clock.now());
        let counter_error_bytes = self.source.counter_error_bytes();
        let judged = if self.is_last && failed.is_none() { Ok(()) } else { watch.judge(ended, sink) };
        let counted = self.count_pages(ended, watch, sink);
        self.look_inside(ended, watch, true);
        if let Err(error) = judged.and(counted).and(watch.seal(ended, sink)).and(sink.report_lost_outputs(ended)) {
            failed.get_or_insert(error);
        }
        Ok(Outcome {
            started,
            ended,
            ended_by,
            ticks,
            missed_ticks: schedule.missed(),
            max_late_s: schedule.max_late_s(),
            suspended_s: schedule.suspended_s(),
            cost: Cost {
                elapsed_s: ended.seconds_since(started),
                missed_ticks: schedule.missed(),
                interval_s: schedule.interval().as_secs_f64(),
                counter_error_bytes,
                ..self.cost.clone()
            },
            unreadable: self.unreadable.len(),
            failed,
        })
    }

    fn is_over(&mut self, ticks: u64, watch: &Watch) -> Option<EndedBy> {
        if self.plan.samples.is_some_and(|samples| ticks >= samples) {
            return Some(EndedBy::Samples);
        }
        if self.plan.root.is_some_and(|root| !self.running.keys().any(|key| key.pid == root)) {
            return Some(EndedBy::CommandEnded);
        }
        self.idle_ticks = if self.running.is_empty() && self.coming.is_empty() { self.idle_ticks + 1 } else { 0 };
        let patience = if self.plan.selector.selects_by_pid_only() { 1 } else { RESTART_TICKS };
        match (self.plan.wait, watch.targets().is_empty()) {
            (true, _) => None,
            (false, true) => (self.idle_ticks > 0).then_some(EndedBy::NothingMatched),
            (false, false) => (self.idle_ticks >= patience).then_some(EndedBy::TargetsGone),
        }
    }

    /// One tick. The inner error is a sink's, the outer one the source's.
    fn tick(
        &mut self,
        mut tick: Tick,
        notices: &[Notice],
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> Result<io::Result<()>, ReadError> {
        if self.plan.wait && self.running.is_empty() {
            self.read_pid_file();
        }
        let found = match self.list() {
            Ok(found) => found,
            Err(error) if tick.number == 0 => return Err(error),
            Err(_) => {
                self.needs_list = true;
                Some(Vec::new())
            }
        };
        let outcome = (|| {
            for notice in notices {
                sink.on_event(Event::Notice(tick.at, notice))?;
            }
            watch.begin_tick(self.cadence.is_whole());
            self.follow(found, tick.at, watch, sink)?;
            self.read_all(tick.at, watch, sink)?;
            self.read_cgroups(tick.at, watch, sink)?;
            watch.end_tick(sink)?;
            if self.is_last {
                // What is shown at the last tick is what the session comes to.
                watch.judge(tick.at, sink)?;
            }
            self.count_pages(tick.at, watch, sink)?;
            self.look_inside(tick.at, watch, false);
            tick.host = self.look_around(tick.at, watch, sink)?;
            sink.on_event(Event::Ticked(&tick, watch.targets()))?;
            sink.report_lost_outputs(tick.at)
        })();
        Ok(outcome)
    }

    /// Who runs; `None` when that is who ran at the tick before.
    fn list(&mut self) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        if std::mem::take(&mut self.needs_list) {
            return self.source.find(&self.plan.selector).map(Some);
        }
        self.source.find_if_changed(&self.plan.selector)
    }

    /// A daemon that was started again has written its new pid.
    fn read_pid_file(&mut self) {
        let pids = self.plan.pid_file.as_deref().and_then(|path| read_pid_file(path).ok()).unwrap_or_default();
        let selected = &mut self.plan.selector.pids;
        selected.extend(pids);
        selected.sort_unstable();
        selected.dedup();
    }

    fn read_cgroups(&mut self, at: Timestamp, watch: &mut Watch, sink: &mut dyn EventSink) -> io::Result<()> {
        if self.plan.selector.cgroups.is_empty() {
            return Ok(());
        }
        let mut before = std::mem::take(&mut self.groups);
        for seen in self.source.read_cgroups() {
            let index = watch.observe_group(before.remove(&seen.path), &seen, at, sink)?;
            self.groups.insert(seen.path, index);
        }
        before.into_values().try_for_each(|index| watch.gone(index, at, sink))
    }

    /// Reads the limits of all targets when that is due, else of those that are new, and the memory of the host.
    fn look_around(
        &mut self,
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<Option<crate::model::HostMemory>> {
        let now = self.clock.now().awake;
        let fresh = std::mem::take(&mut self.fresh);
        let keys = if now < self.surroundings_due {
            fresh
        } else {
            self.surroundings_due = now + SURROUNDINGS_EVERY;
            self.running.keys().copied().collect()
        };
        let mut host = None;
        for key in keys {
            let Some(running) = self.running.get(&key) else { continue };
            let limits = self.source.limits(key);
            host = host.or(limits.host);
            watch.surrounded(running.index, limits.ceiling);
        }
        if let Some(host) = host {
            watch.host(at, host, sink)?;
        }
        Ok(host)
    }
}
