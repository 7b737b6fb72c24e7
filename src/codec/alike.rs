//! Keys that a collection may take for one because of the collation that it was created with.
//!
//! Which one that is only the server knows. So keys are alike here where the texts in them differ in no more than case, accents and
//! the width or form of letters; what it makes of them is then asked.

use super::LinkKey;
use bson::Bson;
use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

/// The key that a value is, in the form of all that are alike.
pub(crate) fn alike_key(value: &Bson) -> LinkKey {
    match value {
        Bson::String(_) | Bson::Symbol(_) | Bson::Document(_) | Bson::Array(_) => LinkKey::of_value(&folded(value)),
        value => LinkKey::of_value(value),
    }
}

fn folded(value: &Bson) -> Bson {
    match value {
        Bson::String(text) | Bson::Symbol(text) => Bson::String(fold(text)),
        Bson::Document(parts) => Bson::Document(parts.iter().map(|(name, part)| (name.clone(), folded(part))).collect()),
        Bson::Array(items) => Bson::Array(items.iter().map(folded).collect()),
        other => other.clone(),
    }
}

fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // By capitals first, which tells `ß` and `ss`, or the two small sigmas, no longer apart.
    let letters = text.nfkd().filter(|letter| canonical_combining_class(*letter) == 0);
    letters.flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    #[test]
    fn texts_are_alike_whatever_their_case_accents_and_forms() {
        for (a, b) in
            [("Rust", "rUST"), ("\u{e9}t\u{e9}", "ete"), ("\u{e9}", "e\u{301}"), ("Straße", "STRASSE"), ("ｆｏｏ", "foo"), ("ΣΑΣ", "σας")]
        {
            assert_eq!(alike_key(&a.into()), alike_key(&b.into()), "{a} {b}");
        }
        for (a, b) in [("c", "c++"), ("c#", "c++"), ("v1", "v10"), ("", " "), ("müsli", "äpfel"), ("की", "का")] {
            assert_ne!(alike_key(&a.into()), alike_key(&b.into()), "{a} {b}");
        }
    }

    #[test]
    fn what_holds_no_text_is_alike_where_it_is_equal() {
        assert_eq!(alike_key(&doc! { "t": "A", "n": [1, "B"] }.into()), alike_key(&doc! { "t": "a", "n": [1_i64, "b"] }.into()));
        assert_ne!(alike_key(&doc! { "t": "A" }.into()), alike_key(&doc! { "T": "A" }.into()));
        assert_eq!(alike_key(&1_i64.into()), alike_key(&1.0.into()));
        assert_ne!(alike_key(&Bson::Int64(1)), alike_key(&"1".into()));
    }
}
