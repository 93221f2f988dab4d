//! The page count before a process is judged leaking. The cheap counters may be off, and freed pages
//! (`MADV_FREE`, madvise(2)) count until the kernel takes them.

use crate::analysis::{Assessment, Reason, Resource, Rule, Status, Unit};
use crate::model::Timestamp;
use crate::source::{ExactMemory, ReadError};
use crate::units::Bytes;

/// Time after which a refuting count is repeated, in seconds.
const REPEAT_AFTER_S: f64 = 600.0;

/// Page count of one process.
#[derive(Debug, Clone, Default)]
pub(super) enum PageCount {
    /// No verdict has needed it.
    #[default]
    NotNeeded,
    /// The assessment is held back until the pages are counted.
    Awaited(Box<Assessment>),
    /// The count confirmed the leak, or is not available.
    Settled(Box<Reason>),
    /// The count refuted the leak.
    Refuted(Box<Reason>, Timestamp),
}

impl PageCount {
    /// Drops a held-back assessment that a later one replaced.
    pub(super) fn withdraw(&mut self) {
        if matches!(self, Self::Awaited(_)) {
            *self = Self::NotNeeded;
        }
    }

    /// Applies an earlier count to an assessment of a leak. Returns true if the assessment must wait for a new count.
    pub(super) fn hold(&mut self, assessment: &mut Assessment, at: Timestamp) -> bool {
        let verdict = &mut assessment.verdict;
        match self {
            Self::Settled(reason) => {
                verdict.reasons.push((**reason).clone());
                return false;
            }
            Self::Refuted(reason, since) if at.seconds_since(*since) < REPEAT_AFTER_S => {
                verdict.status = Status::Suspect;
                verdict.reasons.push((**reason).clone());
                return false;
            }
            _ => {}
        }
        *self = Self::Awaited(Box::new(assessment.clone()));
        true
    }

    /// Takes the count, or the reason for which there is none. Returns the assessment that was held back for it.
    pub(super) fn settle(&mut self, count: Result<ExactMemory, String>, at: Timestamp) -> Option<Assessment> {
        let Self::Awaited(mut assessment) = std::mem::take(self) else { return None };
        let (reason, is_refuted) = compare(&assessment, count, at);
        assessment.verdict.reasons.push(reason.clone());
        *self = if is_refuted {
            assessment.verdict.status = Status::Suspect;
            Self::Refuted(Box::new(reason), at)
        } else {
            Self::Settled(Box::new(reason))
        };
        Some(*assessment)
    }
}

/// Returns the reason for which an expensive read failed, in words.
pub(in crate::session) fn failure_reason(error: &ReadError) -> String {
    match error {
        ReadError::Gone => "the process has exited".to_owned(),
        ReadError::Denied { right } => format!("{right} is missing"),
        other => other.to_string(),
    }
}

/// Compares the count with the counters. It refutes the leak if less than half of the growth is there.
fn compare(assessment: &Assessment, count: Result<ExactMemory, String>, at: Timestamp) -> (Reason, bool) {
    let level = assessment.resources.iter().find(|known| known.resource == Resource::Memory).map(|known| known.level);
    let first = level.and_then(|level| level.first()).unwrap_or(0);
    let last = level.and_then(|level| level.last()).unwrap_or(0);
    match count {
        Ok(count) => {
            let held = count.anonymous.saturating_sub(count.lazy_free).saturating_add(count.swap);
            let is_refuted = held < first + last.saturating_sub(first) / 2;
            let freed = match count.lazy_free {
                0 => String::new(),
                bytes => format!(", {} freed but not yet reclaimed", Bytes(bytes)),
            };
            let verb = if is_refuted { "refutes the leak" } else { "confirms the leak" };
            // The count is done once: later readings stand beside it, so the text has its time.
            let text = format!(
                "page count {verb}: {} in use at {} UTC{freed}, counters show {}",
                Bytes(held),
                at.time_of_day(),
                Bytes(last)
            );
            (reason(!is_refuted, Some(held), last, text), is_refuted)
        }
        Err(why) => (reason(false, None, last, format!("no page count: {why}")), false),
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
fn reason(for_leak: bool, held: Option<u64>, last: u64, text: String) -> Reason {
    Reason {
        rule: Rule::Exactness,
        for_leak,
        value: held.map(|bytes| bytes as f64),
        // Without a count there is nothing to compare with.
        threshold: held.map(|_| last as f64),
        unit: Unit::Bytes,
        span_s: 0.0,
        wording: text.into(),
    }
}
