//! Lives of a target: earlier processes of its service, and its own.

use crate::analysis::{Assessment, Life, LivesVerdict, Rule};

use super::target::Target;

impl Target {
    /// Measures the target as a life with its latest `assessment`; `None` if it is too short to count.
    #[must_use]
    pub fn as_life(&self, assessment: &Assessment) -> Option<Life> {
        let levels: Vec<u64> = self.trace.points().collect();
        let status = assessment.verdict.of_life();
        let lifetime = &self.lifetime;
        Life::measure(lifetime.first_seen, lifetime.last_seen, &levels, status, self.current.ceiling.as_ref())
    }

    /// True if the target is suspected by its lives, and `other` is one of the finished ones.
    #[must_use]
    pub fn has_leaking_life(&self, other: &Self) -> bool {
        let is_joined = || self.assessment.verdict.reasons.iter().any(|reason| reason.rule == Rule::Lives);
        let is_service = || self.label.name == other.label.name && self.label.cmdline == other.label.cmdline;
        let mut lives = self.earlier_lives().iter();
        let is_alone = self.lives_within().is_some();
        !is_alone && lives.any(|life| life.began == other.lifetime.first_seen) && is_service() && is_joined()
    }

    /// Returns the rate of the lives within a series, in bytes per second, if they decided. The rate over its restarts says
    /// nothing.
    #[must_use]
    pub fn rate_within_lives(&self) -> Option<f64> {
        self.lives_within()?;
        self.assessment.verdict.reasons.iter().find(|reason| reason.rule == Rule::Lives)?.value
    }

    /// Judges the earlier lives together with this one; `None` without earlier ones.
    #[must_use]
    pub fn judge_lives(&self, assessment: &Assessment) -> Option<LivesVerdict> {
        let threshold = assessment.growth.threshold;
        if let Some(within) = self.lives_within() {
            return within.judge(assessment.verdict.of_life(), threshold, self.current.ceiling.as_ref());
        }
        let current = self.as_life(assessment);
        let earlier = self.earlier_lives();
        (!earlier.is_empty()).then(|| LivesVerdict::new(earlier, current.as_ref(), threshold))
    }
}
