//! A stretch of the newest past as a curve can be fitted to it.

use super::history::{Block, History};

/// Floors a window is cut into: 32 to 47 of them, so that each is the lowest of several blocks.
const FLOORS: usize = 32;

/// Times in seconds since the first sample of the series, values less its first value.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Mean times of the blocks.
    pub at: Vec<f64>,
    /// A value for each.
    pub values: Vec<f64>,
}

impl Window {
    /// The means of the blocks.
    pub fn means(blocks: &[Block]) -> Self {
        Self {
            at: blocks.iter().map(|b| f64::from(b.at)).collect(),
            values: blocks.iter().map(|b| f64::from(b.mean)).collect(),
        }
    }

    /// The lowest values of `merged` blocks each: what is left after every collection and every request.
    pub fn floors(blocks: &[Block], merged: usize) -> Self {
        let whole = &blocks[blocks.len() % merged..];
        #[expect(clippy::cast_precision_loss, reason = "a few blocks")]
        let at = |c: &[Block]| c.iter().map(|b| f64::from(b.at)).sum::<f64>() / c.len() as f64;
        let low = |c: &[Block]| c.iter().map(|b| f64::from(b.low)).fold(f64::INFINITY, f64::min);
        Self { at: whole.chunks(merged).map(at).collect(), values: whole.chunks(merged).map(low).collect() }
    }

    /// How many blocks make a floor of a window of `blocks`.
    pub fn merged(blocks: usize) -> usize {
        (blocks / FLOORS).max(1)
    }

    /// Number of blocks.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// The time the window covers, in seconds: from the middle of the first block to that of the last, and one block.
    pub fn span(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let n = self.len() as f64;
        match self.at.as_slice() {
            [first, .., last] => (last - first) * n / (n - 1.0),
            _ => 0.0,
        }
    }

    /// The lowest and the highest value.
    pub fn range(&self) -> (f64, f64) {
        self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    }
}

/// The whole past of a series.
pub(super) fn life(history: &History) -> Vec<Block> {
    history.tiers().checked_sub(1).map_or_else(Vec::new, |top| history.window(top))
}

/// The newest `span` seconds of a series in the finest blocks that reach so far.
pub(super) fn newest(history: &History, span: f64) -> Vec<Block> {
    let begin = history.observed() - span;
    let tier = (0..history.tiers()).find(|&tier| history.reach(tier).is_some_and(|at| at <= begin));
    let mut blocks = tier.map_or_else(|| life(history), |tier| history.window(tier));
    blocks.retain(|b| f64::from(b.at) >= begin);
    blocks
}
