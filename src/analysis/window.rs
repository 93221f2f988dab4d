//! Windows of the past, in the form that curves are fitted to.

use super::history::{Block, History};

/// Least number of floors of a window: 32 to 47 where each is the lowest of several blocks, 48 to 63 in shorter windows.
const FLOORS: usize = 32;

/// Values over time. Times in seconds since the first sample of the series, values less its first value.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Mean times of the blocks.
    pub at: Vec<f64>,
    /// One value for each.
    pub values: Vec<f64>,
}

impl Window {
    /// Returns the means of the blocks.
    pub fn means(blocks: &[Block]) -> Self {
        Self {
            at: blocks.iter().map(|b| f64::from(b.at)).collect(),
            values: blocks.iter().map(|b| f64::from(b.mean)).collect(),
        }
    }

    /// Returns the floors: the lowest value of every `per_floor` blocks, which remains after collections and requests.
    pub fn floors(blocks: &[Block], per_floor: usize) -> Self {
        let whole = blocks[blocks.len() % per_floor..].chunks(per_floor);
        Self { at: whole.clone().map(mean_time).collect(), values: whole.map(lowest).collect() }
    }

    /// Returns the number of blocks that make a floor in a window of `blocks`.
    pub fn blocks_per_floor(blocks: usize) -> usize {
        (blocks / FLOORS).max(1)
    }

    /// Returns the number of values.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Returns the time the window covers, in seconds: from the middle of the first block to that of the last, plus one
    /// block.
    pub fn span(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let n = self.len() as f64;
        match self.at.as_slice() {
            [first, .., last] => (last - first) * n / (n - 1.0),
            _ => 0.0,
        }
    }

    /// Returns the lowest and the highest value.
    pub fn range(&self) -> (f64, f64) {
        self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few blocks")]
fn mean_time(blocks: &[Block]) -> f64 {
    blocks.iter().map(|b| f64::from(b.at)).sum::<f64>() / blocks.len() as f64
}

/// Returns the lowest value of some blocks.
pub(crate) fn lowest(blocks: &[Block]) -> f64 {
    blocks.iter().map(|b| f64::from(b.low)).fold(f64::INFINITY, f64::min)
}

/// Returns the whole past of a series in blocks.
pub(crate) fn whole_past(history: &History) -> Vec<Block> {
    history.tiers().checked_sub(1).map_or_else(Vec::new, |top| history.window(top))
}

/// Returns the newest `span` seconds of a series, in the finest blocks that reach back so far.
pub(crate) fn newest(history: &History, span: f64) -> Vec<Block> {
    let begin = history.observed() - span;
    let tier = (0..history.tiers()).find(|&tier| history.reach(tier).is_some_and(|at| at <= begin));
    let mut blocks = tier.map_or_else(|| whole_past(history), |tier| history.window(tier));
    blocks.retain(|b| f64::from(b.at) >= begin);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(samples: u16) -> History {
        let mut history = History::default();
        (0..samples).for_each(|i| history.push(f64::from(i), f64::from(i)));
        history
    }

    #[test]
    fn floors_are_the_lowest_of_their_blocks() {
        let blocks: Vec<Block> = [5.0, 3.0, 4.0, 9.0, 8.0, 7.0, 6.0]
            .into_iter()
            .zip(0_u8..)
            .map(|(low, i)| Block { at: f32::from(i), mean: low + 1.0, low })
            .collect();
        let floors = Window::floors(&blocks, 3);
        assert_eq!((floors.values, floors.at), (vec![3.0, 6.0], vec![2.0, 5.0]), "the oldest block fills no floor");
        assert_eq!(Window::means(&blocks).range(), (4.0, 10.0));
    }

    #[test]
    fn a_window_has_32_to_63_floors() {
        for blocks in 48..160 {
            let floors = blocks / Window::blocks_per_floor(blocks);
            assert!((32..=63).contains(&floors), "{floors} floors of {blocks} blocks");
        }
        assert_eq!(Window::blocks_per_floor(0), 1);
    }

    #[test]
    fn the_span_counts_the_last_block() {
        let window = Window { at: vec![0.0, 10.0, 20.0], values: vec![0.0; 3] };
        assert_eq!(window.span(), 30.0);
        assert_eq!(Window { at: vec![1.0], values: vec![1.0] }.span(), 0.0);
    }

    #[test]
    fn the_newest_stretch_ends_now_and_is_as_long_as_asked() {
        let history = ramp(4000);
        let blocks = newest(&history, 600.0);
        assert!(blocks.iter().all(|b| b.at >= 3399.0) && blocks[0].at < 3500.0);
        assert_eq!(newest(&history, 1e9).len(), whole_past(&history).len());
        assert!(whole_past(&History::default()).is_empty());
    }
}
