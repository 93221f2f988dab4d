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
mod words;

use super::format::RecordingFormat;

pub(super) use log_advice::not_recognised;
pub(super) use text::TextLog;

/// Formats that the content reveals. Of equally confident ones the first wins.
pub(super) const FORMATS: &[&dyn RecordingFormat] = &[
    &gc::GcLog,
    &status::ProcStatus,
    &dotnet::DotnetCounters,
    &processes::Sar,
    &processes::Pidstat,
    &processes::Top,
    &processes::Cgtop,
    &windows::GetProcess,
    &windows::Tasklist,
    &pmap::Pmap,
    &host::Meminfo,
    &host::Vmstat,
    &containers::DockerStats,
    &containers::KubectlTop,
    &free::Free,
    &profilers::Psrecord,
    &profilers::Mprof,
    &profilers::Jstat,
    &influx::Influx,
    &markdown::MarkdownTable,
    &document::JsonDocument,
    &json::JsonLines,
    &csv::Csv,
    &numbers::Numbers,
    &processes::Ps,
    &log::LogLines,
];
