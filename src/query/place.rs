//! [`Place`]: where a stored path leads, the kind of what stands there, what lies above it, and what it reads as where nothing does.
//!
//! Read by `render`, which makes conditions of it, and by the rules for changes.

use super::{eval::value_at, path::RawPath};
use crate::schema::{Absent, Field, Kind, Layout, Rule};
use bson::{Bson, Document};

/// The end of a path.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) kind: Kind,
    /// What documents stand there, in a list or alone.
    pub(crate) layout: Layout,
    /// What the value reads as where it alone is missing or null; nothing where the model cannot read such a document.
    pub(crate) absent: Option<Bson>,
    /// What lies above it and may not be there, outermost first.
    pub(crate) levels: Vec<Level>,
    /// The innermost list of composites on the way: the path up to it, and the rest behind it. What is missing then is the list.
    pub(crate) list: Option<(RawPath, RawPath)>,
    /// The maps on the way that are never `None`, by path.
    pub(crate) maps: Vec<String>,
    /// Whether the path ends at one variant of a union, as a whole.
    pub(crate) is_variant: bool,
    /// The rules of the user's own that composites on the way have, each with the composite's path.
    pub(crate) rules: Vec<(String, Rule)>,
    /// The field's own declaration, unless the path leads into a map or an unknown document.
    pub(crate) field: Option<Field>,
}

/// A composite above a value that may not be there: then the path reads as something else.
#[derive(Debug)]
pub(crate) struct Level {
    /// The composite's stored path.
    pub(crate) path: String,
    pub(crate) held: Held,
    /// What the path reads as where the composite is not there.
    pub(crate) absent: Bson,
    /// What the composite itself reads as then, where that is a constant default.
    pub(crate) default: Option<Document>,
}

/// When a level is there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held {
    /// Where its path holds a document.
    Object,
    /// Where the union's tag names the variant.
    Variant { tag: &'static str, name: &'static str },
}

impl Level {
    /// Whether a value below could be there without the level: a union's other variants may have fields of the same name.
    pub(crate) fn is_strict(&self) -> bool {
        matches!(self.held, Held::Variant { .. })
    }
}

impl Place {
    /// Of a path of which nothing is declared.
    pub(crate) const fn unknown() -> Self {
        Self {
            kind: Kind::Any,
            layout: Layout::UNKNOWN,
            absent: Some(Bson::Null),
            levels: Vec::new(),
            list: None,
            maps: Vec::new(),
            is_variant: false,
            rules: Vec::new(),
            field: None,
        }
    }

    /// Whether the field itself, and not only what lies above it, may be `None`.
    pub(crate) fn is_optional(&self) -> bool {
        self.absent == Some(Bson::Null)
    }

    /// Whether a null is stored as it is, and not by leaving the field out: what nobody declares is stored as it was given.
    pub(crate) fn stores_null(&self) -> bool {
        let is_undeclared = || self.maps.is_empty() && self.levels.is_empty() && self.list.is_none() && matches!(self.kind, Kind::Any);
        self.field.map_or_else(is_undeclared, |field| field.null)
    }

    /// Whether it is a list whose items are in no order.
    pub(crate) fn is_set(&self) -> bool {
        self.list.is_none() && self.field.is_some_and(|field| field.absent == Absent::EmptySet)
    }

    /// What the field reads as where it is missing or null, if that is a value.
    pub(crate) fn default(&self) -> Option<&Bson> {
        self.absent.as_ref().filter(|absent| **absent != Bson::Null)
    }
}

/// Follows `path` from documents of this layout.
pub(crate) fn place(layout: Layout, path: &RawPath) -> Place {
    let stored = path.stored();
    let mut found = Place::unknown();
    let mut layout = layout;
    let mut walked = 0;
    let mut above: Vec<Above> = Vec::new();
    // The default of the innermost list, and what its items look like.
    let mut listed: Option<(Vec<Document>, Layout)> = None;
    loop {
        if let Some(variant) = path.variant_at(walked) {
            let (Some(tag), Some(of_variant)) = (layout.tag, layout.of_variant(variant)) else { return found };
            above.push(Above { walked, held: Held::Variant { tag: tag.stored, name: variant }, default: None });
            layout = of_variant;
            if walked == stored.len() {
                // The variant as a whole: an `Option` of its fields.
                found.layout = layout;
                found.is_variant = true;
                found.absent = None;
                found.levels = above.into_iter().map(|above| above.level(path, &Bson::Null)).collect();
                return found;
            }
        }
        let rest = stored.get(walked..).unwrap_or_default();
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let Some(field) = rest.split('.').next().and_then(|segment| layout.field(segment)) else { return found };
        walked = stored.len() - rest.len() + field.stored.len();
        // An item stands where the list was, and with it all that lies above.
        let item = path.unwound_at(walked);
        let kind = match field.kind {
            Kind::Array(item_kind) if item.is_some() => *item_kind,
            kind => kind,
        };
        if item.is_some() {
            above.clear();
        }
        let inner = Layout::within(&kind);
        if item.is_some() && walked == stored.len() && path.variant_at(walked).is_none() {
            found.kind = kind;
            found.layout = inner.unwrap_or(Layout::UNKNOWN);
            found.absent = item.filter(|is_optional| *is_optional).map(|_| Bson::Null);
            return found;
        }
        if walked == stored.len() && path.variant_at(walked).is_none() {
            found.kind = field.kind;
            found.layout = inner.unwrap_or(Layout::UNKNOWN);
            found.absent = match (&listed, &found.list) {
                (Some((items, inner)), Some((_, rest))) => {
                    Some(Bson::Array(items.iter().map(|item| value_at(*inner, item, rest).0).collect()))
                }
                _ => field.absent_value(),
            };
            let below_nothing = field.below_nothing();
            found.levels = above.into_iter().map(|above| above.level(path, &below_nothing)).collect();
            found.field = Some(*field);
            return found;
        }
        found.rules.extend(field.limits.rule.map(|rule| (stored[..walked].to_owned(), rule)));
        match (kind, inner) {
            (Kind::Composite(_), Some(inner)) if item.is_some() => {
                if item == Some(true) {
                    above.push(Above { walked, held: Held::Object, default: None });
                }
                layout = inner;
            }
            (Kind::Composite(_), Some(inner)) => {
                let default = field.absent_value();
                if let Some(default) = default {
                    let default = if let Bson::Document(default) = default { Some((inner, default)) } else { None };
                    above.push(Above { walked, held: Held::Object, default });
                }
                layout = inner;
            }
            (Kind::Map(item), _) => {
                // The next segment is a key: an `Option` of what the map holds under it.
                match field.absent {
                    Absent::Null => above.push(Above { walked, held: Held::Object, default: None }),
                    _ => found.maps.push(stored[..walked].to_owned()),
                }
                let rest = stored.get(walked + 1..).unwrap_or_default();
                walked += 1 + rest.split('.').next().unwrap_or(rest).len();
                let inner = Layout::within(item).unwrap_or(Layout::UNKNOWN);
                if walked == stored.len() && path.variant_at(walked).is_none() {
                    found.kind = *item;
                    found.layout = inner;
                    found.absent = Some(Bson::Null);
                    found.levels = above.into_iter().map(|above| above.level(path, &Bson::Null)).collect();
                    return found;
                }
                above.push(Above { walked, held: Held::Object, default: None });
                layout = inner;
            }
            (Kind::Array(_), Some(inner)) => {
                found.list = Some((path.up_to(walked), path.split_off(walked)));
                let default = field.absent_value().and_then(|value| value.as_array().cloned()).unwrap_or_default();
                listed = Some((default.iter().filter_map(Bson::as_document).cloned().collect(), inner));
                layout = inner;
            }
            _ => return found,
        }
    }
}

/// A level while its path is still followed.
struct Above {
    walked: usize,
    held: Held,
    /// The constant default of the composite, and its layout.
    default: Option<(Layout, Document)>,
}

impl Above {
    /// The level; its path reads as `nothing` below a composite that is `None`.
    fn level(self, path: &RawPath, nothing: &Bson) -> Level {
        let absent = match &self.default {
            Some((layout, default)) => value_at(*layout, default, &path.split_off(self.walked)).0,
            None => nothing.clone(),
        };
        let default = self.default.map(|(_, default)| default);
        Level { path: path.stored()[..self.walked].to_owned(), held: self.held, absent, default }
    }
}
