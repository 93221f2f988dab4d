//! Placeholder of the full-screen view in a build without it.

use std::marker::PhantomData;
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::Fanout;

use super::showing::FullScreen;

/// A view that is never opened.
pub(super) struct FullScreenView<'a> {
    never: std::convert::Infallible,
    described: PhantomData<FullScreen<'a>>,
}

impl<'a> FullScreenView<'a> {
    /// Returns `None`: the plain table is used.
    pub(super) fn open(_: FullScreen<'a>, _: &StopFlag, _: Option<Duration>, _: Duration) -> Option<Self> {
        None
    }

    /// Never called.
    pub(super) fn join<'f>(&'f mut self, _: &mut Fanout<'f>) {
        let _ = self.described;
        match self.never {}
    }

    /// Never called.
    pub(super) fn close(&self) {
        match self.never {}
    }
}
