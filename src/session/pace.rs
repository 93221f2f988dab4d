//! Which processes a tick samples, where some are sampled less often than others.

use std::time::Duration;

/// Names whose processes are not sampled at every tick.
#[derive(Debug, Clone, Default)]
pub struct Paces(Vec<(String, Duration)>);

/// The number of one of them.
pub(super) type Pace = u16;

impl Paces {
    /// Each is a part of a name, whatever its case, and the time between samples; the first that fits counts.
    #[must_use]
    pub fn new(paces: impl IntoIterator<Item = (String, Duration)>) -> Self {
        Self(paces.into_iter().collect())
    }

    /// Whether a name has this part in it, whatever the case of both.
    #[must_use]
    pub fn fits(part: &str, name: &str) -> bool {
        name.to_lowercase().contains(&part.to_lowercase())
    }

    /// The interval of a pace.
    pub(super) fn interval(&self, pace: Pace) -> Option<Duration> {
        self.0.get(usize::from(pace)).map(|&(_, interval)| interval)
    }

    /// The pace of a process of this name; `None` for every tick. All processes of one name have one pace, and so does
    /// their sum.
    pub(super) fn of(&self, name: &str) -> Option<Pace> {
        let number = self.0.iter().position(|(part, _)| Self::fits(part, name))?;
        Pace::try_from(number).ok()
    }
}

/// Which paces are due at the tick in hand.
#[derive(Debug, Default)]
pub(super) struct Cadence {
    due: Vec<bool>,
    /// Whether everybody is sampled, due or not.
    takes_all: bool,
    is_whole: bool,
    /// When the latest tick was due, after the start of the session.
    latest: Option<Duration>,
}

impl Cadence {
    /// Begins the tick that is due so long after the start of the session, where the slowest of those who run have this
    /// interval. A pace is due at the first tick at or after each multiple of its interval: none is lost when ticks are
    /// missed or the interval is stretched.
    pub(super) fn begin(&mut self, Paces(paces): &Paces, slowest: Option<Duration>, due: Duration, is_last: bool) {
        let before = self.latest.replace(due).filter(|_| !is_last);
        let is_due = |interval: Duration| {
            let number = |moment: Duration| moment.as_nanos() / interval.as_nanos().max(1);
            before.is_none_or(|before| number(before) != number(due))
        };
        self.due.clear();
        self.due.extend(paces.iter().map(|&(_, interval)| is_due(interval)));
        self.takes_all = before.is_none() || slowest.is_some_and(is_due);
        self.is_whole = self.takes_all || slowest.is_none();
    }

    /// Whether this tick samples the processes of a pace.
    pub(super) fn includes(&self, pace: Option<Pace>) -> bool {
        self.takes_all || pace.is_none_or(|pace| self.due.get(usize::from(pace)).is_none_or(|&due| due))
    }

    /// Whether it samples all who run: at the first and the last tick, and whenever the slowest are due. So there are
    /// moments at which the memory of all is known.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    fn paces() -> Paces {
        Paces::new([
            ("Postgres".to_owned(), second(7)),
            ("gres".to_owned(), second(1)),
            ("cron".to_owned(), second(20)),
        ])
    }

    #[test]
    fn the_first_name_that_fits_counts() {
        assert_eq!(
            ["postgres", "progress", "CRON", "web"].map(|name| paces().of(name)),
            [Some(0), Some(1), Some(2), None]
        );
        assert_eq!(Paces::default().of("web"), None);
    }

    #[test]
    fn each_pace_is_due_in_its_time_and_all_with_the_slowest() {
        let mut cadence = Cadence::default();
        let mut sampled = |tick: u64, last| {
            cadence.begin(&paces(), Some(second(20)), second(2 * tick), last);
            assert!(cadence.includes(None) && cadence.includes(Some(1)));
            [cadence.includes(Some(0)), cadence.includes(Some(2)), cadence.is_whole()]
        };
        let seen: Vec<_> = (0..=16).map(|tick| sampled(tick, tick == 16)).collect();
        let ticks = |which: usize| (0..seen.len()).filter(|&tick| seen[tick][which]).collect::<Vec<_>>();
        assert_eq!(ticks(0), [0, 4, 7, 10, 11, 14, 16]);
        assert_eq!((ticks(1), ticks(2)), (vec![0, 10, 16], vec![0, 10, 16]));
    }

    #[test]
    fn a_pace_that_nobody_has_keeps_nothing_from_being_whole() {
        let mut cadence = Cadence::default();
        let mut is_whole = |slowest, tick| {
            cadence.begin(&paces(), slowest, second(tick), false);
            cadence.is_whole()
        };
        assert!(is_whole(None, 0) && is_whole(None, 2) && is_whole(Some(second(7)), 7));
        assert!(!is_whole(Some(second(7)), 8));
    }

    #[test]
    fn a_missed_tick_loses_no_pace() {
        let mut cadence = Cadence::default();
        cadence.begin(&paces(), Some(second(20)), second(0), false);
        cadence.begin(&paces(), Some(second(20)), second(6), false);
        assert!(!cadence.includes(Some(0)));
        cadence.begin(&paces(), Some(second(20)), second(15), false);
        assert!(cadence.includes(Some(0)) && !cadence.is_whole());
    }
}
