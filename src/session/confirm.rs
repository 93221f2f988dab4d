//! Before a process is called leaking, its pages are counted once: the cheap counters may be off, and pages that were
//! given back count until the kernel takes them.

use std::io;

use crate::analysis::{Assessment, Reason, Resource, Rule, Status, Unit};
use crate::event::{Event, EventSink, TargetKind};
use crate::model::Timestamp;
use crate::source::{ExactMemory, ReadError};
use crate::units::Bytes;

use super::watch::Watch;

/// A count that refuted a leak is repeated after this time, in seconds.
const AGAIN_S: f64 = 600.0;

/// What the exact count of one process has said.
#[derive(Debug, Clone, Default)]
pub(super) enum Exactness {
    /// Nobody has called it leaking.
    #[default]
    Unasked,
    /// It would be called leaking: the count is awaited.
    Awaited(Box<Assessment>),
    /// The count bears it out, or cannot be had.
    Settled(Box<Reason>),
    /// The memory is not there.
    Refuted(Box<Reason>, Timestamp),
}

impl Watch {
    /// Whether a new assessment has to wait for the exact count. Adds what an earlier count said.
    pub(super) fn awaits_count(&mut self, index: usize, assessment: &mut Assessment, at: Timestamp) -> bool {
        let target = &self.targets[index];
        let verdict = &mut assessment.verdict;
        let accused = verdict.status == Status::Leaking && verdict.resource == Some(Resource::Memory);
        if !self.confirms || !accused || target.kind != TargetKind::Process {
            // What awaits a count is no longer said.
            let exactness = &mut self.series[index].exactness;
            if matches!(exactness, Exactness::Awaited(_)) {
                *exactness = Exactness::Unasked;
            }
            return false;
        }
        match &self.series[index].exactness {
            Exactness::Settled(reason) => {
                verdict.reasons.push((**reason).clone());
                return false;
            }
            Exactness::Refuted(reason, since) if at.seconds_since(*since) < AGAIN_S => {
                verdict.status = Status::Suspect;
                verdict.reasons.push((**reason).clone());
                return false;
            }
            _ => {}
        }
        self.series[index].exactness = Exactness::Awaited(Box::new(assessment.clone()));
        if !self.awaiting.contains(&index) {
            self.awaiting.push(index);
        }
        true
    }

    /// Targets whose exact count is awaited.
    pub(super) fn awaiting(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.awaiting)
    }

    /// Still to be counted, at another tick.
    pub(super) fn await_again(&mut self, index: usize) {
        self.awaiting.push(index);
    }

    /// Takes the exact count of a target, or why there is none; what was held back is said now.
    pub(super) fn counted(
        &mut self,
        index: usize,
        count: Result<ExactMemory, String>,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let series = &mut self.series[index];
        let Exactness::Awaited(mut assessment) = std::mem::take(&mut series.exactness) else { return Ok(()) };
        let (reason, refuted) = weigh(&assessment, count, at);
        assessment.verdict.reasons.push(reason.clone());
        series.exactness = if refuted {
            assessment.verdict.status = Status::Suspect;
            Exactness::Refuted(Box::new(reason), at)
        } else {
            Exactness::Settled(Box::new(reason))
        };
        self.publish(index, *assessment, at, sink)
    }

    /// An assessment becomes what is known of its target.
    pub(super) fn publish(
        &mut self,
        index: usize,
        assessment: Assessment,
        at: Timestamp,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let mut assessment = assessment;
        assessment.shrink();
        let target = &mut self.targets[index];
        let before = std::mem::replace(&mut target.assessment, assessment).verdict.status;
        if before != target.assessment.verdict.status {
            sink.on_event(Event::VerdictChanged(target, at))?;
        }
        self.find(index, at);
        self.attribute(index);
        Ok(())
    }
}

/// Why there is no count, in words.
pub(super) fn why_not(error: &ReadError) -> String {
    match error {
        ReadError::Gone => "the process has ended".to_owned(),
        ReadError::Denied { right } => format!("{right} is missing"),
        other => other.to_string(),
    }
}

/// What the count says of the accusation, and whether it refutes it: less than half of the growth is there.
fn weigh(assessment: &Assessment, count: Result<ExactMemory, String>, at: Timestamp) -> (Reason, bool) {
    let level = assessment.resources.iter().find(|known| known.resource == Resource::Memory).map(|known| known.level);
    let first = level.and_then(|level| level.first()).unwrap_or(0);
    let last = level.and_then(|level| level.last()).unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    let reason = |for_leak: bool, value: Option<u64>, text: String| Reason {
        rule: Rule::Exactness,
        for_leak,
        value: value.map(|bytes| bytes as f64),
        threshold: Some(last as f64),
        unit: Unit::Bytes,
        span_s: 0.0,
        wording: text.into(),
    };
    match count {
        Ok(count) => {
            let held = count.anonymous.saturating_sub(count.lazy_free).saturating_add(count.swap);
            let refuted = held < first + last.saturating_sub(first) / 2;
            let freed = match count.lazy_free {
                0 => String::new(),
                bytes => format!(", {} more are given back already", Bytes(bytes)),
            };
            let verb = if refuted { "does not bear this out" } else { "confirms it" };
            // It is done once: later readings stand beside it.
            let text = format!(
                "counting page by page {verb}: {} in use at {} UTC{freed}, the counters said {}",
                Bytes(held),
                at.time_of_day(),
                Bytes(last)
            );
            (reason(!refuted, Some(held), text), refuted)
        }
        Err(why) => (reason(false, None, format!("not confirmed page by page: {why}")), false),
    }
}
