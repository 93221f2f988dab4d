//! The first signal ends the session in order, the second ends the program at once with 128 + its number.

use std::io;

use crate::clock::StopFlag;

use super::command::Leash;
use super::error::{Error, Kind};

/// The signal of Ctrl-C.
pub(super) const SIGINT: i32 = 2;

/// Takes over Ctrl-C, and SIGTERM and SIGHUP where they exist; a stop lends the terminal to the shell. A second signal ends
/// what is on the leash, too.
///
/// # Errors
/// When the system refuses a handler.
pub(super) fn install(stop: &StopFlag, leash: &Leash) -> Result<(), Error> {
    let (on_interrupt, held) = (stop.clone(), leash.clone());
    ctrlc::set_handler(move || received(&on_interrupt, &held, SIGINT))
        .map_err(io::Error::other)
        .and_then(|()| install_termination(stop, leash))
        .map_err(|error| Error::new(Kind::Failed, format!("cannot take over signals: {error}")))
}

/// `ctrlc` does not tell which signal came, and the exit status depends on it.
#[cfg(unix)]
fn install_termination(stop: &StopFlag, leash: &Leash) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM, SIGTSTP};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGTSTP, SIGCONT])?;
    let (stop, leash) = (stop.clone(), leash.clone());
    // Room enough to list all processes: whoever ends the command at once looks for its descendants.
    std::thread::Builder::new().name("signals".to_owned()).stack_size(256 * 1024).spawn(move || {
        for signal in signals.forever() {
            match signal {
                // A stop that nobody could end is none, as it is none for the kernel: the handler is asked all the same.
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
                _ => received(&stop, &leash, signal),
            }
        }
    })?;
    Ok(())
}

/// Whether no shell is there that would let us go on: we run in the group of the first process of the session, as under
/// `ssh -t HOST leakwatch` or as the program of a container.
#[cfg(unix)]
fn is_alone() -> bool {
    rustix::process::getsid(None).is_ok_and(|session| session == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn install_termination(_stop: &StopFlag, _leash: &Leash) -> io::Result<()> {
    Ok(())
}

/// What a signal, or a key that stands for one, does.
pub(super) fn received(stop: &StopFlag, leash: &Leash, signal: i32) {
    if stop.is_raised() {
        let _held = leash.kill();
        crate::notify::kill_running();
        crate::source::work::kill_work_command();
        #[cfg(feature = "tui")]
        let _ = crate::terminal::restore();
        std::process::exit(128 + signal);
    }
    stop.raise();
}
