//! Draws the full-screen view: headline, table, chart, text, news and keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as Piece};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Table, TableState, Wrap};

use crate::event::Target;
use crate::terminal::columns::{Cells, Column};
use crate::terminal::headline::{SEPARATOR, fitting_parts, format_watched};
use crate::terminal::shared_leaks::counted;

use super::chart::{Marks, draw_chart};
use super::help::draw_help;
use super::palette::Palette;
use super::target_text::target_lines;
use super::view_state::ViewState;

/// Fewest rows of a chart alone.
const LEAST_CHART: u16 = 5;
/// Fewest rows of a chart above text.
const LEAST_ABOVE: u16 = 6;
/// Width from which chart and text are side by side.
const WIDE: u16 = 130;
/// Height from which news are shown.
const TALL: u16 = 32;
/// Rows of the news.
const NEWS: u16 = 6;

/// Draws the whole view.
pub(super) fn draw(frame: &mut Frame<'_>, state: &ViewState, palette: Palette) {
    let area = frame.area();
    let news = if area.height >= TALL && state.shown().news().next().is_some() { NEWS } else { 0 };
    let wanted = u16::try_from(state.shown().targets().len()).unwrap_or(u16::MAX).saturating_add(1);
    let share = if area.height < 12 { area.height.saturating_sub(2) } else { area.height.saturating_sub(news) * 2 / 5 };
    let table_height = wanted.clamp(2, share.max(2));
    let [head, table, rest, recent, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(table_height),
        Constraint::Fill(1),
        Constraint::Length(news),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(headline(state, head.width, palette)), head);
    draw_table(frame, table, state, palette);
    draw_selected(frame, rest, state, palette);
    if news > 0 {
        draw_news(frame, recent, state, palette);
    }
    frame.render_widget(Paragraph::new(footer(state, foot.width, palette)), foot);
    if state.shows_help() {
        draw_help(frame, area, palette);
    }
}

/// Returns the first line: the parts that fit, each with its style.
fn headline(state: &ViewState, width: u16, palette: Palette) -> Line<'static> {
    let shown = state.shown();
    let paused = if state.is_paused() { format_pause(state) } else { String::new() };
    let running = format!("{} running", shown.running());
    let leaks = shown.shared_leaks().count_text();
    let watched = format_watched(shown.elapsed_s(), state.length().map(|length| length.as_secs_f64()));
    let paused_style = palette.colour(Color::Yellow).add_modifier(Modifier::BOLD | Modifier::REVERSED);
    let styled = [
        ("leakwatch", palette.bold()),
        (paused.as_str(), paused_style),
        (running.as_str(), Style::new()),
        (leaks.as_str(), palette.verdict(shown.shared_leaks().status())),
        (watched.as_str(), Style::new()),
        (shown.host(), palette.dim()),
    ];
    let fitting = fitting_parts(&styled.map(|(part, _)| part), width.into());
    let mut pieces = Vec::new();
    for (part, style) in styled.into_iter().filter(|(part, _)| !part.is_empty()).take(fitting.len()) {
        if !pieces.is_empty() {
            pieces.push(Piece::raw(SEPARATOR));
        }
        pieces.push(Piece::styled(part.to_owned(), style));
    }
    Line::from(pieces)
}

/// Returns the state of a pause: ` PAUSED at 12:03:04, 2 alerts since (p resumes) `.
fn format_pause(state: &ViewState) -> String {
    let at = state.shown().now().map_or_else(String::new, |now| format!(" at {}", now.time_of_day()));
    let since = match state.live().alerts() - state.shown().alerts() {
        0 => String::new(),
        alerts => format!(", {} since", counted(alerts, "alert")),
    };
    format!(" PAUSED{at}{since} (p resumes) ")
}

fn draw_table(frame: &mut Frame<'_>, area: Rect, state: &ViewState, palette: Palette) {
    let targets: Vec<&Target> = state.shown().targets().iter().collect();
    let cells = Cells::lay_out(&targets, state.shown().shared_leaks(), area.width.into());
    let widths = cells.columns().map(|(column, width)| match column {
        Column::Name => Constraint::Fill(1),
        _ => Constraint::Length(u16::try_from(width).unwrap_or(u16::MAX)),
    });
    let rows = cells.rows().map(|(status, texts)| {
        Row::new(texts.map(|(column, text)| {
            let cell = Cell::new(aligned_line(column, text));
            if column == Column::Verdict { cell.style(palette.verdict(status)) } else { cell }
        }))
    });
    let headings = cells.columns().map(|(column, _)| Cell::new(aligned_line(column, column.heading())));
    let table = Table::new(rows, widths.collect::<Vec<_>>())
        .header(Row::new(headings).style(palette.dim()))
        .column_spacing(2)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut selection = TableState::default().with_selected(state.selected_row());
    frame.render_stateful_widget(table, area, &mut selection);
}

fn aligned_line(column: Column, text: &str) -> Line<'static> {
    let line = Line::raw(text.to_owned());
    if column.is_text() { line } else { line.right_aligned() }
}

/// Draws chart and text of the selected target.
fn draw_selected(frame: &mut Frame<'_>, area: Rect, state: &ViewState, palette: Palette) {
    let Some(target) = state.selected_target() else {
        let text = match (state.shown().target_counts().1, state.filter().is_empty()) {
            (0, _) => state
                .hint()
                .map_or_else(|| "no process matches yet".to_owned(), |hint| format!("no process matches yet\n{hint}")),
            (_, false) => "no name contains the filter; Esc clears it".to_owned(),
            _ => String::new(),
        };
        frame.render_widget(Paragraph::new(text).style(palette.dim()).wrap(Wrap { trim: false }), area);
        return;
    };
    let timeline = state.shown().timeline(target);
    let marks = Marks { alerts: state.shown().alert_marks(target).collect(), jobs: state.shown().jobs() };
    let lines = target_lines(target, timeline, palette);
    if state.scroll().is_some() {
        return draw_text(frame, area, lines, state, palette);
    }
    if area.width >= WIDE && area.height >= LEAST_CHART {
        let [left, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).spacing(2).areas(area);
        draw_chart(frame, left, target, timeline, &marks, palette);
        return draw_text(frame, right, lines, state, palette);
    }
    // The text gets the rows it needs, unless the chart would lose its third.
    let needed = wrapped_height(&lines, area.width);
    let chart = LEAST_ABOVE.max(area.height / 3);
    let height = if area.height >= 2 * LEAST_CHART { needed.min(area.height - chart) } else { area.height };
    let [picture, text] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
    if picture.height >= LEAST_CHART {
        draw_chart(frame, picture, target, timeline, &marks, palette);
    }
    draw_text(frame, text, lines, state, palette);
}

/// Draws the text on a target, with a remark if it does not fit.
fn draw_text(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>, state: &ViewState, palette: Palette) {
    let all = wrapped_height(&lines, area.width);
    let text = Paragraph::new(lines).wrap(Wrap { trim: false });
    if all <= area.height || area.height < 2 {
        return frame.render_widget(text, area);
    }
    let [visible, mark] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let from = state.scroll().unwrap_or(0).min(all - visible.height);
    let remark = match state.scroll() {
        None => format!("… {} more lines (press d)", all - visible.height),
        Some(_) => {
            format!("… lines {} to {} of {all} (PgUp and PgDn scroll, d closes)", from + 1, from + visible.height)
        }
    };
    frame.render_widget(text.scroll((from, 0)), visible);
    frame.render_widget(Paragraph::new(remark).style(palette.dim()), mark);
}

/// Returns the rows of lines that break between words.
fn wrapped_height(lines: &[Line<'_>], width: u16) -> u16 {
    let width = usize::from(width.max(1));
    u16::try_from(lines.iter().map(|line| wrapped_rows(line, width)).sum::<usize>()).unwrap_or(u16::MAX)
}

fn wrapped_rows(line: &Line<'_>, width: usize) -> usize {
    let (mut rows, mut used) = (1, 0);
    for word in line.to_string().split_inclusive(' ') {
        let (whole, bare) = (Line::raw(word).width(), Line::raw(word.trim_end()).width());
        if used > 0 && used + bare > width {
            rows += 1;
            used = 0;
        }
        rows += bare.saturating_sub(1) / width;
        used = if bare > width { bare % width } else { used + whole };
    }
    rows
}

fn draw_news(frame: &mut Frame<'_>, area: Rect, state: &ViewState, palette: Palette) {
    let room = usize::from(area.height.saturating_sub(1));
    let latest = state.shown().news().rev().take(room).collect::<Vec<_>>();
    let lines: Vec<Line<'_>> = latest
        .into_iter()
        .rev()
        .map(|news| {
            let time = news.at.time_of_day();
            Line::from(vec![
                Piece::styled(format!("{time} "), palette.dim()),
                Piece::styled(news.text.as_str(), palette.severity(news.severity)),
            ])
        })
        .collect();
    let block = Block::new().title(Line::styled("news", palette.dim()));
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn footer(state: &ViewState, width: u16, palette: Palette) -> Line<'static> {
    if let Some(message) = state.message() {
        return Line::styled(message.to_owned(), palette.bold());
    }
    if state.is_typing() {
        return Line::styled(
            format!("filter: {}_   Enter keeps it, Esc clears it", state.filter()),
            palette.colour(Color::Yellow),
        );
    }
    let mut parts = Vec::new();
    let (passing, all) = state.shown().target_counts();
    let shown = state.shown().targets().len();
    if !state.filter().is_empty() {
        parts.push(format!("filter '{}': {passing} of {all}", state.filter()));
    } else if passing > shown {
        parts.push(format!("{shown} of {passing} shown"));
    }
    parts.extend(["q quit", "? help"].map(str::to_owned));
    if width >= 90 {
        parts.push("↑↓ select".to_owned());
    }
    parts.push(format!("s sort: {}", state.order().label()));
    parts.extend(["/ filter", "p pause", "r report"].map(str::to_owned));
    Line::styled(parts.join("  "), palette.dim())
}
