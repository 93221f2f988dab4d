//! Decides from the samples of a target whether it leaks: pure, the same samples give the same verdict.
//!
//! [`Tracker`] is the only entry: it takes one sample after the other and says what it knows when asked.

mod evidence;
mod settings;
mod tracker;

pub use evidence::{
    Assessment, ConsistentGrowth, Forecast, Growth, Level, Reason, Resource, ResourceAssessment, Rule, Shape, Spike,
    Spikes, Status, Variance, Verdict,
};
pub use settings::Settings;
pub use tracker::Tracker;
