//! Picture: the content of the full-screen view, apart from any terminal.

use std::io;
use std::time::Duration;

use ratatui::Frame;

use crate::alert::Severity;
use crate::event::{Event, EventSink, JobTimes, Timelines};
use crate::terminal::style::Style;

use super::draw::draw;
use super::keys::{Key, Request};
use super::palette::Palette;
use super::view_state::ViewState;

/// Sink of events that can be drawn at any time.
#[derive(Debug)]
pub struct Picture {
    state: ViewState,
    palette: Palette,
}

impl Picture {
    /// An empty picture. `length` is the length of the session, if it is known; `jobs` are marked on the time axis.
    #[must_use]
    pub fn new(length: Option<Duration>, jobs: JobTimes, style: Style) -> Self {
        Self { state: ViewState::new(length, jobs), palette: Palette::new(style.is_coloured()) }
    }

    /// Handles one key, and returns its request to the program.
    pub fn key(&mut self, key: Key) -> Option<Request> {
        self.state.key(key)
    }

    /// Draws the picture.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        draw(frame, &self.state, self.palette);
    }

    /// Handles one event. Returns true if there is something new to draw.
    pub(super) fn handle(&mut self, event: Event<'_>) -> bool {
        self.state.handle(event)
    }

    /// Sets the advice that is shown while no process matches.
    pub fn set_hint(&mut self, text: String) {
        self.state.set_hint(text);
    }

    /// Shows a message in the last line until the next key.
    pub(super) fn show_message(&mut self, text: String) {
        self.state.show_message(text);
    }

    /// Returns the timelines of the targets, also during a pause.
    pub(super) fn timelines(&self) -> &Timelines {
        self.state.live().timelines()
    }

    /// Returns the news above a severity, oldest first.
    pub(super) fn news_above(&self, severity: Severity) -> Vec<String> {
        let news = self.state.live().news().filter(|news| news.severity > severity);
        news.map(|news| format!("{} {}", news.at, news.text)).collect()
    }
}

impl EventSink for Picture {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.handle(event);
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}
