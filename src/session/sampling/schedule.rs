//! Schedule of the ticks: `start + n × interval`, so that delays never add up.

use std::time::Duration;

use crate::clock::Moment;
use crate::event::Notice;
use crate::model::Timestamp;

/// Smallest step of the wall clock that counts, in seconds. Smaller ones are NTP slewing and drift.
const CLOCK_STEP_S: f64 = 2.0;
/// Shortest suspension that counts, in seconds. Shorter ones are the imprecision of reading two clocks.
const SUSPENSION_S: f64 = 0.5;

/// The absolute schedule of a session.
///
/// A time stamp is the wall clock at the start plus the time since then, suspensions included. It never steps,
/// even if the wall clock is set.
#[derive(Debug)]
pub(in crate::session) struct Schedule {
    interval: Duration,
    start: Moment,
    last: Moment,
    /// Time at which the work of the latest tick was done.
    idle_since: Duration,
    number: u32,
    /// Time from the start to tick 0 of the current interval.
    offset: Duration,
    missed: u64,
    max_late: Duration,
    suspended_s: f64,
}

impl Schedule {
    /// A schedule whose first tick is due now.
    pub(in crate::session) fn new(now: Moment, interval: Duration) -> Self {
        Self {
            interval,
            start: now,
            last: now,
            idle_since: now.awake,
            number: 0,
            offset: Duration::ZERO,
            missed: 0,
            max_late: Duration::ZERO,
            suspended_s: 0.0,
        }
    }

    /// Due time of the current tick, on the clock that pauses while the host is suspended.
    pub(in crate::session) fn due(&self) -> Duration {
        self.start.awake + self.due_after_start()
    }

    /// Due time of the current tick, after the start.
    pub(in crate::session) fn due_after_start(&self) -> Duration {
        self.offset.saturating_add(self.interval.saturating_mul(self.number))
    }

    /// End of a session of this length if it precedes the current tick, on the clock of [`Self::due`].
    pub(in crate::session) fn end_before_due(&self, length: Duration) -> Option<Duration> {
        (self.due_after_start() > length).then(|| self.start.awake.saturating_add(length))
    }

    /// True if a session of this length ends before the next tick.
    pub(in crate::session) fn is_last_within(&self, length: Duration) -> bool {
        self.due_after_start().saturating_add(self.interval) > length
    }

    /// Returns the time stamp of a moment.
    pub(in crate::session) fn timestamp(&self, now: Moment) -> Timestamp {
        self.start.wall.plus(now.elapsed.saturating_sub(self.start.elapsed))
    }

    /// Begins the current tick. Returns its time stamp, its delay in seconds, and notices about the clocks.
    pub(in crate::session) fn begin_tick(&mut self, now: Moment) -> (Timestamp, f64, Vec<Notice>) {
        let due = self.due();
        let late = now.awake.saturating_sub(due);
        self.max_late = self.max_late.max(late);
        let mut notices = Vec::new();

        let interval = self.interval.as_nanos().max(1);
        let missed = u32::try_from(late.as_nanos() / interval).unwrap_or(u32::MAX);
        if missed > 0 {
            self.missed += u64::from(missed);
            self.number = self.number.saturating_add(missed);
            // Work was not the cause if the wait began in time.
            notices.push(if self.idle_since <= due {
                Notice::Stopped(u64::from(missed), late.as_secs_f64())
            } else {
                Notice::MissedTicks(u64::from(missed))
            });
        }

        let awake = (now.awake.saturating_sub(self.last.awake)).as_secs_f64();
        let elapsed = (now.elapsed.saturating_sub(self.last.elapsed)).as_secs_f64();
        if elapsed - awake > SUSPENSION_S {
            self.suspended_s += elapsed - awake;
            notices.push(Notice::Suspended(elapsed - awake));
        }
        let jump = now.wall.seconds_since(self.last.wall) - elapsed;
        if jump.abs() > CLOCK_STEP_S {
            notices.push(Notice::ClockJumped(jump));
        }
        self.last = now;
        (self.timestamp(now), late.as_secs_f64(), notices)
    }

    /// Lengthens the interval from the current tick on. Returns the new interval.
    pub(in crate::session) fn stretch(&mut self, factor: u32) -> Duration {
        self.offset = self.due_after_start();
        self.number = 0;
        self.interval = self.interval.saturating_mul(factor);
        self.interval
    }

    /// Returns the current interval.
    pub(in crate::session) fn interval(&self) -> Duration {
        self.interval
    }

    /// Moves to the next tick. The work of the current one was done at `now`.
    pub(in crate::session) fn end_tick(&mut self, now: Moment) {
        self.idle_since = now.awake;
        self.number = self.number.saturating_add(1);
    }

    /// Returns the number of missed ticks.
    pub(in crate::session) fn missed(&self) -> u64 {
        self.missed
    }

    /// Returns the largest delay of a tick, in seconds.
    pub(in crate::session) fn max_late_s(&self) -> f64 {
        self.max_late.as_secs_f64()
    }

    /// Returns the time for which the host was suspended, in seconds.
    pub(in crate::session) fn suspended_s(&self) -> f64 {
        self.suspended_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock, StopFlag};

    fn second(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn delays_do_not_add_up() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::new(clock.now(), second(10));
        for n in 0..100 {
            clock.wait_until(schedule.due(), &StopFlag::default());
            let (at, late, notices) = schedule.begin_tick(clock.now());
            assert_eq!((at, late, notices), (Timestamp(n * 10_000), 0.0, vec![]));
            clock.advance(Duration::from_millis(9_900));
            schedule.end_tick(clock.now());
        }
    }

    #[test]
    fn slow_work_misses_ticks_and_counts_them() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::new(clock.now(), second(1));
        schedule.begin_tick(clock.now());
        clock.advance(Duration::from_millis(4_500));
        schedule.end_tick(clock.now());
        let (at, late, notices) = schedule.begin_tick(clock.now());
        assert_eq!((at, late, notices), (Timestamp(4_500), 3.5, vec![Notice::MissedTicks(3)]));
        schedule.end_tick(clock.now());
        assert_eq!((schedule.due(), schedule.missed()), (second(5), 3));
    }

    #[test]
    fn a_stop_while_waiting_is_not_late_work() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::new(clock.now(), second(1));
        schedule.begin_tick(clock.now());
        clock.advance(Duration::from_millis(10));
        schedule.end_tick(clock.now());
        clock.advance(Duration::from_millis(3_990));
        let (_, _, notices) = schedule.begin_tick(clock.now());
        assert_eq!(notices, [Notice::Stopped(3, 3.0)]);
        assert!(notices[0].sentence().1.ends_with("for 3 s"), "{notices:?}");
    }

    #[test]
    fn a_stretched_interval_continues_from_its_tick() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::new(clock.now(), second(1));
        let mut seen = Vec::new();
        for n in 0..6 {
            clock.wait_until(schedule.due(), &StopFlag::default());
            seen.push(schedule.begin_tick(clock.now()).0.0 / 1000);
            if n == 2 {
                assert_eq!(schedule.stretch(2), second(2));
            }
            schedule.end_tick(clock.now());
        }
        assert_eq!((seen, schedule.missed()), (vec![0, 1, 2, 4, 6, 8], 0));
    }

    #[test]
    fn clock_steps_and_suspensions_are_distinguished() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::new(clock.now(), second(1));
        schedule.begin_tick(clock.now());
        clock.set_wall(Timestamp(-3_600_000));
        schedule.end_tick(clock.now());
        clock.wait_until(schedule.due(), &StopFlag::default());
        let (at, _, notices) = schedule.begin_tick(clock.now());
        assert_eq!((at, notices), (Timestamp(1_000), vec![Notice::ClockJumped(-3600.0)]));
        clock.suspend(second(100));
        schedule.end_tick(clock.now());
        clock.wait_until(schedule.due(), &StopFlag::default());
        let (at, late, notices) = schedule.begin_tick(clock.now());
        assert_eq!((at, late, notices), (Timestamp(102_000), 0.0, vec![Notice::Suspended(100.0)]));
    }
}
