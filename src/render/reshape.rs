//! Stages that make other documents: what their fields are set to, and that none stays open.

use super::{
    aggregate::{accumulator, check_path},
    expression::literal,
    term::{render_or_missing, render_term},
};
use crate::{
    Error, Result,
    codec::EncodeError,
    query::{Aggregate, Assignments, RawPath, Term, place},
    schema::{Field, Layout, Schema, reads_as},
};
use bson::{Bson, Document, doc};

/// The documents that a stage finds.
pub(super) struct Source<'w> {
    pub(super) schema: &'static Schema,
    /// The items of them that stand where lists were unwound.
    pub(super) unwound: &'w [RawPath],
}

/// A field of other documents that these have too.
pub(super) enum Kept {
    /// What is stored.
    Stored,
    /// What the model reads where that is something else.
    Read(Bson),
}

impl Source<'_> {
    /// What a field of other documents gets that has the stored name of one of these; nothing where there is none.
    ///
    /// # Errors
    /// A field that would read as something else there.
    fn kept(&self, into: &'static Schema, field: &Field) -> Result<Option<Kept>> {
        if self.schema.fields.iter().all(|own| own.stored != field.stored) {
            return Ok(None);
        }
        let item = self.unwound.iter().find(|item| item.stored() == field.stored);
        let path = item.cloned().unwrap_or_else(|| RawPath::of(&[field.stored]));
        let place = place(Layout::from(self.schema), &path);
        let holds_item = |item: &RawPath| item.stored().strip_prefix(field.stored).is_some_and(|rest| rest.starts_with('.'));
        if !reads_as(&place.kind, &field.kind) || self.unwound.iter().any(holds_item) {
            let rule = format!("the type that it has in the documents of `{}`, or to be set", self.schema.model);
            return Err(Error::rule(into, field.stored, rule));
        }
        if place.absent.is_none() || place.absent == field.absent_value() {
            return Ok(Some(Kept::Stored));
        }
        if place.is_optional() {
            let rule = format!("an `Option`, or to be set: in `{}` it may be `None`", self.schema.model);
            return Err(Error::rule(into, field.stored, rule));
        }
        Ok(Some(Kept::Read(place.read("", &path))))
    }

    /// All fields of `into` that are not among those that are set.
    ///
    /// # Errors
    /// A required one that these documents do not have, and one that would read as something else.
    pub(super) fn all_kept(&self, into: &'static Schema, set: &Document) -> Result<Vec<(&'static str, Kept)>> {
        let mut kept = Vec::new();
        for field in into.fields.iter().filter(|field| !set.contains_key(field.stored)) {
            match self.kept(into, field)? {
                Some(value) => kept.push((field.stored, value)),
                None if field.is_required() => {
                    let rule = format!("to be set: `{}` has no such field", self.schema.model);
                    return Err(Error::rule(into, field.stored, rule));
                }
                None => {}
            }
        }
        Ok(kept)
    }

    /// The fields of `into` that stay where they are, as the model reads them: what has to be set for it.
    ///
    /// # Errors
    /// As [`all_kept`](Self::all_kept).
    pub(super) fn reread(&self, into: &'static Schema, set: &Document) -> Result<Document> {
        let read = |(field, kept): (&'static str, Kept)| match kept {
            Kept::Stored => None,
            Kept::Read(value) => Some((field.to_owned(), value)),
        };
        Ok(self.all_kept(into, set)?.into_iter().filter_map(read).collect())
    }

    /// The projection to the fields of `into` alone, of which `set` are set.
    ///
    /// # Errors
    /// As [`all_kept`](Self::all_kept), and `into` without a field.
    pub(super) fn project(&self, into: &'static Schema, set: Document) -> Result<Document> {
        let kept = self.all_kept(into, &set)?.into_iter().map(|(field, kept)| match kept {
            Kept::Stored => (field.to_owned(), Bson::Int32(1)),
            Kept::Read(value) => (field.to_owned(), value),
        });
        let mut project: Document = kept.collect();
        project.extend(set);
        if project.is_empty() {
            return Err(Error::rule(into, "", "at least one field, for documents to be made of"));
        }
        if !project.contains_key("_id") {
            project.insert("_id", 0);
        }
        Ok(project)
    }
}

/// The stage that makes documents of the fields alone.
///
/// # Errors
/// A field that stays open, is set twice, or whose value cannot be rendered.
pub(super) fn render_project(source: &Source<'_>, fields: &Assignments<Term>) -> Result<Document> {
    let mut set = Document::new();
    for (field, term) in &fields.fields {
        insert(fields.into, &mut set, field, closed(source.schema, term)?)?;
    }
    Ok(doc! { "$project": source.project(fields.into, set)? })
}

/// The value where a number would say whether a field is kept.
fn closed(schema: &Schema, term: &Term) -> Result<Bson> {
    match term {
        Term::Value(value) => Ok(Bson::from(doc! { "$literal": value.clone() })),
        term => render_term(schema, term),
    }
}

/// The stage that adds the fields to the documents.
///
/// # Errors
/// As [`render_project`].
pub(super) fn render_add(source: &Source<'_>, fields: &Assignments<Term>) -> Result<Document> {
    let mut set = Document::new();
    for (field, term) in &fields.fields {
        insert(fields.into, &mut set, field, render_term(source.schema, term)?)?;
    }
    // What is stored stays, but where the model reads something else.
    let reread = source.reread(fields.into, &set)?;
    set.extend(reread);
    Ok(doc! { "$set": set })
}

/// The stages that make one document of those with equal keys.
///
/// # Errors
/// As [`render_project`]; no field is kept.
pub(super) fn render_group(schema: &Schema, keys: &[(RawPath, Term)], results: &Assignments<Aggregate>) -> Result<Vec<Document>> {
    let mut named = Document::new();
    for (field, term) in keys {
        insert(results.into, &mut named, field, closed(schema, term)?)?;
    }
    let mut fields = Document::new();
    for (field, aggregate) in &results.fields {
        check_field(results.into, &named, field)?;
        insert(results.into, &mut fields, field, Bson::from(accumulator(schema, aggregate)?))?;
    }
    if fields.contains_key("_id") {
        return Err(Error::rule(results.into, "_id", "a key, which groups are told apart by"));
    }
    let all: Document = named.clone().into_iter().chain(fields.clone()).collect();
    check_complete(results.into, &all)?;
    let (id, moved) = match keys {
        [] => (Bson::Null, Document::new()),
        [(field, _)] if field.stored() == "_id" => (named.remove("_id").unwrap_or(Bson::Null), Document::new()),
        [(field, _)] => (named.remove(field.stored()).unwrap_or(Bson::Null), doc! { field.stored(): "$_id" }),
        several => {
            let moved = several.iter().map(|(field, _)| (field.stored().to_owned(), format!("$_id.{}", field.stored()).into())).collect();
            (Bson::Document(named), moved)
        }
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    let mut group = doc! { "_id": id };
    group.extend(fields);
    let mut stages = vec![doc! { "$group": group }];
    stages.extend(rename(moved, names));
    Ok(stages)
}

/// The stages that make one document of those between two boundaries; `None` is the bucket of all others.
///
/// # Errors
/// As [`render_group`], and fewer than two boundaries. That they do not ascend is the server's to say.
pub(super) fn render_buckets(
    schema: &Schema,
    of: &Term,
    boundaries: &[Result<Bson, EncodeError>],
    bounds: &[RawPath],
    results: &Assignments<Aggregate>,
) -> Result<Vec<Document>> {
    let boundary = |bound: &Result<Bson, EncodeError>| match bound {
        Ok(bound) => Ok(literal(bound)),
        Err(fault) => Err(Error::rule(schema, of.path().map_or("", RawPath::stored), fault.rule())),
    };
    let boundaries = boundaries.iter().map(boundary).collect::<Result<Vec<Bson>>>()?;
    if boundaries.len() < 2 {
        return Err(Error::rule(schema, of.path().map_or("", RawPath::stored), "at least two boundaries of buckets"));
    }
    let mut moved = Document::new();
    for field in bounds {
        insert(results.into, &mut moved, field, Bson::from("$_id"))?;
    }
    let mut output = Document::new();
    for (field, aggregate) in &results.fields {
        check_field(results.into, &moved, field)?;
        insert(results.into, &mut output, field, Bson::from(accumulator(schema, aggregate)?))?;
    }
    let all: Document = moved.clone().into_iter().chain(output.clone()).collect();
    check_complete(results.into, &all)?;
    if bounds.iter().any(|field| field.stored() == "_id") {
        moved.clear();
    }
    let names: Vec<String> = output.keys().cloned().collect();
    let group_by = match of {
        Term::Value(_) => closed(schema, of)?,
        of => render_or_missing(schema, of)?,
    };
    let bucket = doc! { "groupBy": group_by, "boundaries": boundaries, "default": Bson::Null, "output": output };
    let mut stages = vec![doc! { "$bucket": bucket }];
    stages.extend(rename(moved, names));
    Ok(stages)
}

/// The stage that moves keys to their fields, where they have others than `_id`.
fn rename(moved: Document, kept: Vec<String>) -> Option<Document> {
    if moved.is_empty() {
        return None;
    }
    let mut project = moved;
    if !project.contains_key("_id") {
        project.insert("_id", 0);
    }
    project.extend(kept.into_iter().map(|field| (field, Bson::Int32(1))));
    Some(doc! { "$project": project })
}

/// Sets a field once.
///
/// # Errors
/// A path into a field, and a field that is set already.
pub(super) fn insert(into: &'static Schema, fields: &mut Document, field: &RawPath, value: Bson) -> Result<()> {
    check_field(into, fields, field)?;
    fields.insert(field.stored(), value);
    Ok(())
}

fn check_field(into: &'static Schema, set: &Document, field: &RawPath) -> Result<()> {
    check_path(into, field)?;
    let stored = field.stored();
    if stored.is_empty() || stored.contains('.') || field.has_variants() {
        return Err(Error::rule(into, stored, "a field of the documents themselves to be set, and no path into one"));
    }
    if set.contains_key(stored) {
        return Err(Error::rule(into, stored, "to be set once"));
    }
    Ok(())
}

/// Refuses to leave a required field open.
///
/// # Errors
/// Such a field.
pub(super) fn check_complete(into: &'static Schema, set: &Document) -> Result<()> {
    match into.fields.iter().find(|field| field.is_required() && !set.contains_key(field.stored)) {
        Some(field) => Err(Error::rule(into, field.stored, "to be set")),
        None => Ok(()),
    }
}
