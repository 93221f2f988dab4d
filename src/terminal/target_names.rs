//! Names of the rows of a table, which differ for two services of one program.

use std::collections::HashMap;

use crate::escape;
use crate::event::{Target, TargetKind};

/// Returns the name of each target, escaped: `node app.js`, `gunicorn ×5`, `cgroup web`.
///
/// Processes with the same title and different command lines get the first argument that differs.
pub(super) fn row_names(targets: &[&Target]) -> Vec<String> {
    let mut lines: HashMap<String, Vec<&str>> = HashMap::new();
    for target in targets.iter().filter(|target| target.kind == TargetKind::Process) {
        lines.entry(target.label.title()).or_default().push(&target.label.cmdline);
    }
    // One place for all processes of a title, of which a recording may have thousands.
    let places = lines.into_iter().map(|(title, lines)| (title, differing_place(&lines))).collect();
    targets.iter().map(|target| escape::terminal(&row_name(target, &places)).into_owned()).collect()
}

fn row_name(target: &Target, places: &HashMap<String, Option<usize>>) -> String {
    let name = &target.label.name;
    match target.kind {
        TargetKind::Pool { members } | TargetKind::Selection { members } => format!("{name} ×{members}"),
        TargetKind::Cgroup { members } => format!("cgroup {name} ×{members}"),
        TargetKind::Process => {
            let title = target.label.title();
            let place = places.get(&title).copied().flatten();
            match place.and_then(|place| target.label.cmdline.split(' ').nth(place)) {
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

/// Returns the first place, behind the program, at which command lines differ; `None` if they are equal.
fn differing_place(lines: &[&str]) -> Option<usize> {
    let longest = lines.iter().map(|line| line.split(' ').count()).max()?;
    (1..longest).find(|&place| lines.iter().any(|other| other.split(' ').nth(place) != lines[0].split(' ').nth(place)))
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
        assert_eq!(differing_place(&lines[..2]).and_then(|place| lines[0].split(' ').nth(place)), Some("mail"));
        assert_eq!(differing_place(&lines[..2]).and_then(|place| lines[1].split(' ').nth(place)), Some("billing"));
        assert_eq!(
            differing_place(&lines).and_then(|place| lines[0].split(' ').nth(place)),
            Some("--queue"),
            "the shortest line decides"
        );
        assert_eq!(differing_place(&lines).and_then(|place| lines[2].split(' ').nth(place)), None);
        assert_eq!(differing_place(&lines[..1]).and_then(|place| lines[0].split(' ').nth(place)), None);
    }

    #[test]
    fn a_script_from_another_folder_is_named_once() {
        assert_eq!(with_argument("python3 leaky.py", "../leaky.py"), "python3 ../leaky.py");
        assert_eq!(with_argument("python3 leaky.py", "leaky.py"), "python3 leaky.py");
        assert_eq!(with_argument("node worker.js", "mail"), "node worker.js mail");
        let lines = ["python3 leaky.py", "/usr/bin/python3 leaky.py"];
        assert_eq!(differing_place(&lines).and_then(|place| lines[0].split(' ').nth(place)), None);
    }

    #[test]
    fn a_shortened_name_keeps_both_ends() {
        assert_eq!(shorten_middle("python3 -m celery billing", 16), "python3 -…illing");
        assert_eq!(shorten_middle("gunicorn ×5", 16), "gunicorn ×5");
        assert_eq!(shorten_middle("gunicorn", 1), "…");
    }
}
