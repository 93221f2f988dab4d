//! Shapes: pieces that the families are put together from.

use crate::random::Random;

pub const MIB: f64 = 1_048_576.0;

/// Length and pace of the series to make.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub samples: usize,
    pub interval_s: f64,
}

impl Frame {
    /// Number of samples as a fraction is taken of it.
    pub fn n(self) -> f64 {
        self.samples as f64
    }

    /// Returns the rate of `growth` bytes over `samples` samples.
    pub fn rate(self, growth: f64, samples: f64) -> f64 {
        growth / (samples * self.interval_s)
    }
}

/// A series, and what is true about it.
pub struct Series {
    /// Anonymous memory of each sample, in bytes.
    pub values: Vec<f64>,
    /// True rate in bytes per second; `None` without a leak.
    pub rate: Option<f64>,
    /// Start of the leak in seconds.
    pub start_s: f64,
}

impl Series {
    pub fn leak(values: Vec<f64>, rate: f64) -> Self {
        Self { values, rate: Some(rate), start_s: 0.0 }
    }

    pub fn clean(values: Vec<f64>) -> Self {
        Self { values, rate: None, start_s: 0.0 }
    }
}

/// Computes a value for each sample.
pub fn curve(frame: Frame, value: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..frame.samples).map(|i| value(i as f64)).collect()
}

/// Adds several series.
pub fn sum(parts: &[Vec<f64>]) -> Vec<f64> {
    (0..parts[0].len()).map(|i| parts.iter().map(|part| part[i]).sum()).collect()
}

/// Multiplies a series.
pub fn scaled(values: Vec<f64>, factor: f64) -> Vec<f64> {
    values.into_iter().map(|value| factor * value).collect()
}

/// Draws the level of a process.
pub fn level(random: &mut Random) -> f64 {
    random.ratio(40.0 * MIB, 800.0 * MIB)
}

/// Draws an autocorrelation.
pub fn phi(random: &mut Random) -> f64 {
    random.pick(&[0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98])
}

/// Noise of a series: standard deviation and autocorrelation.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    pub sd: f64,
    pub phi: f64,
}

impl Noise {
    /// Draws noise against which a leak can be decided: `growth` over `samples` samples is 6 to 60 standard errors of a
    /// trend line with errors of the same autocorrelation, half of the time below 15.
    pub fn for_growth(random: &mut Random, growth: f64, samples: f64, level: f64) -> Self {
        let phi = phi(random);
        let errors = if random.uniform() < 0.5 { random.ratio(6.0, 15.0) } else { random.ratio(15.0, 60.0) };
        let sd = growth / (errors * (12.0 * (1.0 + phi) / ((1.0 - phi) * samples)).sqrt());
        Self { sd: sd.min(0.12 * level).max(32.0 * 1024.0), phi }
    }

    /// Draws noise in proportion to a size.
    pub fn of_size(random: &mut Random, size: f64, low: f64, high: f64) -> Self {
        Self { sd: size * random.ratio(low, high), phi: phi(random) }
    }

    /// Limits the standard deviation.
    pub fn at_most(self, sd: f64) -> Self {
        Self { sd: self.sd.min(sd), ..self }
    }

    /// Makes the noise of all samples.
    pub fn series(self, random: &mut Random, frame: Frame) -> Vec<f64> {
        scaled(random.autoregressive(frame.samples, self.phi), self.sd)
    }
}
