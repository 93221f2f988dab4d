//! Tags: names in a line of a log that distinguish series: `host=web1`, `worker 3`, `app[4242]:`.

use super::super::names::{Meaning, meaning_of};
use super::phrase::Phrase;

/// Words of things that are numbered. A number behind another name is a measurement, as in `queue=5`.
const NUMBERED: [&str; 7] = ["worker", "process", "instance", "node", "container", "pod", "service"];

/// Returns the keys and values of the names in a line.
pub(super) fn tags_in(line: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = line.split([' ', '|', ',', ';', '\t', '(', ')']).filter(|word| !word.is_empty()).collect();
    let mut tags = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let (key, value) = match word.split_once('=') {
            Some(pair) => pair,
            // 'worker 3' and 'worker #3:'; other words behind a name are prose.
            None => match words.get(at + 1).map(|next| next.trim_start_matches('#').trim_end_matches(':')) {
                Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => (*word, number),
                _ => continue,
            },
        };
        let value = value.trim_matches(['"', '\'', ':', ']']);
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && !NUMBERED.contains(&key.to_ascii_lowercase().as_str()) {
            continue;
        }
        if !value.is_empty() && meaning_of(key) == Meaning::Name && !tags.iter().any(|(known, _)| known == key) {
            tags.push((key.to_owned(), value.to_owned()));
        }
    }
    tags
}

/// Returns the keys that each line has, and that distinguish series: their values differ and recur.
pub(super) fn distinct_tags(lines: &[Vec<(String, String)>]) -> Vec<String> {
    let value_of = |line: &[(String, String)], key: &str| {
        line.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    };
    let is_distinct = |key: &&String| {
        let mut values: Vec<String> = lines.iter().filter_map(|line| value_of(line, key)).collect();
        let is_in_each = values.len() == lines.len();
        values.sort_unstable();
        values.dedup();
        is_in_each && values.len() > 1 && 2 * values.len() <= lines.len()
    };
    lines.first().into_iter().flatten().map(|(key, _)| key).filter(is_distinct).cloned().collect()
}

/// Returns the pid in a line: `pid=4242`, or in brackets behind the name of the program.
pub(super) fn pid_in(line: &str, phrases: &[Phrase]) -> Option<String> {
    if let Some(phrase) = phrases.iter().find(|phrase| phrase.name == "pid") {
        return Some(phrase.text.clone());
    }
    line.match_indices('[').find_map(|(at, _)| {
        let digits = &line[at + 1..at + 1 + line[at + 1..].find(']')?];
        let is_pid = (2..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_pid && line[..at].ends_with(char::is_alphanumeric)).then(|| digits.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::super::phrase::phrases_of;
    use super::*;

    #[test]
    fn names_are_keys_or_words_before_a_number() {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
        };
        assert_eq!(tags_in("level=info host=web1 rss=5MB"), owned(&[("host", "web1")]));
        assert_eq!(tags_in("worker #3: rss=5MB"), owned(&[("worker", "3")]));
        assert_eq!(tags_in("the worker is fine, queue=5"), owned(&[]));
    }

    #[test]
    fn names_distinguish_series_if_they_recur() {
        let lines: Vec<_> = ["host=a id=1", "host=b id=2", "host=a id=3", "host=b id=4"].map(tags_in).into();
        assert_eq!(distinct_tags(&lines), ["host"]);
    }

    #[test]
    fn the_pid_stands_in_brackets_behind_the_program() {
        let pid = |line: &str| pid_in(line, &phrases_of(line));
        assert_eq!(pid("web1 app[4242]: rss=5MB").as_deref(), Some("4242"));
        assert_eq!(pid("pid=17 rss=5MB").as_deref(), Some("17"));
        assert_eq!(pid("[829] Killer: 5 MB"), None);
    }
}
