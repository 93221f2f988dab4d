//! Starts this executable once more, to behave in a known way.

use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;

use super::Behaviour;

/// How long a process takes to get what it holds from its start.
const START: Duration = Duration::from_millis(300);

/// A process of known behaviour. It ends with this value, and by itself when leakwatch is killed.
#[derive(Debug)]
pub struct DemoProcess {
    process: std::process::Child,
}

impl DemoProcess {
    /// Starts the process.
    ///
    /// # Errors
    /// When this executable cannot be found or started.
    pub fn start(behaviour: Behaviour) -> io::Result<Self> {
        let name = behaviour.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let process = Command::new(std::env::current_exe()?)
            .args(["behave", &name])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        // What it holds from its start is not growth to be shown.
        std::thread::sleep(START);
        Ok(Self { process })
    }

    /// Its process number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for DemoProcess {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left running.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
