//! Feed of the rows of a recording: read in a thread of its own while the rows before are judged.

use std::sync::mpsc;
use std::thread;

use crate::source::recording::{RecordedSeries, Recording, RecordingError, Row};
use crate::units::Axis;

/// Rows that are read before they are handed over: a quarter of a MiB.
const CHUNK_ROWS: usize = 2048;
/// Chunks that wait between reading and judging: reading goes on while a batch of many targets is judged.
const WAITING: usize = 16;

/// Rows that were read, in the order of the recording.
pub(super) struct Chunk {
    pub rows: Vec<Row>,
    /// Series that begin in the chunk, in their order.
    pub opened: Vec<RecordedSeries>,
    /// Series with the label of another program, one for each row that changes it.
    pub relabelled: Vec<RecordedSeries>,
    /// Axis of the rows.
    pub axis: Axis,
    /// True if another program wrote the recording.
    pub is_foreign: bool,
    /// Result of the reading; `None` if more rows follow.
    pub end: Option<Result<(), RecordingError>>,
}

/// Hands all rows of a recording to `consume`, which ends the feed by returning false. With `jobs` above 1 a thread reads
/// ahead.
///
/// # Errors
/// Returns the errors of `consume`.
pub(super) fn feed<E>(
    recording: &mut Recording,
    jobs: usize,
    mut consume: impl FnMut(Chunk) -> Result<bool, E>,
) -> Result<(), E> {
    if jobs < 2 {
        let mut known = 0;
        loop {
            let chunk = read_chunk(recording, &mut known);
            let is_last = chunk.end.is_some();
            if !consume(chunk)? || is_last {
                return Ok(());
            }
        }
    }
    thread::scope(|scope| {
        let (sender, chunks) = mpsc::sync_channel(WAITING);
        scope.spawn(move || {
            let mut known = 0;
            loop {
                let chunk = read_chunk(recording, &mut known);
                let is_last = chunk.end.is_some();
                // A closed channel is the end of the feed.
                if sender.send(chunk).is_err() || is_last {
                    return;
                }
            }
        });
        for chunk in chunks {
            if !consume(chunk)? {
                break;
            }
        }
        Ok(())
    })
}

/// Reads the next rows. `known` is the number of series before.
fn read_chunk(recording: &mut Recording, known: &mut usize) -> Chunk {
    let mut chunk = Chunk {
        rows: Vec::with_capacity(CHUNK_ROWS),
        opened: Vec::new(),
        relabelled: Vec::new(),
        axis: Axis::Time,
        is_foreign: recording.is_foreign(),
        end: None,
    };
    while chunk.rows.len() < CHUNK_ROWS {
        let row = match recording.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => {
                chunk.end = Some(Ok(()));
                break;
            }
            Err(error) => {
                chunk.end = Some(Err(error));
                break;
            }
        };
        if row.series.0 == *known {
            *known += 1;
            chunk.opened.push(recording.series(row.series).clone());
        }
        if row.program_changed {
            chunk.relabelled.push(recording.series(row.series).clone());
        }
        chunk.rows.push(row);
    }
    chunk.axis = recording.axis();
    chunk
}
