//! Titles of processes for people: an interpreter is named together with its script, a target with its pid or members.

use super::process::ProcessLabel;

/// Interpreters whose name says nothing about the service they run.
const INTERPRETERS: [&str; 14] =
    ["python", "node", "ruby", "perl", "php", "java", "deno", "bun", "sh", "bash", "dash", "zsh", "beam.smp", "dotnet"];
/// Options of interpreters whose value names the service.
const NAMING_OPTIONS: [&str; 3] = ["-m", "-jar", "--module"];
/// Options of interpreters that have a value of their own.
const VALUE_OPTIONS: [&str; 6] = ["-W", "-X", "-cp", "-classpath", "-r", "--require"];
/// Options of interpreters that are followed by a program.
const INLINE_OPTIONS: [&str; 3] = ["-c", "-e", "--eval"];
/// Longest part of an argument in a title, in characters.
const MAX_ARGUMENT: usize = 40;

/// Returns the name, and for an interpreter the script, module or jar of its command line: `node app.js`.
///
/// The text is foreign: escape it before it is printed.
pub(crate) fn title(name: &str, cmdline: &str) -> String {
    match service_argument(name, cmdline) {
        Some(argument) => format!("{name} {argument}"),
        None => name.to_owned(),
    }
}

/// Returns a title with what identifies its target: `node app.js (4242)`, `gunicorn ×5`, `worker in samples.csv`.
///
/// The text is foreign: escape it before it is printed.
pub(crate) fn identified(title: &str, members: Option<u64>, pid: Option<u32>, source: Option<&str>) -> String {
    match (members, pid, source) {
        (Some(members), ..) => format!("{title} ×{members}"),
        (None, Some(pid), _) => format!("{title} ({pid})"),
        (None, None, Some(source)) => format!("{title} in {source}"),
        (None, None, None) => title.to_owned(),
    }
}

impl ProcessLabel {
    /// Returns the name, and for an interpreter the script, module or jar it runs: `node app.js`, `python3 -m celery`.
    ///
    /// The text is foreign: escape it before it is printed.
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.name, &self.cmdline)
    }

    /// True if an interpreter runs a program that is part of the command line: `python3 -c …`.
    #[must_use]
    pub fn has_inline_program(&self) -> bool {
        let mut arguments = self.cmdline.split(' ');
        let program = file_name(arguments.next().unwrap_or_default());
        (is_interpreter(program) || is_interpreter(&self.name))
            && service_argument(&self.name, &self.cmdline).is_none()
            && arguments.any(|argument| INLINE_OPTIONS.contains(&argument))
    }
}

/// Returns the argument that names the service of an interpreter, with its option.
fn service_argument(name: &str, cmdline: &str) -> Option<String> {
    let mut arguments = cmdline.split(' ').filter(|argument| !argument.is_empty());
    let program = file_name(arguments.next()?);
    if !is_interpreter(program) && !is_interpreter(name) {
        return None;
    }
    while let Some(argument) = arguments.next() {
        if NAMING_OPTIONS.contains(&argument) {
            return Some(format!("{argument} {}", shortened(file_name(arguments.next()?))));
        }
        // An inline program has no name.
        if INLINE_OPTIONS.contains(&argument) {
            return None;
        }
        if VALUE_OPTIONS.contains(&argument) {
            arguments.next();
        } else if !argument.starts_with('-') {
            let argument = shortened(file_name(argument));
            // A script that gave its name to the process is not repeated.
            return (argument != name).then_some(argument);
        }
    }
    None
}

/// True for the name of an interpreter, with or without a version: `python3.11`.
fn is_interpreter(name: &str) -> bool {
    let base = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS.contains(&base) || INTERPRETERS.contains(&name)
}

/// Returns the part of a path after the last slash.
fn file_name(path: &str) -> &str {
    path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path)
}

/// Shortens an argument to its beginning.
fn shortened(argument: &str) -> String {
    if argument.chars().count() <= MAX_ARGUMENT {
        return argument.to_owned();
    }
    argument.chars().take(MAX_ARGUMENT - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_named_with_its_script_module_or_jar() {
        for (name, cmdline, wanted) in [
            ("node", "/usr/bin/node --max-old-space-size=512 /srv/app.js --port 8080", "node app.js"),
            ("python3", "python3 -m celery -A tasks worker", "python3 -m celery"),
            ("python3.11", "/usr/bin/python3.11 -X dev -u /opt/service/worker.py", "python3.11 worker.py"),
            ("java", "java -Xmx1g -cp a.jar:b.jar -jar /opt/orders.jar", "java -jar orders.jar"),
            ("java", "java -cp a.jar com.example.Main", "java com.example.Main"),
            ("sh", "sh -c sleep 5", "sh"),
            ("nginx", "nginx: worker process", "nginx"),
            ("gunicorn", "gunicorn: master [app]", "gunicorn"),
            ("worker.py", "/usr/bin/python3 /srv/worker.py", "worker.py"),
            ("python3", "python3", "python3"),
            ("python3", "", "python3"),
        ] {
            assert_eq!(title(name, cmdline), wanted, "{cmdline}");
        }
    }

    #[test]
    fn a_long_argument_is_shortened() {
        let title = title("node", &format!("node {}", "x".repeat(99)));
        assert_eq!(title.chars().count(), "node ".len() + MAX_ARGUMENT);
        assert!(title.ends_with('…'));
    }

    #[test]
    fn a_target_is_identified_by_members_or_pid_or_recording() {
        assert_eq!(identified("gunicorn", Some(5), None, None), "gunicorn ×5");
        assert_eq!(identified("node app.js", None, Some(7), Some("a.csv")), "node app.js (7)");
        assert_eq!(identified("worker", None, None, Some("a.csv")), "worker in a.csv");
        assert_eq!(identified("worker", None, None, None), "worker");
    }
}
