//! Starts a command, watches it and its descendants, and ends with it.

use std::process::ExitStatus;
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::event::Fanout;
use crate::model::Pid;
use crate::report::Recorder;
use crate::schema;
use crate::session::{EndedBy, NamedIntervals, SessionPlan, TargetSet};
use crate::source::{ProcessSource, Selector};
use crate::terminal::describe_target;
use crate::units::Span;

use super::alerts::Alerts;
use super::args::{RunArgs, SamplingArgs};
use super::closing::{Closing, Shown};
use super::command::{Leash, Started};
use super::error::{Error, Kind};
use super::exit::OnInconclusive;
use super::gate::Gate;
use super::live::{self, FullScreen, Showing};
use super::outputs::Files;
use super::stream::StandsFor;
use super::{exit, select, settings, signals, warn, watch};

/// Runs the command to its end or to the deadline, writes the reports and returns the exit status.
pub(super) fn run(args: &RunArgs) -> Result<u8, Error> {
    let rules = settings::live_rules(&args.analysis, &args.sampling)?;
    let mut source = select::host_source(select::counting(&args.sampling))?;
    let mut alerts = Alerts::open(&args.alerts, &args.output.outputs)?;
    let stop = StopFlag::default();
    let leash = Leash::default();
    signals::install(&stop, &leash)?;
    let clock = SystemClock;
    let mut gate = Gate::new(&args.analysis, &rules, &stop, warmup(&args.sampling))?;
    // A command that cannot be started leaves alone what stands in the files.
    let stdout = StandsFor::stdout(&args.output, Some(&args.alerts));
    let files = Files::open(&args.output, &[], stdout)?;
    let mut started = Started::start(&args.command, &args.control, args.output.format, &leash)?;
    let mut outputs = files.begin(clock.now().wall, Some(args.sampling.interval.as_secs_f64()));
    let pid = Pid(started.pid());
    let argv: Vec<String> = args.command.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    gate.set_command(pid, &argv);
    let plan = SessionPlan {
        selector: Selector { pids: vec![pid], tree: true, ..Selector::default() },
        interval: args.sampling.interval,
        intervals: NamedIntervals::default(),
        duration: args.sampling.duration,
        samples: args.sampling.samples,
        wait: false,
        pss: !args.sampling.no_pss,
        max_overhead: args.sampling.max_overhead,
        pid_file: None,
        root: Some(pid),
    };
    let selected = format!("command with pid {pid} and its descendants");
    let command = schema::CommandEntry {
        argv,
        pid: pid.0,
        exit_status: None,
        signal: None,
        stopped: false,
        outlived_by: Vec::new(),
    };
    let full = FullScreen {
        leash: &leash,
        analysis: &args.analysis,
        rules: &rules,
        selection: selected.clone(),
        command: Some(command.clone()),
        jobs: gate.job_times(),
    };
    // what the command writes would go right through it
    let showing = Showing::new(&args.output, &args.sampling, stdout, Some(full).filter(|_| args.control.quiet_command));
    let mut recorder = Recorder::default();
    let mut watch = TargetSet::new(rules.clone(), gate.warmup_s());
    let mut outcome = {
        let mut fanout = Fanout::default();
        gate.join(&mut fanout);
        fanout.add(&mut recorder);
        outputs.join(&mut fanout);
        fanout.add(&mut alerts);
        live::sample(source.as_mut(), &stop, plan, showing, &mut watch, &mut fanout)?
    };
    gate.conclude(&watch, &mut outcome.ended_by);
    let by_itself = matches!(outcome.ended_by, EndedBy::CommandEnded | EndedBy::NothingMatched);
    let status = started
        .end(&args.control, by_itself)
        .map_err(|error| Error::new(Kind::Failed, format!("cannot wait for the command: {error}")))?;
    let outlived_by = outlived(&watch, source.as_mut(), pid);
    if !outlived_by.is_empty() {
        warn(&format!("still running after the command has ended: {}", outlived_by.join(", ")));
    }
    alerts.finish(&mut recorder);

    let mut judgement = gate.judge(&settings::gate(&args.analysis), watch.targets());
    if watch.targets().is_empty() {
        judgement.code = exit::INCONCLUSIVE;
        judgement.summary = "inconclusive: the command ended before it was seen".to_owned();
    }
    // Who has its status passed on takes its end for what it is.
    let on_inconclusive = if args.control.propagate { OnInconclusive::Pass } else { args.analysis.on_inconclusive };
    if let Some(failure) = failure(status, &started, &args.sampling, &outlived_by) {
        judgement.doubt(on_inconclusive, &format!("{failure}; "));
    }
    let ended = in_words(status, started.was_stopped());
    let lasted = outcome.ended.seconds_since(outcome.started);
    let cut_short = settings::cut_short(&args.sampling, lasted).filter(|_| by_itself && !started.was_stopped());
    let said = cut_short.is_some_and(|length| {
        let (after, of) = (Span(lasted.round()), Span(length));
        judgement.cut_short(on_inconclusive, &format!("the command {ended} after {after} of {of}"))
    });
    if !said {
        judgement.summary.push_str(&format!("; the command {ended}"));
    }
    let mut session = watch::session_entry(&outcome, args.sampling.interval, selected);
    session.kind = schema::SessionKind::Run;
    session.command = Some(schema::CommandEntry {
        exit_status: status.code(),
        signal: signal_of(status),
        stopped: started.was_stopped(),
        outlived_by,
        ..command
    });
    let propagated = args.control.propagate.then(|| status_to_propagate(status, started.was_stopped()));
    let (output, analysis) = (&args.output, &args.analysis);
    let (cost, sink_failure) = (Some(outcome.cost), outcome.failed);
    let closing = Closing {
        shown: Shown::of(output),
        output,
        analysis,
        rules: &rules,
        session,
        judgement,
        gate,
        cost,
        sink_failure,
        watch,
        recorder,
        outputs,
    };
    let code = closing.close()?;
    Ok(propagated.filter(|_| code == exit::CLEAN).unwrap_or(code))
}

/// The start of a command is no steady state: a shell that becomes another program, imports, caches that fill. Of a run
/// of known length the first tenth is left out.
fn warmup(sampling: &SamplingArgs) -> Duration {
    settings::length(sampling).map_or(Duration::ZERO, |length| length.mul_f64(settings::WARMUP_PART))
}

/// Descendants that were watched and still run.
fn outlived(watch: &TargetSet, source: &mut dyn ProcessSource, root: Pid) -> Vec<String> {
    let running = watch.targets().iter().filter(|target| target.lifetime.ended.is_none()).filter(|target| {
        target.key.is_some_and(|key| key.pid != root && source.read(key, crate::source::Depth::Counters).is_ok())
    });
    running.map(describe_target).collect()
}

fn in_words(status: ExitStatus, stopped: bool) -> String {
    let how = match (status.code(), signal_of(status)) {
        (Some(code), _) => format!("ended with status {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    };
    if stopped { format!("{how} after leakwatch asked it to end") } else { how }
}

#[cfg(unix)]
fn signal_of(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal_of(_status: ExitStatus) -> Option<i32> {
    None
}

/// Why the command was not what was to be judged, though nothing was found: it must never pass in silence.
fn failure(status: ExitStatus, started: &Started, sampling: &SamplingArgs, outlived_by: &[String]) -> Option<String> {
    if started.was_stopped() {
        return None;
    }
    if !outlived_by.is_empty() {
        return Some(format!("the command went on without us: {}", outlived_by.join(", ")));
    }
    // What fails did not do what it was watched for, whoever is to blame: swallowing that would let a test suite pass.
    let died = signal_of(status).is_some() || settings::length(sampling).is_some();
    let what = if died { "the command died before its time" } else { "the command failed" };
    (!status.success()).then(|| what.to_owned())
}

/// The status a shell would give; a command that was ended at the deadline did nothing wrong.
fn status_to_propagate(status: ExitStatus, stopped: bool) -> u8 {
    if stopped {
        return exit::CLEAN;
    }
    let code = status.code().or_else(|| signal_of(status).map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
