//! A test of related documents: how the keys are read that answer it, and what it is once they are known.
//!
//! Asked by `relation` before a filter is rendered, innermost tests first, and by whoever looks at filters without a server.

use super::{
    filter::render_match,
    include::{COUNT, id_lists, key_fields, keys_once, only_keys},
    index::least,
    matched::{one_of, render_join, render_matched},
    matching::Match,
    size::check_size,
};
use crate::{
    Error, Result,
    query::{Expr, RawPath, RelatedTest, Stored, Test, place},
    schema::{IndexSchema, KeyForm, Kind, Layout, Link, RelationSchema, Schema},
};
use bson::{Bson, Document, doc};
use std::{collections::HashMap, iter};

/// How many keys a test of related documents may name unless `Builder::most_related_keys` says otherwise: of ObjectIds a filter of 2 MiB, which the server answers in a part of a second.
pub(crate) const MOST_RELATED: u32 = 100_000;

/// How many bytes of keys a read names; where there are more, it is cheaper to look related documents up.
pub(crate) const MOST_RELATED_BYTES: usize = 4 << 20;

/// The field of a stage that holds what a key leads to, and the key before that.
const FOUND: &str = "found";

/// The read that answers a test of related documents.
#[derive(Debug)]
pub(crate) struct RelatedKeys {
    /// Whose documents are read.
    pub(crate) schema: &'static Schema,
    /// Gives one document for each key, which is its `_id`; null is no key. None where there can be no key.
    pub(crate) pipeline: Option<Vec<Document>>,
    /// Where the model that has the relation holds the key.
    path: RawPath,
    answer: Answer,
}

/// What the keys that were read say of a document.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// It matches where its key, or one of its keys, is one of them.
    Key,
    /// It matches where it has a key that is none of them: they lead nowhere.
    Other,
}

impl RelatedKeys {
    /// Whether the keys are those of documents that do not match.
    pub(crate) fn is_of_others(&self) -> bool {
        matches!(self.answer, Answer::Other)
    }

    /// The test of a key that says the same as the test of related documents.
    pub(crate) fn test(&self, keys: Vec<Bson>) -> Expr {
        let test = |test: Test| Expr::Test(self.path.clone(), test);
        match self.answer {
            Answer::Key => test(Test::Key(keys)),
            Answer::Other => test(Test::IsNone).negate().and(test(Test::Key(keys)).negate()),
        }
    }
}

/// The read that answers `test`, of at most one key more than `most`. Tests of related documents that still stand in it are looked up.
///
/// # Errors
/// A relation that the model does not have, or an inner filter that cannot be rendered.
pub(crate) fn render_related(test: &RelatedTest, most: u32) -> Result<RelatedKeys> {
    let (owner, inner) = (test.owner, &test.inner);
    let relation = related_by(test)?;
    let target = (relation.target)();
    let (here, there) = key_fields(owner, relation)?;
    let path = RawPath::new(here);
    let limit = doc! { "$limit": i64::from(most) + 1 };
    let mut pipeline = if inner.has_related() {
        render_matched(target, inner)?.into_stages()
    } else {
        match render_match(target, inner)? {
            Match::All => Vec::new(),
            Match::Nothing => return Ok(RelatedKeys { schema: target, pipeline: None, path, answer: Answer::Key }),
            Match::Doc(filter) => {
                check_size(target, "a filter", [&filter])?;
                vec![doc! { "$match": filter }]
            }
        }
    };
    if !test.count.is_some() {
        return render_counted(test, relation, pipeline, limit);
    }
    if let (Link::Here(_), true) = (relation.link, pipeline.is_empty()) {
        // The keys that lead nowhere, of which there are few, and not those of all documents that there are.
        let lookup = doc! {
            "from": target.collection,
            "localField": FOUND,
            "foreignField": there,
            "pipeline": [{ "$limit": 1 }, { "$project": { "_id": 1 } }],
            "as": FOUND,
        };
        let pipeline = vec![
            doc! { "$match": { here: { "$ne": Bson::Null } } },
            doc! { "$group": { "_id": format!("${here}") } },
            doc! { "$set": { FOUND: only_keys("$_id") } },
            doc! { "$lookup": lookup },
            doc! { "$match": { FOUND: { "$size": 0 } } },
            doc! { "$project": { "_id": 1 } },
            limit,
        ];
        return Ok(RelatedKeys { schema: owner, pipeline: Some(pipeline), path, answer: Answer::Other });
    }
    if there == "_id" {
        pipeline.push(doc! { "$project": { "_id": 1 } });
    } else {
        let lists = id_lists(owner, relation)?.map_or(&[][..], |list| list.lists.as_slice());
        pipeline.extend(lists.iter().map(|list| doc! { "$unwind": format!("${list}") }));
        pipeline.push(doc! { "$group": { "_id": format!("${there}") } });
    }
    pipeline.push(limit);
    Ok(RelatedKeys { schema: target, pipeline: Some(pipeline), path, answer: Answer::Key })
}

/// The read of the documents that have so many related ones: of their keys, counted behind `matching`; or, where they hold the ids
/// themselves, of their own ids, since an id counts where its document is there.
fn render_counted(test: &RelatedTest, relation: &RelationSchema, matching: Vec<Document>, limit: Document) -> Result<RelatedKeys> {
    let (owner, target) = (test.owner, (relation.target)());
    let (here, there) = key_fields(owner, relation)?;
    let list = id_lists(owner, relation)?;
    let (schema, path, mut pipeline) = match (relation.link, list) {
        (Link::Lists { ids: Some(_), .. }, Some(list)) => {
            let lookup = render_join(owner, relation, &test.inner, vec![doc! { "$count": COUNT }], FOUND)?;
            // A list cannot lead to more documents than it has items; how many there are in composites, where a list may lie in a list, no
            // path tells.
            let long = match list.lists.as_slice() {
                [only] if !here.contains('.') => format!("{only}.{}", test.count.least().unwrap_or(1).saturating_sub(1)),
                _ => here.to_owned(),
            };
            let is_long = doc! { "$match": { long: { "$exists": true } } };
            let mut counted = vec![is_long];
            counted.extend(lookup);
            counted.push(doc! { "$match": one_of(&format!("{FOUND}.{COUNT}"), &test.count) });
            (owner, "_id", counted)
        }
        (_, list) => {
            let (mut pipeline, mut by) = (matching, format!("${there}"));
            if let Some(list) = list {
                let stages;
                (stages, by) = keys_once(list);
                pipeline.extend(stages);
            }
            pipeline.push(doc! { "$group": { "_id": by, COUNT: { "$sum": 1 } } });
            pipeline.push(doc! { "$match": one_of(COUNT, &test.count) });
            (target, here, pipeline)
        }
    };
    pipeline.push(doc! { "$project": { "_id": 1 } });
    pipeline.push(limit);
    Ok(RelatedKeys { schema, pipeline: Some(pipeline), path: RawPath::new(path), answer: Answer::Key })
}

/// Whether a filter that asks for related documents says of no document that it is not meant, whatever the keys are, and nobody wrote so: a
/// filter of nothing stands where a condition was meant.
///
/// # Errors
/// As [`render_related`].
pub(crate) fn is_forgotten(schema: &'static Schema, expr: &Expr) -> Result<bool> {
    Ok(*expr != Expr::All && matches!(render_match(schema, &as_written(expr, true)?)?, Match::All))
}

/// `expr` with a condition that says nothing else in the place of each test of related documents, or with what the test is without a look at
/// any of them. A test without a condition that nobody wrote as `all()` is what lets most documents through: everything where it counts as
/// it is, and nothing below an odd number of negations.
fn as_written(expr: &Expr, as_is: bool) -> Result<Expr> {
    let each = |exprs: &[Expr]| exprs.iter().map(|expr| as_written(expr, as_is)).collect::<Result<Vec<_>>>();
    Ok(match expr {
        Expr::And(all) => Expr::And(each(all)?),
        Expr::Or(any) => Expr::Or(each(any)?),
        Expr::Not(inner) => Expr::Not(Box::new(as_written(inner, !as_is)?)),
        Expr::Related(test) => {
            let target = (related_by(test)?.target)();
            match render_match(target, &as_written(&test.inner, as_is)?)? {
                Match::Nothing => Expr::Nothing,
                Match::All if test.inner != Expr::All && test.count.is_some() => {
                    if as_is {
                        Expr::All
                    } else {
                        Expr::Nothing
                    }
                }
                Match::All | Match::Doc(_) => Expr::Test(RawPath::new("_id"), Test::Stored(Stored::Null)),
            }
        }
        plain => plain.clone(),
    })
}

/// How many documents a filter may name by a unique key for what is related to be looked up for each of them. A look-up costs about as much
/// as naming a few dozen keys, and nothing bounds how many documents must be read to know the keys.
const FEW: usize = 50;

/// Whether a filter names one document, or a few, by a unique key, so that what is related is cheaper looked up for these than read for all;
/// and can be looked up.
pub(crate) fn names_few(expr: &Expr) -> bool {
    let Expr::And(all) = expr else { return false };
    let Some(owner) = all.iter().find_map(owner_of) else { return false };
    let mut named = HashMap::new();
    named_by(expr, &mut named);
    let most = if all.iter().all(is_served) { FEW } else { 1 };
    let is_few = |mut paths: Box<dyn Iterator<Item = &str> + '_>| {
        paths.try_fold(1_usize, |count, path| Some(count.saturating_mul(*named.get(path)?))).is_some_and(|count| count <= most)
    };
    let is_named = |index: &IndexSchema| {
        let is_key = index.unique && index.options.partial.is_none() && index.keys.iter().all(|key| key.only.is_empty());
        is_key && is_few(Box::new(index.keys.iter().map(|key| &*key.path)))
    };
    (is_few(Box::new(iter::once("_id"))) || owner.indexes.iter().any(is_named))
        && all.iter().all(|expr| !expr.has_related() || can_look_up(expr))
}

/// The model whose documents a filter with a test of related documents is on.
fn owner_of(expr: &Expr) -> Option<&'static Schema> {
    match expr {
        Expr::And(exprs) | Expr::Or(exprs) => exprs.iter().find_map(owner_of),
        Expr::Not(inner) => owner_of(inner),
        Expr::Related(test) => Some(test.owner),
        Expr::All | Expr::Nothing | Expr::Test(..) | Expr::Search(_) | Expr::Fault(..) => None,
    }
}

/// The paths of which a filter says the value, or which values there are: how many.
fn named_by<'e>(expr: &'e Expr, named: &mut HashMap<&'e str, usize>) {
    match expr {
        Expr::And(all) => all.iter().for_each(|expr| named_by(expr, named)),
        Expr::Test(path, Test::Eq(value)) if *value != Bson::Null => {
            named.insert(path.stored(), 1);
        }
        Expr::Test(path, Test::In(values)) if !values.contains(&Bson::Null) => {
            let least = named.get(path.stored()).map_or(values.len(), |known| values.len().min(*known));
            named.insert(path.stored(), least);
        }
        _ => {}
    }
}

/// Whether an index finds what each test of related documents looks up.
fn is_served(expr: &Expr) -> bool {
    match expr {
        Expr::And(exprs) | Expr::Or(exprs) => exprs.iter().all(is_served),
        Expr::Not(inner) => is_served(inner),
        Expr::Related(test) => {
            let by_index = related_by(test).and_then(|relation| {
                let (_, there) = key_fields(test.owner, relation)?;
                let begins = |index: &IndexSchema| {
                    let serves = !index.options.hidden && index.options.partial.is_none();
                    serves && index.keys.first().is_some_and(|key| *key.path == *there && matches!(key.form, KeyForm::Ordered(_)))
                };
                Ok(there == "_id" || (relation.target)().indexes.iter().any(begins))
            });
            by_index.unwrap_or(false) && is_served(&test.inner)
        }
        Expr::All | Expr::Nothing | Expr::Test(..) | Expr::Search(_) | Expr::Fault(..) => true,
    }
}

/// Whether no text index is asked where related documents are looked up.
fn can_look_up(expr: &Expr) -> bool {
    match expr {
        Expr::And(exprs) | Expr::Or(exprs) => exprs.iter().all(can_look_up),
        Expr::Not(inner) => can_look_up(inner),
        Expr::Related(test) => can_look_up(&test.inner),
        Expr::Search(_) => false,
        Expr::All | Expr::Nothing | Expr::Test(..) | Expr::Fault(..) => true,
    }
}

/// The relation that a test goes by.
pub(super) fn related_by(test: &RelatedTest) -> Result<&'static RelationSchema> {
    relation_of(test.owner, test.relation)
}

/// The relation of this name.
pub(super) fn relation_of(owner: &'static Schema, name: &str) -> Result<&'static RelationSchema> {
    owner.relation(name).ok_or_else(|| Error::Schema(vec![format!("`{}` has no relation `{name}`", owner.model)]))
}

/// `expr` with a test of one key in the place of each test of related documents: what an index has to serve once the keys are known.
///
/// # Errors
/// As [`render_related`].
pub(crate) fn render_unasked(expr: &Expr) -> Result<Expr> {
    let each = |exprs: &[Expr]| exprs.iter().map(render_unasked).collect::<Result<Vec<_>>>();
    Ok(match expr {
        Expr::And(all) => Expr::And(each(all)?),
        Expr::Or(any) => Expr::Or(each(any)?),
        Expr::Not(inner) => Expr::Not(Box::new(render_unasked(inner)?)),
        Expr::Related(test) => {
            let test = RelatedTest { inner: render_unasked(&test.inner)?, ..(**test).clone() };
            let keys = render_related(&test, MOST_RELATED)?;
            let kind = match place(Layout::from(test.owner), &keys.path).kind {
                Kind::Array(item) => *item,
                kind => kind,
            };
            keys.test(vec![least(&kind).unwrap_or(Bson::Null)])
        }
        plain => plain.clone(),
    })
}
