//! Leading time: the time in front of the lines of a format, or in a line above them.

use jiff::{Span, civil};

use super::super::head::Head;
use super::super::stamp::{DAY_MS, DateOrder, Stamp, leading_stamp, whole_stamp};

/// Splits a time off the beginning of a line: a stamp, or seconds since 1970.
pub(super) fn split_stamp(line: &str) -> (&str, &str) {
    let line = line.trim_start();
    if let Some((_, length)) = leading_stamp(line, DateOrder::DayFirst) {
        return line.split_at(length);
    }
    match line.split_once(' ') {
        Some((word, _)) if epoch_stamp(word).is_some() => line.split_at(word.len()),
        _ => ("", line),
    }
}

/// Parses seconds or milliseconds since 1970, from 2001 on.
pub(super) fn epoch_stamp(word: &str) -> Option<Stamp> {
    let (whole, fraction) = word.split_once('.').unwrap_or((word, ""));
    let is_number =
        whole.starts_with('1') && [whole, fraction].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let unit_ms = match whole.len() {
        10 => 1000,
        13 => 1,
        _ => return None,
    };
    let ms = unit_ms * whole.parse::<i64>().ok().filter(|_| is_number)?;
    let date = civil::Date::constant(1970, 1, 1).checked_add(Span::new().days(ms / DAY_MS)).ok()?;
    let month_day = Some((date.month(), date.day()));
    Some(Stamp { year: Some(date.year()), month_day, day_ms: Some(ms % DAY_MS), offset_s: Some(0) })
}

/// Returns the time in a line that has nothing else, or that begins the output of a tool.
pub(super) fn time_line(line: &str) -> Option<Stamp> {
    let line = line.trim().trim_matches(['=', '-', '#', '*', ' ']);
    if let Some(rest) = line.strip_prefix("top - ") {
        return leading_stamp(rest, DateOrder::DayFirst).map(|(stamp, _)| stamp);
    }
    // 'Linux 6.8.0 (host)  10/23/2025  _x86_64_' begins the output of sysstat, in its default with the month first.
    if line.starts_with("Linux ") {
        return line.split_whitespace().find_map(|word| whole_stamp(word, DateOrder::MonthFirst));
    }
    whole_stamp(line, DateOrder::DayFirst).or_else(|| epoch_stamp(line))
}

/// True if a time is in front of some line whose rest is a row.
pub(super) fn is_timed(head: &Head, is_row: impl Fn(&str) -> bool) -> bool {
    head.filled_lines().map(split_stamp).any(|(time, rest)| !time.is_empty() && is_row(rest))
}

/// Returns the cells of a row, or the names of its columns, of which the first one is the time; without it if the rows have
/// none.
pub(super) fn timed<S: AsRef<str>>(is_timed: bool, cells: &[S]) -> Vec<String> {
    cells[usize::from(!is_timed)..].iter().map(|cell| cell.as_ref().to_owned()).collect()
}
