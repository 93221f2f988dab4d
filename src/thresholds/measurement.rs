//! Measures a metric of a target, with its confidence interval if it has one.

use crate::analysis::{Assessment, Growth, Resource, Shape, Status};
use crate::event::Target;
use crate::model::Counter;

use super::aggregates::{Aggregates, Values};
use super::extra_looks::Widening;
use super::metric::{Aggregate, Metric, Series};
use crate::units::Axis;

/// Least number of values of a series that never moved before it counts as flat. A process may only just be waiting.
const LEAST_UNMOVED: u64 = 24;

/// A measured value with its confidence interval. An exact value is its own interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Measurement {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Probability that the interval covers the value.
    pub confidence: f64,
    /// True if a start, a step or a cycle explains the rise as well as a leak.
    pub may_settle: bool,
    /// True if the verdict withholds the growth, or if it is smaller than the smallest that the analysis could prove.
    pub is_unproved: bool,
    /// Reason for which the verdict withholds it.
    pub withheld: Option<String>,
    /// Smallest growth that could have been proved, and the time it was observed for, in seconds.
    pub detectable: Option<(f64, f64)>,
}

impl Measurement {
    /// A value without error.
    pub(super) fn exact(value: f64) -> Self {
        Self {
            value,
            low: value,
            high: value,
            confidence: Widening::NONE.confidence,
            may_settle: false,
            is_unproved: false,
            withheld: None,
            detectable: None,
        }
    }

    /// Returns the measurement with a wider interval.
    pub(super) fn widened(self, widening: Widening) -> Self {
        let end = |end: f64| self.value + widening.factor * (end - self.value);
        Self {
            low: end(self.low),
            high: end(self.high),
            confidence: widening.confidence,
            detectable: self.detectable.map(|(rate, span)| (widening.factor * rate, span)),
            ..self
        }
    }

    /// A series that never moved: its growth is below one `step` over the whole `extent`.
    fn unmoved(step: f64, extent: f64) -> Self {
        let resolved = step / extent;
        Self { low: -resolved, high: resolved, detectable: Some((resolved, extent)), ..Self::exact(0.0) }
    }

    /// Growth that the analysis measured; `None` if it has no rate yet.
    fn of_growth(growth: &Growth, status: Status, shape: Option<Shape>) -> Option<Self> {
        let mean = growth.mean?;
        let is_small = growth.smallest_detectable.is_some_and(|least| mean.rate < least);
        Some(Self {
            low: mean.low,
            high: mean.high,
            may_settle: may_settle(status, shape),
            // The verdict withholds a suspect for a reason that holds for the threshold as well.
            is_unproved: status == Status::Suspect || (status < Status::Suspect && is_small),
            detectable: Some(((mean.high - mean.low) / 2.0, growth.span_s)),
            ..Self::exact(mean.rate)
        })
    }
}

/// Reason for which there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoValue {
    /// The reason as a text.
    pub why: String,
    /// True if more samples alone would give a value.
    pub is_short: bool,
}

impl NoValue {
    /// Too few samples or too little time.
    pub(super) fn short(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_short: true }
    }

    /// A reason that more samples do not remove.
    pub(super) fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), is_short: false }
    }
}

/// Measures a metric. The error is the reason for which there is no value.
pub(super) fn measure(metric: &Metric, aggregates: &Aggregates, target: &Target) -> Result<Measurement, NoValue> {
    if metric.aggregate == Aggregate::Growth {
        let measured = match (target.assessment.growth.axis, aggregates.work()) {
            (Axis::Work(_), _) if metric.per_work => growth(metric.series, aggregates, target)?,
            (Axis::Work(unit), None) => {
                let text = format!("it has no times, but {}: write '{metric} per work'", unit.plural());
                return Err(NoValue::lasting(text));
            }
            (_, Some(work)) => growth_per_work(metric, aggregates, work)?,
            (Axis::Time, None) => growth(metric.series, aggregates, target)?,
        };
        return Ok(if metric.point {
            Measurement { detectable: measured.detectable, ..Measurement::exact(measured.value) }
        } else {
            measured
        });
    }
    // A single sample is first and last at once: its change is unknown.
    if aggregates.count() == 1 && matches!(metric.aggregate, Aggregate::Delta | Aggregate::Ratio) {
        return Err(NoValue::short("only 1 sample; 2 are needed"));
    }
    let values = aggregates.values();
    let ends = values.map(Values::first).zip(aggregates.last());
    let value = match metric.aggregate {
        Aggregate::Peak => aggregates.peak(),
        Aggregate::Last => aggregates.last(),
        Aggregate::Min => values.map(Values::min),
        Aggregate::Mean => values.map(Values::mean),
        Aggregate::First => values.map(Values::first),
        Aggregate::Delta => ends.map(|(first, last)| last - first),
        Aggregate::Ratio => match ends {
            Some((0.0, 0.0)) => Some(1.0),
            Some((0.0, _)) => {
                return Err(NoValue::lasting(format!("{} was 0 at first, so there is no ratio", metric.series.name())));
            }
            ends => ends.map(|(first, last)| last / first),
        },
        Aggregate::Growth => None,
    };
    value.map(Measurement::exact).ok_or_else(|| why_unknown(metric.series, aggregates, target))
}

/// Returns the reason for which there is no value at all.
fn why_unknown(series: Series, aggregates: &Aggregates, target: &Target) -> NoValue {
    match aggregates.last() {
        Some(_) => NoValue::short("sampled during the warm-up only"),
        None => NoValue::lasting(why_unread(series, target)),
    }
}

/// Returns the reason for which a series was never read.
fn why_unread(series: Series, target: &Target) -> String {
    match target.current.denied.iter().find(|(counter, _)| counter.metric() == Some(series.name())) {
        Some((_, right)) => format!("{} could not be read: {right} is missing", series.name()),
        None if matches!(series, Series::Counter(Counter::Pss | Counter::Uss)) => {
            format!("{} was never read: --no-pss switches it off, and sums have none", series.name())
        }
        None => format!("{} was never read", series.name()),
    }
}

/// Measures growth by time.
fn growth(series: Series, aggregates: &Aggregates, target: &Target) -> Result<Measurement, NoValue> {
    let assessment = aggregates.assessment().unwrap_or(&target.assessment);
    if let Some(measured) = assessed_growth(assessment, series.resource()) {
        return Ok(measured);
    }
    let Some(values) = aggregates.values() else { return Err(why_unknown(series, aggregates, target)) };
    let observed = values.observed_s();
    if aggregates.is_unmoved() && values.count() >= LEAST_UNMOVED && observed > 0.0 {
        return Ok(Measurement::unmoved(series.step(), observed));
    }
    Err(NoValue::short(too_few(values.count(), assessment)))
}

/// Measures growth by unit of work.
fn growth_per_work(metric: &Metric, aggregates: &Aggregates, work: f64) -> Result<Measurement, NoValue> {
    if work <= 0.0 {
        let why = aggregates.why_no_work().unwrap_or("no work was counted: nothing was exercised");
        return Err(NoValue::lasting(why));
    }
    let known = aggregates.assessment();
    if let Some(measured) = known.and_then(|assessment| assessed_growth(assessment, Resource::Memory)) {
        return Ok(measured);
    }
    let samples = known.map_or(0, |assessment| assessment.samples);
    if aggregates.is_unmoved() && samples >= LEAST_UNMOVED {
        return Ok(Measurement::unmoved(metric.series.step(), work));
    }
    let why = format!("only {samples} samples with more work than before; 56 are needed for growth per work");
    Err(NoValue::short(why))
}

fn assessed_growth(assessment: &Assessment, resource: Resource) -> Option<Measurement> {
    let known = assessment.resources.iter().find(|known| known.resource == resource)?;
    let measured = Measurement::of_growth(&known.growth, known.status, known.shape)?;
    let is_decided_by = assessment.verdict.resource == Some(resource) && assessment.verdict.status == Status::Suspect;
    let mut reasons = assessment.verdict.reasons.iter().filter(|_| is_decided_by);
    let withheld = reasons.find(|reason| !reason.for_leak && reason.rule.withholds()).map(ToString::to_string);
    Some(Measurement { withheld, ..measured })
}

fn too_few(samples: u64, assessment: &Assessment) -> String {
    let gaps = if assessment.gaps > 0 { format!(" and {} gaps", assessment.gaps) } else { String::new() };
    format!("only {samples} samples{gaps}; 56 are needed for growth: use a longer --duration or a shorter --interval")
}

/// True if the analysis explains a rise by something that ends by itself.
fn may_settle(status: Status, shape: Option<Shape>) -> bool {
    let ends = matches!(
        shape,
        Some(Shape::WarmUp | Shape::Step | Shape::Spike | Shape::SawTooth | Shape::Cycle | Shape::Shrinking)
    );
    status == Status::WarmingUp || (ends && status < Status::Suspect)
}
