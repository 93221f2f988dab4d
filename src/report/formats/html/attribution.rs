//! Attribution on the page: parts that grew, and the next steps.

use serde::Serialize;

use crate::schema::{Attribution, Inspections, NextStep, PartEntry};
use crate::units::{Bytes, SignedBytes};

use super::text::{UNKNOWN, shown};

/// Largest number of parts of each kind.
const ROWS: usize = 8;

/// Data of the template for an attribution.
#[derive(Debug, Serialize)]
pub(super) struct AttributionSection {
    text: Vec<String>,
    parts: Vec<PartRow>,
    steps: Vec<Step>,
}

/// Row of the table of parts.
#[derive(Debug, Serialize)]
struct PartRow {
    part: String,
    first: String,
    last: String,
    change: String,
}

/// Command with its description.
#[derive(Debug, Serialize)]
struct Step {
    command: String,
    description: String,
}

/// Unit of the amounts of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Count,
}

impl Unit {
    fn amount(self, value: u64) -> String {
        match self {
            Self::Bytes => Bytes(value).to_string(),
            Self::Count => value.to_string(),
        }
    }

    fn change(self, first: u64, last: u64) -> String {
        let change = signed(last).saturating_sub(signed(first));
        match self {
            Self::Bytes => SignedBytes(change).to_string(),
            Self::Count => format!("{change:+}"),
        }
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Returns an attribution for the page.
pub(super) fn attribution(known: &Attribution) -> AttributionSection {
    let kinds = [(&known.mappings, Unit::Bytes), (&known.descriptors, Unit::Count), (&known.threads, Unit::Count)];
    let parts = kinds.into_iter().flat_map(|(inspections, unit)| rows(inspections.as_ref(), unit));
    AttributionSection {
        text: known.text.iter().map(|line| shown(line)).collect(),
        parts: parts.collect(),
        steps: known.next_steps.iter().map(step).collect(),
    }
}

fn step(step: &NextStep) -> Step {
    let caution = step.caution.as_ref().map_or_else(String::new, |caution| format!(" – {}", shown(caution)));
    Step { command: shown(&step.command), description: format!("shows {}{caution}", shown(&step.shows)) }
}

/// Returns the parts that changed, and the large ones among the others.
fn rows(inspections: Option<&Inspections>, unit: Unit) -> Vec<PartRow> {
    let Some(inspections) = inspections else { return Vec::new() };
    let largest = inspections.parts.iter().map(|part| part.last).max().unwrap_or(0);
    let shown = inspections
        .parts
        .iter()
        .filter(|part| part.first.is_some_and(|first| first != part.last) || part.last >= largest / 10);
    shown.take(ROWS).map(|part| row(part, unit)).collect()
}

fn row(part: &PartEntry, unit: Unit) -> PartRow {
    let kind = part.kind.replace('_', " ");
    PartRow {
        part: part.name.as_ref().map_or_else(|| kind.clone(), |name| format!("{kind}: {}", shown(name))),
        first: part.first.map_or_else(|| UNKNOWN.to_owned(), |first| unit.amount(first)),
        last: unit.amount(part.last),
        change: part.first.map_or_else(|| UNKNOWN.to_owned(), |first| unit.change(first, part.last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kind: &str, name: Option<&str>, first: u64, last: u64) -> PartEntry {
        PartEntry { kind: kind.to_owned(), name: name.map(str::to_owned), first: Some(first), last }
    }

    #[test]
    fn small_unchanged_parts_are_left_out_and_names_are_escaped() {
        let parts = vec![
            part("named_anonymous", Some("a\u{1b}[2J"), 1024, 3072),
            part("heap", None, 9000, 9000),
            part("file", Some("/lib/x"), 10, 10),
        ];
        let inspections = Inspections { first_at: String::new(), last_at: None, parts };
        let rows = rows(Some(&inspections), Unit::Bytes);
        assert_eq!(
            rows.iter().map(|row| row.part.as_str()).collect::<Vec<_>>(),
            ["named anonymous: a\\x1b[2J", "heap"]
        );
        assert_eq!((&*rows[0].first, &*rows[0].change), ("1.0 KiB", "+2.0 KiB"));
    }
}
