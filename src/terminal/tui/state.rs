//! What the full-screen view shows and how keys change it. Knows nothing of the terminal.

use std::time::Duration;

use crate::event::{Event, JobTimes};

use super::facts::Facts;

/// What a key asks of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// End the session in order; a second time, at once.
    Quit,
    /// Write a report of what is known so far.
    Save,
}

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Concern,
    Growth,
    Rss,
    Name,
    Pid,
}

impl Sort {
    pub fn words(self) -> &'static str {
        match self {
            Self::Concern => "concern",
            Self::Growth => "growth",
            Self::Rss => "rss",
            Self::Name => "name",
            Self::Pid => "pid",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Concern => Self::Growth,
            Self::Growth => Self::Rss,
            Self::Rss => Self::Name,
            Self::Name => Self::Pid,
            Self::Pid => Self::Concern,
        }
    }
}

/// A key as the view understands it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Key {
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,
    Interrupt,
    Character(char),
}

/// Lines that a key goes on by among the words on a target, and the last one it goes to.
const PAGE: u16 = 8;
const LONGEST: u16 = 80;

/// Everything on the screen.
#[derive(Debug)]
pub(super) struct State {
    live: Facts,
    /// What a pause holds still, while it lasts.
    held: Option<Facts>,
    pub sort: Sort,
    pub filter: String,
    pub typing: bool,
    /// The target that keys have gone to.
    chosen: Option<u64>,
    pub help: bool,
    /// Whether the words on the target have the place of its chart, and from which of their lines on.
    pub details: Option<u16>,
    pub ending: bool,
    /// What the view says of the latest key.
    pub said: Option<String>,
    pub length: Option<Duration>,
}

impl State {
    pub fn new(length: Option<Duration>, jobs: JobTimes) -> Self {
        Self {
            live: Facts::new(jobs),
            held: None,
            sort: Sort::Concern,
            filter: String::new(),
            typing: false,
            chosen: None,
            help: false,
            details: None,
            ending: false,
            said: None,
            length,
        }
    }

    /// Takes one event; true when there is something new to be drawn.
    pub fn on_event(&mut self, event: Event<'_>) -> bool {
        self.live.on_event(event, self.sort, &self.filter)
    }

    /// What is on the screen.
    pub fn shown(&self) -> &Facts {
        self.held.as_ref().unwrap_or(&self.live)
    }

    /// What is known by now, whatever is on the screen.
    pub fn live(&self) -> &Facts {
        &self.live
    }

    /// Whether the picture stands still.
    pub fn is_paused(&self) -> bool {
        self.held.is_some()
    }

    fn pause(&mut self) {
        self.held = if self.held.is_some() { None } else { Some(self.live.held()) };
    }

    /// Where the selected target is among those that are shown: the first one unless another was chosen, and while that
    /// is not shown.
    pub fn place(&self) -> Option<usize> {
        let targets = &self.shown().targets;
        let chosen = targets.iter().position(|target| Some(target.number) == self.chosen);
        chosen.or_else(|| (!targets.is_empty()).then_some(0))
    }

    fn rearrange(&mut self) {
        self.live.rearrange(self.sort, &self.filter);
        if let Some(held) = &mut self.held {
            held.rearrange(self.sort, &self.filter);
        }
    }

    fn step(&mut self, by: isize) {
        let last = self.shown().targets.len().saturating_sub(1);
        let at = self.place().unwrap_or(0).saturating_add_signed(by).min(last);
        self.chosen = self.shown().targets.get(at).map(|target| target.number);
    }

    /// Takes one key and says what it asks of the program.
    pub fn key(&mut self, key: Key) -> Option<Request> {
        self.said = None;
        if key == Key::Interrupt {
            return self.quit();
        }
        if self.typing {
            match key {
                Key::Character(c) => self.filter.push(c),
                Key::Backspace => drop(self.filter.pop()),
                Key::Enter => self.typing = false,
                Key::Escape => {
                    self.typing = false;
                    self.filter.clear();
                }
                _ => {}
            }
            self.rearrange();
            return None;
        }
        match key {
            Key::Escape if self.help => self.help = false,
            Key::Escape if self.details.is_some() => self.details = None,
            Key::Escape if !self.filter.is_empty() => {
                self.filter.clear();
                self.rearrange();
            }
            Key::PageUp if self.details.is_some() => self.details = self.details.map(|from| from.saturating_sub(PAGE)),
            Key::PageDown if self.details.is_some() => {
                self.details = self.details.map(|from| from.saturating_add(PAGE).min(LONGEST));
            }
            Key::Character('d') => self.details = if self.details.is_some() { None } else { Some(0) },
            Key::Up | Key::Character('k') => self.step(-1),
            Key::Down | Key::Character('j') => self.step(1),
            Key::PageUp => self.step(-10),
            Key::PageDown => self.step(10),
            Key::Home | Key::Character('g') => self.step(isize::MIN),
            Key::End | Key::Character('G') => self.step(isize::MAX),
            Key::Character('s') => {
                self.sort = self.sort.next();
                self.rearrange();
            }
            Key::Character('/') => self.typing = true,
            Key::Character('p' | ' ') => self.pause(),
            Key::Character('?' | 'h') => self.help = !self.help,
            Key::Character('r') => {
                self.said = Some("the report is written with the next sample".to_owned());
                return Some(Request::Save);
            }
            Key::Character('q') => return self.quit(),
            _ => {}
        }
        None
    }

    fn quit(&mut self) -> Option<Request> {
        self.ending = true;
        self.said = Some("ending in order; the same key again ends at once".to_owned());
        Some(Request::Quit)
    }
}
