//! Sparkline: a series as a line of block characters.

/// Characters of the levels.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws a series in at most `width` characters. Points that share a character show their highest value.
///
/// The scale covers the range of the drawn values, but at least 2 % of the highest one, so that noise of a page looks
/// flat. A series looks alike whatever the number of its points.
///
/// ```
/// assert_eq!(leakwatch::units::sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 4), "▁▃▅█");
/// ```
#[must_use]
pub fn sparkline(points: &[u64], width: usize) -> String {
    let columns = points.len().min(width);
    let part = |column: usize| &points[column * points.len() / columns..(column + 1) * points.len() / columns];
    let drawn: Vec<u64> = (0..columns).filter_map(|column| part(column).iter().copied().max()).collect();
    let (Some(&low), Some(&high)) = (drawn.iter().min(), drawn.iter().max()) else { return String::new() };
    let range = (high - low).max(high / 50).max(1);
    drawn.iter().map(|value| block(value - low, range)).collect()
}

/// Returns the character of a height in a range.
fn block(height: u64, range: u64) -> char {
    let level = u128::from(height) * 7 / u128::from(range);
    BLOCKS[usize::try_from(level).unwrap_or(7).min(7)]
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    #[test]
    fn a_line_rises_and_noise_is_flat() {
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[1_000_000, 1_000_001, 1_000_000], 8), "▁▁▁");
        assert_eq!(sparkline(&[], 8), "");
        assert_eq!(sparkline(&[0, 9, 0, 0], 2), "█▁");
        assert_eq!(sparkline(&[u64::MAX, 0], 2), "█▁");
    }

    #[test]
    fn a_series_looks_alike_at_each_resolution() {
        let fine: Vec<u64> = (0..400).map(|at| if at % 5 == 0 { 1100 } else { 1000 }).collect();
        let coarse: Vec<u64> = fine.chunks(10).filter_map(|part| part.iter().copied().max()).collect();
        assert_eq!(sparkline(&fine, 8), sparkline(&coarse, 8));
        assert_eq!(sparkline(&fine, 8), "▁▁▁▁▁▁▁▁");
    }
}
