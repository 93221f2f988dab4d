//! The program as its users call it: one binary for all of it.

mod alerts;
mod analyze;
mod attribution;
mod bad_input;
mod cgroups;
mod completion;
mod config;
mod endings;
mod formats;
mod hostile;
mod http_server;
mod live;
mod machine_output;
mod pages;
mod run;
mod summary;
mod support;
mod views;
