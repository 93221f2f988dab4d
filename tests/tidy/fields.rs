//! Fields of types: files of a folder do not share them.

use crate::source_files::{code, sources};

/// Folders whose types own their data.
const OWNERS: &[&str] = &["src/outcome/", "src/session/", "src/thresholds/"];

/// Returns the fields that are visible to other files of their folder, but not to everyone.
fn shared_fields(code: &str) -> Vec<&str> {
    let shared = code.lines().map(str::trim).filter(|line| {
        let visible = line.strip_prefix("pub(").and_then(|rest| rest.split_once(") "));
        let name = visible.and_then(|(_, rest)| rest.split_once(':')).map(|(name, _)| name);
        name.is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    });
    shared.collect()
}

#[test]
fn types_own_their_fields() {
    let mut wrong = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| OWNERS.iter().any(|owner| name.starts_with(owner))) {
        wrong.extend(shared_fields(&code(&text)).into_iter().map(|field| format!("{name}: {field}")));
    }
    assert!(wrong.is_empty(), "give the type a method instead: {wrong:#?}");
}

#[test]
fn shared_fields_are_seen() {
    assert_eq!(shared_fields("    pub(super) at: Timestamp,\n    pub at: u8,"), ["pub(super) at: Timestamp,"]);
    assert_eq!(shared_fields("pub(in crate::session) at: u8"), ["pub(in crate::session) at: u8"]);
    assert!(shared_fields("    pub(super) fn at(&self) -> u8 {\n    at: u8,\n    pub(super) use a::{b};").is_empty());
}
