//! Processes that come, run and go: each becomes a target, is sampled at its ticks, and ends.

use std::io;
use std::sync::Arc;

use crate::event::{Event, EventSink, Notice};
use crate::model::{ProcessKey, ProcessLabel, Sample, Timestamp};
use crate::source::{Depth, MatchedProcess, ProcessReading, ReadError};

use super::pace::Pace;
use super::{Session, Watch};

/// A process that runs.
pub(super) struct Running {
    /// Its place in the watch.
    pub(super) index: usize,
    /// What it was called when it was looked at last.
    pub(super) label: Arc<ProcessLabel>,
    /// `None` for one that is sampled at every tick.
    pub(super) pace: Option<Pace>,
}

impl Session<'_> {
    /// Takes up who came and who went; nobody did when nothing was found.
    pub(super) fn follow(
        &mut self,
        found: Option<Vec<MatchedProcess>>,
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let coming = std::mem::take(&mut self.coming);
        match found {
            Some(found) => {
                self.close_missing(&found, at, watch, sink)?;
                self.open_new(found, at, watch, sink)
            }
            None => self.open_new(coming, at, watch, sink),
        }
    }

    fn close_missing(
        &mut self,
        found: &[MatchedProcess],
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let mut gone: Vec<(ProcessKey, usize)> = Vec::new();
        self.running.retain(|&key, running| {
            // What does not match any more (a name changed by exec) but still runs stays a target: it was chosen.
            let listed = found.binary_search_by_key(&key, |found| found.key).is_ok();
            let stays = listed || self.source.read(key, Depth::Counters).is_ok();
            if !stays {
                gone.push((key, running.index));
            }
            stays
        });
        gone.iter().for_each(|&(key, _)| self.forget(key));
        self.unreadable.retain(|key, ()| found.binary_search_by_key(key, |found| found.key).is_ok());
        if !gone.is_empty() {
            self.order.clear();
        }
        gone.sort_unstable();
        gone.into_iter().try_for_each(|(_, index)| watch.gone(index, at, sink))
    }

    fn open_new(
        &mut self,
        found: Vec<MatchedProcess>,
        at: Timestamp,
        watch: &mut Watch,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        for found in found {
            let key = found.key;
            let pace = self.plan.paces.of(&found.label.name);
            if let Some(running) = self.running.get_mut(&key) {
                if !Arc::ptr_eq(&running.label, &found.label) {
                    watch.is_called(running.index, &found.label, at, sink)?;
                    *running = Running { index: running.index, label: found.label, pace };
                    self.order.clear();
                }
                continue;
            }
            if self.unreadable.contains_key(&key) || self.is_another(key) {
                continue;
            }
            if !self.cadence.includes(pace) {
                self.coming.push(found);
                continue;
            }
            match self.source.read(key, Depth::Counters) {
                Ok(observation) => {
                    self.tried.insert(key, observation);
                    let label = Arc::clone(&found.label);
                    let index = watch.found(found, at, sink)?;
                    self.running.insert(key, Running { index, label, pace });
                    self.order.clear();
                    self.fresh.push(key);
                }
                Err(ReadError::Gone) => {}
                Err(error) => {
                    self.unreadable.insert(key, ());
                    sink.on_event(Event::Notice(
                        at,
                        &Notice::Unreadable((*found.label).clone(), key, error.to_string()),
                    ))?;
                }
            }
        }
        Ok(())
    }

    /// Whether the number was given with `--pid` and belongs to another process by now.
    fn is_another(&mut self, key: ProcessKey) -> bool {
        self.plan.selector.selects_by_pid_only() && *self.pinned.entry(key.pid).or_insert(key) != key
    }

    /// Forgets what was spent on a process, and what was seen in it: it has gone, or runs another program.
    fn forget(&mut self, key: ProcessKey) {
        self.budget.forget(key);
        self.looks.remove(&key);
    }

    pub(super) fn read_all(&mut self, at: Timestamp, watch: &mut Watch, sink: &mut dyn EventSink) -> io::Result<()> {
        let mut order = std::mem::take(&mut self.order);
        if order.is_empty() {
            order.extend(self.running.iter().map(|(&key, running)| (running.index, key, running.pace)));
            order.sort_unstable();
            let interval = |&(.., pace): &(usize, ProcessKey, Option<Pace>)| self.plan.paces.interval(pace?);
            self.slowest = order.iter().filter_map(interval).max();
        }
        let now = self.clock.now().awake;
        // At the first tick it has all of them: the room is given back with this tick.
        let mut tried = std::mem::take(&mut self.tried);
        let mut is_stale = false;
        for &(index, key, pace) in &order {
            if !self.cadence.includes(pace) {
                continue;
            }
            let rss = watch.targets()[index].current.reading.rss;
            let deep = self.plan.pss && self.budget.allows(key, now, rss, self.is_last);
            let before = if deep { self.dear() } else { Default::default() };
            let outcome = match tried.remove(&key) {
                Some(tried) if !deep => Ok(tried),
                _ => self.source.read(key, if deep { Depth::WithPss } else { Depth::Counters }),
            };
            if deep {
                self.spent(key, before);
            }
            match outcome {
                Ok(ProcessReading { reading, denied, program }) => {
                    if let Some(label) = program {
                        watch.runs_another(index, &label, at, sink)?;
                        self.forget(key);
                        let pace = self.plan.paces.of(&label.name);
                        self.running.insert(key, Running { index, label, pace });
                        is_stale = true;
                    }
                    if deep {
                        self.budget.read_at(key, reading.rss);
                    }
                    watch.observe(index, &Sample { at, reading }, &denied, sink)?;
                }
                Err(error) => {
                    // One that could not be read this time is still listed, and nobody says so again.
                    self.needs_list |= error != ReadError::Gone;
                    is_stale = true;
                    self.running.remove(&key);
                    self.forget(key);
                    watch.gone(index, at, sink)?;
                }
            }
        }
        if !is_stale {
            self.order = order;
        }
        Ok(())
    }
}
