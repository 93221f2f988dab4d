//! Bounded queue of one delivery, with the thread that sends from it.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::alert::AlertState;
use crate::clock::{Clock, StopFlag, SystemClock};
use crate::schema::AlertMessage;

use super::attempt::{Delivery, DeliveryError, Retry};
use super::limiter::{Episode, has_end};

/// Largest number of queued alerts.
const CAPACITY: usize = 256;
/// Pause after each failed attempt. Their number limits the attempts.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// Upper bound of a pause that a server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Reason for an alert without an attempt.
const NO_TIME: &str = "no time was left";
/// Time for the thread to end after its stop flag was raised.
const STOP_GRACE: Duration = Duration::from_millis(500);

/// Alert with the episode it belongs to.
#[derive(Debug)]
pub(super) struct QueuedAlert {
    episode: Episode,
    state: AlertState,
    message: Arc<AlertMessage>,
}

impl QueuedAlert {
    /// An alert of an episode.
    pub(super) fn new(episode: Episode, state: AlertState, message: Arc<AlertMessage>) -> Self {
        Self { episode, state, message }
    }
}

/// Counts of one delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Alerts to send.
    offered: u64,
    /// Alerts that were sent, and ends of episodes that never were.
    settled: u64,
    last_failure: Option<String>,
    is_failing: bool,
    /// Change between failure and success that was not reported yet.
    change: Option<String>,
}

impl Counts {
    /// Returns a sentence on the alerts that were not delivered; `None` if all were.
    pub(super) fn losses(&self) -> Option<String> {
        let lost = self.offered - self.settled;
        let reason = self.last_failure.as_deref().unwrap_or(NO_TIME);
        (lost > 0).then(|| format!("{lost} of {} alerts were not delivered: {reason}", self.offered))
    }
}

/// Queue with the thread that sends from it.
pub(super) struct DeliveryQueue {
    /// Name in messages, such as `webhook`.
    name: &'static str,
    alerts: SyncSender<QueuedAlert>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
    counts: Arc<Mutex<Counts>>,
    stop: StopFlag,
}

impl DeliveryQueue {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub(super) fn start(name: &'static str, delivery: Box<dyn Delivery>) -> io::Result<Self> {
        let (alerts, queued) = mpsc::sync_channel(CAPACITY);
        let (alive, ended) = mpsc::channel();
        let counts = Arc::new(Mutex::new(Counts::default()));
        let stop = StopFlag::default();
        let sender = Sender { delivery, begun: BTreeSet::new(), counts: counts.clone(), stop: stop.clone() };
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            sender.run(&queued);
            drop(alive);
        })?;
        Ok(Self { name, alerts, ended, counts, stop })
    }

    /// Queues an alert without waiting. Returns true if there was room for it.
    pub(super) fn offer(&self, alert: QueuedAlert) -> bool {
        let mut counts = lock(&self.counts);
        counts.offered += 1;
        let is_queued = self.alerts.try_send(alert).is_ok();
        if !is_queued && counts.last_failure.is_none() {
            counts.last_failure = Some("too many alerts at once".to_owned());
        }
        is_queued
    }

    /// Returns a sentence if the delivery began or ceased to fail since the last call.
    pub(super) fn take_change(&self) -> Option<String> {
        let change = lock(&self.counts).change.take()?;
        Some(format!("{}: {change}", self.name))
    }

    /// Closes the queue. The thread still sends the queued alerts.
    pub(super) fn close(self) -> ClosedQueue {
        let Self { name, alerts, ended, counts, stop } = self;
        drop(alerts);
        ClosedQueue { name, ended, counts, stop }
    }
}

/// Queue that accepts no further alerts.
pub(super) struct ClosedQueue {
    name: &'static str,
    ended: Receiver<()>,
    counts: Arc<Mutex<Counts>>,
    stop: StopFlag,
}

impl ClosedQueue {
    /// Waits up to `span` for the queued alerts. Returns the name of the delivery and its counts.
    pub(super) fn finish(self, span: Duration) -> (&'static str, Counts) {
        if matches!(self.ended.recv_timeout(span), Err(RecvTimeoutError::Timeout)) {
            self.stop.raise();
            // A thread that is blocked in the network cannot be woken. It ends with the program.
            let _ = self.ended.recv_timeout(STOP_GRACE);
        }
        (self.name, lock(&self.counts).clone())
    }
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// State of the thread.
struct Sender {
    delivery: Box<dyn Delivery>,
    /// Episodes with a sent "firing".
    begun: BTreeSet<Episode>,
    counts: Arc<Mutex<Counts>>,
    stop: StopFlag,
}

impl Sender {
    fn run(mut self, queued: &Receiver<QueuedAlert>) {
        while let Ok(alert) = queued.recv() {
            // The end of an episode is useless to a receiver that did not get its beginning.
            if alert.state == AlertState::Resolved && !self.begun.remove(&alert.episode) {
                lock(&self.counts).settled += 1;
                continue;
            }
            let sent = self.send(&alert.message);
            if sent.is_ok() && alert.state == AlertState::Firing && has_end(alert.episode.1) {
                self.begun.insert(alert.episode);
            }
            self.count(sent);
        }
    }

    /// Sends one alert, with further attempts.
    fn send(&mut self, message: &AlertMessage) -> Result<(), String> {
        let mut pauses = PAUSES.into_iter();
        loop {
            if self.stop.is_raised() {
                return Err(lock(&self.counts).last_failure.clone().unwrap_or_else(|| NO_TIME.to_owned()));
            }
            let Err(DeliveryError { reason, retry }) = self.delivery.deliver(message, &self.stop) else {
                return Ok(());
            };
            lock(&self.counts).last_failure = Some(reason.clone());
            let pause = match retry {
                Retry::Never => None,
                Retry::Once => pauses.next().filter(|&pause| pause == PAUSES[0] && !lock(&self.counts).is_failing),
                Retry::Soon => pauses.next(),
                Retry::After(asked) => pauses.next().map(|usual| asked.max(usual).min(LONGEST_PAUSE)),
            };
            let Some(pause) = pause else { return Err(reason) };
            SystemClock.wait_until(SystemClock.now().awake + pause, &self.stop);
        }
    }

    fn count(&self, sent: Result<(), String>) {
        let mut counts = lock(&self.counts);
        match sent {
            Ok(()) => {
                counts.settled += 1;
                if counts.is_failing {
                    counts.change = Some("deliveries succeed again".to_owned());
                }
                counts.is_failing = false;
            }
            Err(reason) => {
                if !counts.is_failing {
                    counts.change = Some(format!("an alert could not be delivered: {reason}"));
                }
                counts.is_failing = true;
            }
        }
    }
}
