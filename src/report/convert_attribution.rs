//! From what is known of the causes to what a reader of files sees.

use crate::advice;
use crate::event::Target;
use crate::model::Breakdown;
use crate::model::{DescriptorKind, FirstAndLatest, MappingKind, Timestamp};
use crate::schema;

/// What is known of the causes; `None` for those who are not accused.
pub(super) fn attribution(target: &Target) -> Option<schema::Attribution> {
    if !advice::is_suspected(target) {
        return None;
    }
    let counters =
        target.start_values.growth(&target.current.reading).into_iter().map(|growth| schema::CounterChange {
            counter: growth.counter.column().to_owned(),
            first: growth.first,
            last: growth.last,
            change: growth.change(),
        });
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
        counters: counters.collect(),
        members: members.collect(),
        runtime: known.identity.runtime.map(|runtime| runtime.name().to_owned()),
        allocator: known.identity.allocator.map(|allocator| allocator.name().to_owned()),
        mappings: known.mappings.as_ref().map(|pair| looks(pair, mapping_kind)),
        descriptors: known.descriptors.as_ref().map(|pair| looks(pair, descriptor_kind)),
        threads: known.threads.as_ref().map(|pair| looks(pair, |()| "thread")),
        not_looked_at: known.refused,
        text: advice::explain(target),
        next_steps: steps.collect(),
    })
}

fn looks<K: Copy + Eq>(pair: &FirstAndLatest<K>, kind: fn(K) -> &'static str) -> schema::Looks {
    let (first_at, first) = &pair.first;
    let entry = |of: K, name: &str, first, last| schema::PartEntry {
        kind: kind(of).to_owned(),
        name: (!name.is_empty()).then(|| name.to_owned()),
        first,
        last,
    };
    let parts = match &pair.last {
        Some((_, last)) => last
            .changes_since(first)
            .iter()
            .map(|part| entry(part.kind, part.name, Some(part.first), part.last))
            .collect(),
        None => held(first).map(|(kind, name, amount)| entry(kind, name, None, amount)).collect(),
    };
    let last_at = pair.last.as_ref().map(|(at, _): &(Timestamp, Breakdown<K>)| at.to_string());
    schema::Looks { first_at: first_at.to_string(), last_at, parts }
}

fn held<K: Copy + Eq>(tally: &Breakdown<K>) -> impl Iterator<Item = (K, &str, u64)> {
    tally.parts().iter().map(|part| (part.kind, part.name.as_str(), part.amount))
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
