//! Everything that happens in a session, as one stream for all sinks.

mod baseline;
mod course;
mod jobs;
mod notice;
mod raised;
mod target;

use crate::alert::Alert;
use crate::model::{HostMemory, Sample, Timestamp};

pub use baseline::{Baseline, CounterGrowth};
pub use course::{Course, Courses, Line, Point};
pub use jobs::JobTimes;
pub use notice::Notice;
pub use raised::Raised;
pub use target::{Folded, Target, TargetKind, Trace};

/// What the whole session has come to at a tick.
#[derive(Debug, Clone, Copy)]
pub struct Tick {
    /// Its number, from 0.
    pub number: u64,
    /// When it was.
    pub at: Timestamp,
    /// How late it began, in seconds.
    pub late_s: f64,
    /// Memory of the host.
    pub host: Option<HostMemory>,
}

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A target was found.
    Found(&'a Target),
    /// A target was read, or the sum of one that stands for several.
    Sampled(&'a Target, &'a Sample),
    /// The verdict on a target is another one than before.
    VerdictChanged(&'a Target, Timestamp),
    /// An alert began or ended; the target is `None` for the host.
    Alert(Option<&'a Target>, &'a Alert),
    /// A target has gone.
    Gone(&'a Target),
    /// The process of a target runs another program from now on, which is a target of its own: it is found next.
    Replaced(&'a Target),
    /// Something went not quite as planned.
    Notice(Timestamp, &'a Notice),
    /// All targets were read.
    Ticked(&'a Tick, &'a [Target]),
}

/// Takes events: a recorder, a table, a stream.
pub trait EventSink {
    /// Takes one event.
    ///
    /// # Errors
    /// When what it writes to cannot take it and there is nothing left to go on for; the session then ends in order.
    fn take(&mut self, event: Event<'_>) -> std::io::Result<()>;

    /// What was given up since this was asked last, one a call.
    fn lost(&mut self) -> Option<Notice> {
        None
    }

    /// Tells all sinks what some of them gave up.
    ///
    /// # Errors
    /// As [`Self::take`].
    fn tell_lost(&mut self, at: Timestamp) -> std::io::Result<()> {
        while let Some(notice) = self.lost() {
            self.take(Event::Notice(at, &notice))?;
        }
        Ok(())
    }

    /// Whether it does anything with [`Event::Sampled`]: by far the most frequent event, and few care.
    fn wants_samples(&self) -> bool {
        false
    }
}

/// Hands each event to several sinks, in their order.
#[derive(Default)]
pub struct Fanout<'a> {
    sinks: Vec<&'a mut dyn EventSink>,
    wants_samples: bool,
}

impl<'a> Fanout<'a> {
    /// Adds a sink behind the others.
    pub fn add(&mut self, sink: &'a mut dyn EventSink) {
        self.wants_samples |= sink.wants_samples();
        self.sinks.push(sink);
    }
}

impl EventSink for Fanout<'_> {
    /// Every sink gets the event, also after one of them failed; the first failure is returned.
    fn take(&mut self, event: Event<'_>) -> std::io::Result<()> {
        if matches!(event, Event::Sampled(..)) && !self.wants_samples {
            return Ok(());
        }
        let mut outcome = Ok(());
        for sink in &mut self.sinks {
            outcome = outcome.and(sink.take(event));
        }
        outcome
    }

    fn lost(&mut self) -> Option<Notice> {
        self.sinks.iter_mut().find_map(|sink| sink.lost())
    }

    fn wants_samples(&self) -> bool {
        self.wants_samples
    }
}
