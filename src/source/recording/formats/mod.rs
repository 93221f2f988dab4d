//! Formats of recordings, one file each.

pub(super) mod csv;
pub(super) mod json;
pub(super) mod text;
