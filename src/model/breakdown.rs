//! Breakdown: amounts by kind and name, in bounded memory. A process may have any number of mappings and threads.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

/// Number of parts that keep their own name; all others are summed by kind.
const NAMED_PARTS: usize = 12;
/// Number of names that are counted separately: a process may invent new ones without end.
const MAX_NAMES: usize = 4096;
/// Length of a kept name, in bytes.
const MAX_NAME_BYTES: usize = 160;

/// Amount of one kind and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<K> {
    /// Kind of the part.
    pub kind: K,
    /// Name within the kind; empty for the nameless rest of the kind. Foreign text: escape it before printing.
    pub name: String,
    /// Bytes, or a count.
    pub amount: u64,
}

/// Amounts by kind and name, largest first: at most 12 named ones and one nameless sum for each kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakdown<K> {
    parts: Vec<Part<K>>,
    /// Largest amount that lost its name; 0 if none did.
    largest_unnamed: u64,
}

impl<K> Default for Breakdown<K> {
    fn default() -> Self {
        Self { parts: Vec::new(), largest_unnamed: 0 }
    }
}

/// Accumulator of a [`Breakdown`].
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
        let name = &name[..name.floor_char_boundary(MAX_NAME_BYTES)];
        let is_full = self.amounts.len() >= MAX_NAMES;
        let name = if is_full && !self.amounts.contains_key(&(kind, name.to_owned())) { "" } else { name };
        let sum = self.amounts.entry((kind, name.to_owned())).or_default();
        *sum = sum.saturating_add(amount);
    }

    /// Returns the largest parts with their names and the others summed by kind, without parts of amount 0.
    #[must_use]
    pub fn finish(self) -> Breakdown<K> {
        let parts = self.amounts.into_iter().filter(|(_, amount)| *amount > 0);
        let mut all: Vec<Part<K>> = parts.map(|((kind, name), amount)| Part { kind, name, amount }).collect();
        // Kind and name break ties: the order must not depend on the hasher.
        all.sort_by(|a, b| b.amount.cmp(&a.amount).then_with(|| (a.kind, &a.name).cmp(&(b.kind, &b.name))));
        let mut breakdown = Breakdown { parts: Vec::new(), largest_unnamed: 0 };
        let mut rest: Vec<Part<K>> = Vec::new();
        for part in all {
            if part.name.is_empty() {
                rest.push(part);
            } else if breakdown.parts.len() < NAMED_PARTS {
                breakdown.parts.push(part);
            } else {
                breakdown.largest_unnamed = breakdown.largest_unnamed.max(part.amount);
                rest.push(part);
            }
        }
        for part in rest {
            match breakdown.parts.iter_mut().find(|kept| kept.kind == part.kind && kept.name.is_empty()) {
                Some(sum) => sum.amount = sum.amount.saturating_add(part.amount),
                None => breakdown.parts.push(Part { name: String::new(), ..part }),
            }
        }
        breakdown.parts.sort_by_key(|part| Reverse(part.amount));
        breakdown
    }
}

/// Change of one part between two breakdowns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartChange<'a, K> {
    /// Kind of the part.
    pub kind: K,
    /// Name within the kind; empty for the nameless rest of the kind.
    pub name: &'a str,
    /// Amount in the first breakdown: an upper bound if the part had lost its name there, so that growth is never
    /// overstated.
    pub first: u64,
    /// Amount in the last breakdown.
    pub last: u64,
}

impl<K> PartChange<'_, K> {
    /// Returns the growth; negative for a part that shrank.
    #[must_use]
    pub fn growth(&self) -> i64 {
        i64::try_from(self.last).unwrap_or(i64::MAX).saturating_sub(i64::try_from(self.first).unwrap_or(i64::MAX))
    }
}

impl<K: Copy + Eq> Breakdown<K> {
    /// Returns the parts, largest first.
    #[must_use]
    pub fn parts(&self) -> &[Part<K>] {
        &self.parts
    }

    /// Returns the sum of all parts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.saturating_add(part.amount))
    }

    fn amount_of(&self, kind: K, name: &str) -> Option<u64> {
        self.parts.iter().find(|part| part.kind == kind && part.name == name).map(|part| part.amount)
    }

    /// Returns the amount that `part`, seen later, had in this breakdown at most.
    fn largest_amount_before(&self, part: &Part<K>) -> u64 {
        match self.amount_of(part.kind, &part.name) {
            Some(amount) => amount,
            None if part.name.is_empty() => 0,
            // A part that lost its name was no larger than the largest of the nameless ones.
            None => self.largest_unnamed.min(part.amount),
        }
    }

    /// Returns the changes since `first`, largest growth first and shrinking parts last.
    #[must_use]
    pub fn changes_since<'a>(&'a self, first: &'a Self) -> Vec<PartChange<'a, K>> {
        let mut changes = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let before = first.largest_amount_before(part);
            changes.push(PartChange { kind: part.kind, name: &part.name, first: before, last: part.amount });
        }
        // A part that is missing here is gone only if no part lost its name.
        if self.largest_unnamed == 0 {
            let gone = first.parts.iter().filter(|part| self.amount_of(part.kind, &part.name).is_none());
            changes.extend(gone.map(|part| PartChange {
                kind: part.kind,
                name: &part.name,
                first: part.amount,
                last: 0,
            }));
        }
        changes.sort_by_key(|change| Reverse(change.growth()));
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breakdown(of: &[(u8, &str, u64)]) -> Breakdown<u8> {
        let mut builder = BreakdownBuilder::default();
        of.iter().for_each(|(kind, name, amount)| builder.add(*kind, name, *amount));
        builder.finish()
    }

    #[test]
    fn parts_are_added_up_and_sorted() {
        let breakdown = breakdown(&[(1, "a", 5), (2, "", 9), (1, "a", 6), (1, "b", 0)]);
        let parts: Vec<_> = breakdown.parts().iter().map(|part| (part.kind, &*part.name, part.amount)).collect();
        assert_eq!((parts, breakdown.total()), (vec![(1, "a", 11), (2, "", 9)], 20));
    }

    #[test]
    fn names_without_end_are_bounded_and_no_amount_is_lost() {
        let mut builder = BreakdownBuilder::default();
        for n in 0..20_000_u64 {
            builder.add(1_u8, &format!("segment {n}"), 2);
        }
        builder.add(1, &"ä".repeat(1000), 50_000);
        let breakdown = builder.finish();
        assert_eq!((breakdown.parts().len(), breakdown.total()), (NAMED_PARTS + 1, 90_000));
        assert!(breakdown.parts().iter().all(|part| part.name.len() <= MAX_NAME_BYTES));
    }

    #[test]
    fn growth_compares_the_same_part_and_is_never_overstated() {
        let many: Vec<(String, u64)> = (0..20).map(|n| (format!("n{n:02}"), 100 - n)).collect();
        let many: Vec<(u8, &str, u64)> = many.iter().map(|(name, amount)| (1, &**name, *amount)).collect();
        let (first, last) = (breakdown(&many), breakdown(&[(1, "n19", 500), (1, "n00", 40), (2, "", 7)]));
        let changes = last.changes_since(&first);
        // n19 was summed with others, the largest of which was 88.
        assert_eq!((changes[0].name, changes[0].first, changes[0].growth()), ("n19", 88, 412));
        let shrunk = changes.iter().find(|change| change.name == "n00").map(PartChange::growth);
        // 11 names and the nameless sum are gone.
        assert_eq!((shrunk, changes.iter().filter(|change| change.last == 0).count()), (Some(-60), 12));
        // Compared in the other direction, unlisted parts may still be there.
        assert!(first.changes_since(&last).iter().all(|change| change.last > 0));
    }
}
