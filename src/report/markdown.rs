//! The report as Markdown: for job summaries and comments.

use std::fmt::Write as _;

use crate::escape;
use crate::event::Timeline;
use crate::schema::{AnswerEntry, GateOutcome, Report, Status, ThresholdEntry};
use crate::units::{ByteRate, Bytes, Span, sparkline};

use super::case::{more_failed, passers_by, waits};

/// Rows a table has at most: a host with thousands of processes is not for reading.
const ROWS: usize = 50;
/// Characters of a sparkline.
const TREND: usize = 16;

/// Targets whose causes are spelled out.
const EXPLAINED: usize = 5;

/// The summary as text. `timelines` belong to the targets of the report, in their order; without them there are no
/// sparklines.
#[must_use]
pub fn markdown(report: &Report, timelines: &[Option<&Timeline>]) -> String {
    let word = match report.verdict.exit_status {
        0 => "passed",
        1 => "failed",
        3 => "inconclusive",
        _ => "did not work",
    };
    // Writing to memory does not fail.
    let mut text = format!("## leakwatch: {word}\n\n{}\n", cell(&report.verdict.summary));
    if let Some(gate) = &report.gate {
        if !gate.thresholds.is_empty() {
            text.push_str("\n| threshold | target | outcome | what was found |\n|---|---|---|---|\n");
        }
        let rows = gate.thresholds.iter().flat_map(|threshold| threshold.answers.iter().map(move |a| (threshold, a)));
        let mut rows: Vec<(&ThresholdEntry, &AnswerEntry)> = rows.collect();
        rows.sort_by_key(|(threshold, answer)| urgency(threshold, answer));
        for (threshold, answer) in rows.iter().take(ROWS) {
            let outcome = match (answer.outcome, threshold.tier.as_str()) {
                (GateOutcome::Pass, _) => "pass",
                (GateOutcome::Fail, "fail") => "**fail**",
                (GateOutcome::Fail, _) => "**warning**",
                (GateOutcome::Inconclusive, _) if answer.counts => "inconclusive",
                (GateOutcome::Inconclusive, _) => "does not count",
            };
            let who = who(&answer.name, answer.pid, answer.members);
            let _ =
                writeln!(text, "| {} | {who} | {outcome} | {} |", cell(&threshold.expression), cell(&answer.message));
        }
        more(&mut text, rows.len());
        for threshold in gate.thresholds.iter().filter(|threshold| threshold.more_failed > 0) {
            let _ = writeln!(text, "\n{}: {}", cell(&threshold.expression), more_failed(threshold));
        }
        for warning in &gate.warnings {
            let _ = writeln!(text, "\n**Warning:** {}", cell(warning));
        }
    }
    text.push_str("\n| target | verdict | growth of memory | 95 % interval | memory | RSS at most | seen for |\n|---|---|---|---|---|---|---|\n");
    for index in by_concern(report).into_iter().take(ROWS) {
        let target = &report.targets[index];
        let rate = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| ByteRate(value).to_string());
        let words = target.verdict.status.words();
        let status = if target.verdict.status == Status::Leaking { format!("**{words}**") } else { words.to_owned() };
        let status = if target.allowed.is_some() { format!("{words} (allowed)") } else { status };
        let growth = &target.growth;
        let interval = match growth.ci_low_bytes_per_s.zip(growth.ci_high_bytes_per_s) {
            Some((low, high)) => format!("{} to {}", ByteRate(low), ByteRate(high)),
            None => "-".to_owned(),
        };
        let rss = target.memory.rss_max_bytes.map_or_else(|| "-".to_owned(), |bytes| Bytes(bytes).to_string());
        let _ = writeln!(
            text,
            "| {} | {status} | {} | {interval} | {} | {rss} | {} |",
            who(&target.name, target.pid, target.members),
            rate(growth.rate_bytes_per_s),
            timelines.get(index).copied().flatten().map_or_else(String::new, trend),
            Span(target.observed_seconds)
        );
    }
    more(&mut text, report.targets.len());
    let places = by_concern(report).into_iter().map(|index| &report.targets[index]);
    let causes = places.filter_map(|target| Some((target, target.attribution.as_ref()?)));
    for (target, causes) in causes.take(EXPLAINED) {
        let _ = writeln!(text, "\n**{}**\n", who(&target.name, target.pid, target.members));
        for line in &causes.text {
            let _ = writeln!(text, "- {}", cell(line));
        }
        for step in &causes.next_steps {
            let caution = step.caution.as_ref().map_or_else(String::new, |caution| format!(" ({})", cell(caution)));
            let _ = writeln!(text, "- next: {} shows {}{caution}", cell(&step.command), cell(&step.shows));
        }
    }
    text
}

/// What fails must not be cut off behind what passes: the least is the most urgent.
fn urgency(threshold: &ThresholdEntry, answer: &AnswerEntry) -> u8 {
    match answer.outcome {
        GateOutcome::Fail if threshold.tier == "fail" => 0,
        GateOutcome::Inconclusive if answer.counts => 1,
        GateOutcome::Fail => 2,
        GateOutcome::Pass => 3,
        GateOutcome::Inconclusive => 4,
    }
}

/// Places of the targets: what leaks or is suspect first, then what could not be told, then the others, each with the fastest
/// growth first.
fn by_concern(report: &Report) -> Vec<usize> {
    let passers_by = passers_by(report);
    let rank = |index: usize| {
        let target = &report.targets[index];
        let urgency = match target.verdict.status {
            Status::Leaking => 0,
            Status::Suspect => 1,
            _ if waits(target) && !passers_by[index] => 2,
            _ => 3,
        };
        (urgency, target.allowed.is_some())
    };
    let rate = |index: usize| report.targets[index].growth.rate_bytes_per_s.unwrap_or(f64::NEG_INFINITY);
    let mut places: Vec<usize> = (0..report.targets.len()).collect();
    places.sort_by(|&a, &b| rank(a).cmp(&rank(b)).then(rate(b).total_cmp(&rate(a))));
    places
}

/// The timeline in characters; the mean of a point is what is judged.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes are not negative; saturates")]
fn trend(timeline: &Timeline) -> String {
    sparkline(&timeline.points().iter().map(|point| point.mean as u64).collect::<Vec<_>>(), TREND)
}

fn more(text: &mut String, rows: usize) {
    if rows > ROWS {
        let _ = writeln!(text, "\nand {} more", rows - ROWS);
    }
}

fn who(name: &str, pid: Option<u32>, members: Option<u64>) -> String {
    match (members, pid) {
        (Some(members), _) => format!("{} (all {members} together)", cell(name)),
        (None, Some(pid)) => format!("{} ({pid})", cell(name)),
        (None, None) => cell(name),
    }
}

/// Foreign text in a cell: one line, and nothing of it is markup.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in escape::terminal(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
