//! The full-screen view in a session: what its keys end, and the report that one of them asks for.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::{Event, EventSink, Fanout, Target, Tick};
use crate::model::Timestamp;
use crate::report::{Document, Ending, Output, Recorder};
use crate::schema;
use crate::terminal::{Request, Style, Tui};

use super::closing::observer;
use super::live::FullScreen;
use super::{settings, signals};

/// The view, and what writes a report when a key asks for it.
pub(super) struct Full<'a> {
    view: Tui,
    saver: Saver<'a>,
}

impl<'a> Full<'a> {
    /// Takes the terminal over; `None` when it cannot be, and a table has to do.
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
        let (stop, leash, asked) = (stop.clone(), asked_for.leash.clone(), request.clone());
        let keys = move |request| match request {
            Request::Quit => signals::received(&stop, &leash, signals::SIGINT),
            Request::Save => asked.store(true, Ordering::Release),
        };
        let view = Tui::open(length, asked_for.jobs.clone(), Style::stdout(), Box::new(keys)).ok()?;
        let saver = Saver {
            request,
            view: view.clone(),
            described: asked_for,
            interval,
            recorder: Recorder::default(),
            started: None,
        };
        Some(Self { view, saver })
    }

    /// Adds the parts to the sinks of a session.
    pub(super) fn join<'f>(&'f mut self, fanout: &mut Fanout<'f>) {
        fanout.add(&mut self.view);
        fanout.add(&mut self.saver);
    }

    /// Gives the terminal back and says on standard error what happened meanwhile.
    pub(super) fn close(&self) {
        for line in self.view.close() {
            drop(writeln!(io::stderr(), "{line}"));
        }
    }
}

/// Writes a page at the tick after it was asked for.
struct Saver<'a> {
    request: Arc<AtomicBool>,
    view: Tui,
    described: FullScreen<'a>,
    interval: Duration,
    recorder: Recorder,
    started: Option<Timestamp>,
}

impl Saver<'_> {
    fn save(&self, tick: &Tick, targets: &[Target]) {
        let name = tick.at.to_string().chars().take(19).filter(char::is_ascii_digit).collect::<String>();
        let (day, time) = name.split_at(name.len().min(8));
        let path = PathBuf::from(format!("leakwatch-{day}-{time}.html"));
        let judgement = settings::gate(self.described.analysis).judge(targets, self.recorder.alerted(), |_| None);
        let ending = Ending {
            session: self.session(tick),
            settings: settings::for_report(self.described.analysis, self.described.rules),
            verdict: schema::SessionVerdict {
                status: crate::report::status(judgement.status),
                exit_status: judgement.code,
                summary: format!("so far: {}", judgement.summary),
            },
            gate: None,
            observer: observer(None),
        };
        let report = self.recorder.clone().into_report(ending, targets, &[]);
        let written = self.view.with_timelines(|timelines| {
            let document =
                Document { report: &report, timelines: targets.iter().map(|target| timelines.get(target)).collect() };
            Output::open(&path).and_then(|output| output.finish(&document))
        });
        self.view.say(match written {
            Ok(()) => format!("written: {}", path.display()),
            Err(error) => error.to_string(),
        });
    }

    fn session(&self, tick: &Tick) -> schema::Session {
        schema::Session {
            kind: self.described.command.as_ref().map_or(schema::SessionKind::Watch, |_| schema::SessionKind::Run),
            started_at: self.started.unwrap_or(tick.at).to_string(),
            ended_at: tick.at.to_string(),
            ended_by: schema::EndedBy::Signal,
            interval_seconds: Some(self.interval.as_secs_f64()),
            ticks: tick.number + 1,
            missed_ticks: 0,
            max_late_seconds: None,
            suspended_seconds: None,
            host: crate::source::host_name(),
            selection: self.described.selection.clone(),
            unreadable: 0,
            command: self.described.command.clone(),
        }
    }
}

impl EventSink for Saver<'_> {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.recorder.on_event(event)?;
        if let Event::Ticked(tick, targets) = event {
            self.started.get_or_insert(tick.at);
            if self.request.swap(false, Ordering::AcqRel) {
                self.save(tick, targets);
            }
        }
        Ok(())
    }
}
