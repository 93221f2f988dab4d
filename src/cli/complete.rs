//! Shell completion: the scripts call leakwatch, which lists running processes.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::{Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::CompleteEnv;

use crate::source::{MatchedProcess, OptionalCounters, Selector};

use crate::cli::args::{Cli, SelectArgs};
use crate::cli::select;

/// Variable that the scripts set to the name of the shell.
pub(crate) const VARIABLE: &str = "LEAKWATCH_COMPLETE";

/// Answers a completion script. Returns false if none called.
pub(crate) fn answer() -> bool {
    if std::env::var_os(VARIABLE).is_none() {
        return false;
    }
    let folder = std::env::current_dir().ok();
    // A script cannot show an error.
    CompleteEnv::with_factory(|| with_processes(Cli::command()))
        .var(VARIABLE)
        .try_complete(std::env::args_os(), folder.as_deref())
        .unwrap_or(true)
}

/// Adds the running processes as candidates of the selectors, in every subcommand.
fn with_processes(command: Command) -> Command {
    let command = command.mut_args(|arg| match arg.get_id().as_str() {
        "pids" => arg.add(ArgValueCompleter::new(pids)),
        "names" => arg.add(ArgValueCompleter::new(names)),
        _ => arg,
    });
    command.mut_subcommands(with_processes)
}

/// Returns pids with the names of their processes.
fn pids(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let mut found = running();
    found.sort_by_key(|found| found.key.pid);
    let candidates = found.into_iter().map(|found| (found.key.pid.to_string(), found.label.name.clone()));
    let candidates = candidates.filter(|(pid, _)| pid.starts_with(typed.as_ref()));
    candidates
        .map(|(pid, name)| CompletionCandidate::new(pid).help(Some(crate::escape::terminal(&name).into_owned().into())))
        .collect()
}

/// Returns the names of processes.
fn names(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let names: BTreeSet<String> = running().into_iter().map(|found| found.label.name.clone()).collect();
    let offered = names.into_iter().filter(|name| name.starts_with(typed.as_ref()) && is_harmless(name));
    offered.map(CompletionCandidate::new).collect()
}

/// True if a name has no meaning to a shell, which inserts it unquoted. Processes choose their names.
fn is_harmless(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+/-".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain)
}

/// Returns all processes that can be watched.
fn running() -> Vec<MatchedProcess> {
    let args = SelectArgs::default();
    // The source leaves out the shells that called.
    let everything = Selector { cmdline: regex::Regex::new("").ok(), ..Selector::default() };
    let source = select::source(&args, OptionalCounters { fds: false, threads: false });
    source.ok().and_then(|mut source| source.find(&everything).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_meaning_to_a_shell_is_not_offered() {
        for name in ["python3.11", "g++", "kworker/0", "my-service_2"] {
            assert!(is_harmless(name), "{name}");
        }
        for name in ["", "$(id)", "a;b", "a b", "`x`", "-rf", "~root", "a\nb", "a'b", "größe"] {
            assert!(!is_harmless(name), "{name}");
        }
    }
}
