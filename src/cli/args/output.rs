//! Arguments of outputs: the format of standard output, and files.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, ValueHint};

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
