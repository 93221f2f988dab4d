//! The rules of the house that the compiler does not check: who imports whom, what every file opens with,
//! how long a file may be, and where files and clocks may be touched.

use std::fs;
use std::path::{Path, PathBuf};

/// Who may import whom. `cli` may import everything and is not listed.
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
    ("terminal", &["advice", "event", "alert", "analysis", "model", "units", "escape", "background_writer"]),
];

/// Lines of a file that make a reader look for its second idea.
const LONG: usize = 400;
/// Files that are longer, each with its reason.
const LONGER: &[(&str, &str)] =
    &[("src/schema/report.rs", "one document, one definition: mostly documentation that the schema carries")];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "fixtures", "benches", "examples"] {
        if root.join(folder).is_dir() {
            walk(&root.join(folder), &mut found);
        }
    }
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a source file"))
    };
    found.into_iter().map(read).collect()
}

/// The part of a file before its unit tests, without comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The top-level module a file belongs to: `report` for `src/report/output.rs`.
fn module(name: &str) -> Option<&str> {
    name.strip_prefix("src/")?.split(['/', '.']).next()
}

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
        assert!(known, "{name}: no rule says what '{module}' may import");
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "files that do not open with '//!': {silent:#?}");
}

#[test]
fn no_file_outgrows_its_idea() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        let reason = LONGER.iter().find(|(long, _)| *long == name);
        assert!(lines <= LONG || reason.is_some(), "{name} has {lines} lines: split it, or list the reason");
        assert!(lines > LONG || reason.is_none(), "{name} is short enough by now: take it off the list");
    }
}

#[test]
fn files_and_clocks_are_touched_in_their_places() {
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

#[test]
fn analysis_and_alert_are_pure() {
    for (name, text) in sources() {
        if ["analysis", "alert", "thresholds", "outcome"].contains(&module(&name).unwrap_or_default()) {
            for what in ["std::fs", "std::io", "std::time::Instant", "std::env", "rand", "static mut"] {
                assert!(!code(&text).contains(&format!("{what}::")), "{name} uses {what}");
            }
        }
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
