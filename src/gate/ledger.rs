//! The answers of a session, in bounded memory: a host that starts hundreds of processes a second must not make a
//! watcher grow, nor its report.

use super::answer::{Answer, Outcome};

/// Answers about targets that have gone; beyond them those that pass are only counted.
const KEPT: usize = 1024;
/// Failing answers to one threshold about targets that have gone: the worst are kept, the others counted.
const FAILED_KEPT: usize = 50;

/// All answers that are kept, and how many are not.
#[derive(Debug)]
pub(super) struct Ledger {
    pub answers: Vec<Answer>,
    /// By threshold.
    folded: Vec<Folded>,
}

/// Answers to one threshold that are only counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Folded {
    /// Those that passed.
    pub passed: u64,
    /// Those that failed, by less than those that are kept.
    pub failed: u64,
}

impl Ledger {
    pub(super) fn new(thresholds: usize) -> Self {
        Self { answers: Vec::new(), folded: vec![Folded::default(); thresholds] }
    }

    /// What is only counted of the answers to a threshold.
    pub(super) fn folded(&self, threshold: usize) -> Folded {
        self.folded[threshold]
    }

    /// Takes an answer. One of a target that passed by would not count beside any other that is judged.
    pub(super) fn enter(&mut self, answer: Answer, passing_by: bool, upward: bool) {
        let full = answer.gone && self.answers.len() >= KEPT;
        match answer.outcome {
            Outcome::Pass if full => self.folded[answer.threshold].passed += 1,
            Outcome::Inconclusive if full && passing_by => {}
            Outcome::Fail if answer.gone => self.enter_failed(answer, upward),
            _ => self.answers.push(answer),
        }
    }

    fn enter_failed(&mut self, answer: Answer, upward: bool) {
        let excess = |answer: &Answer| answer.excess(upward).unwrap_or(0.0);
        let alike =
            |kept: &&mut Answer| kept.gone && kept.threshold == answer.threshold && kept.outcome == Outcome::Fail;
        let (mut count, mut least): (usize, Option<&mut Answer>) = (0, None);
        for kept in self.answers.iter_mut().filter(alike) {
            count += 1;
            if least.as_ref().is_none_or(|least| excess(kept) < excess(least)) {
                least = Some(kept);
            }
        }
        match least {
            Some(least) if count >= FAILED_KEPT => {
                self.folded[answer.threshold].failed += 1;
                if excess(&answer) > excess(least) {
                    *least = answer;
                }
            }
            _ => self.answers.push(answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Subject;

    fn answer(outcome: Outcome, value: f64) -> Answer {
        let subject = Subject { members: None, pid: None, name: "x".into(), cmdline: String::new(), source: None };
        Answer {
            threshold: 0,
            subject,
            outcome,
            excused: false,
            counts: true,
            value: Some(value),
            low: None,
            high: None,
            limit: Some(1.0),
            difference: None,
            at: None,
            observed_s: 1.0,
            gone: true,
            unmoved: false,
            smallest_detectable: None,
            seconds_to_decide: None,
            message: String::new(),
        }
    }

    #[test]
    fn of_thousands_that_fail_and_go_the_worst_are_kept_and_the_others_counted() {
        for upward in [true, false] {
            let mut ledger = Ledger::new(1);
            for n in 0..3000_u32 {
                let value = f64::from(n * 7919 % 3000) + 2.0;
                ledger.enter(answer(Outcome::Fail, if upward { value } else { -value }), false, upward);
            }
            assert_eq!((ledger.answers.len(), ledger.folded(0).failed), (FAILED_KEPT, 3000 - 50));
            let all_are_worst = ledger.answers.iter().all(|kept| kept.value.is_some_and(|value| value.abs() > 2950.0));
            assert!(all_are_worst);
        }
    }

    #[test]
    fn those_that_pass_make_room_for_none_and_are_counted() {
        let mut ledger = Ledger::new(1);
        (0..2000).for_each(|_| ledger.enter(answer(Outcome::Pass, 0.0), false, true));
        ledger.enter(answer(Outcome::Fail, 2.0), false, true);
        assert_eq!((ledger.answers.len(), ledger.folded(0)), (KEPT + 1, Folded { passed: 976, failed: 0 }));
    }
}
