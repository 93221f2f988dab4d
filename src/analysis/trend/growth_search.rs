//! Search for growth in the windows of one series.

use crate::analysis::history::{Block, History};
use crate::analysis::status::Status;
use crate::analysis::window::Window;

use super::bounded_trend::{bounded_trend, is_short};
use super::continuation::continues;
use super::criteria::Criteria;
use super::few_readings::FewReadings;
use super::first_heap::FirstCollections;
use super::found_growth::FoundGrowth;
use super::judged_window::{EARLIER_PART, JudgedWindow, MIN_BLOCKS};
use super::judgement::{JudgedValues, Judgement, MeanGrowth};
use super::relative_growth::RelativeGrowth;
use super::series_trend::{Proof, SeriesTrend};
use super::start_up::is_past_any_start;
use super::withheld::Withheld;

/// Number of judged windows: the whole past, its newest half and quarter. Shorter ones see rises of every cycle, and
/// cost false alarms that grow with the length of the watch.
const WINDOWS: usize = 3;
/// Part of the range of the past (its second to 98th percentile) by which a newest window must end above it. Otherwise the
/// rise may repeat an earlier one.
const MIN_NOVELTY: f64 = 0.5;

/// Judges a series with the smallest step `unit`.
pub(crate) fn judge_series(history: &History, unit: f64, criteria: &Criteria) -> SeriesTrend {
    let windows = judged_windows(history, unit, criteria);
    let mut trend = bounded_trend(history, unit, criteria, windows.first());
    if is_short(history)
        && let Some(few) = FewReadings::judge(history, criteria)
    {
        trend.take_few_readings(few);
        return trend;
    }
    let Some(whole) = windows.first() else { return trend };
    let mut growing = proven_growth(&windows, history, criteria, &mut trend);
    if growing.is_none() && !whole.means().tests.slowing {
        growing = likely_growth(&windows, history, criteria);
        // A series too short for two judgements is not said to have failed one of them.
        let reason = if is_short(history) { Withheld::TooFew } else { Withheld::Persistence };
        trend.withheld = growing.as_ref().map(|_| reason);
    }
    if growing.is_none() && trend.status == Status::Stable {
        growing = clear_growth(whole, criteria);
    }
    match growing {
        Some(found) => {
            if trend.status != Status::Leaking && trend.withheld.is_none() {
                trend.withheld = match criteria.distance {
                    Some(_) => criteria.shortfall(&found, history.first()),
                    None => Some(Withheld::Slow { horizon_s: criteria.horizon_s }),
                };
            }
            take_growth(&mut trend, found, history, criteria);
        }
        None => {
            trend.stopped_s = seconds_since_stop(whole, history, criteria);
            if trend.status == Status::Stable && is_unsettled(&trend, whole.means(), criteria, history.first()) {
                trend.status = Status::WarmingUp;
            }
        }
    }
    trend
}

/// Writes the window and the figures of growth into the trend, and the status of growth that is not `leaking`.
fn take_growth(trend: &mut SeriesTrend, found: FoundGrowth, history: &History, criteria: &Criteria) {
    let first = history.first();
    let is_suspect = criteria.is_suspicious(&found, first) || trend.withheld == Some(Withheld::TooFew);
    trend.status = match trend.status {
        Status::Leaking => Status::Leaking,
        _ if is_suspect => Status::Suspect,
        Status::Stable => Status::Stable,
        _ => Status::WarmingUp,
    };
    let j = found.judgement;
    trend.proof = Proof { newest_only: found.newest_only, relative_growth: found.relative_growth, few: None };
    trend.level = first + j.level;
    trend.threshold = match trend.status {
        Status::Stable => criteria.fast_threshold(&j, first),
        _ => criteria.threshold_for(&j, first),
    };
    trend.judgement = Some(j);
}

/// True if a bounded series still rises, or did until recently: it slows down, but has not settled.
fn is_unsettled(trend: &SeriesTrend, means: &Judgement, criteria: &Criteria, first: f64) -> bool {
    let has_stopped = trend.stopped_s.is_some() && means.rate.high >= criteria.threshold_for(means, first);
    criteria.distance.is_some() && (has_stopped || (means.tests.slowing && criteria.is_notable(means, first)))
}

/// Looks for proven growth, the longest window first, and sets the status or the reason for withholding it.
#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn proven_growth(
    windows: &[JudgedWindow],
    history: &History,
    criteria: &Criteria,
    trend: &mut SeriesTrend,
) -> Option<FoundGrowth> {
    let whole = windows.first()?;
    let is_old = criteria.past_start_up
        || history.samples() as f64 >= trend.start_up.required
        || is_past_any_start(history.observed());
    let mut growing: Option<FoundGrowth> = None;
    for (index, window) in windows.iter().enumerate() {
        let newest_only = index > 0;
        let confirmed = window.confirmed(|j| {
            j.rate.low > 0.0
                && criteria.are_met(j, j.rate.best_low, history.first())
                && (!newest_only || exceeds_past(whole.blocks(), window.begin(), j.level))
        });
        let mut found = confirmed.map(|j| FoundGrowth::new(j, window, newest_only));
        if found.is_none() && !newest_only && !whole.means().tests.slowing {
            found = material_growth(whole, history.first() + criteria.other_memory, criteria);
        }
        let Some(found) = found else { continue };
        let j = &found.judgement;
        trend.withheld = if j.span < criteria.min_observation {
            Some(Withheld::Observation)
        } else if let Some(collections) = first_collections(whole, history, criteria) {
            Some(Withheld::FirstHeap(collections))
        } else if !is_old {
            Some(Withheld::StartUp)
        } else {
            let is_paused = || criteria.distance.is_some() && !continues(window.blocks(), j.rate.rate);
            criteria.shortfall(&found, history.first()).or_else(|| is_paused().then_some(Withheld::Paused))
        };
        growing = Some(found);
        if trend.withheld.is_none() {
            trend.status = Status::Leaking;
            break;
        }
    }
    growing
}

/// Returns the major collections so far, where they are too few for growth to mean anything.
fn first_collections(whole: &JudgedWindow, history: &History, criteria: &Criteria) -> Option<FirstCollections> {
    criteria.has_first_heap.then(|| FirstCollections::of(whole.blocks(), history.first(), history.observed())).flatten()
}

/// Judges the windows, the longest first. A shorter one counts only while no longer one speaks against it, and when it may
/// end above the past before it.
fn judged_windows(history: &History, unit: f64, criteria: &Criteria) -> Vec<JudgedWindow> {
    let mut windows: Vec<JudgedWindow> = Vec::with_capacity(WINDOWS);
    for tier in (0..history.tiers()).rev().take(WINDOWS) {
        let blocks = history.window(tier);
        if let Some(whole) = windows.first() {
            let span = Window::means(&blocks).span();
            let newest = &blocks[blocks.len() - blocks.len() / EARLIER_PART..];
            let top = newest.iter().map(|b| b.mean).fold(f32::NEG_INFINITY, f32::max);
            if windows.iter().any(|longer| longer.overrules(span))
                || !exceeds_past(whole.blocks(), blocks[0].at, f64::from(top))
            {
                break;
            }
        }
        let judged = if windows.is_empty() { JudgedValues::AllMeans } else { JudgedValues::NewestMeans };
        let threshold = criteria.threshold_over(Window::means(&blocks).span(), history.first());
        match JudgedWindow::new(blocks, unit, threshold, judged) {
            Some(window) => windows.push(window),
            None => break,
        }
    }
    windows
}

/// Measures growth by the level, at both times, over the whole past.
fn material_growth(whole: &JudgedWindow, base: f64, criteria: &Criteria) -> Option<FoundGrowth> {
    let now = relative_growth(whole, whole.blocks(), base)?;
    relative_growth(whole, whole.earlier_blocks()?, base)?;
    let mut judgement = whole.floors()?.clone();
    let rate = &mut judgement.rate;
    (rate.rate, rate.low, rate.high, rate.best_low) = (now.rate, now.low, now.high, now.low);
    rate.mean = MeanGrowth { rate: now.rate, low: now.low, high: now.high };
    (now.low > criteria.threshold_for(&judgement, base))
        .then(|| FoundGrowth { relative_growth: Some(now), ..FoundGrowth::new(&judgement, whole, false) })
}

fn relative_growth(window: &JudgedWindow, blocks: &[Block], base: f64) -> Option<RelativeGrowth> {
    let floors = window.floors_of(blocks);
    let middle = floors.values[floors.len() / 2];
    RelativeGrowth::from_floors(&floors, (base + middle).max(f64::MIN_POSITIVE))
}

/// Looks for likely growth in any window, of means or floors.
fn likely_growth(windows: &[JudgedWindow], history: &History, criteria: &Criteria) -> Option<FoundGrowth> {
    let whole = windows.first()?;
    for (index, window) in windows.iter().enumerate() {
        for j in [Some(window.means()), window.floors()].into_iter().flatten() {
            let is_novel = index == 0 || exceeds_past(whole.blocks(), window.begin(), j.level);
            let is_likely = (j.tests.proven || j.tests.likely)
                && criteria.are_met(j, j.rate.rate, history.first())
                && (criteria.distance.is_none() || window.was_sustained(j));
            if is_novel && is_likely {
                return Some(FoundGrowth::new(j, window, index > 0));
            }
        }
    }
    None
}

/// Looks for clear growth over the whole past, whatever its rate: a series that never stopped growing is not stable. In a
/// run of known length that holds only where growth fills the ceiling soon.
fn clear_growth(whole: &JudgedWindow, criteria: &Criteria) -> Option<FoundGrowth> {
    if criteria.distance.is_none() && !criteria.counts_slow_growth(whole.means()) {
        return None;
    }
    let j = [Some(whole.means()), whole.floors()]
        .into_iter()
        .flatten()
        .find(|j| j.tests.proven && j.rate.low > 0.0 && criteria.rise(j) > criteria.min_rise)?;
    let found = FoundGrowth::new(j, whole, false);
    let is_unbroken = criteria.is_clear(&found) && whole.was_sustained(j) && continues(whole.blocks(), j.rate.rate);
    is_unbroken.then_some(found)
}

/// True if `level` is above the range of the past before `begin`.
fn exceeds_past(whole: &[Block], begin: f32, level: f64) -> bool {
    let mut past: Vec<f32> = whole.iter().filter(|b| b.at < begin).map(|b| b.mean).collect();
    if past.is_empty() {
        return true;
    }
    let last = past.len() - 1;
    let (low, high) = (order_statistic(&mut past, last / 50), order_statistic(&mut past, last - last / 50));
    level > high + MIN_NOVELTY * (high - low)
}

/// Returns the value at a rank, from 0.
fn order_statistic(values: &mut [f32], rank: usize) -> f64 {
    f64::from(*values.select_nth_unstable_by(rank, f32::total_cmp).1)
}

/// Returns the seconds since growth stopped that was a leak until then. The whole past is judged again without its newest
/// quarter, and without its newest half.
fn seconds_since_stop(whole: &JudgedWindow, history: &History, criteria: &Criteria) -> Option<f64> {
    if !whole.means().tests.slowing {
        return None;
    }
    let n = whole.blocks().len();
    for kept in [n - n / 4, n / 2] {
        if kept < MIN_BLOCKS {
            break;
        }
        let then = whole.judge_first(kept)?;
        let was_leaking = then.tests.proven && criteria.are_met(&then, then.rate.best_low, history.first());
        if was_leaking && then.span >= criteria.min_observation {
            return Some(history.observed() - f64::from(whole.blocks()[kept - 1].at));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: f64 = 1.0;

    fn judged(samples: u32, min_observation: f64, value: impl Fn(f64) -> f64) -> SeriesTrend {
        let mut history = History::default();
        for i in 0..samples {
            let noise = f64::from(i.wrapping_mul(2_654_435_761) >> 24) / 64.0;
            history.push(f64::from(i), (value(f64::from(i)) + noise).round());
        }
        let criteria = Criteria { min_observation, past_start_up: false, ..Criteria::fixed(0.05) };
        judge_series(&history, UNIT, &criteria)
    }

    #[test]
    fn growth_on_a_working_set_is_a_leak_with_its_rate() {
        let leak = judged(400, 0.0, |t| 10_000.0 + 2.0 * t);
        assert_eq!((leak.status, leak.withheld, leak.proof.newest_only), (Status::Leaking, None, false));
        assert!(leak.judgement.is_some_and(|j| (j.rate.rate - 2.0).abs() < 0.02));
        assert!((leak.start_up.share - 0.074).abs() < 0.01);
    }

    #[test]
    fn a_young_leak_is_withheld_until_the_least_observation_is_over() {
        let young = judged(400, 3600.0, |t| 10_000.0 + 2.0 * t);
        assert_eq!((young.status, young.withheld), (Status::Suspect, Some(Withheld::Observation)));
    }

    #[test]
    fn a_level_that_multiplies_is_withheld_as_a_start_up() {
        // Strong noise keeps the lead of the line below the one that needs no longer observation.
        let start = judged(200, 0.0, |t| 100.0 + 2.0 * t + 150.0 * ((t * t * 1.7).sin()));
        assert_eq!((start.status, start.withheld), (Status::Suspect, Some(Withheld::StartUp)), "{start:?}");
        assert!(start.start_up.required > 200.0);
    }

    #[test]
    fn a_constant_level_is_stable() {
        let flat = judged(400, 0.0, |_| 10_000.0);
        assert_eq!(flat.status, Status::Stable);
        assert!(flat.unchanged.is_none() && flat.judgement.is_some());
    }

    #[test]
    fn a_series_without_any_change_has_its_resolution() {
        let mut history = History::default();
        (0..100).for_each(|i| history.push(f64::from(i), 7.0));
        let criteria = Criteria { past_start_up: false, ..Criteria::fixed(0.05) };
        let still = judge_series(&history, UNIT, &criteria);
        assert!(still.unchanged.is_some_and(|u| (u.resolved - 1.0 / 99.0).abs() < 1e-12 && u.observed_s == 99.0));
        assert_eq!(still.status, Status::Stable);
    }

    #[test]
    fn a_leak_that_stopped_says_since_when() {
        let stopped = judged(1000, 0.0, |t| 10_000.0 + 20.0 * t.min(700.0));
        assert_eq!(stopped.status, Status::WarmingUp);
        assert!(stopped.stopped_s.is_some_and(|ago| (200.0..300.0).contains(&ago)), "{:?}", stopped.stopped_s);
    }

    #[test]
    fn a_rise_within_the_range_of_the_past_is_not_novel() {
        let blocks: Vec<Block> =
            (0..60_u8).map(|i| Block { at: f32::from(i), mean: f32::from(i % 20), low: 0.0 }).collect();
        assert!(!exceeds_past(&blocks, 40.0, 19.0));
        assert!(exceeds_past(&blocks, 40.0, 40.0));
        assert!(exceeds_past(&blocks, 0.0, -5.0), "without a past everything is new");
    }
}
