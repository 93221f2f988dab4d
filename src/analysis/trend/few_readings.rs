//! Judgement of few readings: 8 to 55 values that lie far apart, or that count units of work.
//!
//! Curves need more values. The order of the values decides instead, by the exact distribution of Kendall's rank trend;
//! where readings have a rhythm, their floors must rise as well.

use crate::analysis::history::History;
use crate::analysis::stats::{
    MannKendall, exact_p_of_rise, mann_kendall, median_slope, residuals, sen_slope, standard_deviation, upper_median,
    variance_inflation,
};
use crate::analysis::status::Status;
use crate::analysis::window::Window;

use super::criteria::Criteria;
use super::evenness::{MIN_EVENNESS, evenness};
use super::judgement::{JudgedValues, Judgement, MeanGrowth};
use super::start_up::{MIN_SAMPLES, is_past_any_start};

/// Fewest readings that the exact test can decide: in random order, eight rise throughout once in 40,320 times.
pub(crate) const MIN_READINGS: f64 = 8.0;
/// Least time between readings, in seconds: values of a start or of one request are no readings of days.
const MIN_PAUSE_S: f64 = 300.0;
/// Largest chance of a random order for `leaking`, and for `suspect`.
pub(crate) const PROVEN_P: f64 = 1e-3;
const LIKELY_P: f64 = 0.02;
/// The same for the floors, and the fewest readings that have floors of two.
const FLOORS_P: f64 = 0.02;
const MIN_FOR_FLOORS: usize = 10;
/// Largest chance for fewer readings, which have no floors.
const PROVEN_P_WITHOUT_FLOORS: f64 = 1e-4;
/// Least growth as a part of the level at the start.
const MIN_RISE: f64 = 0.15;
/// Least part of the overall slope that the later half must keep: a fill slows down.
const MIN_LATER_PART: f64 = 0.5;
/// Largest part of the growth that comes in one step.
const MAX_STEP: f64 = 0.6;
/// Least growth in standard deviations around the line: steps and fills stay below it.
const MIN_DEVIATIONS: f64 = 6.0;
/// Largest growth that the interval allows a stable series without times, as a part of the level at the start.
const MAX_STABLE_RISE: f64 = 0.1;

/// Judgement of few readings.
#[derive(Debug, Clone)]
pub(crate) struct FewReadings {
    pub status: Status,
    pub judgement: Judgement,
    /// Chance of such a rise in a random order.
    pub p: f64,
    /// Kendall's tau of the readings against their order.
    pub tau: f64,
    /// Readings above the one before, and all that have one before.
    pub rising: usize,
    pub steps: usize,
    /// Further readings that would prove the growth at its present regularity; `None` when it is proven or no growth.
    pub needed: Option<usize>,
}

impl FewReadings {
    /// True if further readings would decide.
    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Suspect | Status::InsufficientData)
    }

    /// Judges the readings of a series; `None` where they are too few, too many for it, or too close in time.
    pub fn judge(history: &History, criteria: &Criteria) -> Option<Self> {
        let blocks = history.window(0);
        #[expect(clippy::cast_precision_loss, reason = "some dozen readings")]
        let count = history.samples() as f64;
        let is_whole = history.samples() == blocks.len() as u64;
        if !is_whole || !(MIN_READINGS..MIN_SAMPLES).contains(&count) || !are_apart(history, criteria) {
            return None;
        }
        let readings = Readings::new(Window::means(&blocks), history.first() + criteria.other_memory)?;
        let (p, is_proven) = readings.test();
        let is_large = readings.slope.low > 0.0 && readings.is_large(criteria.min_rise);
        let is_old = criteria.untimed || is_past_any_start(history.observed());
        let status = if is_large && is_proven && is_old && readings.goes_on() {
            Status::Leaking
        } else if is_large && p <= LIKELY_P {
            Status::Suspect
        } else if p > LIKELY_P && readings.slope.high < readings.bound_of_stable(history, criteria) {
            Status::Stable
        } else {
            Status::InsufficientData
        };
        let values = &readings.window.values;
        Some(Self {
            status,
            p,
            tau: readings.trend.tau,
            rising: values.windows(2).filter(|pair| pair[1] > pair[0]).count(),
            steps: values.len() - 1,
            needed: (status != Status::Leaking && readings.trend.s > 0.0)
                .then(|| needed(values.len(), readings.trend.tau))
                .flatten(),
            judgement: readings.judgement(is_proven, p),
        })
    }
}

/// True if the samples of a series are readings that lie far apart, or count units of work.
pub(crate) fn are_apart(history: &History, criteria: &Criteria) -> bool {
    criteria.untimed || history.pause() >= MIN_PAUSE_S
}

/// The readings of one series with their slope.
struct Readings {
    window: Window,
    trend: MannKendall,
    slope: Slope,
    /// Level at the start of the line, of the whole process.
    start: f64,
    /// Standard deviation around the line.
    spread: f64,
}

#[derive(Clone, Copy)]
struct Slope {
    rate: f64,
    low: f64,
    high: f64,
}

impl Readings {
    fn new(window: Window, base: f64) -> Option<Self> {
        let (t, v) = (window.at.as_slice(), window.values.as_slice());
        let trend = mann_kendall(v);
        let rate = median_slope(t, v);
        let rest = residuals(t, v, rate);
        let interval = sen_slope(t, v, 1.96, variance_inflation(&rest))?;
        let slope = Slope { rate: interval.slope, low: interval.low, high: interval.high };
        let start = base + upper_median(&rest) + rate * t[0];
        Some(Self { trend, slope, start: start.max(1.0), spread: standard_deviation(&rest), window })
    }

    /// Returns the p value of the rise, and true if it proves growth of readings and floors.
    fn test(&self) -> (f64, bool) {
        let v = self.window.values.as_slice();
        let p = exact_p_of_rise(v.len(), &self.trend);
        if v.len() < MIN_FOR_FLOORS {
            return (p, p <= PROVEN_P_WITHOUT_FLOORS);
        }
        let floors: Vec<f64> =
            v[v.len() % 2..].chunks(2).map(|pair| pair.iter().copied().fold(f64::INFINITY, f64::min)).collect();
        (p, p <= PROVEN_P && exact_p_of_rise(floors.len(), &mann_kendall(&floors)) <= FLOORS_P)
    }

    fn rise(&self) -> f64 {
        self.slope.rate * self.window.span()
    }

    /// Returns the rate that the interval of a stable series stays below.
    fn bound_of_stable(&self, history: &History, criteria: &Criteria) -> f64 {
        let span = self.window.span();
        if criteria.untimed {
            MAX_STABLE_RISE * self.start / span
        } else {
            criteria.threshold_over(span, history.first())
        }
    }

    /// True if the growth is more than allocators and noise move.
    fn is_large(&self, min_rise: f64) -> bool {
        self.rise() > min_rise.max(MIN_RISE * self.start) && self.rise() > MIN_DEVIATIONS * self.spread
    }

    /// True if growth goes on to the end in parts of similar size: neither a fill nor one step.
    fn goes_on(&self) -> bool {
        let (t, v) = (self.window.at.as_slice(), self.window.values.as_slice());
        let half = v.len() / 2;
        let later = median_slope(&t[half..], &v[half..]);
        let largest_step = v.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        later >= MIN_LATER_PART * self.slope.rate
            && largest_step <= MAX_STEP * self.rise()
            && evenness(&self.window).is_some_and(|even| even >= MIN_EVENNESS)
    }

    /// Returns the judgement in the form that curves give.
    fn judgement(&self, is_proven: bool, p: f64) -> Judgement {
        let span = self.window.span();
        let level = self.window.values[self.window.len() - 1];
        let mut j = Judgement::flat(JudgedValues::AllMeans, span, level, 0.0);
        let Slope { rate, low, high } = self.slope;
        (j.rate.rate, j.rate.low, j.rate.high, j.rate.best_low) = (rate, low, high, low);
        j.rate.mean = MeanGrowth { rate, low, high };
        j.rate.detectable = (high - low) / 2.0;
        (j.tests.proven, j.tests.likely, j.tests.sustained) = (is_proven, p <= LIKELY_P, p <= LIKELY_P);
        (j.best.grows, j.best.spread) = (is_proven, self.spread);
        j
    }
}

/// Returns the readings beyond `n` that prove growth of this rank correlation.
fn needed(n: usize, tau: f64) -> Option<usize> {
    #[expect(clippy::cast_precision_loss, reason = "some dozen readings")]
    let proves = |m: &usize| {
        let pairs = (m * (m - 1) / 2) as f64;
        exact_p_of_rise(*m, &MannKendall { s: (tau * pairs).floor(), variance: 0.0, tau }) <= PROVEN_P
    };
    (n.max(MIN_FOR_FLOORS)..=3 * MIN_FOR_FLOORS).find(proves).map(|m| m - n).filter(|more| *more > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: f64 = 1e6;

    fn judged(values: &[f64], pause: f64, untimed: bool) -> Option<FewReadings> {
        let mut history = History::default();
        for (at, value) in (0_u32..).zip(values) {
            history.push(pause * f64::from(at), value * MB);
        }
        let criteria = Criteria { min_rise: 1_048_576.0, untimed, ..Criteria::fixed(3.0 * MB / 3600.0) };
        FewReadings::judge(&history, &criteria)
    }

    /// Memory of a queue worker after each of its jobs, in MB.
    const BY_JOB: [f64; 20] = [
        1160.0, 1135.0, 1109.0, 1010.0, 1180.0, 1306.0, 1200.0, 1350.0, 1485.0, 1390.0, 1540.0, 1690.0, 1600.0, 1720.0,
        1844.0, 1740.0, 1860.0, 1984.0, 1950.0, 2157.0,
    ];

    #[test]
    fn a_queue_worker_is_judged_by_20_jobs() {
        let worker = judged(&BY_JOB, 1.0, true).expect("a judgement");
        assert_eq!(worker.status, Status::Leaking);
        assert!(worker.p < 1e-6 && (worker.rising, worker.steps) == (11, 19), "{worker:?}");
        assert!((50.0 * MB..70.0 * MB).contains(&worker.judgement.rate.rate), "{:?}", worker.judgement.rate);
    }

    #[test]
    fn readings_close_in_time_are_not_judged() {
        assert!(judged(&BY_JOB, 10.0, false).is_none());
        assert!(judged(&BY_JOB, 7200.0, false).is_some_and(|apart| apart.status == Status::Leaking));
        let within_a_day = judged(&BY_JOB, 3600.0, false).expect("a judgement");
        assert_eq!(within_a_day.status, Status::Suspect, "a day's rhythm is not ruled out");
        assert!(judged(&BY_JOB[..7], 3600.0, false).is_none());
    }

    #[test]
    fn a_fill_and_a_step_are_no_leaks() {
        let fill: Vec<f64> = (0..20).map(|i| 1000.0 + 900.0 * (1.0 - (-f64::from(i) / 4.0).exp())).collect();
        assert_ne!(judged(&fill, 3600.0, false).expect("a judgement").status, Status::Leaking);
        let step: Vec<f64> = (0..20).map(|i| if i < 10 { 1000.0 } else { 1900.0 } + f64::from(i)).collect();
        assert_ne!(judged(&step, 3600.0, false).expect("a judgement").status, Status::Leaking);
    }

    #[test]
    fn a_flat_series_is_stable() {
        let flat: Vec<f64> = (0..30_u32).map(|i| 1000.0 + f64::from(i * 7919 % 31)).collect();
        assert_eq!(judged(&flat, 3600.0, false).expect("a judgement").status, Status::Stable);
    }

    #[test]
    fn likely_growth_says_how_many_readings_it_needs() {
        let few = [1000.0, 1100.0, 1050.0, 1230.0, 1190.0, 1330.0, 1300.0, 1420.0, 1390.0];
        let likely = judged(&few, 3600.0, false).expect("a judgement");
        assert_eq!(likely.status, Status::Suspect, "{likely:?}");
        assert!(likely.needed.is_some_and(|more| more <= 6), "{likely:?}");
    }
}
