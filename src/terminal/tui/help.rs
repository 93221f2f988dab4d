//! The help on keys and symbols.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Color;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::palette::Palette;

/// Columns of the help.
const WIDTH: u16 = 72;

/// Keys and symbols, each with its meaning.
const ENTRIES: [(&str, &str); 13] = [
    ("↑ ↓ j k", "select a target; also PgUp, PgDn, Home, End"),
    ("d", "show all evidence on the target; PgUp, PgDn scroll"),
    ("s", "sort by verdict, growth, rss, name, pid"),
    ("/", "filter by name; Esc clears the filter"),
    ("p or space", "freeze the picture; sampling continues"),
    ("r", "write an HTML report of the session so far"),
    ("q, Ctrl-C", "end and write all reports; again: end at once"),
    ("Ctrl-Z", "stop, including sampling; fg continues"),
    ("line, dots", "unreclaimable memory, and its floor"),
    ("straight line", "fitted rate, with its 95 % interval"),
    ("| below, . below", "alert (red: critical, yellow: warning), end of a job"),
    ("same as PID", "the leak is counted at that process"),
    ("exited, †", "the process exited; its last verdict remains"),
];

/// Draws the help over the middle of an area.
pub(super) fn draw_help(frame: &mut Frame<'_>, area: Rect, palette: Palette) {
    let lines: Vec<Line<'_>> = ENTRIES.iter().map(|(key, text)| Line::from(format!(" {key:<16} {text}"))).collect();
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let popup = area.centered(Constraint::Length(area.width.min(WIDTH)), Constraint::Length(height.min(area.height)));
    frame.render_widget(Clear, popup);
    let block = Block::bordered().title(" keys and symbols ").border_style(palette.colour(Color::Cyan));
    frame.render_widget(Paragraph::new(lines).block(block), popup);
}
