//! Showing of a session: the view that the options ask for.

use std::time::Duration;

use crate::event::JobTimes;
use crate::schema;
use crate::session::Rules;

use crate::cli::args::{AnalysisArgs, Format, OutputArgs, SamplingArgs};
use crate::cli::child::ChildGuard;
use crate::cli::settings;
use crate::cli::stream::OutputRole;

/// Needs of the full-screen view, if one may be opened.
#[cfg_attr(not(feature = "tui"), expect(dead_code, reason = "only the full-screen view reads it"))]
pub(crate) struct FullScreen<'a> {
    /// Command that keys end together with the session.
    pub(crate) guard: &'a ChildGuard,
    /// Description of the session in a report that a key asks for.
    pub(crate) analysis: &'a AnalysisArgs,
    pub(crate) rules: &'a Rules,
    pub(crate) selection: String,
    /// Command that was started for the session, before its end.
    pub(crate) command: Option<schema::CommandEntry>,
    /// Advice of the start, which the view would hide.
    pub(crate) hint: Option<String>,
    /// Marks on the time axis.
    pub(crate) jobs: JobTimes,
}

/// View of a session.
pub(crate) struct Showing<'a> {
    pub(crate) format: Format,
    pub(crate) stdout: OutputRole,
    /// Length of the session, if it is known.
    pub(crate) length: Option<Duration>,
    /// `None` for the plain table.
    pub(crate) full_screen: Option<FullScreen<'a>>,
    /// True if a command writes to the same terminal: a redrawn part would erase its lines.
    pub(crate) shares_terminal: bool,
}

impl<'a> Showing<'a> {
    /// The view that the options ask for, on a terminal of its own.
    pub(crate) fn new(
        output: &OutputArgs,
        sampling: &SamplingArgs,
        stdout: OutputRole,
        full_screen: FullScreen<'a>,
    ) -> Self {
        Self {
            format: output.format,
            stdout,
            length: settings::length(sampling),
            full_screen: Some(full_screen).filter(|_| !output.is_plain()),
            shares_terminal: false,
        }
    }

    /// The view beside a command that writes to the same terminal: log lines, and nothing that is redrawn.
    pub(crate) fn beside_command(self) -> Self {
        Self { full_screen: None, shares_terminal: true, ..self }
    }
}
