//! Growth within the last minute, in a fixed number of cells.

use crate::model::Timestamp;

/// The lowest value of each of the last cells of time, in a ring.
///
/// Sixteen cells cover the period, so that the memory does not depend on the interval; the period is thereby
/// exact to a fifteenth. Values are kept in pages: one cache line holds all cells, and there is a meter for each target.
#[derive(Debug, Clone)]
pub struct RiseMeter {
    cell_ms: i64,
    /// Number of the newest cell since the epoch.
    newest: Option<i64>,
    lows: [u32; CELLS],
}

const CELLS: usize = 16;
/// As a number of cells of time.
const RING: i64 = 16;
/// Memory moves in pages of this many bytes.
const PAGE: u64 = 4096;

impl RiseMeter {
    /// A meter over a period in seconds.
    #[must_use]
    pub fn over(period_s: i64) -> Self {
        Self { cell_ms: (period_s * 1000 / (RING - 1)).max(1), newest: None, lows: [u32::MAX; CELLS] }
    }

    /// Takes a value in bytes and says by how much it stands above the lowest of the period, to the page.
    pub fn push(&mut self, at: Timestamp, value: u64) -> u64 {
        let cell = at.0.div_euclid(self.cell_ms);
        let newest = self.newest.map_or(cell, |newest| newest.max(cell));
        let passed = self.newest.map_or(0, |before| newest.saturating_sub(before)).min(RING);
        for ago in 0..passed {
            self.lows[slot(newest - ago)] = u32::MAX;
        }
        self.newest = Some(newest);
        let pages = u32::try_from(value / PAGE).unwrap_or(u32::MAX);
        let low = &mut self.lows[slot(newest)];
        *low = pages.min(*low);
        u64::from(pages - self.lows.iter().copied().fold(pages, u32::min)) * PAGE
    }
}

/// Where a cell of time is kept.
fn slot(cell: i64) -> usize {
    usize::try_from(cell.rem_euclid(RING)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_minute_counts() {
        let mut meter = RiseMeter::over(60);
        let rises: Vec<u64> =
            (0..200).map(|i| meter.push(Timestamp(i * 1000), u64::try_from(i).unwrap() * 40_960)).collect();
        assert_eq!(rises[0], 0);
        assert_eq!(rises[30], 300 * 4096);
        assert!((600 * 4096..=640 * 4096).contains(&rises[199]), "{}", rises[199]);
    }

    #[test]
    fn a_pause_forgets_and_a_step_back_does_not_panic() {
        let mut meter = RiseMeter::over(60);
        meter.push(Timestamp(0), 5 * 4096);
        assert_eq!(meter.push(Timestamp(10_000_000), 900 * 4096), 0);
        assert_eq!(meter.push(Timestamp(9_000_000), 1000 * 4096), 100 * 4096);
        assert_eq!(meter.push(Timestamp(i64::MAX), 10 * 4096), 0);
    }
}
