//! What a rebuild is planned as, from each state in which one may have been interrupted, by value.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::{
    schema::{Absent, Direction, IndexKey, KeyForm, Kind},
    sync::plan::{Asked, plan},
};
use bson::{Bson, doc};
use std::collections::HashMap;

fn key(path: &str, form: KeyForm) -> IndexKey {
    IndexKey { path: path.to_owned(), form, kind: Kind::String, absent: Absent::Never, only: Vec::new() }
}

fn up(path: &str) -> IndexKey {
    key(path, KeyForm::Ordered(Direction::Ascending))
}

fn planned_in(declared: Vec<IndexSchema>, existing: Existing, asked: Asked) -> CollectionPlan {
    let schema: &'static Schema = Box::leak(Box::new(Schema { indexes: declared, ..Schema::bare("User", "users") }));
    plan(&[schema], &HashMap::from([("users", existing)])).unwrap().pop().unwrap().asked(asked)
}

const REBUILD: Asked = Asked { tighten: false, rebuild: true, drop_unknown: false };

/// The steps of a rebuild, a line each.
fn rebuilt(declared: Vec<IndexSchema>, indexes: Vec<Document>) -> Vec<String> {
    let existing = Existing { indexes, is_empty: true, ..Existing::default() };
    planned_in(declared, existing, REBUILD).steps().iter().map(ToString::to_string).collect()
}

/// The steps of a sync that asks for nothing else.
fn synced(declared: Vec<IndexSchema>, indexes: Vec<Document>) -> Vec<String> {
    let existing = Existing { indexes, is_empty: true, ..Existing::default() };
    planned_in(declared, existing, Asked::default()).steps().iter().map(ToString::to_string).collect()
}

fn listed(name: &str, more: Document) -> Document {
    let mut index = doc! { "v": 2, "key": { "mail": 1 }, "name": name };
    index.extend(more);
    index
}

fn mail() -> Vec<IndexSchema> {
    vec![IndexSchema::unique([up("mail")])]
}

const NONE: [&str; 0] = [];

#[test]
fn the_new_one_is_beside_the_old_one_until_it_is_built() {
    let old = || listed("mail_1", doc! {});
    let new = || listed("mail_1~2", doc! { "unique": true });
    let beside = "rebuild the index `mail_1` on `users` as `mail_1~2`, which is built before the old one is dropped: \
                  `unique` expected true, found none";
    assert_eq!(rebuilt(mail(), vec![old()]), [beside]);
    // Interrupted between the two: it may still be being built.
    let left = vec![old(), new()];
    assert_eq!(rebuilt(mail(), left.clone()), ["drop the index `mail_1` on `users`, which was replaced by `mail_1~2` in a rebuild"]);
    let told = "the index `mail_1` on `users` was replaced by `mail_1~2` in a rebuild; that it is dropped is left to `rebuild`";
    assert_eq!(synced(mail(), left), [told]);
    assert_eq!(rebuilt(mail(), vec![new()]), NONE);
    assert_eq!(synced(mail(), vec![new()]), NONE);
    // And declared otherwise again, it takes the name that is free.
    let plain = || vec![IndexSchema::plain([up("mail")])];
    let back = "rebuild the index `mail_1~2` on `users` as `mail_1`, which is built before the old one is dropped: \
                `unique` expected none, found true";
    assert_eq!(rebuilt(plain(), vec![new()]), [back]);
    // With both names taken, and none of them right.
    let sparse = || vec![IndexSchema::unique([up("mail")]).sparse()];
    let third = "rebuild the index `mail_1` on `users` as `mail_1~3`, which is built before the old one is dropped: \
                 `unique` expected true, found none, `sparse` expected true, found none";
    let second = "drop the index `mail_1~2` on `users`, which was replaced by `mail_1~3` in a rebuild";
    assert_eq!(rebuilt(sparse(), vec![old(), new()]), [third, second]);
}

#[test]
fn a_unique_key_that_loses_its_time_to_live_is_guarded_meanwhile() {
    let old = || listed("mail_1", doc! { "unique": true, "expireAfterSeconds": 60 });
    let all = || doc! { "unique": true, "hidden": true, "partialFilterExpression": { "_id": { "$exists": true } } };
    let bridge = || listed("mail_1~2", all());
    let new = || listed("mail_1~3", doc! { "unique": true });
    let guarded = "rebuild the index `mail_1` on `users` as `mail_1~3`, while the hidden index `mail_1~2` keeps its values unique: \
                   `expireAfterSeconds` expected none, found 60";
    assert_eq!(rebuilt(mail(), vec![old()]), [guarded]);
    // From each state it goes on, and gives the same names, so that no service drops what another has built.
    assert_eq!(rebuilt(mail(), vec![old(), bridge()]), [guarded]);
    let create = "create the index `mail_1~3` on `users`: { \"mail\": 1 }, unique";
    let drop = "drop the index `mail_1~2` on `users`, which was replaced by `mail_1~3` in a rebuild";
    let left = "the index `mail_1~2` on `users` was replaced by `mail_1~3` in a rebuild; that it is dropped is left to `rebuild`";
    assert_eq!(rebuilt(mail(), vec![bridge()]), [create, drop]);
    assert_eq!(synced(mail(), vec![bridge()]), [create, left]);
    assert_eq!(rebuilt(mail(), vec![bridge(), new()]), [drop]);
    assert_eq!(rebuilt(mail(), vec![new()]), NONE);
    // Under a name of somebody's own it is the same.
    let by_hand = listed("by hand", doc! { "unique": true, "expireAfterSeconds": 60 });
    assert_eq!(rebuilt(mail(), vec![by_hand]), [guarded.replace("`mail_1`", "`by hand`")]);
}

#[test]
fn what_the_server_has_once_is_dropped_first() {
    let plain = vec![IndexSchema::plain([up("mail")])];
    let old = listed("mail_1", doc! { "expireAfterSeconds": 60 });
    let apart = "rebuild the index `mail_1` on `users` as `mail_1~2`, which is built after the old one is dropped: until then reads do \
                 without: `expireAfterSeconds` expected none, found 60";
    assert_eq!(rebuilt(plain, vec![old]), [apart]);

    let texts = || vec![IndexSchema::text([key("mail", KeyForm::Text)], [1])];
    let listed = |name: &str| {
        doc! {
            "v": 2, "key": { "_fts": "text", "_ftsx": 1 }, "name": name, "weights": { "mail": 5 }, "default_language": "english",
            "language_override": "language", "textIndexVersion": 3,
        }
    };
    let apart = |old: &str, new: &str| {
        format!(
            "rebuild the index `{old}` on `users` as `{new}`, which is built after the old one is dropped: until then every search fails: \
             `weights` expected {{ \"mail\": 1 }}, found {{ \"mail\": 5 }}"
        )
    };
    assert_eq!(rebuilt(texts(), vec![listed("mail_text")]), [apart("mail_text", "mail_text~2")]);
    assert_eq!(rebuilt(texts(), vec![listed("words")]), [apart("words", "mail_text")]);
    let hidden = || vec![IndexSchema::text([key("mail", KeyForm::Text)], [5]).hidden()];
    let hide = "change the index `words` on `users` in place: `hidden` expected true, found none";
    assert_eq!(rebuilt(hidden(), vec![listed("words")]), [hide]);
    let differs = "the index `words` on `users` differs; it needs a rebuild and is left untouched: `hidden` expected true, found none";
    assert_eq!(synced(hidden(), vec![listed("words")]), [differs]);
}

#[test]
fn a_name_that_another_declared_index_has_is_no_hindrance() {
    let two = || vec![IndexSchema::plain([up("mail")]).named("first"), IndexSchema::plain([up("b")]).named("second")];
    // Somebody gave the name of the second to what is the first.
    let taken = || listed("second", doc! {});
    let create = "create the index `second~2` on `users`: { \"b\": 1 }";
    assert_eq!(synced(two(), vec![taken()]), [create]);
    assert_eq!(rebuilt(two(), vec![taken()]), [create]);
    let hidden = || listed("second", doc! { "hidden": true });
    let show = "change the index `second` on `users` in place: `hidden` expected none, found true";
    assert_eq!(synced(two(), vec![hidden()]), [show, create]);
    let reversed = vec![IndexSchema::plain([up("b")]).named("second"), IndexSchema::plain([up("mail")]).named("first")];
    assert_eq!(synced(reversed, vec![hidden()]), [show, create]);
}

#[test]
fn a_rebuild_that_deletes_documents_is_held() {
    let at = |seconds: i32| vec![IndexSchema::plain([up("mail")]).sparse().expire_after(seconds)];
    let existing = |old: Document, is_empty: bool| Existing { indexes: vec![listed("mail_1", old)], is_empty, ..Existing::default() };
    let of = |seconds: i32, old: Document, is_empty: bool| {
        let plan = planned_in(at(seconds), existing(old, is_empty), REBUILD);
        (plan.rebuilds.len(), plan.held.len())
    };
    assert_eq!(of(60, doc! {}, true), (1, 0));
    assert_eq!(of(60, doc! {}, false), (0, 1));
    assert_eq!(of(60, doc! { "expireAfterSeconds": 60_i64 }, false), (1, 0));
    assert_eq!(of(60, doc! { "expireAfterSeconds": 61 }, false), (0, 1));
    assert_eq!(of(60, doc! { "expireAfterSeconds": 60, "partialFilterExpression": { "b": 1 } }, false), (0, 1));
    let both = Asked { tighten: true, ..REBUILD };
    let plan = planned_in(at(60), existing(doc! {}, false), both);
    assert_eq!((plan.rebuilds.len(), plan.held.len()), (1, 0));
    let held = planned_in(at(60), existing(doc! {}, false), REBUILD).steps();
    let [SyncStep::Held { step, .. }] = &held[..] else { panic!("{held:?}") };
    assert!(matches!(&**step, SyncStep::Rebuild { order: RebuildOrder::Beside, .. }));
}

#[test]
fn what_nobody_declares_is_hidden_and_then_dropped() {
    let both = Asked { drop_unknown: true, ..Asked::default() };
    let steps = |index: Document| {
        let existing = Existing { indexes: vec![doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" }, index], ..Existing::default() };
        planned_in(Vec::new(), existing, both).steps().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let hide = "hide the index `mail_1` on `users`, which is unknown to the models; asked again, drop it: { \"mail\": 1 }";
    assert_eq!(steps(listed("mail_1", doc! {})), [hide]);
    assert_eq!(
        steps(listed("mail_1", doc! { "unique": true })),
        [format!("{hide}, unique; it keeps its values unique until it is dropped")]
    );
    let drop = "drop the index `mail_1` on `users`, which is unknown to the models and hidden: { \"mail\": 1 }";
    assert_eq!(steps(listed("mail_1", doc! { "hidden": true })), [format!("{drop}, hidden")]);
    assert_eq!(
        steps(listed("mail_1", doc! { "unique": true, "hidden": Bson::Boolean(true) })),
        [format!("{drop}, unique, hidden; its values are kept unique no more")]
    );
    let place = doc! { "v": 2, "key": { "at": "2dsphere" }, "name": "at_2dsphere" };
    let hide = "hide the index `at_2dsphere` on `users`, which is unknown to the models; asked again, drop it: { \"at\": \"2dsphere\" }; \
                searches by it fail from then on";
    assert_eq!(steps(place), [hide]);
}
