//! The chart of the selected target: memory, its floor, the fitted rate with its interval, alerts.

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

use super::palette::Palette;
use super::snapshot::AlertMark;

/// Columns of the labels of memory.
const LABELS: u16 = 11;
/// Number of blocks with a floor.
const FLOORS: usize = 24;

/// Marks at the foot of the chart.
pub(super) struct Marks {
    /// Alerts.
    pub(super) alerts: Vec<AlertMark>,
    /// Ends of jobs.
    pub(super) jobs: Vec<Timestamp>,
}

/// Draws the chart into an area, with the times below it.
pub(super) fn draw_chart(
    frame: &mut Frame<'_>,
    area: Rect,
    target: &Target,
    timeline: Option<&Timeline>,
    marks: &Marks,
    palette: Palette,
) {
    let Some(timeline) = timeline.filter(|timeline| timeline.points().len() > 1) else {
        frame.render_widget(Paragraph::new("the chart starts with the second sample").style(palette.dim()), area);
        return;
    };
    let points = timeline.points();
    let (first, last) = (points[0], points[points.len() - 1]);
    let [above, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let [labels, plot] = Layout::horizontal([Constraint::Length(LABELS), Constraint::Fill(1)]).spacing(1).areas(above);
    let (low, high) = memory_range(points);
    draw_labels(frame, labels, low, high, palette);
    let length = last.at.seconds_since(first.at).max(1e-3);
    let status = target.assessment.verdict.status;
    let canvas =
        Canvas::default().marker(Marker::Braille).x_bounds([0.0, length]).y_bounds([low, high]).paint(|context| {
            draw_marks(context, marks, first.at, (low, high));
            let floors: Vec<(f64, f64)> = timeline.seconds().into_iter().zip(timeline.floors(FLOORS)).collect();
            context.draw(&Points { coords: &floors, color: Color::Gray });
            context.layer();
            if matches!(status, Status::Leaking | Status::Suspect | Status::Stable) {
                draw_fit(context, &target.assessment.growth, timeline);
                context.layer();
            }
            for pair in points.windows(2) {
                let [from, to] = [pair[0], pair[1]].map(|point| (point.at.seconds_since(first.at), point.mean));
                stroke(context, from, to, Color::Cyan);
            }
        });
    frame.render_widget(canvas, plot);
    let [_, times] = Layout::horizontal([Constraint::Length(LABELS), Constraint::Fill(1)]).spacing(1).areas(below);
    frame.render_widget(Paragraph::new(first.at.time_of_day()).style(palette.dim()), times);
    let end = format!("{} UTC, {} later", last.at.time_of_day(), Span(length.round()));
    frame.render_widget(Paragraph::new(Line::from(end).right_aligned()).style(palette.dim()), times);
}

/// Draws the alerts and jobs at the foot of the chart.
fn draw_marks(context: &mut Context<'_>, marks: &Marks, start: Timestamp, (low, high): (f64, f64)) {
    for job in &marks.jobs {
        let x = job.seconds_since(start);
        stroke(context, (x, low), (x, low + (high - low) / 40.0), Color::Blue);
    }
    for (at, is_critical) in &marks.alerts {
        let colour = if *is_critical { Color::Red } else { Color::Yellow };
        let x = at.seconds_since(start);
        stroke(context, (x, low), (x, low + (high - low) / 8.0), colour);
    }
}

fn stroke(context: &mut Context<'_>, from: (f64, f64), to: (f64, f64), color: Color) {
    context.draw(&Stroke { x1: from.0, y1: from.1, x2: to.0, y2: to.1, color });
}

#[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
/// Returns the range of memory on the axis.
fn memory_range(points: &[Point]) -> (f64, f64) {
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

/// Draws the rate through the middle of the samples it was fitted to, and the ends of its interval.
fn draw_fit(context: &mut Context<'_>, growth: &Growth, timeline: &Timeline) {
    let (Some(rate), Some(low), Some(high)) = (growth.rate, growth.ci_low, growth.ci_high) else { return };
    let Some(line) = timeline.line(rate, growth.span_s) else { return };
    for (rate, colour) in [(low, Color::DarkGray), (high, Color::DarkGray), (rate, Color::Red)] {
        let [from, to] = line.ends(rate);
        stroke(context, from, to, colour);
    }
}
