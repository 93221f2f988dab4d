//! The state of the full-screen view and its changes by keys. It is independent of the terminal.

use std::time::Duration;

use crate::event::{Event, JobTimes, Notice, Target};

use super::keys::{Key, Request};
use super::row_order::RowOrder;
use super::snapshot::Snapshot;

/// Lines by which a page key scrolls the evidence.
const PAGE: u16 = 8;
/// Largest number of scrolled lines.
const MAX_SCROLL: u16 = 80;
/// Rows by which a page key moves the selection.
const PAGE_ROWS: isize = 10;

/// Everything on the screen.
#[derive(Debug)]
pub(super) struct ViewState {
    live: Snapshot,
    /// Frozen copy during a pause.
    frozen: Option<Snapshot>,
    order: RowOrder,
    filter: String,
    is_typing: bool,
    /// Number of the selected target.
    selected: Option<u64>,
    shows_help: bool,
    /// First line of the evidence, if it takes the place of the chart.
    scroll: Option<u16>,
    message: Option<String>,
    /// Advice while no process matches.
    hint: Option<String>,
    length: Option<Duration>,
}

impl ViewState {
    /// The state before the first event.
    pub(super) fn new(length: Option<Duration>, jobs: JobTimes) -> Self {
        Self {
            live: Snapshot::new(jobs),
            frozen: None,
            order: RowOrder::Verdict,
            filter: String::new(),
            is_typing: false,
            selected: None,
            shows_help: false,
            scroll: None,
            message: None,
            hint: None,
            length,
        }
    }

    /// Handles one event. Returns true if there is something new to draw.
    pub(super) fn handle(&mut self, event: Event<'_>) -> bool {
        if let Event::Notice(_, Notice::Extended(_, longest)) = event {
            self.length = Some(Duration::from_secs_f64(*longest));
        }
        self.live.handle(event, self.order, &self.filter)
    }

    /// Returns the state on the screen.
    pub(super) fn shown(&self) -> &Snapshot {
        self.frozen.as_ref().unwrap_or(&self.live)
    }

    /// Returns the latest state, also during a pause.
    pub(super) fn live(&self) -> &Snapshot {
        &self.live
    }

    /// True during a pause.
    pub(super) fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Returns the order of the rows.
    pub(super) fn order(&self) -> RowOrder {
        self.order
    }

    /// Returns the text that names must contain; empty for all.
    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    /// True while keys extend the filter.
    pub(super) fn is_typing(&self) -> bool {
        self.is_typing
    }

    /// True if the help covers the screen.
    pub(super) fn shows_help(&self) -> bool {
        self.shows_help
    }

    /// Returns the first line of the evidence, if it takes the place of the chart.
    pub(super) fn scroll(&self) -> Option<u16> {
        self.scroll
    }

    /// Returns the message in the last line.
    pub(super) fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Returns the length of the session, if it is known.
    pub(super) fn length(&self) -> Option<Duration> {
        self.length
    }

    /// Returns the advice for a session without a match.
    pub(super) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Sets the advice for a session without a match.
    pub(super) fn set_hint(&mut self, text: String) {
        self.hint = Some(text);
    }

    /// Shows a message in the last line until the next key.
    pub(super) fn show_message(&mut self, text: String) {
        self.message = Some(text);
    }

    /// Returns the index of the selected target among the shown ones; the first one by default.
    pub(super) fn selected_row(&self) -> Option<usize> {
        let targets = self.shown().targets();
        let selected = targets.iter().position(|target| Some(target.number) == self.selected);
        selected.or_else(|| (!targets.is_empty()).then_some(0))
    }

    /// Returns the selected target.
    pub(super) fn selected_target(&self) -> Option<&Target> {
        self.selected_row().and_then(|row| self.shown().targets().get(row))
    }

    /// Handles one key, and returns its request to the program.
    pub(super) fn key(&mut self, key: Key) -> Option<Request> {
        self.message = None;
        if key == Key::Interrupt {
            return self.quit();
        }
        if self.is_typing {
            self.type_filter(key);
            return None;
        }
        match key {
            Key::Escape => self.escape(),
            Key::PageUp if self.scroll.is_some() => self.scroll = self.scroll.map(|from| from.saturating_sub(PAGE)),
            Key::PageDown if self.scroll.is_some() => {
                self.scroll = self.scroll.map(|from| from.saturating_add(PAGE).min(MAX_SCROLL));
            }
            Key::Character('d') => self.scroll = if self.scroll.is_some() { None } else { Some(0) },
            Key::Up | Key::Character('k') => self.move_selection(-1),
            Key::Down | Key::Character('j') => self.move_selection(1),
            Key::PageUp => self.move_selection(-PAGE_ROWS),
            Key::PageDown => self.move_selection(PAGE_ROWS),
            Key::Home | Key::Character('g') => self.move_selection(isize::MIN),
            Key::End | Key::Character('G') => self.move_selection(isize::MAX),
            Key::Character('s') => {
                self.order = self.order.next();
                self.rearrange();
            }
            Key::Character('/') => self.is_typing = true,
            Key::Character('p' | ' ') => self.toggle_pause(),
            Key::Character('?' | 'h') => self.shows_help = !self.shows_help,
            Key::Character('r') => {
                self.message = Some("writing a report at the next sample".to_owned());
                return Some(Request::Save);
            }
            Key::Character('q') => return self.quit(),
            _ => {}
        }
        None
    }

    fn quit(&mut self) -> Option<Request> {
        self.message = Some("ending: writing reports; press the key again to end at once".to_owned());
        Some(Request::Quit)
    }

    fn type_filter(&mut self, key: Key) {
        match key {
            Key::Character(c) => self.filter.push(c),
            Key::Backspace => drop(self.filter.pop()),
            Key::Enter => self.is_typing = false,
            Key::Escape => {
                self.is_typing = false;
                self.filter.clear();
            }
            _ => {}
        }
        self.rearrange();
    }

    /// Closes the help, else the evidence, else clears the filter.
    fn escape(&mut self) {
        if self.shows_help {
            self.shows_help = false;
        } else if self.scroll.is_some() {
            self.scroll = None;
        } else if !self.filter.is_empty() {
            self.filter.clear();
            self.rearrange();
        }
    }

    fn toggle_pause(&mut self) {
        self.frozen = if self.frozen.is_some() { None } else { Some(self.live.freeze()) };
    }

    fn rearrange(&mut self) {
        self.live.rearrange(self.order, &self.filter);
        if let Some(frozen) = &mut self.frozen {
            frozen.rearrange(self.order, &self.filter);
        }
    }

    fn move_selection(&mut self, by: isize) {
        let last = self.shown().targets().len().saturating_sub(1);
        let row = self.selected_row().unwrap_or(0).saturating_add_signed(by).min(last);
        self.selected = self.shown().targets().get(row).map(|target| target.number);
    }
}
