//! The first signal ends the session in order, the second ends the program at once with 128 + its number.

use std::io;

use crate::clock::StopFlag;

/// Takes over Ctrl-C, and SIGTERM and SIGHUP where they exist.
///
/// # Errors
/// When the system refuses a handler.
pub fn install(stop: &StopFlag) -> io::Result<()> {
    const SIGINT: i32 = 2;
    let on_interrupt = stop.clone();
    ctrlc::set_handler(move || received(&on_interrupt, SIGINT)).map_err(io::Error::other)?;
    install_termination(stop)
}

/// `ctrlc` does not tell which signal came, and the exit status depends on it.
#[cfg(unix)]
fn install_termination(stop: &StopFlag) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP])?;
    let stop = stop.clone();
    std::thread::Builder::new().name("signals".to_owned()).stack_size(64 * 1024).spawn(move || {
        for signal in signals.forever() {
            received(&stop, signal);
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
fn install_termination(_stop: &StopFlag) -> io::Result<()> {
    Ok(())
}

fn received(stop: &StopFlag, signal: i32) {
    if stop.is_raised() {
        std::process::exit(128 + signal);
    }
    stop.raise();
}
