//! Foreign text, times and classes as the page shows them.

use crate::escape;
use crate::schema::Status;

/// Text in the place of an unknown value.
pub(super) const UNKNOWN: &str = "–";

/// Returns foreign text without control characters.
pub(super) fn shown(text: &str) -> String {
    escape::terminal(text).into_owned()
}

/// Returns a time for people: `2026-11-22 02:11:53`.
pub(super) fn moment(time: &str) -> String {
    time.split('.').next().unwrap_or(time).replace('T', " ")
}

/// Returns the class of a status in the style.
pub(super) fn class(status: Status) -> &'static str {
    match status {
        Status::Leaking => "leaking",
        Status::Suspect => "suspect",
        Status::WarmingUp => "warming_up",
        Status::InsufficientData => "insufficient_data",
        Status::Stable => "stable",
    }
}
