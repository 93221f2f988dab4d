//! Rows of a recording on their way to the watch, some of each target together.
//!
//! A recording in the order of time touches another target with every row. With thousands of them all that is kept of a
//! target has left the caches by its next row; a dozen rows at once fetch it once.

use std::io;

use crate::event::EventSink;
use crate::model::Sample;

use super::watch::Watch;

/// Rows of one target that are handed on together, on average.
const ROWS_A_TARGET: usize = 12;
/// Rows kept back at most: some 20 MiB.
const MOST: usize = 1 << 17;

/// Rows that have been read and not handed on.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<(usize, Sample)>,
    /// Where the rows of each lane begin in `order`.
    begins: Vec<u32>,
    order: Vec<u32>,
}

impl Batch {
    /// Takes one row of a target.
    pub(super) fn push(&mut self, index: usize, sample: Sample) {
        self.rows.push((index, sample));
    }

    /// Whether there is a dozen of rows for each of so many targets.
    pub(super) fn is_full(&self, targets: usize) -> bool {
        self.rows.len() >= (ROWS_A_TARGET * targets).min(MOST)
    }

    /// Hands all rows on. Targets that are judged together keep their order among each other.
    pub(super) fn hand_on(&mut self, watch: &mut Watch, sink: &mut dyn EventSink) -> io::Result<()> {
        self.sort(watch);
        let mut outcome = Ok(());
        for &row in &self.order {
            let (index, sample) = &self.rows[row as usize];
            outcome = watch.observe(*index, sample, &[], sink);
            if outcome.is_err() {
                break;
            }
        }
        self.rows.clear();
        outcome
    }

    /// A counting sort by lane: stable, and linear in the rows.
    fn sort(&mut self, watch: &Watch) {
        self.begins.clear();
        self.begins.resize(watch.lanes() + 1, 0);
        for (index, _) in &self.rows {
            self.begins[watch.lane(*index) + 1] += 1;
        }
        let mut sum = 0;
        for begin in &mut self.begins {
            sum += *begin;
            *begin = sum;
        }
        self.order.clear();
        self.order.resize(self.rows.len(), 0);
        for (row, (index, _)) in (0_u32..).zip(&self.rows) {
            let next = &mut self.begins[watch.lane(*index)];
            self.order[*next as usize] = row;
            *next += 1;
        }
    }
}
