//! View of a running session: full screen, live table or log lines.

#[cfg_attr(not(feature = "tui"), path = "no_full_screen.rs")]
mod full_screen;
mod live;
mod session_view;
mod showing;

pub(crate) use live::run_live;
pub(crate) use showing::{FullScreen, Showing};
