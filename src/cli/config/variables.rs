//! Checks of the `LEAKWATCH_…` variables: unknown names and invalid values. clap reads them.

use std::collections::BTreeSet;

use clap::Command;
use clap::error::{ContextKind, ContextValue};

use crate::cli::config;
use crate::cli::edit_distance::edit_distance;
use crate::cli::error::Error;

/// Prefix of all variables of leakwatch.
const PREFIX: &str = "LEAKWATCH_";

/// Returns a warning for each unknown variable with the prefix. A typo would have no effect in silence.
pub(crate) fn unknown(command: &Command) -> Vec<String> {
    let known = known(command);
    let given_to_commands = crate::delivery::VARIABLES;
    let mut set: Vec<String> = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).collect();
    set.sort_unstable();
    let unknown = set.into_iter().filter(|name| {
        name.starts_with(PREFIX) && !known.contains(name) && !given_to_commands.contains(&name.as_str())
    });
    unknown.map(|name| warning(&name, &known)).collect()
}

fn warning(name: &str, known: &BTreeSet<String>) -> String {
    let shown = crate::escape::terminal(name);
    let nearest = known.iter().map(|known| (edit_distance(known, name), known)).min();
    match nearest {
        Some((distance, nearest)) if distance <= 3 => {
            format!("unknown variable {shown}; did you mean {nearest}?")
        }
        _ => {
            format!("unknown variable {shown}; 'leakwatch --help' lists the variables")
        }
    }
}

/// Returns the error of a value that comes from a variable.
pub(crate) fn faulty(command: &Command, error: &clap::Error) -> Option<Error> {
    let Some(ContextValue::String(about)) = error.get(ContextKind::InvalidArg) else { return None };
    let arg = arguments(command).into_iter().find(|arg| {
        arg.get_env().is_some()
            && arg.get_long().is_some_and(|long| {
                let rest = about.strip_prefix("--").and_then(|about| about.strip_prefix(long));
                rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
            })
    })?;
    let variable = arg.get_env()?;
    let value = std::env::var_os(variable)?;
    let typed = format!("--{}", arg.get_long()?);
    let was_typed = |text: &str| text.strip_prefix(&typed).is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
    if std::env::args_os().any(|text| was_typed(&text.to_string_lossy())) {
        return None;
    }
    let why = config::check(arg, &value.to_string_lossy()).err()?;
    Some(Error::usage(format!("variable {}: {why}", variable.display())))
}

fn arguments(command: &Command) -> Vec<&clap::Arg> {
    command.get_subcommands().flat_map(arguments).chain(command.get_arguments()).collect()
}

fn known(command: &Command) -> BTreeSet<String> {
    let named = arguments(command).into_iter().filter_map(clap::Arg::get_env);
    named.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn a_typo_gets_the_nearest_name() {
        let known = known(&Cli::command());
        assert!(known.contains("LEAKWATCH_MIN_OBSERVATION"));
        assert!(warning("LEAKWATCH_INTERVALL", &known).ends_with("did you mean LEAKWATCH_INTERVAL?"));
        assert!(warning("LEAKWATCH_TELEMETRY", &known).contains("--help"));
    }
}
