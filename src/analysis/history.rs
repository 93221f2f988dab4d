//! History of one series in bounded memory: fine blocks for the newest part, coarse ones for older parts.
//!
//! An exponential histogram. Tier 0 holds single samples. The oldest blocks of a full tier are merged in pairs into the
//! next tier. A series of n samples needs about 64 log2(n / 64) blocks: 2.4 KiB after 360 samples, 8 KiB after a week at
//! 10 s. A series without any change needs none.

use std::collections::VecDeque;

/// Capacity of the finest tier and of each other one, in blocks.
///
/// A window is one tier with the finer ones and so has 48 to 160 blocks. Below 48 the bias of the estimated
/// autocorrelation cannot be corrected.
const FINEST_CAPACITY: usize = 96;
const COARSE_CAPACITY: usize = 64;
/// Blocks that a full tier merges at once, in pairs.
const MERGED_AT_ONCE: usize = 16;
/// Most blocks of a window.
const MAX_BLOCKS: usize = FINEST_CAPACITY + COARSE_CAPACITY;

/// Several consecutive samples as one: 12 bytes, relative to the first sample of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Block {
    /// Mean time, in seconds since the first sample. 24 bits resolve 0.03 s after five days.
    pub at: f32,
    /// Mean value, less the first value.
    pub mean: f32,
    /// Lowest value, less the first value.
    pub low: f32,
}

/// One sample: 8 bytes, relative to the first one of the series. Its mean is its lowest value.
#[derive(Debug, Clone, Copy)]
struct Single {
    at: f32,
    value: f32,
}

impl From<Single> for Block {
    fn from(Single { at, value }: Single) -> Self {
        Self { at, mean: value, low: value }
    }
}

impl Block {
    fn merged_with(self, other: Self) -> Self {
        Self {
            at: f32::midpoint(self.at, other.at),
            mean: f32::midpoint(self.mean, other.mean),
            low: self.low.min(other.low),
        }
    }
}

/// The past of one series. Times are in seconds since the first sample, values in the unit of the series.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    first: f64,
    samples: u64,
    observed: f64,
    /// Allocated at the first change: most series of a process never change.
    tiers: Option<Box<Tiers>>,
}

/// The past in blocks.
#[derive(Debug, Clone)]
struct Tiers {
    /// Tier 0. The tiers are rings, so that merged blocks leave at the front and nothing else moves.
    finest: VecDeque<Single>,
    /// The other tiers, the finer first.
    coarse: Vec<VecDeque<Block>>,
}

impl History {
    /// Takes one sample. `at` must not be earlier than the sample before.
    pub fn push(&mut self, at: f64, value: f64) {
        if self.samples == 0 {
            self.first = value;
        }
        if self.tiers.is_none() && value != self.first {
            self.tiers = Some(Box::new(Tiers::from_constant(self.samples, self.observed)));
        }
        self.samples += 1;
        self.observed = at;
        if let Some(tiers) = &mut self.tiers {
            tiers.append(at, value - self.first);
        }
    }

    /// Returns the number of samples.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Returns the time from the first to the last sample, in seconds.
    pub fn observed(&self) -> f64 {
        self.observed
    }

    /// Returns the time from one sample to the next on average, in seconds.
    #[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
    pub fn pause(&self) -> f64 {
        self.observed / self.samples.saturating_sub(1).max(1) as f64
    }

    /// Returns the value of the first sample, which all blocks are relative to.
    pub fn first(&self) -> f64 {
        self.first
    }

    /// Returns the number of tiers. The window of the last one is the whole past. 0 for a series without any change.
    pub fn tiers(&self) -> usize {
        self.tiers.as_ref().map_or(0, |tiers| 1 + tiers.coarse.len())
    }

    /// Returns the begin of a tier's window, in seconds after the first sample; `None` for an empty one.
    pub fn reach(&self, tier: usize) -> Option<f64> {
        let tiers = self.tiers.as_ref()?;
        let at = match tier.checked_sub(1) {
            None => tiers.finest.front().map(|single| single.at),
            Some(coarse) => tiers.coarse[coarse].front().map(|block| block.at),
        };
        at.map(f64::from)
    }

    /// Returns the newest past in blocks of 2^`tier` samples: all of that tier, then the finer ones merged to its size.
    /// A remainder is kept when it fills at least half of a block.
    pub fn window(&self, tier: usize) -> Vec<Block> {
        let mut out = Vec::with_capacity(MAX_BLOCKS);
        let Some(Tiers { finest, coarse }) = self.tiers.as_deref() else { return out };
        let singles = finest.iter().map(|&single| Block::from(single));
        let Some(own) = tier.checked_sub(1) else {
            out.extend(singles);
            return out;
        };
        out.extend(&coarse[own]);
        let full = 1_u32 << tier;
        let mut sum = BlockSum::default();
        let finer = (0..own).rev().flat_map(|finer| coarse[finer].iter().map(move |block| (*block, 2 << finer)));
        for (block, samples) in finer.chain(singles.map(|block| (block, 1))) {
            sum.add(&block, samples);
            if sum.samples == full {
                out.push(std::mem::take(&mut sum).into_block());
            }
        }
        if sum.samples > 0 && 2 * sum.samples >= full {
            out.push(sum.into_block());
        }
        out
    }
}

impl Tiers {
    /// Writes a constant past out, evenly spaced, at the first change of a series.
    fn from_constant(samples: u64, observed: f64) -> Self {
        let mut tiers = Self { finest: VecDeque::with_capacity(FINEST_CAPACITY), coarse: Vec::new() };
        #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
        let step = observed / samples.saturating_sub(1).max(1) as f64;
        for i in 0..samples {
            #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
            tiers.append(i as f64 * step, 0.0);
        }
        tiers
    }

    fn append(&mut self, at: f64, offset: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "24 bits of an offset are enough, see Block")]
        self.finest.push_back(Single { at: at as f32, value: offset as f32 });
        if self.finest.len() < FINEST_CAPACITY {
            return;
        }
        let first = tier_or_new(&mut self.coarse, 0);
        merge_oldest(&mut self.finest, first);
        for tier in 0.. {
            if self.coarse[tier].len() < COARSE_CAPACITY {
                break;
            }
            tier_or_new(&mut self.coarse, tier + 1);
            let (fine, coarse) = self.coarse.split_at_mut(tier + 1);
            merge_oldest(&mut fine[tier], &mut coarse[0]);
        }
    }
}

/// Returns a coarse tier by its number, made if it is the next one.
fn tier_or_new(coarse: &mut Vec<VecDeque<Block>>, tier: usize) -> &mut VecDeque<Block> {
    if tier == coarse.len() {
        coarse.reserve_exact(1);
        // The whole ring at once. Thousands of series that grow it step by step would leave holes in the heap.
        coarse.push(VecDeque::with_capacity(COARSE_CAPACITY));
    }
    &mut coarse[tier]
}

/// Merges the oldest blocks of a full tier in pairs into the next one.
fn merge_oldest<B: Into<Block>>(full: &mut VecDeque<B>, next: &mut VecDeque<Block>) {
    let mut oldest = full.drain(..MERGED_AT_ONCE).map(Into::into);
    next.extend(std::iter::from_fn(|| Some(oldest.next()?.merged_with(oldest.next()?))));
}

/// Sum of blocks of different sizes that become one.
#[derive(Default)]
struct BlockSum {
    at: f64,
    mean: f64,
    low: Option<f32>,
    samples: u32,
}

impl BlockSum {
    fn add(&mut self, block: &Block, samples: u32) {
        self.at += f64::from(samples) * f64::from(block.at);
        self.mean += f64::from(samples) * f64::from(block.mean);
        self.low = Some(self.low.map_or(block.low, |low| low.min(block.low)));
        self.samples += samples;
    }

    fn into_block(self) -> Block {
        let samples = f64::from(self.samples);
        #[expect(clippy::cast_possible_truncation, reason = "24 bits are enough, see Block")]
        Block { at: (self.at / samples) as f32, mean: (self.mean / samples) as f32, low: self.low.unwrap_or(0.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_window_is_the_newest_past_in_order() {
        let mut history = History::default();
        for i in 0..5000_u16 {
            history.push(f64::from(i), f64::from(i));
            for tier in 0..history.tiers() {
                let window = history.window(tier);
                assert!(window.len() <= MAX_BLOCKS && window.windows(2).all(|w| w[0].at < w[1].at));
                assert!(window.iter().all(|b| (b.mean - b.at).abs() < 1e-3 && b.low <= b.mean));
                let step = f32::from(1_u16 << tier);
                assert!(window.windows(2).rev().skip(1).all(|w| (w[1].at - w[0].at - step).abs() < 1e-3));
            }
            if i > 47 {
                let life = history.window(history.tiers() - 1);
                assert!(life.len() >= 48 && life[0].at < 64.0, "{i} {}", life.len());
            }
        }
        let tiers = history.tiers.expect("tiers of a changed series");
        assert!(tiers.coarse.iter().map(VecDeque::capacity).sum::<usize>() < 64 * 9);
    }

    #[test]
    fn a_week_of_samples_fits_into_9_kb() {
        let mut history = History::default();
        let bytes = |history: &History| {
            let Tiers { finest, coarse } = history.tiers.as_deref().expect("tiers of a changed series");
            let blocks: usize = coarse.iter().map(VecDeque::capacity).sum();
            let rings = coarse.capacity() * size_of::<VecDeque<Block>>() + size_of::<Tiers>();
            blocks * size_of::<Block>() + finest.capacity() * size_of::<Single>() + rings
        };
        (0..360_u16).for_each(|i| history.push(f64::from(i), f64::from(i)));
        assert!(bytes(&history) <= 2500, "{} after 360 samples", bytes(&history));
        (360..60_480_u16).for_each(|i| history.push(f64::from(i), f64::from(i)));
        assert!(bytes(&history) <= 9000, "{} after a week at 10 s", bytes(&history));
    }

    #[test]
    fn a_constant_past_takes_no_memory_and_is_restored() {
        let mut history = History::default();
        for i in 0..1000_u16 {
            history.push(f64::from(i), 7.0);
        }
        assert!(history.tiers.is_none() && size_of::<History>() == 32);
        history.push(1000.0, 8.0);
        let life = history.window(history.tiers() - 1);
        assert!(life.len() >= 48 && life[0].at < 16.0 && life[0].mean == 0.0);
        assert_eq!((history.samples(), history.observed(), history.first()), (1001, 1000.0, 7.0));
    }
}
