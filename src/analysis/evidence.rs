//! What an assessment says: the verdict, its reasons, and the evidence of each analysis.
//!
//! Plain values in bytes and seconds. How they come about is the business of the sibling modules;
//! how they are worded in a report is that of `report`.

use super::wording::Wording;

/// What can leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Anonymous memory with its swapped part, or shared memory.
    Memory,
    /// Open file descriptors.
    Fds,
    /// Threads.
    Threads,
}

/// The verdict on a target, from the least to the most alarming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Growth above the threshold is excluded.
    Stable,
    /// It cannot be told yet.
    InsufficientData,
    /// Growing, but slowing down or too young to judge.
    WarmingUp,
    /// Most of the evidence for a leak is there.
    Suspect,
    /// Growth above the threshold is proved, lasts, and has the shape of a leak.
    Leaking,
}

impl Status {
    /// The verdict as people read it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Leaking => "leaking",
            Self::Suspect => "suspect",
            Self::WarmingUp => "warming up",
            Self::InsufficientData => "not enough data",
            Self::Stable => "stable",
        }
    }
}

/// The form of a series over the observed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Shape {
    Linear,
    Staircase,
    RisingFloor,
    Accelerating,
    LateOnset,
    WarmUp,
    Step,
    Spike,
    SawTooth,
    Cycle,
    Flat,
    Shrinking,
    Irregular,
}

/// Which analysis or rule a reason comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Growth rate against the practical threshold.
    GrowthRate,
    /// Rank trend, rising share and longest rising run of block floors.
    ConsistentGrowth,
    /// Growth over a threshold within the spike period.
    Spike,
    /// Spread around the trend, and the saw-tooth cycle.
    Variance,
    /// The curve that explains the series: still growing, or settling.
    Shape,
    /// Growth against what the process holds.
    Materiality,
    /// How long the target was seen.
    Observation,
    /// How often in a row the tests agreed.
    Persistence,
    /// Why an earlier `leaking` is no longer said.
    Withdrawal,
    /// Memory counted page by page, against the cheap counters.
    Exactness,
    /// What the processes of one name or selection say together.
    Pool,
}

/// One reason for a verdict: a value held against a threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Where the reason comes from.
    pub rule: Rule,
    /// Whether it speaks for a leak.
    pub for_leak: bool,
    /// What was measured; `None` when it could not be.
    pub value: Option<f64>,
    /// What it was held against; `None` when the rule has no threshold.
    pub threshold: Option<f64>,
    /// The unit of value and threshold.
    pub unit: Unit,
    /// The time the reason looks at, in seconds.
    pub span_s: f64,
    /// What its sentence says besides; the sentence itself is what a reason displays as.
    pub wording: Wording,
}

/// The unit of a value that is held against a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Unit {
    Bytes,
    BytesPerSecond,
    PerSecond,
    Seconds,
    Ratio,
    Count,
    P,
    Z,
    LogLikelihood,
}

impl Unit {
    /// The name in reports: `bytes/s`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes/s",
            Self::PerSecond => "per second",
            Self::Seconds => "s",
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::P => "p",
            Self::Z => "z",
            Self::LogLikelihood => "log likelihood",
        }
    }
}

/// The verdict on a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What is said.
    pub status: Status,
    /// What leaks; `None` unless `Leaking` or `Suspect`.
    pub resource: Option<Resource>,
    /// The form of the deciding series; `None` when unknown.
    pub shape: Option<Shape>,
    /// How sure the status is, from 0 to 1; `None` when nothing could be tested.
    pub confidence: Option<f64>,
    /// Why, the strongest first.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Whether more samples alone would decide: there are too few, or growth has not been seen for long enough.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let awaits = |reason: &Reason| reason.rule == Rule::Observation && !reason.for_leak;
        match self.status {
            Status::InsufficientData => true,
            Status::Suspect => self.reasons.iter().any(awaits),
            Status::Leaking | Status::Stable | Status::WarmingUp => false,
        }
    }
}

/// Growth rate of one series: per second in bytes, or in numbers for descriptors and threads.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Growth {
    /// The best estimate of the rate.
    pub rate: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high: Option<f64>,
    /// The rate in per cent of the level, an hour.
    pub percent_per_hour: Option<f64>,
    /// The practical threshold the rate was held against.
    pub threshold: f64,
    /// The smallest rate that could have been proved; `None` when nothing could be tested.
    pub smallest_detectable: Option<f64>,
    /// How much longer, in seconds, until a rate at the threshold could be proved; `None` when unknown.
    pub seconds_to_decide: Option<f64>,
    /// The time the estimate looks at, in seconds.
    pub span_s: f64,
}

/// One growth over the thresholds within the spike period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spike {
    /// When the top was read, ms since the Unix epoch.
    pub at: crate::model::Timestamp,
    /// From the lowest to the highest reading of the period, in bytes.
    pub rise_bytes: f64,
    /// The same in per cent of the lowest reading.
    pub rise_percent: f64,
    /// Whether at least half of the rise was given back afterwards; `None` while that is open.
    pub returned: Option<bool>,
}

/// Evidence of the spike analysis.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spikes {
    /// Spikes seen over the whole watch.
    pub count: u64,
    /// How many of them came back.
    pub returned: u64,
    /// The latest one.
    pub latest: Option<Spike>,
    /// The highest of the watch.
    pub largest_rise_bytes: Option<f64>,
    /// Whether the thresholds are exceeded at this moment.
    pub active: bool,
}

/// Evidence of the variance analysis, over the rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Variance {
    /// Spread around the trend, as a standard deviation in bytes.
    pub spread_bytes: Option<f64>,
    /// The spread by the level.
    pub coefficient_of_variation: Option<f64>,
    /// Length of the saw-tooth or wave cycle in seconds; `None` when there is none.
    pub cycle_s: Option<f64>,
    /// Height of the cycle in bytes.
    pub swing_bytes: Option<f64>,
    /// Whether the spread is high for the level.
    pub high: bool,
}

/// Evidence of the consistent-growth analysis, on the floors of the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ConsistentGrowth {
    /// Blocks whose floors were compared.
    pub blocks: u64,
    /// Share of them higher than the one before, from 0 to 1.
    pub rising_share: Option<f64>,
    /// Kendall's tau of the floors against time, from -1 to 1.
    pub tau: Option<f64>,
    /// Two-sided p value of the rank trend, corrected for autocorrelation.
    pub p_value: Option<f64>,
    /// Longest run of rising floors, in blocks.
    pub longest_run: u64,
    /// Whether the three agree on consistent growth.
    pub found: bool,
}

/// When the ceiling is reached if growth goes on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Forecast {
    /// Not before, in seconds from the last sample: at the upper end of the interval.
    pub not_before_s: Option<f64>,
    /// Likely by, in seconds from the last sample: at the lower end; `None` when that is not above 0.
    pub likely_by_s: Option<f64>,
}

/// Level of a series over the watch: bytes, or numbers. Nothing is known of it before its first value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    first: u64,
    last: u64,
    min: u64,
    /// Below the lowest while nothing is known: thousands of targets have some levels each, and four options take
    /// twice the room.
    max: u64,
}

impl Default for Level {
    fn default() -> Self {
        Self { first: 0, last: 0, min: u64::MAX, max: 0 }
    }
}

impl Level {
    /// Takes the next value.
    pub fn widen(&mut self, value: u64) {
        if !self.is_known() {
            self.first = value;
        }
        self.last = value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Whether it has any value.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.min <= self.max
    }

    fn known(&self, value: u64) -> Option<u64> {
        self.is_known().then_some(value)
    }

    /// At the first sample.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.known(self.first)
    }

    /// At the last sample.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.known(self.last)
    }

    /// Lowest seen.
    #[must_use]
    pub fn min(&self) -> Option<u64> {
        self.known(self.min)
    }

    /// Highest seen.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.known(self.max)
    }
}

/// What is known of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceAssessment {
    /// Which one.
    pub resource: Resource,
    /// Its own status.
    pub status: Status,
    /// Its own form.
    pub shape: Option<Shape>,
    /// Its own rate.
    pub growth: Growth,
    /// Its levels: bytes, or numbers.
    pub level: Level,
}

/// Everything that is known of a target at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The verdict, with the reasons that led to it.
    pub verdict: Verdict,
    /// Growth of memory.
    pub growth: Growth,
    /// Spikes of memory.
    pub spikes: Spikes,
    /// Variance of memory.
    pub variance: Variance,
    /// Consistent growth of memory.
    pub consistent_growth: ConsistentGrowth,
    /// When the ceiling is reached.
    pub forecast: Forecast,
    /// Each resource by itself.
    pub resources: Vec<ResourceAssessment>,
    /// RSS over the watch, in bytes.
    pub rss: Level,
    /// Samples that counted.
    pub samples: u64,
    /// Gaps: pauses much longer than the usual interval.
    pub gaps: u64,
    /// From the first to the last sample, in seconds.
    pub observed_s: f64,
}

impl Growth {
    /// The smallest rate that would have been seen, per second: one that could have been proved and is not within the
    /// interval.
    #[must_use]
    pub fn visible(&self) -> Option<f64> {
        self.smallest_detectable.map(|least| self.ci_high.map_or(least, |high| least.max(high)))
    }
}

impl Assessment {
    /// Gives back room that was reserved and is not used: thousands of assessments are kept.
    pub fn shrink(&mut self) {
        self.resources.shrink_to_fit();
        self.verdict.reasons.shrink_to_fit();
    }
}
