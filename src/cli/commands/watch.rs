//! The main job: watches running processes.

use std::io::{self, Write};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::outcome::{CutShort, End};
use crate::schema;
use crate::session::{EndedBy, LiveSummary, NamedIntervals, Rules, SessionPlan};
use crate::source::{ProcessSource, Selector};
use crate::thresholds::Widening;

use crate::cli::args::WatchArgs;
use crate::cli::assembly::{PreparedSession, SessionArgs, SessionEnd, live_session_entry};
use crate::cli::child::ChildGuard;
use crate::cli::error::Error;
use crate::cli::print::warn;
use crate::cli::select::{self, Purpose};
use crate::cli::view::{FullScreen, Showing, run_live};
use crate::cli::{settings, signals};

/// Watches until the session ends, writes the reports and returns the exit status.
pub(crate) fn run(args: &WatchArgs) -> Result<u8, Error> {
    let selector = select::selector(&args.select)?;
    let mut source = select::source(&args.select, select::optional_counters(&args.sampling))?;
    let StartNotes { missing, hint } = check_matches(args, source.as_mut(), &selector)?;
    let rules = settings::live_rules(&args.analysis, &args.sampling);
    let rules = Rules { pools: !selector.selects_by_pid_only(), ..rules };
    let plan = SessionPlan {
        selector,
        intervals: settings::intervals(&args.intervals, &args.sampling)?,
        wait: args.wait,
        pid_file: args.select.pid_file.clone(),
        ..settings::plan(&args.sampling)
    };
    let stop = StopFlag::default();
    let guard = ChildGuard::default();
    signals::install(&stop, &guard)?;
    let session = SessionArgs::live(&args.analysis, &args.output, &args.alerts);
    let prepared = PreparedSession::open(session, rules.clone(), &stop, Duration::ZERO)?;
    settings::check_lengths(&args.analysis, &args.sampling)?;
    let mut assembly = prepared.begin(Some(args.sampling.interval));
    if let Some(text) = missing {
        assembly.note("unmatched", format!("at the start {text}"));
    }
    let selection = select::describe(&args.select) + &settings::describe_intervals(&args.intervals);
    let full_screen = FullScreen {
        guard: &guard,
        analysis: &args.analysis,
        rules: &rules,
        selection: selection.clone(),
        command: None,
        hint,
        jobs: assembly.job_times(),
    };
    let showing = Showing::new(&args.output, &args.sampling, assembly.role(), full_screen);
    let live = {
        let (targets, mut sinks) = assembly.parts();
        run_live(source.as_mut(), &stop, plan, showing, targets, &mut sinks)?
    };
    drop(source);
    assembly.conclude();
    let ended_by = assembly.thresholds_mut().end_reason(live.ended_by);
    let planned = settings::cut_short(&args.sampling, live.lasted_s());
    let planned = planned.filter(|_| ended_by == EndedBy::TargetsGone);
    let cut_short = planned.map(|planned_s| CutShort { lasted_s: live.lasted_s(), planned_s });
    let session = session_entry(&live, ended_by, schema::SessionKind::Watch, args.sampling.interval, selection);
    let end = End::Watch { unreadable: live.unreadable, cut_short };
    assembly.close(SessionEnd::live(session, end, live, args.output.format))
}

/// Notes on the matches at the start.
struct StartNotes {
    /// Selectors without a match, for the report.
    missing: Option<String>,
    /// Advice while nothing matches.
    hint: Option<String>,
}

/// Checks at the start that the selector matches, and warns of selectors without a match.
fn check_matches(args: &WatchArgs, source: &mut dyn ProcessSource, selector: &Selector) -> Result<StartNotes, Error> {
    let found = source.find(selector).map_err(|error| select::list_error(&error))?;
    if found.is_empty() && !args.wait {
        return Err(select::no_match(source, &args.select, selector, Purpose::Watch));
    }
    let mut hint = None;
    if found.is_empty() {
        hint = select::argument_matches(source, &args.select, selector);
        hint.iter().for_each(|text| warn(text));
        drop(writeln!(io::stderr(), "waiting for a match: {}", select::describe(&args.select)));
    }
    for (name, _) in args.intervals.interval_for.iter().filter(|_| !found.is_empty()) {
        if !found.iter().any(|process| NamedIntervals::matches(name, &process.label.name)) {
            warn(&format!(
                "'--interval-for' matches no process by the name '{}'; it compares names as the table shows them, such as '{}'",
                crate::escape::terminal(name),
                crate::escape::terminal(&found[0].label.name)
            ));
        }
    }
    let missing = select::unmatched(source, selector, &found);
    missing.iter().for_each(|text| warn(text));
    Ok(StartNotes { missing, hint })
}

/// Returns a live session for the report.
pub(crate) fn session_entry(
    live: &LiveSummary,
    ended_by: EndedBy,
    kind: schema::SessionKind,
    interval: Duration,
    selection: String,
) -> schema::Session {
    schema::Session {
        ended_by: end_reason(ended_by),
        extension: extension(live),
        ticks: live.ticks,
        missed_ticks: live.cost.missed_ticks,
        max_late_seconds: Some(live.max_late_s),
        suspended_seconds: Some(live.suspended_s),
        unreadable: u64::try_from(live.unreadable).unwrap_or(u64::MAX),
        ..live_session_entry(kind, live.started, live.ended, interval, selection)
    }
}

/// Returns the extension of a session for the report.
fn extension(live: &LiveSummary) -> Option<schema::Extension> {
    live.extended.map(|extended| schema::Extension {
        planned_seconds: extended.planned_s,
        extended_seconds: live.lasted_s() - extended.planned_s,
        looks: extended.looks,
        confidence: Widening::of_looks(extended.further).confidence,
        decided: extended.is_decided,
    })
}

/// Returns the reason for the end of a session for the report.
fn end_reason(reason: EndedBy) -> schema::EndedBy {
    match reason {
        EndedBy::Duration => schema::EndedBy::Duration,
        EndedBy::Samples => schema::EndedBy::Samples,
        EndedBy::CommandEnded => schema::EndedBy::CommandEnded,
        EndedBy::TargetsGone => schema::EndedBy::TargetsGone,
        EndedBy::Signal => schema::EndedBy::Signal,
        EndedBy::OutputFailed => schema::EndedBy::OutputFailed,
        EndedBy::NothingMatched => schema::EndedBy::NothingMatched,
        EndedBy::EndOfRecording => schema::EndedBy::EndOfRecording,
        EndedBy::Threshold => schema::EndedBy::Threshold,
    }
}
