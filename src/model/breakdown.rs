//! Amounts by kind and name, bounded: a process may have any number of mappings, descriptors and threads.

use std::collections::HashMap;
use std::hash::Hash;

/// Parts that keep their own name; all others are summed by kind.
pub const NAMED_PARTS: usize = 12;
/// Names that are told apart while counting: a process may make up new ones for ever.
const NAMES: usize = 4096;
/// Bytes of a name that are kept.
const NAME_BYTES: usize = 160;

/// One kind and name, and how much there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<K> {
    /// What kind of thing.
    pub kind: K,
    /// Which ones; empty for those of the kind that have no name of their own. Foreign text: whoever prints it escapes it.
    pub name: String,
    /// Bytes, or a number.
    pub amount: u64,
}

/// Amounts by kind and name, the largest first: at most [`NAMED_PARTS`] and one nameless sum for each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown<K> {
    parts: Vec<Part<K>>,
    /// The largest amount that lost its name; 0 when none did.
    largest_unnamed: u64,
}

impl<K> Default for Breakdown<K> {
    fn default() -> Self {
        Self { parts: Vec::new(), largest_unnamed: 0 }
    }
}

/// Adds up what is found one by one.
#[derive(Debug)]
pub struct BreakdownBuilder<K> {
    amounts: HashMap<(K, String), u64>,
}

impl<K: Copy + Eq + Hash> Default for BreakdownBuilder<K> {
    fn default() -> Self {
        Self { amounts: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash + Ord> BreakdownBuilder<K> {
    /// Adds an amount to a kind and name.
    pub fn add(&mut self, kind: K, name: &str, amount: u64) {
        let name = &name[..name.floor_char_boundary(NAME_BYTES)];
        let is_new = || !self.amounts.contains_key(&(kind, name.to_owned()));
        let name = if self.amounts.len() >= NAMES && is_new() { "" } else { name };
        let sum = self.amounts.entry((kind, name.to_owned())).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// The largest parts with their names, the others summed by kind. What is 0 is left out.
    #[must_use]
    pub fn finish(self) -> Breakdown<K> {
        let parts = self.amounts.into_iter().filter(|(_, amount)| *amount > 0);
        let mut all: Vec<Part<K>> = parts.map(|((kind, name), amount)| Part { kind, name, amount }).collect();
        // the order of equal parts must not hang on the hasher
        all.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name))));
        let mut tally = Breakdown { parts: Vec::new(), largest_unnamed: 0 };
        let mut rest: Vec<Part<K>> = Vec::new();
        for part in all {
            if part.name.is_empty() {
                rest.push(part);
            } else if tally.parts.len() < NAMED_PARTS {
                tally.parts.push(part);
            } else {
                tally.largest_unnamed = tally.largest_unnamed.max(part.amount);
                rest.push(part);
            }
        }
        for part in rest {
            match tally.parts.iter_mut().find(|kept| kept.kind == part.kind && kept.name.is_empty()) {
                Some(sum) => sum.amount = sum.amount.saturating_add(part.amount),
                None => tally.parts.push(Part { name: String::new(), ..part }),
            }
        }
        tally.parts.sort_by_key(|part| std::cmp::Reverse(part.amount));
        tally
    }
}

/// How a part has changed between two tallies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartChange<'a, K> {
    /// What kind of thing.
    pub kind: K,
    /// Which ones; empty for those without a name of their own.
    pub name: &'a str,
    /// In the first tally. Where names were dropped it may be too high, so that the growth is never overstated.
    pub first: u64,
    /// In the last tally.
    pub last: u64,
}

impl<K> PartChange<'_, K> {
    /// The growth; negative for what shrank.
    #[must_use]
    pub fn growth(&self) -> i64 {
        i64::try_from(self.last).unwrap_or(i64::MAX).saturating_sub(i64::try_from(self.first).unwrap_or(i64::MAX))
    }
}

impl<K: Copy + Eq> Breakdown<K> {
    /// The parts, the largest first.
    #[must_use]
    pub fn parts(&self) -> &[Part<K>] {
        &self.parts
    }

    /// Everything together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.amount))
    }

    fn find(&self, kind: K, name: &str) -> Option<u64> {
        self.parts.iter().find(|part| part.kind == kind && part.name == name).map(|part| part.amount)
    }

    /// What has changed since `first`, the largest growth first; what shrank comes last.
    #[must_use]
    pub fn changes_since<'a>(&'a self, first: &'a Self) -> Vec<PartChange<'a, K>> {
        let before = |part: &Part<K>| match first.find(part.kind, &part.name) {
            Some(amount) => amount,
            None if part.name.is_empty() => 0,
            // It may have been among those without a name: then it was no larger than the largest of them.
            None => first.largest_unnamed.min(part.amount),
        };
        let mut changes: Vec<PartChange<'a, K>> = self
            .parts
            .iter()
            .map(|part| PartChange { kind: part.kind, name: &part.name, first: before(part), last: part.amount })
            .collect();
        // Where names were dropped, a part that is not listed may still be there.
        let all_listed = self.largest_unnamed == 0;
        let gone = first.parts.iter().filter(|part| all_listed && self.find(part.kind, &part.name).is_none());
        changes.extend(gone.map(|part| PartChange { kind: part.kind, name: &part.name, first: part.amount, last: 0 }));
        changes.sort_by_key(|change| std::cmp::Reverse(change.growth()));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(of: &[(u8, &str, u64)]) -> Breakdown<u8> {
        let mut builder = BreakdownBuilder::default();
        of.iter().for_each(|(kind, name, amount)| builder.add(*kind, name, *amount));
        builder.finish()
    }

    #[test]
    fn parts_are_added_up_and_sorted() {
        let tally = tally(&[(1, "a", 5), (2, "", 9), (1, "a", 6), (1, "b", 0)]);
        let parts: Vec<_> = tally.parts().iter().map(|part| (part.kind, &*part.name, part.amount)).collect();
        assert_eq!((parts, tally.total()), (vec![(1, "a", 11), (2, "", 9)], 20));
    }

    #[test]
    fn names_without_end_are_bounded_and_nothing_is_lost() {
        let mut builder = BreakdownBuilder::default();
        for n in 0..20_000_u64 {
            builder.add(1_u8, &format!("segment {n}"), 2);
        }
        builder.add(1, &"ä".repeat(1000), 50_000);
        let tally = builder.finish();
        assert_eq!((tally.parts().len(), tally.total()), (NAMED_PARTS + 1, 90_000));
        assert!(tally.parts().iter().all(|part| part.name.len() <= NAME_BYTES));
    }

    #[test]
    fn growth_is_that_of_the_same_part_and_never_overstated() {
        let many: Vec<(String, u64)> = (0..20).map(|n| (format!("n{n:02}"), 100 - n)).collect();
        let many: Vec<(u8, &str, u64)> = many.iter().map(|(name, amount)| (1, &**name, *amount)).collect();
        let (first, last) = (tally(&many), tally(&[(1, "n19", 500), (1, "n00", 40), (2, "", 7)]));
        let changes = last.changes_since(&first);
        // n19 was summed with others, the largest of which was 88.
        assert_eq!((changes[0].name, changes[0].first, changes[0].growth()), ("n19", 88, 412));
        let shrunk = changes.iter().find(|change| change.name == "n00").map(PartChange::growth);
        // 11 names and the sum of the nameless are gone.
        assert_eq!((shrunk, changes.iter().filter(|change| change.last == 0).count()), (Some(-60), 12));
        // The other way round it is not known what became of those that are not listed.
        assert!(first.changes_since(&last).iter().all(|change| change.last > 0));
    }
}
