//! The redrawn part of the terminal, shared by table, progress line and messages.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::event::{Event, EventSink, Notice};
use crate::model::Timestamp;
use crate::units::Span;

/// The redrawn part of a terminal. Without a terminal it draws nothing.
#[derive(Debug, Clone)]
pub struct Screen {
    multi: MultiProgress,
}

impl Screen {
    /// The screen on standard output, for the live table.
    #[must_use]
    pub fn stdout() -> Self {
        Self::on(io::stdout().is_terminal().then(ProgressDrawTarget::stdout))
    }

    /// The screen on standard error, beside data on standard output.
    #[must_use]
    pub fn stderr() -> Self {
        Self::on(io::stderr().is_terminal().then(ProgressDrawTarget::stderr))
    }

    /// A screen that draws nothing.
    #[must_use]
    pub fn hidden() -> Self {
        Self::on(None)
    }

    fn on(target: Option<ProgressDrawTarget>) -> Self {
        Self { multi: MultiProgress::with_draw_target(target.unwrap_or_else(ProgressDrawTarget::hidden)) }
    }

    /// Clears the redrawn part, lets `write` print above it, and draws it again.
    pub fn print_above<R>(&self, write: impl FnOnce() -> R) -> R {
        self.multi.suspend(write)
    }

    /// Returns a text of several lines.
    pub(super) fn text(&self) -> ProgressBar {
        if self.multi.is_hidden() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        self.multi.add(ProgressBar::no_length().with_style(style))
    }

    /// Returns a bar. A hidden one gets no style, which saves memory in the background.
    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        if self.multi.is_hidden() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.multi.add(ProgressBar::new(length).with_style(style.progress_chars("━╸─")))
    }
}

/// Progress of a session to its planned end.
#[derive(Debug, Clone)]
pub struct TimeLine {
    bar: ProgressBar,
    end: Duration,
    /// Word before the time that is left.
    prefix: &'static str,
    started: Option<Timestamp>,
}

impl TimeLine {
    /// A line on `screen`; `None` if that draws nothing, which saves text at every tick in the background.
    #[must_use]
    pub fn on(screen: &Screen, end: Duration) -> Option<Self> {
        let drawn = !screen.multi.is_hidden();
        drawn.then(|| Self {
            bar: screen.bar(length(end), "{bar:30} {percent:>3} %  {msg}"),
            end,
            prefix: "",
            started: None,
        })
    }

    /// Removes the line.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// Returns the number of steps of a bar for a session.
fn length(end: Duration) -> u64 {
    u64::try_from(end.as_millis()).unwrap_or(u64::MAX).max(1)
}

impl EventSink for TimeLine {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Event::Notice(_, Notice::Extended(_, longest)) = event {
            (self.end, self.prefix) = (Duration::from_secs_f64(*longest), "at most ");
            self.bar.set_length(length(self.end));
        }
        if let Event::Ticked(tick, _) = event {
            let started = *self.started.get_or_insert(tick.at);
            let elapsed = Duration::from_secs_f64(tick.at.seconds_since(started).max(0.0));
            let left = Span(self.end.saturating_sub(elapsed).as_secs_f64().round());
            self.bar.set_message(format!("{}{left} left", self.prefix));
            self.bar.set_position(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        }
        Ok(())
    }
}

/// Progress through the recordings.
#[derive(Debug, Clone)]
pub struct FileLine {
    bar: ProgressBar,
}

impl FileLine {
    /// A line on `screen` for a number of files.
    #[must_use]
    pub fn new(screen: &Screen, files: usize) -> Self {
        let length = u64::try_from(files).unwrap_or(u64::MAX);
        Self { bar: screen.bar(length, "{bar:30} {pos} of {len} files  {wide_msg}") }
    }

    /// Shows the file with this number, from 0.
    pub fn show(&self, number: usize, name: &str) {
        self.bar.set_position(u64::try_from(number).unwrap_or(u64::MAX));
        self.bar.set_message(name.to_owned());
    }

    /// Removes the line.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
