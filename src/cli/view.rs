//! What people watch while a session runs, by what standard output carries and whether a terminal listens.

use std::io::{self, IsTerminal};
use std::time::Duration;

use crate::event::{EventSink, Fanout};
use crate::terminal::{LiveTable, LogLines, Messages, Screen, Style, TimeLine};

use super::args::Format;

/// What people watch: the live table or log lines, and messages on standard error.
pub(super) struct View {
    messages: Messages,
    table: Option<LiveTable>,
    lines: Option<LogLines<io::Stdout>>,
    progress: Option<TimeLine>,
}

impl View {
    /// A view for what standard output carries; `end` is when the session ends.
    pub(super) fn new(format: Format, end: Option<Duration>) -> Self {
        let live = format == Format::Table && io::stdout().is_terminal() && can_redraw();
        let screen = if live {
            Screen::stdout()
        } else if format == Format::Json && io::stderr().is_terminal() {
            Screen::stderr()
        } else {
            Screen::hidden()
        };
        let table = live.then(|| LiveTable::new(&screen, Style::stdout(), end, Box::new(terminal_size)));
        let progress = end.filter(|_| !live).map(|end| TimeLine::new(&screen, end));
        let lines = (format == Format::Table && !live).then(|| LogLines::new(io::stdout()));
        Self { messages: Messages::new(screen, Style::stderr()), table, lines, progress }
    }

    /// Adds the parts to the sinks of a session.
    pub(super) fn join<'a>(&'a mut self, fanout: &mut Fanout<'a>) {
        fanout.add(&mut self.messages);
        let table = self.table.as_mut().map(|table| table as &mut dyn EventSink);
        let lines = self.lines.as_mut().map(|lines| lines as &mut dyn EventSink);
        let progress = self.progress.as_mut().map(|line| line as &mut dyn EventSink);
        table.into_iter().chain(lines).chain(progress).for_each(|sink| fanout.add(sink));
    }

    /// Takes what is redrawn off the terminal.
    pub(super) fn clear(&self) {
        if let Some(table) = &self.table {
            table.clear();
        }
        if let Some(progress) = &self.progress {
            progress.clear();
        }
    }
}

/// Whether the terminal can go back over what it shows: one that is dumb, or does not say what it is, gets lines.
fn can_redraw() -> bool {
    cfg!(not(unix)) || std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}

/// Columns and rows of the terminal on standard output.
pub(super) fn terminal_size() -> (u16, u16) {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout())
        && size.ws_col > 0
        && size.ws_row > 0
    {
        return (size.ws_col, size.ws_row);
    }
    (80, 24)
}
