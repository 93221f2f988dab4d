//! The rules of the house that the compiler does not check: imports, language, file length, and the places of I/O.

use std::fs;
use std::path::{Path, PathBuf};

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

/// Largest number of lines of a file.
const LONG: usize = 400;
/// Longer files, each with its reason.
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

/// Returns the part of a file before its unit tests, without comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the top-level module of a file: `report` for `src/report/output.rs`.
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
        assert!(known, "{name}: '{module}' has no import rule");
    }
}

#[test]
fn every_file_opens_with_its_purpose() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "files that do not open with '//!': {silent:#?}");
}

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

#[test]
fn pure_modules_do_no_io() {
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

/// Opening words of doc comments that pose a riddle instead of naming the thing.
const RIDDLES: &[&str] = &["what", "who", "whom", "whose", "whether", "how", "when", "where"];

/// Words that the glossary of `docs/ARCHITECTURE.md` replaces.
const REPLACED: &[(&str, &str)] = &[
    ("dear", "expensive"),
    ("dearer", "more expensive"),
    ("seldom", "rarely"),
    ("whom", "which"),
    ("whoever", "the caller"),
    ("somebody", "a process"),
    ("nobody", "no process"),
    ("anybody", "any process"),
    ("everybody", "every process"),
    ("accuse", "suspect"),
    ("accused", "suspected"),
    ("accuses", "suspects"),
    ("booked", "charged"),
    ("hollow", "idle"),
    ("passer-by", "short-lived process"),
    ("passers-by", "short-lived processes"),
    ("held against", "compared with"),
    ("it is said", "leakwatch reports"),
    ("those who", "processes that"),
    ("in hand", "current"),
    ("of late", "recently"),
];

/// Returns the doc comments of a file: the first line of each block, with its line number.
fn doc_openings(text: &str) -> Vec<(usize, String)> {
    let mut openings = Vec::new();
    let mut in_block = false;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")).filter(|_| !line.starts_with("////"));
        match doc {
            Some(doc) if !in_block => openings.push((number, doc.trim().to_owned())),
            _ => {}
        }
        in_block = doc.is_some();
    }
    openings
}

#[test]
fn doc_comments_open_with_a_noun_or_a_verb() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for (line, doc) in doc_openings(&text) {
            let first: String = doc.chars().take_while(|c| c.is_alphabetic()).collect();
            if RIDDLES.contains(&first.to_lowercase().as_str()) {
                wrong.push(format!("{name}:{line}: {doc}"));
            }
        }
    }
    assert!(wrong.is_empty(), "doc comments that open with a question word: {wrong:#?}");
}

/// True if a text contains a word or phrase between word boundaries, in any case.
fn contains_word(text: &str, wanted: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '-');
    let text = text.to_lowercase();
    text.match_indices(wanted)
        .any(|(at, _)| !is_word(text[..at].chars().next_back()) && !is_word(text[at + wanted.len()..].chars().next()))
}

/// Returns the prose files: Markdown, and everything that is generated for people.
fn documents() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<PathBuf> = ["README.md", "CHANGELOG.md"].iter().map(|name| root.join(name)).collect();
    for folder in ["docs", "man"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder of documents") {
            found.push(entry.expect("an entry").path());
        }
    }
    let is_prose = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md" || ending == "1");
    found.retain(is_prose);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a document"))
    };
    found.into_iter().map(read).collect()
}

#[test]
fn replaced_words_do_not_come_back() {
    let mut wrong = Vec::new();
    // This file lists the words themselves.
    let others = sources().into_iter().filter(|(name, _)| name != "tests/tidy.rs");
    for (name, text) in others.chain(documents()) {
        for (number, line) in (1..).zip(text.lines()) {
            let words = line.replace('_', " ");
            for (word, instead) in REPLACED.iter().filter(|(word, _)| contains_word(&words, word)) {
                wrong.push(format!("{name}:{number}: '{word}' (write '{instead}'): {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn markdown_fits_a_narrow_window() {
    const LINE: usize = 120;
    const CELL: usize = 100;
    let mut wrong = Vec::new();
    for (name, text) in documents().into_iter().filter(|(name, _)| name.ends_with(".md")) {
        for (number, line) in (1..).zip(text.lines()) {
            let is_table = line.trim_start().starts_with('|');
            if !is_table && line.chars().count() > LINE {
                wrong.push(format!("{name}:{number}: {} characters", line.chars().count()));
            }
            let cells = line.split('|').filter(|_| is_table).map(|cell| cell.trim().chars().count());
            if let Some(widest) = cells.max().filter(|&widest| widest > CELL) {
                wrong.push(format!("{name}:{number}: a cell of {widest} characters"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Returns the module path of a file below `src`: `session::targets::judge`.
fn module_path(name: &str) -> Option<String> {
    let path = name.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(path.replace('/', "::"))
}

/// Returns the modules that a file imports with `use`, as paths from the crate root.
fn imported_paths(own: &str, is_folder: bool, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in code(text).split("use ").skip(1) {
        let statement = statement.split(';').next().unwrap_or_default();
        let base: String = statement.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
        let mut parts: Vec<&str> = base.split("::").filter(|part| !part.is_empty()).collect();
        let mut from: Vec<&str> = own.split("::").collect();
        if !is_folder {
            from.pop();
        }
        match parts.first().copied() {
            Some("crate") => from.clear(),
            Some("super") => {
                if is_folder {
                    from.pop();
                }
                while parts.get(1) == Some(&"super") {
                    from.pop();
                    parts.remove(0);
                }
            }
            Some("self") => {}
            _ if is_folder => parts.insert(0, "self"),
            _ => continue,
        }
        from.extend(parts.iter().skip(1));
        found.push(from.join("::"));
    }
    found
}

#[test]
fn no_folder_has_an_import_cycle_inside() {
    let files: Vec<(String, bool, String)> = sources()
        .into_iter()
        .filter_map(|(name, text)| Some((module_path(&name)?, name.ends_with("/mod.rs"), text)))
        .collect();
    // A folder module that only re-exports its files is no part of a cycle.
    let leaves: Vec<&String> = files.iter().filter(|(_, is_folder, _)| !is_folder).map(|(path, ..)| path).collect();
    let mut edges = std::collections::BTreeMap::<&str, Vec<&str>>::new();
    for (own, is_folder, text) in files.iter().filter(|(_, is_folder, _)| !is_folder) {
        for imported in imported_paths(own, *is_folder, text) {
            let target = leaves.iter().filter(|leaf| {
                imported == ***leaf || imported.strip_prefix(leaf.as_str()).is_some_and(|rest| rest.starts_with("::"))
            });
            if let Some(target) = target.max_by_key(|leaf| leaf.len()).filter(|leaf| ***leaf != *own) {
                edges.entry(own.as_str()).or_default().push(target.as_str());
            }
        }
    }
    let mut cycles = Vec::new();
    for &start in edges.keys() {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for &next in edges.get(node).into_iter().flatten() {
                if next == start {
                    cycles.push(format!("{start} and {node} import each other"));
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
    assert!(cycles.is_empty(), "{cycles:#?}");
}
