//! Drafts with nested writes as an ordered plan of document writes.
//!
//! The order is the one that is kept where the server has no transactions: what is referred to before what refers to it, and of an id list on
//! both sides the authority (the smaller of the two `collection.field` names) last, so that a link exists exactly when the authority has it.
//! What may be written together is one command.

use super::{
    draft::{Context, decide, decide_id, render_draft, set_list},
    draft_key::check_key,
    include::in_chunks,
    link::{check_length, listing},
    referential::set_key,
};
use crate::{
    Error, Result,
    codec::{LinkKey, Raw, distinct_by, raw_to_bson},
    query::{DraftCore, DraftParts, Found, Nested},
    schema::{Field, Link, RelationKind, RelationSchema, Role, Schema, is_authority},
};
use bson::{Bson, Document, doc};
use std::collections::{HashMap, HashSet};

/// The writes of one verb, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) writes: Vec<PlannedWrite>,
    /// The documents of the outermost drafts, in their order.
    pub(crate) roots: Vec<Vec<u8>>,
    /// The lists of ids that grow beyond the length at which that is said.
    pub(crate) long: Vec<LongList>,
}

impl Plan {
    /// Whether it is done by one command that is all or nothing by itself.
    pub(crate) fn is_atomic(&self) -> bool {
        matches!(self.writes.as_slice(), [PlannedWrite::Insert { documents, .. }] if documents.len() == 1)
    }
}

/// A list of ids that is about to be longer than is good for its document.
#[derive(Debug)]
pub(crate) struct LongList {
    pub(crate) schema: &'static Schema,
    pub(crate) path: &'static str,
    pub(crate) length: usize,
}

/// One command.
#[derive(Debug)]
pub(crate) enum PlannedWrite {
    /// New documents of one collection.
    Insert { schema: &'static Schema, documents: Vec<Vec<u8>> },
    /// Changes of documents of one collection that exist.
    Update(PlannedUpdate),
}

impl PlannedWrite {
    /// Does what `other` does too, where one command may do both; gives it back where not.
    fn join(&mut self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Insert { schema, documents }, Self::Insert { schema: other, documents: others }) if std::ptr::eq(*schema, other) => {
                documents.extend(others);
                None
            }
            (Self::Update(update), Self::Update(other)) if update.counts_as(&other) => {
                update.statements.extend(other.statements);
                update.expected += other.expected;
                update.linked.extend(other.linked);
                None
            }
            (_, other) => Some(other),
        }
    }
}

/// Changes of documents of one collection that exist.
#[derive(Debug)]
pub(crate) struct PlannedUpdate {
    pub(crate) schema: &'static Schema,
    /// Filters, each with what is done to every document that matches it.
    pub(crate) statements: Vec<(Document, Document)>,
    /// How many documents that is, over all statements: more the server does not tell of a command.
    pub(crate) expected: u64,
    /// The documents whose ids are put into lists: what has such an id already does not match. Where there are none, everything must.
    pub(crate) linked: Vec<(&'static Schema, Bson)>,
}

impl PlannedUpdate {
    /// The statements as they stand in one command.
    pub(crate) fn rendered(&self) -> Vec<Document> {
        let render = |(filter, update): &(Document, Document)| doc! { "q": filter.clone(), "u": update.clone(), "multi": true };
        self.statements.iter().map(render).collect()
    }

    /// Whether a document too few means the same of both.
    fn counts_as(&self, other: &Self) -> bool {
        std::ptr::eq(self.schema, other.schema) && self.linked.is_empty() == other.linked.is_empty()
    }
}

/// The stored field of the related model that a key on this side names; of other relations the id.
pub(super) fn named_there(relation: &RelationSchema) -> &'static str {
    match relation.link {
        Link::Here(_) => relation.referenced((relation.target)()).map_or(ID, |field| field.stored),
        Link::There(_) | Link::Lists { .. } => ID,
    }
}

/// Whether other documents hold the key of the relation number `index`, or this one a list of ids. Such a relation comes after those by keys of
/// the document itself, one of which it may reference.
pub(super) fn is_by_others(schema: &Schema, index: usize) -> bool {
    schema.relations.get(index).is_some_and(|relation| !matches!(relation.link, Link::Here(_)))
}

/// The stored name of every id.
const ID: &str = "_id";

/// What the parent that exists gives to the drafts of its related documents.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// There is no parent, or the parent refers to them.
    Nothing,
    /// The field with this name is the key, and holds this.
    Key(&'static str, Bson),
    /// The field with this name is a list of ids, with this one.
    Listed(&'static str, Bson),
}

impl Given {
    /// The values of the fields that a draft is given, by their number.
    fn to(&self, parts: &DraftParts) -> Result<HashMap<usize, Bson>> {
        let schema = parts.schema;
        let index = |name: &str| schema.fields.iter().position(|field| field.name == name);
        let unknown = |name: &str| Error::Schema(vec![format!("`{}` has no field `{name}` for a relation to it", schema.model)]);
        match self {
            Self::Nothing => Ok(HashMap::new()),
            Self::Key(name, value) => {
                let key = index(name).ok_or_else(|| unknown(name))?;
                Ok(HashMap::from([(key, value.clone())]))
            }
            Self::Listed(name, id) => {
                let list = index(name).ok_or_else(|| unknown(name))?;
                let mut ids = set_list(parts, list);
                add_ids(&mut ids, [id.clone()]);
                Ok(HashMap::from([(list, Bson::Array(ids))]))
            }
        }
    }
}

/// The plan that creates `drafts`, which passed [`check_drafts`](super::check_drafts), and of which everything that they connect was found.
///
/// # Errors
/// What only now is known: a document that breaks its limits or lacks a value, a relation to one of which the keys name several, a relation that
/// leads to another document than the key says beside which the draft stands.
pub(crate) fn plan_create(drafts: Vec<DraftCore>, given: &Given, context: &mut Context) -> Result<Plan> {
    let mut planner = Planner { context, writes: Vec::new(), long: Vec::new(), grown: HashMap::new() };
    let mut roots = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let parts = take_apart(draft)?;
        let id = decide_id(&parts, planner.context)?;
        let given = given.to(&parts)?;
        roots.push(planner.draft(parts, id, given, 0)?);
    }
    Ok(Plan { writes: in_order(planner.writes), roots, long: planner.long })
}

fn take_apart(draft: DraftCore) -> Result<DraftParts> {
    let schema = draft.schema();
    draft.into_parts().map_err(|error| Error::encode(schema, &error))
}

struct Planner<'a> {
    context: &'a mut Context,
    /// Each write with its rank: lower ranks first.
    writes: Vec<(i32, PlannedWrite)>,
    long: Vec<LongList>,
    /// By how many ids the list of a document that exists grows, by list and document.
    grown: HashMap<(&'static str, &'static str, LinkKey), usize>,
}

impl Planner<'_> {
    /// Plans one draft and everything nested in it; gives its document's bytes.
    fn draft(&mut self, mut parts: DraftParts, id: Bson, mut given: HashMap<usize, Bson>, rank: i32) -> Result<Vec<u8>> {
        let schema = parts.schema;
        let mut relations = std::mem::take(&mut parts.relations);
        relations.sort_by_key(|(index, _)| is_by_others(schema, *index));
        for (index, nested) in relations {
            let Some(relation) = schema.relations.get(index) else { continue };
            match relation.link {
                Link::Here(key) => {
                    let target = self.key_here(schema, relation, nested, rank)?;
                    given.insert(field_index(schema, relation, key)?, target);
                }
                Link::There(key) => {
                    let named = self.named_here(relation, &parts, &id, &mut given)?;
                    self.key_there(schema, relation, key, &named, nested, rank)?;
                }
                Link::Lists { ids, inverse } => {
                    let added = self.lists(schema, relation, (ids, inverse), &id, nested, rank)?;
                    if let Some(ids) = ids {
                        let ids = field_index(schema, relation, ids)?;
                        match given.entry(ids).or_insert_with(|| Bson::Array(set_list(&parts, ids))) {
                            Bson::Array(list) => add_ids(list, added),
                            other => *other = Bson::Array(added),
                        }
                        let length = given.get(&ids).and_then(Bson::as_array).map_or(0, Vec::len);
                        self.check_length(schema, schema.fields[ids].stored, length)?;
                    }
                }
            }
        }
        if let Some(index) = schema.fields.iter().position(|field| field.role == Role::Id) {
            given.insert(index, id);
        }
        let document = render_draft(&parts, &given, self.context)?;
        if let Some(key) = &parts.key {
            check_key(schema, &document, &key.named, key.what)?;
        }
        self.writes.push((rank, PlannedWrite::Insert { schema, documents: vec![document.clone()] }));
        Ok(document)
    }

    /// What the keys of related documents hold to name this one: its id, or what they reference, which is then given.
    fn named_here(&mut self, relation: &RelationSchema, parts: &DraftParts, id: &Bson, given: &mut HashMap<usize, Bson>) -> Result<Bson> {
        let schema = parts.schema;
        let Some(name) = relation.references else { return Ok(id.clone()) };
        let index = field_index(schema, relation, name)?;
        if schema.fields[index].role == Role::Id {
            return Ok(id.clone());
        }
        let value = match given.get(&index) {
            Some(value) => value.clone(),
            None => decide(parts, index, self.context)?,
        };
        if value == Bson::Null {
            return Err(nothing_to_name(schema, &schema.fields[index], relation));
        }
        // What was made up for it must be what is stored.
        if parts.fields[index].is_none() {
            given.insert(index, value.clone());
        }
        Ok(value)
    }

    /// Notes that a list of ids becomes so long.
    fn check_length(&mut self, schema: &'static Schema, path: &'static str, length: usize) -> Result<()> {
        self.long.extend(check_length(schema, path, length, self.context.id_lists)?);
        Ok(())
    }

    /// The key is here: the related document comes first, and its id, or what is referenced of it, is the key.
    fn key_here(&mut self, schema: &Schema, relation: &RelationSchema, nested: Nested, rank: i32) -> Result<Bson> {
        let connected = once(nested.found).into_iter().map(|found| found.value);
        let created = self.create_all(nested.create, named_there(relation), rank - 1, &Given::Nothing)?;
        one_of(schema, relation, connected.chain(created).collect())
    }

    /// The key is there: the related documents get what names this one.
    fn key_there(&mut self, schema: &Schema, relation: &RelationSchema, key: &str, named: &Bson, nested: Nested, rank: i32) -> Result<()> {
        let target = (relation.target)();
        let nested = Nested { found: once(nested.found), ..nested };
        if relation.kind == RelationKind::OneToOne && nested.count() > 1 {
            return Err(not_one(schema, relation));
        }
        let connected: Vec<Bson> = nested.found.into_iter().map(|found| found.id).collect();
        let field = target.fields[field_index(target, relation, key)?];
        self.create_all(nested.create, ID, rank + 1, &Given::Key(field.name, named.clone()))?;
        if !connected.is_empty() {
            let update = set_key(target, &field, named.clone(), self.context.now)?;
            self.update(target, connected, None, (Document::new(), update), rank + 1);
        }
        Ok(())
    }

    /// Both ids go into the lists that there are. Gives the related documents' ids.
    fn lists(
        &mut self,
        schema: &'static Schema,
        relation: &RelationSchema,
        (ids, inverse): (Option<&str>, Option<&str>),
        id: &Bson,
        nested: Nested,
        rank: i32,
    ) -> Result<Vec<Bson>> {
        let target = (relation.target)();
        let stored =
            |schema: &Schema, list: &str| -> Result<&'static str> { Ok(schema.fields[field_index(schema, relation, list)?].stored) };
        let rank = match (ids, inverse) {
            (Some(ids), Some(inverse)) if is_authority((target, stored(target, inverse)?), (schema, stored(schema, ids)?)) => rank + 1,
            (None, _) => rank + 1,
            _ => rank - 1,
        };
        let inverse = inverse.map(|inverse| field_index(target, relation, inverse)).transpose()?.map(|inverse| target.fields[inverse]);
        let found = once(nested.found);
        if let Some(inverse) = inverse {
            self.check_growth(target, inverse.stored, &found)?;
        }
        let mut linked: Vec<Bson> = found.into_iter().map(|found| found.id).collect();
        let given = inverse.map_or(Given::Nothing, |inverse| Given::Listed(inverse.name, id.clone()));
        let created = self.create_all(nested.create, ID, rank, &given)?;
        if let (Some(list), false) = (inverse, linked.is_empty()) {
            let only_new = doc! { list.stored: { "$ne": id.clone() } };
            let pushed = listing(target, &list, doc! { "$push": { list.stored: id.clone() } }, self.context.now)?;
            self.update(target, linked.clone(), Some((schema, id.clone())), (only_new, pushed), rank);
        }
        linked.extend(created);
        Ok(linked)
    }

    /// Notes that the lists of these documents grow by one id each.
    fn check_growth(&mut self, schema: &'static Schema, path: &'static str, found: &[Found]) -> Result<()> {
        for Found { id, length, .. } in found {
            let grown = self.grown.entry((schema.collection, path, LinkKey::of_value(id))).or_default();
            *grown += 1;
            let length = *length + *grown;
            self.check_length(schema, path, length)?;
        }
        Ok(())
    }

    /// Plans the nested drafts, each with the fields that its parent gives it; gives the values of their documents' field `named`.
    fn create_all(&mut self, drafts: Vec<DraftCore>, named: &str, rank: i32, given: &Given) -> Result<Vec<Bson>> {
        let mut values = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let parts = take_apart(draft)?;
            let (schema, id) = (parts.schema, decide_id(&parts, self.context)?);
            let given = given.to(&parts)?;
            let document = self.draft(parts, id, given, rank)?;
            values.push(value_of(schema, &document, named)?);
        }
        Ok(values)
    }

    fn update(
        &mut self,
        schema: &'static Schema,
        ids: Vec<Bson>,
        linked: Option<(&'static Schema, Bson)>,
        (also, update): (Document, Document),
        rank: i32,
    ) {
        let expected = ids.len() as u64;
        let statement = |ids: Vec<Bson>| {
            let mut filter = by_ids(ids);
            filter.extend(also.clone());
            (filter, update.clone())
        };
        let statements = in_chunks(ids).into_iter().map(statement).collect();
        let linked = linked.into_iter().collect();
        self.writes.push((rank, PlannedWrite::Update(PlannedUpdate { schema, statements, expected, linked })));
    }
}

/// A document that is named twice is connected once.
fn once(found: Vec<Found>) -> Vec<Found> {
    distinct_by(found, |found| &found.id)
}

/// Puts those ids into a list that it does not have, each once.
fn add_ids(list: &mut Vec<Bson>, added: impl IntoIterator<Item = Bson>) {
    let mut known: HashSet<LinkKey> = list.iter().map(LinkKey::of_value).collect();
    list.extend(added.into_iter().filter(|id| known.insert(LinkKey::of_value(id))));
}

/// The value by which others refer to a document.
///
/// # Errors
/// Where it has none.
fn value_of(schema: &Schema, document: &[u8], field: &str) -> Result<Bson> {
    let value = Raw::document(document).and_then(|raw| raw.get(field)?.map(raw_to_bson).transpose());
    let value = value.map_err(|error| Error::decode(schema, document, error))?;
    value.filter(|value| *value != Bson::Null).ok_or_else(|| Error::rule(schema, field, TO_BE_NAMED))
}

/// The documents with these ids.
pub(crate) fn by_ids(ids: Vec<Bson>) -> Document {
    doc! { "_id": { "$in": ids } }
}

fn one_of(schema: &Schema, relation: &RelationSchema, mut ids: Vec<Bson>) -> Result<Bson> {
    match (ids.pop(), ids.is_empty()) {
        (Some(id), true) => Ok(id),
        _ => Err(not_one(schema, relation)),
    }
}

/// None or several for a relation to one.
pub(super) fn not_one(schema: &Schema, relation: &RelationSchema) -> Error {
    Error::rule(schema, relation.name, "one related document")
}

/// The keys of related documents are to name a document by a field that is `None`.
pub(super) fn nothing_to_name(schema: &Schema, field: &Field, relation: &RelationSchema) -> Error {
    Error::rule(schema, field.stored, format!("a value, for `{}` to reference it", relation.name))
}

/// The rule for a field that the keys of others name.
pub(super) const TO_BE_NAMED: &str = "a value, for a key to reference it";

/// The number of the field that a relation names.
pub(super) fn field_index(schema: &Schema, relation: &RelationSchema, name: &str) -> Result<usize> {
    schema
        .fields
        .iter()
        .position(|field| field.name == name)
        .ok_or_else(|| Error::Schema(vec![format!("`{}` has no field `{name}` for the relation `{}`", schema.model, relation.name)]))
}

/// Lower ranks first; within a rank, one insert for each collection, and one update.
fn in_order(mut writes: Vec<(i32, PlannedWrite)>) -> Vec<PlannedWrite> {
    writes.sort_by_key(|(rank, _)| *rank);
    let mut ordered: Vec<(i32, PlannedWrite)> = Vec::new();
    for (rank, write) in writes {
        let mut left = Some(write);
        for (_, other) in ordered.iter_mut().rev().take_while(|(other, _)| *other == rank) {
            left = left.and_then(|write| other.join(write));
        }
        ordered.extend(left.map(|write| (rank, write)));
    }
    ordered.into_iter().map(|(_, write)| write).collect()
}
