//! What is said on standard error while a session runs: what is watched, alerts, notices.

use std::io::{self, Write};

use crate::alert::{Alert, AlertState, Severity};
use crate::escape;
use crate::event::{Event, EventSink, Notice, Target, TargetKind};
use crate::model::Timestamp;

use super::crowd::Crowd;
use super::skipped::Skipped;
use super::{Priority, Screen, Style, for_stderr};

/// Targets of one tick that are named when they are found; the others are counted.
const NAMED: usize = 10;

/// Name and pid of a target, harmless to print: `python3 (4242)`.
#[must_use]
pub fn describe_target(target: &Target) -> String {
    let name = escape::terminal(&target.label.name);
    match target.kind {
        TargetKind::Pool { members } => return format!("{name} (all {members} together)"),
        TargetKind::Selection { members } => return format!("all {members} selected together"),
        TargetKind::Cgroup { members } => return format!("control group {name} ({members} processes)"),
        TargetKind::Process => {}
    }
    match (target.key, &target.source) {
        (Some(key), _) => format!("{name} ({})", key.pid),
        (None, Some(source)) => format!("{name} in {}", escape::terminal(source)),
        (None, None) => name.into_owned(),
    }
}

/// Writes messages to standard error, above what is redrawn in place.
pub struct Messages {
    screen: Screen,
    style: Style,
    /// Targets found in this tick, to be named together.
    found: Vec<String>,
    found_count: usize,
    crowd: Crowd,
    skipped: Skipped,
    /// Whether the first tick is over, which finds what is to be watched.
    begun: bool,
    /// Whether only notices are said: what a recording tells is no news.
    quiet: bool,
}

impl Messages {
    /// Messages above `screen`.
    #[must_use]
    pub fn new(screen: Screen, style: Style) -> Self {
        Self {
            screen,
            style,
            found: Vec::new(),
            found_count: 0,
            crowd: Crowd::default(),
            skipped: Skipped::default(),
            begun: false,
            quiet: false,
        }
    }

    /// Only notices above `screen`: what happened in a recording is in its report.
    #[must_use]
    pub fn quiet(screen: Screen, style: Style) -> Self {
        Self { quiet: true, ..Self::new(screen, style) }
    }

    /// Whatever happens to standard error, the session goes on: its reports matter more.
    fn say(&self, priority: Priority, line: &str) {
        let line = priority.mark(&for_stderr(line));
        self.screen.print_above(|| drop(writeln!(io::stderr(), "{line}")));
    }

    fn say_found(&mut self) {
        if self.found_count == 0 {
            return;
        }
        let noun = if self.found_count == 1 { "process" } else { "processes" };
        let mut line = format!("watching {} {noun}: {}", self.found_count, self.found.join(", "));
        if self.found_count > self.found.len() {
            line.push_str(&format!(" and {} more", self.found_count - self.found.len()));
        }
        self.say(Priority::Info, &line);
        self.found.clear();
        self.found_count = 0;
    }

    fn say_untold(&mut self, at: Timestamp) {
        if let Some(text) = self.crowd.untold(at) {
            let text = escape::terminal(&text);
            self.say(Priority::Info, &format!("{} {}: {text}", self.stamp(at), self.style.dim("info")));
        }
        if let Some(text) = self.skipped.untold(at) {
            self.say(Priority::Notice, &format!("{} {}: {text}", self.stamp(at), self.style.dim("note")));
        }
    }

    fn alert(&self, target: Option<&Target>, alert: &Alert) {
        let who = target.map_or_else(|| "host".to_owned(), describe_target);
        let severity = alert.kind.severity();
        let kind = alert.kind.name().replace('_', " ");
        let line = match alert.state {
            AlertState::Firing => {
                let label = match severity {
                    Severity::Info => "info",
                    Severity::Warning => "warning",
                    Severity::Critical => "ALERT",
                };
                format!("{}: {kind}: {who}: {}", self.style.severity(severity, label), alert.message)
            }
            AlertState::Resolved => format!("{}: {kind}: {who}: {}", self.style.dim("resolved"), alert.message),
        };
        let priority = match (alert.state, severity) {
            (AlertState::Resolved, _) => Priority::Notice,
            (AlertState::Firing, Severity::Info) => Priority::Info,
            (AlertState::Firing, Severity::Warning) => Priority::Warning,
            (AlertState::Firing, Severity::Critical) => Priority::Critical,
        };
        self.say(priority, &format!("{} {line}", self.stamp(alert.at)));
    }

    fn stamp(&self, at: Timestamp) -> String {
        self.style.dim(&at.to_string())
    }
}

impl EventSink for Messages {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Appeared(_) | Event::Alert(..) if self.quiet => {}
            Event::Appeared(target) if !self.begun || self.crowd.admits(&target.label.name) => {
                self.found_count += 1;
                if self.found.len() < NAMED {
                    self.found.push(describe_target(target));
                }
            }
            Event::Alert(target, alert) => {
                let name = target.map_or("", |target| &target.label.name);
                if !alert.kind.is_lifecycle() || self.crowd.admits(name) {
                    self.say_found();
                    self.alert(target, alert);
                }
            }
            Event::Notice(at, notice) if self.skipped.admits(at, notice) => {
                let text = notice.sentence().1;
                let (label, priority) = match notice {
                    Notice::OutputLost(_) => (self.style.severity(Severity::Warning, "warning"), Priority::Warning),
                    _ => (self.style.dim("note"), Priority::Notice),
                };
                self.say(priority, &format!("{} {label}: {}", self.stamp(at), escape::terminal(&text)));
            }
            Event::Ticked(tick, _) => {
                self.say_found();
                self.begun = true;
                self.say_untold(tick.at);
            }
            Event::Notice(..)
            | Event::Appeared(_)
            | Event::Sampled(..)
            | Event::VerdictChanged(..)
            | Event::Exited(_)
            | Event::ProgramChanged(_) => {}
        }
        Ok(())
    }
}
