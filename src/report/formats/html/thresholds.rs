//! Threshold expressions with their results, on the page.

use std::cmp::Reverse;

use serde::Serialize;

use crate::schema::{AllowanceEntry, ResultEntry, ThresholdEntry, ThresholdOutcome, Thresholds};
use crate::units::Span;

use super::text::shown;

/// Largest number of results on the page. Failures come first.
const RESULTS: usize = 200;

/// Data of the template for the gate.
#[derive(Serialize)]
pub(super) struct ThresholdSection {
    results: Vec<ResultLine>,
    more: usize,
    remarks: Vec<String>,
}

/// Row of the table of results.
#[derive(Serialize)]
struct ResultLine {
    class: &'static str,
    result: &'static str,
    expression: String,
    target: String,
    message: String,
}

/// Returns the section; `None` if it would be empty.
pub(super) fn section(gate: &Thresholds) -> Option<ThresholdSection> {
    let mut all: Vec<(&ThresholdEntry, &ResultEntry)> = Vec::new();
    for threshold in &gate.thresholds {
        all.extend(threshold.answers.iter().map(|answer| (threshold, answer)));
    }
    all.sort_by_key(|(_, answer)| Reverse((answer.counts, rank(answer.outcome))));
    let results: Vec<ResultLine> =
        all.iter().take(RESULTS).map(|(threshold, answer)| result_line(threshold, answer)).collect();
    let omitted: u64 = gate.thresholds.iter().map(|threshold| threshold.more_failed).sum();
    let more = all.len() - results.len() + usize::try_from(omitted).unwrap_or(usize::MAX);
    let remarks = remarks(gate);
    (!results.is_empty() || !remarks.is_empty()).then_some(ThresholdSection { results, more, remarks })
}

fn result_line(threshold: &ThresholdEntry, answer: &ResultEntry) -> ResultLine {
    let (class, result) = match (answer.outcome, threshold.tier.as_str()) {
        (ThresholdOutcome::Pass, _) => ("stable", "pass"),
        (ThresholdOutcome::Fail, "fail") => ("leaking", "fail"),
        (ThresholdOutcome::Fail, _) => ("suspect", "warning"),
        (ThresholdOutcome::Inconclusive, _) if answer.counts => ("insufficient_data", "undecided"),
        (ThresholdOutcome::Inconclusive, _) => ("insufficient_data", "does not count"),
    };
    ResultLine {
        class,
        result,
        expression: shown(&threshold.expression),
        target: shown(&answer.describe()),
        message: shown(&answer.message),
    }
}

fn rank(outcome: ThresholdOutcome) -> u8 {
    match outcome {
        ThresholdOutcome::Fail => 2,
        ThresholdOutcome::Inconclusive => 1,
        ThresholdOutcome::Pass => 0,
    }
}

/// Returns sentences on warnings, an early end, the warm-up, counted work and allowances.
fn remarks(gate: &Thresholds) -> Vec<String> {
    let mut lines: Vec<String> = gate.warnings.iter().map(|warning| shown(warning)).collect();
    lines.extend(gate.aborted.as_deref().map(|reason| format!("The session ended early: {}", shown(reason))));
    if gate.warmup_seconds > 0.0 {
        lines.push(format!("Verdicts exclude the first {} (--warmup)", Span(gate.warmup_seconds)));
    }
    if let Some(work) = &gate.work {
        let changed = if work.load_changed { "; the load changed between the halves of the session" } else { "" };
        lines.push(format!("Work counted by {}: {}{changed}", shown(&work.source), work.total));
    }
    lines.extend(gate.allowances.iter().map(allowance_line));
    lines
}

fn allowance_line(allowance: &AllowanceEntry) -> String {
    let state = if allowance.expired { "allowance expired on" } else { "allowed until" };
    format!("{}: {state} {}: {}", shown(&allowance.name), allowance.expires, shown(&allowance.reason))
}
