//! An include as one read of the related collection for each level: of the related documents, or of how many there are.

use super::{
    matched::render_matched,
    number::as_long,
    order::{RenderedOrder, render_order},
    projection::render_projection,
    size::size_of_value,
};
use crate::{
    Error, Result,
    query::IncludeNode,
    schema::{KeyPath, Link, RelationSchema, Schema, key_path},
};
use bson::{Bson, Document, doc};

/// The field that a pipeline numbers documents in; gone again before they are sent.
const NUMBER: &str = "__chakra_n";

/// The field of a count that holds one of the keys of a list.
const KEY: &str = "k";

/// The field of a count's rows that holds the number; the key is their `_id`.
pub(crate) const COUNT: &str = "n";

/// How many keys one `$in` holds. Far more would work; this many ObjectIds keep a command below 1 MiB.
const MOST_KEYS: usize = 20_000;

/// How many bytes of keys one `$in` holds: a count of the items of lists names them twice in its command.
const MOST_BYTES: usize = 4 << 20;

/// How the related documents of one level are read.
#[derive(Debug)]
pub(crate) enum IncludeQuery {
    /// By a find.
    Find(Box<IncludeFind>),
    /// By a pipeline, where each parent takes only some of them, or where the filter or the order looks related documents up.
    Pipeline(Vec<Document>),
}

/// A find of related documents.
#[derive(Debug)]
pub(crate) struct IncludeFind {
    pub(crate) filter: Document,
    pub(crate) sort: Option<Document>,
    pub(crate) projection: Option<Document>,
}

/// The stored path in documents of the model `owner` of the key of a relation, or of what the key names, and its counterpart of the related
/// model: documents with an equal value there, or with one in lists on the way, are related.
///
/// # Errors
/// Where the relation names a field that is not there, which `connect` says of registered models.
pub(crate) fn key_fields(owner: &'static Schema, relation: &RelationSchema) -> Result<(&'static str, &'static str)> {
    let target = (relation.target)();
    let stored = |schema: &'static Schema, name: &'static str| Ok::<_, Error>(key_of(owner, relation, schema, name)?.stored.as_str());
    let named = |of| relation.references.map_or(Ok("_id"), |name| stored(of, name));
    Ok(match relation.link {
        Link::Here(key) => (stored(owner, key)?, named(target)?),
        Link::There(key) => (named(owner)?, stored(target, key)?),
        Link::Lists { ids: Some(ids), .. } => (stored(owner, ids)?, "_id"),
        Link::Lists { ids: None, inverse } => ("_id", stored(target, inverse.unwrap_or_default())?),
    })
}

/// The lists by whose ids a relation goes: those of the model itself, or else those of the related one; nothing where it goes by a key.
///
/// # Errors
/// As [`key_fields`].
pub(super) fn id_lists(owner: &'static Schema, relation: &RelationSchema) -> Result<Option<&'static KeyPath>> {
    Ok(match relation.link {
        Link::Here(_) | Link::There(_) => None,
        Link::Lists { ids: Some(ids), .. } => Some(key_of(owner, relation, owner, ids)?),
        Link::Lists { ids: None, inverse } => Some(key_of(owner, relation, (relation.target)(), inverse.unwrap_or_default())?),
    })
}

fn key_of(owner: &Schema, relation: &RelationSchema, schema: &'static Schema, name: &'static str) -> Result<&'static KeyPath> {
    key_path(schema, name).map_err(|fault| Error::Schema(vec![format!("`{}::{}`: {fault}", owner.model, relation.name)]))
}

/// Whether `skip` and `take` are the server's to do: where each related document has one parent, by its key.
pub(crate) fn cut_by_server(node: &IncludeNode) -> bool {
    matches!(node.relation.link, Link::There(_)) && (node.take.is_some() || node.skip > 0)
}

/// The keys in parts of which each fits into a command, in order.
pub(crate) fn in_chunks(keys: Vec<Bson>) -> Vec<Vec<Bson>> {
    in_chunks_by(keys, size_of_value)
}

/// The same of keys of any form, each of so many bytes.
pub(crate) fn in_chunks_by<K>(keys: Vec<K>, size: impl Fn(&K) -> usize) -> Vec<Vec<K>> {
    let mut chunks: Vec<Vec<K>> = Vec::new();
    let mut bytes = 0;
    for key in keys {
        let size = size(&key);
        match chunks.last_mut() {
            Some(last) if last.len() < MOST_KEYS && bytes + size <= MOST_BYTES => {
                bytes += size;
                last.push(key);
            }
            _ => {
                bytes = size;
                chunks.push(vec![key]);
            }
        }
    }
    chunks
}

/// `own`, of the documents whose key is what is asked.
fn keyed(key: &str, asked: Document, own: Document) -> Document {
    let keyed = doc! { key: asked };
    match own {
        own if own.is_empty() => keyed,
        own if own.contains_key(key) => doc! { "$and": [keyed, own] },
        own => keyed.into_iter().chain(own).collect(),
    }
}

/// The number of related documents for each of `keys`, as rows of a key and its number. A key without any has no row.
///
/// # Errors
/// What the filter cannot be rendered for.
pub(crate) fn render_include_count(node: &IncludeNode, keys: Vec<Bson>) -> Result<Vec<Document>> {
    let (_, key) = key_fields(node.owner, node.relation)?;
    let own = render_matched((node.relation.target)(), &node.filter)?;
    let mut by = format!("${key}");
    let mut stages = own.with_first(|own| keyed(key, doc! { "$in": keys.clone() }, own)).into_stages();
    if let (Link::Lists { ids: None, .. }, Some(list)) = (node.relation.link, id_lists(node.owner, node.relation)?) {
        let once;
        (once, by) = keys_once(list);
        stages.extend(once);
        // A document may have keys that nobody asked for.
        stages.push(doc! { "$match": { KEY: { "$in": keys } } });
    }
    stages.push(doc! { "$group": { "_id": by, COUNT: { "$sum": 1 } } });
    Ok(stages)
}

/// The keys by which documents of `owner` name related ones, each in a list, without what is no key; nothing where it is their id.
///
/// # Errors
/// As [`key_fields`].
pub(super) fn naming(owner: &'static Schema, relation: &RelationSchema) -> Result<Option<Document>> {
    let (here, _) = key_fields(owner, relation)?;
    Ok((here != "_id").then(|| of_keys(here, only_keys)))
}

/// `value`, or its items where it is a list, without what names no document: the server takes neither a pattern nor Undefined for a value to
/// look up, and joins nothing with nothing.
pub(super) fn only_keys(value: &str) -> Document {
    let items = doc! { "$cond": [{ "$isArray": value }, value, [value]] };
    let is_none = doc! { "$in": [{ "$type": "$$this" }, ["null", "undefined", "regex"]] };
    doc! { "$filter": { "input": items, "cond": { "$not": [is_none] } } }
}

/// The stages that give a document for each key in the list, in which a document whose list has a key twice is one; and where they hold it.
pub(super) fn keys_once(list: &KeyPath) -> ([Document; 2], String) {
    let key = format!("${KEY}");
    let once = |list: &str| doc! { "$cond": [{ "$isArray": list }, { "$setUnion": [list, []] }, list] };
    ([doc! { "$project": { "_id": 0, KEY: of_keys(&list.stored, once) } }, doc! { "$unwind": &key }], key)
}

/// What `make` makes of the keys at a path: of one, or of a list without lists of keys in it, as a filter and an include find them there,
/// whatever on the way is a list, declared or not.
fn of_keys(stored: &str, make: impl Fn(&str) -> Document) -> Document {
    let plain = format!("${stored}");
    if !stored.contains('.') {
        return make(&plain);
    }
    // Of a list in each item of a list the server gives a list of lists. Most have none, and to follow the path takes longer.
    let has_list = doc! { "$in": [true, { "$map": { "input": &plain, "in": { "$isArray": "$$this" } } }] };
    let is_deep = doc! { "$cond": [{ "$isArray": &plain }, has_list, false] };
    let keys = doc! { "$cond": [is_deep, followed(stored), plain] };
    doc! { "$let": { "vars": { "keys": keys }, "in": make("$$keys") } }
}

/// The list of all that stands at a path: on the way it leads into the documents of a list, at its end to the items of a list, and into no list
/// that is itself an item.
fn followed(stored: &str) -> Bson {
    stored.split('.').fold(Bson::from(vec!["$$ROOT"]), |documents, name| {
        let items = doc! { "$let": {
            "vars": { "at": format!("$$this.{name}") },
            "in": { "$cond": [{ "$isArray": "$$at" }, "$$at", ["$$at"]] },
        } };
        let below = doc! { "$cond": [{ "$eq": [{ "$type": "$$this" }, "object"] }, items, []] };
        Bson::from(doc! { "$reduce": { "input": documents, "initialValue": [], "in": { "$concatArrays": ["$$value", below] } } })
    })
}

/// The read of the related documents whose key is one of `keys`.
///
/// # Errors
/// What the filter or the order of the include cannot be rendered for.
pub(crate) fn render_include(node: &IncludeNode, keys: Vec<Bson>) -> Result<IncludeQuery> {
    let target = (node.relation.target)();
    let (_, key) = key_fields(node.owner, node.relation)?;
    let own = render_matched(target, &node.filter)?;
    let RenderedOrder { lookups, sort, fields } = render_order(target, &node.sort, &own.first)?;
    let matched = own.with_first(|own| {
        let mut asked = doc! { "$in": keys };
        if cut_by_server(node) {
            // A list names nothing, and the server does not number by one.
            asked.insert("$not", doc! { "$type": "array" });
        }
        keyed(key, asked, own)
    });
    let projection = node.select.as_deref().map(render_projection);
    if !cut_by_server(node) && matched.is_plain() && lookups.is_empty() {
        return Ok(IncludeQuery::Find(Box::new(IncludeFind { filter: matched.first, sort, projection })));
    }
    let mut stages = matched.into_stages();
    stages.extend(lookups);
    let mut gone = fields;
    if cut_by_server(node) {
        stages.extend(numbered(node, key, sort.as_ref()));
        gone.push(NUMBER.to_owned());
    }
    let by_id = || cut_by_server(node).then(|| doc! { "_id": 1 });
    stages.extend(sort.or_else(by_id).map(|sort| doc! { "$sort": sort }));
    match projection {
        Some(projection) => stages.push(doc! { "$project": projection }),
        None if gone.is_empty() => {}
        None => stages.push(doc! { "$unset": gone }),
    }
    Ok(IncludeQuery::Pipeline(stages))
}

/// The stages that leave of each parent's documents, in this order, those that `skip` and `take` ask for.
fn numbered(node: &IncludeNode, key: &str, sort: Option<&Document>) -> [Document; 2] {
    // Numbers the documents of each parent; unlike `$push` and `$topN`, no reply or group can grow beyond 16 MiB.
    let mut taken = doc! { NUMBER: { "$gt": as_long(node.skip) } };
    if let Some(take) = node.take {
        let last = as_long(node.skip.saturating_add(take));
        taken = doc! { NUMBER: { "$gt": as_long(node.skip), "$lte": last } };
    }
    let windows = doc! { "$setWindowFields": {
        "partitionBy": format!("${key}"),
        "sortBy": sort.cloned().unwrap_or_else(|| doc! { "_id": 1 }),
        // `$documentNumber` takes an order by one path only.
        "output": { NUMBER: { "$sum": 1, "window": { "documents": ["unbounded", "current"] } } },
    } };
    [windows, doc! { "$match": taken }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_cut_by_their_number_and_by_their_size() {
        let numbers = |count: usize| (0..count).map(|n| Bson::Int64(i64::try_from(n).unwrap_or(0))).collect::<Vec<_>>();
        let lengths = |keys| in_chunks(keys).iter().map(Vec::len).collect::<Vec<_>>();
        assert!(lengths(Vec::new()).is_empty());
        assert_eq!(lengths(numbers(20_000)), [20_000]);
        assert_eq!(lengths(numbers(40_001)), [20_000, 20_000, 1]);
        assert_eq!(in_chunks(numbers(20_001)).concat(), numbers(20_001));
        let texts = |size: usize, count: usize| vec![Bson::String("x".repeat(size)); count];
        assert_eq!(lengths(texts(1 << 20, 5)), [3, 2]);
        // One that is too large by itself is the server's to refuse.
        assert_eq!(lengths(texts(5 << 20, 2)), [1, 1]);
    }
}
