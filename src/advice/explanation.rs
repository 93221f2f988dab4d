//! Explanation of growth: sentences on the counters and parts of a target that grew, and on its runtime.

use crate::analysis::{Resource, Status};
use crate::event::{CounterGrowth, Target};
use crate::model::{
    Allocator, Attribution, Breakdown, Counter, CounterUnit, DescriptorKind, FirstAndLatest, MappingKind, MemberGrowth,
    PartChange, Runtime, RuntimeIdentity, Timestamp,
};
use crate::units::{Bytes, SignedBytes, Span};

use super::next_step::{NextStep, next_steps};

/// Most parts that a sentence names.
const MAX_NAMED: usize = 3;
/// Most commands for one target.
const MAX_STEPS: usize = 2;
/// Age of an inspection, in seconds, below which it counts as current.
const RECENT_S: f64 = 2.0;

/// True if the target is suspected of leaking, so that there is something to explain.
#[must_use]
pub fn is_suspected(target: &Target) -> bool {
    target.assessment.verdict.status >= Status::Suspect
}

/// Returns the label of a mapping.
#[must_use]
pub fn mapping_label(kind: MappingKind, name: &str) -> String {
    match (kind, name) {
        (MappingKind::Heap, _) => "[heap]".to_owned(),
        (MappingKind::Anonymous, _) => "anonymous arenas".to_owned(),
        (MappingKind::NamedAnonymous, "") => "other named anonymous memory".to_owned(),
        (MappingKind::NamedAnonymous, name) => format!("anonymous memory '{name}'"),
        (MappingKind::Stack, _) => "stacks".to_owned(),
        (MappingKind::Jit, _) => "executable anonymous memory (JIT)".to_owned(),
        (MappingKind::File, "") => "private pages of other files".to_owned(),
        (MappingKind::File, name) => format!("private pages of {name}"),
        (MappingKind::Shared, "") => "other shared memory".to_owned(),
        (MappingKind::Shared, name) => format!("shared memory {name}"),
    }
}

/// Returns the label of a kind of descriptors.
#[must_use]
pub fn descriptor_label(kind: DescriptorKind, name: &str) -> String {
    match (kind, name) {
        (DescriptorKind::Socket, "") => "other sockets".to_owned(),
        (DescriptorKind::Socket, name) => format!("sockets, {name}"),
        (DescriptorKind::File, "") => "files elsewhere".to_owned(),
        (DescriptorKind::File, name) => format!("files in {name}"),
        (DescriptorKind::Device, "") => "other devices".to_owned(),
        (DescriptorKind::Pipe, _) => "pipes".to_owned(),
        (DescriptorKind::Memfd, "") => "other memory files".to_owned(),
        (DescriptorKind::Memfd, name) => format!("memory file {name}"),
        (_, "") => "others".to_owned(),
        (DescriptorKind::Device | DescriptorKind::Kernel | DescriptorKind::Other, name) => name.to_owned(),
    }
}

/// Returns the label of threads of one name.
fn thread_label((): (), name: &str) -> String {
    if name.is_empty() { "others".to_owned() } else { format!("'{name}'") }
}

/// Returns the commands to run next; none for a sum, for an exited process, and for a recording of another host.
#[must_use]
pub fn next_steps_for(target: &Target) -> Vec<NextStep> {
    let (Some(key), Some(known)) = (target.key, &target.attribution) else { return Vec::new() };
    if !is_suspected(target) || target.lifetime.ended.is_some() || known.identity == RuntimeIdentity::default() {
        return Vec::new();
    }
    match target.assessment.verdict.resource.unwrap_or(Resource::Memory) {
        Resource::Memory => {
            // Leaking descriptors and threads bring memory with them: one command for each.
            let first = [Resource::Fds, Resource::Threads].into_iter().find(|&resource| leaks(target, resource));
            let first = first.and_then(|resource| next_steps(key.pid, &known.identity, resource).into_iter().next());
            first.into_iter().chain(next_steps(key.pid, &known.identity, Resource::Memory)).take(MAX_STEPS).collect()
        }
        resource => next_steps(key.pid, &known.identity, resource),
    }
}

fn leaks(target: &Target, resource: Resource) -> bool {
    let mut resources = target.assessment.resources.iter();
    resources.any(|known| known.resource == resource && known.status >= Status::Suspect)
}

/// Returns everything known of the causes, a sentence each and without commands; nothing for an unsuspected target.
#[must_use]
pub fn explain(target: &Target) -> Vec<String> {
    if !is_suspected(target) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    lines.extend(counters(target));
    let Some(known) = target.attribution.as_deref() else { return lines };
    lines.extend(members(known, target.assessment.verdict.resource));
    let now = target.lifetime.last_seen;
    lines.extend(
        known.mappings.as_ref().map(|pair| parts("memory by mapping", pair, now, mapping_label, Amount::Bytes)),
    );
    lines.extend(
        known.descriptors.as_ref().map(|pair| parts(Counter::Fds.label(), pair, now, descriptor_label, Amount::Number)),
    );
    lines.extend(
        known.threads.as_ref().map(|pair| parts(Counter::Threads.label(), pair, now, thread_label, Amount::Number)),
    );
    lines.extend(known.refused.as_ref().map(|reason| format!("mappings not inspected: {reason}")));
    lines.extend(runtime(&known.identity));
    lines
}

/// Returns the most specific sentence on the cause: members of a sum that grew, parts of the leaking resource that grew,
/// or counters that grew.
#[must_use]
pub fn main_cause(target: &Target) -> Option<String> {
    let resource = target.assessment.verdict.resource?;
    let now = target.lifetime.last_seen;
    let known = target.attribution.as_deref();
    let named_members = known.and_then(|known| members(known, Some(resource)));
    let grown_parts = known.and_then(|known| match resource {
        Resource::Memory => {
            grown_parts("memory by mapping", known.mappings.as_ref()?, now, mapping_label, Amount::Bytes)
        }
        Resource::Fds => {
            grown_parts(Counter::Fds.label(), known.descriptors.as_ref()?, now, descriptor_label, Amount::Number)
        }
        Resource::Threads => {
            grown_parts(Counter::Threads.label(), known.threads.as_ref()?, now, thread_label, Amount::Number)
        }
    });
    named_members.or(grown_parts).or_else(|| counters(target))
}

/// Returns the parts that grew between two inspections; `None` if none did, or after a single inspection.
fn grown_parts<K: Copy + Eq>(
    subject: &str,
    pair: &FirstAndLatest<K>,
    now: Timestamp,
    label: fn(K, &str) -> String,
    amount: Amount,
) -> Option<String> {
    let (_, last) = pair.last.as_ref()?;
    let grew = last.changes_since(&pair.first.1).iter().any(|part| part.growth() > 0);
    grew.then(|| parts(subject, pair, now, label, amount))
}

/// Returns the counters that grew since the first sample.
fn counters(target: &Target) -> Option<String> {
    let growth = target.start_values.growth(&target.current.reading);
    let grown: Vec<String> = growth.iter().filter(|growth| growth.change() > 0).map(counter_growth).collect();
    (!grown.is_empty()).then(|| format!("since the first sample: {}", grown.join(", ")))
}

fn counter_growth(growth: &CounterGrowth) -> String {
    let label = growth.counter.label();
    match growth.counter.unit() {
        CounterUnit::Bytes => format!("{label} {}", SignedBytes(growth.change())),
        CounterUnit::Count => format!("{label} {:+}", growth.change()),
    }
}

/// Returns the members of a sum that grew most.
fn members(known: &Attribution, resource: Option<Resource>) -> Option<String> {
    let named: Vec<String> = known.members.iter().map(|member| member_growth(member, resource)).collect();
    (!named.is_empty()).then(|| format!("largest growth: {}", named.join(", ")))
}

fn member_growth(member: &MemberGrowth, resource: Option<Resource>) -> String {
    let growth = match resource {
        Some(Resource::Fds | Resource::Threads) => Amount::Number.change(member.growth),
        _ => Amount::Bytes.change(member.growth),
    };
    let late = if member.joined_late { " (joined late; its whole level counts)" } else { "" };
    match member.pid {
        Some(pid) => format!("{} ({pid}) {growth}{late}", member.name),
        None => format!("{} {growth}{late}", member.name),
    }
}

/// The unit of the parts of a breakdown.
#[derive(Debug, Clone, Copy)]
enum Amount {
    Bytes,
    Number,
}

impl Amount {
    fn level(self, amount: u64) -> String {
        match self {
            Self::Bytes => Bytes(amount).to_string(),
            Self::Number => amount.to_string(),
        }
    }

    fn change(self, change: i64) -> String {
        match self {
            Self::Bytes => SignedBytes(change).to_string(),
            Self::Number => format!("{change:+}"),
        }
    }
}

/// Returns the parts that grew between two inspections. After a single inspection, or without growth, it returns the
/// largest parts.
fn parts<K: Copy + Eq>(
    subject: &str,
    pair: &FirstAndLatest<K>,
    now: Timestamp,
    label: fn(K, &str) -> String,
    amount: Amount,
) -> String {
    let (since, first) = &pair.first;
    let Some((at, last)) = &pair.last else { return format!("{subject}: {}", largest(first, label, amount)) };
    // Inspections are expensive and become rarer, so the latest may be old.
    let age = now.seconds_since(*at).round();
    let is_recent = age < RECENT_S;
    let span = Span(at.seconds_since(*since).round());
    let ago = if is_recent { String::new() } else { format!(" until the last inspection, {} ago", Span(age)) };
    let changes = last.changes_since(first);
    let grown: Vec<String> = changes
        .iter()
        .filter(|part| part.growth() > 0)
        .take(MAX_NAMED)
        .map(|part| part_growth(part, is_recent, label, amount))
        .collect();
    if grown.is_empty() {
        format!("{subject}, no growth within {span}{ago}: {}", largest(last, label, amount))
    } else {
        format!("{subject}, growth within {span}{ago}: {}", grown.join(", "))
    }
}

fn part_growth<K: Copy>(
    part: &PartChange<'_, K>,
    is_recent: bool,
    label: fn(K, &str) -> String,
    amount: Amount,
) -> String {
    let time = if is_recent { "now" } else { "then" };
    let (change, level) = (amount.change(part.growth()), amount.level(part.last));
    format!("{} {change} ({time} {level})", label(part.kind, part.name))
}

/// Returns the largest parts with their levels.
fn largest<K: Copy + Eq>(breakdown: &Breakdown<K>, label: fn(K, &str) -> String, amount: Amount) -> String {
    let parts = breakdown.parts().iter().take(MAX_NAMED);
    let parts: Vec<String> =
        parts.map(|part| format!("{} {}", label(part.kind, &part.name), amount.level(part.amount))).collect();
    parts.join(", ")
}

fn runtime(identity: &RuntimeIdentity) -> Option<String> {
    match (identity.runtime.map(Runtime::display_name), identity.allocator.map(Allocator::name)) {
        (Some(runtime), Some(allocator)) => Some(format!("runtime: {runtime}, {allocator} malloc")),
        (Some(runtime), None) => Some(format!("runtime: {runtime}")),
        (None, Some(allocator)) => Some(format!("runtime: unknown, {allocator} malloc")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtime_and_allocator_are_one_line() {
        let identity = |runtime, allocator| RuntimeIdentity { runtime, allocator, ..RuntimeIdentity::default() };
        let both = identity(Some(Runtime::CPython), Some(Allocator::Glibc));
        assert_eq!(runtime(&both).as_deref(), Some("runtime: CPython, glibc malloc"));
        assert_eq!(runtime(&identity(None, Some(Allocator::Musl))).as_deref(), Some("runtime: unknown, musl malloc"));
        assert_eq!(runtime(&identity(None, None)), None);
    }

    #[test]
    fn parts_without_a_name_have_a_label() {
        assert_eq!(mapping_label(MappingKind::File, ""), "private pages of other files");
        assert_eq!(descriptor_label(DescriptorKind::Socket, "tcp established"), "sockets, tcp established");
        assert_eq!(descriptor_label(DescriptorKind::Kernel, ""), "others");
        assert_eq!(thread_label((), "worker"), "'worker'");
    }
}
