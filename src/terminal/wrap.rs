//! Long lines on a terminal break between words and hang below their beginning; elsewhere they stay whole.

use std::io::{self, IsTerminal};

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// By how much a continued line stands further in than its beginning.
const HANGING: usize = 2;
/// Terminals that are narrower than this break lines themselves: there is no room for a hanging indent.
const NARROWEST: u16 = 30;
/// Begins a line with a command that is to be copied: the terminal itself breaks it without a new line in it.
const COMMAND: &str = "next: ";

/// Stands for the blank before a unit while lines are broken.
const NO_BREAK: &str = "\u{a0}";
const UNITS: [&str; 11] = ["B", "KiB", "MiB", "GiB", "TiB", "%", "s", "min", "h", "d", "y"];

/// Each line of the text broken for a terminal of so many columns; `None` is no terminal.
#[must_use]
pub fn wrapped(text: &str, width: Option<u16>) -> String {
    match width {
        Some(width) if width >= NARROWEST => {
            text.split('\n').map(|line| broken(line, width.into())).collect::<Vec<_>>().join("\n")
        }
        _ => text.to_owned(),
    }
}

fn broken(line: &str, width: usize) -> String {
    let begun = line.trim_start_matches(' ');
    if begun.starts_with(COMMAND) {
        return line.to_owned();
    }
    let indent = line.len() - begun.len() + HANGING;
    let hanging = " ".repeat(indent);
    // a word that is too long (a path, an expression) is to be copied whole, hyphens included.
    let options = Options::new(width)
        .subsequent_indent(&hanging)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    wrap(&glued(line), options).join("\n").replace(NO_BREAK, " ")
}

/// The line with figures glued to their units: `+2.4 MiB/h` does not break.
fn glued(line: &str) -> String {
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

/// The same for standard error.
#[must_use]
pub fn for_stderr(text: &str) -> String {
    wrapped(text, stderr_width())
}

#[cfg(unix)]
fn stderr_width() -> Option<u16> {
    let listens = io::stderr().is_terminal();
    listens.then(|| rustix::termios::tcgetwinsize(io::stderr()).ok()).flatten().map(|size| size.ws_col)
}

#[cfg(not(unix))]
fn stderr_width() -> Option<u16> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_hang() {
        let text = "leaky (7): leaking\n  + memory grows: +2.57 GiB/h over the last 11 s\n";
        assert_eq!(
            wrapped(text, Some(32)),
            "leaky (7): leaking\n  + memory grows: +2.57 GiB/h\n    over the last 11 s\n"
        );
        assert_eq!(
            wrapped("memory grows now by +2.57 GiB/h, over", Some(31)),
            "memory grows now by\n  +2.57 GiB/h, over"
        );
        assert_eq!(wrapped(text, None), text);
        assert_eq!(wrapped(text, Some(10)), text, "no room to hang");
    }

    #[test]
    fn what_is_to_be_copied_stays_whole_and_colours_take_no_room() {
        let path = "x".repeat(50);
        assert_eq!(wrapped(&format!("see {path}"), Some(40)), format!("see\n  {path}"));
        let command = format!("  next: cat {path} and what follows");
        assert_eq!(wrapped(&command, Some(40)), command);
        let coloured = "\x1b[1mone\x1b[0m two three four five six";
        assert_eq!(wrapped(coloured, Some(30)), coloured);
    }
}
