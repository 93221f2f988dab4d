//! `run`: starts a command, watches it and its descendants, and ends with it.

use std::process::ExitStatus as ProcessStatus;
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::Target;
use crate::model::Pid;
use crate::outcome::{CommandEnd, CommandExit, CutShort, End};
use crate::schema;
use crate::session::{EndedBy, SessionPlan};
use crate::source::{Depth, ProcessSource, Selector};
use crate::terminal::describe_target;

use crate::cli::args::{RunArgs, SamplingArgs};
use crate::cli::assembly::{PreparedSession, SessionArgs, SessionEnd};
use crate::cli::child::{ChildGuard, StartedCommand};
use crate::cli::error::{Error, Kind};
use crate::cli::print::warn;
use crate::cli::view::{FullScreen, Showing, run_live};
use crate::cli::{select, settings, signals};

use super::watch::session_entry;

/// Runs the command to its end or to the deadline, writes the reports and returns the exit status.
pub(crate) fn run(args: &RunArgs) -> Result<u8, Error> {
    let rules = settings::live_rules(&args.analysis, &args.sampling);
    let mut source = select::host_source(select::optional_counters(&args.sampling))?;
    let stop = StopFlag::default();
    let guard = ChildGuard::default();
    signals::install(&stop, &guard)?;
    let session = SessionArgs::live(&args.analysis, &args.output, &args.alerts);
    // A command that cannot be started leaves the files of an earlier run alone.
    let prepared = PreparedSession::open(session, rules.clone(), &stop, warmup(&args.sampling))?;
    settings::check_lengths(&args.analysis, &args.sampling)?;
    let mut command = StartedCommand::start(&args.command, &args.control, args.output.format, &guard)?;
    let mut assembly = prepared.begin(Some(args.sampling.interval));
    let pid = Pid(command.pid());
    let argv: Vec<String> = args.command.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    assembly.set_command(pid, &argv);
    let plan = plan(&args.sampling, pid);
    let selection = format!("command with pid {pid} and its descendants");
    let entry = command_entry(argv, pid);
    let full_screen = FullScreen {
        guard: &guard,
        analysis: &args.analysis,
        rules: &rules,
        selection: selection.clone(),
        command: Some(entry.clone()),
        hint: None,
        jobs: assembly.job_times(),
    };
    let showing = Showing::new(&args.output, &args.sampling, assembly.role(), full_screen);
    let showing = if args.control.quiet_command { showing } else { showing.beside_command() };
    let live = {
        let (targets, mut sinks) = assembly.parts();
        run_live(source.as_mut(), &stop, plan, showing, targets, &mut sinks)?
    };
    let ended_by = assembly.thresholds_mut().end_reason(live.ended_by);
    let ended_itself = matches!(ended_by, EndedBy::CommandEnded | EndedBy::NothingMatched);
    let status = command
        .end(&args.control, ended_itself)
        .map_err(|error| Error::new(Kind::Failed, format!("cannot wait for the command: {error}")))?;
    let outlived_by = survivors(assembly.targets().targets(), source.as_mut(), pid);
    assembly.conclude();
    let is_whole = !ended_itself || command.was_stopped();
    let planned = settings::cut_short(&args.sampling, live.lasted_s()).filter(|_| !is_whole);
    let cut_short = planned.map(|planned_s| CutShort { lasted_s: live.lasted_s(), planned_s });
    let command_end = CommandEnd {
        exit: CommandExit { code: status.code(), signal: signal_of(status) },
        was_stopped: command.was_stopped(),
        outlived_by: &outlived_by,
        has_length: settings::length(&args.sampling).is_some(),
        propagates: args.control.propagate,
    };
    let mut session = session_entry(&live, ended_by, schema::SessionKind::Run, args.sampling.interval, selection);
    session.command = Some(ended_command_entry(entry, &command_end));
    let end = End::Command { command: command_end, cut_short };
    assembly.close(SessionEnd::live(session, end, live, args.output.format))
}

/// Returns the plan for the command and its descendants.
fn plan(sampling: &SamplingArgs, pid: Pid) -> SessionPlan {
    SessionPlan {
        selector: Selector { pids: vec![pid], tree: true, ..Selector::default() },
        root: Some(pid),
        ..settings::plan(sampling)
    }
}

/// Returns the start of a run that every verdict excludes: a tenth of a known length.
///
/// The start of a command is no steady state: a shell runs another program, imports load, caches fill.
fn warmup(sampling: &SamplingArgs) -> Duration {
    settings::length(sampling).map_or(Duration::ZERO, |length| length.mul_f64(settings::WARMUP_PART))
}

/// Returns the command for the report, before its end.
fn command_entry(argv: Vec<String>, pid: Pid) -> schema::CommandEntry {
    schema::CommandEntry { argv, pid: pid.0, exit_status: None, signal: None, stopped: false, outlived_by: Vec::new() }
}

/// Adds the end of the command to its entry.
fn ended_command_entry(entry: schema::CommandEntry, end: &CommandEnd<'_>) -> schema::CommandEntry {
    schema::CommandEntry {
        exit_status: end.exit.code,
        signal: end.exit.signal,
        stopped: end.was_stopped,
        outlived_by: end.outlived_by.to_vec(),
        ..entry
    }
}

/// Returns the watched descendants that still run, and warns of them.
fn survivors(targets: &[Target], source: &mut dyn ProcessSource, root: Pid) -> Vec<String> {
    let live = targets.iter().filter(|target| target.lifetime.ended.is_none());
    let running = live
        .filter(|target| target.key.is_some_and(|key| key.pid != root && source.read(key, Depth::Counters).is_ok()));
    let running: Vec<String> = running.map(describe_target).collect();
    if !running.is_empty() {
        warn(&format!("still running after the command exited: {}", running.join(", ")));
    }
    running
}

#[cfg(unix)]
fn signal_of(status: ProcessStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ProcessStatus) -> Option<i32> {
    None
}
