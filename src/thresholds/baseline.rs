//! Baseline: the values of an earlier run, and the difference of a new value to them.

use crate::analysis::stats::normal_tail;

use super::measurement::Measurement;
use super::metric::Metric;
use super::subject::Subject;

/// A value of the earlier run with its 95 % confidence interval. An exact value is its own interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "described above")]
pub struct PastValue {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// A target of the earlier run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastTarget {
    /// Name as the process chose it.
    pub name: String,
    /// Command line; empty if unknown.
    pub cmdline: String,
    /// True for the sum of the processes of a name.
    pub is_pool: bool,
    /// True for the command that was started.
    pub is_command: bool,
    /// Measured values by the text of their metric.
    pub values: Vec<(String, PastValue)>,
}

/// Values of an earlier run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Baseline {
    /// Targets in their order.
    pub targets: Vec<PastTarget>,
}

/// Difference of two estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// New value minus old value.
    pub value: f64,
    /// Lower end of the 95 % confidence interval.
    pub low: f64,
    /// Upper end of the 95 % confidence interval.
    pub high: f64,
    /// Two-sided p value of no difference beyond the margin; `None` without intervals.
    pub p: Option<f64>,
}

impl Baseline {
    /// Returns the target that corresponds to `subject`: the command for the command, else one of its kind and name,
    /// preferably with the same command line.
    #[must_use]
    pub fn find(&self, subject: &Subject, is_command: bool) -> Option<&PastTarget> {
        if is_command && let Some(command) = self.targets.iter().find(|target| target.is_command) {
            return Some(command);
        }
        let mut alike = self
            .targets
            .iter()
            .filter(|target| target.is_pool == subject.members.is_some() && target.name == subject.name);
        let first = alike.clone().next();
        alike.find(|target| target.cmdline == subject.cmdline).or(first)
    }
}

impl PastTarget {
    /// Returns the value of a metric; `None` if the earlier run did not measure it.
    #[must_use]
    pub fn value(&self, metric: &Metric) -> Option<PastValue> {
        let plain = Metric { point: false, ..*metric };
        let name = plain.to_string();
        let past = self.values.iter().find(|(known, _)| *known == name).map(|(_, past)| *past)?;
        Some(if metric.point { PastValue { value: past.value, low: past.value, high: past.value } } else { past })
    }
}

/// Returns the difference of two estimates with its interval, and the p value of a difference of `margin`.
///
/// The interval follows the method of variance estimates recovery (MOVER; Zou and Donner 2008), which keeps asymmetric
/// intervals. The test is Welch's, with the standard errors that the intervals imply.
#[must_use]
pub fn difference(new: PastValue, old: PastValue, margin: f64) -> Difference {
    let value = new.value - old.value;
    let low = value - (new.value - new.low).hypot(old.high - old.value);
    let high = value + (new.high - new.value).hypot(old.value - old.low);
    let error = (high - low) / (2.0 * 1.96);
    let p = (error > 0.0).then(|| 2.0 * normal_tail(((value - margin) / error).abs()));
    Difference { value, low, high, p }
}

/// Returns the difference to the baseline in place of the value itself, for the comparison with the margin.
pub(super) fn difference_to_past(
    measured: &Measurement,
    past: PastValue,
    factor: f64,
    margin: f64,
) -> (Measurement, Difference) {
    let new = PastValue { value: measured.value, low: measured.low, high: measured.high };
    let old = PastValue { value: factor * past.value, low: factor * past.low, high: factor * past.high };
    let found = difference(new, old, margin);
    (Measurement { value: found.value, low: found.low, high: found.high, ..measured.clone() }, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_add_like_errors() {
        let past = |value: f64, error: f64| PastValue { value, low: value - error, high: value + error };
        let found = difference(past(10.0, 3.0), past(4.0, 4.0), 0.0);
        assert_eq!((found.value, found.low, found.high), (6.0, 1.0, 11.0));
        // 6 is 2.352 of its standard errors of 5 / 1.96.
        assert!(found.p.is_some_and(|p| (p - 0.01868).abs() < 1e-4), "{found:?}");
        let exact = difference(past(10.0, 0.0), past(4.0, 0.0), 0.0);
        assert_eq!((exact.low, exact.high, exact.p), (6.0, 6.0, None));
        let skewed = difference(PastValue { value: 0.0, low: -1.0, high: 9.0 }, past(0.0, 0.0), 0.0);
        assert_eq!((skewed.low, skewed.high), (-1.0, 9.0));
    }

    #[test]
    fn the_command_is_compared_with_the_command_of_any_name() {
        let target = |name: &str, is_pool, is_command| PastTarget {
            name: name.into(),
            is_pool,
            is_command,
            ..PastTarget::default()
        };
        let baseline = Baseline {
            targets: vec![target("sh", false, true), target("app", true, false), target("app", false, false)],
        };
        let subject = |name: &str, members| Subject {
            number: 0,
            members,
            pid: None,
            name: name.into(),
            cmdline: String::new(),
            source: None,
        };
        assert_eq!(baseline.find(&subject("python3", None), true), Some(&baseline.targets[0]));
        assert_eq!(baseline.find(&subject("app", Some(3)), false), Some(&baseline.targets[1]));
        assert_eq!(baseline.find(&subject("app", None), false), Some(&baseline.targets[2]));
        assert_eq!(baseline.find(&subject("other", None), false), None);
    }
}
