//! Streams: outputs that are written as events happen, and given up if they fail.

use std::io;

use crate::event::{Event, EventSink, Notice};
use crate::report::StreamSink;
use crate::schema::EndLine;
use crate::terminal::LogLines;

use crate::cli::args::AlertArgs;
use crate::cli::args::OutputArgs;

/// Opens an output and writes its beginning.
pub(crate) type OpenSink = Box<dyn FnOnce() -> io::Result<Box<dyn StreamSink>>>;

/// Role of an output: the effect of its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputRole {
    /// One file beside other outputs. Its failure does not end the session.
    File,
    /// Standard output beside other outputs. A closed pipe ends the session, a full disk does not.
    Stdout,
    /// Standard output as the only output. Any failure ends the session.
    Everything,
}

impl OutputRole {
    /// Returns the role of standard output beside the other outputs.
    pub(crate) fn of_stdout(output: &OutputArgs, alerts: Option<&AlertArgs>) -> Self {
        let alone = output.outputs.is_empty() && !alerts.is_some_and(AlertArgs::any);
        if alone { Self::Everything } else { Self::Stdout }
    }
}

// The summary on standard output follows the log lines.
impl StreamSink for LogLines {}

enum State {
    /// Not opened: there is nothing to write yet.
    Waiting(OpenSink),
    Open(Box<dyn StreamSink>),
    GivenUp,
}

/// A sink that is given up if it fails, so that a full disk does not end the watch and its alerts.
pub(crate) struct Stream {
    state: State,
    role: OutputRole,
    /// Failure to open it, which ends the session at the first event.
    open_failure: Option<io::Error>,
    /// Reason for which it was given up.
    failure: Option<String>,
    /// Notice of the failure, until it was reported.
    unreported: Option<Notice>,
}

impl Stream {
    /// A stream that is opened by the first event of a target.
    pub(crate) fn begin_later(role: OutputRole, open: OpenSink) -> Self {
        Self { state: State::Waiting(open), role, open_failure: None, failure: None, unreported: None }
    }

    /// A stream that is open: a reader sees its first line now.
    pub(crate) fn begin_now(role: OutputRole, open: OpenSink) -> Self {
        let mut stream = Self::begin_later(role, open);
        stream.open_failure = stream.open().err();
        stream
    }

    /// Returns the reason for which the output is incomplete; `None` if it is complete.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Writes the outcome of the session behind the last event. An output that is not open stays as it is.
    ///
    /// # Errors
    /// If standard output failed and its role makes that a failure of the session.
    pub(crate) fn end(&mut self, end: &EndLine) -> io::Result<()> {
        match &mut self.state {
            State::Open(sink) => match sink.end(end) {
                Ok(()) => Ok(()),
                Err(error) => self.give_up(error),
            },
            State::Waiting(_) | State::GivenUp => Ok(()),
        }
    }

    /// Opens the output if it still waits.
    fn open(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.state, State::GivenUp) {
            State::Waiting(open) => match open() {
                Ok(sink) => self.state = State::Open(sink),
                Err(error) => return self.give_up(error),
            },
            other => self.state = other,
        }
        Ok(())
    }

    /// Gives the output up, or returns the failure that ends the session.
    fn give_up(&mut self, error: io::Error) -> io::Result<()> {
        self.state = State::GivenUp;
        let reader_left = error.kind() == io::ErrorKind::BrokenPipe;
        match self.role {
            OutputRole::Everything => return Err(error),
            OutputRole::Stdout if reader_left => return Err(error),
            OutputRole::File | OutputRole::Stdout => {}
        }
        self.unreported = Some(Notice::OutputLost(error.to_string()));
        self.failure = Some(error.to_string());
        Ok(())
    }
}

impl EventSink for Stream {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Some(error) = self.open_failure.take() {
            return Err(error);
        }
        // A late tick does not replace an earlier recording while nothing is watched yet.
        if !matches!(event, Event::Ticked(..) | Event::Notice(..)) {
            self.open()?;
        }
        match &mut self.state {
            State::Open(sink) => match sink.on_event(event) {
                Ok(()) => Ok(()),
                Err(error) => self.give_up(error),
            },
            State::Waiting(_) | State::GivenUp => Ok(()),
        }
    }

    fn wants_samples(&self) -> bool {
        match &self.state {
            State::Open(sink) => sink.wants_samples(),
            State::Waiting(_) => true,
            State::GivenUp => false,
        }
    }

    fn next_lost_output(&mut self) -> Option<Notice> {
        self.unreported.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tick;
    use crate::model::Timestamp;

    struct Fails(io::ErrorKind);

    impl EventSink for Fails {
        fn on_event(&mut self, _: Event<'_>) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    impl StreamSink for Fails {
        fn end(&mut self, _: &EndLine) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    fn take(role: OutputRole, kind: io::ErrorKind) -> (io::Result<()>, Option<Notice>, bool) {
        let mut stream = Stream::begin_now(role, Box::new(move || Ok(Box::new(Fails(kind)))));
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        let delivered = stream.on_event(Event::Ticked(&tick, &[]));
        (delivered, stream.next_lost_output(), stream.failure().is_some())
    }

    #[test]
    fn only_standard_output_can_end_the_session() {
        use OutputRole::{Everything, File, Stdout};
        use io::ErrorKind::{BrokenPipe, StorageFull};
        for (role, kind) in [(File, BrokenPipe), (File, StorageFull), (Stdout, StorageFull)] {
            let (delivered, lost, incomplete) = take(role, kind);
            assert!(delivered.is_ok() && lost.is_some() && incomplete, "{role:?} {kind:?}");
        }
        for (role, kind) in [(Everything, StorageFull), (Everything, BrokenPipe), (Stdout, BrokenPipe)] {
            assert!(take(role, kind).0.is_err(), "{role:?} {kind:?}");
        }
    }

    #[test]
    fn nothing_is_replaced_before_there_is_a_target() {
        let open: OpenSink = Box::new(|| unreachable!("nothing is watched"));
        let mut stream = Stream::begin_later(OutputRole::File, open);
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        assert!(stream.on_event(Event::Ticked(&tick, &[])).is_ok());
        assert!(stream.on_event(Event::Notice(Timestamp(0), &Notice::MissedTicks(7))).is_ok());
    }

    #[test]
    fn an_output_that_cannot_be_opened_is_reported_or_ends_the_session() {
        let open = || -> OpenSink { Box::new(|| Err(io::ErrorKind::StorageFull.into())) };
        assert!(Stream::begin_now(OutputRole::File, open()).next_lost_output().is_some());
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        assert!(Stream::begin_now(OutputRole::Everything, open()).on_event(Event::Ticked(&tick, &[])).is_err());
    }
}
