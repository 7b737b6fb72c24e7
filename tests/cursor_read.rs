//! `cursor`: a read from one document on, in either direction.

use crate::{
    models::{Item, Post, User},
    page::{odd_fixture, orders, sorted},
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{
    Error,
    action::{Find, Many},
    options::Hint,
    prelude::*,
    query::Sort,
};

fn ids(items: &[Item]) -> Vec<i64> {
    items.iter().map(|item| item.id).collect()
}

fn part(command: &Document, key: &str) -> String {
    command.get(key).cloned().unwrap_or(Bson::Null).into_relaxed_extjson().to_string()
}

/// Documents of which every third has the same stock.
async fn sent() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Item>()).await;
    let items: Vec<Item> = (0..300).map(|id| Item { stock: i32::try_from(id % 3).unwrap(), ..Item::new(id) }).collect();
    sent.db.insert_many(&items).await.unwrap();
    sent.commands();
    sent
}

/// Reads from each document on and up to it, in slices of the whole read.
async fn from_each(read: impl Fn() -> Find<Item, Many>, all: &[i64]) {
    for (at, id) in all.iter().enumerate() {
        let cursor = || read().cursor(Item::id.eq(*id));
        assert_eq!(ids(&cursor().await.unwrap()), all[at..], "from {id}");
        for (take, skip) in [(4, 0), (4, 1)] {
            let (signed, left_out) = (i64::try_from(take).unwrap(), u64::try_from(skip).unwrap());
            let behind: Vec<i64> = all[at..].iter().copied().skip(skip).take(take).collect();
            assert_eq!(ids(&cursor().skip(left_out).take(signed).await.unwrap()), behind, "{take} from {id}");
            let end = (at + 1).saturating_sub(skip);
            let ahead = &all[end.saturating_sub(take)..end];
            assert_eq!(ids(&cursor().skip(left_out).take(-signed).await.unwrap()), ahead, "{take} up to {id}");
        }
    }
}

#[tokio::test]
async fn it_is_a_slice_of_the_read_in_every_order() {
    let fixture = odd_fixture().await;
    let collection = fixture.raw.collection::<Document>("items");
    let db = &fixture.db;
    for (order, sort) in orders() {
        let all = sorted(&fixture, &sort).await;
        let read = || db.find_many(Item::all()).order_by(order.clone());
        from_each(read, &all).await;
        // By an index, of which the server merges several ranges.
        if sort.len() > 1 {
            collection.create_index(mongodb::IndexModel::builder().keys(sort).build()).await.unwrap();
            from_each(read, &all).await;
        }
    }
    assert!(fixture.commands().iter().all(|command| command == "find"));
}

#[tokio::test]
async fn two_finds_are_sent() {
    let sent = sent().await;
    let read = || sent.db.find_many(Item::stock.gte(0)).order_by(Item::stock.desc());
    assert_eq!(ids(&read().cursor(Item::id.eq(7)).take(2).await.unwrap()), [7, 4]);
    let [place, found] = <[Document; 2]>::try_from(sent.commands()).unwrap();
    assert_eq!((part(&place, "find"), part(&place, "filter")), ("\"items\"".to_owned(), r#"{"_id":7}"#.to_owned()));
    assert_eq!((part(&place, "projection"), part(&place, "limit")), (r#"{"stock":1,"_id":1}"#.to_owned(), "1".to_owned()));
    assert_eq!((part(&place, "singleBatch"), part(&place, "sort")), ("true".to_owned(), "null".to_owned()));
    let from = r#"{"$and":[{"stock":{"$gte":0}},{"$or":[{"stock":{"$lt":1}},{"stock":{"$eq":1},"_id":{"$lte":7}}]}]}"#;
    assert_eq!((part(&found, "filter"), part(&found, "sort")), (from.to_owned(), r#"{"stock":-1,"_id":-1}"#.to_owned()));
    assert_eq!((part(&found, "limit"), part(&found, "skip"), part(&found, "projection")), ("2".into(), "null".into(), "null".into()));

    // Backwards, and given in the read's own order.
    assert_eq!(ids(&read().cursor(Item::id.eq(7)).skip(1).take(-2).await.unwrap()), [13, 10]);
    let [_, found] = <[Document; 2]>::try_from(sent.commands()).unwrap();
    let from = r#"{"$and":[{"stock":{"$gte":0}},{"$or":[{"stock":{"$gt":1}},{"stock":{"$eq":1},"_id":{"$gte":7}}]}]}"#;
    assert_eq!((part(&found, "filter"), part(&found, "sort")), (from.to_owned(), r#"{"stock":1,"_id":1}"#.to_owned()));
    assert_eq!((part(&found, "limit"), part(&found, "skip")), ("2".to_owned(), "1".to_owned()));

    // In the order of the ids alone there is nothing to merge.
    let tail = sent.db.find_many(Item::all()).cursor(Item::id.eq(298)).await.unwrap();
    assert_eq!(ids(&tail), [298, 299]);
    let [place, found] = <[Document; 2]>::try_from(sent.commands()).unwrap();
    assert_eq!(part(&place, "projection"), r#"{"_id":1}"#);
    assert_eq!((part(&found, "filter"), part(&found, "limit")), (r#"{"_id":{"$gte":298}}"#.to_owned(), "null".to_owned()));
}

#[tokio::test]
async fn the_options_of_the_read_are_its_own() {
    let sent = sent().await;
    let read = sent.db.find_many(Item::all()).order_by(Item::id.asc()).comment("why").hint(Hint::Keys(doc! { "_id": 1 })).batch_size(7);
    assert_eq!(ids(&read.cursor(Item::id.eq(3)).take(2).await.unwrap()), [3, 4]);
    let [place, found] = <[Document; 2]>::try_from(sent.commands()).unwrap();
    assert_eq!(
        (part(&place, "comment"), part(&place, "hint"), part(&place, "batchSize")),
        ("\"why\"".into(), "null".into(), "null".into())
    );
    assert_eq!(
        (part(&found, "comment"), part(&found, "hint"), part(&found, "batchSize")),
        ("\"why\"".into(), r#"{"_id":1}"#.into(), "7".into())
    );
    // What was said in front of it holds too.
    let read = sent.db.find_many(Item::all()).order_by(Item::id.asc()).skip(1).take(2);
    assert_eq!(ids(&read.cursor(Item::id.eq(3)).await.unwrap()), [4, 5]);
}

#[tokio::test]
async fn a_long_read_is_two_round_trips() {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.insert_many(&(0..300).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let read = || fixture.db.find_many(Item::all()).order_by(Item::id.asc());
    let found = read().cursor(Item::id.eq(20)).take(250).await.unwrap();
    assert_eq!((found.len(), found[0].id, found[249].id), (250, 20, 269));
    assert_eq!(fixture.commands(), ["find", "find"]);
    // None at all, whether the document is there or not.
    assert_eq!(ids(&read().cursor(Item::id.eq(999)).take(0).await.unwrap()), [0; 0]);
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn a_document_that_is_not_there_is_not_found() {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<User>()).await;
    let db = &fixture.db;
    db.insert_many(&[Item::new(1)]).await.unwrap();
    let ada = db.create(crate::models::ada()).await.unwrap();
    fixture.commands();
    let error = db.find_many(Item::all()).cursor(Item::id.eq(999)).take(5).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Item` with _id 999 was found");
    assert_eq!(fixture.commands(), ["find"]);
    let error = db.find_many(User::all()).cursor(User::email.eq("nobody")).await.unwrap_err();
    assert_eq!(error.to_string(), "no `User` with this `mail` was found");
    // A key with more is there where that holds too.
    let narrowed =
        |bio: bool| db.find_many(User::all()).cursor(User::id.eq(ada.id) & if bio { User::bio.is_some() } else { User::bio.is_none() });
    assert!(matches!(narrowed(true).await.unwrap_err(), Error::NotFound { model: "User", .. }));
    assert_eq!(narrowed(false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_filter_need_not_match_the_document() {
    let sent = sent().await;
    let read = || sent.db.find_many(Item::stock.eq(0)).order_by(Item::id.asc()).cursor(Item::id.eq(7));
    assert_eq!(ids(&read().take(2).await.unwrap()), [9, 12]);
    assert_eq!(ids(&read().take(-2).await.unwrap()), [3, 6]);
    assert_eq!(ids(&read().skip(1).take(2).await.unwrap()), [12, 15]);
}

#[tokio::test]
async fn every_key_of_a_model_is_a_place() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    for (name, last) in [("ada", "L"), ("bo", "M"), ("cy", "N")] {
        db.create(User::draft().username(name).email(format!("{name}@x")).first_name(name).last_name(last)).await.unwrap();
    }
    let names = |users: Vec<User>| users.into_iter().map(|user| user.username).collect::<Vec<_>>();
    let read = || db.find_many(User::all()).order_by(User::username.desc());
    let bo = db.get(User::username.eq("bo")).await.unwrap().id;
    assert_eq!(names(read().cursor(bo).await.unwrap()), ["bo", "ada"]);
    assert_eq!(names(read().cursor(User::email.eq("bo@x")).take(-2).await.unwrap()), ["cy", "bo"]);
    assert_eq!(names(read().cursor(User::first_name_last_name.eq(("bo", "M"))).skip(1).await.unwrap()), ["ada"]);
}

#[tokio::test]
async fn it_takes_what_a_read_takes() {
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<User>()).await;
    let db = &fixture.db;
    db.insert_many(&(0..5).map(Item::new).collect::<Vec<_>>()).await.unwrap();
    let numbers = db.find_many(Item::all()).select(Item::id).order_by(Item::id.asc()).cursor(Item::id.eq(3)).take(-3).await.unwrap();
    assert_eq!(numbers, [1, 2, 3]);
    fixture.store("items", doc! { "_id": 9_i64, "stock": "many" }).await;
    let lenient = db.find_many(Item::all()).lenient().order_by(Item::id.asc()).cursor(Item::id.eq(4)).await.unwrap();
    assert_eq!(lenient.iter().map(|item| item.as_ref().map(|item| item.id).ok()).collect::<Vec<_>>(), [Some(4), None]);

    let ada = User::draft().username("ada").email("a@x").first_name("A").last_name("L");
    db.create(ada.posts(create([Post::draft().title("one"), Post::draft().title("two")]))).await.unwrap();
    let two = db.find_first(Post::title.eq("two")).await.unwrap().unwrap().id;
    fixture.commands();
    let posts = db.find_many(Post::all()).order_by(Post::title.asc()).include(Post::author).cursor(two).take(-5).await.unwrap();
    let read: Vec<(&str, &str)> = posts.iter().map(|post| (post.title.as_str(), post.author.get().unwrap().username.as_str())).collect();
    assert_eq!(read, [("one", "ada"), ("two", "ada")]);
    assert_eq!(fixture.commands(), ["find", "find", "find"]);

    // In a transaction both are a part of it.
    let there = db
        .transaction(|tx| async move {
            tx.insert_many(&[Item { stock: 7, ..Item::new(100) }]).await?;
            tx.find_many(Item::stock.eq(7)).cursor(Item::id.eq(100)).await
        })
        .await
        .unwrap();
    assert_eq!(ids(&there), [100]);
}

#[tokio::test]
async fn what_has_no_place_in_the_order_is_refused() {
    #[derive(Debug, Model)]
    #[chakra(collection = "loose", text(title))]
    struct Loose {
        #[chakra(id)]
        id: i64,
        title: String,
        any: Bson,
    }
    let fixture = Fixture::new(|builder| builder.model::<Item>().model::<Loose>()).await;
    let db = &fixture.db;
    fixture.commands();
    let refused = async |read: Find<Loose, Many>| {
        let error = read.cursor(Loose::id.eq(1)).take(1).await.unwrap_err().to_string();
        error.strip_prefix("this `Loose` is not valid: ").unwrap().to_owned()
    };
    let loose = || db.find_many(Loose::all());
    let relevance = db.find_many(Filter::<Loose>::search("x")).order_by(Sort::relevance());
    let rule = "it must have an order by fields to be read by pages or from a cursor: relevance has no place to go on from";
    assert_eq!(refused(relevance).await, rule);
    let rule = "`any` needs values of one declared type to be an order of pages or from a cursor";
    assert_eq!(refused(loose().order_by(Loose::any.asc())).await, rule);
    let rule = "it must have a read without `distinct_by` to be read by pages or from a cursor";
    assert_eq!(refused(loose().distinct_by(Loose::title)).await, rule);
    assert_eq!(fixture.commands(), Vec::<String>::new());

    fixture.store("items", doc! { "_id": 1_i64, "stock": "many" }).await;
    let error = db.find_many(Item::all()).order_by(Item::stock.asc()).cursor(Item::id.eq(1)).await.unwrap_err();
    let rule = "`stock` needs values of the field's own type to be an order of pages or from a cursor";
    assert_eq!(error.to_string(), format!("this `Item` is not valid: {rule}"));
    assert_eq!(fixture.commands(), ["find"]);
}
