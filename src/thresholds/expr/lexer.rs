//! Lexer: tokens of an expression, words and signs, each with its column.

/// A word (letters, digits, `_`, `.`) or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Text as the user typed it.
    pub text: String,
    /// Column of its first character, from 0.
    pub column: usize,
    /// True for a word.
    pub is_word: bool,
}

/// Signs of two characters. Every other sign has one.
const PAIRS: [&str; 4] = [">=", "<=", "==", "!="];

/// Splits a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let column = at;
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let is_word = is_word_part(chars[at]);
        if is_word {
            while at < chars.len() && is_word_part(chars[at]) {
                at += 1;
            }
        } else {
            let pair: String = chars[at..].iter().take(2).collect();
            at += if PAIRS.contains(&pair.as_str()) { 2 } else { 1 };
        }
        out.push(Token { text: chars[column..at].iter().collect(), column, is_word });
    }
    out
}

/// True if a character is part of a word.
fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_signs_have_their_columns() {
        let found: Vec<(String, usize)> =
            tokens("peak(rss)>= 1.5GiB/h").into_iter().map(|token| (token.text, token.column)).collect();
        let wanted = [("peak", 0), ("(", 4), ("rss", 5), (")", 8), (">=", 9), ("1.5GiB", 12), ("/", 18), ("h", 19)];
        assert_eq!(found, wanted.map(|(text, column)| (text.to_owned(), column)));
    }
}
