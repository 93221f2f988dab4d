//! The end that all sessions share: report, files, summary, exit status.

use std::io::{self, IsTerminal, Write};

use crate::clock::{Clock, SystemClock};
use crate::escape;
use crate::event::RetiredSummary;
use crate::report::{Document, Ending, Recorder};
use crate::schema;
use crate::session::{Cost, Rules, TargetSet};
use crate::source::own_peak_rss_bytes;
use crate::terminal::{Style, TableSize, for_stderr, summary};

use super::args::{AnalysisArgs, Format, OutputArgs};
use super::error::Error;
use super::exit::{self, Judgement};
use super::gate::Gate;
use super::outputs::{Outputs, failed};
use super::view::terminal_size;
use super::{github, print, settings};

/// What people are shown at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The table and the reasons, on standard output.
    Summary,
    /// Nothing there: it carries data.
    Nothing,
    /// Nothing there, and which files were written.
    Written,
}

impl Shown {
    /// What the format of standard output leaves room for.
    pub(super) fn of(output: &OutputArgs) -> Self {
        if output.format == Format::Table { Self::Summary } else { Self::Nothing }
    }
}

/// Everything that is known when a session has ended.
pub(super) struct Closing<'a> {
    pub(super) shown: Shown,
    pub(super) output: &'a OutputArgs,
    pub(super) analysis: &'a AnalysisArgs,
    pub(super) rules: &'a Rules,
    pub(super) session: schema::Session,
    pub(super) judgement: Judgement,
    pub(super) gate: Gate,
    /// What a sink could not take, if the session ended with it.
    pub(super) sink_failure: Option<io::Error>,
    /// What a live session has cost.
    pub(super) cost: Option<Cost>,
    pub(super) watch: TargetSet,
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
        let (targets, retired) = self.watch.into_targets();
        for incomplete in self.outputs.incomplete() {
            self.judgement.code = exit::ERROR;
            self.judgement.summary.push_str(&format!("; {incomplete}"));
        }
        self.judgement.summary.push_str(&came_and_went(&retired));
        let ending = Ending {
            session: self.session,
            settings: settings::for_report(self.analysis, self.rules),
            verdict: schema::SessionVerdict {
                status: crate::report::status(self.judgement.status),
                exit_status: self.judgement.code,
                summary: self.judgement.summary.clone(),
            },
            gate: self.gate.entry(),
            observer: observer(self.cost.as_ref()),
        };
        let mut report = self.recorder.into_report(ending, &targets, &retired);
        self.gate.excuse(&targets, &mut report);
        let timelines = self.outputs.take_timelines();
        let timeline = |target| timelines.as_ref().and_then(|timelines| timelines.get(target));
        let document = Document { report: &report, timelines: targets.iter().map(timeline).collect() };
        let written = self.outputs.finish(&document);
        github::tell(&document);
        let printed = match self.shown {
            Shown::Summary => print(&summary(&targets, &retired, stdout_width(), Style::stdout())).map(drop),
            Shown::Nothing | Shown::Written => Ok(()),
        };
        self.gate.say();
        // What was found is said, whatever could not be written.
        let names =
            if self.shown == Shown::Written && written.is_ok() { written_files(self.output) } else { String::new() };
        drop(writeln!(io::stderr(), "{}", for_stderr(&format!("{names}{}", self.judgement.summary))));
        printed.and(written).and(failure.map_or(Ok(()), |error| Err(failed(&error))))?;
        Ok(self.judgement.code)
    }
}

/// `written: a.html, b.svg; `
fn written_files(output: &OutputArgs) -> String {
    let names: Vec<String> =
        output.outputs.iter().map(|path| escape::terminal(&path.display().to_string()).into_owned()).collect();
    format!("written: {}; ", names.join(", "))
}

/// What leakwatch itself has cost so far.
pub(super) fn observer(cost: Option<&Cost>) -> schema::Observer {
    let cpu_seconds = SystemClock.cpu_time().as_secs_f64();
    schema::Observer {
        cpu_seconds: Some(cpu_seconds),
        cpu_percent: cost.filter(|cost| cost.elapsed_s > 0.0).map(|cost| 100.0 * cpu_seconds / cost.elapsed_s),
        max_rss_bytes: own_peak_rss_bytes(),
        missed_ticks: cost.map(|cost| cost.missed_ticks),
        longest_pause_seconds: cost.and_then(|cost| cost.longest_pause_s),
        counter_error_bytes: cost.map(|cost| cost.counter_error_bytes),
        gave_up_pss: cost.map(|cost| cost.gave_up_pss),
        final_interval_seconds: cost.map(|cost| cost.interval_s),
    }
}

/// What the summary does not count: targets that have gone and are kept as a number only.
fn came_and_went(retired: &[RetiredSummary]) -> String {
    let count: u64 = retired.iter().map(|line| line.count).sum();
    let alarming: u64 = retired.iter().map(|line| line.alarming).sum();
    match (count, alarming) {
        (0, _) => String::new(),
        (_, 0) => format!("; {count} more came and went"),
        _ => format!("; {count} more came and went, {alarming} of them leaking or suspect"),
    }
}

/// Columns of the terminal on standard output; `None` where none listens.
pub(super) fn stdout_width() -> Option<u16> {
    io::stdout().is_terminal().then(|| terminal_size().0)
}

/// Columns for a table that stays: those of the terminal, or enough for all of it.
pub(super) fn summary_width() -> u16 {
    stdout_width().unwrap_or(TableSize::UNBOUNDED.width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_is_counted() {
        let line = |count, alarming| RetiredSummary { name: String::new(), count, alarming, rss_max: None };
        assert_eq!(came_and_went(&[]), "");
        assert_eq!(came_and_went(&[line(3, 0), line(4, 0)]), "; 7 more came and went");
        assert!(came_and_went(&[line(3, 1), line(4, 1)]).ends_with("2 of them leaking or suspect"));
    }
}
