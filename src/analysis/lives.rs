//! Lives of a service that restarts: growth that each process shows again, judged over all of them.
//!
//! A process that runs into its limit every hour never lives long enough for a verdict of its own. Its lives agree: each
//! grows by much, to its end, at a similar rate. A start that levels off, or a cache that fills, does not grow to the end.

use crate::model::{Ceiling, Timestamp};
use crate::units::{ByteRate, Bytes};

use super::stats::mann_kendall;
use super::status::Status;
use super::verdict::{Reason, Rule, Unit};

/// Least length of a life that counts, in seconds. Builds and short jobs grow to their end within it.
const MIN_LENGTH_S: f64 = 300.0;
/// Fewest levels of a life that are judged.
const MIN_LEVELS: usize = 8;
/// Part of a life that is its start.
const START_PART: usize = 10;
/// Least rise after the start, as a part of the level.
const MIN_RISE: f64 = 0.2;
/// Least part of that rise in the second half. A line has a half; a start that levels off within two lives has less.
const MIN_SECOND_HALF: f64 = 0.4;
/// Least Kendall's tau of the levels after the start.
const MIN_TAU: f64 = 0.6;
/// Part of a limit above which a life ended near it.
const NEAR: f64 = 0.8;
/// Pause, in seconds and as a part of the life before, above which a process is started by a schedule: a job and no restart.
const MAX_PAUSE_S: f64 = 60.0;
const MAX_PAUSE_PART: f64 = 0.1;
/// Largest distance of the rates, as the median over their median.
const MAX_SPREAD: f64 = 0.5;
/// The same for lives that only levels tell apart: load drives collectors, and load varies.
const MAX_INFERRED_SPREAD: f64 = 0.25;
/// Fewest lives for each status, and the largest p value of the sign test for `leaking`.
const MIN_SUSPECT: usize = 3;
const MIN_LEAKING: usize = 5;
const MAX_P: f64 = 0.05;
/// Least part of the lives that leak, for `suspect`.
const MIN_SHARE: f64 = 0.75;

/// One life: a process of a service from its first to its last reading.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Life {
    /// Time of the first reading.
    pub began: Timestamp,
    /// Time of the last reading.
    pub ended: Timestamp,
    /// Memory after the first tenth, in bytes.
    pub start_bytes: u64,
    /// Memory at the end, in bytes.
    pub end_bytes: u64,
    /// Growth after the first tenth, in bytes per second.
    pub rate: f64,
    /// Verdict on the life alone.
    pub status: Status,
    /// True if the life shows a leak: by its own verdict, or by even growth to its end.
    pub leaks: bool,
    /// Limit near which the life ended, in bytes; `None` if it ended far from it, or without one.
    pub limit_bytes: Option<u64>,
}

/// Verdict on all lives of a service.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LivesVerdict {
    /// `Leaking`, `Suspect`, or `None` if the lives do not agree on growth.
    pub status: Option<Status>,
    /// Number of lives.
    pub lives: usize,
    /// Number of those that leak.
    pub leaking: usize,
    /// Median rate of those, in bytes per second.
    pub rate: Option<f64>,
    /// Median distance from that rate, in bytes per second.
    pub spread: Option<f64>,
    /// p value of the sign test: lives without a leak rise or fall alike.
    pub p_value: f64,
    /// Limit near which all finished lives that leak ended, in bytes.
    pub limit_bytes: Option<u64>,
}

impl Life {
    /// Measures a life. `levels` are its memory at even steps; `None` if it is too short to count.
    #[must_use]
    pub fn measure(
        began: Timestamp,
        ended: Timestamp,
        levels: &[u64],
        status: Status,
        ceiling: Option<&Ceiling>,
    ) -> Option<Self> {
        let length_s = ended.seconds_since(began);
        if length_s < MIN_LENGTH_S || levels.len() < MIN_LEVELS {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        let after: Vec<f64> = levels[levels.len() / START_PART..].iter().map(|&level| level as f64).collect();
        let (start, middle, end) =
            (median_near(&after, 0), median_near(&after, after.len() / 2), median_near(&after, after.len() - 1));
        let rise = end - start;
        let is_even = end - middle >= MIN_SECOND_HALF * rise && mann_kendall(&after).tau >= MIN_TAU;
        // A start that levels off is suspect too in a short life: evenness tells them apart.
        let grew = is_even && (rise >= MIN_RISE * start || status >= Status::Suspect);
        // The medians of three lie one level inside of both ends.
        #[expect(clippy::cast_precision_loss, reason = "at most 65 levels")]
        let part = (after.len() - 3) as f64 / (levels.len() - 1) as f64;
        Some(Self {
            began,
            ended,
            start_bytes: rounded(start),
            end_bytes: *levels.last()?,
            rate: rise / (length_s * part),
            status,
            leaks: rise > 0.0 && (grew || status == Status::Leaking),
            limit_bytes: ceiling.filter(|ceiling| is_near(ceiling)).map(|ceiling| ceiling.limit_bytes),
        })
    }

    /// Returns the leak of this life as a reason against the undecided one after it.
    pub(crate) fn leak_before_restart(&self, threshold: f64) -> Reason {
        Reason {
            rule: Rule::Lives,
            for_leak: true,
            value: Some(self.rate),
            threshold: Some(threshold),
            unit: Unit::BytesPerSecond,
            span_s: self.ended.seconds_since(self.began),
            wording: format!("leaked by {:#} until the latest restart", ByteRate(self.rate)).into(),
        }
    }

    /// True if both lives have readings of one time.
    #[must_use]
    pub fn overlaps(&self, began: Timestamp, ended: Timestamp) -> bool {
        self.began <= ended && began <= self.ended
    }
}

impl LivesVerdict {
    /// Judges finished lives, the oldest first, and the current one. Growth below `threshold`, in bytes per second, never
    /// counts.
    #[must_use]
    pub fn new(finished: &[Life], current: Option<&Life>, threshold: f64) -> Self {
        let all: Vec<&Life> = finished.iter().chain(current).collect();
        let restarts = if restarts_at_once(&all) { Restarts::AtOnce } else { Restarts::Scheduled };
        Self::judged(&all, all.len(), finished, threshold, restarts)
    }

    /// Judges the lives of one series that its levels tell apart. Five lives that leak are suspect, and fewer are not.
    /// `forgotten` is the number of lives that are not among `finished`: they count as lives without a leak.
    pub(crate) fn by_level(finished: &[Life], current: Option<&Life>, forgotten: usize, threshold: f64) -> Self {
        let all: Vec<&Life> = finished.iter().chain(current.filter(|life| life.leaks)).collect();
        Self::judged(&all, all.len() + forgotten, finished, threshold, Restarts::Inferred)
    }

    /// Judges the lives of one series whose restarts the recording names, see [`Self::new`].
    pub(crate) fn by_name(finished: &[Life], current: Option<&Life>, threshold: f64) -> Self {
        let all: Vec<&Life> = finished.iter().chain(current).collect();
        Self::judged(&all, all.len(), finished, threshold, Restarts::AtOnce)
    }

    fn judged(all: &[&Life], lives: usize, finished: &[Life], threshold: f64, restarts: Restarts) -> Self {
        let leaking: Vec<&Life> = all.iter().copied().filter(|life| life.leaks).collect();
        let rate = median(leaking.iter().map(|life| life.rate).collect());
        let spread = rate.and_then(|rate| median(leaking.iter().map(|life| (life.rate - rate).abs()).collect()));
        let p_value = sign_test(leaking.len(), lives);
        let agrees =
            rate.zip(spread).is_some_and(|(rate, spread)| rate > threshold && spread <= restarts.max_spread() * rate);
        let is_proved = leaking.len() >= MIN_LEAKING && p_value < MAX_P;
        #[expect(clippy::cast_precision_loss, reason = "some lives")]
        let is_likely = leaking.len() >= MIN_SUSPECT && leaking.len() as f64 >= MIN_SHARE * lives as f64;
        let status = match restarts {
            _ if !agrees => None,
            Restarts::AtOnce if is_proved => Some(Status::Leaking),
            Restarts::AtOnce | Restarts::Scheduled => is_likely.then_some(Status::Suspect),
            Restarts::Inferred => is_proved.then_some(Status::Suspect),
        };
        let count = leaking.len();
        let limit_bytes = common_limit(finished.iter().filter(|life| life.leaks));
        Self { status, lives, leaking: count, rate, spread, p_value, limit_bytes }
    }

    /// Returns the sentence of the verdict: `leaks in 5 of 5 lives, 75 MiB/h, each ended near 512 MiB`.
    #[must_use]
    pub fn sentence(&self) -> String {
        let verb = if self.status == Some(Status::Leaking) { "leaks" } else { "grew" };
        let rate = self.rate.map_or_else(String::new, |rate| format!(", {:#}", ByteRate(rate)));
        let limit = self.limit_bytes.map_or_else(String::new, |limit| {
            format!(", each ended near {}", Bytes(limit).to_string().replace(".0 ", " "))
        });
        format!("{verb} in {} of {} lives{rate}{limit}", self.leaking, self.lives)
    }

    /// Returns the verdict as a reason for a leak; `None` if the lives do not agree on growth.
    pub(crate) fn reason(&self, threshold: f64) -> Option<Reason> {
        self.status?;
        Some(Reason {
            rule: Rule::Lives,
            for_leak: true,
            value: self.rate,
            threshold: Some(threshold),
            unit: Unit::BytesPerSecond,
            span_s: 0.0,
            wording: self.sentence().into(),
        })
    }
}

/// Kind of the restarts between lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Restarts {
    /// A supervisor restarts the process.
    AtOnce,
    /// A schedule starts jobs, each long after the one before.
    Scheduled,
    /// Levels fell as by a restart.
    Inferred,
}

impl Restarts {
    fn max_spread(self) -> f64 {
        if self == Self::Inferred { MAX_INFERRED_SPREAD } else { MAX_SPREAD }
    }
}

/// True if memory is near a limit.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn is_near(ceiling: &Ceiling) -> bool {
    ceiling.used_bytes as f64 >= NEAR * ceiling.limit_bytes as f64
}

/// True if most lives began soon after the one before: a supervisor restarts the process. A schedule starts jobs later.
fn restarts_at_once(lives: &[&Life]) -> bool {
    let prompt = lives.windows(2).filter(|pair| {
        let length_s = pair[0].ended.seconds_since(pair[0].began);
        pair[1].began.seconds_since(pair[0].ended) <= MAX_PAUSE_S.max(MAX_PAUSE_PART * length_s)
    });
    2 * prompt.count() > lives.len().saturating_sub(1)
}

/// Returns the limit that all lives ended near.
fn common_limit<'a>(mut lives: impl Iterator<Item = &'a Life>) -> Option<u64> {
    let first = lives.next()?.limit_bytes?;
    lives.all(|life| life.limit_bytes == Some(first)).then_some(first)
}

/// Returns the chance that at least `leaking` of `lives` rise if each rises or falls with the same chance.
fn sign_test(leaking: usize, lives: usize) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for rising in 0..=lives {
        if rising >= leaking {
            sum += term;
        }
        #[expect(clippy::cast_precision_loss, reason = "some lives")]
        let factor = (lives - rising) as f64 / (rising + 1) as f64;
        term *= factor;
    }
    (0..lives).fold(sum, |p, _| p / 2.0)
}

/// Returns the median of the level at an index and its neighbours.
fn median_near(levels: &[f64], index: usize) -> f64 {
    let low = index.saturating_sub(1).min(levels.len().saturating_sub(3));
    let near = levels[low..levels.len().min(low + 3)].to_vec();
    median(near).unwrap_or(0.0)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a level in bytes is not negative")]
fn rounded(bytes: f64) -> u64 {
    bytes.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CeilingKind;

    const MIB: f64 = 1_048_576.0;
    const LIMIT: u64 = 512 << 20;
    /// Length of a life in the tests, in seconds.
    const LENGTH_S: i64 = 3600;

    /// Returns the life number `n`, with a level in MiB for each part of its length.
    fn life(n: i64, level: impl Fn(f64) -> f64) -> Life {
        let began = Timestamp(n * (LENGTH_S + 10) * 1000);
        let ended = Timestamp(began.0 + LENGTH_S * 1000);
        let noise = |i: u32| f64::from(i.wrapping_mul(2_654_435_761) >> 28) / 8.0;
        let levels: Vec<u64> = (0..60).map(|i| rounded((level(f64::from(i) / 59.0) + noise(i)) * MIB)).collect();
        let used_bytes = levels[59];
        let ceiling = Ceiling { kind: CeilingKind::CgroupMax, limit_bytes: LIMIT, used_bytes };
        Life::measure(began, ended, &levels, Status::InsufficientData, Some(&ceiling)).expect("a life")
    }

    fn verdict(count: i64, level: impl Fn(f64) -> f64) -> LivesVerdict {
        let lives: Vec<Life> = (0..count).map(|n| life(n, &level)).collect();
        LivesVerdict::new(&lives, None, 100.0)
    }

    #[test]
    fn lives_that_leak_into_their_limit_are_a_leak() {
        let found = verdict(5, |part| 430.0 + 75.0 * part);
        assert_eq!(found.status, None, "less than a fifth");
        let found = verdict(5, |part| 200.0 + 300.0 * part);
        assert_eq!((found.status, found.leaking, found.limit_bytes), (Some(Status::Leaking), 5, Some(LIMIT)));
        assert!(found.sentence().starts_with("leaks in 5 of 5 lives, "), "{}", found.sentence());
        assert!(found.sentence().ends_with(" MiB/h, each ended near 512 MiB"), "{}", found.sentence());
        assert!(found.rate.is_some_and(|rate| (rate * 3600.0 / MIB - 300.0).abs() < 15.0), "{found:?}");
    }

    #[test]
    fn three_lives_are_suspect_and_two_are_nothing() {
        assert_eq!(verdict(2, |part| 100.0 + 200.0 * part).status, None);
        let found = verdict(3, |part| 100.0 + 200.0 * part);
        assert_eq!((found.status, found.limit_bytes), (Some(Status::Suspect), None));
        assert!(found.sentence().starts_with("grew in 3 of 3 lives"));
    }

    #[test]
    fn healthy_restarts_that_warm_up_are_no_leak() {
        let level_off = |tau: f64| move |part: f64| 100.0 + 200.0 * (1.0 - (-part / tau).exp());
        for tau in [0.02, 0.1, 0.3, 0.5] {
            assert_eq!(verdict(16, level_off(tau)).status, None, "{tau}");
        }
        assert_eq!(verdict(16, |part| 100.0 + if part > 0.4 { 80.0 } else { 0.0 }).status, None, "a step");
        assert_eq!(verdict(16, |part| 100.0 + 60.0 * (part * 7.0).fract()).status, None, "a saw-tooth");
        assert_eq!(verdict(16, |_| 500.0).status, None, "a full heap");
    }

    #[test]
    fn a_suspect_start_that_levels_off_is_no_leak() {
        let levels = |level: fn(u64) -> u64| (0..60).map(|i| level(i) << 20).collect::<Vec<u64>>();
        let leaks = |level: fn(u64) -> u64, status| {
            let levels = levels(level);
            Life::measure(Timestamp(0), Timestamp(1_500_000), &levels, status, None).is_some_and(|life| life.leaks)
        };
        assert!(!leaks(|i| 200 + 250 * i / (i + 3), Status::Suspect));
        assert!(leaks(|i| 200 + i / 2, Status::Suspect), "slow and even");
        assert!(!leaks(|i| 200 + i / 2, Status::Stable), "less than a fifth");
        assert!(leaks(|i| 200 + 250 * i / (i + 3), Status::Leaking), "proved");
    }

    #[test]
    fn jobs_of_a_schedule_are_suspect_at_most() {
        let jobs: Vec<Life> = (0..8).map(|n| life(24 * n, |part| 100.0 + 200.0 * part)).collect();
        assert_eq!(LivesVerdict::new(&jobs, None, 100.0).status, Some(Status::Suspect));
    }

    #[test]
    fn growth_at_unlike_rates_or_below_the_threshold_is_no_leak() {
        let unlike: Vec<Life> = (0..6).map(|n| life(n, move |part| 30.0 + part * 8.0 * f64::from(1 << n))).collect();
        assert_eq!(LivesVerdict::new(&unlike, None, 100.0).status, None);
        let slow: Vec<Life> = (0..6).map(|n| life(n, |part| 100.0 + 200.0 * part)).collect();
        assert_eq!(LivesVerdict::new(&slow, None, 1e6).status, None);
    }

    #[test]
    fn the_sign_test_needs_five_of_five() {
        assert!((sign_test(5, 5) - 1.0 / 32.0).abs() < 1e-12);
        assert!((sign_test(3, 3) - 0.125).abs() < 1e-12);
        assert!((sign_test(7, 8) - 9.0 / 256.0).abs() < 1e-12);
        assert_eq!(sign_test(0, 4), 1.0);
    }

    #[test]
    fn short_lives_do_not_count() {
        let levels = [1 << 20; 60];
        let measure = |length: i64, levels: &[u64]| {
            Life::measure(Timestamp(0), Timestamp(length * 1000), levels, Status::Stable, None)
        };
        assert_eq!(measure(299, &levels), None);
        assert_eq!(measure(3600, &levels[..7]), None);
        assert!(measure(300, &levels).is_some_and(|life| !life.leaks));
    }
}
