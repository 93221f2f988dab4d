//! Reports: `build` turns events and the outcome into the types of `schema`, `formats` writes them, `output` opens files.

mod build;
mod document;
mod formats;
mod output;
mod output_format;

pub use build::{Ending, Recorder, alert_message, allowance, end_line, thresholds, work};
pub use document::Document;
pub use formats::{EventJsonl, SampleCsv, StreamSink, annotations, github_outputs, markdown, write_document};
pub use output::{EarlierRecording, NamedStream, Output, OutputError, append, has_folder, real_path};
pub use output_format::OutputFormat;
