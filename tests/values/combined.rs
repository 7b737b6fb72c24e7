//! Filters made of many others, of one that may not be there, and of none.

use crate::{models::Item, support::Fixture};
use chakra::{Error, prelude::*, query::Update};

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    let items = [(1, 0, "a"), (2, 1, "b"), (3, 2, "a"), (4, 3, "c")];
    let items = items.map(|(id, stock, tag)| Item { stock, tags: vec![tag.into()], ..Item::new(id) });
    fixture.db.insert_many(&items).await.unwrap();
    fixture.commands();
    fixture
}

/// What a request asks for, as far as it says.
#[derive(Clone, Copy, Default)]
struct Asked<'a> {
    least: Option<i32>,
    tag: Option<&'a str>,
}

impl Asked<'_> {
    fn filters(self) -> impl Iterator<Item = Filter<Item>> {
        let least = self.least.map(|least| Item::stock.gte(least));
        [least, self.tag.map(|tag| Item::tags.has(tag))].into_iter().flatten()
    }
}

#[tokio::test]
async fn all_any_and_none_of_them() {
    let fixture = fixture().await;
    let (low, a) = (|| Item::stock.lt(2), || Item::tags.has("a"));
    let both = Asked { least: Some(1), tag: Some("a") };
    let cases: Vec<(Filter<Item>, Vec<i64>)> = vec![
        (Filter::all_of([]), vec![1, 2, 3, 4]),
        (Filter::any_of([]), vec![]),
        (Filter::none_of([]), vec![1, 2, 3, 4]),
        (!Filter::all_of([]), vec![]),
        (!Filter::any_of([]), vec![1, 2, 3, 4]),
        (!Filter::none_of([]), vec![]),
        (Filter::all_of([low()]), vec![1, 2]),
        (Filter::any_of([low()]), vec![1, 2]),
        (Filter::none_of([low()]), vec![3, 4]),
        (Filter::all_of([low(), a()]), vec![1]),
        (Filter::any_of([low(), a()]), vec![1, 2, 3]),
        (Filter::none_of([low(), a()]), vec![4]),
        (Filter::all_of(vec![Filter::any_of([low(), a()]), Filter::none_of([Item::id.path().eq(2)])]), vec![1, 3]),
        (Filter::any_of([Filter::all_of([]), low()]), vec![1, 2, 3, 4]),
        (Filter::any_of([Filter::any_of([]), low()]), vec![1, 2]),
        (Filter::all_of([Filter::any_of([]), low()]), vec![]),
        (Filter::none_of([Filter::any_of([])]), vec![1, 2, 3, 4]),
        (Filter::none_of([Filter::all_of([])]), vec![]),
        (Filter::all_of([]) & a(), vec![1, 3]),
        (Filter::any_of([]) | a(), vec![1, 3]),
        (Filter::all_of([]) | a(), vec![1, 2, 3, 4]),
        (Filter::any_of([]) & a(), vec![]),
        (Filter::all_of(both.filters()), vec![3]),
        (Filter::any_of(both.filters()), vec![1, 2, 3, 4]),
        (Filter::none_of(both.filters()), vec![]),
        (Filter::all_of(Asked::default().filters()), vec![1, 2, 3, 4]),
        (Filter::all_of(["a", "c"].map(|tag| !Item::tags.has(tag))), vec![2]),
        (Filter::any_of((1..=3).map(|stock| Item::stock.eq(stock))), vec![2, 3, 4]),
    ];
    let all = fixture.db.find_many(Item::all()).order_by(Item::id.asc()).await.unwrap();
    for (filter, expected) in cases {
        let found = fixture.db.find_many(filter.clone()).order_by(Item::id.asc()).await.unwrap();
        assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(fixture.db.count(filter.clone()).await.unwrap(), expected.len() as u64, "{filter:?}");
        let in_memory = all.iter().filter(|item| filter.matches(item).unwrap());
        assert_eq!(in_memory.map(|item| item.id).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_part_that_is_not_there_asks_nothing() {
    let fixture = fixture().await;
    for (asked, expected) in [
        (Asked::default(), vec![1, 2, 3, 4]),
        (Asked { least: Some(2), tag: None }, vec![3, 4]),
        (Asked { least: None, tag: Some("a") }, vec![1, 3]),
        (Asked { least: Some(2), tag: Some("a") }, vec![3]),
        (Asked { least: Some(0), tag: Some("z") }, vec![]),
    ] {
        let found = fixture
            .db
            .find_many(Item::id.not_in([9]))
            .filter_if(asked.least, |least| Item::stock.gte(least))
            .filter_if(asked.tag, |tag| Item::tags.has(tag))
            .filter_if(None::<i64>, |id| Item::id.eq(id))
            .order_by(Item::id.asc());
        assert_eq!(found.await.unwrap().iter().map(|item| item.id).collect::<Vec<_>>(), expected);
        let first = fixture.db.find_first(Item::all()).filter_if(asked.tag, |tag| Item::tags.has(tag) & Filter::all_of(asked.filters()));
        let first = first.filter(Filter::all_of(asked.filters())).order_by(Item::id.asc()).await.unwrap();
        assert_eq!(first.map(|item| item.id), expected.first().copied());
    }
    // What is there may be unique, and what is found is one.
    let found = fixture.db.find_unique(Item::id.eq(2)).filter_if(Some(1), |stock| Item::stock.eq(stock)).await.unwrap();
    assert_eq!(found.map(|item| item.id), Some(2));
    assert!(fixture.db.find_unique(Item::id.eq(2)).filter_if(Some(0), |stock| Item::stock.eq(stock)).await.unwrap().is_none());
}

#[tokio::test]
async fn what_asks_nothing_changes_and_deletes_nothing() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let none = || Filter::<Item>::all_of([]);
    let empty = [
        none(),
        none() & none(),
        !Filter::any_of([]),
        !!none(),
        Filter::none_of([]),
        Filter::none_of([Filter::any_of([])]),
        Filter::all_of([none(), none()]),
        Filter::any_of([none()]),
        Filter::all_of(Asked::default().filters()),
        !Item::stock.in_(Vec::<i32>::new()),
        Item::price.ne(f64::NAN),
        Item::tags.has_every(Vec::<String>::new()),
    ];
    for filter in empty {
        let shape = format!("{filter:?}");
        let update = db.update_many(filter.clone()).set(Item::stock, 9).await.unwrap_err();
        assert!(matches!(update, Error::EmptyFilter { verb: "update_many", model: "Item" }), "{shape}: {update:?}");
        assert_eq!(update.to_string(), "`update_many` on `Item` has an empty filter: write `Item::all()` to touch every document");
        let with = db.update_many(filter.clone()).with(Update::new().inc(Item::price, 1)).await.unwrap_err();
        assert!(matches!(with, Error::EmptyFilter { .. }), "{shape}: {with:?}");
        let delete = db.delete_many(filter).await.unwrap_err();
        assert!(matches!(delete, Error::EmptyFilter { verb: "delete_many", model: "Item" }), "{shape}: {delete:?}");
        assert_eq!(delete.to_string(), "`delete_many` on `Item` has an empty filter: write `Item::all()` to touch every document");
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
    // Nothing is not empty.
    for nothing in
        [Filter::any_of([]), !none(), !Item::all(), Filter::all_of([Filter::any_of([]), none()]), Item::stock.in_(Vec::<i32>::new())]
    {
        let updated = db.update_many(nothing.clone()).set(Item::stock, 9).await.unwrap();
        assert_eq!((updated.matched, updated.modified), (0, 0), "{nothing:?}");
        assert_eq!(db.delete_many(nothing.clone()).await.unwrap(), 0, "{nothing:?}");
    }
    assert_eq!(db.count(Item::stock.eq(9)).await.unwrap(), 0);
    assert_eq!(db.update_many(Item::all()).set(Item::stock, 9).await.unwrap().matched, 4);
    assert_eq!(db.delete_many(Item::all()).await.unwrap(), 4);
}
