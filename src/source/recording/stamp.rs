//! Stamps: times as people and programs write them, at the beginning of a text.

use jiff::civil;

use super::cursor::Cursor;

/// Milliseconds of a day.
pub(super) const DAY_MS: i64 = 86_400_000;

/// Parts of a time that a text states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    /// Year; `None` if the text has a month and a day only.
    pub year: Option<i16>,
    /// Month and day; `None` for a time of day alone.
    pub month_day: Option<(i8, i8)>,
    /// Milliseconds since midnight; `None` for a date alone.
    pub day_ms: Option<i64>,
    /// Offset of the zone from UTC in seconds; `None` if the text names none.
    pub offset_s: Option<i32>,
}

/// Order of day and month where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    /// 31/12/2026.
    #[default]
    DayFirst,
    /// 12/31/2026.
    MonthFirst,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// German names that differ in their first three letters.
const GERMAN_MONTHS: [(&str, i8); 5] = [("mär", 3), ("mai", 5), ("okt", 10), ("dez", 12), ("mrz", 3)];
const WEEKDAYS: [&str; 14] =
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mo", "di", "mi", "do", "fr", "sa", "so"];
/// Abbreviations of zones, with their offset from UTC in hours.
const ZONES: [(&str, i32); 17] = [
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("BST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("JST", 9),
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// Parses a time at the beginning of a text; returns it with the bytes that it takes.
pub(super) fn leading_stamp(text: &str, order: DateOrder) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor { rest: text };
    let mut stamp = Stamp::default();
    if let Some((year, month_day)) = cursor.attempt(|cursor| parse_date(cursor, order)) {
        (stamp.year, stamp.month_day) = (year, Some(month_day));
        let time = cursor.attempt(|cursor| {
            let separator = cursor.one_of(" T_:,")?;
            if separator == ',' || separator == ' ' {
                cursor.spaces();
            }
            parse_time_of_day(cursor)
        });
        // A month and a day alone are no time.
        if time.is_none() && year.is_none() {
            return None;
        }
        stamp.day_ms = time;
    } else {
        stamp.day_ms = Some(cursor.attempt(parse_time_of_day)?);
    }
    if stamp.day_ms.is_some() {
        stamp.offset_s = cursor.attempt(parse_zone);
        if stamp.year.is_none() && stamp.month_day.is_some() {
            stamp.year = cursor.attempt(parse_trailing_year);
        }
    }
    // A longer word or number is none of a time.
    let is_whole = !cursor.rest.starts_with(|next: char| next.is_alphanumeric());
    is_whole.then_some((stamp, text.len() - cursor.rest.len()))
}

/// Parses a text that is nothing but a time.
pub(super) fn whole_stamp(text: &str, order: DateOrder) -> Option<Stamp> {
    let text = text.trim().trim_matches(['[', ']', '"', '\'']);
    leading_stamp(text, order).filter(|(_, length)| *length == text.len()).map(|(stamp, _)| stamp)
}

/// True if day and month can be read in both orders.
pub(super) fn is_ambiguous(text: &str) -> bool {
    let text = text.trim();
    let orders = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| leading_stamp(text, order));
    // Dates with points have the day first everywhere.
    matches!(orders, [Some((day, _)), Some((month, _))] if day.month_day != month.month_day)
}

/// Parses a date: the year, and month and day.
fn parse_date(cursor: &mut Cursor<'_>, order: DateOrder) -> Option<(Option<i16>, (i8, i8))> {
    if WEEKDAYS.contains(&short(cursor.word()).as_str()) {
        cursor.skip(cursor.word());
        cursor.one_of(",.");
        cursor.spaces();
    }
    if let Some(month) = month_of(cursor.word()) {
        cursor.skip(cursor.word());
        cursor.one_of(".");
        cursor.spaces();
        let (day, _) = cursor.number(2)?;
        let year = cursor.attempt(|cursor| {
            cursor.one_of(", ")?;
            cursor.spaces();
            let (year, 4) = cursor.number(4)? else { return None };
            (!cursor.rest.starts_with(':')).then(|| i16::try_from(year).ok())?
        });
        return valid(year, month, i8::try_from(day).ok()?);
    }
    let (first, digits) = cursor.number(4)?;
    let separator = cursor.one_of("-/._ ")?;
    if let Some(month) = month_of(cursor.word()) {
        cursor.skip(cursor.word());
        cursor.one_of("-/., ");
        cursor.spaces();
        let (year, 4) = cursor.number(4)? else { return None };
        return valid(i16::try_from(year).ok(), month, i8::try_from(first).ok()?);
    }
    let (second, _) = cursor.number(2)?;
    if separator == ' ' || cursor.one_of("-/._")? != separator {
        return None;
    }
    let (third, length) = cursor.number(4)?;
    let (first, second, third) = (i16::try_from(first).ok()?, i8::try_from(second).ok()?, i16::try_from(third).ok()?);
    if digits == 4 {
        return valid(Some(first), second, i8::try_from(third).ok()?);
    }
    let year = match length {
        4 => third,
        2 => 2000 + third,
        _ => return None,
    };
    let first = i8::try_from(first).ok()?;
    let (day, month) = match (separator, order) {
        ('.', _) | (_, DateOrder::DayFirst) => (first, second),
        (_, DateOrder::MonthFirst) => (second, first),
    };
    // A month after the twelfth: the other order is the one.
    if month > 12 { valid(Some(year), day, month) } else { valid(Some(year), month, day) }
}

fn valid(year: Option<i16>, month: i8, day: i8) -> Option<(Option<i16>, (i8, i8))> {
    civil::Date::new(year.unwrap_or(2000), month, day).ok()?;
    Some((year, (month, day)))
}

fn short(word: &str) -> String {
    word.chars().take(3).flat_map(char::to_lowercase).collect()
}

fn month_of(word: &str) -> Option<i8> {
    let name = short(word);
    let known = MONTHS.iter().position(|month| *month == name).and_then(|index| i8::try_from(index + 1).ok());
    // 'maximum' is none, 'September' is one.
    let is_name = word.chars().count() <= 3 || MONTH_ENDS.iter().any(|end| word.to_lowercase().ends_with(end));
    known
        .or_else(|| GERMAN_MONTHS.iter().find(|(german, _)| *german == name).map(|(_, month)| *month))
        .filter(|_| is_name)
}

const MONTH_ENDS: [&str; 9] = ["uary", "uar", "ch", "il", "ne", "ni", "ly", "ber", "ust"];

/// Parses a time of day in milliseconds.
fn parse_time_of_day(cursor: &mut Cursor<'_>) -> Option<i64> {
    let (hour, _) = cursor.number(2)?;
    cursor.one_of(":")?;
    let (minute, 2) = cursor.number(2)? else { return None };
    let mut milliseconds = 0;
    let second = cursor.attempt(|cursor| {
        cursor.one_of(":")?;
        let (second, 2) = cursor.number(2)? else { return None };
        Some(second)
    });
    if second.is_some() {
        let fraction = cursor.attempt(|cursor| {
            cursor.one_of(".,")?;
            let length = cursor.rest.bytes().take_while(u8::is_ascii_digit).count();
            let digits: String = cursor.rest[..length].chars().chain("000".chars()).take(3).collect();
            cursor.rest = &cursor.rest[length..];
            (length > 0).then(|| digits.parse::<i64>().ok())?
        });
        milliseconds = fraction.unwrap_or(0);
    }
    let half = cursor.attempt(|cursor| {
        cursor.spaces();
        let half = cursor.word().to_ascii_uppercase();
        matches!(half.as_str(), "AM" | "PM").then(|| cursor.skip(cursor.word()))?;
        Some(half == "PM")
    });
    let hour = match half {
        Some(is_afternoon) if (1..=12).contains(&hour) => hour % 12 + if is_afternoon { 12 } else { 0 },
        Some(_) => return None,
        None => hour,
    };
    let second = second.unwrap_or(0);
    // Second 60 is a leap second.
    (hour < 24 && minute < 60 && second <= 60)
        .then(|| i64::from(hour) * 3_600_000 + i64::from(minute) * 60_000 + i64::from(second) * 1000 + milliseconds)
}

/// Parses a zone: `Z`, `+02:00`, ` -0700`, ` UTC`.
fn parse_zone(cursor: &mut Cursor<'_>) -> Option<i32> {
    let spaces = cursor.rest.len() - cursor.rest.trim_start_matches(' ').len();
    cursor.spaces();
    let word = cursor.word();
    let is_whole = !cursor.rest[word.len()..].starts_with(|next: char| next.is_ascii_digit());
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == word && is_whole) {
        cursor.skip(word);
        // 'UTC+2' names an offset from UTC.
        return Some(cursor.attempt(parse_offset).unwrap_or(hours * 3600));
    }
    if spaces > 1 {
        return None;
    }
    parse_offset(cursor)
}

/// Returns the offset of a zone from UTC in seconds: `UTC`, `CET`, `+02:00`, `-0700`; `None` for another text.
#[must_use]
pub fn zone_offset_s(text: &str) -> Option<i32> {
    let mut cursor = Cursor { rest: text.trim() };
    parse_zone(&mut cursor).filter(|_| cursor.rest.is_empty())
}

fn parse_offset(cursor: &mut Cursor<'_>) -> Option<i32> {
    let sign = if cursor.one_of("+-")? == '-' { -1 } else { 1 };
    let (number, digits) = cursor.number(4)?;
    let (hours, minutes) = match digits {
        3 | 4 => (number / 100, number % 100),
        _ => {
            let minutes = cursor.attempt(|cursor| {
                cursor.one_of(":")?;
                let (minutes, 2) = cursor.number(2)? else { return None };
                Some(minutes)
            });
            (number, minutes.unwrap_or(0))
        }
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours <= 14 && minutes < 60).then_some(sign * seconds)
}

/// Parses the year at the end of the output of `date`.
fn parse_trailing_year(cursor: &mut Cursor<'_>) -> Option<i16> {
    cursor.one_of(" ")?;
    cursor.spaces();
    let (year, 4) = cursor.number(4)? else { return None };
    i16::try_from(year).ok().filter(|year| (1970..2100).contains(year))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamp(text: &str) -> Option<(i16, i8, i8, i64, Option<i32>)> {
        let stamp = whole_stamp(text, DateOrder::DayFirst)?;
        let (month, day) = stamp.month_day.unwrap_or((0, 0));
        Some((stamp.year.unwrap_or(0), month, day, stamp.day_ms.unwrap_or(-1), stamp.offset_s))
    }

    #[test]
    fn times_of_many_writers_are_read() {
        let at = (11 * 3600 + 36 * 60 + 26) * 1000;
        for (text, expected) in [
            ("2025-12-14 11:36:26", (2025, 12, 14, at, None)),
            ("2025-12-14_11:36:26", (2025, 12, 14, at, None)),
            ("2025-12-14T11:36:26Z", (2025, 12, 14, at, Some(0))),
            ("2025-12-14T11:36:26.5+02:00", (2025, 12, 14, at + 500, Some(7200))),
            ("2025-12-14 11:36:26,841", (2025, 12, 14, at + 841, None)),
            ("2025/12/14 11:36:26", (2025, 12, 14, at, None)),
            ("[2025-12-14 11:36:26.841]", (2025, 12, 14, at + 841, None)),
            ("Sun Dec 14 11:36:26 UTC 2025", (2025, 12, 14, at, Some(0))),
            ("Sun Dec 14 11:36:26 2025", (2025, 12, 14, at, None)),
            ("Sun 14 Dec 2025 11:36:26 AM CET", (2025, 12, 14, at, Some(3600))),
            ("Sun, 14 Dec 2025 11:36:26 GMT", (2025, 12, 14, at, Some(0))),
            ("So 14. Dez 11:36:26 CET 2025", (0, 0, 0, 0, None)),
            ("Dec 14 11:36:26", (0, 12, 14, at, None)),
            ("14/Dec/2025:11:36:26 -0700", (2025, 12, 14, at, Some(-25_200))),
            ("14 Dec 2025", (2025, 12, 14, -1, None)),
            ("07 Aug 2025", (2025, 8, 7, -1, None)),
            ("14.12.2025 11:36:26", (2025, 12, 14, at, None)),
            ("14.12.2025, 11:36:26", (2025, 12, 14, at, None)),
            ("12/14/2025 11:36:26 AM", (2025, 12, 14, at, None)),
            ("11:36:26", (0, 0, 0, at, None)),
            ("11:36:26 PM", (0, 0, 0, at + 12 * 3_600_000, None)),
            ("2026-08-27 04:30", (2026, 8, 27, (4 * 60 + 30) * 60_000, None)),
            ("September 3, 2025 11:36", (2025, 9, 3, at - 26_000, None)),
        ] {
            let found = stamp(text);
            if expected.3 == 0 {
                assert_eq!(found, None, "{text}");
            } else {
                assert_eq!(found, Some(expected), "{text}");
            }
        }
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "12",
            "1.2.3",
            "25:00:00",
            "31/31/2025",
            "2025-02-30",
            "Max 12 10:00",
            "1/24",
            "12:3",
            "0:01.00x",
            "v1.2.2025x",
        ] {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn the_time_before_a_line_of_a_log_is_found() {
        for (line, rest) in [
            ("2019-11-28 17:07:53,842 - Memory available", " - Memory available"),
            ("Dec 14 11:36:26 worker-7d9f 98m", " worker-7d9f 98m"),
            ("11:36:26 INFO rss", " INFO rss"),
            ("12:12:01 AM   UID", "   UID"),
            ("2025-12-14 11:36:26 EST5 x", " EST5 x"),
        ] {
            let (_, length) = leading_stamp(line, DateOrder::DayFirst).expect(line);
            assert_eq!(&line[length..], rest);
        }
    }

    #[test]
    fn days_up_to_twelve_are_ambiguous() {
        assert!(is_ambiguous("01/02/2026 10:00"));
        for clear in ["01/13/2026", "13/01/2026", "02/02/2026", "01.02.2026", "2026-01-02"] {
            assert!(!is_ambiguous(clear), "{clear}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = (leading_stamp(&text, DateOrder::MonthFirst), is_ambiguous(&text), zone_offset_s(&text));
        }

        #[test]
        fn nothing_that_looks_like_a_time_panics(text in "[0-9]{1,4}[-/:. ][0-9A-Za-zä]{1,4}[-/:. ][0-9]{1,4}[ T][0-9:.,]{0,12} ?[A-Z+-]{0,3}[0-9]{0,4}") {
            let _ = (leading_stamp(&text, DateOrder::DayFirst), is_ambiguous(&text));
        }
    }
}
