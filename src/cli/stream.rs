//! An output that is written as it comes: when it begins, and what is done when it cannot take any more.

use std::io;

use crate::event::{Event, EventSink, Notice};

use super::alert_args::AlertArgs;
use super::args::OutputArgs;

/// Begins to write: opens and writes what stands before everything else.
pub(super) type Begin = Box<dyn FnOnce() -> io::Result<Box<dyn EventSink>>>;

/// What is lost with an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StandsFor {
    /// One file; there is always something else beside it.
    File,
    /// Standard output, with others beside it: a reader that leaves ends the session, a full disk does not.
    Stdout,
    /// Standard output, and nothing else is written or sent.
    Everything,
}

impl StandsFor {
    /// What standard output is beside what else was asked for.
    pub(super) fn stdout(output: &OutputArgs, alerts: Option<&AlertArgs>) -> Self {
        let alone = output.outputs.is_empty() && !alerts.is_some_and(AlertArgs::any);
        if alone { Self::Everything } else { Self::Stdout }
    }
}

enum State {
    /// Until there is something to write.
    Waiting(Begin),
    Open(Box<dyn EventSink>),
    GivenUp,
}

/// A sink that is given up when it fails, so that one full disk does not end a watch and its alerts.
pub(super) struct Stream {
    state: State,
    stands_for: StandsFor,
    /// What it could not begin with; ends the session at its first event.
    refused: Option<io::Error>,
    /// Why it was given up.
    failure: Option<String>,
    /// The same, until it was told.
    untold: Option<Notice>,
}

impl Stream {
    /// A stream that begins with the first event of a target.
    pub(super) fn waiting(stands_for: StandsFor, begin: Begin) -> Self {
        Self { state: State::Waiting(begin), stands_for, refused: None, failure: None, untold: None }
    }

    /// A stream that has begun: whoever reads along sees its first line now.
    pub(super) fn begun(stands_for: StandsFor, begin: Begin) -> Self {
        let mut stream = Self::waiting(stands_for, begin);
        stream.refused = stream.begin().err();
        stream
    }

    /// Why it is incomplete; `None` when it is not.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    fn begin(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.state, State::GivenUp) {
            State::Waiting(begin) => match begin() {
                Ok(sink) => self.state = State::Open(sink),
                Err(error) => return self.failed(error),
            },
            other => self.state = other,
        }
        Ok(())
    }

    /// Gives it up, or passes on what the session is to end with.
    fn failed(&mut self, error: io::Error) -> io::Result<()> {
        self.state = State::GivenUp;
        let reader_left = error.kind() == io::ErrorKind::BrokenPipe;
        match self.stands_for {
            StandsFor::Everything => return Err(error),
            StandsFor::Stdout if reader_left => return Err(error),
            StandsFor::File | StandsFor::Stdout => {}
        }
        self.untold = Some(Notice::OutputLost(error.to_string()));
        self.failure = Some(error.to_string());
        Ok(())
    }
}

impl EventSink for Stream {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        // That a tick was late is no reason to replace a recording while nothing is watched yet.
        if !matches!(event, Event::Ticked(..) | Event::Notice(..)) {
            self.begin()?;
        }
        match &mut self.state {
            State::Open(sink) => match sink.on_event(event) {
                Ok(()) => Ok(()),
                Err(error) => self.failed(error),
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
        self.untold.take()
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

    fn take(stands_for: StandsFor, kind: io::ErrorKind) -> (io::Result<()>, Option<Notice>, bool) {
        let mut stream = Stream::begun(stands_for, Box::new(move || Ok(Box::new(Fails(kind)))));
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        let outcome = stream.on_event(Event::Ticked(&tick, &[]));
        (outcome, stream.next_lost_output(), stream.failure().is_some())
    }

    #[test]
    fn only_standard_output_can_end_the_session() {
        use StandsFor::{Everything, File, Stdout};
        use io::ErrorKind::{BrokenPipe, StorageFull};
        for (stands_for, kind) in [(File, BrokenPipe), (File, StorageFull), (Stdout, StorageFull)] {
            let (outcome, lost, incomplete) = take(stands_for, kind);
            assert!(outcome.is_ok() && lost.is_some() && incomplete, "{stands_for:?} {kind:?}");
        }
        for (stands_for, kind) in [(Everything, StorageFull), (Everything, BrokenPipe), (Stdout, BrokenPipe)] {
            assert!(take(stands_for, kind).0.is_err(), "{stands_for:?} {kind:?}");
        }
    }

    #[test]
    fn nothing_is_replaced_before_there_is_a_target() {
        let begin: Begin = Box::new(|| unreachable!("nothing is watched"));
        let mut stream = Stream::waiting(StandsFor::File, begin);
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        assert!(stream.on_event(Event::Ticked(&tick, &[])).is_ok());
        assert!(stream.on_event(Event::Notice(Timestamp(0), &Notice::MissedTicks(7))).is_ok());
    }

    #[test]
    fn what_cannot_begin_is_told_or_ends_the_session() {
        let begin = || -> Begin { Box::new(|| Err(io::ErrorKind::StorageFull.into())) };
        assert!(Stream::begun(StandsFor::File, begin()).next_lost_output().is_some());
        let tick = Tick { number: 0, at: Timestamp(0), late_s: 0.0, host: None };
        assert!(Stream::begun(StandsFor::Everything, begin()).on_event(Event::Ticked(&tick, &[])).is_err());
    }
}
