//! Counter column: a column of a foreign table that holds a counter.

use super::quantity::DecimalMark;
use crate::model::Counter;

/// Column of a counter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct CounterColumn {
    pub column: usize,
    pub counter: Counter,
    pub unit_bytes: f64,
    pub mark: DecimalMark,
    /// True if the value is subtracted from the total of the layout.
    pub is_falling: bool,
}

impl CounterColumn {
    /// Returns the column of a number of things.
    pub(super) fn count(column: usize, counter: Counter) -> Self {
        Self { column, counter, unit_bytes: 1.0, mark: DecimalMark::Point, is_falling: false }
    }
}
