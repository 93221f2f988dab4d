//! The replay driver: feeds the rows of a recording to the targets.

use std::io;
use std::sync::Arc;

use crate::analysis::Status;
use crate::event::{Event, EventSink, Notice, Tick};
use crate::model::{Pid, ProcessKey, ProcessLabel, StartTime, Timestamp};
use crate::source::recording::{RecordedSeries, Recording, RecordingError, SeriesIndex};
use crate::units::{Axis, Span, WorkUnit};

use super::row_batch::RowBatch;
use super::row_feed::{self, Chunk};
use super::rules::MinObservation;
use super::targets::TargetSet;

/// Largest number of series whose restarts are noticed.
const NAMED_RESTARTS: usize = 3;
/// Notice about the rules for a recording of leakwatch. A watch without a known length asks for other evidence.
const JUDGED_AS_RUN: &str =
    "judged as a run of known length; a watch without --duration judges otherwise: --min-observation 1h repeats it";

/// Summary of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplaySummary {
    /// Number of samples.
    pub rows: u64,
    /// Time of the first and of the last sample.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// Reason for the early end of a replay.
#[derive(Debug, thiserror::Error)]
pub enum ReplayFailure {
    /// The recording cannot be read on. The rows before the fault were judged.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A sink failed.
    #[error(transparent)]
    Sink(#[from] io::Error),
}

/// Feeds a recording to the targets. `source` is its name as the user gave it. `progress` is called now and then, and ends
/// the replay by returning false. With `jobs` above 1 a thread reads ahead.
///
/// # Errors
/// If the recording cannot be read on, or a sink fails.
pub fn replay(
    source: &str,
    recording: &mut Recording,
    targets: &mut TargetSet,
    sink: &mut dyn EventSink,
    jobs: usize,
    progress: &mut dyn FnMut() -> bool,
) -> Result<ReplaySummary, ReplayFailure> {
    targets.begin_recording();
    let batch = (!sink.wants_samples()).then(RowBatch::default);
    let mut feed = Feed { indexes: Vec::new(), batch, summary: ReplaySummary { rows: 0, span: None } };
    let mut read = Ok(());
    let mut fed = row_feed::feed(recording, jobs, |mut chunk| {
        if let Some(end) = chunk.end.take() {
            read = end;
        }
        feed.take(source, chunk, targets, sink)?;
        Ok::<bool, io::Error>(progress())
    });
    if fed.is_ok()
        && let Some(mut batch) = feed.batch.take()
    {
        fed = batch.flush(targets, sink);
    }
    let summary = feed.summary;
    if let Some((_, last)) = summary.span {
        targets.judge_all(last, sink).and(targets.close_all(last, sink))?;
        send_notices(source, recording, last, sink)?;
        send_restarts(source, targets, last, sink)?;
        if is_of_leakwatch(recording) && targets.rules().min_observation == MinObservation::FifthOfRecording {
            send(source, JUDGED_AS_RUN, last, sink)?;
        }
        let tick = Tick { number: summary.rows, at: last, late_s: 0.0, host: None };
        sink.on_event(Event::Ticked(&tick, targets.targets()))?;
    }
    fed?;
    read?;
    Ok(summary)
}

/// Targets of the series of a recording, and the rows that wait for them.
struct Feed {
    /// Index of the target of each series, which are numbered in the order of their first rows.
    indexes: Vec<usize>,
    /// Rows of many targets; `None` if a sink uses samples, which it needs in the order of time.
    batch: Option<RowBatch>,
    summary: ReplaySummary,
}

impl Feed {
    /// Feeds one chunk to the targets.
    fn take(
        &mut self,
        source: &str,
        chunk: Chunk,
        targets: &mut TargetSet,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        if self.summary.rows == 0 {
            targets.describe_recording(chunk.axis, chunk.is_foreign);
        }
        let (mut opened, mut relabelled) = (chunk.opened.into_iter(), chunk.relabelled.into_iter());
        for row in chunk.rows {
            let at = row.sample.at;
            if row.series.0 == self.indexes.len()
                && let Some(series) = opened.next()
            {
                self.indexes.push(open(&series, source, at, targets, sink)?);
            }
            let index = self.indexes[row.series.0];
            if (row.program_changed || row.restarted)
                && let Some(batch) = &mut self.batch
            {
                batch.flush(targets, sink)?;
            }
            if row.program_changed
                && let Some(series) = relabelled.next()
            {
                targets.change_program(index, &label(&series), at, sink)?;
            }
            if row.restarted {
                targets.cut(index, at, sink)?;
            }
            match &mut self.batch {
                None => targets.observe(index, &row.sample, &[], sink)?,
                Some(batch) => {
                    batch.push(index, row.sample);
                    if batch.is_full(self.indexes.len()) {
                        batch.flush(targets, sink)?;
                    }
                }
            }
            let (first, last) = self.summary.span.unwrap_or((at, at));
            self.summary.span = Some((first.min(at), last.max(at)));
            self.summary.rows += 1;
        }
        Ok(())
    }
}

/// Opens the target of a series.
fn open(
    series: &RecordedSeries,
    source: &str,
    at: Timestamp,
    targets: &mut TargetSet,
    sink: &mut dyn EventSink,
) -> io::Result<usize> {
    let index = targets.open(identity(series), label(series), Some(source.to_owned()), None, at, sink)?;
    if may_restart(series) {
        targets.allow_restarts(index, series.names_restarts);
    }
    if let Some(limit_bytes) = series.limit_bytes {
        targets.set_recorded_limit(index, limit_bytes);
    }
    Ok(index)
}

/// True if a series may have one process after the other in it. A start time identifies one process. So does a pid, but for
/// that of the first process of a container.
fn may_restart(series: &RecordedSeries) -> bool {
    series.names_restarts || (series.start.is_none() && series.pid.is_none_or(|pid| pid == Pid(1)))
}

/// Returns the identity of the process of a series. Only recordings of leakwatch contain the start time.
fn identity(series: &RecordedSeries) -> Option<ProcessKey> {
    series.pid.map(|pid| ProcessKey { pid, start: StartTime(series.start.unwrap_or(0)) })
}

/// Returns the label of a series.
fn label(series: &RecordedSeries) -> Arc<ProcessLabel> {
    // A foreign table may have the command alone.
    let program = series.cmdline.as_deref().and_then(|cmdline| cmdline.split_whitespace().next()?.rsplit('/').next());
    let name = series.group.as_deref().or(series.name.as_deref()).or(program).unwrap_or("series");
    // Own recordings put an apostrophe before names that a spreadsheet would take for a formula.
    let name = match name.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => name,
    };
    let cmdline = series.cmdline.clone().unwrap_or_default();
    ProcessLabel { name: name.to_owned(), cmdline, uid: None }.into()
}

/// Sends notices about skipped rows and an assumed time axis.
fn send_notices(source: &str, recording: &Recording, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
    let found = recording.skipped_rows();
    if let Some(sentence) = recording.recognised() {
        sink.on_event(Event::Notice(at, &Notice::Recognised(source.to_owned(), sentence)))?;
    }
    for (count, first) in &found.faults {
        let notice = Notice::RowsSkipped(source.to_owned(), *count, first.to_string());
        sink.on_event(Event::Notice(at, &notice))?;
    }
    if found.torn_end {
        send(source, "the last line is incomplete and was skipped", at, sink)?;
    }
    if let Some(jump) = recording.clock_jump_s() {
        let text = format!("the clock was set forward by {}; times continue from before", Span(jump));
        send(source, &text, at, sink)?;
    }
    if recording.axis() == Axis::Work(WorkUnit::READING) {
        let text = "no times: growth is per reading; name the times with --time-column or '(?<time>...)'";
        send(source, text, at, sink)?;
    }
    Ok(())
}

/// True if leakwatch wrote the recording: only its own have start times of processes.
fn is_of_leakwatch(recording: &Recording) -> bool {
    recording.series_count() > 0 && recording.series(SeriesIndex(0)).start.is_some()
}

/// Sends a notice about each of the first series that restarted. The reasons of a suspected one name its restarts.
fn send_restarts(source: &str, targets: &TargetSet, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
    let own = targets.targets().iter().filter(|target| target.source.as_deref() == Some(source));
    let calm = own.filter(|target| target.assessment.verdict.status < Status::Suspect);
    let restarted =
        calm.filter_map(|target| Some((target, target.lives_within().filter(|lives| lives.are_notable())?)));
    for (target, lives) in restarted.take(NAMED_RESTARTS) {
        send(source, &format!("{} {}", target.label.title(), lives.sentence()), at, sink)?;
    }
    Ok(())
}

/// Sends one notice about a recording.
fn send(source: &str, text: &str, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
    sink.on_event(Event::Notice(at, &Notice::Recording(source.to_owned(), text.to_owned())))
}
