//! Control over the terminal: taken, lent to the shell while the program is stopped, and given back.
//!
//! The terminal is given back at the end, after a panic, and before the program ends at once.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::Backend;

/// True while the view has the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);
/// True while the shell has the terminal, because the program is stopped.
static LENT: AtomicBool = AtomicBool::new(false);
/// True after the shell returned the terminal, until the next drawing.
static RETURNED: AtomicBool = AtomicBool::new(false);
/// Requests for a drawing. There is one terminal.
static DRAWER: OnceLock<SyncSender<()>> = OnceLock::new();
/// Held during a write to the terminal.
static WRITING: Mutex<()> = Mutex::new(());
/// Longest wait for a blocked terminal at the end.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Marks the terminal as taken.
pub(super) fn take() {
    TAKEN.store(true, Ordering::Release);
}

/// True while the view has the terminal.
pub(super) fn is_taken() -> bool {
    TAKEN.load(Ordering::Acquire)
}

/// Releases the terminal if a thread panics. The hook of ratatui restores its state; drawing must end then.
pub(super) fn release_after_panic() {
    let restoring_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panicked| {
        TAKEN.store(false, Ordering::Release);
        restoring_hook(panicked);
    }));
}

/// Sets the channel for requests of drawings.
pub(super) fn set_drawer(drawer: SyncSender<()>) {
    let _ = DRAWER.set(drawer);
}

/// Draws on the terminal, unless the shell has it. Returns false once it was given back.
pub(super) fn with_terminal<B: Backend>(terminal: &mut Terminal<B>, draw: impl FnOnce(&mut Terminal<B>)) -> bool {
    let _writing = lock(&WRITING);
    if !is_taken() {
        return false;
    }
    if LENT.load(Ordering::Acquire) {
        return true;
    }
    if RETURNED.swap(false, Ordering::AcqRel) {
        retake(terminal);
    }
    draw(terminal);
    true
}

/// Gives the terminal back if the view has it. Returns false if the terminal is blocked; then it does not wait.
pub fn restore() -> bool {
    !TAKEN.swap(false, Ordering::AcqRel) || give_back()
}

/// Lends the terminal to the shell if the view has it, before the program is stopped.
pub fn lend() {
    if is_taken() && !LENT.swap(true, Ordering::AcqRel) {
        give_back();
    }
}

/// Takes the terminal again if the view has it, after the program was continued.
pub fn resume() {
    RETURNED.store(true, Ordering::Release);
    LENT.store(false, Ordering::Release);
    if let Some(drawer) = DRAWER.get() {
        let _ = drawer.try_send(());
    }
}

fn retake<B: Backend>(terminal: &mut Terminal<B>) {
    use ratatui::crossterm::terminal::{EnterAlternateScreen, disable_raw_mode, enable_raw_mode};
    // The shell has set modes of its own. Raw mode counts as enabled until it is disabled.
    drop(disable_raw_mode().and_then(|()| enable_raw_mode()));
    drop(ratatui::crossterm::execute!(io::stdout(), EnterAlternateScreen));
    clear(terminal);
}

/// Clears the terminal, so that the next drawing draws everything.
fn clear<B: Backend>(terminal: &mut Terminal<B>) {
    // `Terminal::clear` would ask the terminal for the cursor, and the key thread would read the answer.
    drop(terminal.backend_mut().clear());
    terminal.swap_buffers();
}

fn give_back() -> bool {
    // It needs no output, so the shell can read keys even if the terminal is blocked.
    drop(ratatui::crossterm::terminal::disable_raw_mode());
    let (done, is_done) = mpsc::channel();
    let restoring = std::thread::Builder::new().name("restoring".to_owned()).spawn(move || {
        let _writing = lock(&WRITING);
        ratatui::restore();
        drop(ratatui::crossterm::execute!(io::stdout(), ratatui::crossterm::cursor::Show));
        let _ = done.send(());
    });
    restoring.is_ok() && is_done.recv_timeout(MAX_WAIT).is_ok()
}

/// Locks a mutex, also after a panic of its holder.
pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::event::JobTimes;
    use crate::terminal::style::Style;
    use crate::terminal::tui::picture::Picture;

    #[test]
    fn an_overwritten_screen_is_drawn_again() {
        let mut terminal = Terminal::new(TestBackend::new(80, 10)).expect("a terminal");
        let picture = Picture::new(None, JobTimes::default(), Style::PLAIN);
        terminal.draw(|frame| picture.draw(frame)).expect("a picture");
        let before = terminal.backend().buffer().clone();
        clear(&mut terminal);
        assert_ne!(terminal.backend().buffer(), &before);
        terminal.draw(|frame| picture.draw(frame)).expect("a picture");
        assert_eq!(terminal.backend().buffer(), &before);
    }
}
