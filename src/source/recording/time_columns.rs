//! Columns of the time in a foreign table.

use super::layout::Layout;
use super::names::Meaning;
use super::quantity::DecimalMark;
use super::sampled::{MIN_READABLE, Sampled};
use super::stamp::{DateOrder, whole_stamp};
use super::timeline::TimeStyle;

/// Returns the columns of the time, and the unit of its numbers in seconds.
pub(super) fn time_columns(
    table: &Sampled,
    meanings: &[Meaning],
    ignored: &[&str],
    layout: &Layout,
) -> (Vec<usize>, Option<f64>) {
    let unit_of = |column: usize| match meanings[column] {
        Meaning::Elapsed(unit) => unit.or(Some(1.0)),
        _ => None,
    };
    if let Some(wanted) = &layout.time_column {
        let column = table.index_of(wanted);
        return (column.into_iter().collect(), layout.time_unit_s.or_else(|| column.and_then(unit_of)));
    }
    let style = TimeStyle { unit_ms: None, order: DateOrder::DayFirst, offset_s: 0, mark: DecimalMark::Point };
    let reads = |column: usize| {
        table.share(column, |value| TimeStyle { mark: table.mark_of(Some(column)), ..style }.reads(value))
            >= MIN_READABLE
    };
    let is_part = |column: usize, has_day: bool| {
        table.share(column, |value| {
            whole_stamp(value, DateOrder::DayFirst)
                .is_some_and(|stamp| stamp.month_day.is_some() == has_day && stamp.day_ms.is_some() != has_day)
        }) >= MIN_READABLE
    };
    let columns = 0..table.names.len();
    let named: Vec<usize> =
        columns.clone().filter(|&column| meanings[column] == Meaning::Time && reads(column)).collect();
    if let (Some(&date), Some(&time)) =
        (named.iter().find(|&&column| is_part(column, true)), named.iter().find(|&&column| is_part(column, false)))
    {
        return (vec![date, time], None);
    }
    let is_free = |column: &usize| !ignored.contains(&table.names[*column].as_str());
    let stamped = || {
        columns.clone().filter(is_free).find(|&column| {
            table.share(column, |value| whole_stamp(value, DateOrder::DayFirst).is_some()) >= MIN_READABLE
        })
    };
    let elapsed = || columns.clone().find(|&column| matches!(meanings[column], Meaning::Elapsed(_)) && reads(column));
    let found = named.first().copied().or_else(stamped).or_else(elapsed);
    let unit = layout.time_unit_s.or_else(|| found.and_then(unit_of));
    (found.into_iter().collect(), unit)
}
