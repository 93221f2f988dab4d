//! Headline of a live view: parts that fit the width as a whole.

use crate::event::Target;
use crate::model::HostMemory;
use crate::units::{Bytes, Span};

/// Separator of two parts.
pub(super) const SEPARATOR: &str = "  ";

/// Returns the number of running processes.
pub(super) fn count_running(targets: &[Target]) -> usize {
    targets.iter().filter(|target| target.lifetime.ended.is_none() && target.key.is_some()).count()
}

/// Returns the watched time: `watched 10 min of 1 h`.
pub(super) fn format_watched(elapsed_s: f64, length_s: Option<f64>) -> String {
    let length = length_s.map_or_else(String::new, |length_s| format!(" of {}", Span(length_s)));
    format!("watched {}{length}", Span(elapsed_s.round()))
}

/// Returns the free memory of the host.
pub(super) fn format_host(host: HostMemory) -> String {
    format!("host memory {} free", Bytes(host.available_bytes))
}

/// Returns the leading parts that fit the width. Empty parts take no room; a number is never cut.
pub(super) fn fitting_parts<'a>(parts: &[&'a str], width: usize) -> Vec<&'a str> {
    let mut used = 0;
    let mut fitting = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let separator = if fitting.is_empty() { 0 } else { SEPARATOR.len() };
        used += separator + part.chars().count();
        if used > width {
            break;
        }
        fitting.push(*part);
    }
    fitting
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_as_a_whole() {
        let parts = ["leakwatch", "", "3 running", "host memory 1.2 GiB free"];
        assert_eq!(fitting_parts(&parts, 80), ["leakwatch", "3 running", "host memory 1.2 GiB free"]);
        assert_eq!(fitting_parts(&parts, 46), ["leakwatch", "3 running", "host memory 1.2 GiB free"]);
        assert_eq!(fitting_parts(&parts, 45), ["leakwatch", "3 running"]);
        assert_eq!(fitting_parts(&parts, 20), ["leakwatch", "3 running"]);
        assert_eq!(fitting_parts(&parts, 3), [""; 0]);
    }
}
