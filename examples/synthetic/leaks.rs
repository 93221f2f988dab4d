//! Families with a leak.

use std::f64::consts::TAU;

use crate::random::Random;
use crate::shapes::{Frame, MIB, Noise, Series, curve, level, scaled, sum};

/// A straight line.
pub fn linear_leak(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let growth = base * random.ratio(0.05, 1.0);
    line(random, frame, base, growth)
}

/// A straight line of 1.5 to 8 MiB over all.
pub fn slow_leak(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let growth = random.ratio(1.5 * MIB, 8.0 * MIB);
    line(random, frame, base, growth)
}

fn line(random: &mut Random, frame: Frame, base: f64, growth: f64) -> Series {
    let noise = Noise::for_growth(random, growth, frame.n(), base).series(random, frame);
    let ramp = curve(frame, |i| base + growth * i / frame.n());
    Series::leak(sum(&[ramp, noise]), frame.rate(growth, frame.n()))
}

/// Steps at a regular pace.
pub fn step_leak(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let (growth, period) = (base * random.ratio(0.08, 0.8), frame.n() * random.between(0.03, 0.14));
    let noise = Noise::for_growth(random, growth, frame.n(), base).at_most(growth / 8.0);
    let (mut height, mut due) = (base, random.uniform() * period);
    let mut steps = Vec::with_capacity(frame.samples);
    for i in 0..frame.samples {
        while i as f64 >= due {
            height += growth * period / frame.n() * random.between(0.7, 1.3);
            due += period * random.between(0.85, 1.15);
        }
        steps.push(height);
    }
    Series::leak(sum(&[steps, noise.series(random, frame)]), frame.rate(growth, frame.n()))
}

/// Losses of random size at random times.
pub fn bursty_leak(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let growth = base * random.ratio(0.08, 0.8);
    let expected = random.ratio(10.0, 60.0);
    let bursts = (expected + expected.sqrt() * random.normal()).round().max(8.0) as usize;
    let mut losses: Vec<(f64, f64)> =
        (0..bursts).map(|_| (random.uniform() * frame.n(), random.exponential(1.0))).collect();
    losses.sort_by(|a, b| a.0.total_cmp(&b.0));
    let all: f64 = losses.iter().map(|(_, size)| size).sum();
    let noise = Noise::for_growth(random, growth, frame.n(), base).at_most(growth / 8.0);
    let lost = |i: f64| losses.iter().take_while(|(at, _)| *at <= i).map(|(_, size)| size * growth / all).sum::<f64>();
    Series::leak(sum(&[curve(frame, |i| base + lost(i)), noise.series(random, frame)]), frame.rate(growth, frame.n()))
}

/// A saw-tooth on a rising floor.
pub fn sawtooth_rising(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let (height, period) = (base * random.ratio(0.05, 0.4), frame.n() * random.between(0.02, 0.12));
    let growth = height * random.ratio(0.5, 4.0);
    let noise = Noise { sd: height * random.ratio(0.01, 0.08), phi: random.pick(&[0.0, 0.3, 0.6]) };
    let ramp = curve(frame, |i| base + growth * i / frame.n());
    let teeth = scaled(random.teeth(frame.samples, period), height);
    Series::leak(sum(&[ramp, teeth, noise.series(random, frame)]), frame.rate(growth, frame.n()))
}

/// A line that begins after 20 to 75 % of the time.
pub fn late_leak(random: &mut Random, frame: Frame) -> Series {
    let (base, begin) = (level(random), (frame.n() * random.between(0.2, 0.75)).floor());
    let (growth, rest) = (base * random.ratio(0.05, 0.8), frame.n() - begin);
    let noise = Noise::for_growth(random, growth, rest, base).series(random, frame);
    let ramp = curve(frame, |i| base + growth * (i - begin).max(0.0) / rest);
    Series { start_s: begin * frame.interval_s, ..Series::leak(sum(&[ramp, noise]), frame.rate(growth, rest)) }
}

/// A power of the time. The rate is the mean.
pub fn accelerating_leak(random: &mut Random, frame: Frame) -> Series {
    let (base, power) = (level(random), random.between(1.5, 3.0));
    let growth = base * random.ratio(0.08, 1.0);
    let noise = Noise::for_growth(random, growth, frame.n(), base).series(random, frame);
    let ramp = curve(frame, |i| base + growth * (i / frame.n()).powf(power));
    Series::leak(sum(&[ramp, noise]), frame.rate(growth, frame.n()))
}

/// A line under a wave of load.
pub fn leak_on_wave(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let growth = base * random.ratio(0.08, 0.8);
    let (height, period) = (growth * random.ratio(0.15, 0.8), frame.n() * random.between(0.05, 0.35));
    let phase = random.between(0.0, TAU);
    let noise = Noise::for_growth(random, growth, frame.n(), base).at_most(growth / 6.0).series(random, frame);
    let wave = curve(frame, |i| base + growth * i / frame.n() + height * (TAU * i / period + phase).sin());
    Series::leak(sum(&[wave, noise]), frame.rate(growth, frame.n()))
}

/// A line that is hidden by a warm-up at first.
pub fn leak_after_warmup(random: &mut Random, frame: Frame) -> Series {
    let (base, tau) = (level(random), frame.n() * random.between(0.02, 0.10));
    let (size, growth) = (base * random.ratio(0.2, 1.0), base * random.ratio(0.08, 0.6));
    let noise = Noise::for_growth(random, growth, frame.n(), base).series(random, frame);
    let ramp = curve(frame, |i| base + size * (1.0 - (-i / tau).exp()) + growth * i / frame.n());
    Series::leak(sum(&[ramp, noise]), frame.rate(growth, frame.n()))
}

/// A line seen through an allocator that takes memory by the chunk.
pub fn quantised_leak(random: &mut Random, frame: Frame) -> Series {
    let chunk = MIB * random.pick(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    let (base, growth) = (level(random).max(4.0 * chunk), chunk * random.between(6.0, 30.0));
    let noise = Noise::of_size(random, chunk, 0.02, 0.5).series(random, frame);
    let used = sum(&[curve(frame, |i| base + growth * i / frame.n()), noise]);
    let taken = used.iter().map(|used| chunk * (used / chunk).ceil()).collect();
    let small = scaled(random.autoregressive(frame.samples, 0.5), 0.02 * chunk);
    Series::leak(sum(&[taken, small]), frame.rate(growth, frame.n()))
}
