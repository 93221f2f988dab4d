//! Manual pages: sections of clap, and sections that people need beside them.

use clap::Command;
use clap_mangen::Man;

use super::man_text::{self, PageText};

/// Returns a manual page in roff. `name` is `leakwatch` or the name of a subcommand.
pub(super) fn render(command: Command, name: &str) -> String {
    let text = man_text::of(name);
    let is_main = name == man_text::PROGRAM;
    let title = if is_main { name.to_owned() } else { format!("{}-{name}", man_text::PROGRAM) };
    let subcommands = if is_main { subcommands(&command) } else { String::new() };
    let has_settings = command.get_arguments().any(|argument| argument.get_env().is_some());
    let man = Man::new(command).title(&title);

    let mut page = heading(&title).into_bytes();
    // Writing to memory does not fail.
    man.render_name_section(&mut page).expect("memory takes every write");
    page.extend(synopsis(text).into_bytes());
    page.extend(description(text).into_bytes());
    man.render_options_section(&mut page).expect("memory takes every write");
    page.extend(subcommands.into_bytes());
    page.extend(list("EXIT STATUS", text.exit_status).into_bytes());
    if has_settings {
        page.extend(list("ENVIRONMENT", man_text::ENVIRONMENT).into_bytes());
        page.extend(list("FILES", man_text::FILES).into_bytes());
    }
    page.extend(examples(text).into_bytes());
    page.extend(see_also(text, is_main).into_bytes());
    String::from_utf8_lossy(&page).into_owned()
}

/// Returns the subcommands that the help lists, without `help` itself.
pub(super) fn shown_subcommands(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help")
}

/// Returns the title line. clap_mangen leaves out an empty date, and so moves the version to the place of the date.
fn heading(title: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH {} 1 \"\" \"leakwatch {version}\" \"User Commands\"\n", escape(title))
}

/// Returns the paragraphs of the description.
fn description(text: &PageText) -> String {
    let paragraphs: Vec<String> = text.description.iter().map(|paragraph| escape(paragraph)).collect();
    format!(".SH DESCRIPTION\n{}\n", paragraphs.join("\n.PP\n"))
}

/// Returns the forms of the call, one a line.
fn synopsis(text: &PageText) -> String {
    let forms: Vec<String> = text.synopsis.iter().map(|form| escape(form)).collect();
    format!(".SH SYNOPSIS\n{}\n", forms.join("\n.br\n"))
}

/// Returns the section of the subcommands, with a reference to each page.
fn subcommands(command: &Command) -> String {
    let mut section = ".SH COMMANDS\n".to_owned();
    for one in shown_subcommands(command) {
        let about = one.get_about().map(ToString::to_string).unwrap_or_default();
        section.push_str(&format!(".TP\n\\fBleakwatch\\-{}\\fR(1)\n{}\n", escape(one.get_name()), escape(&about)));
    }
    section
}

/// Returns a section of terms with their explanations.
fn list(heading: &str, entries: &[(&str, &str)]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(term, about)| format!(".TP\n\\fB{}\\fR\n{}\n", escape(term), escape(about))).collect();
    format!(".SH {}\n{}", heading_word(heading), entries.concat())
}

/// Returns the examples: a sentence and a command line each.
fn examples(text: &PageText) -> String {
    let entries: Vec<String> = text
        .examples
        .iter()
        .map(|(about, line)| format!(".PP\n{}\n.PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n", escape(about), escape(line)))
        .collect();
    format!(".SH EXAMPLES\n{}", entries.concat())
}

/// Returns references to related pages, such as `proc(5)`.
fn see_also(text: &PageText, is_main: bool) -> String {
    let program = (!is_main).then_some("leakwatch(1)");
    let pages: Vec<String> = program
        .into_iter()
        .chain(text.see_also.iter().copied())
        .filter_map(|page| page.split_once('('))
        .map(|(name, section)| format!("\\fB{}\\fR({section}", escape(name)))
        .collect();
    format!(".SH SEE ALSO\n{}\n", pages.join(",\n"))
}

/// Quotes a heading of several words.
fn heading_word(heading: &str) -> String {
    if heading.contains(' ') { format!("\"{heading}\"") } else { heading.to_owned() }
}

/// Escapes text for roff: backslashes, hyphens, quotation marks, and a leading dot.
fn escape(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    if escaped.starts_with('.') { format!("\\&{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn every_subcommand_has_its_text() {
        let command = Cli::command();
        for one in shown_subcommands(&command) {
            assert_eq!(man_text::of(one.get_name()).name, one.get_name(), "a page without synopsis and examples");
        }
    }

    #[test]
    fn roff_does_not_read_text_as_a_request() {
        assert_eq!(escape(".br -x 'a' \\d"), "\\&.br \\-x \\(aqa\\(aq \\ed");
    }
}
