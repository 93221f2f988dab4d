//! What people are told of a target that may leak: what grows in it, who it is, and what to run next.
//!
//! Pure wording over what was seen. Names in it are foreign text: whoever shows it escapes it.

mod next_step;
mod words;

pub use next_step::{NextStep, next_steps};
pub use words::{descriptor_label, explain, is_suspected, mapping_label, next_steps_for};
