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
    // What has not changed is of interest only where it is much.
    let largest = looks.and_then(|looks| looks.parts.iter().map(|part| part.last).max()).unwrap_or(0);
    let is_telling =
        |part: &&PartEntry| part.first.is_some_and(|first| first != part.last) || part.last >= largest / 10;
    looks.map_or_else(Vec::new, |looks| looks.parts.iter().filter(is_telling).take(ROWS).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_small_and_still_is_left_out_and_names_are_escaped() {
        let part = |kind: &str, name: Option<&str>, first, last| PartEntry {
            kind: kind.to_owned(),
            name: name.map(str::to_owned),
            first,
            last,
        };
        let parts = vec![
            part("named_anonymous", Some("a\u{1b}[2J"), Some(1024), 3072),
            part("heap", None, Some(9000), 9000),
            part("file", Some("/lib/x"), Some(10), 10),
        ];
        let looks = Looks { first_at: String::new(), last_at: None, parts };
        let rows = rows(Some(&looks), |value| Bytes(value).to_string(), |change| SignedBytes(change).to_string());
        assert_eq!(
            rows.iter().map(|row| row.what.as_str()).collect::<Vec<_>>(),
            ["named anonymous: a\\x1b[2J", "heap"]
        );
        assert_eq!((&*rows[0].first, &*rows[0].change), ("1.0 KiB", "+2.0 KiB"));
    }
}
