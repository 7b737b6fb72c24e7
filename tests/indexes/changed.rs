//! Indexes that are there and are declared otherwise: what differs is said option by option, and what is not changed in place is left alone.

use super::{left, listed, synced};
use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{model::Point, prelude::*};
use std::collections::HashMap;

#[derive(Debug, Clone, Model)]
#[chakra(
    index(a, sparse),
    index(b, partial = Self::a.eq(1)),
    index(c, collation(locale = "de", strength = 2)),
    index(d = hashed),
    index(e, hidden),
    index(f, collation = "de"),
    wildcard(only(data, a)),
    index(data = wildcard),
    index(place = "2dsphere", a),
    unique(g, partial = Self::a.gt(0))
)]
struct Thing {
    #[chakra(id)]
    id: i64,
    a: i32,
    b: i32,
    c: String,
    d: i64,
    e: i32,
    f: String,
    g: Option<i32>,
    data: HashMap<String, i32>,
    place: Option<Point>,
}

#[tokio::test]
async fn what_differs_is_said_option_by_option() {
    let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
    let by_hand = vec![
        doc! { "key": { "a": 1 }, "name": "a_1" },
        doc! { "key": { "b": 1 }, "name": "b_1", "partialFilterExpression": { "a": 2 } },
        doc! { "key": { "c": 1 }, "name": "c_1", "collation": { "locale": "de" } },
        doc! { "key": { "d": 1 }, "name": "d_hashed" },
        doc! { "key": { "e": 1 }, "name": "e by hand" },
        doc! { "key": { "f": 1 }, "name": "f by hand", "hidden": true, "collation": { "locale": "de" } },
        doc! { "key": { "$**": 1 }, "name": "wildcard", "wildcardProjection": { "data": 1 } },
        doc! { "key": { "data.$**": 1 }, "name": "data by hand" },
        doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere_a_1" },
        doc! { "key": { "g": 1 }, "name": "g_1", "unique": true },
    ];
    fixture.raw.run_command(doc! { "createIndexes": "things", "indexes": by_hand }).await.unwrap();
    let before = listed(&fixture, "things").await;
    let differs = |index: &str, differences: &str| {
        format!("the index `{index}` on `things` differs; it needs a rebuild and is left untouched: {differences}")
    };
    let change = |index: &str, difference: &str| format!("change the index `{index}` on `things` in place: {difference}");
    let german = "{ \"locale\": \"de\", \"caseLevel\": false, \"caseFirst\": \"off\", \"strength\": 3, \"numericOrdering\": false, \
                  \"alternate\": \"non-ignorable\", \"maxVariable\": \"punct\", \"normalization\": false, \"backwards\": false, \
                  \"version\": \"57.1\" }";
    let expected = [
        change("e by hand", "`hidden` expected true, found none"),
        change("f by hand", "`hidden` expected none, found true"),
        differs("a_1", "`sparse` expected true, found none"),
        differs("b_1", "`partialFilterExpression` expected { \"a\": 1 }, found { \"a\": 2 }"),
        differs("c_1", &format!("`collation` expected {{ \"locale\": \"de\", \"strength\": 2 }}, found {german}")),
        differs("d_hashed", "`key` expected { \"d\": \"hashed\" }, found { \"d\": 1 }"),
        differs("place_2dsphere_a_1", "`key` expected { \"place\": \"2dsphere\", \"a\": 1 }, found { \"place\": \"2dsphere\" }"),
        differs(
            "g_1",
            "`partialFilterExpression` expected { \"$and\": [{ \"g\": { \"$gte\": -inf } }, { \"a\": { \"$gt\": 0 } }] }, found none",
        ),
        differs("wildcard", "`wildcardProjection` expected { \"data\": 1, \"a\": 1 }, found { \"data\": 1 }"),
    ];
    let planned = left(&fixture).await;
    assert_eq!(planned, expected);

    assert_eq!(fixture.db.sync().await.unwrap().steps.len(), expected.len());
    let after = listed(&fixture, "things").await;
    for (before, after) in before.iter().zip(&after) {
        match before.get_str("name").unwrap() {
            "e by hand" => assert_eq!(after.get("hidden"), Some(&Bson::Boolean(true))),
            "f by hand" => assert_eq!(after.get("hidden"), None),
            _ => assert_eq!(before, after),
        }
    }
    assert_eq!(left(&fixture).await, planned[2..], "what was changed in place is done");
}

#[tokio::test]
async fn an_index_under_another_name_is_the_same_index() {
    let fixture = Fixture::new(|builder| builder.model::<Thing>()).await;
    let by_hand = vec![
        doc! { "key": { "a": 1.0 }, "name": "1", "sparse": true, "background": true },
        doc! { "key": { "b": 1_i64 }, "name": "2", "partialFilterExpression": { "a": 1.0 } },
        doc! { "key": { "c": 1 }, "name": "3", "collation": { "locale": "de", "strength": 2, "caseLevel": false, "alternate": "non-ignorable" } },
        doc! { "key": { "d": "hashed" }, "name": "4" },
        doc! { "key": { "e": 1 }, "name": "5", "hidden": true },
        doc! { "key": { "f": 1 }, "name": "6", "collation": { "locale": "de", "strength": 3 } },
        doc! { "key": { "$**": 1 }, "name": "7", "wildcardProjection": { "a": true, "_id": false, "data": true } },
        doc! { "key": { "data.$**": 1 }, "name": "8" },
        doc! { "key": { "place": "2dsphere", "a": 1 }, "name": "9" },
    ];
    fixture.raw.run_command(doc! { "createIndexes": "things", "indexes": by_hand }).await.unwrap();
    let made = synced(&fixture, "things").await;
    let names: Vec<&str> = made.iter().map(|index| index.get_str("name").unwrap()).collect();
    assert_eq!(names, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "g_1"]);
}

#[tokio::test]
async fn duplicates_are_those_of_the_index() {
    #[derive(Debug, Clone, Model)]
    #[chakra(unique(code, sparse), unique(mail, collation(locale = "en", strength = 2)), unique(nick, partial = Self::is_open.eq(true)))]
    struct Member {
        #[chakra(id)]
        id: i64,
        code: Option<String>,
        mail: String,
        nick: String,
        is_open: bool,
    }
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    // No code twice, but for those without; one mail in two spellings; one nick twice, of which one is open.
    for (id, mail, is_open) in [(1, "a@x", true), (2, "A@x", false), (3, "b@x", false)] {
        fixture.store("members", doc! { "_id": id, "mail": mail, "nick": "n", "is_open": is_open }).await;
    }
    let error = fixture.db.sync().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("`mail_1` of `Member`") && text.contains("_id 1, 2"), "{text}");
    let made = listed(&fixture, "members").await;
    let names: Vec<&str> = made.iter().map(|index| index.get_str("name").unwrap()).collect();
    assert_eq!(names, ["code_1", "nick_1"], "the others are made all the same");
}
