//! [`Column`]: one path, ready to be read out of documents without the rest of the model.
//!
//! Made by `select` from a path and the model's layout, once for a read. What is not there reads as the model says: a constant default, `None`
//! or an empty list; and a value that the model requires is missed.

use super::path::RawPath;
use crate::{
    codec::{Decode, DecodeError, Raw, Writer},
    model::FieldType,
    schema::{Field, Kind, Layout},
};
use bson::Bson;

/// One path of a selection.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) path: RawPath,
    steps: Vec<Step>,
    /// Whether the path leads through a list of composites: then its value is a list, of the values of all of them.
    is_listed: bool,
    /// Whether those values are bytes, of which a list is one Binary.
    is_bytes: bool,
}

/// One step of a path into a document.
#[derive(Debug)]
enum Step {
    /// To the field or the map's key of that name.
    Down {
        name: String,
        /// In how many lists the documents are in which the path goes on.
        lists: usize,
        /// What stands there where the field is missing or null, as the only element of a document; nothing where the model requires a value.
        absent: Option<Vec<u8>>,
    },
    /// On only where the union's tag names this variant.
    Variant { tag: &'static str, name: &'static str },
}

impl Column {
    /// The column of a path to a `T`, in documents of this layout.
    pub(crate) fn of<T: FieldType>(layout: Layout, path: &RawPath) -> Self {
        let steps = steps(layout, path);
        let is_listed = steps.iter().any(|step| matches!(step, Step::Down { lists: 1.., .. }));
        Self { path: path.clone(), steps, is_listed, is_bytes: is_listed && matches!(T::KIND, Kind::Binary) }
    }

    /// The stored paths that the server has to send for it: its own, and the tags of the unions on the way.
    pub(crate) fn needs(&self) -> impl Iterator<Item = String> {
        let tags = self.path.conditions().into_iter().map(|(tag, _)| tag);
        std::iter::once(self.path.stored().to_owned()).chain(tags)
    }

    /// The value in a document.
    ///
    /// # Errors
    /// Where the value, or what lies above it, is not what the model says.
    pub(crate) fn read<T: for<'a> Decode<'a>>(&self, document: &Raw<'_>) -> Result<T, DecodeError> {
        if self.is_listed {
            let mut items = Vec::new();
            walk(&self.steps, *document, &mut |item| items.push(item))?;
            return self.read_list(&items).map_err(|error| error.at(self.path.stored()));
        }
        let mut found = None;
        walk(&self.steps, *document, &mut |value| found = Some(value))?;
        let read = match found.filter(|value| !value.is_null()) {
            Some(value) => T::decode(&value),
            None => T::absent().ok_or_else(missing),
        };
        read.map_err(|error| error.at(self.path.stored()))
    }

    fn read_list<T: for<'a> Decode<'a>>(&self, items: &[Raw<'_>]) -> Result<T, DecodeError> {
        let written = if self.is_bytes {
            let bytes = items.iter().map(u8::decode).collect::<Result<Vec<u8>, _>>()?;
            Writer::build(|w| w.field_or_null("", &bytes))
        } else {
            Writer::build(|w| w.field_or_null("", &items.to_vec()))
        };
        // They were in one document, so they fit into one.
        let bytes = written.map_err(|_| DecodeError::malformed())?;
        T::decode(&only_value(&bytes)?)
    }
}

/// The steps of a path.
fn steps(layout: Layout, path: &RawPath) -> Vec<Step> {
    let stored = path.stored();
    let (mut steps, mut layout, mut map, mut walked) = (Vec::new(), layout, None, 0);
    // Whether the path reads as something where what lies above the value is not there.
    let mut is_optional = false;
    loop {
        if let Some(name) = path.variant_at(walked) {
            let (Some(tag), Some(variant)) = (layout.tag, layout.of_variant(name)) else { return steps };
            steps.push(Step::Variant { tag: tag.stored, name });
            (layout, is_optional) = (variant, true);
        }
        let rest = stored.get(walked..).unwrap_or_default();
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return steps;
        }
        let name = rest.split('.').next().unwrap_or(rest);
        walked = stored.len() - rest.len() + name.len();
        let ends = walked == stored.len() && path.variant_at(walked).is_none();
        let (kind, absent) = match map {
            // The next name is a key, under which there may be nothing.
            Some(value) => (Some(value), Some(Bson::Null)),
            None => match layout.field(name) {
                Some(field) => (Some(field.kind), absent_of(field, ends && !is_optional)),
                None => (None, Some(Bson::Null)),
            },
        };
        // An item stands where the list was.
        let (kind, absent) = match kind {
            Some(Kind::Array(item)) => match path.unwound_at(walked) {
                Some(is_optional) => (Some(*item), is_optional.then_some(Bson::Null)),
                None => (kind, absent),
            },
            kind => (kind, absent),
        };
        let lists = if ends { 0 } else { kind.as_ref().map_or(0, lists) };
        is_optional |= lists > 0 || absent == Some(Bson::Null);
        steps.push(Step::Down { name: name.to_owned(), lists, absent: absent.as_ref().and_then(alone) });
        layout = kind.as_ref().and_then(Layout::within).unwrap_or(Layout::UNKNOWN);
        map = match kind {
            Some(Kind::Map(value)) => Some(*value),
            _ => None,
        };
    }
}

/// What the field reads as where it is missing or null. Where nothing may be missing, the type itself is asked: what serde reads may be
/// there without a value.
fn absent_of(field: &Field, asks_type: bool) -> Option<Bson> {
    field.absent_value().or_else(|| asks_type.then_some(Bson::Null))
}

/// In how many lists the values of a kind stand.
fn lists(kind: &Kind) -> usize {
    match kind {
        Kind::Array(item) => 1 + lists(item),
        _ => 0,
    }
}

/// The value as the only element of a document.
fn alone(value: &Bson) -> Option<Vec<u8>> {
    Writer::build(|w| w.field_or_null("", value)).ok()
}

fn only_value(document: &[u8]) -> Result<Raw<'_>, DecodeError> {
    Raw::document(document)?.get("")?.ok_or_else(DecodeError::malformed)
}

#[cold]
fn missing() -> DecodeError {
    DecodeError::new("a value", "nothing")
}

/// Gives what stands at the end of the steps to `found`: nothing where an `Option` above it is `None`, and several values through a list.
fn walk<'r, F: FnMut(Raw<'r>)>(steps: &'r [Step], raw: Raw<'r>, found: &mut F) -> Result<(), DecodeError> {
    let Some((step, rest)) = steps.split_first() else {
        found(raw);
        return Ok(());
    };
    match step {
        Step::Variant { tag, name } => match raw.get(tag)? {
            Some(held) if held.text_bytes().is_ok_and(|text| text == name.as_bytes()) => walk(rest, raw, found),
            _ => Ok(()),
        },
        Step::Down { name, lists, absent } => {
            let value = match (raw.get(name)?.filter(|value| !value.is_null()), absent) {
                (Some(value), _) => value,
                (None, Some(absent)) => only_value(absent)?,
                (None, None) => return Err(missing().at(name)),
            };
            match rest {
                [] => {
                    found(value);
                    Ok(())
                }
                _ if value.is_null() => Ok(()),
                rest => walk_items(*lists, rest, value, found).map_err(|error| error.at(name)),
            }
        }
    }
}

/// Goes on in each item of so many lists in one another.
fn walk_items<'r, F: FnMut(Raw<'r>)>(lists: usize, steps: &'r [Step], value: Raw<'r>, found: &mut F) -> Result<(), DecodeError> {
    let Some(inner) = lists.checked_sub(1) else { return walk(steps, value, found) };
    let mut items = value.items()?;
    let mut index = 0;
    while let Some((_, item)) = items.next()? {
        if !item.is_null() {
            walk_items(inner, steps, item, found).map_err(|error| error.at_index(index))?;
        }
        index += 1;
    }
    Ok(())
}
