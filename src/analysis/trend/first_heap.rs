//! First heap of a runtime with a collector: it grows until the first major collections, leak or not.
//!
//! V8 (Node.js) enlarges its young generation as objects survive, and runs no major collection before its old generation
//! has reached a limit that it sets itself, 256 MiB at most at the start (`v8/src/heap/heap.h`,
//! `kMaxInitialOldGenerationSize`). A service and its leaking twin look alike until then.

use crate::analysis::history::Block;

/// Major collections that must be seen before growth counts.
const REQUIRED: u32 = 2;
/// Fall of the memory of the process by a major collection, as a part of its level.
const MIN_FALL: f64 = 0.15;
/// Growth in bytes that no first heap explains.
const MAX_FIRST_HEAP: f64 = 256.0 * 1_048_576.0;

/// Time in seconds after which the heap of a service under load has had them. Two of the recorded leaks have none in six
/// minutes.
const MAX_FIRST_S: f64 = 300.0;

/// Major collections seen in a series, where they are too few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FirstCollections {
    pub seen: u32,
    pub required: u32,
}

impl FirstCollections {
    /// Counts the collections in `blocks`, which are relative to `first`; `None` where they are enough, or the growth
    /// exceeds every first heap, or the watch outlasted it.
    pub fn of(blocks: &[Block], first: f64, observed_s: f64) -> Option<Self> {
        let mut seen = 0;
        let mut peak = f64::NEG_INFINITY;
        let mut lowest = f64::INFINITY;
        for block in blocks {
            let low = first + f64::from(block.low);
            lowest = lowest.min(low);
            if low < (1.0 - MIN_FALL) * peak {
                seen += 1;
                peak = low;
            }
            peak = peak.max(first + f64::from(block.mean));
        }
        let is_first = seen < REQUIRED && peak - lowest < MAX_FIRST_HEAP && observed_s < MAX_FIRST_S;
        is_first.then_some(Self { seen, required: REQUIRED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: f32 = 1_048_576.0;

    fn seen(mib: impl Fn(f32) -> f32) -> Option<u32> {
        let blocks: Vec<Block> =
            (0..100_u8).map(f32::from).map(|at| Block { at, mean: MIB * mib(at), low: MIB * mib(at) }).collect();
        FirstCollections::of(&blocks, 0.0, 100.0).map(|first| first.seen)
    }

    #[test]
    fn a_heap_without_a_major_collection_is_the_first_one() {
        assert_eq!(seen(|t| 20.0 + t), Some(0));
        assert_eq!(seen(|t| if t < 60.0 { 20.0 + t } else { 30.0 + t / 10.0 }), Some(1));
    }

    #[test]
    fn two_collections_or_a_growth_beyond_any_first_heap_are_enough() {
        assert_eq!(seen(|t| 20.0 + 30.0 * (t % 30.0) / 30.0 + t / 10.0), None);
        assert_eq!(seen(|t| 20.0 + 4.0 * t), None);
    }
}
