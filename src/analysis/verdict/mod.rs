//! Verdict on a target: its status and the reasons for it.

mod assessment;
mod confidence;
mod evidence;
mod explain;
mod quantity;
mod reason;
mod sentence;
mod wording;

pub use assessment::{Assessment, ResourceAssessment, Verdict};
pub(crate) use confidence::confidence;
pub(crate) use explain::reasons;
pub use reason::{Reason, Rule, Unit};
pub use wording::Wording;
