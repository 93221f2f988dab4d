//! Arguments of the analysis: windows, thresholds, limits, and the findings that count.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::outcome::{FailOn, OnInconclusive};
use crate::units::{ByteRate, Bytes, parse_duration};

use super::thresholds::ThresholdArgs;
use super::values::{parse_limit, parse_positive, parse_positive_rate, parse_threshold};

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
    /// Growth below RATE is never judged leaking [default: by rate, distance and time to the limit, see docs/DETECTION.md]
    #[arg(long, value_name = "RATE", env = "LEAKWATCH_MAX_GROWTH", allow_hyphen_values = true)]
    pub max_growth: Option<ByteRate>,
    /// Proven growth that fills the memory limit within DUR counts as a leak at any rate
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_HORIZON", default_value = "30d", value_parser = parse_positive, allow_negative_numbers = true)]
    pub horizon: Duration,
    /// Alerts of sudden growth
    #[command(flatten)]
    pub sudden: SuddenGrowthArgs,
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

/// Alerts of sudden growth.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Judgement")]
pub struct SuddenGrowthArgs {
    /// Spike alert: growth of more than N MB (10^6 bytes) within the spike period
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_MB", default_value = "50", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_mb: f64,
    /// Spike alert: growth of more than N % within the spike period, if it is --spike-min or more
    #[arg(long, value_name = "N", env = "LEAKWATCH_THRESHOLD_PERCENT", default_value = "20", value_parser = parse_threshold, allow_negative_numbers = true)]
    pub threshold_percent: f64,
    /// Spike alert: least growth for --threshold-percent
    #[arg(long, value_name = "SIZE", env = "LEAKWATCH_SPIKE_MIN", default_value = "16MiB", allow_hyphen_values = true)]
    pub spike_min: Bytes,
    /// Spike period
    #[arg(long, value_name = "DUR", env = "LEAKWATCH_SPIKE_PERIOD", default_value = "10s", value_parser = parse_positive, allow_negative_numbers = true)]
    pub spike_period: Duration,
    /// Rapid-growth alert: growth above RATE over a minute
    #[arg(long, value_name = "RATE", env = "LEAKWATCH_RAPID_GROWTH", default_value = "50MB/min", value_parser = parse_positive_rate, allow_hyphen_values = true)]
    pub rapid_growth: ByteRate,
    /// Rules for alerts of sudden growth
    #[arg(long, value_name = "RULES", env = "LEAKWATCH_ALERT_RULES", default_value = "standard", value_enum)]
    pub alert_rules: AlertRulesArg,
}

/// Rules for alerts of sudden growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AlertRulesArg {
    /// Growth after the first minutes of a process, above its earlier highest level, once an hour for a service
    Standard,
    /// Growth at any age and to any level, of each process: 50 MB or 20 % within 10 s, 50 MB a minute
    Classic,
}
