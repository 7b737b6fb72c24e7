//! Keys looked up: the documents that they name, read together where what is read of a document says which key it answers.

use super::{link_key::LinkKey, resolve::resolve_known, run::Run};
use crate::{
    Error, Result,
    codec::{DecodeError, Raw, alike_key, tag},
    driver::{FindSpec, ReadOptions},
    query::{Expr, Found, RawPath, Test},
    render::{Connect, ids_among, in_chunks_by, link_projection, read_link, render_filter, size_of_value},
    schema::Schema,
};
use bson::{Bson, Document};
use std::collections::{HashMap, HashSet, hash_map::Entry};

/// The paths and values of a key.
type Values<'k> = Vec<(&'k RawPath, &'k Bson)>;

/// A key as it is compared: which of its group's lists of paths it has, and what stands there.
type Compared = (usize, Vec<LinkKey>);

/// What links refer to, and the list that is measured.
type Asked = (&'static str, Option<&'static str>);

/// Keys that are read together: of one model, and all by one field or each by several.
struct Together<'k> {
    schema: &'static Schema,
    asked: Asked,
    /// The paths of the keys: those of one field, or of each unique key of several that is asked for.
    paths: Vec<Vec<&'k RawPath>>,
    /// Each key once.
    keys: Vec<Values<'k>>,
    /// The document that each key names, once it was read.
    found: HashMap<Compared, Option<Found>>,
    /// Whether there is a document that the server takes for one of these, and that equals none of them here.
    has_strays: bool,
}

impl<'k> Together<'k> {
    /// Takes a key into the group that it belongs to; gives the place of the group, and the key as it is compared.
    fn take(groups: &mut Vec<Self>, connect: &'k Connect<'_>) -> Option<(usize, Compared)> {
        let key = comparable(&connect.key)?;
        let (schema, asked) = (connect.schema, (connect.field, connect.list));
        let paths: Vec<&RawPath> = key.iter().map(|(path, _)| *path).collect();
        let takes = |group: &Self| {
            let is_of_these = match group.paths.as_slice() {
                [field] if field.len() == 1 => *field == paths,
                _ => paths.len() > 1,
            };
            is_of_these && std::ptr::eq(group.schema, schema) && group.asked == asked
        };
        let at = groups.iter().position(takes).unwrap_or_else(|| {
            groups.push(Self { schema, asked, paths: Vec::new(), keys: Vec::new(), found: HashMap::new(), has_strays: false });
            groups.len() - 1
        });
        let group = groups.get_mut(at)?;
        let form = group.paths.iter().position(|other| *other == paths).unwrap_or(group.paths.len());
        if form == group.paths.len() {
            group.paths.push(paths);
        }
        let compared = (form, key.iter().map(|(_, value)| LinkKey::of_value(value)).collect::<Vec<_>>());
        if let Entry::Vacant(place) = group.found.entry(compared.clone()) {
            place.insert(None);
            group.keys.push(key);
        }
        Some((at, compared))
    }

    fn is_of_several_fields(&self) -> bool {
        self.paths.iter().any(|paths| paths.len() > 1)
    }

    /// Reads the documents that the keys name and that match `also`. One `find`, or as many as the keys need to fit into commands.
    async fn read(&mut self, run: &Run, also: &Expr) -> Result<()> {
        let is_id = matches!(self.paths.as_slice(), [only] if matches!(only.as_slice(), [path] if path.stored() == "_id"));
        let size_of = |(path, value): (&RawPath, &Bson)| path.stored().len() + size_of_value(value);
        let beside = match also {
            Expr::Test(path, Test::Eq(value) | Test::Has(value)) => size_of((path, value)),
            _ => 0,
        };
        let size = |key: &Values<'k>| key.iter().copied().map(size_of).sum::<usize>() + beside;
        for keys in in_chunks_by(std::mem::take(&mut self.keys), size) {
            // The server would try all the ids with each part of an `$or`.
            let ids = match also {
                Expr::Test(path, Test::In(ids)) if keys.len() > 1 && self.is_of_several_fields() && path.stored() == "_id" => Some(ids),
                _ => None,
            };
            let filter = if is_id {
                ids_among(self.schema, keys.iter().flatten().map(|(_, value)| (*value).clone()).collect(), also)?
            } else {
                filter(run, self.schema, one_of(&keys, if ids.is_some() { &Expr::All } else { also })).await?
            };
            let mut found = read(run, self.schema, filter, &self.paths, self.asked).await?;
            if let Some(ids) = ids {
                found = among(run, self.schema, found, ids).await?;
            }
            for (answered, found) in found {
                let mut is_stray = true;
                for key in answered {
                    if let Some(place) = self.found.get_mut(&key) {
                        *place = Some(found.clone());
                        is_stray = false;
                    }
                }
                self.has_strays |= is_stray;
            }
        }
        Ok(())
    }
}

/// The documents that these keys name and that match `also`, in order. One `find` for each model and field that is a key, one for each model
/// of which keys of several fields are asked for, and one for each key that holds a composite. What those leave open is one more for each key:
/// one that nothing answers beside a document that answers none, or beside a key that is alike and was found.
pub(super) async fn find_each(run: &Run, open: &[Connect<'_>], also: &Expr) -> Result<Vec<Option<Found>>> {
    let mut groups: Vec<Together<'_>> = Vec::new();
    let places: Vec<Option<(usize, Compared)>> = open.iter().map(|connect| Together::take(&mut groups, connect)).collect();
    for group in &mut groups {
        group.read(run, also).await?;
    }
    let alike = alike_of_found(open, &places, &groups);
    let mut found = Vec::with_capacity(open.len());
    for (connect, place) in open.iter().zip(&places) {
        let answered = place.as_ref().and_then(|(at, key)| groups.get(*at)?.found.get(key)?.clone());
        // A stray is a document of which others stored the key in a list or not at all, or in a collection that compares texts as a language
        // does: the server alone knows which key it answers. Such a collection has one document for texts that are alike, which may equal
        // another one of them.
        let is_open = || {
            let Some((at, key)) = place else { return true };
            let has_strays = groups.get(*at).is_some_and(|group| group.has_strays);
            has_strays || alike_to(*at, key, connect).is_some_and(|key| alike.contains(&key))
        };
        found.push(if answered.is_none() && is_open() { find_alone(run, connect, also).await? } else { answered });
    }
    Ok(found)
}

/// The group and the list of paths of a key, and its values in the form of all that are alike.
type Alike = (usize, usize, Vec<LinkKey>);

fn alike_to(at: usize, (form, _): &Compared, connect: &Connect<'_>) -> Option<Alike> {
    let values = connect.key.named_values()?;
    Some((at, *form, values.into_iter().map(|(_, value)| alike_key(value)).collect()))
}

/// What the keys that were found are alike to; nothing where all were, since no one asks then.
fn alike_of_found(open: &[Connect<'_>], places: &[Option<(usize, Compared)>], groups: &[Together<'_>]) -> HashSet<Alike> {
    let is_found = |(at, key): &(usize, Compared)| groups.get(*at).is_some_and(|group| matches!(group.found.get(key), Some(Some(_))));
    if places.iter().flatten().all(is_found) {
        return HashSet::new();
    }
    let found = open.iter().zip(places).filter_map(|(connect, place)| Some((connect, place.as_ref().filter(|place| is_found(place))?)));
    found.filter_map(|(connect, (at, key))| alike_to(*at, key, connect)).collect()
}

/// The ids of the documents that match `expr`.
pub(super) async fn find_ids(run: &Run, schema: &'static Schema, expr: Expr) -> Result<Vec<Bson>> {
    let found = read(run, schema, filter(run, schema, expr).await?, &[], ("_id", None)).await?;
    Ok(found.into_iter().map(|(_, found)| found.id).collect())
}

/// Those of these documents that have one of these ids. The server is asked about those alone whose id equals none of them here.
async fn among<K>(run: &Run, schema: &'static Schema, found: Vec<(K, Found)>, ids: &[Bson]) -> Result<Vec<(K, Found)>> {
    let known: HashSet<LinkKey> = ids.iter().map(LinkKey::of_value).collect();
    let (mut kept, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, found)| known.contains(&LinkKey::of_value(&found.id)));
    if !others.is_empty() {
        let also = Expr::Test(RawPath::new("_id"), Test::In(ids.to_vec()));
        let filter = ids_among(schema, others.iter().map(|(_, found)| found.id.clone()).collect(), &also)?;
        let read = read(run, schema, filter, &[], ("_id", None)).await?;
        let known: HashSet<LinkKey> = read.iter().map(|(_, found)| LinkKey::of_value(&found.id)).collect();
        kept.extend(others.into_iter().filter(|(_, found)| known.contains(&LinkKey::of_value(&found.id))));
    }
    Ok(kept)
}

async fn find_alone(run: &Run, connect: &Connect<'_>, also: &Expr) -> Result<Option<Found>> {
    let filter = filter(run, connect.schema, connect.key.clone().and(also.clone())).await?;
    let mut found = read(run, connect.schema, filter, &[], (connect.field, connect.list)).await?;
    Ok(found.pop().map(|(_, found)| found))
}

async fn filter(run: &Run, schema: &'static Schema, expr: Expr) -> Result<Document> {
    let expr = resolve_known(&run.db, &run.scope, expr, &ReadOptions::on_primary()).await?;
    render_filter(schema, &expr)
}

/// The paths and values of a key, where what is read at the paths can be compared with the values.
fn comparable(key: &Expr) -> Option<Values<'_>> {
    let key = key.named_values()?;
    let is_comparable = |(path, value): &(&RawPath, &Bson)| {
        let is_scalar = !matches!(value, Bson::Null | Bson::Undefined | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_));
        path.stored() == "_id" || (is_scalar && !path.has_variants())
    };
    key.iter().all(is_comparable).then_some(key)
}

/// The documents that one of these keys names and that match `also`.
fn one_of(keys: &[Values<'_>], also: &Expr) -> Expr {
    if let [first, _, ..] = keys
        && let [(field, _)] = first.as_slice()
    {
        let values = keys.iter().flatten().map(|(_, value)| (*value).clone()).collect();
        return Expr::Test((*field).clone(), Test::In(values)).and(also.clone());
    }
    // Within each part: what stands beside an `$or` costs the server a time that grows with the square of the parts.
    keys.iter().map(|key| all_of(key).and(also.clone())).fold(Expr::Nothing, Expr::or)
}

fn all_of(key: &[(&RawPath, &Bson)]) -> Expr {
    key.iter().map(|(path, value)| Expr::Test((*path).clone(), Test::Eq((*value).clone()))).fold(Expr::All, Expr::and)
}

/// What links refer to the documents that match by, each with the keys at `paths` that it answers.
async fn read(
    run: &Run,
    schema: &'static Schema,
    filter: Document,
    paths: &[Vec<&RawPath>],
    (field, list): Asked,
) -> Result<Vec<(Vec<Compared>, Found)>> {
    let mut projection = link_projection(field, list);
    for path in paths.iter().flatten() {
        let path = path.stored();
        // The server takes no path beside one that leads to it.
        let is_read = |read: &String| path.strip_prefix(read.as_str()).is_some_and(|below| below.is_empty() || below.starts_with('.'));
        if !projection.keys().any(is_read) {
            projection.insert(path, 1);
        }
    }
    let spec = FindSpec { projection: Some(projection), ..FindSpec::on_primary() };
    let mut cursor = run.db.connection().find(&run.scope, schema, filter, spec).await?;
    let mut found = Vec::new();
    while let Some(batch) = cursor.next_batch().await? {
        for document in batch.documents() {
            let document = document?;
            let answered = answered(document, paths).map_err(|error| Error::decode(schema, document, error))?;
            found.push((answered, read_link(schema, document, field, list)?));
        }
    }
    Ok(found)
}

/// The key that a document has at each of these lists of paths, where it has one.
fn answered(document: &[u8], paths: &[Vec<&RawPath>]) -> Result<Vec<Compared>, DecodeError> {
    let mut answered = Vec::with_capacity(paths.len());
    for (form, paths) in paths.iter().enumerate() {
        let keys = paths.iter().map(|path| key_at(document, path.stored())).collect::<Result<Option<Vec<_>>, _>>()?;
        answered.extend(keys.map(|keys| (form, keys)));
    }
    Ok(answered)
}

/// The one value at the end of a path.
fn key_at(document: &[u8], path: &str) -> Result<Option<LinkKey>, DecodeError> {
    let found = Raw::document(document)?.at(path)?;
    Ok(found.filter(|found| found.tag() != tag::ARRAY && !found.is_null()).map(LinkKey::of))
}
