//! The selected target in words: its verdict, why, what grows, and when memory is full.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as Piece};

use crate::advice;
use crate::escape;
use crate::event::{Target, Timeline};
use crate::model::{Counter, CounterUnit};
use crate::units::SignedBytes;

use super::super::{describe_target, figures};
use super::draw::Palette;

/// All lines on a target.
pub(super) fn details(target: &Target, timeline: Option<&Timeline>, palette: Palette) -> Vec<Line<'static>> {
    let known = &target.assessment;
    let mut lines = vec![Line::from(vec![
        Piece::styled(describe_target(target), Style::new().add_modifier(Modifier::BOLD)),
        Piece::raw(": "),
        Piece::styled(figures::verdict_words(known), palette.verdict(known.verdict.status)),
        Piece::raw(format!(", seen for {}", figures::seen(target))),
    ])];
    if let Some(full) = full(target) {
        lines.push(Line::styled(full, palette.ink(Color::Yellow)));
    }
    for reason in &known.verdict.reasons {
        let (mark, colour) = if reason.for_leak { ("+ ", Color::Red) } else { ("- ", Color::Blue) };
        lines.push(Line::from(vec![
            Piece::styled(mark, palette.ink(colour).add_modifier(Modifier::BOLD)),
            Piece::raw(escape::terminal(&reason.to_string()).into_owned()),
        ]));
    }
    for other in known.resources.iter().filter(|other| known.verdict.resource != Some(other.resource)) {
        if other.status >= crate::analysis::Status::Suspect {
            lines.push(Line::from(format!("+ {}", figures::other_resource(other))));
        }
    }
    if advice::is_suspected(target) {
        lines.extend(advice::explain(target).iter().map(|line| Line::from(escape::terminal(line).into_owned())));
        lines.extend(advice::next_steps_for(target).iter().map(|step| next(step, palette)));
    } else if let Some(grown) = timeline.and_then(grown) {
        lines.push(Line::from(grown));
    }
    for (counter, right) in &target.current.denied {
        lines.push(Line::styled(format!("{} could not be read: it needs {right}", counter.column()), palette.dim()));
    }
    lines
}

fn next(step: &advice::NextStep, palette: Palette) -> Line<'static> {
    let caution = step.caution.map_or_else(String::new, |caution| format!("  ({caution})"));
    Line::from(vec![
        Piece::raw("next: "),
        Piece::styled(escape::terminal(&step.command).into_owned(), Style::new().add_modifier(Modifier::BOLD)),
        Piece::styled(caution, palette.dim()),
    ])
}

fn full(target: &Target) -> Option<String> {
    target.assessment.forecast.not_before_s.or(target.assessment.forecast.likely_by_s)?;
    let ceiling = target.current.ceiling.as_ref()?;
    Some(figures::full(ceiling, &target.assessment))
}

/// What each kind has grown by since the first sample: `since the start: anonymous +12.0 MiB, open files +3`.
fn grown(timeline: &Timeline) -> Option<String> {
    let (first, last) = (timeline.points().first()?, timeline.points().last()?);
    let change = |counter: Counter| {
        let (before, after) = (first.value(counter)?, last.value(counter)?);
        let size = i64::try_from(after.abs_diff(before)).unwrap_or(i64::MAX);
        (size != 0).then_some(if after < before { -size } else { size })
    };
    let charted = Counter::ALL.into_iter().filter(|counter| counter.is_charted());
    let changes = charted.filter_map(|counter| {
        let (label, change) = (counter.label(), change(counter)?);
        Some(match counter.unit() {
            CounterUnit::Bytes => format!("{label} {}", SignedBytes(change)),
            CounterUnit::Count => format!("{label} {change:+}"),
        })
    });
    let parts: Vec<String> = changes.collect();
    (!parts.is_empty()).then(|| format!("since the first sample: {}", parts.join(", ")))
}
