//! The name of the form that a series has.

use super::curve::Curve;
use super::evidence::{Shape, Spikes, Status, Variance};
use super::history::History;
use super::judgement::Channel;
use super::series::Finding;
use super::window::{Window, life};

/// A staircase: this part of the rise comes in this few of the blocks.
const IN_STEPS: f64 = 0.8;
const FEW: usize = 8;
/// Falling: the upper end of the rate's interval, over the span, loses this part of the level.
const FALLING: f64 = 0.02;
/// Flat: the spread is below this part of the level.
const QUIET: f64 = 0.02;

/// Names the form of the series that `finding` is about.
pub(super) fn shape(finding: &Finding, history: &History, variance: &Variance, spikes: &Spikes) -> Option<Shape> {
    let j = finding.judgement.as_ref()?;
    if finding.status >= Status::Suspect {
        return Some(match j.curve {
            Curve::Quadratic => Shape::Accelerating,
            _ if finding.suffix => Shape::LateOnset,
            Curve::Hinge(_) if j.bend < 0.0 => Shape::LateOnset,
            _ if j.channel == Channel::Floors => Shape::RisingFloor,
            _ if variance.cycle_s.is_some() && j.rhythm.is_none() => Shape::RisingFloor,
            _ if in_steps(history) => Shape::Staircase,
            _ => Shape::Linear,
        });
    }
    let moved = |part: f64| part * finding.level.abs();
    Some(if j.slowing && j.bend > 0.0 {
        Shape::WarmUp
    } else if j.high < 0.0 && -j.high * j.span > moved(FALLING) {
        Shape::Shrinking
    } else if j.rhythm.is_some() {
        Shape::Cycle
    } else if variance.cycle_s.is_some() {
        Shape::SawTooth
    } else if matches!(j.curve, Curve::Step(_)) && !j.grows {
        Shape::Step
    } else if spikes.count > 0 && spikes.count == spikes.returned {
        Shape::Spike
    } else if j.spread < moved(QUIET) {
        Shape::Flat
    } else {
        Shape::Irregular
    })
}

/// Whether most of the rise comes in few blocks.
fn in_steps(history: &History) -> bool {
    let means = Window::means(&life(history)).values;
    let mut rises: Vec<f64> = means.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 0.0).collect();
    rises.sort_unstable_by(|a, b| b.total_cmp(a));
    let whole: f64 = rises.iter().sum();
    rises.iter().take(means.len() / FEW).sum::<f64>() > IN_STEPS * whole
}
