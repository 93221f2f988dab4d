//! Limit of the deliveries of starts and exits: a service that recycles its workers sends a few an hour.

use std::collections::HashMap;

use crate::event::Target;
use crate::model::Timestamp;

/// Length of a count, in seconds.
const PERIOD_S: f64 = 3600.0;
/// Starts and exits of one service that are sent within a count: two restarts.
const SENT: u32 = 4;
/// Largest number of services that are counted apart. Processes may invent new names for ever.
const SERVICES: usize = 1024;

/// Starts and exits by service: name and command line.
#[derive(Debug, Default)]
pub(super) struct LifecycleLimit {
    /// Begin of the count, and the number in it.
    counts: HashMap<(String, String), (Timestamp, u32)>,
}

impl LifecycleLimit {
    /// Counts a start or an exit. True if it is sent.
    pub(super) fn admit(&mut self, target: &Target, at: Timestamp) -> bool {
        let service = (target.label.name.clone(), target.label.cmdline.clone());
        if !self.counts.contains_key(&service) && self.counts.len() >= SERVICES {
            self.counts.retain(|_, (since, _)| at.seconds_since(*since) < PERIOD_S);
            if self.counts.len() >= SERVICES {
                return false;
            }
        }
        let (since, count) = self.counts.entry(service).or_insert((at, 0));
        if at.seconds_since(*since) >= PERIOD_S {
            (*since, *count) = (at, 0);
        }
        *count = count.saturating_add(1);
        *count <= SENT
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::analysis::{Settings, Tracker};
    use crate::event::TargetKind;
    use crate::model::ProcessLabel;

    fn worker(name: &str) -> Target {
        let settings = Settings::default();
        let assessment = Tracker::new(&settings, None).assess(&settings, None);
        let label = ProcessLabel { name: name.to_owned(), ..ProcessLabel::default() };
        Target::new(1, TargetKind::Process, Arc::new(label), None, Timestamp(0), assessment)
    }

    #[test]
    fn a_few_an_hour_are_sent_for_each_service() {
        let mut limit = LifecycleLimit::default();
        let sent = (0..3599).filter(|second| limit.admit(&worker("worker"), Timestamp(second * 1000))).count();
        assert_eq!(sent, 4);
        assert!(limit.admit(&worker("other"), Timestamp(1000)));
        assert!(limit.admit(&worker("worker"), Timestamp(3_600_000)));
    }

    #[test]
    fn endless_new_names_use_bounded_memory() {
        let mut limit = LifecycleLimit::default();
        let sent = (0..10 * SERVICES).filter(|n| limit.admit(&worker(&n.to_string()), Timestamp(0))).count();
        assert_eq!((sent, limit.counts.len()), (SERVICES, SERVICES));
    }
}
