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
        Watches processes that already run, samples their memory at an interval, and says of each: leaking, suspect, \
        stable, warming up, or not enough data, with the reasons. Nothing is injected and nothing is stopped.",
    after_help = "Exit status: 0 nothing found, 1 what --fail-on names was found, 2 usage or internal error,\n\
        3 inconclusive, 4 no process matched, 128+n ended by a second signal n.\n\n\
        First steps:  leakwatch demo\n              leakwatch --process python --interval 10",
    args_conflicts_with_subcommands = true
)]
pub struct Cli {
    /// What to do instead of watching
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of the main job
    #[command(flatten)]
    pub watch: WatchArgs,
    /// Colours: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub color: ColorWhen,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE turns them on elsewhere
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do instead of watching.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a command, watch it and its descendants, and end with it
    Run(RunArgs),
    /// Analyse recordings: .csv or .jsonl, also .gz, or - for standard input
    Analyze(AnalyzeArgs),
    /// Turn recordings into a report: -o report.html; its exit status says nothing of leaks unless --fail-on does
    #[command(
        mut_arg("fail_on", |arg| arg.default_value("never")),
        mut_arg("on_inconclusive", |arg| arg.default_value("pass"))
    )]
    Report(ReportArgs),
    /// Show what grew faster in one report than in an earlier one
    Compare(CompareArgs),
    /// Say how long a run must be to see a leak of some rate over some noise
    Plan(PlanArgs),
    /// Show what a selection matches now, without sampling
    List(ListArgs),
    /// Start a small process that leaks (or not), watch it live, and say what was found
    Demo(DemoArgs),
    /// TargetSet several such processes side by side and check that each verdict is right
    Selftest,
    /// Print the settings in force and where each comes from
    Config(ConfigArgs),
    /// Print the JSON Schema of the report and of the event lines
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Behave like the process of a demo
    #[command(hide = true)]
    Behave {
        /// How
        behaviour: Behaviour,
    },
}

/// Options of the main job.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// Which processes
    #[command(flatten)]
    pub select: SelectArgs,
    /// When to sample
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Who is sampled less often
    #[command(flatten)]
    pub intervals: IntervalArgs,
    /// How to judge
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// What to write
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where alerts go
    #[command(flatten)]
    pub alerts: AlertArgs,
    /// Wait for a first match instead of ending with status 4
    #[arg(long, help_heading = "Selectors")]
    pub wait: bool,
}

/// When to sample.
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
    /// Never read PSS, USS and mappings, which cost more than the other counters
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
    /// What leakwatch itself may use of one core, such as 1%; above it, it reads PSS no more, then samples less often
    #[arg(long, value_name = "PERCENT", env = "LEAKWATCH_MAX_OVERHEAD", value_parser = parse_share, allow_negative_numbers = true)]
    pub max_overhead: Option<f64>,
}

/// Who is sampled less often.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Sampling")]
pub struct IntervalArgs {
    /// A longer time between samples for processes with NAME in the name that the table shows, in any case (repeatable; the
    /// first that fits counts). They are also found and seen to end only then; all are sampled together with the slowest
    #[arg(long, value_name = "NAME=DUR", env = "LEAKWATCH_INTERVAL_FOR", value_parser = parse_named_interval, value_delimiter = ',')]
    pub interval_for: Vec<(String, Duration)>,
}

/// How to judge.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Thresholds")]
pub struct AnalysisArgs {
    /// How far back the rolling window reaches [default: 1h, or 60 samples if that is more]
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_WINDOW", value_parser = parse_positive, allow_negative_numbers = true)]
    pub window: Option<Duration>,
    /// How long a target must be seen before 'leaking' may be said [default: 1h, or a fifth of the run when its length is known]
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_MIN_OBSERVATION", value_parser = parse_duration, allow_negative_numbers = true)]
    pub min_observation: Option<Duration>,
    /// Growth below this is never 'leaking' [default: 0.25 MiB/h or 1 % of the floor an hour, whichever is more]
    #[arg(long, value_name = "RATE", env = "LEAKWATCH_MAX_GROWTH", allow_hyphen_values = true)]
    pub max_growth: Option<ByteRate>,
    /// Spike alert: growth of more than N MB (10^6 bytes) within the spike period
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_MB", default_value = "50", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_mb: f64,
    /// Spike alert: growth of more than N % within the spike period
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_PERCENT", default_value = "20", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_percent: f64,
    /// The spike period
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_SPIKE_PERIOD", default_value = "10s", value_parser = parse_positive, allow_negative_numbers = true)]
    pub spike_period: Duration,
    /// What 'memory full' means [default: the tightest of control group, resource limit and host memory]
    #[arg(long, value_name = "SIZE", env = "LEAKWATCH_LIMIT", value_parser = parse_limit, allow_hyphen_values = true)]
    pub limit: Option<Bytes>,
    /// Alert above N % of the limit
    #[arg(long, value_name = "N", env = "LEAKWATCH_LIMIT_PERCENT", default_value = "80", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub limit_percent: f64,
    /// What makes the exit status 1
    #[arg(
        long,
        value_name = "LIST",
        env = "LEAKWATCH_FAIL_ON",
        default_value = "leaking",
        value_delimiter = ',',
        value_enum
    )]
    pub fail_on: Vec<FailOn>,
    /// Whether too little data may pass
    #[arg(long, value_name = "WHAT", env = "LEAKWATCH_ON_INCONCLUSIVE", default_value = "fail", value_enum)]
    pub on_inconclusive: OnInconclusive,
    /// What the gate asks
    #[command(flatten)]
    pub thresholds: ThresholdArgs,
}

/// What to write.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// What standard output carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Keep the plain table on a terminal instead of the full-screen view
    #[cfg(feature = "tui")]
    #[arg(long, env = "LEAKWATCH_PLAIN", value_name = "BOOL", num_args = 0..=1, require_equals = true,
          default_missing_value = "true", default_value = "false", hide_default_value = true, hide_possible_values = true,
          value_parser = BoolishValueParser::new())]
    pub plain: bool,
    /// Also write FILE: .json report, .html page, .svg chart, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt
    /// OpenMetrics (repeatable)
    #[arg(short, long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub outputs: Vec<PathBuf>,
}

impl OutputArgs {
    /// Whether the full-screen view is not wanted.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        #[cfg(feature = "tui")]
        return self.plain;
        #[cfg(not(feature = "tui"))]
        true
    }
}

/// What standard output carries.
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
    /// How to run the command
    #[command(flatten)]
    pub control: ControlArgs,
    /// When to sample
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// How to judge
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// What to write
    #[command(flatten)]
    pub output: OutputArgs,
    /// Where alerts go
    #[command(flatten)]
    pub alerts: AlertArgs,
    /// The command and its arguments; no shell is involved
    #[arg(required = true, last = true, value_name = "CMD", value_hint = ValueHint::CommandWithArguments,
          add = ArgValueCompleter::new(PathCompleter::any()))]
    pub command: Vec<OsString>,
}

/// How to run a command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Command")]
pub struct ControlArgs {
    /// Signal that ends the command at the deadline: TERM, INT, HUP, QUIT, USR1, USR2 or KILL
    #[arg(long, value_name = "SIGNAL", default_value = "TERM", value_enum, ignore_case = true)]
    pub stop_signal: StopSignal,
    /// How long the command may take to end after that signal, before it is killed
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = parse_duration, allow_negative_numbers = true)]
    pub grace: Duration,
    /// Hide the output of the command; on a terminal the full-screen view takes its place
    #[arg(long)]
    pub quiet_command: bool,
    /// Exit with the command's own status when nothing was found; without it a command that fails is inconclusive
    #[arg(long)]
    pub propagate: bool,
}

/// Signals that end a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum StopSignal {
    /// Asks to end
    Term,
    /// As Ctrl-C does
    Int,
    /// As a closed terminal does
    Hup,
    /// Ends with a core dump
    Quit,
    /// For what the command makes of it
    Usr1,
    /// For what the command makes of it
    Usr2,
    /// Cannot be refused
    Kill,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Which processes
    #[command(flatten)]
    pub select: SelectArgs,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// How the process behaves
    #[arg(value_enum, default_value = "leak")]
    pub behaviour: Behaviour,
}

/// Options of `config`: the same settings as for watching.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// When to sample
    #[command(flatten)]
    pub sampling: SamplingArgs,
    /// Who is sampled less often
    #[command(flatten)]
    pub intervals: IntervalArgs,
    /// How to judge
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// Where alerts go
    #[command(flatten)]
    pub alerts: AlertArgs,
}
