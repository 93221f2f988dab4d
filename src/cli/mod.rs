//! Command line (`cli`): parses arguments and settings, assembles a session, and exits with its outcome.

mod app;
mod args;
mod assembly;
mod baseline;
mod child;
mod commands;
mod complete;
mod config;
mod deliveries;
mod edit_distance;
mod error;
mod github;
mod noise;
mod outputs;
mod print;
mod select;
mod settings;
mod signals;
mod stream;
mod terminal_size;
mod thresholds;
mod usage_errors;
mod view;
mod work;

pub use app::main;
pub use commands::generate;
