//! Plain log lines in place of the table, for a pipe or a file.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::analysis::{Growth, Resource};
use crate::background_writer::{BackgroundWriter, WhenFull};
use crate::event::{Event, EventSink, Target};
use crate::model::{Counter, Timestamp};

use super::formatting::{
    describe_target, format_bytes, format_interval, format_memory_rate, format_rss_change, format_verdict,
};
use super::shared_leaks::SharedLeaks;
use super::sort_order::sort_by_verdict;

/// Seconds between two lines of a target.
const PERIOD_S: f64 = 60.0;
/// Most targets with a line of their own; the others are counted.
const MAX_LINES: usize = 20;

/// Sink that writes a line for each target once a minute.
pub struct LogLines {
    out: BackgroundWriter,
    last: Option<Timestamp>,
}

impl LogLines {
    /// Lines to `out`. A blocked reader delays nothing else.
    ///
    /// # Errors
    /// If the thread that writes them cannot be started.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        Ok(Self { out: BackgroundWriter::new(out, WhenFull::Drop)?, last: None })
    }

    fn write_lines(&mut self, at: Timestamp, targets: &[Target]) {
        let shared = SharedLeaks::find(targets);
        let mut text = String::new();
        let mut running: Vec<&Target> = targets.iter().filter(|target| target.lifetime.ended.is_none()).collect();
        sort_by_verdict(&mut running, &shared);
        for target in running.iter().take(MAX_LINES) {
            let known = &target.assessment;
            let remark = shared.remark(target).map_or_else(String::new, |remark| format!(" ({remark})"));
            let _ = writeln!(
                text,
                "{at} {}: {}{remark}{}, rss {} ({})",
                describe_target(target),
                format_verdict(known),
                growth_clause(&known.growth),
                format_bytes(target.current.reading.value(Counter::Rss)),
                format_rss_change(target),
            );
        }
        if running.len() > MAX_LINES {
            let _ = writeln!(text, "{at} and {} more", running.len() - MAX_LINES);
        }
        // A failure is reported at the next event.
        drop(self.out.write_all(text.as_bytes()));
    }
}

/// Returns the rate of memory with its interval, as far as they are known: `, growth +70.1 MiB/h (95 % CI +68.2 to …)`.
fn growth_clause(growth: &Growth) -> String {
    if growth.rate.is_none() {
        return String::new();
    }
    let interval = format_interval(Resource::Memory, growth);
    let interval = interval.map_or_else(String::new, |interval| format!(" (95 % CI {interval})"));
    format!(", growth {}{interval}", format_memory_rate(growth))
}

impl EventSink for LogLines {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.out.check()?;
        if let Event::Ticked(tick, targets) = event
            && self.last.is_none_or(|last| tick.at.seconds_since(last) >= PERIOD_S)
        {
            self.last = Some(tick.at);
            self.write_lines(tick.at, targets);
        }
        Ok(())
    }
}
