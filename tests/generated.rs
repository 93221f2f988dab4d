//! Files that are generated from the command line: man pages, completions and schema.
//!
//! `LEAKWATCH_UPDATE=1 cargo test --test generated` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use leakwatch::cli::generate;

fn generated() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![(root.join("docs/report.schema.json"), generate::schema())];
    for (name, page) in generate::man_pages() {
        files.push((root.join("man").join(name), page));
    }
    for (shell, name) in generate::COMPLETIONS {
        files.push((root.join("completions").join(name), generate::completions(shell)));
    }
    files
}

#[test]
fn generated_files_are_current() {
    for (path, wanted) in generated() {
        if std::env::var_os("LEAKWATCH_UPDATE").is_some() {
            fs::write(&path, &wanted).expect("a writable tree");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "{} is not current: run LEAKWATCH_UPDATE=1 cargo test --test generated",
            path.display()
        );
    }
}

/// Collects the names of all properties of a schema.
fn fields(schema: &serde_json::Value, found: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(entries) => {
            let own = entries.get("properties").and_then(serde_json::Value::as_object);
            found.extend(own.into_iter().flat_map(|own| own.keys().cloned()));
            entries.values().for_each(|entry| fields(entry, found));
        }
        serde_json::Value::Array(entries) => entries.iter().for_each(|entry| fields(entry, found)),
        _ => {}
    }
}

#[test]
fn every_field_of_the_schema_is_described() {
    let schema = serde_json::from_str(&generate::schema()).expect("a document");
    let mut named = BTreeSet::new();
    fields(&schema, &mut named);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/REPORT-FORMAT.md");
    let text = fs::read_to_string(path).expect("the description");
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let missing: Vec<_> = named.iter().filter(|name| !words.contains(name.as_str())).collect();
    assert!(named.len() > 100 && missing.is_empty(), "docs/REPORT-FORMAT.md does not name {missing:?}");
}
