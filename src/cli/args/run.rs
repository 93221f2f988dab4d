//! Arguments of `run`: the command, and its control.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCompleter, PathCompleter};

use crate::units::parse_duration;

use super::alert::AlertArgs;
use super::analysis::AnalysisArgs;
use super::output::OutputArgs;
use super::sampling::SamplingArgs;

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Control of the command
    #[command(flatten)]
    pub control: ControlArgs,
    /// Sampling
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Judgement
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// Outputs
    #[command(flatten)]
    pub output: OutputArgs,
    /// Deliveries of alerts
    #[command(flatten)]
    pub alerts: AlertArgs,
    /// Command and its arguments; no shell is involved
    #[arg(required = true, last = true, value_name = "CMD", value_hint = ValueHint::CommandWithArguments,
          add = ArgValueCompleter::new(PathCompleter::any()))]
    pub command: Vec<OsString>,
}

/// Control of the command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Command")]
pub struct ControlArgs {
    /// Signal that stops the command at the deadline: TERM, INT, HUP, QUIT, USR1, USR2 or KILL
    #[arg(long, value_name = "SIGNAL", default_value = "TERM", value_enum, ignore_case = true)]
    pub stop_signal: StopSignal,
    /// Time between that signal and SIGKILL
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = parse_duration, allow_negative_numbers = true)]
    pub grace: Duration,
    /// Hide the output of the command. On a terminal the full-screen view replaces its lines
    #[arg(long)]
    pub quiet_command: bool,
    /// Exit with the status of the command if all is decided and nothing was found. Without it, a failed command is inconclusive
    #[arg(long)]
    pub propagate: bool,
}

/// Signals that stop a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum StopSignal {
    /// Polite request to exit
    Term,
    /// Signal of Ctrl-C
    Int,
    /// Signal of a closed terminal
    Hup,
    /// Exit with a core dump
    Quit,
    /// Meaning defined by the command
    Usr1,
    /// Meaning defined by the command
    Usr2,
    /// Immediate end, which cannot be refused
    Kill,
}
