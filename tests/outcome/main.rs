//! Outcome: exit status and summary for combinations of verdict, thresholds, allowance, end and policy.
//!
//! The verdicts are those of the analysis on short series, and the thresholds are evaluated as in a session.

use leakwatch::analysis::{Settings, Status};
use leakwatch::event::Target;
use leakwatch::outcome::{CaseState, CommandExit, FailOn, findings};
use leakwatch::thresholds::{Evaluator, Threshold, Tier};

mod beyond_plan;
mod losses;
mod session;

use session::{Ended, Session, judge, session};

/// Checks rows of exit status and summary.
fn check(rows: &[(Session, u8, &str)]) {
    let mut wrong = Vec::new();
    for (session, code, summary) in rows {
        let outcome = session.outcome();
        if (outcome.exit_code, outcome.summary.as_str()) != (*code, *summary) {
            wrong.push(format!("{}, {summary:?}\n  is {}, {:?}", code, outcome.exit_code, outcome.summary));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const EXITED: fn(i32) -> Ended = |code| Ended::Command(CommandExit { code: Some(code), signal: None });
const KILLED: fn(i32) -> Ended = |signal| Ended::Command(CommandExit { code: None, signal: Some(signal) });

#[test]
fn verdicts_decide_without_a_threshold() {
    check(&[
        (session(&["stable"]), 0, "no leak found"),
        (session(&["warming"]), 0, "no leak found; memory is still warming up"),
        (session(&["leaking", "stable"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&["leaking"]).fail_on(FailOn::Never), 0, "1 leak: leaking (1) +172 MiB/h (not counted by --fail-on)"),
        (session(&["leaking"]).fail_on(FailOn::Suspect), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["suspect", "short"]),
            3,
            "inconclusive: 1 suspect not proved: suspect (1) +172 MiB/h; 1 of 2 targets without enough data; run for at least another 50 min 10 s",
        ),
        (
            session(&["suspect"]).pass_open(),
            0,
            "no leak proved; 1 suspect: suspect (1) +172 MiB/h; run longer to decide, or add 'suspect' to --fail-on",
        ),
        (session(&["suspect"]).fail_on(FailOn::Suspect), 1, "1 suspect: suspect (1) +172 MiB/h"),
        (
            session(&["suspect"]).fail_on(FailOn::Never).pass_open(),
            0,
            "no leak proved; 1 suspect: suspect (1) +172 MiB/h; run longer to decide",
        ),
        (
            session(&["short"]),
            3,
            "inconclusive: 1 of 1 target without enough data; run for at least another 8 min 50 s",
        ),
        (session(&["short"]).pass_open(), 0, "no leak found; 1 of 1 target without enough data"),
        (session(&["leaking", "short"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&[]), 4, "no target was watched"),
        (session(&[]).pass_open(), 4, "no target was watched"),
        (session(&[]).end(Ended::Unreadable), 4, "no matching process could be read"),
    ]);
}

#[test]
fn an_alert_counts_only_with_fail_on_alert() {
    check(&[
        (session(&["stable"]).alert("sudden growth of stable"), 0, "no leak found"),
        (
            session(&["stable"]).alert("sudden growth of stable").fail_on(FailOn::Alert),
            1,
            "an alert fired: sudden growth of stable",
        ),
        (
            session(&["short"]).alert("sudden growth of short").fail_on(FailOn::Alert),
            1,
            "an alert fired: sudden growth of short",
        ),
        (
            session(&["stable"]).alert("sudden growth of stable").fail_on(FailOn::Alert).fail_if(&["peak(rss) > 1GB"]),
            1,
            "an alert fired: sudden growth of stable",
        ),
        (
            session(&["stable"]).alert("sudden growth of stable").fail_on(FailOn::Alert).fail_if(&["peak(rss) > 1MB"]),
            1,
            "threshold failed; an alert fired: sudden growth of stable",
        ),
        (session(&["stable"]).alert("sudden growth of stable").fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
    ]);
}

#[test]
fn an_allowed_leak_does_not_fail() {
    check(&[
        (session(&["leaking"]).allow("leaking"), 0, "1 leak allowed until 2099-12-31 (leakwatch.toml:1): known"),
        (session(&["leaking"]).allow("other"), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&["suspect"]).allow("suspect"), 0, "1 suspect allowed until 2099-12-31 (leakwatch.toml:1): known"),
        (
            session(&["leaking", "short"]).allow("leaking"),
            3,
            "inconclusive: 1 of 2 targets without enough data; run for at least another 8 min 50 s; 1 leak allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (
            session(&["leaking"]).allow("leaking").fail_if(&["growth(memory) > 1MB/h"]),
            0,
            "threshold allowed; 1 leak allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (
            session(&["leaking", "leaking"]).allow("leaking"),
            0,
            "1 leak allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
        (
            session(&["leaking"]).allow("leaking").end(EXITED(3)),
            3,
            "inconclusive: the command died before its time; 1 leak allowed until 2099-12-31 (leakwatch.toml:1): known; the command exited with status 3",
        ),
        (
            session(&["leaking"]).allow("leaking").end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; 1 leak allowed until 2099-12-31 (leakwatch.toml:1): known",
        ),
    ]);
}

#[test]
fn thresholds_decide_before_verdicts() {
    check(&[
        (session(&["stable"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["stable"]).fail_if(&["peak(rss) > 1MB"]), 1, "threshold failed"),
        (session(&["stable"]).fail_if(&["peak(rss) > 1GB", "last(rss) > 1MB"]), 1, "1 of 2 thresholds failed"),
        (session(&["leaking"]).fail_if(&["peak(rss) > 1GB"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["leaking"]).fail_if(&["peak(rss) > 1GB"]).fail_on(FailOn::Never),
            0,
            "threshold passed; 1 leak: leaking (1) +172 MiB/h (not counted by --fail-on)",
        ),
        (
            session(&["leaking"]).fail_if(&["peak(rss) > 1MB"]).fail_on(FailOn::Never),
            1,
            "threshold failed; 1 leak: leaking (1) +172 MiB/h (not counted by --fail-on)",
        ),
        (session(&["leaking"]).fail_if(&["peak(rss) > 1MB"]), 1, "threshold failed; 1 leak: leaking (1) +172 MiB/h"),
        (session(&["suspect"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["short"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h"]), 3, "inconclusive: threshold undecided"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h"]).pass_open(), 0, "threshold undecided"),
        (session(&["short"]).fail_if(&["growth(memory) > 1MB/h", "peak(rss) > 1MB"]), 1, "1 of 2 thresholds failed"),
        (session(&[]).fail_if(&["peak(rss) > 1MB"]), 4, "no target was watched"),
    ]);
}

#[test]
fn a_watch_that_is_cut_short_proves_nothing() {
    check(&[
        (
            session(&["stable"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; no leak found",
        ),
        (session(&["stable"]).end(Ended::AllExited).pass_open(), 0, "no leak found"),
        (session(&["leaking"]).end(Ended::AllExited), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["short"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; 1 of 1 target without enough data; run for at least another 8 min 50 s",
        ),
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1GB"]).end(Ended::AllExited),
            3,
            "inconclusive: all targets exited after 10 min of 1 h; threshold passed",
        ),
        (session(&["stable"]).fail_if(&["peak(rss) > 1MB"]).end(Ended::AllExited), 1, "threshold failed"),
    ]);
}

#[test]
fn a_command_that_fails_proves_nothing() {
    check(&[
        (session(&["stable"]).end(EXITED(0)), 0, "no leak found; the command exited with status 0"),
        (
            session(&["stable"]).end(EXITED(3)),
            3,
            "inconclusive: the command died before its time; no leak found; the command exited with status 3",
        ),
        (session(&["stable"]).end(EXITED(3)).pass_open(), 0, "no leak found; the command exited with status 3"),
        (
            session(&["stable"]).end(KILLED(9)),
            3,
            "inconclusive: the command died before its time; no leak found; the command was ended by signal 9",
        ),
        (session(&["leaking"]).end(KILLED(9)), 1, "1 leak: leaking (1) +172 MiB/h; the command was ended by signal 9"),
        (session(&["leaking"]).end(EXITED(3)), 1, "1 leak: leaking (1) +172 MiB/h; the command exited with status 3"),
        (
            session(&["short"]).end(EXITED(0)),
            3,
            "inconclusive: 1 of 1 target without enough data; run for at least another 8 min 50 s; the command exited with status 0",
        ),
        (
            session(&["stable"]).end(EXITED(0)).outlived_by(&["helper (9)"]),
            3,
            "inconclusive: descendants outlived the command: helper (9); no leak found; the command exited with status 0",
        ),
        (
            session(&["stable"]).end(EXITED(3)).without_length(),
            3,
            "inconclusive: the command failed; no leak found; the command exited with status 3",
        ),
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1GB"]).end(EXITED(1)),
            3,
            "inconclusive: the command died before its time; threshold passed; the command exited with status 1",
        ),
        (session(&[]).end(EXITED(0)), 3, "inconclusive: the command exited with status 0 before it was sampled"),
    ]);
}

#[test]
fn a_command_that_ends_early_proves_nothing() {
    check(&[
        (
            session(&["stable"]).end(Ended::CommandCutShort(3)),
            3,
            "inconclusive: the command exited with status 3 after 10 min of 1 h; no leak found",
        ),
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1MB abort"]).end(Ended::CommandStopped),
            1,
            "threshold failed; the command was stopped by leakwatch",
        ),
        (session(&["stable"]).end(Ended::CommandStopped), 0, "no leak found; the command was stopped by leakwatch"),
        (
            session(&["stable"]).end(Ended::CommandCutShort(0)),
            3,
            "inconclusive: the command exited with status 0 after 10 min of 1 h; no leak found",
        ),
        (
            session(&["stable"]).end(Ended::CommandCutShort(0)).pass_open(),
            0,
            "no leak found; the command exited with status 0",
        ),
        (
            session(&["leaking"]).end(Ended::CommandCutShort(0)),
            1,
            "1 leak: leaking (1) +172 MiB/h; the command exited with status 0",
        ),
    ]);
}

#[test]
fn a_propagated_status_reports_the_failure_of_the_command() {
    let run = |verdicts, code| session(verdicts).propagate().end(EXITED(code));
    check(&[
        (run(&["stable"], 0), 0, "no leak found; the command exited with status 0"),
        (run(&["stable"], 7), 7, "no leak found; the command exited with status 7"),
        (run(&["stable"], 7).without_length(), 7, "no leak found; the command exited with status 7"),
        (session(&["stable"]).propagate().end(KILLED(9)), 137, "no leak found; the command was ended by signal 9"),
        (run(&["leaking"], 7), 1, "1 leak: leaking (1) +172 MiB/h; the command exited with status 7"),
        (
            run(&["short"], 7),
            3,
            "inconclusive: 1 of 1 target without enough data; run for at least another 8 min 50 s; the command exited with status 7",
        ),
        (
            session(&["stable"]).propagate().end(Ended::CommandStopped),
            0,
            "no leak found; the command was stopped by leakwatch",
        ),
        (run(&["stable"], 7).fail_if(&["peak(rss) > 1GB"]), 7, "threshold passed; the command exited with status 7"),
        (
            run(&["stable"], 7).fail_if(&["peak(rss) > 1MB abort"]),
            1,
            "threshold failed; the command exited with status 7",
        ),
        (run(&["stable"], 7).warn_if(&["peak(rss) > 1MB"]), 7, "no leak found; the command exited with status 7"),
        (
            run(&["leaking"], 7).allow("leaking"),
            7,
            "1 leak allowed until 2099-12-31 (leakwatch.toml:1): known; the command exited with status 7",
        ),
    ]);
}

#[test]
fn a_propagated_pass_needs_the_whole_run() {
    let early = |verdicts, code| session(verdicts).propagate().end(Ended::CommandCutShort(code));
    let survived = |code| session(&["stable"]).propagate().outlived_by(&["helper (9)"]).end(EXITED(code));
    check(&[
        (early(&["stable"], 0), 3, "inconclusive: the command exited with status 0 after 10 min of 1 h; no leak found"),
        (early(&["stable"], 0).pass_open(), 0, "no leak found; the command exited with status 0"),
        (early(&["stable"], 7), 7, "no leak found; the command exited with status 7"),
        (early(&["leaking"], 0), 1, "1 leak: leaking (1) +172 MiB/h; the command exited with status 0"),
        (
            early(&["stable"], 0).fail_if(&["peak(rss) > 1GB"]),
            3,
            "inconclusive: the command exited with status 0 after 10 min of 1 h; threshold passed",
        ),
        (
            survived(0),
            3,
            "inconclusive: descendants outlived the command: helper (9); no leak found; the command exited with status 0",
        ),
        (
            survived(7),
            3,
            "inconclusive: descendants outlived the command: helper (9); no leak found; the command exited with status 7",
        ),
        (survived(0).pass_open(), 0, "no leak found; the command exited with status 0"),
    ]);
}

#[test]
fn warnings_decide_nothing() {
    check(&[
        (session(&["stable"]).warn_if(&["peak(rss) > 1MB"]), 0, "no leak found"),
        (session(&["leaking"]).warn_if(&["peak(rss) > 1GB"]), 1, "1 leak: leaking (1) +172 MiB/h"),
        (
            session(&["short"]).warn_if(&["growth(memory) > 1MB/h"]),
            3,
            "inconclusive: 1 of 1 target without enough data; run for at least another 8 min 50 s",
        ),
        (session(&["stable"]).warn_if(&["peak(rss) > 1MB"]).fail_if(&["peak(rss) > 1GB"]), 0, "threshold passed"),
    ]);
}

#[test]
fn a_brief_summary_names_no_finding() {
    let brief = |session: Session| session.outcome().brief;
    assert_eq!(brief(session(&["leaking"]).end(EXITED(3))), "1 leak; the command exited with status 3");
    let suspect = "inconclusive: 1 suspect not proved; run for at least another 50 min 10 s";
    assert_eq!(brief(session(&["suspect"])), suspect);
    assert_eq!(brief(session(&["stable"])), "no leak found");
}

#[test]
fn undecided_thresholds_name_the_time_that_decides() {
    let outcome = session(&["noisy"]).fail_if(&["growth(memory) > 1MB/h"]).outcome();
    let wanted =
        regex::Regex::new("^inconclusive: threshold undecided; run for at least another [0-9 hmins]+ to decide$");
    assert!(wanted.expect("a pattern").is_match(&outcome.summary), "{}", outcome.summary);
    assert_eq!(outcome.brief, "inconclusive: threshold undecided", "the line of the threshold names the time");
}

#[test]
fn a_pool_leads_its_members_unless_they_are_worse() {
    let mut targets = judge(&["leaking", "leaking"], &mut Evaluator::new(Vec::new(), Settings::default(), 0.0));
    let pool = targets.iter().position(|target| target.key.is_none()).expect("a pool");
    let leads = |targets: &[Target]| findings(targets).iter().map(|finding| finding.lead).collect::<Vec<_>>();
    assert_eq!(leads(&targets), [pool]);
    targets[pool].assessment.verdict.status = Status::Suspect;
    let found = findings(&targets);
    assert_eq!(leads(&targets).len(), 2);
    assert!(found.iter().all(|finding| finding.status == Status::Leaking && finding.others == [pool]));
}

#[test]
fn a_leak_that_a_threshold_reports_has_no_case_of_its_own() {
    let failed = session(&["leaking", "leaking"]).fail_if(&["growth(memory) > 1MB/h", "peak(rss) > 1GB"]).outcome();
    let lead = failed.targets.iter().position(|case| case.led_by.is_none()).expect("a lead");
    let reports = failed.results.iter().filter(|case| case.state == CaseState::Failed && case.led_by.is_none());
    let reports: Vec<usize> = reports.map(|case| case.result).collect();
    assert_eq!(reports.len(), 1, "{:#?}", failed.results);
    assert_eq!(failed.targets[lead].reported_by, Some(reports[0]));
    let passed = session(&["leaking"]).fail_if(&["peak(rss) > 1GB"]).outcome();
    assert_eq!((passed.targets[0].state, passed.targets[0].reported_by), (CaseState::Failed, None));
}

#[test]
fn a_pass_names_the_target_nearest_to_its_limit() {
    let threshold = Threshold { tier: Tier::Fail, expression: "peak(rss) > 1GB".parse().expect("an expression") };
    let mut evaluator = Evaluator::new(vec![threshold], Settings::default(), 0.0);
    judge(&["stable", "stable", "warming"], &mut evaluator);
    let nearest = evaluator.worst(0).expect("a result");
    assert_eq!((nearest.subject.name.as_str(), nearest.subject.members), ("warming", None));
    let mut evaluator = Evaluator::new(evaluator.thresholds().to_vec(), Settings::default(), 0.0);
    judge(&["stable", "stable"], &mut evaluator);
    assert_eq!(evaluator.worst(0).expect("a result").subject.members, Some(2));
}
