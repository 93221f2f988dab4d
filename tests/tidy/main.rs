//! Tidy code: rules of the house that the compiler does not check. File length, and the usual documents.

mod cycles;
mod fields;
mod file_names;
mod imports;
mod language;
mod source_files;

use std::fs;
use std::path::Path;

use source_files::sources;

/// Largest number of lines of a file.
const LONG: usize = 400;
/// Longer files, each with its reason.
const LONGER: &[(&str, &str)] =
    &[("src/schema/report.rs", "one document, one definition: mostly documentation that the schema carries")];

#[test]
fn no_file_is_too_long() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        let reason = LONGER.iter().find(|(long, _)| *long == name);
        assert!(lines <= LONG || reason.is_some(), "{name} has {lines} lines: split it, or list the reason");
        assert!(lines > LONG || reason.is_none(), "{name} is short enough by now: take it off the list");
    }
}

#[test]
fn the_changelog_and_the_licences_are_there() {
    for file in
        ["CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "README.md", "docs/ARCHITECTURE.md", "docs/REPORT-FORMAT.md"]
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert!(fs::metadata(&path).is_ok_and(|found| found.len() > 100), "{file} is missing or empty");
    }
}
