//! Keys of the full-screen view, and their requests to the program.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Request of a key to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// End the session in order; a second time, at once.
    Quit,
    /// Write a report of the session so far.
    Save,
}

/// A key that the view understands.
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

/// True for Ctrl-Z, which is no signal in raw mode.
pub(super) fn is_suspend(pressed: KeyEvent) -> bool {
    pressed.code == KeyCode::Char('z') && pressed.modifiers.contains(KeyModifiers::CONTROL)
}

/// Returns the key of a key press; `None` if the view has no use for it.
pub(super) fn key_of(pressed: KeyEvent) -> Option<Key> {
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
