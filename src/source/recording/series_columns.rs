//! Columns that distinguish series, in rows beside each other or in columns beside each other.

use super::names::{Meaning, is_memory_word, words_of};
use super::sampled::Sampled;

/// Returns the columns of names that distinguish series: their values recur.
pub(super) fn series_columns(table: &Sampled, meanings: &[Meaning], pid: Option<usize>, time: &[usize]) -> Vec<usize> {
    let rows = table.rows.len();
    let recurs = |distinct: usize| 2 * distinct <= rows.max(2);
    let has_moments = time.iter().any(|&column| recurs(table.distinct(column)));
    let pids = pid.map_or(0, |column| table.distinct(column));
    (0..table.names.len())
        .filter(|&column| meanings[column] == Meaning::Name)
        .filter(|&column| {
            let names = table.distinct(column);
            // Each row another value: a description, unless the rows are of few moments.
            names > 0 && (names <= pids || recurs(names) || has_moments || rows < 6)
        })
        .collect()
}

/// True if columns differ in nothing but a name in front: `web_memory_mb`, `worker_memory_mb`.
pub(super) fn have_owners(table: &Sampled, columns: &[usize]) -> bool {
    let split = |column: &usize| -> (Vec<String>, Vec<String>) {
        words_of(&table.names[*column]).into_iter().partition(|word| is_memory_word(word))
    };
    let first = columns.first().map(|column| split(column).0);
    let mut owners: Vec<Vec<String>> = columns.iter().map(|column| split(column).1).collect();
    let is_alike = columns.iter().all(|column| Some(split(column).0) == first);
    owners.sort_unstable();
    owners.dedup();
    is_alike && owners.len() == columns.len() && owners.iter().all(|owner| !owner.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(names: &[&str]) -> Sampled {
        Sampled { names: names.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new(), decimal_mark: None }
    }

    #[test]
    fn columns_of_one_kind_belong_to_owners() {
        assert!(have_owners(&table(&["web_memory_mb", "worker_memory_mb"]), &[0, 1]));
        for names in [["heap_used", "nonheap_used"], ["memory_mb", "worker_memory_mb"], ["a_memory_mb", "b_memory_kb"]]
        {
            assert!(!have_owners(&table(&names), &[0, 1]), "{names:?}");
        }
    }
}
