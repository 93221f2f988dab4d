//! Rows of a foreign table, from the cells of a line.

use std::borrow::Cow;

use super::assignment::Assignment;
use super::counter_column::CounterColumn;
use super::fault::{Fault, FaultKind};
use super::quantity::{DecimalMark, whole_quantity};
use super::row::RawRow;
use super::sampled::{is_missing, joined, usage_part};
use super::timeline::TimeLine;
use super::{time, values};
use crate::model::{Counter, Pid, Timestamp};

/// Builds the row of some cells.
pub(super) fn build_row(
    cells: &[String],
    names: &[String],
    table: &Assignment,
    time_line: &mut TimeLine,
    outer: Option<Timestamp>,
    total_bytes: Option<u64>,
) -> Result<RawRow<'static>, Fault> {
    let mut row = RawRow::default();
    let cell = |column: usize| cells.get(column).map(|value| value.trim()).filter(|value| !is_missing(value));
    if table.time.is_empty() {
        row.at = outer;
    } else {
        let text = joined(cells, &table.time);
        let column = table.time.first().map_or("", |&column| names[column].as_str());
        row.at = Some(time_line.parse(&text).ok_or_else(|| Fault::in_field(FaultKind::Time, column, text.as_bytes()))?);
    }
    if let (Some((column, _)), None) = (table.work, row.at) {
        let text = cell(column).unwrap_or_default();
        let work = whole_quantity(text, DecimalMark::Point).map(|found| found.number);
        let work = work.ok_or_else(|| Fault::in_field(FaultKind::Time, &names[column], text.as_bytes()))?;
        row.at = time::time_from_work(work);
    }
    if let Some(text) = table.process.pid.and_then(cell) {
        let pid = values::parse_whole(text.as_bytes()).and_then(|pid| u32::try_from(pid).ok()).map(Pid);
        row.pid = Some(pid.ok_or_else(|| Fault::in_field(FaultKind::Value, "pid", text.as_bytes()))?);
    }
    let number = |column: usize| Some(whole_quantity(cell(column)?, DecimalMark::Point)?.number);
    row.life.uptime = table.process.uptime.and_then(number);
    row.life.restarts = table.process.restarts.and_then(|column| values::parse_whole(cell(column)?.as_bytes()));
    row.cmdline = table.process.cmdline.and_then(cell).map(|text| Cow::Owned(text.as_bytes().to_vec()));
    let group: Vec<&str> = table.process.names.iter().filter_map(|&column| cell(column)).collect();
    if !group.is_empty() {
        row.group = Some(Cow::Owned(group.join("/").into_bytes()));
    }
    if !table.is_wide {
        for counter in &table.counters {
            set_counter(&mut row, cells, names, counter, total_bytes)?;
        }
    } else if let Some(first) = table.counters.first() {
        // The parts are split off by the caller; the row itself must not count as empty.
        row.reading.set(first.counter, 0);
    }
    row.limit = table.limit.and_then(|limit| {
        let found = whole_quantity(limit_part(cell(limit.column)?), limit.mark)?;
        values::scale(found.in_bytes(limit.unit_bytes), 1.0)
    });
    Ok(row)
}

/// Returns the limit in `278.5MiB / 7.654GiB`.
fn limit_part(value: &str) -> &str {
    value.rsplit(" / ").next().unwrap_or(value).trim()
}

/// Sets one counter of a row. A missing value is "not read".
pub(super) fn set_counter(
    row: &mut RawRow<'_>,
    cells: &[String],
    names: &[String],
    counter: &CounterColumn,
    total_bytes: Option<u64>,
) -> Result<(), Fault> {
    let Some(text) = cells.get(counter.column).map(|value| usage_part(value.trim())).filter(|value| !is_missing(value))
    else {
        return Ok(());
    };
    let fault = || Fault::in_field(FaultKind::Value, &names[counter.column], text.as_bytes());
    let found = whole_quantity(text, counter.mark).ok_or_else(fault)?;
    let value = match counter.counter {
        Counter::Rss => values::scale(found.in_bytes(counter.unit_bytes), 1.0),
        _ => values::scale(found.number, 1.0),
    }
    .ok_or_else(fault)?;
    let value = match total_bytes {
        Some(total) if counter.is_falling => total.checked_sub(value).ok_or_else(fault)?,
        _ => value,
    };
    row.reading.set(counter.counter, value);
    Ok(())
}
