//! Application (`app`): parses the arguments, runs the command, and prints errors.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches};

use crate::terminal::{Priority, wrap_for_stderr};

use crate::outcome::ExitStatus;

use super::args::{Cli, ColorWhen, Command};
use super::commands::{analyze, compare, demo, generate, list, plan, run as run_command, watch};
use super::config::{self, allow, variables};
use super::error::{Error, Kind};
use super::print::{print, warn};
use super::{complete, deliveries, settings, usage_errors};

/// Runs the program with the arguments of the process. Returns its exit status.
#[must_use]
pub fn main() -> ExitCode {
    if is_version_alone(std::env::args_os().skip(1)) {
        // Scripts ask for the version most often: it does not need the definition of all options.
        return ExitCode::from(
            print(concat!("leakwatch ", env!("CARGO_PKG_VERSION"), "\n")).unwrap_or_else(|error| fail(&error)),
        );
    }
    if complete::answer() {
        return ExitCode::SUCCESS;
    }
    Priority::enable(false);
    let code = match parse() {
        Ok((cli, context)) => run(cli, context).unwrap_or_else(|error| fail(&error)),
        Err(Stopped::ByClap(error)) => {
            // Help and version are answers, not errors: clap knows the stream and status of each.
            match error.print().and_then(|()| io::stdout().flush()) {
                Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
                    fail(&Error::new(Kind::Failed, format!("cannot write: {failed}")))
                }
                _ => u8::try_from(error.exit_code()).unwrap_or(ExitStatus::Error.code()),
            }
        }
        Err(Stopped::ByConfig(error)) => fail(&error),
    };
    ExitCode::from(code)
}

/// True if only the version is asked for.
fn is_version_alone(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
    arguments.next().is_some_and(|first| first == "--version" || first == "-V") && arguments.next().is_none()
}

/// State of the parser that `config` needs.
struct Context {
    command: clap::Command,
    matches: ArgMatches,
    entries: Vec<config::Entry>,
}

/// Reason for which no command runs.
enum Stopped {
    ByClap(clap::Error),
    ByConfig(Error),
}

/// Parses the arguments over the variables and settings files.
fn parse() -> Result<(Cli, Context), Stopped> {
    let command = Cli::command();
    let entries = match config::load(&config::paths(), &command) {
        Ok(entries) => entries,
        // Help must work even if a settings file is wrong.
        Err(error) => {
            return Err(match Cli::command().try_get_matches() {
                Err(asked) if !asked.use_stderr() => Stopped::ByClap(asked),
                _ => Stopped::ByConfig(error),
            });
        }
    };
    let mut command = config::apply(command, &entries);
    let matches = match command.try_get_matches_from_mut(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => return Err(Stopped::ByClap(error)),
        Err(error) => {
            return Err(match variables::faulty(&command, &error) {
                Some(faulty) => Stopped::ByConfig(faulty),
                None => Stopped::ByClap(usage_errors::with_advice(error, &mut command, std::env::args_os().skip(1))),
            });
        }
    };
    variables::unknown(&command).iter().for_each(|text| warn(text));
    let cli = Cli::from_arg_matches(&matches).map_err(|error| Stopped::ByClap(error.format(&mut command)))?;
    Ok((cli, Context { command, matches, entries }))
}

/// Runs the command.
fn run(cli: Cli, context: Context) -> Result<u8, Error> {
    match cli.color {
        ColorWhen::Auto => anstream::ColorChoice::Auto,
        ColorWhen::Always => anstream::ColorChoice::AlwaysAnsi,
        ColorWhen::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    Priority::enable(syslog(&cli));
    match cli.command {
        None => {
            // A session may last for weeks: the definition of all options is dropped.
            drop(context);
            watch::run(&cli.watch)
        }
        Some(Command::Watch(args)) => {
            drop(context);
            watch::run(&args)
        }
        Some(Command::Analyze(args)) => analyze::run(&args),
        Some(Command::Report(args)) => analyze::report(args),
        Some(Command::Run(args)) => {
            drop(context);
            run_command::run(&args)
        }
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Plan(args)) => plan::run(&args),
        Some(Command::List(args)) => list::run(&args),
        Some(Command::Demo(args)) => demo::run(args.behaviour),
        Some(Command::Selftest) => demo::selftest(),
        Some(Command::Config(args)) => {
            // Settings that a session would refuse are refused here too.
            settings::check_lengths(&args.analysis, &args.sampling)?;
            settings::intervals(&args.intervals, &args.sampling)?;
            deliveries::check(&args.alerts)?;
            let matches = context.matches.subcommand_matches("config").unwrap_or(&context.matches);
            let command = context.command.find_subcommand("config").unwrap_or(&context.command);
            let allowed = allow::format(&allow::load(&config::paths())?);
            print(&(config::in_force(command, matches, &context.entries) + &allowed))
        }
        Some(Command::Schema) => print(&generate::schema()),
        Some(Command::Completions { shell }) => print(&generate::completions(shell)),
        Some(Command::Man) => print(&generate::man()),
        Some(Command::Behave { behaviour }) => {
            crate::demo::run_behaviour(behaviour);
            Ok(ExitStatus::Clean.code())
        }
    }
}

/// True if messages carry syslog priorities.
fn syslog(cli: &Cli) -> bool {
    match &cli.command {
        None => cli.watch.alerts.syslog,
        Some(Command::Watch(args)) => args.alerts.syslog,
        Some(Command::Run(args)) => args.alerts.syslog,
        Some(_) => false,
    }
}

/// Prints an error. Returns its exit status.
fn fail(error: &Error) -> u8 {
    drop(writeln!(io::stderr(), "{}", Priority::Error.mark(&wrap_for_stderr(&error.to_string()))));
    match error.kind() {
        Kind::Usage | Kind::Failed => ExitStatus::Error.code(),
        Kind::NothingMatched => ExitStatus::NothingMatched.code(),
    }
}
