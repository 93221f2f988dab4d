//! Support of the tests: program under test, fixture processes that end with the test, and awaited conditions.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest wait for a condition, and for the end of a process. It only ends a failing test.
const PATIENCE: Duration = Duration::from_secs(100);
/// Longest wait for the first output of a fixture process.
const START_PATIENCE: Duration = Duration::from_secs(30);

/// Returns the program under test, without the settings of the environment.
pub fn leakwatch() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leakwatch"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LEAKWATCH_")) {
        command.env_remove(name);
    }
    let nowhere = std::env::temp_dir();
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("XDG_CONFIG_HOME", nowhere.join("no-such-folder"));
    command.current_dir(nowhere).stdin(Stdio::null());
    command
}

/// Runs the program with arguments and returns its output.
pub fn run(arguments: &[&str]) -> Output {
    ChildGuard::spawn(leakwatch().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped())).output()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Waits until a condition holds, and panics with its description if it does not.
#[track_caller]
pub fn wait_until(description: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{description}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until a file has some complete lines, and returns its text.
#[track_caller]
pub fn wait_for_lines(path: &Path, count: usize) -> String {
    let mut text = String::new();
    wait_until(&format!("{count} lines in {}", path.display()), || {
        text = std::fs::read_to_string(path).unwrap_or_default();
        text.matches('\n').count() >= count
    });
    text
}

/// Waits until a process has exited. A zombie has exited.
#[track_caller]
pub fn wait_for_exit(pid: &str) {
    let path = format!("/proc/{pid}/stat");
    wait_until(&format!("exit of process {pid}"), || {
        std::fs::read_to_string(&path).map_or(true, |stat| stat.contains(") Z "))
    });
}

/// Sends a signal to a running child.
pub fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(pid, signal).expect("a running process");
}

/// Returns a pipe without room for another byte.
pub fn full_pipe() -> (std::io::PipeReader, std::io::PipeWriter) {
    use rustix::fs::{OFlags, fcntl_setfl};

    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    fcntl_setfl(&writer, OFlags::NONBLOCK).expect("a flag");
    for chunk in [[b'x'; 4096].as_slice(), b"x"] {
        while writer.write(chunk).is_ok() {}
    }
    fcntl_setfl(&writer, OFlags::empty()).expect("a flag");
    (reader, writer)
}

/// Reads a pipe to its end in a thread.
fn drain(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut pipe) = pipe {
            pipe.read_to_end(&mut text).expect("output of the program");
        }
        text
    })
}

/// Child process that is killed with the test, also when the test fails.
pub struct ChildGuard(Option<Child>);

impl ChildGuard {
    pub fn spawn(command: &mut Command) -> Self {
        Self(Some(command.spawn().expect("the program starts")))
    }

    pub fn child(&mut self) -> &mut Child {
        self.0.as_mut().expect("a child")
    }

    /// Waits for the end of the child.
    #[track_caller]
    pub fn wait(mut self) -> ExitStatus {
        drop(self.child().stdin.take());
        let mut status = None;
        wait_until("end of the program", || {
            status = self.child().try_wait().expect("a child");
            status.is_some()
        });
        self.0 = None;
        status.expect("an end")
    }

    /// Waits for the end of the child and returns its output.
    #[track_caller]
    pub fn output(mut self) -> Output {
        let child = self.child();
        let (stdout, stderr) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let status = self.wait();
        let text = |reader: JoinHandle<Vec<u8>>| reader.join().expect("a reader");
        Output { status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// Terminates the child with repeated signals, of which the second ends it at once.
    ///
    /// The kernel merges pending signals, so two of them are not enough.
    pub fn terminate(mut self) -> Output {
        wait_until("end after a second signal", || {
            let ended = self.child().try_wait().expect("a child").is_some();
            if !ended {
                signal(self.child(), rustix::process::Signal::TERM);
            }
            ended
        });
        self.output()
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Fixture process that ends with the test.
pub struct Target {
    child: ChildGuard,
}

impl Target {
    /// Starts a program of `fixtures/targets` and waits until its memory is allocated.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = PathBuf::from(env!("CARGO_BIN_EXE_leakwatch"));
        let program = folder.parent().expect("a folder").join("examples").join(name);
        assert!(program.exists(), "there is no {}: run 'cargo build --examples'", program.display());
        let mut target = Self::spawn_with(Command::new(program).args(arguments), Stdio::piped());
        target.wait_for_output(name, START_PATIENCE);
        target
    }

    /// Waits until the program has printed something, which it does when its memory is allocated.
    #[track_caller]
    fn wait_for_output(&mut self, name: &str, patience: Duration) {
        let child = self.child.child();
        let mut output = child.stdout.take().expect("a pipe");
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            let is_ready = output.read_exact(&mut [0]).is_ok();
            drop(sender.send((is_ready, output)));
        });
        match receiver.recv_timeout(patience) {
            // A closed pipe would end the program.
            Ok((true, output)) => child.stdout = Some(output),
            _ => panic!("'{name}' printed nothing within {patience:?}; if it is stale, run 'cargo build --examples'"),
        }
    }

    /// Starts any program with standard input held open, and waits for its exec.
    pub fn spawn(command: &mut Command) -> Self {
        Self::spawn_with(command, Stdio::null())
    }

    fn spawn_with(command: &mut Command, stdout: Stdio) -> Self {
        let mut child = ChildGuard::spawn(command.stdin(Stdio::piped()).stdout(stdout).stderr(Stdio::null()));
        let folder = PathBuf::from(format!("/proc/{}", child.child().id()));
        let own = std::env::current_exe().expect("a path");
        wait_until("exec of the fixture", || {
            let replaced = std::fs::read_link(folder.join("exe")).map_or(true, |program| program != own);
            let has_arguments = std::fs::read(folder.join("cmdline")).is_ok_and(|line| !line.is_empty());
            replaced && has_arguments || child.child().try_wait().expect("a child").is_some()
        });
        Self { child }
    }

    pub fn pid(&self) -> String {
        self.child.0.as_ref().expect("a child").id().to_string()
    }
}

#[test]
#[should_panic(expected = "run 'cargo build --examples'")]
fn a_missing_fixture_names_the_command_that_builds_it() {
    Target::start("no-such-fixture", &[]);
}

#[test]
#[should_panic(expected = "'sleep' printed nothing")]
fn a_silent_fixture_does_not_block_the_tests() {
    let mut target = Target::spawn_with(Command::new("sleep").arg("600"), Stdio::piped());
    target.wait_for_output("sleep", Duration::from_millis(100));
}
