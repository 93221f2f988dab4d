//! Options of `compare`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// Options of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The report of the earlier run
    #[arg(value_name = "A.json", value_hint = ValueHint::FilePath)]
    pub before: PathBuf,
    /// The report of the later run
    #[arg(value_name = "B.json", value_hint = ValueHint::FilePath)]
    pub after: PathBuf,
    /// What standard output carries
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub format: CompareFormat,
}

/// What standard output carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// A table for people
    Table,
    /// One document
    Json,
}
