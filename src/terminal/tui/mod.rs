//! The full-screen view: what is watched, sorted by concern, with the chart and the reasons of one target.
//!
//! The working thread and one that waits for keys change the picture; a third one draws it when it is asked to, and alone
//! touches the terminal: one that takes no more output (a stopped client, a stalled line) must hold up nobody else.
//! Nothing polls. The terminal is given back at the end, after a panic, and before the program ends at once.

mod chart;
mod details;
mod draw;
mod facts;
mod state;

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ratatui::backend::Backend;
use ratatui::crossterm::event::{self, Event as Input, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::{Frame, Terminal};

use crate::alert::Severity;
use crate::event::{Event, EventSink, JobTimes, Timelines};

use super::Style;
use draw::Palette;
use state::State;

pub use state::{Key, Request};

/// Whether the terminal is ours.
static OPEN: AtomicBool = AtomicBool::new(false);
/// Whether the terminal is lent to the shell, while the program is stopped.
static LENT: AtomicBool = AtomicBool::new(false);
/// Whether it has come back, as the shell left it.
static RETURNED: AtomicBool = AtomicBool::new(false);
/// Asks for a drawing; there is one terminal.
static DRAWER: OnceLock<SyncSender<()>> = OnceLock::new();
/// Held while something is written to the terminal.
static WRITING: Mutex<()> = Mutex::new(());
/// How long a terminal that takes no output is waited for at the end.
const PATIENCE: Duration = Duration::from_secs(2);

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
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.state.on_event(event);
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

/// A sink that fills the terminal; clones draw on the same one.
#[derive(Clone)]
pub struct Tui {
    picture: Arc<Mutex<Picture>>,
    drawer: SyncSender<()>,
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
        let view = Self::on(terminal, Picture::new(length, jobs, style)).and_then(|view| {
            let _ = DRAWER.set(view.drawer.clone());
            let keys = view.clone();
            std::thread::Builder::new().name("keys".to_owned()).spawn(move || keys.wait_for_keys(&asked))?;
            Ok(view)
        });
        match &view {
            Ok(view) => view.draw(),
            Err(_) => {
                restore();
            }
        }
        view
    }

    /// A view that is drawn on `terminal` by a thread of its own.
    fn on<B: Backend + Send + 'static>(terminal: Terminal<B>, picture: Picture) -> io::Result<Self> {
        let picture = Arc::new(Mutex::new(picture));
        // room for one: who asks while a request waits is served by the same drawing
        let (drawer, asked) = mpsc::sync_channel(1);
        let shown = picture.clone();
        std::thread::Builder::new()
            .name("drawing".to_owned())
            .spawn(move || draw_when_asked(terminal, &shown, &asked))?;
        Ok(Self { picture, drawer })
    }

    fn draw(&self) {
        let _ = self.drawer.try_send(());
    }

    /// Says something in the last line.
    pub fn say(&self, text: String) {
        held(&self.picture).state.said = Some(text);
        self.draw();
    }

    /// Lends out the timelines of the targets, which the charts are drawn from.
    pub fn with_timelines<T>(&self, show: impl FnOnce(&Timelines) -> T) -> T {
        show(&held(&self.picture).state.live().timelines)
    }

    /// Gives the terminal back and returns what happened meanwhile, for those who read on: alerts and warnings. Nothing
    /// when the terminal takes no output.
    pub fn close(&self) -> Vec<String> {
        if !restore() {
            return Vec::new();
        }
        let picture = held(&self.picture);
        let told = picture.state.live().news.iter().filter(|news| news.severity > Severity::Info);
        told.map(|news| format!("{} {}", news.at, news.text)).collect()
    }

    fn wait_for_keys(&self, asked: &dyn Fn(Request)) {
        while let Ok(input) = event::read() {
            if !OPEN.load(Ordering::Acquire) {
                return;
            }
            let request = match input {
                Input::Key(pressed) if stops(pressed) => {
                    stop_like_the_shell();
                    None
                }
                Input::Key(pressed) if pressed.kind != KeyEventKind::Release => {
                    understood(pressed).and_then(|key| held(&self.picture).key(key))
                }
                Input::Resize(..) => None,
                _ => continue,
            };
            self.draw();
            if let Some(request) = request {
                asked(request);
            }
        }
    }
}

impl EventSink for Tui {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if held(&self.picture).state.on_event(event) {
            self.draw();
        }
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

/// Draws the picture whenever it is asked for. A terminal that cannot be drawn on is no reason to end a watch: its
/// reports matter more.
fn draw_when_asked<B: Backend>(mut terminal: Terminal<B>, picture: &Mutex<Picture>, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        let _writing = held(&WRITING);
        if !OPEN.load(Ordering::Acquire) {
            return;
        }
        if LENT.load(Ordering::Acquire) {
            continue;
        }
        if RETURNED.swap(false, Ordering::AcqRel) {
            take_again(&mut terminal);
        }
        // the picture is held while it is laid out, not while it is written
        drop(terminal.draw(|frame| held(picture).draw(frame)));
    }
}

/// Gives the terminal back, if it is ours. False when it takes no output: then it is not waited for.
pub fn restore() -> bool {
    !OPEN.swap(false, Ordering::AcqRel) || give_back()
}

/// Lends the terminal to the shell, if it is ours: the program is about to be stopped.
pub fn lend() {
    if OPEN.load(Ordering::Acquire) && !LENT.swap(true, Ordering::AcqRel) {
        give_back();
    }
}

/// The program goes on: the terminal is taken again, if it is ours, and drawn from nothing.
pub fn resume() {
    RETURNED.store(true, Ordering::Release);
    LENT.store(false, Ordering::Release);
    if let Some(drawer) = DRAWER.get() {
        let _ = drawer.try_send(());
    }
}

fn take_again<B: Backend>(terminal: &mut Terminal<B>) {
    use ratatui::crossterm::terminal::{EnterAlternateScreen, disable_raw_mode, enable_raw_mode};
    // the shell has set modes of its own; raw mode counts as on until it is taken back
    drop(disable_raw_mode().and_then(|()| enable_raw_mode()));
    drop(ratatui::crossterm::execute!(io::stdout(), EnterAlternateScreen));
    start_over(terminal);
}

/// Clears the terminal; the next drawing draws everything.
fn start_over<B: Backend>(terminal: &mut Terminal<B>) {
    // not `Terminal::clear`, which asks the terminal where the cursor is: the answer would go to who waits for keys
    drop(terminal.backend_mut().clear());
    terminal.swap_buffers();
}

fn give_back() -> bool {
    // needs no output: whoever reads the terminal next can type again
    drop(ratatui::crossterm::terminal::disable_raw_mode());
    let (given, back) = mpsc::channel();
    let giving = std::thread::Builder::new().name("restoring".to_owned()).spawn(move || {
        let _writing = held(&WRITING);
        ratatui::restore();
        drop(ratatui::crossterm::execute!(io::stdout(), ratatui::crossterm::cursor::Show));
        let _ = given.send(());
    });
    giving.is_ok() && back.recv_timeout(PATIENCE).is_ok()
}

fn held<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ctrl-Z: in raw mode the terminal makes no signal of it.
fn stops(pressed: KeyEvent) -> bool {
    pressed.code == KeyCode::Char('z') && pressed.modifiers.contains(KeyModifiers::CONTROL)
}

/// Stops all that the terminal would have stopped; the handler of the signal lends the terminal.
fn stop_like_the_shell() {
    #[cfg(unix)]
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::mpsc::Sender;

    use ratatui::backend::{ClearType, TestBackend, WindowSize};
    use ratatui::buffer::Cell;
    use ratatui::layout::{Position, Size};

    use super::*;
    use crate::event::Tick;
    use crate::model::Timestamp;

    /// A terminal that says when something is written to it, and takes it only when it is told to.
    struct Stuck {
        inner: TestBackend,
        reached: Sender<()>,
        goes_on: Receiver<()>,
    }

    impl Backend for Stuck {
        type Error = Infallible;

        fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
            let _ = self.reached.send(());
            let _ = self.goes_on.recv();
            self.inner.draw(content)
        }

        fn hide_cursor(&mut self) -> Result<(), Infallible> {
            self.inner.hide_cursor()
        }

        fn show_cursor(&mut self) -> Result<(), Infallible> {
            self.inner.show_cursor()
        }

        fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
            self.inner.get_cursor_position()
        }

        fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
            self.inner.set_cursor_position(position)
        }

        fn clear(&mut self) -> Result<(), Infallible> {
            self.inner.clear()
        }

        fn clear_region(&mut self, region: ClearType) -> Result<(), Infallible> {
            self.inner.clear_region(region)
        }

        fn size(&self) -> Result<Size, Infallible> {
            self.inner.size()
        }

        fn window_size(&mut self) -> Result<WindowSize, Infallible> {
            self.inner.window_size()
        }

        fn flush(&mut self) -> Result<(), Infallible> {
            self.inner.flush()
        }
    }

    #[test]
    fn what_the_shell_has_written_over_is_drawn_again() {
        let mut terminal = Terminal::new(TestBackend::new(80, 10)).expect("a terminal");
        let picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
        terminal.draw(|frame| picture.draw(frame)).expect("a picture");
        let before = terminal.backend().buffer().clone();
        start_over(&mut terminal);
        assert_ne!(terminal.backend().buffer(), &before);
        terminal.draw(|frame| picture.draw(frame)).expect("a picture");
        assert_eq!(terminal.backend().buffer(), &before);
    }

    /// If drawing held what events need, this would never end.
    #[test]
    fn a_terminal_that_takes_nothing_holds_up_no_event_and_no_key() {
        OPEN.store(true, Ordering::Release);
        let (reached, written) = mpsc::channel();
        let (go_on, goes_on) = mpsc::channel();
        let terminal = Terminal::new(Stuck { inner: TestBackend::new(80, 24), reached, goes_on }).expect("a terminal");
        let picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
        let mut view = Tui::on(terminal, picture).expect("a thread");
        view.draw();
        written.recv().expect("something is being written");
        for number in 0..100 {
            let tick = Tick { number, at: Timestamp(1000), late_s: 0.0, host: None };
            view.on_event(Event::Ticked(&tick, &[])).expect("it never fails");
        }
        assert_eq!(held(&view.picture).key(Key::Character('q')), Some(Request::Quit));
        drop(go_on);
        written.recv().expect("what changed meanwhile is drawn");
    }
}
