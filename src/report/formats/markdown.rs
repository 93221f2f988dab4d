//! Markdown, for job summaries and comments.

use std::fmt::Write as _;

use crate::escape;
use crate::event::{Point, Timeline};
use crate::schema::{ResultEntry, Status, ThresholdEntry, ThresholdOutcome, Thresholds};
use crate::units::{Axis, Bytes, sparkline};

use crate::report::build::{heading, omitted_failures};
use crate::report::document::Document;

/// Largest number of rows of a table.
const ROWS: usize = 50;
/// Characters of a sparkline.
const TREND: usize = 16;
/// Targets whose attribution is listed.
const EXPLAINED: usize = 5;

/// Returns the report as Markdown text. Without timelines there are no sparklines.
#[must_use]
pub fn markdown(document: &Document<'_>) -> String {
    let mut text = format!("## leakwatch: {}\n\n{}\n", heading(document), cell(&document.outcome.summary));
    if let Some(gate) = &document.report.gate {
        push_thresholds(&mut text, gate);
    }
    let order = by_concern(document);
    push_targets(&mut text, document, &order);
    push_reasons(&mut text, document, &order);
    push_attributions(&mut text, document, &order);
    push_lives(&mut text, document, &order);
    text
}

/// Appends the table of threshold expressions: failures first.
fn push_thresholds(text: &mut String, gate: &Thresholds) {
    if !gate.thresholds.is_empty() {
        text.push_str("\n| threshold expression | target | result | measured |\n|---|---|---|---|\n");
    }
    let rows = gate.thresholds.iter().flat_map(|threshold| threshold.answers.iter().map(move |a| (threshold, a)));
    let mut rows: Vec<(&ThresholdEntry, &ResultEntry)> = rows.collect();
    rows.sort_by_key(|(threshold, answer)| urgency(threshold, answer));
    for (threshold, answer) in rows.iter().take(ROWS) {
        let result = match (answer.outcome, threshold.tier.as_str()) {
            (ThresholdOutcome::Pass, _) => "pass",
            (ThresholdOutcome::Fail, "fail") => "**fail**",
            (ThresholdOutcome::Fail, _) => "**warning**",
            (ThresholdOutcome::Inconclusive, _) if answer.counts => "undecided",
            (ThresholdOutcome::Inconclusive, _) => "does not count",
        };
        let name = cell(&answer.describe());
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} | {name} | {result} | {} |", cell(&threshold.expression), cell(&answer.message));
    }
    push_more(text, rows.len());
    for threshold in gate.thresholds.iter().filter(|threshold| threshold.more_failed > 0) {
        let _ = writeln!(text, "\n{}: {}", cell(&threshold.expression), omitted_failures(threshold));
    }
    for warning in &gate.warnings {
        let _ = writeln!(text, "\n**Warning:** {}", cell(warning));
    }
}

/// Appends the table of targets.
fn push_targets(text: &mut String, document: &Document<'_>, order: &[usize]) {
    text.push_str("\n| target | verdict | memory growth | 95 % CI | memory | highest RSS | observed |\n");
    text.push_str("|---|---|---|---|---|---|---|\n");
    for &index in order.iter().take(ROWS) {
        let target = &document.report.targets[index];
        let growth = &target.growth;
        let axis = Axis::from_name(&growth.axis);
        let interval = match growth.ci_low_bytes_per_s.zip(growth.ci_high_bytes_per_s) {
            Some((low, high)) => format!("{} to {}", axis.byte_rate(low), axis.byte_rate(high)),
            None => "-".to_owned(),
        };
        let rate = growth.rate_bytes_per_s.map_or_else(|| "-".to_owned(), |rate| axis.byte_rate(rate));
        let rss = target.memory.rss_max_bytes.map_or_else(|| "-".to_owned(), |bytes| Bytes(bytes).to_string());
        let _ = writeln!(
            text,
            "| {} | {} | {rate} | {interval} | {} | {rss} | {} |",
            cell(&target.describe()),
            verdict(document, index),
            document.timelines.get(index).copied().flatten().map_or_else(String::new, trend),
            axis.span(target.observed_seconds)
        );
    }
    push_more(text, document.report.targets.len());
}

/// Returns the verdict on a target. A target that another one leads names it.
fn verdict(document: &Document<'_>, index: usize) -> String {
    let target = &document.report.targets[index];
    let words = target.verdict.status.words();
    if target.allowed.is_some() {
        return format!("{words} (allowed)");
    }
    if let Some(lead) = document.lead(index) {
        let lead = &document.report.targets[lead];
        return format!("{words} (same as {})", cell(&lead.describe()));
    }
    if target.verdict.status == Status::Leaking { format!("**{words}**") } else { words.to_owned() }
}

/// Appends the first reason of each leak and suspect: its growth, and the threshold that it exceeds.
fn push_reasons(text: &mut String, document: &Document<'_>, order: &[usize]) {
    let leads = order.iter().filter(|&&index| document.lead(index).is_none());
    let targets = leads.map(|&index| &document.report.targets[index]);
    let found = targets.filter(|target| matches!(target.verdict.status, Status::Leaking | Status::Suspect));
    for (number, target) in found.take(EXPLAINED).enumerate() {
        let Some(reason) = target.verdict.reasons.iter().find(|reason| reason.for_leak) else { continue };
        let gap = if number == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{gap}- {}: {}", cell(&target.describe()), cell(&reason.text));
    }
}

/// Appends the parts that grew, with the next steps.
fn push_attributions(text: &mut String, document: &Document<'_>, order: &[usize]) {
    let leads = order.iter().filter(|&&index| document.lead(index).is_none());
    let targets = leads.map(|&index| &document.report.targets[index]);
    let explained = targets.filter_map(|target| Some((target, target.attribution.as_ref()?)));
    for (target, attribution) in explained.take(EXPLAINED) {
        let _ = writeln!(text, "\n**{}**\n", cell(&target.describe()));
        for line in &attribution.text {
            let _ = writeln!(text, "- {}", cell(line));
        }
        for step in &attribution.next_steps {
            let caution = step.caution.as_ref().map_or_else(String::new, |caution| format!(" ({})", cell(caution)));
            let _ = writeln!(text, "- next: {} shows {}{caution}", cell(&step.command), cell(&step.shows));
        }
    }
}

/// Appends the lives of services that restart, if they agree on growth.
fn push_lives(text: &mut String, document: &Document<'_>, order: &[usize]) {
    let targets = order.iter().map(|&index| &document.report.targets[index]);
    let grown = targets.filter_map(|target| Some((target, target.lives.as_ref()?)));
    for (target, lives) in grown.filter(|(_, lives)| lives.status.is_some()).take(EXPLAINED) {
        let _ = writeln!(text, "\n**{}**: {}", cell(&target.describe()), cell(&lives.text));
    }
}

/// Returns the urgency of a result: 0 is the most urgent.
fn urgency(threshold: &ThresholdEntry, answer: &ResultEntry) -> u8 {
    match answer.outcome {
        ThresholdOutcome::Fail if threshold.tier == "fail" => 0,
        ThresholdOutcome::Inconclusive if answer.counts => 1,
        ThresholdOutcome::Fail => 2,
        ThresholdOutcome::Pass => 3,
        ThresholdOutcome::Inconclusive => 4,
    }
}

/// Returns the indexes of the targets: leaking, suspect and undecided ones first, then by growth.
fn by_concern(document: &Document<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..document.report.targets.len()).collect();
    order.sort_by(|&a, &b| {
        rank(document, a).cmp(&rank(document, b)).then(rate(document, b).total_cmp(&rate(document, a)))
    });
    document.grouped(&order)
}

/// Returns the rank of a target: the lowest is the most urgent.
fn rank(document: &Document<'_>, index: usize) -> (u8, bool) {
    let (target, case) = (&document.report.targets[index], &document.outcome.targets[index]);
    let urgency = match target.verdict.status {
        Status::Leaking => 0,
        Status::Suspect => 1,
        _ if case.is_open && !case.is_short_lived => 2,
        _ => 3,
    };
    (urgency, target.allowed.is_some())
}

fn rate(document: &Document<'_>, index: usize) -> f64 {
    document.report.targets[index].growth.rate_bytes_per_s.unwrap_or(f64::NEG_INFINITY)
}

/// Returns a timeline as a sparkline of the highest values, as the table on a terminal does.
fn trend(timeline: &Timeline) -> String {
    sparkline(&timeline.points().iter().map(Point::high).collect::<Vec<_>>(), TREND)
}

/// Appends the number of rows that are left out.
fn push_more(text: &mut String, rows: usize) {
    if rows > ROWS {
        let _ = writeln!(text, "\nand {} more", rows - ROWS);
    }
}

/// Escapes foreign text for a cell: one line without markup.
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
