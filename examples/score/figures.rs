//! Figures of a set of judged recordings.

use std::error::Error;

use leakwatch::analysis::Status;

use crate::Judged;
use crate::corpus::{TargetVerdict, Trace, Truth};

/// True if any target is leaking.
pub fn leaking(verdicts: &[TargetVerdict]) -> bool {
    verdicts.iter().any(|verdict| verdict.status == Status::Leaking)
}

/// Counts of right and wrong verdicts, and the quality of the rates.
pub struct Scores {
    pub leaks: usize,
    pub found: usize,
    pub clean: usize,
    pub false_alarms: usize,
    /// Relative error of each rate that has a true one.
    errors: Vec<f64>,
    /// True for each 95 % interval that contains the true rate.
    covered: Vec<bool>,
}

impl Scores {
    pub fn of(judged: &[Judged]) -> Self {
        let of = |truth| judged.iter().filter(move |(trace, _)| trace.label.truth == truth);
        let found = |truth| of(truth).filter(|(_, verdicts)| leaking(verdicts)).count();
        let mut scores = Self {
            leaks: of(Truth::Leak).count(),
            found: found(Truth::Leak),
            clean: of(Truth::NoLeak).count(),
            false_alarms: found(Truth::NoLeak),
            errors: Vec::new(),
            covered: Vec::new(),
        };
        for (trace, verdicts) in of(Truth::Leak) {
            scores.compare_rate(trace, verdicts);
        }
        scores
    }

    /// Compares the rate of the leaking process with the true one. An accelerating leak has no single rate.
    fn compare_rate(&mut self, trace: &Trace, verdicts: &[TargetVerdict]) {
        let label = &trace.label;
        let Some(truth) =
            label.rate.filter(|_| label.resource == "memory" && !label.family.starts_with("accelerating"))
        else {
            return;
        };
        let leaking = || verdicts.iter().filter(|verdict| verdict.status == Status::Leaking);
        let named = leaking().find(|verdict| verdict.pid.is_some() && verdict.pid == label.leak_pid);
        let fastest = || leaking().max_by(|a, b| a.rate.unwrap_or(f64::MIN).total_cmp(&b.rate.unwrap_or(f64::MIN)));
        let Some(verdict) = named.or_else(fastest) else { return };
        self.errors.extend(verdict.rate.map(|rate| (rate - truth).abs() / truth));
        self.covered.extend(verdict.interval.map(|(low, high)| (low..=high).contains(&truth)));
    }

    pub fn f1(&self) -> f64 {
        2.0 * self.found as f64 / (self.found + self.false_alarms + self.leaks) as f64
    }

    pub fn false_alarm_rate(&self) -> f64 {
        self.false_alarms as f64 / self.clean as f64
    }

    pub fn median_error(&self) -> Option<f64> {
        median(self.errors.clone())
    }

    pub fn coverage(&self) -> Option<f64> {
        let covered = self.covered.iter().filter(|&&covered| covered).count();
        (!self.covered.is_empty()).then(|| covered as f64 / self.covered.len() as f64)
    }
}

/// Verdicts of a monitor on the way: on the first tenth, two tenths and so on.
pub struct Delays {
    /// Clean recordings that are leaking at some prefix.
    pub clean_flagged: usize,
    /// Time from the start of each leak to the first prefix that finds it, as a fraction of the time to the end.
    times: Vec<f64>,
}

impl Delays {
    pub fn of(judged: &[Judged]) -> Result<Self, Box<dyn Error>> {
        let mut delays = Self { clean_flagged: 0, times: Vec::new() };
        for (trace, whole) in judged {
            let mut found_at = Vec::new();
            for tenths in 1..=10 {
                let fraction = f64::from(tenths) / 10.0;
                if tenths == 10 && leaking(whole) || tenths < 10 && leaking(&trace.judge(fraction)?) {
                    found_at.push(fraction);
                }
            }
            delays.clean_flagged += usize::from(trace.label.truth == Truth::NoLeak && !found_at.is_empty());
            if trace.label.truth == Truth::Leak {
                let begin = trace.label.start_s.unwrap_or(0.0) / trace.span_s();
                let first = found_at.iter().find(|&&fraction| fraction > begin);
                delays.times.extend(first.map(|fraction| (fraction - begin) / (1.0 - begin)));
            }
        }
        Ok(delays)
    }

    /// Returns the median over the leaks that are found.
    pub fn median(&self) -> Option<f64> {
        median(self.times.clone())
    }
}

/// Returns the median; the mean of the middle two of an even count.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some((lower + upper) / 2.0)
}
