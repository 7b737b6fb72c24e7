//! [`difference`]: what changed between two encodings of one value, as the changes of an update.
//!
//! Pure. Asked by [`Tracked`](super::Tracked) and by `save`, which sends them as any other update, with the guards that keep a composite from
//! being stored by half. Values are compared by their bytes, so that NaN is no change and 0.0 is not -0.0.

use super::{
    change::{Change, Operation},
    path::RawPath,
};
use crate::{
    codec::{Decode, DecodeError, EncodeError, HIDDEN_KEY, Raw, raw_to_bson, tag},
    schema::{Field, Kind, Layout, Role},
};
use std::collections::HashMap;

/// What makes `after` of `before`, two documents that the codec wrote of values of one model: a `Set` or an `Unset` for each path.
///
/// Composites are compared field by field, so that what a stored one holds beyond its declaration stays. Lists and maps are one value, and so
/// are a composite that was not there, one with a rule over the whole, one that keeps further fields where these changed, and a union of which
/// the variant changed.
pub(super) fn difference(layout: Layout, before: &[u8], after: &[u8]) -> Result<Vec<Change>, DecodeError> {
    let mut difference = Difference { changes: Vec::new() };
    if before != after {
        difference.root(layout, Raw::document(before)?, Raw::document(after)?)?;
    }
    Ok(difference.changes)
}

struct Difference {
    changes: Vec<Change>,
}

impl Difference {
    /// The document itself, which no update sets as a whole.
    fn root(&mut self, layout: Layout, before: Raw<'_>, after: Raw<'_>) -> Result<(), DecodeError> {
        let root = RawPath::new("");
        let (inner, path, same_variant) = match within_variant(layout, &root, before, after)? {
            Some((inner, path)) => (inner, path, true),
            None => (layout, root, false),
        };
        let (was, is) = (elements(before)?, elements(after)?);
        let old: HashMap<&str, Raw<'_>> = was.iter().copied().collect();
        for (name, value) in &is {
            let there = old.get(name).copied();
            let unchanged = there.is_some_and(|there| is_same(there, *value));
            // Of another variant every field is set, also one that both have: what is stored must be a whole one, whatever it was meanwhile.
            let field = inner.field(name);
            if unchanged && (same_variant || field.is_some_and(|field| field.role != Role::Plain)) {
                continue;
            }
            if !self.element(inner, &path, name, there.filter(|_| same_variant), *value)? {
                self.unnamed();
            }
        }
        for (name, _) in was.iter().filter(|(name, _)| !is.iter().any(|(other, _)| other == name)) {
            if !self.gone(&path, name) {
                self.unnamed();
            }
        }
        Ok(())
    }

    /// An embedded document that is there before and after. False where no paths say what changed in it, and the whole is to be set.
    fn document(&mut self, layout: Layout, path: &RawPath, before: Raw<'_>, after: Raw<'_>) -> Result<bool, DecodeError> {
        let Some((layout, path)) = within_variant(layout, path, before, after)? else { return Ok(false) };
        let (was, is) = (elements(before)?, elements(after)?);
        let old: HashMap<&str, Raw<'_>> = was.iter().copied().collect();
        for (name, value) in &is {
            let there = old.get(name).copied();
            if there.is_some_and(|there| is_same(there, *value)) {
                continue;
            }
            // No guard knows of a field that nobody declares.
            if layout.field(name).is_none() || !self.element(layout, &path, name, there, *value)? {
                return Ok(false);
            }
        }
        let mut gone = was.iter().filter(|(name, _)| !is.iter().any(|(other, _)| other == name));
        Ok(gone.all(|(name, _)| layout.field(name).is_some() && self.gone(&path, name)))
    }

    /// One element that changed from `before`, where it was there. False where no path leads to it.
    fn element(
        &mut self,
        layout: Layout,
        path: &RawPath,
        name: &str,
        before: Option<Raw<'_>>,
        after: Raw<'_>,
    ) -> Result<bool, DecodeError> {
        let Some(path) = path.at_name(name) else { return Ok(false) };
        if let (Some(inner), Some(before)) = (layout.field(name).and_then(by_field), before)
            && before.tag() == tag::DOCUMENT
            && after.tag() == tag::DOCUMENT
        {
            let start = self.changes.len();
            if self.document(inner, &path, before, after)? {
                return Ok(true);
            }
            self.changes.truncate(start);
        }
        self.changes.push(Change { path, operation: Operation::Set(raw_to_bson(after)?) });
        Ok(true)
    }

    /// One element that is not there any more. False where no path leads to it.
    fn gone(&mut self, path: &RawPath, name: &str) -> bool {
        let Some(path) = path.at_name(name) else { return false };
        self.changes.push(Change { path, operation: Operation::Unset });
        true
    }

    /// A further field of the document itself that only the whole document could hold: said when the changes are used.
    fn unnamed(&mut self) {
        // Once is enough, and two changes of one path would be another fault.
        if self.changes.iter().any(|change| matches!(change.operation, Operation::Fault(_))) {
            return;
        }
        let rule = "further fields with a name that is not empty, has no dot in it and no `$` in front, to be changed";
        self.changes.push(Change { path: RawPath::of(&[HIDDEN_KEY]), operation: Operation::Fault(EncodeError::of(rule)) });
    }
}

/// The fields of a composite that is compared by them. One with a rule of the user's own is not: two changes that others make to it, each of
/// which keeps to the rule, may break it together.
fn by_field(field: &Field) -> Option<Layout> {
    match field.kind {
        Kind::Composite(shape) if field.limits.rule.is_none() => Some(Layout::from(shape())),
        _ => None,
    }
}

/// The layout of two documents of one variant, and their path as that variant; the same as they are where there are no variants. Nothing
/// where the variants differ.
fn within_variant(layout: Layout, path: &RawPath, before: Raw<'_>, after: Raw<'_>) -> Result<Option<(Layout, RawPath)>, DecodeError> {
    let Some(union) = layout.tag else { return Ok(Some((layout, path.clone()))) };
    let (Some(was), Some(is)) = (before.get(union.stored)?, after.get(union.stored)?) else { return Ok(None) };
    if !is_same(was, is) {
        return Ok(None);
    }
    let variant = union.variant(<&str>::decode(&is)?);
    Ok(variant.map(|variant| (Layout { fields: variant.fields, tag: None }, path.through(union.stored, variant.stored))))
}

fn elements(document: Raw<'_>) -> Result<Vec<(&str, Raw<'_>)>, DecodeError> {
    let (mut elements, mut found) = (document.fields()?, Vec::new());
    while let Some((name, value)) = elements.next()? {
        found.push((std::str::from_utf8(name).map_err(|_| DecodeError::malformed())?, value));
    }
    Ok(found)
}

fn is_same(a: Raw<'_>, b: Raw<'_>) -> bool {
    a.tag() == b.tag() && a.bytes() == b.bytes()
}
