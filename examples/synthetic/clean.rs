//! Clean families: series without a leak, and the walk that cannot be decided.

use std::f64::consts::TAU;

use crate::random::Random;
use crate::shapes::{Frame, MIB, Noise, Series, curve, level, scaled, sum};

/// A level with at most a few pages of noise.
pub fn baseline(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let pages = if random.uniform() < 0.3 { 0.0 } else { random.pick(&[1.0, 4.0, 16.0, 64.0]) };
    let noise = Noise { sd: pages * 4096.0, phi: random.pick(&[0.0, 0.5, 0.9]) };
    on_level(random, frame, base, noise)
}

/// A level with noise of 0.5 to 10 %.
pub fn stationary_ar1(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let noise = Noise::of_size(random, base, 0.005, 0.10);
    on_level(random, frame, base, noise)
}

fn on_level(random: &mut Random, frame: Frame, base: f64, noise: Noise) -> Series {
    Series::clean(sum(&[curve(frame, |_| base), noise.series(random, frame)]))
}

/// A saw-tooth on a level floor.
pub fn sawtooth(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let (height, period) = (base * random.ratio(0.05, 0.6), frame.n() * random.between(0.02, 0.20));
    let noise = Noise { sd: height * random.ratio(0.01, 0.08), phi: random.pick(&[0.0, 0.3, 0.6]) };
    let teeth = scaled(random.teeth(frame.samples, period), height);
    Series::clean(sum(&[curve(frame, |_| base), teeth, noise.series(random, frame)]))
}

/// A rise that saturates, with a time constant of 2 to 60 % of the time.
pub fn warmup(random: &mut Random, frame: Frame) -> Series {
    let (base, tau) = (level(random), frame.n() * random.between(0.02, 0.60));
    let size = base * random.ratio(0.1, 2.0);
    let noise = Noise::of_size(random, size, 0.002, 0.05).series(random, frame);
    Series::clean(sum(&[curve(frame, |i| base + size * (1.0 - (-i / tau).exp())), noise]))
}

/// One step, mostly upwards.
pub fn one_step(random: &mut Random, frame: Frame) -> Series {
    let (base, at) = (level(random), (frame.n() * random.between(0.05, 0.95)).floor());
    let size = base * random.ratio(0.05, 0.6) * if random.uniform() < 0.8 { 1.0 } else { -0.7 };
    let noise = Noise::of_size(random, base, 0.001, 0.03).series(random, frame);
    Series::clean(sum(&[curve(frame, |i| base + if i >= at { size } else { 0.0 }), noise]))
}

/// Jumps between three levels.
pub fn several_steps(random: &mut Random, frame: Frame) -> Series {
    let (base, dwell) = (level(random), frame.n() * random.between(0.03, 0.12));
    let levels = [0.0, base * random.ratio(0.05, 0.2), base * random.ratio(0.1, 0.5)];
    let noise = Noise::of_size(random, base, 0.001, 0.02).series(random, frame);
    let (mut now, mut due) = (random.below(3), random.exponential(dwell));
    let mut steps = Vec::with_capacity(frame.samples);
    for i in 0..frame.samples {
        while i as f64 >= due {
            now = (now + 1 + random.below(2)) % 3;
            due += random.exponential(dwell);
        }
        steps.push(base + levels[now]);
    }
    Series::clean(sum(&[steps, noise]))
}

/// A wave of 2 to 20 periods, two in three with the second harmonic of a day.
pub fn sinusoid(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let (height, period) = (base * random.ratio(0.02, 0.3), frame.n() * random.between(0.05, 0.50));
    let (phase, second) = (random.between(0.0, TAU), random.pick(&[0.0, 0.3, 0.5]));
    let noise = Noise::of_size(random, height, 0.02, 0.5).series(random, frame);
    let wave = curve(frame, |i| {
        let angle = TAU * i / period;
        base + height * ((angle + phase).sin() + second * (2.0 * angle).sin())
    });
    Series::clean(sum(&[wave, noise]))
}

/// A batch that is let go.
pub fn decay(random: &mut Random, frame: Frame) -> Series {
    let (base, tau) = (level(random), frame.n() * random.between(0.05, 0.60));
    let size = base * random.ratio(0.1, 1.5);
    let noise = Noise::of_size(random, size, 0.005, 0.08).series(random, frame);
    Series::clean(sum(&[curve(frame, |i| base + size * (-i / tau).exp()), noise]))
}

/// A walk that is drawn back to its level.
pub fn mean_reverting(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let walk = Noise { phi: 1.0 - random.ratio(0.01, 0.03), sd: base * random.ratio(0.01, 0.10) };
    let white = Noise { phi: 0.0, sd: 0.1 * walk.sd };
    Series::clean(sum(&[curve(frame, |_| base), walk.series(random, frame), white.series(random, frame)]))
}

/// A cache that fills like a logarithm up to its bound, which it reaches at 15 to 70 % of the time.
pub fn cache_fill(random: &mut Random, frame: Frame) -> Series {
    let (base, full) = (level(random), frame.n() * random.between(0.15, 0.70));
    let (knee, size) = (frame.n() * random.ratio(0.01, 0.3), base * random.ratio(0.1, 2.0));
    let noise = Noise::of_size(random, size, 0.002, 0.03).series(random, frame);
    let fill = curve(frame, |i| base + size * ((i / knee).ln_1p() / (full / knee).ln_1p()).min(1.0));
    Series::clean(sum(&[fill, noise]))
}

/// Noise seen through an allocator that takes memory by the chunk.
pub fn quantised(random: &mut Random, frame: Frame) -> Series {
    let chunk = MIB * random.pick(&[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    let base = level(random).max(4.0 * chunk);
    let noise = Noise { phi: random.pick(&[0.6, 0.8, 0.9, 0.95, 0.98]), sd: chunk * random.ratio(0.2, 1.5) };
    let used = noise.series(random, frame);
    let taken = used.iter().map(|used| chunk * ((base + used) / chunk).ceil()).collect();
    let small = scaled(random.autoregressive(frame.samples, 0.5), 0.02 * chunk);
    Series::clean(sum(&[taken, small]))
}

/// Short spikes of heavy-tailed height.
pub fn spikes(random: &mut Random, frame: Frame) -> Series {
    let (base, chance) = (level(random), random.ratio(0.004, 0.04));
    let noise = Noise::of_size(random, base, 0.001, 0.02).series(random, frame);
    let (mut left, mut height) = (0, 0.0);
    let mut peaks = Vec::with_capacity(frame.samples);
    for _ in 0..frame.samples {
        if left == 0 && random.uniform() < chance {
            left = 1 + random.below(5);
            height = (3.0 * base).min(0.05 * base * random.pareto(1.3));
        }
        peaks.push(base + if left > 0 { height } else { 0.0 });
        left = left.saturating_sub(1);
    }
    Series::clean(sum(&[peaks, noise]))
}

/// A walk without a bound: one that rose cannot be told from a leak.
pub fn random_walk(random: &mut Random, frame: Frame) -> Series {
    let base = level(random);
    let (sd, mut x) = (base * random.ratio(0.0005, 0.01), 0.0);
    let walk = (0..frame.samples).map(|_| {
        let value = (base + x).max(0.3 * base);
        x += sd * random.normal();
        value
    });
    Series::clean(walk.collect())
}
