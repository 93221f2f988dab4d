//! Assembles a session: everything around its targets, from the arguments to the report and the exit status.
//!
//! `watch`, `run` and `analyze` share it. The order is fixed: open all files, begin the outputs, run, close.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::escape;
use crate::event::{Fanout, JobTimes};
use crate::model::{Pid, Timestamp};
use crate::outcome::{BeyondPlan, CaseState, CountedAlerts, End, Facts, OpenVerdicts, ResultCase};
use crate::report::{Document, Ending, Recorder, end_line};
use crate::schema;
use crate::session::{Cost, EndedBy, Extended, LiveSummary, Rules, TargetSet};
use crate::source::own_peak_rss_bytes;
use crate::terminal::{Style, SummaryOptions, format_summary, wrap_for_stderr};

use super::args::{AlertArgs, AnalysisArgs, Format, OutputArgs};
use super::config::{self, allow};
use super::deliveries::Deliveries;
use super::error::Error;
use super::outputs::{Files, Outputs, stream_error};
use super::print::print;
use super::stream::OutputRole;
use super::terminal_size::stdout_width;
use super::thresholds::SessionThresholds;
use super::{github, settings};

/// Arguments that every session has.
#[derive(Clone, Copy)]
pub(super) struct SessionArgs<'a> {
    analysis: &'a AnalysisArgs,
    output: &'a OutputArgs,
    /// `None` for recordings, whose alerts are not sent.
    alerts: Option<&'a AlertArgs>,
    /// Files that are read, and must not be overwritten.
    inputs: &'a [PathBuf],
}

impl<'a> SessionArgs<'a> {
    /// Arguments of a session on running processes.
    pub(super) fn live(analysis: &'a AnalysisArgs, output: &'a OutputArgs, alerts: &'a AlertArgs) -> Self {
        Self { analysis, output, alerts: Some(alerts), inputs: &[] }
    }

    /// Arguments of a session on recordings.
    pub(super) fn replay(analysis: &'a AnalysisArgs, output: &'a OutputArgs, inputs: &'a [PathBuf]) -> Self {
        Self { analysis, output, alerts: None, inputs }
    }
}

/// Text for people at the end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The table and the reasons, on standard output.
    Summary,
    /// Nothing on standard output: it carries data.
    Nothing,
    /// Nothing on standard output, and the names of the written files.
    WrittenFiles,
}

/// A session whose files are open and not yet written.
pub(super) struct PreparedSession<'a> {
    args: SessionArgs<'a>,
    rules: Rules,
    role: OutputRole,
    files: Files,
    thresholds: SessionThresholds,
    deliveries: Option<Deliveries>,
}

impl<'a> PreparedSession<'a> {
    /// Opens everything that the arguments name, so that a fault ends the session before its first sample.
    ///
    /// `warmup` is the start that every verdict excludes if the user gave none.
    pub(super) fn open(args: SessionArgs<'a>, rules: Rules, stop: &StopFlag, warmup: Duration) -> Result<Self, Error> {
        let deliveries = args.alerts.map(|alerts| Deliveries::open(alerts, &args.output.outputs)).transpose()?;
        let allowances = allow::load(&config::paths())?;
        let thresholds =
            SessionThresholds::new(args.analysis, &rules, allowances, stop, warmup, !args.inputs.is_empty())?;
        let role = OutputRole::of_stdout(args.output, args.alerts);
        let files = Files::open(args.output, args.inputs, role)?;
        Ok(Self { args, rules, role, files, thresholds, deliveries })
    }

    /// Begins the outputs. `interval` is that of a live session.
    pub(super) fn begin(self, interval: Option<Duration>) -> Assembly<'a> {
        let Self { args, rules, role, files, thresholds, deliveries } = self;
        let outputs = files.begin(SystemClock.now().wall, interval.map(|interval| interval.as_secs_f64()));
        let targets = TargetSet::new(rules.clone(), thresholds.evaluator().warmup_s());
        let counted = CountedAlerts::new(thresholds.allowances().to_vec());
        let recorder = Recorder::default();
        let open_verdicts = args.analysis.thresholds.fail_if.is_empty();
        let open_verdicts = open_verdicts.then(|| OpenVerdicts::new(thresholds.allowances().to_vec()));
        Assembly { args, rules, role, thresholds, deliveries, outputs, targets, counted, open_verdicts, recorder }
    }
}

/// A running session.
pub(super) struct Assembly<'a> {
    args: SessionArgs<'a>,
    rules: Rules,
    role: OutputRole,
    thresholds: SessionThresholds,
    deliveries: Option<Deliveries>,
    outputs: Outputs,
    targets: TargetSet,
    counted: CountedAlerts,
    /// Question of an extended session; `None` if thresholds ask instead.
    open_verdicts: Option<OpenVerdicts>,
    recorder: Recorder,
}

/// Facts about the end of a session that its driver has.
pub(super) struct SessionEnd<'e> {
    /// Session for the report.
    session: schema::Session,
    /// End of the session for its outcome.
    end: End<'e>,
    /// Duration beyond the planned end.
    beyond_plan: Option<BeyondPlan>,
    /// Cost of a live session.
    cost: Option<Cost>,
    /// Failure of a sink that ended the session.
    sink_failure: Option<io::Error>,
    /// Text for people.
    shown: Shown,
}

impl<'e> SessionEnd<'e> {
    /// End of a session on running processes.
    pub(super) fn live(session: schema::Session, end: End<'e>, live: LiveSummary, format: Format) -> Self {
        Self {
            session,
            end,
            beyond_plan: beyond_plan(&live),
            cost: Some(live.cost),
            sink_failure: live.failed,
            shown: Shown::for_format(format),
        }
    }

    /// End of a session on recordings.
    pub(super) fn replay(
        session: schema::Session,
        end: End<'e>,
        sink_failure: Option<io::Error>,
        shown: Shown,
    ) -> Self {
        Self { session, end, beyond_plan: None, cost: None, sink_failure, shown }
    }
}

impl<'a> Assembly<'a> {
    /// Returns the role of standard output.
    pub(super) fn role(&self) -> OutputRole {
        self.role
    }

    /// Returns the end times of jobs.
    pub(super) fn job_times(&self) -> JobTimes {
        self.thresholds.job_times()
    }

    /// Returns the targets.
    pub(super) fn targets(&self) -> &TargetSet {
        &self.targets
    }

    /// Returns the thresholds for the end of the session.
    pub(super) fn thresholds_mut(&mut self) -> &mut SessionThresholds {
        &mut self.thresholds
    }

    /// Sets the command that was started for the session.
    pub(super) fn set_command(&mut self, pid: Pid, argv: &[String]) {
        self.thresholds.set_command(pid, argv);
    }

    /// Adds a notice without a time.
    pub(super) fn note(&mut self, kind: &str, message: String) {
        self.recorder.note(kind, message);
    }

    /// Drops everything about a recording that turned out to be unusable.
    pub(super) fn forget_recording(&mut self, name: &str) {
        self.recorder.forget(name);
        self.thresholds.evaluator_mut().forget(name);
        self.counted.forget(name);
    }

    /// Leaves the files of reports as they are, because there is nothing to report. Returns their names.
    pub(super) fn leave_files(&mut self) -> Vec<String> {
        self.outputs.leave_files()
    }

    /// Returns the targets and the sinks of the session.
    pub(super) fn parts(&mut self) -> (&mut TargetSet, Fanout<'_>) {
        let mut fanout = Fanout::default();
        fanout.add(self.thresholds.evaluator_mut());
        fanout.add(&mut self.counted);
        if let Some(open_verdicts) = &mut self.open_verdicts {
            fanout.add(open_verdicts);
        }
        fanout.add(&mut self.recorder);
        self.outputs.join(&mut fanout);
        if let Some(deliveries) = &mut self.deliveries {
            fanout.add(deliveries);
        }
        (&mut self.targets, fanout)
    }

    /// Evaluates thresholds and alerts for the last time, and waits for deliveries.
    pub(super) fn conclude(&mut self) {
        self.thresholds.conclude(self.targets.targets());
        self.counted.conclude(self.targets.targets());
        if let Some(deliveries) = self.deliveries.take() {
            deliveries.finish(&mut self.recorder);
        }
    }

    /// Decides the outcome, writes all reports and returns the exit status. [`Self::conclude`] comes first.
    pub(super) fn close(mut self, end: SessionEnd<'_>) -> Result<u8, Error> {
        let SessionEnd { session, end, beyond_plan, cost, sink_failure, shown } = end;
        // A reader that closed its pipe wanted no more: that is no failure.
        let failure = sink_failure.filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        let lost_outputs = self.outputs.incomplete();
        let (targets, retired) = self.targets.into_targets();
        let facts = Facts {
            targets: &targets,
            retired: &retired,
            evaluator: Some(self.thresholds.evaluator()),
            allowances: self.thresholds.allowances(),
            alert: self.counted.first(),
            end,
            beyond_plan,
            lost_outputs: &lost_outputs,
            sink_failed: failure.is_some(),
        };
        let outcome = settings::policy(self.args.analysis).decide(&facts);
        let ended = self.outputs.end_streams(&end_line(&session, &outcome));
        let ending = Ending {
            session,
            settings: settings::for_report(self.args.analysis, &self.rules),
            outcome: &outcome,
            thresholds: self.thresholds.entry(&outcome),
            allowances: self.thresholds.used_allowances(&targets),
            observer: observer(cost.as_ref()),
        };
        let report = self.recorder.into_report(ending, &targets, &retired);
        let timelines = self.outputs.take_timelines();
        let timeline = |target| timelines.as_ref().and_then(|timelines| timelines.get(target));
        let document =
            Document { report: &report, timelines: targets.iter().map(timeline).collect(), outcome: &outcome };
        let written = self.outputs.finish(&document);
        github::report(&document);
        let printed = match shown {
            Shown::Summary => {
                let allowed = self.thresholds.allowed_sentences(&targets);
                let is_open = |case: &ResultCase| case.state == CaseState::Error;
                let thresholds_wait = outcome.results.iter().any(is_open);
                let options = SummaryOptions { thresholds_wait, ..summary_options(self.args.output.explain) };
                print(&format_summary(&targets, &retired, &allowed, options)).map(drop)
            }
            Shown::Nothing | Shown::WrittenFiles => Ok(()),
        };
        self.thresholds.print();
        let names = match (shown, &written) {
            (Shown::WrittenFiles, Ok(())) => written_files(self.args.output),
            _ => String::new(),
        };
        // On one screen the table has just named the findings.
        let is_one_screen = shown == Shown::Summary && io::stdout().is_terminal() && io::stderr().is_terminal();
        let sentence = if is_one_screen { &outcome.brief } else { &outcome.summary };
        drop(writeln!(io::stderr(), "{}", wrap_for_stderr(&format!("{names}{}", escape::terminal(sentence)))));
        printed.and(written).and(ended).and(failure.map_or(Ok(()), |error| Err(stream_error(&error))))?;
        Ok(outcome.exit_code)
    }
}

impl Shown {
    /// Text that the format of standard output leaves room for.
    pub(super) fn for_format(format: Format) -> Self {
        if format == Format::Table { Self::Summary } else { Self::Nothing }
    }
}

/// Returns the duration of a session beyond its planned end; `None` if it was not extended.
fn beyond_plan(live: &LiveSummary) -> Option<BeyondPlan> {
    let Extended { planned_s, is_decided, planned_by, .. } = live.extended?;
    let planned_by = if planned_by == EndedBy::Samples { "--samples" } else { "--duration" };
    Some(BeyondPlan { lasted_s: live.lasted_s(), planned_s, planned_by, is_decided })
}

/// Returns the names of the outputs: `written: a.html, b.svg; `.
fn written_files(output: &OutputArgs) -> String {
    let names: Vec<String> =
        output.outputs.iter().map(|path| escape::terminal(&path.display().to_string()).into_owned()).collect();
    format!("written: {}; ", names.join(", "))
}

/// Returns the cost of leakwatch itself so far.
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

/// Returns the form of the summary on standard output.
pub(super) fn summary_options(explain: bool) -> SummaryOptions {
    SummaryOptions { width: stdout_width(), style: Style::stdout(), explain, thresholds_wait: false }
}

/// Fields of the session that live drivers share.
pub(super) fn live_session_entry(
    kind: schema::SessionKind,
    started: Timestamp,
    ended: Timestamp,
    interval: Duration,
    selection: String,
) -> schema::Session {
    schema::Session {
        kind,
        started_at: started.to_string(),
        ended_at: ended.to_string(),
        ended_by: schema::EndedBy::Signal,
        interval_seconds: Some(interval.as_secs_f64()),
        extension: None,
        ticks: 0,
        missed_ticks: 0,
        max_late_seconds: None,
        suspended_seconds: None,
        host: crate::source::host_name(),
        selection,
        unreadable: 0,
        command: None,
    }
}
