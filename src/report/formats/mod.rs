//! Formats of reports and streams, one file a format.

mod event_lines;
mod github;
mod html;
mod junit;
mod markdown;
mod openmetrics;
mod sample_csv;
mod stream_sink;
mod write;

pub use event_lines::EventJsonl;
pub use github::{annotations, github_outputs};
pub use markdown::markdown;
pub use sample_csv::SampleCsv;
pub use stream_sink::StreamSink;
pub use write::write_document;
