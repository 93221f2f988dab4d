//! Page counts that confirm or refute a leak before it is reported.

use leakwatch::alert::AlertKind;
use leakwatch::analysis::{Rule, Status};
use leakwatch::session::SessionPlan;
use leakwatch::source::ExactMemory;

use crate::script::*;

/// Returns the status of a growing process, the reason from its page count, and the number of its leak alerts.
fn judge(pages: Option<fn(u64) -> ExactMemory>, pss: bool) -> (Status, String, usize) {
    let growing = Process { rss: |second| (50 << 20) + second * 65_536, ..process(7, 1, 0, 9999) };
    let mut script = Script::new(vec![growing]);
    script.pages = pages;
    let mut collected = Collected::default();
    let (_, watch) = run(&mut script, SessionPlan { pss, ..plan(1200) }, rules(), &mut collected);
    let verdict = &watch.targets()[0].assessment.verdict;
    let exactness: Vec<_> = verdict.reasons.iter().filter(|reason| reason.rule == Rule::Exactness).collect();
    assert_eq!(exactness.len(), 1, "{verdict:?}");
    let leaks = collected.alerts.iter().filter(|alert| alert.0 == AlertKind::Leak).count();
    (verdict.status, exactness[0].to_string(), leaks)
}

#[test]
fn pages_are_counted_before_a_leak_is_reported() {
    let in_use: fn(u64) -> ExactMemory = |bytes| ExactMemory { anonymous: bytes, ..ExactMemory::default() };
    let (status, text, leaks) = judge(Some(in_use), true);
    assert_eq!((status, leaks), (Status::Leaking, 1));
    assert!(text.starts_with("page count confirms the leak") && text.contains(" in use at "), "{text}");
    let freed = |bytes| ExactMemory { anonymous: bytes, lazy_free: bytes - (51 << 20), swap: 0 };
    let (status, text, leaks) = judge(Some(freed), true);
    assert_eq!((status, leaks), (Status::Suspect, 0));
    assert!(text.contains("refutes the leak") && text.contains("freed but not yet reclaimed"), "{text}");
    for (pages, pss, reason) in [(None, true, "CAP_X is missing"), (Some(in_use), false, "'--no-pss'")] {
        let (status, text, leaks) = judge(pages, pss);
        assert_eq!((status, leaks), (Status::Leaking, 1));
        assert!(text.starts_with("no page count") && text.contains(reason), "{text}");
    }
}
