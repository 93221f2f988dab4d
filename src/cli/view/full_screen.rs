//! The full-screen view in a session: the effect of its keys, and the report that one of them asks for.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::{Event, EventSink, Fanout, Target, Tick};
use crate::model::Timestamp;
use crate::outcome::{CountedAlerts, End, Facts, Outcome};
use crate::report::{Document, Ending, Output, Recorder};
use crate::schema;
use crate::terminal::{Request, Style, Tui};

use crate::cli::args::AnalysisArgs;
use crate::cli::assembly::{live_session_entry, observer};

use super::showing::FullScreen;
use crate::cli::{settings, signals};

/// The view, with the writer of reports that a key asks for.
pub(super) struct FullScreenView<'a> {
    view: Tui,
    saver: ReportSaver<'a>,
}

impl<'a> FullScreenView<'a> {
    /// Takes over the terminal; `None` if that is not possible.
    pub(super) fn open(
        asked_for: FullScreen<'a>,
        stop: &StopFlag,
        length: Option<Duration>,
        interval: Duration,
    ) -> Option<Self> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let request = Arc::new(AtomicBool::new(false));
        let (stop, guard, asked) = (stop.clone(), asked_for.guard.clone(), request.clone());
        let keys = move |request| match request {
            Request::Quit => signals::received(&stop, &guard, signals::SIGINT),
            Request::Save => asked.store(true, Ordering::Release),
        };
        let view = Tui::open(length, asked_for.jobs.clone(), Style::stdout(), Box::new(keys)).ok()?;
        if let Some(hint) = &asked_for.hint {
            view.set_hint(hint.clone());
        }
        let saver = ReportSaver {
            request,
            view: view.clone(),
            described: asked_for,
            interval,
            recorder: Recorder::default(),
            counted: CountedAlerts::default(),
            started: None,
        };
        Some(Self { view, saver })
    }

    /// Adds the parts to the sinks of a session.
    pub(super) fn join<'f>(&'f mut self, fanout: &mut Fanout<'f>) {
        fanout.add(&mut self.view);
        fanout.add(&mut self.saver);
    }

    /// Gives the terminal back, and prints the messages that it hid on standard error.
    pub(super) fn close(&self) {
        for line in self.view.close() {
            drop(writeln!(io::stderr(), "{line}"));
        }
    }
}

/// Writer of an HTML report at the tick after a key asked for it.
struct ReportSaver<'a> {
    request: Arc<AtomicBool>,
    view: Tui,
    described: FullScreen<'a>,
    interval: Duration,
    recorder: Recorder,
    counted: CountedAlerts,
    started: Option<Timestamp>,
}

impl ReportSaver<'_> {
    /// Writes the report, and shows its name.
    fn save(&self, tick: &Tick, targets: &[Target]) {
        let name = tick.at.to_string().chars().take(19).filter(char::is_ascii_digit).collect::<String>();
        let (day, time) = name.split_at(name.len().min(8));
        let path = PathBuf::from(format!("leakwatch-{day}-{time}.html"));
        let outcome = preview(self.described.analysis, targets, self.counted.first());
        let ending = Ending {
            session: self.session(tick),
            settings: settings::for_report(self.described.analysis, self.described.rules),
            outcome: &outcome,
            thresholds: None,
            allowances: Vec::new(),
            observer: observer(None),
        };
        let report = self.recorder.clone().into_report(ending, targets, &[]);
        let written = self.view.with_timelines(|timelines| {
            let timelines = targets.iter().map(|target| timelines.get(target)).collect();
            let document = Document { report: &report, timelines, outcome: &outcome };
            Output::open(&path).and_then(|output| output.finish(&document))
        });
        self.view.show_message(match written {
            Ok(()) => format!("written: {}", path.display()),
            Err(error) => error.to_string(),
        });
    }

    /// Returns the session so far for the report.
    fn session(&self, tick: &Tick) -> schema::Session {
        let kind = self.described.command.as_ref().map_or(schema::SessionKind::Watch, |_| schema::SessionKind::Run);
        let (started, selection) = (self.started.unwrap_or(tick.at), self.described.selection.clone());
        schema::Session {
            ticks: tick.number + 1,
            command: self.described.command.clone(),
            ..live_session_entry(kind, started, tick.at, self.interval, selection)
        }
    }
}

impl EventSink for ReportSaver<'_> {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.recorder.on_event(event)?;
        self.counted.on_event(event)?;
        if let Event::Ticked(tick, targets) = event {
            self.started.get_or_insert(tick.at);
            if self.request.swap(false, Ordering::AcqRel) {
                self.save(tick, targets);
            }
        }
        Ok(())
    }
}

/// Returns the outcome of a session that still runs, for a report in between.
fn preview(analysis: &AnalysisArgs, targets: &[Target], alert: Option<&str>) -> Outcome {
    settings::policy(analysis).decide(&Facts {
        targets,
        retired: &[],
        evaluator: None,
        allowances: &[],
        alert,
        end: End::Running,
        beyond_plan: None,
        lost_outputs: &[],
        sink_failed: false,
    })
}
