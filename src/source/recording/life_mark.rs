//! Life marks of a row: values that a restart of its process changes.

use std::borrow::Cow;

/// Marks of one row. Formats set those with a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct LifeMark<'a> {
    /// Uptime or age in any unit: a restart lowers it.
    pub uptime: Option<f64>,
    /// Number of restarts so far: a restart changes it.
    pub restarts: Option<u64>,
    /// Name of the pod, container or instance: a restart changes it.
    pub instance: Option<Cow<'a, [u8]>>,
}

/// Latest known marks of a series.
#[derive(Debug, Default)]
pub(super) struct KeptMark {
    uptime: Option<f64>,
    restarts: Option<u64>,
    instance: Option<Box<[u8]>>,
}

impl KeptMark {
    /// Takes over the marks of the next row. True if they name a restart. A missing mark names none.
    pub fn take(&mut self, mark: &LifeMark<'_>) -> bool {
        let is_younger = self.uptime.zip(mark.uptime).is_some_and(|(before, now)| now < before);
        let is_counted = self.restarts.zip(mark.restarts).is_some_and(|(before, now)| now != before);
        let is_renamed =
            self.instance.as_deref().zip(mark.instance.as_deref()).is_some_and(|(before, now)| now != before);
        self.uptime = mark.uptime.or(self.uptime);
        self.restarts = mark.restarts.or(self.restarts);
        if let Some(instance) = mark.instance.as_deref().filter(|_| is_renamed || self.instance.is_none()) {
            self.instance = Some(instance.into());
        }
        is_younger || is_counted || is_renamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_lowers_the_uptime_or_changes_count_or_name() {
        let mut kept = KeptMark::default();
        let uptime = |uptime| LifeMark { uptime: Some(uptime), ..LifeMark::default() };
        let found = [10.0, 20.0, 20.0, 3.0, 9.0].map(|seconds| kept.take(&uptime(seconds)));
        assert_eq!(found, [false, false, false, true, false]);
        let restarts = |count| LifeMark { restarts: Some(count), ..LifeMark::default() };
        assert_eq!([4, 4, 5].map(|count| kept.take(&restarts(count))), [false, false, true]);
        let named = |name: &'static [u8]| LifeMark { instance: Some(Cow::Borrowed(name)), ..LifeMark::default() };
        let names = [named(b"web-1"), LifeMark::default(), named(b"web-1"), named(b"web-2")];
        assert_eq!(names.map(|mark| kept.take(&mark)), [false, false, false, true]);
    }
}
