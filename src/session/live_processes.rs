//! The running processes of a live session: those that appear, run and exit.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::model::{Pid, ProcessKey, ProcessLabel};
use crate::source::{Depth, MatchedProcess, ProcessReading, ProcessSource, ReadError, Selector};

use super::sampling::{DueIntervals, IntervalId, NamedIntervals};

/// A running process.
struct Running {
    /// Index of its target.
    target: usize,
    label: Arc<ProcessLabel>,
    /// `None` for a process that is sampled at every tick.
    interval: Option<IntervalId>,
}

/// A process to sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sampled {
    target: usize,
    key: ProcessKey,
    interval: Option<IntervalId>,
}

impl Sampled {
    /// Returns the index of its target.
    pub(super) fn target(self) -> usize {
        self.target
    }

    /// Returns the identity of the process.
    pub(super) fn key(self) -> ProcessKey {
        self.key
    }

    /// Returns the interval; `None` for a process that is sampled at every tick.
    pub(super) fn interval(self) -> Option<IntervalId> {
        self.interval
    }
}

/// Reason for which a matched process needs attention.
pub(super) enum Arrival {
    /// The process is known, or no selector matches it.
    Ignored,
    /// A known process has another label now. Its target is given.
    Relabeled(usize),
    /// A new process, with its first reading.
    New,
    /// A new process that cannot be read at all.
    Unreadable(ReadError),
}

/// All running processes of a session.
#[derive(Default)]
pub(super) struct LiveProcesses {
    running: HashMap<ProcessKey, Running>,
    /// The running processes by target; empty if it must be rebuilt.
    order: Vec<Sampled>,
    /// Longest interval of a running process, if some have one of their own.
    slowest: Option<Duration>,
    /// New processes that the current tick does not sample.
    postponed: Vec<MatchedProcess>,
    /// First readings of new processes, taken to check whether they can be read.
    first_readings: HashMap<ProcessKey, ProcessReading>,
    /// Matched processes that cannot be read.
    unreadable: HashSet<ProcessKey>,
    /// Process that each selected pid named at first. The kernel may reuse the pid.
    pinned: HashMap<Pid, ProcessKey>,
    /// True if the next tick needs the whole list: a listed process was given up, or there was no list.
    needs_list: bool,
}

impl LiveProcesses {
    /// True if no process runs and none was postponed.
    pub(super) fn is_empty(&self) -> bool {
        self.running.is_empty() && self.postponed.is_empty()
    }

    /// True if a process runs.
    pub(super) fn any_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// True if the process with this pid runs.
    pub(super) fn runs(&self, pid: Pid) -> bool {
        self.running.keys().any(|key| key.pid == pid)
    }

    /// Returns the number of matched processes that cannot be read.
    pub(super) fn unreadable_count(&self) -> usize {
        self.unreadable.len()
    }

    /// Returns the longest interval of a running process, if some have one of their own.
    pub(super) fn slowest(&self) -> Option<Duration> {
        self.slowest
    }

    /// Lists the matched processes; `None` if they are those of the tick before.
    pub(super) fn list(
        &mut self,
        source: &mut dyn ProcessSource,
        selector: &Selector,
    ) -> Result<Option<Vec<MatchedProcess>>, ReadError> {
        if std::mem::take(&mut self.needs_list) {
            return source.find(selector).map(Some);
        }
        source.find_if_changed(selector)
    }

    /// Asks for the whole list at the next tick.
    pub(super) fn request_list(&mut self) {
        self.needs_list = true;
    }

    /// Removes the processes that exited. Returns each with its target, in order of their keys.
    ///
    /// A process that no longer matches but still runs stays: its name changed by `exec`, and it was chosen once.
    pub(super) fn remove_exited(
        &mut self,
        listed: &[MatchedProcess],
        source: &mut dyn ProcessSource,
    ) -> Vec<(ProcessKey, usize)> {
        let mut exited: Vec<(ProcessKey, usize)> = Vec::new();
        self.running.retain(|&key, running| {
            let stays = lists(listed, key) || source.read(key, Depth::Counters).is_ok();
            if !stays {
                exited.push((key, running.target));
            }
            stays
        });
        self.unreadable.retain(|&key| lists(listed, key));
        if !exited.is_empty() {
            self.order.clear();
        }
        exited.sort_unstable();
        exited
    }

    /// Returns the processes that earlier ticks postponed.
    pub(super) fn take_postponed(&mut self) -> Vec<MatchedProcess> {
        std::mem::take(&mut self.postponed)
    }

    /// Checks a matched process. A new one is read, and belongs to the session after [`Self::add`].
    pub(super) fn check(
        &mut self,
        process: &MatchedProcess,
        source: &mut dyn ProcessSource,
        due: &DueIntervals,
        intervals: &NamedIntervals,
        only_pids: bool,
    ) -> Arrival {
        let key = process.key;
        let interval = intervals.for_name(&process.label.name);
        if let Some(running) = self.running.get_mut(&key) {
            if Arc::ptr_eq(&running.label, &process.label) {
                return Arrival::Ignored;
            }
            *running = Running { target: running.target, label: Arc::clone(&process.label), interval };
            self.order.clear();
            return Arrival::Relabeled(self.running[&key].target);
        }
        let is_other = only_pids && *self.pinned.entry(key.pid).or_insert(key) != key;
        if is_other || self.unreadable.contains(&key) {
            return Arrival::Ignored;
        }
        if !due.includes(interval) {
            self.postponed.push(process.clone());
            return Arrival::Ignored;
        }
        match source.read(key, Depth::Counters) {
            Ok(reading) => {
                self.first_readings.insert(key, reading);
                Arrival::New
            }
            Err(ReadError::Gone) => Arrival::Ignored,
            Err(error) => {
                self.unreadable.insert(key);
                Arrival::Unreadable(error)
            }
        }
    }

    /// Adds a process with its target.
    pub(super) fn add(&mut self, key: ProcessKey, target: usize, label: Arc<ProcessLabel>, intervals: &NamedIntervals) {
        let interval = intervals.for_name(&label.name);
        self.running.insert(key, Running { target, label, interval });
        self.order.clear();
    }

    /// Removes a process that could not be read. It is listed again unless it exited.
    pub(super) fn remove(&mut self, key: ProcessKey, error: &ReadError) {
        // A process that could not be read this time is still listed, and no change reports it.
        self.needs_list |= *error != ReadError::Gone;
        self.running.remove(&key);
        self.order.clear();
    }

    /// Returns the running processes by target. Give them back with [`Self::restore_order`].
    pub(super) fn take_order(&mut self, intervals: &NamedIntervals) -> Vec<Sampled> {
        let mut order = std::mem::take(&mut self.order);
        if order.is_empty() {
            order.extend(self.running.iter().map(|(&key, running)| Sampled {
                target: running.target,
                key,
                interval: running.interval,
            }));
            order.sort_unstable();
            self.slowest = order.iter().filter_map(|sampled| intervals.interval(sampled.interval?)).max();
        }
        order
    }

    /// Keeps the order for the next tick.
    pub(super) fn restore_order(&mut self, order: Vec<Sampled>) {
        self.order = order;
    }

    /// Returns the first readings of new processes. The first tick has one for each process.
    pub(super) fn take_first_readings(&mut self) -> HashMap<ProcessKey, ProcessReading> {
        std::mem::take(&mut self.first_readings)
    }
}

/// True if a list in the order of keys contains a process.
fn lists(listed: &[MatchedProcess], key: ProcessKey) -> bool {
    listed.binary_search_by_key(&key, |process| process.key).is_ok()
}
