//! Cuts an expression into words and signs, each with its column.

/// A word (letters, digits, `_`, `.`) or a sign, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// As it was typed.
    pub text: String,
    /// Column of its first character, from 0.
    pub column: usize,
    /// Whether it is a word.
    pub word: bool,
}

/// Signs of two characters; every other sign is one.
const PAIRS: [&str; 4] = [">=", "<=", "==", "!="];

/// All tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let column = at;
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let word = is_word(chars[at]);
        if word {
            while at < chars.len() && is_word(chars[at]) {
                at += 1;
            }
        } else {
            let pair: String = chars[at..].iter().take(2).collect();
            at += if PAIRS.contains(&pair.as_str()) { 2 } else { 1 };
        }
        out.push(Token { text: chars[column..at].iter().collect(), column, word });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_know_their_columns() {
        let found: Vec<(String, usize)> =
            tokens("peak(rss)>= 1.5GiB/h").into_iter().map(|token| (token.text, token.column)).collect();
        let wanted = [("peak", 0), ("(", 4), ("rss", 5), (")", 8), (">=", 9), ("1.5GiB", 12), ("/", 18), ("h", 19)];
        assert_eq!(found, wanted.map(|(text, column)| (text.to_owned(), column)));
    }
}
