//! Clocks: the only module that reads time and sleeps.
//!
//! [`SystemClock`] is the real one; a test runs a day in milliseconds with [`ManualClock`].

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use crate::model::Timestamp;

/// Simultaneous reading of the clocks that a schedule needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Monotonic time since an arbitrary start, without suspension of the host (`CLOCK_MONOTONIC`).
    pub awake: Duration,
    /// The same with suspension (`CLOCK_BOOTTIME`); equal to `awake` on other systems than Linux.
    pub elapsed: Duration,
    /// Wall clock, which steps when it is set.
    pub wall: Timestamp,
}

/// Source of time for a session.
pub trait Clock {
    /// Reads the clocks.
    fn now(&self) -> Moment;

    /// Sleeps until `awake` reaches `deadline`, or `stop` is raised.
    fn wait_until(&self, deadline: Duration, stop: &StopFlag);

    /// Returns the CPU time that this process has used so far, user and system; zero on other systems than Linux.
    fn cpu_time(&self) -> Duration;
}

/// Request to end the session in order. A signal raises it; it wakes a sleeping session.
#[derive(Debug, Clone, Default)]
pub struct StopFlag {
    shared: Arc<(Mutex<bool>, Condvar)>,
}

impl StopFlag {
    /// Raises the flag and wakes the sleeping session.
    pub fn raise(&self) {
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.1.notify_all();
    }

    /// True once the flag is raised.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps for `span` or until the flag is raised.
    fn sleep(&self, span: Duration) {
        let guard = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.shared.1.wait_timeout_while(guard, span, |raised| !*raised));
    }
}

/// Clocks of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(target_os = "linux")]
impl SystemClock {
    fn read(id: rustix::time::ClockId) -> Duration {
        let time = rustix::time::clock_gettime(id);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
    }
}

impl Clock for SystemClock {
    #[cfg(target_os = "linux")]
    fn now(&self) -> Moment {
        use rustix::time::ClockId;
        Moment {
            awake: Self::read(ClockId::Monotonic),
            elapsed: Self::read(ClockId::Boottime),
            wall: Timestamp(i64::try_from(Self::read(ClockId::Realtime).as_millis()).unwrap_or(i64::MAX)),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn now(&self) -> Moment {
        use std::sync::OnceLock;
        use std::time::{Instant, SystemTime};
        static START: OnceLock<Instant> = OnceLock::new();
        let awake = START.get_or_init(Instant::now).elapsed();
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Moment { awake, elapsed: awake, wall: Timestamp(i64::try_from(wall.as_millis()).unwrap_or(i64::MAX)) }
    }

    fn wait_until(&self, deadline: Duration, stop: &StopFlag) {
        // A timed wait may end early, also by a spurious wake-up.
        while !stop.is_raised() {
            let now = self.now().awake;
            if now >= deadline {
                return;
            }
            stop.sleep(deadline - now);
        }
    }

    #[cfg(target_os = "linux")]
    fn cpu_time(&self) -> Duration {
        Self::read(rustix::time::ClockId::ProcessCPUTime)
    }

    #[cfg(not(target_os = "linux"))]
    fn cpu_time(&self) -> Duration {
        Duration::ZERO
    }
}

/// Clock for tests, which advances when it is waited for.
#[derive(Debug, Clone)]
pub struct ManualClock {
    shared: Arc<Mutex<Moment>>,
}

impl ManualClock {
    /// Creates a clock with the wall time `wall`; the other times begin at zero.
    #[must_use]
    pub fn new(wall: Timestamp) -> Self {
        let moment = Moment { awake: Duration::ZERO, elapsed: Duration::ZERO, wall };
        Self { shared: Arc::new(Mutex::new(moment)) }
    }

    /// Advances the time, as slow work would.
    pub fn advance(&self, span: Duration) {
        let mut moment = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        moment.awake += span;
        moment.elapsed += span;
        moment.wall = moment.wall.plus(span);
    }

    /// Advances the time as a suspended host would.
    pub fn suspend(&self, span: Duration) {
        let mut moment = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        moment.elapsed += span;
        moment.wall = moment.wall.plus(span);
    }

    /// Sets the wall clock, as an administrator or NTP would.
    pub fn set_wall(&self, wall: Timestamp) {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner).wall = wall;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until(&self, deadline: Duration, _stop: &StopFlag) {
        let now = self.now().awake;
        if deadline > now {
            self.advance(deadline - now);
        }
    }

    fn cpu_time(&self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raised_flag_ends_the_wait() {
        let stop = StopFlag::default();
        stop.raise();
        SystemClock.wait_until(SystemClock.now().awake + Duration::from_secs(3600), &stop);
    }

    #[test]
    fn waiting_advances_a_manual_clock() {
        let clock = ManualClock::new(Timestamp(5));
        clock.wait_until(Duration::from_secs(2), &StopFlag::default());
        clock.suspend(Duration::from_secs(1));
        let now = clock.now();
        assert_eq!((now.awake.as_secs(), now.elapsed.as_secs(), now.wall), (2, 3, Timestamp(3005)));
    }
}
