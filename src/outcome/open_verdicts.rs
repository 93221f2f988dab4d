//! Open verdicts: the question of an extended session without `--fail-if`.

use crate::analysis::{Growth, Status};
use crate::event::{Event, EventSink, Look, SinkResult, Target};
use crate::thresholds::{Allowance, Widening};

use super::sentences::is_undecided;

/// Sink that asks for more samples while the verdict on a live target is open.
#[derive(Debug, Clone, Default)]
pub struct OpenVerdicts {
    allowances: Vec<Allowance>,
}

impl OpenVerdicts {
    /// A sink for verdicts that `allowances` may cover.
    #[must_use]
    pub fn new(allowances: Vec<Allowance>) -> Self {
        Self { allowances }
    }
}

impl EventSink for OpenVerdicts {
    fn on_event(&mut self, _: Event<'_>) -> SinkResult {
        Ok(())
    }

    fn look(&mut self, look: Look, targets: &[Target]) -> bool {
        let widening = Widening::at(look);
        let mut live = targets.iter().filter(|target| !target.has_ended(targets));
        live.any(|target| is_undecided(target, &self.allowances) || !is_clear(target, widening))
    }
}

/// True if the verdict on a target holds for the wider interval as well. Verdicts that the interval does not decide hold.
fn is_clear(target: &Target, widening: Widening) -> bool {
    let assessment = &target.assessment;
    match assessment.verdict.status {
        Status::Stable => assessment.resources.iter().all(|known| stays_below(&known.growth, widening)),
        Status::Leaking => {
            let leaks = assessment.resources.iter().filter(|known| known.status == Status::Leaking);
            leaks.map(|known| &known.growth).any(|growth| stays_above(growth, widening))
        }
        _ => true,
    }
}

/// True if the wider interval of a growth below its threshold is below it too.
fn stays_below(growth: &Growth, widening: Widening) -> bool {
    let (Some(rate), Some(high)) = (growth.rate, growth.ci_high) else { return true };
    high > growth.threshold || rate + widening.factor * (high - rate) <= growth.threshold
}

/// True if the wider interval of a growth above its threshold is above it too.
fn stays_above(growth: &Growth, widening: Widening) -> bool {
    let (Some(rate), Some(low)) = (growth.rate, growth.ci_low) else { return true };
    low < growth.threshold || rate - widening.factor * (rate - low) >= growth.threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_interval_must_be_on_the_same_side_of_the_threshold() {
        let growth = |rate, low, high| {
            let mut growth = Growth::default();
            (growth.rate, growth.ci_low, growth.ci_high, growth.threshold) = (Some(rate), Some(low), Some(high), 1.0);
            growth
        };
        let wide = Widening::of_looks(10);
        let close = growth(0.0, -0.8, 0.8);
        assert!(stays_below(&close, Widening::NONE) && !stays_below(&close, wide));
        assert!(stays_below(&growth(0.0, -0.2, 0.2), wide) && stays_below(&growth(0.0, -2.0, 2.0), wide));
        let above = growth(2.0, 1.2, 2.8);
        assert!(stays_above(&above, Widening::NONE) && !stays_above(&above, wide));
        assert!(stays_above(&growth(2.0, 0.5, 3.5), wide) && stays_below(&Growth::default(), wide));
    }
}
