//! Files that are derived from the command line's definition are the ones this build would write.
//!
//! `LEAKWATCH_UPDATE=1 cargo test --test generated` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use leakwatch::cli::generate;

fn generated() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![(root.join("docs/report.schema.json"), generate::schema())];
    for (name, page) in generate::man_pages() {
        files.push((root.join("man").join(name), page));
    }
    for (shell, name) in generate::COMPLETIONS {
        files.push((root.join("completions").join(name), generate::completions(shell)));
    }
    files
}

#[test]
fn generated_files_are_current() {
    for (path, wanted) in generated() {
        if std::env::var_os("LEAKWATCH_UPDATE").is_some() {
            fs::write(&path, &wanted).expect("a writable tree");
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == wanted,
            "{} is not current: run LEAKWATCH_UPDATE=1 cargo test --test generated",
            path.display()
        );
    }
}
