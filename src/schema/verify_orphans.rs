//! Models of which the server deletes documents by their date, although others refer to these: it carries nothing over to those.
//!
//! Called by `Registry::faults` with every model of the program: one that no handle knows may refer to a document all the same.

use super::{Link, RelationSchema, Schema};
use std::ptr;

/// A reference from one model to another.
struct Reference {
    /// Where it is declared.
    relation: String,
    /// Who refers to whom, and by which field.
    says: String,
    /// The same reference seen from its other end has the same.
    by: (&'static str, &'static str),
}

/// The faults of these models by the relations of all: one for each reference to a model whose documents expire.
pub(crate) fn verify_orphans(schemas: &[&'static Schema], all: &[&'static Schema]) -> Vec<String> {
    let mut faults = Vec::new();
    for schema in schemas.iter().copied() {
        let Some(place) = expires(schema) else { continue };
        let mut known: Vec<(&str, &str)> = Vec::new();
        for (holder, relation) in all.iter().flat_map(|holder| holder.relations.iter().map(move |relation| (*holder, relation))) {
            let Some(reference) = reference_to(schema, holder, relation) else { continue };
            if known.contains(&reference.by) {
                continue;
            }
            known.push(reference.by);
            let Reference { relation, says, .. } = reference;
            let model = schema.model;
            faults.push(format!(
                "{relation}: {says}, and the server deletes those of `{model}` by their date without looking at what refers to them: write \
                 `orphans = \"allowed\"` beside the `expire_after` of {place}, or remove that"
            ));
        }
    }
    faults
}

/// Where the model says that its documents are deleted, unless it allows for what that leaves.
fn expires(schema: &Schema) -> Option<String> {
    if let Some(series) = schema.storage.time_series() {
        return (series.expire_after.is_some() && !series.allows_orphans).then(|| format!("the time series `{}`", schema.model));
    }
    let index = schema.indexes.iter().find(|index| index.options.expire_after.is_some() && !index.options.allows_orphans)?;
    Some(format!("the index `{}` of `{}`", index.name(), schema.model))
}

/// How documents of one end of the relation refer to those of `schema`, where they do.
fn reference_to(schema: &Schema, holder: &'static Schema, relation: &RelationSchema) -> Option<Reference> {
    let target = (relation.target)();
    let (is_holder, is_target) = (ptr::eq(holder, schema), ptr::eq(target, schema));
    let name = format!("`{}::{}`", holder.model, relation.name);
    let by_key = |from: &'static Schema, key: &'static str| Reference {
        says: format!("`{}` refers to `{}` by `{key}`", from.model, schema.model),
        by: (from.model, key),
        relation: name.clone(),
    };
    match relation.link {
        Link::Here(key) => is_target.then(|| by_key(holder, key)),
        Link::There(key) => is_holder.then(|| by_key(target, key)),
        Link::Lists { ids, inverse } => (is_holder || is_target).then(|| {
            // One list is enough to know the relation by; that of the other end names both.
            let (here, there) = (ids.map(|list| (holder.model, list)), inverse.map(|list| (target.model, list)));
            let by = match (here, there) {
                (Some(here), Some(there)) => here.min(there),
                (here, there) => here.or(there).unwrap_or((holder.model, relation.name)),
            };
            Reference { says: format!("`{}` and `{}` have lists of each other's ids", holder.model, target.model), by, relation: name }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, CollectionKind, Direction, Granularity, IndexKey, IndexSchema, KeyForm, Kind, RelationKind, TimeSeries};
    use std::sync::LazyLock;

    const CURE: &str = "by their date without looking at what refers to them: write `orphans = \"allowed\"` beside the `expire_after` of";

    fn model(model: &'static str, relations: Vec<RelationSchema>, indexes: Vec<IndexSchema>) -> Schema {
        Schema { relations: relations.leak(), indexes, ..Schema::bare(model, model) }
    }

    fn to(name: &'static str, kind: RelationKind, target: fn() -> &'static Schema, link: Link) -> RelationSchema {
        RelationSchema { name, kind, required: false, target, link, references: None, inverse_of: None, on_delete: None, on_update: None }
    }

    fn expiring() -> IndexSchema {
        let form = KeyForm::Ordered(Direction::Ascending);
        let key = IndexKey { path: "at".to_owned(), form, kind: Kind::Date, absent: Absent::Never, only: Vec::new() };
        IndexSchema::plain([key]).expire_after(60)
    }

    fn user() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
            let posts = to("posts", RelationKind::OneToMany, post, Link::There("author_id"));
            let lists = Link::Lists { ids: Some("group_ids"), inverse: Some("user_ids") };
            let referrer = to("referrer", RelationKind::ManyToOne, user, Link::Here("referrer_id"));
            model("User", vec![posts, to("groups", RelationKind::ManyToMany, group, lists), referrer], vec![expiring()])
        });
        &SCHEMA
    }

    fn post() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
            let author = to("author", RelationKind::ManyToOne, user, Link::Here("author_id"));
            let editor = to("editor", RelationKind::ManyToOne, user, Link::Here("editor_id"));
            // It refers to others, and none to it.
            model("Post", vec![author, editor], vec![expiring()])
        });
        &SCHEMA
    }

    fn group() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
            let lists = Link::Lists { ids: Some("user_ids"), inverse: Some("group_ids") };
            model("Group", vec![to("users", RelationKind::ManyToMany, user, lists)], vec![expiring().allows_orphans()])
        });
        &SCHEMA
    }

    #[test]
    fn each_reference_to_what_expires_is_a_fault_once() {
        let of_user = |relation: &str, says: &str| {
            format!("{relation}: {says}, and the server deletes those of `User` {CURE} the index `at_1` of `User`, or remove that")
        };
        let expected = [
            of_user("`User::posts`", "`Post` refers to `User` by `author_id`"),
            of_user("`User::groups`", "`User` and `Group` have lists of each other's ids"),
            of_user("`User::referrer`", "`User` refers to `User` by `referrer_id`"),
            of_user("`Post::editor`", "`Post` refers to `User` by `editor_id`"),
        ];
        assert_eq!(verify_orphans(&[user(), post(), group()], &[user(), post(), group()]), expected);
        // A model that no handle knows may refer to it all the same.
        let unknown = verify_orphans(&[user()], &[post()]);
        assert_eq!(unknown.len(), 2);
        assert!(unknown[0].starts_with("`Post::author`"), "{unknown:?}");
        assert_eq!(verify_orphans(&[post(), group()], &[user(), post(), group()]), Vec::<String>::new());
    }

    #[test]
    fn a_time_series_expires_as_a_whole() {
        fn series(allows_orphans: bool) -> &'static Schema {
            let storage = TimeSeries { time: "at", meta: None, granularity: Granularity::Hours, expire_after: Some(1), allows_orphans };
            Box::leak(Box::new(Schema { storage: CollectionKind::TimeSeries(storage), ..model("Reading", vec![], vec![]) }))
        }
        static KEPT: LazyLock<&'static Schema> = LazyLock::new(|| series(false));
        static ALLOWED: LazyLock<&'static Schema> = LazyLock::new(|| series(true));
        let refers = |target: fn() -> &'static Schema| -> &'static Schema {
            let reading = to("reading", RelationKind::ManyToOne, target, Link::Here("reading_id"));
            Box::leak(Box::new(model("Alarm", vec![reading], vec![])))
        };
        let faults = verify_orphans(&[*KEPT], &[refers(|| *KEPT)]);
        assert_eq!(faults.len(), 1);
        assert!(
            faults[0].contains("`Alarm` refers to `Reading` by `reading_id`") && faults[0].contains("the time series `Reading`"),
            "{faults:?}"
        );
        assert_eq!(verify_orphans(&[*ALLOWED], &[refers(|| *ALLOWED)]), Vec::<String>::new());
    }
}
