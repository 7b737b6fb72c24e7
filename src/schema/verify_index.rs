//! The faults of indexes that only the types behind their paths can show, and filters that the server does not take.
//!
//! What the attributes show is a compile error; called by `verify` for each model.

use super::{IndexKey, IndexSchema, KeyForm, Kind, Layout, Schema, describe_index::IndexDescription, types::all_fields};

pub(super) fn verify_indexes(schema: &Schema, faults: &mut Vec<String>) {
    for index in &schema.indexes {
        if index.unique {
            verify_unique(schema, index, faults);
        }
        for key in &index.keys {
            verify_kind(schema, key, faults);
        }
        verify_partial(schema, index, faults);
    }
    verify_names(schema, faults);
    verify_states(schema, faults);
}

/// A unique key is looked up by its values, and the index must serve that look-up and tell present values from absent ones.
fn verify_unique(schema: &Schema, index: &IndexSchema, faults: &mut Vec<String>) {
    for key in &index.keys {
        // The server would keep its values apart between documents, and let one document have the same twice.
        if let Some(list) = list_on(schema, &key.path) {
            faults.push(format!(
                "`{}`: the unique key `{}` leads through `{list}`, which has many values in one document; they are not one key",
                schema.model, key.path
            ));
            continue;
        }
        let rule = match key.kind {
            Kind::Composite(shape) if shape().tag.is_some() => "a tagged union; declare the key over fields that every document has",
            Kind::Composite(_) => "a composite; declare the key over its fields: `unique(address.city, …)`",
            Kind::Array(_) | Kind::Map(_) | Kind::Any => "a list, a map or any value; its values are not one key",
            _ => continue,
        };
        faults.push(format!("`{}`: the unique key `{}` is {rule}", schema.model, key.path));
    }
    // Another variant's field of that name is another field, which only a filter tells apart; the server takes no filter beside `sparse`.
    if let Some(key) = index.keys.iter().find(|key| index.options.sparse && !key.only.is_empty()) {
        faults.push(format!(
            "`{}`: the unique key `{}` is that of one variant, which its index tells from others by a filter; remove `sparse`",
            schema.model, key.path
        ));
    }
}

/// Not every value can be kept in every way.
fn verify_kind(schema: &Schema, key: &IndexKey, faults: &mut Vec<String>) {
    let list = || list_on(schema, &key.path).or(matches!(key.kind, Kind::Array(_)).then_some(key.path.as_str()));
    match key.form {
        KeyForm::Hashed => faults.extend(list().map(|list| {
            let path = &key.path;
            format!("`{}`: the hashed key `{path}` has one value in each document, and `{list}` is a list or a map of them", schema.model)
        })),
        KeyForm::Wildcard if !has_paths(&key.kind) => faults.push(format!(
            "`{}`: the wildcard key `{}` is over the paths below it, and there are none below a value that is no document",
            schema.model, key.path
        )),
        KeyForm::Wildcard | KeyForm::Ordered(_) | KeyForm::Text | KeyForm::Sphere => {}
    }
}

/// Whether a value of this kind may be a document, or hold some.
fn has_paths(kind: &Kind) -> bool {
    match kind {
        Kind::Composite(_) | Kind::Map(_) | Kind::Any => true,
        Kind::Array(item) => has_paths(item),
        _ => false,
    }
}

fn verify_partial(schema: &Schema, index: &IndexSchema, faults: &mut Vec<String>) {
    if let Some(Err(reason)) = index.options.partial.map(|filter| filter()) {
        faults.push(format!("`{}`: the filter of the partial index `{}` {reason}", schema.model, index.name()));
    }
}

/// The server knows an index by its name: fields of two variants that are stored alike have one by default.
fn verify_names(schema: &Schema, faults: &mut Vec<String>) {
    // What is the same to the server is made once; the variant that a key belongs to makes a difference to a unique one.
    let known = |index: &IndexSchema| {
        let mut known = IndexDescription::of(index);
        if !index.unique {
            known.keys.iter_mut().for_each(|key| key.only = None);
        }
        known
    };
    for (at, index) in schema.indexes.iter().enumerate() {
        let name = index.name();
        if schema.indexes[..at].iter().any(|other| other.name() == name && known(other) != known(index)) {
            faults.push(format!("`{}`: two indexes are called `{name}`; declare one on the model, with `map = \"…\"`", schema.model));
        }
    }
}

/// The server takes two indexes for one that differ only in whether they are hidden and in when they delete, and refuses the second.
fn verify_states(schema: &Schema, faults: &mut Vec<String>) {
    let known = |index: &IndexSchema| {
        let mut known = IndexDescription::of(index);
        (known.name, known.hidden, known.expire_after) = (String::new(), false, None);
        if !index.unique {
            known.keys.iter_mut().for_each(|key| key.only = None);
        }
        known
    };
    let state = |index: &IndexSchema| (index.options.hidden, index.options.expire_after);
    for (at, index) in schema.indexes.iter().enumerate() {
        let clashes = |other: &&IndexSchema| other.name() != index.name() && state(other) != state(index) && known(other) == known(index);
        if let Some(other) = schema.indexes[..at].iter().find(clashes) {
            let (model, name, other) = (schema.model, index.name(), other.name());
            faults.push(format!(
                "`{model}`: the indexes `{other}` and `{name}` differ in `hidden` or `expire_after` alone, and MongoDB takes them for one; \
                 declare one of them"
            ));
        }
    }
}

/// The stored path of the list or map through which this one leads.
fn list_on<'p>(schema: &Schema, path: &'p str) -> Option<&'p str> {
    let mut layout = Layout::from(schema);
    let mut walked = 0;
    for dot in path.match_indices('.').map(|(at, _)| at) {
        let field = all_fields(layout).find(|field| field.stored == &path[walked..dot])?;
        if matches!(field.kind, Kind::Array(_) | Kind::Map(_)) {
            return Some(&path[..dot]);
        }
        layout = Layout::within(&field.kind)?;
        walked = dot + 1;
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::schema::{Absent, Direction, Field, Shape, Tag, Variant};
    use bson::doc;

    fn place() -> &'static Shape {
        const FIELDS: &[Field] = &[
            Field::new("city", "town", Kind::String, Absent::Never),
            Field::new("names", "names", Kind::Array(&Kind::String), Absent::EmptyList),
        ];
        const SHAPE: &Shape = &Shape { name: "Place", fields: FIELDS, tag: None, closed: false };
        SHAPE
    }

    fn union() -> &'static Shape {
        const FIELDS: &[Field] = &[Field::new("stops", "stops", Kind::Array(&Kind::Composite(place)), Absent::EmptyList)];
        const VARIANTS: &[Variant] = &[Variant { name: "Trip", stored: "Trip", fields: FIELDS }];
        const SHAPE: &Shape = &Shape { name: "Way", fields: &[], tag: Some(Tag { stored: "kind", variants: VARIANTS }), closed: false };
        SHAPE
    }

    const PLACE: Kind = Kind::Composite(place);
    const UNION: Kind = Kind::Composite(union);

    fn faults(indexes: Vec<IndexSchema>) -> Vec<String> {
        const FIELDS: &[Field] = &[
            Field::new("id", "_id", Kind::ObjectId, Absent::Never).id(),
            Field::new("home", "home", PLACE, Absent::Never),
            Field::new("places", "places", Kind::Array(&PLACE), Absent::EmptyList),
            Field::new("by_name", "by_name", Kind::Map(&PLACE), Absent::EmptyMap),
            Field::new("way", "way", UNION, Absent::Never),
        ];
        let schema = Schema { fields: FIELDS, indexes, ..Schema::bare("Item", "items") };
        let mut faults = Vec::new();
        verify_indexes(&schema, &mut faults);
        faults
    }

    fn key(path: &str, form: KeyForm, kind: Kind) -> IndexKey {
        IndexKey { path: path.to_owned(), form, kind, absent: Absent::Never, only: Vec::new() }
    }

    fn up(path: &str, kind: Kind) -> IndexKey {
        key(path, KeyForm::Ordered(Direction::Ascending), kind)
    }

    pub(in crate::schema) fn unique(path: &str, kind: Kind) -> IndexSchema {
        IndexSchema::unique([up(path, kind)])
    }

    #[test]
    fn a_unique_key_is_one_value() {
        let many = "which has many values in one document; they are not one key";
        let mut of_variant = up("way.x", Kind::String);
        of_variant.only = vec![("way.kind".to_owned(), "Trip")];
        assert_eq!(
            faults(vec![
                unique("home.town", Kind::String),
                unique("home", PLACE),
                unique("way", UNION),
                unique("places", Kind::Array(&PLACE)),
                unique("places.town", Kind::Array(&Kind::String)),
                unique("way.stops.town", Kind::Array(&Kind::String)),
                IndexSchema::plain([up("places.town", Kind::String)]).named("by_town"),
                IndexSchema::unique([of_variant]).sparse(),
            ]),
            [
                "`Item`: the unique key `home` is a composite; declare the key over its fields: `unique(address.city, …)`".to_owned(),
                "`Item`: the unique key `way` is a tagged union; declare the key over fields that every document has".to_owned(),
                "`Item`: the unique key `places` is a list, a map or any value; its values are not one key".to_owned(),
                format!("`Item`: the unique key `places.town` leads through `places`, {many}"),
                format!("`Item`: the unique key `way.stops.town` leads through `way.stops`, {many}"),
                "`Item`: the unique key `way.x` is that of one variant, which its index tells from others by a filter; remove `sparse`"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn not_every_value_can_be_kept_in_every_way() {
        let hashed = |path: &str, kind: Kind| IndexSchema::plain([key(path, KeyForm::Hashed, kind)]);
        let wildcard = |path: &str, kind: Kind| IndexSchema::plain([key(path, KeyForm::Wildcard, kind)]);
        assert_eq!(
            faults(vec![
                hashed("home.town", Kind::String),
                hashed("home", PLACE),
                hashed("home.names", Kind::Array(&Kind::String)),
                hashed("by_name.x", PLACE),
                wildcard("home", PLACE),
                wildcard("places", Kind::Array(&PLACE)),
                wildcard("home.names", Kind::Array(&Kind::String)),
                IndexSchema::wildcard(),
            ]),
            [
                "`Item`: the hashed key `home.names` has one value in each document, and `home.names` is a list or a map of them",
                "`Item`: the hashed key `by_name.x` has one value in each document, and `by_name` is a list or a map of them",
                "`Item`: the wildcard key `home.names` is over the paths below it, and there are none below a value that is no document",
            ]
        );
    }

    #[test]
    fn what_the_server_takes_for_one_index_is_declared_once() {
        let at = || IndexSchema::plain([up("home.town", Kind::Date)]);
        let unique = || IndexSchema::unique([up("home.town", Kind::Date)]);
        assert_eq!(
            faults(vec![
                at(),
                at().named("same"),
                at().hidden().named("hidden"),
                at().sparse().expire_after(60).named("sparse"),
                at().expire_after(60).named("gone"),
                unique().named("key"),
                unique().expire_after(60).named("gone key"),
            ]),
            [
                "`Item`: the indexes `home.town_1` and `hidden` differ in `hidden` or `expire_after` alone, and MongoDB takes them for one; \
                 declare one of them",
                "`Item`: the indexes `home.town_1` and `gone` differ in `hidden` or `expire_after` alone, and MongoDB takes them for one; \
                 declare one of them",
                "`Item`: the indexes `key` and `gone key` differ in `hidden` or `expire_after` alone, and MongoDB takes them for one; \
                 declare one of them",
            ]
        );
    }

    #[test]
    fn filters_and_names_are_looked_at() {
        let town = || IndexSchema::plain([up("home.town", Kind::String)]);
        let refused: Vec<IndexSchema> = vec![
            town(),
            town(),
            town().hidden(),
            town().partial(|| Ok(doc! { "n": 1 })).named("some"),
            town().partial(|| Ok(doc! { "n": 1 })).named("some"),
            town().partial(|| Ok(doc! { "n": 2 })).named("some"),
            town().partial(|| Err("asks for too much".to_owned())).named("much"),
        ];
        assert_eq!(
            faults(refused),
            [
                "`Item`: the filter of the partial index `much` asks for too much",
                "`Item`: two indexes are called `home.town_1`; declare one on the model, with `map = \"…\"`",
                "`Item`: two indexes are called `some`; declare one on the model, with `map = \"…\"`",
            ]
        );
    }
}
