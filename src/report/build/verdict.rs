//! Verdicts and growth.

use crate::analysis;
use crate::outcome::Outcome;
use crate::schema;

use super::numbers::finite;

/// Returns a status.
pub(super) fn status(status: analysis::Status) -> schema::Status {
    match status {
        analysis::Status::Leaking => schema::Status::Leaking,
        analysis::Status::Suspect => schema::Status::Suspect,
        analysis::Status::WarmingUp => schema::Status::WarmingUp,
        analysis::Status::InsufficientData => schema::Status::InsufficientData,
        analysis::Status::Stable => schema::Status::Stable,
    }
}

/// Returns the outcome of a session.
pub(super) fn session_verdict(outcome: &Outcome) -> schema::SessionVerdict {
    schema::SessionVerdict {
        status: status(outcome.status),
        exit_status: outcome.exit.code(),
        summary: outcome.summary.clone(),
    }
}

/// Returns the last line of a stream.
#[must_use]
pub fn end_line(session: &schema::Session, outcome: &Outcome) -> schema::EndLine {
    schema::EndLine {
        timestamp: session.ended_at.clone(),
        status: status(outcome.status),
        exit_status: outcome.exit.code(),
        summary: outcome.summary.clone(),
        ended_by: session.ended_by,
    }
}

/// Returns a resource.
pub(super) fn resource(resource: analysis::Resource) -> schema::Resource {
    match resource {
        analysis::Resource::Memory => schema::Resource::Memory,
        analysis::Resource::Fds => schema::Resource::Fds,
        analysis::Resource::Threads => schema::Resource::Threads,
    }
}

/// Returns a verdict with its reasons.
pub(in crate::report) fn verdict(verdict: &analysis::Verdict) -> schema::VerdictEntry {
    schema::VerdictEntry {
        status: status(verdict.status),
        resource: verdict.resource.map(resource),
        shape: verdict.shape.map(|shape| shape.name().to_owned()),
        confidence: finite(verdict.confidence),
        reasons: verdict.reasons.iter().map(reason).collect(),
    }
}

/// Returns the growth of memory.
pub(in crate::report) fn growth(growth: &analysis::Growth) -> schema::Growth {
    schema::Growth {
        rate_bytes_per_s: finite(growth.rate),
        ci_low_bytes_per_s: finite(growth.ci_low),
        ci_high_bytes_per_s: finite(growth.ci_high),
        recent_rate_bytes_per_s: finite(growth.recent_rate),
        percent_per_hour: finite(growth.percent_per_hour),
        threshold_bytes_per_s: growth.threshold,
        smallest_detectable_bytes_per_s: finite(growth.smallest_detectable),
        seconds_to_decide: finite(growth.seconds_to_decide),
        span_seconds: growth.span_s,
        axis: growth.axis.name().to_owned(),
    }
}

fn reason(reason: &analysis::Reason) -> schema::Reason {
    schema::Reason {
        rule: reason.rule.name().to_owned(),
        for_leak: reason.for_leak,
        value: finite(reason.value),
        threshold: finite(reason.threshold),
        unit: reason.unit.name().to_owned(),
        span_seconds: reason.span_s,
        text: reason.to_string(),
    }
}
