//! Configuration files: `./leakwatch.toml` over the file of the user. Flags and variables override both.
//!
//! A value of a file becomes the default of its option, so it is checked and parsed like an argument.

pub(crate) mod allow;
pub(crate) mod variables;

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::cli::error::{Error, Kind};

/// Groups of options that may stand in a file.
const HEADINGS: [&str; 4] = ["Sampling", "Judgement", "Gate", "Alerts"];
/// The only setting of outputs in a file: colours are a matter of taste.
const COLOR: &str = "color";
/// Setting whose value is never shown.
const SECRET: &str = "webhook";

/// One setting from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name of the option: `min-observation`.
    key: String,
    /// Value as an argument; several values are separated by commas.
    value: String,
    file: PathBuf,
    line: usize,
}

/// Returns the paths of the settings files, the weaker first.
#[must_use]
pub fn paths() -> Vec<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    base.map(|base| base.join("leakwatch/leakwatch.toml"))
        .into_iter()
        .chain([PathBuf::from("leakwatch.toml")])
        .collect()
}

/// Reads the existing files. Later entries override earlier ones.
///
/// # Errors
/// If a file cannot be read, is not TOML, or has an unknown key or an invalid value.
pub fn load(paths: &[PathBuf], command: &Command) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for path in paths {
        match std::fs::read_to_string(path) {
            Ok(text) => entries.extend(parse(&text, path, command)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            // The home of another user, as with 'sudo -u', has no settings for this one.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && path.is_absolute() => {
                crate::cli::print::warn(&format!("'{}' is skipped: {error}", path.display()));
            }
            Err(error) => {
                let message = format!("cannot read '{}': {error}", path.display());
                return Err(Error::new(Kind::Usage, message));
            }
        }
    }
    Ok(entries)
}

/// Makes the entries the defaults of their options, in every subcommand.
#[must_use]
pub fn apply(mut command: Command, entries: &[Entry]) -> Command {
    for entry in entries {
        command = with_default(command, entry);
    }
    command
}

/// Makes one entry the default of its option.
fn with_default(command: Command, entry: &Entry) -> Command {
    let id = entry.key.replace('-', "_");
    let command = if command.get_arguments().any(|arg| arg.get_id() == id.as_str()) {
        command.mut_arg(&id, |arg| match arg.get_value_delimiter() {
            Some(delimiter) => arg.default_values(entry.value.split(delimiter).map(str::to_owned).collect::<Vec<_>>()),
            None => arg.default_value(entry.value.clone()),
        })
    } else {
        command
    };
    command.mut_subcommands(|subcommand| with_default(subcommand, entry))
}

/// Returns the options that a file may set.
fn settable(command: &Command) -> Vec<&clap::Arg> {
    command.get_arguments().filter(|arg| is_settable(arg)).collect()
}

fn is_settable(arg: &clap::Arg) -> bool {
    arg.get_id() == COLOR || arg.get_help_heading().is_some_and(|heading| HEADINGS.contains(&heading))
}

/// Parses one file.
fn parse(text: &str, path: &Path, command: &Command) -> Result<Vec<Entry>, Error> {
    let table = toml::de::DeTable::parse(text).map_err(|error| {
        let place = place(text, path, error.span());
        // The span names a duplicate key, for example. It may also be empty or cover the rest of the file.
        let subject = error.span().and_then(|span| text.get(span)).map(|text| text.lines().next().unwrap_or("").trim());
        let secret =
            |span: Range<usize>| text.lines().nth(line_of(text, span) - 1).is_some_and(|line| line.contains(SECRET));
        let subject = subject.filter(|_| !error.span().is_some_and(secret));
        let subject = subject.filter(|subject| !subject.is_empty() && subject.chars().count() <= 40);
        let subject = subject.map(|subject| format!(" '{}'", crate::escape::terminal(subject))).unwrap_or_default();
        Error::usage(format!("{place}: {}{subject}", error.message()))
    })?;
    let mut entries = Vec::new();
    for (key, value) in table.get_ref() {
        let at = |span: Range<usize>| place(text, path, Some(span));
        let name = key.get_ref().as_ref();
        // Allowances are read by `allow`.
        if name == "allow" && matches!(value.get_ref(), toml::de::DeValue::Array(_)) {
            continue;
        }
        let Some(arg) = settable(command).into_iter().find(|arg| arg.get_long() == Some(name)) else {
            let names: Vec<_> = settable(command).into_iter().filter_map(clap::Arg::get_long).collect();
            return Err(Error::usage(format!("{}: unknown setting '{name}'", at(key.span())))
                .hint(format!("known settings are {}", names.join(", "))));
        };
        let value_text = scalar(value.get_ref()).ok_or_else(|| {
            Error::usage(format!("{}: '{name}' must be a text, a number, true or false", at(value.span())))
        })?;
        check(arg, &value_text).map_err(|why| Error::usage(format!("{}: {why}", at(value.span()))))?;
        let line = line_of(text, key.span());
        entries.push(Entry { key: name.to_owned(), value: value_text, file: path.to_owned(), line });
    }
    Ok(entries)
}

/// Returns a value as an argument.
fn scalar(value: &toml::de::DeValue<'_>) -> Option<String> {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(truth) => Some(truth.to_string()),
        DeValue::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| scalar(item.get_ref())).collect();
            items.map(|items| items.join(","))
        }
        DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}

/// Checks a value with clap, and returns its message without the usage.
pub(crate) fn check(arg: &clap::Arg, value: &str) -> Result<(), String> {
    let typed = format!("--{}={value}", arg.get_long().unwrap_or_default());
    let lone = Command::new("check").no_binary_name(true).disable_help_flag(true).arg(arg.clone());
    let parsed = lone.try_get_matches_from([typed]);
    parsed.map(drop).map_err(|error| {
        let text = error.to_string();
        let text = text.trim_start_matches("error: ");
        // The usage is that of the temporary command.
        let text = text.split("\n\nFor more information").next().unwrap_or(text);
        text.split("\n\nUsage:").next().unwrap_or(text).trim_end().to_owned()
    })
}

fn place(text: &str, path: &Path, span: Option<Range<usize>>) -> String {
    match span {
        Some(span) => format!("{}, line {}", path.display(), line_of(text, span)),
        None => path.display().to_string(),
    }
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    text.bytes().take(span.start).filter(|&byte| byte == b'\n').count() + 1
}

/// Returns the settings in force as a `leakwatch.toml`, each with its origin.
#[must_use]
pub fn in_force(command: &Command, matches: &ArgMatches, entries: &[Entry]) -> String {
    let mut lines = Vec::new();
    for arg in settable(command) {
        let (Some(key), id) = (arg.get_long(), arg.get_id().as_str()) else { continue };
        let values: Vec<String> = matches
            .get_raw(id)
            .map(|raw| raw.map(|value| value.to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        let origin = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => format!("flag --{key}"),
            Some(ValueSource::EnvVariable) => {
                format!("variable {}", arg.get_env().map(|name| name.to_string_lossy()).unwrap_or_default())
            }
            _ => match entries.iter().rev().find(|entry| entry.key == key) {
                Some(entry) => format!("{}, line {}", entry.file.display(), entry.line),
                None => "default".to_owned(),
            },
        };
        let setting = match values.as_slice() {
            [] => format!("# {key} is not set"),
            _ if key == SECRET => format!("# {key} is set and hidden"),
            [one] if one == "true" || one == "false" => format!("{key} = {one}"),
            several if arg.get_value_delimiter().is_some() => {
                format!("{key} = {}", toml::Value::from(several.to_vec()))
            }
            [one, ..] => format!("{key} = {}", toml::Value::String(one.clone())),
        };
        lines.push((setting, origin));
    }
    let width = lines.iter().map(|(setting, _)| setting.chars().count()).max().unwrap_or(0);
    lines.iter().map(|(setting, origin)| format!("{setting:width$}  # {origin}\n")).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    fn refused(text: &str) -> String {
        parse(text, Path::new("leakwatch.toml"), &Cli::command()).expect_err("an error").to_string()
    }

    #[test]
    fn an_unknown_key_names_file_line_and_the_valid_keys() {
        let message = refused("\n\nintervall = 3\n");
        assert!(message.contains("leakwatch.toml, line 3: unknown setting 'intervall'"), "{message}");
        assert!(message.contains("min-observation"), "{message}");
    }

    #[test]
    fn an_invalid_value_names_its_line_and_a_valid_one() {
        let message = refused("window = '1h'\ninterval = 'soon'\n");
        assert!(message.contains("line 2"), "{message}");
        assert!(message.contains("'500ms'"), "{message}");
        assert!(!message.contains("Usage"), "{message}");
        assert!(refused("interval = {}").contains("must be a text"), "table");
        assert!(refused("fail-on = ['leaking', 'sometimes']").contains("possible values"), "list");
        assert!(refused("interval = ").contains("line 1"), "syntax");
        assert!(refused("interval = 3\ninterval = 4").contains("line 2: duplicate key 'interval'"), "twice");
    }

    #[test]
    fn a_file_sets_the_default_and_a_flag_overrides_it() {
        let entries =
            parse("interval = 3\nfail-on = ['suspect', 'alert']\n", Path::new("f"), &Cli::command()).expect("entries");
        let command = apply(Cli::command(), &entries);
        let matches = command.clone().try_get_matches_from(["leakwatch", "--pid", "1"]).expect("matches");
        let text = in_force(&command, &matches, &entries);
        assert!(text.contains("interval = \"3\""), "{text}");
        assert!(text.contains("fail-on = [\"suspect\", \"alert\"]"), "{text}");
        assert!(text.contains("# f, line 2"), "{text}");
        let matches = command.clone().try_get_matches_from(["leakwatch", "--interval", "7"]).expect("matches");
        assert!(in_force(&command, &matches, &entries).contains("# flag --interval"));
    }
}
