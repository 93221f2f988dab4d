//! Extension of a session beyond its planned end, until every result is decided.

use std::time::Duration;

use crate::event::{Look, Notice};

use super::plan::{EndedBy, Extended, SessionPlan};

/// Factor between the observed times of two looks. More frequent looks would add errors, and hardly any news: the error
/// of a slope falls by an eighth from one look to the next.
const STEP: f64 = 1.1;

/// Looks of a session that may be extended.
#[derive(Debug)]
pub(super) struct Extension {
    planned: Duration,
    longest: Duration,
    interval: Duration,
    /// Largest number of looks after the planned end.
    further: u32,
    /// Number of looks taken, that at the planned end included.
    taken: u32,
    /// Time of the next look after the start.
    due: Duration,
    /// Reason for the planned end.
    ends_by: EndedBy,
    is_decided: bool,
}

impl Extension {
    /// The extension that a plan allows; `None` without `--until-decided`, and for a session without a planned end.
    pub(super) fn of_plan(plan: &SessionPlan) -> Option<Self> {
        let longest = plan.until_decided?;
        let steps = |samples: u64| u32::try_from(samples.saturating_sub(1)).unwrap_or(u32::MAX);
        let by_samples = plan.samples.map(|samples| plan.interval.saturating_mul(steps(samples)));
        let (planned, ends_by) = match (plan.duration, by_samples) {
            (Some(duration), Some(by_samples)) if by_samples < duration => (by_samples, EndedBy::Samples),
            (Some(duration), _) => (duration, EndedBy::Duration),
            (None, by_samples) => (by_samples?, EndedBy::Samples),
        };
        let (mut further, mut at) = (0, planned);
        while at < longest {
            at = next_look(at, longest, plan.interval);
            further += 1;
        }
        let interval = plan.interval;
        Some(Self { planned, longest, interval, further, taken: 0, due: planned, ends_by, is_decided: false })
    }

    /// Returns the look that is due.
    pub(super) fn look(&self) -> Look {
        Look { number: self.taken, further: self.further }
    }

    /// Takes the answer of a look. Returns the time of the next one after the start; `None` if the session ends.
    pub(super) fn answer(&mut self, is_open: bool) -> Option<Duration> {
        self.taken += 1;
        self.is_decided = !is_open;
        if !is_open || self.due >= self.longest {
            return None;
        }
        self.due = next_look(self.due, self.longest, self.interval);
        Some(self.due)
    }

    /// Returns the notice of the first extension.
    pub(super) fn notice(&self) -> Notice {
        Notice::Extended(self.planned.as_secs_f64(), self.longest.as_secs_f64())
    }

    /// Returns the reason for the planned end.
    pub(super) fn ends_by(&self) -> EndedBy {
        self.ends_by
    }

    /// Returns the summary; `None` if the session was not extended.
    pub(super) fn summary(&self) -> Option<Extended> {
        let is_extended = self.due > self.planned;
        is_extended.then(|| Extended {
            planned_s: self.planned.as_secs_f64(),
            planned_by: self.ends_by,
            looks: self.taken.saturating_sub(1),
            further: self.further,
            is_decided: self.is_decided,
        })
    }
}

/// Returns the time of the look after one at `at`.
fn next_look(at: Duration, longest: Duration, interval: Duration) -> Duration {
    at.mul_f64(STEP).max(at.saturating_add(interval)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::NamedIntervals;
    use crate::source::Selector;

    fn extension(duration: Option<u64>, samples: Option<u64>, longest: u64) -> Option<Extension> {
        Extension::of_plan(&SessionPlan {
            selector: Selector::default(),
            interval: Duration::from_secs(2),
            intervals: NamedIntervals::default(),
            duration: duration.map(Duration::from_secs),
            samples,
            until_decided: Some(Duration::from_secs(longest)),
            wait: false,
            pss: false,
            max_overhead: None,
            pid_file: None,
            root: None,
        })
    }

    #[test]
    fn looks_lie_a_tenth_apart_up_to_the_maximum() {
        let mut extension = extension(Some(100), None, 150).expect("an extension");
        let mut looks = Vec::new();
        while let Some(at) = extension.answer(true) {
            looks.push(at.as_secs_f64().round());
        }
        assert_eq!(looks, [110.0, 121.0, 133.0, 146.0, 150.0]);
        assert_eq!(extension.look(), Look { number: 6, further: 5 });
        let summary = extension.summary().expect("it was extended");
        assert!(!summary.is_decided && summary.looks == 5 && summary.planned_s == 100.0);
    }

    #[test]
    fn a_decided_session_is_not_extended() {
        let mut extension = extension(None, Some(31), 600).expect("an extension");
        assert_eq!((extension.notice(), extension.ends_by()), (Notice::Extended(60.0, 600.0), EndedBy::Samples));
        assert_eq!((extension.answer(false), extension.summary()), (None, None));
    }

    #[test]
    fn a_session_without_an_end_has_no_extension() {
        assert!(extension(None, None, 600).is_none());
    }
}
