//! Plain roles: the columns of a foreign table that the fast reader of CSV can read.

use super::assignment::Assignment;
use super::columns::ColumnRole;

impl Assignment {
    /// Returns the role of each of `width` columns for the reader of plain rows; `None` if the table needs more.
    pub(super) fn plain_roles(&self, width: usize) -> Option<Vec<ColumnRole>> {
        let has_more = self.is_wide || self.has_outer_time || self.work.is_some() || self.limit.is_some();
        let has_marks = self.process.uptime.is_some() || self.process.restarts.is_some();
        let (&[time], true) = (self.time.as_slice(), self.process.names.len() <= 1 && !has_more && !has_marks) else {
            return None;
        };
        let mut roles = vec![ColumnRole::Ignored; width];
        *roles.get_mut(time)? = ColumnRole::Time;
        for (column, role) in [(self.process.pid, ColumnRole::Pid), (self.process.cmdline, ColumnRole::Cmdline)] {
            if let Some(column) = column {
                *roles.get_mut(column)? = role;
            }
        }
        for &column in &self.process.names {
            *roles.get_mut(column)? = ColumnRole::Group;
        }
        for counter in self.counters.iter().filter(|counter| !counter.is_falling) {
            *roles.get_mut(counter.column)? = ColumnRole::Counter(counter.counter, counter.unit_bytes);
        }
        Some(roles)
    }
}
