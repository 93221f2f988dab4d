//! What grows in a target and what to run next, on the page.

use serde::Serialize;

use crate::schema::{Attribution, Looks, PartEntry};
use crate::units::{Bytes, SignedBytes};

use super::shown;

/// Parts of each kind that the table has.
const ROWS: usize = 8;
/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// What the template shows of the causes.
#[derive(Debug, Serialize)]
pub(super) struct Causes {
    text: Vec<String>,
    parts: Vec<Row>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Row {
    what: String,
    first: String,
    last: String,
    change: String,
}

#[derive(Debug, Serialize)]
struct Step {
    command: String,
    what: String,
}

/// The causes as the page shows them.
pub(super) fn causes(known: &Attribution) -> Causes {
    let bytes =
        |looks: &Option<Looks>| rows(looks.as_ref(), |value| Bytes(value).to_string(), |n| SignedBytes(n).to_string());
    let count = |looks: &Option<Looks>| rows(looks.as_ref(), |value| value.to_string(), |n| format!("{n:+}"));
    let parts = [bytes(&known.mappings), count(&known.descriptors), count(&known.threads)].into_iter().flatten();
    let steps = known.next_steps.iter().map(|step| Step {
        command: shown(&step.command),
        what: match &step.caution {
            Some(caution) => format!("shows {} – {}", shown(&step.shows), shown(caution)),
            None => format!("shows {}", shown(&step.shows)),
        },
    });
    Causes { text: known.text.iter().map(|line| shown(line)).collect(), parts: parts.collect(), steps: steps.collect() }
}

fn rows(looks: Option<&Looks>, amount: impl Fn(u64) -> String, change: impl Fn(i64) -> String) -> Vec<Row> {
    let row = |part: &PartEntry| Row {
        what: match &part.name {
            Some(name) => format!("{}: {}", part.kind.replace('_', " "), shown(name)),
            None => part.kind.replace('_', " "),
        },
        first: part.first.map_or_else(|| UNKNOWN.to_owned(), &amount),
        last: amount(part.last),
        change: part.first.map_or_else(
            || UNKNOWN.to_owned(),
            |first| {
                let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
                change(signed(part.last).saturating_sub(signed(first)))
            },
        ),
    };
    looks.map_or_else(Vec::new, |looks| looks.parts.iter().take(ROWS).map(row).collect())
}
