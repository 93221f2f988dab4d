//! Formats of recordings, one file each.

mod containers;
mod csv;
mod dialect;
mod document;
mod dotnet;
mod free;
mod gc;
mod json;
mod log;
mod markdown;
mod numbers;
mod objects;
mod phrase;
mod processes;
mod profilers;
mod status;
mod text;
mod words;

use super::format::RecordingFormat;

pub(super) use text::TextLog;

/// Formats that the content reveals. Of equally confident ones the first wins.
pub(super) const FORMATS: &[&dyn RecordingFormat] = &[
    &gc::GcLog,
    &status::ProcStatus,
    &dotnet::DotnetCounters,
    &processes::Sar,
    &processes::Pidstat,
    &processes::Top,
    &containers::DockerStats,
    &containers::KubectlTop,
    &free::Free,
    &profilers::Psrecord,
    &profilers::Mprof,
    &profilers::Jstat,
    &markdown::MarkdownTable,
    &document::JsonDocument,
    &json::JsonLines,
    &csv::Csv,
    &numbers::Numbers,
    &processes::Ps,
    &log::LogLines,
];
