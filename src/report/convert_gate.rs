//! From what the gate found to what a reader of files sees.

use crate::gate::{Allowance, Answer, Gatekeeper, Job, Outcome, Threshold, Tier, WorkMeter};
use crate::schema;

/// The gate as the report shows it; `None` when nothing was asked.
#[must_use]
pub fn gate(
    gatekeeper: &Gatekeeper,
    warmup_s: f64,
    baseline: Option<schema::BaselineEntry>,
    work: Option<schema::WorkEntry>,
    warnings: Vec<String>,
) -> Option<schema::Gate> {
    let asked = !gatekeeper.thresholds().is_empty() || warmup_s > 0.0 || !warnings.is_empty();
    let entry = |(index, threshold): (usize, &Threshold)| threshold_entry(gatekeeper, index, threshold);
    asked.then(|| schema::Gate {
        warmup_seconds: warmup_s,
        thresholds: gatekeeper.thresholds().iter().enumerate().map(entry).collect(),
        baseline,
        work,
        allowances: Vec::new(),
        aborted: gatekeeper.aborted().map(str::to_owned),
        warnings,
    })
}

fn threshold_entry(gatekeeper: &Gatekeeper, index: usize, threshold: &Threshold) -> schema::ThresholdEntry {
    let own = gatekeeper.answers().iter().filter(|answer| answer.threshold == index);
    schema::ThresholdEntry {
        expression: threshold.expression.text.clone(),
        tier: match threshold.tier {
            Tier::Fail => "fail",
            Tier::Warn => "warn",
        }
        .to_owned(),
        metric: threshold.expression.metric.to_string(),
        unit: threshold.expression.metric.unit().to_owned(),
        outcome: outcome(gatekeeper.outcome(index)),
        answers: own.map(answer).collect(),
        more_passed: gatekeeper.folded(index).passed,
        more_failed: gatekeeper.folded(index).failed,
    }
}

fn outcome(outcome: Outcome) -> schema::GateOutcome {
    match outcome {
        Outcome::Pass => schema::GateOutcome::Pass,
        Outcome::Inconclusive => schema::GateOutcome::Inconclusive,
        Outcome::Fail => schema::GateOutcome::Fail,
    }
}

fn answer(answer: &Answer) -> schema::AnswerEntry {
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    schema::AnswerEntry {
        pid: answer.subject.pid,
        name: answer.subject.name.clone(),
        members: answer.subject.members,
        source: answer.subject.source.clone(),
        outcome: outcome(answer.outcome),
        counts: answer.counts,
        value: finite(answer.value),
        ci_low: finite(answer.low),
        ci_high: finite(answer.high),
        limit: finite(answer.limit),
        difference: answer.difference.map(|(past, found)| schema::DifferenceEntry {
            baseline: past.value,
            value: found.value,
            ci_low: found.low,
            ci_high: found.high,
            p_value: finite(found.p),
        }),
        failed_at: answer.at.map(|at| at.to_string()),
        smallest_detectable: finite(answer.smallest_detectable),
        seconds_to_decide: finite(answer.seconds_to_decide),
        message: answer.message.clone(),
    }
}

/// The work that was counted.
#[must_use]
pub fn work(meter: &WorkMeter, source: &str) -> schema::WorkEntry {
    let (failed, first_failure) = meter.failures();
    let halves = meter.halves();
    let job = |job: &Job| schema::JobEntry {
        timestamp: job.at.to_string(),
        count: job.count,
        label: job.label.clone(),
        memory_before_bytes: job.before,
        memory_after_bytes: job.after,
    };
    schema::WorkEntry {
        source: source.to_owned(),
        total: meter.total(),
        per_second_first_half: halves.map(|(first, _)| first),
        per_second_second_half: halves.map(|(_, second)| second),
        load_changed: meter.has_changed(),
        failed_reads: failed,
        first_failure: first_failure.map(str::to_owned),
        jobs: meter.jobs().map(job).collect(),
    }
}

/// What excuses a target.
#[must_use]
pub fn allowance(allowance: &Allowance, name: &str) -> schema::AllowanceEntry {
    schema::AllowanceEntry {
        name: name.to_owned(),
        process: allowance.process.as_str().to_owned(),
        resource: super::convert::resource(allowance.resource),
        max_rate_per_s: allowance.max_rate,
        reason: allowance.reason.clone(),
        expires: allowance.expires.clone(),
        expired: allowance.expired,
        place: allowance.place.clone(),
    }
}
