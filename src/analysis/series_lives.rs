//! Lives within one series: a recording without pids has one process after the other in it.
//!
//! A recording may name its restarts. Otherwise memory that falls to near its start within one reading, and stays there, is
//! the sign of one. Collectors and caches fall like that too. So lives by level are at most suspect, and only long ones.

use crate::model::{Ceiling, Timestamp};

use super::lives::{Life, LivesVerdict};
use super::status::Status;
use super::trace::Trace;
use super::verdict::{Reason, Rule, Unit};

/// Part of the rise of a life above its start below which a fall ends near the start. Readings of an hour miss the start.
const NEAR_START: f64 = 0.25;
/// Least rise of a life before its fall, as a part of its start.
const MIN_RISE: f64 = 0.15;
/// Part of the fall that the next reading may take back. A glitch takes back all.
const MAX_RETURN: f64 = 0.75;
/// Fewest readings of a life. Shorter ones are noise.
const MIN_READINGS: u64 = 4;
/// Largest number of finished lives.
const KEPT: usize = 16;
/// Largest number of lives that are counted and not kept: as many outweigh all kept ones.
const MAX_UNLIKE: usize = 4 * KEPT;
/// Least length in seconds, number of readings, and end by start of a life by level that leaks. Collectors and queues repeat
/// within the hour, in tens of readings, and by less.
const MIN_LENGTH_S: f64 = 3600.0;
const MIN_LEVELS: u64 = 24;
const MIN_FACTOR: f64 = 1.3;
/// Readings of a series, and of a life by level on average, from which falls are named. Falls of noise come more often.
const FEW_READINGS: u64 = 56;
const MIN_MEAN_READINGS: u64 = 12;

/// Lives of one series, in bounded memory.
#[derive(Debug, Clone)]
pub struct SeriesLives {
    /// True if the recording names the restarts. Levels then count for nothing.
    are_named: bool,
    finished: Vec<Life>,
    restarts: u64,
    /// Number of finished lives that do not leak and are not kept: short ones, and those before the kept ones.
    unlike: usize,
    readings: u64,
    current: Option<Current>,
    /// Reading that fell to near the start of its life. The next one confirms the restart.
    fallen: Option<(Timestamp, u64)>,
}

/// The current life.
#[derive(Debug, Clone)]
struct Current {
    began: Timestamp,
    ended: Timestamp,
    readings: u64,
    start: u64,
    /// The latest two levels, the older first.
    latest: [u64; 2],
    levels: Trace,
}

impl SeriesLives {
    /// Lives of a series without readings. `are_named` is true if the recording names the restarts.
    #[must_use]
    pub fn new(are_named: bool) -> Self {
        Self { are_named, finished: Vec::new(), restarts: 0, unlike: 0, readings: 0, current: None, fallen: None }
    }

    /// Takes the memory of one reading, in bytes.
    pub fn push(&mut self, at: Timestamp, memory: u64, ceiling: Option<&Ceiling>) {
        self.readings += 1;
        if let Some((fell_at, low)) = self.fallen.take() {
            let is_restart = self.current.as_ref().is_some_and(|life| life.stays_low(low, memory));
            if is_restart {
                self.finish(Status::InsufficientData, ceiling);
            }
            self.extend(fell_at, low);
        }
        match &self.current {
            Some(life) if !self.are_named && life.falls_to_start(memory) => self.fallen = Some((at, memory)),
            _ => self.extend(at, memory),
        }
    }

    /// Ends the current life, whose own verdict is `status`: the recording names a restart before the next reading.
    pub fn restart(&mut self, status: Status, ceiling: Option<&Ceiling>) {
        if let Some((at, low)) = self.fallen.take() {
            self.extend(at, low);
        }
        self.finish(status, ceiling);
    }

    /// Returns the latest finished lives, the oldest first: 16 at most. Short ones are not among them.
    #[must_use]
    pub fn finished(&self) -> &[Life] {
        &self.finished
    }

    /// Returns the number of restarts, of short lives included.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// True if the restarts are worth a word. Noise of short lives is not.
    #[must_use]
    pub fn are_notable(&self) -> bool {
        let is_rare = self.readings < FEW_READINGS || self.readings >= MIN_MEAN_READINGS * (self.restarts + 1);
        self.restarts > 0 && (self.are_named || is_rare)
    }

    /// Returns the sentence on the restarts: `fell to near its start 4 times within one reading: restarts, or memory …`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let times = if self.restarts == 1 { "once".to_owned() } else { format!("{} times", self.restarts) };
        match (self.are_named, self.restarts) {
            (true, _) => format!("restarted {times}"),
            (false, 1) => {
                format!("fell to near its start {times} within one reading: a restart, or memory freed at once")
            }
            (false, _) => {
                format!("fell to near its start {times} within one reading: restarts, or memory freed at once")
            }
        }
    }

    /// Judges all lives. `status` is the verdict on the current one. Growth below `threshold`, in bytes per second, never
    /// counts. `None` without a finished life, and without restarts worth a word.
    #[must_use]
    pub fn judge(&self, status: Status, threshold: f64, ceiling: Option<&Ceiling>) -> Option<LivesVerdict> {
        if self.finished.is_empty() || !self.are_notable() {
            return None;
        }
        let current = self.current.as_ref().and_then(|life| self.measure(life, status, ceiling));
        let (finished, current) = (self.finished.as_slice(), current.as_ref());
        Some(if self.are_named {
            LivesVerdict::by_name(finished, current, threshold)
        } else {
            LivesVerdict::by_level(finished, current, self.unlike, threshold)
        })
    }

    /// Returns the restarts as a reason; `None` if they are not worth a word.
    pub(crate) fn reason(&self) -> Option<Reason> {
        #[expect(clippy::cast_precision_loss, reason = "a count")]
        self.are_notable().then(|| Reason {
            rule: Rule::Restarts,
            for_leak: false,
            value: Some(self.restarts as f64),
            threshold: None,
            unit: Unit::Count,
            span_s: 0.0,
            wording: self.sentence().into(),
        })
    }

    fn extend(&mut self, at: Timestamp, memory: u64) {
        match &mut self.current {
            Some(life) => life.push(at, memory),
            None => self.current = Some(Current::new(at, memory)),
        }
    }

    /// Ends the current life.
    fn finish(&mut self, status: Status, ceiling: Option<&Ceiling>) {
        let Some(life) = self.current.take() else { return };
        self.restarts += 1;
        let Some(life) = self.measure(&life, status, ceiling) else {
            self.forget_unlike();
            return;
        };
        if self.finished.len() == KEPT {
            let oldest = self.finished.remove(0);
            if !oldest.leaks {
                self.forget_unlike();
            }
        }
        self.finished.push(life);
    }

    /// Counts a life without a leak that is not kept.
    fn forget_unlike(&mut self) {
        self.unlike = (self.unlike + 1).min(MAX_UNLIKE);
    }

    /// Measures a life; `None` if it is too short to count.
    fn measure(&self, life: &Current, status: Status, ceiling: Option<&Ceiling>) -> Option<Life> {
        let levels: Vec<u64> = life.levels.points().collect();
        let status = if self.are_named { status } else { Status::InsufficientData };
        // The limit is compared with the end of the life: the latest reading may be one of the next.
        let ceiling = ceiling.map(|ceiling| Ceiling { used_bytes: life.latest[1], ..*ceiling });
        let mut measured = Life::measure(life.began, life.ended, &levels, status, ceiling.as_ref())?;
        measured.leaks &= self.are_named || life.is_long();
        Some(measured)
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
impl Current {
    fn new(at: Timestamp, memory: u64) -> Self {
        let mut levels = Trace::default();
        levels.push(memory);
        Self { began: at, ended: at, readings: 1, start: memory, latest: [memory; 2], levels }
    }

    fn push(&mut self, at: Timestamp, memory: u64) {
        // The first reading may come from the first second of a process.
        if self.readings == 1 && memory > self.start.saturating_mul(2) {
            self.start = memory;
        }
        (self.ended, self.readings, self.latest) = (at, self.readings + 1, [self.latest[1], memory]);
        self.levels.push(memory);
    }

    /// True if a reading after this life is near its start, far below the latest two.
    fn falls_to_start(&self, memory: u64) -> bool {
        let (start, top) = (self.start as f64, self.latest[0].min(self.latest[1]) as f64);
        self.readings >= MIN_READINGS
            && top >= (1.0 + MIN_RISE) * start
            && memory as f64 <= start + NEAR_START * (top - start)
    }

    /// True if the reading after a fall to `low` takes back little of it.
    fn stays_low(&self, low: u64, memory: u64) -> bool {
        let low = low as f64;
        memory as f64 <= low + MAX_RETURN * (self.latest[1] as f64 - low)
    }

    /// True if a life by level is longer than the teeth of most collectors, and rose by more.
    fn is_long(&self) -> bool {
        self.ended.seconds_since(self.began) >= MIN_LENGTH_S
            && self.readings >= MIN_LEVELS
            && self.latest[1] as f64 >= MIN_FACTOR * self.start as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: f64 = 1_048_576.0;

    /// Returns the lives of `count` readings, each `interval_s` after the one before, with their levels in MiB.
    fn lives(interval_s: i64, count: i64, level: impl Fn(i64) -> f64) -> SeriesLives {
        let mut lives = SeriesLives::new(false);
        for i in 0..count {
            let noise = (i.wrapping_mul(2_654_435_761) >> 8 & 15) as f64 / 4.0;
            lives.push(Timestamp(1000 * interval_s * i), ((level(i) + noise) * MIB) as u64, None);
        }
        lives
    }

    fn status(lives: &SeriesLives) -> Option<Status> {
        lives.judge(Status::Stable, 100.0, None).and_then(|verdict| verdict.status)
    }

    #[test]
    fn a_leak_that_is_restarted_is_suspect_in_its_lives() {
        let daily = lives(300, 5 * 288, |i| 300.0 + (i % 288) as f64);
        assert_eq!((daily.restarts(), daily.finished().len(), status(&daily)), (4, 4, Some(Status::Suspect)));
        let verdict = daily.judge(Status::Stable, 100.0, None).expect("lives");
        assert_eq!((verdict.leaking, verdict.lives), (5, 5));
        assert!(verdict.sentence().starts_with("grew in 5 of 5 lives, 1"), "{}", verdict.sentence());
        assert!(daily.sentence().starts_with("fell to near its start 4 times within one reading: restarts, or"));
        let two_hourly = lives(60, 10 * 120, |i| 200.0 + 2.0 * (i % 120) as f64);
        assert_eq!((two_hourly.restarts(), status(&two_hourly)), (9, Some(Status::Suspect)));
    }

    #[test]
    fn named_restarts_prove_a_leak() {
        let mut lives = SeriesLives::new(true);
        for i in 0..5 * 120_i64 {
            if i > 0 && i % 120 == 0 {
                lives.restart(Status::Stable, None);
            }
            lives.push(Timestamp(10_000 * i), (200.0 * MIB) as u64 + i as u64 % 120 * (1 << 20), None);
        }
        assert_eq!((lives.restarts(), lives.finished().len(), status(&lives)), (4, 4, Some(Status::Leaking)));
        assert_eq!(lives.sentence(), "restarted 4 times");
    }

    #[test]
    fn collections_of_minutes_are_named_and_no_leak() {
        for (interval, teeth) in [(10, 60), (60, 20), (60, 59)] {
            let teeth = lives(interval, 20 * teeth, move |i| 200.0 + 200.0 * (i % teeth) as f64 / teeth as f64);
            assert_eq!((teeth.restarts(), status(&teeth)), (19, None), "{interval}");
            assert!(teeth.are_notable());
        }
    }

    #[test]
    fn teeth_of_all_lengths_are_no_leak() {
        let mixed = lives(60, 3000, |i| 60.0 + if i < 1500 { (4 * (i % 20)) as f64 } else { (i % 80) as f64 });
        assert!(mixed.restarts() > 80 && mixed.are_notable());
        assert_eq!(status(&mixed), None);
        assert!(mixed.judge(Status::Stable, 0.0, None).is_some_and(|verdict| verdict.p_value <= 1.0));
    }

    #[test]
    fn lives_that_level_off_are_no_leak() {
        for tau in [5.0, 20.0, 60.0, 100.0] {
            let warm = lives(60, 10 * 240, move |i| 200.0 + 300.0 * (1.0 - (-((i % 240) as f64) / tau).exp()));
            assert_eq!((warm.restarts(), status(&warm)), (9, None), "{tau}");
        }
    }

    #[test]
    fn noise_glitches_and_slow_falls_are_no_restarts() {
        assert_eq!(lives(60, 500, |i| if i % 100 == 99 { 50.0 } else { 200.0 + (i % 100) as f64 }).restarts(), 4);
        assert_eq!(lives(60, 500, |i| if i == 250 { 50.0 } else { 200.0 + i as f64 }).restarts(), 0, "a glitch");
        assert_eq!(lives(60, 500, |i| if i == 250 { 900.0 } else { 200.0 }).restarts(), 0, "a spike");
        assert_eq!(lives(60, 500, |i| 300.0 + 200.0 * (i as f64 / 40.0).sin()).restarts(), 0, "a wave");
        let often = lives(60, 500, |i| if i % 6 < 2 { 200.0 } else { 300.0 });
        assert!(!often.are_notable(), "{}", often.sentence());
    }

    #[test]
    fn finished_lives_are_bounded() {
        let many = lives(60, 40 * 120, |i| 200.0 + 2.0 * (i % 120) as f64);
        assert_eq!((many.restarts(), many.finished().len()), (39, KEPT));
    }

    #[test]
    fn three_falls_of_few_readings_are_named() {
        let rss = [
            1502, 1741, 1836, 1946, 1982, 1305, 1402, 1442, 1536, 1536, 1479, 1557, 1595, 1360, 1497, 1634, 1651, 1741,
            1370, 1429,
        ];
        let mut lives = SeriesLives::new(false);
        for (hour, mib) in (0..).zip(rss) {
            lives.push(Timestamp(3_600_000 * hour), mib << 20, None);
        }
        assert_eq!(lives.restarts(), 3);
        assert!(lives.are_notable() && status(&lives).is_none());
    }
}
