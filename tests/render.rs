//! What is sent: filters, orders and updates as the server receives them.

use crate::{
    models::{Address, Item, Line},
    proof::model::{Media, Thing},
    support::Sent,
};
use chakra::{
    prelude::*,
    query::{SearchOptions, Sort},
};

impl Sent {
    async fn all<M: chakra::model::Model>(&self, cases: Vec<(Filter<M>, &str)>) {
        let mut wrong = Vec::new();
        for (filter, expected) in cases {
            let shape = format!("{filter:?}");
            let found = self.filter(filter).await;
            if found != expected {
                wrong.push(format!("{shape}\n   sent {found}\n   not  {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn filter<M: chakra::model::Model>(&self, filter: Filter<M>) -> String {
        self.db.find_many(filter).await.unwrap();
        self.part("filter")
    }
}

#[tokio::test]
async fn filters_are_what_an_expert_would_write() {
    let sent = Sent::new().await;
    let at = DateTime::<Utc>::from_timestamp_millis(1_000).unwrap();
    let line = Line { sku: "x".into(), qty: 1, note: None };
    let home = Address { street: "s".into(), city: "Rome".into(), geo: None };
    let cases: Vec<(Filter<Item>, &str)> = vec![
        (Item::all(), "{}"),
        (Item::stock.eq(3), r#"{"stock":3}"#),
        (Item::stock.ne(3), r#"{"stock":{"$ne":3}}"#),
        (Item::stock.in_([1, 2]), r#"{"stock":{"$in":[1,2]}}"#),
        (Item::stock.not_in([1, 2]), r#"{"stock":{"$nin":[1,2]}}"#),
        (Item::stock.in_(Vec::<i32>::new()), r#"{"_id":{"$in":[]}}"#),
        (Item::stock.gt(1) & Item::stock.lte(5), r#"{"stock":{"$gt":1,"$lte":5}}"#),
        (Item::stock.gt(1) & Item::name.eq("a"), r#"{"stock":{"$gt":1},"name":"a"}"#),
        (Item::stock.eq(1) & Item::stock.eq(2), r#"{"$and":[{"stock":1},{"stock":2}]}"#),
        (Item::stock.eq(1) | Item::stock.eq(2), r#"{"$or":[{"stock":1},{"stock":2}]}"#),
        (!(Item::stock.eq(1) & Item::name.eq("a")), r#"{"$nor":[{"stock":1,"name":"a"}]}"#),
        (Item::name.eq(None), r#"{"name":null}"#),
        (Item::name.is_some(), r#"{"name":{"$ne":null}}"#),
        (Item::rank.eq(5), r#"{"rank":{"$in":[5,null]}}"#),
        (Item::rank.ne(5), r#"{"rank":{"$nin":[5,null]}}"#),
        (Item::rank.eq(7), r#"{"rank":7}"#),
        (Item::rank.lt(6), r#"{"$or":[{"rank":{"$lt":6}},{"rank":null}]}"#),
        (Item::price.eq(f64::NAN), r#"{"_id":{"$in":[]}}"#),
        (Item::price.ne(f64::NAN), "{}"),
        (Item::name.starts_with("ab"), r#"{"name":{"$gte":"ab","$lt":"ac"}}"#),
        (Item::name.contains("a.b"), r#"{"name":{"$regex":"a\\.b"}}"#),
        (Item::name.ends_with("b$"), r#"{"name":{"$regex":"b\\$\\z"}}"#),
        (Item::tags.has("a"), r#"{"tags":"a"}"#),
        (Item::tags.eq(["a"]), r#"{"tags":{"$eq":["a"]}}"#),
        (Item::tags.eq(vec![]), r#"{"tags":{"$in":[null,[]]},"tags.0":{"$exists":false}}"#),
        (!Item::tags.is_empty(), r#"{"tags.0":{"$exists":true}}"#),
        (!Item::stock.gt(1), r#"{"stock":{"$not":{"$gt":1}}}"#),
        (!Item::stock.between(1, 5), r#"{"$or":[{"stock":{"$not":{"$gte":1}}},{"stock":{"$not":{"$lte":5}}}]}"#),
        (!Item::rank.lt(6), r#"{"rank":{"$not":{"$lt":6},"$ne":null}}"#),
        (!(Item::stock.eq(1) | Item::name.eq("a")), r#"{"stock":{"$ne":1},"name":{"$ne":"a"}}"#),
        (Item::lines.some(Line::qty.gt(1) & Line::sku.eq("x")), r#"{"lines":{"$elemMatch":{"qty":{"$gt":1},"sku":"x"}}}"#),
        (Item::lines.every(Line::qty.gt(1)), r#"{"lines":{"$not":{"$elemMatch":{"qty":{"$not":{"$gt":1}}}}}}"#),
        (Item::lines.none(Line::qty.gt(1)), r#"{"lines":{"$not":{"$elemMatch":{"qty":{"$gt":1}}}}}"#),
        (Item::lines.has(line), r#"{"lines":{"$elemMatch":{"sku":"x","qty":1,"note":null}}}"#),
        (Item::lines.sku().has("x"), r#"{"lines":{"$elemMatch":{"sku":"x"}}}"#),
        (Item::home.city().eq("Rome"), r#"{"home.town":"Rome"}"#),
        (Item::home.is(Address::geo.is_none()), r#"{"home":{"$type":"object"},"home.geo":null}"#),
        (Item::home.eq(home), r#"{"home":{"$type":"object"},"home.street":"s","home.town":"Rome","home.geo":null}"#),
        (Item::seen.lt(at), r#"{"seen":{"$lt":{"$date":"1970-01-01T00:00:01Z"}}}"#),
        (Item::seen.lt(at + chrono::TimeDelta::nanoseconds(1)), r#"{"seen":{"$lte":{"$date":"1970-01-01T00:00:01Z"}}}"#),
    ];
    sent.all(cases).await;
}

/// The operators that the page on filters shows of fields which `Item` has not.
#[tokio::test]
async fn filters_of_every_other_kind_of_field_are_short_too() {
    let sent = Sent::new().await;
    let tags = || Vec::<String>::new();
    sent.all(vec![
        (Thing::tags.has_every(["a", "b"]), r#"{"tags":{"$all":["a","b"]}}"#),
        (Thing::tags.has_every(tags()), "{}"),
        (Thing::tags.has_some(["a", "b"]), r#"{"tags":{"$in":["a","b"]}}"#),
        (Thing::tags.is_empty(), r#"{"tags":{"$in":[null,[]]},"tags.0":{"$exists":false}}"#),
        (Thing::maybe.is_none(), r#"{"maybe":{"$eq":null,"$not":{"$type":"array"}}}"#),
        (Thing::maybe.is_some(), r#"{"maybe":{"$type":"array"}}"#),
        (Thing::maybe.is_empty(), r#"{"maybe":{"$eq":[],"$size":0}}"#),
        (Thing::tags.len().eq(2), r#"{"tags":{"$size":2}}"#),
        (Thing::tags.len().gt(2), r#"{"tags.2":{"$exists":true}}"#),
        (Thing::tags.len().lt(2), r#"{"tags.1":{"$exists":false}}"#),
        (Thing::maybe.has_every(tags()), r#"{"maybe":{"$type":"array"}}"#),
        (Thing::lines.len().gte(2), r#"{"lines":{"$type":"array"},"$nor":[{"lines":{"$size":0}},{"lines":{"$size":1}}]}"#),
        (Thing::lines.len().gte(9), r#"{"$expr":{"$gte":[{"$cond":[{"$isArray":["$lines"]},{"$size":"$lines"},0]},9]}}"#),
        (Thing::text.ci().eq("Ab"), r#"{"text":{"$regex":"^Ab\\z","$options":"i"}}"#),
        (Thing::text.ci().contains("a.b"), r#"{"text":{"$regex":"a\\.b","$options":"i"}}"#),
        (Thing::text.matches("^a+$"), r#"{"text":{"$regex":"^a+$"}}"#),
        (Thing::int.mod_(3, 1), r#"{"int":{"$mod":[3,1]}}"#),
        (Thing::int.bits_all_set(5), r#"{"int":{"$bitsAllSet":5}}"#),
        (Thing::int.bits_any_clear(1 << 63 | 1), r#"{"int":{"$bitsAnyClear":[0,63]}}"#),
        (Thing::counts.key("a").gt(1), r#"{"counts.a":{"$gt":1}}"#),
        (Thing::counts.key("a").is_none(), r#"{"counts.a":null}"#),
        (Thing::counts.has_key("a"), r#"{"counts.a":{"$exists":true}}"#),
        (Thing::word.is_missing(), r#"{"word":{"$exists":false}}"#),
        (Thing::word.exists(), r#"{"word":{"$exists":true}}"#),
        (Thing::word.is_null(), r#"{"word":{"$type":"null"}}"#),
        (Thing::cover.photo().width().gt(100), r#"{"cover.kind":"Photo","cover.width":{"$gt":100}}"#),
        (Thing::cover.photo().is_some(), r#"{"cover.kind":"Photo"}"#),
        (Thing::cover.is_variant(Media::photo()), r#"{"cover.kind":"Photo"}"#),
        (Thing::cover.photo().width().is_none(), r#"{"cover.kind":{"$ne":"Photo"}}"#),
        (Thing::cover.link().url().ne("a"), r#"{"$nor":[{"cover.kind":"Link","cover.url":"a"}]}"#),
        (Thing::media.some(Media::photo().width().gt(1)), r#"{"media":{"$elemMatch":{"kind":"Photo","width":{"$gt":1}}}}"#),
        (
            Thing::cover.eq(Media::Link { url: "a".into(), tags: tags() }),
            r#"{"cover.kind":"Link","cover.url":"a","cover.tags":{"$in":[null,[]]},"cover.tags.0":{"$exists":false}}"#,
        ),
        (Thing::rank.lt(Thing::long), r#"{"$expr":{"$lt":[{"$ifNull":["$rank",5]},{"$ifNull":["$long",null]}]}}"#),
        (Thing::word.eq(Thing::text), r#"{"$expr":{"$eq":[{"$ifNull":["$word",null]},"$text"]}}"#),
        (Thing::spot.x().eq(1.5), r#"{"spot.x":{"$in":[1.5,null]}}"#),
    ])
    .await;
}

#[tokio::test]
async fn a_search_is_sent_with_what_is_said_of_it() {
    #[derive(Debug, Clone, Model)]
    #[chakra(text(title, body))]
    struct Page {
        #[chakra(id)]
        id: i64,
        title: String,
        body: Option<String>,
        likes: i32,
    }
    let sent = Sent::with(|builder| builder.model::<Page>()).await;
    sent.db.sync().await.unwrap();
    let search = |text: &str| Filter::<Page>::search(text);
    let strict = SearchOptions::new().language("french").case_sensitive().diacritic_sensitive();
    sent.all(vec![
        (search("coffee -shop \"at home\""), r#"{"$text":{"$search":"coffee -shop \"at home\""}}"#),
        (search("coffee") & Page::likes.gt(10), r#"{"$text":{"$search":"coffee"},"likes":{"$gt":10}}"#),
        (Page::likes.eq(1) & search("coffee") & Page::likes.eq(2), r#"{"$and":[{"likes":1,"$text":{"$search":"coffee"}},{"likes":2}]}"#),
        (search("coffee") | Page::id.eq(1), r#"{"$or":[{"$text":{"$search":"coffee"}},{"_id":1}]}"#),
        (search("coffee") & Page::likes.in_(Vec::<i32>::new()), r#"{"_id":{"$in":[]}}"#),
        (
            Filter::search_with("Café", strict),
            r#"{"$text":{"$search":"Café","$language":"french","$caseSensitive":true,"$diacriticSensitive":true}}"#,
        ),
    ])
    .await;
    sent.db.find_many(search("coffee")).order_by((Sort::relevance(), Page::id.desc(), Sort::relevance())).await.unwrap();
    assert_eq!(sent.part("sort"), r#"{"__chakra_relevance":{"$meta":"textScore"},"_id":-1}"#);
}

#[tokio::test]
async fn orders_and_limits_are_sent_as_they_are_said() {
    let sent = Sent::new().await;
    sent.db.find_many(Item::all()).order_by((Item::home.city().asc(), Item::id.desc())).skip(5).take(7).comment("why").await.unwrap();
    assert_eq!(sent.part("sort"), r#"{"home.town":1,"_id":-1}"#);
    assert_eq!((sent.part("skip"), sent.part("limit"), sent.part("comment")), ("5".into(), "7".into(), r#""why""#.into()));
}

#[tokio::test]
async fn an_update_is_one_command_with_its_guards() {
    let sent = Sent::new().await;
    sent.db
        .insert_many(&[Item { home: Some(Address { street: "s".into(), city: "Rome".into(), geo: None }), ..Item::new(1) }])
        .await
        .unwrap();
    sent.db
        .update(Item::id.eq(1))
        .set(Item::name, "n")
        .set(Item::price, None)
        .inc(Item::stock, 2)
        .push(Item::codes, 4)
        .set(Item::home.city(), "Paris")
        .unset(Item::rank)
        .await
        .unwrap();
    assert_eq!(
        sent.part("query"),
        r#"{"_id":1,"$nor":[{"stock":{"$gt":2147483645}},{"codes.2":{"$exists":true}},{"home":{"$not":{"$type":"object"}}},{"stock":{"$not":{"$type":"number"}}},{"codes":{"$exists":true,"$not":{"$type":"array"}}}]}"#
    );
    assert_eq!(
        sent.part("update"),
        r#"{"$set":{"name":"n","home.town":"Paris"},"$unset":{"price":"","rank":""},"$inc":{"stock":2},"$push":{"codes":4}}"#
    );
}
