//! Colours, or none: decided once, from `--color`, `NO_COLOR`, `CLICOLOR_FORCE` and whether a terminal listens.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Color, Effects};
use comfy_table::Attribute;

use crate::alert::Severity;
use crate::analysis::Status;

/// Whether a stream gets colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    coloured: bool,
}

impl Style {
    /// No colours at all.
    pub const PLAIN: Self = Self { coloured: false };

    /// Colours for standard output as the user and the environment want them.
    #[must_use]
    pub fn stdout() -> Self {
        Self { coloured: AutoStream::choice(&std::io::stdout()) != ColorChoice::Never }
    }

    /// Colours for standard error as the user and the environment want them.
    #[must_use]
    pub fn stderr() -> Self {
        Self { coloured: AutoStream::choice(&std::io::stderr()) != ColorChoice::Never }
    }

    /// Whether colours are on.
    #[must_use]
    pub fn is_coloured(self) -> bool {
        self.coloured
    }

    fn paint(self, text: &str, style: anstyle::Style) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Text that stands out.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().effects(Effects::BOLD))
    }

    /// Text that steps back.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        self.paint(text, anstyle::Style::new().effects(Effects::DIMMED))
    }

    /// Text in the colour of a severity.
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

/// Colour and weight of a verdict in a table. Red and blue are told apart by those who do not see red from green,
/// and the words say it too.
pub(super) fn verdict_colour(status: Status) -> (comfy_table::Color, Attribute) {
    match status {
        Status::Leaking => (comfy_table::Color::Red, Attribute::Bold),
        Status::Suspect => (comfy_table::Color::Yellow, Attribute::Bold),
        Status::WarmingUp => (comfy_table::Color::Cyan, Attribute::NormalIntensity),
        Status::InsufficientData => (comfy_table::Color::Reset, Attribute::Dim),
        Status::Stable => (comfy_table::Color::Blue, Attribute::NormalIntensity),
    }
}
