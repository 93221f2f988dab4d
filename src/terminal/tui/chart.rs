//! The timeline of the selected target: memory, its floor, the fitted rate with its interval, alerts.

use std::collections::VecDeque;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Color;
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use ratatui::widgets::canvas::{Canvas, Context, Line as Stroke, Points};

use crate::analysis::{Growth, Status};
use crate::event::{Point, Target, Timeline};
use crate::model::Timestamp;
use crate::units::{Bytes, Span};

use super::draw::Palette;

/// Columns for the labels of memory.
const LABELS: u16 = 11;
/// Stretches that a floor is the lowest of.
const FLOORS: usize = 24;

/// What is marked at the foot of the chart.
pub(super) struct Marks<'a> {
    /// Alerts, and whether they are critical.
    pub alerts: Option<&'a VecDeque<(Timestamp, bool)>>,
    /// When jobs ended.
    pub jobs: Vec<Timestamp>,
}

/// Draws the chart into an area, with the times below it.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    target: &Target,
    timeline: Option<&Timeline>,
    marks: &Marks<'_>,
    palette: Palette,
) {
    let Some(timeline) = timeline.filter(|timeline| timeline.points().len() > 1) else {
        frame.render_widget(Paragraph::new("a chart needs two samples").style(palette.dim()), area);
        return;
    };
    let points = timeline.points();
    let (first, last) = (points[0], points[points.len() - 1]);
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let [labels, plot] = Layout::horizontal([Constraint::Length(LABELS), Constraint::Fill(1)]).spacing(1).areas(above);
    let (low, high) = range(points);
    draw_labels(frame, labels, low, high, palette);
    let length = last.at.seconds_since(first.at).max(1e-3);
    let at = |time: Timestamp| time.seconds_since(first.at);
    let status = target.assessment.verdict.status;
    let canvas =
        Canvas::default().marker(Marker::Braille).x_bounds([0.0, length]).y_bounds([low, high]).paint(|context| {
            for time in &marks.jobs {
                stroke(context, (at(*time), low), (at(*time), low + (high - low) / 40.0), Color::Blue);
            }
            for (time, critical) in marks.alerts.into_iter().flatten() {
                let colour = if *critical { Color::Red } else { Color::Yellow };
                let x = at(*time);
                stroke(context, (x, low), (x, low + (high - low) / 8.0), colour);
            }
            let floors: Vec<(f64, f64)> = timeline.seconds().into_iter().zip(timeline.floors(FLOORS)).collect();
            context.draw(&Points { coords: &floors, color: Color::Gray });
            context.layer();
            if matches!(status, Status::Leaking | Status::Suspect | Status::Stable) {
                fit(context, &target.assessment.growth, timeline);
                context.layer();
            }
            for pair in points.windows(2) {
                stroke(context, (at(pair[0].at), pair[0].mean), (at(pair[1].at), pair[1].mean), Color::Cyan);
            }
        });
    frame.render_widget(canvas, plot);
    let [_, times] = Layout::horizontal([Constraint::Length(LABELS), Constraint::Fill(1)]).spacing(1).areas(below);
    frame.render_widget(Paragraph::new(first.at.time_of_day()).style(palette.dim()), times);
    let end = format!("{} UTC, {} on", last.at.time_of_day(), Span(length.round()));
    frame.render_widget(Paragraph::new(Line::from(end).right_aligned()).style(palette.dim()), times);
}

fn stroke(context: &mut Context<'_>, from: (f64, f64), to: (f64, f64), color: Color) {
    context.draw(&Stroke { x1: from.0, y1: from.1, x2: to.0, y2: to.1, color });
}

#[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
fn range(points: &[Point]) -> (f64, f64) {
    let low = points.iter().map(|point| point.low()).min().unwrap_or(0) as f64;
    let high = points.iter().map(|point| point.high()).max().unwrap_or(0) as f64;
    let room = (0.05 * (high - low)).max(0.004 * high).max(4096.0);
    ((low - room).max(0.0), high + room)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturates")]
fn draw_labels(frame: &mut Frame<'_>, area: Rect, low: f64, high: f64, palette: Palette) {
    let rows = area.height;
    for row in [0, rows / 2, rows.saturating_sub(1)] {
        let part = if rows > 1 { f64::from(row) / f64::from(rows - 1) } else { 0.0 };
        let text = Bytes((high - part * (high - low)) as u64).to_string();
        let place = Rect { y: area.y + row, height: 1, ..area };
        frame.render_widget(Paragraph::new(Line::from(text).right_aligned()).style(palette.dim()), place);
    }
}

/// The rate through the middle of what it was fitted to, and the ends of its interval.
fn fit(context: &mut Context<'_>, growth: &Growth, timeline: &Timeline) {
    let (Some(rate), Some(low), Some(high)) = (growth.rate, growth.ci_low, growth.ci_high) else { return };
    let Some(line) = timeline.line(rate, growth.span_s) else { return };
    for (rate, colour) in [(low, Color::DarkGray), (high, Color::DarkGray), (rate, Color::Red)] {
        let [from, to] = line.ends(rate);
        stroke(context, from, to, colour);
    }
}
