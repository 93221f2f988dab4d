//! Plain log lines, where the table would go but no terminal listens.

use std::io::{self, Write};

use crate::event::{Event, EventSink, Target};
use crate::model::Timestamp;

use super::concern::by_concern;
use super::figures;
use super::messages::describe_target;

/// How often a target gets a line when nothing about it changes, in seconds.
const EVERY_S: f64 = 60.0;
/// Targets that get a line of their own; the others are counted.
const NAMED: usize = 20;

/// Writes a line for each target once a minute.
pub struct LogLines<W: Write> {
    out: W,
    last: Option<Timestamp>,
}

impl<W: Write> LogLines<W> {
    /// Lines to `out`.
    pub fn new(out: W) -> Self {
        Self { out, last: None }
    }

    fn status(&mut self, at: Timestamp, targets: &[Target]) -> io::Result<()> {
        let mut running: Vec<&Target> = targets.iter().filter(|target| target.ended.is_none()).collect();
        running.sort_by(|a, b| by_concern(a, b));
        for target in running.iter().take(NAMED) {
            let known = &target.assessment;
            writeln!(
                self.out,
                "{at} {}: rss {} ({}), growth {} [{}], {}",
                describe_target(target),
                figures::bytes(target.reading.rss),
                figures::change(target),
                figures::rate(&known.growth),
                figures::interval(&known.growth),
                figures::verdict_words(known),
            )?;
        }
        if running.len() > NAMED {
            writeln!(self.out, "{at} and {} more", running.len() - NAMED)?;
        }
        self.out.flush()
    }
}

impl<W: Write> EventSink for LogLines<W> {
    fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        if let Event::Ticked(tick, targets) = event
            && self.last.is_none_or(|last| tick.at.seconds_since(last) >= EVERY_S)
        {
            self.last = Some(tick.at);
            return self.status(tick.at, targets);
        }
        Ok(())
    }
}
