//! Criteria that the growth of a series must meet.

use super::distance::Distance;
use super::evenness::MIN_EVENNESS;
use super::found_growth::FoundGrowth;
use super::judgement::Judgement;
use super::withheld::Withheld;

/// Least growth over the window as a share of the level, and of everything that came since the first sample. After their
/// start services creep for a while, by a few per cent of what the start allocated.
const MIN_RISE_OF_LEVEL: f64 = 0.02;
const MIN_RISE_OF_START: f64 = 0.1;

/// Time within which clear growth that fills the ceiling need not have come far, in seconds.
const NEAR_S: f64 = 12.0 * 3600.0;
/// Least span, in seconds, from which a run of known length forecasts days.
const MIN_FORECAST_S: f64 = 3600.0;
/// Part of the distance of a leak that is enough for `suspect`.
const SUSPICIOUS: f64 = 0.75;
/// Part of the distance of a leak that a series which slows down must not have come to be stable.
const NOTABLE: f64 = 0.5;
/// Normal deviates and evenness of growth that is suspect whatever its size. In the first hour of a watch starts of pods
/// and collectors reach 5.7 deviates.
const CLEAR_DEVIATE: f64 = 6.0;
const CLEAR_EVENNESS: f64 = 0.5;

/// Growth threshold, per second.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Threshold {
    /// The same at every level.
    Fixed(f64),
    /// A share of the level, of `base` at least, or `least` where that is more.
    OfLevel { least: f64, share: f64, base: f64 },
}

impl Threshold {
    /// Returns the threshold at a level.
    pub fn at(self, level: f64) -> f64 {
        match self {
            Self::Fixed(rate) => rate,
            Self::OfLevel { least, share, base } => least.max(share * level.max(base)),
        }
    }
}

/// Conditions that the growth of a series must meet.
#[derive(Debug, Clone)]
pub(crate) struct Criteria {
    pub threshold: Threshold,
    /// Time that a series must be observed before it can be `leaking`, in seconds.
    pub min_observation: f64,
    /// Least growth over the window, in the unit of the series. Smaller growth is never a leak, whatever its rate.
    pub min_rise: f64,
    /// Memory of the process outside this series.
    pub other_memory: f64,
    /// True if the process is known to be past its start-up.
    pub past_start_up: bool,
    /// Distance that growth must come in a standing watch; `None` for a run of known length, which is judged once.
    pub distance: Option<Distance>,
    /// True if a collector fills a first heap before growth means anything.
    pub has_first_heap: bool,
    /// True if readings count units of work: they have no times.
    pub untimed: bool,
    /// Growth that fills the ceiling; `None` without one.
    pub headroom: Option<f64>,
    /// Time within which growth that fills the ceiling is material at any rate, in seconds.
    pub horizon_s: f64,
}

impl Criteria {
    /// True if the growth of `j` at `rate` exceeds the threshold, allocator noise and the end of a start-up from `first`.
    pub fn are_met(&self, j: &Judgement, rate: f64, first: f64) -> bool {
        let level = first + j.level;
        let least = self.min_rise.max(MIN_RISE_OF_LEVEL * level).max(MIN_RISE_OF_START * (level - first));
        rate > self.threshold_for(j, first) && self.rise(j) > least
    }

    /// Returns the growth of a window: at its rate, and in a standing watch no more than its curve rose.
    pub fn rise(&self, j: &Judgement) -> f64 {
        let by_rate = j.rate.rate * j.span;
        if self.distance.is_some() { by_rate.min(j.rise) } else { by_rate }
    }

    /// Returns the level that the growth of a window started from, of the whole process.
    pub fn start_level(&self, j: &Judgement, first: f64) -> f64 {
        let level = first + j.level;
        (level - self.rise(j)).max(first.min(level)) + self.other_memory
    }

    /// Returns the threshold for the growth of a window: by rate, or by the distance that its span allows.
    pub fn threshold_for(&self, j: &Judgement, first: f64) -> f64 {
        let fast = self.fast_threshold(j, first);
        match self.distance {
            Some(distance) if j.span > 0.0 => {
                self.material(fast, distance.least(self.start_level(j, first)) / j.span, distance.least_rise() / j.span)
            }
            _ => fast,
        }
    }

    /// Returns the threshold before a window of `span` seconds is judged.
    pub fn threshold_over(&self, span: f64, first: f64) -> f64 {
        let fast = self.threshold.at(first);
        match self.distance {
            Some(distance) if span > 0.0 => {
                self.material(fast, distance.least(first + self.other_memory) / span, distance.least_rise() / span)
            }
            _ => fast,
        }
    }

    /// Returns the least rate that is fast, comes far, or fills the ceiling soon. It is never below `least`.
    fn material(&self, fast: f64, far: f64, least: f64) -> f64 {
        let fatal = self.headroom.map_or(f64::INFINITY, |headroom| headroom / self.horizon_s);
        fast.min(far).min(fatal.max(least))
    }

    /// Returns the reason for which growth in a standing watch is not yet a leak; `None` where it is one.
    pub fn shortfall(&self, found: &FoundGrowth, first: f64) -> Option<Withheld> {
        let distance = self.distance?;
        let rise = self.rise_of(found, first);
        let start = self.start_of(found, rise, first);
        let required = self.required(distance, found, start).max(distance.min_rise(found.judgement.span));
        if rise < required {
            let later = required.min(distance.least(start));
            let late = self.late_part(distance, &found.judgement);
            let wait_s = distance.seconds_until_far(&found.judgement, rise, start, late);
            Some(Withheld::Distance { rise, required, later, start, wait_s })
        } else {
            (found.evenness < MIN_EVENNESS).then_some(Withheld::Uneven { evenness: found.evenness })
        }
    }

    /// True if growth is clear, or has come most of the way of a leak.
    pub fn is_suspicious(&self, found: &FoundGrowth, first: f64) -> bool {
        self.distance.is_none() || self.is_clear(found) || self.has_come_most(found, first)
    }

    /// True if the evidence alone makes growth of any size suspect.
    pub fn is_clear(&self, found: &FoundGrowth) -> bool {
        found.judgement.tests.deviate >= CLEAR_DEVIATE && found.evenness >= CLEAR_EVENNESS
    }

    /// True if growth has come most of the distance of a leak.
    fn has_come_most(&self, found: &FoundGrowth, first: f64) -> bool {
        let rise = self.rise_of(found, first);
        let start = self.start_of(found, rise, first);
        found.evenness >= MIN_EVENNESS
            && self.distance.is_none_or(|distance| rise >= SUSPICIOUS * self.required(distance, found, start))
    }

    /// Returns the level that a growth of `rise` started from, of the whole process.
    fn start_of(&self, found: &FoundGrowth, rise: f64, first: f64) -> f64 {
        (first + found.judgement.level - rise + self.other_memory).max(1.0)
    }

    /// Returns the growth over the window, by the share of the level where that was the proof.
    fn rise_of(&self, found: &FoundGrowth, first: f64) -> f64 {
        let j = &found.judgement;
        match &found.relative_growth {
            Some(growth) => growth.overall / (1.0 + 0.5 * growth.overall) * (first + j.level + self.other_memory),
            None => self.rise(j),
        }
    }

    /// True if growth fills the ceiling within the horizon.
    pub fn fills_soon(&self, j: &Judgement) -> bool {
        self.fills_within(self.horizon_s, j)
    }

    /// True if slow growth counts where it fills the ceiling soon: not in runs of minutes, nor below a threshold of its own.
    pub fn counts_slow_growth(&self, j: &Judgement) -> bool {
        j.span >= MIN_FORECAST_S && matches!(self.threshold, Threshold::OfLevel { .. }) && self.fills_soon(j)
    }

    /// True if growth fills the ceiling within `seconds`.
    fn fills_within(&self, seconds: f64, j: &Judgement) -> bool {
        self.headroom.is_some_and(|headroom| j.rate.low * seconds > headroom)
    }

    /// Returns the growth that the evidence asks for: little of clear growth that fills the ceiling within hours.
    fn required(&self, distance: Distance, found: &FoundGrowth, start: f64) -> f64 {
        let j = &found.judgement;
        if self.is_clear(found) && self.fills_within(NEAR_S, j) {
            return distance.least_fatal(start);
        }
        distance.required(j, start, self.late_part(distance, j))
    }

    /// Returns the part of the level at the start that is material after days.
    fn late_part(&self, distance: Distance, j: &Judgement) -> f64 {
        distance.late_part(self.fills_soon(j))
    }

    /// True if a rise is more than half of what a leak must come.
    pub fn is_notable(&self, j: &Judgement, first: f64) -> bool {
        let start = self.start_level(j, first);
        j.rate.low > 0.0 && self.distance.is_some_and(|distance| self.rise(j) >= NOTABLE * distance.least(start))
    }

    /// True if the growth of a window is so small that it means nothing, whatever its evidence.
    pub fn is_small(&self, j: &Judgement, first: f64) -> bool {
        self.distance.is_some_and(|distance| self.rise(j) < SUSPICIOUS * distance.least(self.start_level(j, first)))
    }

    /// Returns the threshold for fast growth, whatever its distance.
    pub fn fast_threshold(&self, j: &Judgement, first: f64) -> f64 {
        match self.distance {
            Some(_) => self.threshold.at(self.start_level(j, first) - self.other_memory),
            None => self.threshold.at(first + j.level),
        }
    }
}

#[cfg(test)]
impl Criteria {
    /// Returns the criteria of a run of known length with a fixed threshold.
    pub fn fixed(threshold: f64) -> Self {
        Self {
            threshold: Threshold::Fixed(threshold),
            min_observation: 0.0,
            min_rise: 8.0,
            other_memory: 0.0,
            past_start_up: true,
            distance: None,
            has_first_heap: false,
            untimed: false,
            headroom: None,
            horizon_s: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trend::judgement::JudgedValues;

    #[test]
    fn rate_and_rise_must_both_be_large_enough() {
        let criteria = Criteria { min_rise: 10.0, ..Criteria::fixed(1.0) };
        let met = |rate: f64, rise: f64, level: f64, first: f64| {
            let mut j = Judgement::flat(JudgedValues::AllMeans, 100.0, level - first, 0.0);
            j.rate.rate = rise / j.span;
            criteria.are_met(&j, rate, first)
        };
        assert!(met(2.0, 11.0, 100.0, 100.0));
        assert!(!met(1.0, 11.0, 100.0, 100.0), "rate at the threshold");
        assert!(!met(2.0, 10.0, 100.0, 100.0), "rise at its least");
        assert!(!met(2.0, 11.0, 1000.0, 1000.0), "2 % of the level is more");
        assert!(!met(2.0, 11.0, 300.0, 100.0), "10 % of the start-up is more");
    }

    #[test]
    fn in_a_standing_watch_distance_replaces_the_rate_over_days() {
        let distance = Some(Distance::of_memory());
        let criteria = Criteria { threshold: Threshold::Fixed(100.0), distance, min_rise: 0.0, ..Criteria::fixed(0.0) };
        let mut j = Judgement::flat(JudgedValues::AllMeans, 10.0 * 86_400.0, 1e9, 0.0);
        (j.rate.rate, j.rise) = (j.level / j.span, j.level);
        assert!(criteria.threshold_for(&j, 5e8) < criteria.fast_threshold(&j, 5e8));
        assert!((criteria.start_level(&j, 5e8) - 5e8).abs() < 1.0);
    }
}
