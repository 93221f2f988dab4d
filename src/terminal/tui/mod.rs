//! The full-screen view: what is watched, sorted by concern, with the chart and the reasons of one target.
//!
//! Drawn by the working thread at each tick and by a thread of its own that waits for keys; nothing polls. The terminal
//! is given back at the end, after a panic, and before the program ends at once.

mod chart;
mod details;
mod draw;
mod state;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::{DefaultTerminal, Frame};

use crate::alert::Severity;
use crate::event::{Courses, Event, EventSink, JobTimes};

use super::Style;
use draw::Palette;
use state::State;

pub use state::{Key, Request};

/// Whether the terminal is ours.
static OPEN: AtomicBool = AtomicBool::new(false);

/// What the view shows, apart from any terminal: a sink of events that can be drawn at any time.
#[derive(Debug)]
pub struct Picture {
    state: State,
    palette: Palette,
}

impl Picture {
    /// An empty picture; `length` is how long the session lasts, when that is known; `jobs` are
    /// marked on the axis of time.
    #[must_use]
    pub fn new(length: Option<Duration>, jobs: JobTimes, style: Style) -> Self {
        Self { state: State::new(length, jobs), palette: Palette { coloured: style.is_coloured() } }
    }

    /// Takes one key and says what it asks of the program.
    pub fn key(&mut self, key: Key) -> Option<Request> {
        self.state.key(key)
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        draw::draw(frame, &self.state, self.palette);
    }
}

impl EventSink for Picture {
    fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        self.state.take(event);
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

struct Screen {
    terminal: DefaultTerminal,
    picture: Picture,
}

impl Screen {
    /// A terminal that cannot be drawn on is no reason to end a watch: its reports matter more.
    fn draw(&mut self) {
        if OPEN.load(Ordering::Acquire) {
            let picture = &self.picture;
            drop(self.terminal.draw(|frame| picture.draw(frame)));
        }
    }
}

/// A sink that fills the terminal; clones draw on the same one.
#[derive(Clone)]
pub struct Tui {
    screen: Arc<Mutex<Screen>>,
}

impl Tui {
    /// Takes the terminal over. `asked` is called from another thread with what keys ask for; `length` is how long
    /// the session lasts, when that is known.
    ///
    /// # Errors
    /// When the terminal cannot be taken over.
    pub fn open(
        length: Option<Duration>,
        jobs: JobTimes,
        style: Style,
        asked: Box<dyn Fn(Request) + Send>,
    ) -> io::Result<Self> {
        let terminal = ratatui::try_init()?;
        OPEN.store(true, Ordering::Release);
        // Its hook gives the terminal back after a panic in any thread; then none may draw on it any more.
        let gives_back = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panicked| {
            OPEN.store(false, Ordering::Release);
            gives_back(panicked);
        }));
        let screen = Arc::new(Mutex::new(Screen { terminal, picture: Picture::new(length, jobs, style) }));
        let keys = screen.clone();
        let waiting = std::thread::Builder::new().name("keys".to_owned()).spawn(move || wait_for_keys(&keys, &asked));
        if let Err(error) = waiting {
            restore();
            return Err(error);
        }
        held(&screen).draw();
        Ok(Self { screen })
    }

    /// Says something in the last line.
    pub fn say(&self, text: String) {
        let mut screen = held(&self.screen);
        screen.picture.state.said = Some(text);
        screen.draw();
    }

    /// Lends out the courses of the targets, which the charts are drawn from.
    pub fn with_courses<T>(&self, show: impl FnOnce(&Courses) -> T) -> T {
        show(&held(&self.screen).picture.state.courses)
    }

    /// Gives the terminal back and returns what happened meanwhile, for those who read on: alerts and warnings.
    pub fn close(&self) -> Vec<String> {
        restore();
        let screen = held(&self.screen);
        let told = screen.picture.state.news.iter().filter(|news| news.severity > Severity::Info);
        told.map(|news| format!("{} {}", news.at, news.text)).collect()
    }
}

impl EventSink for Tui {
    fn take(&mut self, event: Event<'_>) -> io::Result<()> {
        let mut screen = held(&self.screen);
        if screen.picture.state.take(event) {
            screen.draw();
        }
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

/// Gives the terminal back, if it is ours.
pub fn restore() {
    if OPEN.swap(false, Ordering::AcqRel) {
        ratatui::restore();
        drop(ratatui::crossterm::execute!(io::stdout(), ratatui::crossterm::cursor::Show));
    }
}

fn held(screen: &Mutex<Screen>) -> MutexGuard<'_, Screen> {
    screen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait_for_keys(screen: &Mutex<Screen>, asked: &dyn Fn(Request)) {
    while let Ok(input) = event::read() {
        if !OPEN.load(Ordering::Acquire) {
            return;
        }
        let mut screen = held(screen);
        let request = match input {
            Input::Key(pressed) if pressed.kind != KeyEventKind::Release => {
                understood(pressed).and_then(|key| screen.picture.key(key))
            }
            Input::Resize(..) => None,
            _ => continue,
        };
        screen.draw();
        drop(screen);
        if let Some(request) = request {
            asked(request);
        }
    }
}

fn understood(pressed: KeyEvent) -> Option<Key> {
    Some(match pressed.code {
        KeyCode::Char('c') if pressed.modifiers.contains(KeyModifiers::CONTROL) => Key::Interrupt,
        KeyCode::Char(c) if !pressed.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            Key::Character(c)
        }
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}
