//! The sink of a session that sends alerts: decides, hands over, and never waits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::alert::{Alert, AlertState};
use crate::clock::{Clock, SystemClock};
use crate::event::{Event, EventSink, Target};
use crate::model::Timestamp;
use crate::report::alert_message;
use crate::schema::AlertMessage;

use super::Choice;
use super::gate::{Episode, Gate};
use super::worker::{Channel, Parcel, Worker};

/// Sends alerts to any number of channels.
pub struct Dispatcher {
    host: Option<String>,
    wanted: Vec<Choice>,
    routes: Vec<Route>,
    /// Says at once that a channel has begun or ceased to fail.
    say: Box<dyn Fn(&str)>,
}

struct Route {
    gate: Gate<(AlertState, Arc<AlertMessage>)>,
    worker: Worker,
}

/// What a channel did not get, in words, and the kind of it as reports name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// `undelivered_alerts` or `held_back_alerts`.
    pub kind: &'static str,
    /// One sentence.
    pub message: String,
}

impl Dispatcher {
    /// A dispatcher without channels, for the alerts that are wanted.
    #[must_use]
    pub fn new(host: Option<String>, wanted: Vec<Choice>, say: Box<dyn Fn(&str)>) -> Self {
        Self { host, wanted, routes: Vec::new(), say }
    }

    /// Adds a channel, with how many alerts a minute it can stand.
    ///
    /// # Errors
    /// When no thread can be started for it.
    pub fn add(&mut self, name: &'static str, channel: Box<dyn Channel>, a_minute: Option<u32>) -> io::Result<()> {
        self.routes.push(Route { gate: Gate::new(a_minute), worker: Worker::start(name, channel)? });
        Ok(())
    }

    /// Waits until all is sent, at most for `span`, and says what was not.
    #[must_use]
    pub fn finish(self, span: Duration) -> Vec<Undelivered> {
        let deadline = SystemClock.now().awake + span;
        let closed: Vec<_> =
            self.routes.into_iter().map(|route| (route.gate.held_back(), route.worker.close())).collect();
        let mut told = Vec::new();
        for (held_back, worker) in closed {
            let (name, tally) = worker.finish(deadline.saturating_sub(SystemClock.now().awake));
            let lost = tally.wanted - tally.settled;
            if lost > 0 {
                let why = tally.last_failure.unwrap_or_else(|| "no time was left".to_owned());
                let message = format!("{name}: {lost} of {} alerts were not delivered: {why}", tally.wanted);
                told.push(Undelivered { kind: "undelivered_alerts", message });
            }
            if held_back > 0 {
                let message =
                    format!("{name}: {held_back} alerts were held back: more came than '--alert-rate' allows");
                told.push(Undelivered { kind: "held_back_alerts", message });
            }
        }
        told
    }

    fn alert(&mut self, target: Option<&Target>, alert: &Alert) {
        if self.routes.is_empty() || !self.wanted.iter().any(|choice| choice.covers(alert.kind)) {
            return;
        }
        let message = Arc::new(alert_message(self.host.as_deref(), target, alert));
        let episode: Episode = (target.map(|target| target.number), alert.kind);
        for route in &mut self.routes {
            if let Some((state, message)) =
                route.gate.offer(alert.at, episode, alert.state, (alert.state, message.clone()))
            {
                route.send(episode, state, message);
            }
        }
    }

    fn catch_up(&mut self, at: Timestamp) {
        for route in &mut self.routes {
            while let Some((episode, (state, message))) = route.gate.due(at) {
                route.send(episode, state, message);
            }
            if let Some(news) = route.worker.news() {
                (self.say)(&format!("{}: {news}", route.worker.name));
            }
        }
    }
}

impl Route {
    fn send(&mut self, episode: Episode, state: AlertState, message: Arc<AlertMessage>) {
        if !self.worker.offer(Parcel { episode, state, message }) {
            self.gate.refused(episode);
        }
    }
}

impl EventSink for Dispatcher {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Alert(target, alert) => self.alert(target, alert),
            Event::Ticked(tick, _) => self.catch_up(tick.at),
            _ => {}
        }
        Ok(())
    }
}
