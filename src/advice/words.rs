//! What grows in a target, in sentences.

use crate::analysis::{Resource, Status};
use crate::event::{CounterGrowth, Target};
use crate::model::Breakdown;
use crate::model::{Attribution, Counter, DescriptorKind, FirstAndLatest, MappingKind, RuntimeIdentity, Timestamp};
use crate::units::{Bytes, SignedBytes, Span};

use super::next_step::{NextStep, next_steps};

/// Parts that a sentence names.
const NAMED: usize = 3;

/// What was seen so many seconds ago is still said to be so now.
const RECENT_S: f64 = 2.0;

/// Whether there is anything to explain.
#[must_use]
pub fn is_suspected(target: &Target) -> bool {
    target.assessment.verdict.status >= Status::Suspect
}

/// A mapping, for people.
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

/// A kind of descriptors, for people.
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

fn thread_words((): (), name: &str) -> String {
    if name.is_empty() { "others".to_owned() } else { format!("'{name}'") }
}

/// The commands to run next; none for a sum, for what has ended, and for what was recorded elsewhere.
#[must_use]
pub fn next_steps_for(target: &Target) -> Vec<NextStep> {
    let (Some(key), Some(known)) = (target.key, &target.attribution) else { return Vec::new() };
    if !is_suspected(target) || target.lifetime.ended.is_some() || known.identity == RuntimeIdentity::default() {
        return Vec::new();
    }
    let steps = |resource| next_steps(key.pid, &known.identity, resource);
    let resources = &target.assessment.resources;
    let leaks = |resource| resources.iter().any(|known| known.resource == resource && known.status >= Status::Suspect);
    // Descriptors and threads that leak bring memory with them: one command for each.
    let others = [Resource::Fds, Resource::Threads].into_iter().filter(|&resource| leaks(resource));
    match target.assessment.verdict.resource.unwrap_or(Resource::Memory) {
        Resource::Memory => {
            let first = others.filter_map(|resource| steps(resource).into_iter().next()).take(1);
            first.chain(steps(Resource::Memory)).take(2).collect()
        }
        other => steps(other),
    }
}

/// Everything that is known of the causes, a sentence each, without the commands; nothing for those who are not accused.
#[must_use]
pub fn explain(target: &Target) -> Vec<String> {
    if !is_suspected(target) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let grown: Vec<String> = target
        .baseline
        .growth(&target.current.reading)
        .iter()
        .filter(|growth| growth.change() > 0)
        .map(counter_words)
        .collect();
    if !grown.is_empty() {
        lines.push(format!("since the first sample: {}", grown.join(", ")));
    }
    let Some(known) = target.attribution.as_deref() else { return lines };
    lines.extend(members(known, target.assessment.verdict.resource));
    let bytes = (|change: i64| SignedBytes(change).to_string(), |amount: u64| Bytes(amount).to_string());
    let count = (|change: i64| format!("{change:+}"), |amount: u64| amount.to_string());
    let now = target.lifetime.last_seen;
    lines.extend(known.mappings.as_ref().map(|pair| parts("in memory", pair, now, mapping_label, bytes)));
    lines.extend(known.descriptors.as_ref().map(|pair| parts("open files", pair, now, descriptor_label, count)));
    lines.extend(known.threads.as_ref().map(|pair| parts("threads", pair, now, thread_words, count)));
    lines.extend(known.refused.as_ref().map(|why| format!("its mappings were not looked at: {why}")));
    lines.extend(identity(&known.identity));
    lines
}

fn counter_words(growth: &CounterGrowth) -> String {
    let name = match growth.counter {
        Counter::RssAnon => "anonymous",
        Counter::RssShmem => "shared",
        Counter::Swap => "swapped",
        Counter::RssFile => "file mappings",
        Counter::Fds => return format!("open files {:+}", growth.change()),
        Counter::Threads => return format!("threads {:+}", growth.change()),
        _ => "RSS",
    };
    format!("{name} {}", SignedBytes(growth.change()))
}

fn members(known: &Attribution, resource: Option<Resource>) -> Option<String> {
    let one = |member: &crate::model::MemberGrowth| {
        let growth = match resource {
            Some(Resource::Fds | Resource::Threads) => format!("{:+}", member.growth),
            _ => SignedBytes(member.growth).to_string(),
        };
        let late = if member.joined_late { " (came later, with all it holds)" } else { "" };
        match member.pid {
            Some(pid) => format!("{} ({pid}) {growth}{late}", member.name),
            None => format!("{} {growth}{late}", member.name),
        }
    };
    let named: Vec<String> = known.members.iter().map(one).collect();
    (!named.is_empty()).then(|| format!("most of it: {}", named.join(", ")))
}

/// What has grown between two looks; what there is, where there was only one, or nothing has grown.
fn parts<K: Copy + Eq>(
    what: &str,
    pair: &FirstAndLatest<K>,
    now: Timestamp,
    words: fn(K, &str) -> String,
    (change, amount): (impl Fn(i64) -> String, impl Fn(u64) -> String),
) -> String {
    let holds = |tally: &Breakdown<K>| {
        let parts = tally.parts().iter().take(NAMED);
        parts
            .map(|part| format!("{} {}", words(part.kind, &part.name), amount(part.amount)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let Some((at, last)) = &pair.last else { return format!("{what}: {}", holds(&pair.first.1)) };
    let (since, first) = &pair.first;
    // Looks are dear, and ever more seldom.
    let age = now.seconds_since(*at).round();
    let (then, ago) = if age < RECENT_S {
        ("now", String::new())
    } else {
        ("then", format!(" until the last look, {} ago", Span(age)))
    };
    let changes = last.changes_since(first);
    let grown: Vec<String> = changes
        .iter()
        .filter(|part| part.growth() > 0)
        .take(NAMED)
        .map(|part| format!("{} {} ({then} {})", words(part.kind, part.name), change(part.growth()), amount(part.last)))
        .collect();
    let span = Span(at.seconds_since(*since).round());
    match grown.is_empty() {
        true => format!("{what}: nothing has grown within {span}{ago}; {}", holds(last)),
        false => format!("{what}, within {span}{ago}: {}", grown.join(", ")),
    }
}

fn identity(identity: &RuntimeIdentity) -> Option<String> {
    let runtime = identity.runtime.map(crate::model::Runtime::display_name);
    let allocator = identity.allocator.map(crate::model::Allocator::name);
    match (runtime, allocator) {
        (Some(runtime), Some(allocator)) => Some(format!("it is {runtime}, with the malloc of {allocator}")),
        (Some(runtime), None) => Some(format!("it is {runtime}")),
        (None, Some(allocator)) => Some(format!("its runtime is not recognised; its malloc is that of {allocator}")),
        (None, None) => None,
    }
}
