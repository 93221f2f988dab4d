//! Style of text: colours from `--color`, `NO_COLOR`, `CLICOLOR_FORCE` and the kind of the stream.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Color, Effects};
use comfy_table::Attribute;

use crate::alert::Severity;
use crate::analysis::Status;

/// Style of a stream: with or without colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    coloured: bool,
}

impl Style {
    /// No colours at all.
    pub const PLAIN: Self = Self { coloured: false };

    /// Style of standard output, from the options and the environment.
    #[must_use]
    pub fn stdout() -> Self {
        Self { coloured: AutoStream::choice(&std::io::stdout()) != ColorChoice::Never }
    }

    /// Style of standard error, from the options and the environment.
    #[must_use]
    pub fn stderr() -> Self {
        Self { coloured: AutoStream::choice(&std::io::stderr()) != ColorChoice::Never }
    }

    /// True if colours are on.
    #[must_use]
    pub fn is_coloured(self) -> bool {
        self.coloured
    }

    fn paint(self, text: &str, style: anstyle::Style) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Returns the text in bold.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().effects(Effects::BOLD))
    }

    /// Returns the text dimmed.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().effects(Effects::DIMMED))
    }

    /// Returns the text in the colour of a severity.
    #[must_use]
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let colour = match severity {
            Severity::Info => AnsiColor::Cyan,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Critical => AnsiColor::Red,
        };
        self.paint(text, anstyle::Style::new().fg_color(Some(Color::Ansi(colour))).effects(Effects::BOLD))
    }
}

/// Returns the colour and weight of a verdict in a table. Red and blue differ for colour-blind readers too.
pub(super) fn verdict_colour(status: Status) -> (comfy_table::Color, Attribute) {
    match status {
        Status::Leaking => (comfy_table::Color::Red, Attribute::Bold),
        Status::Suspect => (comfy_table::Color::Yellow, Attribute::Bold),
        Status::WarmingUp => (comfy_table::Color::Cyan, Attribute::NormalIntensity),
        Status::InsufficientData => (comfy_table::Color::Reset, Attribute::Dim),
        Status::Stable => (comfy_table::Color::Blue, Attribute::NormalIntensity),
    }
}
