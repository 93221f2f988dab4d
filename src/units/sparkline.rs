//! Sparkline: a series as a line of block characters.

/// Characters of the levels.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws a series in at most `width` characters. Points that share a character show their highest value.
///
/// The scale covers the range of the values, but at least 2 % of the highest one, so that noise of a page looks flat.
///
/// ```
/// assert_eq!(leakwatch::units::sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 4), "▂▄▆█");
/// ```
#[must_use]
pub fn sparkline(points: &[u64], width: usize) -> String {
    let (Some(&low), Some(&high)) = (points.iter().min(), points.iter().max()) else { return String::new() };
    let range = (high - low).max(high / 50).max(1);
    let columns = points.len().min(width);
    (0..columns)
        .map(|column| {
            let from = column * points.len() / columns;
            let to = (column + 1) * points.len() / columns;
            let value = points[from..to].iter().copied().fold(low, u64::max);
            let level = u128::from(value - low) * 7 / u128::from(range);
            BLOCKS[usize::try_from(level).unwrap_or(7).min(7)]
        })
        .collect()
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
}
