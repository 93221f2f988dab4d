//! Command-line arguments. Their meaning is decided in `settings`, `select` and the commands.

mod alert;
mod compare;
mod plan;
mod recording;
mod select;
mod thresholds;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCompleter, PathCompleter};

use crate::demo::Behaviour;
use crate::units::{ByteRate, Bytes, parse_duration};

use crate::outcome::{FailOn, OnInconclusive};

pub use alert::AlertArgs;
pub use compare::{CompareArgs, CompareFormat};
pub use plan::PlanArgs;
pub use recording::{AnalyzeArgs, ColumnArgs, ReportArgs};
pub use select::SelectArgs;
pub use thresholds::ThresholdArgs;

use values::{
    parse_count, parse_interval, parse_limit, parse_named_interval, parse_positive, parse_share, parse_threshold,
};

/// Tells from outside whether a running process leaks memory.
#[derive(Debug, Parser)]
#[command(
    name = "leakwatch",
    version,
    about,
    long_about = "Tells from outside whether a running process leaks memory.\n\n\
        leakwatch samples the memory of running processes at an interval. It judges each of them leaking, suspect, \
        stable, warming up or without enough data, and gives the reasons. It injects nothing and stops nothing.",
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
    /// Compare two reports: list the targets that grew faster in the later one
    Compare(CompareArgs),
    /// Compute how long a run must be to detect a leak of some rate over some noise
    Plan(PlanArgs),
    /// List the processes that a selector matches now, without sampling
    List(ListArgs),
    /// Start a small process that leaks or does not leak, watch it live, and print the verdict
    Demo(DemoArgs),
    /// Watch several such processes side by side, and check each verdict
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

/// Sampling.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sampling")]
pub struct SamplingArgs {
    /// Time between samples: 10, 10s, 500ms, 1m
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_INTERVAL", default_value = "10s",
          value_parser = parse_interval, allow_negative_numbers = true)]
    pub interval: Duration,
    /// End after this time
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_DURATION", value_parser = parse_positive, allow_negative_numbers = true)]
    pub duration: Option<Duration>,
    /// End after this many samples
    #[arg(long, value_name = "N", env = "LEAKWATCH_SAMPLES", value_parser = parse_count, allow_negative_numbers = true)]
    pub samples: Option<u64>,
    /// Never read PSS, USS and mappings, which are more expensive than the other counters
    #[arg(long, env = "LEAKWATCH_NO_PSS", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub no_pss: bool,
    /// Do not count open file descriptors, and do not judge them
    #[arg(long, env = "LEAKWATCH_NO_FDS", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub no_fds: bool,
    /// Do not count threads, and do not judge them
    #[arg(long, env = "LEAKWATCH_NO_THREADS", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub no_threads: bool,
    /// Largest share of one core for leakwatch, such as 1%. Above it, leakwatch gives up PSS, then samples less often
    #[arg(long, value_name = "PERCENT", env = "LEAKWATCH_MAX_OVERHEAD", value_parser = parse_share, allow_negative_numbers = true)]
    pub max_overhead: Option<f64>,
}

/// Longer intervals of some processes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sampling")]
pub struct IntervalArgs {
    /// Longer interval for processes whose displayed name contains NAME, in any case (repeatable; the first match counts).
    /// They cost nothing in between: their start and exit are noticed at their interval too
    #[arg(long, value_name = "NAME=DUR", env = "LEAKWATCH_INTERVAL_FOR", value_parser = parse_named_interval, value_delimiter = ',')]
    pub interval_for: Vec<(String, Duration)>,
}

/// Judgement.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Judgement")]
pub struct AnalysisArgs {
    /// Length of the rolling window [default: 1h, or 60 samples if that is longer]
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_WINDOW", value_parser = parse_positive, allow_negative_numbers = true)]
    pub window: Option<Duration>,
    /// Least observation before a target may be judged leaking [default: 1h, or a fifth of a run of known length]
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_MIN_OBSERVATION", value_parser = parse_duration, allow_negative_numbers = true)]
    pub min_observation: Option<Duration>,
    /// Growth below RATE is never judged leaking [default: the larger of 0.25 MiB/h and 1 % of the floor an hour]
    #[arg(long, value_name = "RATE", env = "LEAKWATCH_MAX_GROWTH", allow_hyphen_values = true)]
    pub max_growth: Option<ByteRate>,
    /// Spike alert: growth of more than N MB (10^6 bytes) within the spike period
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_MB", default_value = "50", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_mb: f64,
    /// Spike alert: growth of more than N % within the spike period
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_PERCENT", default_value = "20", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_percent: f64,
    /// Spike period
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_SPIKE_PERIOD", default_value = "10s", value_parser = parse_positive, allow_negative_numbers = true)]
    pub spike_period: Duration,
    /// Memory limit for forecasts and limit alerts [default: the tightest of control group, resource limit and host]
    #[arg(long, value_name = "SIZE", env = "LEAKWATCH_LIMIT", value_parser = parse_limit, allow_hyphen_values = true)]
    pub limit: Option<Bytes>,
    /// Alert above N % of the limit
    #[arg(long, value_name = "N", env = "LEAKWATCH_LIMIT_PERCENT", default_value = "80", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub limit_percent: f64,
    /// Findings that make the exit status 1
    #[arg(
        long,
        value_name = "LIST",
        env = "LEAKWATCH_FAIL_ON",
        default_value = "leaking",
        value_delimiter = ',',
        value_enum
    )]
    pub fail_on: Vec<FailOn>,
    /// Exit status of an inconclusive session: 0 (pass) or 3 (fail)
    #[arg(long, value_name = "WHAT", env = "LEAKWATCH_ON_INCONCLUSIVE", default_value = "fail", value_enum)]
    pub on_inconclusive: OnInconclusive,
    /// Gate
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
}

/// Outputs.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Format of standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Keep the plain table on a terminal instead of the full-screen view
    #[cfg(feature = "tui")]
    #[arg(long, env = "LEAKWATCH_PLAIN", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub plain: bool,
    /// Print all evidence at the end, not only the main reasons
    #[arg(long, env = "LEAKWATCH_EXPLAIN", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub explain: bool,
    /// Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt
    /// OpenMetrics (repeatable)
    #[arg(short, long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub outputs: Vec<PathBuf>,
}

impl OutputArgs {
    /// True if the full-screen view is not wanted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        #[cfg(feature = "tui")]
        return self.plain;
        #[cfg(not(feature = "tui"))]
        true
    }
}

/// Format of standard output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A live view on a terminal, plain lines elsewhere
    #[default]
    Table,
    /// One report at the end, and nothing else
    Json,
    /// One event a line as it happens
    Jsonl,
    /// One sample a line as it happens
    Csv,
}

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
    /// Hide the output of the command. On a terminal the full-screen view replaces it
    #[arg(long)]
    pub quiet_command: bool,
    /// Exit with the status of the command if nothing was found. Without it, a failed command is inconclusive
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
