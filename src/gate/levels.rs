//! What expressions need of one series of one target: a few numbers, whatever the length of the watch.

use crate::analysis::{Assessment, Settings, Tracker};
use crate::model::{Reading, Sample, Timestamp};

use super::metric::{Aggregate, Metric, Series};

/// One series of one target. Values are bytes or numbers.
#[derive(Debug)]
pub(super) struct Levels {
    pub series: Series,
    /// After the warm-up; `None` until it was read.
    pub first: Option<f64>,
    pub last: Option<f64>,
    pub min: Option<f64>,
    pub sum: f64,
    pub count: u64,
    /// Of all samples, the warm-up too.
    pub peak: Option<f64>,
    /// Highest and lowest after the warm-up: whether it moved at all.
    pub max: Option<f64>,
    /// Between the first and the last value after the warm-up, in seconds.
    span: Option<(Timestamp, Timestamp)>,
    /// For growth of a series that the verdict does not look at: the same analysis, fed with it as if it were memory.
    tracker: Option<Tracker>,
    assessed: Option<Assessment>,
    /// Growth by work: the same analysis with work in place of time, and the work at its first and newest sample.
    work: Option<(Tracker, Option<f64>, f64)>,
    /// Why no work was counted at all, unless none was done; known at the end.
    pub why_no_work: Option<String>,
}

impl Levels {
    /// `age_s` is the age of the process at its first sample.
    pub(super) fn new(metric: &Metric, settings: &Settings, age_s: Option<f64>) -> Self {
        let series = metric.series;
        let own = !matches!(series, Series::Memory | Series::Fds | Series::Threads);
        let grows = metric.aggregate == Aggregate::Growth && !metric.per_work;
        Self {
            series,
            first: None,
            last: None,
            min: None,
            sum: 0.0,
            count: 0,
            peak: None,
            max: None,
            span: None,
            tracker: (own && grows).then(|| Tracker::new(settings, age_s)),
            assessed: None,
            work: metric.per_work.then(|| (Tracker::new(settings, None), None, 0.0)),
            why_no_work: None,
        }
    }

    /// Takes the work that was done by now. Only a sample after more work than before tells something of work.
    pub(super) fn push_work(&mut self, work: f64, reading: &Reading, settings: &Settings) {
        let Some((tracker, first, newest)) = &mut self.work else { return };
        let Some(value) = self.series.value(reading) else { return };
        if first.is_some() && work <= *newest {
            return;
        }
        let begun = *first.get_or_insert(work);
        *newest = work;
        #[expect(clippy::cast_possible_truncation, reason = "saturates; a unit of work takes the place of a second")]
        let at = Timestamp(((work - begun) * 1000.0) as i64);
        let reading = Reading { rss: Some(value), ..Reading::default() };
        if tracker.push(&Sample { at, reading }) {
            self.assessed = Some(tracker.assess(settings, None));
        }
    }

    /// The work between the first and the newest sample; `None` when work is not asked for.
    pub(super) fn worked(&self) -> Option<f64> {
        self.work.as_ref().map(|(_, first, newest)| first.map_or(0.0, |first| newest - first))
    }

    /// Takes one reading; `warming` ones count for the peak and for what is there now.
    pub(super) fn push(&mut self, at: Timestamp, reading: &Reading, warming: bool, settings: &Settings) {
        let Some(value) = self.series.value(reading) else { return };
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let number = value as f64;
        self.last = Some(number);
        self.peak = Some(self.peak.map_or(number, |peak| peak.max(number)));
        if warming {
            return;
        }
        self.first.get_or_insert(number);
        self.min = Some(self.min.map_or(number, |min| min.min(number)));
        self.max = Some(self.max.map_or(number, |max| max.max(number)));
        self.sum += number;
        self.count += 1;
        self.span = Some((self.span.map_or(at, |(first, _)| first), at));
        if let Some(tracker) = &mut self.tracker {
            let reading = Reading { rss: Some(value), ..Reading::default() };
            if tracker.push(&Sample { at, reading }) {
                self.assessed = Some(tracker.assess(settings, None));
            }
        }
    }

    /// The newest assessment of its own growth.
    pub(super) fn assessed(&self) -> Option<&Assessment> {
        self.assessed.as_ref()
    }

    /// Judges its own growth for the last time.
    pub(super) fn conclude(&mut self, settings: &Settings) {
        let by_work = self.work.as_ref().filter(|(_, first, _)| first.is_some()).map(|(tracker, ..)| tracker);
        if let Some(tracker) = self.tracker.as_ref().or(by_work) {
            self.assessed = Some(tracker.assess(settings, None));
        }
    }

    /// The time between the first and the last value, in seconds.
    pub(super) fn observed_s(&self) -> f64 {
        self.span.map_or(0.0, |(first, last)| last.seconds_since(first))
    }

    /// Whether it was read several times and never moved.
    pub(super) fn is_unmoved(&self) -> bool {
        self.count > 1 && self.min == self.max
    }
}
