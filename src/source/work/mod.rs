//! Counts the work that was done while memory is watched: requests, jobs, messages.

mod command;
mod file;
mod log;

use std::time::Duration;

pub use command::{WorkCommand, kill_work_command, split_words};
pub use file::WorkFile;
pub use log::WorkLog;

/// How much work was done by now.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// All of it, since any beginning.
    pub count: f64,
    /// The newest line that counted, where lines are counted.
    pub label: Option<String>,
}

/// Counts work. Asked at every tick, so it must never block.
pub trait WorkCounter {
    /// What was counted by now; `None` while nothing is known. `now` is a time that never steps.
    ///
    /// # Errors
    /// When it cannot be told, in words. The next tick asks again.
    fn read(&mut self, now: Duration) -> Result<Option<Work>, String>;
}

/// The number that a text holds.
fn number(text: &str) -> Result<f64, String> {
    let shown: String = text.trim().chars().take(40).collect();
    let count = text.trim().parse::<f64>().ok().filter(|count| count.is_finite() && *count >= 0.0);
    count.ok_or_else(|| format!("'{shown}' is no number of units of work"))
}
