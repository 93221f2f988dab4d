//! The same analysis over recordings.

use super::args::AnalyzeArgs;
use super::error::Error;

pub(super) fn run(_args: &AnalyzeArgs) -> Result<u8, Error> {
    Err(Error::usage("not yet"))
}
