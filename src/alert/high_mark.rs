//! Highest level before the last minute: memory below it rose to a level that the process has had.

use crate::model::Timestamp;

/// Number of recent cells of time.
const CELLS: usize = 4;
/// The same as a number of cells of time.
const RING: i64 = 4;
/// Length of a cell, in milliseconds: all cells but the newest cover a minute.
const CELL_MS: i64 = 20_000;
/// Bytes in a page of memory.
const PAGE: u64 = 4096;

/// The highest value of each of the last cells of time, and of all before them, in pages.
#[derive(Debug, Clone, Default)]
pub struct HighMark {
    older: u32,
    recent: [u32; CELLS],
    /// Number of the newest cell since the epoch; `None` before the first value.
    newest: Option<i64>,
}

impl HighMark {
    /// Takes a value in bytes. Returns its distance above the highest value from before the last minute, or all of it if
    /// there was none.
    pub fn push(&mut self, at: Timestamp, value: u64) -> u64 {
        let cell = at.0.div_euclid(CELL_MS);
        let before = self.newest.unwrap_or(cell);
        for _ in 0..cell.saturating_sub(before).clamp(0, RING) {
            self.older = self.older.max(self.recent[CELLS - 1]);
            self.recent.rotate_right(1);
            self.recent[0] = 0;
        }
        self.newest = Some(before.max(cell));
        let pages = u32::try_from(value / PAGE).unwrap_or(u32::MAX);
        self.recent[0] = self.recent[0].max(pages);
        u64::from(pages.saturating_sub(self.older)) * PAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn above(value: impl Fn(i64) -> u64) -> Vec<u64> {
        let mut mark = HighMark::default();
        (0..600).map(|second| mark.push(Timestamp(second * 1000), value(second) * PAGE) / PAGE).collect()
    }

    #[test]
    fn steady_growth_is_above_the_mark_by_its_last_minute() {
        let above = above(|second| u64::try_from(second).expect("a second") * 10);
        assert!(above[200..].iter().all(|pages| (600..=810).contains(pages)), "{:?}", &above[200..260]);
    }

    #[test]
    fn a_tooth_that_repeats_is_not_above_the_mark() {
        let above = above(|second| 100 + u64::try_from(second % 100).expect("a second") * 10);
        assert!(above[200..].iter().all(|&pages| pages == 0));
    }

    #[test]
    fn a_pause_and_a_step_back_keep_the_mark() {
        let mut mark = HighMark::default();
        assert_eq!(mark.push(Timestamp(0), 500 * PAGE), 500 * PAGE, "nothing was before");
        assert_eq!(mark.push(Timestamp(10_000_000), 600 * PAGE), 100 * PAGE);
        assert_eq!(mark.push(Timestamp(9_000_000), 400 * PAGE), 0);
    }
}
