//! Processes of known behaviour for `demo` and `selftest`: this executable, started once more.

mod behaviour;
mod process;

pub use behaviour::{Behaviour, run_behaviour};
pub use process::DemoProcess;
