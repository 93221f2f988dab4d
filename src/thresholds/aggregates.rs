//! Aggregates of one series of one target, in constant memory whatever the length of the watch.

use crate::analysis::{Assessment, Settings, Tracker};
use crate::model::{Counter, Reading, Sample, Timestamp};

use super::metric::{Aggregate, Metric, Series};

/// Aggregates of one series of one target. Values are bytes or counts.
#[derive(Debug)]
pub(super) struct Aggregates {
    series: Series,
    /// Newest value.
    last: Option<f64>,
    /// Highest value, the warm-up included.
    peak: Option<f64>,
    /// Values after the warm-up; `None` until there is one.
    values: Option<Values>,
    growth: Growth,
    /// Latest assessment of the growth.
    assessment: Option<Assessment>,
    /// Reason for which no work was counted, unless there was none. Known at the end.
    why_no_work: Option<String>,
}

/// Values after the warm-up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values {
    first: f64,
    min: f64,
    max: f64,
    count: u64,
    sum: f64,
    from: Timestamp,
    to: Timestamp,
}

/// Source of the growth of a series.
#[derive(Debug)]
enum Growth {
    /// The verdict has it, or it is not asked for.
    OfVerdict,
    /// The same analysis as for the verdict, over a series that the verdict does not judge.
    ByTime(Tracker),
    /// The same analysis with work in place of time.
    ByWork {
        tracker: Tracker,
        /// Work at the first sample.
        first: Option<f64>,
        /// Work at the newest sample.
        newest: f64,
    },
}

impl Aggregates {
    /// Empty aggregates for a metric. `age_s` is the age of the process at its first sample.
    pub(super) fn new(metric: &Metric, settings: &Settings, age_s: Option<f64>) -> Self {
        let is_judged = metric.series.is_judged();
        let growth = if metric.per_work {
            Growth::ByWork { tracker: Tracker::new(settings, None), first: None, newest: 0.0 }
        } else if metric.aggregate == Aggregate::Growth && !is_judged {
            Growth::ByTime(Tracker::new(settings, age_s))
        } else {
            Growth::OfVerdict
        };
        Self {
            series: metric.series,
            last: None,
            peak: None,
            values: None,
            growth,
            assessment: None,
            why_no_work: None,
        }
    }

    /// Adds the work done so far. Only a sample after more work than before counts.
    pub(super) fn push_work(&mut self, work: f64, reading: &Reading, settings: &Settings) {
        let Growth::ByWork { tracker, first, newest } = &mut self.growth else { return };
        let Some(value) = self.series.value(reading) else { return };
        if first.is_some() && work <= *newest {
            return;
        }
        let start = *first.get_or_insert(work);
        *newest = work;
        #[expect(clippy::cast_possible_truncation, reason = "saturates; a unit of work takes the place of a second")]
        let at = Timestamp(((work - start) * 1000.0) as i64);
        if tracker.push(&Sample { at, reading: as_memory(value) }) {
            self.assessment = Some(tracker.assess(settings, None));
        }
    }

    /// Adds one reading. During the warm-up it counts for the peak and the newest value only.
    pub(super) fn push(&mut self, at: Timestamp, reading: &Reading, is_warming_up: bool, settings: &Settings) {
        let Some(value) = self.series.value(reading) else { return };
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let number = value as f64;
        self.last = Some(number);
        self.peak = Some(self.peak.map_or(number, |peak| peak.max(number)));
        if is_warming_up {
            return;
        }
        self.values.get_or_insert(Values::starting(at, number)).push(at, number);
        if let Growth::ByTime(tracker) = &mut self.growth
            && tracker.push(&Sample { at, reading: as_memory(value) })
        {
            self.assessment = Some(tracker.assess(settings, None));
        }
    }

    /// Assesses the growth for the last time. `why_no_work` explains missing work.
    pub(super) fn conclude(&mut self, settings: &Settings, why_no_work: Option<String>) {
        self.why_no_work = why_no_work;
        let tracker = match &self.growth {
            Growth::ByTime(tracker) | Growth::ByWork { tracker, first: Some(_), .. } => tracker,
            Growth::ByWork { first: None, .. } | Growth::OfVerdict => return,
        };
        self.assessment = Some(tracker.assess(settings, None));
    }

    /// Returns the newest value.
    pub(super) fn last(&self) -> Option<f64> {
        self.last
    }

    /// Returns the highest value.
    pub(super) fn peak(&self) -> Option<f64> {
        self.peak
    }

    /// Returns the values after the warm-up.
    pub(super) fn values(&self) -> Option<&Values> {
        self.values.as_ref()
    }

    /// Returns the number of values after the warm-up.
    pub(super) fn count(&self) -> u64 {
        self.values.map_or(0, |values| values.count)
    }

    /// Returns the work between the first and the newest sample; `None` if growth is not measured per work.
    pub(super) fn work(&self) -> Option<f64> {
        match &self.growth {
            Growth::ByWork { first, newest, .. } => Some(first.map_or(0.0, |first| newest - first)),
            _ => None,
        }
    }

    /// Returns the reason for which no work was counted.
    pub(super) fn why_no_work(&self) -> Option<&str> {
        self.why_no_work.as_deref()
    }

    /// Returns the latest assessment of growth that the verdict does not have.
    pub(super) fn assessment(&self) -> Option<&Assessment> {
        self.assessment.as_ref()
    }

    /// True if the series was read several times and never moved.
    pub(super) fn is_unmoved(&self) -> bool {
        self.values.is_some_and(|values| values.count > 1 && values.is_unmoved())
    }
}

impl Values {
    /// No values yet; `number` will be the first.
    fn starting(at: Timestamp, number: f64) -> Self {
        Self { first: number, min: number, max: number, count: 0, sum: 0.0, from: at, to: at }
    }

    /// Adds one value.
    fn push(&mut self, at: Timestamp, number: f64) {
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        self.sum += number;
        self.count += 1;
        self.to = at;
    }

    /// Returns the first value.
    pub(super) fn first(&self) -> f64 {
        self.first
    }

    /// Returns the lowest value.
    pub(super) fn min(&self) -> f64 {
        self.min
    }

    /// Returns the number of values.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the mean value.
    #[expect(clippy::cast_precision_loss, reason = "counts of samples")]
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Returns the seconds between the first and the last value.
    pub(super) fn observed_s(&self) -> f64 {
        self.to.seconds_since(self.from)
    }

    #[expect(clippy::float_cmp, reason = "both are the same sample if the series never moved")]
    fn is_unmoved(&self) -> bool {
        self.min == self.max
    }
}

/// Returns a reading in which a value stands for memory.
fn as_memory(value: u64) -> Reading {
    Reading::default().with(Counter::Rss, value)
}
