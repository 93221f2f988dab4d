//! Process groups of helper commands: a command is killed together with every process it started.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Process group of the single running command of one kind (work counter, alert delivery).
///
/// Lives in a static, so that a signal handler's thread can kill the group when leakwatch exits at once.
#[derive(Debug)]
pub struct ProcessGroup {
    /// Process number of the command; cleared before the kernel can reuse the number.
    running: Mutex<Option<u32>>,
}

impl ProcessGroup {
    /// Creates a group without a running command.
    #[expect(clippy::new_without_default, reason = "constructed in a static")]
    #[must_use]
    pub const fn new() -> Self {
        Self { running: Mutex::new(None) }
    }

    fn running(&self) -> MutexGuard<'_, Option<u32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a command as the leader of a new process group.
    ///
    /// # Errors
    /// Returns the error of the system if the command cannot be started.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Child> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let mut running = self.running();
        let child = command.spawn()?;
        *running = Some(child.id());
        Ok(child)
    }

    /// Returns the exit status of the command; `None` while it runs. Reaping the command frees its number.
    ///
    /// # Errors
    /// Returns the error of the system if the status cannot be read.
    pub fn try_wait(&self, child: &mut Child) -> io::Result<Option<ExitStatus>> {
        let mut running = self.running();
        let status = child.try_wait()?;
        if status.is_some() {
            *running = None;
        }
        Ok(status)
    }

    /// Records that no command runs any more.
    pub fn clear(&self) {
        *self.running() = None;
    }

    /// Kills a command and every process of its group, and reaps the command.
    pub fn kill_tree(&self, child: &mut Child) {
        self.clear();
        kill_group(child.id());
        drop(child.kill());
        drop(child.wait());
    }

    /// Kills the running command and every process of its group, without reaping: leakwatch itself exits next.
    pub fn kill_running(&self) {
        if let Some(id) = self.running().take() {
            kill_group(id);
        }
    }
}

#[cfg(unix)]
fn kill_group(id: u32) {
    if let Some(group) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_id: u32) {}
