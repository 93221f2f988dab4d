//! One thread that sends, behind a bounded queue.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::alert::AlertState;
use crate::clock::{Clock, StopFlag, SystemClock};
use crate::schema::AlertMessage;

use super::gate::{Episode, lasts};

/// Alerts that wait at most to be sent.
const QUEUE: usize = 256;
/// How long after each failed attempt the next one is made; there are no more than these.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// A server that asks for a longer pause is asked again all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a thread that was told to stop may take to do so.
const LAST_MOMENT: Duration = Duration::from_millis(500);

/// Where alerts go.
pub trait Channel: Send {
    /// Delivers one alert, or says why it could not. May take its time; `stop` is raised when it should give up.
    ///
    /// # Errors
    /// When the alert has not been taken.
    fn deliver(&mut self, message: &AlertMessage, stop: &StopFlag) -> Result<(), Failure>;
}

/// Why an alert was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// In words, without anything secret.
    pub why: String,
    /// How long to wait before it is worth another try; `None` when it is not.
    pub again: Again,
}

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It would fail again.
    Never,
    /// After the usual pause.
    Soon,
    /// As [`Self::Soon`], but a second time only, and not while every alert fails.
    Once,
    /// Not before this has passed.
    After(Duration),
}

/// One alert on its way.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) episode: Episode,
    pub(super) state: AlertState,
    pub(super) message: Arc<AlertMessage>,
}

/// What became of the alerts of one channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// To be sent.
    pub(super) wanted: u64,
    /// Taken, or of no interest any more: the end of what nobody was told of.
    pub(super) settled: u64,
    pub(super) last_failure: Option<String>,
    failing: bool,
    /// That it has begun or ceased to fail, until somebody asks.
    news: Option<String>,
}

/// A thread with its queue.
pub(super) struct Worker {
    /// What it is called in messages: `webhook`.
    pub(super) name: &'static str,
    queue: SyncSender<Parcel>,
    /// Closed when the thread has ended.
    ended: Receiver<()>,
    tally: Arc<Mutex<Tally>>,
    stop: StopFlag,
}

impl Worker {
    pub(super) fn start(name: &'static str, channel: Box<dyn Channel>) -> io::Result<Self> {
        let (queue, parcels) = mpsc::sync_channel(QUEUE);
        let (alive, ended) = mpsc::channel();
        let tally = Arc::new(Mutex::new(Tally::default()));
        let stop = StopFlag::default();
        let sender = Sender { channel, told: BTreeSet::new(), tally: tally.clone(), stop: stop.clone() };
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            sender.run(&parcels);
            drop(alive);
        })?;
        Ok(Self { name, queue, ended, tally, stop })
    }

    /// Puts an alert on its way and says whether there was room for it. Never waits.
    pub(super) fn offer(&self, parcel: Parcel) -> bool {
        let mut tally = held(&self.tally);
        tally.wanted += 1;
        let taken = self.queue.try_send(parcel).is_ok();
        if !taken && tally.last_failure.is_none() {
            tally.last_failure = Some("too many alerts at once".to_owned());
        }
        taken
    }

    /// What there is to say of it since the last time.
    pub(super) fn news(&self) -> Option<String> {
        held(&self.tally).news.take()
    }

    /// Closes the queue: what is in it is still sent.
    pub(super) fn close(self) -> Closed {
        let Self { name, queue, ended, tally, stop } = self;
        drop(queue);
        Closed { name, ended, tally, stop }
    }
}

/// A worker that gets nothing more to do.
pub(super) struct Closed {
    name: &'static str,
    ended: Receiver<()>,
    tally: Arc<Mutex<Tally>>,
    stop: StopFlag,
}

impl Closed {
    /// Waits until all is sent, at most for `span`, and says what became of it.
    pub(super) fn finish(self, span: Duration) -> (&'static str, Tally) {
        if matches!(self.ended.recv_timeout(span), Err(RecvTimeoutError::Timeout)) {
            self.stop.raise();
            // One that hangs in the network cannot be woken; it ends with the program.
            let _ = self.ended.recv_timeout(LAST_MOMENT);
        }
        (self.name, held(&self.tally).clone())
    }
}

fn held(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread has.
struct Sender {
    channel: Box<dyn Channel>,
    /// Episodes whose beginning was delivered.
    told: BTreeSet<Episode>,
    tally: Arc<Mutex<Tally>>,
    stop: StopFlag,
}

impl Sender {
    fn run(mut self, parcels: &Receiver<Parcel>) {
        while let Ok(parcel) = parcels.recv() {
            // Nobody wants to hear the end of what never reached them.
            let unheard = parcel.state == AlertState::Resolved && !self.told.remove(&parcel.episode);
            let outcome = if unheard { Ok(()) } else { self.send(&parcel.message) };
            if outcome.is_ok() && parcel.state == AlertState::Firing && lasts(parcel.episode.1) {
                self.told.insert(parcel.episode);
            }
            if !unheard {
                self.note(outcome);
            } else {
                held(&self.tally).settled += 1;
            }
        }
    }

    fn send(&mut self, message: &AlertMessage) -> Result<(), String> {
        let mut pauses = PAUSES.into_iter();
        loop {
            if self.stop.is_raised() {
                return Err(held(&self.tally).last_failure.clone().unwrap_or_else(|| "no time was left".to_owned()));
            }
            let Err(Failure { why, again }) = self.channel.deliver(message, &self.stop) else { return Ok(()) };
            held(&self.tally).last_failure = Some(why.clone());
            let pause = match again {
                Again::Never => None,
                Again::Once => pauses.next().filter(|&pause| pause == PAUSES[0] && !held(&self.tally).failing),
                Again::Soon => pauses.next(),
                Again::After(asked) => pauses.next().map(|usual| asked.max(usual).min(LONGEST_PAUSE)),
            };
            let Some(pause) = pause else { return Err(why) };
            SystemClock.wait_until(SystemClock.now().awake + pause, &self.stop);
        }
    }

    fn note(&self, outcome: Result<(), String>) {
        let mut tally = held(&self.tally);
        match outcome {
            Ok(()) => {
                tally.settled += 1;
                if tally.failing {
                    tally.news = Some("takes alerts again".to_owned());
                }
                tally.failing = false;
            }
            Err(why) => {
                if !tally.failing {
                    tally.news = Some(format!("an alert could not be delivered: {why}"));
                }
                tally.failing = true;
            }
        }
    }
}
