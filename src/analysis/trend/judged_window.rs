//! One window, judged now and an eighth of its length earlier.

use std::cell::OnceCell;

use crate::analysis::history::Block;
use crate::analysis::window::Window;

use super::evenness::evenness;
use super::judge_window::judge_window;
use super::judgement::{JudgedValues, Judgement, LIKELY};

/// Fewest blocks of a judged window: with fewer the autocorrelation of its errors is not known well enough.
pub(crate) const MIN_BLOCKS: usize = 48;
/// The newest of this many parts of a window decides nothing alone: a verdict holds twice, an eighth of the window apart.
pub(crate) const EARLIER_PART: usize = 8;
/// Cycles that a shorter window must cover to count beside a longer one that shows the cycle.
const MIN_CYCLES: f64 = 2.5;

/// One window with its judgements.
pub(crate) struct JudgedWindow {
    blocks: Vec<Block>,
    unit: f64,
    threshold: f64,
    means: Judgement,
    floors: OnceCell<Option<Judgement>>,
}

impl JudgedWindow {
    /// Judges the means of a window; `None` when it is too short.
    pub fn new(blocks: Vec<Block>, unit: f64, threshold: f64, judged: JudgedValues) -> Option<Self> {
        (blocks.len() >= MIN_BLOCKS).then_some(())?;
        let means = judge_window(&Window::means(&blocks), unit, threshold, judged)?;
        Some(Self { blocks, unit, threshold, means, floors: OnceCell::new() })
    }

    /// Returns the blocks of the window.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Returns the time of the first block.
    pub fn begin(&self) -> f32 {
        self.blocks[0].at
    }

    /// Returns the judgement of the means.
    pub fn means(&self) -> &Judgement {
        &self.means
    }

    /// Returns the judgement of the floors, made at the first call.
    pub fn floors(&self) -> Option<&Judgement> {
        self.floors
            .get_or_init(|| {
                judge_window(&self.floors_of(&self.blocks), self.unit, self.threshold, JudgedValues::Floors)
            })
            .as_ref()
    }

    /// Returns the floors of some blocks, at the size that the floors of the whole window have.
    pub fn floors_of(&self, blocks: &[Block]) -> Window {
        Window::floors(blocks, Window::blocks_per_floor(self.blocks.len()))
    }

    /// Returns the evenness of floors or means, whichever is more even; -1 where neither rises.
    pub fn evenness(&self) -> f64 {
        let means = evenness(&Window::means(&self.blocks)).unwrap_or(-1.0);
        evenness(&self.floors_of(&self.blocks)).unwrap_or(-1.0).max(means)
    }

    /// Returns the blocks that existed an eighth of the window ago.
    pub fn earlier_blocks(&self) -> Option<&[Block]> {
        let left = self.blocks.len() - self.blocks.len() / EARLIER_PART;
        (left >= MIN_BLOCKS).then(|| &self.blocks[..left])
    }

    /// Judges the means of the first `blocks` blocks.
    pub fn judge_first(&self, blocks: usize) -> Option<Judgement> {
        judge_window(&Window::means(&self.blocks[..blocks]), self.unit, self.threshold, JudgedValues::AllMeans)
    }

    /// Returns the first judgement, of means or floors, that meets `condition` and is confirmed an eighth earlier.
    pub fn confirmed(&self, condition: impl Fn(&Judgement) -> bool) -> Option<&Judgement> {
        let earlier = self.earlier_blocks()?;
        let means = &self.means;
        if means.tests.sustained && condition(means) && self.is_confirmed(means, &Window::means(earlier)) {
            return Some(means);
        }
        let floors = self.floors().filter(|now| now.tests.sustained && condition(now));
        floors.filter(|now| self.is_confirmed(now, &self.floors_of(earlier)))
    }

    /// True if growth that holds now held earlier, and is proven at one of both times.
    fn is_confirmed(&self, now: &Judgement, earlier: &Window) -> bool {
        judge_window(earlier, self.unit, self.threshold, now.values)
            .is_some_and(|then| then.tests.sustained && (now.tests.proven || then.tests.proven))
    }

    /// True if the growth of `now` was sustained an eighth of the window ago.
    pub fn was_sustained(&self, now: &Judgement) -> bool {
        let Some(earlier) = self.earlier_blocks() else { return false };
        let then = match now.values {
            JudgedValues::Floors => self.floors_of(earlier),
            JudgedValues::AllMeans | JudgedValues::NewestMeans => Window::means(earlier),
        };
        judge_window(&then, self.unit, self.threshold, now.values).is_some_and(|then| then.tests.sustained)
    }

    /// True if this longer window speaks against a shorter one of `span` seconds.
    ///
    /// It slows down, or it has a cycle that the shorter one covers fewer than two and a half times.
    pub fn overrules(&self, span: f64) -> bool {
        let means = &self.means;
        means.tests.slowing
            || (means.tests.deviate < LIKELY && means.cycle.is_some_and(|cycle| cycle.period_s * MIN_CYCLES > span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(value: impl Fn(f32) -> f32) -> Option<JudgedWindow> {
        let block = |i: u16| {
            let (at, noise) = (f32::from(i), f32::from(i.wrapping_mul(40_503) >> 8) / 64.0);
            Block { at, mean: value(at) + noise, low: value(at) }
        };
        JudgedWindow::new((0..100).map(block).collect(), 0.1, 0.01, JudgedValues::AllMeans)
    }

    #[test]
    fn steady_growth_is_confirmed() {
        let line = judged(|t| t).expect("a judgement");
        assert!(line.confirmed(|j| j.rate.low > 0.0).is_some_and(|j| (j.rate.rate - 1.0).abs() < 0.05));
        assert!(line.confirmed(|_| false).is_none());
        assert!(!line.overrules(10.0));
    }

    #[test]
    fn growth_of_the_newest_eighth_is_not_confirmed() {
        let late = judged(|t| 10.0 * (t - 90.0).max(0.0)).expect("a judgement");
        assert!(late.confirmed(|_| true).is_none());
    }

    #[test]
    fn a_cycle_overrules_windows_that_see_one_rise_of_it() {
        let wave = judged(|t| 50.0 * (t / 40.0 * std::f32::consts::TAU).sin()).expect("a judgement");
        assert!(wave.overrules(50.0) && !wave.overrules(150.0), "{:?}", wave.means().cycle);
    }

    #[test]
    fn a_short_window_is_not_judged() {
        let blocks = |n: u8| (0..n).map(|i| Block { at: f32::from(i), mean: f32::from(i), low: 0.0 }).collect();
        assert!(JudgedWindow::new(blocks(47), 0.1, 0.01, JudgedValues::AllMeans).is_none());
        let least = JudgedWindow::new(blocks(48), 0.1, 0.01, JudgedValues::AllMeans).expect("a judgement");
        assert!(least.earlier_blocks().is_none(), "an eighth less is too short");
    }
}
