//! Wraps long lines at the width of the terminal: they break between words, and continue with an indent.

use std::io::{self, IsTerminal};

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// Further indent of a continued line.
const HANGING: usize = 2;
/// Width below which the terminal breaks lines itself: there is no room for an indent.
const NARROWEST: u16 = 30;
/// Start of a line with a command to copy. The terminal breaks it without a newline in the copy.
const COMMAND: &str = "next: ";

/// Blank before a unit, at which lines do not break.
const NO_BREAK: &str = "\u{a0}";
const UNITS: [&str; 11] = ["B", "KiB", "MiB", "GiB", "TiB", "%", "s", "min", "h", "d", "y"];

/// Breaks each line of a text for a terminal of `width` columns. Without a terminal the text stays unchanged.
#[must_use]
pub fn wrap_text(text: &str, width: Option<u16>) -> String {
    match width {
        Some(width) if width >= NARROWEST => {
            text.split('\n').map(|line| break_line(line, width.into())).collect::<Vec<_>>().join("\n")
        }
        _ => text.to_owned(),
    }
}

fn break_line(line: &str, width: usize) -> String {
    let unindented = line.trim_start_matches(' ');
    if unindented.starts_with(COMMAND) {
        return line.to_owned();
    }
    let indent = line.len() - unindented.len() + HANGING;
    let hanging = " ".repeat(indent);
    // A long word, such as a path or an expression, stays whole for copying.
    let options = Options::new(width)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    wrap(&with_glued_units(line), options).join("\n").replace(NO_BREAK, " ")
}

/// Glues numbers to their units: `+2.4 MiB/h` does not break.
fn with_glued_units(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for (index, word) in line.split(' ').enumerate() {
        let bare = word.trim_end_matches([',', ';', ':', '.', ')']).trim_end_matches("/h");
        let is_unit = out.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&bare);
        if index > 0 {
            out.push_str(if is_unit { NO_BREAK } else { " " });
        }
        out.push_str(word);
    }
    out
}

/// Breaks each line of a text for standard error.
#[must_use]
pub fn wrap_for_stderr(text: &str) -> String {
    wrap_text(text, stderr_width())
}

#[cfg(unix)]
fn stderr_width() -> Option<u16> {
    let is_terminal = io::stderr().is_terminal();
    is_terminal.then(|| rustix::termios::tcgetwinsize(io::stderr()).ok()).flatten().map(|size| size.ws_col)
}

#[cfg(not(unix))]
fn stderr_width() -> Option<u16> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_continue_with_an_indent() {
        let text = "leaky (7): leaking\n  + memory grows: +2.57 GiB/h over the last 11 s\n";
        assert_eq!(
            wrap_text(text, Some(32)),
            "leaky (7): leaking\n  + memory grows: +2.57 GiB/h\n    over the last 11 s\n"
        );
        assert_eq!(
            wrap_text("memory grows now by +2.57 GiB/h, over", Some(31)),
            "memory grows now by\n  +2.57 GiB/h, over"
        );
        assert_eq!(wrap_text(text, None), text);
        assert_eq!(wrap_text(text, Some(10)), text, "no room for an indent");
    }

    #[test]
    fn commands_stay_whole_and_colours_take_no_room() {
        let path = "x".repeat(50);
        assert_eq!(wrap_text(&format!("see {path}"), Some(40)), format!("see\n  {path}"));
        let command = format!("  next: cat {path} and what follows");
        assert_eq!(wrap_text(&command, Some(40)), command);
        let coloured = "\x1b[1mone\x1b[0m two three four five six";
        assert_eq!(wrap_text(coloured, Some(30)), coloured);
    }
}
