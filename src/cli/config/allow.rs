//! Allowances: `[[allow]]` of the settings files.

use std::io;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;
use toml::Spanned;

use crate::analysis::Resource;
use crate::clock::{Clock, SystemClock};
use crate::source::read_text_file;
use crate::thresholds::{Allowance, Expression, Limit};

use crate::cli::error::Error;

/// Example of an entry, for error messages.
const EXAMPLE: &str = "an entry has process, resource (memory, fds or threads), max-rate, reason and expires:\n  \
    [[allow]]\n  process = '^worker$'\n  resource = 'memory'\n  max-rate = '2MiB/h'\n  \
    reason = 'cache of the old API, issue 123'\n  expires = 2027-01-31";

/// Resources that may be allowed, by name.
const RESOURCES: [(&str, Resource); 3] =
    [("memory", Resource::Memory), ("fds", Resource::Fds), ("threads", Resource::Threads)];

#[derive(Debug, Deserialize)]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<Entry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    process: String,
    resource: String,
    max_rate: String,
    reason: String,
    expires: Expires,
}

/// A date of TOML, or a text with a date.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expires {
    Date(toml::value::Datetime),
    Text(String),
}

/// Returns the entries of all existing files.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<Allowance>, Error> {
    let today = today();
    let mut found = Vec::new();
    for path in paths {
        match read_text_file(path) {
            Ok(text) => found.extend(parse(&text, path, today)?),
            // Other faults of a file are reported with its settings.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(Error::usage(error.to_string())),
            Err(_) => {}
        }
    }
    Ok(found)
}

/// Formats entries as in a file, each with its origin.
pub(crate) fn format(entries: &[Allowance]) -> String {
    entries.iter().map(format_entry).collect()
}

fn format_entry(one: &Allowance) -> String {
    let expired = if one.expired { "  # expired" } else { "" };
    format!(
        "\n[[allow]]  # {}\nprocess = {}\nresource = \"{}\"\nmax-rate = {}\nreason = {}\nexpires = {}{expired}\n",
        one.place,
        quoted(one.process.as_str()),
        one.resource.name(),
        quoted(&one.rate_as_written),
        quoted(&one.reason),
        one.expires,
    )
}

fn quoted(text: &str) -> toml::Value {
    toml::Value::String(text.to_owned())
}

fn today() -> jiff::civil::Date {
    let now = jiff::Timestamp::from_millisecond(SystemClock.now().wall.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn parse(text: &str, path: &Path, today: jiff::civil::Date) -> Result<Vec<Allowance>, Error> {
    let line = |at: usize| text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1;
    let file: File = toml::from_str(text).map_err(|error| {
        let place = error.span().map(|span| format!(", line {}", line(span.start))).unwrap_or_default();
        Error::usage(format!("{}{place}: {}", path.display(), error.message())).hint(EXAMPLE)
    })?;
    let entries = file.allow.into_iter();
    entries
        .map(|entry| convert(entry.get_ref(), format!("{}, line {}", path.display(), line(entry.span().start)), today))
        .collect()
}

/// Converts an entry.
fn convert(entry: &Entry, place: String, today: jiff::civil::Date) -> Result<Allowance, Error> {
    let refuse = |what: String| Err(Error::usage(format!("{place}: {what}")).hint(EXAMPLE));
    let process = match Regex::new(&entry.process) {
        Ok(process) if !entry.process.is_empty() => process,
        Ok(_) => return refuse("an empty process would allow everything".to_owned()),
        Err(error) => return refuse(format!("process: {error}")),
    };
    let Some(&(_, resource)) = RESOURCES.iter().find(|(name, _)| *name == entry.resource) else {
        return refuse(format!("unknown resource '{}'; known are memory, fds, threads", entry.resource));
    };
    // The expression language parses the units.
    let limit = format!("growth({}) > {}", entry.resource, entry.max_rate).parse::<Expression>();
    let max_rate = match limit.map(|expression| expression.limit) {
        Ok(Limit::Fixed(rate)) => rate,
        Ok(Limit::Baseline { .. }) => return refuse("max-rate must be a rate such as '2MiB/h'".to_owned()),
        Err(error) => return refuse(format!("max-rate: {error}")),
    };
    if entry.reason.trim().is_empty() {
        return refuse("the reason is missing".to_owned());
    }
    let written = match &entry.expires {
        Expires::Date(date) => date.to_string(),
        Expires::Text(text) => text.clone(),
    };
    let Ok(expires) = written.get(..10).unwrap_or(&written).parse::<jiff::civil::Date>() else {
        return refuse(format!("expires: '{written}' is not a date such as 2027-01-31"));
    };
    Ok(Allowance {
        process,
        resource,
        max_rate,
        rate_as_written: entry.max_rate.clone(),
        reason: entry.reason.trim().to_owned(),
        expires: expires.to_string(),
        expired: expires < today,
        place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "interval = 3\n\n[[allow]]\nprocess = 'x'\nresource = 'memory'\nmax-rate = '2MiB/h'\nreason = 'known'\nexpires = 2026-06-30\n";

    fn read(text: &str) -> Result<Vec<Allowance>, Error> {
        parse(text, Path::new("leakwatch.toml"), jiff::civil::date(2026, 6, 30))
    }

    #[test]
    fn the_last_day_is_the_one_it_names() {
        let found = read(GOOD).expect("an entry");
        assert_eq!((found.len(), found[0].expired, found[0].place.as_str()), (1, false, "leakwatch.toml, line 3"));
        assert_eq!(found[0].max_rate, 2.0 * 1_048_576.0 / 3600.0);
        let text = GOOD.replace("expires = 2026-06-30", "expires = '2026-06-29'");
        assert!(read(&text).expect("an entry")[0].expired);
    }

    #[test]
    fn an_invalid_entry_names_its_place_and_a_valid_one() {
        for (from, to, said) in [
            ("reason = 'known'\n", "", "missing field `reason`"),
            ("'known'", "' '", "the reason is missing"),
            ("'memory'", "'memry'", "known are memory, fds, threads"),
            ("'2MiB/h'", "'2MiB'", "max-rate"),
            ("'x'", "'('", "process"),
            ("2026-06-30", "'soon'", "not a date"),
            ("reason", "raison", "unknown field `raison`"),
        ] {
            let message = read(&GOOD.replace(from, to)).expect_err(to).to_string();
            assert!(message.contains(said) && message.contains("line ") && message.contains("[[allow]]"), "{message}");
        }
    }
}
