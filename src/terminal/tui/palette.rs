//! Palette: colours and weights of the full-screen view.

use ratatui::style::{Color, Modifier, Style};

use crate::alert::Severity;
use crate::analysis::Status;

/// Styles of text, with or without colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    coloured: bool,
}

impl Palette {
    /// A palette with or without colours.
    pub(super) fn new(coloured: bool) -> Self {
        Self { coloured }
    }

    /// Returns the style of a colour.
    pub(super) fn colour(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }

    /// Returns the style of secondary text.
    pub(super) fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Returns the style of important text.
    pub(super) fn bold(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the style of a verdict. It avoids red against green, and uses weight without colours.
    pub(super) fn verdict(self, status: Status) -> Style {
        match status {
            Status::Leaking => self.colour(Color::Red).add_modifier(Modifier::BOLD),
            Status::Suspect => self.colour(Color::Yellow).add_modifier(Modifier::BOLD),
            Status::WarmingUp => self.colour(Color::Cyan),
            Status::InsufficientData => self.dim(),
            Status::Stable => self.colour(Color::Blue),
        }
    }

    /// Returns the style of a severity.
    pub(super) fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Info => self.dim(),
            Severity::Warning => self.colour(Color::Yellow),
            Severity::Critical => self.colour(Color::Red).add_modifier(Modifier::BOLD),
        }
    }
}
