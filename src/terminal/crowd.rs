//! Starts and ends of processes where they come and go by the hundred: a few of each name are told, the others are counted.

use std::collections::BTreeMap;

use crate::model::Timestamp;
use crate::units::Span;

/// How long a count lasts, in seconds.
const PERIOD_S: f64 = 60.0;
/// Starts and ends of one name that are told in that time: two restarts.
const TOLD: u64 = 6;
/// Names that are counted apart; processes may make up new names for ever.
const NAMES: usize = 256;
/// Names that are named when the others are told together.
const NAMED: usize = 3;

/// What was told and what was not, since the latest count began.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    since: Option<Timestamp>,
    by_name: BTreeMap<String, u64>,
    /// Of names that are too many to be counted apart.
    others: u64,
}

impl Crowd {
    /// Counts a start or an end; whether it is to be told.
    pub fn admits(&mut self, name: &str) -> bool {
        if let Some(count) = self.by_name.get_mut(name) {
            *count += 1;
            return *count <= TOLD;
        }
        if self.by_name.len() == NAMES {
            self.others += 1;
            return false;
        }
        self.by_name.insert(name.to_owned(), 1);
        true
    }

    /// Once the time is over: what was not told, in words and with the names as the processes chose them, if anything.
    pub fn untold(&mut self, at: Timestamp) -> Option<String> {
        let passed_s = at.seconds_since(*self.since.get_or_insert(at));
        if passed_s < PERIOD_S {
            return None;
        }
        self.since = Some(at);
        let mut crowds: Vec<(String, u64)> = std::mem::take(&mut self.by_name).into_iter().collect();
        crowds.retain_mut(|(_, count)| {
            *count = count.saturating_sub(TOLD);
            *count > 0
        });
        crowds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let others = std::mem::take(&mut self.others) + crowds.iter().skip(NAMED).map(|(_, count)| count).sum::<u64>();
        let mut parts: Vec<String> =
            crowds.iter().take(NAMED).map(|(name, count)| format!("{count} of {name}")).collect();
        if others > 0 {
            parts.push(format!("{others} of others"));
        }
        let span = Span(passed_s.round());
        (!parts.is_empty()).then(|| format!("more starts and ends in the last {span}: {}", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_told_and_the_others_counted_once_a_minute() {
        let mut crowd = Crowd::default();
        assert_eq!(crowd.untold(Timestamp(0)), None);
        let told = (0..100).filter(|_| crowd.admits("sh")).count();
        assert!(crowd.admits("shop"));
        assert_eq!((told, crowd.untold(Timestamp(59_000))), (6, None));
        assert_eq!(
            crowd.untold(Timestamp(60_000)).as_deref(),
            Some("more starts and ends in the last 1 min: 94 of sh")
        );
        assert!(crowd.admits("sh"));
        assert_eq!(crowd.untold(Timestamp(120_000)), None);
        assert_eq!((0..8).filter(|_| crowd.admits("sh")).count(), 6);
        let seldom = crowd.untold(Timestamp(720_000));
        assert_eq!(seldom.as_deref(), Some("more starts and ends in the last 10 min: 2 of sh"), "ticks may be rare");
    }

    #[test]
    fn new_names_for_ever_do_not_grow() {
        let mut crowd = Crowd::default();
        crowd.untold(Timestamp(0));
        let told = (0..1000).filter(|n| crowd.admits(&n.to_string())).count();
        assert_eq!((told, crowd.by_name.len()), (NAMES, NAMES));
        let text = crowd.untold(Timestamp(60_000));
        assert_eq!(text.as_deref(), Some("more starts and ends in the last 1 min: 744 of others"));
    }
}
