//! Commands, one file each.

pub(crate) mod analyze;
pub(crate) mod compare;
pub(crate) mod demo;
pub mod generate;
pub(crate) mod list;
mod man_page;
mod man_text;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod watch;
