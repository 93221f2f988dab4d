//! End times of the jobs of the watched processes, as marks on the time axis of a chart.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Timestamp;

/// Largest number of times kept.
const KEPT: usize = 200;

/// The newest times. Clones share them, also between threads.
#[derive(Debug, Clone, Default)]
pub struct JobTimes(Arc<Mutex<VecDeque<Timestamp>>>);

impl JobTimes {
    /// Appends a time, which must not precede the last one.
    pub fn push(&self, at: Timestamp) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() == KEPT {
            times.pop_front();
        }
        times.push_back(at);
    }

    /// Returns the kept times, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}
