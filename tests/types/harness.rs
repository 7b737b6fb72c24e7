//! What is asked of every type: it is stored as the design says, found by its filters, changed by updates, and read back as it was.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{
    Draft,
    codec::Encode,
    model::FieldType,
    prelude::*,
    query::{Identity, Ordered},
};
use std::fmt::Debug;

/// A model of one type `T`, stored as an `S`: the type alone, optional and in a list. The macros below declare it.
pub struct Probe<M, T, S = T> {
    pub id: Path<M, i64, Identity>,
    pub value: Path<M, S>,
    pub maybe: Path<M, Option<S>>,
    pub list: Path<M, Vec<S>>,
    /// How a value is given as an operand.
    pub operand: fn(T) -> S,
    /// What is stored of a list of values with these stored forms.
    pub stored_list: fn(Vec<Bson>) -> Bson,
    pub draft: fn(i64, S, Vec<S>) -> Draft<M>,
    pub whole: fn(i64, T, Option<T>, Vec<T>) -> M,
}

/// A value and what is stored of it.
pub type Pair<T> = (T, Bson);

/// Asks everything but for the order.
pub async fn check<M, T, S>(probe: Probe<M, T, S>, a: Pair<T>, b: Pair<T>)
where
    M: Model + Clone + PartialEq + Debug,
    T: Clone + PartialEq + Debug,
    S: FieldType + Encode + Clone,
{
    let fixture = checked::<M>().await;
    create(&fixture, &probe, &a, &b).await;
    find(&fixture, &probe, &a.0, &b.0).await;
    update(&fixture, &probe, &a, &b).await;
}

/// Asks everything; `a` is less than `b`.
pub async fn check_ordered<M, T, S>(probe: Probe<M, T, S>, a: Pair<T>, b: Pair<T>)
where
    M: Model + Clone + PartialEq + Debug,
    T: Clone + PartialEq + Debug,
    S: FieldType + Encode + Clone + Ordered<Value = S>,
{
    let fixture = checked::<M>().await;
    create(&fixture, &probe, &a, &b).await;
    find(&fixture, &probe, &a.0, &b.0).await;
    compare(&fixture, &probe, &a.0, &b.0).await;
    update(&fixture, &probe, &a, &b).await;
}

/// A collection of which the server refuses what the model's validator does: it takes all that is written below.
async fn checked<M: Model>() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<M>()).await;
    fixture.db.sync().tighten().await.unwrap();
    fixture
}

/// The documents of the collection, in which the order of the fields counts.
async fn assert_stored(fixture: &Fixture, expected: &[Document]) {
    let stored = fixture.stored("probes").await;
    assert_eq!(stored, expected);
    // Two documents are equal whatever the order of their fields; what is shown of them has it.
    let shown = |documents: &[Document]| documents.iter().map(|document| format!("{document:?}")).collect::<Vec<_>>();
    assert_eq!(shown(&stored), shown(expected));
}

/// One document by a draft, without the optional value; one by a whole value, with it.
async fn create<M, T, S>(fixture: &Fixture, probe: &Probe<M, T, S>, (a, stored_a): &Pair<T>, (b, stored_b): &Pair<T>)
where
    M: Model + Clone + PartialEq + Debug,
    T: Clone + PartialEq + Debug,
    S: FieldType + Encode + Clone,
{
    let (operand, stored_list) = (probe.operand, probe.stored_list);
    let list = vec![operand(a.clone()), operand(b.clone())];
    let created = fixture.db.create((probe.draft)(1, operand(a.clone()), list)).await.unwrap();
    let first = (probe.whole)(1, a.clone(), None, vec![a.clone(), b.clone()]);
    assert_eq!(created, first);
    let second = (probe.whole)(2, b.clone(), Some(b.clone()), vec![]);
    fixture.db.insert_many(std::slice::from_ref(&second)).await.unwrap();
    let expected = [
        doc! { "_id": 1_i64, "value": stored_a, "list": stored_list(vec![stored_a.clone(), stored_b.clone()]) },
        doc! { "_id": 2_i64, "value": stored_b, "maybe": stored_b, "list": stored_list(vec![]) },
    ];
    assert_stored(fixture, &expected).await;
    assert_eq!(fixture.db.get(probe.id.eq(1)).await.unwrap(), first);
    assert_eq!(fixture.db.get(probe.id.eq(2)).await.unwrap(), second);
}

/// Asks filters beside the ids of the documents that they match.
async fn ask<M, T, S>(fixture: &Fixture, probe: &Probe<M, T, S>, cases: Vec<(&str, Filter<M>, &[i64])>)
where
    M: Model + PartialEq + Debug,
{
    for (name, filter, ids) in cases {
        let found = fixture.db.find_many(filter).order_by(probe.id.asc()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let expected = fixture.db.find_many(probe.id.in_(ids.iter().copied())).order_by(probe.id.asc()).await.unwrap();
        assert_eq!(found, expected, "{name}");
    }
}

async fn find<M, T, S>(fixture: &Fixture, probe: &Probe<M, T, S>, a: &T, b: &T)
where
    M: Model + PartialEq + Debug,
    T: Clone,
    S: FieldType + Encode + Clone,
{
    let (a, b) = ((probe.operand)(a.clone()), (probe.operand)(b.clone()));
    let Probe { value, maybe, list, .. } = probe;
    let mut cases: Vec<(&str, Filter<M>, &[i64])> = vec![
        ("eq", value.eq(a.clone()), &[1]),
        ("ne", value.ne(a.clone()), &[2]),
        ("in", value.in_([a.clone()]), &[1]),
        ("in both", value.in_([b.clone(), a.clone()]), &[1, 2]),
        ("not in", value.not_in([a.clone()]), &[2]),
        ("none", maybe.is_none(), &[1]),
        ("some", maybe.is_some(), &[2]),
        ("eq none", maybe.eq(None::<S>), &[1]),
        ("eq some", maybe.eq(Some(b.clone())), &[2]),
        ("ne some", maybe.ne(Some(b.clone())), &[1]),
        ("in some", maybe.in_([Some(b.clone())]), &[2]),
        ("in with none", maybe.in_([None, Some(a.clone())]), &[1]),
        ("list eq", list.eq(vec![a.clone(), b.clone()]), &[1]),
        ("list ne", list.ne(vec![a.clone(), b.clone()]), &[2]),
        ("list eq empty", list.eq(Vec::<S>::new()), &[2]),
        ("list in", list.in_([vec![a.clone(), b.clone()], vec![]]), &[1, 2]),
    ];
    // Bytes are one value and not searched.
    if matches!((probe.stored_list)(vec![]), Bson::Array(_)) {
        cases.push(("has", list.has(b), &[1]));
        cases.push(("has not", !list.has(a), &[2]));
    }
    ask(fixture, probe, cases).await;
}

async fn compare<M, T, S>(fixture: &Fixture, probe: &Probe<M, T, S>, a: &T, b: &T)
where
    M: Model + PartialEq + Debug,
    T: Clone,
    S: FieldType + Encode + Clone + Ordered<Value = S>,
{
    let (a, b) = (|| (probe.operand)(a.clone()), || (probe.operand)(b.clone()));
    let Probe { value, maybe, .. } = probe;
    let cases: Vec<(&str, Filter<M>, &[i64])> = vec![
        ("gte", value.gte(a()), &[1, 2]),
        ("gte of the greater", value.gte(b()), &[2]),
        ("gt", value.gt(a()), &[2]),
        ("lt", value.lt(b()), &[1]),
        ("lt of the least", value.lt(a()), &[]),
        ("lte", value.lte(a()), &[1]),
        ("between", value.between(a(), a()), &[1]),
        ("option gte", maybe.gte(a()), &[2]),
        ("option lt", maybe.lt(b()), &[]),
        ("option not lt", !maybe.lt(b()), &[1, 2]),
    ];
    ask(fixture, probe, cases).await;
    let first = fixture.db.find_first(Filter::<M>::all()).order_by(value.desc()).await.unwrap().unwrap();
    assert_eq!(first, fixture.db.get(probe.id.eq(2)).await.unwrap(), "order");
}

async fn update<M, T, S>(fixture: &Fixture, probe: &Probe<M, T, S>, (a, stored_a): &Pair<T>, (b, stored_b): &Pair<T>)
where
    M: Model + Clone + PartialEq + Debug,
    T: Clone + PartialEq + Debug,
    S: FieldType + Encode + Clone,
{
    let (db, stored_list) = (&fixture.db, probe.stored_list);
    let (operand_a, operand_b) = (|| (probe.operand)(a.clone()), || (probe.operand)(b.clone()));
    let (value, maybe, list) = (|| probe.value.clone(), || probe.maybe.clone(), || probe.list.clone());
    let first = || db.update(probe.id.eq(1));
    let second = doc! { "_id": 2_i64, "value": stored_b, "maybe": stored_b, "list": stored_list(vec![]) };

    let updated = first().set(value(), operand_b()).set(maybe(), Some(operand_a())).set(list(), vec![operand_b()]).await.unwrap();
    let expected = (probe.whole)(1, b.clone(), Some(a.clone()), vec![b.clone()]);
    assert_eq!(updated, expected);
    assert_eq!(db.get(probe.id.eq(1)).await.unwrap(), expected);
    // A field that an update adds stands at the end.
    let changed = doc! { "_id": 1_i64, "value": stored_b, "list": stored_list(vec![stored_b.clone()]), "maybe": stored_a };
    assert_stored(fixture, &[changed, second.clone()]).await;

    let updated = first().set(maybe(), None::<S>).unset(list()).await.unwrap();
    assert_eq!(updated, (probe.whole)(1, b.clone(), None, vec![]));
    assert_stored(fixture, &[doc! { "_id": 1_i64, "value": stored_b }, second]).await;

    if matches!(stored_list(vec![]), Bson::Array(_)) {
        let updated = first().push(list(), operand_a()).await.unwrap();
        assert_eq!(updated, (probe.whole)(1, b.clone(), None, vec![a.clone()]));
        assert_eq!(fixture.stored("probes").await[0].get("list"), Some(&stored_list(vec![stored_a.clone()])));
    }
    let counts = db.update_many(value().eq(operand_b())).set(value(), operand_a()).await.unwrap();
    assert_eq!((counts.matched, counts.modified), (2, 2));
    assert!(fixture.stored("probes").await.iter().all(|document| document.get("value") == Some(stored_a)));
}

/// The model of one type and its probe; what stands in the brackets is put before each of the three fields.
macro_rules! probe {
    ($rust:ty, [$($attribute:tt)*], $operand:expr, $stored_list:expr) => {{
        #[derive(Debug, Clone, PartialEq, Model)]
        #[chakra(collection = "probes", validator)]
        struct Sample {
            #[chakra(id)]
            id: i64,
            $($attribute)*
            value: $rust,
            $($attribute)*
            maybe: Option<$rust>,
            $($attribute)*
            list: Vec<$rust>,
        }
        $crate::types::harness::Probe {
            id: Sample::id,
            value: Sample::value,
            maybe: Sample::maybe,
            list: Sample::list,
            operand: $operand,
            stored_list: $stored_list,
            draft: |id, value, list| chakra::Draft::of(Sample::draft().id(id).value(value).list(list)),
            whole: |id, value, maybe, list| Sample { id, value, maybe, list },
        }
    }};
}
pub(super) use probe;

/// A test for each row: a type, and two of its values with what is stored of each. `check_ordered` needs the lesser one first.
macro_rules! types {
    ($($(#[$attribute:meta])* $name:ident: $check:ident $rust:ty = [$a:expr => $stored_a:expr, $b:expr => $stored_b:expr];)*) => { $(
        $(#[$attribute])*
        #[tokio::test]
        async fn $name() {
            use chakra::prelude::*;
            let probe = $crate::types::harness::probe!($rust, [], |value| value, bson::Bson::Array);
            $crate::types::harness::$check(probe, ($a, $stored_a), ($b, $stored_b)).await;
        }
    )* };
}
pub(super) use types;
