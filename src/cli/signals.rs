//! Signals: the first one ends the session in order, the second one ends leakwatch at once with 128 + its number.

use std::io;

use crate::clock::StopFlag;

use crate::cli::child::ChildGuard;
use crate::cli::error::{Error, Kind};

/// Signal of Ctrl-C.
pub(crate) const SIGINT: i32 = 2;

/// Handles Ctrl-C, and SIGTERM and SIGHUP if the system has them. A stop gives the terminal to the shell. A second signal
/// also kills the guarded command.
///
/// # Errors
/// If the system refuses a handler.
pub(crate) fn install(stop: &StopFlag, guard: &ChildGuard) -> Result<(), Error> {
    let (on_interrupt, guarded) = (stop.clone(), guard.clone());
    ctrlc::set_handler(move || received(&on_interrupt, &guarded, SIGINT))
        .map_err(io::Error::other)
        .and_then(|()| install_termination(stop, guard))
        .map_err(|error| Error::new(Kind::Failed, format!("cannot take over signals: {error}")))
}

/// Handles the other signals. `ctrlc` does not pass the signal number, which the exit status needs.
#[cfg(unix)]
fn install_termination(stop: &StopFlag, guard: &ChildGuard) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM, SIGTSTP};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGTSTP, SIGCONT])?;
    let (stop, guard) = (stop.clone(), guard.clone());
    // The stack must suffice to list all processes: the second signal kills the descendants of the command.
    std::thread::Builder::new().name("signals".to_owned()).stack_size(256 * 1024).spawn(move || {
        for signal in signals.forever() {
            match signal {
                // The kernel ignores SIGTSTP in an orphaned process group; so does this handler.
                SIGTSTP if is_alone() => {}
                SIGTSTP => {
                    #[cfg(feature = "tui")]
                    crate::terminal::lend();
                    drop(signal_hook::low_level::emulate_default_handler(SIGTSTP));
                }
                SIGCONT => {
                    #[cfg(feature = "tui")]
                    crate::terminal::resume();
                }
                _ => received(&stop, &guard, signal),
            }
        }
    })?;
    Ok(())
}

/// True if no shell could continue leakwatch: it runs in the process group of the session leader, as with
/// `ssh -t HOST leakwatch` or as the first process of a container.
#[cfg(unix)]
fn is_alone() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn install_termination(_stop: &StopFlag, _leash: &ChildGuard) -> io::Result<()> {
    Ok(())
}

/// Handles a signal, or a key with its effect.
pub(crate) fn received(stop: &StopFlag, guard: &ChildGuard, signal: i32) {
    if stop.is_raised() {
        let _lock = guard.kill();
        crate::delivery::kill_running();
        crate::source::work::kill_work_command();
        #[cfg(feature = "tui")]
        let _ = crate::terminal::restore();
        std::process::exit(128 + signal);
    }
    stop.raise();
}
