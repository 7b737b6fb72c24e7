//! Where a stored path leads: the kind of what stands there, and what it reads as where nothing does.

use crate::{
    codec::to_bson,
    schema::{Absent, Constant, Field, Fill, Kind},
};
use bson::{Bson, Document};

/// The end of a path.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// What the path reads as where the value is missing or null, or an optional composite on the way is `None`; nothing where the model
    /// cannot read such a document.
    pub(super) absent: Option<Bson>,
    /// Where the two differ: what the value reads as where it alone is missing, which is its constant default.
    pub(super) inner_default: Option<Bson>,
    /// The innermost list of composites on the way: the path up to it, and the rest behind it.
    pub(super) list: Option<(String, String)>,
    /// The optional composites on the way, outermost first.
    pub(super) optional: Vec<String>,
    /// The field's own declaration, unless the path leads into a map or an unknown document.
    pub(super) field: Option<Field>,
}

/// Follows `path` from the documents with these fields.
pub(super) fn place(fields: &'static [Field], path: &str) -> Place {
    let mut found = Place { kind: Kind::Any, absent: Some(Bson::Null), inner_default: None, list: None, optional: Vec::new(), field: None };
    let mut fields = fields;
    let mut walked = String::new();
    let mut segments = path.split('.').peekable();
    while let Some(segment) = segments.next() {
        let Some(field) = fields.iter().find(|field| field.stored == segment) else { return found };
        if !walked.is_empty() {
            walked.push('.');
        }
        walked.push_str(segment);
        if segments.peek().is_none() {
            found.absent = absent(field);
            // Below a `None` a list is empty and anything else is `None`.
            if !found.optional.is_empty() && !matches!(field.absent, Absent::EmptyList | Absent::EmptyMap) {
                found.inner_default = found.absent.take().filter(|own| *own != Bson::Null);
                found.absent = Some(Bson::Null);
            }
            found.kind = field.kind;
            found.field = Some(*field);
            return found;
        }
        let mut kind = field.kind;
        if let Kind::Array(item) = kind {
            kind = *item;
            found.list = Some((walked.clone(), path[walked.len() + 1..].to_owned()));
        } else if field.absent == Absent::Null {
            found.optional.push(walked.clone());
        }
        match kind {
            Kind::Composite(inner) => fields = inner(),
            _ => return found,
        }
    }
    found
}

/// What a field reads as where it is missing or null.
pub(super) fn absent(field: &Field) -> Option<Bson> {
    match (field.fill, field.absent) {
        // A constant that cannot be stored is refused where the draft is; as a default it then stands for nothing.
        (Fill::Constant(write), _) => to_bson(&Constant(write)).ok(),
        (_, Absent::Never) => None,
        (_, Absent::Null) => Some(Bson::Null),
        (_, Absent::EmptyList) if matches!(field.kind, Kind::Binary) => to_bson(&Vec::<u8>::new()).ok(),
        (_, Absent::EmptyList) => Some(Bson::Array(Vec::new())),
        (_, Absent::EmptyMap) => Some(Bson::Document(Document::new())),
    }
}
