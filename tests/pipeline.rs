//! Pipelines: stages one after another, held against the same steps in Rust over the values that are read.

use crate::{
    models::{Item, Line},
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{prelude::*, query::Sort};

/// An item after its lines were unwound.
#[derive(Debug, Clone, PartialEq, View)]
struct Sold {
    #[chakra(name = "_id")]
    id: i64,
    lines: Line,
}

/// A part of it that borrows.
#[derive(Debug, Clone, PartialEq, View)]
struct SoldCard<'a> {
    #[chakra(name = "_id")]
    id: i64,
    lines: LineCard<'a>,
}

#[derive(Debug, Clone, PartialEq, View)]
struct LineCard<'a> {
    sku: &'a str,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Body {
    Text { words: Vec<String> },
    Table { words: Vec<String> },
}

/// Lists that read as something where nothing is stored, or where another variant stores something.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "pages")]
struct Page {
    #[chakra(id)]
    id: i64,
    #[chakra(default = ["a", "b"])]
    marks: Vec<String>,
    body: Option<Body>,
}

/// What can be searched.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "pipeline_posts", text(title))]
struct Post {
    #[chakra(id)]
    id: i64,
    title: String,
}

/// What an item and a page have in common.
#[derive(Debug, Clone, PartialEq, View)]
struct Any {
    #[chakra(name = "_id")]
    id: i64,
    state: Option<String>,
}

fn line(sku: &str, qty: i32) -> Line {
    Line { sku: sku.into(), qty, note: None }
}

fn items() -> Vec<Item> {
    vec![
        Item { stock: 3, lines: vec![line("x", 1), line("y", 2)], tags: vec!["a".into()], ..Item::new(1) },
        Item { stock: 1, lines: vec![], ..Item::new(2) },
        Item { stock: 2, lines: vec![line("x", 5)], rank: 9, ..Item::new(3) },
        Item { stock: 5, lines: vec![line("z", 7), line("x", 1)], name: Some("n".into()), ..Item::new(4) },
    ]
}

async fn full() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<Page>()).await;
    fixture.db.insert_many(&items()).await.unwrap();
    fixture.commands();
    fixture
}

fn ids(found: &[Item]) -> Vec<i64> {
    found.iter().map(|item| item.id).collect()
}

#[tokio::test]
async fn stages_do_what_they_say_one_after_another() {
    let fixture = full().await;
    let of_items = || fixture.db.pipeline::<Item>();
    let all = of_items().sort(Item::id.asc()).as_::<Item>().await.unwrap();
    assert_eq!(all, items());
    assert_eq!(fixture.commands(), ["aggregate"]);

    let found = of_items().match_(Item::stock.gt(1)).sort(Item::stock.desc()).skip(1).take(1).as_::<Item>().await.unwrap();
    assert_eq!(found, [items()[0].clone()]);
    // In another order they say something else.
    let found = of_items().sort(Item::id.asc()).take(3).sort((Item::rank.desc(), Item::stock.asc())).match_(Item::stock.ne(1));
    assert_eq!(ids(&found.as_::<Item>().await.unwrap()), [3, 1]);
    let found = of_items().take(0).as_::<Item>().await.unwrap();
    assert_eq!(ids(&found), [0; 0]);

    let sampled = of_items().sample(2).as_::<Item>().await.unwrap();
    assert_eq!(sampled.len(), 2);
    assert!(sampled.iter().all(|item| items().contains(item)) && sampled[0] != sampled[1]);
    assert_eq!(of_items().sample(9).count().await.unwrap(), 4);
    assert_eq!(of_items().sample(0).count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_list_is_unwound_into_its_items() {
    let fixture = full().await;
    let expected: Vec<Sold> =
        items().into_iter().flat_map(|item| item.lines.into_iter().map(move |lines| Sold { id: item.id, lines })).collect();
    assert_eq!(expected.len(), 5);
    let sold = || fixture.db.pipeline::<Item>().sort(Item::id.asc()).unwind(Item::lines);
    assert_eq!(sold().as_::<Sold>().await.unwrap(), expected);
    assert_eq!(sold().skip(1).take(2).as_::<Sold>().await.unwrap(), expected[1..3]);
    assert_eq!(sold().count().await.unwrap(), 5);

    let cards = sold().view::<SoldCard>().await.unwrap();
    let cards: Vec<(i64, &str)> = cards.iter().map(|card| card.unwrap()).map(|card| (card.id, card.lines.sku)).collect();
    assert_eq!(cards, [(1, "x"), (1, "y"), (3, "x"), (4, "z"), (4, "x")]);
}

#[tokio::test]
async fn a_list_is_unwound_as_the_model_reads_it() {
    let fixture = full().await;
    let of_pages = || fixture.db.pipeline::<Page>().sort(Page::id.asc());
    let stored = [
        doc! { "_id": 1_i64 },
        doc! { "_id": 2_i64, "marks": ["c"], "body": { "kind": "Text", "words": ["t", "u"] } },
        doc! { "_id": 3_i64, "marks": [], "body": { "kind": "Table", "words": ["v"] } },
        doc! { "_id": 4_i64, "marks": Bson::Null, "body": Bson::Null },
    ];
    for document in stored {
        fixture.store("pages", document).await;
    }
    let pages = fixture.db.find_many(Page::all()).order_by(Page::id.asc()).await.unwrap();
    let marks: Vec<(i64, String)> = pages.iter().flat_map(|page| page.marks.iter().map(|mark| (page.id, mark.clone()))).collect();
    assert_eq!(marks.len(), 5);
    let found = of_pages().unwind(Page::marks).as_::<Document>().await.unwrap();
    let found: Vec<(i64, String)> =
        found.iter().map(|row| (row.get_i64("_id").unwrap(), row.get_str("marks").unwrap().to_owned())).collect();
    assert_eq!(found, marks);

    let texts = of_pages().unwind(Page::body.text().words()).as_::<Document>().await.unwrap();
    let texts: Vec<&str> = texts.iter().map(|row| row.get_document("body").unwrap().get_str("words").unwrap()).collect();
    assert_eq!(texts, ["t", "u"]);
}

#[tokio::test]
async fn other_collections_are_added() {
    let fixture = full().await;
    fixture.db.insert_many(&[Page { id: 10, marks: vec![], body: None }, Page { id: 11, marks: vec![], body: None }]).await.unwrap();
    let both = fixture.db.pipeline::<Item>().match_(Item::stock.gt(2)).sort(Item::id.asc()).union_with(Page::id.eq(11));
    let found = both.as_::<Any>().await.unwrap();
    let state = || Some("new".to_owned());
    assert_eq!(found, [Any { id: 1, state: state() }, Any { id: 4, state: state() }, Any { id: 11, state: None }]);
    assert_eq!(fixture.db.pipeline::<Item>().union_with(Page::all()).count().await.unwrap(), 6);
}

#[tokio::test]
async fn a_raw_stage_is_sent_as_it_is() {
    #[derive(Debug, PartialEq, View)]
    struct BySku {
        #[chakra(name = "_id")]
        sku: String,
        qty: i64,
    }
    let fixture = full().await;
    let by_sku = fixture
        .db
        .pipeline::<Item>()
        .unwind(Item::lines)
        .raw(doc! { "$group": { "_id": "$lines.sku", "qty": { "$sum": "$lines.qty" } } })
        .raw(doc! { "$sort": { "qty": -1, "_id": 1 } });
    let found = by_sku.as_::<BySku>().await.unwrap();
    let expected = [("x", 7), ("z", 7), ("y", 2)].map(|(sku, qty)| BySku { sku: sku.into(), qty });
    assert_eq!(found, expected);
    let error = fixture.db.pipeline::<Item>().raw(doc! { "$nonsense": 1 }).count().await.unwrap_err();
    assert!(matches!(error, chakra::Error::Driver(_)), "{error:?}");
}

#[tokio::test]
async fn of_nothing_there_is_nothing() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    assert_eq!(ids(&fixture.db.pipeline::<Item>().as_::<Item>().await.unwrap()), [0; 0]);
    assert_eq!(fixture.db.pipeline::<Item>().count().await.unwrap(), 0);
    assert!(fixture.db.pipeline::<Item>().view::<Sold>().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let fixture = full().await;
    fixture.store("items", doc! { "_id": 7_i64, "stock": 1, "lines": [{ "sku": 5, "qty": 1 }] }).await;
    let error = fixture.db.pipeline::<Item>().unwind(Item::lines).as_::<Sold>().await.unwrap_err();
    assert_eq!(error.to_string(), "`items` holds a document (_id 7) that `Item` cannot read: `lines.sku`: expected String, found Int32");
    let relevance = fixture.db.pipeline::<Post>().match_(Post::id.eq(1)).sort(Sort::relevance()).count().await.unwrap_err();
    assert_eq!(relevance.to_string(), "this `Post` is not valid: it must have a search in the filter to be ordered by relevance");
}

#[tokio::test]
async fn many_documents_come_in_batches() {
    let fixture = full().await;
    let found = fixture.db.pipeline::<Item>().sort(Item::id.asc()).unwind(Item::lines).batch_size(2).as_::<Sold>().await.unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(fixture.commands(), ["aggregate", "getMore", "getMore"]);
}

#[tokio::test]
async fn what_is_sent_is_what_was_written() {
    let sent = Sent::new().await;
    let db = &sent.db;
    let pipeline = db.pipeline::<Item>().match_(Item::rank.eq(5)).sort((Item::stock.desc(), Item::id.asc())).skip(2).take(3).sample(4);
    let pipeline = pipeline.unwind(Item::lines).union_with(Page::id.eq(1)).union_with(Page::all()).raw(doc! { "$limit": 1 });
    pipeline.view::<SoldCard>().await.unwrap();
    let stages = [
        r#"{"$match":{"rank":{"$in":[5,null]}}}"#,
        r#"{"$sort":{"stock":-1,"_id":1}}"#,
        r#"{"$skip":2}"#,
        r#"{"$limit":3}"#,
        r#"{"$sample":{"size":4}}"#,
        r#"{"$unwind":"$lines"}"#,
        r#"{"$unionWith":{"coll":"pages","pipeline":[{"$match":{"_id":1}}]}}"#,
        r#"{"$unionWith":{"coll":"pages","pipeline":[]}}"#,
        r#"{"$limit":1}"#,
        r#"{"$project":{"_id":1,"lines":1}}"#,
    ];
    assert_eq!(sent.part("pipeline"), format!("[{}]", stages.join(",")));
    assert_eq!(sent.part("aggregate"), r#""items""#);

    db.pipeline::<Item>().match_(Item::all()).take(0).count().await.unwrap();
    assert_eq!(sent.part("pipeline"), r#"[{"$match":{"_id":{"$in":[]}}},{"$count":"n"}]"#);

    db.pipeline::<Page>().unwind(Page::marks).count().await.unwrap();
    let set = r#"{"$set":{"marks":{"$ifNull":["$marks",{"$literal":["a","b"]}]}}}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{set},{{"$unwind":"$marks"}},{{"$count":"n"}}]"#));
}

#[tokio::test]
async fn a_search_stands_first() {
    let fixture = Fixture::new(|builder| builder.model::<Post>()).await;
    fixture.db.sync().await.unwrap();
    let posts = [(1, "coffee"), (2, "tea"), (3, "coffee coffee coffee and cake")].map(|(id, title)| Post { id, title: title.into() });
    fixture.db.insert_many(&posts).await.unwrap();
    let found = fixture.db.pipeline::<Post>().match_(Filter::<Post>::search("coffee")).sort((Sort::relevance(), Post::id.asc()));
    let expected = fixture.db.find_many(Filter::<Post>::search("coffee")).order_by((Sort::relevance(), Post::id.asc())).await.unwrap();
    assert_eq!(expected.len(), 2);
    assert_eq!(found.as_::<Post>().await.unwrap(), expected);
}

#[tokio::test]
async fn it_runs_in_a_transaction() {
    let fixture = full().await;
    let found = fixture
        .db
        .transaction(|tx| async move {
            tx.delete_many(Item::stock.lt(3)).await?;
            tx.pipeline::<Item>().unwind(Item::lines).count().await
        })
        .await;
    assert_eq!(found.unwrap(), 4);
}
