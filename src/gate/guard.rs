//! One threshold on one target: measures, holds it against the limit, and remembers how long that lasts.

use crate::event::Target;
use crate::model::Timestamp;
use crate::units::{Span, p_value};

use super::allow::{Allowance, covering};
use super::answer::{Answer, Outcome, Subject};
use super::baseline::{Difference, Past, PastTarget, differing};
use super::expression::{Expression, Limit};
use super::judge::{judge, seconds_to_decide};
use super::levels::Levels;
use super::measure::{Measured, measure};

/// One threshold on one target.
#[derive(Debug)]
pub(super) struct Guard {
    pub levels: Levels,
    /// Since when the condition has held without a break.
    pub since: Option<Timestamp>,
    /// When it had held for long enough, with what was measured then.
    pub failed: Option<(Timestamp, Held)>,
    /// The target of the earlier run that stands for this one.
    pub past: Option<PastTarget>,
    /// What excuses its growth.
    pub allowed: Vec<Allowance>,
}

/// What was measured and what it came to.
#[derive(Debug, Clone)]
pub(super) struct Held {
    measured: Measured,
    limit: f64,
    difference: Option<(Past, Difference)>,
    outcome: Outcome,
    excused: bool,
    pub message: String,
}

impl Guard {
    /// As [`Self::compare`], and what is excused does not fail.
    fn hold(&self, expression: &Expression, target: &Target) -> Result<Held, String> {
        let mut held = self.compare(expression, target)?;
        if held.outcome == Outcome::Fail
            && let Some(allowance) = covering(&self.allowed, held.measured.low)
        {
            if !allowance.expired {
                held.outcome = Outcome::Pass;
                held.excused = true;
            }
            held.message.push_str(&format!("; {}", allowance.in_words()));
        }
        Ok(held)
    }

    /// Measures, and holds it against the limit.
    fn compare(&self, expression: &Expression, target: &Target) -> Result<Held, String> {
        let metric = &expression.metric;
        let measured = measure(metric, &self.levels, target)?;
        let (factor, plus) = match expression.limit {
            Limit::Fixed(limit) => {
                let (outcome, message) = judge(expression, &measured, limit, &metric.to_string());
                return Ok(Held { measured, limit, difference: None, outcome, excused: false, message });
            }
            Limit::Baseline { factor, plus } => (factor, plus),
        };
        let past = self.past.as_ref().ok_or("the baseline knows no such target")?;
        let past = past.value(metric).ok_or_else(|| format!("the baseline did not measure {metric} of it"))?;
        let (apart, difference) = differing(&measured, past, factor, plus);
        let what = match factor {
            1.0 => format!("{metric} less the baseline"),
            factor => format!("{metric} less {factor} times the baseline"),
        };
        let (outcome, message) = judge(expression, &apart, plus, &what);
        let p = difference.p.map(|p| format!(", p {}", p_value(p))).unwrap_or_default();
        let message = format!("{message} (now {}, then {}{p})", metric.show(measured.value), metric.show(past.value));
        let limit = factor * past.value + plus;
        Ok(Held { measured, limit, difference: Some((past, difference)), outcome, excused: false, message })
    }

    /// Holds a live expression against what is known at this sample.
    pub(super) fn watch(&mut self, expression: &Expression, target: &Target, at: Timestamp) {
        let held = self.hold(expression, target).ok().filter(|held| held.outcome == Outcome::Fail);
        let Some(mut held) = held else {
            self.since = None;
            return;
        };
        let since = *self.since.get_or_insert(at);
        let held_s = at.seconds_since(since);
        if held_s >= expression.hold_s {
            if expression.hold_s > 0.0 {
                held.message.push_str(&format!(", for {}", Span(held_s)));
            }
            self.failed = Some((at, held));
        }
    }

    pub(super) fn answer(&self, expression: &Expression, target: &Target, elapsed: f64) -> Answer {
        let mut answer = Answer {
            threshold: 0,
            subject: Subject::of(target),
            outcome: Outcome::Inconclusive,
            excused: false,
            counts: true,
            value: None,
            low: None,
            high: None,
            limit: None,
            difference: None,
            at: self.failed.as_ref().map(|(at, _)| *at),
            observed_s: target.lifetime.last_seen.seconds_since(target.lifetime.first_seen),
            gone: false,
            unmoved: self.levels.is_unmoved(),
            smallest_detectable: None,
            seconds_to_decide: None,
            message: String::new(),
        };
        let known = match &self.failed {
            Some((_, held)) => Ok(held.clone()),
            None if elapsed < expression.after_s => {
                Err(format!("it counts after {}, and the session ended before", Span(expression.after_s)))
            }
            // Also when it never held: nothing was looked at for long enough.
            None if elapsed < expression.after_s + expression.hold_s => {
                let counted = Span((elapsed - expression.after_s).max(0.0));
                Err(format!("it must hold for {}, and was looked at for {counted} only", Span(expression.hold_s)))
            }
            None => self.hold(expression, target).map(|mut held| {
                if held.outcome == Outcome::Fail && expression.hold_s > 0.0 {
                    held.outcome = Outcome::Pass;
                    held.message.push_str(&format!(", but for less than {}", Span(expression.hold_s)));
                }
                held
            }),
        };
        let held = match known {
            Ok(held) => held,
            Err(why) => return Answer { message: why, ..answer },
        };
        let measured = held.measured;
        let interval = measured.low < measured.high;
        answer.outcome = held.outcome;
        answer.excused = held.excused;
        answer.value = Some(measured.value);
        answer.low = interval.then_some(measured.low);
        answer.high = interval.then_some(measured.high);
        answer.limit = Some(held.limit);
        answer.difference = held.difference;
        answer.smallest_detectable = measured.detectable.map(|(rate, _)| rate);
        if held.outcome == Outcome::Inconclusive && !expression.metric.per_work {
            answer.seconds_to_decide = seconds_to_decide(&measured, held.limit);
        }
        answer.message = held.message;
        answer
    }
}
