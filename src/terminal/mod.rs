//! What people read while a session runs and when it ends: a live table, log lines, messages, a summary.

mod concern;
mod crowd;
mod figures;
mod live;
mod lines;
mod messages;
mod priority;
mod progress;
mod skipped;
mod style;
mod summary;
mod table;
#[cfg(feature = "tui")]
mod tui;
mod wrap;

pub use lines::LogLines;
pub use live::LiveTable;
pub use messages::{Messages, describe_target};
pub use priority::Priority;
pub use progress::{FileLine, Screen, TimeLine};
pub use style::Style;
pub use summary::summary;
pub use table::{Listed, TableSize, listing, table};
#[cfg(feature = "tui")]
pub use tui::{Key, Picture, Request, Tui, lend, restore, resume};
pub use wrap::{for_stderr, wrapped};
