//! Draft of an outcome: exit status and summary of a session, while the facts are applied one after the other.

use super::exit_status::ExitStatus;
use super::policy::OnInconclusive;

/// Part of a summary. Parts are joined by semicolons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A text that every reader needs.
    Text(String),
    /// Details that a reader has just seen elsewhere. A brief summary leaves them out.
    Detail(String),
    /// Suspects that did not decide.
    Suspects(Named),
    /// Findings that decide, or would with another `--fail-on`. They remain beside the results of thresholds.
    Findings(Named),
    /// An alert that decides. It remains beside the results of thresholds.
    Alert(String),
}

/// Number of findings with their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// Number, with a noun.
    count: String,
    /// Names of the fastest findings. A brief summary leaves them out.
    names: String,
    /// Remark behind the names; empty without one.
    remark: &'static str,
}

impl Named {
    /// A number of findings, with the names of the fastest.
    pub(super) fn new(count: String, names: String) -> Self {
        Self { count, names, remark: "" }
    }

    /// Adds a remark behind the names.
    pub(super) fn remark(self, remark: &'static str) -> Self {
        Self { remark, ..self }
    }
}

/// Exit status and parts of the summary.
#[derive(Debug)]
pub(super) struct Draft {
    exit: ExitStatus,
    parts: Vec<Part>,
}

impl Part {
    /// Returns the text of the part; `None` if a brief summary leaves it out.
    fn text(&self, is_brief: bool) -> Option<String> {
        match self {
            Self::Detail(_) if is_brief => None,
            Self::Text(text) | Self::Detail(text) | Self::Alert(text) => Some(text.clone()),
            Self::Suspects(Named { count, names, remark }) | Self::Findings(Named { count, names, remark }) => {
                Some(if is_brief { format!("{count}{remark}") } else { format!("{count}: {names}{remark}") })
            }
        }
    }

    /// True if the part remains beside the results of thresholds.
    fn is_finding(&self) -> bool {
        matches!(self, Self::Findings(_) | Self::Alert(_))
    }
}

impl Draft {
    /// A draft of these parts.
    pub(super) fn new(exit: ExitStatus, parts: Vec<Part>) -> Self {
        Self { exit, parts }
    }

    /// Exit status so far.
    pub(super) fn exit(&self) -> ExitStatus {
        self.exit
    }

    /// Replaces the exit status.
    pub(super) fn set_exit(&mut self, exit: ExitStatus) {
        self.exit = exit;
    }

    /// Appends a text.
    pub(super) fn push(&mut self, text: impl Into<String>) {
        self.parts.push(Part::Text(text.into()));
    }

    /// Appends parts.
    pub(super) fn extend(&mut self, parts: impl IntoIterator<Item = Part>) {
        self.parts.extend(parts);
    }

    /// Removes all parts.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
    }

    /// Replaces the exit status, and puts results before the findings and in place of all other parts.
    pub(super) fn precede(&mut self, exit: ExitStatus, results: impl IntoIterator<Item = Part>) {
        self.exit = exit;
        self.parts.retain(Part::is_finding);
        self.parts.splice(0..0, results);
    }

    /// Turns a pass into an inconclusive end for a reason, unless the policy lets that pass.
    pub(super) fn doubt(&mut self, on_inconclusive: OnInconclusive, why: impl Into<String>) {
        if self.exit == ExitStatus::Clean && on_inconclusive == OnInconclusive::Fail {
            self.exit = ExitStatus::Inconclusive;
            self.parts.insert(0, Part::Text(why.into()));
        }
    }

    /// Applies an end before the planned time, which also precedes the reasons of an inconclusive session. Returns true if
    /// the draft names it.
    pub(super) fn cut_short(&mut self, on_inconclusive: OnInconclusive, how: &str) -> bool {
        if self.exit == ExitStatus::Inconclusive {
            self.parts.insert(0, Part::Text(how.to_owned()));
        } else {
            self.doubt(on_inconclusive, how);
        }
        self.exit == ExitStatus::Inconclusive
    }

    /// Joins the parts. An inconclusive session says so once, at the beginning.
    pub(super) fn summary(&self, is_inconclusive: bool, is_brief: bool) -> String {
        let parts: Vec<String> = self.parts.iter().filter_map(|part| part.text(is_brief)).collect();
        let text = parts.join("; ");
        if is_inconclusive { format!("inconclusive: {text}") } else { text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leak() -> Part {
        Part::Findings(Named::new("1 leak".to_owned(), "1 leak: x".to_owned()).remark(" (known)"))
    }

    #[test]
    fn a_brief_summary_leaves_names_and_details_out() {
        let parts = vec![Part::Text("failed: 1 leak: x".to_owned()), leak(), Part::Detail("run longer".to_owned())];
        let draft = Draft::new(ExitStatus::Found, parts);
        assert_eq!(draft.summary(false, false), "failed: 1 leak: x; 1 leak: 1 leak: x (known); run longer");
        assert_eq!(draft.summary(false, true), "failed: 1 leak: x; 1 leak (known)");
    }

    #[test]
    fn results_replace_all_but_findings() {
        let mut draft = Draft::new(ExitStatus::Clean, vec![Part::Text("no leak".to_owned()), leak()]);
        draft.precede(ExitStatus::Found, [Part::Text("threshold failed".to_owned())]);
        assert_eq!(
            (draft.exit(), draft.summary(false, true).as_str()),
            (ExitStatus::Found, "threshold failed; 1 leak (known)")
        );
    }

    #[test]
    fn an_early_end_precedes_other_doubts() {
        let mut draft = Draft::new(ExitStatus::Clean, vec![Part::Text("no leak".to_owned())]);
        assert!(!draft.cut_short(OnInconclusive::Pass, "early"));
        draft.doubt(OnInconclusive::Fail, "descendants");
        assert!(draft.cut_short(OnInconclusive::Fail, "early"));
        assert_eq!(draft.summary(true, false), "inconclusive: early; descendants; no leak");
    }
}
