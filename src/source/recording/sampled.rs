//! Sampled table: the beginning of a recording as names and rows, and what its values look like.

use super::quantity::{DecimalMark, decimal_mark, whole_quantity};

/// Least share of sampled values that a column of times or numbers can read.
pub(super) const MIN_READABLE: f64 = 0.8;

/// Table at the beginning of a recording: names of its columns, and some rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Sampled {
    pub names: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Decimal mark that the user names.
    pub decimal_mark: Option<DecimalMark>,
}

impl Sampled {
    /// Returns the column of a name.
    pub(super) fn index_of(&self, wanted: &str) -> Option<usize> {
        self.names.iter().position(|name| name.eq_ignore_ascii_case(wanted))
    }

    /// Returns the values of a column that are not missing.
    pub(super) fn values(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column))
            .map(|value| value.trim())
            .filter(|value| !is_missing(value))
    }

    /// Returns the share of values that satisfy a condition; 0 without values.
    pub(super) fn share(&self, column: usize, is_good: impl Fn(&str) -> bool) -> f64 {
        let (mut good, mut all) = (0_u32, 0_u32);
        for value in self.values(column) {
            all += 1;
            good += u32::from(is_good(value));
        }
        f64::from(good) / f64::from(all.max(1))
    }

    /// Returns the number of distinct values of a column.
    pub(super) fn distinct(&self, column: usize) -> usize {
        let mut values: Vec<&str> = self.values(column).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    }

    /// Returns the share of values that are numbers, with or without a unit.
    pub(super) fn share_of_numbers(&self, column: usize) -> f64 {
        let mark = self.mark_of(Some(column));
        self.share(column, |value| whole_quantity(usage_part(value), mark).is_some())
    }

    /// Returns the decimal mark of a column; the point if nothing tells.
    pub(super) fn mark_of(&self, column: Option<usize>) -> DecimalMark {
        // The user knows better than the values.
        self.decimal_mark.or_else(|| decimal_mark(self.values(column?))).unwrap_or_default()
    }

    /// True if most values of a column have a unit of memory.
    pub(super) fn has_value_units(&self, column: usize) -> bool {
        self.share(column, |value| {
            whole_quantity(usage_part(value), self.mark_of(Some(column)))
                .is_some_and(|found| found.unit_bytes.is_some())
        }) >= MIN_READABLE
    }
}

/// Returns the usage in `278.5MiB / 7.654GiB`.
pub(super) fn usage_part(value: &str) -> &str {
    value.split(" / ").next().unwrap_or(value).trim().trim_end_matches('%').trim_end()
}

/// True for texts that stand for a missing value.
pub(super) fn is_missing(value: &str) -> bool {
    matches!(value, "" | "-" | "--" | "NA" | "N/A" | "n/a" | "NaN" | "nan" | "null" | "None" | "none" | "?")
}

/// Returns the values of some columns, separated by a space.
pub(super) fn joined(row: &[String], columns: &[usize]) -> String {
    let values: Vec<&str> = columns.iter().filter_map(|&column| row.get(column)).map(|value| value.trim()).collect();
    values.join(" ")
}
