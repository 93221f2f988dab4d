//! One watched target as its sinks see it.

use std::sync::Arc;

use crate::analysis::Assessment;
use crate::model::{Attribution, Ceiling, Counter, GroupMemory, ProcessKey, ProcessLabel, Reading, Timestamp};

use super::Baseline;

/// The unit of the points, in bytes.
const PAGE: u64 = 4096;
/// Points by which the room for them grows.
const ROOM: usize = 16;
/// Points a target keeps for its sparkline.
const TRACE_POINTS: usize = 64;

/// The course of memory over the whole watch, thinned to a fixed number of points.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// In pages: thousands of targets have one.
    points: Vec<u32>,
    /// How many samples one point stands for, as a power of two.
    samples_a_point: u32,
    open: Option<(u64, u32)>,
}

impl Trace {
    /// Takes one value; when the points run out, neighbours are merged into their higher one.
    pub fn push(&mut self, value: u64) {
        self.samples_a_point = self.samples_a_point.max(1);
        let (highest, count) = self.open.map_or((value, 1), |(highest, count)| (highest.max(value), count + 1));
        if count < self.samples_a_point {
            self.open = Some((highest, count));
            return;
        }
        self.open = None;
        if self.points.len() == self.points.capacity() {
            self.points.reserve_exact(ROOM);
        }
        self.points.push(u32::try_from(highest / PAGE).unwrap_or(u32::MAX));
        if self.points.len() == TRACE_POINTS {
            for at in 0..TRACE_POINTS / 2 {
                self.points[at] = self.points[2 * at].max(self.points[2 * at + 1]);
            }
            self.points.truncate(TRACE_POINTS / 2);
            self.samples_a_point *= 2;
        }
    }

    /// The points, the oldest first, with the newest values even when their point is not full.
    pub fn points(&self) -> impl Iterator<Item = u64> + '_ {
        self.points.iter().map(|&pages| u64::from(pages) * PAGE).chain(self.open.map(|(highest, _)| highest))
    }
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// A process, or a series of a recording that stands for one.
    Process,
    /// All processes of one name together.
    Pool {
        /// How many there are now.
        members: u64,
    },
    /// All processes that were selected together, where they have several names.
    Selection {
        /// How many there are now.
        members: u64,
    },
    /// A control group with everything below it.
    Cgroup {
        /// How many processes there are in it now.
        members: u64,
    },
}

/// Targets of one name that have gone and are no longer kept one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// Their name; empty for those whose names are too many.
    pub name: String,
    /// How many.
    pub count: u64,
    /// How many of them were leaking or suspect.
    pub alarming: u64,
    /// The highest RSS that one of them had, in bytes.
    pub rss_max: Option<u64>,
}

/// One watched target as it stands at a moment.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its number in this session: no other target has or had it.
    pub number: u64,
    /// What it is.
    pub kind: TargetKind,
    /// Its identity; `None` for a pool, and for a series of a recording that names no process.
    pub key: Option<ProcessKey>,
    /// What it is called.
    pub label: Arc<ProcessLabel>,
    /// Which of the programs that the process has run since it was found: from 0, one more with each `exec`.
    pub program: u32,
    /// The recording it comes from, as it was named.
    pub source: Option<String>,
    /// When it was first read.
    pub first_seen: Timestamp,
    /// When it was last read.
    pub last_seen: Timestamp,
    /// How much of its beginning is left out of every verdict, in seconds: the warm-up of the session.
    pub left_out_s: f64,
    /// Its age when it was first read, in seconds; `None` when unknown.
    pub age_s: Option<f64>,
    /// When it was found to have gone; `None` while it runs.
    pub ended: Option<Timestamp>,
    /// The latest known value of each counter.
    pub reading: Reading,
    /// Counters that were denied, with the right that is missing.
    pub denied: Vec<(Counter, &'static str)>,
    /// The limit that would end its growth first.
    pub ceiling: Option<Ceiling>,
    /// What was read of it last, for a control group.
    pub group: Option<Box<GroupMemory>>,
    /// Its memory over the watch.
    pub trace: Trace,
    /// The counters with which the watch began.
    pub baseline: Baseline,
    /// What grows in it, as far as it was looked at; only for those that are or were suspect.
    pub attribution: Option<Box<Attribution>>,
    /// What is known of it.
    pub assessment: Assessment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_keeps_its_highest_points_in_bounded_memory() {
        let mut trace = Trace::default();
        for value in 0..10_000 {
            trace.push(PAGE * if value == 5_000 { 1_000_000 } else { value });
        }
        let points: Vec<u64> = trace.points().collect();
        assert!(points.len() <= TRACE_POINTS + 1);
        assert!(points.contains(&(PAGE * 1_000_000)));
        assert_eq!(points.last(), Some(&(PAGE * 9_999)));
        assert!(trace.points.capacity() <= TRACE_POINTS);
    }
}
