//! Reads a metric off what is known of a target, with its interval where it has one.

use crate::analysis::{Assessment, Growth, Resource, Shape, Status};
use crate::event::Target;

use super::levels::Levels;
use super::metric::{Aggregate, Metric, Series};

/// Values a series that never moved must have before it counts as flat: a process may only just be waiting.
const LEAST_UNMOVED: u64 = 24;

/// A measured value. `low` and `high` are the ends of the 95 % interval, or the value itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// A rise that is explained by a start, a step or a rhythm as well as by a leak.
    pub settling: bool,
    /// Growth that the analysis would not prove, whatever its interval: less than the smallest it could have.
    pub unproved: bool,
    /// The smallest growth that could have been proved, and the time it was looked for in, in seconds.
    pub detectable: Option<(f64, f64)>,
}

impl Measured {
    pub(super) fn exact(value: f64) -> Self {
        Self { value, low: value, high: value, settling: false, unproved: false, detectable: None }
    }
}

/// The value of a metric, or why there is none.
pub(super) fn measure(metric: &Metric, levels: &Levels, target: &Target) -> Result<Measured, String> {
    if metric.aggregate == Aggregate::Growth {
        let measured = match levels.worked() {
            Some(worked) => by_work(metric, levels, worked)?,
            None => growth(metric.series, levels, target)?,
        };
        return Ok(if metric.point {
            Measured { detectable: measured.detectable, ..Measured::exact(measured.value) }
        } else {
            measured
        });
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    let mean = (levels.count > 0).then(|| levels.sum / levels.count as f64);
    // Of a single sample the last value is the first one: what became of it is unknown.
    if levels.count == 1 && matches!(metric.aggregate, Aggregate::Delta | Aggregate::Ratio) {
        return Err("it takes two samples, and there is one".to_owned());
    }
    let both = levels.first.zip(levels.last);
    let value = match metric.aggregate {
        Aggregate::Peak => levels.peak,
        Aggregate::Last => levels.last,
        Aggregate::Min => levels.min,
        Aggregate::Mean => mean,
        Aggregate::First => levels.first,
        Aggregate::Delta => both.map(|(first, last)| last - first),
        Aggregate::Ratio => match both {
            Some((0.0, 0.0)) => Some(1.0),
            Some((0.0, _)) => return Err(format!("{} was 0 at first: there is no ratio to it", metric.series.name())),
            both => both.map(|(first, last)| last / first),
        },
        Aggregate::Growth => None,
    };
    value.map(Measured::exact).ok_or_else(|| unknown(metric.series, levels, target))
}

/// Why there is no value at all.
fn unknown(series: Series, levels: &Levels, target: &Target) -> String {
    match levels.last {
        Some(_) => "it was seen in the warm-up only".to_owned(),
        None => unread(series, target),
    }
}

fn unread(series: Series, target: &Target) -> String {
    let column =
        |counter: crate::model::Counter| counter.column().trim_end_matches("_bytes").trim_start_matches("rss_");
    match target.current.denied.iter().find(|(counter, _)| column(*counter) == series.name()) {
        Some((_, right)) => format!("{} could not be read: it takes {right}", series.name()),
        None if matches!(series, Series::Pss | Series::Uss) => {
            format!("{} was never read: it is off with --no-pss, and unknown for sums", series.name())
        }
        None => format!("{} was never read", series.name()),
    }
}

fn growth(series: Series, levels: &Levels, target: &Target) -> Result<Measured, String> {
    let assessment = levels.assessed().unwrap_or(&target.assessment);
    let resource = match series {
        Series::Fds => Resource::Fds,
        Series::Threads => Resource::Threads,
        _ => Resource::Memory,
    };
    let known = assessment.resources.iter().find(|entry| entry.resource == resource);
    if let Some(entry) = known
        && let Some(measured) = of_growth(&entry.growth, entry.status, entry.shape)
    {
        return Ok(measured);
    }
    if levels.count == 0 {
        return Err(unknown(series, levels, target));
    }
    let observed = levels.observed_s();
    if levels.is_unmoved() && levels.count >= LEAST_UNMOVED && observed > 0.0 {
        let resolved = series.step() / observed;
        let detectable = Some((resolved, observed));
        return Ok(Measured { low: -resolved, high: resolved, detectable, ..Measured::exact(0.0) });
    }
    Err(too_few(levels.count, assessment))
}

/// Growth by unit of work.
fn by_work(metric: &Metric, levels: &Levels, worked: f64) -> Result<Measured, String> {
    if worked <= 0.0 {
        let idle = || "no work was counted: nothing was exercised".to_owned();
        return Err(levels.why_no_work.clone().unwrap_or_else(idle));
    }
    let known = levels.assessed();
    if let Some(assessed) = known
        && let Some(entry) = assessed.resources.iter().find(|entry| entry.resource == Resource::Memory)
        && let Some(measured) = of_growth(&entry.growth, entry.status, entry.shape)
    {
        return Ok(measured);
    }
    let samples = known.map_or(0, |assessed| assessed.samples);
    if levels.is_unmoved() && samples >= LEAST_UNMOVED {
        let resolved = metric.series.step() / worked;
        let detectable = Some((resolved, worked));
        return Ok(Measured { low: -resolved, high: resolved, detectable, ..Measured::exact(0.0) });
    }
    Err(format!("growth per work cannot be told from {samples} samples with more work than before; it takes 56"))
}

fn too_few(samples: u64, assessment: &Assessment) -> String {
    let gaps = if assessment.gaps > 0 { format!(" and {} gaps", assessment.gaps) } else { String::new() };
    format!(
        "growth cannot be told from {samples} samples{gaps}; it takes 56: give a longer --duration or a shorter --interval"
    )
}

fn of_growth(growth: &Growth, status: Status, shape: Option<Shape>) -> Option<Measured> {
    let detectable = growth.smallest_detectable.map(|rate| (rate, growth.span_s));
    let (value, low, high) = (growth.rate?, growth.ci_low?, growth.ci_high?);
    let unproved = status < Status::Suspect && growth.smallest_detectable.is_some_and(|least| value < least);
    Some(Measured { value, low, high, settling: is_settling(status, shape), unproved, detectable })
}

/// Whether the analysis explains a rise by something that ends by itself.
fn is_settling(status: Status, shape: Option<Shape>) -> bool {
    let ends = matches!(
        shape,
        Some(Shape::WarmUp | Shape::Step | Shape::Spike | Shape::SawTooth | Shape::Cycle | Shape::Shrinking)
    );
    status == Status::WarmingUp || (ends && status < Status::Suspect)
}
