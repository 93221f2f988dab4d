//! Spikes: growth over a threshold within a short period, told apart by whether it comes back.
//!
//! The only analysis that works on every sample. A spike is no leak by itself; one that never comes back is the
//! beginning of a step.

use std::collections::VecDeque;

use crate::model::Timestamp;

use super::evidence::{Spike, Spikes};
use super::settings::Settings;

/// Parts the period is cut into: the lowest reading of each is kept, not every reading.
const PARTS: f64 = 32.0;
/// Lateness of samples that still counts as within the period, as a factor on it.
const LATE: f64 = 1.1;
/// Periods after the top until which a spike may come back.
const OPEN: f64 = 6.0;

/// The spikes of one series.
#[derive(Debug)]
pub(super) struct SpikeWatch {
    /// What is growth of a spike: bytes, a share of the level, and within how many seconds.
    rise: f64,
    fraction: f64,
    period: f64,
    /// Lowest readings of the parts of the period, oldest first: begin in seconds, value. Each is lower than those after
    /// it; a part that has a lower one behind it can be the lowest of no period to come.
    lowest: VecDeque<(f64, f64)>,
    /// Most targets never have one.
    seen: Option<Box<Seen>>,
}

/// What was seen since the first spike.
#[derive(Debug, Default)]
struct Seen {
    /// The spike that is going on or may still come back: seconds of its top, its top and its base.
    open: Option<(f64, f64, f64)>,
    spikes: Spikes,
}

impl SpikeWatch {
    /// A watch that has seen nothing.
    pub fn new(settings: &Settings) -> Self {
        Self {
            rise: settings.spike_bytes,
            fraction: settings.spike_fraction,
            period: settings.spike_period_s,
            lowest: VecDeque::new(),
            seen: None,
        }
    }

    /// Takes one reading; true when a spike begins or comes back.
    pub fn push(&mut self, at: Timestamp, seconds: f64, value: f64) -> bool {
        let period = self.period;
        while self.lowest.front().is_some_and(|(begin, _)| seconds - begin > period * LATE) {
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
        let rise = value - base;
        let active = rise > self.rise || (base > 0.0 && rise > self.fraction * base);
        if active {
            return self.seen.get_or_insert_default().rising(at, seconds, value, base);
        }
        self.seen.as_mut().is_some_and(|seen| seen.settle(seconds, value, period))
    }

    /// What was seen so far.
    pub fn evidence(&self) -> Spikes {
        self.seen.as_ref().map_or_else(Spikes::default, |seen| seen.spikes)
    }
}

impl Seen {
    fn rising(&mut self, at: Timestamp, seconds: f64, value: f64, base: f64) -> bool {
        let was_active = std::mem::replace(&mut self.spikes.active, true);
        // while one spike goes on its top moves up, and its base stays the lowest
        let (top, base) = match self.open {
            Some((_, top, _)) if was_active && value <= top => return false,
            Some((_, _, first)) if was_active => (value, first.min(base)),
            _ => (value, base),
        };
        self.spikes.count += u64::from(!was_active);
        self.open = Some((seconds, top, base));
        let rise_percent = if base > 0.0 { 100.0 * (top - base) / base } else { 0.0 };
        self.spikes.latest = Some(Spike { at, rise_bytes: top - base, rise_percent, returned: None });
        self.spikes.largest_rise_bytes = Some(self.spikes.largest_rise_bytes.unwrap_or(0.0).max(top - base));
        !was_active
    }

    fn settle(&mut self, seconds: f64, value: f64, period: f64) -> bool {
        self.spikes.active = false;
        let Some((since, top, base)) = self.open else { return false };
        let back = value <= f64::midpoint(top, base);
        if !back && seconds - since <= OPEN * period {
            return false;
        }
        self.open = None;
        self.spikes.returned += u64::from(back);
        if let Some(latest) = &mut self.spikes.latest {
            latest.returned = Some(back);
        }
        back
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
        let mut spikes = SpikeWatch::new(&settings);
        for (second, value) in (0..).zip(values) {
            spikes.push(Timestamp(second * 1000), second as f64, *value);
        }
        spikes.evidence()
    }

    #[test]
    fn one_that_comes_back_is_told_from_one_that_stays() {
        let mut values = vec![100e6; 40];
        values[10..14].fill(130e6);
        let back = watch(&values);
        assert_eq!((back.count, back.returned, back.active), (1, 1, false));
        assert_eq!(back.latest.map(|s| (s.at, s.rise_bytes, s.returned)), Some((Timestamp(10_000), 30e6, Some(true))));

        let mut values = vec![100e6; 100];
        values[10..].fill(130e6);
        let stays = watch(&values);
        assert_eq!((stays.count, stays.returned, stays.active), (1, 0, false));
        assert_eq!(stays.latest.and_then(|s| s.returned), Some(false));
    }

    #[test]
    fn the_base_is_the_lowest_of_the_period_in_little_room() {
        let settings = settings(60.0);
        let mut spikes = SpikeWatch::new(&settings);
        let mut state = 1_u64;
        let mut readings: Vec<(f64, f64)> = Vec::new();
        for second in 0..2000_i32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (at, value) = (f64::from(second), 1e8 + (state >> 40) as f64);
            spikes.push(Timestamp(i64::from(second) * 1000), at, value);
            readings.push((at, value));
            // Parts make the period up to one of them longer or shorter.
            let period = settings.spike_period_s * LATE;
            let part = settings.spike_period_s / PARTS;
            let lowest = |span: f64| {
                let within = readings.iter().filter(|(then, _)| at - then <= span);
                within.map(|(_, value)| *value).fold(f64::INFINITY, f64::min)
            };
            let base = spikes.lowest.front().expect("the newest at least").1;
            assert!(lowest(period) <= base && base <= lowest(period - part), "{second}");
            assert!(spikes.lowest.len() <= 20, "{}", spikes.lowest.len());
        }
        (2000..2100_i32).for_each(|second| {
            spikes.push(Timestamp(i64::from(second) * 1000), f64::from(second), 1e8);
        });
        assert_eq!(spikes.lowest.len(), 1);
    }

    #[test]
    fn slow_growth_is_none() {
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
