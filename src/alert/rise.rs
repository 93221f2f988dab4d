//! Rise of memory within the last minute, in a fixed number of cells.

use crate::model::Timestamp;

/// The lowest value of each of the last cells of time, in a ring.
///
/// Fourteen cells cover the minute, so that the memory does not depend on the interval. The minute is thereby exact to a
/// thirteenth. Each target has a meter that takes every sample: it is one cache line, with its values in pages.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct RiseMeter {
    /// Number of the newest cell since the epoch; the smallest number before the first value.
    newest: i64,
    lows: [u32; CELLS],
}

/// Number of cells.
const CELLS: usize = 14;
/// The same as a number of cells of time.
const RING: i64 = 14;
/// The period and the length of a cell, in milliseconds.
const PERIOD_MS: i64 = 60_000;
const CELL_MS: i64 = PERIOD_MS / (RING - 1);
/// Bytes in a page of memory.
const PAGE: u64 = 4096;

impl Default for RiseMeter {
    fn default() -> Self {
        Self { newest: i64::MIN, lows: [u32::MAX; CELLS] }
    }
}

impl RiseMeter {
    /// Takes a value in bytes and returns its rise above the lowest of the last minute, to the page.
    pub fn push(&mut self, at: Timestamp, value: u64) -> u64 {
        let newest = at.0.div_euclid(CELL_MS).max(self.newest);
        for ago in 0..newest.saturating_sub(self.newest).min(RING) {
            self.lows[slot(newest - ago)] = u32::MAX;
        }
        self.newest = newest;
        let pages = u32::try_from(value / PAGE).unwrap_or(u32::MAX);
        let low = &mut self.lows[slot(newest)];
        *low = pages.min(*low);
        u64::from(pages - self.lows.iter().copied().fold(pages, u32::min)) * PAGE
    }
}

/// Returns the index of a cell of time in the ring.
fn slot(cell: i64) -> usize {
    usize::try_from(cell.rem_euclid(RING)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_is_one_cache_line() {
        assert_eq!((size_of::<RiseMeter>(), align_of::<RiseMeter>()), (64, 64));
    }

    #[test]
    fn only_the_last_minute_counts() {
        let mut meter = RiseMeter::default();
        let rises: Vec<u64> =
            (0..200).map(|i| meter.push(Timestamp(i * 1000), u64::try_from(i).unwrap() * 40_960)).collect();
        assert_eq!(rises[0], 0);
        assert_eq!(rises[30], 300 * 4096);
        assert!((600 * 4096..=640 * 4096).contains(&rises[199]), "{}", rises[199]);
    }

    #[test]
    fn a_pause_forgets_and_a_step_back_does_not_panic() {
        let mut meter = RiseMeter::default();
        meter.push(Timestamp(0), 5 * 4096);
        assert_eq!(meter.push(Timestamp(10_000_000), 900 * 4096), 0);
        assert_eq!(meter.push(Timestamp(9_000_000), 1000 * 4096), 100 * 4096);
        assert_eq!(meter.push(Timestamp(i64::MAX), 10 * 4096), 0);
    }
}
