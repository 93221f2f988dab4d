//! What a session came to: the table once more, and the reasons for what it says.

use std::fmt::Write;

use crate::advice;
use crate::analysis::Status;
use crate::escape;
use crate::event::{RetiredSummary, Target};
use crate::units::Bytes;

use super::concern::by_concern;
use super::table::{TableSize, table};
use super::{Style, describe_target, figures, wrapped};

/// Targets whose reasons are spelled out.
const EXPLAINED: usize = 5;

/// Names of short-lived processes that are named.
const NAMES: usize = 5;

/// The closing table and the reasons of the most alarming targets; `retired` are those that the table leaves out, `width`
/// is that of the terminal, if one reads this.
#[must_use]
pub fn summary(targets: &[Target], retired: &[RetiredSummary], width: Option<u16>, style: Style) -> String {
    if targets.is_empty() {
        return String::new();
    }
    let mut text =
        table(targets, TableSize { width: width.unwrap_or(TableSize::UNBOUNDED.width), rows: usize::MAX }, style);
    text.push('\n');
    for line in retired.iter().take(NAMES) {
        let _ = writeln!(text, " {}", came_and_went(line));
    }
    if retired.len() > NAMES {
        let more: u64 = retired[NAMES..].iter().map(|line| line.count).sum();
        let _ = writeln!(text, " and {more} more of other names");
    }
    let mut explained: Vec<&Target> = targets.iter().collect();
    explained.sort_by(|a, b| by_concern(a, b));
    let few = targets.len() <= EXPLAINED;
    for target in explained.iter().filter(|target| few || is_alarming(target)).take(EXPLAINED) {
        text.push('\n');
        text.push_str(&wrapped(&words(target, style), width));
    }
    text
}

/// Targets of one name that have gone: `312 more of sleep came and went, 1.8 MiB at most`.
fn came_and_went(line: &RetiredSummary) -> String {
    let name = if line.name.is_empty() { "other names".into() } else { escape::terminal(&line.name) };
    let most = line.rss_max.map_or_else(String::new, |most| format!(", {} at most", Bytes(most)));
    let alarming = if line.alarming > 0 { format!(", {} leaking or suspect", line.alarming) } else { String::new() };
    format!("{} more of {name} came and went{most}{alarming}", line.count)
}

fn is_alarming(target: &Target) -> bool {
    target.assessment.verdict.status >= Status::Suspect
}

fn words(target: &Target, style: Style) -> String {
    let mut text = String::new();
    let known = &target.assessment;
    let verdict = figures::verdict_words(known);
    let seen = figures::seen(target);
    let head = format!("{}: {verdict}, seen for {seen}", describe_target(target));
    let _ = writeln!(text, "{}", style.bold(&head));
    for reason in &known.verdict.reasons {
        let mark = if reason.for_leak { '+' } else { '-' };
        let _ = writeln!(text, "  {mark} {}", escape::terminal(&reason.to_string()));
    }
    for other in &known.resources {
        let decided = known.verdict.resource == Some(other.resource);
        if other.status >= Status::Suspect && !decided {
            let _ = writeln!(text, "  + {}", figures::other_resource(other));
        }
    }
    if known.verdict.status == Status::Leaking
        && known.forecast.not_before_s.is_some()
        && let Some(ceiling) = &target.current.ceiling
    {
        let _ = writeln!(text, "  at this rate {}", figures::full(ceiling, known));
    }
    for line in advice::explain(target) {
        let _ = writeln!(text, "  {}", escape::terminal(&line));
    }
    for step in advice::next_steps_for(target) {
        let _ = writeln!(text, "  next: {}", style.bold(&escape::terminal(&step.command)));
        let caution = step.caution.map_or_else(String::new, |caution| format!(" ({caution})"));
        let _ = writeln!(text, "        shows {}{caution}", step.shows);
    }
    for (counter, right) in &target.current.denied {
        let _ = writeln!(text, "  {} could not be read: it needs {right}", counter.column());
    }
    text
}
