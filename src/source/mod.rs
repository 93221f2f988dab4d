//! Sources of readings: `/proc`, the portable `sysinfo` source, and recordings.
//!
//! A [`ProcessSource`] reads processes that run now. A [`recording`] holds its own times and is read as a stream of
//! rows. Both feed the same analysis.

#[cfg(target_os = "linux")]
pub mod linux;
mod own_process;
mod pid_file;
mod portable;
mod process_source;
mod read_error;
pub mod recording;
mod selector;
mod text_file;
mod users;
pub mod work;

#[cfg(target_os = "linux")]
pub use linux::LinuxSource;
pub use own_process::{host_name, own_peak_rss_bytes};
pub use pid_file::{PidFileError, read_pid_file};
pub use portable::PortableSource;
pub use process_source::{
    CgroupReading, DeniedCounter, Depth, ExactMemory, MatchedProcess, OptionalCounters, ProcessLimits, ProcessReading,
    ProcessSource,
};
pub use read_error::ReadError;
pub use selector::Selector;
pub use text_file::read_text_file;
pub use users::{find_user_id, find_user_name};
