//! Clocks that are rounded to the minute or the second, with several readings of one time.

use std::collections::HashMap;

use super::row::RawRow;
use crate::model::{Pid, Timestamp};

/// Clock that is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RoundedClock {
    /// Distance of readings of one time, in milliseconds.
    step_ms: i64,
    /// Largest distance from the rounded time, in milliseconds.
    max_ms: i64,
}

/// Readings of one series in a row with the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spread {
    rounded: Option<Timestamp>,
    readings: i64,
}

impl Spread {
    /// Returns the time of the next reading of a series.
    pub(super) fn place(&mut self, at: Timestamp, clock: &RoundedClock) -> Timestamp {
        if self.rounded != Some(at) {
            *self = Self { rounded: Some(at), readings: 0 };
            return at;
        }
        self.readings += 1;
        let spread = self.readings * clock.step_ms;
        // More readings than expected: a millisecond apart at the end.
        Timestamp(at.0 + if spread < clock.max_ms { spread } else { clock.max_ms + self.readings })
    }
}

/// Series of a row.
type Key = (Option<Pid>, Option<Vec<u8>>);

/// Numbers of readings of one time, at the beginning of a recording.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Time and number of readings of each series.
    current: HashMap<Key, (Timestamp, i64)>,
    finished: Vec<i64>,
    /// Greatest common divisor of the times among a minute and a second, in milliseconds.
    is_by_minute: bool,
    is_by_second: bool,
    is_begun: bool,
}

impl Runs {
    /// Adds a row.
    pub(super) fn add(&mut self, row: &RawRow<'_>) {
        let Some(at) = row.at else { return };
        let on = |unit: i64| at.0.rem_euclid(unit) == 0;
        (self.is_by_minute, self.is_by_second) =
            ((!self.is_begun || self.is_by_minute) && on(60_000), (!self.is_begun || self.is_by_second) && on(1000));
        self.is_begun = true;
        let key = (row.pid, row.group.as_deref().map(<[u8]>::to_vec));
        match self.current.get_mut(&key) {
            Some((time, count)) if *time == at => *count += 1,
            Some((time, count)) => {
                self.finished.push(*count);
                (*time, *count) = (at, 1);
            }
            None => {
                self.current.insert(key, (at, 1));
            }
        }
    }

    /// Returns the clock; `None` if no time recurs, or each recurs alike: then several series lack a name.
    pub(super) fn clock(mut self) -> Option<RoundedClock> {
        self.finished.extend(self.current.values().map(|(_, count)| *count));
        let most = *self.finished.iter().max()?;
        // The first and the last time of a series may be cut.
        let differ = self.finished.len() > 2
            && self.finished[..self.finished.len() - 1].windows(2).any(|pair| pair[0] != pair[1]);
        let unit_ms = match (self.is_by_minute, self.is_by_second) {
            (true, _) => 60_000,
            (_, true) => 1000,
            _ => return None,
        };
        (most > 1 && differ).then_some(RoundedClock { step_ms: unit_ms / most, max_ms: unit_ms - 100 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(times: &[i64]) -> Option<RoundedClock> {
        let mut runs = Runs::default();
        for &at in times {
            runs.add(&RawRow { at: Some(Timestamp(at)), ..RawRow::default() });
        }
        runs.clock()
    }

    #[test]
    fn readings_of_one_minute_are_spread_over_it() {
        let minutes = [0, 0, 0, 0, 60_000, 60_000, 60_000, 120_000, 120_000, 120_000, 120_000];
        let clock = clock(&minutes).expect("a rounded clock");
        let mut spread = Spread::default();
        let placed: Vec<i64> = minutes.iter().map(|&at| spread.place(Timestamp(at), &clock).0).collect();
        assert_eq!(placed[..6], [0, 15_000, 30_000, 45_000, 60_000, 75_000]);
        assert!(placed.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn times_that_recur_alike_or_never_are_no_rounded_clock() {
        assert_eq!(clock(&[0, 0, 1000, 1000, 2000, 2000, 3000, 3000]), None);
        assert_eq!(clock(&[0, 1000, 2000]), None);
        assert_eq!(clock(&[5, 5, 5, 1006, 1006, 2008]), None);
    }
}
