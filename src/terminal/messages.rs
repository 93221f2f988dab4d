//! Messages on standard error during a session: watched processes, alerts, notices.

use std::io::{self, Write};

use crate::alert::{Alert, AlertState, Severity};
use crate::escape;
use crate::event::{Event, EventSink, Notice, Target};
use crate::model::Timestamp;

use super::churn_summary::ChurnSummary;
use super::formatting::{describe_target, format_alert};
use super::missed_ticks::MissedTicks;
use super::priority::Priority;
use super::progress::Screen;
use super::style::Style;
use super::wrap::wrap_for_stderr;

/// Most processes that a message names when they appear; the others are counted.
const MAX_NAMED: usize = 10;

/// Targets that appeared in a tick, for one message.
#[derive(Default)]
struct Appeared {
    names: Vec<String>,
    count: usize,
}

/// Sink that writes messages to standard error, above the redrawn part.
pub struct Messages {
    screen: Screen,
    style: Style,
    appeared: Appeared,
    churn: ChurnSummary,
    missed: MissedTicks,
    /// True after the first tick, which finds all running processes.
    has_ticked: bool,
    /// True if only notices are printed: the events of a recording are no news.
    is_quiet: bool,
}

impl Messages {
    /// Messages above `screen`.
    #[must_use]
    pub fn new(screen: Screen, style: Style) -> Self {
        Self {
            screen,
            style,
            appeared: Appeared::default(),
            churn: ChurnSummary::default(),
            missed: MissedTicks::default(),
            has_ticked: false,
            is_quiet: false,
        }
    }

    /// Only notices above `screen`. The report holds the events of a recording.
    #[must_use]
    pub fn quiet(screen: Screen, style: Style) -> Self {
        Self { is_quiet: true, ..Self::new(screen, style) }
    }

    /// Prints a line. A failure of standard error does not end the session: its reports matter more.
    fn print(&self, priority: Priority, line: &str) {
        let line = priority.mark(&wrap_for_stderr(line));
        self.screen.print_above(|| drop(writeln!(io::stderr(), "{line}")));
    }

    /// Prints a line with its time and label.
    fn print_at(&self, at: Timestamp, priority: Priority, label: &str, text: &str) {
        self.print(priority, &format!("{} {label}: {text}", self.style.dim(&at.to_string())));
    }

    fn print_appeared(&mut self) {
        let Appeared { names, count } = std::mem::take(&mut self.appeared);
        if count == 0 {
            return;
        }
        let noun = if count == 1 { "process" } else { "processes" };
        let more = match count - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        self.print(Priority::Info, &format!("watching {count} {noun}: {}{more}", names.join(", ")));
    }

    /// Prints the sums of events that were not printed one by one.
    fn print_sums(&mut self, at: Timestamp) {
        if let Some(text) = self.churn.take_due(at) {
            self.print_at(at, Priority::Info, &self.style.dim("info"), &escape::terminal(&text));
        }
        if let Some(text) = self.missed.take_due(at) {
            self.print_at(at, Priority::Notice, &self.style.dim("note"), &text);
        }
    }

    fn print_alert(&self, target: Option<&Target>, alert: &Alert) {
        let severity = alert.kind.severity();
        let text = format_alert(target, alert);
        if alert.state == AlertState::Resolved {
            return self.print(Priority::Notice, &format!("{} {text}", self.style.dim(&alert.at.to_string())));
        }
        let (label, priority) = match severity {
            Severity::Info => ("info", Priority::Info),
            Severity::Warning => ("warning", Priority::Warning),
            Severity::Critical => ("ALERT", Priority::Critical),
        };
        self.print_at(alert.at, priority, &self.style.severity(severity, label), &text);
    }

    fn print_notice(&self, at: Timestamp, notice: &Notice) {
        let (_, text) = notice.sentence();
        // The time of a recording says nothing about its format.
        if let Notice::Recognised(..) = notice {
            return self.print(Priority::Notice, &escape::terminal(&text));
        }
        let (label, priority) = match notice {
            Notice::OutputLost(_) => (self.style.severity(Severity::Warning, "warning"), Priority::Warning),
            _ => (self.style.dim("note"), Priority::Notice),
        };
        self.print_at(at, priority, &label, &escape::terminal(&text));
    }
}

impl EventSink for Messages {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Appeared(_) | Event::Alert(..) if self.is_quiet => {}
            Event::Appeared(target) if !self.has_ticked || self.churn.admit(&target.label.name) => {
                self.appeared.count += 1;
                if self.appeared.names.len() < MAX_NAMED {
                    self.appeared.names.push(describe_target(target));
                }
            }
            Event::Alert(target, alert) => {
                let name = target.map_or("", |target| &target.label.name);
                if !alert.kind.is_lifecycle() || self.churn.admit(name) {
                    self.print_appeared();
                    self.print_alert(target, alert);
                }
            }
            Event::Notice(at, notice) if self.missed.admit(at, notice) => self.print_notice(at, notice),
            Event::Ticked(tick, _) => {
                self.print_appeared();
                self.has_ticked = true;
                self.print_sums(tick.at);
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
