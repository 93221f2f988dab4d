//! Spikes: growth above a threshold within a short period.
//!
//! The only analysis that works on every sample. A spike is not a leak by itself. One that never returns is the
//! beginning of a step.

use std::collections::VecDeque;

use crate::model::Timestamp;

use super::settings::Settings;

/// Number of parts of the period. Only the lowest reading of each is kept.
const PARTS: f64 = 32.0;
/// Factor on the period within which late samples still count.
const LATENESS: f64 = 1.1;
/// Periods after the top within which a spike may return.
const RETURN_PERIODS: f64 = 6.0;

/// One growth above the thresholds within the spike period.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Spike {
    /// Time of the top.
    pub at: Timestamp,
    /// From the lowest to the highest reading of the period, in bytes.
    pub rise_bytes: f64,
    /// The rise in per cent of the lowest reading.
    pub rise_percent: f64,
    /// True if at least half of the rise was given back afterwards; `None` while that is open.
    pub returned: Option<bool>,
}

/// Evidence of the spike analysis.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Spikes {
    /// Number of spikes over the whole watch.
    pub count: u64,
    /// Number of spikes that returned.
    pub returned: u64,
    /// The latest one.
    pub latest: Option<Spike>,
    /// The largest rise of the watch.
    pub largest_rise_bytes: Option<f64>,
    /// True if the thresholds are exceeded at this moment.
    pub active: bool,
    /// True if the latest spike exceeds the highest earlier level by the thresholds. A saw-tooth or a job that repeats does
    /// not.
    pub is_new_high: bool,
}

/// Detector of the spikes of one series.
#[derive(Debug, Clone)]
pub(crate) struct SpikeDetector {
    thresholds: Thresholds,
    period: f64,
    /// Highest reading outside of a spike, and highest top of an earlier one.
    highest: f64,
    /// Lowest readings of the parts of the period, oldest first: begin in seconds, value. Each is lower than those after
    /// it, because a part before a lower one is the lowest of no later period.
    lowest: VecDeque<(f64, f64)>,
    /// Allocated at the first spike: most targets never have one.
    record: Option<Box<SpikeRecord>>,
}

/// Thresholds of a spike.
#[derive(Debug, Clone, Copy)]
struct Thresholds {
    bytes: f64,
    /// Share of the level, and the least rise for which it counts, in bytes.
    fraction: f64,
    min_bytes: f64,
}

impl Thresholds {
    /// True if a rise above a level is a spike.
    fn are_exceeded(self, rise: f64, base: f64) -> bool {
        rise > self.bytes || (base > 0.0 && rise > self.fraction * base && rise >= self.min_bytes)
    }
}

/// The spikes since the first one.
#[derive(Debug, Clone, Default)]
struct SpikeRecord {
    open: Option<OpenSpike>,
    spikes: Spikes,
}

/// A spike that continues or may still return.
#[derive(Debug, Clone, Copy)]
struct OpenSpike {
    /// Time of the top, in seconds.
    top_at: f64,
    top: f64,
    base: f64,
}

impl SpikeDetector {
    /// Returns a detector without samples.
    pub fn new(settings: &Settings) -> Self {
        Self {
            thresholds: Thresholds {
                bytes: settings.spike_bytes,
                fraction: settings.spike_fraction,
                min_bytes: settings.spike_min_bytes,
            },
            period: settings.spike_period_s,
            highest: 0.0,
            lowest: VecDeque::new(),
            record: None,
        }
    }

    /// Takes one reading. True if a spike begins or returns with it.
    pub fn push(&mut self, at: Timestamp, seconds: f64, value: f64) -> bool {
        let period = self.period;
        while self.lowest.front().is_some_and(|(begin, _)| seconds - begin > period * LATENESS) {
            self.lowest.pop_front();
        }
        let base = self.lowest.front().map_or(value, |(_, low)| low.min(value));
        let newest = match self.lowest.back() {
            Some(&(begin, low)) if seconds - begin < period / PARTS => (begin, low.min(value)),
            _ => (seconds, value),
        };
        while self.lowest.back().is_some_and(|&(begin, low)| begin >= newest.0 || low >= newest.1) {
            self.lowest.pop_back();
        }
        self.lowest.push_back(newest);
        if self.thresholds.are_exceeded(value - base, base) {
            let is_new_high = self.thresholds.are_exceeded(value - self.highest, self.highest);
            let record = self.record.get_or_insert_default();
            let is_news = is_new_high && !record.spikes.is_new_high;
            return record.extend(at, seconds, value, base, is_new_high) || is_news;
        }
        let top = self.record.as_ref().and_then(|record| record.open).map_or(value, |open| open.top);
        self.highest = self.highest.max(value).max(top);
        self.record.as_mut().is_some_and(|record| record.settle(seconds, value, period))
    }

    /// Returns the spikes so far.
    pub fn spikes(&self) -> Spikes {
        self.record.as_ref().map_or_else(Spikes::default, |record| record.spikes)
    }
}

impl SpikeRecord {
    /// Begins a spike or extends the open one. True if it begins.
    fn extend(&mut self, at: Timestamp, seconds: f64, value: f64, base: f64, is_new_high: bool) -> bool {
        let was_active = std::mem::replace(&mut self.spikes.active, true);
        self.spikes.is_new_high = is_new_high || (was_active && self.spikes.is_new_high);
        // While one spike continues its top moves up, and its base stays the lowest.
        let (top, base) = match self.open {
            Some(open) if was_active && value <= open.top => return false,
            Some(open) if was_active => (value, open.base.min(base)),
            _ => (value, base),
        };
        self.spikes.count += u64::from(!was_active);
        self.open = Some(OpenSpike { top_at: seconds, top, base });
        let rise_percent = if base > 0.0 { 100.0 * (top - base) / base } else { 0.0 };
        self.spikes.latest = Some(Spike { at, rise_bytes: top - base, rise_percent, returned: None });
        self.spikes.largest_rise_bytes = Some(self.spikes.largest_rise_bytes.unwrap_or(0.0).max(top - base));
        !was_active
    }

    /// Closes the open spike when half of it was given back, or when that is overdue. True if it returned.
    fn settle(&mut self, seconds: f64, value: f64, period: f64) -> bool {
        self.spikes.active = false;
        let Some(open) = self.open else { return false };
        let returned = value <= f64::midpoint(open.top, open.base);
        if !returned && seconds - open.top_at <= RETURN_PERIODS * period {
            return false;
        }
        self.open = None;
        self.spikes.returned += u64::from(returned);
        if let Some(latest) = &mut self.spikes.latest {
            latest.returned = Some(returned);
        }
        returned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(spike_period_s: f64) -> Settings {
        Settings { spike_period_s, ..Settings::default() }
    }

    fn watch(values: &[f64]) -> Spikes {
        let settings = settings(10.0);
        let mut spikes = SpikeDetector::new(&settings);
        for (second, value) in (0..).zip(values) {
            spikes.push(Timestamp(second * 1000), second as f64, *value);
        }
        spikes.spikes()
    }

    #[test]
    fn a_spike_that_returns_differs_from_a_step() {
        let mut values = vec![100e6; 40];
        values[10..14].fill(130e6);
        let returned = watch(&values);
        assert_eq!((returned.count, returned.returned, returned.active), (1, 1, false));
        assert_eq!(
            returned.latest.map(|s| (s.at, s.rise_bytes, s.returned)),
            Some((Timestamp(10_000), 30e6, Some(true)))
        );

        let mut values = vec![100e6; 100];
        values[10..].fill(130e6);
        let stays = watch(&values);
        assert_eq!((stays.count, stays.returned, stays.active), (1, 0, false));
        assert_eq!(stays.latest.and_then(|s| s.returned), Some(false));
    }

    #[test]
    fn the_base_is_the_lowest_of_the_period_in_bounded_memory() {
        let settings = settings(60.0);
        let mut spikes = SpikeDetector::new(&settings);
        let mut state = 1_u64;
        let mut readings: Vec<(f64, f64)> = Vec::new();
        for second in 0..2000_i32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (at, value) = (f64::from(second), 1e8 + (state >> 40) as f64);
            spikes.push(Timestamp(i64::from(second) * 1000), at, value);
            readings.push((at, value));
            // The period is up to one part longer or shorter.
            let period = settings.spike_period_s * LATENESS;
            let part = settings.spike_period_s / PARTS;
            let lowest = |span: f64| {
                let within = readings.iter().filter(|(then, _)| at - then <= span);
                within.map(|(_, value)| *value).fold(f64::INFINITY, f64::min)
            };
            let base = spikes.lowest.front().expect("the newest reading").1;
            assert!(lowest(period) <= base && base <= lowest(period - part), "{second}");
            assert!(spikes.lowest.len() <= 20, "{}", spikes.lowest.len());
        }
        (2000..2100_i32).for_each(|second| {
            spikes.push(Timestamp(i64::from(second) * 1000), f64::from(second), 1e8);
        });
        assert_eq!(spikes.lowest.len(), 1);
    }

    #[test]
    fn a_rise_of_a_small_process_needs_a_least_size() {
        let jump = |from: f64, rise: f64| {
            let mut values = vec![from; 40];
            values[10..14].fill(from + rise);
            watch(&values).count
        };
        assert_eq!(jump(7e6, 1.8e6), 0, "a quarter of 7 MB");
        assert_eq!(jump(7e6, 16.0 * 1_048_576.0), 1);
        assert_eq!(jump(100e6, 17e6), 0, "below a fifth");
    }

    #[test]
    fn a_saw_tooth_reaches_a_new_high_once() {
        let settings = settings(10.0);
        let mut spikes = SpikeDetector::new(&settings);
        let mut news = Vec::new();
        for second in 0..400_i32 {
            // A tooth of 60 MB each 40 s. The last one has 150 MB.
            let height = if second < 360 { 3e6 } else { 7.5e6 };
            let value = 30e6 + height * f64::from((second % 40).min(20));
            spikes.push(Timestamp(i64::from(second) * 1000), f64::from(second), value);
            let known = spikes.spikes();
            if known.active && known.is_new_high {
                news.push(second);
            }
        }
        assert_eq!((spikes.spikes().count, news.first().map(|first| first / 40)), (10, Some(0)));
        assert_eq!(news.iter().filter(|second| (40..360).contains(*second)).count(), 0);
        assert!(news.iter().any(|second| *second >= 360), "a higher tooth is news");
    }

    #[test]
    fn slow_growth_is_not_a_spike() {
        let values: Vec<f64> = (0..300).map(|i| 100e6 + 1e6 * f64::from(i)).collect();
        assert_eq!(watch(&values).count, 0);
    }

    #[test]
    fn a_ramp_is_one_spike_with_its_whole_rise() {
        let values: Vec<f64> = (0..60).map(|i| 100e6 + 4e6 * f64::from((i - 20).clamp(0, 20))).collect();
        let ramp = watch(&values);
        assert_eq!(ramp.count, 1);
        assert_eq!(ramp.largest_rise_bytes, Some(80e6));
    }
}
