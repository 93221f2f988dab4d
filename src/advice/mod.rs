//! Advice on a suspected target: counters and parts that grew, runtime, and the next command to run.
//!
//! Pure sentences from known values. Names in them are foreign text: escape them before printing.

mod explanation;
mod next_step;

pub use explanation::{descriptor_label, explain, is_suspected, main_cause, mapping_label, next_steps_for};
pub use next_step::{NextStep, next_steps};
