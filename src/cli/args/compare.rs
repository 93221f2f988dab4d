//! Options of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Report of the earlier run
    #[arg(value_name = "BEFORE.json", value_hint = ValueHint::FilePath)]
    pub before: PathBuf,
    /// Report of the later run
    #[arg(value_name = "AFTER.json", value_hint = ValueHint::FilePath)]
    pub after: PathBuf,
    /// Format of standard output
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: CompareFormat,
}

/// Format of standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// A table for people
    Table,
    /// One document
    Json,
}
