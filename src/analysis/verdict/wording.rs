//! Wording of reasons as sentences. They are composed on display, because thousands of targets keep some reasons each.

use std::fmt;

use crate::analysis::resource::Resource;
use crate::units::Axis;

use super::quantity::{amount, equation, limit, rate, size};
use super::sentence::Sentence;

/// The sentence of a reason, with the figures that the reason itself lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    sentence: Sentence,
    axis: Axis,
}

/// The figures of a reason; NaN where unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub value: f64,
    pub threshold: f64,
    pub span_s: f64,
}

impl From<Sentence> for Wording {
    fn from(sentence: Sentence) -> Self {
        Self { sentence, axis: Axis::Time }
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Sentence::Written(text.into_boxed_str()).into()
    }
}

impl From<&'static str> for Wording {
    fn from(text: &'static str) -> Self {
        Sentence::Fixed(text).into()
    }
}

impl Wording {
    /// Sets the axis in the unit of which rates and lengths are written.
    pub(crate) fn set_axis(&mut self, axis: Axis) {
        self.axis = axis;
    }

    /// Writes the sentence with the figures of its reason, without a full stop.
    pub(crate) fn write(&self, figures: &Figures, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { value, threshold, span_s } = *figures;
        match self.sentence {
            Sentence::Fixed(text) => f.write_str(text),
            Sentence::Written(ref text) => f.write_str(text),
            Sentence::Growth { .. }
            | Sentence::RelativeGrowth { .. }
            | Sentence::Bounded { .. }
            | Sentence::RisingFloor { .. } => self.write_growth(figures, f),
            Sentence::NotExcluded { .. } | Sentence::NotDetectable { .. } | Sentence::Unchanged { .. } => {
                self.write_undecided(figures, f)
            }
            Sentence::StartUp { .. }
            | Sentence::TooYoung { .. }
            | Sentence::BeganRecently
            | Sentence::TooShort
            | Sentence::NotFar { .. }
            | Sentence::Slow { .. }
            | Sentence::FirstHeap
            | Sentence::Uneven => self.write_withheld(figures, f),
            Sentence::Unclear { samples } => {
                write!(f, "too little data: {samples} samples over {}", self.axis.span(span_s))
            }
            Sentence::LikelyInFewSamples => {
                write!(f, "growth is likely but not proved: {value} of {threshold} samples needed")
            }
            Sentence::Unmeasured { samples } => {
                let span = self.axis.span(span_s);
                write!(f, "nothing was measured: the same to the byte in all {samples} samples over {span}")
            }
            Sentence::TooFewSamples { samples, needed } => {
                write!(f, "too little data: {samples} of {needed} samples needed, over {}", self.axis.span(span_s))
            }
            Sentence::Withdrawn => {
                write!(f, "growth stopped about {} ago; until then it looked like a leak", self.axis.span(span_s))
            }
            Sentence::FewReadings { rising, steps, tau, needed } => {
                write!(
                    f,
                    "rose in {rising} of {steps} readings (rank trend tau {tau:+.2}, exact p {})",
                    equation(value)
                )?;
                needed.map_or(Ok(()), |more| write!(f, "; {more} more readings would prove it"))
            }
            Sentence::Cycle { swing, period_s } => {
                write!(f, "memory cycles by {} about every {}", size(swing), self.axis.span(period_s))
            }
            Sentence::SlowlyFull { rate: slow } => write!(
                f,
                "stable because growth stays below the threshold; if {} continues, the memory limit is reached in {}",
                rate(self.axis, Resource::Memory, slow),
                self.axis.span(value)
            ),
            Sentence::Spikes { count, returned } => {
                let spikes = if count == 1 { "spike" } else { "spikes" };
                let returned = if returned == 0 { "none".to_owned() } else { returned.to_string() };
                write!(f, "{count} {spikes}, {returned} returned; the latest rose by {}", size(value))
            }
        }
    }

    /// Writes the sentences that say why growth is not yet a leak.
    fn write_withheld(&self, figures: &Figures, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { value, threshold, .. } = *figures;
        match self.sentence {
            Sentence::StartUp { resource, share } => {
                let origin = match resource {
                    Resource::Memory => "memory was allocated",
                    Resource::Fds => "descriptors were opened",
                    Resource::Threads => "threads were started",
                };
                let percent = 100.0 * share;
                write!(
                    f,
                    "still starting up: {percent:.0} % of its {origin} while being watched \
                     ({value} of {threshold:.0} samples needed to rule out start-up)"
                )
            }
            Sentence::TooYoung { left_s } => {
                write!(
                    f,
                    "growth must last {} to count as a leak: {} to go",
                    self.axis.span(threshold),
                    self.axis.span(left_s)
                )
            }
            Sentence::BeganRecently => {
                write!(f, "growth began recently: it must last {} to count as a leak", self.axis.span(threshold))
            }
            Sentence::TooShort => write!(f, "growth must last {} to count as a leak", self.axis.span(threshold)),
            Sentence::NotFar { resource, start, later } => write_not_far(figures, resource, [start, later], f),
            Sentence::Slow { horizon_s } => {
                write!(
                    f,
                    "growth is below the threshold, but fills the memory limit within {}",
                    self.axis.span(horizon_s)
                )
            }
            Sentence::FirstHeap => {
                write!(f, "its heap is still in its first collections: {value} of {threshold} major collections seen")
            }
            Sentence::Uneven => write!(
                f,
                "growth is uneven: the smallest rise of a part of the watch is {:.0} % of the mean one ({:.0} % needed)",
                100.0 * value,
                100.0 * threshold
            ),
            _ => Ok(()),
        }
    }

    /// Writes the sentences that measure growth.
    fn write_growth(&self, figures: &Figures, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { value, threshold, .. } = *figures;
        match self.sentence {
            Sentence::Growth { resource, low, high, over_s, origin } => {
                let subject = match resource {
                    Resource::Memory => "memory",
                    Resource::Fds => "the number of descriptors",
                    Resource::Threads => "the number of threads",
                };
                let threshold_label = limit(self.axis, resource, threshold);
                match (low > 0.0, high < threshold) {
                    (true, false) => write!(f, "{subject} grows by {}", rate(self.axis, resource, value)),
                    (true, true) => {
                        write!(
                            f,
                            "{subject} grows, but by less than the threshold: {}",
                            rate(self.axis, resource, value)
                        )
                    }
                    (_, true) => {
                        write!(f, "{subject} grows by less than the threshold: {}", rate(self.axis, resource, value))
                    }
                    _ => write!(f, "{subject} has no significant trend: {}", rate(self.axis, resource, value)),
                }?;
                let (low, high) = (rate(self.axis, resource, low), rate(self.axis, resource, high));
                write!(
                    f,
                    " over {} (95 % CI {low} to {high}, threshold {threshold_label}{})",
                    self.axis.span(over_s),
                    origin.suffix()
                )
            }
            Sentence::Bounded { resource, by_lows } => write!(
                f,
                "{} exclude growth above {}",
                if by_lows { "the lowest values, which a leak would raise," } else { "the ranks of the floors" },
                limit(self.axis, resource, value)
            ),
            Sentence::RelativeGrowth { later_half } => write!(
                f,
                "the floor rose by {:.0} % of the level (threshold {:.0} %), by {:.0} % at the rate of the later half",
                100.0 * value,
                100.0 * threshold,
                100.0 * later_half
            ),
            Sentence::RisingFloor { rising, steps, tau, longest_run } => {
                let p = equation(value);
                write!(
                    f,
                    "floor rose in {rising} of {steps} blocks, longest run {longest_run} (rank trend tau {tau:+.2}, p {p})"
                )
            }
            _ => Ok(()),
        }
    }

    /// Writes the sentences that say why nothing is decided.
    fn write_undecided(&self, figures: &Figures, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { value, threshold, span_s } = *figures;
        match self.sentence {
            Sentence::NotExcluded { resource, high } => write!(
                f,
                "too noisy to decide: growth up to {} is possible (threshold {})",
                limit(self.axis, resource, high),
                limit(self.axis, resource, threshold)
            ),
            Sentence::NotDetectable { resource, longer_s } => write!(
                f,
                "too little data: growth below {} is not detectable yet (threshold {} needs another {})",
                limit(self.axis, resource, value),
                limit(self.axis, resource, threshold),
                self.axis.span(longer_s)
            ),
            Sentence::Unchanged { resource, longer_s } => write!(
                f,
                "too little data: no change over {}, but growth below {} is not detectable yet \
                 (threshold {} needs another {})",
                self.axis.span(span_s),
                limit(self.axis, resource, value),
                limit(self.axis, resource, threshold),
                self.axis.span(longer_s)
            ),
            _ => Ok(()),
        }
    }
}

/// Writes the distance that growth has come, from a level at the start, and the distance of a leak now and after two days.
fn write_not_far(
    figures: &Figures,
    resource: Resource,
    [start, later]: [f64; 2],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let Figures { value, threshold, .. } = *figures;
    let (grown, share) = (amount(resource, value), 100.0 * value / start);
    let needed = amount(resource, threshold);
    write!(
        f,
        "grew by {grown} ({share:.0} % of {} at the start): more than {needed} counts as a leak",
        amount(resource, start)
    )?;
    if later < threshold {
        write!(f, " at this age, more than {} after two days", amount(resource, later))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::settings::ThresholdOrigin;

    const MIB_PER_HOUR: f64 = 1_048_576.0 / 3600.0;

    struct Shown(Wording, Figures);

    impl fmt::Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.write(&self.1, f)
        }
    }

    fn sentence(sentence: Sentence, value: f64, threshold: f64) -> String {
        Shown(sentence.into(), Figures { value, threshold, span_s: 600.0 }).to_string()
    }

    #[test]
    fn growth_names_measure_interval_and_threshold() {
        let growth = |low: f64, high: f64| Sentence::Growth {
            resource: Resource::Memory,
            low: low * MIB_PER_HOUR,
            high: high * MIB_PER_HOUR,
            over_s: 3600.0,
            origin: ThresholdOrigin::Level,
        };
        assert_eq!(
            sentence(growth(2.1, 2.7), 2.4 * MIB_PER_HOUR, 0.25 * MIB_PER_HOUR),
            "memory grows by +2.40 MiB/h over 1 h (95 % CI +2.10 MiB/h to +2.70 MiB/h, threshold 256 KiB/h)"
        );
        assert_eq!(
            sentence(growth(-833.0, 704.0), -64.5 * MIB_PER_HOUR, 2.0 * MIB_PER_HOUR),
            "memory has no significant trend: -64.5 MiB/h over 1 h (95 % CI -833 MiB/h to +704 MiB/h, threshold 2 MiB/h)"
        );
        assert!(
            sentence(growth(0.1, 0.3), 0.2 * MIB_PER_HOUR, 2.0 * MIB_PER_HOUR)
                .starts_with("memory grows, but by less than the threshold: +205 KiB/h")
        );
    }

    #[test]
    fn a_start_up_names_share_and_samples() {
        assert_eq!(
            sentence(Sentence::StartUp { resource: Resource::Memory, share: 0.78 }, 161.0, 345.2),
            "still starting up: 78 % of its memory was allocated while being watched \
             (161 of 345 samples needed to rule out start-up)"
        );
    }

    #[test]
    fn a_rising_floor_counts_its_blocks() {
        let rising = |p| sentence(Sentence::RisingFloor { rising: 33, steps: 33, tau: 1.0, longest_run: 33 }, p, 0.01);
        assert_eq!(rising(1e-9), "floor rose in 33 of 33 blocks, longest run 33 (rank trend tau +1.00, p < 0.001)");
        assert!(rising(0.25).ends_with("p = 0.250)"));
    }

    #[test]
    fn undecided_growth_says_what_it_needs() {
        let needs = Sentence::NotDetectable { resource: Resource::Fds, longer_s: 120.0 };
        assert_eq!(
            sentence(needs, 5.0 / 3600.0, 1.0 / 3600.0),
            "too little data: growth below 5.0 descriptors/h is not detectable yet \
             (threshold 1.0 descriptors/h needs another 2 min)"
        );
        let possible = Sentence::NotExcluded { resource: Resource::Memory, high: 3.0 * MIB_PER_HOUR };
        assert_eq!(
            sentence(possible, 0.0, MIB_PER_HOUR),
            "too noisy to decide: growth up to 3 MiB/h is possible (threshold 1 MiB/h)"
        );
    }

    #[test]
    fn spikes_are_counted_in_the_right_number() {
        let spikes = |count, returned| sentence(Sentence::Spikes { count, returned }, 8.0 * 1_048_576.0, f64::NAN);
        assert_eq!(spikes(1, 0), "1 spike, none returned; the latest rose by 8.0 MiB");
        assert_eq!(spikes(3, 2), "3 spikes, 2 returned; the latest rose by 8.0 MiB");
    }
}
