//! Batches of rows of a recording, so that rows of one target are processed together.
//!
//! A recording in the order of time touches another target with every row. With thousands of targets the state of each has
//! left the CPU caches by its next row. Several rows at once fetch it once.

use std::io;

use crate::event::EventSink;
use crate::model::Sample;

use super::targets::TargetSet;

/// Rows of one target that are processed together, on average.
const ROWS_PER_TARGET: usize = 6;
/// Largest number of rows in a batch: some 20 MiB.
const MAX_ROWS: usize = 1 << 17;

/// Rows that were read and not processed yet.
#[derive(Default)]
pub(super) struct RowBatch {
    rows: Vec<(usize, Sample)>,
    /// Position in `order` at which the rows of each group begin.
    begins: Vec<u32>,
    order: Vec<u32>,
}

impl RowBatch {
    /// Adds one row of a target.
    pub(super) fn push(&mut self, index: usize, sample: Sample) {
        self.rows.push((index, sample));
    }

    /// True if the batch has enough rows for this many targets.
    pub(super) fn is_full(&self, targets: usize) -> bool {
        self.rows.len() >= (ROWS_PER_TARGET * targets).min(MAX_ROWS)
    }

    /// Processes all rows. Rows of one group keep their order among each other.
    pub(super) fn flush(&mut self, targets: &mut TargetSet, sink: &mut dyn EventSink) -> io::Result<()> {
        self.sort(targets);
        let mut observed = Ok(());
        for &row in &self.order {
            let (index, sample) = &self.rows[row as usize];
            observed = targets.observe(*index, sample, &[], sink);
            if observed.is_err() {
                break;
            }
        }
        self.rows.clear();
        observed
    }

    /// Sorts the rows by group with a counting sort: stable, and linear in the rows.
    fn sort(&mut self, targets: &TargetSet) {
        self.begins.clear();
        self.begins.resize(targets.group_count() + 1, 0);
        for (index, _) in &self.rows {
            self.begins[targets.group_of(*index) + 1] += 1;
        }
        let mut sum = 0;
        for begin in &mut self.begins {
            sum += *begin;
            *begin = sum;
        }
        self.order.clear();
        self.order.resize(self.rows.len(), 0);
        for (row, (index, _)) in (0_u32..).zip(&self.rows) {
            let next = &mut self.begins[targets.group_of(*index)];
            self.order[*next as usize] = row;
            *next += 1;
        }
    }
}
