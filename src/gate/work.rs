//! The work that was done beside memory: how much, how evenly, and what each job left behind.

use std::collections::VecDeque;

use crate::event::{JobTimes, Target, TargetKind};
use crate::model::Timestamp;

/// Points of the timeline of work that are kept.
const POINTS: usize = 64;
/// Jobs that are kept, the newest.
const JOBS: usize = 200;
/// The load has changed when the two halves of the session differ by more than this factor.
const CHANGED: f64 = 1.5;

/// What was counted at a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkTick {
    /// All work since any beginning; a smaller number than before is a counter that began anew.
    pub count: f64,
    /// The newest line that counted, where lines are counted.
    pub label: Option<String>,
}

/// Jobs that ended between two samples. Memory is that of all watched processes together, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// When the sample after them was taken.
    pub at: Timestamp,
    /// How many.
    pub count: f64,
    /// The line of the newest of them.
    pub label: String,
    /// Before them.
    pub before: u64,
    /// After them.
    pub after: u64,
}

/// The timeline of work over a session.
#[derive(Debug, Default)]
pub struct WorkMeter {
    last: Option<f64>,
    total: f64,
    points: Vec<(Timestamp, f64)>,
    /// How many ticks one point stands for.
    stride: u64,
    ticks: u64,
    memory: Option<u64>,
    jobs: VecDeque<Job>,
    /// Those who mark them.
    times: JobTimes,
    failed: u64,
    first_failure: Option<String>,
}

impl WorkMeter {
    /// Takes what was counted at a tick; returns all work since the first one.
    pub(super) fn push(&mut self, at: Timestamp, tick: &WorkTick, targets: &[Target]) -> f64 {
        let more = match self.last {
            None => 0.0,
            Some(last) if tick.count >= last => tick.count - last,
            Some(_) => tick.count,
        };
        self.last = Some(tick.count);
        self.total += more;
        if self.ticks.is_multiple_of(self.stride.max(1)) {
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

    /// Notes that it could not be told at a tick how much work was done.
    pub(super) fn fail(&mut self, why: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(why);
    }

    /// At how many ticks it could not be told, and why at the first of them.
    #[must_use]
    pub fn failures(&self) -> (u64, Option<&str>) {
        (self.failed, self.first_failure.as_deref())
    }

    /// Why no work was counted, unless none was done.
    pub(super) fn why_none(&self) -> Option<String> {
        match (self.total > 0.0, &self.first_failure, self.last) {
            (true, ..) => None,
            (false, Some(why), _) => Some(format!("work could not be counted: {why}")),
            (false, None, None) => Some("work could not be counted: no number was there".to_owned()),
            (false, None, Some(_)) => None,
        }
    }

    /// All work since the first tick.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// When jobs end, from now on.
    #[must_use]
    pub fn job_times(&self) -> JobTimes {
        self.times.clone()
    }

    /// The newest jobs.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter()
    }

    /// Work per second in the first and in the second half of the session; `None` while there are no halves.
    #[must_use]
    pub fn halves(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let middle = self.points[self.points.len() / 2];
        let rate = |from: &(Timestamp, f64), to: &(Timestamp, f64)| {
            let seconds = to.0.seconds_since(from.0);
            (seconds > 0.0).then(|| (to.1 - from.1) / seconds)
        };
        rate(first, &middle).zip(rate(&middle, last))
    }

    /// Whether the load was another one in the second half than in the first.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.halves().is_some_and(|(first, second)| first.max(second) > CHANGED * first.min(second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_load_is_noticed_and_a_restart_of_the_counter_is_no_loss() {
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
        assert!((first - 10.0).abs() < 2.0 && (second - 30.0).abs() < 2.0 && meter.has_changed());
        assert!(meter.points.len() <= POINTS);
    }
}
