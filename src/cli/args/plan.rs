//! Options of `plan`.

use std::time::Duration;

use clap::Args;

use crate::units::{ByteRate, Bytes};

use super::values::parse_interval;

/// Options of `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// Growth to detect: 1MiB/h
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub rate: ByteRate,
    /// Standard deviation of memory around its trend ('variance.spread_bytes' of an earlier report)
    #[arg(long, value_name = "SIZE")]
    pub noise: Bytes,
    /// Time between samples
    #[arg(long, value_name = "DUR", default_value = "10s", value_parser = parse_interval, allow_negative_numbers = true)]
    pub interval: Duration,
}
