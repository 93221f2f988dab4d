//! Sentences of reasons, with the figures that a reason itself lacks.

use crate::analysis::resource::Resource;
use crate::analysis::settings::ThresholdOrigin;

/// One sentence with its own figures. Value, threshold and span are those of the reason.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sentence {
    Fixed(&'static str),
    /// Boxed, because few reasons need it.
    Written(Box<str>),
    /// Value: a rate. Its interval, and the seconds it was observed over.
    Growth {
        resource: Resource,
        low: f64,
        high: f64,
        over_s: f64,
        origin: ThresholdOrigin,
    },
    /// Value: growth by the level. The same at the rate of the later half.
    RelativeGrowth {
        later_half: f64,
    },
    /// Value and threshold: samples. The share of the level that came since the first one.
    StartUp {
        resource: Resource,
        share: f64,
    },
    /// Threshold: the least observation. The seconds left, if growth fills the whole past.
    TooYoung {
        left_s: f64,
    },
    BeganRecently,
    TooShort,
    /// Threshold: a rate. The upper end of the interval.
    NotExcluded {
        resource: Resource,
        high: f64,
    },
    /// Value: the detection limit; threshold: a rate. Seconds until that is detectable.
    NotDetectable {
        resource: Resource,
        longer_s: f64,
    },
    /// The same for a series without any change over the span.
    Unchanged {
        resource: Resource,
        longer_s: f64,
    },
    /// The same to the byte in all samples.
    Unmeasured {
        samples: u64,
    },
    TooFewSamples {
        samples: u64,
        needed: f64,
    },
    Unclear {
        samples: u64,
    },
    /// Value and threshold: samples.
    LikelyInFewSamples,
    Withdrawn,
    /// Value: the p value.
    RisingFloor {
        rising: u32,
        steps: u32,
        tau: f64,
        longest_run: u32,
    },
    Cycle {
        swing: f64,
        period_s: f64,
    },
    /// Value: growth since the start in bytes or numbers; threshold: the growth of a leak at this age. The same after days.
    NotFar {
        resource: Resource,
        start: f64,
        later: f64,
    },
    /// The horizon.
    Slow {
        horizon_s: f64,
    },
    /// Value and threshold: major collections.
    FirstHeap,
    /// Threshold: the least part of the mean rise. The smallest rise of a part of the watch by the mean one.
    Uneven,
    /// Value: the upper end of a rate. True if lows decided instead of ranks.
    Bounded {
        resource: Resource,
        by_lows: bool,
    },
    /// Value: the p value. Kendall's tau, and further readings that would prove the growth.
    FewReadings {
        rising: u32,
        steps: u32,
        tau: f64,
        needed: Option<u32>,
    },
    /// Value: the seconds until the memory limit is reached at the rate.
    SlowlyFull {
        rate: f64,
    },
    /// Value: the rise of the latest one.
    Spikes {
        count: u64,
        returned: u64,
    },
}
