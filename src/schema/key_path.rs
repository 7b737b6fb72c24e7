//! [`KeyPath`]: where a key or a list of ids is stored that a relation names by fields in Rust: `author_id`, `lines.product_id`.
//!
//! Asked by whoever follows a relation: by `verify` and `edge`, and by `render`, which makes conditions of it.

use super::{Absent, Field, Fill, Kind, Layout, ReferentialAction, Schema, Shape};
use std::{
    collections::BTreeMap,
    fmt, ptr,
    sync::{Mutex, PoisonError},
};

/// A key or a list of ids as it is stored.
#[derive(Debug)]
pub(crate) struct KeyPath {
    /// The stored path.
    pub(crate) stored: String,
    /// The field of the document itself at which the path starts.
    pub(crate) root: &'static Field,
    /// The field at its end.
    pub(crate) field: &'static Field,
    /// The composite that has this field; none where the document itself does.
    pub(crate) of: Option<&'static Shape>,
    /// Whether a document may be without a value: the field may be `None`, or a composite on the way.
    pub(crate) is_optional: bool,
    /// The stored paths of the lists on the way, outermost first; of a list of ids its own too.
    pub(crate) lists: Vec<String>,
    /// The first field on the way that reads as a constant default where it is missing.
    pub(crate) defaulted: Option<&'static Field>,
}

impl KeyPath {
    /// The kind of one key, or of one id of a list.
    pub(crate) fn item(&self) -> Kind {
        match self.field.kind {
            Kind::Array(item) => *item,
            kind => kind,
        }
    }

    /// Whether it is a list of ids, and no key by itself.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self.field.kind, Kind::Array(_))
    }

    /// Whether the key may be `None`, whatever it is a part of.
    pub(crate) fn may_be_none(&self) -> bool {
        self.field.absent == Absent::Null
    }

    /// What the key does of which a relation says this, or nothing. One that is always there cannot become `None`, whoever says so: it holds
    /// its document back, since without it documents could not be read.
    pub(crate) fn action(&self, said: Option<ReferentialAction>) -> ReferentialAction {
        let is_required = !self.may_be_none();
        said.filter(|said| !is_required || *said != ReferentialAction::SetNull).unwrap_or(ReferentialAction::of_key(is_required))
    }

    /// The stored path of the first list that the path leads through, and does not end at.
    pub(crate) fn through(&self) -> Option<&str> {
        self.lists.first().map(String::as_str).filter(|list| *list != self.stored)
    }
}

/// Why a name leads to no key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// The model or composite has no such field.
    Unknown { of: &'static str, name: &'static str },
    /// The path goes on below a tagged union.
    Union(&'static str),
    /// The path goes on below a field that is no composite, and no list of them.
    End { of: &'static str, name: &'static str },
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { of, name } => write!(f, "`{of}` has no field `{name}`"),
            Self::Union(of) => {
                write!(f, "`{of}` is a tagged union, and a key that one of its variants has cannot be told from other fields")
            }
            Self::End { of, name } => write!(f, "`{of}::{name}` is no composite and no list of composites, so that no key can be below it"),
        }
    }
}

/// What the names lead to, by schema: each is followed once and kept, and there are as many as relations declare.
static KNOWN: Mutex<BTreeMap<(usize, &'static str), &'static KeyPath>> = Mutex::new(BTreeMap::new());

/// Where `name`, dotted and in Rust, leads in documents of this model.
///
/// # Errors
/// Why it leads nowhere.
pub(crate) fn key_path(schema: &'static Schema, name: &'static str) -> Result<&'static KeyPath, KeyFault> {
    let at = (ptr::from_ref(schema).addr(), name);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&path) = known.get(&at) {
        return Ok(path);
    }
    let path: &'static KeyPath = Box::leak(Box::new(follow(schema, name)?));
    known.insert(at, path);
    Ok(path)
}

fn follow(schema: &Schema, name: &'static str) -> Result<KeyPath, KeyFault> {
    let (mut layout, mut of, mut root, mut composite) = (Layout::from(schema), schema.model, None, None);
    let (mut stored, mut lists, mut is_optional, mut defaulted) = (String::new(), Vec::new(), false, None);
    let mut segments = name.split('.').peekable();
    while let Some(segment) = segments.next() {
        let Some(field) = named(layout, segment) else {
            // The fields of a flattened composite stand among the others, and it has no name of its own.
            if segments.clone().any(|below| named(layout, below).is_some()) {
                continue;
            }
            let is_union = root.is_some() && layout.tag.is_some();
            return Err(if is_union { KeyFault::Union(of) } else { KeyFault::Unknown { of, name: segment } });
        };
        let root = *root.get_or_insert(field);
        if !stored.is_empty() {
            stored.push('.');
        }
        stored.push_str(field.stored);
        is_optional |= field.absent == Absent::Null;
        if matches!(field.fill, Fill::Constant(_)) {
            defaulted = defaulted.or(Some(field));
        }
        if matches!(field.kind, Kind::Array(_)) {
            lists.push(stored.clone());
        }
        if segments.peek().is_none() {
            return Ok(KeyPath { stored, root, field, of: composite, is_optional, lists, defaulted });
        }
        let (Kind::Composite(shape) | Kind::Array(&Kind::Composite(shape))) = field.kind else {
            return Err(KeyFault::End { of, name: segment });
        };
        let shape = shape();
        (layout, of, composite) = (Layout::from(shape), shape.name, Some(shape));
    }
    Err(KeyFault::Unknown { of, name })
}

fn named(layout: Layout, name: &str) -> Option<&'static Field> {
    layout.fields.iter().find(|field| field.name == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Tag, Variant};

    const LONG: Kind = Kind::Int64 { min: i64::MIN, max: i64::MAX };

    fn line() -> &'static Shape {
        const FIELDS: &[Field] =
            &[Field::new("product_id", "p", LONG, Absent::Null), Field::new("tag_ids", "t", Kind::Array(&LONG), Absent::EmptyList)];
        const SHAPE: &Shape = &Shape { name: "Line", fields: FIELDS, tag: None, closed: false };
        SHAPE
    }

    fn shipping() -> &'static Shape {
        const FIELDS: &[Field] = &[
            Field::new("country_id", "c", LONG, Absent::Never),
            Field::new("lines", "l", Kind::Array(&Kind::Composite(line)), Absent::EmptyList),
        ];
        const SHAPE: &Shape = &Shape { name: "Shipping", fields: FIELDS, tag: None, closed: false };
        SHAPE
    }

    fn media() -> &'static Shape {
        const FIELDS: &[Field] = &[Field::new("author_id", "a", LONG, Absent::Never)];
        const VARIANTS: &[Variant] = &[Variant { name: "Photo", stored: "Photo", fields: FIELDS }];
        const SHAPE: &Shape = &Shape { name: "Media", fields: &[], tag: Some(Tag { stored: "kind", variants: VARIANTS }), closed: false };
        SHAPE
    }

    fn order() -> &'static Schema {
        const FIELDS: &[Field] = &[
            Field::new("id", "_id", LONG, Absent::Never).id(),
            Field::new("user_id", "u", LONG, Absent::Null),
            Field::new("shipping", "s", Kind::Composite(shipping), Absent::Null),
            Field::new("lines", "l", Kind::Array(&Kind::Composite(line)), Absent::EmptyList),
            Field::new("media", "m", Kind::Composite(media), Absent::Never),
            Field::new("by_name", "b", Kind::Map(&Kind::Composite(line)), Absent::EmptyMap),
            // Of a flattened composite.
            Field::new("town_id", "town", LONG, Absent::Never),
        ];
        static SCHEMA: std::sync::LazyLock<Schema> =
            std::sync::LazyLock::new(|| Schema { fields: FIELDS, ..Schema::bare("Order", "orders") });
        &SCHEMA
    }

    #[test]
    fn names_in_rust_lead_to_stored_paths() {
        let path = |name: &'static str| {
            let path = key_path(order(), name).unwrap();
            (path.stored.as_str(), path.root.name, path.is_optional, path.lists.join(" "))
        };
        assert_eq!(path("user_id"), ("u", "user_id", true, String::new()));
        assert_eq!(path("shipping.country_id"), ("s.c", "shipping", true, String::new()));
        assert_eq!(path("lines.product_id"), ("l.p", "lines", true, "l".to_owned()));
        assert_eq!(path("lines.tag_ids"), ("l.t", "lines", false, "l l.t".to_owned()));
        assert_eq!(path("shipping.lines.product_id"), ("s.l.p", "shipping", true, "s.l".to_owned()));
        assert_eq!(path("place.town_id"), ("town", "town_id", false, String::new()));
        let (lines, tags) = (key_path(order(), "lines.product_id").unwrap(), key_path(order(), "shipping.lines.tag_ids").unwrap());
        assert_eq!((lines.through(), tags.through()), (Some("l"), Some("s.l")));
        assert!(matches!(tags.item(), Kind::Int64 { .. }));
        let of = |name: &'static str| key_path(order(), name).unwrap().of.map(|shape| shape.name);
        assert_eq!((of("user_id"), of("place.town_id"), of("shipping.lines.product_id")), (None, None, Some("Line")));
        let acts = |name: &'static str, said| key_path(order(), name).unwrap().action(said);
        let (cascade, set_null, restrict) = (ReferentialAction::Cascade, ReferentialAction::SetNull, ReferentialAction::Restrict);
        let all = |name: &'static str| [None, Some(cascade), Some(restrict), Some(set_null)].map(|said| acts(name, said));
        assert_eq!(all("lines.product_id"), [set_null, cascade, restrict, set_null]);
        assert_eq!(all("shipping.country_id"), [restrict, cascade, restrict, restrict]);
        // What was followed once is kept.
        assert!(ptr::eq(lines, key_path(order(), "lines.product_id").unwrap()));
    }

    #[test]
    fn what_leads_nowhere_says_why() {
        let fault = |name: &'static str| key_path(order(), name).unwrap_err().to_string();
        assert_eq!(fault("nothing"), "`Order` has no field `nothing`");
        assert_eq!(fault("shipping.nothing"), "`Shipping` has no field `nothing`");
        assert_eq!(fault("nothing.country_id"), "`Order` has no field `nothing`");
        assert_eq!(
            fault("media.photo.author_id"),
            "`Media` is a tagged union, and a key that one of its variants has cannot be told from other fields"
        );
        let end = |field: &str| format!("`Order::{field}` is no composite and no list of composites, so that no key can be below it");
        assert_eq!(fault("user_id.x"), end("user_id"));
        assert_eq!(fault("by_name.product_id"), end("by_name"));
    }
}
