//! Writes text on a thread of its own: a reader that takes nothing (a pager at rest, a stalled collector of logs) must not
//! hold up sampling.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

/// Texts that wait to be written; what comes beyond them is left out, for the next one tells of a later time.
const WAITING: usize = 4;
/// How long a reader is waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);

/// A writer that never waits.
pub(super) struct Patient {
    /// `None` once nothing more comes.
    texts: Option<SyncSender<String>>,
    /// What became of the thread.
    outcome: Receiver<io::Result<()>>,
    left_out: u64,
}

impl Patient {
    /// Writes to `out`.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(super) fn new(mut out: impl Write + Send + 'static) -> io::Result<Self> {
        let (texts, waiting) = mpsc::sync_channel::<String>(WAITING);
        let (told, outcome) = mpsc::sync_channel(1);
        thread::Builder::new().name("lines".to_owned()).spawn(move || {
            let mut write = |text: String| out.write_all(text.as_bytes()).and_then(|()| out.flush());
            drop(told.send(waiting.iter().try_for_each(&mut write)));
        })?;
        Ok(Self { texts: Some(texts), outcome, left_out: 0 })
    }

    /// Whether all could be written so far.
    ///
    /// # Errors
    /// What the writer said, once.
    pub(super) fn check(&self) -> io::Result<()> {
        self.outcome.try_recv().unwrap_or(Ok(()))
    }

    /// Hands a text over, or leaves it out while too many wait; the next one says so.
    pub(super) fn write(&mut self, text: &str) {
        let note = match self.left_out {
            0 => String::new(),
            count => format!("(left out {count} times, for nobody took what stands above)\n"),
        };
        let Some(texts) = &self.texts else { return };
        match texts.try_send(note + text) {
            Ok(()) => self.left_out = 0,
            Err(TrySendError::Full(_)) => self.left_out += 1,
            // It failed; whoever checks is told why.
            Err(TrySendError::Disconnected(_)) => {}
        }
    }
}

impl Drop for Patient {
    /// What still waits goes before what is written next, if somebody takes it.
    fn drop(&mut self) {
        if self.left_out > 0 {
            self.write("");
        }
        self.texts = None;
        drop(self.outcome.recv_timeout(PATIENCE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stalled::Stalled;

    #[test]
    fn a_reader_that_takes_nothing_holds_up_nobody_and_is_told_what_it_missed() {
        let stalled = Stalled::default();
        let taken = stalled.0.clone();
        let mut lines = Patient::new(stalled).expect("a thread");
        let held = taken.lock().expect("no panic");
        let texts = (0..20).map(|n| format!("{n}\n"));
        texts.for_each(|text| lines.write(&text));
        assert!(lines.left_out >= 15 && lines.check().is_ok(), "{}", lines.left_out);
        let left_out = lines.left_out;
        drop(held);
        while lines.left_out > 0 {
            lines.write("at last\n");
            thread::yield_now();
        }
        drop(lines);
        let said = String::from_utf8(taken.lock().expect("no panic").clone()).expect("text");
        assert!(said.starts_with("0\n1\n") && said.ends_with("at last\n"), "{said}");
        let count = said.split("(left out ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
        assert!(count.is_some_and(|count| count >= left_out), "{said}");
    }

    #[test]
    fn a_writer_that_fails_is_told_of_once() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut lines = Patient::new(Full).expect("a thread");
        lines.write("x\n");
        let mut outcome = lines.check();
        while outcome.is_ok() {
            thread::yield_now();
            outcome = lines.check();
        }
        assert_eq!(outcome.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull));
        lines.write("y\n");
        assert!(lines.check().is_ok());
    }
}
