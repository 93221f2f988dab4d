//! Trend of one series: curves fitted to windows of its past, and the tests that growth must pass.
//!
//! In reading order: `curve_fit` fits the curves of `curve` to a window, and `seasonality` finds a cycle in it.
//! `curve_contest` decides which curve explains the window, and `judge_window` makes the `judgement` from all three.
//! `judged_window` confirms it an eighth of the window earlier. `growth_search` looks for growth in the windows of a series and applies the rules of `criteria`,
//! `start_up`, `distance`, `continuation`, `upper_bounds` and `relative_growth`. `growth` and `detection_limit` give rates and the smallest detectable ones.

pub(crate) mod bounded_trend;
mod continuation;
pub(crate) mod criteria;
pub(crate) mod curve;
mod curve_contest;
mod curve_fit;
mod detection_limit;
pub(crate) mod distance;
pub(crate) mod evenness;
pub(crate) mod few_readings;
mod first_heap;
mod found_growth;
mod growth;
pub(crate) mod growth_search;
mod judge_window;
mod judged_window;
pub(crate) mod judgement;
pub(crate) mod relative_growth;
pub(crate) mod seasonality;
pub(crate) mod series_trend;
pub(crate) mod start_up;
mod upper_bounds;
pub(crate) mod withheld;

pub use detection_limit::{decidable_rate, seconds_to_decide, seconds_to_exclude};
pub use growth::{Growth, Interval};
