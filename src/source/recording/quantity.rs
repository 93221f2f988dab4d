//! Quantities in foreign text, numbers with or without a unit: `278.5MiB`, `6,750`, `1.234,5`, `108Mi`.

use super::unit::parse_unit;

/// Mark between the whole part and the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DecimalMark {
    /// `1,234.5`
    #[default]
    Point,
    /// `1.234,5`
    Comma,
}

/// Number at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantity {
    /// The number as written.
    pub number: f64,
    /// Bytes of the unit behind the number; `None` if none follows.
    pub unit_bytes: Option<f64>,
    /// Bytes of the text that number and unit take.
    pub length: usize,
}

impl Quantity {
    /// Returns the number in the unit that is written, else in `unit_bytes`.
    pub(super) fn in_bytes(self, unit_bytes: f64) -> f64 {
        self.number * self.unit_bytes.unwrap_or(unit_bytes)
    }
}

/// Parses the number at the beginning of a text, and the unit of memory behind it.
pub(super) fn leading_quantity(text: &str, mark: DecimalMark) -> Option<Quantity> {
    let (number, length) = leading_number(text, mark)?;
    let rest = &text[length..];
    let spaces = rest.len() - rest.trim_start_matches([' ', '\u{a0}']).len();
    let after = &rest[spaces..];
    let word = &after[..after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len())];
    match unit_of_word(word) {
        // A single letter behind a space begins a word of its own.
        Some(unit) if spaces == 0 || word.len() > 1 => {
            Some(Quantity { number, unit_bytes: Some(unit), length: length + spaces + word.len() })
        }
        _ => Some(Quantity { number, unit_bytes: None, length }),
    }
}

/// Parses a text that is nothing but a number, with or without a unit.
pub(super) fn whole_quantity(text: &str, mark: DecimalMark) -> Option<Quantity> {
    let text = text.trim();
    // 'top' of macOS marks a value that grew: '200M+'.
    let text =
        text.strip_suffix('+').filter(|number| number.ends_with(|c: char| c.is_ascii_alphabetic())).unwrap_or(text);
    if let Some(found) = leading_quantity(text, mark).filter(|quantity| quantity.length == text.len()) {
        return Some(found);
    }
    // '204,800 K' of Windows: behind a space nothing else follows the letter.
    let (number, unit) = text.rsplit_once([' ', '\u{a0}']).filter(|(_, unit)| !unit.is_empty()).unwrap_or((text, ""));
    let (number, unit) = if unit.bytes().all(|byte| byte.is_ascii_alphabetic()) { (number, unit) } else { (text, "") };
    let joined = without_group_spaces(number).unwrap_or_else(|| number.to_owned());
    let (value, length) = leading_number(&joined, mark).filter(|(_, length)| *length == joined.len())?;
    let unit_bytes = if unit.is_empty() { None } else { Some(unit_of_word(unit)?) };
    (length > 0).then_some(Quantity { number: value, unit_bytes, length: text.len() })
}

/// Joins the groups of thousands of a number: `204 800`, `1 234,5`; `None` if the text has none.
fn without_group_spaces(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split([' ', '\u{a0}', '\u{202f}', '\u{2009}']).collect();
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    let (last, between) = rest.split_last()?;
    let is_last = last.get(..3).is_some_and(is_digits) && !last[3..].starts_with(|c: char| c.is_ascii_digit());
    let is_grouped =
        is_digits(first) && first.len() <= 3 && between.iter().all(|part| part.len() == 3 && is_digits(part));
    (is_grouped && is_last).then(|| groups.concat())
}

/// Parses the number at the beginning of a text; returns it with its length.
pub(super) fn leading_number(text: &str, mark: DecimalMark) -> Option<(f64, usize)> {
    let (decimal, group) = match mark {
        DecimalMark::Point => (b'.', b','),
        DecimalMark::Comma => (b',', b'.'),
    };
    let bytes = text.as_bytes();
    let mut digits = String::new();
    let mut at = 0;
    let mut whole_digits = 0;
    let mut has_fraction = false;
    while let Some(&byte) = bytes.get(at) {
        let next_digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        match byte {
            b'-' | b'+' if at == 0 && next_digits > 0 => digits.push(char::from(byte)),
            b'0'..=b'9' => {
                digits.push(char::from(byte));
                whole_digits += usize::from(!has_fraction);
            }
            _ if byte == decimal && !has_fraction && next_digits > 0 && at > 0 => {
                digits.push('.');
                has_fraction = true;
            }
            // A group has three digits, and up to three precede the first one.
            _ if byte == group
                && !has_fraction
                && next_digits == 3
                && (1..=3).contains(&(whole_digits % 3 + if whole_digits % 3 == 0 { 3 } else { 0 })) => {}
            b'e' | b'E' if at > 0 && exponent_length(&bytes[at..]) > 0 => {
                let length = exponent_length(&bytes[at..]);
                digits.push_str(&text[at..at + length]);
                at += length;
                break;
            }
            _ => break,
        }
        at += 1;
    }
    let number: f64 = digits.parse().ok()?;
    number.is_finite().then_some((number, at))
}

/// Returns the length of an exponent such as `e+08`; 0 if there is none.
fn exponent_length(bytes: &[u8]) -> usize {
    let sign = usize::from(matches!(bytes.get(1), Some(b'+' | b'-')));
    let digits = bytes[1 + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=3).contains(&digits) { 1 + sign + digits } else { 0 }
}

/// Returns the bytes of a unit as monitoring tools write it: `MiB`, `MB`, `Mi`, `M`, `kb`.
pub(super) fn unit_of_word(word: &str) -> Option<f64> {
    match word {
        "" => None,
        "K" | "k" | "Ki" => Some(1024.0),
        "M" | "m" | "Mi" => Some(1_048_576.0),
        "G" | "g" | "Gi" => Some(1_073_741_824.0),
        "T" | "t" | "Ti" => Some(1_099_511_627_776.0),
        _ => parse_unit(word),
    }
}

/// Returns the decimal mark of a column by its values; `None` if they can be read in both ways.
///
/// A mark with other than three digits behind it separates a fraction. Two different marks tell by their order.
pub(super) fn decimal_mark<'a>(values: impl Iterator<Item = &'a str>) -> Option<DecimalMark> {
    let mut is_unclear = false;
    for value in values {
        let number = value.trim();
        let number =
            &number[..number.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(number.len())];
        let (comma, point) = (number.rfind(','), number.rfind('.'));
        match (comma, point) {
            (Some(comma), Some(point)) => {
                return Some(if comma > point { DecimalMark::Comma } else { DecimalMark::Point });
            }
            // Two points are those of thousands.
            (None, Some(point)) if number[..point].contains('.') => return Some(DecimalMark::Comma),
            (None, Some(_)) => return Some(DecimalMark::Point),
            (Some(comma), None) if number.len() - comma - 1 != 3 => return Some(DecimalMark::Comma),
            // 0,123 has no group of thousands.
            (Some(_), None) if number.starts_with('0') => return Some(DecimalMark::Comma),
            (Some(comma), None) => is_unclear |= number[..comma].find(',').is_none(),
            (None, None) => {}
        }
    }
    (!is_unclear).then_some(DecimalMark::Point)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str, mark: DecimalMark) -> Option<f64> {
        whole_quantity(text, mark).map(|quantity| quantity.in_bytes(1.0))
    }

    #[test]
    fn numbers_have_groups_fractions_and_units() {
        for (text, expected) in [
            ("278.5MiB", 278.5 * 1_048_576.0),
            ("415.29 MB", 415.29e6),
            ("24mb", 24e6),
            ("108Mi", 108.0 * 1_048_576.0),
            ("6,750", 6750.0),
            ("1,234,567.5", 1_234_567.5),
            ("1.5g", 1.5 * 1_073_741_824.0),
            ("2.5e+08", 2.5e8),
            ("12 kB", 12_000.0),
            ("-3", -3.0),
            ("204,800 K", 204_800.0 * 1024.0),
            ("204 800", 204_800.0),
            ("1 204\u{202f}800", 1_204_800.0),
            ("200M+", 200.0 * 1_048_576.0),
        ] {
            assert_eq!(bytes(text, DecimalMark::Point), Some(expected), "{text}");
        }
        assert_eq!(bytes("1.234,5", DecimalMark::Comma), Some(1234.5));
        assert_eq!(bytes("278,5", DecimalMark::Comma), Some(278.5));
        for text in ["", "x", "1.2.3", "5 requests", "12,34", "NaN", "inf", "1,2345", "12 34", "1 2 3", "20 4800"] {
            assert_eq!(bytes(text, DecimalMark::Point), None, "{text}");
        }
    }

    #[test]
    fn a_unit_is_no_part_of_the_next_word() {
        assert_eq!(leading_quantity("1473 MB after", DecimalMark::Point).map(|found| found.length), Some(7));
        assert_eq!(leading_quantity("12 k", DecimalMark::Point).map(|found| found.length), Some(2));
        assert_eq!(leading_quantity("40 minutes", DecimalMark::Point).map(|found| found.unit_bytes), Some(None));
    }

    #[test]
    fn the_decimal_mark_follows_from_the_values() {
        let mark = |values: &[&str]| decimal_mark(values.iter().copied());
        assert_eq!(mark(&["278,5", "1.285,5"]), Some(DecimalMark::Comma));
        assert_eq!(mark(&["278.5", "1,285.5"]), Some(DecimalMark::Point));
        assert_eq!(mark(&["278", "285"]), Some(DecimalMark::Point));
        assert_eq!(mark(&["1,234,567"]), Some(DecimalMark::Point));
        assert_eq!(mark(&["209.715.200"]), Some(DecimalMark::Comma));
        assert_eq!(mark(&["6,750", "6,800"]), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,24}") {
            let _ = (leading_quantity(&text, DecimalMark::Point), leading_quantity(&text, DecimalMark::Comma));
            let _ = decimal_mark([text.as_str()].into_iter());
        }
    }
}
