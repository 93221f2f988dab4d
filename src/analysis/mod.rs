//! Analysis of samples: pure, the same samples give the same verdict.
//!
//! [`Tracker`] is the entry: it takes one sample after the other and assesses them on demand. `history` keeps the past of a
//! series in blocks, and `window` cuts stretches out of it. `trend` finds growth in them. Beside it stand the named
//! analyses `spike`, `variance`, `consistent_growth` and `forecast`. `verdict` joins all into an [`Assessment`] with its
//! reasons. `docs/DETECTION.md` has the formulas, the constants and the calibration.

mod cadence;
mod consistent_growth;
mod default_criteria;
mod forecast;
mod history;
mod level;
mod lives;
mod resource;
mod series_lives;
mod settings;
mod shape;
mod spike;
#[doc(hidden)]
pub mod stats;
mod status;
mod trace;
mod tracker;
mod trend;
mod variance;
mod verdict;
mod window;

pub use consistent_growth::ConsistentGrowth;
pub use forecast::Forecast;
pub use level::Level;
pub use lives::{Life, LivesVerdict};
pub use resource::Resource;
pub use series_lives::SeriesLives;
pub use settings::{Settings, ThresholdOrigin};
pub use shape::Shape;
pub use spike::{Spike, Spikes};
pub use status::Status;
pub use trace::Trace;
pub use tracker::Tracker;
pub use trend::{Growth, Interval, decidable_rate, seconds_to_decide, seconds_to_exclude};
pub use variance::Variance;
pub use verdict::{Assessment, Reason, ResourceAssessment, Rule, Unit, Verdict, Wording};
