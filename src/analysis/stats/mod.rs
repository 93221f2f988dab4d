//! Statistics of the analysis. `tests/oracle.rs` compares each with published reference values.
//!
//! Pure functions of slices. Their use and their thresholds are the business of the analyses.

mod exact_kendall;
mod quantile;
mod rank;
mod regression;
mod residuals;

pub use exact_kendall::exact_p_of_rise;
pub use quantile::{normal_from_student, normal_quantile, normal_tail, student_from_normal};
pub use rank::{MannKendall, SenSlope, cautious_inflation, mann_kendall, median_slope, sen_slope, variance_inflation};
pub use regression::{Design, Fit, Moments, dot};
pub use residuals::{residuals, standard_deviation, upper_median};
