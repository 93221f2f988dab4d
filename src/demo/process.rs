//! Child process of known behaviour.

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;

use super::behaviour::Behaviour;

/// Time that a process needs to allocate its constant memory.
const START_TIME: Duration = Duration::from_millis(300);

/// Child process of known behaviour. Dropping the value kills it; it exits by itself if leakwatch is killed.
#[derive(Debug)]
pub struct DemoProcess {
    process: std::process::Child,
}

impl DemoProcess {
    /// Starts the process.
    ///
    /// # Errors
    /// Returns an error if this executable cannot be found or started.
    pub fn start(behaviour: Behaviour) -> io::Result<Self> {
        let name = behaviour.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let process = Command::new(std::env::current_exe()?)
            .args(["behave", &name])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // The constant memory must not show as growth.
        std::thread::sleep(START_TIME);
        Ok(Self { process })
    }

    /// Returns the process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for DemoProcess {
    fn drop(&mut self) {
        // Errors mean that it has exited already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
