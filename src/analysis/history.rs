//! The past of one series in bounded memory: fine blocks for what is new, coarse ones for what is old.
//!
//! An exponential histogram. Tier 0 holds single samples; when a tier is full, its oldest blocks are merged in pairs
//! into the next tier. Nothing is stored twice and nothing is interpolated, so a series of n samples needs about
//! 64 log2(n / 64) blocks: 2.4 KiB after 360 samples, 8 KiB after a week at 10 s. A series that never changed needs none.

use std::collections::VecDeque;

/// Blocks the finest tier may hold, and each other one. A window is made of one tier and the finer ones and so has 48
/// to 160 blocks: enough for a good estimate of the autocorrelation of its errors (below 48 its bias cannot be repaired).
const FINEST: usize = 96;
const COARSE: usize = 64;
/// Blocks that a full tier passes on at once, in pairs.
const PASSED_ON: usize = 16;
/// The most blocks a window can have.
const MOST: usize = FINEST + COARSE;

/// Several consecutive samples as one: 12 bytes, relative to the first sample of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Block {
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
    fn merged(self, other: Self) -> Self {
        Self {
            at: f32::midpoint(self.at, other.at),
            mean: f32::midpoint(self.mean, other.mean),
            low: self.low.min(other.low),
        }
    }
}

/// All that is kept of a series. Times are in seconds since the first sample, values in the unit of the series.
#[derive(Debug, Default)]
pub(super) struct History {
    first: f64,
    samples: u64,
    observed: f64,
    /// Once it has changed: most series of a process never do.
    tiers: Option<Box<Tiers>>,
}

/// The past in blocks.
#[derive(Debug)]
struct Tiers {
    /// Tier 0. These are rings: what is passed on leaves at the front, and nothing else moves.
    finest: VecDeque<Single>,
    /// The other tiers, the finer first.
    coarse: Vec<VecDeque<Block>>,
}

impl History {
    /// Takes one sample. `at` must not be earlier than the one before.
    pub fn push(&mut self, at: f64, value: f64) {
        if self.samples == 0 {
            self.first = value;
        }
        if self.tiers.is_none() && value != self.first {
            self.tiers = Some(Box::new(Tiers::constant(self.samples, self.observed)));
        }
        self.samples += 1;
        self.observed = at;
        if let Some(tiers) = &mut self.tiers {
            tiers.append(at, value - self.first);
        }
    }

    /// Samples taken.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// From the first to the last sample, in seconds.
    pub fn observed(&self) -> f64 {
        self.observed
    }

    /// The value of the first sample, which all blocks are relative to.
    pub fn first(&self) -> f64 {
        self.first
    }

    /// Number of tiers; the window of the last one is the whole past. 0 for a series that never changed.
    pub fn tiers(&self) -> usize {
        self.tiers.as_ref().map_or(0, |tiers| 1 + tiers.coarse.len())
    }

    /// Since when, in seconds after the first sample, the window of a tier reaches back; `None` for an empty one.
    pub fn reach(&self, tier: usize) -> Option<f64> {
        let tiers = self.tiers.as_ref()?;
        let at = match tier.checked_sub(1) {
            None => tiers.finest.front().map(|single| single.at),
            Some(coarse) => tiers.coarse[coarse].front().map(|block| block.at),
        };
        at.map(f64::from)
    }

    /// The newest past in blocks of 2^`tier` samples: all of that tier, then the finer ones merged to its size.
    /// A rest that does not fill a block is kept when it holds at least half of one.
    pub fn window(&self, tier: usize) -> Vec<Block> {
        let mut out = Vec::with_capacity(MOST);
        let Some(Tiers { finest, coarse }) = self.tiers.as_deref() else { return out };
        let singles = finest.iter().map(|&single| Block::from(single));
        let Some(own) = tier.checked_sub(1) else {
            out.extend(singles);
            return out;
        };
        out.extend(&coarse[own]);
        let full = 1_u32 << tier;
        let mut rest = Rest::default();
        let finer = (0..own).rev().flat_map(|finer| coarse[finer].iter().map(move |block| (*block, 2 << finer)));
        for (block, samples) in finer.chain(singles.map(|block| (block, 1))) {
            rest.add(&block, samples);
            if rest.samples == full {
                out.push(std::mem::take(&mut rest).block());
            }
        }
        if rest.samples > 0 && 2 * rest.samples >= full {
            out.push(rest.block());
        }
        out
    }
}

impl Tiers {
    /// The series has changed for the first time: the constant past is written out, evenly spaced.
    fn constant(samples: u64, observed: f64) -> Self {
        let mut tiers = Self { finest: VecDeque::with_capacity(FINEST), coarse: Vec::new() };
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
        if self.finest.len() < FINEST {
            return;
        }
        let first = coarser(&mut self.coarse, 0);
        pass_on(&mut self.finest, first);
        for tier in 0.. {
            if self.coarse[tier].len() < COARSE {
                break;
            }
            coarser(&mut self.coarse, tier + 1);
            let (fine, coarse) = self.coarse.split_at_mut(tier + 1);
            pass_on(&mut fine[tier], &mut coarse[0]);
        }
    }
}

/// The tier with this number among the coarse ones, which may be a new one.
fn coarser(coarse: &mut Vec<VecDeque<Block>>, tier: usize) -> &mut VecDeque<Block> {
    if tier == coarse.len() {
        coarse.reserve_exact(1);
        // The whole ring at once: thousands of series that grow step by step at the same ticks leave their old steps
        // behind as holes in the heap.
        coarse.push(VecDeque::with_capacity(COARSE));
    }
    &mut coarse[tier]
}

/// Merges the oldest blocks of a full tier in pairs into the next one.
fn pass_on<B: Into<Block>>(full: &mut VecDeque<B>, next: &mut VecDeque<Block>) {
    let mut oldest = full.drain(..PASSED_ON).map(Into::into);
    next.extend(std::iter::from_fn(|| Some(oldest.next()?.merged(oldest.next()?))));
}

/// Blocks of different sizes on their way to become one.
#[derive(Default)]
struct Rest {
    at: f64,
    mean: f64,
    low: Option<f32>,
    samples: u32,
}

impl Rest {
    fn add(&mut self, block: &Block, samples: u32) {
        self.at += f64::from(samples) * f64::from(block.at);
        self.mean += f64::from(samples) * f64::from(block.mean);
        self.low = Some(self.low.map_or(block.low, |low| low.min(block.low)));
        self.samples += samples;
    }

    fn block(self) -> Block {
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
                assert!(window.len() <= MOST && window.windows(2).all(|w| w[0].at < w[1].at));
                assert!(window.iter().all(|b| (b.mean - b.at).abs() < 1e-3 && b.low <= b.mean));
                let step = f32::from(1_u16 << tier);
                assert!(window.windows(2).rev().skip(1).all(|w| (w[1].at - w[0].at - step).abs() < 1e-3));
            }
            if i > 47 {
                let life = history.window(history.tiers() - 1);
                assert!(life.len() >= 48 && life[0].at < 64.0, "{i} {}", life.len());
            }
        }
        let tiers = history.tiers.expect("it has changed");
        assert!(tiers.coarse.iter().map(VecDeque::capacity).sum::<usize>() < 64 * 9);
    }

    #[test]
    fn five_thousand_processes_fit() {
        let mut history = History::default();
        let bytes = |history: &History| {
            let Tiers { finest, coarse } = history.tiers.as_deref().expect("it has changed");
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
    fn a_constant_past_costs_nothing_and_is_not_forgotten() {
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
