//! The full-screen view on a terminal: one thread waits for keys, another one draws.
//!
//! The working thread and the key thread change the picture. The drawing thread draws on request, and alone writes to the
//! terminal: a blocked one, such as a stopped client, delays nothing else. Nothing polls.

use std::io;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::crossterm::event::{self, Event as Input, KeyEventKind};

use crate::alert::Severity;
use crate::event::{Event, EventSink, JobTimes, Timelines};
use crate::terminal::style::Style;

use super::keys::{Request, is_suspend, key_of};
use super::picture::Picture;
use super::terminal_control::{self, lock};

/// Sink that fills the terminal. Clones draw on the same one.
#[derive(Clone)]
pub struct Tui {
    picture: Arc<Mutex<Picture>>,
    drawer: SyncSender<()>,
}

impl Tui {
    /// Takes over the terminal. The key thread calls `on_request` with the requests of keys. `length` is the length of the
    /// session, if it is known.
    ///
    /// # Errors
    /// If the terminal cannot be taken over.
    pub fn open(
        length: Option<Duration>,
        jobs: JobTimes,
        style: Style,
        on_request: Box<dyn Fn(Request) + Send>,
    ) -> io::Result<Self> {
        let terminal = ratatui::try_init()?;
        terminal_control::take();
        terminal_control::release_after_panic();
        let view = Self::start(terminal, Picture::new(length, jobs, style)).and_then(|view| {
            terminal_control::set_drawer(view.drawer.clone());
            let keys = view.clone();
            std::thread::Builder::new().name("keys".to_owned()).spawn(move || keys.handle_keys(&on_request))?;
            Ok(view)
        });
        match &view {
            Ok(view) => view.request_drawing(),
            Err(_) => {
                terminal_control::restore();
            }
        }
        view
    }

    /// Starts the thread that draws a picture on `terminal`.
    fn start<B: Backend + Send + 'static>(terminal: Terminal<B>, picture: Picture) -> io::Result<Self> {
        let picture = Arc::new(Mutex::new(picture));
        // Room for one: a later request is served by the drawing that waits.
        let (drawer, requests) = mpsc::sync_channel(1);
        let shown = picture.clone();
        std::thread::Builder::new()
            .name("drawing".to_owned())
            .spawn(move || draw_on_request(terminal, &shown, &requests))?;
        Ok(Self { picture, drawer })
    }

    fn request_drawing(&self) {
        let _ = self.drawer.try_send(());
    }

    /// Sets the advice that is shown while no process matches.
    pub fn set_hint(&self, text: String) {
        lock(&self.picture).set_hint(text);
    }

    /// Shows a message in the last line.
    pub fn show_message(&self, text: String) {
        lock(&self.picture).show_message(text);
        self.request_drawing();
    }

    /// Lends the timelines of the targets, from which charts are drawn.
    pub fn with_timelines<T>(&self, show: impl FnOnce(&Timelines) -> T) -> T {
        show(lock(&self.picture).timelines())
    }

    /// Gives the terminal back. Returns the alerts and warnings of the session; none if the terminal is blocked.
    pub fn close(&self) -> Vec<String> {
        if terminal_control::restore() { lock(&self.picture).news_above(Severity::Info) } else { Vec::new() }
    }

    fn handle_keys(&self, on_request: &dyn Fn(Request)) {
        while let Ok(input) = event::read() {
            if !terminal_control::is_taken() {
                return;
            }
            let request = match input {
                Input::Key(pressed) if is_suspend(pressed) => {
                    suspend_process_group();
                    None
                }
                Input::Key(pressed) if pressed.kind != KeyEventKind::Release => {
                    key_of(pressed).and_then(|key| lock(&self.picture).key(key))
                }
                Input::Resize(..) => None,
                _ => continue,
            };
            self.request_drawing();
            if let Some(request) = request {
                on_request(request);
            }
        }
    }
}

impl EventSink for Tui {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        if lock(&self.picture).handle(event) {
            self.request_drawing();
        }
        Ok(())
    }

    fn wants_samples(&self) -> bool {
        true
    }
}

/// Draws the picture at each request. A failure to draw does not end the session: its reports matter more.
fn draw_on_request<B: Backend>(mut terminal: Terminal<B>, picture: &Mutex<Picture>, requests: &Receiver<()>) {
    while requests.recv().is_ok() {
        // The picture is locked while it is laid out, not while it is written.
        let draw = |terminal: &mut Terminal<B>| drop(terminal.draw(|frame| lock(picture).draw(frame)));
        if !terminal_control::with_terminal(&mut terminal, draw) {
            return;
        }
    }
}

/// Stops all processes of the terminal, as the terminal does outside raw mode. The signal handler lends the terminal.
fn suspend_process_group() {
    #[cfg(unix)]
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::mpsc::Sender;

    use ratatui::Terminal;
    use ratatui::backend::{Backend, ClearType, TestBackend, WindowSize};
    use ratatui::buffer::Cell;
    use ratatui::layout::{Position, Size};

    use super::*;
    use crate::event::Tick;
    use crate::model::Timestamp;
    use crate::terminal::tui::keys::Key;

    /// A terminal that reports each write, and blocks until it is released.
    struct Blocked {
        inner: TestBackend,
        written_to: Sender<()>,
        released: Receiver<()>,
    }

    impl Backend for Blocked {
        type Error = Infallible;

        fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> Result<(), Infallible> {
            let _ = self.written_to.send(());
            let _ = self.released.recv();
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

    /// If drawing held the lock that events need, this test would not end.
    #[test]
    fn a_blocked_terminal_delays_no_event_and_no_key() {
        terminal_control::take();
        let (written_to, writes) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let terminal =
            Terminal::new(Blocked { inner: TestBackend::new(80, 24), written_to, released }).expect("a terminal");
        let picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
        let mut view = Tui::start(terminal, picture).expect("a thread");
        view.request_drawing();
        writes.recv().expect("a write");
        for number in 0..100 {
            let tick = Tick { number, at: Timestamp(1000), late_s: 0.0, host: None };
            view.on_event(Event::Ticked(&tick, &[])).expect("the view never fails");
        }
        assert_eq!(lock(&view.picture).key(Key::Character('q')), Some(Request::Quit));
        drop(release);
        writes.recv().expect("a drawing of the later events");
    }
}
