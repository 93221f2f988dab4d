//! File names: the first line of a file names its subject.

use crate::source_files::sources;

/// Returns the name that the first line has to take up: that of the file, or of its folder.
fn subject(path: &str) -> &str {
    let mut parts = path.trim_end_matches(".rs").rsplit('/');
    match (parts.next(), parts.next()) {
        (Some("lib" | "main"), Some("src")) => "leakwatch",
        (Some("mod" | "main"), Some(folder)) => folder,
        (file, _) => file.unwrap_or_default(),
    }
}

/// True if a line has a word that begins as a word of the name does: `readings` for `reading`.
fn names_subject(line: &str, name: &str) -> bool {
    let line = line.to_lowercase();
    let mut words = line.split(|c: char| !c.is_alphanumeric());
    words.any(|word| name.split('_').any(|part| word.starts_with(&part[..part.len().min(4)])))
}

#[test]
fn every_file_opens_with_a_word_of_its_name() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let first = text.lines().next().unwrap_or_default();
        if !names_subject(first, subject(&path)) {
            wrong.push(format!("{path} does not say '{}': {first}", subject(&path)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_word_names_a_file_by_its_beginning() {
    assert!(names_subject("//! Readings of control groups.", "reading"));
    assert!(names_subject("//! Retired targets.", "retired_targets"));
    assert!(!names_subject("//! Cost of leakwatch itself.", "observer"));
    assert_eq!(subject("src/session/targets/mod.rs"), "targets");
    assert_eq!(subject("src/lib.rs"), "leakwatch");
    assert_eq!(subject("tests/gate/main.rs"), "gate");
}
