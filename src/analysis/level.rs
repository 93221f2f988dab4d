//! Level of a counter: lowest, highest, first and last value.

/// Level of a counter over the watch, in bytes or numbers. Unknown until the first value.
///
/// ```
/// use leakwatch::analysis::Level;
///
/// let mut level = Level::default();
/// assert_eq!(level.last(), None);
/// level.record(7);
/// level.record(5);
/// assert_eq!((level.first(), level.min(), level.last()), (Some(7), Some(5), Some(5)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    first: u64,
    last: u64,
    min: u64,
    /// Below `min` until the first value. Four options would take twice the room, and thousands of targets have some
    /// levels each.
    max: u64,
}

impl Default for Level {
    fn default() -> Self {
        Self { first: 0, last: 0, min: u64::MAX, max: 0 }
    }
}

impl Level {
    /// Takes the next value.
    pub fn record(&mut self, value: u64) {
        if !self.is_known() {
            self.first = value;
        }
        self.last = value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// True if there is any value.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.min <= self.max
    }

    fn known(&self, value: u64) -> Option<u64> {
        self.is_known().then_some(value)
    }

    /// Returns the value of the first sample.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.known(self.first)
    }

    /// Returns the value of the last sample.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.known(self.last)
    }

    /// Returns the lowest value.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.known(self.min)
    }

    /// Returns the highest value.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.known(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_unknown_until_its_first_value() {
        let mut level = Level::default();
        assert_eq!((level.first(), level.last(), level.min(), level.max()), (None, None, None, None));
        level.record(0);
        assert_eq!((level.first(), level.max()), (Some(0), Some(0)));
        level.record(u64::MAX);
        assert_eq!((level.first(), level.last(), level.min()), (Some(0), Some(u64::MAX), Some(0)));
    }
}
