//! Standard output written behind the session's back: a pipe whose reader takes nothing must hold up neither samples nor
//! alerts nor the end.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Bytes that may wait for a reader: minutes of a thousand processes.
const MOST: usize = 4 << 20;
/// A reader that reads takes what a tick brings within this time, and one that has left is noticed.
const PROMPT: Duration = Duration::from_millis(50);

/// What is done when as many bytes wait as may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Nothing else is written: a reader that is slow gets all of it.
    Wait,
    /// There are other outputs, which matter as well.
    Fail,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Some are being written.
    is_writing: bool,
    /// What the writer said; it has ended with it.
    failure: Option<io::Error>,
    is_closed: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Something came, or room.
    changed: Condvar,
}

impl State {
    fn is_done(&self) -> bool {
        self.waiting.is_empty() && !self.is_writing
    }

    fn outcome(&self) -> io::Result<()> {
        self.failure.as_ref().map_or(Ok(()), |error| Err(io::Error::new(error.kind(), error.to_string())))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer that only hands over. When it is dropped it waits until all is taken.
pub(super) struct Behind {
    shared: Arc<Shared>,
    when_full: WhenFull,
    /// Whether the reader did not take at once what it got last.
    is_slow: bool,
    /// `None` once nobody waits for it.
    thread: Option<JoinHandle<()>>,
}

impl Behind {
    /// Writes to `out` on a thread of its own.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(super) fn new(mut out: impl Write + Send + 'static, when_full: WhenFull) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new().name("stdout".to_owned()).spawn(move || {
            loop {
                let mut state = theirs.lock();
                while state.waiting.is_empty() && !state.is_closed {
                    state = theirs.wait(state);
                }
                let bytes = std::mem::take(&mut state.waiting);
                state.is_writing = !bytes.is_empty();
                drop(state);
                if bytes.is_empty() {
                    return;
                }
                let outcome = out.write_all(&bytes).and_then(|()| out.flush());
                let mut state = theirs.lock();
                state.is_writing = false;
                state.failure = outcome.err();
                theirs.changed.notify_all();
                if state.failure.is_some() {
                    return;
                }
            }
        })?;
        Ok(Self { shared, when_full, is_slow: false, thread: Some(thread) })
    }
}

impl Write for Behind {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.shared.lock();
        loop {
            state.outcome()?;
            if state.waiting.len() + bytes.len() <= MOST || state.waiting.is_empty() {
                break;
            }
            if self.when_full == WhenFull::Fail {
                self.thread = None;
                let message = format!("its reader takes nothing, and {} MiB wait for it", MOST >> 20);
                return Err(io::Error::new(io::ErrorKind::TimedOut, message));
            }
            state = self.shared.wait(state);
        }
        state.waiting.extend_from_slice(bytes);
        self.shared.changed.notify_all();
        Ok(bytes.len())
    }

    /// Nothing is held back. A reader that has been prompt so far is waited for, but not for long.
    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.shared.lock();
        if !self.is_slow {
            let busy = |state: &mut State| !state.is_done() && state.failure.is_none();
            let waited = self.shared.changed.wait_timeout_while(state, PROMPT, busy);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        self.is_slow = !state.is_done();
        state.outcome()
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stalled::Stalled;

    #[test]
    fn a_reader_that_rests_gets_all_in_the_end() {
        let stalled = Stalled::default();
        let taken = stalled.0.clone();
        let mut out = Behind::new(stalled, WhenFull::Fail).expect("a thread");
        let held = taken.lock().expect("no panic");
        let rows: Vec<String> = (0..1000).map(|n| format!("{n}\n")).collect();
        for row in &rows {
            out.write_all(row.as_bytes()).and_then(|()| out.flush()).expect("handed over");
        }
        drop(held);
        drop(out);
        assert_eq!(*taken.lock().expect("no panic"), rows.concat().into_bytes());
    }

    #[test]
    fn a_reader_that_rests_too_long_is_given_up_where_there_are_other_outputs() {
        let stalled = Stalled::default();
        let taken = stalled.0.clone();
        let held = taken.lock().expect("no panic");
        let mut out = Behind::new(stalled, WhenFull::Fail).expect("a thread");
        let piece = vec![b'x'; MOST / 2];
        // The thread may hold one piece, and two may wait.
        let error = (0..5).find_map(|_| out.write_all(&piece).err()).expect("it is full");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(out);
        drop(held);
    }

    #[test]
    fn where_there_is_nothing_else_a_slow_reader_is_waited_for() {
        let stalled = Stalled::default();
        let taken = stalled.0.clone();
        let mut out = Behind::new(stalled, WhenFull::Wait).expect("a thread");
        let piece = vec![b'x'; MOST / 2];
        (0..6).for_each(|_| out.write_all(&piece).expect("taken in the end"));
        drop(out);
        assert_eq!(taken.lock().expect("no panic").len(), 6 * piece.len());
    }

    #[test]
    fn a_reader_that_left_is_told_of() {
        struct Left;
        impl Write for Left {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut out = Behind::new(Left, WhenFull::Wait).expect("a thread");
        let error = loop {
            match out.write_all(b"x").and_then(|()| out.flush()) {
                Ok(()) => thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
