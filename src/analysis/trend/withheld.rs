//! Reasons for withholding `leaking`.

use super::first_heap::FirstCollections;

/// Reason for withholding `leaking` from proven growth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Withheld {
    /// The window is shorter than the least observation.
    Observation,
    /// Most of the level came while being watched.
    StartUp,
    /// There are not enough samples for two judgements.
    TooFew,
    /// Only part of the tests agree, or only at one of the two times.
    Persistence,
    /// It has not come far enough for the evidence that there is: growth so far, growth needed now and
    /// after days, level at the start, seconds until it has come far at its rate.
    Distance { rise: f64, required: f64, later: f64, start: f64, wait_s: Option<f64> },
    /// Parts of the watch do not bring their share. The smallest rise by the mean one.
    Uneven { evenness: f64 },
    /// The collector of a runtime has not emptied its first heap often enough.
    FirstHeap(FirstCollections),
    /// It is below the threshold of a run of known length, but fills the ceiling within the horizon.
    Slow { horizon_s: f64 },
    /// The newest part of the watch does not bring its share.
    Paused,
}
