//! State of one threshold on one target: its aggregates, and how long its condition has held.

use crate::event::Target;
use crate::model::Timestamp;
use crate::units::{Span, p_value};

use super::aggregates::Aggregates;
use super::allow::{Allowance, covering_allowance};
use super::baseline::{Difference, PastTarget, PastValue, difference_to_past};
use super::comparison::{compare, seconds_to_decide};
use super::expr::{Expression, Limit};
use super::extra_looks::Widening;
use super::measurement::{Measurement, NoValue, measure};
use super::result::{Decision, Observation, Outlook, ThresholdResult};

/// State of one threshold on one target.
#[derive(Debug)]
pub(super) struct ThresholdState {
    aggregates: Aggregates,
    /// Time since which the condition has held without a break.
    since: Option<Timestamp>,
    /// Time at which a live condition had held for long enough, with the evaluation of that time.
    failed: Option<(Timestamp, Evaluation)>,
    /// Latest decision at a look. It stands until a later one decides otherwise.
    decided: Option<Evaluation>,
    /// Matching target of the baseline.
    past: Option<PastTarget>,
    /// Allowances that may cover its growth.
    allowances: Vec<Allowance>,
}

/// End of the observation of a target.
#[derive(Debug, Clone, Copy)]
pub(super) struct ObservationEnd {
    /// Seconds since the start of the session.
    pub elapsed_s: f64,
    /// True if the target exited.
    pub exited: bool,
    /// Interval that a decision requires.
    pub widening: Widening,
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
        Self { aggregates, since: None, failed: None, decided: None, past, allowances }
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
    fn evaluate(&self, expression: &Expression, target: &Target, widening: Widening) -> Result<Evaluation, NoValue> {
        let mut evaluation = self.evaluate_strictly(expression, target, widening)?;
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
    fn evaluate_strictly(
        &self,
        expression: &Expression,
        target: &Target,
        widening: Widening,
    ) -> Result<Evaluation, NoValue> {
        let metric = &expression.metric;
        let measured = measure(metric, &self.aggregates, target)?;
        let (factor, plus) = match expression.limit {
            Limit::Fixed(limit) => {
                let widened = measured.clone().widened(widening);
                let (decision, message) = compare(expression, &widened, limit, metric.measured_value());
                return Ok(Evaluation { measured, limit, difference: None, decision, is_allowed: false, message });
            }
            Limit::Baseline { factor, plus } => (factor, plus),
        };
        let past = self.past.as_ref().ok_or_else(|| NoValue::lasting("the baseline has no such target"))?;
        let past = past
            .value(metric)
            .ok_or_else(|| NoValue::lasting(format!("the baseline has no {metric} of this target")))?;
        let (apart, difference) = difference_to_past(&measured, past, factor, plus);
        let what = match factor {
            1.0 => "difference to the baseline".to_owned(),
            factor => format!("difference to {factor} times the baseline"),
        };
        let (decision, message) = compare(expression, &apart.widened(widening), plus, &what);
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
        let evaluation = self.evaluate(expression, target, Widening::NONE).ok();
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
    fn final_evaluation(
        &self,
        expression: &Expression,
        target: &Target,
        elapsed: f64,
        widening: Widening,
    ) -> Result<Evaluation, NoValue> {
        if let Some((_, evaluation)) = &self.failed {
            return Ok(evaluation.clone());
        }
        if elapsed < expression.after_s {
            let after = Span(expression.after_s);
            let why = format!("the session ended before {after}, from which on the condition counts");
            return Err(NoValue::short(why));
        }
        // A condition that never held was not observed for long enough either.
        if elapsed < expression.after_s + expression.hold_s {
            let counted = Span((elapsed - expression.after_s).max(0.0));
            let hold = Span(expression.hold_s);
            return Err(NoValue::short(format!("observed for {counted}; the condition must hold for {hold}")));
        }
        let mut evaluation = self.evaluate(expression, target, widening)?;
        if evaluation.decision == Decision::Fail && expression.hold_s > 0.0 {
            evaluation.decision = Decision::Pass;
            evaluation.message.push_str(&format!(", for less than {}", Span(expression.hold_s)));
        }
        match &self.decided {
            Some(decided) if evaluation.decision == Decision::Undecided => Ok(decided.clone()),
            _ => Ok(evaluation),
        }
    }

    /// Evaluates the threshold at a look, and keeps a decision. Returns true if more samples would decide.
    pub(super) fn look(&mut self, expression: &Expression, target: &Target, elapsed: f64, widening: Widening) -> bool {
        match self.final_evaluation(expression, target, elapsed, widening) {
            Ok(evaluation) if evaluation.decision == Decision::Undecided => true,
            Ok(evaluation) => {
                self.decided = Some(evaluation);
                false
            }
            Err(no_value) => no_value.is_short,
        }
    }

    /// Returns the result at the end of the session, or of the target.
    pub(super) fn result(
        &self,
        threshold: usize,
        expression: &Expression,
        target: &Target,
        end: ObservationEnd,
    ) -> ThresholdResult {
        let is_unmoved = self.aggregates.is_unmoved();
        let observation = Observation {
            seconds: target.lifetime.seen_s(),
            exited: end.exited,
            is_unmoved,
            outlook: Outlook::default(),
        };
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
        let evaluation = match self.final_evaluation(expression, target, end.elapsed_s, end.widening) {
            Ok(evaluation) => evaluation,
            Err(NoValue { why, .. }) => return ThresholdResult { message: why, ..result },
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
            seconds_to_decide: if is_undecided {
                seconds_to_decide(&measured.widened(end.widening), evaluation.limit)
            } else {
                None
            },
        };
        result.message = evaluation.message;
        result
    }
}
