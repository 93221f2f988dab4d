//! Lives of the services of a session: processes of one name and command line that follow each other.

use std::collections::HashMap;

use crate::analysis::{Assessment, Life, Reason, Resource, Rule, SeriesLives, Status};
use crate::event::{Target, TargetKind};
use crate::model::ProcessLabel;

/// Largest number of finished lives of one service.
const KEPT: usize = 16;
/// Largest number of services. Processes may invent new names for ever.
const SERVICES: usize = 1024;

/// Name and command line.
type Service = (String, String);

/// Finished lives by service.
#[derive(Debug, Default)]
pub(super) struct ServiceLives {
    /// `None` for a service with several processes at one time.
    by_service: HashMap<Service, Option<Vec<Life>>>,
}

impl ServiceLives {
    /// Returns the finished lives of a service, the oldest first.
    pub(super) fn of(&self, label: &ProcessLabel) -> Vec<Life> {
        if self.by_service.is_empty() {
            return Vec::new();
        }
        self.by_service.get(&service(label)).cloned().flatten().unwrap_or_default()
    }

    /// Adds the life of a process that exited. `targets` are all of the session.
    pub(super) fn record(&mut self, target: &Target, targets: &[Target]) {
        let Some(life) = target.as_life(&target.assessment).filter(|_| target.kind == TargetKind::Process) else {
            return;
        };
        let service = service(&target.label);
        if self.by_service.len() >= SERVICES && !self.by_service.contains_key(&service) {
            return;
        }
        let entry = self.by_service.entry(service).or_insert_with(|| Some(Vec::new()));
        let Some(lives) = entry else { return };
        let has_company = targets.iter().any(|other| {
            let is_other = other.number != target.number && is_same_service(other, target);
            is_other && life.overlaps(other.lifetime.first_seen, other.lifetime.last_seen)
        });
        if has_company || lives.iter().any(|before| life.overlaps(before.began, before.ended)) {
            *entry = None;
            return;
        }
        if lives.len() == KEPT {
            lives.remove(0);
        }
        lives.push(life);
    }
}

/// Raises the assessment of a target to the verdict on all lives of its service or series.
pub(super) fn join_lives(target: &Target, assessment: &mut Assessment) {
    if let Some(restarts) = target.lives_within().and_then(SeriesLives::reason) {
        // It explains the lives, and follows them.
        let raised = raise_to_lives(target, assessment);
        let reasons = &mut assessment.verdict.reasons;
        reasons.insert(if raised { 1 } else { reasons.len() }, restarts);
    } else {
        raise_to_lives(target, assessment);
    }
}

/// Raises the assessment of a target to the verdict on all its lives. Returns true if they are the first reason now.
fn raise_to_lives(target: &Target, assessment: &mut Assessment) -> bool {
    let Some(lives) = target.judge_lives(assessment) else { return false };
    let joined = lives.status.zip(lives.reason(assessment.growth.threshold));
    let Some((status, reason)) = joined.or_else(|| leak_before_restart(target, assessment)) else { return false };
    let verdict = &mut assessment.verdict;
    if status > verdict.status {
        verdict.status = status;
        verdict.resource = Some(Resource::Memory);
        // A life that ends at its limit has not settled.
        verdict.reasons.retain(|reason| reason.rule != Rule::Withdrawal);
    }
    let is_memory = verdict.resource == Some(Resource::Memory);
    if is_memory {
        verdict.reasons.insert(0, reason);
    }
    is_memory
}

/// Returns `Suspect` for an undecided life after a restart that the recording names, if the life before it leaked.
fn leak_before_restart(target: &Target, assessment: &Assessment) -> Option<(Status, Reason)> {
    let before = target.lives_within()?.finished().last()?;
    let is_undecided = matches!(assessment.verdict.status, Status::InsufficientData | Status::WarmingUp);
    (is_undecided && before.status == Status::Leaking)
        .then(|| (Status::Suspect, before.leak_before_restart(assessment.growth.threshold)))
}

/// Gives the last process of each service of a recording the lives of the ones before. Returns the indexes of the last ones.
pub(super) fn join_recorded_lives(targets: &mut [Target], first: usize) -> Vec<usize> {
    let mut by_service: HashMap<Service, Vec<usize>> = HashMap::new();
    for (index, target) in targets.iter().enumerate().skip(first) {
        if target.kind == TargetKind::Process && target.key.is_some() && target.lifetime.ended.is_none() {
            by_service.entry(service(&target.label)).or_default().push(index);
        }
    }
    let mut last_ones = Vec::new();
    for mut indexes in by_service.into_values().filter(|indexes| indexes.len() > 1) {
        indexes.sort_by_key(|&index| targets[index].lifetime.first_seen);
        let follow =
            indexes.windows(2).all(|pair| targets[pair[0]].lifetime.last_seen < targets[pair[1]].lifetime.first_seen);
        let Some(last) = indexes.pop().filter(|_| follow) else { continue };
        let lives = indexes.iter().filter_map(|&index| targets[index].as_life(&targets[index].assessment));
        let mut lives: Vec<Life> = lives.collect();
        lives.drain(..lives.len().saturating_sub(KEPT));
        targets[last].set_earlier_lives(lives);
        last_ones.push(last);
    }
    last_ones.sort_unstable();
    last_ones
}

/// True if the lives of a target are proof of a leak.
pub(super) fn lives_leak(target: &Target) -> bool {
    let verdict = &target.assessment.verdict;
    verdict.status == Status::Leaking && verdict.reasons.iter().any(|reason| reason.rule == Rule::Lives)
}

fn service(label: &ProcessLabel) -> Service {
    (label.name.clone(), label.cmdline.clone())
}

fn is_same_service(a: &Target, b: &Target) -> bool {
    a.kind == TargetKind::Process && a.label.name == b.label.name && a.label.cmdline == b.label.cmdline
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::AlertSettings;
    use crate::analysis::Settings;
    use crate::event::Fanout;
    use crate::model::{Counter, Reading, Sample, Timestamp};
    use crate::session::{MinObservation, Rules, TargetSet};

    /// Judges a series of several lives of an hour each, whose restarts are named. `level` is the memory in MiB by life and
    /// minute.
    fn judged(lives: i64, minutes: i64, level: impl Fn(i64, i64) -> i64) -> Target {
        let (analysis, alerts) = (Settings::default(), AlertSettings::default());
        let min_observation = MinObservation::FifthOfRecording;
        let rules = Rules { analysis, min_observation, alerts, limit_bytes: None, pools: true };
        let (mut targets, mut sink) = (TargetSet::new(rules, 0.0), Fanout::default());
        targets.begin_recording();
        let label = ProcessLabel { name: "shop".to_owned(), ..ProcessLabel::default() };
        let index = targets.open(None, label.into(), None, None, Timestamp(0), &mut sink).expect("a target");
        targets.allow_restarts(index, true);
        for life in 0..lives {
            for reading in 0..if life + 1 == lives { 6 * minutes } else { 360 } {
                let at = Timestamp(1000 * (3600 * life + 10 * reading));
                if reading == 0 && life > 0 {
                    targets.cut(index, at, &mut sink).expect("no output fails");
                }
                let noise = 4096 * (reading * 7919 % 31);
                let memory = (level(life, reading / 6) << 20) + noise;
                let reading = Reading::default().with(Counter::Rss, memory.unsigned_abs());
                targets.observe(index, &Sample { at, reading }, &[], &mut sink).expect("no output fails");
            }
        }
        let end = Timestamp(3_600_000 * lives);
        targets.judge_all(end, &mut sink).expect("no output fails");
        targets.targets()[0].clone()
    }

    fn reasons(target: &Target) -> Vec<String> {
        target.assessment.verdict.reasons.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_series_with_named_restarts_leaks_in_all_its_lives() {
        let target = judged(5, 60, |_, minute| 200 + 2 * minute);
        assert_eq!(target.assessment.verdict.status, Status::Leaking, "{:#?}", reasons(&target));
        assert!(reasons(&target)[0].starts_with("leaks in 5 of 5 lives, 1"), "{:#?}", reasons(&target));
        assert_eq!(reasons(&target)[1], "restarted 4 times");
        let healthy = judged(5, 60, |_, minute| 200 + 120 * (1 + minute).min(8) / 8);
        assert!(healthy.assessment.verdict.status < Status::Suspect, "{:#?}", reasons(&healthy));
    }

    #[test]
    fn a_leak_is_suspect_until_the_life_after_it_decides() {
        let level = |life: i64, minute: i64| if life == 0 { 200 + 2 * minute } else { 200 };
        let young = judged(2, 3, level);
        assert_eq!(young.assessment.verdict.status, Status::Suspect, "{:#?}", reasons(&young));
        assert!(reasons(&young)[0].starts_with("leaked by 11"), "{:#?}", reasons(&young));
        assert_eq!(judged(2, 60, level).assessment.verdict.status, Status::Stable, "the leak was fixed");
    }
}
