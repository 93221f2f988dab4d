//! Arguments of the gate: threshold expressions, and what they compare with.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};
use regex::Regex;

use crate::thresholds::Expression;
use crate::units::parse_duration;

use super::values::parse_regex;

/// Gate of a session: threshold expressions, baseline and work.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Gate")]
pub struct ThresholdArgs {
    /// Fail if EXPR holds for a target: 'growth(memory) > 2MiB/h', 'peak(rss) >= 1GiB for 30s after 2m abort' (repeatable)
    #[arg(long, value_name = "EXPR", env = "LEAKWATCH_FAIL_IF", value_delimiter = ',')]
    pub fail_if: Vec<Expression>,
    /// Warn if EXPR holds for a target (repeatable)
    #[arg(long, value_name = "EXPR", env = "LEAKWATCH_WARN_IF", value_delimiter = ',')]
    pub warn_if: Vec<Expression>,
    /// Exclude the start from every verdict [default: a tenth of a 'run' of known length, else nothing]
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_WARMUP", value_parser = parse_duration, allow_negative_numbers = true)]
    pub warmup: Option<Duration>,
    /// Compare with the report of an earlier run: --fail-if 'growth(memory) > baseline + 1MiB/h'
    #[arg(long, value_name = "REPORT.json", env = "LEAKWATCH_BASELINE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Read the number of requests or jobs from FILE, for 'growth(memory) per work > 200B'
    #[arg(long, value_name = "FILE", env = "LEAKWATCH_WORK_FILE", value_hint = ValueHint::FilePath)]
    pub work_file: Option<PathBuf>,
    /// Read the number from the output of CMD, which may take 10 s; no shell is involved
    #[arg(long, value_name = "CMD", env = "LEAKWATCH_WORK_COMMAND", value_hint = ValueHint::CommandString, conflicts_with = "work_file")]
    pub work_command: Option<String>,
    /// Count matching lines appended to FILE; rotation is followed
    #[arg(long, value_name = "FILE", env = "LEAKWATCH_WORK_LOG", value_hint = ValueHint::FilePath,
          requires = "work_regex", conflicts_with_all = ["work_file", "work_command"])]
    pub work_log: Option<PathBuf>,
    /// Pattern of the counted lines, such as '^\[JOB SUCCESS\]'
    #[arg(long, value_name = "REGEX", env = "LEAKWATCH_WORK_REGEX", value_parser = parse_regex, requires = "work_log")]
    pub work_regex: Option<Regex>,
}
