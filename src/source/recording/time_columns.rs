//! Columns of the time in a foreign table.

use super::layout::Layout;
use super::names::Meaning;
use super::quantity::DecimalMark;
use super::sampled::{MIN_READABLE, Sampled};
use super::stamp::{DateOrder, whole_stamp};
use super::timeline::TimeStyle;

/// True for the digits of seconds, milliseconds, microseconds or nanoseconds since 1970, from 2001 to 2033.
fn is_epoch(value: &str) -> bool {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_digits = [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    is_digits && whole.starts_with('1') && matches!(whole.len(), 10 | 13 | 16 | 19)
}

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
    // Seconds since 1970 without the name of a time, as in a column 'epoch'.
    let epochs = || {
        columns.clone().find(|&column| {
            matches!(meanings[column], Meaning::Other | Meaning::Work(_))
                && table.values(column).count() > 1
                && table.share(column, is_epoch) >= 1.0
        })
    };
    let elapsed = || columns.clone().find(|&column| matches!(meanings[column], Meaning::Elapsed(_)) && reads(column));
    // A date that each row repeats is that of something else.
    let varies = |column: &&usize| {
        let first = table.values(**column).next();
        table.values(**column).any(|value| Some(value) != first)
    };
    let named = named.iter().find(varies).or(named.first()).copied();
    let found = named.or_else(stamped).or_else(epochs).or_else(elapsed);
    let unit = layout.time_unit_s.or_else(|| found.and_then(unit_of));
    (found.into_iter().collect(), unit)
}
