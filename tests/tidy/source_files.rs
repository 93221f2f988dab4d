//! Source files and documents of the repository, and the paths that a source file names.

use std::fs;
use std::path::{Path, PathBuf};

/// Returns the name and text of each source file.
pub fn sources() -> Vec<(String, String)> {
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
pub fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Returns the top-level module of a file: `report` for `src/report/output.rs`.
pub fn module(name: &str) -> Option<&str> {
    name.strip_prefix("src/")?.split(['/', '.']).next()
}

/// Returns the prose files: Markdown, and everything that is generated for people.
pub fn documents() -> Vec<(String, String)> {
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

/// Returns the full paths of a `use` tree: `std::fs` and `std::io::Write` for `std::{fs, io::Write}`.
pub fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap_or_default().trim().to_owned()];
    };
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let parts = parts.map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(expanded).map(|part| format!("{}{part}", prefix.trim())).collect()
}

/// Splits code into its `use` trees, each with its visibility (`pub`, or nothing), and the rest.
pub fn split_uses(code: &str) -> (Vec<(String, String)>, String) {
    let mut uses = Vec::new();
    let mut rest = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let (visibility, tree) = match line.trim_start().split_once("use ") {
            Some((visibility, tree)) if visibility.is_empty() || visibility.starts_with("pub") => (visibility, tree),
            _ => {
                rest.push_str(line);
                rest.push('\n');
                continue;
            }
        };
        let mut statement = tree.to_owned();
        while !statement.contains(';') {
            let Some(line) = lines.next() else { break };
            statement.push_str(line);
        }
        let tree = statement.split(';').next().unwrap_or_default();
        uses.push((visibility.trim().to_owned(), tree.to_owned()));
    }
    (uses, rest)
}

#[test]
fn a_use_tree_is_expanded() {
    assert_eq!(expanded("std::io"), ["std::io"]);
    assert_eq!(
        expanded("std::{fmt, io::{self, Write}, time::Instant as Now}"),
        ["std::fmt", "std::io::self", "std::io::Write", "std::time::Instant"]
    );
    let (uses, rest) = split_uses("pub use a::B;\nuse std::{\n    fs,\n    io,\n};\nfn f() {}");
    assert_eq!(uses.len(), 2);
    assert_eq!(expanded(&uses[1].1), ["std::fs", "std::io"]);
    assert_eq!(rest, "fn f() {}\n");
}
