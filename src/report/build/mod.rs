//! Builds the types of `schema` from events and the outcome.

mod alerts;
mod attribution;
mod cases;
mod heading;
mod numbers;
mod recorder;
mod samples;
mod targets;
mod thresholds;
mod verdict;

pub(super) use alerts::alert_entry;
pub use alerts::alert_message;
pub(super) use cases::{Case, cases, omitted_failures};
pub(super) use heading::heading;
pub use recorder::{Ending, Recorder};
pub(super) use samples::{pid, sample_line, start_ticks};
pub use thresholds::{allowance, thresholds, work};
pub use verdict::end_line;
pub(super) use verdict::{growth, verdict};
