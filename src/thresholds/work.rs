//! Work that is counted beside memory: its amount, its evenness, and the memory that each job left behind.

use std::collections::VecDeque;

use crate::event::{JobTimes, Target, TargetKind};
use crate::model::Timestamp;

/// Largest number of points of the timeline of work.
const POINTS: usize = 64;
/// Largest number of jobs, the newest.
const JOBS: usize = 200;
/// Factor between the halves of a session above which the load has changed.
const LOAD_CHANGE: f64 = 1.5;

/// Count of work at a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkTick {
    /// Work since any start. A smaller number than before means that the counter was reset.
    pub count: f64,
    /// Newest counted line, if lines are counted.
    pub label: Option<String>,
}

/// Jobs that ended between two samples. Memory is the sum of all watched processes, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Time of the sample after them.
    pub at: Timestamp,
    /// Number of jobs.
    pub count: f64,
    /// Line of the newest job.
    pub label: String,
    /// Memory before them.
    pub before: u64,
    /// Memory after them.
    pub after: u64,
}

/// Timeline of work over a session.
#[derive(Debug, Default)]
pub struct WorkMeter {
    last: Option<f64>,
    total: f64,
    points: Vec<(Timestamp, f64)>,
    /// Ticks per point.
    stride: u64,
    ticks: u64,
    memory: Option<u64>,
    jobs: VecDeque<Job>,
    /// End times of jobs, for charts.
    times: JobTimes,
    failed: u64,
    first_failure: Option<String>,
}

impl WorkMeter {
    /// Adds the count of a tick. Returns the work since the first tick.
    pub(super) fn push(&mut self, at: Timestamp, tick: &WorkTick, targets: &[Target]) -> f64 {
        let more = match self.last {
            None => 0.0,
            Some(last) if tick.count >= last => tick.count - last,
            Some(_) => tick.count,
        };
        self.last = Some(tick.count);
        self.total += more;
        self.push_point(at);
        self.ticks += 1;
        let running =
            targets.iter().filter(|target| target.kind == TargetKind::Process && target.lifetime.ended.is_none());
        let memory: u64 = running.filter_map(|target| target.current.reading.memory()).sum();
        if let (Some(label), Some(before), true) = (&tick.label, self.memory, more > 0.0) {
            if self.jobs.len() == JOBS {
                self.jobs.pop_front();
            }
            self.times.push(at);
            self.jobs.push_back(Job { at, count: more, label: label.clone(), before, after: memory });
        }
        self.memory = Some(memory);
        self.total
    }

    /// Adds a point to the timeline. When the points run out, every second one is dropped.
    fn push_point(&mut self, at: Timestamp) {
        if !self.ticks.is_multiple_of(self.stride.max(1)) {
            return;
        }
        self.points.push((at, self.total));
        if self.points.len() > POINTS {
            let mut index = 0;
            self.points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.stride = self.stride.max(1) * 2;
        }
    }

    /// Records that the work could not be read at a tick.
    pub(super) fn push_failure(&mut self, why: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(why);
    }

    /// Returns the number of failed reads, and the reason of the first.
    #[must_use]
    pub fn failures(&self) -> (u64, Option<&str>) {
        (self.failed, self.first_failure.as_deref())
    }

    /// Returns the reason for which no work was counted, unless there was none.
    pub(super) fn why_none(&self) -> Option<String> {
        match (self.total > 0.0, &self.first_failure, self.last) {
            (true, ..) => None,
            (false, Some(why), _) => Some(format!("work could not be counted: {why}")),
            (false, None, None) => Some("work could not be counted: no number was found".to_owned()),
            (false, None, Some(_)) => None,
        }
    }

    /// Returns the work since the first tick.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Returns a shared list of the end times of jobs.
    #[must_use]
    pub fn job_times(&self) -> JobTimes {
        self.times.clone()
    }

    /// Returns the newest jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter()
    }

    /// Returns the work per second in the first and in the second half of the session; `None` for too few ticks.
    #[must_use]
    pub fn halves(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let middle = self.points[self.points.len() / 2];
        rate(first, &middle).zip(rate(&middle, last))
    }

    /// True if the load of the second half differs from that of the first.
    #[must_use]
    pub fn load_changed(&self) -> bool {
        self.halves().is_some_and(|(first, second)| first.max(second) > LOAD_CHANGE * first.min(second))
    }
}

/// Returns the work per second between two points; `None` if no time passed.
fn rate(from: &(Timestamp, f64), to: &(Timestamp, f64)) -> Option<f64> {
    let seconds = to.0.seconds_since(from.0);
    (seconds > 0.0).then(|| (to.1 - from.1) / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_load_is_noticed_and_a_counter_reset_loses_nothing() {
        let mut meter = WorkMeter::default();
        let mut count = 1000.0;
        for second in 0..1000 {
            count += if second < 500 { 10.0 } else { 30.0 };
            if second == 700 {
                count = 30.0;
            }
            meter.push(Timestamp(second * 1000), &WorkTick { count, label: None }, &[]);
        }
        assert!((meter.total() - (499.0 * 10.0 + 500.0 * 30.0)).abs() < 1e-6, "{}", meter.total());
        let (first, second) = meter.halves().expect("two halves");
        assert!((first - 10.0).abs() < 2.0 && (second - 30.0).abs() < 2.0 && meter.load_changed());
        assert!(meter.points.len() <= POINTS);
    }
}
