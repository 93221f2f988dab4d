//! Summary of churn: starts and exits of short-lived processes. A few of each name are printed, the others are counted.

use std::collections::BTreeMap;

use crate::model::Timestamp;
use crate::units::Span;

/// Length of a count, in seconds.
const PERIOD_S: f64 = 60.0;
/// Starts and exits of one name that are printed within a count: two restarts.
const PRINTED: u64 = 6;
/// Largest number of names that are counted separately. Processes may invent names without end.
const NAMES: usize = 256;
/// Largest number of names in a summary.
const NAMED: usize = 3;

/// Starts and exits since the current count began.
#[derive(Debug, Default)]
pub(super) struct ChurnSummary {
    since: Option<Timestamp>,
    by_name: BTreeMap<String, u64>,
    /// Number of those whose name is beyond the limit.
    others: u64,
}

impl ChurnSummary {
    /// Counts a start or an exit. Returns true if it is printed.
    pub(super) fn admit(&mut self, name: &str) -> bool {
        if let Some(count) = self.by_name.get_mut(name) {
            *count += 1;
            return *count <= PRINTED;
        }
        if self.by_name.len() == NAMES {
            self.others += 1;
            return false;
        }
        self.by_name.insert(name.to_owned(), 1);
        true
    }

    /// Returns a sentence on the starts and exits that were not printed, once a count has ended. Escape it: processes
    /// choose their names.
    pub(super) fn take_due(&mut self, at: Timestamp) -> Option<String> {
        let passed_s = at.seconds_since(*self.since.get_or_insert(at));
        if passed_s < PERIOD_S {
            return None;
        }
        self.since = Some(at);
        let mut counts: Vec<(String, u64)> = std::mem::take(&mut self.by_name).into_iter().collect();
        counts.retain_mut(|(_, count)| {
            *count = count.saturating_sub(PRINTED);
            *count > 0
        });
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let others = std::mem::take(&mut self.others) + counts.iter().skip(NAMED).map(|(_, count)| count).sum::<u64>();
        let named = counts.iter().take(NAMED).map(|(name, count)| format!("{name} ×{count}"));
        let rest = (others > 0).then(|| format!("other names ×{others}"));
        let parts: Vec<String> = named.chain(rest).collect();
        let span = Span(passed_s.round());
        (!parts.is_empty()).then(|| format!("further starts and exits in the last {span}: {}", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_printed_and_the_others_counted_once_a_minute() {
        let mut churn = ChurnSummary::default();
        assert_eq!(churn.take_due(Timestamp(0)), None);
        let printed = (0..100).filter(|_| churn.admit("sh")).count();
        assert!(churn.admit("shop"));
        assert_eq!((printed, churn.take_due(Timestamp(59_000))), (6, None));
        let sentence = churn.take_due(Timestamp(60_000));
        assert_eq!(sentence.as_deref(), Some("further starts and exits in the last 1 min: sh ×94"));
        assert!(churn.admit("sh"));
        assert_eq!(churn.take_due(Timestamp(120_000)), None);
        assert_eq!((0..8).filter(|_| churn.admit("sh")).count(), 6);
        let rare = churn.take_due(Timestamp(720_000));
        assert_eq!(rare.as_deref(), Some("further starts and exits in the last 10 min: sh ×2"), "ticks may be rare");
    }

    #[test]
    fn new_names_without_end_do_not_grow() {
        let mut churn = ChurnSummary::default();
        churn.take_due(Timestamp(0));
        let printed = (0..1000).filter(|n| churn.admit(&n.to_string())).count();
        assert_eq!((printed, churn.by_name.len()), (NAMES, NAMES));
        let text = churn.take_due(Timestamp(60_000));
        assert_eq!(text.as_deref(), Some("further starts and exits in the last 1 min: other names ×744"));
    }
}
