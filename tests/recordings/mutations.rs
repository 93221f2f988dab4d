//! Mutations of each fixture: other line ends, marks, torn lines, lines in between, renamed and moved columns.

use super::{all_expected, differences, folder, layout, read};

/// Way to change a file without a change of its meaning, or so that it must be refused.
type Mutation = (&'static str, fn(&str) -> String);

const MUTATIONS: [Mutation; 12] = [
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("byte order mark", |text| format!("\u{feff}{text}")),
    ("colours", |text| text.lines().map(|line| format!("\u{1b}[1;32m{line}\u{1b}[0m\n")).collect()),
    ("torn last line", |text| {
        let end = text.trim_end().chars().count();
        text.chars().take(end - 3).collect()
    }),
    ("prompt in between", |text| with_line_between(text, "user@host:~$ ")),
    ("blank lines at both ends", |text| format!("\n\n{text}\n\n")),
    ("message in between", |text| with_line_between(text, "warning: slow query")),
    ("preamble", |text| format!("nohup: ignoring input\n{text}")),
    ("trailing spaces", |text| text.lines().map(|line| format!("{line}  \n")).collect()),
    ("header renamed", |text| {
        let text = text.replace("rss", "qqq").replace("RSS", "QQQ").replace("emory", "qqqqq");
        text.replace("mem_usage", "qqq")
            .replace("heapUsed", "qqqqq")
            .replace("heapTotal", "qqqq")
            .replace("Heap", "qqqq")
    }),
    ("columns reversed", columns_reversed),
    ("header twice", |text| match text.split_once('\n') {
        Some((header, rest)) if has_header(text) => format!("{header}\n{rest}{header}\n"),
        _ => text.to_owned(),
    }),
];

/// Inserts a line after a third of the lines.
fn with_line_between(text: &str, line: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let third = lines.len() / 3;
    [&lines[..third], &[line], &lines[third..]].concat().iter().map(|line| format!("{line}\n")).collect()
}

/// True if the first line is the header of a table with commas: it has no value.
fn has_header(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default();
    header.contains(',') && !header.contains(|letter: char| letter.is_ascii_digit() || letter == '{' || letter == ':')
}

/// Reverses the columns of a table with commas and a header.
fn columns_reversed(text: &str) -> String {
    if !has_header(text) || text.contains('"') {
        return text.to_owned();
    }
    text.lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect()
}

#[test]
fn a_mutated_file_is_read_alike_or_refused() {
    let (mut wrong, mut refused, mut all) = (Vec::new(), 0, 0);
    for expected in all_expected() {
        let bytes = std::fs::read(folder().join(&expected.file)).expect("a fixture");
        // A mutation of UTF-16 would be one of its bytes.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        for (name, mutate) in MUTATIONS {
            all += 1;
            match read(mutate(&text).as_bytes(), &layout(&expected.options)) {
                Err(_) => refused += 1,
                Ok(found) => {
                    let mut expected = expected.clone();
                    if name == "torn last line" {
                        // The last reading is lost at most.
                        let step = (found.span - expected.span).abs();
                        expected.span = if step <= expected.span / 20.0 { found.span } else { expected.span };
                    }
                    let differs = differences(&found, &expected);
                    if !differs.is_empty() {
                        wrong.push(format!("{}, {name}: {}", expected.file, differs.join(", ")));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A reader that refuses everything would pass above.
    assert!(10 * refused < all, "{refused} of {all} mutations were refused");
}
