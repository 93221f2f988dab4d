//! Tells GitHub Actions what was found, when it is there.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::report::{annotations, append, github_outputs, markdown};
use crate::schema::Report;

/// Annotations on standard error (standard output carries data only), the step summary and the step outputs.
///
/// What cannot be written is warned of: it must not change the verdict.
pub(super) fn tell(report: &Report) {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        return;
    }
    drop(io::stderr().write_all(annotations(report).as_bytes()));
    for (variable, text) in [("GITHUB_STEP_SUMMARY", markdown(report, &[])), ("GITHUB_OUTPUT", github_outputs(report))]
    {
        let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from) else {
            continue;
        };
        if let Err(error) = append(&path, &text) {
            super::warn(&format!("cannot append to {variable} '{}': {error}", path.display()));
        }
    }
}
