//! The end that all sessions share: report, files, summary, exit status.

use std::io::{self, IsTerminal, Write};

use crate::clock::{Clock, SystemClock};
use crate::report::{Ending, Recorder};
use crate::schema;
use crate::session::{Rules, Watch};
use crate::source::own_peak_rss_bytes;
use crate::terminal::{Style, TableSize, summary};

use super::args::{AnalysisArgs, Format, OutputArgs};
use super::error::Error;
use super::exit::{self, Judgement};
use super::outputs::{Outputs, failed};
use super::view::terminal_size;
use super::{print, settings};

/// Everything that is known when a session has ended.
pub(super) struct Closing<'a> {
    pub(super) output: &'a OutputArgs,
    pub(super) analysis: &'a AnalysisArgs,
    pub(super) rules: &'a Rules,
    pub(super) session: schema::Session,
    pub(super) judgement: Judgement,
    /// What a sink could not take, if the session ended with it.
    pub(super) sink_failure: Option<io::Error>,
    pub(super) watch: &'a Watch,
    pub(super) recorder: Recorder,
    pub(super) outputs: Outputs,
}

impl Closing<'_> {
    /// Writes everything that was asked for and returns the exit status.
    pub(super) fn close(mut self) -> Result<u8, Error> {
        // A reader that has gone wanted no more; that is no failure.
        let failure = self.sink_failure.take().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        if failure.is_some() {
            self.judgement.code = exit::ERROR;
        }
        let ending = Ending {
            session: self.session,
            settings: settings::for_report(self.analysis, self.rules),
            verdict: schema::SessionVerdict {
                status: crate::report::status(self.judgement.status),
                exit_status: self.judgement.code,
                summary: self.judgement.summary.clone(),
            },
            observer: schema::Observer {
                cpu_seconds: Some(SystemClock.cpu_time().as_secs_f64()),
                max_rss_bytes: own_peak_rss_bytes(),
            },
        };
        let targets = self.watch.targets();
        let report = self.recorder.into_report(ending, targets, &self.watch.folded());
        let written = self.outputs.finish(&report);
        if self.output.format == Format::Table {
            print(&summary(targets, summary_width(), Style::stdout()))?;
        }
        written?;
        if let Some(error) = failure {
            return Err(failed(&error));
        }
        drop(writeln!(io::stderr(), "{}", self.judgement.summary));
        Ok(self.judgement.code)
    }
}

/// Columns for a table that stays: those of the terminal, or enough for all of it.
pub(super) fn summary_width() -> u16 {
    if io::stdout().is_terminal() { terminal_size().0 } else { TableSize::UNBOUNDED.width }
}
