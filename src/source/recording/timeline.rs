//! Times of a foreign recording on one axis: zones, missing dates, midnight, units of numbers.

use jiff::civil;

use crate::model::Timestamp;

use super::error::RecordingError;
use super::layout::Layout;
use super::quantity::{DecimalMark, leading_number};
use super::stamp::{DAY_MS, DateOrder, Stamp, is_ambiguous, whole_stamp};

/// Year of times without one: a leap year, so that each day exists.
const NO_YEAR: i16 = 1972;
/// Number from which an epoch time is in milliseconds, microseconds, nanoseconds; as seconds the years 5138 and later.
const MS_FROM: f64 = 1e11;
const US_FROM: f64 = 1e14;
const NS_FROM: f64 = 1e17;

/// Notation of the times of a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeStyle {
    /// Milliseconds of one unit, for numbers; `None` if their size decides.
    pub unit_ms: Option<f64>,
    pub order: DateOrder,
    /// Offset from UTC of times that name no zone, in seconds.
    pub offset_s: i32,
    pub mark: DecimalMark,
}

impl TimeStyle {
    /// Finds the notation of the sampled times. `unit_s` is the unit in the name of the column.
    ///
    /// # Errors
    /// Returns an error for dates that can be read in two ways.
    pub(super) fn find(
        samples: &[&str],
        unit_s: Option<f64>,
        layout: &Layout,
        file: &str,
    ) -> Result<Self, RecordingError> {
        let mut style = Self { unit_ms: unit_s.map(|seconds| 1000.0 * seconds), ..Self::of_layout(layout) };
        if layout.time_format.is_none() {
            style.order = match samples.iter().find_map(|text| clear_order(text)) {
                Some(order) => order,
                None => unclear_order(samples, file)?,
            };
        }
        Ok(style)
    }

    /// Returns the notation that the options name.
    pub(super) fn of_layout(layout: &Layout) -> Self {
        let order = layout.time_format.unwrap_or_default();
        let offset_s = layout.timezone_s.unwrap_or(0);
        Self { unit_ms: layout.time_unit_s.map(|seconds| 1000.0 * seconds), order, offset_s, mark: DecimalMark::Point }
    }

    /// True if a text is a time.
    pub(super) fn reads(&self, text: &str) -> bool {
        self.parse_number(text).is_some() || whole_stamp(text, self.order).is_some()
    }

    /// Parses a number of its unit as milliseconds: `12.5`, `t+60`, `10s`.
    fn parse_number(&self, text: &str) -> Option<i64> {
        let text = text.trim();
        let text = text.strip_prefix("t+").or_else(|| text.strip_prefix("T+")).unwrap_or(text);
        let (number, length) = leading_number(text, self.mark)?;
        let unit_ms = match text[length..].trim() {
            "" => self.unit_ms.unwrap_or_else(|| epoch_unit_ms(number)),
            "s" | "sec" | "secs" | "seconds" => 1000.0,
            "ms" => 1.0,
            "m" | "min" | "mins" | "minutes" => 60_000.0,
            "h" | "hours" => 3_600_000.0,
            "d" | "days" => 86_400_000.0,
            _ => return None,
        };
        let milliseconds = (number * unit_ms).round();
        #[expect(clippy::cast_possible_truncation, reason = "within the range, and whole")]
        (milliseconds.abs() <= 1e14).then_some(milliseconds as i64)
    }
}

/// Returns the milliseconds of the unit of an epoch time by its size.
fn epoch_unit_ms(number: f64) -> f64 {
    match number.abs() {
        NS_FROM.. => 1e-6,
        US_FROM.. => 1e-3,
        MS_FROM.. => 1.0,
        _ => 1000.0,
    }
}

/// Returns the order of day and month of a date in which one of them exceeds twelve.
fn clear_order(text: &str) -> Option<DateOrder> {
    whole_stamp(text, DateOrder::DayFirst)?.month_day?;
    let mut numbers = text.trim().split(['/', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    match (numbers.next()?, numbers.next()?) {
        (13..=31, 1..=12) => Some(DateOrder::DayFirst),
        (1..=12, 13..=31) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// Returns the order of dates of which each has two.
fn unclear_order(samples: &[&str], file: &str) -> Result<DateOrder, RecordingError> {
    match samples.iter().find(|text| is_ambiguous(text)) {
        None => Ok(DateOrder::default()),
        Some(date) => consecutive_order(samples)
            .ok_or_else(|| RecordingError::AmbiguousDate { file: file.to_owned(), date: (*date).to_owned() }),
    }
}

/// Returns the order in which ambiguous dates are at most a day apart; `None` if both orders or neither are.
fn consecutive_order(samples: &[&str]) -> Option<DateOrder> {
    let is_consecutive = |order: DateOrder| {
        let days: Vec<i64> = samples
            .iter()
            .filter_map(|text| whole_stamp(text, order))
            .filter_map(|stamp| Some(moment_ms(&Stamp { day_ms: Some(0), ..stamp }, stamp.year?, 0)? / DAY_MS))
            .collect();
        let distinct = days.first() != days.last();
        distinct && days.windows(2).all(|pair| (0..=1).contains(&(pair[1] - pair[0])))
    };
    match (is_consecutive(DateOrder::DayFirst), is_consecutive(DateOrder::MonthFirst)) {
        (true, false) => Some(DateOrder::DayFirst),
        (false, true) => Some(DateOrder::MonthFirst),
        _ => None,
    }
}

/// Returns the milliseconds since 1970 of a stamp with a date.
fn moment_ms(stamp: &Stamp, year: i16, offset_s: i32) -> Option<i64> {
    let (month, day) = stamp.month_day?;
    let date = civil::Date::new(year, month, day).ok()?;
    let epoch = civil::Date::constant(1970, 1, 1);
    let days = i64::from(epoch.until(date).ok()?.get_days());
    Some(days * DAY_MS + stamp.day_ms.unwrap_or(0) - 1000 * i64::from(stamp.offset_s.unwrap_or(offset_s)))
}

/// Position of the times read so far: completes those that lack a date or a year.
#[derive(Debug)]
pub(super) struct TimeLine {
    style: TimeStyle,
    last_ms: Option<i64>,
    /// Days since the first time of day without a date.
    days: i64,
    year: i16,
    /// True if a time had no zone: its clock may be set for summer.
    pub is_local: bool,
}

impl TimeLine {
    /// Creates the axis before its first time.
    pub(super) fn new(style: TimeStyle) -> Self {
        Self { style, last_ms: None, days: 0, year: NO_YEAR, is_local: false }
    }

    /// Returns the notation.
    pub(super) fn style(&self) -> &TimeStyle {
        &self.style
    }

    /// Parses a text that is nothing but a time.
    pub(super) fn parse(&mut self, text: &str) -> Option<Timestamp> {
        if let Some(at) = self.style.parse_number(text) {
            return Some(Timestamp(at));
        }
        let stamp = whole_stamp(text, self.style.order)?;
        self.place(&stamp)
    }

    /// Begins the day of a date: times of day that follow are of it.
    pub(super) fn begin_day(&mut self, date: &Stamp) {
        let midnight = Stamp { day_ms: Some(0), offset_s: None, ..*date };
        if let Some(at) = date.year.and_then(|year| moment_ms(&midnight, year, 0)) {
            self.days = at / DAY_MS;
            self.last_ms = None;
        }
    }

    /// Places a time on the axis.
    pub(super) fn place(&mut self, stamp: &Stamp) -> Option<Timestamp> {
        self.is_local |= stamp.offset_s.is_none();
        let at = match (stamp.month_day, stamp.year) {
            (None, _) => {
                let of_day = stamp.day_ms? - 1000 * i64::from(stamp.offset_s.unwrap_or(0));
                // A time of day that falls by half a day is past midnight.
                if self.last_ms.is_some_and(|last| self.days * DAY_MS + of_day < last - DAY_MS / 2) {
                    self.days += 1;
                }
                self.days * DAY_MS + of_day
            }
            (Some(_), Some(year)) => moment_ms(stamp, year, self.style.offset_s)?,
            (Some(_), None) => {
                let mut at = moment_ms(stamp, self.year, self.style.offset_s)?;
                if self.last_ms.is_some_and(|last| at < last - 180 * DAY_MS) {
                    self.year += 1;
                    at = moment_ms(stamp, self.year, self.style.offset_s)?;
                }
                at
            }
        };
        self.last_ms = Some(self.last_ms.map_or(at, |last| last.max(at)));
        Some(Timestamp(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(layout: &Layout, samples: &[&str], unit_s: Option<f64>) -> TimeLine {
        TimeLine::new(TimeStyle::find(samples, unit_s, layout, "x").expect("a style"))
    }

    fn times(samples: &[&str]) -> Vec<i64> {
        let mut line = line(&Layout::default(), samples, None);
        samples.iter().map(|text| line.parse(text).expect(text).0).collect()
    }

    #[test]
    fn midnight_and_new_year_continue_the_axis() {
        let night = times(&["23:59:50", "00:00:10"]);
        assert_eq!(night[1] - night[0], 20_000);
        let year = times(&["Dec 31 23:59:50", "Jan  1 00:00:10"]);
        assert_eq!(year[1] - year[0], 20_000);
    }

    #[test]
    fn numbers_have_a_unit_by_size_or_name() {
        for text in ["1765712186", "1765712186000", "1765712186000000", "1765712186000000000"] {
            assert_eq!(times(&[text]), [1_765_712_186_000], "{text}");
        }
        let mut minutes = line(&Layout::default(), &["t+60"], Some(60.0));
        assert_eq!(minutes.parse("t+60"), Some(Timestamp(3_600_000)));
        assert_eq!(minutes.parse("90s"), Some(Timestamp(90_000)));
    }

    #[test]
    fn an_ambiguous_date_is_an_error_unless_its_neighbours_or_an_option_tell() {
        let find =
            |samples: &[&str], layout: &Layout| TimeStyle::find(samples, None, layout, "x").map(|style| style.order);
        assert!(matches!(
            find(&["01/02/2026 10:00", "01/02/2026 11:00"], &Layout::default()),
            Err(RecordingError::AmbiguousDate { .. })
        ));
        assert_eq!(find(&["01/02/2026 10:00", "02/02/2026 10:00"], &Layout::default()), Ok(DateOrder::DayFirst));
        assert_eq!(find(&["01/02/2026 10:00", "01/03/2026 10:00"], &Layout::default()), Ok(DateOrder::MonthFirst));
        assert_eq!(find(&["01/02/2026", "01/13/2026"], &Layout::default()), Ok(DateOrder::MonthFirst));
        let chosen = Layout { time_format: Some(DateOrder::MonthFirst), ..Layout::default() };
        assert_eq!(find(&["01/02/2026 10:00"], &chosen), Ok(DateOrder::MonthFirst));
    }

    #[test]
    fn a_zone_applies_to_times_without_one() {
        let layout = Layout { timezone_s: Some(7200), ..Layout::default() };
        let mut line = line(&layout, &["2026-01-01 02:00:00"], None);
        assert_eq!(line.parse("2026-01-01 02:00:00"), line.parse("2026-01-01T00:00:00Z"));
    }
}
