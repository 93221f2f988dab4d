//! Turns what happened into files: the recorder collects, exporters write.

mod convert;
mod convert_gate;
mod csv_samples;
mod document;
mod html;
mod jsonl;
mod output;
mod recorder;

pub use convert::status;
pub use convert_gate::gate;
pub use csv_samples::SampleCsv;
pub use document::Document;
pub use jsonl::EventJsonl;
pub use output::{NamedStream, Output, OutputError, OutputFormat, real_path};
pub use recorder::{Ending, Recorder};
