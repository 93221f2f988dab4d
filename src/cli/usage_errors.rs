//! Usage errors of clap, with better advice: near names only, and the usage line of the command.

use std::ffi::OsString;

use clap::Command;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::edit_distance::edit_distance;

/// Names that other tools use, each with the option of leakwatch.
const SYNONYMS: [(&str, &str); 5] = [
    ("--name", "--process"),
    ("--comm", "--process"),
    ("--command", "--cmdline"),
    ("--timeout", "--duration"),
    ("--out", "--output"),
];
/// Most edits of a typo.
const MAX_EDITS: usize = 2;

/// Returns the error with advice that fits. `typed` are the arguments without the program.
pub(crate) fn with_advice(
    mut error: clap::Error,
    command: &mut Command,
    typed: impl Iterator<Item = OsString>,
) -> clap::Error {
    let subcommand = subcommand(command, typed);
    match error.kind() {
        ErrorKind::UnknownArgument => advise_on_argument(&mut error, command, subcommand.as_deref()),
        ErrorKind::InvalidSubcommand => advise_on_name(&mut error),
        ErrorKind::MissingRequiredArgument => {}
        _ => return error,
    }
    // The usage line of clap has the suggested option alone.
    let asked = match subcommand.and_then(|name| command.find_subcommand_mut(name)) {
        Some(subcommand) => subcommand.render_usage(),
        None => command.render_usage(),
    };
    error.insert(ContextKind::Usage, ContextValue::StyledStr(asked));
    error
}

/// Returns the first argument that names a subcommand.
fn subcommand(command: &Command, mut typed: impl Iterator<Item = OsString>) -> Option<String> {
    let found = typed.find(|word| command.find_subcommand(word).is_some())?;
    found.into_string().ok()
}

/// Replaces the suggestions for an unknown argument.
fn advise_on_argument(error: &mut clap::Error, command: &Command, subcommand: Option<&str>) {
    let Some(wrong) = text(error, ContextKind::InvalidArg) else { return };
    // "Pass it as a value" is not the intent behind a mistyped option.
    error.remove(ContextKind::Suggested);
    let known = |option: &&str| {
        let asked = subcommand.and_then(|name| command.find_subcommand(name)).unwrap_or(command);
        asked.get_arguments().any(|arg| arg.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long)))
    };
    let synonym = SYNONYMS.iter().find(|(other, _)| *other == wrong).map(|(_, option)| *option).filter(known);
    let suggested = text(error, ContextKind::SuggestedArg).filter(|suggested| is_near(&wrong, suggested));
    match synonym.map(str::to_owned).or(suggested) {
        Some(option) => drop(error.insert(ContextKind::SuggestedArg, ContextValue::String(option))),
        None => drop(error.remove(ContextKind::SuggestedArg)),
    }
    if subcommand == Some("run") && !wrong.starts_with('-') {
        advise(error, &format!("put '--' before the command: leakwatch run -- {}", crate::escape::terminal(&wrong)));
    }
}

/// Adds advice for a name in the place of a subcommand.
fn advise_on_name(error: &mut clap::Error) {
    let Some(name) = text(error, ContextKind::InvalidSubcommand) else { return };
    if error.get(ContextKind::SuggestedSubcommand).is_none() {
        advise(error, &format!("to watch processes by name, use '--process {}'", crate::escape::terminal(&name)));
    }
}

fn advise(error: &mut clap::Error, text: &str) {
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(text.to_owned())]));
}

/// Returns the text of a part of an error. An argument is its name alone: `--interval` for `--interval <DUR>`.
fn text(error: &clap::Error, part: ContextKind) -> Option<String> {
    match error.get(part)? {
        ContextValue::String(text) => text.split(' ').next().map(str::to_owned),
        _ => None,
    }
}

/// True if an option is a typo of another one, or its beginning.
fn is_near(typed: &str, option: &str) -> bool {
    edit_distance(typed, option) <= MAX_EDITS || (typed.len() > 3 && option.starts_with(typed))
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn only_a_typo_or_a_beginning_is_near() {
        assert!(
            is_near("--intervall", "--interval") && is_near("--proces", "--process") && is_near("--cmd", "--cmdline")
        );
        assert!(!is_near("--name", "--samples") && !is_near("--", "--pid"));
    }
}
