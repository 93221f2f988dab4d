//! What GitHub Actions reads of a job: annotations and outputs.

use crate::schema::Report;

use super::case::{State, cases};

/// Annotations a job may show of each kind.
const SHOWN: usize = 10;

/// Workflow commands, one a line: an error for each case that failed or is open, a warning for each threshold that warns.
#[must_use]
pub fn annotations(report: &Report) -> String {
    let mut text = String::new();
    let cases = cases(report);
    for (level, wanted) in [("error", true), ("warning", false)] {
        let wrong = |state: State| matches!(state, State::Failed | State::Error);
        let of_level = cases.iter().filter(|case| if wanted { wrong(case.state) } else { case.warns });
        for case in of_level.take(SHOWN) {
            let title = format!("{}: {}", case.class, case.name);
            let title = data(&title).replace(':', "%3A").replace(',', "%2C");
            text.push_str(&format!("::{level} title={title}::{}\n", data(&case.message)));
        }
    }
    for warning in report.gate.iter().flat_map(|gate| &gate.warnings) {
        text.push_str(&format!("::warning title=leakwatch::{}\n", data(warning)));
    }
    text
}

/// Outputs of the step, one a line; no value holds a line break.
#[must_use]
pub fn outputs(report: &Report) -> String {
    let status = serde_json::to_value(report.verdict.status).unwrap_or_default();
    let summary = crate::escape::terminal(&report.verdict.summary);
    let status = status.as_str().unwrap_or_default();
    format!("status={status}\nexit-status={}\nsummary={summary}\n", report.verdict.exit_status)
}

/// Text that cannot end its own command and begin another one.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
