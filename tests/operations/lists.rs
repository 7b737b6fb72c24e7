//! Lists and sets of scalars: what is appended, taken out, and refused for its length.

use super::{MENDED, REFUSED, fixture, nothing_sent, rules};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{prelude::*, query::Update};
use std::collections::{BTreeSet, HashSet, VecDeque};

#[derive(Debug, Clone, PartialEq, Model)]
struct Basket {
    #[chakra(id)]
    id: i64,
    #[chakra(max_length = 3)]
    codes: Vec<i32>,
    #[chakra(min_length = 2, max_length = 3)]
    few: Vec<i32>,
    #[chakra(min_length = 1, max_length = 1)]
    only: Vec<i32>,
    tags: Vec<String>,
    reals: Vec<f64>,
    holes: Vec<Option<i32>>,
    grid: Vec<Vec<i32>>,
    maybe: Option<Vec<String>>,
    #[chakra(null)]
    hint: Option<Vec<i32>>,
    #[chakra(default = ["new"])]
    fans: Vec<String>,
    queue: VecDeque<i32>,
    words: BTreeSet<String>,
    #[chakra(max_length = 2)]
    marks: HashSet<i32>,
}

/// A document with these lists and no others.
async fn with(lists: Document) -> Fixture {
    let fixture = fixture::<Basket>().await;
    let mut document = doc! { "_id": 1_i64 };
    document.extend(lists);
    fixture.store("baskets", document).await;
    fixture
}

/// What is stored of a list.
async fn stored(fixture: &Fixture, list: &str) -> Option<Bson> {
    fixture.stored("baskets").await[0].get(list).cloned()
}

fn array<T: Into<Bson>>(items: impl IntoIterator<Item = T>) -> Option<Bson> {
    Some(Bson::Array(items.into_iter().map(Into::into).collect()))
}

#[tokio::test]
async fn items_are_appended_up_to_the_greatest_length() {
    let fixture = with(doc! { "codes": [1, 2] }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    let longer = "`codes` needs at most 3 items";
    assert_eq!(rules(&one().push_all(Basket::codes, [3, 4]).await.unwrap_err()), longer);
    assert_eq!(one().push(Basket::codes, 3).await.unwrap().codes, [1, 2, 3]);
    fixture.commands();
    assert_eq!(rules(&one().push(Basket::codes, 4).push(Basket::tags, "not pushed").await.unwrap_err()), longer);
    assert_eq!(fixture.commands(), REFUSED);
    assert_eq!(one().push_all(Basket::codes, Vec::<i32>::new()).await.unwrap().codes, [1, 2, 3]);
    assert_eq!(one().set(Basket::codes, [4]).await.unwrap().codes, [4]);
    assert_eq!(one().push_all(Basket::codes, [5, 4]).await.unwrap().codes, [4, 5, 4]);
    assert_eq!(fixture.stored("baskets").await, [doc! { "_id": 1_i64, "codes": [4, 5, 4] }]);
    fixture.commands();
    // More than any list could have room for.
    assert_eq!(rules(&one().push_all(Basket::codes, [1, 2, 3, 4]).await.unwrap_err()), longer);
    nothing_sent(&fixture);
    assert_eq!(one().push_all(Basket::queue, [1, 2]).await.unwrap().queue, [1, 2]);
    assert_eq!(one().push(Basket::queue, 3).await.unwrap().queue, [1, 2, 3]);
}

#[tokio::test]
async fn a_list_keeps_its_least_length() {
    let fixture = with(doc! {}).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    let (shorter, longer) = ("`few` needs at least 2 items", "`few` needs at most 3 items");
    // A list that is missing is an empty one.
    assert_eq!(rules(&one().push(Basket::few, 1).await.unwrap_err()), shorter);
    assert_eq!(rules(&one().add_to_set(Basket::few, 1).await.unwrap_err()), shorter);
    assert_eq!(rules(&one().pop(Basket::few).await.unwrap_err()), shorter);
    assert_eq!(one().push_all(Basket::few, [1, 2]).await.unwrap().few, [1, 2]);
    assert_eq!(rules(&one().pop(Basket::few).await.unwrap_err()), shorter);
    assert_eq!(rules(&one().pop_first(Basket::few).await.unwrap_err()), shorter);
    assert_eq!(one().add_to_set(Basket::few, 2).await.unwrap().few, [1, 2]);
    assert_eq!(one().add_to_set(Basket::few, 3).await.unwrap().few, [1, 2, 3]);
    // What is there already makes no list longer.
    assert_eq!(one().add_to_set(Basket::few, 3).await.unwrap().few, [1, 2, 3]);
    assert_eq!(rules(&one().add_to_set(Basket::few, 4).await.unwrap_err()), longer);
    assert_eq!(one().pop_first(Basket::few).await.unwrap().few, [2, 3]);
    fixture.commands();
    let whole = "`few` needs `set` with the whole list, so that its least length can be checked";
    assert_eq!(rules(&one().pull(Basket::few, 9).await.unwrap_err()), whole);
    assert_eq!(rules(&one().pull_all(Basket::few, [8, 9]).await.unwrap_err()), whole);
    let several = "needs one item at a time, so that the length of the list can be checked";
    assert_eq!(rules(&one().add_all_to_set(Basket::few, [2, 3]).await.unwrap_err()), format!("`few` {several}"));
    assert_eq!(rules(&one().add_all_to_set(Basket::codes, [2, 3]).await.unwrap_err()), format!("`codes` {several}"));
    nothing_sent(&fixture);
    assert_eq!(one().add_all_to_set(Basket::codes, [2]).await.unwrap().codes, [2]);
    assert_eq!(stored(&fixture, "few").await, array([2, 3]));
}

#[tokio::test]
async fn one_item_is_said_in_the_singular() {
    let fixture = with(doc! { "only": [1] }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    assert_eq!(rules(&one().set(Basket::only, [1, 2]).await.unwrap_err()), "`only` needs at most 1 item");
    assert_eq!(rules(&one().push(Basket::only, 2).await.unwrap_err()), "`only` needs at most 1 item");
    assert_eq!(rules(&one().pop(Basket::only).await.unwrap_err()), "`only` needs at least 1 item");
}

#[tokio::test]
async fn an_item_is_added_once() {
    let fixture = with(doc! { "codes": [1_i64, 2.0] }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    assert_eq!(one().add_all_to_set(Basket::tags, ["b", "a", "b", "a"]).await.unwrap().tags, ["b", "a"]);
    assert_eq!(one().add_to_set(Basket::tags, "a").await.unwrap().tags, ["b", "a"]);
    assert_eq!(one().add_to_set(Basket::tags, "A").await.unwrap().tags, ["b", "a", "A"]);
    // A number is the same number in every type.
    assert_eq!(one().add_to_set(Basket::codes, 1).await.unwrap().codes, [1, 2]);
    assert_eq!(one().add_to_set(Basket::codes, 2).await.unwrap().codes, [1, 2]);
    assert_eq!(one().add_to_set(Basket::codes, 3).await.unwrap().codes, [1, 2, 3]);
    assert_eq!(stored(&fixture, "codes").await, array([Bson::Int64(1), Bson::Double(2.0), Bson::Int32(3)]));
    // `None` is an item as any other.
    assert_eq!(one().add_to_set(Basket::holes, None).await.unwrap().holes, [None]);
    assert_eq!(one().add_to_set(Basket::holes, None).await.unwrap().holes, [None]);
    assert_eq!(one().add_all_to_set(Basket::holes, [Some(1_i32), None, Some(1)]).await.unwrap().holes, [None, Some(1)]);
    assert_eq!(stored(&fixture, "holes").await, array([Bson::Null, Bson::Int32(1)]));
    // A list in a list is one item, not several.
    assert_eq!(one().add_to_set(Basket::grid, vec![1, 2]).await.unwrap().grid, [[1, 2]]);
    assert_eq!(one().add_to_set(Basket::grid, vec![1, 2]).await.unwrap().grid, [[1, 2]]);
    let grid = one().add_all_to_set(Basket::grid, [vec![2, 1], vec![], vec![1, 2], vec![]]).await.unwrap().grid;
    assert_eq!(grid, [vec![1, 2], vec![2, 1], vec![]]);
}

#[tokio::test]
async fn nan_is_another_item_each_time() {
    let fixture = with(doc! { "reals": [f64::NAN] }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    let shape = |reals: Vec<f64>| reals.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert_eq!(shape(one().add_to_set(Basket::reals, f64::NAN).await.unwrap().reals), "NaN NaN");
    let several = one().add_all_to_set(Basket::reals, [f64::NAN, 1.5, f64::NAN, 1.5]).await.unwrap();
    assert_eq!(shape(several.reals), "NaN NaN NaN 1.5 NaN");
    assert_eq!(shape(one().add_to_set(Basket::reals, 1.5).await.unwrap().reals), "NaN NaN NaN 1.5 NaN");
    // It equals none of the items, and so takes none of them out.
    assert_eq!(shape(one().pull(Basket::reals, f64::NAN).await.unwrap().reals), "NaN NaN NaN 1.5 NaN");
    assert_eq!(shape(one().pull_all(Basket::reals, [f64::NAN, 1.5]).await.unwrap().reals), "NaN NaN NaN NaN");
    assert_eq!(shape(one().pop(Basket::reals).await.unwrap().reals), "NaN NaN NaN");
}

#[tokio::test]
async fn every_item_that_equals_it_is_pulled() {
    let fixture = with(doc! {
        "codes": [1, 1.0, 2, 1_i64],
        "tags": ["a", "b", "a", "$a", "a.b"],
        "holes": [1, Bson::Null, 2, Bson::Null],
        "grid": [[1], [2], [1, 2], [1]],
    })
    .await;
    let one = || fixture.db.update(Basket::id.eq(1));
    assert_eq!(one().pull(Basket::codes, 1).await.unwrap().codes, [2]);
    assert_eq!(one().pull(Basket::codes, 1).await.unwrap().codes, [2]);
    assert_eq!(one().pull(Basket::tags, "a").await.unwrap().tags, ["b", "$a", "a.b"]);
    assert_eq!(one().pull_all(Basket::tags, ["$a", "nothing", "b"]).await.unwrap().tags, ["a.b"]);
    assert_eq!(one().pull(Basket::holes, None).await.unwrap().holes, [Some(1), Some(2)]);
    assert_eq!(one().push(Basket::holes, None).await.unwrap().holes, [Some(1), Some(2), None]);
    assert_eq!(one().pull_all(Basket::holes, [None, Some(1_i32)]).await.unwrap().holes, [Some(2)]);
    assert_eq!(one().pull(Basket::grid, vec![1]).await.unwrap().grid, [vec![2], vec![1, 2]]);
    assert_eq!(one().pull_all(Basket::grid, [vec![2], vec![]]).await.unwrap().grid, [[1, 2]]);
    let left = doc! { "_id": 1_i64, "codes": [2], "tags": ["a.b"], "holes": [2], "grid": [[1, 2]] };
    assert_eq!(fixture.stored("baskets").await, [left]);
}

#[tokio::test]
async fn an_item_is_taken_off_either_end() {
    let fixture = with(doc! { "tags": ["a", "b", "c"], "codes": [1], "grid": [[1], [2]], "reals": [], "queue": Bson::Null }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    assert_eq!(one().pop(Basket::tags).await.unwrap().tags, ["a", "b"]);
    assert_eq!(one().pop_first(Basket::tags).await.unwrap().tags, ["b"]);
    assert_eq!(one().pop_first(Basket::grid).await.unwrap().grid, [[2]]);
    for _ in 0..2 {
        assert_eq!(one().pop(Basket::codes).await.unwrap().codes, [0; 0]);
    }
    assert_eq!(one().pop_first(Basket::reals).await.unwrap().reals, [0.0; 0]);
    fixture.commands();
    // A list that is missing stays so, and null is one that the server's operator would not take.
    assert_eq!(one().pop(Basket::holes).pop_first(Basket::maybe).await.unwrap().holes, Vec::<Option<i32>>::new());
    assert_eq!(fixture.commands(), ["findAndModify"]);
    assert_eq!(one().pop(Basket::queue).await.unwrap().queue, [0; 0]);
    assert_eq!(fixture.commands(), MENDED);
    let left = doc! { "_id": 1_i64, "tags": ["b"], "codes": [], "grid": [[2]], "reals": [] };
    assert_eq!(fixture.stored("baskets").await, [left]);
}

#[tokio::test]
async fn null_is_an_empty_list_to_every_operator() {
    let lists = doc! { "codes": Bson::Null, "tags": Bson::Null, "holes": Bson::Null, "grid": Bson::Null, "words": Bson::Null };
    let fixture = with(lists).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    let changed = one()
        .push(Basket::codes, 1)
        .add_to_set(Basket::tags, "a")
        .pull(Basket::holes, 1)
        .pop(Basket::grid)
        .add_to_set(Basket::words, "w")
        .await
        .unwrap();
    assert_eq!((changed.codes, changed.tags, changed.holes, changed.grid), (vec![1], vec!["a".to_owned()], vec![], vec![]));
    assert_eq!(changed.words, BTreeSet::from(["w".to_owned()]));
    // All of them are mended at once.
    assert_eq!(fixture.commands(), MENDED);
    assert_eq!(fixture.stored("baskets").await, [doc! { "_id": 1_i64, "codes": [1], "tags": ["a"], "words": ["w"] }]);
}

#[tokio::test]
async fn none_becomes_a_list_only_where_something_is_added() {
    for none in [doc! {}, doc! { "maybe": Bson::Null }] {
        let fixture = with(none).await;
        let one = || fixture.db.update(Basket::id.eq(1));
        assert_eq!(one().pull(Basket::maybe, "a").await.unwrap().maybe, None);
        assert_eq!(one().pull_all(Basket::maybe, ["a", "b"]).await.unwrap().maybe, None);
        assert_eq!(one().pop(Basket::maybe).await.unwrap().maybe, None);
        assert_eq!(stored(&fixture, "maybe").await, None);
        assert_eq!(one().push_all(Basket::maybe, Vec::<String>::new()).await.unwrap().maybe, Some(vec![]));
        assert_eq!(one().set(Basket::maybe, None).await.unwrap().maybe, None);
        assert_eq!(one().add_all_to_set(Basket::maybe, Vec::<String>::new()).await.unwrap().maybe, Some(vec![]));
        assert_eq!(one().unset(Basket::maybe).await.unwrap().maybe, None);
        assert_eq!(one().push(Basket::maybe, "a").await.unwrap().maybe, Some(vec!["a".to_owned()]));
        assert_eq!(one().set(Basket::maybe, None).await.unwrap().maybe, None);
        assert_eq!(one().add_to_set(Basket::maybe, "b").await.unwrap().maybe, Some(vec!["b".to_owned()]));
        assert_eq!(one().pop(Basket::maybe).await.unwrap().maybe, Some(vec![]));
    }
}

/// `None` of such a field is stored as null, so that is the form to bring a document into.
#[tokio::test]
async fn a_list_that_is_declared_null_stays_null() {
    let fixture = with(doc! { "hint": Bson::Null }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    assert_eq!(one().pull(Basket::hint, 1).await.unwrap().hint, None);
    assert_eq!(stored(&fixture, "hint").await, Some(Bson::Null));
    assert_eq!(one().pop(Basket::hint).await.unwrap().hint, None);
    assert_eq!(stored(&fixture, "hint").await, Some(Bson::Null));
    assert_eq!(one().push(Basket::hint, 1).await.unwrap().hint, Some(vec![1]));
    assert_eq!(one().set(Basket::hint, None).await.unwrap().hint, None);
    assert_eq!(stored(&fixture, "hint").await, Some(Bson::Null));
}

#[tokio::test]
async fn a_list_that_is_missing_begins_as_its_default() {
    let cases = [
        (Update::new().push(Basket::fans, "a"), vec!["new", "a"]),
        (Update::new().push_all(Basket::fans, ["a", "new"]), vec!["new", "a", "new"]),
        (Update::new().add_to_set(Basket::fans, "new"), vec!["new"]),
        (Update::new().add_all_to_set(Basket::fans, ["a", "new", "a"]), vec!["new", "a"]),
        (Update::new().pull(Basket::fans, "new"), vec![]),
        (Update::new().pull(Basket::fans, "a"), vec!["new"]),
        (Update::new().pop(Basket::fans), vec![]),
        (Update::new().pop_first(Basket::fans), vec![]),
    ];
    let fixture = fixture::<Basket>().await;
    let mut id = 0_i64;
    for absent in [doc! {}, doc! { "fans": Bson::Null }] {
        for (update, expected) in cases.clone() {
            id += 1;
            let mut document = doc! { "_id": id };
            document.extend(absent.clone());
            fixture.store("baskets", document).await;
            assert_eq!(fixture.db.update(Basket::id.eq(id)).with(update.clone()).await.unwrap().fans, expected, "{update:?}");
            assert_eq!(fixture.commands(), MENDED, "{update:?}");
            assert_eq!(fixture.stored("baskets").await.last().unwrap().get("fans").cloned(), array(expected), "{update:?}");
        }
    }
}

#[tokio::test]
async fn a_set_is_stored_as_a_list_of_which_no_item_stands_twice() {
    let fixture = with(doc! { "words": ["b"], "marks": [2, 1, 2] }).await;
    let one = || fixture.db.update(Basket::id.eq(1));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(one().add_to_set(Basket::words, "a").await.unwrap().words, words(&["a", "b"]));
    assert_eq!(one().add_all_to_set(Basket::words, ["b", "c", "a"]).await.unwrap().words, words(&["a", "b", "c"]));
    // The server appends; a whole set is written in its order.
    assert_eq!(stored(&fixture, "words").await, array(["b", "a", "c"]));
    assert_eq!(one().pull_all(Basket::words, ["a", "d"]).await.unwrap().words, words(&["b", "c"]));
    assert_eq!(one().set(Basket::words, words(&["z", "y"])).await.unwrap().words, words(&["y", "z"]));
    assert_eq!(stored(&fixture, "words").await, array(["y", "z"]));
    // Limits count what is stored, which someone else put there twice.
    assert_eq!(rules(&one().add_to_set(Basket::marks, 3).await.unwrap_err()), "`marks` needs at most 2 items");
    assert_eq!(one().pull(Basket::marks, 2).await.unwrap().marks, HashSet::from([1]));
    assert_eq!(one().add_to_set(Basket::marks, 3).await.unwrap().marks, HashSet::from([1, 3]));
    assert_eq!(one().add_to_set(Basket::marks, 1).await.unwrap().marks, HashSet::from([1, 3]));
    assert_eq!(one().unset(Basket::marks).await.unwrap().marks, HashSet::new());
}
