//! Pages: every document once, whatever the order and whatever is written meanwhile.

use crate::{
    models::{Address, Item, Point, Post, User},
    support::{Fixture, Sent},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bson::{Bson, doc};
use chakra::{
    Builder, Error, Result,
    action::{Find, Many, Page},
    options::Collation,
    prelude::*,
    query::Sort,
};

async fn items(items: &[Item]) -> Fixture {
    items_with(items, |builder| builder).await
}

async fn items_with(items: &[Item], say: impl FnOnce(Builder) -> Builder) -> Fixture {
    let fixture = Fixture::new(|builder| say(builder.model::<Item>())).await;
    fixture.db.insert_many(items).await.unwrap();
    fixture.commands();
    fixture
}

fn ids(page: &Page<Item>) -> Vec<i64> {
    page.items.iter().map(|item| item.id).collect()
}

/// Documents in which every place of the order is taken more than once.
fn odd_items() -> Vec<Item> {
    let prices = [
        None,
        Some(f64::NAN),
        Some(f64::NEG_INFINITY),
        Some(-1.5),
        Some(0.0),
        Some(-0.0),
        Some(2.0),
        Some(f64::INFINITY),
        None,
        Some(f64::NAN),
    ];
    let home = |city: &str| Address { street: "s".into(), city: city.into(), geo: Some(Point { x: 1.0, y: f64::NAN }) };
    (0..30_i64)
        .map(|id| {
            let at = usize::try_from(id).unwrap();
            Item {
                price: prices[at * 7 % prices.len()],
                name: (id % 4 > 0).then(|| format!("n{}", id % 3)),
                stock: i32::try_from(id % 5).unwrap() - 2,
                home: (id % 3 > 0).then(|| home(["Rome", "Oslo"][at % 2])),
                ..Item::new(id)
            }
        })
        .collect()
}

/// All pages from the first to the last and back, and that they are what one read gives.
async fn walk(fixture: &Fixture, read: impl Fn() -> Find<Item, Many>, expected: Vec<i64>) {
    for size in [1, 3, 7, 29, 30, 31] {
        let (mut seen, mut token) = (Vec::new(), None);
        let mut pages = 0;
        loop {
            let page = read().page(size).after(token).await.unwrap();
            assert_eq!(page.prev().is_some(), pages > 0);
            seen.push(ids(&page));
            pages += 1;
            match page.next() {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.concat(), expected, "pages of {size}");
        assert_eq!(pages, expected.len().div_ceil(usize::try_from(size).unwrap()));
        // From the last page back to the first, of the same length but for the first.
        let last = read().page(size).after(before_last(&read, size, pages).await).await.unwrap();
        let (mut back, mut page) = (vec![ids(&last)], last);
        while let Some(prev) = page.prev() {
            page = read().page(size).before(prev).await.unwrap();
            assert!(page.next().is_some());
            back.push(ids(&page));
        }
        back.reverse();
        assert_eq!(back.concat(), expected, "pages of {size} backwards");
    }
    assert!(fixture.commands().iter().all(|command| command == "find"));
}

/// The token of the last page.
async fn before_last(read: &impl Fn() -> Find<Item, Many>, size: u32, pages: usize) -> Option<String> {
    let mut token = None;
    for _ in 1..pages {
        token = read().page(size).after(token).await.unwrap().next();
    }
    token
}

/// Those documents, some of them in other forms that the model reads the same.
pub async fn odd_fixture() -> Fixture {
    let fixture = items(&odd_items()).await;
    // Null, missing and a default that is not stored are one place.
    let collection = fixture.raw.collection::<bson::Document>("items");
    collection
        .update_many(doc! { "_id": { "$in": [3_i64, 8, 20] } }, doc! { "$set": { "price": Bson::Null, "home": Bson::Null } })
        .await
        .unwrap();
    collection.update_many(doc! { "_id": { "$mod": [4, 1] } }, doc! { "$unset": { "rank": 1 } }).await.unwrap();
    // A whole number may be stored as any.
    collection.update_many(doc! { "_id": { "$mod": [5, 0] } }, doc! { "$set": { "stock": -2.0 } }).await.unwrap();
    fixture
}

/// Orders, and as what each is sent: with the id behind it where it leaves one open.
pub fn orders() -> Vec<(Vec<Sort<Item>>, bson::Document)> {
    vec![
        (vec![], doc! { "_id": 1 }),
        (vec![Item::id.desc()], doc! { "_id": -1 }),
        (vec![Item::price.asc()], doc! { "price": 1, "_id": 1 }),
        (vec![Item::price.desc()], doc! { "price": -1, "_id": -1 }),
        (vec![Item::price.asc(), Item::id.desc()], doc! { "price": 1, "_id": -1 }),
        (vec![Item::name.desc(), Item::price.asc()], doc! { "name": -1, "price": 1, "_id": 1 }),
        (vec![Item::stock.asc(), Item::name.desc(), Item::id.asc()], doc! { "stock": 1, "name": -1, "_id": 1 }),
        (vec![Item::rank.desc(), Item::stock.desc()], doc! { "rank": -1, "stock": -1, "_id": -1 }),
        (vec![Item::home.city().asc()], doc! { "home.town": 1, "_id": 1 }),
        (vec![Item::home.geo().y().desc(), Item::home.city().desc()], doc! { "home.geo.y": -1, "home.town": -1, "_id": -1 }),
        (
            vec![Item::home.geo().y().asc(), Item::price.desc(), Item::stock.asc()],
            doc! { "home.geo.y": 1, "price": -1, "stock": 1, "_id": 1 },
        ),
        (vec![Item::price.asc(), Item::home.city().asc(), Item::id.desc()], doc! { "price": 1, "home.town": 1, "_id": -1 }),
        // Nothing can come behind the id.
        (vec![Item::id.asc(), Item::price.asc(), Item::id.desc()], doc! { "_id": 1 }),
    ]
}

/// The ids of all documents as the server sorts them.
pub async fn sorted(fixture: &Fixture, sort: &bson::Document) -> Vec<i64> {
    let found = fixture.raw.collection::<bson::Document>("items").find(doc! {}).sort(sort.clone()).await.unwrap();
    let found: Vec<bson::Document> = futures::TryStreamExt::try_collect(found).await.unwrap();
    assert_eq!(found.len(), 30);
    found.iter().map(|document| document.get_i64("_id").unwrap()).collect()
}

#[tokio::test]
async fn pages_are_the_read_in_slices_in_every_order() {
    let fixture = odd_fixture().await;
    let collection = fixture.raw.collection::<bson::Document>("items");
    let db = &fixture.db;
    for (order, sort) in orders() {
        let expected = sorted(&fixture, &sort).await;
        fixture.commands();
        walk(&fixture, || db.find_many(Item::all()).order_by(order.clone()), expected.clone()).await;
        // By an index, of which the server merges several ranges.
        if sort.len() > 1 {
            collection.create_index(mongodb::IndexModel::builder().keys(sort).build()).await.unwrap();
        }
        walk(&fixture, || db.find_many(Item::all()).order_by(order.clone()), expected).await;
    }
}

#[tokio::test]
async fn a_filter_holds_on_every_page() {
    let fixture = items(&odd_items()).await;
    let db = &fixture.db;
    let read = || db.find_many(Item::stock.gt(-2) & (Item::name.eq("n1") | Item::price.lt(1.0))).order_by(Item::price.desc());
    let expected: Vec<i64> = read().order_by((Item::price.desc(), Item::id.desc())).await.unwrap().iter().map(|item| item.id).collect();
    assert!(expected.len() > 8);
    fixture.commands();
    walk(&fixture, read, expected).await;
}

#[tokio::test]
async fn what_is_inserted_or_deleted_meanwhile_moves_nothing() {
    let all: Vec<Item> = (0..60).map(|id| Item { stock: i32::try_from(id % 6).unwrap(), ..Item::new(id * 10) }).collect();
    let fixture = items(&all).await;
    let db = &fixture.db;
    let (mut seen, mut token, mut new) = (Vec::new(), None, 0_i64);
    loop {
        let page = db.find_many(Item::all()).order_by(Item::stock.desc()).page(7).after(token).await.unwrap();
        seen.extend(ids(&page).into_iter().filter(|id| id % 10 == 0));
        // Between the pages: at every place of the order, before and behind the token, and one that was seen is gone.
        for stock in 0..6 {
            new += 1;
            let id = new % 60 * 10 + 1 + new / 60;
            db.insert_many(&[Item { stock, ..Item::new(id) }]).await.unwrap();
        }
        db.delete_many(Item::id.eq(seen[seen.len() - 1])).await.unwrap();
        // The inserted ones behind the token come too, so that it ends.
        token = page.next();
        if token.is_none() || new > 50 {
            break;
        }
    }
    while let Some(next) = token {
        let page = db.find_many(Item::all()).order_by(Item::stock.desc()).page(7).after(next).await.unwrap();
        seen.extend(ids(&page).into_iter().filter(|id| id % 10 == 0));
        token = page.next();
    }
    let mut expected: Vec<i64> = all.iter().map(|item| item.id).collect();
    expected.sort_by_key(|id| (std::cmp::Reverse(id / 10 % 6), std::cmp::Reverse(*id)));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn nothing_is_lost_or_repeated_while_others_write() {
    let fixture = items(&(0..300).map(|id| Item { stock: i32::try_from(id % 7).unwrap(), ..Item::new(id * 2) }).collect::<Vec<_>>()).await;
    let db = fixture.db.clone();
    let writer = tokio::spawn(async move {
        for id in 0..300_i64 {
            db.insert_many(&[Item { stock: i32::try_from(id * 5 % 7).unwrap(), ..Item::new(id * 2 + 1) }]).await.unwrap();
        }
    });
    let (mut seen, mut token) = (Vec::new(), None);
    loop {
        let page = fixture.db.find_many(Item::all()).order_by(Item::stock.asc()).page(10).after(token).await.unwrap();
        seen.extend(ids(&page));
        token = page.next();
        if token.is_none() {
            break;
        }
    }
    writer.await.unwrap();
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), seen.len(), "none comes twice");
    let old: Vec<i64> = once.into_iter().filter(|id| id % 2 == 0).collect();
    assert_eq!(old, (0..300).map(|id| id * 2).collect::<Vec<i64>>());
}

#[tokio::test]
async fn one_find_is_sent_for_a_page() {
    let sent = Sent::with(|builder| builder.model::<Item>().model::<User>()).await;
    let db = &sent.db;
    db.insert_many(&(0..300).map(|id| Item { price: Some(1.5), ..Item::new(id) }).collect::<Vec<_>>()).await.unwrap();
    sent.commands();
    let read = || db.find_many(Item::stock.eq(0)).order_by((Item::price.desc(), Item::stock.asc()));
    let page = read().page(200).await.unwrap();
    assert_eq!((page.items.len(), page.prev()), (200, None));
    assert_eq!(sent.part("sort"), r#"{"price":-1,"stock":1,"_id":1}"#);
    assert_eq!((sent.part("limit"), sent.part("filter")), ("201".to_owned(), r#"{"stock":0}"#.to_owned()));
    let next = read().page(200).after(page.next()).await.unwrap();
    assert_eq!((next.items.len(), next.next()), (100, None));
    let behind = concat!(
        r#"{"$and":[{"stock":0},{"$or":["#,
        r#"{"$or":[{"price":{"$lt":1.5}},{"price":{"$in":[{"$numberDouble":"NaN"},null]}}]},"#,
        r#"{"price":{"$eq":1.5},"stock":{"$gt":0}},"#,
        r#"{"price":{"$eq":1.5},"stock":{"$eq":0},"_id":{"$gt":199}}]}]}"#,
    );
    assert_eq!(sent.part("filter"), behind);
    let back = read().page(50).before(next.prev()).await.unwrap();
    assert_eq!((ids(&back), back.next().is_some(), back.prev().is_some()), ((150..200).collect::<Vec<i64>>(), true, true));
    assert_eq!(sent.part("sort"), r#"{"price":1,"stock":-1,"_id":-1}"#);

    // Behind nothing: what two criteria follow is what does not come before.
    let read = || db.find_many(Item::all()).order_by((Item::name.asc(), Item::price.desc()));
    let page = read().page(100).await.unwrap();
    assert_eq!(sent.part("filter"), "{}");
    read().page(100).after(page.next()).await.unwrap();
    let behind = concat!(
        r#"{"$or":[{"name":{"$ne":null}},{"name":{"$eq":null},"$nor":[{"$or":[{"price":{"$gt":1.5}},"#,
        r#"{"price":{"$eq":1.5},"_id":{"$gte":200}}]}]}]}"#,
    );
    assert_eq!(sent.part("filter"), behind);

    // A unique field that is always there needs no id, unless a collation makes two of its values one.
    db.find_many(User::all()).order_by(User::email.asc()).page(5).await.unwrap();
    assert_eq!(sent.part("sort"), r#"{"mail":1}"#);
    db.find_many(User::all()).order_by((User::last_name.asc(), User::first_name.desc())).page(5).await.unwrap();
    assert_eq!(sent.part("sort"), r#"{"last_name":1,"first_name":-1}"#);
    db.find_many(User::all()).order_by(User::email.asc()).collation(Collation::builder().locale("en").build()).page(5).await.unwrap();
    assert_eq!(sent.part("sort"), r#"{"mail":1,"_id":1}"#);
}

#[tokio::test]
async fn a_collation_that_could_make_two_ids_one_is_refused() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Word {
        #[chakra(id)]
        id: String,
        name: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Word>()).await;
    let collation = Collation::builder().locale("en").build();
    fixture.commands();
    let error = fixture.db.find_many(Word::all()).order_by(Word::name.asc()).collation(collation).page(1).await.unwrap_err();
    let rule = "an id that a collation leaves apart, such as an ObjectId or a number, for a place in an order under one";
    assert_eq!(error.to_string(), format!("this `Word` is not valid: `_id` needs {rule}"));
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn a_long_page_is_one_round_trip() {
    let fixture = items(&(0..300).map(Item::new).collect::<Vec<_>>()).await;
    let page = fixture.db.find_many(Item::all()).page(200).await.unwrap();
    assert_eq!((page.items.len(), page.items[199].id), (200, 199));
    let next = fixture.db.find_many(Item::all()).page(200).after(page.next()).await.unwrap();
    assert_eq!((next.items.len(), next.items[0].id), (100, 200));
    // No `getMore`, though the server sends 101 documents at first unless it is told otherwise.
    assert_eq!(fixture.commands(), ["find", "find"]);
}

#[tokio::test]
async fn a_token_fits_its_own_read_alone() {
    let fixture = items(&odd_items()).await;
    let db = &fixture.db;
    let read = || db.find_many(Item::stock.gte(-1)).order_by(Item::price.asc());
    let token = read().page(3).await.unwrap().next().unwrap();
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    // Another size is the same read.
    assert_eq!(ids(&read().page(5).after(token.clone()).await.unwrap()).len(), 5);
    fixture.commands();
    let refused = async |read: Find<Item, Many>, token: &str| {
        let error = read.page(3).after(token.to_owned()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { model: "Item", .. }), "{error:?}");
        assert_eq!(error.to_string(), NO_TOKEN);
    };
    refused(db.find_many(Item::stock.gte(0)).order_by(Item::price.asc()), &token).await;
    refused(db.find_many(Item::all()).order_by(Item::price.asc()), &token).await;
    refused(read().order_by(Item::price.desc()), &token).await;
    refused(read().order_by(Item::rank.asc()), &token).await;
    refused(read().collation(Collation::builder().locale("de").build()), &token).await;
    for wrong in ["", "abc", "$where", &token[1..], &format!("{token}AA")] {
        refused(read(), wrong).await;
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn a_tampered_token_fails_or_starts_elsewhere() {
    let fixture = items(&odd_items()).await;
    let db = &fixture.db;
    let read = || db.find_many(Item::stock.gte(0)).order_by(Item::name.asc());
    let allowed: Vec<i64> = read().await.unwrap().iter().map(|item| item.id).collect();
    let token = read().page(3).await.unwrap().next().unwrap();
    let alphabet = b"ABCabc019-_";
    let mut started = 0;
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = alphabet[at % alphabet.len()];
        match read().page(3).after(String::from_utf8(bytes).unwrap()).await {
            Ok(page) => {
                started += 1;
                assert!(ids(&page).iter().all(|id| allowed.contains(id)));
            }
            Err(error) => assert!(matches!(error, Error::Invalid { .. }), "{error:?}"),
        }
    }
    assert!(started > 0);
}

/// What is said of every token that does not fit.
const NO_TOKEN: &str = "this `Item` is not valid: it must have a page token that was given for the same filter, order and collation";

#[tokio::test]
async fn a_sealed_token_shows_nothing_and_cannot_be_changed() {
    let named: Vec<Item> = odd_items().into_iter().map(|item| Item { name: Some(format!("secret {}", item.id)), ..item }).collect();
    let fixture = items_with(&named, |builder| builder.page_key([231; 32])).await;
    let db = &fixture.db;
    let read = || db.find_many(Item::stock.gte(-1)).order_by(Item::name.asc());
    let first = read().page(3).await.unwrap();
    let token = first.next().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"secret"));
    // The same place is sealed anew each time.
    assert_ne!(read().page(3).await.unwrap().next().unwrap(), token);
    fixture.commands();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        let error = read().page(3).after(URL_SAFE_NO_PAD.encode(changed)).await.unwrap_err();
        assert_eq!(error.to_string(), NO_TOKEN, "byte {at}");
    }
    let other = db.find_many(Item::stock.gte(0)).order_by(Item::name.asc()).page(3).after(token.clone()).await.unwrap_err();
    assert_eq!(other.to_string(), NO_TOKEN);
    assert_eq!(fixture.commands(), Vec::<String>::new());
    let text = format!("{db:?} {first:?}");
    assert!(!text.contains("231, 231") && !text.contains(&token), "{text}");

    let expected: Vec<i64> = read().await.unwrap().iter().map(|item| item.id).collect();
    fixture.commands();
    walk(&fixture, read, expected).await;
}

#[tokio::test]
async fn the_last_key_seals_and_all_that_are_given_open() {
    let fixture = items(&odd_items()).await;
    let with = async |keys: &[u8]| {
        let builder = keys.iter().fold(Db::builder(&fixture.uri), |builder, key| builder.page_key([*key; 32]));
        builder.connect().await.unwrap()
    };
    let (plain, old, both, new) = (with(&[]).await, with(&[1]).await, with(&[1, 2]).await, with(&[2]).await);
    let page = async |db: &Db, token: Option<String>| {
        let page = db.find_many(Item::all()).order_by(Item::stock.desc()).page(4).after(token).await;
        page.map(|page| (ids(&page), page.next())).map_err(|error| error.to_string())
    };
    let (first, by_plain) = page(&plain, None).await.unwrap();
    let (second, _) = page(&plain, by_plain.clone()).await.unwrap();
    let token = async |db: &Db| page(db, None).await.unwrap().1;
    let (by_old, by_both, by_new) = (token(&old).await, token(&both).await, token(&new).await);
    assert_eq!((first.len(), second.len()), (4, 4));
    let refused = || Err(NO_TOKEN.to_owned());
    let opened = || Ok(second.clone());
    for (db, name, expected) in [
        (&plain, "no key", [opened(), refused(), refused(), refused()]),
        (&old, "the old one", [refused(), opened(), refused(), refused()]),
        (&both, "both", [refused(), opened(), opened(), opened()]),
        (&new, "the new one", [refused(), refused(), opened(), opened()]),
    ] {
        for (token, expected) in [&by_plain, &by_old, &by_both, &by_new].into_iter().zip(expected) {
            assert_eq!(page(db, token.clone()).await.map(|(ids, _)| ids), expected, "{name}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_by_pages_is_refused() {
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
    let said = |result: Result<Page<Loose>>| result.unwrap_err().to_string();
    let loose = || db.find_many(Loose::all());
    let start = "this `Loose` is not valid: ";
    assert_eq!(said(loose().page(0).await), format!("{start}it must have a page of at least one document"));
    let sliced = format!("{start}it must have a page without `skip` and `take`: its size says how many");
    assert_eq!(said(loose().take(5).page(1).await), sliced);
    assert_eq!(said(loose().skip(5).page(1).await), sliced);
    let distinct = format!("{start}it must have a read without `distinct_by` to be read by pages or from a cursor");
    assert_eq!(said(loose().distinct_by(Loose::title).page(1).await), distinct);
    let relevance =
        format!("{start}it must have an order by fields to be read by pages or from a cursor: relevance has no place to go on from");
    assert_eq!(said(db.find_many(Filter::<Loose>::search("x")).order_by(Sort::relevance()).page(1).await), relevance);
    assert_eq!(
        said(loose().order_by(Loose::any.asc()).page(1).await),
        format!("{start}`any` needs values of one declared type to be an order of pages or from a cursor")
    );
    assert_eq!(fixture.commands(), Vec::<String>::new());

    let page = db.find_many(Item::all()).page(3).await.unwrap();
    assert_eq!((page.items.len(), page.next(), page.prev()), (0, None, None));
    assert_eq!(format!("{page:?}"), "Page { items: [], next: false, prev: false }");
}

#[tokio::test]
async fn included_relations_are_loaded_for_the_page() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    let ada = db
        .create(User::draft().username("ada").email("a@x").first_name("A").last_name("L").posts(create([Post::draft().title("one")])))
        .await
        .unwrap();
    let grace = User::draft().username("grace").email("g@x").first_name("G").last_name("H");
    db.create(grace.posts(create([Post::draft().title("two"), Post::draft().title("three")]))).await.unwrap();
    fixture.commands();
    let page = db.find_many(User::all()).order_by(User::email.asc()).include(User::posts).page(1).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].id, page.items[0].posts.get().unwrap().len()), (1, ada.id, 1));
    let page = db.find_many(User::all()).order_by(User::email.asc()).include(User::posts).page(1).after(page.next()).await.unwrap();
    assert_eq!((page.items[0].posts.get().unwrap().len(), page.next()), (2, None));
    assert_eq!(fixture.commands(), ["find", "find", "find", "find"]);
}
