//! Text as patterns and ranges: always literal.

/// How large a pattern may be once the server has compiled it (error 51091 beyond).
const MAX_COMPILED: usize = 65_522;

/// Whether the server compiles a pattern of this text between so many anchors. A character takes one more than its bytes; of those that have
/// three forms when case is ignored (`K`, `k` and the Kelvin sign; `S`, `s` and the long s) it takes all. Measured on 6.0.5.
pub(super) fn is_compiled(text: &str, anchors: usize, ignores_case: bool) -> bool {
    let size = |c: char| if ignores_case && matches!(c, 'k' | 'K' | 's' | 'S') { 3 } else { 1 + c.len_utf8() };
    text.chars().map(size).sum::<usize>() + anchors <= MAX_COMPILED
}

/// A regular expression that matches exactly `text`.
pub(super) fn escape(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            // A pattern is a C string on the wire.
            '\0' => pattern.push_str("\\x00"),
            c if c.is_ascii_punctuation() => {
                pattern.push('\\');
                pattern.push(c);
            }
            c => pattern.push(c),
        }
    }
    pattern
}

/// The least text that is greater than every text with this prefix, where there is one. Text is ordered by its UTF-8 bytes, which is the
/// order of its scalar values.
pub(super) fn successor(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last {
            // The surrogates are no scalar values.
            '\u{D7FF}' => Some('\u{E000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metacharacter_is_escaped() {
        assert_eq!(escape("a.b*c(d)[e]{f}^g$h|i?j+k\\l"), r"a\.b\*c\(d\)\[e\]\{f\}\^g\$h\|i\?j\+k\\l");
        assert_eq!(escape("é\0\n"), "é\\x00\n");
    }

    #[test]
    fn the_successor_is_the_next_prefix() {
        assert_eq!(successor("ab").as_deref(), Some("ac"));
        assert_eq!(successor("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(successor("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(successor("\u{10FFFF}"), None);
        assert_eq!(successor(""), None);
    }
}
