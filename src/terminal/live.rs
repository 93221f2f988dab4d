//! The live table, redrawn in place at each tick.

use std::io;
use std::time::Duration;

use indicatif::ProgressBar;

use crate::event::{Event, EventSink, Target, Tick};
use crate::model::Timestamp;
use crate::units::{Bytes, Span};

use super::table::{TableSize, table};
use super::{Screen, Style, TimeLine};

/// Lines around the rows: headline, head of the table, "and more", progress, and one that stays free.
const OTHER_LINES: u16 = 5;

/// Redraws the table of targets on a terminal.
pub struct LiveTable {
    view: ProgressBar,
    progress: Option<TimeLine>,
    style: Style,
    size: Box<dyn Fn() -> (u16, u16)>,
    started: Option<Timestamp>,
    host: String,
}

impl LiveTable {
    /// A table on `screen`; `size` tells columns and rows of the terminal, `end` when the session ends.
    #[must_use]
    pub fn new(screen: &Screen, style: Style, end: Option<Duration>, size: Box<dyn Fn() -> (u16, u16)>) -> Self {
        let view = screen.text();
        let progress = end.and_then(|end| TimeLine::on(screen, end));
        Self { view, progress, style, size, started: None, host: String::new() }
    }

    /// Takes the table off the screen.
    pub fn clear(&self) {
        self.view.finish_and_clear();
        if let Some(progress) = &self.progress {
            progress.clear();
        }
    }

    fn draw(&mut self, tick: &Tick, targets: &[Target]) {
        let started = *self.started.get_or_insert(tick.at);
        if let Some(host) = tick.host {
            self.host = format!(", host memory {} free", Bytes(host.available_bytes));
        }
        let (width, height) = (self.size)();
        let size = TableSize { width, rows: usize::from(height.saturating_sub(OTHER_LINES)).max(1) };
        let running = targets.iter().filter(|target| target.lifetime.ended.is_none() && target.key.is_some()).count();
        let elapsed = tick.at.seconds_since(started);
        let headline = format!("leakwatch  {running} running, watched for {}{}", Span(elapsed.round()), self.host);
        let headline: String = headline.chars().take(usize::from(width)).collect();
        let rows = table(targets, size, self.style);
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
