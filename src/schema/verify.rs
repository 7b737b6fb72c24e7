//! The faults that only several models together can show.
//!
//! What one struct shows is a compile error; a derive macro cannot look into another struct, so this runs at `connect`.

use super::{
    Kind, Link, ReferentialAction, RelationKind, RelationSchema, Schema,
    inverse::{disagreeing, verify_other_end},
    key_path::{KeyFault, KeyPath, key_path},
    types::{same_type, type_text},
    verify_index::verify_indexes,
    verify_validator::verify_validator,
};

/// All faults of these models, each a sentence that names the model and the field.
pub(crate) fn verify(schemas: &[&'static Schema]) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, schema) in schemas.iter().copied().enumerate() {
        // Two models on one collection would undo each other's indexes, unless `sync` leaves one alone, and misread each other's documents.
        if let Some(other) = schemas[..at].iter().find(|other| other.collection == schema.collection) {
            faults.push(format!("`{}` and `{}` both declare the collection `{}`", other.model, schema.model, schema.collection));
        }
        verify_indexes(schema, &mut faults);
        verify_validator(schema, &mut faults);
        for relation in schema.relations {
            verify_relation(schema, relation, &mut faults);
            verify_other_end(schema, relation, &mut faults);
        }
    }
    faults
}

/// The faults of what models that are not among `schemas` say of documents of those: a delete obeys the relations of `all`.
pub(crate) fn verify_referrers(schemas: &[&'static Schema], all: &[&'static Schema]) -> Vec<String> {
    let is_known = |schema: &Schema| schemas.iter().any(|known| std::ptr::eq(*known, schema));
    let mut faults = Vec::new();
    for schema in all.iter().copied().filter(|schema| !is_known(schema)) {
        for relation in schema.relations {
            let target = (relation.target)();
            if is_known(target) {
                faults.extend(acting(&format!("`{}::{}`", schema.model, relation.name), schema, relation));
                faults.extend(disagreeing(schema, relation, target));
            }
        }
    }
    faults
}

fn verify_relation(schema: &'static Schema, relation: &RelationSchema, faults: &mut Vec<String>) {
    let target = (relation.target)();
    let at = format!("`{}::{}`", schema.model, relation.name);
    match relation.link {
        Link::Here(key) => match key_path(schema, key) {
            Ok(path) => {
                faults.extend(through_list(&at, key, path));
                let differing = differing(schema, key, &path.field.kind, relation, target);
                faults.extend(differing.map(|what| format!("{at}: the key `{key}` {what}")));
                // Of a field of its own the macro says so.
                if is_part(key) {
                    faults.extend(defaulted(&at, schema, key, path));
                    faults.extend(unlike(&at, relation, key, path, target));
                    faults.extend(acting(&at, schema, relation));
                }
                verify_referenced(&at, relation, key, target, faults);
            }
            Err(fault) => faults.push(format!("{at}: {fault}")),
        },
        Link::There(key) => match key_path(target, key) {
            Ok(path) => {
                faults.extend(through_list(&at, key, path));
                let differing = differing(target, key, &path.field.kind, relation, schema);
                faults.extend(differing.map(|what| format!("{at}: the key `{key}` of `{}` {what}", target.model)));
                faults.extend(defaulted(&at, target, key, path));
                verify_referenced(&at, relation, key, schema, faults);
                // Two documents with one key would make the relation to one ambiguous.
                if relation.kind == RelationKind::OneToOne && !is_unique(target, &path.stored) {
                    faults.push(format!("{at}: the key `{key}` of `{}` must be unique: {}", target.model, as_unique(key)));
                }
            }
            Err(fault) => faults.push(format!("{at}: {}", spoken(&fault, "to hold the key"))),
        },
        Link::Lists { ids, inverse } => {
            verify_list(&at, schema, ids, target, faults);
            faults.extend(acting(&at, schema, relation));
            verify_list(&at, target, inverse, schema, faults);
            verify_inverse(&at, schema, relation, target, faults);
        }
    }
}

/// A key that does not name the id names a field of `of` that one document has a given value of.
fn verify_referenced(at: &str, relation: &RelationSchema, key: &str, of: &Schema, faults: &mut Vec<String>) {
    let (Some(name), of_model) = (relation.references, of.model) else { return };
    match of.field(name) {
        None => faults.push(format!("{at}: `{of_model}` has no field `{name}` for the key `{key}` to reference")),
        Some(field) if !is_unique(of, field.stored) => {
            faults.push(format!("{at}: `{of_model}::{name}`, which the key `{key}` references, must be unique: `#[chakra(unique)]`"));
        }
        Some(_) => {}
    }
}

/// What is wrong with a key of `holder` that refers to `of`. An Int32 and an Int64 are the same number to the server, but not to a
/// validator or to another program.
fn differing(holder: &Schema, key: &str, kind: &Kind, relation: &RelationSchema, of: &Schema) -> Option<String> {
    let named = relation.referenced(of).filter(|named| !same_type(kind, &named.kind))?;
    let cure = cure(kind, &named.kind, (holder.model, key), (of.model, named.name));
    let what = match relation.references {
        Some(name) => format!("`{}::{name}`, which it references,", of.model),
        None => format!("the `_id` of `{}`", of.model),
    };
    Some(format!("is stored as {}, but {what} as {}{cure}", text(kind), text(&named.kind)))
}

/// Whether a key is a part of a composite.
fn is_part(key: &str) -> bool {
    key.contains('.')
}

/// What is missing of a field, with what it is missing for.
fn spoken(fault: &KeyFault, what_for: &str) -> String {
    match fault {
        KeyFault::Unknown { .. } => format!("{fault} {what_for}"),
        KeyFault::Union(_) | KeyFault::End { .. } => fault.to_string(),
    }
}

/// A key is one value.
fn through_list(at: &str, key: &str, path: &KeyPath) -> Option<String> {
    let list = path.through()?;
    Some(format!(
        "{at}: the key `{key}` leads through `{list}`, which is a list: the ids in a list are those of a ManyToMany, by `ids = {key}` at the \
         model that holds them and `inverse_ids = {key}` at the other"
    ))
}

/// Whether there may be no key is told by what holds it and by the relation alike. Of a field of its own the macro says so.
fn unlike(at: &str, relation: &RelationSchema, key: &str, path: &KeyPath, target: &Schema) -> Option<String> {
    let (name, target) = (relation.name, target.model);
    match (path.is_optional, relation.required) {
        (true, true) => {
            Some(format!("{at}: `{key}` or what holds it may be `None`, and so may `{name}`: write `{name}: Related<Option<{target}>>`"))
        }
        (false, false) => Some(format!("{at}: `{key}` is always there, and so is `{name}`: write `{name}: Related<{target}>`")),
        _ => None,
    }
}

/// What the relation says that its key, a part of a composite, cannot do.
fn acting(at: &str, schema: &'static Schema, relation: &RelationSchema) -> Vec<String> {
    let (Link::Here(key) | Link::Lists { ids: Some(key), .. }) = relation.link else { return Vec::new() };
    // Of a field or a list of its own the macro says so, and of a path that leads nowhere its fault.
    let Some(path) = key_path(schema, key).ok().filter(|_| is_part(key)) else { return Vec::new() };
    let said = [("on_delete", relation.on_delete), ("on_update", relation.on_update)];
    let said = said.into_iter().filter_map(|(word, action)| Some((word, action?)));
    let cannot = said.filter(|(_, action)| path.is_list() || (*action == ReferentialAction::SetNull && !path.may_be_none()));
    let faults = cannot.map(|(word, action)| {
        if path.is_list() {
            format!(
                "{at}: `{word} = {action:?}` belongs to a key, and `{key}` is a list of ids: a deleted document is always taken out of the \
                 lists that hold its id; remove it"
            )
        } else {
            format!(
                "{at}: `{word} = {action:?}`, but the key `{key}` is always there, so it cannot become `None`: make it an `Option`, or write \
                 `{word} = Cascade` or `Restrict`"
            )
        }
    });
    faults.collect()
}

/// How a key is declared unique.
fn as_unique(key: &str) -> String {
    if is_part(key) { format!("`#[chakra(unique({key}))]` on the model") } else { "`#[chakra(unique)]`".to_owned() }
}

/// A missing key would be read as the default, which the server does not follow. On the relation's own side the macro says so of its fields.
fn defaulted(at: &str, holder: &Schema, key: &str, path: &KeyPath) -> Option<String> {
    let (of, field) = (holder.model, path.defaulted?);
    Some(if std::ptr::eq(field, path.field) {
        format!("{at}: the key `{key}` of `{of}` cannot have a constant default")
    } else {
        format!("{at}: `{}`, which holds the key `{key}` of `{of}`, cannot have a constant default", field.name)
    })
}

/// A list of ids of `holder`, or ids in a list of composites, must be there and be ids of `of`.
fn verify_list(at: &str, holder: &'static Schema, list: Option<&'static str>, of: &Schema, faults: &mut Vec<String>) {
    let Some(list) = list else { return };
    let path = match key_path(holder, list) {
        Ok(path) => path,
        Err(fault) => {
            faults.push(format!("{at}: {}", spoken(&fault, &format!("for the ids of `{}`", of.model))));
            return;
        }
    };
    faults.extend(defaulted(at, holder, list, path));
    let (is_list, item) = (!path.lists.is_empty(), path.item());
    let Some(id) = id_kind(of).filter(|id| !is_list || !same_type(&item, id)) else { return };
    let cure = if is_list { cure(&item, &id, (holder.model, list), (of.model, id_name(of))) } else { String::new() };
    let kind = if is_list { format!("[{}]", text(&item)) } else { text(&item) };
    let (holder, of, id) = (holder.model, of.model, text(&id));
    faults.push(format!("{at}: `{holder}::{list}` must be a list of the ids of `{of}`; it is stored as {kind}, not as [{id}]{cure}"));
}

/// How to give both ends the same stored type, where an attribute does.
fn cure(key: &Kind, id: &Kind, (holder, key_name): (&str, &str), (of, id_name): (&str, &str)) -> String {
    let (word, on, field) = match (text(key).as_str(), text(id).as_str()) {
        ("Int32", "Int64") => ("long", holder, key_name),
        ("Int64", "Int32") => ("long", of, id_name),
        ("String", "ObjectId") => ("object_id", holder, key_name),
        ("ObjectId", "String") => ("object_id", of, id_name),
        _ => return "; both ends of a relation need the same stored type".to_owned(),
    };
    format!("; both ends of a relation need the same stored type: write `#[chakra(as = \"{word}\")]` on `{on}::{field}`")
}

/// Both ends of a two-sided relation must name the same two lists, or writes through one end would miss the other's.
fn verify_inverse(at: &str, schema: &Schema, relation: &RelationSchema, target: &'static Schema, faults: &mut Vec<String>) {
    let Link::Lists { ids: Some(ids), inverse: Some(inverse) } = relation.link else { return };
    for other in target.relations.iter().filter(|other| std::ptr::eq((other.target)(), schema)) {
        let Link::Lists { ids: their_ids, inverse: their_inverse } = other.link else { continue };
        let shares = their_ids == Some(inverse) || their_inverse == Some(ids);
        if shares && (their_ids, their_inverse) != (Some(inverse), Some(ids)) {
            faults.push(format!(
                "{at} and `{}::{}` share an id list but not both: expected `ids = {inverse}, inverse_ids = {ids}` on the latter",
                target.model, other.name
            ));
        }
    }
}

fn id_kind(schema: &Schema) -> Option<Kind> {
    schema.fields.iter().find(|field| field.stored == "_id").map(|field| field.kind)
}

/// What the id is called in Rust.
fn id_name(schema: &Schema) -> &'static str {
    schema.fields.iter().find(|field| field.stored == "_id").map_or("id", |field| field.name)
}

fn text(kind: &Kind) -> String {
    type_text(kind, &mut |shape| shape.name.to_owned())
}

fn is_unique(schema: &Schema, stored: &str) -> bool {
    stored == "_id" || schema.indexes.iter().any(|index| index.is_key() && index.keys.len() == 1 && index.keys[0].path == stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Absent, EnumSchema, Field, Fill, verify_index::tests::unique};
    use std::sync::LazyLock;

    const INT: Kind = Kind::Int32 { min: i32::MIN as i64, max: i32::MAX as i64 };
    const LONG: Kind = Kind::Int64 { min: i64::MIN, max: i64::MAX };

    /// A model, as a function that gives the same one each time.
    macro_rules! models {
        ($($name:ident = $schema:expr;)*) => { $(
            fn $name() -> &'static Schema {
                static SCHEMA: LazyLock<Schema> = LazyLock::new(|| $schema);
                &SCHEMA
            }
        )* };
    }

    fn model<const N: usize>(model: &'static str, id: Kind, fields: [(&'static str, Kind); N], relations: Vec<RelationSchema>) -> Schema {
        let fields = fields.map(|(name, kind)| Field::new(name, name, kind, Absent::Never));
        let id = Field::new("id", "_id", id, Absent::Never).id();
        Schema {
            fields: std::iter::once(id).chain(fields).collect::<Vec<_>>().leak(),
            relations: relations.leak(),
            ..Schema::bare(model, model)
        }
    }

    fn to(name: &'static str, kind: RelationKind, target: fn() -> &'static Schema, link: Link) -> RelationSchema {
        RelationSchema { name, kind, required: false, target, link, references: None, inverse_of: None, on_delete: None, on_update: None }
    }

    fn by(field: &'static str, relation: RelationSchema) -> RelationSchema {
        RelationSchema { references: Some(field), ..relation }
    }

    fn with_inverse(inverse: &'static str, relation: RelationSchema) -> RelationSchema {
        RelationSchema { inverse_of: Some(inverse), ..relation }
    }

    #[test]
    fn both_ends_need_the_same_stored_type() {
        const CODE: Kind = Kind::Enum(EnumSchema::named(&["A", "B"]));
        models! {
            int = model("Int", INT, [], vec![to("ones", RelationKind::OneToMany, keys, Link::There("long"))]);
            long = model("Long", LONG, [], vec![to("ones", RelationKind::OneToMany, keys, Link::There("int"))]);
            object = model("Object", Kind::ObjectId, [], vec![to("ones", RelationKind::OneToMany, keys, Link::There("text"))]);
            text = model("Text", Kind::String, [], vec![]);
            keys = model("Keys", Kind::ObjectId, [
                ("int", INT), ("long", LONG), ("text", Kind::String), ("code", CODE), ("at", Kind::Date),
            ], vec![
                to("a", RelationKind::ManyToOne, text, Link::Here("code")),
                to("b", RelationKind::ManyToOne, text, Link::Here("at")),
                to("c", RelationKind::ManyToOne, text, Link::Here("id")),
                to("d", RelationKind::ManyToOne, long, Link::Here("long")),
            ]);
        }
        let rule = "both ends of a relation need the same stored type";
        let write = |word: &str, field: &str| format!("{rule}: write `#[chakra(as = \"{word}\")]` on `{field}`");
        let expected = [
            ("`Int::ones`: the key `long` of `Keys` is stored as Int64, but the `_id` of `Int` as Int32", write("long", "Int::id")),
            ("`Long::ones`: the key `int` of `Keys` is stored as Int32, but the `_id` of `Long` as Int64", write("long", "Keys::int")),
            (
                "`Object::ones`: the key `text` of `Keys` is stored as String, but the `_id` of `Object` as ObjectId",
                write("object_id", "Keys::text"),
            ),
            ("`Keys::b`: the key `at` is stored as Date, but the `_id` of `Text` as String", rule.to_owned()),
            ("`Keys::c`: the key `id` is stored as ObjectId, but the `_id` of `Text` as String", write("object_id", "Text::id")),
        ];
        let expected = expected.map(|(fault, cure)| format!("{fault}; {cure}"));
        assert_eq!(verify(&[int(), long(), object(), text(), keys()]), expected);
    }

    #[test]
    fn a_key_on_the_other_side_has_no_constant_default() {
        models! {
            user = model("User", LONG, [], vec![
                to("posts", RelationKind::OneToMany, post, Link::There("author_id")),
                to("liked", RelationKind::ManyToMany, post, Link::Lists { ids: None, inverse: Some("liker_ids") }),
            ]);
            post = {
                let constant = |name, kind| Field { fill: Fill::Constant(|_| {}), ..Field::new(name, name, kind, Absent::Never) };
                let mut post = model("Post", LONG, [], vec![]);
                let id = Field::new("id", "_id", LONG, Absent::Never).id();
                post.fields = vec![id, constant("author_id", LONG), constant("liker_ids", Kind::Array(&LONG))].leak();
                post
            };
        }
        let fault = |at: &str, key: &str| format!("`User::{at}`: the key `{key}` of `Post` cannot have a constant default");
        assert_eq!(verify(&[user(), post()]), [fault("posts", "author_id"), fault("liked", "liker_ids")]);
    }

    #[test]
    fn what_a_key_references_must_be_there_and_name_one_document() {
        fn user() -> &'static Schema {
            static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
                let mut user = model(
                    "User",
                    LONG,
                    [("name", Kind::String), ("mail", Kind::String), ("number", INT)],
                    vec![
                        by("name", to("posts", RelationKind::OneToMany, post, Link::There("author"))),
                        to("letters", RelationKind::OneToMany, post, Link::There("to")),
                    ],
                );
                user.indexes = vec![unique("name", Kind::String), unique("number", INT)];
                user
            });
            &SCHEMA
        }
        models! {
            post = model("Post", LONG, [
                ("author", Kind::String), ("to", Kind::String), ("about", Kind::String), ("by", LONG), ("of", LONG),
            ], vec![
                by("name", to("author", RelationKind::ManyToOne, user, Link::Here("author"))),
                by("mail", to("receiver", RelationKind::ManyToOne, user, Link::Here("to"))),
                by("nobody", to("subject", RelationKind::ManyToOne, user, Link::Here("about"))),
                by("number", to("writer", RelationKind::ManyToOne, user, Link::Here("by"))),
                by("id", to("owner", RelationKind::ManyToOne, user, Link::Here("of"))),
            ]);
        }
        let rule = "both ends of a relation need the same stored type";
        assert_eq!(
            verify(&[user(), post()]),
            [
                format!("`User::letters`: the key `to` of `Post` is stored as String, but the `_id` of `User` as Int64; {rule}"),
                "`User::letters` goes by the key `Post::to` to the id of `User`, and `Post::receiver` by the same key to `User::mail`: write \
                 `references` at both ends, or at none"
                    .to_owned(),
                "`Post::receiver`: `User::mail`, which the key `to` references, must be unique: `#[chakra(unique)]`".to_owned(),
                "`Post::subject`: `User` has no field `nobody` for the key `about` to reference".to_owned(),
                format!(
                    "`Post::writer`: the key `by` is stored as Int64, but `User::number`, which it references, as Int32; {rule}: write \
                     `#[chakra(as = \"long\")]` on `User::number`"
                ),
            ]
        );
    }

    #[test]
    fn keys_and_lists_must_be_there() {
        models! {
            user = model("User", LONG, [("post_ids", Kind::Array(&INT)), ("name", Kind::String)], vec![
                to("posts", RelationKind::OneToMany, post, Link::There("user_id")),
                to("profile", RelationKind::OneToOne, post, Link::There("owner_id")),
                to("liked", RelationKind::ManyToMany, post, Link::Lists { ids: Some("post_ids"), inverse: Some("likers") }),
                to("named", RelationKind::ManyToMany, post, Link::Lists { ids: Some("name"), inverse: None }),
            ]);
            post = model("Post", LONG, [("owner_id", LONG)], vec![to("author", RelationKind::ManyToOne, user, Link::Here("author_id"))]);
        }
        assert_eq!(
            verify(&[user(), post()]),
            [
                "`User::posts`: `Post` has no field `user_id` to hold the key",
                "`User::profile`: the key `owner_id` of `Post` must be unique: `#[chakra(unique)]`",
                "`User::liked`: `User::post_ids` must be a list of the ids of `Post`; it is stored as [Int32], not as [Int64]; both ends of \
                 a relation need the same stored type: write `#[chakra(as = \"long\")]` on `User::post_ids`",
                "`User::liked`: `Post` has no field `likers` for the ids of `User`",
                "`User::named`: `User::name` must be a list of the ids of `Post`; it is stored as String, not as [Int64]",
                "`Post::author`: `Post` has no field `author_id`",
            ]
        );
    }

    #[test]
    fn the_other_end_that_is_named_must_be_the_same_relation() {
        models! {
            user = model("User", LONG, [], vec![
                with_inverse("writer", to("a", RelationKind::OneToMany, post, Link::There("author_id"))),
                with_inverse("topic", to("b", RelationKind::OneToMany, post, Link::There("editor_id"))),
                with_inverse("judge", to("c", RelationKind::OneToMany, post, Link::There("critic_id"))),
                with_inverse("editor", to("d", RelationKind::OneToMany, post, Link::There("owner_id"))),
                with_inverse("author", to("e", RelationKind::OneToMany, post, Link::There("author_id"))),
                with_inverse("reader", to("f", RelationKind::OneToMany, post, Link::There("reader_id"))),
            ]);
            post = model("Post", LONG, [
                ("author_id", LONG), ("editor_id", LONG), ("critic_id", LONG), ("owner_id", LONG), ("reader_id", LONG), ("topic_id", LONG),
            ], vec![
                with_inverse("e", to("author", RelationKind::ManyToOne, user, Link::Here("author_id"))),
                to("editor", RelationKind::ManyToOne, user, Link::Here("editor_id")),
                to("judge", RelationKind::OneToOne, user, Link::Here("critic_id")),
                with_inverse("nobody", to("reader", RelationKind::ManyToOne, user, Link::Here("reader_id"))),
                to("topic", RelationKind::ManyToOne, topic, Link::Here("topic_id")),
            ]);
            topic = model("Topic", LONG, [], vec![]);
        }
        assert_eq!(
            verify(&[user(), post(), topic()]),
            [
                "`User::a`: `inverse_of = writer` names no relation of `Post`; those to `User` are: `author`, `editor`, `judge`, `reader`",
                "`User::b`: `inverse_of = topic` names `Post::topic`, which relates to `Topic`, not to `User`",
                "`User::c`: `inverse_of = judge` names `Post::judge`, which is a OneToOne; seen from the other end a OneToMany is a \
                 ManyToOne",
                "`User::d`: `inverse_of = editor` names `Post::editor`, which goes by the key `Post::editor_id`, not by the key \
                 `Post::owner_id`",
                "`User::f`: `inverse_of = reader` names `Post::reader`, which itself says `inverse_of = nobody`",
                "`Post::reader`: `inverse_of = nobody` names no relation of `User`; those to `Post` are: `a`, `b`, `c`, `d`, `e`, `f`",
            ]
        );
    }

    #[test]
    fn relations_by_the_same_key_must_name_their_other_ends() {
        models! {
            user = model("User", LONG, [("friend_ids", Kind::Array(&LONG))], vec![
                to("posts", RelationKind::OneToMany, post, Link::There("author_id")),
                to("articles", RelationKind::OneToMany, post, Link::There("author_id")),
                to("edited", RelationKind::OneToMany, post, Link::There("editor_id")),
                with_inverse("friends", to("friends", RelationKind::ManyToMany, user, Link::Lists {
                    ids: Some("friend_ids"), inverse: Some("friend_ids"),
                })),
            ]);
            post = model("Post", LONG, [("author_id", LONG), ("editor_id", LONG), ("parent_id", LONG)], vec![
                to("author", RelationKind::ManyToOne, user, Link::Here("author_id")),
                to("editor", RelationKind::ManyToOne, user, Link::Here("editor_id")),
                to("parent", RelationKind::ManyToOne, post, Link::Here("parent_id")),
                to("children", RelationKind::OneToMany, post, Link::There("parent_id")),
            ]);
        }
        assert_eq!(
            verify(&[user(), post()]),
            ["`User::posts` and `User::articles` both go by the key `Post::author_id`, which does not tell them apart: say on both which \
              relation of `Post` is the other end, as in `inverse_of = author`, or give one of them a key of its own"]
        );
    }

    #[test]
    fn relations_by_one_key_do_the_same() {
        use crate::schema::ReferentialAction::{Cascade, NoAction, Restrict};
        models! {
            user = model("User", LONG, [], vec![
                with_inverse("author", to("posts", RelationKind::OneToMany, post, Link::There("author_id"))),
                with_inverse("writer", to("texts", RelationKind::OneToMany, post, Link::There("author_id"))),
            ]);
            post = {
                let relation = |name, inverse| with_inverse(inverse, to(name, RelationKind::ManyToOne, user, Link::Here("author_id")));
                let doing = |on_delete, relation| RelationSchema { on_delete: Some(on_delete), on_update: Some(Restrict), ..relation };
                model("Post", LONG, [("author_id", LONG)], vec![
                    doing(Cascade, relation("author", "posts")),
                    doing(Restrict, relation("writer", "texts")),
                ])
            };
            // Of two models with one key each goes by itself.
            page = model("Page", LONG, [("owner_id", LONG)], vec![
                RelationSchema {
                    on_delete: Some(Cascade), ..to("user", RelationKind::ManyToOne, user, Link::Here("owner_id"))
                },
                RelationSchema {
                    on_delete: Some(NoAction), ..to("post", RelationKind::ManyToOne, post, Link::Here("owner_id"))
                },
            ]);
        }
        assert_eq!(
            verify(&[user(), post(), page()]),
            ["`Post::author` and `Post::writer` go by one key, `author_id`, and do not the same: `on_delete = Cascade` and \
              `on_delete = Restrict`"]
        );
    }

    #[test]
    fn a_key_in_composites_does_what_it_can() {
        use crate::schema::{
            ReferentialAction::{Cascade, NoAction, Restrict, SetNull},
            Shape,
        };
        const LINE: Kind = Kind::Composite(line);
        fn line() -> &'static Shape {
            const FIELDS: &[Field] = &[
                Field::new("always", "a", LONG, Absent::Never),
                Field::new("maybe", "m", LONG, Absent::Null),
                Field::new("ids", "i", Kind::Array(&LONG), Absent::EmptyList),
            ];
            const SHAPE: &Shape = &Shape { name: "Line", fields: FIELDS, tag: None, closed: false };
            SHAPE
        }
        fn doing(on_delete: ReferentialAction, relation: RelationSchema) -> RelationSchema {
            RelationSchema { on_delete: Some(on_delete), ..relation }
        }
        fn by_ids(name: &'static str, ids: &'static str) -> RelationSchema {
            to(name, RelationKind::ManyToMany, product, Link::Lists { ids: Some(ids), inverse: None })
        }
        fn by_key(name: &'static str, key: &'static str) -> RelationSchema {
            to(name, RelationKind::ManyToOne, product, Link::Here(key))
        }
        models! {
            product = model("Product", LONG, [], vec![]);
            order = model("Order", LONG, [("one", LINE), ("lines", Kind::Array(&LINE))], vec![
                doing(SetNull, by_ids("a", "lines.always")),
                doing(SetNull, by_ids("b", "lines.maybe")),
                doing(Restrict, by_ids("c", "lines.ids")),
                doing(SetNull, RelationSchema { required: true, on_update: Some(SetNull), ..by_key("d", "one.always") }),
                doing(NoAction, by_key("e", "one.maybe")),
            ]);
            sale = model("Sale", LONG, [("lines", Kind::Array(&LINE))], vec![
                with_inverse("x", doing(Cascade, by_ids("a", "lines.always"))),
                with_inverse("y", by_ids("b", "lines.always")),
            ]);
        }
        let cure = "so it cannot become `None`: make it an `Option`, or write `on_delete = Cascade` or `Restrict`";
        assert_eq!(
            verify(&[product(), order()]),
            [
                format!("`Order::a`: `on_delete = SetNull`, but the key `lines.always` is always there, {cure}"),
                "`Order::c`: `on_delete = Restrict` belongs to a key, and `lines.ids` is a list of ids: a deleted document is always taken out \
                 of the lists that hold its id; remove it"
                    .to_owned(),
                format!("`Order::d`: `on_delete = SetNull`, but the key `one.always` is always there, {cure}"),
                // All that is wrong is said at once.
                format!("`Order::d`: `on_update = SetNull`, but the key `one.always` is always there, {}", cure.replace("on_delete", "on_update")),
            ]
        );
        // Of a model that nobody names all the same, where it refers to one that is known.
        let own = verify(&[product(), order()]);
        assert_eq!(verify_referrers(&[product()], &[product(), order()]), own);
        assert!(verify_referrers(&[order()], &[order(), product()]).is_empty() && verify_referrers(&[], &[order(), product()]).is_empty());
        assert!(verify_referrers(&[product(), order()], &[product(), order()]).is_empty(), "each is told once");
        // What says nothing holds back.
        let faults = verify(&[product(), sale()]);
        assert_eq!(verify_referrers(&[product()], &[product(), sale()]), [faults.last().cloned().unwrap_or_default()]);
        assert_eq!(
            faults.last().map(String::as_str),
            Some(
                "`Sale::a` and `Sale::b` go by one key, `lines.always`, and do not the same: `on_delete = Cascade` and `on_delete = Restrict`"
            )
        );
    }

    #[test]
    fn a_collection_has_one_model() {
        let in_users = |name| Schema { collection: "users", ..model(name, LONG, [], vec![]) };
        let (one, other) = (in_users("One"), Schema { sync: false, ..in_users("Other") });
        let schemas: [&'static Schema; 2] = [Box::leak(Box::new(one)), Box::leak(Box::new(other))];
        assert_eq!(verify(&schemas), ["`One` and `Other` both declare the collection `users`"]);
    }
}
