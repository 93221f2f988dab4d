//! Interface of the counters of work.

use std::time::Duration;

/// Work done so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Number of units since an arbitrary start.
    pub count: f64,
    /// Latest counted line, for counters of lines.
    pub label: Option<String>,
}

/// Counter of work. It is read at every tick, so that it must never block.
pub trait WorkCounter {
    /// Reads the count; returns `None` as long as it is unknown. `now` is a monotonic time.
    ///
    /// # Errors
    /// Returns the reason in words. The next tick reads again.
    fn read(&mut self, now: Duration) -> Result<Option<Work>, String>;
}

/// Parses a text as a count: a finite number from 0 on.
pub(super) fn parse_count(text: &str) -> Result<f64, String> {
    let shown: String = text.trim().chars().take(40).collect();
    let count = text.trim().parse::<f64>().ok().filter(|count| count.is_finite() && *count >= 0.0);
    count.ok_or_else(|| format!("'{shown}' is not a number of units of work"))
}
