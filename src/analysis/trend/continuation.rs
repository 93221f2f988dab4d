//! Continuation: growth in the newest part of a window.

use crate::analysis::history::Block;
use crate::analysis::window::lowest;

/// The newest of this many parts of a window must bring its share of the growth.
const NEWEST_PART: usize = 8;
/// Least length of that part, in seconds: an hour.
const MIN_NEWEST_S: f64 = 3600.0;
/// Least part of the expected growth that it must bring, by its mean or by its lowest value.
const MIN_SHARE: f64 = 0.25;

/// True if the newest part of `blocks` brings its share of a growth of `rate` per second over the part before it.
#[expect(clippy::cast_precision_loss, reason = "at most 160")]
pub(crate) fn continues(blocks: &[Block], rate: f64) -> bool {
    let part = newest_blocks(blocks);
    let (before, newest) = blocks[blocks.len() - 2 * part..].split_at(part);
    let expected = rate * step(blocks) * part as f64;
    (mean(newest) - mean(before)).max(lowest(newest) - lowest(before)) >= MIN_SHARE * expected
}

/// Returns the rate in the newest part of `blocks`, per second: the slope of its least squares.
#[expect(clippy::cast_precision_loss, reason = "at most 160")]
pub(crate) fn recent_rate(blocks: &[Block]) -> f64 {
    let newest = &blocks[blocks.len() - newest_blocks(blocks)..];
    let n = newest.len() as f64;
    let at = newest.iter().map(|b| f64::from(b.at)).sum::<f64>() / n;
    let value = mean(newest);
    let (covariance, variance) = newest.iter().fold((0.0, 0.0), |(covariance, variance), b| {
        let apart = f64::from(b.at) - at;
        (covariance + apart * (f64::from(b.mean) - value), variance + apart * apart)
    });
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

/// Returns the number of blocks of the newest part: an eighth or an hour, a third at most.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturates")]
fn newest_blocks(blocks: &[Block]) -> usize {
    let hour = (MIN_NEWEST_S / step(blocks)).ceil() as usize;
    (blocks.len() / NEWEST_PART).max(hour).min(blocks.len() / 3)
}

/// Returns the time from one block to the next, in seconds.
#[expect(clippy::cast_precision_loss, reason = "at most 160")]
fn step(blocks: &[Block]) -> f64 {
    f64::from(blocks[blocks.len() - 1].at - blocks[0].at) / (blocks.len() - 1) as f64
}

#[expect(clippy::cast_precision_loss, reason = "at most 160")]
fn mean(blocks: &[Block]) -> f64 {
    blocks.iter().map(|b| f64::from(b.mean)).sum::<f64>() / blocks.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(value: impl Fn(f32) -> f32) -> Vec<Block> {
        (0..80_u8).map(|i| 600.0 * f32::from(i)).map(|at| Block { at, mean: value(at), low: value(at) }).collect()
    }

    #[test]
    fn a_line_continues_and_a_plateau_does_not() {
        assert!(continues(&blocks(|t| t), 1.0));
        assert!(!continues(&blocks(|t| t.min(30_000.0)), 1.0));
    }

    #[test]
    fn the_recent_rate_is_that_of_the_newest_part() {
        assert!((recent_rate(&blocks(|t| 0.5 * t)) - 0.5).abs() < 1e-6);
        assert!(recent_rate(&blocks(|t| t.min(30_000.0))).abs() < 1e-6);
    }

    #[test]
    fn a_slow_end_does_not_bring_its_share() {
        assert!(!continues(&blocks(|t| t.min(36_000.0) + 0.1 * (t - 36_000.0).max(0.0)), 1.0));
    }
}
