//! Identity and samples of a process.

use crate::event;
use crate::model::{ProcessKey, Sample};
use crate::schema;

/// Returns the pid of a process.
pub(in crate::report) fn pid(key: Option<ProcessKey>) -> Option<u32> {
    key.map(|key| key.pid.0)
}

/// Returns the start time of a process. Recordings of other programs have none.
pub(in crate::report) fn start_ticks(key: Option<ProcessKey>) -> Option<u64> {
    key.map(|key| key.start.0).filter(|&start| start > 0)
}

/// Returns a sample as a line of a stream.
pub(in crate::report) fn sample_line(target: &event::Target, sample: &Sample) -> schema::SampleLine {
    schema::SampleLine {
        timestamp: sample.at.to_string(),
        pid: pid(target.key),
        name: target.label.name.clone(),
        counters: schema::CounterValues(sample.reading),
        start_ticks: start_ticks(target.key),
        program: target.key.map(|_| target.program),
    }
}
