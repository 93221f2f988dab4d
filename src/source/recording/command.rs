//! Command that analyses a recording with some options, as messages advise it.

/// Returns the command that analyses a file with some options.
pub(super) fn command(file: &str, options: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./+:,@%".contains(c);
    let file =
        if file.chars().all(is_plain) { file.to_owned() } else { format!("'{}'", file.replace('\'', "'\\\\''")) };
    format!("leakwatch analyze {file} {options}")
}

/// Returns a word of a command in quotes.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_spaces_are_quoted() {
        assert_eq!(command("x.csv", "--total 16GB"), "leakwatch analyze x.csv --total 16GB");
        assert_eq!(command("my x.csv", "-"), "leakwatch analyze 'my x.csv' -");
    }
}
