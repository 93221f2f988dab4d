//! Brings alerts to where people are: a command, a webhook, a log file.
//!
//! [`Dispatcher`] is a sink of the session and never waits: what is sent is decided by a [`Gate`] for each channel (pure:
//! once an episode, not too many, "over" only for what was sent), and a thread for each channel does the sending from a
//! bounded queue. What could not be delivered is counted.

mod choice;
mod command;
mod dispatcher;
mod gate;
mod log_file;
mod secret;
mod slack;
mod webhook;
mod worker;

pub use choice::{Choice, names};
pub use command::{AlertCommand, VARIABLES, WEBHOOK_VARIABLE, kill_running};
pub use dispatcher::{Dispatcher, Undelivered};
pub use gate::Gate;
pub use log_file::AlertLog;
pub use secret::Secret;
pub use webhook::{Body, Webhook};
pub use worker::{Channel, Failure};
