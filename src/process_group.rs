//! Commands that run beside the sampling, each in a process group of its own: what one has started is ended with it.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The group of the one command of a kind that runs, for whoever ends leakwatch at once.
#[derive(Debug)]
pub struct ProcessGroup {
    /// Emptied before the number can be used again.
    running: Mutex<Option<u32>>,
}

impl ProcessGroup {
    /// No command runs.
    #[expect(clippy::new_without_default, reason = "made for a static")]
    #[must_use]
    pub const fn new() -> Self {
        Self { running: Mutex::new(None) }
    }

    fn running(&self) -> MutexGuard<'_, Option<u32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a command in a group of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, command: &mut Command) -> io::Result<Child> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut running = self.running();
        let child = command.spawn()?;
        *running = Some(child.id());
        Ok(child)
    }

    /// The status of a command that has ended; its number is free from then on.
    ///
    /// # Errors
    /// When it cannot be asked for.
    pub fn status(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let mut running = self.running();
        let status = child.try_wait()?;
        if status.is_some() {
            *running = None;
        }
        Ok(status)
    }

    /// Takes note that no command runs any more.
    pub fn forget(&self) {
        *self.running() = None;
    }

    /// Ends a command and what it has started.
    pub fn end(&self, child: &mut Child) {
        self.forget();
        kill(child.id());
        drop(child.kill());
        drop(child.wait());
    }

    /// Kills the command that runs, with what it has started: leakwatch ends at once.
    pub fn kill(&self) {
        if let Some(id) = self.running().take() {
            kill(id);
        }
    }
}

#[cfg(unix)]
fn kill(id: u32) {
    if let Some(group) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_id: u32) {}
