//! Options of `plan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};

use crate::units::{ByteRate, Bytes};

use super::values::{parse_interval, parse_noise};

/// Options of `plan`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("origin").args(["noise", "from"]).required(true)))]
pub struct PlanArgs {
    /// Growth to detect: 1MiB/h
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub rate: ByteRate,
    /// Standard deviation of a sample of memory around its trend
    #[arg(long, value_name = "SIZE", value_parser = parse_noise, allow_hyphen_values = true)]
    pub noise: Option<Bytes>,
    /// Take noise and interval from an earlier run: its JSON report, or a recording (.csv, .jsonl)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub from: Option<PathBuf>,
    /// Target of that run: NAME is part of its displayed name, in any case [default: the noisiest target]
    #[arg(long, value_name = "NAME", requires = "from", conflicts_with = "noise")]
    pub name: Option<String>,
    /// Time between samples [default: that of --from, else 10s]
    #[arg(long, value_name = "DUR", value_parser = parse_interval, allow_negative_numbers = true)]
    pub interval: Option<Duration>,
}
