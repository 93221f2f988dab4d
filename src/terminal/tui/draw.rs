//! The full-screen view as a picture of its state.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span as Piece};
use ratatui::widgets::{Block, Cell, Clear, Paragraph, Row, Table, TableState, Wrap};

use crate::alert::Severity;
use crate::analysis::Status;
use crate::units::Span;

use super::super::table::Column;
use super::chart::{self, Marks};
use super::details::details;
use super::state::State;

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub coloured: bool,
}

impl Palette {
    /// Text in a colour where there are colours.
    pub fn ink(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }

    pub fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The style of a verdict: told apart without red against green, and by weight where there is no colour.
    pub fn verdict(self, status: Status) -> Style {
        match status {
            Status::Leaking => self.ink(Color::Red).add_modifier(Modifier::BOLD),
            Status::Suspect => self.ink(Color::Yellow).add_modifier(Modifier::BOLD),
            Status::WarmingUp => self.ink(Color::Cyan),
            Status::InsufficientData => self.dim(),
            Status::Stable => self.ink(Color::Blue),
        }
    }

    fn severity(self, severity: Severity) -> Style {
        match severity {
            Severity::Info => self.dim(),
            Severity::Warning => self.ink(Color::Yellow),
            Severity::Critical => self.ink(Color::Red).add_modifier(Modifier::BOLD),
        }
    }
}

/// Rows of the lower half below which there is no chart.
const LEAST_CHART: u16 = 5;
/// Rows that it keeps where the words need the rest.
const LEAST_BESIDE: u16 = 6;
/// Width from which chart and reasons stand side by side.
const WIDE: u16 = 130;
/// Height from which news have a place of their own.
const TALL: u16 = 32;
const NEWS: u16 = 6;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, state: &State, palette: Palette) {
    let area = frame.area();
    let news = if area.height >= TALL && !state.shown().news.is_empty() { NEWS } else { 0 };
    let wanted = u16::try_from(state.shown().targets.len()).unwrap_or(u16::MAX).saturating_add(1);
    let share = if area.height < 12 { area.height.saturating_sub(2) } else { area.height.saturating_sub(news) * 2 / 5 };
    let table_height = wanted.clamp(2, share.max(2));
    let [head, table, rest, told, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(table_height),
        Constraint::Fill(1),
        Constraint::Length(news),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(headline(state, palette)), head);
    draw_table(frame, table, state, palette);
    draw_selected(frame, rest, state, palette);
    if news > 0 {
        draw_news(frame, told, state, palette);
    }
    frame.render_widget(Paragraph::new(footer(state, foot.width, palette)), foot);
    if state.help {
        draw_help(frame, area, palette);
    }
}

fn headline(state: &State, palette: Palette) -> Line<'static> {
    let mut pieces = vec![Piece::styled("leakwatch", Style::new().add_modifier(Modifier::BOLD))];
    if state.is_paused() {
        let style = palette.ink(Color::Yellow).add_modifier(Modifier::BOLD | Modifier::REVERSED);
        pieces.push(Piece::raw("  "));
        pieces.push(Piece::styled(paused(state), style));
    }
    let shown = state.shown();
    let watched = shown.started.zip(shown.now).map_or(0.0, |(from, to)| to.seconds_since(from));
    let length = state.length.map_or_else(String::new, |length| format!(" of {}", Span(length.as_secs_f64())));
    let facts = [format!("{} running", shown.running), format!("watched for {}{length}", Span(watched.round()))];
    pieces.push(Piece::raw(format!("  {}", facts.join(", "))));
    if shown.leaking > 0 {
        pieces.push(Piece::styled(format!("  {} leaking", shown.leaking), palette.verdict(Status::Leaking)));
    }
    if !shown.host.is_empty() {
        pieces.push(Piece::styled(format!("  {}", shown.host), palette.dim()));
    }
    Line::from(pieces)
}

/// That the picture stands still, since when, and what it does not show: `PAUSED at 12:03:04, 2 alerts since (p goes on)`.
fn paused(state: &State) -> String {
    let at = state.shown().now.map_or_else(String::new, |now| format!(" at {}", now.time_of_day()));
    let since = match state.live().alerts - state.shown().alerts {
        0 => String::new(),
        1 => ", an alert since".to_owned(),
        more => format!(", {more} alerts since"),
    };
    format!(" PAUSED{at}{since} (p goes on) ")
}

fn draw_table(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let columns = Column::wanted(area.width);
    let narrow = area.width < 100;
    let texts: Vec<Vec<String>> = state
        .shown()
        .targets
        .iter()
        .map(|target| columns.iter().map(|column| column.text(target, narrow)).collect())
        .collect();
    let widths = columns.iter().enumerate().map(|(index, column)| {
        let longest = texts.iter().map(|row| Line::raw(row[index].as_str()).width()).max().unwrap_or(0);
        let width = u16::try_from(longest.max(column.title().len())).unwrap_or(u16::MAX);
        if *column == Column::Name { Constraint::Fill(1) } else { Constraint::Length(width) }
    });
    let aligned = |column: Column, text: &str| {
        let line = Line::raw(text.to_owned());
        if column.is_text() { line } else { line.right_aligned() }
    };
    let rows = state.shown().targets.iter().zip(&texts).map(|(target, texts)| {
        Row::new(columns.iter().zip(texts).map(|(column, text)| {
            let cell = Cell::new(aligned(*column, text));
            if *column == Column::Verdict {
                cell.style(palette.verdict(target.assessment.verdict.status))
            } else {
                cell
            }
        }))
    });
    let head = Row::new(columns.iter().map(|column| Cell::new(aligned(*column, column.title())))).style(palette.dim());
    let table = Table::new(rows, widths.collect::<Vec<_>>())
        .header(head)
        .column_spacing(2)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    let mut place = TableState::default().with_selected(state.place());
    frame.render_stateful_widget(table, area, &mut place);
}

fn draw_selected(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let Some(target) = state.place().and_then(|at| state.shown().targets.get(at)) else {
        let text = match (state.shown().all, state.filter.is_empty()) {
            (0, _) => "nothing to watch yet",
            (_, false) => "nothing passes the filter; Esc clears it",
            _ => "",
        };
        frame.render_widget(Paragraph::new(text).style(palette.dim()), area);
        return;
    };
    let timeline = state.shown().timelines.get(target);
    let marks = Marks { alerts: state.shown().marks.get(&target.number), jobs: state.shown().jobs() };
    let lines = details(target, timeline, palette);
    if state.details.is_some() {
        return draw_words(frame, area, lines, state, palette);
    }
    if area.width >= WIDE && area.height >= LEAST_CHART {
        let [left, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).spacing(2).areas(area);
        chart::draw(frame, left, target, timeline, &marks, palette);
        return draw_words(frame, right, lines, state, palette);
    }
    // the text gets what it needs, as far as the chart keeps a third
    let needed = height(&lines, area.width);
    let chart = LEAST_BESIDE.max(area.height / 3);
    let height = if area.height >= 2 * LEAST_CHART { needed.min(area.height - chart) } else { area.height };
    let [picture, words] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(area);
    if picture.height >= LEAST_CHART {
        chart::draw(frame, picture, target, timeline, &marks, palette);
    }
    draw_words(frame, words, lines, state, palette);
}

/// The words on a target, with a mark where they do not fit.
fn draw_words(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'_>>, state: &State, palette: Palette) {
    let all = height(&lines, area.width);
    let text = Paragraph::new(lines).wrap(Wrap { trim: false });
    if all <= area.height || area.height < 2 {
        return frame.render_widget(text, area);
    }
    let [words, mark] = Layout::vertical([Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    let from = state.details.unwrap_or(0).min(all - words.height);
    let told = match state.details {
        None => format!("… {} more lines: d shows them", all - words.height),
        Some(_) => format!("… lines {} to {} of {all}: PgUp, PgDn go on, d closes", from + 1, from + words.height),
    };
    frame.render_widget(text.scroll((from, 0)), words);
    frame.render_widget(Paragraph::new(told).style(palette.dim()), mark);
}

/// Rows that lines take when they break between words.
fn height(lines: &[Line<'_>], width: u16) -> u16 {
    let width = usize::from(width.max(1));
    let rows = |line: &Line<'_>| {
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
    };
    u16::try_from(lines.iter().map(rows).sum::<usize>()).unwrap_or(u16::MAX)
}

fn draw_news(frame: &mut Frame<'_>, area: Rect, state: &State, palette: Palette) {
    let room = usize::from(area.height.saturating_sub(1));
    let latest = state.shown().news.iter().rev().take(room).collect::<Vec<_>>();
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

fn footer(state: &State, width: u16, palette: Palette) -> Line<'static> {
    if let Some(said) = &state.said {
        return Line::styled(said.clone(), Style::new().add_modifier(Modifier::BOLD));
    }
    if state.typing {
        return Line::styled(
            format!("filter: {}_   Enter keeps it, Esc clears it", state.filter),
            palette.ink(Color::Yellow),
        );
    }
    let mut parts = Vec::new();
    if !state.filter.is_empty() {
        parts.push(format!("filter '{}': {} of {}", state.filter, state.shown().passing, state.shown().all));
    } else if state.shown().passing > state.shown().targets.len() {
        parts.push(format!("{} of {} shown", state.shown().targets.len(), state.shown().passing));
    }
    parts.extend(["q quit", "? help"].map(str::to_owned));
    if width >= 90 {
        parts.push("↑↓ select".to_owned());
    }
    parts.push(format!("s sort: {}", state.sort.words()));
    parts.extend(["/ filter", "p pause", "r report"].map(str::to_owned));
    Line::styled(parts.join("  "), palette.dim())
}

const HELP: [(&str, &str); 12] = [
    ("↑ ↓ j k", "select a target; PgUp, PgDn, Home, End go further"),
    ("d", "all that is known of the target; PgUp, PgDn go on"),
    ("s", "sort by concern, growth, rss, name, pid"),
    ("/", "show only names with this text; Esc clears it"),
    ("p or space", "hold the whole picture still; sampling goes on"),
    ("r", "write a report of what is known so far (.html)"),
    ("q, Ctrl-C", "end in order, with all reports; again: at once"),
    ("Ctrl-Z", "stop, sampling too; the shell's fg goes on"),
    ("line, dots", "memory that cannot simply be taken back; its floor"),
    ("straight line", "the fitted rate, with its 95 % interval"),
    ("| below, . below", "an alert (red: critical, yellow: warning), a job"),
    ("ended, †", "a process that has gone; its last verdict stays"),
];

fn draw_help(frame: &mut Frame<'_>, area: Rect, palette: Palette) {
    let lines: Vec<Line<'_>> = HELP.iter().map(|(key, what)| Line::from(format!(" {key:<14} {what}"))).collect();
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
    let popup = area.centered(Constraint::Length(area.width.min(72)), Constraint::Length(height.min(area.height)));
    frame.render_widget(Clear, popup);
    let block = Block::bordered().title(" keys, and what is drawn ").border_style(palette.ink(Color::Cyan));
    frame.render_widget(Paragraph::new(lines).block(block), popup);
}
