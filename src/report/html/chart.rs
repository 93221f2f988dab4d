//! Charts as SVG: the memory of one target with floor, fitted rate and alerts, and its kinds stacked.
//!
//! The curve lies in an inner picture of 1000 by 1000 units that stretches, so that a zoom is nothing but another
//! view box; axes and labels lie outside.

use std::fmt::Write;

use crate::event::{Point, Timeline};

use super::scale::Axis;

/// Width of a chart, of the room for its labels, and heights, in units of its own.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 92.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 24.0;
const HEIGHT: f64 = 280.0;
const KINDS_HEIGHT: f64 = 150.0;
/// Side of the inner picture.
const INNER: f64 = 1000.0;
/// Stretches that a floor is the lowest of.
const FLOORS: usize = 32;

/// A growth rate as a line: in bytes per second, over the last `span_s` seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    pub span_s: f64,
}

/// Something at a moment, in seconds since the first point.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub at: f64,
    pub kind: MarkKind,
    pub text: String,
}

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    Alert,
    Critical,
    /// A job has ended.
    Job,
}

/// What all charts of one target share.
pub(super) struct Chart<'a> {
    timeline: &'a Timeline,
    points: &'a [Point],
    /// Seconds since the first point.
    pub times: Vec<f64>,
    /// The lowest value of the stretch that a point is in.
    pub floors: Vec<f64>,
}

#[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}

impl<'a> Chart<'a> {
    /// A chart of at least two points; `None` for fewer.
    pub fn of(timeline: &'a Timeline) -> Option<Self> {
        let points = timeline.points();
        (points.len() > 1).then(|| Self {
            timeline,
            points,
            times: timeline.seconds(),
            floors: timeline.floors(FLOORS),
        })
    }

    fn time_axis(&self) -> Axis {
        Axis { from: 0.0, to: self.times.last().copied().unwrap_or(1.0).max(1e-3) }
    }

    /// The memory over time.
    pub fn memory(&self, fit: Option<Fit>, marks: &[Mark], limit: Option<u64>) -> String {
        let x = self.time_axis();
        let highest = self.points.iter().map(|point| point.high()).max().unwrap_or(0);
        let limit = limit.filter(|limit| *limit < highest.saturating_mul(2)).map(number);
        let extremes = self.points.iter().flat_map(|point| [number(point.low()), number(point.high())]);
        let y = Axis::around(extremes.chain(limit));
        let mut inner = String::new();
        let place = |at: f64, value: f64| (INNER * x.part(at), INNER * (1.0 - y.part(value)));

        let up = self.points.iter().zip(&self.times).map(|(point, at)| place(*at, number(point.high())));
        let down = self.points.iter().zip(&self.times).rev().map(|(point, at)| place(*at, number(point.low())));
        let _ = write!(inner, r#"<path class="band" d="{}Z"/>"#, path(up.chain(down)));
        let floors = self.times.iter().zip(&self.floors).map(|(at, low)| place(*at, *low));
        let _ = write!(inner, r#"<path class="floor" d="{}"/>"#, path(floors));
        let curve = self.points.iter().zip(&self.times).map(|(point, at)| place(*at, point.mean));
        let _ = write!(inner, r#"<path class="curve" d="{}"/>"#, path(curve));
        if let Some(fit) = fit {
            self.draw_fit(&mut inner, fit, &place);
        }
        if let Some(limit) = limit {
            let height = INNER * (1.0 - y.part(limit));
            let _ = write!(inner, r#"<line class="limit" x1="0" x2="1000" y1="{height:.1}" y2="{height:.1}"/>"#);
        }
        for mark in marks {
            let at = INNER * x.part(mark.at);
            // jobs stand at the foot, so that hundreds of them leave the curve alone
            let (class, top) = match mark.kind {
                MarkKind::Alert => ("mark", 0),
                MarkKind::Critical => ("mark critical", 0),
                MarkKind::Job => ("job", 940),
            };
            let text = minijinja::HtmlEscape(&mark.text);
            let _ = write!(
                inner,
                r#"<line class="{class}" x1="{at:.1}" x2="{at:.1}" y1="{top}" y2="1000"><title>{text}</title></line>"#
            );
        }
        frame(HEIGHT, x, y, &inner, "memory over time")
    }

    /// The rate through the middle of what it was fitted to, with the two ends of its interval.
    fn draw_fit(&self, out: &mut String, fit: Fit, place: &impl Fn(f64, f64) -> (f64, f64)) {
        let Some(line) = self.timeline.line(fit.rate, fit.span_s) else { return };
        let ends = |rate: f64| line.ends(rate).map(|(at, value)| place(at, value));
        let ([low_begin, low_end], [high_begin, high_end]) = (ends(fit.low), ends(fit.high));
        // both sides cross in the middle
        let corners = [low_begin, high_begin, high_end, low_end];
        let _ = write!(out, r#"<path class="fitband" d="{}Z"/>"#, path(corners.into_iter()));
        let _ = write!(out, r#"<path class="fit" d="{}"/>"#, path(ends(fit.rate).into_iter()));
    }

    /// Values of several kinds on top of each other.
    pub fn stacked(&self, kinds: &[Vec<Option<u64>>]) -> String {
        let x = self.time_axis();
        let mut sums = vec![0.0; self.points.len()];
        let mut layers = Vec::new();
        for kind in kinds {
            let below = sums.clone();
            for (sum, value) in sums.iter_mut().zip(kind) {
                *sum += number(value.unwrap_or(0));
            }
            layers.push((below, sums.clone()));
        }
        let top = sums.iter().copied().fold(1.0, f64::max);
        let y = Axis { from: 0.0, to: 1.05 * top };
        let place = |at: f64, value: f64| (INNER * x.part(at), INNER * (1.0 - y.part(value)));
        let mut inner = String::new();
        for (index, (below, above)) in layers.iter().enumerate() {
            let up = above.iter().zip(&self.times).map(|(value, at)| place(*at, *value));
            let down = below.iter().zip(&self.times).rev().map(|(value, at)| place(*at, *value));
            let _ = write!(inner, r#"<path class="k{index}" d="{}Z"/>"#, path(up.chain(down)));
        }
        frame(KINDS_HEIGHT, x, y, &inner, "memory by kind over time")
    }
}

/// The picture with its axes.
fn frame(height: f64, x: Axis, y: Axis, inner: &str, label: &str) -> String {
    let (width, depth) = (WIDTH - LEFT, height - TOP - BOTTOM);
    let mut out = format!(r#"<svg class="frame" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">"#);
    for (value, text) in y.bytes(height / 55.0) {
        let at = TOP + depth * (1.0 - y.part(value));
        let _ = write!(out, r#"<path class="axis" d="M{LEFT} {at:.1}H{WIDTH}"/>"#);
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#, LEFT - 8.0, at + 4.0);
    }
    for (index, (value, text)) in x.times().into_iter().enumerate() {
        let part = x.part(value);
        let anchor = match part {
            part if part < 0.02 => "start",
            part if part > 0.97 => "end",
            _ => "middle",
        };
        let at = LEFT + width * part;
        let class = if index % 2 == 0 { "tx" } else { "tx odd" };
        let _ = write!(
            out,
            r#"<text class="{class}" data-part="{part:.4}" x="{at:.1}" y="{:.1}" text-anchor="{anchor}">{text}</text>"#,
            height - 6.0
        );
    }
    let _ = write!(
        out,
        r#"<svg class="plot" x="{LEFT}" y="{TOP}" width="{width}" height="{depth}" viewBox="0 0 1000 1000" preserveAspectRatio="none"><rect width="1000" height="1000" fill="transparent"/>{inner}</svg></svg>"#
    );
    out
}

/// A line through places, to a tenth of a unit. What lies between two others of its height adds nothing to it.
fn path(places: impl Iterator<Item = (f64, f64)>) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "places of a picture; saturates")]
    let tenths = |value: f64| (10.0 * value).round() as i64;
    let mut kept: Vec<(i64, i64)> = Vec::new();
    for place in places.map(|(x, y)| (tenths(x), tenths(y))) {
        if let [.., (from, before), (middle, height)] = kept.as_slice()
            && (*before, place.1) == (*height, *height)
            && (*from.min(&place.0)..=*from.max(&place.0)).contains(middle)
        {
            kept.pop();
        }
        kept.push(place);
    }
    let mut out = String::new();
    for (index, (x, y)) in kept.into_iter().enumerate() {
        let part =
            |tenths: i64| format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10);
        let _ = write!(out, "{}{} {}", if index == 0 { 'M' } else { 'L' }, part(x), part(y));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_stretch_takes_its_two_ends_and_turns_stay() {
        let flat = path((0..480).map(|x| (f64::from(x), 500.0)));
        assert_eq!(flat, "M0.0 500.0L479.0 500.0");
        let step = path([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (2.5, 9.0), (3.0, 9.0), (4.0, 9.0)].into_iter());
        assert_eq!(step, "M0.0 1.0L2.0 1.0L2.5 9.0L4.0 9.0");
        let there_and_back = path([(0.0, 1.0), (5.0, 1.0), (9.0, 1.0), (9.0, 1.0), (5.0, 1.0), (0.0, 1.0)].into_iter());
        assert_eq!(there_and_back, "M0.0 1.0L9.0 1.0L0.0 1.0");
        assert_eq!(path([(-0.26, 1.04)].into_iter()), "M-0.3 1.0");
    }
}
