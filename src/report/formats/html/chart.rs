//! Charts as SVG: memory with floor, fitted rate and alerts, and memory by kind.
//!
//! The curve lies in an inner picture of 1000 by 1000 units that stretches, so that a zoom only changes its view box.
//! Axes and labels lie outside.

use std::fmt::Write;

use crate::event::{Line, Point, Timeline};
use crate::units;

use super::axis::Axis;

/// Width of a chart, its margins and its heights, in units of the SVG.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 92.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 24.0;
const HEIGHT: f64 = 280.0;
const KINDS_HEIGHT: f64 = 150.0;
/// Side of the inner picture.
const INNER: f64 = 1000.0;
/// Number of stretches with one floor each.
const FLOORS: usize = 32;

/// Fitted growth rate with its confidence interval, in bytes per second, over the last `span_s` seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    pub span_s: f64,
}

/// Mark at a time in seconds since the first point.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub at: f64,
    pub kind: MarkKind,
    pub text: String,
}

/// Kind of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    Alert,
    Critical,
    /// End of a job.
    Job,
}

/// Data that all charts of one target share.
pub(super) struct Chart<'a> {
    timeline: &'a Timeline,
    points: &'a [Point],
    /// Time of each point, in seconds since the first one.
    pub times: Vec<f64>,
    /// Floor at each point, in bytes.
    pub floors: Vec<f64>,
    /// Unit of the horizontal axis: time, or work.
    unit: units::Axis,
}

#[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}

impl<'a> Chart<'a> {
    /// Charts of at least two points; `None` for fewer. `unit` is that of the horizontal axis.
    pub fn new(timeline: &'a Timeline, unit: units::Axis) -> Option<Self> {
        let points = timeline.points();
        (points.len() > 1).then(|| Self {
            timeline,
            points,
            times: timeline.seconds(),
            floors: timeline.floors(FLOORS),
            unit,
        })
    }

    fn time_axis(&self) -> Axis {
        Axis { from: 0.0, to: self.times.last().copied().unwrap_or(1.0).max(1e-3) }
    }

    /// Returns the chart of memory over time.
    pub fn memory(&self, fit: Option<Fit>, marks: &[Mark], limit: Option<u64>) -> String {
        let x = self.time_axis();
        let highest = self.points.iter().map(|point| point.high()).max().unwrap_or(0);
        let limit = limit.filter(|limit| *limit < highest.saturating_mul(2)).map(number);
        let extremes = self.points.iter().flat_map(|point| [number(point.low()), number(point.high())]);
        let y = Axis::around(extremes.chain(limit));
        let mut inner = String::new();
        let plane = Plane { x, y };
        let up = self.points.iter().zip(&self.times).map(|(point, at)| plane.place(*at, number(point.high())));
        let down = self.points.iter().zip(&self.times).rev().map(|(point, at)| plane.place(*at, number(point.low())));
        let _ = write!(inner, r#"<path class="band" d="{}Z"/>"#, path(up.chain(down)));
        let floors = self.times.iter().zip(&self.floors).map(|(at, low)| plane.place(*at, *low));
        let _ = write!(inner, r#"<path class="floor" d="{}"/>"#, path(floors));
        let curve = self.points.iter().zip(&self.times).map(|(point, at)| plane.place(*at, point.mean));
        let _ = write!(inner, r#"<path class="curve" d="{}"/>"#, path(curve));
        if let Some(fit) = fit {
            self.draw_fit(&mut inner, fit, plane);
        }
        if let Some(limit) = limit {
            let height = INNER * (1.0 - y.place(limit));
            let _ = write!(inner, r#"<line class="limit" x1="0" x2="1000" y1="{height:.1}" y2="{height:.1}"/>"#);
        }
        for mark in marks {
            push_mark(&mut inner, mark, INNER * x.place(mark.at));
        }
        frame(self.unit, HEIGHT, x, y, &inner, "memory over time")
    }

    /// Draws the fitted rate through the middle of its span, with its confidence interval.
    fn draw_fit(&self, out: &mut String, fit: Fit, plane: Plane) {
        let Some(line) = self.timeline.line(fit.rate, fit.span_s) else { return };
        let ([low_begin, low_end], [high_begin, high_end]) = (plane.ends(line, fit.low), plane.ends(line, fit.high));
        // Both sides cross in the middle.
        let corners = [low_begin, high_begin, high_end, low_end];
        let _ = write!(out, r#"<path class="fitband" d="{}Z"/>"#, path(corners.into_iter()));
        let _ = write!(out, r#"<path class="fit" d="{}"/>"#, path(plane.ends(line, fit.rate).into_iter()));
    }

    /// Returns the chart of several kinds on top of each other.
    pub fn stacked(&self, kinds: &[&[Option<u64>]]) -> String {
        let x = self.time_axis();
        let mut sums = vec![0.0; self.points.len()];
        let mut layers = Vec::new();
        for kind in kinds {
            let below = sums.clone();
            for (sum, value) in sums.iter_mut().zip(*kind) {
                *sum += number(value.unwrap_or(0));
            }
            layers.push((below, sums.clone()));
        }
        let top = sums.iter().copied().fold(1.0, f64::max);
        let y = Axis { from: 0.0, to: 1.05 * top };
        let plane = Plane { x, y };
        let mut inner = String::new();
        for (index, (below, above)) in layers.iter().enumerate() {
            let up = above.iter().zip(&self.times).map(|(value, at)| plane.place(*at, *value));
            let down = below.iter().zip(&self.times).rev().map(|(value, at)| plane.place(*at, *value));
            let _ = write!(inner, r#"<path class="k{index}" d="{}Z"/>"#, path(up.chain(down)));
        }
        frame(self.unit, KINDS_HEIGHT, x, y, &inner, "memory by kind over time")
    }
}

/// Both axes of a chart.
#[derive(Debug, Clone, Copy)]
struct Plane {
    x: Axis,
    y: Axis,
}

impl Plane {
    /// Returns the place of a value in the inner picture.
    fn place(self, at: f64, value: f64) -> (f64, f64) {
        (INNER * self.x.place(at), INNER * (1.0 - self.y.place(value)))
    }

    /// Returns the places of both ends of a line with a slope.
    fn ends(self, line: Line, rate: f64) -> [(f64, f64); 2] {
        line.ends(rate).map(|(at, value)| self.place(at, value))
    }
}

/// Appends a mark with its text.
fn push_mark(out: &mut String, mark: &Mark, at: f64) {
    // Jobs are short lines at the foot, because hundreds of them would hide the curve.
    let (class, top) = match mark.kind {
        MarkKind::Alert => ("mark", 0),
        MarkKind::Critical => ("mark critical", 0),
        MarkKind::Job => ("job", 940),
    };
    let text = minijinja::HtmlEscape(&mark.text);
    let _ = write!(
        out,
        r#"<line class="{class}" x1="{at:.1}" x2="{at:.1}" y1="{top}" y2="1000"><title>{text}</title></line>"#
    );
}

/// Adds axes and labels to an inner picture.
fn frame(unit: units::Axis, height: f64, x: Axis, y: Axis, inner: &str, label: &str) -> String {
    let (width, depth) = (WIDTH - LEFT, height - TOP - BOTTOM);
    let mut out = format!(r#"<svg class="frame" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">"#);
    for (value, text) in y.bytes(height / 55.0) {
        let at = TOP + depth * (1.0 - y.place(value));
        let _ = write!(out, r#"<path class="axis" d="M{LEFT} {at:.1}H{WIDTH}"/>"#);
        let _ = write!(out, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#, LEFT - 8.0, at + 4.0);
    }
    for (index, (value, text)) in x.times(unit).into_iter().enumerate() {
        let part = x.place(value);
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

/// Returns a path through places, to a tenth of a unit. A place between two others of its height is left out.
fn path(places: impl Iterator<Item = (f64, f64)>) -> String {
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
        let _ = write!(out, "{}{} {}", if index == 0 { 'M' } else { 'L' }, decimal(x), decimal(y));
    }
    out
}

#[expect(clippy::cast_possible_truncation, reason = "places of a picture; saturates")]
fn tenths(value: f64) -> i64 {
    (10.0 * value).round() as i64
}

fn decimal(tenths: i64) -> String {
    format!("{}{}.{}", if tenths < 0 { "-" } else { "" }, tenths.abs() / 10, tenths.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_the_ends_of_flat_stretches_and_all_turns() {
        let flat = path((0..480).map(|x| (f64::from(x), 500.0)));
        assert_eq!(flat, "M0.0 500.0L479.0 500.0");
        let step = path([(0.0, 1.0), (1.0, 1.0), (2.0, 1.0), (2.5, 9.0), (3.0, 9.0), (4.0, 9.0)].into_iter());
        assert_eq!(step, "M0.0 1.0L2.0 1.0L2.5 9.0L4.0 9.0");
        let there_and_back = path([(0.0, 1.0), (5.0, 1.0), (9.0, 1.0), (9.0, 1.0), (5.0, 1.0), (0.0, 1.0)].into_iter());
        assert_eq!(there_and_back, "M0.0 1.0L9.0 1.0L0.0 1.0");
        assert_eq!(path([(-0.26, 1.04)].into_iter()), "M-0.3 1.0");
    }
}
