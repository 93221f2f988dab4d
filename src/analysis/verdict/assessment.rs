//! Assessment of a target: the verdict and the evidence of each analysis.
//!
//! Plain values in bytes and seconds.

use crate::analysis::consistent_growth::ConsistentGrowth;
use crate::analysis::forecast::Forecast;
use crate::analysis::level::Level;
use crate::analysis::resource::Resource;
use crate::analysis::shape::Shape;
use crate::analysis::spike::Spikes;
use crate::analysis::status::Status;
use crate::analysis::trend::Growth;
use crate::analysis::variance::Variance;

use super::reason::{Reason, Rule};

/// The verdict on a target.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// Status of the target.
    pub status: Status,
    /// Resource that leaks; `None` unless `Leaking` or `Suspect`.
    pub resource: Option<Resource>,
    /// Shape of the deciding series; `None` when unknown.
    pub shape: Option<Shape>,
    /// Certainty of the status, from 0 to 1; `None` when nothing could be tested.
    pub confidence: Option<f64>,
    /// Reasons for the status, the strongest first.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// Returns the status of memory by its own series: a verdict by earlier lives is not one of the current life.
    #[must_use]
    pub fn of_life(&self) -> Status {
        let is_own = self.resource == Some(Resource::Memory) && self.reasons.iter().all(|r| r.rule != Rule::Lives);
        if is_own { self.status } else { Status::InsufficientData }
    }

    /// True if more samples alone would decide: there are too few, or growth has not lasted long or come far enough.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.status {
            Status::InsufficientData => true,
            Status::Suspect => self.reasons.iter().any(|reason| {
                !reason.for_leak
                    && matches!(reason.rule, Rule::Observation | Rule::Collections | Rule::Horizon | Rule::Distance)
            }),
            Status::Leaking | Status::Stable | Status::WarmingUp => false,
        }
    }
}

/// Assessment of one resource.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ResourceAssessment {
    /// The resource.
    pub resource: Resource,
    /// Its own status.
    pub status: Status,
    /// Its own shape.
    pub shape: Option<Shape>,
    /// Its own rate.
    pub growth: Growth,
    /// Its levels, in bytes or numbers.
    pub level: Level,
}

/// Everything that the analysis finds about a target at one time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Assessment {
    /// The verdict with its reasons.
    pub verdict: Verdict,
    /// Growth of memory.
    pub growth: Growth,
    /// Spikes of memory.
    pub spikes: Spikes,
    /// Variance of memory.
    pub variance: Variance,
    /// Consistent growth of memory.
    pub consistent_growth: ConsistentGrowth,
    /// Time until the ceiling is reached.
    pub forecast: Forecast,
    /// Each resource by itself.
    pub resources: Vec<ResourceAssessment>,
    /// RSS over the watch, in bytes.
    pub rss: Level,
    /// Number of samples that counted.
    pub samples: u64,
    /// Number of gaps: pauses much longer than the usual interval.
    pub gaps: u64,
    /// Time from the first to the last sample, in seconds.
    pub observed_s: f64,
}

impl Assessment {
    /// Frees reserved memory that is not used: thousands of assessments are kept.
    pub fn shrink(&mut self) {
        self.resources.shrink_to_fit();
        self.verdict.reasons.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::verdict::reason::Unit;

    fn verdict(status: Status, rule: Option<Rule>) -> Verdict {
        let reason = |rule| Reason {
            rule,
            for_leak: false,
            value: None,
            threshold: None,
            unit: Unit::Seconds,
            span_s: 0.0,
            wording: "".into(),
        };
        let reasons = rule.map(reason).into_iter().collect();
        Verdict { status, resource: None, shape: None, confidence: None, reasons }
    }

    #[test]
    fn more_samples_decide_a_suspect_that_is_too_young() {
        assert!(verdict(Status::Suspect, Some(Rule::Observation)).is_open());
        assert!(verdict(Status::Suspect, Some(Rule::Distance)).is_open());
        assert!(!verdict(Status::Suspect, Some(Rule::Persistence)).is_open());
        assert!(verdict(Status::InsufficientData, None).is_open());
        assert!(!verdict(Status::Stable, Some(Rule::Observation)).is_open());
    }
}
