//! When jobs of the watched processes ended, for what marks them on an axis of time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::Timestamp;

/// Times kept at most.
const KEPT: usize = 200;

/// The newest times; clones share them, also between threads.
#[derive(Debug, Clone, Default)]
pub struct JobTimes(Arc<Mutex<VecDeque<Timestamp>>>);

impl JobTimes {
    /// Takes one; it is not earlier than the one before.
    pub fn push(&self, at: Timestamp) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() == KEPT {
            times.pop_front();
        }
        times.push_back(at);
    }

    /// All that are kept, the oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}
