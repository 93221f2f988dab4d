//! Joins the parts: what was typed becomes a session, and its verdict the exit status.

mod allow;
mod alert_args;
mod alerts;
mod analyze;
mod args;
mod baseline;
mod closing;
mod command;
mod compare;
mod complete;
mod config;
mod demo;
mod error;
mod exit;
mod gate;
mod gate_args;
mod github;
#[cfg_attr(not(feature = "tui"), path = "no_full_screen.rs")]
mod full_screen;
pub mod generate;
mod list;
mod live;
mod outputs;
mod plan;
mod recording_args;
mod run;
mod select;
mod select_args;
mod settings;
mod signals;
mod stream;
mod values;
mod variables;
mod view;
mod watch;
mod work;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use crate::terminal::{Priority, for_stderr};

use args::{Cli, ColorWhen, Command};
use error::{Error, Kind};

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    if is_version_alone(std::env::args_os().skip(1)) {
        // What scripts ask most often need not wait for all options to be set up.
        return ExitCode::from(
            print(concat!("leakwatch ", env!("CARGO_PKG_VERSION"), "\n")).unwrap_or_else(|error| fail(&error)),
        );
    }
    if complete::answered() {
        return ExitCode::SUCCESS;
    }
    Priority::use_them(false);
    let code = match parse() {
        Ok((cli, context)) => run(cli, context).unwrap_or_else(|error| fail(&error)),
        Err(Stopped::ByClap(error)) => {
            // Help and version are answers, not errors; clap knows which stream and status each has.
            match error.print().and_then(|()| io::stdout().flush()) {
                Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
                    fail(&Error::new(Kind::Failed, format!("cannot write: {failed}")))
                }
                _ => u8::try_from(error.exit_code()).unwrap_or(exit::ERROR),
            }
        }
        Err(Stopped::ByConfig(error)) => fail(&error),
    };
    ExitCode::from(code)
}

/// Whether nothing but the version is asked for.
fn is_version_alone(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
    arguments.next().is_some_and(|first| first == "--version" || first == "-V") && arguments.next().is_none()
}

/// What `config` needs besides the typed arguments.
struct Context {
    command: clap::Command,
    matches: ArgMatches,
    entries: Vec<config::Entry>,
}

enum Stopped {
    ByClap(clap::Error),
    ByConfig(Error),
}

fn parse() -> Result<(Cli, Context), Stopped> {
    let command = Cli::command();
    let entries = match config::load(&config::paths(), &command) {
        Ok(entries) => entries,
        // Whoever asks for help may need it because of that very file.
        Err(error) => {
            return Err(match Cli::command().try_get_matches() {
                Err(asked) if !asked.use_stderr() => Stopped::ByClap(asked),
                _ => Stopped::ByConfig(error),
            });
        }
    };
    let mut command = config::apply(command, &entries);
    let matches = command.try_get_matches_from_mut(std::env::args_os()).map_err(|error| {
        if !error.use_stderr() {
            return Stopped::ByClap(error);
        }
        variables::faulty(&command, &error).map_or(Stopped::ByClap(error), Stopped::ByConfig)
    })?;
    variables::unknown(&command).iter().for_each(|text| warn(text));
    let cli = Cli::from_arg_matches(&matches).map_err(|error| Stopped::ByClap(error.format(&mut command)))?;
    Ok((cli, Context { command, matches, entries }))
}

fn run(cli: Cli, context: Context) -> Result<u8, Error> {
    match cli.color {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::AlwaysAnsi,
        ColorWhen::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    Priority::use_them(syslog(&cli));
    match cli.command {
        None => {
            // A session may last for weeks: the description of all options does not stay for it.
            drop(context);
            watch::run(&cli.watch)
        }
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Report(args)) => analyze::report(args),
        Some(Command::Run(args)) => {
            drop(context);
            run::run(&args)
        }
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Plan(args)) => plan::run(&args),
        Some(Command::List(args)) => list::run(&args),
        Some(Command::Demo(args)) => demo::run(args.behaviour),
        Some(Command::Selftest) => demo::selftest(),
        Some(Command::Config(args)) => {
            // What a run would refuse is refused here, too.
            settings::live_rules(&args.analysis, &args.sampling)?;
            settings::intervals(&args.intervals, &args.sampling)?;
            alerts::check(&args.alerts)?;
            let matches = context.matches.subcommand_matches("config").unwrap_or(&context.matches);
            let command = context.command.find_subcommand("config").unwrap_or(&context.command);
            let allowed = allow::in_words(&allow::load(&config::paths())?);
            print(&(config::in_force(command, matches, &context.entries) + &allowed))
        }
        Some(Command::Schema) => print(&generate::schema()),
        Some(Command::Completions { shell }) => print(&generate::completions(shell)),
        Some(Command::Man) => print(&generate::man()),
        Some(Command::Behave { behaviour }) => {
            crate::demo::run_behaviour(behaviour);
            Ok(exit::CLEAN)
        }
    }
}

/// Whether priorities were asked for.
fn syslog(cli: &Cli) -> bool {
    match &cli.command {
        None => cli.watch.alerts.syslog,
        Some(Command::Run(args)) => args.alerts.syslog,
        Some(_) => false,
    }
}

/// Writes text to standard output. A reader that has gone is no error.
fn print(text: &str) -> Result<u8, Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Failed, format!("cannot write standard output: {error}")))
        }
        _ => Ok(exit::CLEAN),
    }
}

fn warn(text: &str) {
    // Nothing is left to be done when even standard error is closed.
    drop(writeln!(io::stderr(), "{}", Priority::Warning.mark(&for_stderr(&format!("warning: {text}")))));
}

fn fail(error: &Error) -> u8 {
    drop(writeln!(io::stderr(), "{}", Priority::Error.mark(&for_stderr(&error.to_string()))));
    match error.kind() {
        Kind::Usage | Kind::Failed => exit::ERROR,
        Kind::NothingMatched => exit::NOTHING_MATCHED,
    }
}
