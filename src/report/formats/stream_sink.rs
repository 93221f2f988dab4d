//! Sink of a session that is written as events happen, and closed with the outcome.

use std::io;

use crate::event::EventSink;
use crate::schema::EndLine;

/// Sink that receives the outcome after the last event.
pub trait StreamSink: EventSink {
    /// Writes the outcome. Formats without a place for it write nothing.
    ///
    /// # Errors
    /// If it cannot be written.
    fn end(&mut self, _end: &EndLine) -> io::Result<()> {
        Ok(())
    }
}
