//! The same watch over a recording: rows instead of ticks.

use std::io;
use std::sync::Arc;

use crate::event::{Event, EventSink, Notice, Tick};
use crate::model::{ProcessKey, ProcessLabel, StartTime, Timestamp};
use crate::source::recording::{RecordedSeries, Recording, RecordingError, TimeAxis};

use super::batch::Batch;
use super::watch::Watch;

/// Rows between two reports of progress.
const PROGRESS_EVERY: u64 = 4096;

/// What a recording came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayOutcome {
    /// Samples that were analysed.
    pub rows: u64,
    /// Time of the first and of the last of them.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// Why a replay ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayFailure {
    /// The recording cannot be used; what came before the fault has been judged.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// A sink could not take an event.
    #[error(transparent)]
    Sink(#[from] io::Error),
}

/// Runs a recording through the watch. `source` is its name as it was given; `progress` is called now and then.
///
/// # Errors
/// When the recording cannot be read on, or a sink fails.
pub fn replay(
    source: &str,
    recording: &mut Recording,
    watch: &mut Watch,
    sink: &mut dyn EventSink,
    progress: &mut dyn FnMut(&Recording) -> bool,
) -> Result<ReplayOutcome, ReplayFailure> {
    watch.begin_recording();
    let mut outcome = ReplayOutcome { rows: 0, span: None };
    let read = rows(source, recording, watch, sink, progress, &mut outcome);
    if let Some((_, last)) = outcome.span {
        watch.conclude(last, sink)?;
        notices(source, recording, last, sink)?;
        let tick = Tick { number: outcome.rows, at: last, late_s: 0.0, host: None };
        sink.on_event(Event::Ticked(&tick, watch.targets()))?;
    }
    read.map(|()| outcome)
}

fn rows(
    source: &str,
    recording: &mut Recording,
    watch: &mut Watch,
    sink: &mut dyn EventSink,
    progress: &mut dyn FnMut(&Recording) -> bool,
    outcome: &mut ReplayOutcome,
) -> Result<(), ReplayFailure> {
    // Series are numbered in the order of their first rows.
    let mut targets: Vec<usize> = Vec::new();
    // Who wants every sample wants them in the order of time.
    let mut batch = (!sink.wants_samples()).then(Batch::default);
    let read = loop {
        let row = match recording.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        let at = row.sample.at;
        if row.series.0 == targets.len() {
            let series = recording.series(row.series);
            targets.push(watch.open(identity(series), label(series), Some(source.to_owned()), None, at, sink)?);
        }
        let index = targets[row.series.0];
        if row.program_changed {
            if let Some(batch) = &mut batch {
                batch.hand_on(watch, sink)?;
            }
            watch.runs_another(index, &label(recording.series(row.series)), at, sink)?;
        }
        match &mut batch {
            None => watch.observe(index, &row.sample, &[], sink)?,
            Some(batch) => {
                batch.push(index, row.sample);
                if batch.is_full(targets.len()) {
                    batch.hand_on(watch, sink)?;
                }
            }
        }
        let (first, last) = outcome.span.unwrap_or((at, at));
        outcome.span = Some((first.min(at), last.max(at)));
        outcome.rows += 1;
        if outcome.rows.is_multiple_of(PROGRESS_EVERY) && !progress(recording) {
            break Ok(());
        }
    };
    batch.map_or(Ok(()), |mut batch| batch.hand_on(watch, sink))?;
    Ok(read?)
}

/// Only our own recordings tell when a process started.
fn identity(series: &RecordedSeries) -> Option<ProcessKey> {
    series.pid.map(|pid| ProcessKey { pid, start: StartTime(series.start.unwrap_or(0)) })
}

fn label(series: &RecordedSeries) -> Arc<ProcessLabel> {
    let name = series.group.as_deref().or(series.name.as_deref()).unwrap_or("series");
    // The apostrophe that keeps a spreadsheet from taking a name for a formula is not part of the name.
    let name = match name.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => name,
    };
    ProcessLabel { name: name.to_owned(), ..ProcessLabel::default() }.into()
}

fn notices(source: &str, recording: &Recording, at: Timestamp, sink: &mut dyn EventSink) -> io::Result<()> {
    let found = recording.skipped_rows();
    for (count, first) in &found.faults {
        let notice = Notice::RowsSkipped(source.to_owned(), *count, first.to_string());
        sink.on_event(Event::Notice(at, &notice))?;
    }
    let mut say = |text: &str| sink.on_event(Event::Notice(at, &Notice::Recording(source.to_owned(), text.to_owned())));
    if found.torn_end {
        say("the last line was cut off in the middle and left out")?;
    }
    if recording.time_axis() == TimeAxis::WorkUnits {
        say(
            "no times are read from it: each line counts as one unit of work, and one second; '(?<time>...)' or --time-column names them",
        )?;
    }
    Ok(())
}
