//! Child process of `run`: started without a shell, stopped in order, and never left running by accident.

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

use crate::cli::args::{ControlArgs, Format, StopSignal};
use crate::cli::error::{Error, Kind};
#[cfg(unix)]
use crate::cli::select;

/// Interval of the checks for the exit of the command.
const POLL: Duration = Duration::from_millis(10);

/// Pid of the running command, for signal handlers that end leakwatch at once and must not leave it running.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChildGuard {
    /// Emptied before the kernel can reuse the pid.
    pid: Arc<Mutex<Option<u32>>>,
}

impl ChildGuard {
    /// Kills the command, if there is one, and its descendants. Its exit is not noticed until the returned lock is dropped:
    /// leakwatch ends with the signal, not with the status of the command.
    #[cfg(unix)]
    pub(crate) fn kill(&self) -> MutexGuard<'_, Option<u32>> {
        let held = self.lock();
        let Some(root) = *held else { return held };
        // Descendants are listed first: without their parent they cannot be found.
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
    pub(crate) fn kill(&self) -> MutexGuard<'_, Option<u32>> {
        self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Option<u32>> {
        self.pid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running command.
pub(crate) struct StartedCommand {
    child: Child,
    guard: ChildGuard,
    was_stopped: bool,
}

impl StartedCommand {
    /// Starts the command. Its output goes to the streams of leakwatch, but never between data.
    pub(crate) fn start(
        command: &[OsString],
        control: &ControlArgs,
        format: Format,
        guard: &ChildGuard,
    ) -> Result<Self, Error> {
        let [program, arguments @ ..] = command else { return Err(Error::usage("there is no command to run")) };
        let mut starting = Command::new(program);
        starting.args(arguments).env_remove(crate::delivery::WEBHOOK_VARIABLE);
        if control.quiet_command {
            starting.stdout(Stdio::null()).stderr(Stdio::null());
        } else if format != Format::Table {
            starting.stdout(io::stderr());
        }
        let child = starting.spawn().map_err(|error| start_error(program, arguments.is_empty(), &error))?;
        *guard.lock() = Some(child.id());
        Ok(Self { child, guard: guard.clone(), was_stopped: false })
    }

    /// Returns the pid.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// True if leakwatch stopped it.
    pub(crate) fn was_stopped(&self) -> bool {
        self.was_stopped
    }

    /// Waits for the exit. A command that still runs gets the stop signal, and is killed after the grace time.
    pub(crate) fn end(&mut self, control: &ControlArgs, ended_itself: bool) -> io::Result<ExitStatus> {
        // A command that the last sample did not find is exiting.
        if ended_itself && let Some(status) = self.wait(POLL * 10)? {
            return Ok(status);
        }
        if let Some(status) = self.status()? {
            return Ok(status);
        }
        self.was_stopped = true;
        self.signal(control.stop_signal);
        if let Some(status) = self.wait(control.grace)? {
            return Ok(status);
        }
        self.kill()
    }

    /// Returns the status of an exited command. The kernel may reuse its pid from then on.
    fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        let mut held = self.guard.lock();
        let status = self.child.try_wait()?;
        if status.is_some() {
            *held = None;
        }
        Ok(status)
    }

    fn kill(&mut self) -> io::Result<ExitStatus> {
        self.child.kill()?;
        *self.guard.lock() = None;
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
        // The command may exit at this moment; the following wait notices.
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal);
    }

    #[cfg(not(unix))]
    fn signal(&mut self, _signal: StopSignal) {
        drop(self.child.kill());
    }
}

impl Drop for StartedCommand {
    fn drop(&mut self) {
        // Reached with a running command only if leakwatch fails: the command must not be left running.
        if let Ok(None) = self.status() {
            drop(self.kill());
        }
    }
}

/// Returns the error of a command that cannot be started.
fn start_error(program: &OsString, alone: bool, error: &io::Error) -> Error {
    let name = program.to_string_lossy();
    let shown = crate::escape::terminal(&name);
    let failed = Error::new(Kind::Usage, format!("cannot start '{shown}': {error}"));
    if alone && name.contains([' ', '|', '&', ';', '>', '$']) {
        failed.hint(format!("the command needs a shell: leakwatch run -- sh -c '{shown}'"))
    } else if error.kind() == io::ErrorKind::NotFound {
        failed.hint("check that it is installed and in a folder of PATH")
    } else {
        failed
    }
}
