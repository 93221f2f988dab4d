//! Trace: memory over time, thinned to a fixed number of points.

/// Unit of the points, in bytes.
const PAGE: u64 = 4096;
/// Points by which the capacity grows.
const CAPACITY_STEP: usize = 16;
/// Largest number of points.
const TRACE_POINTS: usize = 64;

/// Memory over time, thinned to a fixed number of points: for sparklines, and for the shape of a life.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// In pages: thousands of targets have one.
    points: Vec<u32>,
    samples_per_point: u32,
    /// Highest value and number of samples of the point that is not full yet.
    open: Option<(u64, u32)>,
}

impl Trace {
    /// Adds one value, in bytes. When the points run out, each pair is merged into its higher one.
    pub fn push(&mut self, value: u64) {
        self.samples_per_point = self.samples_per_point.max(1);
        let (highest, count) = self.open.map_or((value, 1), |(highest, count)| (highest.max(value), count + 1));
        if count < self.samples_per_point {
            self.open = Some((highest, count));
            return;
        }
        self.open = None;
        if self.points.len() == self.points.capacity() {
            self.points.reserve_exact(CAPACITY_STEP);
        }
        self.points.push(u32::try_from(highest / PAGE).unwrap_or(u32::MAX));
        if self.points.len() == TRACE_POINTS {
            for at in 0..TRACE_POINTS / 2 {
                self.points[at] = self.points[2 * at].max(self.points[2 * at + 1]);
            }
            self.points.truncate(TRACE_POINTS / 2);
            self.samples_per_point *= 2;
        }
    }

    /// Returns the points in bytes, oldest first. The newest values are included even if their point is not full.
    pub fn points(&self) -> impl Iterator<Item = u64> + '_ {
        self.points.iter().map(|&pages| u64::from(pages) * PAGE).chain(self.open.map(|(highest, _)| highest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_keeps_its_highest_points_in_bounded_memory() {
        let mut trace = Trace::default();
        for value in 0..10_000 {
            trace.push(PAGE * if value == 5_000 { 1_000_000 } else { value });
        }
        let points: Vec<u64> = trace.points().collect();
        assert!(points.len() <= TRACE_POINTS + 1);
        assert!(points.contains(&(PAGE * 1_000_000)));
        assert_eq!(points.last(), Some(&(PAGE * 9_999)));
        assert!(trace.points.capacity() <= TRACE_POINTS);
    }
}
