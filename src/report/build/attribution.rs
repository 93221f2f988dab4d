//! Attribution: counters and parts that grew, with the next steps.

use crate::advice;
use crate::event::{CounterGrowth, Target};
use crate::model::{Breakdown, DescriptorKind, FirstAndLatest, MappingKind};
use crate::schema;

/// Returns the attribution of a suspected target; `None` for all others.
pub(super) fn attribution(target: &Target) -> Option<schema::Attribution> {
    if !advice::is_suspected(target) {
        return None;
    }
    let counters = target.start_values.growth(&target.current.reading);
    let known = target.attribution.as_deref().cloned().unwrap_or_default();
    let members = known.members.into_iter().map(|member| schema::MemberEntry {
        pid: member.pid.map(|pid| pid.0),
        name: member.name,
        change: member.growth,
    });
    let steps = advice::next_steps_for(target).into_iter().map(|step| schema::NextStep {
        command: step.command,
        shows: step.shows.to_owned(),
        caution: step.caution.map(str::to_owned),
    });
    Some(schema::Attribution {
        counters: counters.into_iter().map(counter_change).collect(),
        members: members.collect(),
        runtime: known.identity.runtime.map(|runtime| runtime.name().to_owned()),
        allocator: known.identity.allocator.map(|allocator| allocator.name().to_owned()),
        mappings: known.mappings.as_ref().map(|pair| inspections(pair, mapping_kind)),
        descriptors: known.descriptors.as_ref().map(|pair| inspections(pair, descriptor_kind)),
        threads: known.threads.as_ref().map(|pair| inspections(pair, |()| "thread")),
        not_looked_at: known.refused,
        text: advice::explain(target),
        next_steps: steps.collect(),
    })
}

fn counter_change(growth: CounterGrowth) -> schema::CounterChange {
    schema::CounterChange {
        counter: growth.counter.column().to_owned(),
        first: growth.first,
        last: growth.last,
        change: growth.change(),
    }
}

/// Returns the parts of the latest inspection, and their amounts at the first one if there were two.
fn inspections<K: Copy + Eq>(pair: &FirstAndLatest<K>, kind: fn(K) -> &'static str) -> schema::Inspections {
    let (first_at, first) = &pair.first;
    let parts = match &pair.last {
        Some((_, last)) => changed_parts(first, last, kind),
        None => first_parts(first, kind),
    };
    schema::Inspections {
        first_at: first_at.to_string(),
        last_at: pair.last.as_ref().map(|(at, _)| at.to_string()),
        parts,
    }
}

fn changed_parts<K: Copy + Eq>(
    first: &Breakdown<K>,
    last: &Breakdown<K>,
    kind: fn(K) -> &'static str,
) -> Vec<schema::PartEntry> {
    let parts = last.changes_since(first);
    let entries = parts.iter().map(|part| part_entry(kind(part.kind), part.name, Some(part.first), part.last));
    entries.collect()
}

fn first_parts<K: Copy + Eq>(breakdown: &Breakdown<K>, kind: fn(K) -> &'static str) -> Vec<schema::PartEntry> {
    breakdown.parts().iter().map(|part| part_entry(kind(part.kind), &part.name, None, part.amount)).collect()
}

fn part_entry(kind: &str, name: &str, first: Option<u64>, last: u64) -> schema::PartEntry {
    schema::PartEntry { kind: kind.to_owned(), name: (!name.is_empty()).then(|| name.to_owned()), first, last }
}

fn mapping_kind(kind: MappingKind) -> &'static str {
    match kind {
        MappingKind::Heap => "heap",
        MappingKind::Anonymous => "anonymous",
        MappingKind::NamedAnonymous => "named_anonymous",
        MappingKind::Stack => "stack",
        MappingKind::Jit => "jit",
        MappingKind::File => "file",
        MappingKind::Shared => "shared",
    }
}

fn descriptor_kind(kind: DescriptorKind) -> &'static str {
    match kind {
        DescriptorKind::Socket => "socket",
        DescriptorKind::File => "file",
        DescriptorKind::Device => "device",
        DescriptorKind::Pipe => "pipe",
        DescriptorKind::Memfd => "memfd",
        DescriptorKind::Kernel => "kernel",
        DescriptorKind::Other => "other",
    }
}
