//! The course of every target over the whole watch, thinned to a bounded number of points that keep the extremes.
//!
//! For what draws charts: a sink that is only added when somebody looks at one.

use std::collections::HashMap;
use std::io;

use crate::model::{Counter, Reading, Timestamp};

use super::{Event, EventSink, Target};

/// Points of a course at most; when they run out, neighbours are joined.
const POINTS: usize = 480;
/// The same where there are very many targets: a chart on a phone shows no more.
const POINTS_OF_MANY: usize = 96;
/// Targets from which on courses are short.
const MANY: usize = 300;
/// Memory is kept in pages of this many bytes, so that a point takes 56 bytes.
const PAGE: u64 = 4096;
/// What a point knows besides, and what its values are counted in.
const KEPT: [(Counter, u64); 6] = [
    (Counter::RssAnon, PAGE),
    (Counter::RssShmem, PAGE),
    (Counter::RssFile, PAGE),
    (Counter::Swap, PAGE),
    (Counter::Threads, 1),
    (Counter::Fds, 1),
];
/// Stands for what is not known.
const UNKNOWN: u32 = u32::MAX;

/// One point: some consecutive samples, with the lowest and the highest memory among them.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// When its last sample was taken.
    pub at: Timestamp,
    /// Mean of the memory that the kernel cannot simply take back, in bytes, see [`Reading::memory`].
    pub mean: f64,
    low: u32,
    high: u32,
    samples: u32,
    kept: [u32; KEPT.len()],
}

impl Point {
    fn of(at: Timestamp, memory: u64, reading: &Reading) -> Self {
        let pages = units(memory, PAGE);
        let kept = KEPT.map(|(counter, unit)| reading.value(counter).map_or(UNKNOWN, |value| units(value, unit)));
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let mean = memory as f64;
        Self { at, mean, low: pages, high: pages, samples: 1, kept }
    }

    fn joined(self, later: Self) -> Self {
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

    /// The lowest memory, in bytes.
    #[must_use]
    pub fn low(&self) -> u64 {
        u64::from(self.low) * PAGE
    }

    /// The highest memory, in bytes.
    #[must_use]
    pub fn high(&self) -> u64 {
        u64::from(self.high) * PAGE
    }

    /// A counter as the last sample knew it; `None` also for those that a course does not keep.
    #[must_use]
    pub fn value(&self, counter: Counter) -> Option<u64> {
        let place = KEPT.iter().position(|(kept, _)| *kept == counter)?;
        (self.kept[place] != UNKNOWN).then(|| u64::from(self.kept[place]) * KEPT[place].1)
    }
}

fn units(value: u64, unit: u64) -> u32 {
    u32::try_from(value / unit).unwrap_or(UNKNOWN - 1)
}

/// The course of one target.
#[derive(Debug, Clone)]
pub struct Course {
    points: Vec<Point>,
    most: usize,
    /// Samples that make a point.
    samples_a_point: u32,
}

impl Course {
    /// An empty course of at most `most` points.
    fn of(most: usize) -> Self {
        Self { points: Vec::new(), most, samples_a_point: 1 }
    }

    /// Takes one sample. What knows no memory has no point.
    fn push(&mut self, at: Timestamp, reading: &Reading) {
        let Some(memory) = reading.memory() else { return };
        let point = Point::of(at, memory, reading);
        match self.points.last_mut() {
            Some(last) if last.samples < self.samples_a_point => *last = last.joined(point),
            _ => self.points.push(point),
        }
        if self.points.len() > self.most {
            let pairs = self.points.chunks(2).map(|pair| pair.iter().copied().reduce(Point::joined));
            self.points = pairs.flatten().collect();
            self.samples_a_point = self.samples_a_point.saturating_mul(2);
        }
    }

    /// The points, the oldest first.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The time of each point, in seconds since the first one.
    #[must_use]
    pub fn seconds(&self) -> Vec<f64> {
        let start = self.points.first().map_or(Timestamp(0), |first| first.at);
        self.points.iter().map(|point| point.at.seconds_since(start)).collect()
    }

    /// For each point the lowest memory of the stretch it is in, in bytes; about so many stretches.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
    pub fn floors(&self, stretches: usize) -> Vec<f64> {
        let length = self.points.len().div_ceil(stretches).max(1);
        let lowest = |chunk: &[Point]| chunk.iter().map(Point::low).min().unwrap_or(0) as f64;
        self.points.chunks(length).flat_map(|chunk| std::iter::repeat_n(lowest(chunk), chunk.len())).collect()
    }

    /// A line of `rate` bytes per second through what was seen in the newest `span_s` seconds: half of the points lie
    /// above it. `None` when there are none.
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

/// Where a line lies: times in seconds since the first point, the level in its middle in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the names are the description")]
pub struct Line {
    pub begin: f64,
    pub middle: f64,
    pub end: f64,
    pub level: f64,
}

impl Line {
    /// Begin and end of a line of `rate` through its middle: seconds and bytes.
    #[must_use]
    pub fn ends(&self, rate: f64) -> [(f64, f64); 2] {
        [self.begin, self.end].map(|at| (at, self.level + rate * (at - self.middle)))
    }
}

/// Keeps the courses of all targets.
#[derive(Debug, Default)]
pub struct Courses {
    courses: HashMap<u64, Course>,
}

impl Courses {
    /// The course of a target; `None` when it was never read.
    #[must_use]
    pub fn of(&self, target: &Target) -> Option<&Course> {
        self.courses.get(&target.number)
    }

    /// Copies of the courses of `targets` alone.
    #[must_use]
    pub fn only<'a>(&self, targets: impl Iterator<Item = &'a Target>) -> Self {
        let copied = targets.filter_map(|target| Some((target.number, self.courses.get(&target.number)?.clone())));
        Self { courses: copied.collect() }
    }

    fn take_reading(&mut self, target: &Target, at: Timestamp, reading: &Reading) {
        let most = if self.courses.len() < MANY { POINTS } else { POINTS_OF_MANY };
        self.courses.entry(target.number).or_insert_with(|| Course::of(most)).push(at, reading);
    }
}

impl EventSink for Courses {
    fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Sampled(target, sample) => {
                // what is read seldom stands until it is read again
                let mut known = target.reading;
                known.update(&sample.reading);
                self.take_reading(target, sample.at, &known);
            }
            // targets that have left their place to others are forgotten
            Event::Ticked(_, targets) if self.courses.len() > 2 * targets.len() + MANY => {
                let kept: std::collections::HashSet<u64> = targets.iter().map(|target| target.number).collect();
                self.courses.retain(|number, _| kept.contains(number));
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
        let mut course = Course::of(POINTS);
        for i in 0..1_000_000_i64 {
            let rss = match i {
                432_100 => 900 << 20,
                700_003 => 1 << 20,
                _ => 100 << 20,
            };
            course.push(Timestamp(i * 1000), &Reading { rss: Some(rss), ..Reading::default() });
        }
        let points = course.points();
        assert!((POINTS / 2..=POINTS).contains(&points.len()), "{}", points.len());
        assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at));
        assert_eq!(points.iter().map(|point| point.high()).max(), Some(900 << 20));
        assert_eq!(points.iter().map(|point| point.low()).min(), Some(1 << 20));
        assert_eq!(points.last().map(|point| point.at), Some(Timestamp(999_999_000)));
    }

    #[test]
    fn a_point_is_small_and_knows_what_is_unknown() {
        assert_eq!(size_of::<Point>(), 56);
        let reading = Reading { rss: Some(8192), rss_anon: Some(4096), threads: Some(3), ..Reading::default() };
        let point = Point::of(Timestamp(0), 4096, &reading);
        assert_eq!(point.value(Counter::RssAnon), Some(4096));
        assert_eq!((point.value(Counter::Threads), point.value(Counter::Fds)), (Some(3), None));
    }

    #[test]
    fn what_was_never_read_has_no_course() {
        let mut course = Course::of(POINTS);
        course.push(Timestamp(0), &Reading { fds: Some(7), ..Reading::default() });
        assert!(course.points().is_empty());
    }
}
