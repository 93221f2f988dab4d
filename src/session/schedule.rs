//! When each tick is due: `start + n × interval`, so that delays never add up.

use std::time::Duration;

use crate::clock::Moment;
use crate::event::Notice;
use crate::model::Timestamp;

/// A step of the wall clock smaller than this is NTP's slewing and drift, in seconds.
const CLOCK_STEP_S: f64 = 2.0;
/// A suspension shorter than this is the imprecision of reading two clocks, in seconds.
const SUSPENSION_S: f64 = 0.5;

/// The absolute schedule of a session.
///
/// Time stamps are the wall clock at the start plus the time that has passed since, suspensions included. They never
/// step, whatever is done to the wall clock meanwhile.
#[derive(Debug)]
pub(super) struct Schedule {
    interval: Duration,
    start: Moment,
    last: Moment,
    /// When the work of the latest tick was done: waiting began.
    idle_since: Duration,
    number: u32,
    /// From the start to tick 0 of the present interval.
    offset: Duration,
    missed: u64,
    max_late: Duration,
    suspended_s: f64,
}

impl Schedule {
    pub(super) fn starting(now: Moment, interval: Duration) -> Self {
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

    /// When the tick in hand is due, on the clock that stands still while the host is suspended.
    pub(super) fn due(&self) -> Duration {
        self.start.awake + self.due_after_start()
    }

    /// The same, from the start.
    pub(super) fn due_after_start(&self) -> Duration {
        self.offset.saturating_add(self.interval.saturating_mul(self.number))
    }

    /// When a session of this length ends, if that is before the tick in hand is due; on the clock of [`Self::due`].
    pub(super) fn end_before_due(&self, length: Duration) -> Option<Duration> {
        (self.due_after_start() > length).then(|| self.start.awake.saturating_add(length))
    }

    /// Whether a session of this length ends before the tick after the one in hand is due.
    pub(super) fn is_last_within(&self, length: Duration) -> bool {
        self.due_after_start().saturating_add(self.interval) > length
    }

    /// The time stamp of a moment.
    pub(super) fn at(&self, now: Moment) -> Timestamp {
        self.start.wall.plus(now.elapsed.saturating_sub(self.start.elapsed))
    }

    /// Begins the tick in hand: its time stamp, its delay in seconds, and what happened to the clocks since the last.
    pub(super) fn begin(&mut self, now: Moment) -> (Timestamp, f64, Vec<Notice>) {
        let due = self.due();
        let late = now.awake.saturating_sub(due);
        self.max_late = self.max_late.max(late);
        let mut notices = Vec::new();

        let interval = self.interval.as_nanos().max(1);
        let missed = u32::try_from(late.as_nanos() / interval).unwrap_or(u32::MAX);
        if missed > 0 {
            self.missed += u64::from(missed);
            self.number = self.number.saturating_add(missed);
            // who began to wait in time was not held up by work
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
        (self.at(now), late.as_secs_f64(), notices)
    }

    /// Makes the interval longer from the tick in hand on; returns the new one.
    pub(super) fn stretch(&mut self, factor: u32) -> Duration {
        self.offset = self.due_after_start();
        self.number = 0;
        self.interval = self.interval.saturating_mul(factor);
        self.interval
    }

    pub(super) fn interval(&self) -> Duration {
        self.interval
    }

    /// The work is done by `now`: goes on to the next tick.
    pub(super) fn next(&mut self, now: Moment) {
        self.idle_since = now.awake;
        self.number = self.number.saturating_add(1);
    }

    pub(super) fn missed(&self) -> u64 {
        self.missed
    }

    pub(super) fn max_late_s(&self) -> f64 {
        self.max_late.as_secs_f64()
    }

    pub(super) fn suspended_s(&self) -> f64 {
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
        let mut schedule = Schedule::starting(clock.now(), second(10));
        for n in 0..100 {
            clock.wait_until(schedule.due(), &StopFlag::default());
            let (at, late, notices) = schedule.begin(clock.now());
            assert_eq!((at, late, notices), (Timestamp(n * 10_000), 0.0, vec![]));
            clock.advance(Duration::from_millis(9_900));
            schedule.next(clock.now());
        }
    }

    #[test]
    fn slow_work_skips_ticks_and_counts_them() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::starting(clock.now(), second(1));
        schedule.begin(clock.now());
        clock.advance(Duration::from_millis(4_500));
        schedule.next(clock.now());
        let (at, late, notices) = schedule.begin(clock.now());
        assert_eq!((at, late, notices), (Timestamp(4_500), 3.5, vec![Notice::MissedTicks(3)]));
        schedule.next(clock.now());
        assert_eq!((schedule.due(), schedule.missed()), (second(5), 3));
    }

    #[test]
    fn who_was_stopped_while_waiting_did_not_work_too_long() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::starting(clock.now(), second(1));
        schedule.begin(clock.now());
        clock.advance(Duration::from_millis(10));
        schedule.next(clock.now());
        clock.advance(Duration::from_millis(3_990));
        let (_, _, notices) = schedule.begin(clock.now());
        assert_eq!(notices, [Notice::Stopped(3, 3.0)]);
        assert!(notices[0].sentence().1.ends_with("for 3 s"), "{notices:?}");
    }

    #[test]
    fn a_stretched_interval_goes_on_from_its_tick() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::starting(clock.now(), second(1));
        let mut seen = Vec::new();
        for n in 0..6 {
            clock.wait_until(schedule.due(), &StopFlag::default());
            seen.push(schedule.begin(clock.now()).0.0 / 1000);
            if n == 2 {
                assert_eq!(schedule.stretch(2), second(2));
            }
            schedule.next(clock.now());
        }
        assert_eq!((seen, schedule.missed()), (vec![0, 1, 2, 4, 6, 8], 0));
    }

    #[test]
    fn clock_steps_and_suspensions_are_told_apart() {
        let clock = ManualClock::new(Timestamp(0));
        let mut schedule = Schedule::starting(clock.now(), second(1));
        schedule.begin(clock.now());
        clock.set_wall(Timestamp(-3_600_000));
        schedule.next(clock.now());
        clock.wait_until(schedule.due(), &StopFlag::default());
        let (at, _, notices) = schedule.begin(clock.now());
        assert_eq!((at, notices), (Timestamp(1_000), vec![Notice::ClockJumped(-3600.0)]));
        clock.suspend(second(100));
        schedule.next(clock.now());
        clock.wait_until(schedule.due(), &StopFlag::default());
        let (at, late, notices) = schedule.begin(clock.now());
        assert_eq!((at, late, notices), (Timestamp(102_000), 0.0, vec![Notice::Suspended(100.0)]));
    }
}
