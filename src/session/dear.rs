//! Readings that walk the pages of a process: what they cost is booked.

use std::io;
use std::time::Duration;

use crate::event::EventSink;
use crate::model::{ProcessKey, Timestamp};

use super::{Session, Watch, confirm};

impl Session<'_> {
    /// The clocks before a reading that walks the pages of a process: CPU time and time.
    pub(super) fn dear(&self) -> (Duration, Duration) {
        (self.clock.cpu_time(), self.clock.now().awake)
    }

    /// Books such a reading.
    pub(super) fn spent(&mut self, key: ProcessKey, (cpu, began): (Duration, Duration)) {
        let now = self.clock.now().awake;
        let held_s = now.saturating_sub(began).as_secs_f64();
        self.cost.longest_pause_s = Some(self.cost.longest_pause_s.unwrap_or(0.0).max(held_s));
        self.budget.spent(key, now, self.clock.cpu_time().saturating_sub(cpu));
    }

    /// Counts the pages of those who would be called leaking, as far as the budget reaches.
    pub(super) fn count_pages(&mut self, at: Timestamp, watch: &mut Watch, sink: &mut dyn EventSink) -> io::Result<()> {
        for index in watch.awaiting() {
            let Some(key) = watch.targets()[index].key else { continue };
            let now = self.clock.now().awake;
            if !self.plan.pss {
                let why = if self.cost.gave_up_pss { "it would cost too much" } else { "'--no-pss' forbids it" };
                watch.counted(index, Err(why.to_owned()), at, sink)?;
            } else if self.budget.has_credit(now) {
                let before = self.dear();
                let count = self.source.count_pages(key);
                self.spent(key, before);
                watch.counted(index, count.map_err(|error| confirm::why_not(&error)), at, sink)?;
            } else {
                watch.await_again(index);
            }
        }
        Ok(())
    }
}
