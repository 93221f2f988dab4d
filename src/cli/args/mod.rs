//! Arguments (`args`) of the command line. Their meaning is decided in `settings`, `select` and the commands.

mod alert;
mod analysis;
mod compare;
mod output;
mod plan;
mod recording;
mod run;
mod sampling;
mod select;
mod thresholds;
mod values;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::demo::Behaviour;

pub use alert::AlertArgs;
pub use analysis::{AlertRulesArg, AnalysisArgs};
pub use compare::{CompareArgs, CompareFormat};
pub use output::{Format, OutputArgs};
pub use plan::PlanArgs;
pub use recording::{AnalyzeArgs, ColumnArgs, ReportArgs, TimeUnitArg};
pub use run::{ControlArgs, RunArgs, StopSignal};
pub use sampling::{IntervalArgs, SamplingArgs};
pub use select::SelectArgs;
pub use thresholds::ThresholdArgs;

/// Finds memory leaks in running processes, without changing or stopping them
#[derive(Debug, Parser)]
#[command(
    name = "leakwatch",
    version,
    about,
    long_about = "Finds memory leaks in running processes, without changing or stopping them.\n\n\
        leakwatch samples the memory of processes at an interval. It judges each of them leaking, suspect, stable, \
        warming up or without enough data, and gives the reasons.",
    after_help = "Exit status: 0 nothing found, 1 a finding that --fail-on or --fail-if names,\n\
        2 usage or internal error, 3 inconclusive, 4 no process matched, 128+n ended by a second signal n.\n\n\
        First steps:  leakwatch demo\n              leakwatch --process python --interval 10",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// Another command than watching
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the main job
    #[command(flatten)]
    pub watch: WatchArgs,
    /// Colours: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,
}

/// Use of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Commands besides the main job.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch running processes: the same as no command
    Watch(Box<WatchArgs>),
    /// Start a command, watch it and its descendants, and end with it
    Run(RunArgs),
    /// Judge recordings: .csv or .jsonl, also .gz, or - for standard input
    Analyze(AnalyzeArgs),
    /// Write reports from recordings: -o report.html. A leak fails it only if --fail-on says so
    #[command(
        mut_arg("fail_on", |arg| arg.default_value("never")),
        mut_arg("on_inconclusive", |arg| arg.default_value("pass"))
    )]
    Report(ReportArgs),
    /// Compare two reports: growth and peaks of each target
    Compare(CompareArgs),
    /// Compute how long a run must be to detect a leak of some rate over some noise
    Plan(PlanArgs),
    /// List the processes that a selector matches now, without sampling
    List(ListArgs),
    /// Start a small process that leaks or does not leak, watch it live, and print the verdict
    Demo(DemoArgs),
    /// Watch several processes of known behaviour side by side, and check each verdict
    Selftest,
    /// Print the settings in force with their origins
    Config(ConfigArgs),
    /// Print the JSON Schema of the report and of the event lines
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// Shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Behave like the process of a demo
    #[command(hide = true)]
    Behave {
        /// Behaviour
        behaviour: Behaviour,
    },
}

/// Options of the main job.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Selectors
    #[command(flatten)]
    pub select: SelectArgs,
    /// Sampling
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Longer intervals of some processes
    #[command(flatten)]
    pub intervals: IntervalArgs,
    /// Judgement
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// Outputs
    #[command(flatten)]
    pub output: OutputArgs,
    /// Deliveries of alerts
    #[command(flatten)]
    pub alerts: AlertArgs,
    /// Wait for a first match instead of ending with status 4
    #[arg(long, help_heading = "Selectors")]
    pub wait: bool,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Selectors
    #[command(flatten)]
    pub select: SelectArgs,
    /// Format of standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub format: ListFormat,
}

/// Format of a list of processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table
    Table,
    /// A JSON array
    Json,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Behaviour of the process
    #[arg(value_enum, default_value = "leak")]
    pub behaviour: Behaviour,
}

/// Options of `config`: the same settings as for watching.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Sampling
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Longer intervals of some processes
    #[command(flatten)]
    pub intervals: IntervalArgs,
    /// Judgement
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// Deliveries of alerts
    #[command(flatten)]
    pub alerts: AlertArgs,
}
