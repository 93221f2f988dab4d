//! Reads of a live session, with the budget of the expensive ones: PSS, page counts and inspections.

use std::io;
use std::time::Duration;

use crate::analysis::Resource;
use crate::clock::Clock;
use crate::event::EventSink;
use crate::model::{Counter, ProcessKey, Timestamp};
use crate::source::{Depth, ProcessReading, ProcessSource, ReadError};

use super::sampling::{Cost, Inspections, Overhead, Saving};
use super::targets::{Answer, Need, RequestKind, TargetSet, failure_reason, leaks};

/// Reader of processes. Expensive reads are charged to a budget.
pub(super) struct ProcessReader<'a> {
    source: &'a mut dyn ProcessSource,
    clock: &'a dyn Clock,
    overhead: Overhead,
    inspections: Inspections,
}

impl<'a> ProcessReader<'a> {
    /// A reader that may use this share of a core, and read PSS if `pss` is true.
    pub(super) fn new(
        source: &'a mut dyn ProcessSource,
        clock: &'a dyn Clock,
        max_overhead: Option<f64>,
        pss: bool,
    ) -> Self {
        let overhead = Overhead::new(max_overhead, pss);
        Self { source, clock, overhead, inspections: Inspections::default() }
    }

    /// Returns the source, for cheap reads.
    pub(super) fn source(&mut self) -> &mut dyn ProcessSource {
        self.source
    }

    /// Returns the cost of the reads so far.
    pub(super) fn cost(&self) -> Cost {
        self.overhead.cost()
    }

    /// Returns the share of a core that was used, and the saving to make, if the share exceeds the allowed one.
    pub(super) fn saving(&mut self) -> Option<(f64, Saving)> {
        self.overhead.saving(self.clock)
    }

    /// True if PSS of a process may be read now.
    pub(super) fn allows_pss(&mut self, key: ProcessKey, now: Duration, rss: Option<u64>, is_last: bool) -> bool {
        self.overhead.allows_pss(key, now, rss, is_last)
    }

    /// Reads one process. A read with PSS is charged.
    pub(super) fn read(&mut self, key: ProcessKey, with_pss: bool) -> Result<ProcessReading, ReadError> {
        if !with_pss {
            return self.source.read(key, Depth::Counters);
        }
        let start = Overhead::start_read(self.clock);
        let read = self.source.read(key, Depth::WithPss);
        self.overhead.charge_page_walk(key, start, self.clock);
        if let Ok(process) = &read {
            self.overhead.record_rss(key, process.reading.value(Counter::Rss));
        }
        read
    }

    /// Forgets the cost and the inspections of a process that exited or runs another program.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.overhead.forget(key);
        self.inspections.forget(key);
    }

    /// Counts the pages that assessments wait for, as far as the budget reaches.
    pub(super) fn count_pages(
        &mut self,
        at: Timestamp,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        for request in targets.requests(Need::PageCounts) {
            let count = if !self.overhead.reads_pss() {
                Err(self.overhead.why_no_pss().to_owned())
            } else if self.overhead.has_credit(self.clock.now().awake) {
                let start = Overhead::start_read(self.clock);
                let count = self.source.count_pages(request.key());
                self.overhead.charge_page_walk(request.key(), start, self.clock);
                count.map_err(|error| failure_reason(&error))
            } else {
                continue;
            };
            targets.answer(request, Answer::Pages(count), at, sink)?;
        }
        Ok(())
    }

    /// Inspects the suspected processes that are due, as far as the budget reaches.
    pub(super) fn inspect(
        &mut self,
        at: Timestamp,
        targets: &mut TargetSet,
        is_last: bool,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let pss = self.overhead.reads_pss();
        for request in targets.requests(Need::Inspections { pss }) {
            let RequestKind::Inspect(scope) = request.kind() else { continue };
            let (key, now) = (request.key(), self.clock.now().awake);
            let is_paid = self.inspections.is_free(key, is_last) || self.overhead.has_credit(now);
            if !is_paid || !self.inspections.is_due(key, scope, now, is_last) {
                continue;
            }
            let start = Overhead::start_read(self.clock);
            let inspection = self.source.inspect(key, scope);
            if scope.mappings {
                self.overhead.charge_page_walk(key, start, self.clock);
            } else {
                self.overhead.charge(start, self.clock);
            }
            self.inspections.record(key, now, inspection.is_ok());
            let lacks_mappings = !pss && leaks(&targets.targets()[request.target()], Resource::Memory);
            let forbidden = lacks_mappings.then(|| self.overhead.why_no_pss().to_owned());
            targets.answer(request, Answer::Inspected(inspection, forbidden), at, sink)?;
        }
        Ok(())
    }
}
