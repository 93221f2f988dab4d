//! Heading of a report for people.

use crate::outcome::ExitStatus;
use crate::report::document::Document;

/// Returns the result in a few words: `failed`, `passed`, or the findings of a session that they do not fail.
pub(in crate::report) fn heading(document: &Document<'_>) -> String {
    let found = findings(document);
    match document.outcome.exit {
        ExitStatus::Found => match found {
            Some(found) if !has_fail_thresholds(document) => format!("failed, {found}"),
            _ => "failed".to_owned(),
        },
        ExitStatus::Inconclusive => "inconclusive".to_owned(),
        ExitStatus::Error => "error".to_owned(),
        ExitStatus::NothingMatched => "nothing matched".to_owned(),
        ExitStatus::Clean => match (has_fail_thresholds(document), found) {
            (true, Some(found)) => format!("thresholds passed, {found}"),
            (false, Some(found)) => found,
            (_, None) => "passed".to_owned(),
        },
    }
}

/// Returns the number of leaks, or else of suspects, that no allowance covers; `None` if there are none.
fn findings(document: &Document<'_>) -> Option<String> {
    let (leaks, suspects) = (document.outcome.leaks, document.outcome.suspects);
    match (leaks, suspects) {
        (0, 0) => None,
        (0, 1) => Some("1 suspect found".to_owned()),
        (0, _) => Some(format!("{suspects} suspects found")),
        (1, _) => Some("1 leak found".to_owned()),
        _ => Some(format!("{leaks} leaks found")),
    }
}

fn has_fail_thresholds(document: &Document<'_>) -> bool {
    let thresholds = document.report.gate.iter().flat_map(|gate| &gate.thresholds);
    thresholds.into_iter().any(|threshold| threshold.tier == "fail")
}
