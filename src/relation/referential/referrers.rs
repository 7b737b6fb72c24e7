//! Who refers to a model, by a key or by a list of ids: among all derived models of the program, whether a handle knows them or not.
//!
//! Found once, from the declarations of both ends. A key decides at its own side; one that only the other end declares acts as a key does
//! that says nothing.

use crate::{
    model::declared,
    schema::{Field, KeyPath, Link, ReferentialAction, RelationSchema, Schema, key_path},
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// A key that names documents of a model.
#[derive(Debug)]
pub(super) struct KeyReferrer {
    /// The model that has it.
    pub(super) holder: &'static Schema,
    pub(super) key: &'static KeyPath,
    /// The field whose value it holds, of the model that it names.
    pub(super) named: &'static Field,
    /// The relation, as the model that declares it and its field.
    pub(super) relation: (&'static str, &'static str),
    pub(super) on_delete: ReferentialAction,
    pub(super) on_update: ReferentialAction,
}

/// A list that holds ids of a model.
#[derive(Debug)]
pub(super) struct ListReferrer {
    /// The model that has it.
    pub(super) holder: &'static Schema,
    pub(super) list: &'static KeyPath,
    /// Whether no other list is kept true to it, so that a new id in it writes nothing of the document that has the id.
    pub(super) one_sided: bool,
}

/// All that refers to one model. Each key and each list once.
#[derive(Debug, Default)]
pub(crate) struct Referrers {
    pub(super) keys: Vec<KeyReferrer>,
    pub(super) lists: Vec<ListReferrer>,
}

/// By the address of the model's schema.
static ALL: LazyLock<HashMap<usize, Referrers>> = LazyLock::new(|| {
    let mut schemas: Vec<&'static Schema> = declared().collect();
    // The linker has them in any order, and the writes of a delete are to be the same in every build.
    schemas.sort_unstable_by_key(|schema| (schema.model, schema.collection));
    collect(&schemas)
});

static NOBODY: Referrers = Referrers { keys: Vec::new(), lists: Vec::new() };

/// Who refers to this model.
pub(crate) fn refers_to(schema: &'static Schema) -> &'static Referrers {
    ALL.get(&address(schema)).unwrap_or(&NOBODY)
}

/// Two models may have one name, or one collection in databases of their own.
pub(super) fn address(schema: &'static Schema) -> usize {
    std::ptr::from_ref(schema).addr()
}

impl Referrers {
    /// Whether a delete has more to do than to delete.
    pub(crate) fn act_on_delete(&self) -> bool {
        !self.lists.is_empty() || self.keys.iter().any(|referrer| referrer.on_delete != ReferentialAction::NoAction)
    }

    /// The relation that acts first on a delete, in words.
    pub(crate) fn spoken(&self) -> Option<String> {
        let key = self.keys.iter().find(|referrer| referrer.on_delete != ReferentialAction::NoAction);
        let list = |list: &ListReferrer| format!("`{}::{}`", list.holder.model, list.list.field.name);
        key.map(KeyReferrer::spoken).or_else(|| self.lists.first().map(list))
    }

    /// Whether only a lock keeps a document from being deleted while another is linked to it.
    pub(super) fn need_locks(&self) -> bool {
        let acts = |referrer: &KeyReferrer| referrer.on_delete != ReferentialAction::NoAction;
        self.keys.iter().any(acts) || self.lists.iter().any(|list| list.one_sided)
    }

    /// The keys with this action on a delete.
    pub(super) fn deleting(&self, action: ReferentialAction) -> Vec<&KeyReferrer> {
        self.keys.iter().filter(|referrer| referrer.on_delete == action).collect()
    }

    /// Whether what goes with a document of the model may be of the model `schema`.
    pub(crate) fn reach(&'static self, schema: &'static Schema) -> bool {
        let (mut seen, mut open): (HashSet<usize>, Vec<&'static Self>) = (HashSet::new(), vec![self]);
        while let Some(referrers) = open.pop() {
            for referrer in referrers.deleting(ReferentialAction::Cascade) {
                if std::ptr::eq(referrer.holder, schema) {
                    return true;
                }
                if seen.insert(address(referrer.holder)) {
                    open.push(refers_to(referrer.holder));
                }
            }
        }
        false
    }

    /// The keys that take notice where the value of the field `stored` changes.
    pub(super) fn moving(&self, stored: &str) -> Vec<&KeyReferrer> {
        let acts = |referrer: &&KeyReferrer| referrer.named.stored == stored && referrer.on_update != ReferentialAction::NoAction;
        self.keys.iter().filter(acts).collect()
    }

    /// The stored names of the fields beside the id that keys name.
    pub(super) fn named(&self) -> Vec<&'static str> {
        let mut named: Vec<&'static str> = self.keys.iter().map(|referrer| referrer.named.stored).filter(|named| *named != "_id").collect();
        named.sort_unstable();
        named.dedup();
        named
    }
}

impl KeyReferrer {
    /// The relation in words.
    pub(super) fn spoken(&self) -> String {
        let (model, relation) = self.relation;
        format!("`{model}::{relation}`")
    }

    /// Whether the key may be `None`.
    pub(super) fn may_be_none(&self) -> bool {
        self.key.may_be_none()
    }
}

/// What refers to each of the models that these declare relations with.
fn collect(schemas: &[&'static Schema]) -> HashMap<usize, Referrers> {
    let mut all: HashMap<usize, Referrers> = HashMap::new();
    // The keys' own sides first: they decide.
    for schema in schemas.iter().copied() {
        for relation in schema.relations {
            if let Some(key) = relation.key_here(schema) {
                note_key(&mut all, schema, relation, (schema, key, (relation.target)()));
            }
        }
    }
    for schema in schemas.iter().copied() {
        for relation in schema.relations {
            let target = (relation.target)();
            match relation.link {
                Link::Here(_) => {}
                Link::There(name) => {
                    if let Ok(key) = key_path(target, name) {
                        note_key(&mut all, schema, relation, (target, key, schema));
                    }
                }
                Link::Lists { ids, inverse } => {
                    let one_sided = ids.is_none() || inverse.is_none();
                    note_ids(&mut all, (schema, relation), (schema, ids, target), one_sided);
                    note_ids(&mut all, (schema, relation), (target, inverse, schema), one_sided);
                }
            }
        }
    }
    all
}

/// Notes the key of `holder` that names `of`, as `declarer` declares it.
fn note_key(
    all: &mut HashMap<usize, Referrers>,
    declarer: &'static Schema,
    relation: &RelationSchema,
    (holder, key, of): (&'static Schema, &'static KeyPath, &'static Schema),
) {
    let Some(named) = relation.referenced(of) else { return };
    let referrers = all.entry(address(of)).or_default();
    let is_known = |known: &KeyReferrer| std::ptr::eq(known.holder, holder) && known.key.stored == key.stored;
    if referrers.keys.iter().any(is_known) {
        return;
    }
    // A model that no handle knows is verified by none, so what its key cannot do is not done.
    let usual = [key.action(None); 2];
    let [on_delete, on_update] = relation.actions(declarer).unwrap_or(usual);
    // An id never changes.
    let on_update = if named.stored == "_id" { ReferentialAction::NoAction } else { on_update };
    referrers.keys.push(KeyReferrer { holder, key, named, relation: (declarer.model, relation.name), on_delete, on_update });
}

/// Notes the ids of `of` that `holder` has in a list. Where that is a list of composites with one id each, it is a key of theirs.
fn note_ids(
    all: &mut HashMap<usize, Referrers>,
    (declarer, relation): (&'static Schema, &RelationSchema),
    (holder, name, of): (&'static Schema, Option<&'static str>, &'static Schema),
    one_sided: bool,
) {
    let Some(list) = name.and_then(|name| key_path(holder, name).ok()) else { return };
    if !list.is_list() {
        return note_key(all, declarer, relation, (holder, list, of));
    }
    let lists = &mut all.entry(address(of)).or_default().lists;
    match lists.iter_mut().find(|known| std::ptr::eq(known.holder, holder) && known.list.stored == list.stored) {
        // Declared from both ends, or by one relation on both sides and by another on one.
        Some(known) => known.one_sided |= one_sided,
        None => lists.push(ListReferrer { holder, list, one_sided }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Absent, Kind, RelationKind, Shape};

    const LONG: Kind = Kind::Int64 { min: i64::MIN, max: i64::MAX };
    const LINE: Kind = Kind::Composite(line);

    fn model(model: &'static str, fields: Vec<Field>, relations: Vec<RelationSchema>) -> Schema {
        Schema { fields: fields.leak(), relations: relations.leak(), ..Schema::bare(model, model) }
    }

    fn field(name: &'static str, absent: Absent) -> Field {
        Field::new(name, name, LONG, absent)
    }

    fn to(name: &'static str, target: fn() -> &'static Schema, link: Link, on_delete: Option<ReferentialAction>) -> RelationSchema {
        let kind = RelationKind::ManyToOne;
        RelationSchema { name, kind, required: false, target, link, references: None, inverse_of: None, on_delete, on_update: on_delete }
    }

    fn line() -> &'static Shape {
        const FIELDS: &[Field] = &[Field::new("buyer", "b", LONG, Absent::Never), Field::new("giver", "g", LONG, Absent::Null)];
        const SHAPE: &Shape = &Shape { name: "Line", fields: FIELDS, tag: None, closed: false };
        SHAPE
    }

    fn user() -> &'static Schema {
        static USER: LazyLock<Schema> = LazyLock::new(|| {
            let relations = vec![
                to("posts", post, Link::There("author"), None),
                to("drafts", post, Link::There("owner"), None),
                to("notes", post, Link::There("noted_by"), None),
                to("liked", post, Link::Lists { ids: None, inverse: Some("likers") }, None),
                to("nothing", post, Link::There("nowhere"), None),
                to("bought", post, Link::Lists { ids: None, inverse: Some("lines.buyer") }, None),
                to("gave", post, Link::Lists { ids: None, inverse: Some("lines.giver") }, None),
            ];
            model("User", vec![Field::new("id", "_id", LONG, Absent::Never).id()], relations)
        });
        &USER
    }

    fn post() -> &'static Schema {
        static POST: LazyLock<Schema> = LazyLock::new(|| {
            let fields = vec![
                Field::new("id", "_id", LONG, Absent::Never).id(),
                field("author", Absent::Never),
                field("owner", Absent::Never),
                field("noted_by", Absent::Null),
                Field::new("likers", "likers", Kind::Array(&LONG), Absent::EmptyList),
                Field::new("lines", "lines", Kind::Array(&LINE), Absent::EmptyList),
            ];
            let buyers = Link::Lists { ids: Some("lines.buyer"), inverse: None };
            let relations = vec![
                to("author", user, Link::Here("author"), Some(ReferentialAction::Cascade)),
                to("buyers", user, buyers, Some(ReferentialAction::Cascade)),
            ];
            model("Post", fields, relations)
        });
        &POST
    }

    #[test]
    fn the_side_of_the_key_decides_and_the_other_end_is_enough() {
        let all = collect(&[user(), post()]);
        let referrers = all.get(&address(user())).unwrap();
        let keys: Vec<_> = referrers.keys.iter().map(|key| (key.key.field.name, key.relation, key.on_delete)).collect();
        assert_eq!(
            keys,
            [
                ("author", ("Post", "author"), ReferentialAction::Cascade),
                ("buyer", ("Post", "buyers"), ReferentialAction::Cascade),
                ("owner", ("User", "drafts"), ReferentialAction::Restrict),
                ("noted_by", ("User", "notes"), ReferentialAction::SetNull),
                ("giver", ("User", "gave"), ReferentialAction::SetNull),
            ]
        );
        assert!(referrers.keys.iter().all(|key| key.on_update == ReferentialAction::NoAction), "an id never changes");
        assert_eq!(referrers.lists.iter().map(|list| list.list.field.name).collect::<Vec<_>>(), ["likers"]);
        assert!(referrers.need_locks() && referrers.act_on_delete());
        assert!(!all.contains_key(&address(post())));
    }
}
