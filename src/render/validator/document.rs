//! Documents: their fields, which of them must be there, and the shapes among which a tag chooses.

use super::{
    sample::refuses_others,
    value::{Place, render_value},
};
use crate::schema::{Field, Layout, Schema, Shape, Tag};
use bson::{Bson, Document, doc};

/// How many composites deep a validator looks.
const MAX_LEVELS: usize = 8;
/// How large it may get, in bytes: composites that contain themselves several times double it with every level.
const MAX_SIZE: usize = 1 << 20;

/// The validator of a model's collection.
///
/// Composites are looked into 8 levels deep, or as deep as fits into a megabyte; of those below it is only said that they are documents.
pub(crate) fn render_validator(schema: &Schema) -> Document {
    let mut best = render_to(schema, 1);
    for levels in 2..=MAX_LEVELS {
        if best.is_complete {
            break;
        }
        let deeper = render_to(schema, levels);
        if deeper.size() > MAX_SIZE {
            break;
        }
        best = deeper;
    }
    doc! { "$jsonSchema": best.schema }
}

/// The documents that a validator refuses, as a filter.
pub(crate) fn render_violations(validator: &Document) -> Document {
    doc! { "$nor": [validator.clone()] }
}

struct Rendered {
    schema: Document,
    /// Whether nothing was left out for its depth.
    is_complete: bool,
}

impl Rendered {
    fn size(&self) -> usize {
        self.schema.to_vec().map_or(usize::MAX, |bytes| bytes.len())
    }
}

fn render_to(schema: &Schema, levels: usize) -> Rendered {
    let mut depth = Depth { levels, is_cut: false };
    let rendered = depth.document(Layout::from(schema), schema.deny_unknown, levels);
    Rendered { schema: rendered, is_complete: !depth.is_cut }
}

/// How deep composites are looked into, and whether that left any out.
pub(super) struct Depth {
    levels: usize,
    is_cut: bool,
}

impl Depth {
    /// An embedded document; `is_null_read` says that its place reads null.
    pub(super) fn composite(&mut self, shape: &'static Shape, place: &Place<'_>, is_null_read: bool) -> Document {
        let mut rendered = match self.levels.checked_sub(1) {
            Some(below) => {
                let closed = shape.closed && refuses_others(place, shape);
                self.document(Layout::from(shape), closed, below)
            }
            None => {
                self.is_cut = true;
                doc! { "bsonType": "object" }
            }
        };
        if is_null_read {
            rendered.insert("bsonType", vec![Bson::from("object"), Bson::from("null")]);
        }
        rendered
    }

    /// A document with these fields, of which the composites are looked into `below` levels deep.
    fn document(&mut self, layout: Layout, closed: bool, below: usize) -> Document {
        let above = std::mem::replace(&mut self.levels, below);
        let mut rendered = doc! { "bsonType": "object" };
        let mut required: Vec<Bson> = Vec::new();
        let mut properties = Document::new();
        if let Some(tag) = &layout.tag
            && !layout.fields.iter().any(|field| field.stored == tag.stored)
        {
            let names: Vec<Bson> = tag.variants.iter().map(|variant| Bson::from(variant.stored)).collect();
            required.push(Bson::from(tag.stored));
            properties.insert(tag.stored, doc! { "enum": names });
        }
        self.fields(layout.fields.iter(), &mut required, &mut properties);
        if !required.is_empty() {
            rendered.insert("required", required);
        }
        rendered.insert("properties", properties);
        if let Some(tag) = &layout.tag {
            rendered.insert("anyOf", self.variants(tag, layout.fields));
        }
        if closed {
            rendered.insert("additionalProperties", false);
        }
        self.levels = above;
        rendered
    }

    /// For each variant its name and the fields that are not common to all.
    fn variants(&mut self, tag: &Tag, common: &[Field]) -> Vec<Bson> {
        let mut branches = Vec::new();
        for variant in tag.variants {
            let own = variant.fields.iter().filter(|field| !common.iter().any(|one| one.stored == field.stored));
            let mut required = Vec::new();
            let mut properties = doc! { tag.stored: { "enum": [variant.stored] } };
            self.fields(own, &mut required, &mut properties);
            let mut branch = Document::new();
            if !required.is_empty() {
                branch.insert("required", required);
            }
            branch.insert("properties", properties);
            branches.push(Bson::Document(branch));
        }
        branches
    }

    fn fields<'f>(&mut self, fields: impl Iterator<Item = &'f Field>, required: &mut Vec<Bson>, properties: &mut Document) {
        for field in fields {
            let is_null_read = field.absent_value().is_some();
            if !is_null_read {
                required.push(Bson::from(field.stored));
            }
            let place = Place { field, around: Vec::new() };
            properties.insert(field.stored, render_value(self, &field.kind, Some(&field.limits), &place, is_null_read));
        }
    }
}
