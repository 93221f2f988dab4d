//! Arguments of sampling: intervals, length, and the counters that are read.

use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::values::{parse_count, parse_interval, parse_named_interval, parse_positive, parse_share};

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
    /// Go on after --duration or --samples, up to DUR in all, while a --fail-if (without one, a verdict) is undecided
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_UNTIL_DECIDED", value_parser = parse_positive, allow_negative_numbers = true)]
    pub until_decided: Option<Duration>,
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
