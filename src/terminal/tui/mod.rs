//! Full-screen view (`tui`): all targets in a table, with the chart and the reasons of one of them.

mod chart;
mod draw;
mod help;
mod keys;
mod palette;
mod picture;
mod row_order;
mod snapshot;
mod target_text;
mod terminal_control;
mod view;
mod view_state;

pub use keys::{Key, Request};
pub use picture::Picture;
pub use terminal_control::{lend, restore, resume};
pub use view::Tui;
