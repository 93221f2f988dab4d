//! Reasons in words. They are put together when somebody reads them: thousands of targets keep some reasons each.

use std::fmt;

use crate::units::{ByteRate, Bytes, Span};

use super::evidence::{Reason, Resource};
use super::maturity::LEAST;

/// What the sentence of a reason says, besides what stands in the reason itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording(pub(super) Words);

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self(Words::Written(text.into_boxed_str()))
    }
}

impl From<&'static str> for Wording {
    fn from(text: &'static str) -> Self {
        Self(Words::Fixed(text))
    }
}

/// One sentence with its numbers. Value, threshold and span are those of the reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Words {
    Fixed(&'static str),
    /// Of which there are few.
    Written(Box<str>),
    /// The value is a rate with this interval, seen over so many seconds.
    Growth {
        resource: Resource,
        low: f64,
        high: f64,
        over_s: f64,
    },
    /// The value is a share of what is held; this one that at the pace of the later half.
    Risen {
        late: f64,
    },
    /// The value is a number of samples, the threshold the one that is needed; this share came in since the first one.
    StartUp {
        share: f64,
    },
    /// Growth must be seen for as long as the threshold says; so much of it is left, if that is known.
    Awaited {
        left_s: f64,
    },
    AwaitedSinceLately,
    AwaitedStill,
    /// The threshold is a rate, and this one is not excluded.
    NotExcluded {
        resource: Resource,
        high: f64,
    },
    /// The value is the rate that could be seen; the threshold can be in so many seconds.
    TooLittle {
        resource: Resource,
        longer_s: f64,
    },
    /// The same over the span, without any movement.
    DidNotMove {
        resource: Resource,
        longer_s: f64,
    },
    TooFew {
        samples: u64,
    },
    Unclear {
        samples: u64,
    },
    /// The value is a number of samples, the threshold the one that is needed.
    Likely,
    Withdrawn,
    /// The value is the chance that this is none.
    Rising {
        share: f64,
        tau: f64,
        floors: u32,
        longest_run: u32,
    },
    Cycle {
        swing: f64,
        every_s: f64,
    },
    /// The value is the rise of the latest one.
    Spikes {
        count: u64,
        returned: u64,
    },
}

/// A rate as people read it.
fn rate(resource: Resource, per_second: f64) -> String {
    match resource {
        Resource::Memory => ByteRate(per_second).to_string(),
        Resource::Fds => format!("{:+.1} descriptors/h", per_second * 3600.0),
        Resource::Threads => format!("{:+.1} threads/h", per_second * 3600.0),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturates")]
fn size(bytes: f64) -> Bytes {
    Bytes(bytes.max(0.0).round() as u64)
}

impl fmt::Display for Reason {
    /// The reason as a sentence for people, without a full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, threshold) = (self.value.unwrap_or(f64::NAN), self.threshold.unwrap_or(f64::NAN));
        match self.wording.0 {
            Words::Fixed(text) => f.write_str(text),
            Words::Written(ref text) => f.write_str(text),
            Words::Growth { resource, low, high, over_s } => {
                let what = match resource {
                    Resource::Memory => "memory",
                    Resource::Fds => "the number of open files",
                    Resource::Threads => "the number of threads",
                };
                let verb = match (low > 0.0, high < threshold) {
                    (true, false) => "grows",
                    (_, true) => "does not grow by more than the threshold",
                    _ => "may or may not grow",
                };
                write!(
                    f,
                    "{what} {verb}: {} over the last {} (95 % interval {} to {}), held against a threshold of {}",
                    rate(resource, value),
                    Span(over_s),
                    rate(resource, low),
                    rate(resource, high),
                    rate(resource, threshold),
                )
            }
            Words::Risen { late } => write!(
                f,
                "the floor rose by {:.0} % of what the process holds, and by as much as {:.0} % at the pace of the later half",
                100.0 * value,
                100.0 * late
            ),
            Words::StartUp { share } => write!(
                f,
                "{:.0} % of what it holds came in since the first sample: to tell a leak from a start-up, {threshold:.0} samples are needed and {value} are there",
                100.0 * share
            ),
            Words::Awaited { left_s } => write!(
                f,
                "growth must be seen for {} to be called a leak: {} to go at least",
                Span(threshold),
                Span(left_s)
            ),
            Words::AwaitedSinceLately => {
                write!(f, "it began to grow only lately: it must go on for {} to be called a leak", Span(threshold))
            }
            Words::AwaitedStill => write!(f, "growth must be seen for {} to be called a leak", Span(threshold)),
            Words::NotExcluded { resource, high } => write!(
                f,
                "undecided: no growth is proved, but up to {} is not excluded and {} would matter",
                rate(resource, high),
                rate(resource, threshold)
            ),
            Words::TooLittle { resource, longer_s } => write!(
                f,
                "too little to tell: growth below {} could not have been seen; about {} more until {} can be",
                rate(resource, value),
                Span(longer_s),
                rate(resource, threshold)
            ),
            Words::DidNotMove { resource, longer_s } => write!(
                f,
                "too little to tell: it did not move, but growth below {} could not have been seen over {}; about {} more until {} can be",
                rate(resource, value),
                Span(self.span_s),
                Span(longer_s),
                rate(resource, threshold)
            ),
            Words::Unclear { samples } => {
                write!(f, "too little to tell: {samples} samples, over {}", Span(self.span_s))
            }
            Words::Likely => {
                write!(f, "growth is likely: to prove it, {threshold} samples are needed and {value} are there")
            }
            Words::TooFew { samples } => write!(
                f,
                "too little to tell: {samples} of the {LEAST} samples that are needed at least, over {}",
                Span(self.span_s)
            ),
            Words::Withdrawn => {
                write!(f, "it grew like a leak until about {} ago, and has settled since", Span(self.span_s))
            }
            Words::Rising { share, tau, floors, longest_run } => {
                write!(
                    f,
                    "{:.0} % of {floors} floors are above the one before, the longest run is {longest_run} (rank trend {tau:+.2}, p ",
                    100.0 * share
                )?;
                if value < 0.001 { f.write_str("< 0.001)") } else { write!(f, "= {value:.3})") }
            }
            Words::Cycle { swing, every_s } => {
                write!(f, "it moves up and down by {} about every {}", size(swing), Span(every_s))
            }
            Words::Spikes { count, returned } => {
                let spikes = if count == 1 { "spike" } else { "spikes" };
                let back = if returned == 0 { "none".to_owned() } else { returned.to_string() };
                write!(f, "{count} {spikes}, {back} came back; the latest rose by {}", size(value))
            }
        }
    }
}
