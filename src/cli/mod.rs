//! The command line: parses arguments and settings, assembles a session, and turns its outcome into the exit status.

mod app;
mod args;
mod assembly;
mod baseline;
mod child;
mod commands;
mod complete;
mod config;
mod deliveries;
mod error;
mod github;
mod outputs;
mod select;
mod settings;
mod signals;
mod stream;
mod thresholds;
mod view;
mod work;

pub use app::main;
pub use commands::generate;
