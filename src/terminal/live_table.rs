//! The live table, redrawn in place at each tick.

use std::io;
use std::time::Duration;

use indicatif::ProgressBar;

use crate::event::{Event, EventSink, Target, Tick};
use crate::model::Timestamp;

use super::headline::{SEPARATOR, count_running, fitting_parts, format_host, format_watched};
use super::progress::{Screen, TimeLine};
use super::shared_leaks::SharedLeaks;
use super::style::Style;
use super::table::{TableSize, format_table};

/// Lines beside the rows: headline, headings, "and more", progress, and one that stays free.
const OTHER_LINES: u16 = 5;

/// Sink that redraws the table of targets on a terminal.
pub struct LiveTable {
    view: ProgressBar,
    progress: Option<TimeLine>,
    style: Style,
    size: Box<dyn Fn() -> (u16, u16)>,
    started: Option<Timestamp>,
    host: String,
}

impl LiveTable {
    /// A table on `screen`. `size` returns the columns and rows of the terminal; `end` is the length of the session.
    #[must_use]
    pub fn new(screen: &Screen, style: Style, end: Option<Duration>, size: Box<dyn Fn() -> (u16, u16)>) -> Self {
        let view = screen.text();
        let progress = end.and_then(|end| TimeLine::on(screen, end));
        Self { view, progress, style, size, started: None, host: String::new() }
    }

    /// Removes the table from the screen.
    pub fn clear(&self) {
        self.view.finish_and_clear();
        if let Some(progress) = &self.progress {
            progress.clear();
        }
    }

    fn draw(&mut self, tick: &Tick, targets: &[Target]) {
        let started = *self.started.get_or_insert(tick.at);
        if let Some(host) = tick.host {
            self.host = format_host(host);
        }
        let (width, height) = (self.size)();
        let size = TableSize { width, rows: usize::from(height.saturating_sub(OTHER_LINES)).max(1) };
        let shared = SharedLeaks::find(targets);
        let running = format!("{} running", count_running(targets));
        let (leaks, watched) = (shared.count_text(), format_watched(tick.at.seconds_since(started), None));
        let parts = ["leakwatch", &running, &leaks, &watched, &self.host];
        let headline = fitting_parts(&parts, width.into()).join(SEPARATOR);
        let rows = format_table(targets, &shared, size, self.style);
        self.view.set_message(format!("{}\n{rows}", self.style.bold(&headline)));
    }
}

impl EventSink for LiveTable {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Event::Ticked(tick, targets) = event {
            self.draw(tick, targets);
        }
        self.progress.as_mut().map_or(Ok(()), |progress| progress.on_event(event))
    }
}
