//! Tracker of all series of one target, and their assessment.

use crate::model::{Ceiling, Counter, Reading, Runtime, Sample};

use super::cadence::Cadence;
use super::consistent_growth::ConsistentGrowth;
use super::default_criteria::{count_criteria, headroom, memory_criteria, work_threshold};
use super::forecast::Forecast;
use super::history::History;
use super::level::Level;
use super::resource::Resource;
use super::settings::Settings;
use super::shape::Shape;
use super::spike::{SpikeDetector, Spikes};
use super::stats::median_slope;
use super::status::Status;
use super::trend::Growth;
use super::trend::bounded_trend::is_constant;
use super::trend::criteria::Criteria;
use super::trend::growth_search::judge_series;
use super::trend::series_trend::SeriesTrend;
use super::trend::start_up::is_past_start_up;
use super::variance::Variance;
use super::verdict::{Assessment, ResourceAssessment, Verdict, confidence, reasons};
use super::window::{Window, newest};
use crate::units::Axis;

/// Smallest step of memory, in bytes: a page.
const PAGE: f64 = 4096.0;
/// Smallest step of a number of threads or descriptors.
const ONE: f64 = 1.0;
/// Least rate of the address space, as a part of that of shared memory, where shared memory can leak. Pages of a segment
/// that is mapped already are bounded by it.
const MIN_MAPPED_PART: f64 = 0.3;
/// Rolling window unless the user sets one: an hour in seconds, or this many samples if that is more.
const WINDOW_S: f64 = 3600.0;
const WINDOW_SAMPLES: f64 = 60.0;

/// All series of one target, in bounded memory. The same samples with the same settings give the same assessment.
///
/// ```
/// use leakwatch::analysis::{Settings, Status, Tracker};
/// use leakwatch::model::{Counter, Reading, Sample, Timestamp};
///
/// let settings = Settings::default();
/// let mut tracker = Tracker::new(&settings, None);
/// for i in 0..500 {
///     // 100 MiB and 40 KiB more every ten seconds, with some noise.
///     let rss = (100 << 20) + 4096 * (10 * i + i * i % 7);
///     let reading = Reading::default().with(Counter::Rss, rss as u64);
///     tracker.push(&Sample { at: Timestamp(10_000 * i), reading });
/// }
/// let assessment = tracker.assess(&settings, None);
/// assert_eq!(assessment.verdict.status, Status::Leaking);
/// for reason in &assessment.verdict.reasons {
///     println!("{}: {reason}", reason.rule.name());
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Tracker {
    /// Age of the process at its first sample, in seconds.
    start_age: Option<f64>,
    /// Largest error of one memory counter, in bytes.
    counter_error: f64,
    runtime: Option<Runtime>,
    cadence: Cadence,
    rss: Level,
    /// Levels of memory, descriptors and threads.
    levels: [Level; 3],
    histories: Histories,
    spikes: SpikeDetector,
}

/// The series that are judged.
#[derive(Debug, Clone, Default)]
struct Histories {
    memory: History,
    shared: History,
    mapped: History,
    threads: History,
    fds: History,
}

impl Tracker {
    /// Returns a tracker without samples. `start_age_s` is the age of the process at its first sample, when known.
    #[must_use]
    pub fn new(settings: &Settings, start_age_s: Option<f64>) -> Self {
        Self {
            start_age: start_age_s,
            counter_error: 0.0,
            runtime: None,
            cadence: Cadence::default(),
            rss: Level::default(),
            levels: Default::default(),
            histories: Histories::default(),
            spikes: SpikeDetector::new(settings),
        }
    }

    /// Sets the largest error of one memory counter: growth between two readings counts above twice that.
    #[must_use]
    pub fn with_counter_error(self, bytes: f64) -> Self {
        Self { counter_error: bytes, ..self }
    }

    /// Names the runtime of the process: growth of a first heap is not a leak before its collector has emptied it.
    #[must_use]
    pub fn with_runtime(self, runtime: Option<Runtime>) -> Self {
        Self { runtime, ..self }
    }

    /// Takes one sample. True if a new assessment is worth its cost. Ignores a sample earlier than the one before.
    pub fn push(&mut self, sample: &Sample) -> bool {
        let Some(seconds) = self.cadence.push(sample.at) else { return false };
        let memory = sample.reading.private_memory();
        if let Some(rss) = sample.reading.value(Counter::Rss) {
            self.rss.record(rss);
        }
        self.histories.push(seconds, &sample.reading, memory);
        for (level, value) in self.levels.iter_mut().zip([
            memory,
            sample.reading.value(Counter::Fds),
            sample.reading.value(Counter::Threads),
        ]) {
            if let Some(value) = value {
                level.record(value);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let spiked = memory.is_some_and(|memory| self.spikes.push(sample.at, seconds, memory as f64));
        let due = self.cadence.take_due();
        due || spiked
    }

    /// Returns the spikes so far: the part of [`Self::assess`] that costs nothing.
    #[must_use]
    pub fn spikes(&self) -> Spikes {
        self.spikes.spikes()
    }

    /// Assesses the target from all samples so far. Never changes the state. `ceiling` is the memory limit that the
    /// target grows into, when known.
    #[must_use]
    pub fn assess(&self, settings: &Settings, ceiling: Option<&Ceiling>) -> Assessment {
        let mut memory = self.judge_memory(settings, ceiling);
        if settings.constant_is_unmeasured && settings.axis == Axis::Time && is_constant(&self.histories.memory) {
            memory.set_unmeasured();
        }
        let fds = self.judge_count(&self.histories.fds, settings);
        let threads = self.judge_count(&self.histories.threads, settings);
        let spikes = self.spikes.spikes();
        let (variance, consistent_growth) = self.measure_window(settings, &memory);
        let shapes = [
            Shape::from_trend(&memory, &self.histories.memory, &variance, &spikes),
            Shape::from_trend(&fds, &self.histories.fds, &Variance::default(), &Spikes::default()),
            Shape::from_trend(&threads, &self.histories.threads, &Variance::default(), &Spikes::default()),
        ];
        let trends = [(Resource::Memory, &memory), (Resource::Fds, &fds), (Resource::Threads, &threads)];
        let worst = index_of_worst(trends.map(|(_, trend)| trend.status));
        let (resource, deciding) = trends[worst];
        let growth =
            Growth { threshold_origin: settings.max_growth_origin, ..Growth::from_trend(&memory) }.on(settings.axis);
        let mut assessment = Assessment {
            verdict: Verdict {
                status: deciding.status,
                resource: (deciding.status >= Status::Suspect).then_some(resource),
                shape: shapes[worst],
                confidence: confidence(deciding),
                reasons: Vec::new(),
            },
            growth,
            spikes,
            variance,
            consistent_growth,
            forecast: if memory.status >= Status::Suspect || memory.is_growing() {
                Forecast::from_growth(&growth, shapes[0], ceiling)
            } else {
                Forecast::default()
            },
            resources: self.resource_assessments(&trends, shapes, settings.axis),
            rss: self.rss,
            samples: self.cadence.samples(),
            gaps: self.cadence.gaps(),
            observed_s: self.cadence.observed(),
        };
        assessment.verdict.reasons = reasons(deciding, resource, settings, &assessment);
        assessment.verdict.reasons.iter_mut().for_each(|reason| reason.wording.set_axis(settings.axis));
        assessment
    }

    /// Measures variance and consistent growth over the rolling window.
    fn measure_window(&self, settings: &Settings, memory: &SeriesTrend) -> (Variance, ConsistentGrowth) {
        let history = &self.histories.memory;
        let span = settings.window_s.unwrap_or_else(|| WINDOW_S.max(WINDOW_SAMPLES * self.cadence.usual_pause()));
        let blocks = newest(history, span);
        let floors = Window::floors(&blocks, Window::blocks_per_floor(blocks.len()));
        let slope = median_slope(&floors.at, &floors.values);
        let cycle = memory.judgement.as_ref().and_then(|j| j.cycle);
        let variance = Variance::from_blocks(&blocks, history.first(), slope, self.cadence.usual_pause(), cycle);
        (variance, ConsistentGrowth::from_floors(&floors, slope))
    }

    /// Returns the assessment of each resource with a known level.
    fn resource_assessments(
        &self,
        trends: &[(Resource, &SeriesTrend); 3],
        shapes: [Option<Shape>; 3],
        axis: Axis,
    ) -> Vec<ResourceAssessment> {
        // Exact capacity: thousands of targets keep theirs.
        let mut out = Vec::with_capacity(self.levels.iter().filter(|level| level.is_known()).count());
        for (((resource, trend), level), shape) in trends.iter().zip(&self.levels).zip(shapes) {
            if level.is_known() {
                let growth = Growth::from_trend(trend).on(axis);
                out.push(ResourceAssessment {
                    resource: *resource,
                    status: trend.status,
                    shape,
                    growth,
                    level: *level,
                });
            }
        }
        out
    }

    /// Judges anonymous and shared memory. The worse of the two decides.
    fn judge_memory(&self, settings: &Settings, ceiling: Option<&Ceiling>) -> SeriesTrend {
        let first = self.histories.memory.first();
        let mut criteria = memory_criteria(settings, first, ceiling);
        // A threshold of an option is one by time.
        if settings.axis != Axis::Time {
            criteria.threshold = work_threshold(first, self.cadence.observed());
        }
        criteria.min_rise = criteria.min_rise.max(2.0 * self.counter_error);
        criteria.past_start_up |= self.is_past_start_up();
        criteria.has_first_heap = self.runtime == Some(Runtime::Node);
        let mut memory = judge_series(&self.histories.memory, PAGE, &criteria);
        if self.is_urgent(&memory, settings, ceiling) {
            criteria.min_observation = 0.0;
            memory = judge_series(&self.histories.memory, PAGE, &criteria);
        }
        criteria.other_memory = first;
        if self.histories.shared.tiers() == 0 {
            return memory;
        }
        let mut shared = judge_series(&self.histories.shared, PAGE, &criteria);
        if shared.status >= Status::Suspect && !self.is_mapped_with(&shared, &criteria) {
            shared.status = Status::WarmingUp;
            shared.withheld = None;
        }
        if shared.status >= Status::WarmingUp && shared.status > memory.status { shared } else { memory }
    }

    /// Judges a number of descriptors or threads.
    fn judge_count(&self, history: &History, settings: &Settings) -> SeriesTrend {
        let mut criteria = count_criteria(settings);
        if settings.axis != Axis::Time {
            criteria.threshold = work_threshold(history.first(), self.cadence.observed());
        }
        criteria.past_start_up |= self.is_past_start_up();
        judge_series(history, ONE, &criteria)
    }

    fn is_past_start_up(&self) -> bool {
        is_past_start_up(self.start_age, self.cadence.observed())
    }

    /// True if proven growth would reach the ceiling before the least observation is over.
    fn is_urgent(&self, memory: &SeriesTrend, settings: &Settings, ceiling: Option<&Ceiling>) -> bool {
        let left = settings.min_observation_s - self.cadence.observed();
        memory.status == Status::Suspect
            && left > 0.0
            && memory.judgement.as_ref().zip(ceiling).is_some_and(|(j, ceiling)| j.rate.rate * left > headroom(ceiling))
    }

    /// True if the address space grows with shared memory.
    fn is_mapped_with(&self, shared: &SeriesTrend, criteria: &Criteria) -> bool {
        let mapped = judge_series(&self.histories.mapped, PAGE, criteria);
        rate_of(&mapped) >= MIN_MAPPED_PART * rate_of(shared)
    }
}

impl Histories {
    #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
    fn push(&mut self, seconds: f64, reading: &Reading, memory: Option<u64>) {
        let series = [
            (&mut self.memory, memory),
            (&mut self.shared, reading.value(Counter::RssShmem)),
            (&mut self.mapped, reading.value(Counter::Vsize)),
            (&mut self.threads, reading.value(Counter::Threads)),
            (&mut self.fds, reading.value(Counter::Fds)),
        ];
        for (history, value) in series {
            if let Some(value) = value {
                history.push(seconds, value as f64);
            }
        }
    }
}

fn rate_of(trend: &SeriesTrend) -> f64 {
    trend.judgement.as_ref().map_or(0.0, |j| j.rate.rate)
}

/// Returns the index of the worst status. The first wins ties, and where no status stands out.
fn index_of_worst(statuses: [Status; 3]) -> usize {
    let worst = (0..statuses.len()).rev().max_by_key(|&i| statuses[i]).unwrap_or(0);
    if statuses[worst] >= Status::WarmingUp { worst } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CeilingKind, Counter, Timestamp};

    const MIB: u64 = 1 << 20;

    /// Assesses 400 samples, one in ten seconds.
    fn assessed(settings: &Settings, ceiling: Option<&Ceiling>, reading: impl Fn(u64) -> Reading) -> Assessment {
        let mut tracker = Tracker::new(settings, None);
        for i in 0..400 {
            tracker.push(&Sample { at: Timestamp(10_000 * i as i64), reading: reading(i) });
        }
        tracker.assess(settings, ceiling)
    }

    fn noisy(i: u64, mib: f64) -> u64 {
        (mib * MIB as f64) as u64 + 4096 * (i.wrapping_mul(2_654_435_761) >> 20 & 15)
    }

    fn anonymous(value: u64) -> Reading {
        Reading::default().with(Counter::RssAnon, value).with(Counter::Rss, value + 9 * MIB)
    }

    #[test]
    fn a_leak_of_an_hour_is_leaking_with_its_rate() {
        let leak = assessed(&Settings::default(), None, |i| anonymous(noisy(i, 100.0 + 0.1 * i as f64)));
        assert_eq!((leak.verdict.status, leak.verdict.resource), (Status::Leaking, Some(Resource::Memory)));
        let rate = leak.growth.rate.expect("a rate");
        assert!((rate / (0.01 * MIB as f64) - 1.0).abs() < 0.01, "{rate}");
        assert_eq!((leak.samples, leak.gaps, leak.observed_s), (400, 0, 3990.0));
        assert!(leak.verdict.reasons.iter().any(|reason| reason.for_leak));
    }

    #[test]
    fn the_least_observation_is_waived_when_the_ceiling_is_near() {
        let settings = Settings::default().with_min_observation_s(36_000.0);
        let reading = |i: u64| anonymous(noisy(i, 100.0 + 0.1 * i as f64));
        assert_eq!(assessed(&settings, None, reading).verdict.status, Status::Suspect);
        let near = Ceiling { kind: CeilingKind::User, limit_bytes: 150 * MIB, used_bytes: 140 * MIB };
        let urgent = assessed(&settings, Some(&near), reading);
        assert_eq!(urgent.verdict.status, Status::Leaking);
        assert!(urgent.forecast.not_before_s.is_some_and(|seconds| seconds > 900.0 && seconds < 1100.0));
    }

    #[test]
    fn a_resource_that_leaks_decides() {
        let fds = assessed(&Settings::default(), None, |i| {
            anonymous(noisy(i, 100.0)).with(Counter::Fds, 100 + i).with(Counter::Threads, 4)
        });
        assert_eq!((fds.verdict.status, fds.verdict.resource), (Status::Leaking, Some(Resource::Fds)));
        let statuses: Vec<Status> = fds.resources.iter().map(|resource| resource.status).collect();
        assert_eq!(statuses, [Status::Stable, Status::Leaking, Status::Stable]);
        assert_eq!(fds.resources[2].growth.rate, Some(0.0), "a flat series has the rate 0");
    }

    #[test]
    fn shared_memory_leaks_only_while_the_address_space_grows() {
        let shared = |mapped: u64| {
            move |i: u64| {
                anonymous(100 * MIB)
                    .with(Counter::RssShmem, noisy(i, 50.0 + 0.1 * i as f64))
                    .with(Counter::Vsize, 900 * MIB + mapped * i * 4096)
            }
        };
        assert_eq!(assessed(&Settings::default(), None, shared(0)).verdict.status, Status::WarmingUp);
        assert_eq!(assessed(&Settings::default(), None, shared(26)).verdict.status, Status::Leaking);
    }

    #[test]
    fn memory_wins_ties_and_where_nothing_stands_out() {
        use Status::{InsufficientData, Leaking, Stable, Suspect};
        assert_eq!(index_of_worst([Leaking, Leaking, Suspect]), 0);
        assert_eq!(index_of_worst([Stable, Suspect, Leaking]), 2);
        assert_eq!(index_of_worst([Stable, InsufficientData, InsufficientData]), 0);
    }

    #[test]
    fn without_samples_nothing_is_known() {
        let settings = Settings::default();
        let empty = Tracker::new(&settings, None).assess(&settings, None);
        assert_eq!((empty.verdict.status, empty.growth.rate), (Status::InsufficientData, None));
        assert!(empty.resources.is_empty() && empty.rss.last().is_none());
    }
}
