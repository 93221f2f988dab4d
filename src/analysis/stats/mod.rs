//! The statistics of the analysis, each held against published reference values in `tests/oracle.rs`.
//!
//! Pure functions of slices. What they are used for, and with which thresholds, is the business of the analyses.

mod quantile;
mod rank;
mod regression;

pub use quantile::{deviate, normal_tail, student};
pub use rank::{MannKendall, SenSlope, inflation, mann_kendall, median_slope, sen_slope};
pub use regression::{Design, Fit, Moments, dot};
