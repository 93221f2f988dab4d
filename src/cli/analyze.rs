//! The same analysis over recordings: every file by itself, one after the other.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::escape;
use crate::event::{EventSink, Fanout};
use crate::model::Timestamp;
use crate::report::Recorder;
use crate::schema;
use crate::session::{ReplayFailure, Rules, TargetSet, replay};
use crate::source::recording::{Layout, Recording};
use crate::terminal::{FileLine, Messages, Screen, Style};

use super::args::OutputArgs;
use super::closing::{Closing, Shown};
use super::command::Leash;
use super::error::Error;
use super::gate::Gate;
use super::outputs::{Files, Outputs};
use super::recording_args::{AnalyzeArgs, ColumnArgs, ReportArgs};
use super::stream::StandsFor;
use super::{exit, settings, signals};

/// What all files together came to.
#[derive(Default)]
struct Totals {
    rows: u64,
    span: Option<(Timestamp, Timestamp)>,
    /// A message for each file that could not be used.
    unusable: Vec<String>,
    /// Files of which nothing may be said: what was read of them was misread.
    refused: Vec<String>,
    interrupted: bool,
    failed: Option<io::Error>,
}

impl From<ReportArgs> for AnalyzeArgs {
    fn from(args: ReportArgs) -> Self {
        let ReportArgs { files, outputs, columns, analysis } = args;
        Self { files, columns, analysis, output: OutputArgs { outputs, ..OutputArgs::default() } }
    }
}

/// The same to make files of: standard output stays empty, the exit status says nothing unless it was asked to.
pub(super) fn report(args: ReportArgs) -> Result<u8, Error> {
    let args = args.into();
    analyze(&args, Shown::Written)
}

/// Analyses all files, writes the reports and returns the exit status.
pub(super) fn run(args: &AnalyzeArgs) -> Result<u8, Error> {
    analyze(args, Shown::of(&args.output))
}

fn analyze(args: &AnalyzeArgs, shown: Shown) -> Result<u8, Error> {
    let rules = settings::replay_rules(&args.analysis);
    let stop = StopFlag::default();
    signals::install(&stop, &Leash::default())?;
    let mut outputs = Files::open(&args.output, &args.files, StandsFor::stdout(&args.output, None))?
        .begin(SystemClock.now().wall, None);
    let mut recorder = Recorder::default();
    let mut gate = Gate::new(&args.analysis, &rules, &stop, Duration::ZERO)?;
    let mut watch = TargetSet::new(rules.clone(), gate.warmup_s());
    let screen = if io::stderr().is_terminal() { Screen::stderr() } else { Screen::hidden() };
    let mut messages = Messages::quiet(screen.clone(), Style::stderr());
    let totals = {
        let mut fanout = Fanout::default();
        gate.join(&mut fanout);
        fanout.add(&mut recorder);
        outputs.join(&mut fanout);
        fanout.add(&mut messages);
        all_files(args, &screen, &stop, &mut watch, &mut fanout)
    };
    conclude(args, shown, &rules, totals, watch, recorder, outputs, gate)
}

fn all_files(
    args: &AnalyzeArgs,
    screen: &Screen,
    stop: &StopFlag,
    watch: &mut TargetSet,
    fanout: &mut Fanout<'_>,
) -> Totals {
    let layout = layout(&args.columns);
    let line = FileLine::new(screen, args.files.len());
    let mut totals = Totals::default();
    for (number, file) in args.files.iter().enumerate() {
        let name = file.to_string_lossy();
        line.begin(number, &escape::terminal(&name));
        let mut go_on = |_: &Recording| !stop.is_raised();
        let outcome = Recording::open(&name, &layout)
            .map_err(ReplayFailure::from)
            .and_then(|mut recording| replay(&name, &mut recording, watch, fanout, &mut go_on));
        match outcome {
            Ok(outcome) => {
                totals.rows += outcome.rows;
                totals.span = match (totals.span, outcome.span) {
                    (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                    (before, this) => before.or(this),
                };
            }
            Err(ReplayFailure::Recording(error)) => {
                if error.invalidates_all_rows() {
                    watch.forget_recording();
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
        if let Err(error) = fanout.report_lost_outputs(at) {
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

#[expect(clippy::too_many_arguments, reason = "all that a session leaves, used once")]
fn conclude(
    args: &AnalyzeArgs,
    shown: Shown,
    rules: &Rules,
    totals: Totals,
    watch: TargetSet,
    mut recorder: Recorder,
    mut outputs: Outputs,
    mut gate: Gate,
) -> Result<u8, Error> {
    for message in &totals.unusable {
        drop(writeln!(io::stderr(), "error: {}", escape::terminal(message)));
        recorder.note("unreadable", message.clone());
    }
    for name in &totals.refused {
        recorder.forget(name);
        gate.forget(name);
    }
    gate.conclude_recordings(&watch);
    let mut judgement = gate.judge(&settings::gate(&args.analysis), watch.targets());
    let unusable = totals.unusable.len();
    if unusable > 0 {
        // A file that could not be judged must not pass for one that was; a leak that was found stays one.
        judgement.code = if judgement.code == exit::FOUND { exit::FOUND } else { exit::ERROR };
        let failed = format!("{unusable} of {} files could not be analysed", args.files.len());
        // "no leak" is nothing to say of files of which none could be judged.
        let alone = unusable == args.files.len() && judgement.code == exit::ERROR;
        judgement.summary = if alone { failed } else { format!("{}; {failed}", judgement.summary) };
    }
    // An empty page in place of a good one would be a loss.
    let read_nothing = unusable == args.files.len() && watch.targets().is_empty();
    let left = if read_nothing { outputs.leave_files() } else { Vec::new() };
    if !left.is_empty() {
        judgement.summary.push_str(&format!("; not written: {}", left.join(", ")));
    }
    let shown = if read_nothing && shown == Shown::Written { Shown::Nothing } else { shown };
    let session = session_entry(args, &totals);
    let (output, analysis) = (&args.output, &args.analysis);
    let sink_failure = totals.failed;
    let cost = None;
    Closing { shown, output, analysis, rules, session, judgement, gate, cost, sink_failure, watch, recorder, outputs }
        .close()
}

fn layout(columns: &ColumnArgs) -> Layout {
    Layout {
        time_column: columns.time_column.clone(),
        value_column: columns.value_column.clone(),
        value_unit: columns.value_unit.clone(),
        group_by: columns.group_by.clone(),
        line_regex: columns.line_regex.clone(),
    }
}

fn session_entry(args: &AnalyzeArgs, totals: &Totals) -> schema::Session {
    let (first, last) = totals.span.unwrap_or_else(|| {
        let now = SystemClock.now().wall;
        (now, now)
    });
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
