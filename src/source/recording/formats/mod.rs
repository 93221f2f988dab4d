//! Formats of recordings, one file each.

mod csv;
mod json;
mod text;

pub(super) use csv::Csv;
pub(super) use json::JsonLines;
pub(super) use text::TextLog;
