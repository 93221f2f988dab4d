//! Plain log lines, where the table would go but no terminal listens.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::background_writer::{BackgroundWriter, WhenFull};
use crate::event::{Event, EventSink, Target};
use crate::model::{Counter, Timestamp};

use super::concern::by_concern;
use super::figures;
use super::messages::describe_target;

/// How often a target gets a line when nothing about it changes, in seconds.
const EVERY_S: f64 = 60.0;
/// Targets that get a line of their own; the others are counted.
const NAMED: usize = 20;

/// Writes a line for each target once a minute.
pub struct LogLines {
    out: BackgroundWriter,
    last: Option<Timestamp>,
}

impl LogLines {
    /// Lines to `out`, which holds up nobody else.
    ///
    /// # Errors
    /// When there can be no thread for it.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        Ok(Self { out: BackgroundWriter::new(out, WhenFull::Drop)?, last: None })
    }

    fn status(&mut self, at: Timestamp, targets: &[Target]) {
        let mut text = String::new();
        let mut running: Vec<&Target> = targets.iter().filter(|target| target.lifetime.ended.is_none()).collect();
        running.sort_by(|a, b| by_concern(a, b));
        for target in running.iter().take(NAMED) {
            let known = &target.assessment;
            let _ = writeln!(
                text,
                "{at} {}: rss {} ({}), growth {} [{}], {}",
                describe_target(target),
                figures::bytes(target.current.reading.value(Counter::Rss)),
                figures::change(target),
                figures::rate(&known.growth),
                figures::interval(&known.growth),
                figures::verdict_words(known),
            );
        }
        if running.len() > NAMED {
            let _ = writeln!(text, "{at} and {} more", running.len() - NAMED);
        }
        // A failure is reported at the next event.
        drop(self.out.write_all(text.as_bytes()));
    }
}

impl EventSink for LogLines {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.out.check()?;
        if let Event::Ticked(tick, targets) = event
            && self.last.is_none_or(|last| tick.at.seconds_since(last) >= EVERY_S)
        {
            self.last = Some(tick.at);
            self.status(tick.at, targets);
        }
        Ok(())
    }
}
