//! What the full-screen view shows and how keys change it. Knows nothing of the terminal.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use crate::alert::{Alert, AlertState, Severity};
use crate::analysis::Status;
use crate::escape;
use crate::event::{Courses, Event, EventSink, JobTimes, Target, Tick};
use crate::model::Timestamp;
use crate::units::Bytes;

use super::super::describe_target;

/// Targets that are kept to be shown, in the order of the view; the others are counted.
const SHOWN: usize = 400;
/// Alerts and notices that are kept to be shown.
const NEWS: usize = 200;
/// Alerts that are drawn into the chart of one target.
const MARKS: usize = 24;

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

/// One line of what has happened.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub at: Timestamp,
    pub severity: Severity,
    pub text: String,
}

/// Everything on the screen.
#[derive(Debug)]
pub(super) struct State {
    /// Those of the latest tick that pass the filter, in the order of the view.
    pub targets: Vec<Target>,
    /// Others of that tick, for when the filter changes.
    others: Vec<Target>,
    /// How many pass the filter, and how many there are.
    pub passing: usize,
    pub all: usize,
    pub running: usize,
    pub leaking: usize,
    pub courses: Courses,
    pub marks: HashMap<u64, VecDeque<(Timestamp, bool)>>,
    pub news: VecDeque<News>,
    pub sort: Sort,
    pub filter: String,
    pub typing: bool,
    pub selected: Option<u64>,
    pub paused: bool,
    pub help: bool,
    pub ending: bool,
    /// What the view says of the latest key.
    pub said: Option<String>,
    pub started: Option<Timestamp>,
    pub now: Option<Timestamp>,
    pub host: String,
    pub length: Option<Duration>,
    pub jobs: JobTimes,
}

impl State {
    pub fn new(length: Option<Duration>, jobs: JobTimes) -> Self {
        Self {
            targets: Vec::new(),
            others: Vec::new(),
            passing: 0,
            all: 0,
            running: 0,
            leaking: 0,
            courses: Courses::default(),
            marks: HashMap::new(),
            news: VecDeque::new(),
            sort: Sort::Concern,
            filter: String::new(),
            typing: false,
            selected: None,
            paused: false,
            help: false,
            ending: false,
            said: None,
            started: None,
            now: None,
            host: String::new(),
            length,
            jobs,
        }
    }

    /// Takes one event; true when there is something new to be drawn.
    pub fn take(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Alert(target, alert) => self.alert(target, alert),
            Event::Notice(at, notice) => {
                let text = escape::terminal(&notice.sentence().1).into_owned();
                self.tell(News { at, severity: Severity::Info, text });
            }
            Event::Ticked(tick, targets) => {
                drop(self.courses.take(event));
                if !self.paused {
                    self.tick(tick, targets);
                }
                return true;
            }
            _ => drop(self.courses.take(event)),
        }
        false
    }

    fn alert(&mut self, target: Option<&Target>, alert: &Alert) {
        let who = target.map_or_else(|| "host".to_owned(), describe_target);
        let over = if alert.state == AlertState::Resolved { " is over" } else { "" };
        let kind = alert.kind.name().replace('_', " ");
        let text = format!("{kind}{over}: {who}: {}", escape::terminal(&alert.message));
        let severity = if over.is_empty() { alert.kind.severity() } else { Severity::Info };
        if let Some(target) = target.filter(|_| severity > Severity::Info) {
            let marks = self.marks.entry(target.number).or_default();
            marks.push_back((alert.at, severity == Severity::Critical));
            if marks.len() > MARKS {
                marks.pop_front();
            }
        }
        self.tell(News { at: alert.at, severity, text });
    }

    fn tell(&mut self, news: News) {
        self.news.push_back(news);
        if self.news.len() > NEWS {
            self.news.pop_front();
        }
    }

    fn tick(&mut self, tick: &Tick, targets: &[Target]) {
        self.started.get_or_insert(tick.at);
        self.now = Some(tick.at);
        if let Some(host) = tick.host {
            self.host = format!("host memory {} free", Bytes(host.available_bytes));
        }
        self.all = targets.len();
        self.running = targets.iter().filter(|target| target.ended.is_none() && target.key.is_some()).count();
        self.leaking = targets.iter().filter(|target| target.assessment.verdict.status == Status::Leaking).count();
        if self.marks.len() > 2 * targets.len() + MARKS {
            self.marks.retain(|number, _| targets.iter().any(|target| target.number == *number));
        }
        self.arrange(targets.iter().collect());
    }

    /// Sorts and filters, and keeps the selection where it is.
    fn arrange(&mut self, targets: Vec<&Target>) {
        let wanted = self.filter.to_lowercase();
        let passes = |target: &&Target| wanted.is_empty() || describe_target(target).to_lowercase().contains(&wanted);
        let (mut passing, others): (Vec<&Target>, Vec<&Target>) = targets.into_iter().partition(passes);
        self.passing = passing.len();
        let rate = |target: &Target| target.assessment.growth.rate.unwrap_or(f64::NEG_INFINITY);
        match self.sort {
            Sort::Concern => passing.sort_by(|a, b| {
                let rank = |target: &Target| (target.ended.is_none(), target.assessment.verdict.status);
                rank(b).cmp(&rank(a)).then(rate(b).total_cmp(&rate(a)))
            }),
            Sort::Growth => passing.sort_by(|a, b| rate(b).total_cmp(&rate(a))),
            Sort::Rss => passing.sort_by_key(|target| Reverse(target.reading.rss)),
            Sort::Name => passing.sort_by(|a, b| a.label.name.cmp(&b.label.name).then(a.key.cmp(&b.key))),
            Sort::Pid => passing.sort_by_key(|target| (target.key.is_none(), target.key)),
        }
        let kept: Vec<Target> = passing.into_iter().take(SHOWN).cloned().collect();
        self.others = others.into_iter().take(SHOWN).cloned().collect();
        self.targets = kept;
        if self.place().is_none() {
            self.selected = self.targets.first().map(|target| target.number);
        }
    }

    /// Where the selected target is among those that are shown.
    pub fn place(&self) -> Option<usize> {
        self.targets.iter().position(|target| Some(target.number) == self.selected)
    }

    /// Sorts and filters what is known already: after a key, before the next tick.
    fn rearrange(&mut self) {
        let (targets, others) = (std::mem::take(&mut self.targets), std::mem::take(&mut self.others));
        self.arrange(targets.iter().chain(&others).collect());
    }

    fn step(&mut self, by: isize) {
        let last = self.targets.len().saturating_sub(1);
        let at = self.place().unwrap_or(0).saturating_add_signed(by).min(last);
        self.selected = self.targets.get(at).map(|target| target.number);
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
            Key::Escape if !self.filter.is_empty() => {
                self.filter.clear();
                self.rearrange();
            }
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
            Key::Character('p' | ' ') => self.paused = !self.paused,
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
