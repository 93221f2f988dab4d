//! Stands for the full-screen view in a build without it: there is none, and the table has to do.

use std::marker::PhantomData;
use std::time::Duration;

use crate::clock::StopFlag;
use crate::event::Fanout;

use super::live::FullScreen;

/// Never made.
pub(super) struct Full<'a> {
    never: std::convert::Infallible,
    described: PhantomData<FullScreen<'a>>,
}

impl<'a> Full<'a> {
    pub(super) fn open(_: FullScreen<'a>, _: &StopFlag, _: Option<Duration>, _: Duration) -> Option<Self> {
        None
    }

    pub(super) fn join<'f>(&'f mut self, _: &mut Fanout<'f>) {
        let _ = self.described;
        match self.never {}
    }

    pub(super) fn close(&self) {
        match self.never {}
    }
}
