//! Language: opening words of doc comments, replaced words, and the width of Markdown.

use crate::source_files::{documents, sources};

#[test]
fn every_file_opens_with_its_purpose() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
    assert!(silent.is_empty(), "files that do not open with '//!': {silent:#?}");
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

#[test]
fn replaced_words_do_not_come_back() {
    let mut wrong = Vec::new();
    // This file lists the words themselves.
    let others = sources().into_iter().filter(|(name, _)| name != "tests/tidy/language.rs");
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
