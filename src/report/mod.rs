//! Reports: the recorder collects events, the formats write files.

mod case;
mod alert_message;
mod convert;
mod convert_attribution;
mod convert_thresholds;
mod csv_samples;
mod document;
mod github;
mod html;
mod jsonl;
mod junit;
mod markdown;
mod openmetrics;
mod output;
mod recorder;

pub use alert_message::alert_message;
pub use convert_thresholds::{allowance, thresholds, work};
pub use csv_samples::SampleCsv;
pub use document::Document;
pub use github::{annotations, outputs as github_outputs};
pub use jsonl::EventJsonl;
pub use markdown::markdown;
pub use output::{Earlier, NamedStream, Output, OutputError, OutputFormat, append, has_folder, real_path};
pub use recorder::{Ending, Recorder};
