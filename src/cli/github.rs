//! Tells GitHub Actions what was found, when it is there.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::report::{Document, annotations, append, github_outputs, markdown};

/// Whether this runs in a step of GitHub Actions.
pub(super) fn is_there() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Annotations on standard error (standard output carries data only), the step summary and the step outputs.
///
/// What cannot be written is warned of: it must not change the verdict.
pub(super) fn tell(document: &Document<'_>) {
    if !is_there() {
        return;
    }
    let Document { report, timelines } = document;
    drop(io::stderr().write_all(annotations(report).as_bytes()));
    let texts = [("GITHUB_STEP_SUMMARY", markdown(report, timelines)), ("GITHUB_OUTPUT", github_outputs(report))];
    for (variable, text) in texts {
        let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from) else {
            continue;
        };
        if let Err(error) = append(&path, &text) {
            super::warn(&format!("cannot append to {variable} '{}': {error}", path.display()));
        }
    }
}
