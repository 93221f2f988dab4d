//! Titles of targets in documents: two services of one interpreter can be told apart.

use crate::model::ProcessLabel;
use crate::schema::Target;

/// Returns the name of a target, for an interpreter with its script. The text is foreign: escape it.
pub(super) fn title(target: &Target) -> String {
    let cmdline = target.cmdline.clone().unwrap_or_default();
    ProcessLabel { name: target.name.clone(), cmdline, uid: None }.title()
}
