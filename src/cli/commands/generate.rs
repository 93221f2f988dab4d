//! Generated files: man pages, completions and schema, from the definition of the command line.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::complete;

use super::man_page;

/// Shells with a completion script in the package, and the file of each.
pub const COMPLETIONS: [(Shell, &str); 4] = [
    (Shell::Bash, "leakwatch.bash"),
    (Shell::Zsh, "_leakwatch"),
    (Shell::Fish, "leakwatch.fish"),
    (Shell::PowerShell, "_leakwatch.ps1"),
];

/// Returns the manual page of the main job, in roff.
#[must_use]
pub fn man() -> String {
    man_page::render(Cli::command(), "leakwatch")
}

/// Returns all manual pages: file name and text. Each subcommand has a page of its own.
#[must_use]
pub fn man_pages() -> Vec<(String, String)> {
    let mut command = Cli::command();
    command.build();
    let pages = man_page::shown_subcommands(&command)
        .map(|one| (format!("leakwatch-{}.1", one.get_name()), man_page::render(one.clone(), one.get_name())));
    std::iter::once(("leakwatch.1".to_owned(), man())).chain(pages).collect()
}

/// Returns the completion script of a shell. It calls leakwatch for the candidates.
#[must_use]
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    let shells = clap_complete::env::Shells::builtins();
    // All shells of the type are built in, and memory accepts every write.
    let writer = shells.completer(&shell.to_string()).expect("a shell with completion");
    let name = "leakwatch";
    writer.write_registration(complete::VARIABLE, name, name, name, &mut script).expect("memory takes every write");
    let mut script = String::from_utf8_lossy(&script).trim().to_owned() + "\n";
    if shell == Shell::Zsh {
        // zsh loads the file by its name and calls it at once.
        script.push_str("[ \"$funcstack[1]\" = _leakwatch ] && _clap_dynamic_completer_leakwatch \"$@\"\n");
    }
    script
}

/// Returns the indented JSON Schema.
#[must_use]
pub fn schema() -> String {
    format!("{:#}\n", crate::schema::json_schema())
}
