//! Collations as the server writes them, and with all that it fills in.
//!
//! Rendered for `sync`, which compares what is declared with what the server has, and for the check of indexes, which compares it with what a
//! read asks for.

use crate::schema::CollationSchema;
use bson::{Bson, Document, doc};

/// The collation that is none: texts by their bytes.
pub(crate) const BY_BYTES: &str = "simple";

/// The collation as it is declared.
pub(crate) fn render_collation(collation: &CollationSchema) -> Document {
    collation.settings().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The collation with every setting in it, but for the version of what the server compares by; nothing of the one by bytes.
///
/// The languages that have settings of their own are those of ICU 57.1, which all servers from 6.0 to 8.0 have.
pub(crate) fn full_collation(collation: &Document) -> Option<Document> {
    let locale = collation.get_str("locale").unwrap_or(BY_BYTES);
    if locale == BY_BYTES {
        return None;
    }
    let (base, is_plain) = (locale.split('@').next().unwrap_or(locale), !locale.contains('@'));
    let mut full = doc! {
        "locale": locale,
        "caseLevel": false,
        "caseFirst": if CAPITALS_FIRST.contains(&base) { "upper" } else { "off" },
        "strength": 3,
        "numericOrdering": false,
        "alternate": if base == "th" { "shifted" } else { "non-ignorable" },
        "maxVariable": "punct",
        "normalization": NORMALIZED.contains(&base),
        "backwards": base == "fr_CA",
    };
    if !is_plain {
        // A kind of order within a language may have settings that the language has not.
        full.remove("normalization");
    }
    for (setting, value) in collation.iter().filter(|(setting, _)| *setting != "version" && *setting != "locale") {
        full.insert(setting.clone(), whole(value));
    }
    Some(full)
}

/// Whether two collations order texts alike; what one of them leaves open is alike.
pub(crate) fn same_collation(a: Option<&Document>, b: Option<&Document>) -> bool {
    match (a.and_then(full_collation), b.and_then(full_collation)) {
        (None, None) => true,
        (Some(a), Some(b)) => a.iter().all(|(setting, value)| b.get(setting).is_none_or(|other| other == value)),
        _ => false,
    }
}

/// A level may come as any number.
#[allow(clippy::cast_possible_truncation)]
fn whole(value: &Bson) -> Bson {
    match value {
        Bson::Int64(level) => i32::try_from(*level).map_or_else(|_| value.clone(), Bson::Int32),
        Bson::Double(level) if level.fract() == 0.0 && level.abs() < 100.0 => Bson::Int32(*level as i32),
        other => other.clone(),
    }
}

const CAPITALS_FIRST: &[&str] = &["da", "mt"];

const NORMALIZED: &[&str] = &[
    "as", "bn", "my", "el", "gu", "he", "hi", "ig", "kn", "km", "kok", "mr", "or", "ps", "fa", "fa_AF", "pa", "si", "ta", "te", "th", "vi",
    "yi", "yo",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// As `listIndexes` gives it.
    fn listed(locale: &str, changed: Document) -> Document {
        let mut listed = doc! {
            "locale": locale, "caseLevel": false, "caseFirst": "off", "strength": 3, "numericOrdering": false,
            "alternate": "non-ignorable", "maxVariable": "punct", "normalization": false, "backwards": false, "version": "57.1",
        };
        listed.extend(changed);
        listed
    }

    #[test]
    fn what_is_not_declared_is_as_the_language_has_it() {
        let declared = |collation: CollationSchema| render_collation(&collation);
        let new = CollationSchema::new;
        for (collation, found) in [
            (new("de"), listed("de", doc! {})),
            (new("de").strength(2), listed("de", doc! { "strength": 2 })),
            (new("de").strength(3).backwards(false), listed("de", doc! {})),
            (new("da"), listed("da", doc! { "caseFirst": "upper" })),
            (new("th").case_level(true), listed("th", doc! { "caseLevel": true, "alternate": "shifted", "normalization": true })),
            (new("fr_CA"), listed("fr_CA", doc! { "backwards": true })),
            (new("hi"), listed("hi", doc! { "normalization": true })),
            (new("en@collation=search"), listed("en@collation=search", doc! { "normalization": true })),
        ] {
            let rendered = declared(collation);
            assert!(same_collation(Some(&rendered), Some(&found)), "{rendered} {found}");
            assert!(same_collation(Some(&found), Some(&rendered)), "{rendered} {found}");
        }
        for (collation, found) in [
            (new("de"), listed("de", doc! { "strength": 2 })),
            (new("de").strength(2), listed("de", doc! {})),
            (new("de"), listed("de_AT", doc! {})),
            (new("da"), listed("da", doc! {})),
            (new("de").numeric_ordering(true), listed("de", doc! {})),
        ] {
            let rendered = declared(collation);
            assert!(!same_collation(Some(&rendered), Some(&found)), "{rendered} {found}");
        }
    }

    #[test]
    fn no_collation_is_that_of_bytes() {
        let none = doc! { "locale": "simple" };
        assert!(same_collation(None, Some(&none)) && same_collation(None, None));
        assert!(!same_collation(Some(&doc! { "locale": "de" }), Some(&none)));
        assert!(same_collation(Some(&doc! { "locale": "de", "strength": 2_i64 }), Some(&doc! { "strength": 2.0, "locale": "de" })));
    }
}
