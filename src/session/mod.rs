//! The loop: asks the source at the times of the schedule, and lets the watch decide.
//!
//! Knows no output: everything that happens goes to one [`EventSink`].

mod ended;
mod pool;
mod pss_budget;
mod replay;
mod schedule;
mod watch;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::{Clock, StopFlag};
use crate::event::{Event, EventSink, Notice, Tick};
use crate::model::{Pid, ProcessKey, Sample, Timestamp};
use crate::source::{Depth, Found, Observation, ProcessSource, ReadError, Selection, read_pid_file};

use pss_budget::PssBudget;
use schedule::Schedule;

pub use replay::{ReplayFailure, ReplayOutcome, replay};
pub use watch::{MinObservation, Rules, Watch};

/// A service that is restarted is away for a moment: so many ticks without a match end a session that selects by more
/// than pids.
const RESTART_TICKS: u32 = 3;
/// How often the limits of a target are read again.
const SURROUNDINGS_EVERY: Duration = Duration::from_secs(30);

/// What a live session is to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which processes.
    pub selection: Selection,
    /// Time between samples.
    pub interval: Duration,
    /// When to end at the latest.
    pub duration: Option<Duration>,
    /// After how many samples to end.
    pub samples: Option<u64>,
    /// Whether to wait for matches, for the first and for the next after all have gone.
    pub wait: bool,
    /// Whether PSS and USS may be read.
    pub pss: bool,
    /// Read again for other pids while none of them runs, if the session waits.
    pub pid_file: Option<PathBuf>,
    /// The process with which the session ends, whoever else still runs: the command that was started for it.
    pub root: Option<Pid>,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum EndedBy {
    Duration,
    Samples,
    CommandEnded,
    TargetsGone,
    Signal,
    OutputFailed,
    NothingMatched,
    EndOfRecording,
    Threshold,
}

/// What a live session came to.
#[derive(Debug)]
pub struct Outcome {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Why it ended.
    pub ended_by: EndedBy,
    /// Ticks that were carried out.
    pub ticks: u64,
    /// Ticks that were skipped because the work before them took too long.
    pub missed_ticks: u64,
    /// The largest delay of a tick, in seconds.
    pub max_late_s: f64,
    /// Time the host was suspended, in seconds.
    pub suspended_s: f64,
    /// Processes that matched and could not be read at all.
    pub unreadable: usize,
    /// What a sink could not take; the session ended with it.
    pub failed: Option<io::Error>,
}

/// One live session.
pub struct Session<'a> {
    source: &'a mut dyn ProcessSource,
    clock: &'a dyn Clock,
    stop: &'a StopFlag,
    plan: Plan,
    /// Index in the watch of each process that runs.
    running: HashMap<ProcessKey, usize>,
    /// Processes that matched and cannot be read.
    unreadable: HashMap<ProcessKey, ()>,
    /// Ticks in a row at which no target ran.
    idle_ticks: u32,
    /// The process that each `--pid` named at first: its number may be used again.
    pinned: HashMap<Pid, ProcessKey>,
    surroundings_due: Duration,
    /// Targets whose limits have never been read.
    fresh: Vec<ProcessKey>,
    budget: PssBudget,
}

impl<'a> Session<'a> {
    /// A session that has not begun.
    pub fn new(source: &'a mut dyn ProcessSource, clock: &'a dyn Clock, stop: &'a StopFlag, plan: Plan) -> Self {
        Self {
            source,
            clock,
            stop,
            plan,
            running: HashMap::new(),
            unreadable: HashMap::new(),
            idle_ticks: 0,
            pinned: HashMap::new(),
            surroundings_due: Duration::ZERO,
            fresh: Vec::new(),
            budget: PssBudget::default(),
        }
    }

    /// Samples until the plan, the targets, a signal or a sink ends it.
    ///
    /// # Errors
    /// When the list of processes cannot be read at the first tick.
    pub fn run(&mut self, watch: &mut Watch, sink: &mut dyn EventSink) -> Result<Outcome, ReadError> {
        let mut schedule = Schedule::starting(self.clock.now(), self.plan.interval);
        let started = schedule.at(self.clock.now());
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
            if let Err(error) = self.tick(tick, &notices, watch, sink)? {
                failed = Some(error);
                break EndedBy::OutputFailed;
            }
            if let Some(reason) = self.is_over(ticks, watch) {
                break reason;
            }
            schedule.next();
        };
        let ended = schedule.at(self.clock.now());
        if let Err(error) = watch.conclude(ended, sink) {
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
        self.idle_ticks = if self.running.is_empty() { self.idle_ticks + 1 } else { 0 };
        let patience = if self.plan.selection.is_by_pid_only() { 1 } else { RESTART_TICKS };
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
        let found = match self.source.find(&self.plan.selection) {
            Ok(found) => found,
            Err(error) if tick.number == 0 => return Err(error),
            Err(_) => Vec::new(),
        };
        let outcome = (|| {
            for notice in notices {
                sink.take(Event::Notice(tick.at, notice))?;
            }
            self.close_missing(&found, tick.at, watch, sink)?;
            self.open_new(found, tick.at, watch, sink)?;
            self.read_all(tick.at, watch, sink)?;
            watch.end_tick(sink)?;
            tick.host = self.look_around(tick.at, watch, sink)?;
            sink.take(Event::Ticked(&tick, watch.targets()))
        })();
        Ok(outcome)
    }

    /// A daemon that was started again has written its new pid.
    fn read_pid_file(&mut self) {
        let pids = self.plan.pid_file.as_deref().and_then(|path| read_pid_file(path).ok()).unwrap_or_default();
        let selected = &mut self.plan.selection.pids;
        selected.extend(pids);
        selected.sort_unstable();
        selected.dedup();
    }

    fn close_missing(
        &mut self,
        found: &[Found],
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let mut gone: Vec<(ProcessKey, usize)> = Vec::new();
        self.running.retain(|&key, &mut index| {
            // What does not match any more (a name changed by exec) but still runs stays a target: it was chosen.
            let listed = found.binary_search_by_key(&key, |found| found.key).is_ok();
            let stays = listed || self.source.read(key, Depth::Counters).is_ok();
            if !stays {
                self.budget.forget(key);
                gone.push((key, index));
            }
            stays
        });
        self.unreadable.retain(|key, ()| found.binary_search_by_key(key, |found| found.key).is_ok());
        gone.sort_unstable();
        gone.into_iter().try_for_each(|(_, index)| watch.gone(index, at, sink))
    }

    fn open_new(
        &mut self,
        found: Vec<Found>,
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        for found in found {
            let key = found.key;
            if self.running.contains_key(&key) || self.unreadable.contains_key(&key) || self.is_another(key) {
                continue;
            }
            match self.source.read(key, Depth::Counters) {
                Ok(_) => {
                    let index = watch.found(found, at, sink)?;
                    self.running.insert(key, index);
                    self.fresh.push(key);
                }
                Err(ReadError::Gone) => {}
                Err(error) => {
                    self.unreadable.insert(key, ());
                    sink.take(Event::Notice(at, &Notice::Unreadable(found.label, key, error.to_string())))?;
                }
            }
        }
        Ok(())
    }

    /// Whether the number was given with `--pid` and belongs to another process by now.
    fn is_another(&mut self, key: ProcessKey) -> bool {
        self.plan.selection.is_by_pid_only() && *self.pinned.entry(key.pid).or_insert(key) != key
    }

    fn read_all(&mut self, at: Timestamp, watch: &mut Watch, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut keys: Vec<(usize, ProcessKey)> = self.running.iter().map(|(&key, &index)| (index, key)).collect();
        keys.sort_unstable();
        let now = self.clock.now().awake;
        for (index, key) in keys {
            let deep = self.plan.pss && self.budget.allows(key, now);
            let before = if deep { self.clock.cpu_time() } else { Duration::ZERO };
            let outcome = self.source.read(key, if deep { Depth::WithPss } else { Depth::Counters });
            if deep {
                self.budget.spent(key, now, self.clock.cpu_time().saturating_sub(before));
            }
            match outcome {
                Ok(Observation { reading, denied }) => watch.observe(index, &Sample { at, reading }, &denied, sink)?,
                Err(_) => {
                    self.running.remove(&key);
                    self.budget.forget(key);
                    watch.gone(index, at, sink)?;
                }
            }
        }
        Ok(())
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
            let Some(&index) = self.running.get(&key) else { continue };
            let surroundings = self.source.surroundings(key);
            host = host.or(surroundings.host);
            watch.surrounded(index, surroundings.ceiling);
        }
        if let Some(host) = host {
            watch.host(at, host, sink)?;
        }
        Ok(host)
    }
}
