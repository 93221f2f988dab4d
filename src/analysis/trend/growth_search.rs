//! Search for growth in the windows of one series.

use crate::analysis::history::{Block, History};
use crate::analysis::status::Status;
use crate::analysis::window::Window;

use super::criteria::Criteria;
use super::judged_window::{EARLIER_PART, JudgedWindow, MIN_BLOCKS};
use super::judgement::{JudgedValues, Judgement};
use super::relative_growth::RelativeGrowth;
use super::start_up::{MIN_SAMPLES, required_samples};

/// Samples of a series without any change before it is stable: a process may only just be waiting.
const MIN_UNCHANGED: u64 = 24;
/// Number of judged windows: the whole past, its newest half and quarter. Shorter ones see rises of every cycle, and
/// cost false alarms that grow with the length of the watch.
const WINDOWS: usize = 3;
/// Part of the range of the past (its second to 98th percentile) by which a newest window must end above it. Otherwise the
/// rise may repeat an earlier one.
const MIN_NOVELTY: f64 = 0.5;

/// Trend of one series.
#[derive(Debug, Clone)]
pub(crate) struct SeriesTrend {
    pub status: Status,
    /// The window that decided; `None` with too few data.
    pub judgement: Option<Judgement>,
    /// True if that window is only the newest part of the past.
    pub newest_only: bool,
    /// The growth by the level, where that was the proof.
    pub relative_growth: Option<RelativeGrowth>,
    /// Level at the end.
    pub level: f64,
    /// Growth threshold at that level.
    pub threshold: f64,
    pub start_up: StartUp,
    /// Samples of the series.
    pub samples: u64,
    /// Resolution of a series without any change.
    pub unchanged: Option<Unchanged>,
    /// Reason for withholding `leaking` from proven growth.
    pub withheld: Option<Withheld>,
    /// Seconds since growth stopped that was a leak until then.
    pub stopped_s: Option<f64>,
}

/// Evidence for a start-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StartUp {
    /// Share of the level that came while being watched.
    pub share: f64,
    /// Samples needed to rule a start-up out.
    pub required: f64,
}

/// Resolution of a series without any change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unchanged {
    /// The smallest rate that would have changed the series by its unit.
    pub resolved: f64,
    /// Observed time, in seconds.
    pub observed_s: f64,
}

/// Reason for withholding `leaking` from proven growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// The window is shorter than the least observation.
    Observation,
    /// Most of the level came while being watched.
    StartUp,
    /// There are not enough samples for two judgements.
    TooFew,
    /// Only part of the tests agree, or only at one of the two times.
    Persistence,
}

/// Growth found in one window.
struct FoundGrowth {
    judgement: Judgement,
    relative_growth: Option<RelativeGrowth>,
    newest_only: bool,
}

/// Judges a series with the smallest step `unit`.
pub(crate) fn judge_series(history: &History, unit: f64, criteria: &Criteria<'_>) -> SeriesTrend {
    let windows = judged_windows(history, unit, (criteria.threshold)(history.first()));
    let mut trend = trend_without_growth(history, unit, criteria, windows.first());
    let Some(whole) = windows.first() else { return trend };
    let mut growing = proven_growth(&windows, history, criteria, &mut trend);
    if growing.is_none() && !whole.means().tests.slowing {
        growing = likely_growth(&windows, history, criteria);
        // A series too short for two judgements is not said to have failed one of them.
        let reason = if is_short(history) { Withheld::TooFew } else { Withheld::Persistence };
        trend.withheld = growing.as_ref().map(|_| reason);
    }
    match growing {
        Some(found) => {
            trend.status = trend.status.max(Status::Suspect);
            trend.newest_only = found.newest_only;
            trend.relative_growth = found.relative_growth;
            trend.level = history.first() + found.judgement.level;
            trend.threshold = (criteria.threshold)(trend.level);
            trend.judgement = Some(found.judgement);
        }
        None => trend.stopped_s = seconds_since_stop(whole, history, criteria),
    }
    trend
}

/// Looks for proven growth, the longest window first, and sets the status or the reason for withholding it.
#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn proven_growth(
    windows: &[JudgedWindow],
    history: &History,
    criteria: &Criteria<'_>,
    trend: &mut SeriesTrend,
) -> Option<FoundGrowth> {
    let whole = windows.first()?;
    let is_old = criteria.past_start_up || history.samples() as f64 >= trend.start_up.required;
    let mut growing: Option<FoundGrowth> = None;
    for (index, window) in windows.iter().enumerate() {
        let newest_only = index > 0;
        let confirmed = window.confirmed(|j| {
            j.rate.low > 0.0
                && meets(criteria, j, j.rate.best_low, history)
                && (!newest_only || exceeds_past(whole.blocks(), window.begin(), j.level))
        });
        let mut found = confirmed.map(|j| FoundGrowth { judgement: j.clone(), relative_growth: None, newest_only });
        if found.is_none() && !newest_only && !whole.means().tests.slowing {
            found = material_growth(whole, history.first() + criteria.other_memory, criteria);
        }
        let Some(found) = found else { continue };
        trend.withheld = if found.judgement.span < criteria.min_observation {
            Some(Withheld::Observation)
        } else {
            (!is_old).then_some(Withheld::StartUp)
        };
        growing = Some(found);
        if trend.withheld.is_none() {
            trend.status = Status::Leaking;
            break;
        }
    }
    growing
}

/// True if the growth of a window at `rate` meets the criteria.
fn meets(criteria: &Criteria<'_>, j: &Judgement, rate: f64, history: &History) -> bool {
    criteria.are_met(rate, j.rate.rate * j.span, history.first() + j.level, history.first())
}

/// Judges the windows, the longest first. A shorter one counts only while no longer one speaks against it, and when it may
/// end above the past before it.
fn judged_windows(history: &History, unit: f64, threshold: f64) -> Vec<JudgedWindow> {
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
        match JudgedWindow::new(blocks, unit, threshold, judged) {
            Some(window) => windows.push(window),
            None => break,
        }
    }
    windows
}

/// Returns the trend that the whole past shows, before growth is searched for.
fn trend_without_growth(
    history: &History,
    unit: f64,
    criteria: &Criteria<'_>,
    whole: Option<&JudgedWindow>,
) -> SeriesTrend {
    let means = whole.map(JudgedWindow::means);
    let level = history.first() + means.map_or(0.0, |means| means.level);
    let threshold = (criteria.threshold)(level);
    let share =
        1.0 - (history.first() + criteria.other_memory) / (level + criteria.other_memory).max(f64::MIN_POSITIVE);
    let unchanged = (history.tiers() == 0 && history.samples() >= MIN_UNCHANGED && history.observed() > 0.0)
        .then(|| Unchanged { resolved: unit / history.observed(), observed_s: history.observed() });
    let status = match (means, unchanged) {
        (Some(means), _) if means.rate.high < threshold => Status::Stable,
        (Some(means), _) if means.tests.slowing && !is_short(history) => Status::WarmingUp,
        (None, Some(unchanged)) if unchanged.resolved < threshold => Status::Stable,
        _ => Status::InsufficientData,
    };
    SeriesTrend {
        status,
        judgement: means.cloned(),
        newest_only: false,
        relative_growth: None,
        level,
        threshold,
        start_up: StartUp { share, required: required_samples(share, means.map_or(0.0, |means| means.tests.lead)) },
        samples: history.samples(),
        unchanged,
        withheld: None,
        stopped_s: None,
    }
}

/// True if there are fewer samples than every verdict on growth needs.
#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn is_short(history: &History) -> bool {
    (history.samples() as f64) < MIN_SAMPLES
}

/// Measures growth by the level, at both times, over the whole past.
fn material_growth(whole: &JudgedWindow, base: f64, criteria: &Criteria<'_>) -> Option<FoundGrowth> {
    let now = relative_growth(whole, whole.blocks(), base)?;
    relative_growth(whole, whole.earlier_blocks()?, base)?;
    let mut judgement = whole.floors()?.clone();
    let rate = &mut judgement.rate;
    (rate.rate, rate.low, rate.high, rate.best_low) = (now.rate, now.low, now.high, now.low);
    (now.low > (criteria.threshold)(base + judgement.level)).then_some(FoundGrowth {
        judgement,
        relative_growth: Some(now),
        newest_only: false,
    })
}

fn relative_growth(window: &JudgedWindow, blocks: &[Block], base: f64) -> Option<RelativeGrowth> {
    let floors = window.floors_of(blocks);
    let middle = floors.values[floors.len() / 2];
    RelativeGrowth::from_floors(&floors, (base + middle).max(f64::MIN_POSITIVE))
}

/// Looks for likely growth in any window, of means or floors.
fn likely_growth(windows: &[JudgedWindow], history: &History, criteria: &Criteria<'_>) -> Option<FoundGrowth> {
    let whole = windows.first()?;
    for (index, window) in windows.iter().enumerate() {
        for j in [Some(window.means()), window.floors()].into_iter().flatten() {
            let is_novel = index == 0 || exceeds_past(whole.blocks(), window.begin(), j.level);
            if is_novel && (j.tests.proven || j.tests.likely) && meets(criteria, j, j.rate.rate, history) {
                return Some(FoundGrowth { judgement: j.clone(), relative_growth: None, newest_only: index > 0 });
            }
        }
    }
    None
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
fn seconds_since_stop(whole: &JudgedWindow, history: &History, criteria: &Criteria<'_>) -> Option<f64> {
    if !whole.means().tests.slowing {
        return None;
    }
    let n = whole.blocks().len();
    for kept in [n - n / 4, n / 2] {
        if kept < MIN_BLOCKS {
            break;
        }
        let then = whole.judge_first(kept)?;
        let was_leaking = then.tests.proven && meets(criteria, &then, then.rate.best_low, history);
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
        let criteria =
            Criteria { threshold: &|_| 0.05, min_observation, min_rise: 8.0, other_memory: 0.0, past_start_up: false };
        judge_series(&history, UNIT, &criteria)
    }

    #[test]
    fn growth_on_a_working_set_is_a_leak_with_its_rate() {
        let leak = judged(400, 0.0, |t| 10_000.0 + 2.0 * t);
        assert_eq!((leak.status, leak.withheld, leak.newest_only), (Status::Leaking, None, false));
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
        let criteria = Criteria {
            threshold: &|_| 0.05,
            min_observation: 0.0,
            min_rise: 8.0,
            other_memory: 0.0,
            past_start_up: false,
        };
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
