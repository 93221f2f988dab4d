//! The program as its users call it: one binary for all of it.

mod bad_input;
mod config;
mod endings;
mod hostile;
mod machine_output;
mod support;
mod views;
