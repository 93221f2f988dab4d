//! Names of the rows of a table, which differ for two services of one program.

use std::collections::HashMap;

use crate::escape;
use crate::event::{Target, TargetKind};

/// Returns the name of each target, escaped: `node app.js`, `gunicorn ×5`, `cgroup web`.
///
/// Processes with the same title and different command lines get the first argument that differs.
pub(super) fn row_names(targets: &[&Target]) -> Vec<String> {
    let mut by_title: HashMap<String, Vec<&Target>> = HashMap::new();
    for target in targets.iter().filter(|target| target.kind == TargetKind::Process) {
        by_title.entry(target.label.title()).or_default().push(target);
    }
    targets.iter().map(|target| escape::terminal(&row_name(target, &by_title)).into_owned()).collect()
}

fn row_name(target: &Target, by_title: &HashMap<String, Vec<&Target>>) -> String {
    let name = &target.label.name;
    match target.kind {
        TargetKind::Pool { members } | TargetKind::Selection { members } => format!("{name} ×{members}"),
        TargetKind::Cgroup { members } => format!("cgroup {name} ×{members}"),
        TargetKind::Process => {
            let title = target.label.title();
            let alike = by_title.get(&title).map_or(&[][..], Vec::as_slice);
            let lines: Vec<&str> = alike.iter().map(|target| target.label.cmdline.as_str()).collect();
            match differing_argument(&target.label.cmdline, &lines) {
                // The words of an inline program name nothing.
                Some(argument) if !target.label.has_inline_program() => with_argument(&title, argument),
                _ => title,
            }
        }
    }
}

/// Adds an argument to a title. A script from another folder takes the place of its file name.
fn with_argument(title: &str, argument: &str) -> String {
    let script = argument.rsplit('/').next().unwrap_or(argument);
    match title.strip_suffix(script).and_then(|rest| rest.strip_suffix(' ')) {
        Some(interpreter) => format!("{interpreter} {argument}"),
        None => format!("{title} {argument}"),
    }
}

/// Returns the argument of a command line, without the program, at the first place where the command lines differ; `None` if they are equal, or
/// if this one ends before that place.
fn differing_argument<'a>(line: &'a str, lines: &[&str]) -> Option<&'a str> {
    let longest = lines.iter().map(|line| line.split(' ').count()).max()?;
    let place = (1..longest)
        .find(|&place| lines.iter().any(|other| other.split(' ').nth(place) != lines[0].split(' ').nth(place)))?;
    line.split(' ').nth(place)
}

/// Shortens a name to a width. The middle is dropped: the end holds the argument that differs, or the number of members.
pub(super) fn shorten_middle(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return name.to_owned();
    }
    let kept = width.saturating_sub(1);
    let tail = kept * 2 / 5;
    let head = name.chars().take(kept - tail);
    head.chain(['…']).chain(name.chars().skip(length - tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_argument_that_differs_is_named() {
        let lines = ["node worker.js --queue mail", "node worker.js --queue billing", "node worker.js"];
        assert_eq!(differing_argument(lines[0], &lines[..2]), Some("mail"));
        assert_eq!(differing_argument(lines[1], &lines[..2]), Some("billing"));
        assert_eq!(differing_argument(lines[0], &lines), Some("--queue"), "the shortest line decides");
        assert_eq!(differing_argument(lines[2], &lines), None);
        assert_eq!(differing_argument(lines[0], &lines[..1]), None);
    }

    #[test]
    fn a_script_from_another_folder_is_named_once() {
        assert_eq!(with_argument("python3 leaky.py", "../leaky.py"), "python3 ../leaky.py");
        assert_eq!(with_argument("python3 leaky.py", "leaky.py"), "python3 leaky.py");
        assert_eq!(with_argument("node worker.js", "mail"), "node worker.js mail");
        let lines = ["python3 leaky.py", "/usr/bin/python3 leaky.py"];
        assert_eq!(differing_argument(lines[0], &lines), None);
    }

    #[test]
    fn a_shortened_name_keeps_both_ends() {
        assert_eq!(shorten_middle("python3 -m celery billing", 16), "python3 -…illing");
        assert_eq!(shorten_middle("gunicorn ×5", 16), "gunicorn ×5");
        assert_eq!(shorten_middle("gunicorn", 1), "…");
    }
}
