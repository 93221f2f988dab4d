//! Escaping of foreign text for display: a process chooses its own name.

use std::borrow::Cow;
use std::fmt::Write;

/// Escapes text for a terminal or a log line: control characters, line breaks and changes of writing direction.
///
/// They become `\n`, `\t`, `\x1b` or `\u{202e}`; a backslash stays unchanged.
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c if is_unprintable(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Escapes text for a CSV cell as [`terminal`], and so that no spreadsheet evaluates it as a formula.
///
/// An apostrophe precedes a cell that begins with `=`, `+`, `-` or `@` (OWASP, "CSV Injection"). The CSV writer quotes
/// commas and quotes.
#[must_use]
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    let clean = terminal(text);
    if clean.starts_with(['=', '+', '-', '@']) { Cow::Owned(format!("'{clean}")) } else { clean }
}

fn is_unprintable(c: char) -> bool {
    // Bidirectional controls and other invisible format characters change the display of the rest of a line.
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_reaches_the_terminal_as_a_command() {
        assert_eq!(terminal("\x1b]0;owned\x07\n"), "\\x1b]0;owned\\x07\\n");
        assert_eq!(terminal("a\u{9b}31m\u{202e}b"), "a\\u{9b}31m\\u{202e}b");
        assert_eq!(terminal("worker-größe 7"), "worker-größe 7");
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(csv_cell("=cmd()"), "'=cmd()");
        assert_eq!(csv_cell("\t=1"), "\\t=1");
        assert_eq!(csv_cell("nginx"), "nginx");
    }
}
