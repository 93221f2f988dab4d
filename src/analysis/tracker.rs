//! All series of one target, and the assessment that joins them.

use crate::model::{Ceiling, Sample, Timestamp};

use super::consistent_growth::consistent_growth;
use super::evidence::{Assessment, Level, Resource, ResourceAssessment, Spikes, Status, Verdict};
use super::forecast::forecast;
use super::growth::growth;
use super::history::History;
use super::reason::reasons;
use super::series::{Bar, Finding, examine};
use super::settings::Settings;
use super::shape::shape;
use super::spike::SpikeWatch;
use super::stats::{median_slope, normal_tail};
use super::variance::variance;
use super::window::{Window, newest};

/// The smallest step of memory, in bytes: a page.
const PAGE: f64 = 4096.0;
/// The least threshold for memory, bytes per second: 0.25 MiB/h. Healthy services creep by some of that for a day.
const LEAST_GROWTH: f64 = 0.25 * 1_048_576.0 / 3600.0;
/// The threshold as a part of the level, per second: 1 % an hour.
const PART: f64 = 0.01 / 3600.0;
/// The least threshold for threads and descriptors, per second: one an hour.
const LEAST_COUNT: f64 = 1.0 / 3600.0;
/// What an allocator or a runtime moves by without meaning: growth over the window below it is never a leak. Bytes,
/// and a number of descriptors or threads.
const LEAST_RISE: f64 = 1_048_576.0;
const LEAST_RISE_COUNT: f64 = 8.0;
/// Descriptors or threads that a process may open at once: growth up to there is no start-up by itself.
const EVERY_COUNT: f64 = 64.0;
/// Shared memory can leak only while the address space grows with it, by at least this part of its rate: pages of a
/// segment that is mapped already are bounded by it.
const MAPPED: f64 = 0.3;
/// The rolling window unless the user sets one: an hour, in seconds, or so many samples if that is more.
const WINDOW: f64 = 3600.0;
const WINDOW_SAMPLES: f64 = 60.0;
/// A pause longer than this many usual intervals is a gap.
const GAP: f64 = 4.0;
/// Samples between two looks: a twelfth of those taken, within these bounds. More looks are nearly the same look.
const LOOKS: u64 = 12;
const LEAST_BETWEEN: u64 = 4;
const MOST_BETWEEN: u64 = 64;

/// All series of one target, in bounded memory.
#[derive(Debug)]
pub struct Tracker {
    age: Option<f64>,
    /// By how many bytes one counter of memory may be off.
    counter_error: f64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    samples: u64,
    unlooked: u64,
    gaps: u64,
    usual: f64,
    rss: Level,
    held: [Level; 3],
    memory: History,
    shared: History,
    mapped: History,
    threads: History,
    fds: History,
    spikes: SpikeWatch,
}

impl Tracker {
    /// A tracker that has seen nothing. `age_s` is the age of the process at its first sample, when known.
    #[must_use]
    pub fn new(settings: &Settings, age_s: Option<f64>) -> Self {
        Self {
            age: age_s,
            counter_error: 0.0,
            first: None,
            last: None,
            samples: 0,
            unlooked: 0,
            gaps: 0,
            usual: 0.0,
            rss: Level::default(),
            held: Default::default(),
            memory: History::default(),
            shared: History::default(),
            mapped: History::default(),
            threads: History::default(),
            fds: History::default(),
            spikes: SpikeWatch::new(settings),
        }
    }

    /// Counters of memory that may be off by so many bytes: growth between two readings counts above twice that.
    #[must_use]
    pub fn with_counter_error(self, bytes: f64) -> Self {
        Self { counter_error: bytes, ..self }
    }

    /// Takes one sample; true when [`Self::assess`] may now say something new. One that is earlier than the one before
    /// is ignored.
    pub fn push(&mut self, sample: &Sample) -> bool {
        let first = *self.first.get_or_insert(sample.at);
        if let Some(last) = self.last {
            let pause = sample.at.seconds_since(last);
            if pause < 0.0 {
                return false;
            }
            self.note_pause(pause);
        }
        self.last = Some(sample.at);
        self.samples += 1;
        self.unlooked += 1;
        let at = sample.at.seconds_since(first);
        let reading = &sample.reading;
        let memory = reading.rss_anon.map(|anon| anon.saturating_add(reading.swap.unwrap_or(0))).or(reading.rss);
        if let Some(rss) = reading.rss {
            self.rss.widen(rss);
        }
        let series = [
            (&mut self.memory, memory),
            (&mut self.shared, reading.rss_shmem),
            (&mut self.mapped, reading.vsize),
            (&mut self.threads, reading.threads),
            (&mut self.fds, reading.fds),
        ];
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        for (history, value) in series {
            if let Some(value) = value {
                history.push(at, value as f64);
            }
        }
        for (level, value) in self.held.iter_mut().zip([memory, reading.fds, reading.threads]) {
            if let Some(value) = value {
                level.widen(value);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
        let spiked = memory.is_some_and(|memory| self.spikes.push(sample.at, at, memory as f64));
        let between = (self.samples / LOOKS).clamp(LEAST_BETWEEN, MOST_BETWEEN);
        let due = self.samples == 1 || self.unlooked >= between;
        if due {
            self.unlooked = 0;
        }
        due || spiked
    }

    fn note_pause(&mut self, pause: f64) {
        if self.usual > 0.0 && pause > GAP * self.usual {
            self.gaps += 1;
        } else {
            // the mean of the first pauses, then one that forgets slowly
            #[expect(clippy::cast_precision_loss, reason = "at most 32")]
            let weight = 1.0 / self.samples.clamp(1, 32) as f64;
            self.usual += weight * (pause - self.usual);
        }
    }

    /// The spikes so far: the part of [`Self::assess`] that costs nothing.
    #[must_use]
    pub fn spikes(&self) -> Spikes {
        self.spikes.evidence()
    }

    /// What is known now. Never changes the state.
    #[must_use]
    pub fn assess(&self, settings: &Settings, ceiling: Option<&Ceiling>) -> Assessment {
        let memory = self.memory(settings, ceiling);
        let fds = self.count(&self.fds, settings);
        let threads = self.count(&self.threads, settings);

        let span = settings.window_s.unwrap_or_else(|| WINDOW.max(WINDOW_SAMPLES * self.usual));
        let window = newest(&self.memory, span);
        let floors = Window::floors(&window, Window::merged(window.len()));
        let slope = median_slope(&floors.at, &floors.values);
        let spikes = self.spikes.evidence();
        let variance = variance(&window, self.memory.first(), slope, memory.judgement.as_ref());
        let shapes = [
            shape(&memory, &self.memory, &variance, &spikes),
            shape(&fds, &self.fds, &Default::default(), &Default::default()),
            shape(&threads, &self.threads, &Default::default(), &Default::default()),
        ];
        let found = [(Resource::Memory, &memory), (Resource::Fds, &fds), (Resource::Threads, &threads)];
        // the worst decides; memory wins ties, and where no resource stands out
        let worst = (0..found.len()).rev().max_by_key(|&i| found[i].1.status).unwrap_or(0);
        let worst = if found[worst].1.status >= Status::WarmingUp { worst } else { 0 };
        let (resource, deciding) = found[worst];
        let memory_growth = growth(&memory);
        let mut out = Assessment {
            verdict: Verdict {
                status: deciding.status,
                resource: (deciding.status >= Status::Suspect).then_some(resource),
                shape: shapes[worst],
                confidence: confidence(deciding),
                reasons: Vec::new(),
            },
            growth: memory_growth,
            spikes,
            variance,
            consistent_growth: consistent_growth(&floors, slope),
            forecast: match memory.status {
                Status::Suspect | Status::Leaking => forecast(&memory_growth, shapes[0], ceiling),
                _ => Default::default(),
            },
            resources: Vec::new(),
            rss: self.rss,
            samples: self.samples,
            gaps: self.gaps,
            observed_s: self.observed(),
        };
        out.resources.reserve_exact(self.held.iter().filter(|level| level.is_known()).count());
        let resources = found.iter().zip(&self.held).zip(shapes).filter(|((_, level), _)| level.is_known()).map(
            |(((resource, finding), level), shape)| ResourceAssessment {
                resource: *resource,
                status: finding.status,
                shape,
                growth: growth(finding),
                level: *level,
            },
        );
        out.resources.extend(resources);
        out.verdict.reasons = reasons(deciding, resource, settings, &out);
        out
    }

    fn observed(&self) -> f64 {
        self.first.zip(self.last).map_or(0.0, |(first, last)| last.seconds_since(first))
    }

    fn past_start(&self) -> bool {
        super::maturity::past_start(self.age, self.observed())
    }

    /// Anonymous and shared memory; the worse of the two decides.
    fn memory(&self, settings: &Settings, ceiling: Option<&Ceiling>) -> Finding {
        let held = self.memory.first();
        let threshold = |level: f64| settings.max_growth.unwrap_or_else(|| LEAST_GROWTH.max(PART * level.max(held)));
        let mut bar = Bar {
            threshold: &threshold,
            min_observation: settings.min_observation_s,
            least_rise: LEAST_RISE.max(2.0 * self.counter_error),
            beside: 0.0,
            past_start: self.past_start(),
        };
        let mut memory = examine(&self.memory, PAGE, &bar);
        if self.is_urgent(&memory, settings, ceiling) {
            bar.min_observation = 0.0;
            memory = examine(&self.memory, PAGE, &bar);
        }
        bar.beside = held;
        if self.shared.tiers() == 0 {
            return memory;
        }
        let mut shared = examine(&self.shared, PAGE, &bar);
        if shared.status >= Status::Suspect && !self.is_mapped_with(&shared, &bar) {
            shared.status = Status::WarmingUp;
            shared.held_back = None;
        }
        if shared.status >= Status::WarmingUp && shared.status > memory.status { shared } else { memory }
    }

    /// Whether growth that is proved would reach the ceiling before the least observation is over.
    fn is_urgent(&self, memory: &Finding, settings: &Settings, ceiling: Option<&Ceiling>) -> bool {
        let left = settings.min_observation_s - self.observed();
        memory.status == Status::Suspect
            && left > 0.0
            && memory.judgement.as_ref().zip(ceiling).is_some_and(|(j, ceiling)| {
                #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
                let headroom = ceiling.headroom_bytes() as f64;
                j.rate * left > headroom
            })
    }

    fn is_mapped_with(&self, shared: &Finding, bar: &Bar<'_>) -> bool {
        let rate = |finding: &Finding| finding.judgement.as_ref().map_or(0.0, |j| j.rate);
        rate(&examine(&self.mapped, PAGE, bar)) >= MAPPED * rate(shared)
    }

    fn count(&self, history: &History, settings: &Settings) -> Finding {
        let threshold = |level: f64| LEAST_COUNT.max(PART * level);
        let bar = Bar {
            threshold: &threshold,
            min_observation: settings.min_observation_s,
            least_rise: LEAST_RISE_COUNT,
            beside: EVERY_COUNT,
            past_start: self.past_start(),
        };
        examine(history, 1.0, &bar)
    }
}

/// How sure a status is: the chance that the growth is truly on its side of the threshold, and for growth also the
/// weight of the curve that grows against the best one that does not.
fn confidence(finding: &Finding) -> Option<f64> {
    let j = finding.judgement.as_ref()?;
    let error = (j.high - j.low) / (2.0 * 1.96);
    let above = if error > 0.0 { 1.0 - normal_tail((j.rate - finding.threshold) / error) } else { 0.5 };
    let grows = 1.0 / (1.0 + (-j.lead).exp());
    Some(match finding.status {
        Status::Leaking | Status::Suspect => above * grows.max(0.5),
        Status::Stable => 1.0 - above,
        Status::WarmingUp => 1.0 - grows,
        Status::InsufficientData => above.max(1.0 - above),
    })
}
