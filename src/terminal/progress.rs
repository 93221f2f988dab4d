//! The part of the terminal that is redrawn in place, shared by table, progress line and messages.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The redrawn part of a terminal. Without a terminal it draws nothing.
#[derive(Debug, Clone)]
pub struct Screen {
    multi: MultiProgress,
}

impl Screen {
    /// On standard output, where the live table goes.
    #[must_use]
    pub fn stdout() -> Self {
        Self { multi: MultiProgress::with_draw_target(ProgressDrawTarget::stdout()) }
    }

    /// On standard error, beside data on standard output.
    #[must_use]
    pub fn stderr() -> Self {
        Self { multi: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()) }
    }

    /// Nowhere.
    #[must_use]
    pub fn hidden() -> Self {
        Self { multi: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()) }
    }

    /// Clears the screen part, lets `write` print above it, and draws it again.
    pub fn print_above<R>(&self, write: impl FnOnce() -> R) -> R {
        self.multi.suspend(write)
    }

    /// A text of several lines.
    pub(super) fn text(&self) -> ProgressBar {
        let style = ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        self.multi.add(ProgressBar::no_length().with_style(style))
    }

    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.multi.add(ProgressBar::new(length).with_style(style.progress_chars("━╸─")))
    }

    /// A line that runs to a known end in time.
    #[must_use]
    pub fn time_line(&self, end: Duration) -> Progress {
        let length = u64::try_from(end.as_millis()).unwrap_or(u64::MAX).max(1);
        Progress { bar: self.bar(length, "{bar:30} {percent:>3} %  {msg}"), end }
    }

    /// A line over the bytes of files.
    #[must_use]
    pub fn byte_line(&self, bytes: u64) -> Progress {
        let bar = self.bar(bytes.max(1), "{bar:30} {percent:>3} %  {bytes} of {total_bytes}  {msg}");
        Progress { bar, end: Duration::ZERO }
    }
}

/// A progress line.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    end: Duration,
}

impl Progress {
    /// Time has come this far.
    pub fn reached(&self, elapsed: Duration) {
        let left = crate::units::Span(self.end.saturating_sub(elapsed).as_secs_f64().round());
        self.bar.set_message(format!("{left} left"));
        self.bar.set_position(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
    }

    /// So many bytes have been read.
    pub fn read(&self, bytes: u64) {
        self.bar.set_position(bytes);
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
