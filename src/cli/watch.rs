//! The main job: watch processes that already run.

use std::io::{self, Write};
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
use crate::event::Fanout;
use crate::report::Recorder;
use crate::schema;
use crate::session::{EndedBy, LiveSummary, NamedIntervals, Rules, SessionPlan, TargetSet};
use crate::source::ProcessSource;
use crate::units::Span;

use super::alerts::Alerts;
use super::args::WatchArgs;
use super::closing::{Closing, Shown};
use super::command::Leash;
use super::error::Error;
use super::gate::Gate;
use super::live::{self, FullScreen, Showing};
use super::outputs::Files;
use super::stream::StandsFor;
use super::{select, settings, signals, warn};

/// Watches until the session ends, writes the reports and returns the exit status.
pub(super) fn run(args: &WatchArgs) -> Result<u8, Error> {
    let rules = settings::live_rules(&args.analysis, &args.sampling)?;
    let selector = select::selector(&args.select)?;
    let rules = Rules { pools: !selector.selects_by_pid_only(), ..rules };
    let mut source = select::source(&args.select, select::counting(&args.sampling))?;
    let missing = check_matches(args, source.as_mut(), &selector)?;

    let mut alerts = Alerts::open(&args.alerts, &args.output.outputs)?;
    let stop = StopFlag::default();
    signals::install(&stop, &Leash::default())?;
    let plan = SessionPlan {
        selector,
        interval: args.sampling.interval,
        intervals: settings::intervals(&args.intervals, &args.sampling)?,
        duration: args.sampling.duration,
        samples: args.sampling.samples,
        wait: args.wait,
        pid_file: args.select.pid_file.clone(),
        root: None,
        pss: !args.sampling.no_pss,
        max_overhead: args.sampling.max_overhead,
    };
    let clock = SystemClock;
    let stdout = StandsFor::stdout(&args.output, Some(&args.alerts));
    let files = Files::open(&args.output, &[], stdout)?;
    let mut outputs = files.begin(clock.now().wall, Some(args.sampling.interval.as_secs_f64()));
    let mut gate = Gate::new(&args.analysis, &rules, &stop, Duration::ZERO)?;
    let leash = Leash::default();
    let selected = select::in_words(&args.select) + &settings::intervals_in_words(&args.intervals);
    let full = FullScreen {
        leash: &leash,
        analysis: &args.analysis,
        rules: &rules,
        selection: selected.clone(),
        command: None,
        jobs: gate.job_times(),
    };
    let showing = Showing::new(&args.output, &args.sampling, stdout, Some(full));
    let mut recorder = Recorder::default();
    if let Some(text) = missing {
        recorder.note("unmatched", format!("at the start {text}"));
    }
    let mut watch = TargetSet::new(rules.clone(), gate.warmup_s());
    let mut outcome = {
        let mut fanout = Fanout::default();
        gate.join(&mut fanout);
        fanout.add(&mut recorder);
        outputs.join(&mut fanout);
        fanout.add(&mut alerts);
        live::sample(source.as_mut(), &stop, plan, showing, &mut watch, &mut fanout)?
    };
    drop(source);
    gate.conclude(&watch, &mut outcome.ended_by);
    alerts.finish(&mut recorder);
    let mut judgement = gate.judge(&settings::gate(&args.analysis), watch.targets());
    if watch.targets().is_empty() && outcome.unreadable > 0 {
        judgement.summary = "no matching process could be read".to_owned();
    }
    let lasted = outcome.ended.seconds_since(outcome.started);
    if outcome.ended_by == EndedBy::TargetsGone
        && let Some(length) = settings::cut_short(&args.sampling, lasted)
    {
        let how = format!("all targets have gone after {} of {}", Span(lasted.round()), Span(length));
        judgement.cut_short(args.analysis.on_inconclusive, &how);
    }
    let session = session_entry(&outcome, args.sampling.interval, selected);
    let (output, analysis) = (&args.output, &args.analysis);
    let (cost, sink_failure) = (Some(outcome.cost), outcome.failed);
    let shown = Shown::of(output);
    Closing {
        shown,
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
    }
    .close()
}

/// Says at second 0 when nothing matches, and which of several selectors match nothing.
fn check_matches(
    args: &WatchArgs,
    source: &mut dyn ProcessSource,
    selector: &crate::source::Selector,
) -> Result<Option<String>, Error> {
    let found = source.find(selector).map_err(|error| select::unreadable(&error))?;
    if found.is_empty() && !args.wait {
        return Err(select::nothing_matched(&args.select, select::only_in_arguments(source, &args.select, selector)));
    }
    if found.is_empty() {
        if let Some(text) = select::only_in_arguments(source, &args.select, selector) {
            warn(&text);
        }
        drop(writeln!(io::stderr(), "waiting for a match: {}", select::in_words(&args.select)));
    }
    for (name, _) in args.intervals.interval_for.iter().filter(|_| !found.is_empty()) {
        if !found.iter().any(|found| NamedIntervals::matches(name, &found.label.name)) {
            warn(&format!(
                "no process is called '{}' so far: '--interval-for' goes by the name that the table shows, such as '{}'",
                crate::escape::terminal(name),
                crate::escape::terminal(&found[0].label.name)
            ));
        }
    }
    let missing = select::missing(source, selector, &found);
    missing.iter().for_each(|text| warn(text));
    Ok(missing)
}

/// The session as the report shows it.
pub(super) fn session_entry(outcome: &LiveSummary, interval: Duration, selection: String) -> schema::Session {
    schema::Session {
        kind: schema::SessionKind::Watch,
        started_at: outcome.started.to_string(),
        ended_at: outcome.ended.to_string(),
        ended_by: ended_by(outcome.ended_by),
        interval_seconds: Some(interval.as_secs_f64()),
        ticks: outcome.ticks,
        missed_ticks: outcome.cost.missed_ticks,
        max_late_seconds: Some(outcome.max_late_s),
        suspended_seconds: Some(outcome.suspended_s),
        host: crate::source::host_name(),
        selection,
        unreadable: u64::try_from(outcome.unreadable).unwrap_or(u64::MAX),
        command: None,
    }
}

fn ended_by(reason: EndedBy) -> schema::EndedBy {
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
