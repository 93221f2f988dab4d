//! Dispatcher: the sink of a session that sends alerts and never waits.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::alert::{Alert, AlertState};
use crate::clock::{Clock, SystemClock};
use crate::event::{Event, EventSink, Target};
use crate::model::Timestamp;
use crate::report::alert_message;
use crate::schema::AlertMessage;

use super::alert_filter::AlertFilter;
use super::attempt::Delivery;
use super::lifecycle_limit::LifecycleLimit;
use super::limiter::{Episode, Limiter};
use super::queue::{DeliveryQueue, QueuedAlert};

/// Sends the alerts that pass a filter to any number of deliveries.
pub struct Dispatcher {
    host: Option<String>,
    filters: Vec<AlertFilter>,
    routes: Vec<Route>,
    lifecycle: LifecycleLimit,
    /// Reports at once that a delivery began or ceased to fail.
    report: Box<dyn Fn(&str)>,
}

/// One delivery with its limiter.
struct Route {
    limiter: Limiter<(AlertState, Arc<AlertMessage>)>,
    queue: DeliveryQueue,
}

/// Alerts that one delivery did not send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Kind of the notice in reports: `undelivered_alerts` or `held_back_alerts`.
    pub kind: &'static str,
    /// One sentence.
    pub message: String,
}

impl Dispatcher {
    /// A dispatcher without deliveries. It sends the alerts that match any of `filters`.
    #[must_use]
    pub fn new(host: Option<String>, filters: Vec<AlertFilter>, report: Box<dyn Fn(&str)>) -> Self {
        Self { host, filters, routes: Vec::new(), lifecycle: LifecycleLimit::default(), report }
    }

    /// Adds a delivery of at most `per_minute` alerts a minute; `None` for no limit.
    ///
    /// # Errors
    /// If the system refuses its thread.
    pub fn add(&mut self, name: &'static str, delivery: Box<dyn Delivery>, per_minute: Option<u32>) -> io::Result<()> {
        self.routes.push(Route { limiter: Limiter::new(per_minute), queue: DeliveryQueue::start(name, delivery)? });
        Ok(())
    }

    /// Waits up to `span` until all alerts are sent. Returns those that were not.
    #[must_use]
    pub fn finish(self, span: Duration) -> Vec<Undelivered> {
        let deadline = SystemClock.now().awake + span;
        let closed: Vec<_> =
            self.routes.into_iter().map(|route| (route.limiter.unsent(), route.queue.close())).collect();
        let mut undelivered = Vec::new();
        for (held_back, queue) in closed {
            let (name, counts) = queue.finish(deadline.saturating_sub(SystemClock.now().awake));
            if let Some(losses) = counts.losses() {
                undelivered.push(Undelivered { kind: "undelivered_alerts", message: format!("{name}: {losses}") });
            }
            if held_back > 0 {
                let message = format!("{name}: {held_back} alerts exceeded '--alert-rate' and were not sent");
                undelivered.push(Undelivered { kind: "held_back_alerts", message });
            }
        }
        undelivered
    }

    fn dispatch(&mut self, target: Option<&Target>, alert: &Alert) {
        if self.routes.is_empty() || !self.filters.iter().any(|filter| filter.matches(alert.kind)) {
            return;
        }
        if let Some(target) = target.filter(|_| alert.kind.is_lifecycle())
            && !self.lifecycle.admit(target, alert.at)
        {
            return;
        }
        let message = Arc::new(alert_message(self.host.as_deref(), target, alert));
        let episode: Episode = (target.map(|target| target.number), alert.kind);
        for route in &mut self.routes {
            let offered = (alert.state, message.clone());
            if let Some((state, message)) = route.limiter.offer(alert.at, episode, alert.state, offered) {
                route.send(episode, state, message);
            }
        }
    }

    /// Sends delayed alerts, and reports deliveries that began or ceased to fail.
    fn send_due(&mut self, at: Timestamp) {
        for route in &mut self.routes {
            while let Some((episode, (state, message))) = route.limiter.next_due(at) {
                route.send(episode, state, message);
            }
            if let Some(change) = route.queue.take_change() {
                (self.report)(&change);
            }
        }
    }
}

impl Route {
    fn send(&mut self, episode: Episode, state: AlertState, message: Arc<AlertMessage>) {
        if !self.queue.offer(QueuedAlert::new(episode, state, message)) {
            self.limiter.reject(episode);
        }
    }
}

impl EventSink for Dispatcher {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Alert(target, alert) => self.dispatch(target, alert),
            Event::Ticked(tick, _) => self.send_due(tick.at),
            _ => {}
        }
        Ok(())
    }
}
