//! The command that `run` starts: without a shell, ended in order, and never left behind by accident.

use std::ffi::OsString;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, StopFlag, SystemClock};
#[cfg(unix)]
use crate::model::Pid;
#[cfg(unix)]
use crate::source::{OptionalCounters, Selector};

use super::args::{ControlArgs, Format, StopSignal};
use super::error::{Error, Kind};
#[cfg(unix)]
use super::select;

/// How often it is asked whether the command has ended.
const POLL: Duration = Duration::from_millis(10);

/// The number of a command that runs, for whoever ends leakwatch at once and must not leave it behind.
#[derive(Debug, Clone, Default)]
pub(super) struct Leash {
    /// Emptied before the number can be used again.
    holds: Arc<Mutex<Option<u32>>>,
}

impl Leash {
    /// Kills the command, if there is one, and its descendants. Until what is returned is dropped nobody takes note of
    /// its end: leakwatch is to end with the signal and not with what that came to.
    #[cfg(unix)]
    pub(super) fn kill(&self) -> MutexGuard<'_, Option<u32>> {
        let held = self.held();
        let Some(root) = *held else { return held };
        // Once their parent is gone nobody knows whose they were.
        let with_descendants = Selector { pids: vec![Pid(root)], tree: true, ..Selector::default() };
        let found = select::host_source(OptionalCounters { fds: false, threads: false })
            .ok()
            .and_then(|mut source| source.find(&with_descendants).ok());
        let below = found.into_iter().flatten().map(|found| found.key.pid.0).filter(|&pid| pid != root);
        for pid in std::iter::once(root).chain(below) {
            if let Some(pid) = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        held
    }

    #[cfg(not(unix))]
    pub(super) fn kill(&self) -> MutexGuard<'_, Option<u32>> {
        self.held()
    }

    fn held(&self) -> MutexGuard<'_, Option<u32>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A command that runs.
pub(super) struct Started {
    child: Child,
    leash: Leash,
    stopped: bool,
}

impl Started {
    /// Starts the command. Its output goes where ours goes, but never between our data.
    pub(super) fn start(
        command: &[OsString],
        control: &ControlArgs,
        format: Format,
        leash: &Leash,
    ) -> Result<Self, Error> {
        let [program, arguments @ ..] = command else { return Err(Error::usage("there is no command to run")) };
        let mut starting = Command::new(program);
        starting.args(arguments).env_remove(crate::notify::WEBHOOK_VARIABLE);
        if control.quiet_command {
            starting.stdout(Stdio::null()).stderr(Stdio::null());
        } else if format != Format::Table {
            starting.stdout(io::stderr());
        }
        let child = starting.spawn().map_err(|error| cannot_start(program, arguments.is_empty(), &error))?;
        *leash.held() = Some(child.id());
        Ok(Self { child, leash: leash.clone(), stopped: false })
    }

    /// Its process number.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether leakwatch ended it.
    pub(super) fn was_stopped(&self) -> bool {
        self.stopped
    }

    /// Waits until it has ended. One that still runs gets the signal, and is killed when its time is up.
    pub(super) fn end(&mut self, control: &ControlArgs, may_go_on: bool) -> io::Result<ExitStatus> {
        // What the last sample did not find running has ended, or is just about to.
        if may_go_on && let Some(status) = self.wait(POLL * 10)? {
            return Ok(status);
        }
        if let Some(status) = self.status()? {
            return Ok(status);
        }
        self.stopped = true;
        self.signal(control.stop_signal);
        if let Some(status) = self.wait(control.grace)? {
            return Ok(status);
        }
        self.kill()
    }

    /// The status of a command that has ended; its number is free from then on.
    fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        let mut held = self.leash.held();
        let status = self.child.try_wait()?;
        if status.is_some() {
            *held = None;
        }
        Ok(status)
    }

    fn kill(&mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        *self.leash.held() = None;
        self.child.wait()
    }

    fn wait(&mut self, span: Duration) -> io::Result<Option<ExitStatus>> {
        let clock = SystemClock;
        let deadline = clock.now().awake + span;
        loop {
            let status = self.status()?;
            let now = clock.now().awake;
            if status.is_some() || now >= deadline {
                return Ok(status);
            }
            clock.wait_until(deadline.min(now + POLL), &StopFlag::default());
        }
    }

    #[cfg(unix)]
    fn signal(&self, signal: StopSignal) {
        use rustix::process::Signal;
        let signal = match signal {
            StopSignal::Term => Signal::TERM,
            StopSignal::Int => Signal::INT,
            StopSignal::Hup => Signal::HUP,
            StopSignal::Quit => Signal::QUIT,
            StopSignal::Usr1 => Signal::USR1,
            StopSignal::Usr2 => Signal::USR2,
            StopSignal::Kill => Signal::KILL,
        };
        // It may have ended this very moment; the wait that follows tells.
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _signal: StopSignal) {
        drop(self.child.kill());
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Only reached with a running command when leakwatch fails: nothing is left behind.
        if let Ok(None) = self.status() {
            drop(self.kill());
        }
    }
}

fn cannot_start(program: &OsString, alone: bool, error: &io::Error) -> Error {
    let name = program.to_string_lossy();
    let shown = crate::escape::terminal(&name);
    let failed = Error::new(Kind::Usage, format!("cannot start '{shown}': {error}"));
    if alone && name.contains([' ', '|', '&', ';', '>', '$']) {
        failed.hint(format!("this looks like a line for a shell: leakwatch run -- sh -c '{shown}'"))
    } else if error.kind() == io::ErrorKind::NotFound {
        failed.hint("is it installed, and in a folder of PATH?")
    } else {
        failed
    }
}
