//! Axis of a chart, with round numbers at the ticks.

use crate::units;

/// Steps between ticks of a time axis, in seconds.
const TIME_STEPS: [f64; 23] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    2_592_000.0,
    8_640_000.0,
];
/// Largest number of ticks of a time axis.
const TICKS: f64 = 7.0;

/// Axis with its first and its last value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub from: f64,
    pub to: f64,
}

impl Axis {
    /// An axis that covers all values with a margin.
    pub fn around(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { from: 0.0, to: 1.0 };
        }
        let margin = (0.06 * (high - low)).max(0.005 * high.abs()).max(1.0);
        Self { from: (low - margin).max(0.0_f64.min(low)), to: high + margin }
    }

    /// Returns the place of a value, from 0 to 1.
    pub fn place(self, value: f64) -> f64 {
        (value - self.from) / (self.to - self.from).max(f64::MIN_POSITIVE)
    }

    /// Returns about `count` round amounts of memory with their labels.
    pub fn bytes(self, count: f64) -> Vec<(f64, String)> {
        const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
        let mut unit = 0;
        let mut size = 1.0;
        while self.to / size >= 1000.0 && unit + 1 < UNITS.len() {
            unit += 1;
            size *= 1024.0;
        }
        let step = round_step((self.to - self.from) / size / count);
        let digits = if step >= 1.0 { 0 } else { digits_below_one(step) };
        ticks(self.from / size, self.to / size, step)
            .map(|at| (at * size, format!("{at:.digits$} {}", UNITS[unit])))
            .collect()
    }

    /// Returns round times with their labels, on an axis in seconds or units of work.
    pub fn times(self, unit: units::Axis) -> Vec<(f64, String)> {
        let length = self.to - self.from;
        let step = TIME_STEPS.iter().copied().find(|step| length / step <= TICKS).unwrap_or(length / TICKS);
        ticks(self.from, self.to, step)
            .map(|at| (at, if at <= 0.0 { "start".to_owned() } else { unit.span(at) }))
            .collect()
    }
}

fn ticks(from: f64, to: f64, step: f64) -> impl Iterator<Item = f64> {
    let first = (from / step).ceil();
    (0..64).map(move |i| (first + f64::from(i)) * step).take_while(move |at| *at <= to)
}

/// Returns 1, 2 or 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.max(f64::MIN_POSITIVE).log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|round| *round >= step).unwrap_or(10.0 * power)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
fn digits_below_one(step: f64) -> usize {
    (-step.log10().floor()).clamp(0.0, 6.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the labels of an axis in MiB.
    fn labels(from: f64, to: f64) -> Vec<String> {
        let mib = 1_048_576.0;
        Axis { from: from * mib, to: to * mib }.bytes(5.0).into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn ticks_are_round_and_on_the_axis() {
        assert_eq!(labels(41.0, 52.0), ["45 MiB", "50 MiB"]);
        assert_eq!(labels(100.02, 100.31), ["100.1 MiB", "100.2 MiB", "100.3 MiB"]);
        let times: Vec<String> =
            Axis { from: 0.0, to: 3600.0 }.times(units::Axis::Time).into_iter().map(|tick| tick.1).collect();
        assert_eq!(times, ["start", "10 min", "20 min", "30 min", "40 min", "50 min", "1 h"]);
    }

    #[test]
    fn an_axis_has_a_length_even_for_one_value_and_for_none() {
        let one = Axis::around([5e6].into_iter());
        assert!(one.from < 5e6 && one.to > 5e6);
        let none = Axis::around([].into_iter());
        assert!(none.to > none.from && none.bytes(5.0).len() < 64);
        assert_eq!(Axis::around([0.0, 10.0].into_iter()).from, 0.0);
    }
}
