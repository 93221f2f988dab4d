//! Lives within one series: a recording without pids has one process after the other in it.
//!
//! A recording may name its restarts. Otherwise memory that falls to near its start within one reading, and stays there, is
//! the sign of one. Collectors and caches fall like that too. So lives by level are at most suspect, and only long ones.

use crate::model::{Ceiling, Timestamp};
use crate::units::Bytes;

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
/// Part of the start of a life below which a fall ends far below it. No collection frees what a process started with.
const FAR_BELOW: f64 = 0.5;
/// Readings from which the life after a fall is judged by itself.
const MIN_JUDGED: u64 = 56;
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
    /// The latest confirmed fall.
    latest_fall: Option<Fall>,
}

/// A fall of the level that ends a life.
#[derive(Debug, Clone, Copy)]
struct Fall {
    /// Length of the life before, in seconds.
    length_s: f64,
    from: u64,
    to: u64,
    is_far_below: bool,
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
        Self {
            are_named,
            finished: Vec::new(),
            restarts: 0,
            unlike: 0,
            readings: 0,
            current: None,
            fallen: None,
            latest_fall: None,
        }
    }

    /// Takes the memory of one reading, in bytes.
    pub fn push(&mut self, at: Timestamp, memory: u64, ceiling: Option<&Ceiling>) {
        self.readings += 1;
        if let Some((fell_at, low)) = self.fallen.take() {
            let is_restart = self.current.as_ref().is_some_and(|life| life.stays_low(low, memory));
            if is_restart {
                self.latest_fall = self.current.as_ref().map(|life| life.fall_to(low));
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

    /// True if the latest reading fell to the start of its life or below. The next one confirms that.
    #[must_use]
    pub fn has_just_fallen(&self) -> bool {
        self.fallen.is_some()
    }

    /// Returns the status that the part of the series before the latest fall keeps while the life after it is too short to be
    /// judged by itself. `before` is its verdict.
    ///
    /// Memory of a process that was killed falls far below its start. A fall to near the start may be a collection: a leak
    /// is suspect then, and less is nothing.
    #[must_use]
    pub fn status_kept(&self, before: Status) -> Option<Status> {
        let (fall, life) = self.latest_fall.zip(self.current.as_ref())?;
        let is_short = life.readings < MIN_JUDGED && life.ended.seconds_since(life.began) < fall.length_s;
        match before {
            _ if !is_short => None,
            Status::Leaking if !fall.is_far_below => Some(Status::Suspect),
            Status::Leaking | Status::Suspect => fall.is_far_below.then_some(before),
            _ => None,
        }
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
        if let (1, Some(Fall { from, to, is_far_below: true, .. })) = (self.restarts, self.latest_fall) {
            let (from, to) = (Bytes(from), Bytes(to));
            return format!(
                "fell from {from} to {to} within one reading: the process ended, or memory was freed at once"
            );
        }
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

    /// Returns the shortness of the life after the latest fall as a reason.
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    #[must_use]
    pub fn too_short(&self) -> Option<Reason> {
        let life = self.current.as_ref().filter(|_| self.status_kept(Status::Leaking).is_some())?;
        Some(Reason {
            rule: Rule::Observation,
            for_leak: false,
            value: Some(life.readings as f64),
            threshold: Some(MIN_JUDGED as f64),
            unit: Unit::Count,
            span_s: life.ended.seconds_since(life.began),
            wording: format!("grew until it fell to its start; {} of {MIN_JUDGED} readings since then", life.readings)
                .into(),
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
        let is_near = top >= (1.0 + MIN_RISE) * start && memory as f64 <= start + NEAR_START * (top - start);
        self.readings >= MIN_READINGS && (is_near || self.is_far_above(memory))
    }

    /// True if a level lies far below the start, from which this life did not fall slowly.
    fn is_far_above(&self, memory: u64) -> bool {
        let low = FAR_BELOW * self.start as f64;
        (memory as f64) < low && self.latest.iter().all(|level| *level >= self.start)
    }

    /// Returns the fall from this life to `low`.
    fn fall_to(&self, low: u64) -> Fall {
        let length_s = self.ended.seconds_since(self.began);
        Fall { length_s, from: self.latest[1], to: low, is_far_below: self.is_far_above(low) }
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
mod tests;
