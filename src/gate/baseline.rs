//! What an earlier run measured, and how a new value differs from it.

use crate::analysis::stats::normal_tail;

use super::answer::Subject;
use super::measure::Measured;
use super::metric::Metric;

/// A value of the earlier run: `low` and `high` are the ends of its 95 % interval, or the value itself.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "described above")]
pub struct Past {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// A target of the earlier run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastTarget {
    /// As the process named itself.
    pub name: String,
    /// Command line; empty when unknown.
    pub cmdline: String,
    /// Whether it is the sum of all processes of its name.
    pub pool: bool,
    /// Whether it is the command that was started.
    pub is_command: bool,
    /// What was measured: the metric as it is written, and its value.
    pub values: Vec<(String, Past)>,
}

/// An earlier run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Baseline {
    /// Its targets, in their order.
    pub targets: Vec<PastTarget>,
}

/// How two estimates differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The new value less the old one.
    pub value: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
    /// Two-sided p value of no difference beyond the margin; `None` where there are no intervals.
    pub p: Option<f64>,
}

impl Baseline {
    /// The target that stands for `subject`: the command for the command, else one of its kind and name, best with the
    /// same command line.
    #[must_use]
    pub fn find(&self, subject: &Subject, is_command: bool) -> Option<&PastTarget> {
        let pool = subject.members.is_some();
        if is_command && let Some(command) = self.targets.iter().find(|target| target.is_command) {
            return Some(command);
        }
        let of_name = || self.targets.iter().filter(|target| target.pool == pool && target.name == subject.name);
        of_name().find(|target| target.cmdline == subject.cmdline).or_else(|| of_name().next())
    }
}

impl PastTarget {
    /// The value of a metric; `None` when the earlier run did not measure it.
    #[must_use]
    pub fn value(&self, metric: &Metric) -> Option<Past> {
        let plain = Metric { point: false, ..*metric };
        let name = plain.to_string();
        let past = self.values.iter().find(|(known, _)| *known == name).map(|(_, past)| *past)?;
        Some(if metric.point { Past { value: past.value, low: past.value, high: past.value } } else { past })
    }
}

/// The interval of a difference from those of its parts (the method of variance estimates recovery: it keeps intervals
/// that are not symmetric), and Welch's test with the errors that they imply, against a difference of `margin`.
#[must_use]
pub fn difference(new: Past, old: Past, margin: f64) -> Difference {
    let value = new.value - old.value;
    let low = value - (new.value - new.low).hypot(old.high - old.value);
    let high = value + (new.high - new.value).hypot(old.value - old.low);
    let error = (high - low) / (2.0 * 1.96);
    let p = (error > 0.0).then(|| 2.0 * normal_tail(((value - margin) / error).abs()));
    Difference { value, low, high, p }
}

/// What is held against the margin in place of the value itself.
pub(super) fn differing(measured: &Measured, past: Past, factor: f64, margin: f64) -> (Measured, Difference) {
    let new = Past { value: measured.value, low: measured.low, high: measured.high };
    let old = Past { value: factor * past.value, low: factor * past.low, high: factor * past.high };
    let found = difference(new, old, margin);
    (Measured { value: found.value, low: found.low, high: found.high, ..*measured }, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_add_up_as_errors_do() {
        let past = |value: f64, error: f64| Past { value, low: value - error, high: value + error };
        let found = difference(past(10.0, 3.0), past(4.0, 4.0), 0.0);
        assert_eq!((found.value, found.low, found.high), (6.0, 1.0, 11.0));
        // 6 is 2.352 of its standard errors of 5 / 1.96.
        assert!(found.p.is_some_and(|p| (p - 0.01868).abs() < 1e-4), "{found:?}");
        let exact = difference(past(10.0, 0.0), past(4.0, 0.0), 0.0);
        assert_eq!((exact.low, exact.high, exact.p), (6.0, 6.0, None));
        let skewed = difference(Past { value: 0.0, low: -1.0, high: 9.0 }, past(0.0, 0.0), 0.0);
        assert_eq!((skewed.low, skewed.high), (-1.0, 9.0));
    }

    #[test]
    fn the_command_is_compared_with_the_command_whatever_it_is_called() {
        let target =
            |name: &str, pool, is_command| PastTarget { name: name.into(), pool, is_command, ..PastTarget::default() };
        let baseline = Baseline {
            targets: vec![target("sh", false, true), target("app", true, false), target("app", false, false)],
        };
        let subject = |name: &str, members| Subject {
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
