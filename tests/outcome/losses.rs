//! Losses: files that could not be analysed, and outputs that could not be written.

use super::check;
use super::session::{Ended, session};

#[test]
fn an_unusable_file_or_a_lost_output_is_an_error() {
    check(&[
        (session(&["stable"]).end(Ended::Recordings(0)), 0, "no leak found"),
        (session(&["stable"]).end(Ended::Recordings(1)), 2, "no leak found; 1 of 2 files could not be analysed"),
        (
            session(&["leaking"]).end(Ended::Recordings(1)),
            1,
            "1 leak: leaking (1) +172 MiB/h; 1 of 2 files could not be analysed",
        ),
        (session(&[]).end(Ended::Recordings(2)), 2, "2 of 2 files could not be analysed"),
        (session(&[]).end(Ended::Unmeasured(2)), 3, "inconclusive: 2 files without a value above 0"),
        (
            session(&["stable"]).end(Ended::Unmeasured(1)),
            3,
            "inconclusive: 1 file without a value above 0; no leak found",
        ),
        (session(&["leaking"]).end(Ended::Unmeasured(1)), 1, "1 leak: leaking (1) +172 MiB/h"),
        (session(&["stable"]).lost_output(), 2, "no leak found; report.json is incomplete"),
        (session(&["leaking"]).lost_output(), 2, "1 leak: leaking (1) +172 MiB/h; report.json is incomplete"),
    ]);
}
