//! A stored path as attributes call it: by the fields' names in Rust, and through the variants of unions.
//!
//! Read by `candidate`, for the keys of indexes, and by `report`, for what a message says.

use crate::schema::{Field, Kind, Layout, Schema};

/// What the declarations say of a stored path.
#[derive(Debug)]
pub(super) struct Named {
    /// The path as attributes take it.
    pub(super) name: String,
    /// The stored path of the outermost list on the way; an index has a key for each of its items.
    pub(super) list: Option<String>,
}

/// Follows a stored path; `tags` are the values of tags that are known. Nothing where no index can be declared on it: tags, keys of maps,
/// places in a list, and what lies in a field that may hold anything.
pub(super) fn named(schema: &Schema, stored: &str, tags: &[(&str, &str)]) -> Option<Named> {
    let mut layout = Layout::from(schema);
    let mut names: Vec<String> = Vec::new();
    let (mut walked, mut list) = (String::new(), None);
    let mut segments = stored.split('.').peekable();
    while let Some(segment) = segments.next() {
        let (variant, field) = find(layout, segment, &walked, tags)?;
        names.extend(variant.map(snake_case));
        names.push(field.name.to_owned());
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(segment);
        if list.is_none() && matches!(field.kind, Kind::Array(_) | Kind::Any) {
            list = Some(walked.clone());
        }
        if segments.peek().is_some() {
            layout = below(&field.kind)?;
        }
    }
    Some(Named { name: names.join("."), list })
}

/// The field that is stored under this name, and the variant that it belongs to where it is not one of all.
fn find(layout: Layout, segment: &str, walked: &str, tags: &[(&str, &str)]) -> Option<(Option<&'static str>, &'static Field)> {
    let Some(tag) = layout.tag else { return layout.field(segment).map(|field| (None, field)) };
    if segment == tag.stored {
        return None;
    }
    if let Some(field) = layout.field(segment) {
        return Some((None, field));
    }
    let path = if walked.is_empty() { tag.stored.to_owned() } else { format!("{walked}.{}", tag.stored) };
    let known = tags.iter().find(|(tag, _)| *tag == path).map(|(_, variant)| *variant);
    let mut variants = tag.variants.iter().filter(|variant| known.is_none_or(|known| known == variant.stored));
    variants.find_map(|variant| {
        let field = variant.fields.iter().find(|field| field.stored == segment)?;
        Some((Some(variant.name), field))
    })
}

fn below(kind: &Kind) -> Option<Layout> {
    match kind {
        Kind::Composite(shape) => Some(Layout::from(shape())),
        Kind::Array(item) => below(item),
        _ => None,
    }
}

/// The name of a variant as that of the path into it.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 2);
    for (at, letter) in letters.iter().enumerate() {
        let before = letters.iter().take(at).rev().find(|before| before.is_alphabetic());
        let is_last_capital = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let starts_word = letter.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || is_last_capital);
        if starts_word {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, EnumSchema, Shape, Tag, Variant};

    const LINE_FIELDS: &[Field] =
        &[Field::new("sku", "s", Kind::String, Absent::Never), Field::new("sizes", "sizes", Kind::Map(&Kind::Bool), Absent::EmptyMap)];
    const PHOTO_FIELDS: &[Field] = &[Field::new("width", "w", Kind::Bool, Absent::Never)];
    const PAGE_FIELDS: &[Field] = &[Field::new("words", "w", Kind::Bool, Absent::Never)];
    const VARIANTS: &[Variant] = &[
        Variant { name: "Photo", stored: "photo", fields: PHOTO_FIELDS },
        Variant { name: "WebPage", stored: "page", fields: PAGE_FIELDS },
    ];

    fn line() -> &'static Shape {
        const SHAPE: &Shape = &Shape { name: "Line", fields: LINE_FIELDS, tag: None, closed: false };
        SHAPE
    }

    fn media() -> &'static Shape {
        const SHAPE: &Shape = &Shape { name: "Media", fields: &[], tag: Some(Tag { stored: "kind", variants: VARIANTS }), closed: false };
        SHAPE
    }

    fn schema() -> Schema {
        const FIELDS: &[Field] = &[
            Field::new("id", "_id", Kind::Bool, Absent::Never).id(),
            Field::new("lines", "l", Kind::Array(&Kind::Composite(line)), Absent::EmptyList),
            Field::new("cover", "c", Kind::Composite(media), Absent::Never),
            Field::new("role", "r", Kind::Enum(EnumSchema::named(&["A"])), Absent::Never),
            Field::new("any", "any", Kind::Any, Absent::Null),
        ];
        Schema { fields: FIELDS, ..Schema::bare("Item", "items") }
    }

    #[test]
    fn stored_paths_have_the_names_of_attributes() {
        let schema = schema();
        let name = |stored: &str, tags: &[(&str, &str)]| named(&schema, stored, tags).map(|named| (named.name, named.list));
        let plain = |name: &str| Some((name.to_owned(), None));
        assert_eq!(name("_id", &[]), plain("id"));
        assert_eq!(name("r", &[]), plain("role"));
        assert_eq!(name("l.s", &[]), Some(("lines.sku".to_owned(), Some("l".to_owned()))));
        assert_eq!(name("any", &[]), Some(("any".to_owned(), Some("any".to_owned()))));
        assert_eq!(name("c.w", &[("c.kind", "page")]), plain("cover.web_page.words"));
        assert_eq!(name("c.w", &[("c.kind", "photo"), ("kind", "page")]), plain("cover.photo.width"));
        for none in ["c.kind", "l.0", "l.sizes.xl", "any.x", "nothing", "r.x"] {
            assert!(name(none, &[]).is_none(), "{none}");
        }
    }

    #[test]
    fn a_path_is_called_as_its_variant_in_snake_case() {
        let cases = [("Photo", "photo"), ("WebPage", "web_page"), ("HTTPCall", "http_call"), ("EMail", "e_mail"), ("Photo2D", "photo2_d")];
        for (variant, path) in cases {
            assert_eq!(snake_case(variant), path);
        }
    }
}
