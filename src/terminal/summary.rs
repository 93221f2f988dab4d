//! Summary at the end of a session: the table, and the verdict with reasons and next steps for each finding.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::analysis::{Rule, Status, ThresholdOrigin};
use crate::escape;
use crate::event::{RetiredSummary, Target};
use crate::outcome::{Finding, findings};
use crate::units::{Axis, Bytes};

use super::formatting::describe_target;
use super::shared_leaks::{SharedLeaks, counted};
use super::sort_order::sort_by_verdict;
use super::style::Style;
use super::table::{TableSize, format_table};
use super::target_summary::{
    format_effect, format_headline, full_causes, full_reasons, short_reasons, steps_for_finding, withheld,
};
use super::wrap::wrap_text;

/// Most targets that are described one by one.
const MAX_DESCRIBED: usize = 5;
/// Most names of retired targets.
const MAX_NAMES: usize = 5;

/// Form of a summary.
#[derive(Debug, Clone, Copy)]
pub struct SummaryOptions {
    /// Columns of the terminal; `None` without a terminal.
    pub width: Option<u16>,
    /// Colours.
    pub style: Style,
    /// True for all evidence instead of the main reasons.
    pub explain: bool,
    /// True if undecided thresholds name the time that is missing. The main reasons then leave out that of the verdicts.
    pub thresholds_wait: bool,
}

/// Formats the table of targets and describes the findings. `retired` counts targets that the table leaves out.
#[must_use]
pub fn format_summary(
    targets: &[Target],
    retired: &[RetiredSummary],
    allowed: &BTreeMap<u64, String>,
    options: SummaryOptions,
) -> String {
    if targets.is_empty() {
        return String::new();
    }
    let shared = SharedLeaks::find(targets);
    let width = options.width.unwrap_or(TableSize::UNBOUNDED.width);
    let mut text = format_table(targets, &shared, TableSize { width, rows: usize::MAX }, options.style);
    text.push('\n');
    for summary in retired.iter().take(MAX_NAMES) {
        let _ = writeln!(text, " {}", format_retired(summary));
    }
    if retired.len() > MAX_NAMES {
        let more: u64 = retired[MAX_NAMES..].iter().map(|summary| summary.count).sum();
        let _ = writeln!(text, " {more} of other names: short-lived, not listed");
    }
    let found = findings(targets);
    let mut described: Vec<&Target> = if found.is_empty() && options.explain {
        targets.iter().collect()
    } else {
        found.iter().map(|finding| &targets[finding.lead]).collect()
    };
    sort_by_verdict(&mut described, &shared);
    for target in described.iter().take(MAX_DESCRIBED) {
        let others = others_of(target, &found, targets);
        let _ = write!(text, "\n{}", describe_finding(target, &others, options));
        if let Some(why) = allowed.get(&target.number) {
            let _ = writeln!(text, "{}", wrap_text(&format!("  {}", escape::terminal(why)), options.width));
        }
    }
    if described.len() > MAX_DESCRIBED {
        let more = counted(described.len() - MAX_DESCRIBED, "further target");
        let _ = writeln!(text, "\n{more} not described here; a report (-o report.html) describes all");
    }
    if described.is_empty() {
        let _ = writeln!(text, "\n{}", wrap_text(&format_unsuspected(targets), options.width));
        text.push_str(&wrap_text(&format_stable_growth(targets), options.width));
        if !options.thresholds_wait || options.explain {
            text.push_str(&wrap_text(&format_undecided(targets), options.width));
        }
    }
    text
}

/// Returns a line for each undecided target with the reason; empty if there are many.
fn format_undecided(targets: &[Target]) -> String {
    let undecided = targets.iter().filter(|target| target.assessment.verdict.status != Status::Stable);
    let lines = undecided.take(MAX_DESCRIBED + 1).map(|target| {
        let verdict = &target.assessment.verdict;
        let reason = withheld(target).or_else(|| verdict.reasons.first().map(ToString::to_string));
        let reason = reason.unwrap_or_else(|| verdict.status.label().to_owned());
        format!("  {}: {}\n", describe_target(target), escape::terminal(&reason))
    });
    let lines: Vec<String> = lines.collect();
    if lines.len() > MAX_DESCRIBED { String::new() } else { lines.concat() }
}

/// Returns a line for each of the first stable targets that grow: into a memory limit, or below a threshold of an option.
fn format_stable_growth(targets: &[Target]) -> String {
    let reasons = targets.iter().filter_map(|target| {
        let known = &target.assessment;
        let is_growth = known.growth.ci_low.is_some_and(|low| low > 0.0);
        let is_by_option = known.growth.threshold_origin != ThresholdOrigin::Level;
        let is_hidden = known.verdict.status == Status::Stable && is_growth && is_by_option;
        let mut reasons = known.verdict.reasons.iter();
        let reason = reasons.find(|reason| match reason.rule {
            Rule::Forecast => true,
            Rule::GrowthRate => is_hidden && known.forecast.likely_by_s.is_none(),
            _ => false,
        })?;
        Some(format!("  {}: {}\n", describe_target(target), escape::terminal(&reason.to_string())))
    });
    reasons.take(MAX_DESCRIBED).collect()
}

/// Returns the other targets that show the leak of a target.
fn others_of<'a>(lead: &Target, found: &[Finding], targets: &'a [Target]) -> Vec<&'a Target> {
    let finding = found.iter().find(|finding| targets[finding.lead].number == lead.number);
    finding.map_or_else(Vec::new, |finding| finding.others.iter().map(|&other| &targets[other]).collect())
}

/// Describes a target: headline, reasons and next steps.
fn describe_finding(target: &Target, others: &[&Target], options: SummaryOptions) -> String {
    let SummaryOptions { width, style, explain, thresholds_wait } = options;
    let mut text = style.bold(&format_headline(target));
    text.push('\n');
    if explain {
        for reason in full_reasons(target) {
            let _ = writeln!(text, "  {}{}", reason.mark(), escape::terminal(&reason.text));
        }
        for cause in full_causes(target) {
            let _ = writeln!(text, "  {}", escape::terminal(&cause));
        }
    } else {
        for reason in short_reasons(target, !thresholds_wait) {
            let _ = writeln!(text, "  {}", escape::terminal(&reason));
        }
    }
    let shown_steps = if explain { usize::MAX } else { 1 };
    for step in steps_for_finding(target, others).into_iter().take(shown_steps) {
        let (command, effect) = (escape::terminal(&step.command), format_effect(&step));
        let length = command.chars().count() + effect.chars().count() + "  next:   # ".len();
        let separator = if width.is_none_or(|width| length <= width.into()) { "  # " } else { "\n        " };
        let _ = writeln!(text, "  next: {}{separator}{effect}", style.bold(&command));
    }
    wrap_text(&text, width)
}

/// Counts the retired targets of one name: `sleep ×312: short-lived, not listed, RSS at most 1.8 MiB`.
fn format_retired(summary: &RetiredSummary) -> String {
    let name = if summary.name.is_empty() { "other names".into() } else { escape::terminal(&summary.name) };
    let rss = summary.rss_max.map_or_else(String::new, |most| format!(", RSS at most {}", Bytes(most)));
    let alarming = match summary.alarming {
        0 => String::new(),
        count => format!(", {count} leaking or suspect"),
    };
    format!("{name} ×{}: short-lived, not listed{rss}{alarming}", summary.count)
}

/// Returns one line for all targets of a session without findings.
fn format_unsuspected(targets: &[Target]) -> String {
    let mut counts: BTreeMap<Status, usize> = BTreeMap::new();
    for target in targets {
        *counts.entry(target.assessment.verdict.status).or_default() += 1;
    }
    let all = counted(targets.len(), "target");
    let verdicts: Vec<String> = match counts.iter().collect::<Vec<_>>().as_slice() {
        [(status, _)] => vec![status.label().to_owned()],
        several => several.iter().map(|(status, count)| format!("{count} {}", status.label())).collect(),
    };
    let verdicts = format!("{all}: {}", verdicts.join(", "));
    let axis = targets.first().map_or(Axis::Time, |target| target.assessment.growth.axis);
    let observed_s = targets.iter().map(|target| target.assessment.observed_s).fold(0.0, f64::max);
    let stable = targets.iter().filter(|target| target.assessment.verdict.status == Status::Stable);
    let limits: Option<Vec<f64>> = stable.map(|target| target.assessment.growth.detection_limit()).collect();
    let limit = limits.and_then(|limits| limits.into_iter().reduce(f64::max));
    let detectable = limit.map_or_else(String::new, |limit| {
        let subject = if counts.len() == 1 { "" } else { " in the stable ones" };
        format!("; growth above {} would have been detected{subject}", axis.byte_limit(limit))
    });
    format!("{verdicts}, observed for up to {}{detectable}", axis.span(observed_s.round()))
}
