//! All series of one target.

use crate::model::{Ceiling, Sample};

use super::{Assessment, Growth, Level, Settings, Status, Verdict};

/// All series of one target, in bounded memory.
#[derive(Debug)]
pub struct Tracker {
    rss: Level,
    first: Option<Sample>,
    last: Option<Sample>,
    samples: u64,
}

impl Tracker {
    /// A tracker that has seen nothing. `age_s` is the age of the process at its first sample, when known.
    #[must_use]
    pub fn new(_settings: &Settings, _age_s: Option<f64>) -> Self {
        Self { rss: Level::default(), first: None, last: None, samples: 0 }
    }

    /// Takes one sample; true when [`Self::assess`] may now say something new.
    pub fn push(&mut self, sample: &Sample) -> bool {
        self.first.get_or_insert(*sample);
        self.last = Some(*sample);
        self.samples += 1;
        let rss = sample.reading.rss;
        self.rss = Level {
            first: self.rss.first.or(rss),
            last: rss.or(self.rss.last),
            min: self.rss.min.min(rss).or(rss),
            max: self.rss.max.max(rss),
        };
        true
    }

    /// What is known now. Never changes the state.
    #[must_use]
    pub fn assess(&self, settings: &Settings, _ceiling: Option<&Ceiling>) -> Assessment {
        Assessment {
            verdict: Verdict {
                status: Status::InsufficientData,
                resource: None,
                shape: None,
                confidence: None,
                reasons: vec![],
            },
            growth: Growth { threshold: settings.max_growth.unwrap_or(0.0), ..Growth::default() },
            spikes: Default::default(),
            variance: Default::default(),
            consistent_growth: Default::default(),
            forecast: Default::default(),
            resources: vec![],
            rss: self.rss,
            samples: self.samples,
            gaps: 0,
            observed_s: self.first.zip(self.last).map_or(0.0, |(a, b)| b.at.seconds_since(a.at)),
        }
    }
}
