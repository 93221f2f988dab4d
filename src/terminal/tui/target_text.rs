//! The text on the selected target: verdict, next steps and evidence.

use ratatui::style::Color;
use ratatui::text::{Line, Span as Piece};

use crate::escape;
use crate::event::{Target, Timeline};
use crate::model::{Counter, CounterUnit};
use crate::terminal::formatting::describe_target;
use crate::terminal::target_summary::{
    ReasonLine, format_effect, format_measurement, format_status, full_causes, full_reasons, steps_for_finding,
};
use crate::units::SignedBytes;

use super::palette::Palette;

/// Returns all lines on a target.
pub(super) fn target_lines(target: &Target, timeline: Option<&Timeline>, palette: Palette) -> Vec<Line<'static>> {
    let status = target.assessment.verdict.status;
    let mut lines = vec![Line::from(vec![
        Piece::styled(describe_target(target), palette.bold()),
        Piece::raw(": "),
        Piece::styled(format_status(target), palette.verdict(status)),
        Piece::raw(format_measurement(target)),
    ])];
    lines.extend(full_reasons(target).iter().map(|reason| reason_line(reason, palette)));
    lines.extend(timeline.filter(|_| !crate::advice::is_suspected(target)).and_then(growth_sentence).map(Line::from));
    for step in steps_for_finding(target, &[]) {
        lines.push(Line::from(vec![
            Piece::raw("next: "),
            Piece::styled(escape::terminal(&step.command).into_owned(), palette.bold()),
            Piece::styled(format!("  # {}", format_effect(&step)), palette.dim()),
        ]));
    }
    lines.extend(full_causes(target).iter().map(|cause| Line::from(escape::terminal(cause).into_owned())));
    lines
}

fn reason_line(reason: &ReasonLine, palette: Palette) -> Line<'static> {
    let style = match reason.for_leak {
        Some(true) => palette.colour(Color::Red).patch(palette.bold()),
        Some(false) => palette.colour(Color::Blue).patch(palette.bold()),
        None => palette.dim(),
    };
    Line::from(vec![Piece::styled(reason.mark(), style), Piece::raw(escape::terminal(&reason.text).into_owned())])
}

/// Returns the growth of each counter: `since the first sample: anonymous +12.0 MiB, descriptors +3`.
fn growth_sentence(timeline: &Timeline) -> Option<String> {
    let charted = Counter::ALL.into_iter().filter(|counter| counter.is_charted());
    let parts: Vec<String> = charted.filter_map(|counter| counter_growth(timeline, counter)).collect();
    (!parts.is_empty()).then(|| format!("since the first sample: {}", parts.join(", ")))
}

fn counter_growth(timeline: &Timeline, counter: Counter) -> Option<String> {
    let (first, last) = (timeline.points().first()?.value(counter)?, timeline.points().last()?.value(counter)?);
    let size = i64::try_from(last.abs_diff(first)).unwrap_or(i64::MAX);
    let change = if last < first { -size } else { size };
    let label = counter.label();
    match counter.unit() {
        _ if change == 0 => None,
        CounterUnit::Bytes => Some(format!("{label} {}", SignedBytes(change))),
        CounterUnit::Count => Some(format!("{label} {change:+}")),
    }
}
