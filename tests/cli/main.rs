//! Command line (`cli`): the program as its users call it.

mod alerts;
mod analyze;
mod attribution;
mod bad_input;
mod cgroups;
mod completion;
mod config;
mod endings;
mod formats;
mod hostile_names;
mod http_server;
#[path = "../../fixtures/interpreters.rs"]
mod interpreters;
mod live;
mod lives;
mod html_and_svg;
mod machine_output;
mod plan;
mod recording_options;
mod recorded_work;
mod run;
mod summary;
mod support;
mod views;
