//! Results of the thresholds as parts of the summary.

use crate::thresholds::{Decision, Evaluator, Tier};
use crate::units::Span;

use super::draft::{Draft, Part};
use super::exit_status::ExitStatus;
use super::policy::OnInconclusive;

/// Applies the thresholds of `--fail-if`. Once all are decided, an open verdict does not matter.
pub(super) fn apply_thresholds(draft: &mut Draft, evaluator: &Evaluator, on_inconclusive: OnInconclusive) {
    if draft.exit() == ExitStatus::NothingMatched {
        return;
    }
    let thresholds = evaluator.thresholds();
    let asked: Vec<usize> = (0..thresholds.len()).filter(|&index| thresholds[index].tier == Tier::Fail).collect();
    let (failed, open) = (decided(evaluator, &asked, Decision::Fail), decided(evaluator, &asked, Decision::Undecided));
    match (failed, open) {
        (1.., _) => draft.precede(ExitStatus::Found, [Part::Text(part_of(failed, asked.len(), "failed"))]),
        // A finding of the verdicts outweighs thresholds that did not fail.
        _ if draft.exit() == ExitStatus::Found => {}
        (0, 1..) => {
            let fails = on_inconclusive == OnInconclusive::Fail;
            let exit = if fails { ExitStatus::Inconclusive } else { ExitStatus::Clean };
            let wait = wait_part(evaluator);
            draft.precede(exit, [Part::Text(part_of(open, asked.len(), "undecided"))].into_iter().chain(wait));
        }
        (0, 0) => draft.precede(ExitStatus::Clean, [passed_part(evaluator, &asked)]),
    }
}

/// Returns the number of thresholds with a decision.
fn decided(evaluator: &Evaluator, asked: &[usize], wanted: Decision) -> usize {
    asked.iter().filter(|&&index| evaluator.decision(index) == wanted).count()
}

/// Returns the part for thresholds that all passed, some perhaps by an allowance.
fn passed_part(evaluator: &Evaluator, asked: &[usize]) -> Part {
    let (all, allowed) = (asked.len(), asked.iter().filter(|&&index| evaluator.is_allowed(index)).count());
    Part::Text(match allowed {
        0 => part_of(all, all, "passed"),
        allowed if allowed == all => part_of(allowed, all, "allowed"),
        allowed => format!("{}, {allowed} allowed", part_of(all - allowed, all, "passed")),
    })
}

/// Returns the time until every undecided result can be decided; `None` if it is unknown.
///
/// The lines of the thresholds name the time too, so that it is a detail.
fn wait_part(evaluator: &Evaluator) -> Option<Part> {
    let thresholds = evaluator.thresholds();
    let open = evaluator.results().iter().filter(|result| {
        result.counts && result.decision == Decision::Undecided && thresholds[result.threshold].tier == Tier::Fail
    });
    let seconds: Option<Vec<f64>> = open.map(|result| result.observation.outlook.seconds_to_decide).collect();
    let longest = seconds?.into_iter().reduce(f64::max)?;
    Some(Part::Detail(format!("run for at least another {} to decide", Span(longest.ceil()))))
}

/// Returns the part of the thresholds with a result: `threshold failed`, `2 of 3 thresholds failed`.
fn part_of(part: usize, all: usize, result: &str) -> String {
    match (part, all) {
        (1, 1) => format!("threshold {result}"),
        (part, all) if part == all => format!("all {all} thresholds {result}"),
        (part, all) => format!("{part} of {all} thresholds {result}"),
    }
}
