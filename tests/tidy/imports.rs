//! Imports: folders import one way, and I/O and clocks stay in their places.

use crate::source_files::{code, expanded, module, sources, split_uses};

/// Folders that each folder may import. `cli` may import everything and is not listed.
const IMPORTS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("escape", &[]),
    ("process_group", &[]),
    ("background_writer", &[]),
    ("demo", &[]),
    ("model", &["units"]),
    ("schema", &["model"]),
    ("clock", &["model"]),
    ("source", &["model", "units", "process_group"]),
    ("analysis", &["model", "units"]),
    ("alert", &["analysis", "model", "units"]),
    ("event", &["alert", "analysis", "model", "units"]),
    ("advice", &["event", "analysis", "model", "units"]),
    ("thresholds", &["event", "alert", "analysis", "model", "units"]),
    ("outcome", &["thresholds", "event", "alert", "analysis", "model", "units"]),
    ("session", &["clock", "source", "analysis", "alert", "event", "model", "units"]),
    (
        "report",
        &[
            "advice",
            "outcome",
            "thresholds",
            "event",
            "alert",
            "analysis",
            "model",
            "units",
            "schema",
            "escape",
            "background_writer",
        ],
    ),
    ("delivery", &["clock", "event", "alert", "model", "units", "report", "schema", "escape", "process_group"]),
    ("terminal", &["advice", "outcome", "event", "alert", "analysis", "model", "units", "escape", "background_writer"]),
];

#[test]
fn imports_go_one_way() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let Some((_, allowed)) = module(&name).and_then(|module| IMPORTS.iter().find(|(known, _)| *known == module))
        else {
            continue;
        };
        let own = module(&name).expect("a module");
        for rest in code(&text).split("crate::").skip(1) {
            let imported: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let known = IMPORTS.iter().any(|(known, _)| *known == imported) || imported == "cli";
            if known && imported != own && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{name} imports {imported}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_has_its_rule() {
    for (name, _) in sources() {
        let Some(module) = module(&name) else { continue };
        let known = IMPORTS.iter().any(|(known, _)| *known == module) || ["cli", "lib", "main"].contains(&module);
        assert!(known, "{name}: '{module}' has no import rule");
    }
}

#[test]
fn files_and_clocks_are_used_in_their_places() {
    let places: &[(&str, &[&str])] = &[
        (
            "std::fs",
            &["src/source/", "src/report/output.rs", "src/delivery/log_file.rs", "src/cli/config/", "src/demo/"],
        ),
        ("File::open", &["src/source/", "src/demo/"]),
        ("Instant::now", &["src/clock.rs"]),
        ("SystemTime::now", &["src/clock.rs"]),
        ("thread::sleep", &["src/clock.rs", "src/demo/"]),
        ("io::stdout()", &["src/report/output.rs", "src/terminal/", "src/cli/"]),
        ("io::stderr()", &["src/terminal/", "src/cli/"]),
    ];
    let mut wrong = Vec::new();
    for (name, text) in sources().into_iter().filter(|(name, _)| name.starts_with("src/")) {
        let code = code(&text);
        for (what, allowed) in places {
            if code.contains(what) && !allowed.iter().any(|place| name.starts_with(place)) {
                wrong.push(format!("{name} uses {what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Folders without I/O, clock, globals and randomness.
const PURE: [&str; 4] = ["analysis", "alert", "thresholds", "outcome"];
/// Paths that a pure folder may not name.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::io",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "rand",
];

/// Returns the forbidden paths that the code of a pure folder names, in `use` trees or in place.
fn impurities(code: &str) -> Vec<&'static str> {
    let (uses, rest) = split_uses(code);
    let used: Vec<String> = uses.iter().flat_map(|(_, tree)| expanded(tree)).collect();
    let names =
        |path: &str, what: &str| path == what || path.strip_prefix(what).is_some_and(|rest| rest.starts_with("::"));
    let mut found: Vec<&str> = IMPURE
        .into_iter()
        .filter(|what| rest.contains(&format!("{what}::")) || used.iter().any(|path| names(path, what)))
        .collect();
    found.extend(rest.contains("static mut ").then_some("static mut"));
    found
}

#[test]
fn pure_modules_do_no_io() {
    let pure = sources().into_iter().filter(|(name, _)| PURE.contains(&module(name).unwrap_or_default()));
    for (name, text) in pure {
        let found = impurities(&code(&text));
        assert!(found.is_empty(), "{name} uses {found:?}");
    }
}

#[test]
fn every_spelling_of_an_impure_import_is_seen() {
    for spelling in
        ["use std::io;", "use std::{fmt, fs};", "use std::io::Write;", "use std::{\n    time::{Duration, Instant},\n};"]
    {
        assert_eq!(impurities(spelling).len(), 1, "{spelling}");
    }
    assert_eq!(impurities("let now = std::time::Instant::now();"), ["std::time::Instant"]);
    assert!(impurities("use std::fmt;\nuse std::time::Duration;").is_empty());
}
