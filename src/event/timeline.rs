//! Timeline of every target over the whole watch, thinned to a bounded number of points that keep the extremes.
//!
//! Charts are drawn from it. The sink is added only if a chart is asked for.

use std::collections::HashMap;
use std::io;

use crate::model::{Counter, Reading, Timestamp};

use super::{Event, EventSink, Target};

/// Largest number of points of a timeline. When they run out, neighbours are merged.
const POINTS: usize = 480;
/// Largest number of points if there are many targets. A chart on a phone shows no more.
const POINTS_OF_MANY: usize = 96;
/// Number of targets from which on timelines are short.
const MANY: usize = 300;
/// Unit of the kept memory, in bytes. It keeps a point at 56 bytes.
const PAGE: u64 = 4096;
/// Further counters of a point: those that charts show.
const KEPT: [Counter; CHARTED] = {
    let mut kept = [Counter::Rss; CHARTED];
    let (mut from, mut to) = (0, 0);
    while from < Counter::COUNT {
        if Counter::ALL[from].is_charted() {
            kept[to] = Counter::ALL[from];
            to += 1;
        }
        from += 1;
    }
    kept
};
/// Number of counters that charts show.
const CHARTED: usize = {
    let (mut count, mut index) = (0, 0);
    while index < Counter::COUNT {
        count += Counter::ALL[index].is_charted() as usize;
        index += 1;
    }
    count
};
/// Marker of an unknown value.
const UNKNOWN: u32 = u32::MAX;

/// Some consecutive samples, with the lowest and the highest memory among them.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Time of the last sample.
    pub at: Timestamp,
    /// Mean unreclaimable memory in bytes, see [`Reading::memory`].
    pub mean: f64,
    low: u32,
    high: u32,
    samples: u32,
    kept: [u32; KEPT.len()],
}

impl Point {
    fn new(at: Timestamp, memory: u64, reading: &Reading) -> Self {
        let pages = units(memory, PAGE);
        let kept =
            KEPT.map(|counter| reading.value(counter).map_or(UNKNOWN, |value| units(value, counter.unit().step())));
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let mean = memory as f64;
        Self { at, mean, low: pages, high: pages, samples: 1, kept }
    }

    fn merged(self, later: Self) -> Self {
        let (a, b) = (f64::from(self.samples), f64::from(later.samples));
        Self {
            at: later.at,
            mean: (a * self.mean + b * later.mean) / (a + b),
            low: self.low.min(later.low),
            high: self.high.max(later.high),
            samples: self.samples.saturating_add(later.samples),
            kept: later.kept,
        }
    }

    /// Returns the lowest memory, in bytes.
    #[must_use]
    pub fn low(&self) -> u64 {
        u64::from(self.low) * PAGE
    }

    /// Returns the highest memory, in bytes.
    #[must_use]
    pub fn high(&self) -> u64 {
        u64::from(self.high) * PAGE
    }

    /// Returns a counter of the last sample. Counters that a timeline does not keep are `None`.
    #[must_use]
    pub fn value(&self, counter: Counter) -> Option<u64> {
        let place = KEPT.iter().position(|kept| *kept == counter)?;
        (self.kept[place] != UNKNOWN).then(|| u64::from(self.kept[place]) * counter.unit().step())
    }
}

/// Returns `value` in whole units.
fn units(value: u64, unit: u64) -> u32 {
    u32::try_from(value / unit).unwrap_or(UNKNOWN - 1)
}

/// Returns the lowest memory of some points, in bytes.
fn lowest(points: &[Point]) -> u64 {
    points.iter().map(Point::low).min().unwrap_or(0)
}

/// Memory of one target over the whole watch.
#[derive(Debug, Clone)]
pub struct Timeline {
    points: Vec<Point>,
    max_points: usize,
    samples_per_point: u32,
}

impl Timeline {
    /// An empty timeline of at most `max_points` points.
    fn new(max_points: usize) -> Self {
        Self { points: Vec::new(), max_points, samples_per_point: 1 }
    }

    /// Adds one sample. A sample without a memory value adds nothing.
    fn push(&mut self, at: Timestamp, reading: &Reading) {
        let Some(memory) = reading.memory() else { return };
        let point = Point::new(at, memory, reading);
        match self.points.last_mut() {
            Some(last) if last.samples < self.samples_per_point => *last = last.merged(point),
            _ => self.points.push(point),
        }
        if self.points.len() > self.max_points {
            let pairs = self.points.chunks(2).map(|pair| pair.iter().copied().reduce(Point::merged));
            self.points = pairs.flatten().collect();
            self.samples_per_point = self.samples_per_point.saturating_mul(2);
        }
    }

    /// Returns the points, oldest first.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Returns the time of each point, in seconds since the first one.
    #[must_use]
    pub fn seconds(&self) -> Vec<f64> {
        let start = self.points.first().map_or(Timestamp(0), |first| first.at);
        self.points.iter().map(|point| point.at.seconds_since(start)).collect()
    }

    /// Returns for each point the lowest memory of its stretch, in bytes. The timeline is cut into `stretches` parts.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
    pub fn floors(&self, stretches: usize) -> Vec<f64> {
        let length = self.points.len().div_ceil(stretches).max(1);
        self.points.chunks(length).flat_map(|chunk| std::iter::repeat_n(lowest(chunk) as f64, chunk.len())).collect()
    }

    /// Returns a line of `rate` bytes per second through the newest `span_s` seconds, with half of the points above it.
    /// `None` if there are no points.
    #[must_use]
    pub fn line(&self, rate: f64, span_s: f64) -> Option<Line> {
        let seconds = self.seconds();
        let end = *seconds.last()?;
        let begin = (end - span_s).max(0.0);
        let middle = f64::midpoint(begin, end);
        let within = self.points.iter().zip(&seconds).filter(|(_, at)| **at >= begin);
        let mut levels: Vec<f64> = within.map(|(point, at)| point.mean - rate * (at - middle)).collect();
        levels.sort_by(f64::total_cmp);
        let level = *levels.get(levels.len() / 2)?;
        Some(Line { begin, middle, end, level })
    }
}

/// A straight line: times in seconds since the first point, and the level at its middle in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names are the description")]
pub struct Line {
    pub begin: f64,
    pub middle: f64,
    pub end: f64,
    pub level: f64,
}

impl Line {
    /// Returns both ends of the line for a slope of `rate` bytes per second, as seconds and bytes.
    #[must_use]
    pub fn ends(&self, rate: f64) -> [(f64, f64); 2] {
        [self.begin, self.end].map(|at| (at, self.level + rate * (at - self.middle)))
    }
}

/// Timelines of all targets.
#[derive(Debug, Default)]
pub struct Timelines {
    timelines: HashMap<u64, Timeline>,
}

impl Timelines {
    /// Returns the timeline of a target; `None` if it was never read.
    #[must_use]
    pub fn get(&self, target: &Target) -> Option<&Timeline> {
        self.timelines.get(&target.number)
    }

    /// Copies the timelines of `targets`.
    #[must_use]
    pub fn only<'a>(&self, targets: impl Iterator<Item = &'a Target>) -> Self {
        let copied = targets.filter_map(|target| Some((target.number, self.timelines.get(&target.number)?.clone())));
        Self { timelines: copied.collect() }
    }

    fn record(&mut self, target: &Target, at: Timestamp, reading: &Reading) {
        let max_points = if self.timelines.len() < MANY { POINTS } else { POINTS_OF_MANY };
        self.timelines.entry(target.number).or_insert_with(|| Timeline::new(max_points)).push(at, reading);
    }
}

impl EventSink for Timelines {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) => {
                // Counters that are read rarely keep their latest value.
                let mut known = target.current.reading;
                known.update(&sample.reading);
                self.record(target, sample.at, &known);
            }
            // Timelines of retired targets are dropped.
            Event::Ticked(_, targets) if self.timelines.len() > 2 * targets.len() + MANY => {
                let kept: std::collections::HashSet<u64> = targets.iter().map(|target| target.number).collect();
                self.timelines.retain(|number, _| kept.contains(number));
            }
            _ => {}
        }
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_course_keeps_its_extremes_and_its_end() {
        let mut timeline = Timeline::new(POINTS);
        for i in 0..1_000_000_i64 {
            let rss = match i {
                432_100 => 900 << 20,
                700_003 => 1 << 20,
                _ => 100 << 20,
            };
            timeline.push(Timestamp(i * 1000), &Reading::default().with(Counter::Rss, rss));
        }
        let points = timeline.points();
        assert!((POINTS / 2..=POINTS).contains(&points.len()), "{}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert_eq!(points.iter().map(|point| point.high()).max(), Some(900 << 20));
        assert_eq!(points.iter().map(|point| point.low()).min(), Some(1 << 20));
        assert_eq!(points.last().map(|point| point.at), Some(Timestamp(999_999_000)));
    }

    #[test]
    fn a_point_is_small_and_keeps_unknown_apart() {
        assert_eq!(size_of::<Point>(), 56);
        let reading =
            Reading::default().with(Counter::Rss, 8192).with(Counter::RssAnon, 4096).with(Counter::Threads, 3);
        let point = Point::new(Timestamp(0), 4096, &reading);
        assert_eq!(point.value(Counter::RssAnon), Some(4096));
        assert_eq!((point.value(Counter::Threads), point.value(Counter::Fds)), (Some(3), None));
    }

    #[test]
    fn what_was_never_read_has_no_course() {
        let mut timeline = Timeline::new(POINTS);
        timeline.push(Timestamp(0), &Reading::default().with(Counter::Fds, 7));
        assert!(timeline.points().is_empty());
    }
}
