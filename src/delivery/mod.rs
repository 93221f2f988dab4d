//! Delivery of alerts: to a command, a webhook or a log file.
//!
//! [`Dispatcher`] is a sink of the session and never waits. Each delivery has a [`Limiter`], which is pure: it sends an
//! episode once, at a bounded rate, and "resolved" only after "firing". A thread for each delivery sends from a bounded
//! queue. Lost alerts are counted.

mod alert_filter;
mod attempt;
mod command;
mod dispatcher;
mod lifecycle_limit;
mod limiter;
mod log_file;
mod queue;
mod secret;
mod slack;
mod webhook;

pub use alert_filter::{AlertFilter, filter_names};
pub use attempt::{Delivery, DeliveryError, Retry};
pub use command::{AlertCommand, VARIABLES, WEBHOOK_VARIABLE, kill_running};
pub use dispatcher::{Dispatcher, Undelivered};
pub use limiter::Limiter;
pub use log_file::AlertLog;
pub use secret::Secret;
pub use webhook::{Body, Webhook};
