//! State of one threshold on one target: its aggregates, and how long its condition has held.

use crate::event::Target;
use crate::model::Timestamp;
use crate::units::{Span, p_value};

use super::aggregates::Aggregates;
use super::allow::{Allowance, covering_allowance};
use super::baseline::{Difference, PastTarget, PastValue, difference_to_past};
use super::comparison::{compare, seconds_to_decide};
use super::expr::{Expression, Limit};
use super::measurement::{Measurement, measure};
use super::result::{Decision, Observation, Outlook, ThresholdResult};

/// State of one threshold on one target.
#[derive(Debug)]
pub(super) struct ThresholdState {
    aggregates: Aggregates,
    /// Time since which the condition has held without a break.
    since: Option<Timestamp>,
    /// Time at which a live condition had held for long enough, with the evaluation of that time.
    failed: Option<(Timestamp, Evaluation)>,
    /// Matching target of the baseline.
    past: Option<PastTarget>,
    /// Allowances that may cover its growth.
    allowances: Vec<Allowance>,
}

/// A measured value compared with its limit.
#[derive(Debug, Clone)]
struct Evaluation {
    measured: Measurement,
    limit: f64,
    difference: Option<(PastValue, Difference)>,
    decision: Decision,
    is_allowed: bool,
    message: String,
}

impl ThresholdState {
    /// State before the first sample.
    pub(super) fn new(aggregates: Aggregates, past: Option<PastTarget>, allowances: Vec<Allowance>) -> Self {
        Self { aggregates, since: None, failed: None, past, allowances }
    }

    /// Returns the aggregates for a new sample.
    pub(super) fn aggregates_mut(&mut self) -> &mut Aggregates {
        &mut self.aggregates
    }

    /// Returns the message of a live condition that has held for long enough.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failed.as_ref().map(|(_, evaluation)| evaluation.message.as_str())
    }

    /// Evaluates the threshold. An allowed failure passes.
    fn evaluate(&self, expression: &Expression, target: &Target) -> Result<Evaluation, String> {
        let mut evaluation = self.evaluate_strictly(expression, target)?;
        if evaluation.decision == Decision::Fail
            && let Some(allowance) = covering_allowance(&self.allowances, evaluation.measured.low)
        {
            if !allowance.expired {
                evaluation.decision = Decision::Pass;
                evaluation.is_allowed = true;
            }
            evaluation.message.push_str(&format!("; {}", allowance.sentence()));
        }
        Ok(evaluation)
    }

    /// Evaluates the threshold without allowances.
    fn evaluate_strictly(&self, expression: &Expression, target: &Target) -> Result<Evaluation, String> {
        let metric = &expression.metric;
        let measured = measure(metric, &self.aggregates, target)?;
        let (factor, plus) = match expression.limit {
            Limit::Fixed(limit) => {
                let (decision, message) = compare(expression, &measured, limit, "measured");
                return Ok(Evaluation { measured, limit, difference: None, decision, is_allowed: false, message });
            }
            Limit::Baseline { factor, plus } => (factor, plus),
        };
        let past = self.past.as_ref().ok_or("the baseline has no such target")?;
        let past = past.value(metric).ok_or_else(|| format!("the baseline has no {metric} of this target"))?;
        let (apart, difference) = difference_to_past(&measured, past, factor, plus);
        let what = match factor {
            1.0 => "difference to the baseline".to_owned(),
            factor => format!("difference to {factor} times the baseline"),
        };
        let (decision, message) = compare(expression, &apart, plus, &what);
        let p = difference.p.map(|p| format!(", p {}", p_value(p))).unwrap_or_default();
        let (now, then) = (metric.format(measured.value), metric.format(past.value));
        let message = format!("{message} (now {now}, baseline {then}{p})");
        let limit = factor * past.value + plus;
        let difference = Some((past, difference));
        Ok(Evaluation { measured, limit, difference, decision, is_allowed: false, message })
    }

    /// Checks a live condition at a sample. Returns true if it has just held for long enough.
    pub(super) fn check(&mut self, expression: &Expression, target: &Target, at: Timestamp) -> bool {
        if self.failed.is_some() {
            return false;
        }
        let evaluation = self.evaluate(expression, target).ok();
        let Some(mut evaluation) = evaluation.filter(|evaluation| evaluation.decision == Decision::Fail) else {
            self.since = None;
            return false;
        };
        let held_s = at.seconds_since(*self.since.get_or_insert(at));
        if held_s < expression.hold_s {
            return false;
        }
        if expression.hold_s > 0.0 {
            evaluation.message.push_str(&format!(", for {}", Span(held_s)));
        }
        self.failed = Some((at, evaluation));
        true
    }

    /// Returns the evaluation at the end of the session, or the reason for which there is none.
    fn final_evaluation(&self, expression: &Expression, target: &Target, elapsed: f64) -> Result<Evaluation, String> {
        if let Some((_, evaluation)) = &self.failed {
            return Ok(evaluation.clone());
        }
        if elapsed < expression.after_s {
            let after = Span(expression.after_s);
            return Err(format!("the session ended before {after}, from which on the condition counts"));
        }
        // A condition that never held was not observed for long enough either.
        if elapsed < expression.after_s + expression.hold_s {
            let counted = Span((elapsed - expression.after_s).max(0.0));
            let hold = Span(expression.hold_s);
            return Err(format!("observed for {counted}; the condition must hold for {hold}"));
        }
        let mut evaluation = self.evaluate(expression, target)?;
        if evaluation.decision == Decision::Fail && expression.hold_s > 0.0 {
            evaluation.decision = Decision::Pass;
            evaluation.message.push_str(&format!(", for less than {}", Span(expression.hold_s)));
        }
        Ok(evaluation)
    }

    /// Returns the result at the end of the session, or of the target.
    pub(super) fn result(
        &self,
        threshold: usize,
        expression: &Expression,
        target: &Target,
        elapsed: f64,
        exited: bool,
    ) -> ThresholdResult {
        let is_unmoved = self.aggregates.is_unmoved();
        let observation =
            Observation { seconds: target.lifetime.seen_s(), exited, is_unmoved, outlook: Outlook::default() };
        let mut result = ThresholdResult {
            threshold,
            subject: target.into(),
            decision: Decision::Undecided,
            is_allowed: false,
            counts: true,
            value: None,
            interval: None,
            limit: None,
            difference: None,
            failed_at: self.failed.as_ref().map(|(at, _)| *at),
            observation,
            message: String::new(),
        };
        let evaluation = match self.final_evaluation(expression, target, elapsed) {
            Ok(evaluation) => evaluation,
            Err(message) => return ThresholdResult { message, ..result },
        };
        let measured = evaluation.measured;
        let is_undecided = evaluation.decision == Decision::Undecided && !expression.metric.per_work;
        result.decision = evaluation.decision;
        result.is_allowed = evaluation.is_allowed;
        result.value = Some(measured.value);
        result.interval = (measured.low < measured.high).then_some((measured.low, measured.high));
        result.limit = Some(evaluation.limit);
        result.difference = evaluation.difference;
        result.observation.outlook = Outlook {
            smallest_detectable: measured.detectable.map(|(rate, _)| rate),
            seconds_to_decide: if is_undecided { seconds_to_decide(&measured, evaluation.limit) } else { None },
        };
        result.message = evaluation.message;
        result
    }
}
