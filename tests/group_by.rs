//! Groups: keys, conditions and orders, held against the same groups made in Rust of the values that are read.

use crate::{
    models::Address,
    support::{Fixture, Sent},
};
use bson::{Bson, Document, doc};
use chakra::{Error, prelude::*, query::Having};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
enum Grade {
    #[chakra(name = "A")]
    Good,
    #[chakra(name = "B")]
    Fair,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "sales")]
struct Sale {
    #[chakra(id)]
    id: i64,
    city: String,
    #[chakra(default = "shop")]
    channel: String,
    coupon: Option<String>,
    total: f64,
    units: i32,
    big: Option<i64>,
    grade: Option<Grade>,
    home: Option<Address>,
    at: Option<DateTime<Utc>>,
    #[chakra(as = "string")]
    zone: Option<i32>,
    tags: Vec<String>,
}

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap()
}

/// Documents as Chakra writes them, and as others may: fields missing, null, in other numeric types.
fn stored() -> Vec<Document> {
    let sale = |id: i64, city: &str, total: f64, units: i32| doc! { "_id": id, "city": city, "total": total, "units": units };
    let with = |sale: Document, more: Document| sale.into_iter().chain(more).collect::<Document>();
    let home = |town: &str| doc! { "street": "s", "town": town };
    let date = bson::DateTime::from_millis;
    vec![
        with(sale(1, "Rome", 10.5, 1), doc! { "channel": "web", "coupon": "x", "grade": "A", "home": home("Oslo"), "at": date(1_000) }),
        with(sale(2, "Rome", 20.25, 2), doc! { "channel": Bson::Null, "coupon": Bson::Null, "grade": "B", "big": 5_i64, "zone": "7" }),
        with(sale(3, "Bern", 1.5, 3), doc! { "channel": "shop", "coupon": "x", "home": Bson::Null, "at": date(3_000), "zone": "7" }),
        with(sale(4, "Bern", -1.5, 4), doc! { "coupon": "y", "grade": "A", "home": home("Bonn"), "at": date(2_000) }),
        with(sale(5, "Oslo", 100.0, 0), doc! { "channel": "web", "grade": Bson::Null, "big": 7_i64 }),
        with(sale(6, "Oslo", f64::NAN, 2), doc! { "channel": "web", "coupon": "x", "grade": "B", "home": home("Oslo") }),
        with(sale(7, "", 0.0, 1), doc! { "grade": "B", "at": Bson::Null }),
    ]
}

async fn full() -> (Fixture, Vec<Sale>) {
    let fixture = Fixture::new(|builder| builder.model::<Sale>()).await;
    for document in stored() {
        fixture.store("sales", document).await;
    }
    let sales = fixture.db.find_many(Sale::all()).order_by(Sale::id.asc()).await.unwrap();
    assert_eq!(sales.len(), 7);
    fixture.commands();
    (fixture, sales)
}

/// The sales of each group, in order of the keys.
fn groups<K: Ord>(sales: &[Sale], key: impl Fn(&Sale) -> K) -> BTreeMap<K, Vec<&Sale>> {
    let mut groups = BTreeMap::<K, Vec<&Sale>>::new();
    for sale in sales {
        groups.entry(key(sale)).or_default().push(sale);
    }
    groups
}

fn units(sales: &[&Sale]) -> i64 {
    sales.iter().map(|sale| i64::from(sale.units)).sum()
}

/// How many sales and units there are by key.
fn counted<K: Ord>(sales: &[Sale], key: impl Fn(&Sale) -> K) -> Vec<(K, (u64, i64))> {
    groups(sales, key).into_iter().map(|(key, sales)| (key, (sales.len() as u64, units(&sales)))).collect()
}

#[tokio::test]
async fn groups_are_those_of_the_values_that_are_read() {
    let (fixture, sales) = full().await;
    let db = &fixture.db;
    let selected = || (count(), sum(Sale::units));

    let cities = db.group_by(Sale::city).order_by(Sale::city.asc()).select(selected()).await.unwrap();
    assert_eq!(cities, counted(&sales, |sale| sale.city.clone()));
    assert_eq!(cities.iter().map(|(city, _)| city.as_str()).collect::<Vec<_>>(), ["", "Bern", "Oslo", "Rome"]);
    assert_eq!(fixture.commands(), ["aggregate"]);

    // Null and missing are one group, and the first one.
    let coupons = db.group_by(Sale::coupon).order_by(Sale::coupon.asc()).select(selected()).await.unwrap();
    assert_eq!(coupons, counted(&sales, |sale| sale.coupon.clone()));
    assert_eq!(coupons, [(None, (3, 3)), (Some("x".to_owned()), (3, 6)), (Some("y".to_owned()), (1, 4))]);

    // A missing field is in the group of its default.
    let channels = db.group_by(Sale::channel).order_by(Sale::channel.asc()).select(selected()).await.unwrap();
    assert_eq!(channels, counted(&sales, |sale| sale.channel.clone()));
    assert_eq!(channels, [("shop".to_owned(), (4, 10)), ("web".to_owned(), (3, 3))]);

    let grades = db.group_by(Sale::grade).order_by(Sale::grade.asc()).select(selected()).await.unwrap();
    assert_eq!(grades, counted(&sales, |sale| sale.grade));

    let towns = db.group_by(Sale::home.city()).order_by(Sale::home.city().asc()).select(selected()).await.unwrap();
    assert_eq!(towns, counted(&sales, |sale| sale.home.as_ref().map(|home| home.city.clone())));

    let ids = db.group_by(Sale::id).order_by(Sale::id.asc()).select(selected()).await.unwrap();
    assert_eq!(ids, counted(&sales, |sale| sale.id));

    let zones = db.group_by(Sale::zone).order_by(Sale::zone.asc()).select(selected()).await.unwrap();
    let zones: Vec<_> = zones.into_iter().map(|(zone, row)| (zone.map(|zone| zone.into_inner()), row)).collect();
    assert_eq!(zones, counted(&sales, |sale| sale.zone));
}

#[tokio::test]
async fn several_paths_group_by_all_of_them() {
    let (fixture, sales) = full().await;
    let by = fixture.db.group_by((Sale::channel, Sale::coupon, Sale::grade));
    let found =
        by.order_by((Sale::channel.asc(), Sale::coupon.asc(), Sale::grade.asc())).select((count(), sum(Sale::units))).await.unwrap();
    assert_eq!(found, counted(&sales, |sale| (sale.channel.clone(), sale.coupon.clone(), sale.grade)));
    assert_eq!(found.len(), 6);
    let single: Vec<((String,), u64)> =
        fixture.db.group_by((Sale::city,)).order_by(Sale::city.desc()).take(1).select(count()).await.unwrap();
    assert_eq!(single, [(("Rome".to_owned(),), 2)]);
}

#[tokio::test]
async fn each_group_has_its_own_values() {
    let (fixture, _) = full().await;
    let by = fixture.db.group_by(Sale::city).filter(Sale::city.ne("Oslo")).order_by(Sale::city.asc());
    let selected = (avg(Sale::total), min(Sale::at), max(Sale::coupon), count_of(Sale::home), sum(Sale::big));
    let found = by.select(selected).await.unwrap();
    let expected = [
        (String::new(), (Some(0.0), None, None, 0, 0)),
        ("Bern".to_owned(), (Some(0.0), Some(at(2_000)), Some("y".to_owned()), 1, 0)),
        ("Rome".to_owned(), (Some(15.375), Some(at(1_000)), Some("x".to_owned()), 1, 5)),
    ];
    assert_eq!(found, expected);
}

type Case = (&'static str, Having<Sale>, fn(&[&Sale]) -> bool);

/// Conditions beside the same questions asked in Rust.
fn conditions() -> Vec<Case> {
    fn total(sales: &[&Sale]) -> f64 {
        sales.iter().map(|sale| sale.total).sum()
    }
    fn last(sales: &[&Sale]) -> Option<DateTime<Utc>> {
        sales.iter().filter_map(|sale| sale.at).max()
    }
    fn coupon(sales: &[&Sale]) -> Option<String> {
        sales.iter().filter_map(|sale| sale.coupon.clone()).min()
    }
    fn average(sales: &[&Sale]) -> Option<f64> {
        let big: Vec<i64> = sales.iter().filter_map(|sale| sale.big).collect();
        if big.is_empty() { None } else { Some(big.iter().sum::<i64>() as f64 / big.len() as f64) }
    }
    let nanosecond = || chrono::TimeDelta::nanoseconds(1);
    vec![
        ("count eq", count().eq(2), |sales| sales.len() == 2),
        ("count ne", count().ne(2), |sales| sales.len() != 2),
        ("units gt", sum(Sale::units).gt(2), |sales| units(sales) > 2),
        ("units gte", sum(Sale::units).gte(2), |sales| units(sales) >= 2),
        ("units lt", sum(Sale::units).lt(3), |sales| units(sales) < 3),
        ("units lte", sum(Sale::units).lte(3), |sales| units(sales) <= 3),
        ("total gt", sum(Sale::total).gt(0), |sales| total(sales) > 0.0),
        ("total lte", sum(Sale::total).lte(30.75), |sales| total(sales) <= 30.75),
        ("total eq", sum(Sale::total).eq(30.75), |sales| total(sales) == 30.75),
        ("total ne", sum(Sale::total).ne(30.75), |sales| total(sales) != 30.75),
        ("not total gt", !sum(Sale::total).gt(0), |sales| total(sales).is_nan() || total(sales) <= 0.0),
        ("total eq NaN", sum(Sale::total).eq(f64::NAN), |_| false),
        ("total ne NaN", sum(Sale::total).ne(f64::NAN), |_| true),
        ("total gt NaN", sum(Sale::total).gt(f64::NAN), |_| false),
        ("average lt", avg(Sale::big).lt(6), |sales| average(sales).is_some_and(|average| average < 6.0)),
        ("average ne", avg(Sale::big).ne(5), |sales| average(sales) != Some(5.0)),
        ("not average lt", !avg(Sale::big).lt(6), |sales| average(sales).is_none_or(|average| average >= 6.0)),
        ("least coupon", min(Sale::coupon).eq("x"), |sales| coupon(sales).as_deref() == Some("x")),
        ("other coupon", min(Sale::coupon).ne("x"), |sales| coupon(sales).as_deref() != Some("x")),
        ("last", max(Sale::at).gte(at(3_000)), |sales| last(sales).is_some_and(|last| last >= at(3_000))),
        // Finer than what is stored.
        ("last lt", max(Sale::at).lt(at(1_000) + nanosecond()), |sales| last(sales).is_some_and(|last| last <= at(1_000))),
        ("last gte", max(Sale::at).gte(at(1_000) + nanosecond()), |sales| last(sales).is_some_and(|last| last > at(1_000))),
        ("some", count_of(Sale::coupon).gt(1), |sales| coupon_count(sales) > 1),
        ("and", sum(Sale::units).gt(2) & count().eq(2), |sales| units(sales) > 2 && sales.len() == 2),
        ("range", sum(Sale::units).gt(2) & sum(Sale::units).lt(7), |sales| units(sales) > 2 && units(sales) < 7),
        ("twice", sum(Sale::units).gt(2) & sum(Sale::units).gt(3), |sales| units(sales) > 3),
        ("or", sum(Sale::units).gt(5) | count().eq(1), |sales| units(sales) > 5 || sales.len() == 1),
        ("none of", !(sum(Sale::units).gt(5) | count().eq(1)), |sales| units(sales) <= 5 && sales.len() != 1),
        ("not both", !(sum(Sale::units).gt(2) & count().eq(2)), |sales| units(sales) <= 2 || sales.len() != 2),
        ("not not", !!count().eq(1), |sales| sales.len() == 1),
    ]
}

fn coupon_count(sales: &[&Sale]) -> usize {
    sales.iter().filter(|sale| sale.coupon.is_some()).count()
}

#[tokio::test]
async fn conditions_mean_what_they_say_in_rust() {
    let (fixture, sales) = full().await;
    let mut wrong = Vec::new();
    for (name, condition, in_rust) in conditions() {
        let by = fixture.db.group_by(Sale::city).having(condition).order_by(Sale::city.asc());
        let found: Vec<String> = by.select(count()).await.unwrap().into_iter().map(|(city, _)| city).collect();
        let cities = groups(&sales, |sale| sale.city.clone()).into_iter().filter(|(_, sales)| in_rust(sales));
        let expected: Vec<String> = cities.map(|(city, _)| city).collect();
        if found != expected {
            wrong.push(format!("{name}: {found:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Conditions that are given one by one must all be true.
    let by = fixture.db.group_by(Sale::city).having(count().eq(2)).having(sum(Sale::units).gt(2)).order_by(Sale::city.asc());
    let found: Vec<String> = by.select(count()).await.unwrap().into_iter().map(|(city, _)| city).collect();
    assert_eq!(found, ["Bern", "Rome"]);
}

#[tokio::test]
async fn filters_are_of_documents_and_conditions_of_groups() {
    let (fixture, _) = full().await;
    let by = || fixture.db.group_by(Sale::city).order_by(Sale::city.asc());
    let cities = |rows: Vec<(String, u64)>| rows.into_iter().map(|(city, n)| format!("{city} {n}")).collect::<Vec<_>>();
    let found = by().filter(Sale::total.gt(1.5)).having(count().gt(1)).select(count()).await.unwrap();
    assert_eq!(cities(found), ["Rome 2"]);
    let found = by().filter(Sale::total.gt(1.5)).filter_if(Some("web"), |channel| Sale::channel.eq(channel)).select(count()).await.unwrap();
    assert_eq!(cities(found), ["Oslo 1", "Rome 1"]);
    let found = by().filter_if(None::<&str>, |channel| Sale::channel.eq(channel)).skip(3).select(count()).await.unwrap();
    assert_eq!(cities(found), ["Rome 2"]);
}

#[tokio::test]
async fn groups_come_in_order_and_in_slices() {
    let (fixture, _) = full().await;
    let db = &fixture.db;
    let cities = |rows: Vec<(String, i64)>| rows.into_iter().map(|(city, _)| city).collect::<Vec<_>>();
    let by_units = || db.group_by(Sale::city).order_by((sum(Sale::units).desc(), Sale::city.asc()));
    assert_eq!(cities(by_units().select(sum(Sale::units)).await.unwrap()), ["Bern", "Rome", "Oslo", ""]);
    assert_eq!(cities(by_units().skip(1).take(2).select(sum(Sale::units)).await.unwrap()), ["Rome", "Oslo"]);
    assert_eq!(cities(by_units().skip(u64::MAX).take(u64::MAX).select(sum(Sale::units)).await.unwrap()), [""; 0]);
    // By what is not selected; without a value comes first ascending.
    let by_date = db.group_by(Sale::city).order_by((max(Sale::at).asc(), Sale::city.desc()));
    assert_eq!(cities(by_date.select(sum(Sale::units)).await.unwrap()), ["Oslo", "", "Rome", "Bern"]);
    fixture.commands();
    assert!(db.group_by(Sale::city).take(0).select(count()).await.unwrap().is_empty());
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn of_nothing_there_is_no_group() {
    let fixture = Fixture::new(|builder| builder.model::<Sale>()).await;
    assert!(fixture.db.group_by(Sale::city).select((count(), sum(Sale::units))).await.unwrap().is_empty());
    assert_eq!(fixture.commands().last().map(String::as_str), Some("aggregate"));
}

#[tokio::test]
async fn many_groups_come_in_batches() {
    let (fixture, _) = full().await;
    let rows = fixture.db.group_by(Sale::id).batch_size(3).order_by(Sale::id.asc()).select(sum(Sale::units)).await.unwrap();
    assert_eq!(rows, [(1, 1), (2, 2), (3, 3), (4, 4), (5, 0), (6, 2), (7, 1)]);
    assert_eq!(fixture.commands(), ["aggregate", "getMore", "getMore"]);
}

#[tokio::test]
async fn what_cannot_be_asked_or_read_is_named() {
    let (fixture, _) = full().await;
    let db = &fixture.db;
    let error = db.group_by(Sale::city).order_by(Sale::units.asc()).select(count()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Sale` is not valid: `units` needs to be one of the paths that are grouped by: groups have no other fields"
    );
    let error = db.group_by(Sale::city).having(count().gt(u64::MAX)).select(count()).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Sale` is not valid: it must have a number up to 9223372036854775807, the largest Int64");
    let deep = (0..100).fold(count::<Sale>().gt(1), |condition, _| !(condition & count().gt(1)));
    let error = db.group_by(Sale::city).having(deep).select(count()).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Sale` is not valid: it must have a condition of at most 64 levels");
    let long = (0_u64..100).fold(count::<Sale>().gt(0), |condition, n| condition & count().ne(n + 100));
    assert_eq!(db.group_by(Sale::city).having(long).select(count()).await.unwrap().len(), 4);
    // Nothing of these was sent but the last.
    assert_eq!(fixture.commands(), ["aggregate"]);

    fixture.store("sales", doc! { "_id": 8_i64, "city": "Rome", "total": 0.0, "units": 0, "big": i64::MAX }).await;
    let error = db.group_by(Sale::city).select(sum(Sale::big)).await.unwrap_err();
    assert!(matches!(error, Error::Overflow { model: "Sale", .. }), "{error:?}");
    fixture.store("sales", doc! { "_id": 9_i64, "city": 9, "total": 0.0, "units": 0 }).await;
    let error = db.group_by(Sale::city).select(count()).await.unwrap_err();
    assert_eq!(error.to_string(), "`sales` holds a document that `Sale` cannot read: `city`: expected String, found Int32");
    fixture.store("sales", doc! { "_id": 10_i64, "total": 0.0, "units": 0 }).await;
    let error = db.group_by((Sale::id, Sale::city)).filter(Sale::id.eq(10)).select(count()).await.unwrap_err();
    assert_eq!(error.to_string(), "`sales` holds a document that `Sale` cannot read: `city`: expected a value, found nothing");
}

#[tokio::test]
async fn what_is_sent_is_one_pipeline() {
    let sent = Sent::new().await;
    let db = &sent.db;
    sent.commands();
    db.group_by(Sale::city).select(count()).await.unwrap();
    assert_eq!(sent.part("pipeline"), r#"[{"$group":{"_id":"$city","a0":{"$sum":1}}}]"#);

    // What only a condition or the order needs is calculated too, and nothing twice.
    let by = db.group_by((Sale::channel, Sale::coupon)).filter(Sale::units.gt(0)).having(sum(Sale::units).gt(2) & avg(Sale::total).lt(50));
    let by = by.order_by((avg(Sale::total).desc(), Sale::coupon.asc(), count().asc())).skip(5).take(10);
    by.select((sum(Sale::units), count(), sum(Sale::units))).await.unwrap();
    let stages = [
        r#"{"$match":{"units":{"$gt":0}}}"#,
        r#"{"$group":{"_id":{"k0":{"$ifNull":["$channel","shop"]},"k1":{"$ifNull":["$coupon",null]}},"a0":{"$sum":"$units"},"a1":{"$sum":1},"a2":{"$avg":"$total"}}}"#,
        r#"{"$match":{"a0":{"$gt":2},"a2":{"$lt":50.0}}}"#,
        r#"{"$sort":{"a2":-1,"_id.k1":1,"a1":1}}"#,
        r#"{"$skip":5}"#,
        r#"{"$limit":10}"#,
    ];
    assert_eq!(sent.part("pipeline"), format!("[{}]", stages.join(",")));

    let cases = [
        (count().eq(2), r#"{"a0":2}"#),
        (count().ne(2), r#"{"a0":{"$ne":2}}"#),
        (!count().gt(2), r#"{"a0":{"$not":{"$gt":2}}}"#),
        (count().eq(2) | count().gt(5), r#"{"$or":[{"a0":2},{"a0":{"$gt":5}}]}"#),
        (avg(Sale::total).gt(f64::NAN), r#"{"_id":{"$in":[]}}"#),
    ];
    for (condition, expected) in cases {
        db.group_by(Sale::city).having(condition).select(count()).await.unwrap();
        assert_eq!(sent.part("pipeline"), format!(r#"[{{"$group":{{"_id":"$city","a0":{{"$sum":1}}}}}},{{"$match":{expected}}}]"#));
    }
    assert_eq!(sent.commands().len(), 7);
}

#[tokio::test]
async fn it_runs_in_a_transaction() {
    let (fixture, _) = full().await;
    let found = fixture
        .db
        .transaction(|tx| async move {
            tx.delete_many(Sale::city.eq("Oslo")).await?;
            tx.group_by(Sale::city).order_by(Sale::city.asc()).select(count()).await
        })
        .await;
    assert_eq!(found.unwrap(), [(String::new(), 1), ("Bern".to_owned(), 2), ("Rome".to_owned(), 2)]);
}
