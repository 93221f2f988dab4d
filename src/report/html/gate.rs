//! What the gate asked and what came of it, on the page.

use serde::Serialize;

use crate::schema::{Gate, GateOutcome};
use crate::units::Span;

use super::shown;

/// Answers a page lists at most: those that failed come first.
const ANSWERS: usize = 200;

/// The section of the page; nothing in it when nothing was asked.
#[derive(Serialize)]
pub(super) struct GateSection {
    answers: Vec<AnswerLine>,
    more: usize,
    lines: Vec<String>,
}

#[derive(Serialize)]
struct AnswerLine {
    class: &'static str,
    words: &'static str,
    expression: String,
    target: String,
    message: String,
}

/// Everything the page says of the gate; `None` when there is nothing to say.
pub(super) fn section(gate: &Gate) -> Option<GateSection> {
    let answers = gate.thresholds.iter().flat_map(|threshold| threshold.answers.iter().map(move |a| (threshold, a)));
    let mut all: Vec<_> = answers.collect();
    all.sort_by_key(|(_, answer)| std::cmp::Reverse((answer.counts, rank(answer.outcome))));
    let lines = all.iter().take(ANSWERS).map(|(threshold, answer)| {
        let (class, words) = match (answer.outcome, threshold.tier.as_str()) {
            (GateOutcome::Pass, _) => ("stable", "pass"),
            (GateOutcome::Fail, "fail") => ("leaking", "fail"),
            (GateOutcome::Fail, _) => ("suspect", "warning"),
            (GateOutcome::Inconclusive, _) if answer.counts => ("insufficient_data", "inconclusive"),
            (GateOutcome::Inconclusive, _) => ("insufficient_data", "does not count"),
        };
        let name = shown(&answer.name);
        AnswerLine {
            class,
            words,
            expression: shown(&threshold.expression),
            target: match (answer.pid, answer.members) {
                (Some(pid), _) => format!("{name} ({pid})"),
                (None, Some(members)) => format!("{name} (all {members} together)"),
                (None, None) => name,
            },
            message: shown(&answer.message),
        }
    });
    let answers: Vec<AnswerLine> = lines.collect();
    let counted: u64 = gate.thresholds.iter().map(|threshold| threshold.more_failed).sum();
    let more = all.len() - answers.len() + usize::try_from(counted).unwrap_or(usize::MAX);
    let lines = remarks(gate);
    (!answers.is_empty() || !lines.is_empty()).then_some(GateSection { answers, more, lines })
}

fn rank(outcome: GateOutcome) -> u8 {
    match outcome {
        GateOutcome::Fail => 2,
        GateOutcome::Inconclusive => 1,
        GateOutcome::Pass => 0,
    }
}

/// What a reader should know besides the answers.
fn remarks(gate: &Gate) -> Vec<String> {
    let mut lines: Vec<String> = gate.warnings.iter().map(|warning| shown(warning)).collect();
    lines.extend(gate.aborted.as_deref().map(|why| format!("ended before its time: {}", shown(why))));
    if gate.warmup_seconds > 0.0 {
        lines.push(format!("the first {} are left out", Span(gate.warmup_seconds)));
    }
    if let Some(work) = &gate.work {
        let changed = if work.load_changed { "; the load changed between the halves" } else { "" };
        lines.push(format!("work counted by {}: {}{changed}", shown(&work.source), work.total));
    }
    lines.extend(gate.allowances.iter().map(|allowance| {
        let state = if allowance.expired { "no longer excuses it since" } else { "excuses it until" };
        let (name, reason) = (shown(&allowance.name), shown(&allowance.reason));
        format!("{name}: an [[allow]] {state} {}: {reason}", allowance.expires)
    }));
    lines
}
