//! Arguments of recordings.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use regex::Regex;

use super::analysis::AnalysisArgs;
use super::output::OutputArgs;
use super::values::parse_regex;

/// Options of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Recordings; - is standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Columns of a foreign file
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// Judgement
    #[command(flatten)]
    pub analysis: AnalysisArgs,
    /// Outputs
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Recordings; - is standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Write FILE: .html page, .svg chart, .json report, .jsonl events, .csv samples, .xml JUnit, .md summary, .txt
    /// OpenMetrics (repeatable)
    #[arg(short, long = "output", required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub outputs: Vec<PathBuf>,
    /// Columns of a foreign file
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// Judgement
    #[command(flatten)]
    pub analysis: AnalysisArgs,
}

/// Columns of a foreign recording.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Foreign recordings")]
pub struct ColumnArgs {
    /// Column or field of the time [default: timestamp, time, time_s, elapsed_time or unix_time]
    #[arg(long, value_name = "NAME")]
    pub time_column: Option<String>,
    /// Column or field of the memory [default: rss_bytes or rss]
    #[arg(long, value_name = "NAME")]
    pub value_column: Option<String>,
    /// Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB [default: B; values that cannot be bytes are refused without it]
    #[arg(long, value_name = "UNIT")]
    pub value_unit: Option<String>,
    /// Column or field that distinguishes series [default: pid]
    #[arg(long, value_name = "NAME")]
    pub group_by: Option<String>,
    /// Read lines of text with a regular expression: group 'value', optional groups 'time', 'unit' and 'name'
    #[arg(long, value_name = "REGEX", value_parser = parse_regex, conflicts_with_all = ["time_column", "value_column", "group_by"])]
    pub line_regex: Option<Regex>,
}
