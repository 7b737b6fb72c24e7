//! Commands and documents up to the server's 16 MiB, and beyond.

use super::broken;
use crate::support::Fixture;
use chakra::{Outcome, codec::to_document, prelude::*};

const MIB: usize = 1 << 20;

#[derive(Debug, Clone, PartialEq, Model)]
struct Blob {
    #[chakra(id)]
    id: i64,
    number: Option<i64>,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Card {
    #[chakra(id)]
    id: Id<Card>,
    number: i64,
}

impl Blob {
    fn of(id: i64, text: String) -> Self {
        Self { id, number: None, text }
    }

    /// A value that is stored in exactly so many bytes.
    fn of_size(id: i64, bytes: usize) -> Self {
        let rest = to_document(&Self::of(id, String::new())).unwrap().len();
        Self::of(id, "x".repeat(bytes - rest))
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Blob>().model::<Card>()).await;
    fixture.commands();
    fixture
}

/// Different texts of a little more than 1 MiB each.
fn texts(many: usize) -> impl Iterator<Item = String> {
    (0..many).map(|at| format!("{at}{}", "x".repeat(MIB)))
}

#[tokio::test]
async fn a_hundred_thousand_values_are_looked_for_in_one_command() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let cards = [0_i64, 99_999, 100_000].map(|number| Card { id: Id::new(), number });
    db.insert_many(&cards).await.unwrap();
    let others = (0..99_999).map(|_| Id::new());
    let ids: Vec<Id<Card>> = others.chain([cards[1].id]).collect();
    assert!(db.find_many(Card::id.in_(ids.clone())).await.unwrap() == [cards[1].clone()]);
    assert_eq!(db.count(Card::id.not_in(ids)).await.unwrap(), 2);
    let numbers = || 0..100_000_i64;
    assert!(db.find_many(Card::number.in_(numbers())).order_by(Card::number.asc()).await.unwrap() == cards[..2]);
    assert_eq!(db.delete_many(Card::number.not_in(numbers())).await.unwrap(), 1);
    assert_eq!(db.count(Card::all()).await.unwrap(), 2);
}

#[tokio::test]
async fn a_filter_of_almost_16_mib_works() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let blobs: Vec<Blob> = (1..).zip(texts(2)).map(|(id, text)| Blob::of(id, text)).collect();
    db.insert_many(&blobs).await.unwrap();
    db.insert_many(&[Blob::of(3, "x".into())]).await.unwrap();
    let ids = async |filter: Filter<Blob>| {
        let found = db.find_many(filter).order_by(Blob::id.asc()).await.unwrap();
        found.iter().map(|blob| blob.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Blob::text.in_(texts(15))).await, [1, 2]);
    assert_eq!(ids(Blob::text.not_in(texts(15))).await, [3]);
    assert_eq!(ids(Filter::any_of(texts(15).map(|text| Blob::text.eq(text)))).await, [1, 2]);
    assert_eq!(db.count(Blob::text.in_(texts(15))).await.unwrap(), 2);
}

#[tokio::test]
async fn a_filter_that_no_command_can_carry_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let filters: [fn() -> Filter<Blob>; 4] = [
        || Blob::text.in_(texts(17)),
        || Blob::text.not_in(texts(17)),
        // Each of them could be sent alone.
        || Filter::any_of(texts(17).map(|text| Blob::text.eq(text))),
        || Blob::number.eq(1) & Filter::none_of(texts(17).map(|text| Blob::text.eq(text))),
    ];
    for filter in filters {
        let errors = [
            db.find_many(filter()).await.unwrap_err(),
            db.find_first(filter()).await.unwrap_err(),
            db.count(filter()).await.unwrap_err(),
            db.update_many(filter()).set(Blob::number, 1).await.unwrap_err(),
            db.delete_many(filter()).await.unwrap_err(),
        ];
        assert_eq!(fixture.commands(), Vec::<String>::new());
        for error in &errors {
            let (path, rule) = broken(error);
            assert_eq!(path, "");
            assert!(rule.contains("16 MiB"), "{rule}");
        }
    }
}

#[tokio::test]
async fn a_document_of_16_mib_is_stored_and_read_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let (created, inserted) = (Blob::of_size(1, 16 * MIB), Blob::of_size(2, 16 * MIB));
    assert_eq!(to_document(&created).unwrap().len(), 16_777_216);
    assert!(db.create(Blob::draft().id(1).text(&created.text)).await.unwrap() == created);
    db.insert_many([&inserted]).await.unwrap();
    assert!(db.get(Blob::id.eq(1)).await.unwrap() == created);
    assert!(db.find_many(Blob::all()).order_by(Blob::id.asc()).await.unwrap() == [created, inserted]);
    // It is set in place of one of the same size.
    let changed = "y".repeat(16 * MIB - 1_024);
    assert!(db.update(Blob::id.eq(1)).set(Blob::text, &changed).await.unwrap().text == changed);
    assert!(db.get(Blob::id.eq(1)).await.unwrap().text == changed);
}

#[tokio::test]
async fn a_larger_document_is_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let larger = Blob::of_size(3, 16 * MIB + 1);
    let draft = || Blob::draft().id(3).text(&larger.text);
    let longer = "y".repeat(17 * MIB);
    let errors = [
        db.create(draft()).await.unwrap_err(),
        db.create_many([draft()]).await.unwrap_err(),
        db.insert_many(&[Blob::of(2, "x".into()), larger.clone()]).await.unwrap_err(),
        db.update(Blob::id.eq(1)).set(Blob::text, &longer).await.unwrap_err(),
        db.update_many(Blob::all()).set(Blob::text, &longer).await.unwrap_err(),
    ];
    assert_eq!(fixture.commands(), Vec::<String>::new());
    for error in &errors {
        let (_, rule) = broken(error);
        assert!(rule.contains("16 MiB"), "{rule}");
    }
    assert_eq!(db.count(Blob::all()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_document_that_would_grow_too_large_stays_as_it_is() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Heap {
        #[chakra(id)]
        id: i64,
        parts: Vec<String>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Heap>()).await;
    let db = &fixture.db;
    let part = "x".repeat(9 * MIB);
    db.insert_many(&[Heap { id: 1, parts: vec![part.clone()] }, Heap { id: 2, parts: vec![] }]).await.unwrap();
    let errors = [
        db.update(Heap::id.eq(1)).push(Heap::parts, &part).await.unwrap_err(),
        db.update_many(Heap::id.path().eq(1)).push(Heap::parts, &part).await.unwrap_err(),
    ];
    for error in &errors {
        assert_eq!(broken(error), ("", "at most 16 MiB as a document"));
    }
    // Of many documents others may have been changed before.
    assert_eq!(errors.map(|error| error.outcome()), [Outcome::NotApplied, Outcome::Unknown]);
    assert_eq!(db.get(Heap::id.eq(1)).await.unwrap().parts.len(), 1);
}
