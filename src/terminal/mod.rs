//! Terminal: a live table, log lines and messages during a session, and a summary at its end.

mod churn_summary;
mod columns;
mod formatting;
mod headline;
mod live_table;
mod log_lines;
mod messages;
mod missed_ticks;
mod priority;
mod process_list;
mod progress;
mod shared_leaks;
mod sort_order;
mod style;
mod summary;
mod table;
mod target_names;
mod target_summary;
#[cfg(feature = "tui")]
mod tui;
mod wrap;

pub use formatting::describe_target;
pub use live_table::LiveTable;
pub use log_lines::LogLines;
pub use messages::Messages;
pub use priority::Priority;
pub use process_list::{ListedProcess, format_process_list};
pub use progress::{FileLine, Screen, TimeLine};
pub use style::Style;
pub use summary::{SummaryOptions, format_summary};
pub use table::TableSize;
#[cfg(feature = "tui")]
pub use tui::{Key, Picture, Request, Tui, lend, restore, resume};
pub use wrap::wrap_for_stderr;
