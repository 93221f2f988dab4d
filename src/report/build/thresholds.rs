//! Threshold expressions with their results, counted work and allowances.

use crate::outcome::Outcome;
use crate::schema;
use crate::thresholds::{Allowance, Decision, Evaluator, Job, ThresholdResult, Tier, WorkMeter};

use super::numbers::finite;
use super::verdict::resource;

/// Returns the gate for the report; `None` without threshold expressions, and with nothing to note about them.
#[must_use]
pub fn thresholds(
    evaluator: &Evaluator,
    outcome: &Outcome,
    baseline: Option<schema::BaselineEntry>,
    work: Option<schema::WorkEntry>,
    warnings: Vec<String>,
) -> Option<schema::Thresholds> {
    let is_used = !evaluator.thresholds().is_empty() || evaluator.warmup_s() > 0.0 || !warnings.is_empty();
    is_used.then(|| schema::Thresholds {
        warmup_seconds: evaluator.warmup_s(),
        thresholds: (0..evaluator.thresholds().len()).map(|index| threshold(evaluator, outcome, index)).collect(),
        baseline,
        work,
        allowances: Vec::new(),
        aborted: evaluator.abort_reason().map(str::to_owned),
        warnings,
    })
}

fn threshold(evaluator: &Evaluator, outcome: &Outcome, index: usize) -> schema::ThresholdEntry {
    let threshold = &evaluator.thresholds()[index];
    // The cases of the outcome have the order in which results are listed.
    let results = outcome.results.iter().filter(|case| case.threshold == index);
    schema::ThresholdEntry {
        expression: threshold.expression.text.clone(),
        tier: match threshold.tier {
            Tier::Fail => "fail",
            Tier::Warn => "warn",
        }
        .to_owned(),
        metric: threshold.expression.metric.to_string(),
        unit: threshold.expression.metric.unit().to_owned(),
        outcome: decision(evaluator.decision(index)),
        answers: results.map(|case| result(&evaluator.results()[case.result])).collect(),
        more_passed: evaluator.omitted(index).passed,
        more_failed: evaluator.omitted(index).failed,
    }
}

fn decision(decision: Decision) -> schema::ThresholdOutcome {
    match decision {
        Decision::Pass => schema::ThresholdOutcome::Pass,
        Decision::Undecided => schema::ThresholdOutcome::Inconclusive,
        Decision::Fail => schema::ThresholdOutcome::Fail,
    }
}

fn result(result: &ThresholdResult) -> schema::ResultEntry {
    let outlook = result.observation.outlook;
    schema::ResultEntry {
        pid: result.subject.pid,
        name: result.subject.name.clone(),
        title: result.subject.title(),
        members: result.subject.members,
        source: result.subject.source.clone(),
        outcome: decision(result.decision),
        counts: result.counts,
        value: finite(result.value),
        ci_low: finite(result.interval.map(|(low, _)| low)),
        ci_high: finite(result.interval.map(|(_, high)| high)),
        limit: finite(result.limit),
        difference: result.difference.map(|(past, found)| schema::DifferenceEntry {
            baseline: past.value,
            value: found.value,
            ci_low: found.low,
            ci_high: found.high,
            p_value: finite(found.p),
        }),
        failed_at: result.failed_at.map(|at| at.to_string()),
        smallest_detectable: finite(outlook.smallest_detectable),
        seconds_to_decide: finite(outlook.seconds_to_decide),
        message: result.message.clone(),
    }
}

/// Returns the counted work for the report.
#[must_use]
pub fn work(meter: &WorkMeter, source: &str) -> schema::WorkEntry {
    let (failed, first_failure) = meter.failures();
    let halves = meter.halves();
    schema::WorkEntry {
        source: source.to_owned(),
        total: meter.total(),
        per_second_first_half: halves.map(|(first, _)| first),
        per_second_second_half: halves.map(|(_, second)| second),
        load_changed: meter.load_changed(),
        failed_reads: failed,
        first_failure: first_failure.map(str::to_owned),
        jobs: meter.jobs().map(job).collect(),
    }
}

fn job(job: &Job) -> schema::JobEntry {
    schema::JobEntry {
        timestamp: job.at.to_string(),
        count: job.count,
        label: job.label.clone(),
        memory_before_bytes: job.before,
        memory_after_bytes: job.after,
    }
}

/// Returns an allowance in use for the report.
#[must_use]
pub fn allowance(allowance: &Allowance, name: &str) -> schema::AllowanceEntry {
    schema::AllowanceEntry {
        name: name.to_owned(),
        process: allowance.process.as_str().to_owned(),
        resource: resource(allowance.resource),
        max_rate_per_s: allowance.max_rate,
        reason: allowance.reason.clone(),
        expires: allowance.expires.clone(),
        expired: allowance.expired,
        place: allowance.place.clone(),
    }
}
