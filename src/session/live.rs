//! The live driver: reads processes at the times of the schedule, and feeds the targets.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use crate::clock::{Clock, StopFlag};
use crate::event::{Event, EventSink, Notice, Tick};
use crate::model::{Counter, HostMemory, Sample, Timestamp};
use crate::source::{MatchedProcess, ProcessReading, ProcessSource, ReadError, read_pid_file};
use crate::units::Span;

use super::extension::Extension;
use super::live_processes::{Arrival, LiveProcesses};
use super::plan::{EndedBy, LiveSummary, SessionPlan};
use super::process_reader::ProcessReader;
use super::sampling::{Cost, DueIntervals, Saving, Schedule};
use super::targets::{Answer, Need, TargetSet};

/// Ticks without a match that end a session whose selector names more than pids. A restarting service is away for a moment.
const RESTART_TICKS: u32 = 3;
/// Time between two reads of the limits of all targets.
const LIMITS_EVERY: Duration = Duration::from_secs(30);
/// Factor by which one saving lengthens the interval.
const STRETCH: u32 = 2;

/// Failure that ends a session.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Source(#[from] ReadError),
    #[error(transparent)]
    Sink(#[from] io::Error),
}

/// A live session over running processes.
pub struct LiveSession<'a> {
    reader: ProcessReader<'a>,
    clock: &'a dyn Clock,
    stop: &'a StopFlag,
    plan: SessionPlan,
    processes: LiveProcesses,
    /// Target of each control group that exists.
    cgroups: HashMap<String, usize>,
    due: DueIntervals,
    limits_due: Duration,
    /// Consecutive ticks at which no process ran.
    idle_ticks: u32,
    /// True if the current tick is known to be the last one, unless the session is extended.
    is_last: bool,
    /// Looks beyond the planned end, if they are allowed.
    extension: Option<Extension>,
}

impl<'a> LiveSession<'a> {
    /// A session that has not started.
    pub fn new(source: &'a mut dyn ProcessSource, clock: &'a dyn Clock, stop: &'a StopFlag, plan: SessionPlan) -> Self {
        Self {
            reader: ProcessReader::new(source, clock, plan.max_overhead, plan.pss),
            clock,
            stop,
            extension: Extension::of_plan(&plan),
            plan,
            processes: LiveProcesses::default(),
            cgroups: HashMap::new(),
            due: DueIntervals::default(),
            limits_due: Duration::ZERO,
            idle_ticks: 0,
            is_last: false,
        }
    }

    /// Samples until the plan, the targets, a signal or a sink ends the session.
    ///
    /// # Errors
    /// If the list of processes cannot be read at the first tick.
    pub fn run(&mut self, targets: &mut TargetSet, sink: &mut dyn EventSink) -> Result<LiveSummary, ReadError> {
        let mut schedule = Schedule::new(self.clock.now(), self.plan.interval);
        let started = schedule.timestamp(self.clock.now());
        targets.begin_live(self.reader.source().counter_error_bytes());
        let mut ticks = 0;
        let (ended_by, mut failed) = match self.run_ticks(&mut schedule, &mut ticks, targets, sink) {
            Ok(reason) => (reason, None),
            Err(Failure::Sink(error)) => (EndedBy::OutputFailed, Some(error)),
            Err(Failure::Source(error)) => return Err(error),
        };
        let ended = schedule.timestamp(self.clock.now());
        if let Err(error) = self.conclude(ended, failed.is_some(), targets, sink) {
            failed.get_or_insert(error);
        }
        let cost = Cost {
            elapsed_s: ended.seconds_since(started),
            missed_ticks: schedule.missed(),
            interval_s: schedule.interval().as_secs_f64(),
            counter_error_bytes: self.reader.source().counter_error_bytes(),
            ..self.reader.cost()
        };
        Ok(LiveSummary {
            started,
            ended,
            ended_by,
            extended: self.extension.as_ref().and_then(Extension::summary),
            ticks,
            max_late_s: schedule.max_late_s(),
            suspended_s: schedule.suspended_s(),
            cost,
            unreadable: self.processes.unreadable_count(),
            failed,
        })
    }

    /// Runs the ticks of the session, and counts them. Returns the reason for its end.
    fn run_ticks(
        &mut self,
        schedule: &mut Schedule,
        ticks: &mut u64,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> Result<EndedBy, Failure> {
        loop {
            // A session whose end precedes the next tick does not wait for it.
            let end = self.plan.duration.and_then(|duration| schedule.end_before_due(duration));
            self.clock.wait_until(end.unwrap_or_else(|| schedule.due()), self.stop);
            if self.stop.is_raised() {
                return Ok(EndedBy::Signal);
            }
            if end.is_some() {
                if self.extend(schedule, targets, sink)? {
                    continue;
                }
                return Ok(self.extension.as_ref().map_or(EndedBy::Duration, Extension::ends_by));
            }
            let (at, late_s, notices) = schedule.begin_tick(self.clock.now());
            let tick = Tick { number: *ticks, at, late_s, host: None };
            *ticks += 1;
            self.is_last = self.plan.samples == Some(*ticks)
                || self.plan.duration.is_some_and(|duration| schedule.is_last_within(duration));
            let slowest = self.processes.slowest();
            self.due.begin_tick(&self.plan.intervals, slowest, schedule.due_after_start(), self.is_last);
            self.tick(tick, &notices, targets, sink)??;
            if let Some(reason) = self.end_reason(*ticks, targets)
                && !(reason == EndedBy::Samples && self.extend(schedule, targets, sink)?)
            {
                return Ok(reason);
            }
            self.save_work(at, schedule, sink)?;
            schedule.end_tick(self.clock.now());
        }
    }

    /// Extends the session until its next look if a result is open. Returns false if the session ends here.
    fn extend(&mut self, schedule: &Schedule, targets: &mut TargetSet, sink: &mut dyn EventSink) -> io::Result<bool> {
        let Some(extension) = &mut self.extension else { return Ok(false) };
        let at = schedule.timestamp(self.clock.now());
        if !self.is_last {
            targets.judge_all(at, sink)?;
        }
        let look = extension.look();
        let is_open = sink.look(look, targets.targets());
        let Some(until) = extension.answer(is_open) else { return Ok(false) };
        (self.plan.duration, self.plan.samples) = (Some(until), None);
        if look.number == 0 {
            sink.on_event(Event::Notice(at, &extension.notice()))?;
        }
        Ok(true)
    }

    /// Judges all targets for the last time, and closes them.
    fn conclude(
        &mut self,
        ended: Timestamp,
        has_failed: bool,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        // The last tick has judged them already.
        let judged = if self.is_last && !has_failed { Ok(()) } else { targets.judge_all(ended, sink) };
        let counted = self.reader.count_pages(ended, targets, sink);
        let inspected = self.reader.inspect(ended, targets, true, sink);
        judged.and(counted).and(inspected).and(targets.close_all(ended, sink)).and(sink.report_lost_outputs(ended))
    }

    /// Returns the reason for which the session ends after this tick.
    fn end_reason(&mut self, ticks: u64, targets: &TargetSet) -> Option<EndedBy> {
        if self.plan.samples.is_some_and(|samples| ticks >= samples) {
            return Some(EndedBy::Samples);
        }
        if self.plan.root.is_some_and(|root| !self.processes.runs(root)) {
            return Some(EndedBy::CommandEnded);
        }
        self.idle_ticks = if self.processes.is_empty() { self.idle_ticks + 1 } else { 0 };
        let patience = if self.plan.selector.selects_by_pid_only() { 1 } else { RESTART_TICKS };
        match (self.plan.wait, targets.targets().is_empty()) {
            (true, _) => None,
            (false, true) => (self.idle_ticks > 0).then_some(EndedBy::NothingMatched),
            (false, false) => (self.idle_ticks >= patience).then_some(EndedBy::TargetsGone),
        }
    }

    /// Runs one tick. The outer error is one of the source, the inner one of a sink.
    fn tick(
        &mut self,
        mut tick: Tick,
        notices: &[Notice],
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> Result<io::Result<()>, ReadError> {
        if self.plan.wait && !self.processes.any_running() {
            self.read_pid_file();
        }
        let listed = match self.processes.list(self.reader.source(), &self.plan.selector) {
            Ok(listed) => listed,
            Err(error) if tick.number == 0 => return Err(error),
            Err(_) => {
                self.processes.request_list();
                Some(Vec::new())
            }
        };
        Ok(self.sample(&mut tick, listed, notices, targets, sink))
    }

    /// Samples all due processes and control groups, and serves the requests of their targets.
    fn sample(
        &mut self,
        tick: &mut Tick,
        listed: Option<Vec<MatchedProcess>>,
        notices: &[Notice],
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let at = tick.at;
        for notice in notices {
            sink.on_event(Event::Notice(at, notice))?;
        }
        targets.begin_tick(self.due.is_whole());
        self.follow(listed, at, targets, sink)?;
        self.sample_processes(at, targets, sink)?;
        self.sample_cgroups(at, targets, sink)?;
        targets.end_tick(sink)?;
        if self.is_last {
            // The last tick shows the final verdicts.
            targets.judge_all(at, sink)?;
        }
        self.reader.count_pages(at, targets, sink)?;
        self.reader.inspect(at, targets, false, sink)?;
        tick.host = self.read_limits(at, targets, sink)?;
        sink.on_event(Event::Ticked(tick, targets.targets()))?;
        sink.report_lost_outputs(at)
    }

    /// Adds the pids that a restarted daemon has written to its pid file.
    fn read_pid_file(&mut self) {
        let pids = self.plan.pid_file.as_deref().and_then(|path| read_pid_file(path).ok()).unwrap_or_default();
        let selected = &mut self.plan.selector.pids;
        selected.extend(pids);
        selected.sort_unstable();
        selected.dedup();
    }

    /// Updates the running processes by a list; `None` for an unchanged one.
    fn follow(
        &mut self,
        listed: Option<Vec<MatchedProcess>>,
        at: Timestamp,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let postponed = self.processes.take_postponed();
        let Some(listed) = listed else { return self.admit(postponed, at, targets, sink) };
        for (key, target) in self.processes.remove_exited(&listed, self.reader.source()) {
            self.reader.forget(key);
            targets.exit(target, at, sink)?;
        }
        self.admit(listed, at, targets, sink)
    }

    /// Opens a target for each new process that can be read.
    fn admit(
        &mut self,
        listed: Vec<MatchedProcess>,
        at: Timestamp,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let intervals = &self.plan.intervals;
        let only_pids = self.plan.selector.selects_by_pid_only();
        for process in listed {
            match self.processes.check(&process, self.reader.source(), &self.due, intervals, only_pids) {
                Arrival::Ignored => {}
                Arrival::Relabeled(target) => targets.relabel(target, &process.label, at, sink)?,
                Arrival::New => {
                    let (key, label) = (process.key, process.label.clone());
                    let target = targets.appear(process, at, sink)?;
                    self.processes.add(key, target, label, intervals);
                }
                Arrival::Unreadable(error) => {
                    let label = (*process.label).clone();
                    let notice = Notice::Unreadable(label, process.key, error.to_string());
                    sink.on_event(Event::Notice(at, &notice))?;
                }
            }
        }
        Ok(())
    }

    /// Reads all due processes.
    fn sample_processes(&mut self, at: Timestamp, targets: &mut TargetSet, sink: &mut dyn EventSink) -> io::Result<()> {
        let order = self.processes.take_order(&self.plan.intervals);
        let now = self.clock.now().awake;
        let mut first_readings = self.processes.take_first_readings();
        let mut is_stale = false;
        for &sampled in &order {
            if !self.due.includes(sampled.interval()) {
                continue;
            }
            let (target, key) = (sampled.target(), sampled.key());
            let rss = targets.targets()[target].current.reading.value(Counter::Rss);
            let with_pss = self.reader.allows_pss(key, now, rss, self.is_last);
            let read = match first_readings.remove(&key) {
                Some(reading) if !with_pss => Ok(reading),
                _ => self.reader.read(key, with_pss),
            };
            match read {
                Ok(ProcessReading { reading, denied, program }) => {
                    if let Some(label) = program {
                        targets.change_program(target, &label, at, sink)?;
                        self.reader.forget(key);
                        self.processes.add(key, target, label, &self.plan.intervals);
                        is_stale = true;
                    }
                    targets.observe(target, &Sample { at, reading }, &denied, sink)?;
                }
                Err(error) => {
                    is_stale = true;
                    self.processes.remove(key, &error);
                    self.reader.forget(key);
                    targets.exit(target, at, sink)?;
                }
            }
        }
        if !is_stale {
            self.processes.restore_order(order);
        }
        Ok(())
    }

    /// Reads the selected control groups.
    fn sample_cgroups(&mut self, at: Timestamp, targets: &mut TargetSet, sink: &mut dyn EventSink) -> io::Result<()> {
        if self.plan.selector.cgroups.is_empty() {
            return Ok(());
        }
        let mut before = std::mem::take(&mut self.cgroups);
        for seen in self.reader.source().read_cgroups() {
            let target = targets.observe_cgroup(before.remove(&seen.path), &seen, at, sink)?;
            self.cgroups.insert(seen.path, target);
        }
        before.into_values().try_for_each(|target| targets.exit(target, at, sink))
    }

    /// Reads the limits of new processes, or of all that are due, and the memory of the host.
    fn read_limits(
        &mut self,
        at: Timestamp,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<Option<HostMemory>> {
        let now = self.clock.now().awake;
        let all = now >= self.limits_due;
        if all {
            self.limits_due = now + LIMITS_EVERY;
        }
        let mut host = None;
        for request in targets.requests(Need::Limits { all }) {
            let limits = self.reader.source().limits(request.key());
            host = host.or(limits.host);
            targets.answer(request, Answer::Limits(limits.ceiling), at, sink)?;
        }
        if let Some(host) = host {
            targets.observe_host(at, host, sink)?;
        }
        Ok(host)
    }

    /// Saves work if leakwatch exceeds its allowed overhead.
    fn save_work(&mut self, at: Timestamp, schedule: &mut Schedule, sink: &mut dyn EventSink) -> io::Result<()> {
        let Some((share, saving)) = self.reader.saving() else { return Ok(()) };
        let what = match saving {
            Saving::Pss => "PSS is no longer read".to_owned(),
            Saving::Interval => {
                format!("the interval is {} from now on", Span(schedule.stretch(STRETCH).as_secs_f64()))
            }
        };
        sink.on_event(Event::Notice(at, &Notice::BackedOff(share, what)))
    }
}
