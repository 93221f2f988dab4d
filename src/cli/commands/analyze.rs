//! `analyze` and `report`: judge recordings, every file by itself, one after the other.

use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::escape;
use crate::event::{EventSink, Fanout};
use crate::model::Timestamp;
use crate::outcome::End;
use crate::schema;
use crate::session::{ReplayFailure, TargetSet, replay};
use crate::source::recording::{Layout, Recording, RecordingError, input_formats};
use crate::terminal::{FileLine, Messages, Screen, Style};
use crate::units::Bytes;

use crate::cli::args::{AnalyzeArgs, ColumnArgs, OutputArgs, ReportArgs, TimeUnitArg};
use crate::cli::assembly::{Assembly, PreparedSession, SessionArgs, SessionEnd, Shown};
use crate::cli::child::ChildGuard;
use crate::cli::error::{Error, Kind};
use crate::cli::print::print;
use crate::cli::{settings, signals};

/// Sums over all files.
#[derive(Default)]
struct Totals {
    rows: u64,
    span: Option<(Timestamp, Timestamp)>,
    /// Message for each file that could not be analysed.
    unusable: Vec<String>,
    /// Files that were misread as a whole: their rows must not count.
    refused: Vec<String>,
    /// Number of files whose values are all 0.
    unmeasured: usize,
    interrupted: bool,
    failed: Option<io::Error>,
}

impl From<ReportArgs> for AnalyzeArgs {
    fn from(args: ReportArgs) -> Self {
        let ReportArgs { files, outputs, columns, analysis } = args;
        Self { files, columns, jobs: None, analysis, output: OutputArgs { outputs, ..OutputArgs::default() } }
    }
}

/// Writes reports from recordings. Standard output stays empty.
pub(crate) fn report(args: ReportArgs) -> Result<u8, Error> {
    let args = args.into();
    analyze(&args, Shown::WrittenFiles)
}

/// Judges all files, writes the reports and returns the exit status.
pub(crate) fn run(args: &AnalyzeArgs) -> Result<u8, Error> {
    if args.columns.input_format.as_deref() == Some("list") {
        let lines: String = input_formats().iter().map(|(name, about)| format!("{name:<14} {about}\n")).collect();
        return print(&lines);
    }
    if args.files.is_empty() {
        return Err(Error::new(Kind::Usage, "name a recording, or - for standard input"));
    }
    analyze(args, Shown::for_format(args.output.format))
}

fn analyze(args: &AnalyzeArgs, shown: Shown) -> Result<u8, Error> {
    let rules = settings::replay_rules(&args.analysis);
    let stop = StopFlag::default();
    signals::install(&stop, &ChildGuard::default())?;
    let session = SessionArgs::replay(&args.analysis, &args.output, &args.files);
    let mut assembly = PreparedSession::open(session, rules, &stop, Duration::ZERO)?.begin(None);
    let screen = if io::stderr().is_terminal() { Screen::stderr() } else { Screen::hidden() };
    let mut messages = Messages::quiet(screen.clone(), Style::stderr());
    let totals = {
        let (targets, mut sinks) = assembly.parts();
        sinks.add(&mut messages);
        replay_files(args, &screen, &stop, targets, &mut sinks)
    };
    close(args, shown, totals, assembly)
}

/// Replays all files.
fn replay_files(
    args: &AnalyzeArgs,
    screen: &Screen,
    stop: &StopFlag,
    targets: &mut TargetSet,
    sinks: &mut Fanout<'_>,
) -> Totals {
    let layout = layout(&args.columns);
    let jobs = args.jobs.map_or_else(|| thread::available_parallelism().map_or(1, NonZero::get), NonZero::get);
    let line = FileLine::new(screen, args.files.len());
    let mut totals = Totals::default();
    for (number, file) in args.files.iter().enumerate() {
        let name = file.to_string_lossy();
        line.show(number, &escape::terminal(&name));
        let mut progress = || !stop.is_raised();
        let replayed = Recording::open(&name, &layout)
            .map_err(ReplayFailure::from)
            .and_then(|mut recording| replay(&name, &mut recording, targets, sinks, jobs, &mut progress));
        match replayed {
            Ok(summary) => {
                totals.rows += summary.rows;
                totals.span = match (totals.span, summary.span) {
                    (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                    (before, this) => before.or(this),
                };
            }
            Err(ReplayFailure::Recording(error)) => {
                totals.unmeasured += usize::from(matches!(error, RecordingError::AllZero { .. }));
                if error.invalidates_all_rows() {
                    targets.forget_recording();
                    totals.refused.push(name.into_owned());
                }
                totals.unusable.push(error.to_string());
            }
            Err(ReplayFailure::Sink(error)) => {
                totals.failed = Some(error);
                break;
            }
        }
        let at = totals.span.map_or_else(|| SystemClock.now().wall, |(_, last)| last);
        if let Err(error) = sinks.report_lost_outputs(at) {
            totals.failed = Some(error);
            break;
        }
        if stop.is_raised() {
            totals.interrupted = true;
            break;
        }
    }
    line.clear();
    totals
}

/// Closes the session of all files.
fn close(args: &AnalyzeArgs, shown: Shown, totals: Totals, mut assembly: Assembly<'_>) -> Result<u8, Error> {
    for message in &totals.unusable {
        drop(writeln!(io::stderr(), "error: {}", escape::terminal(message)));
        assembly.note("unreadable", message.clone());
    }
    for name in &totals.refused {
        assembly.forget_recording(name);
    }
    assembly.conclude();
    let unusable = totals.unusable.len();
    // An empty page in place of a good one would be a loss.
    let read_nothing = unusable == args.files.len() && assembly.targets().targets().is_empty();
    let not_written = if read_nothing { assembly.leave_files() } else { Vec::new() };
    let shown = if read_nothing && shown == Shown::WrittenFiles { Shown::Nothing } else { shown };
    let session = session_entry(args, &totals);
    let unmeasured = totals.unmeasured;
    let unusable = unusable - unmeasured;
    let end = End::Recordings { files: args.files.len(), unusable, unmeasured, not_written: &not_written };
    assembly.close(SessionEnd::replay(session, end, totals.failed, shown))
}

/// Returns the layout that the arguments describe.
fn layout(columns: &ColumnArgs) -> Layout {
    Layout {
        time_column: columns.time_column.clone(),
        value_column: columns.value_column.clone(),
        value_unit: columns.value_unit,
        group_by: columns.group_by.clone(),
        line_regex: columns.line_regex.clone(),
        input_format: columns.input_format.clone(),
        time_format: columns.time_format.map(Into::into),
        time_unit_s: columns.time_unit.map(TimeUnitArg::seconds),
        timezone_s: columns.timezone,
        decimal_mark: columns.decimal_mark.map(Into::into),
        total_bytes: columns.total.map(|Bytes(bytes)| bytes),
    }
}

/// Returns the session for the report.
fn session_entry(args: &AnalyzeArgs, totals: &Totals) -> schema::Session {
    let now = SystemClock.now().wall;
    let (first, last) = totals.span.unwrap_or((now, now));
    let name = |path: &Path| path.display().to_string();
    let selection = match args.files.as_slice() {
        [one] => name(one),
        several => format!("{} files", several.len()),
    };
    schema::Session {
        kind: schema::SessionKind::Analyze,
        started_at: first.to_string(),
        ended_at: last.to_string(),
        ended_by: if totals.failed.is_some() {
            schema::EndedBy::OutputFailed
        } else if totals.interrupted {
            schema::EndedBy::Signal
        } else {
            schema::EndedBy::EndOfRecording
        },
        interval_seconds: None,
        extension: None,
        ticks: totals.rows,
        missed_ticks: 0,
        max_late_seconds: None,
        suspended_seconds: None,
        host: None,
        selection,
        unreadable: u64::try_from(totals.unusable.len()).unwrap_or(u64::MAX),
        command: None,
    }
}
