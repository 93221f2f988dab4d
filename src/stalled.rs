//! A reader that rests, for tests of what must not wait for one.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Takes nothing while it is locked; what it took is in it.
#[derive(Clone, Default)]
pub(crate) struct Stalled(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
