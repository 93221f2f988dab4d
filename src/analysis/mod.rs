//! Decides from the samples of a target whether it leaks: pure, the same samples give the same verdict.
//!
//! [`Tracker`] is the only entry: it takes one sample after the other and says what it knows when asked. In reading
//! order: `history` keeps the past of a series in blocks, `window` cuts stretches out of it, `library` fits the curves
//! of `curve` (and a rhythm, `wave`) to one, `judgement` says what that means for growth, `series` joins the windows of
//! a series to a finding, `tracker` the series of a target to a verdict. Beside it stand the named analyses: `growth`,
//! `spike`, `variance`, `consistent_growth`. `docs/DETECTION.md` has the formulas, the constants and the calibration.

mod consistent_growth;
mod curve;
mod evidence;
mod forecast;
mod growth;
mod history;
mod judgement;
mod library;
mod limit;
mod materiality;
mod maturity;
mod reason;
mod series;
mod settings;
mod shape;
mod spike;
pub mod stats;
mod tracker;
mod variance;
mod wave;
mod window;
mod wording;

pub use evidence::{
    Assessment, ConsistentGrowth, Forecast, Growth, Level, Reason, Resource, ResourceAssessment, Rule, Shape, Spike,
    Spikes, Status, Unit, Variance, Verdict,
};
pub use limit::{rate_answered, seconds_to_answer};
pub use settings::Settings;
pub use tracker::Tracker;
pub use wording::Wording;
