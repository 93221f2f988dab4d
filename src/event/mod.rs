//! The events of a session, as one stream for all sinks.

mod cgroup;
mod job_times;
mod look;
mod membership;
mod notice;
mod start_values;
mod lives;
mod target;
mod timeline;

use crate::alert::Alert;
use crate::model::{HostMemory, Sample, Timestamp};

pub use cgroup::Cgroup;
pub use job_times::JobTimes;
pub use look::Look;
pub use notice::Notice;
pub use start_values::{CounterGrowth, StartValues};
pub use target::{Current, Lifetime, RetiredSummary, Target, TargetKind};
pub use timeline::{Line, Point, Timeline, Timelines};

/// Result of a sink: an output that it writes may fail.
pub type SinkResult = std::io::Result<()>;

/// State of the whole session at a tick.
#[derive(Debug, Clone, Copy)]
pub struct Tick {
    /// Number of the tick, from 0.
    pub number: u64,
    /// Time of the tick.
    pub at: Timestamp,
    /// Delay of the tick, in seconds.
    pub late_s: f64,
    /// Memory of the host.
    pub host: Option<HostMemory>,
}

/// One event of a session.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A target appeared.
    Appeared(&'a Target),
    /// A target was sampled.
    Sampled(&'a Target, &'a Sample),
    /// The status of a target changed.
    VerdictChanged(&'a Target, Timestamp),
    /// An alert fired or resolved; the target is `None` for the host.
    Alert(Option<&'a Target>, &'a Alert),
    /// The process of a target exited, or its control group was removed.
    Exited(&'a Target),
    /// The process of a target runs another program. The new program is a new target, and appears next.
    ProgramChanged(&'a Target),
    /// A one-off message.
    Notice(Timestamp, &'a Notice),
    /// All due targets were sampled.
    Ticked(&'a Tick, &'a [Target]),
}

/// Receiver of events: a recorder, a table, a stream.
pub trait EventSink {
    /// Handles one event.
    ///
    /// # Errors
    /// If the event cannot be written and nothing else depends on the session. The session then ends in order.
    fn on_event(&mut self, event: Event<'_>) -> SinkResult;

    /// Returns the next output that was given up and not reported yet.
    fn next_lost_output(&mut self) -> Option<Notice> {
        None
    }

    /// Reports the outputs that were given up to all sinks.
    ///
    /// # Errors
    /// As [`Self::on_event`].
    fn report_lost_outputs(&mut self, at: Timestamp) -> SinkResult {
        while let Some(notice) = self.next_lost_output() {
            self.on_event(Event::Notice(at, &notice))?;
        }
        Ok(())
    }

    /// Takes a look at the results of a session that may go on. Returns true if one is open that more samples would decide.
    fn look(&mut self, _look: Look, _targets: &[Target]) -> bool {
        false
    }

    /// True if the sink uses [`Event::Sampled`], by far the most frequent event.
    fn wants_samples(&self) -> bool {
        false
    }
}

/// Sink that passes each event to several sinks, in their order.
#[derive(Default)]
pub struct Fanout<'a> {
    sinks: Vec<&'a mut dyn EventSink>,
    wants_samples: bool,
}

impl<'a> Fanout<'a> {
    /// Appends a sink.
    pub fn add(&mut self, sink: &'a mut dyn EventSink) {
        self.wants_samples |= sink.wants_samples();
        self.sinks.push(sink);
    }
}

impl EventSink for Fanout<'_> {
    /// Passes the event to every sink, also after one of them failed. Returns the first failure.
    fn on_event(&mut self, event: Event<'_>) -> SinkResult {
        if matches!(event, Event::Sampled(..)) && !self.wants_samples {
            return Ok(());
        }
        let mut delivered = Ok(());
        for sink in &mut self.sinks {
            delivered = delivered.and(sink.on_event(event));
        }
        delivered
    }

    fn next_lost_output(&mut self) -> Option<Notice> {
        self.sinks.iter_mut().find_map(|sink| sink.next_lost_output())
    }

    /// Every sink takes the look, also after one has an open result.
    fn look(&mut self, look: Look, targets: &[Target]) -> bool {
        self.sinks.iter_mut().fold(false, |is_open, sink| sink.look(look, targets) | is_open)
    }

    fn wants_samples(&self) -> bool {
        self.wants_samples
    }
}
