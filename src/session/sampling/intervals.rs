//! Intervals of processes that are sampled less often than the others.

use std::time::Duration;

/// Intervals by parts of names.
#[derive(Debug, Clone, Default)]
pub struct NamedIntervals(Vec<(String, Duration)>);

/// Index of a named interval.
pub(in crate::session) type IntervalId = u16;

impl NamedIntervals {
    /// Intervals by parts of names, compared without case. The first matching part counts.
    #[must_use]
    pub fn new(intervals: impl IntoIterator<Item = (String, Duration)>) -> Self {
        Self(intervals.into_iter().collect())
    }

    /// True if a name contains this part, compared without case.
    #[must_use]
    pub fn matches(part: &str, name: &str) -> bool {
        name.to_lowercase().contains(&part.to_lowercase())
    }

    /// Returns a named interval.
    pub(in crate::session) fn interval(&self, id: IntervalId) -> Option<Duration> {
        self.0.get(usize::from(id)).map(|&(_, interval)| interval)
    }

    /// Returns the interval of the processes of one name; `None` if they are sampled at every tick.
    pub(in crate::session) fn for_name(&self, name: &str) -> Option<IntervalId> {
        let number = self.0.iter().position(|(part, _)| Self::matches(part, name))?;
        IntervalId::try_from(number).ok()
    }
}

/// Named intervals that are due at the current tick.
#[derive(Debug, Default)]
pub(in crate::session) struct DueIntervals {
    due: Vec<bool>,
    /// True if every process is sampled at this tick, due or not.
    samples_all: bool,
    is_whole: bool,
    /// Due time of the latest tick, after the start of the session.
    latest: Option<Duration>,
}

impl DueIntervals {
    /// Begins the tick that is due at this time after the start of the session. `slowest` is the longest interval of a
    /// running process.
    ///
    /// An interval is due at the first tick at or after each of its multiples, so a missed tick loses none.
    pub(in crate::session) fn begin_tick(
        &mut self,
        intervals: &NamedIntervals,
        slowest: Option<Duration>,
        due: Duration,
        is_last: bool,
    ) {
        let before = self.latest.replace(due).filter(|_| !is_last);
        self.due.clear();
        self.due.extend(intervals.0.iter().map(|&(_, interval)| is_due(interval, before, due)));
        self.samples_all = before.is_none() || slowest.is_some_and(|slowest| is_due(slowest, before, due));
        self.is_whole = self.samples_all || slowest.is_none();
    }

    /// True if this tick samples the processes of an interval.
    pub(in crate::session) fn includes(&self, id: Option<IntervalId>) -> bool {
        self.samples_all || id.is_none_or(|id| self.due.get(usize::from(id)).is_none_or(|&due| due))
    }

    /// True if this tick samples every process: at the first and last tick, and if the slowest are due. At such a tick
    /// the sum of all processes is known.
    pub(in crate::session) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

/// True if a multiple of the interval lies between two ticks; the first tick has none before it.
fn is_due(interval: Duration, before: Option<Duration>, due: Duration) -> bool {
    before.is_none_or(|before| multiples(interval, before) != multiples(interval, due))
}

/// Returns the number of whole intervals until a moment.
fn multiples(interval: Duration, moment: Duration) -> u128 {
    moment.as_nanos() / interval.as_nanos().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn intervals() -> NamedIntervals {
        NamedIntervals::new([
            ("Postgres".to_owned(), second(7)),
            ("gres".to_owned(), second(1)),
            ("cron".to_owned(), second(20)),
        ])
    }

    #[test]
    fn the_first_matching_part_counts() {
        assert_eq!(
            ["postgres", "progress", "CRON", "web"].map(|name| intervals().for_name(name)),
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(NamedIntervals::default().for_name("web"), None);
    }

    #[test]
    fn each_interval_is_due_in_its_time_and_all_with_the_slowest() {
        let mut due = DueIntervals::default();
        let mut sampled = |tick: u64, last| {
            due.begin_tick(&intervals(), Some(second(20)), second(2 * tick), last);
            assert!(due.includes(None) && due.includes(Some(1)));
            [due.includes(Some(0)), due.includes(Some(2)), due.is_whole()]
        };
        let seen: Vec<_> = (0..=16).map(|tick| sampled(tick, tick == 16)).collect();
        let ticks = |which: usize| (0..seen.len()).filter(|&tick| seen[tick][which]).collect::<Vec<_>>();
        assert_eq!(ticks(0), [0, 4, 7, 10, 11, 14, 16]);
        assert_eq!((ticks(1), ticks(2)), (vec![0, 10, 16], vec![0, 10, 16]));
    }

    #[test]
    fn an_unused_interval_does_not_delay_whole_ticks() {
        let mut due = DueIntervals::default();
        let mut is_whole = |slowest, tick| {
            due.begin_tick(&intervals(), slowest, second(tick), false);
            due.is_whole()
        };
        assert!(is_whole(None, 0) && is_whole(None, 2) && is_whole(Some(second(7)), 7));
        assert!(!is_whole(Some(second(7)), 8));
    }

    #[test]
    fn a_missed_tick_loses_no_interval() {
        let mut due = DueIntervals::default();
        due.begin_tick(&intervals(), Some(second(20)), second(0), false);
        due.begin_tick(&intervals(), Some(second(20)), second(6), false);
        assert!(!due.includes(Some(0)));
        due.begin_tick(&intervals(), Some(second(20)), second(15), false);
        assert!(due.includes(Some(0)) && !due.is_whole());
    }
}
