//! One series and what is found in it: windows of several lengths, judged now and an eighth earlier.

use super::evidence::Status;
use super::history::{Block, History};
use super::judgement::{Channel, Judgement, LIKELY, judge};
use super::materiality::Materiality;
use super::maturity::required_samples;
use super::window::Window;

/// Blocks a window must have to be judged: below, the autocorrelation of its errors is not known well enough.
const LEAST_BLOCKS: usize = 48;
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

/// What a verdict is held against.
pub(super) struct Bar<'a> {
    /// The practical threshold at a level, per second.
    pub threshold: &'a dyn Fn(f64) -> f64,
    /// How long a series must be seen before `leaking` may be said, in seconds.
    pub min_observation: f64,
    /// What the process holds beside this series.
    pub beside: f64,
    /// Whether the process is known to be past its start.
    pub past_start: bool,
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
    /// Only part of the tests agree, or only at one of the two looks.
    Persistence,
}

/// One window, judged with all of its blocks and without the newest eighth.
struct Look {
    begin: f32,
    blocks: Vec<Block>,
    now: [Judgement; 2],
    earlier: [Judgement; 2],
}

impl Look {
    fn at(blocks: Vec<Block>, unit: f64) -> Option<Self> {
        let merged = Window::merged(blocks.len());
        let both = |blocks: &[Block]| -> Option<[Judgement; 2]> {
            (blocks.len() >= LEAST_BLOCKS).then_some(())?;
            Some([
                judge(&Window::means(blocks), unit, Channel::Means)?,
                judge(&Window::floors(blocks, merged), unit, Channel::Floors)?,
            ])
        };
        let now = both(&blocks)?;
        let earlier = both(&blocks[..blocks.len() - blocks.len() / EARLIER])?;
        Some(Self { begin: blocks[0].at, blocks, now, earlier })
    }

    fn means(&self) -> &Judgement {
        &self.now[0]
    }

    /// Growth that is proved at one of the two looks and holds at the other.
    fn lasting(&self) -> impl Iterator<Item = &Judgement> {
        self.now.iter().zip(&self.earlier).filter(|(n, e)| n.kept && e.kept && (n.proved || e.proved)).map(|(n, _)| n)
    }

    /// Whether this longer window speaks against a shorter one of `span` seconds: it settles, or has a rhythm of which
    /// the shorter one sees less than two and a half cycles.
    fn silences(&self, span: f64) -> bool {
        let means = self.means();
        means.slowing || (means.deviate < LIKELY && means.rhythm.is_some_and(|(cycle, _)| cycle * CYCLES > span))
    }
}

/// What is found in a series whose smallest step is `unit`.
pub(super) fn examine(history: &History, unit: f64, bar: &Bar<'_>) -> Finding {
    let tiers = history.tiers();
    let mut looks: Vec<Look> = Vec::with_capacity(WINDOWS);
    for tier in (0..tiers).rev().take(WINDOWS) {
        match Look::at(history.window(tier), unit) {
            Some(look) => looks.push(look),
            None => break,
        }
    }
    let mut finding = begin(history, unit, bar, looks.first());
    let Some(life) = looks.first() else { return finding };

    let old = bar.past_start || history.samples() as f64 >= finding.required;
    let mut growing: Option<Found> = None;
    for (index, look) in looks.iter().enumerate() {
        if looks[..index].iter().any(|longer| longer.silences(look.means().span)) {
            break;
        }
        let suffix = index > 0;
        let novel = |j: &Judgement| !suffix || ends_above(&life.blocks, look.begin, j.level);
        let above = |j: &&Judgement| novel(j) && j.proof > (bar.threshold)(history.first() + j.level);
        let mut found: Vec<Found> =
            look.lasting().filter(above).map(|j| Found { judgement: j.clone(), materiality: None, suffix }).collect();
        if found.is_empty() && !suffix && !life.means().slowing {
            found.extend(material(life, history.first() + bar.beside, bar));
        }
        if let Some(first) = found.into_iter().next() {
            let held_back = if first.judgement.span < bar.min_observation {
                Some(HeldBack::Observation)
            } else {
                (!old).then_some(HeldBack::StartUp)
            };
            finding.held_back = held_back;
            growing = Some(first);
            if held_back.is_none() {
                finding.status = Status::Leaking;
                break;
            }
        }
    }
    if growing.is_none() && !life.means().slowing {
        growing = likely(&looks, history, bar);
        finding.held_back = growing.as_ref().map(|_| HeldBack::Persistence);
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
        None => finding.stopped = stopped(life, unit, history, bar),
    }
    finding
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
        judgement: life.map(|l| l.means().clone()),
        suffix: false,
        materiality: None,
        level: history.first() + life.map_or(0.0, |l| l.means().level),
        threshold: 0.0,
        share: 0.0,
        required: 0.0,
        held_back: None,
        stopped: None,
    };
    finding.threshold = (bar.threshold)(finding.level);
    finding.share = 1.0 - (history.first() + bar.beside) / (finding.level + bar.beside).max(f64::MIN_POSITIVE);
    finding.required = required_samples(finding.share, life.map_or(0.0, |l| l.means().lead));
    if history.tiers() == 0 && history.samples() > 1 && unit / history.observed() < finding.threshold {
        finding.status = Status::Stable;
    }
    if let Some(means) = life.map(Look::means) {
        finding.status = if means.high < finding.threshold {
            Status::Stable
        } else if means.slowing {
            Status::WarmingUp
        } else {
            Status::InsufficientData
        };
    }
    finding
}

/// Growth by its size, at both looks at the whole past.
fn material(life: &Look, base: f64, bar: &Bar<'_>) -> Option<Found> {
    let merged = Window::merged(life.blocks.len());
    let measure = |blocks: &[Block]| {
        let floors = Window::floors(blocks, merged);
        let middle = floors.values[floors.len() / 2];
        Materiality::of(&floors, (base + middle).max(f64::MIN_POSITIVE)).filter(Materiality::found)
    };
    let now = measure(&life.blocks)?;
    measure(&life.blocks[..life.blocks.len() - life.blocks.len() / EARLIER])?;
    let mut judgement = life.now[1].clone();
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
        for j in &look.now {
            let novel = index == 0 || ends_above(&life.blocks, look.begin, j.level);
            if novel && (j.proved || j.likely) && j.rate > (bar.threshold)(history.first() + j.level) {
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
    past.sort_unstable_by(f32::total_cmp);
    let last = past.len() - 1;
    let (low, high) = (f64::from(past[last / 50]), f64::from(past[last - last / 50]));
    level > high + NOVEL * (high - low)
}

/// How long ago growth has stopped that would have been called a leak while it lasted: the whole past less its newest
/// quarter, or half, is judged again.
fn stopped(life: &Look, unit: f64, history: &History, bar: &Bar<'_>) -> Option<f64> {
    if !life.means().slowing {
        return None;
    }
    let n = life.blocks.len();
    for kept in [n - n / 4, n / 2] {
        if kept < LEAST_BLOCKS {
            break;
        }
        let then = judge(&Window::means(&life.blocks[..kept]), unit, Channel::Means)?;
        let proved = then.proved && then.proof > (bar.threshold)(history.first() + then.level);
        if proved && then.span >= bar.min_observation {
            return Some(history.observed() - f64::from(life.blocks[kept - 1].at));
        }
    }
    None
}
