//! One series and what is found in it: windows of several lengths, judged now and an eighth earlier.

use std::cell::OnceCell;

use super::evidence::Status;
use super::history::{Block, History};
use super::judgement::{Channel, Judgement, LIKELY, judge};
use super::materiality::Materiality;
use super::maturity::{LEAST, required_samples};
use super::window::Window;

/// Blocks a window must have to be judged: below, the autocorrelation of its errors is not known well enough.
pub(super) const LEAST_BLOCKS: usize = 48;
/// Samples of a series that never changed before it is called stable: a process may only just be waiting.
const LEAST_CONSTANT: u64 = 24;
/// Windows judged: the whole past, its newest half and quarter. Shorter ones see rises of every rhythm, and cost
/// false alarms that grow with the length of the watch.
const WINDOWS: usize = 3;
/// Part of a window whose loss must not change the verdict: it has to hold twice, an eighth of the window apart.
const EARLIER: usize = 8;
/// A window that is not the whole past must end above what came before it, by this part of its range (the second to
/// the 98th per cent): else the rise may be one that came and went before.
const NOVEL: f64 = 0.5;
/// Cycles of a rhythm that a window must cover to be heard beside it.
const CYCLES: f64 = 2.5;

/// Growth over the window must be at least this part of the level, and of all that came in since the first sample:
/// after their start services creep for a while, by a few per cent of what the start brought in.
const RISE_OF_LEVEL: f64 = 0.02;
const RISE_OF_START: f64 = 0.1;

/// What a verdict is held against.
pub(super) struct Bar<'a> {
    /// The practical threshold at a level, per second.
    pub threshold: &'a dyn Fn(f64) -> f64,
    /// How long a series must be seen before `leaking` may be said, in seconds.
    pub min_observation: f64,
    /// Growth over the window below this is never a leak, whatever its rate, in the unit of the series.
    pub least_rise: f64,
    /// What the process holds beside this series.
    pub beside: f64,
    /// Whether the process is known to be past its start.
    pub past_start: bool,
}

impl Bar<'_> {
    /// Whether a rate is above the threshold at `level`, and what it brought in is more than an allocator's whim and
    /// more than the last of a start from `first`.
    fn is_passed(&self, rate: f64, rise: f64, level: f64, first: f64) -> bool {
        let least = self.least_rise.max(RISE_OF_LEVEL * level).max(RISE_OF_START * (level - first));
        rate > (self.threshold)(level) && rise > least
    }
}

/// What was found in one series.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub status: Status,
    /// The window that decided; `None` when there was too little.
    pub judgement: Option<Judgement>,
    /// Whether that window is only the newest part of the past.
    pub suffix: bool,
    /// The size of the growth, where that was the proof.
    pub materiality: Option<Materiality>,
    /// The level at the end.
    pub level: f64,
    /// The threshold at that level.
    pub threshold: f64,
    /// Share of the level that came in while it was watched.
    pub share: f64,
    /// Samples needed for that share.
    pub required: f64,
    /// Samples of this series.
    pub samples: u64,
    /// Of a series that never moved: the smallest rate that would have moved it by its unit, and how long it was seen, in
    /// seconds.
    pub unmoved: Option<(f64, f64)>,
    /// What kept growth that is proved from being called a leak.
    pub held_back: Option<HeldBack>,
    /// How long ago, in seconds, growth that would have been called a leak has stopped.
    pub stopped: Option<f64>,
}

/// Why proved growth is not called a leak yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeldBack {
    /// The window is shorter than the least observation.
    Observation,
    /// Most of the level came in while it was watched.
    StartUp,
    /// There are not enough samples for two looks.
    TooFew,
    /// Only part of the tests agree, or only at one of the two looks.
    Persistence,
}

/// One window, judged as far as it is asked.
struct Look {
    blocks: Vec<Block>,
    unit: f64,
    threshold: f64,
    means: Judgement,
    floors: OnceCell<Option<Judgement>>,
}

impl Look {
    fn at(blocks: Vec<Block>, unit: f64, threshold: f64, channel: Channel) -> Option<Self> {
        (blocks.len() >= LEAST_BLOCKS).then_some(())?;
        let means = judge(&Window::means(&blocks), unit, threshold, channel)?;
        Some(Self { blocks, unit, threshold, means, floors: OnceCell::new() })
    }

    fn begin(&self) -> f32 {
        self.blocks[0].at
    }

    fn floors(&self) -> Option<&Judgement> {
        let merged = Window::merged(self.blocks.len());
        let judged = || judge(&Window::floors(&self.blocks, merged), self.unit, self.threshold, Channel::Floors);
        self.floors.get_or_init(judged).as_ref()
    }

    /// The blocks that were there an eighth of the window ago.
    fn earlier(&self) -> Option<&[Block]> {
        let left = self.blocks.len() - self.blocks.len() / EARLIER;
        (left >= LEAST_BLOCKS).then(|| &self.blocks[..left])
    }

    /// Growth that is proved at one of the two looks and holds at the other, in the first channel that shows it.
    fn lasting(&self, wanted: impl Fn(&Judgement) -> bool) -> Option<&Judgement> {
        let earlier = self.earlier()?;
        let lasts = |now: &Judgement, then: &Window| {
            now.kept
                && wanted(now)
                && judge(then, self.unit, self.threshold, now.channel)
                    .is_some_and(|then| then.kept && (now.proved || then.proved))
        };
        if lasts(&self.means, &Window::means(earlier)) {
            return Some(&self.means);
        }
        let merged = Window::merged(self.blocks.len());
        self.floors().filter(|now| lasts(now, &Window::floors(earlier, merged)))
    }

    /// Whether this longer window speaks against a shorter one of `span` seconds: it settles, or has a rhythm of which
    /// the shorter one sees less than two and a half cycles.
    fn silences(&self, span: f64) -> bool {
        let means = &self.means;
        means.slowing || (means.deviate < LIKELY && means.rhythm.is_some_and(|(cycle, _)| cycle * CYCLES > span))
    }
}

/// What is found in a series whose smallest step is `unit`.
pub(super) fn examine(history: &History, unit: f64, bar: &Bar<'_>) -> Finding {
    let looks = looks(history, unit, (bar.threshold)(history.first()));
    let mut finding = begin(history, unit, bar, looks.first());
    let Some(life) = looks.first() else { return finding };

    let old = bar.past_start || history.samples() as f64 >= finding.required;
    let mut growing: Option<Found> = None;
    for (index, look) in looks.iter().enumerate() {
        let suffix = index > 0;
        let wanted = |j: &Judgement| {
            j.low > 0.0
                && bar.is_passed(j.proof, j.rate * j.span, history.first() + j.level, history.first())
                && (!suffix || ends_above(&life.blocks, look.begin(), j.level))
        };
        let mut found = look.lasting(wanted).map(|j| Found { judgement: j.clone(), materiality: None, suffix });
        if found.is_none() && !suffix && !life.means.slowing {
            found = material(life, history.first() + bar.beside, bar);
        }
        let Some(found) = found else { continue };
        finding.held_back = if found.judgement.span < bar.min_observation {
            Some(HeldBack::Observation)
        } else {
            (!old).then_some(HeldBack::StartUp)
        };
        growing = Some(found);
        if finding.held_back.is_none() {
            finding.status = Status::Leaking;
            break;
        }
    }
    if growing.is_none() && !life.means.slowing {
        growing = likely(&looks, history, bar);
        // Only who could be looked at twice was found wanting: with fewer samples a leak must not pass for a suspect.
        let why = if is_short(history) { HeldBack::TooFew } else { HeldBack::Persistence };
        finding.held_back = growing.as_ref().map(|_| why);
    }
    match growing {
        Some(found) => {
            finding.status = finding.status.max(Status::Suspect);
            finding.suffix = found.suffix;
            finding.materiality = found.materiality;
            finding.level = history.first() + found.judgement.level;
            finding.threshold = (bar.threshold)(finding.level);
            finding.judgement = Some(found.judgement);
        }
        None => finding.stopped = stopped(life, history, bar),
    }
    finding
}

/// The windows to judge, the longest first: a shorter one only while no longer one speaks against it, and when it may
/// end above what was there before it.
fn looks(history: &History, unit: f64, threshold: f64) -> Vec<Look> {
    let mut looks: Vec<Look> = Vec::with_capacity(WINDOWS);
    for tier in (0..history.tiers()).rev().take(WINDOWS) {
        let blocks = history.window(tier);
        if let Some(life) = looks.first() {
            let span = Window::means(&blocks).span();
            let newest = &blocks[blocks.len() - blocks.len() / EARLIER..];
            let top = newest.iter().map(|b| b.mean).fold(f32::NEG_INFINITY, f32::max);
            if looks.iter().any(|longer| longer.silences(span))
                || !ends_above(&life.blocks, blocks[0].at, f64::from(top))
            {
                break;
            }
        }
        let channel = if looks.is_empty() { Channel::Means } else { Channel::Newest };
        match Look::at(blocks, unit, threshold, channel) {
            Some(look) => looks.push(look),
            None => break,
        }
    }
    looks
}

struct Found {
    judgement: Judgement,
    materiality: Option<Materiality>,
    suffix: bool,
}

/// The finding before growth is looked for: what the whole past says.
fn begin(history: &History, unit: f64, bar: &Bar<'_>, life: Option<&Look>) -> Finding {
    let mut finding = Finding {
        status: Status::InsufficientData,
        judgement: life.map(|l| l.means.clone()),
        suffix: false,
        materiality: None,
        level: history.first() + life.map_or(0.0, |l| l.means.level),
        threshold: 0.0,
        share: 0.0,
        required: 0.0,
        samples: history.samples(),
        unmoved: None,
        held_back: None,
        stopped: None,
    };
    finding.threshold = (bar.threshold)(finding.level);
    finding.share = 1.0 - (history.first() + bar.beside) / (finding.level + bar.beside).max(f64::MIN_POSITIVE);
    finding.required = required_samples(finding.share, life.map_or(0.0, |l| l.means.lead));
    if history.tiers() == 0 && history.samples() >= LEAST_CONSTANT && history.observed() > 0.0 {
        let resolved = unit / history.observed();
        finding.unmoved = Some((resolved, history.observed()));
        if resolved < finding.threshold {
            finding.status = Status::Stable;
        }
    }
    if let Some(means) = life.map(|l| &l.means) {
        finding.status = if means.high < finding.threshold {
            Status::Stable
        } else if means.slowing && !is_short(history) {
            Status::WarmingUp
        } else {
            Status::InsufficientData
        };
    }
    finding
}

/// Whether there are fewer samples than every verdict on growth needs.
fn is_short(history: &History) -> bool {
    (history.samples() as f64) < LEAST
}

/// Growth by its size, at both looks at the whole past.
fn material(life: &Look, base: f64, bar: &Bar<'_>) -> Option<Found> {
    let merged = Window::merged(life.blocks.len());
    let measure = |blocks: &[Block]| {
        let floors = Window::floors(blocks, merged);
        let middle = floors.values[floors.len() / 2];
        Materiality::of(&floors, (base + middle).max(f64::MIN_POSITIVE))
    };
    let now = measure(&life.blocks)?;
    measure(life.earlier()?)?;
    let mut judgement = life.floors()?.clone();
    (judgement.rate, judgement.low, judgement.high, judgement.proof) = (now.rate, now.low, now.high, now.low);
    (now.low > (bar.threshold)(base + judgement.level)).then_some(Found {
        judgement,
        materiality: Some(now),
        suffix: false,
    })
}

/// Growth that is likely in any window and channel.
fn likely(looks: &[Look], history: &History, bar: &Bar<'_>) -> Option<Found> {
    let life = looks.first()?;
    for (index, look) in looks.iter().enumerate() {
        for j in [Some(&look.means), look.floors()].into_iter().flatten() {
            let novel = index == 0 || ends_above(&life.blocks, look.begin(), j.level);
            if novel
                && (j.proved || j.likely)
                && bar.is_passed(j.rate, j.rate * j.span, history.first() + j.level, history.first())
            {
                return Some(Found { judgement: j.clone(), materiality: None, suffix: index > 0 });
            }
        }
    }
    None
}

/// Whether `level` is above what the past before `begin` has seen.
fn ends_above(life: &[Block], begin: f32, level: f64) -> bool {
    let mut past: Vec<f32> = life.iter().filter(|b| b.at < begin).map(|b| b.mean).collect();
    if past.is_empty() {
        return true;
    }
    let last = past.len() - 1;
    let mut quantile = |at: usize| f64::from(*past.select_nth_unstable_by(at, f32::total_cmp).1);
    let (low, high) = (quantile(last / 50), quantile(last - last / 50));
    level > high + NOVEL * (high - low)
}

/// How long ago growth has stopped that would have been called a leak while it lasted: the whole past less its newest
/// quarter, or half, is judged again.
fn stopped(life: &Look, history: &History, bar: &Bar<'_>) -> Option<f64> {
    if !life.means.slowing {
        return None;
    }
    let n = life.blocks.len();
    for kept in [n - n / 4, n / 2] {
        if kept < LEAST_BLOCKS {
            break;
        }
        let then = judge(&Window::means(&life.blocks[..kept]), life.unit, life.threshold, Channel::Means)?;
        let proved = then.proved
            && bar.is_passed(then.proof, then.rate * then.span, history.first() + then.level, history.first());
        if proved && then.span >= bar.min_observation {
            return Some(history.observed() - f64::from(life.blocks[kept - 1].at));
        }
    }
    None
}
