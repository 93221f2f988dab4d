//! Reports to GitHub Actions.

use std::io::{self, Write};
use std::path::PathBuf;

use crate::report::{Document, annotations, append, github_outputs, markdown};

/// True in a step of GitHub Actions.
pub(crate) fn is_active() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Writes annotations to standard error, the step summary and the step outputs. Standard output carries data only.
///
/// A failed write is a warning: it must not change the verdict.
pub(crate) fn report(document: &Document<'_>) {
    if !is_active() {
        return;
    }
    drop(io::stderr().write_all(annotations(document).as_bytes()));
    let outputs = github_outputs(document.report);
    let texts = [("GITHUB_STEP_SUMMARY", markdown(document)), ("GITHUB_OUTPUT", outputs)];
    for (variable, text) in texts {
        let Some(path) = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from) else {
            continue;
        };
        if let Err(error) = append(&path, &text) {
            crate::cli::print::warn(&format!("cannot append to {variable} '{}': {error}", path.display()));
        }
    }
}
