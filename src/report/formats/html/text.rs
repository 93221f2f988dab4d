//! Foreign text, times and names as the page shows them.

use crate::escape;
use crate::report::title::title;
use crate::schema::{Status, Target};

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

/// Returns a name with its pid, or with the number of members of a sum.
pub(super) fn describe(name: &str, pid: Option<u32>, members: Option<u64>) -> String {
    let name = shown(name);
    match (members, pid) {
        (Some(members), _) => format!("{name} ×{members}"),
        (None, Some(pid)) => format!("{name} ({pid})"),
        (None, None) => name,
    }
}

/// Returns the name of a target with what identifies it.
pub(super) fn describe_target(target: &Target) -> String {
    describe(&title(target), target.pid, target.members)
}
