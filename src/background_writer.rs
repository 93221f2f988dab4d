//! Writer with a thread of its own: a reader that takes nothing must not delay samples, alerts or the end of a session.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Largest number of waiting bytes: minutes of a thousand processes.
const MAX_BYTES: usize = 4 << 20;
/// Largest number of unfinished writes if further ones are dropped.
const MAX_WRITES: usize = 5;
/// Time in which a prompt reader takes the output of a tick, and a closed pipe is noticed.
const PROMPT: Duration = Duration::from_millis(50);
/// Time for the last writes if further ones are dropped.
const PATIENCE: Duration = Duration::from_secs(2);

/// Behaviour while the reader takes nothing and the limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// The caller waits: a slow reader gets everything.
    Wait,
    /// The write fails, because other outputs matter as well.
    Fail,
    /// The write is dropped. The next one reports the number of dropped writes.
    Drop,
}

#[derive(Default)]
struct State {
    waiting: Vec<u8>,
    /// Writes that are waiting or in progress.
    unfinished: usize,
    /// Failure of the reader. The thread has ended with it.
    failure: Option<io::Error>,
    is_closed: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Signals new bytes, and finished writes.
    changed: Condvar,
}

impl State {
    fn is_busy(&self) -> bool {
        self.unfinished > 0 && self.failure.is_none()
    }

    fn is_full(&self, more: usize, when_full: WhenFull) -> bool {
        match when_full {
            WhenFull::Drop => self.unfinished >= MAX_WRITES,
            WhenFull::Wait | WhenFull::Fail => !self.waiting.is_empty() && self.waiting.len() + more > MAX_BYTES,
        }
    }

    fn result(&self) -> io::Result<()> {
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

    /// Waits until everything is written, or the writer failed, or `limit` passed.
    fn wait_while_busy<'a>(&self, state: MutexGuard<'a, State>, limit: Duration) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout_while(state, limit, |state| state.is_busy());
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Writes to `out` until the writer is closed or fails.
    fn run(&self, mut out: impl Write) {
        loop {
            let mut state = self.lock();
            while state.waiting.is_empty() && !state.is_closed {
                state = self.wait(state);
            }
            let bytes = std::mem::take(&mut state.waiting);
            let writes = state.unfinished;
            drop(state);
            if bytes.is_empty() {
                return;
            }
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            let mut state = self.lock();
            state.unfinished -= writes;
            state.failure = written.err();
            self.changed.notify_all();
            if state.failure.is_some() {
                return;
            }
        }
    }
}

/// Writer that hands its bytes to a thread.
///
/// At its end it waits until everything is written, for a limited time if writes are dropped.
pub struct BackgroundWriter {
    shared: Arc<Shared>,
    when_full: WhenFull,
    /// True if the reader was not prompt the last time.
    is_slow: bool,
    /// Number of writes that were dropped and not reported yet.
    dropped: u64,
    /// True if the failure was returned by [`Self::check`].
    is_reported: bool,
    /// `None` once the thread was given up.
    thread: Option<JoinHandle<()>>,
}

impl BackgroundWriter {
    /// Starts the thread, which writes to `out`.
    ///
    /// # Errors
    /// If the system refuses the thread.
    pub fn new(out: impl Write + Send + 'static, when_full: WhenFull) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("output".to_owned()).spawn(move || of_thread.run(out))?;
        Ok(Self { shared, when_full, is_slow: false, dropped: 0, is_reported: false, thread: Some(thread) })
    }

    /// Returns the failure of the writer, once.
    ///
    /// # Errors
    /// If a write failed since the last call.
    pub fn check(&mut self) -> io::Result<()> {
        let result = if self.is_reported { Ok(()) } else { self.shared.lock().result() };
        self.is_reported |= result.is_err();
        result
    }
}

impl Write for BackgroundWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() && self.dropped == 0 {
            return Ok(0);
        }
        let mut state = self.shared.lock();
        loop {
            state.result()?;
            if !state.is_full(bytes.len(), self.when_full) {
                break;
            }
            match self.when_full {
                WhenFull::Wait => state = self.shared.wait(state),
                WhenFull::Fail => {
                    self.thread = None;
                    let message = format!("its reader takes nothing, and {} MiB are waiting", MAX_BYTES >> 20);
                    return Err(io::Error::new(io::ErrorKind::TimedOut, message));
                }
                WhenFull::Drop => {
                    self.dropped += 1;
                    return Ok(bytes.len());
                }
            }
        }
        if self.dropped > 0 {
            let updates = if self.dropped == 1 { "update" } else { "updates" };
            state.waiting.extend(format!("({} {updates} dropped: output was blocked)\n", self.dropped).bytes());
            self.dropped = 0;
        }
        state.waiting.extend_from_slice(bytes);
        state.unfinished += 1;
        self.shared.changed.notify_all();
        Ok(bytes.len())
    }

    /// Waits a moment for a reader that was prompt so far.
    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.shared.lock();
        if !self.is_slow {
            state = self.shared.wait_while_busy(state, PROMPT);
        }
        self.is_slow = state.is_busy();
        state.result()
    }
}

impl Drop for BackgroundWriter {
    fn drop(&mut self) {
        if self.dropped > 0 {
            // A failure of the last note cannot be reported.
            drop(self.write(b""));
        }
        let mut state = self.shared.lock();
        state.is_closed = true;
        self.shared.changed.notify_all();
        if self.when_full == WhenFull::Drop {
            drop(self.shared.wait_while_busy(state, PATIENCE));
            return;
        }
        drop(state);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reader that takes nothing while it is locked. It keeps the bytes that it took.
    #[derive(Clone, Default)]
    struct Stalled(Arc<Mutex<Vec<u8>>>);

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Writer that fails.
    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn stalled(when_full: WhenFull) -> (BackgroundWriter, Arc<Mutex<Vec<u8>>>) {
        let reader = Stalled::default();
        let taken = reader.0.clone();
        (BackgroundWriter::new(reader, when_full).expect("a thread"), taken)
    }

    #[test]
    fn a_blocked_reader_gets_everything_in_the_end() {
        let (mut out, taken) = stalled(WhenFull::Fail);
        let held = taken.lock().expect("no panic");
        let rows: Vec<String> = (0..1000).map(|n| format!("{n}\n")).collect();
        for row in &rows {
            out.write_all(row.as_bytes()).and_then(|()| out.flush()).expect("queued");
        }
        drop(held);
        drop(out);
        assert_eq!(*taken.lock().expect("no panic"), rows.concat().into_bytes());
    }

    #[test]
    fn a_blocked_reader_is_given_up_if_other_outputs_matter() {
        let (mut out, taken) = stalled(WhenFull::Fail);
        let held = taken.lock().expect("no panic");
        let piece = vec![b'x'; MAX_BYTES / 2];
        // The thread holds one piece, and two may wait.
        let error = (0..5).find_map(|_| out.write_all(&piece).err()).expect("the limit is reached");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(out);
        drop(held);
    }

    #[test]
    fn the_caller_waits_for_the_only_reader() {
        let (mut out, taken) = stalled(WhenFull::Wait);
        let piece = vec![b'x'; MAX_BYTES / 2];
        (0..6).for_each(|_| out.write_all(&piece).expect("written in the end"));
        drop(out);
        assert_eq!(taken.lock().expect("no panic").len(), 6 * piece.len());
    }

    #[test]
    fn a_closed_pipe_is_reported() {
        let mut out = BackgroundWriter::new(Failing(io::ErrorKind::BrokenPipe), WhenFull::Wait).expect("a thread");
        let error = loop {
            match out.write_all(b"x").and_then(|()| out.flush()) {
                Ok(()) => thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn writes_to_a_blocked_reader_are_dropped_and_counted() {
        let (mut out, taken) = stalled(WhenFull::Drop);
        let held = taken.lock().expect("no panic");
        for n in 0..20 {
            out.write_all(format!("{n}\n").as_bytes()).expect("never fails");
        }
        assert!(out.dropped >= 15 && out.check().is_ok(), "{}", out.dropped);
        let dropped = out.dropped;
        drop(held);
        while out.dropped > 0 {
            out.write_all(b"last\n").expect("never fails");
            thread::yield_now();
        }
        drop(out);
        let text = String::from_utf8(taken.lock().expect("no panic").clone()).expect("text");
        assert!(text.starts_with("0\n") && text.ends_with("last\n"), "{text}");
        let count = text.split('(').nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
        assert!(count.is_some_and(|count| count >= dropped), "{text}");
    }

    #[test]
    fn a_failure_is_returned_once_by_check() {
        let mut out = BackgroundWriter::new(Failing(io::ErrorKind::StorageFull), WhenFull::Drop).expect("a thread");
        out.write_all(b"x\n").expect("queued");
        let mut result = out.check();
        while result.is_ok() {
            thread::yield_now();
            result = out.check();
        }
        assert_eq!(result.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
        assert!(out.check().is_ok());
    }
}
