//! Arguments of recordings.

use std::num::NonZero;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use regex::Regex;

use super::analysis::AnalysisArgs;
use super::output::OutputArgs;
use super::values::{parse_regex, parse_value_unit, parse_zone};
use crate::source::recording::{DateOrder, DecimalMark, ValueUnit};
use crate::units::Bytes;

/// Options of `analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// Recordings; - is standard input
    #[arg(required_unless_present = "input_format", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Columns of a foreign file
    #[command(flatten)]
    pub columns: ColumnArgs,
    /// Processor cores to use: with two or more, a thread reads ahead [default: all]
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZero<usize>>,
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

/// Order of day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DateOrderArg {
    /// Day first
    Dmy,
    /// Month first
    Mdy,
}

impl From<DateOrderArg> for DateOrder {
    fn from(order: DateOrderArg) -> Self {
        match order {
            DateOrderArg::Dmy => Self::DayFirst,
            DateOrderArg::Mdy => Self::MonthFirst,
        }
    }
}

/// Unit of the numbers in a time column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TimeUnitArg {
    /// Milliseconds
    Ms,
    /// Seconds
    S,
    /// Minutes
    Min,
    /// Hours
    H,
}

impl TimeUnitArg {
    /// Returns the seconds of one unit.
    pub(crate) fn seconds(self) -> f64 {
        match self {
            Self::Ms => 0.001,
            Self::S => 1.0,
            Self::Min => 60.0,
            Self::H => 3600.0,
        }
    }
}

/// Mark before the fraction of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DecimalMarkArg {
    /// 1,234.5
    Point,
    /// 1.234,5
    Comma,
}

impl From<DecimalMarkArg> for DecimalMark {
    fn from(mark: DecimalMarkArg) -> Self {
        match mark {
            DecimalMarkArg::Point => Self::Point,
            DecimalMarkArg::Comma => Self::Comma,
        }
    }
}

/// Columns of a foreign recording.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Foreign recordings")]
pub struct ColumnArgs {
    /// Column or field of the time [default: recognised by name and values]
    #[arg(long, value_name = "NAME")]
    pub time_column: Option<String>,
    /// Column or field of the memory [default: recognised by name, RSS first]
    #[arg(long, value_name = "NAME")]
    pub value_column: Option<String>,
    /// Unit of the memory: B, kB, KiB, MB, MiB, GB, GiB; or count, for a number of things [default: by name and values]
    #[arg(long, value_name = "UNIT", value_parser = parse_value_unit)]
    pub value_unit: Option<ValueUnit>,
    /// Column or field that distinguishes series [default: pid and names]
    #[arg(long, value_name = "NAME")]
    pub group_by: Option<String>,
    /// Format of the recording; 'list' names all [default: recognised by the content]
    #[arg(long, value_name = "NAME")]
    pub input_format: Option<String>,
    /// Order of day and month in dates such as 01/02/2026
    #[arg(long, value_name = "ORDER", value_enum)]
    pub time_format: Option<DateOrderArg>,
    /// Unit of the numbers in the time column: ms, s, min or h [default: by its name, or by the size of the numbers]
    #[arg(long, value_name = "UNIT", value_enum)]
    pub time_unit: Option<TimeUnitArg>,
    /// Zone of times that name none: UTC or an offset such as +02:00 [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, allow_hyphen_values = true)]
    pub timezone: Option<i32>,
    /// Mark before the fraction of numbers [default: by the values]
    #[arg(long, value_name = "MARK", value_enum)]
    pub decimal_mark: Option<DecimalMarkArg>,
    /// Total of which the memory column is the rest: judges total minus value, for columns such as 'available'
    #[arg(long, value_name = "SIZE")]
    pub total: Option<Bytes>,
    /// Read lines of text with a regular expression: group 'value', optional groups 'time', 'unit' and 'name'
    #[arg(long, value_name = "REGEX", value_parser = parse_regex, conflicts_with_all = ["time_column", "value_column", "group_by"])]
    pub line_regex: Option<Regex>,
}
