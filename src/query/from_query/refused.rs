//! [`Refused`]: why a query string is no filter, in words that hold no value of it.

use crate::{Error, schema::Schema};

/// A rule that a query string breaks.
#[derive(Debug)]
pub(super) struct Refused {
    /// What stands in front of the `=`; empty where the string as a whole is at fault.
    path: String,
    rule: String,
}

impl Refused {
    pub(super) fn new(path: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { path: path.into(), rule: rule.into() }
    }

    pub(super) fn into_error(self, schema: &Schema) -> Error {
        Error::rule(schema, self.path, self.rule)
    }
}

/// How many names an error lists: a model may have hundreds.
const MOST_LISTED: usize = 50;

/// These names as a rule: one of `what` they are.
pub(super) fn one_of(what: &str, names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    let listed = names.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_LISTED) {
        0 => format!("one of {what}{listed}"),
        more => format!("one of {what}{listed} and {more} more"),
    }
}

/// How many characters of a key an error shows.
const MOST_SHOWN: usize = 64;

/// A key that nobody declared. It comes from outside: cut, and in plain ASCII, so that it cannot forge a line of a log.
pub(super) fn shown(key: &str) -> String {
    let mut shown: String = key.chars().take(MOST_SHOWN).flat_map(char::escape_default).collect();
    if key.chars().nth(MOST_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_cut_and_in_ascii() {
        assert_eq!(shown("age[gt]"), "age[gt]");
        assert_eq!(shown("a\nb\u{202e}"), "a\\nb\\u{202e}");
        assert_eq!(shown(&"ü".repeat(65)), format!("{}…", "\\u{fc}".repeat(64)));
        assert_eq!(shown(&"a".repeat(64)), "a".repeat(64));
    }

    #[test]
    fn a_list_of_names_ends() {
        assert_eq!(one_of("the fields ", ["a", "b"]), "one of the fields `a`, `b`");
        let many = one_of("", (0..52).map(|number| number.to_string()));
        assert!(many.ends_with("`49` and 2 more"), "{many}");
    }
}
