//! What one window says about growth at its end: every curve of the library is held against it.

use super::curve::Curve;
use super::library::{self, Candidate, Extent, Library};
use super::stats::{deviate, dot, student};
use super::wave::Wave;
use super::window::Window;

/// Growth is proved at this many normal deviates by a line, by any other curve, and by a line through floors: p of
/// 1.3e-3, 2.3e-4 and 1.6e-4, for other curves are chosen among dozens, and floors are a second chance. All count only
/// the independent blocks, see [`independent`]; the simulation chose them.
pub(super) const PROVED_BY_LINE: f64 = 2.8;
const PROVED_BY_SHAPE: f64 = 3.3;
const PROVED_BY_FLOORS: f64 = 3.6;
/// Standard errors of growth that is still likely: enough for `suspect`, and for `leaking` to stay.
pub(super) const LIKELY: f64 = 2.5;
/// Standard errors above a slope where growth is in sight.
const IN_SIGHT: f64 = 2.0;
/// Standard errors of a line through floors below which no other curve is held against them.
const WORTH_A_LOOK: f64 = 1.0;
/// What the lead over the best bounded curve may fall by while `leaking` stays.
const SLACK: f64 = 2.0;
/// Factor on the standard error that is averaged over the curves, from the coverage measured.
pub(super) const WIDEN: f64 = 1.25;
/// Log likelihood beyond which a curve has no weight in that average.
const NEGLIGIBLE: f64 = 8.0;

/// Which values of a window are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    /// Means of the blocks of the whole past; any curve may be the leak, and rhythms are taken out.
    Means,
    /// Means of the newest blocks; a rhythm that only they have is none.
    Newest,
    /// Floors; they are few, so only a straight line may be the leak, and no rhythm is searched for.
    Floors,
}

/// What one window says. Rates are in units of the series per second.
#[derive(Debug, Clone)]
pub(super) struct Judgement {
    pub channel: Channel,
    /// The time it looks at, in seconds.
    pub span: f64,
    /// The level at its end, less the first value of the series.
    pub level: f64,
    /// The rate at its end and its 95 % interval, averaged over the curves.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Lower end of the 95 % interval of the best curve alone.
    pub proof: f64,
    /// The growth in normal deviates.
    pub deviate: f64,
    /// Log likelihood by which the best growing curve leads the best bounded one, less what is asked of it.
    pub lead: f64,
    /// Growth is proved; it is likely; it is likely enough for `leaking` to stay.
    pub proved: bool,
    pub likely: bool,
    pub kept: bool,
    /// A curve that settles explains the window at least as well.
    pub slowing: bool,
    /// The rhythm: length of a cycle in seconds and its height.
    pub rhythm: Option<(f64, f64)>,
    /// The curve that explains the window best, and whether it grows.
    pub curve: Curve,
    pub grows: bool,
    /// Its coefficient of bending: above 0 for curves that slow down.
    pub bend: f64,
    /// Standard deviation of the values around it.
    pub spread: f64,
    /// The smallest rate that could have been proved here.
    pub detectable: f64,
}

/// The least lead over the best bounded curve, in log likelihood less the cost of parameters. A line loses up to 2 to a
/// curve that bends by chance; a convex curve has no bounded twin near, so it must win.
fn margin(candidate: &Candidate) -> f64 {
    match candidate.curve {
        Curve::Plain => -2.0,
        Curve::Saturation(_) => -0.5,
        Curve::Hinge(_) if candidate.bend() > 0.0 => -0.5,
        Curve::Step(_) => 2.0,
        _ => 3.0,
    }
}

/// Independent values among `blocks` whose errors have the autocorrelation `rho`: what a proof rests on. Never fewer
/// than 4, where Student's t alone asks for a dozen standard errors.
fn independent(blocks: f64, rho: f64, freedom: f64) -> f64 {
    freedom.min(blocks * (1.0 - rho) / (1.0 + rho)).max(4.0)
}

/// Judges a window of at least 24 values whose smallest step is `unit`; `None` when it covers no time. Where no growth
/// above `threshold` per second is in sight, the cheap part of the library is enough.
pub(super) fn judge(window: &Window, unit: f64, threshold: f64, channel: Channel) -> Option<Judgement> {
    let n = window.len();
    let span = window.span();
    if n < 24 || span <= 0.0 {
        return None;
    }
    let (low, high) = window.range();
    if high - low <= unit {
        return Some(flat(window, unit, channel));
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let blocks = n as f64;
    let begin = window.at[0];
    let t: Vec<f64> = window.at.iter().map(|at| (at - begin) / span + 0.5 / blocks).collect();
    let mean = window.values.iter().sum::<f64>() / blocks;
    let scale = high - low;
    let v: Vec<f64> = window.values.iter().map(|x| (x - mean) / scale).collect();
    let rounding = unit * unit / 12.0 / (scale * scale);

    if channel == Channel::Floors {
        let glance = library::fit(&t, &v, rounding, None, Extent::Glance);
        if glance.growing.iter().all(|line| line.z() < WORTH_A_LOOK) {
            return Some(scaled(decide(&glance, channel, &t, &v)?, mean, scale, span));
        }
    }
    let sketch = library::fit(&t, &v, rounding, None, Extent::Sketch);
    if !sketch.growing.iter().any(|c| c.slope() + IN_SIGHT * c.fit.slope_error > threshold * span / scale) {
        return Some(scaled(decide(&sketch, channel, &t, &v)?, mean, scale, span));
    }
    let (values, wave, sketch) = match channel {
        Channel::Means => without_rhythm(&t, v, rounding, sketch),
        Channel::Newest | Channel::Floors => (v, None, sketch),
    };
    let library = if worth_explaining(&sketch) {
        library::fit(&t, &values, rounding, wave.as_ref(), Extent::Full)
    } else {
        sketch
    };
    let mut out = scaled(decide(&library, channel, &t, &values)?, mean, scale, span);
    out.rhythm = wave.map(|w| (span / w.cycles, scale * w.swing()));
    Some(out)
}

/// From windows of length 1 and height 1 to seconds and the unit of the series.
fn scaled(judgement: Judgement, mean: f64, scale: f64, span: f64) -> Judgement {
    let mut out = judgement;
    out.span = span;
    out.level = mean + scale * out.level;
    out.spread *= scale;
    for rate in [&mut out.rate, &mut out.low, &mut out.high, &mut out.proof, &mut out.detectable] {
        *rate *= scale / span;
    }
    out
}

/// A window that moves by no more than its unit.
fn flat(window: &Window, unit: f64, channel: Channel) -> Judgement {
    let span = window.span();
    let resolved = unit / span;
    Judgement {
        channel,
        span,
        level: window.values[window.len() - 1],
        rate: 0.0,
        low: -resolved,
        high: resolved,
        proof: -resolved,
        deviate: 0.0,
        lead: 0.0,
        proved: false,
        likely: false,
        kept: false,
        slowing: false,
        rhythm: None,
        curve: Curve::Plain,
        grows: false,
        bend: 0.0,
        spread: 0.0,
        detectable: resolved,
    }
}

/// Takes the strongest rhythm out when that explains the window better, at the price of its parameters.
fn without_rhythm(t: &[f64], v: Vec<f64>, rounding: f64, plain: Library) -> (Vec<f64>, Option<Wave>, Library) {
    let residuals = |library: &Library| -> Option<Vec<f64>> {
        let best = library.best()?;
        Some(t.iter().zip(&v).map(|(&t, v)| v - best.at(t)).collect())
    };
    let score = |library: &Library| library.best().map_or(f64::NEG_INFINITY, |b| b.score);
    let Some(first) = residuals(&plain).and_then(|r| Wave::strongest(t, &r)) else { return (v, None, plain) };
    let mut wave = first;
    let mut values = wave.removed_from(&v);
    let mut library = library::fit(t, &values, rounding, Some(&wave), Extent::Sketch);
    // curve and rhythm are fitted in turns: three are as good as both at once
    for _ in 0..3 {
        let Some(rest) = residuals(&library) else { break };
        wave = Wave::near(wave.cycles, t, &rest);
        values = wave.removed_from(&v);
        library = library::fit(t, &values, rounding, Some(&wave), Extent::Sketch);
    }
    if score(&library) > score(&plain) { (values, Some(wave), library) } else { (v, None, plain) }
}

/// Whether the rest of the library could change the answer.
fn worth_explaining(sketch: &Library) -> bool {
    sketch.growing.iter().any(|c| c.z() >= LIKELY) || library::best(&sketch.bounded).is_some_and(|b| b.bend() > 0.0)
}

fn decide(library: &Library, channel: Channel, t: &[f64], values: &[f64]) -> Option<Judgement> {
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let blocks = t.len() as f64;
    let line = *library.growing.first()?;
    let top = *library::best(&library.growing)?;
    let bounded = *library::best(&library.bounded)?;
    let eligible = |c: &&Candidate| c.rising && (channel != Channel::Floors || c.curve == Curve::Plain);
    let chosen = library::best(library.growing.iter().filter(eligible)).copied();
    let grown = chosen.unwrap_or(top);

    #[expect(clippy::cast_precision_loss, reason = "at most 8")]
    let freedom = (blocks - grown.fit.columns as f64 - 2.0).max(4.0);
    // what swings or recovers is no leak: where such a curve is better, it counts as a rival
    let swing = !top.rising && !matches!(top.curve, Curve::Step(_));
    let rival = if swing { bounded.score.max(top.score) } else { bounded.score };
    let lead = grown.score - rival - margin(&grown);
    let leads = lead >= 0.0;
    let told = if leads { grown } else { top };
    let z = if chosen.is_some() { grown.z() } else { 0.0 };
    let averaged = |c: &&Candidate| !leads || chosen.is_none() || eligible(c);
    let (rate, error) = average(library.growing.iter().filter(averaged), told.score);
    let quantile = student(1.96, freedom);
    let low = rate - quantile * error;

    let nu = independent(blocks, grown.fit.rho, freedom);
    let needed = match (channel, grown.curve) {
        (Channel::Floors, _) => PROVED_BY_FLOORS,
        (_, Curve::Plain) => PROVED_BY_LINE,
        _ => PROVED_BY_SHAPE,
    };
    let settles = |c: &Candidate| {
        matches!(c.curve, Curve::Saturation(_) | Curve::Hinge(_) | Curve::Logarithm(_)) && c.bend() > 0.0
    };
    let best = if leads { grown } else { bounded };
    let rest: Vec<f64> = t.iter().zip(values).map(|(&t, v)| v - best.at(t)).collect();
    Some(Judgement {
        channel,
        span: 0.0,
        level: told.at(1.0),
        rate,
        low,
        high: rate + quantile * error,
        proof: told.slope() - quantile * told.fit.slope_error,
        deviate: deviate(z, nu),
        lead,
        proved: deviate(z, nu) >= needed && leads,
        likely: z >= LIKELY && leads,
        kept: z >= LIKELY && lead >= -SLACK,
        slowing: (settles(&bounded) && !leads) || (settles(&top) && top.z() < LIKELY),
        rhythm: None,
        curve: best.curve,
        grows: leads && chosen.is_some(),
        bend: best.bend(),
        spread: (dot(&rest, &rest) / blocks).sqrt(),
        detectable: student(PROVED_BY_LINE, independent(blocks, line.fit.rho, freedom)) * line.fit.slope_error,
    })
}

/// The slope and its standard error, averaged over the curves by their likelihood, so that the choice of the curve
/// widens the interval.
fn average<'a>(candidates: impl Iterator<Item = &'a Candidate> + Clone, top: f64) -> (f64, f64) {
    let weighted = || candidates.clone().filter(|c| c.score > top - NEGLIGIBLE).map(|c| ((c.score - top).exp(), c));
    let total: f64 = weighted().map(|(w, _)| w).sum();
    let rate = weighted().map(|(w, c)| w * c.slope()).sum::<f64>() / total;
    let variance = weighted().map(|(w, c)| w * (c.fit.slope_error.powi(2) + (c.slope() - rate).powi(2))).sum::<f64>();
    (rate, WIDEN * (variance / total).sqrt())
}
