//! One attempt to deliver an alert, and its failure.

use std::time::Duration;

use crate::clock::StopFlag;
use crate::schema::AlertMessage;

/// A way to send alerts.
pub trait Delivery: Send {
    /// Sends one alert. It may block, but must return soon after `stop` is raised.
    ///
    /// # Errors
    /// If the receiver did not accept the alert.
    fn deliver(&mut self, message: &AlertMessage, stop: &StopFlag) -> Result<(), DeliveryError>;
}

/// Failure of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryError {
    /// Reason, without secrets.
    pub reason: String,
    /// Advice for the next attempt.
    pub retry: Retry,
}

/// Advice for the next attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// No further attempt: it would fail again.
    Never,
    /// An attempt after the usual pause.
    Soon,
    /// One attempt after the usual pause, unless the alert before failed too.
    Once,
    /// An attempt after at least this time.
    After(Duration),
}
