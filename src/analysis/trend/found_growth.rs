//! Growth found in one window.

use super::judged_window::JudgedWindow;
use super::judgement::Judgement;
use super::relative_growth::RelativeGrowth;

/// Growth found in one window.
#[derive(Debug, Clone)]
pub(crate) struct FoundGrowth {
    pub judgement: Judgement,
    /// The growth by the level, where that was the proof.
    pub relative_growth: Option<RelativeGrowth>,
    /// True if the window is only the newest part of the past.
    pub newest_only: bool,
    /// Evenness of the floors or means of the window, whichever is more even.
    pub evenness: f64,
}

impl FoundGrowth {
    /// Returns growth with its own judgement as the proof.
    pub fn new(judgement: &Judgement, window: &JudgedWindow, newest_only: bool) -> Self {
        Self { judgement: judgement.clone(), relative_growth: None, newest_only, evenness: window.evenness() }
    }
}
