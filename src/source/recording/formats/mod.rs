//! Formats of recordings, one file each.

mod containers;
mod csv;
mod dialect;
mod document;
mod dotnet;
mod free;
mod gc;
mod host;
mod influx;
mod json;
mod leading_time;
mod log;
mod log_advice;
mod markdown;
mod numbers;
mod objects;
mod phrase;
mod pmap;
mod processes;
mod profilers;
mod status;
mod tags;
mod text;
mod windows;
mod word_table;
mod words;

use super::format::RecordingFormat;

pub(super) use log_advice::not_recognised;
pub(super) use text::TextLog;

/// Formats that the content reveals. Of equally confident ones the first wins.
pub(super) const FORMATS: &[&dyn RecordingFormat] = &[
    &gc::GcLog,
    &status::ProcStatus,
    &dotnet::DotnetCounters,
    &processes::SAR,
    &processes::PIDSTAT,
    &processes::TOP,
    &processes::CGTOP,
    &windows::GET_PROCESS,
    &windows::Tasklist,
    &pmap::Pmap,
    &host::Meminfo,
    &host::Vmstat,
    &containers::DOCKER_STATS,
    &containers::KubectlTop,
    &free::Free,
    &profilers::PSRECORD,
    &profilers::Mprof,
    &profilers::JSTAT,
    &influx::Influx,
    &markdown::MarkdownTable,
    &document::JsonDocument,
    &json::JsonLines,
    &csv::Csv,
    &numbers::Numbers,
    &processes::PS,
    &log::LogLines,
];
