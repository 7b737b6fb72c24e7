//! Names that are derived from names: stored names under `rename_all`, the default collection, and the hash by which a relation
//! says which required field it fills. Read by `parse` (names) and `expand` (the hash).

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutyKebabCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// A rule of `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RenameRule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameRule {
    /// The rules as they are written.
    pub(crate) const SPELLINGS: &[(&str, Self)] = &[
        ("lowercase", Self::Lower),
        ("UPPERCASE", Self::Upper),
        ("PascalCase", Self::Pascal),
        ("camelCase", Self::Camel),
        ("snake_case", Self::Snake),
        ("SCREAMING_SNAKE_CASE", Self::ScreamingSnake),
        ("kebab-case", Self::Kebab),
        ("SCREAMING-KEBAB-CASE", Self::ScreamingKebab),
    ];

    pub(crate) fn apply(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Pascal => name.to_upper_camel_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Snake => name.to_snake_case(),
            Self::ScreamingSnake => name.to_shouty_snake_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::ScreamingKebab => name.to_shouty_kebab_case(),
        }
    }
}

/// The collection of a model that names none: its name in snake case, in the plural.
pub(crate) fn default_collection(model: &str) -> String {
    pluralize(&model.to_snake_case())
}

/// The regular English plural. Irregular words are for `collection = "people"`: a rule that can be foretold beats a dictionary.
fn pluralize(word: &str) -> String {
    if let Some(stem) = word.strip_suffix('y')
        && stem.ends_with(|last: char| last.is_alphabetic() && !"aeiou".contains(last))
    {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end));
    if hisses { format!("{word}es") } else { format!("{word}s") }
}

/// FNV-1a, 64 bit, over the Rust name of a field without `r#`. Both ends of a relation compute it apart, so it must never change.
pub(crate) fn field_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_are_plural_snake_case() {
        let cases = [
            ("User", "users"),
            ("Category", "categories"),
            ("Box", "boxes"),
            ("Address", "addresses"),
            ("Day", "days"),
            ("Branch", "branches"),
            ("Wish", "wishes"),
            ("UserProfile", "user_profiles"),
            ("Y", "ys"),
            ("HTTPServer", "http_servers"),
        ];
        for (model, collection) in cases {
            assert_eq!(default_collection(model), collection);
        }
    }

    #[test]
    fn rules_rename_fields_and_variants() {
        let spelled =
            |rule: &str, name: &str| RenameRule::SPELLINGS.iter().find(|(spelling, _)| *spelling == rule).map(|(_, rule)| rule.apply(name));
        assert_eq!(spelled("SCREAMING_SNAKE_CASE", "SuperAdmin").as_deref(), Some("SUPER_ADMIN"));
        assert_eq!(spelled("camelCase", "created_at").as_deref(), Some("createdAt"));
        assert_eq!(spelled("kebab-case", "SuperAdmin").as_deref(), Some("super-admin"));
        assert_eq!(spelled("lowercase", "Admin").as_deref(), Some("admin"));
        assert_eq!(spelled("Title", "Admin"), None);
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // The published vectors.
        assert_eq!(field_hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(field_hash("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(field_hash("foobar"), 0x8594_4171_f739_67e8);
    }
}
