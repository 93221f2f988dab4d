//! Sessions that were extended beyond their planned end.

use crate::check;
use crate::session::{Ended, session};

#[test]
fn an_extended_session_names_its_length() {
    check(&[
        (
            session(&["stable"]).fail_if(&["peak(rss) > 1GB"]).extended(true).end(Ended::CommandStopped),
            0,
            "threshold passed; decided after 2 min 40 s, 1 min 40 s beyond --duration; the command was stopped by leakwatch",
        ),
        (
            session(&["short"]).fail_if(&["growth(memory) > 1MB/h"]).extended(false),
            3,
            "inconclusive: threshold undecided; still undecided after 2 min 40 s, 1 min 40 s beyond --duration",
        ),
    ]);
}
