//! View of a running session: full screen, live table or log lines, and messages on standard error.

use std::io::{self, IsTerminal};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::{EventSink, Fanout};
use crate::report::NamedStream;
use crate::terminal::{LiveTable, LogLines, Messages, Screen, Style, TimeLine};

use crate::cli::args::Format;
use crate::cli::stream::Stream;
use crate::cli::terminal_size::terminal_size;

use super::full_screen::FullScreenView;
use super::showing::Showing;

/// Parts of the view.
#[derive(Default)]
pub(super) struct SessionView<'a> {
    full: Option<FullScreenView<'a>>,
    messages: Option<Messages>,
    table: Option<LiveTable>,
    lines: Option<Stream>,
    progress: Option<TimeLine>,
}

impl<'a> SessionView<'a> {
    /// A view that fits the format of standard output.
    pub(super) fn new(showing: Showing<'a>, stop: &StopFlag, interval: Duration) -> Self {
        let Showing { format, stdout, length, full_screen, shares_terminal } = showing;
        let redraws = !shares_terminal && can_redraw();
        let live = format == Format::Table && io::stdout().is_terminal() && redraws;
        let full = full_screen.filter(|_| live).and_then(|asked| FullScreenView::open(asked, stop, length, interval));
        if full.is_some() {
            // Messages on the same terminal would overwrite it.
            let apart = !io::stderr().is_terminal();
            let messages = apart.then(|| Messages::new(Screen::hidden(), Style::stderr()));
            return Self { full, messages, ..Self::default() };
        }
        let screen = if live {
            Screen::stdout()
        } else if format == Format::Json && io::stderr().is_terminal() && !shares_terminal {
            Screen::stderr()
        } else {
            Screen::hidden()
        };
        let table = live.then(|| LiveTable::new(&screen, Style::stdout(), length, Box::new(terminal_size)));
        let progress = length.filter(|_| !live).and_then(|length| TimeLine::on(&screen, length));
        let lines = (format == Format::Table && !live)
            .then(|| Stream::begin_now(stdout, Box::new(|| Ok(Box::new(LogLines::new(NamedStream::stdout())?)))));
        Self { full, messages: Some(Messages::new(screen, Style::stderr())), table, lines, progress }
    }

    /// Adds the parts to the sinks of a session.
    pub(super) fn join<'f>(&'f mut self, fanout: &mut Fanout<'f>) {
        if let Some(full) = &mut self.full {
            full.join(fanout);
        }
        let messages = self.messages.as_mut().map(|messages| messages as &mut dyn EventSink);
        let table = self.table.as_mut().map(|table| table as &mut dyn EventSink);
        let lines = self.lines.as_mut().map(|lines| lines as &mut dyn EventSink);
        let progress = self.progress.as_mut().map(|line| line as &mut dyn EventSink);
        messages.into_iter().chain(table).chain(lines).chain(progress).for_each(|sink| fanout.add(sink));
    }

    /// Removes the redrawn parts from the terminal.
    pub(super) fn clear(&self) {
        if let Some(full) = &self.full {
            full.close();
        }
        if let Some(table) = &self.table {
            table.clear();
        }
        if let Some(progress) = &self.progress {
            progress.clear();
        }
    }
}

/// True if the terminal can redraw. A dumb or unnamed one gets log lines.
fn can_redraw() -> bool {
    cfg!(not(unix)) || std::env::var_os("TERM").is_some_and(|name| !name.is_empty() && name != "dumb")
}
