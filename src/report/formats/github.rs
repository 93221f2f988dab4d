//! Annotations and outputs for GitHub Actions.

use crate::outcome::CaseState;
use crate::schema::Report;

use crate::report::build::{Case, cases};
use crate::report::document::Document;

/// Largest number of annotations of each kind. GitHub shows 10.
const SHOWN: usize = 10;

/// Returns workflow commands, one a line: an error for each failed or undecided case, a warning for each threshold that
/// warns.
#[must_use]
pub fn annotations(document: &Document<'_>) -> String {
    let mut text = String::new();
    let cases = cases(document);
    let is_error = |case: &&Case| matches!(case.state, CaseState::Failed | CaseState::Error);
    let errors = cases.iter().filter(is_error).take(SHOWN).map(|case| ("error", case));
    let warnings = cases.iter().filter(|case| case.warns).take(SHOWN).map(|case| ("warning", case));
    for (level, case) in errors.chain(warnings) {
        let title = data(&format!("{}: {}", case.class, case.name)).replace(':', "%3A").replace(',', "%2C");
        text.push_str(&format!("::{level} title={title}::{}\n", data(&case.message)));
    }
    for warning in document.report.gate.iter().flat_map(|gate| &gate.warnings) {
        text.push_str(&format!("::warning title=leakwatch::{}\n", data(warning)));
    }
    text
}

/// Returns the outputs of the step, one a line. No value contains a line break.
#[must_use]
pub fn github_outputs(report: &Report) -> String {
    let status = serde_json::to_value(report.verdict.status).unwrap_or_default();
    let summary = crate::escape::terminal(&report.verdict.summary);
    let status = status.as_str().unwrap_or_default();
    format!("status={status}\nexit-status={}\nsummary={summary}\n", report.verdict.exit_status)
}

/// Escapes text, so that it cannot end its command and begin another one.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
