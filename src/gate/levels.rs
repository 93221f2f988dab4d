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
        }
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
        if let Some(tracker) = self.tracker.take() {
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
