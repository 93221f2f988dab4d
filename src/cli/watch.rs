//! The main job: watch processes that already run.

use std::io::{self, IsTerminal, Write};

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::event::Fanout;
use crate::report::{Ending, Recorder};
use crate::schema;
use crate::session::{EndedBy, Outcome, Plan, Rules, Session, Watch};
use crate::source::{ProcessSource, own_peak_rss_bytes};
use crate::terminal::{Style, TableSize, summary};

use super::args::{Format, WatchArgs};
use super::error::{Error, Kind};
use super::outputs::{Outputs, failed};
use super::view::{View, terminal_size};
use super::{exit, print, select, settings, signals, warn};

/// Watches until the session ends, writes the reports and returns the exit status.
pub(super) fn run(args: &WatchArgs) -> Result<u8, Error> {
    let rules = settings::live_rules(&args.analysis, &args.sampling)?;
    let selection = select::selection(&args.select)?;
    let mut source = select::source(&args.select)?;
    check_matches(args, source.as_mut(), &selection)?;

    let stop = StopFlag::default();
    signals::install(&stop).map_err(|error| Error::new(Kind::Failed, format!("cannot take over signals: {error}")))?;
    let plan = Plan {
        selection,
        interval: args.sampling.interval,
        duration: args.sampling.duration,
        samples: args.sampling.samples,
        wait: args.select.is_empty() || args.wait,
        pss: !args.sampling.no_pss,
    };
    let clock = SystemClock;
    let mut outputs = Outputs::open(&args.output, clock.now().wall, Some(args.sampling.interval.as_secs_f64()))?;
    let mut recorder = Recorder::default();
    let mut view = View::new(args.output.format, settings::length(&args.sampling));
    let mut watch = Watch::new(rules.clone());
    let outcome = {
        let mut fanout = Fanout::default();
        fanout.add(&mut recorder);
        outputs.join(&mut fanout);
        view.join(&mut fanout);
        Session::new(source.as_mut(), &clock, &stop, plan).run(&mut watch, &mut fanout)
    };
    view.clear();
    let outcome = outcome.map_err(|error| select::unreadable(&error))?;
    conclude(args, &rules, outcome, &watch, recorder, outputs)
}

/// Says at second 0 when nothing matches, and which of the given numbers run no more.
fn check_matches(
    args: &WatchArgs,
    source: &mut dyn ProcessSource,
    selection: &crate::source::Selection,
) -> Result<(), Error> {
    let found = source.find(selection).map_err(|error| select::unreadable(&error))?;
    if found.is_empty() && !args.wait {
        return Err(select::nothing_matched(&args.select));
    }
    let missing: Vec<String> = selection
        .pids
        .iter()
        .filter(|&&pid| !found.iter().any(|found| found.key.pid == pid))
        .map(ToString::to_string)
        .collect();
    if !missing.is_empty() && !found.is_empty() {
        warn(&format!("no process with pid {}; the others are watched", missing.join(", ")));
    }
    Ok(())
}

fn conclude(
    args: &WatchArgs,
    rules: &Rules,
    outcome: Outcome,
    watch: &Watch,
    recorder: Recorder,
    outputs: Outputs,
) -> Result<u8, Error> {
    let mut judgement = settings::gate(&args.analysis).judge(watch.targets(), recorder.alert_fired());
    if watch.targets().is_empty() && outcome.unreadable > 0 {
        judgement.summary = "no matching process could be read".to_owned();
    }
    let broken_pipe = outcome.failed.as_ref().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
    if outcome.failed.is_some() && !broken_pipe {
        judgement.code = exit::ERROR;
    }
    let ending = Ending {
        session: session_entry(args, &outcome),
        settings: settings::for_report(&args.analysis, rules),
        verdict: schema::SessionVerdict {
            status: crate::report::status(judgement.status),
            exit_status: judgement.code,
            summary: judgement.summary.clone(),
        },
        observer: schema::Observer {
            cpu_seconds: Some(SystemClock.cpu_time().as_secs_f64()),
            max_rss_bytes: own_peak_rss_bytes(),
        },
    };
    let report = recorder.into_report(ending, watch.targets(), &watch.folded());
    let written = outputs.finish(&report);
    if args.output.format == Format::Table {
        let width = if io::stdout().is_terminal() { terminal_size().0 } else { TableSize::UNBOUNDED.width };
        print(&summary(watch.targets(), width, Style::stdout()))?;
    }
    written?;
    if let Some(error) = outcome.failed.filter(|_| !broken_pipe) {
        return Err(failed(&error));
    }
    drop(writeln!(io::stderr(), "{}", judgement.summary));
    Ok(judgement.code)
}

fn session_entry(args: &WatchArgs, outcome: &Outcome) -> schema::Session {
    schema::Session {
        kind: schema::SessionKind::Watch,
        started_at: outcome.started.to_string(),
        ended_at: outcome.ended.to_string(),
        ended_by: ended_by(outcome.ended_by),
        interval_seconds: Some(args.sampling.interval.as_secs_f64()),
        ticks: outcome.ticks,
        missed_ticks: outcome.missed_ticks,
        max_late_seconds: Some(outcome.max_late_s),
        suspended_seconds: Some(outcome.suspended_s),
        selection: select::in_words(&args.select),
        unreadable: u64::try_from(outcome.unreadable).unwrap_or(u64::MAX),
    }
}

fn ended_by(reason: EndedBy) -> schema::EndedBy {
    match reason {
        EndedBy::Duration => schema::EndedBy::Duration,
        EndedBy::Samples => schema::EndedBy::Samples,
        EndedBy::TargetsGone => schema::EndedBy::TargetsGone,
        EndedBy::Signal => schema::EndedBy::Signal,
        EndedBy::OutputFailed => schema::EndedBy::OutputFailed,
        EndedBy::NothingMatched => schema::EndedBy::NothingMatched,
        EndedBy::EndOfRecording => schema::EndedBy::EndOfRecording,
    }
}
