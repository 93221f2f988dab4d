//! Counters of work beside memory: requests, jobs, messages.

mod command;
mod counter;
mod file;
mod log;

pub use command::{WorkCommand, kill_work_command, split_words};
pub use counter::{Work, WorkCounter};
pub use file::WorkFile;
pub use log::WorkLog;
