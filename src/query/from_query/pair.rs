//! The pairs of a query string, and what stands in a key: a path, and in brackets an operator.

use percent_encoding::percent_decode_str;

/// Keys and values as they are sent. A key without `=` has an empty value.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The text that a browser would have sent as this one; nothing where that is not UTF-8, instead of another text with signs in its place.
pub(super) fn decoded(sent: &str) -> Option<String> {
    let spaced = sent.replace('+', " ");
    let text = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// The path in a key, and the operator where there are brackets.
pub(super) fn split(key: &str) -> (&str, Option<&str>) {
    match key.strip_suffix(']').and_then(|open| open.split_once('[')) {
        Some((path, operator)) => (path, Some(operator)),
        None => (key, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_string_is_taken_apart() {
        let found: Vec<_> = pairs("a=1&&b&c=d=e&=f&").collect();
        assert_eq!(found, [("a", "1"), ("b", ""), ("c", "d=e"), ("", "f")]);
        assert_eq!(pairs("").count(), 0);
    }

    #[test]
    fn what_is_not_utf_8_is_nothing() {
        assert_eq!(decoded("a+b%20c%2Bd").as_deref(), Some("a b c+d"));
        assert_eq!(decoded("%C3%BC").as_deref(), Some("ü"));
        assert_eq!(decoded("%EF%BF%BD").as_deref(), Some("\u{fffd}"));
        assert_eq!(decoded("100%").as_deref(), Some("100%"));
        assert_eq!(decoded("%FF"), None);
        assert_eq!(decoded("%C3"), None);
    }

    #[test]
    fn brackets_hold_the_operator() {
        assert_eq!(split("age"), ("age", None));
        assert_eq!(split("a.b[gte]"), ("a.b", Some("gte")));
        assert_eq!(split("a[]"), ("a", Some("")));
        assert_eq!(split("a[b][c]"), ("a", Some("b][c")));
        assert_eq!(split("a]"), ("a]", None));
        assert_eq!(split("a[b"), ("a[b", None));
    }
}
