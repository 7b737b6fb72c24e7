//! Aggregates: counts, sums, averages and extremes, held against the same calculation in Rust over the values that are read.

use crate::{
    models::Address,
    support::{Fixture, Sent},
};
use bson::{Bson, Decimal128, Document, doc};
use chakra::{Error, prelude::*};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Prices {
    #[chakra(default = 3)]
    list: i32,
    paid: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Payment {
    Card { digits: i32, fee: i64 },
    Cash { fee: i64 },
}

/// Numbers of every kind, required, optional, with a default, and below composites.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "orders")]
struct Order {
    #[chakra(id)]
    id: i64,
    units: i32,
    total: f64,
    #[chakra(default = 5)]
    rank: i64,
    tip: Option<f64>,
    #[chakra(default = 7)]
    fallback: Option<i32>,
    big: Option<i64>,
    price: Option<Decimal128>,
    #[chakra(as = "double")]
    doubled: Option<i64>,
    coupon: Option<String>,
    at: Option<DateTime<Utc>>,
    home: Option<Address>,
    prices: Option<Prices>,
    payment: Option<Payment>,
    limits: BTreeMap<String, i32>,
}

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap()
}

fn decimal(text: &str) -> Decimal128 {
    text.parse().unwrap()
}

/// Documents as Chakra writes them, and as others may: fields missing, null, in other numeric types.
fn stored() -> Vec<Document> {
    let home = doc! { "street": "s", "town": "Rome", "geo": { "x": 1.5, "y": 2.0 } };
    vec![
        doc! { "_id": 1_i64, "units": 1, "total": 0.1 },
        doc! {
            "_id": 2_i64, "units": 2_i64, "total": 0.2, "rank": 9_i64, "tip": 1.5, "fallback": 8, "big": 1_i64 << 53, "price": decimal("1.10"),
            "doubled": 9_007_199_254_740_992.0, "coupon": "b", "at": bson::DateTime::from_millis(2_000), "home": home,
            "prices": { "list": 4, "paid": 2.5 }, "payment": { "kind": "Card", "digits": 7, "fee": 10_i64 }, "limits": { "a": 1, "b": 2 },
        },
        doc! {
            "_id": 3_i64, "units": 3.0, "total": 1, "rank": Bson::Null, "tip": Bson::Null, "fallback": Bson::Null, "big": Bson::Null,
            "price": Bson::Null, "doubled": Bson::Null, "coupon": Bson::Null, "at": Bson::Null, "home": Bson::Null, "prices": {},
            "payment": Bson::Null, "limits": Bson::Null,
        },
        doc! {
            "_id": 4_i64, "units": -7, "total": -4.5, "rank": 5.0, "tip": 2_i64, "big": 1, "price": decimal("2.205"), "doubled": 1_i64,
            "coupon": "a", "at": bson::DateTime::from_millis(-1), "home": { "street": "s", "town": "Bern" }, "prices": { "list": Bson::Null },
            "payment": { "kind": "Cash", "fee": 3_i64 }, "limits": { "a": 5 },
        },
    ]
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Order>()).await;
    fixture.commands();
    fixture
}

async fn full() -> (Fixture, Vec<Order>) {
    let fixture = fixture().await;
    for document in stored() {
        fixture.store("orders", document).await;
    }
    let orders = fixture.db.find_many(Order::all()).order_by(Order::id.asc()).await.unwrap();
    fixture.commands();
    (fixture, orders)
}

#[tokio::test]
async fn counts_sums_and_averages_are_those_of_the_values_that_are_read() {
    let (fixture, orders) = full().await;
    let db = &fixture.db;
    let found = db.aggregate(Order::all()).select((
        count(),
        count_of(Order::tip),
        count_of(Order::fallback),
        sum(Order::units),
        sum(Order::rank),
        sum(Order::fallback),
        sum(Order::tip),
        avg(Order::rank),
    ));
    let found = found.await.unwrap();
    let rank: i64 = orders.iter().map(|order| order.rank).sum();
    let expected = (
        orders.len() as u64,
        orders.iter().filter(|order| order.tip.is_some()).count() as u64,
        orders.iter().filter(|order| order.fallback.is_some()).count() as u64,
        orders.iter().map(|order| i64::from(order.units)).sum::<i64>(),
        rank,
        orders.iter().filter_map(|order| order.fallback).map(i64::from).sum::<i64>(),
        orders.iter().filter_map(|order| order.tip).sum::<f64>(),
        Some(rank as f64 / 4.0),
    );
    assert_eq!(found, expected);
    // That the values are what they are meant to be.
    assert_eq!(expected, (4, 2, 1, -1, 24, 8, 3.5, Some(6.0)));
    assert_eq!(fixture.commands(), ["aggregate"]);
}

#[tokio::test]
async fn a_filter_chooses_the_documents() {
    let (fixture, _) = full().await;
    let db = &fixture.db;
    assert_eq!(db.aggregate(Order::tip.is_some()).select(sum(Order::units)).await.unwrap(), -5);
    assert_eq!(db.aggregate(Order::id.eq(2)).select((sum(Order::units),)).await.unwrap(), (2,));
    let narrowed = db.aggregate(Order::tip.is_some()).filter(Order::units.gt(0)).filter_if(Some(9_i64), |rank| Order::rank.eq(rank));
    assert_eq!(narrowed.select(count()).await.unwrap(), 1);
    assert_eq!(db.aggregate(Order::all()).filter_if(None::<i64>, |rank| Order::rank.eq(rank)).select(count()).await.unwrap(), 4);
}

#[tokio::test]
async fn extremes_are_those_of_the_values_that_are_read() {
    let (fixture, orders) = full().await;
    let db = &fixture.db;
    let texts = db.aggregate(Order::all()).select((min(Order::coupon), max(Order::coupon))).await.unwrap();
    assert_eq!(texts, (Some("a".to_owned()), Some("b".to_owned())));
    let moments = db.aggregate(Order::all()).select((min(Order::at), max(Order::at))).await.unwrap();
    assert_eq!(moments, (Some(at(-1)), Some(at(2_000))));
    let numbers = db.aggregate(Order::all()).select((min(Order::rank), max(Order::rank), min(Order::total), max(Order::id))).await.unwrap();
    let expected = (
        orders.iter().map(|order| order.rank).min(),
        orders.iter().map(|order| order.rank).max(),
        orders.iter().map(|order| order.total).reduce(f64::min),
        orders.iter().map(|order| order.id).max(),
    );
    assert_eq!(numbers, expected);
    assert_eq!(expected, (Some(5), Some(9), Some(-4.5), Some(4)));
    // The default of an `Option` fills drafts only.
    let smallest = db.aggregate(Order::fallback.ne(8)).select((min(Order::fallback), max(Order::fallback))).await.unwrap();
    assert_eq!(smallest, (None, None));
    let decimals = db.aggregate(Order::all()).select((min(Order::price), max(Order::price))).await.unwrap();
    assert_eq!(decimals, (Some(decimal("1.10")), Some(decimal("2.205"))));
    let natives = db.aggregate(Order::all()).select(max(Order::doubled)).await.unwrap();
    assert_eq!(natives.map(|native| native.into_inner()), Some(1 << 53));
}

#[tokio::test]
async fn paths_lead_into_composites_variants_and_maps() {
    let (fixture, orders) = full().await;
    let db = &fixture.db;
    let below = db.aggregate(Order::all()).select((
        count_of(Order::home),
        count_of(Order::home.geo()),
        sum(Order::home.geo().x()),
        max(Order::home.city()),
        sum(Order::prices.list()),
        count_of(Order::prices.list()),
        avg(Order::prices.paid()),
    ));
    let prices = || orders.iter().filter_map(|order| order.prices.as_ref());
    let expected = (
        2,
        1,
        1.5,
        Some("Rome".to_owned()),
        // A composite that is `None` has no default, one that is empty has.
        prices().map(|prices| i64::from(prices.list)).sum::<i64>(),
        prices().count() as u64,
        Some(2.5),
    );
    assert_eq!(below.await.unwrap(), expected);
    assert_eq!((expected.4, expected.5), (10, 3));

    // Another variant's field of the same name is another field.
    let variants = db.aggregate(Order::all()).select((
        sum(Order::payment.card().fee()),
        sum(Order::payment.cash().fee()),
        count_of(Order::payment.card()),
        sum(Order::payment.card().digits()),
    ));
    assert_eq!(variants.await.unwrap(), (10, 3, 1, 7));

    let keys =
        db.aggregate(Order::all()).select((sum(Order::limits.key("a")), count_of(Order::limits.key("b")), min(Order::limits.key("c"))));
    assert_eq!(keys.await.unwrap(), (6, 1, None));
}

#[tokio::test]
async fn of_nothing_counts_and_sums_are_0_and_the_rest_none() {
    let nothing = |db: &Db, filter: Filter<Order>| {
        db.aggregate(filter).select((
            count(),
            count_of(Order::tip),
            sum(Order::units),
            sum(Order::total),
            sum(Order::price),
            avg(Order::units),
            min(Order::at),
            max(Order::coupon),
        ))
    };
    let expected = (0, 0, 0, 0.0, decimal("0"), None, None, None);
    let fixture = fixture().await;
    // Of a collection that is not there, of one without such documents, and of documents without such values.
    assert_eq!(nothing(&fixture.db, Order::all()).await.unwrap(), expected);
    fixture.store("orders", doc! { "_id": 1_i64, "units": 1, "total": 0.5 }).await;
    assert_eq!(nothing(&fixture.db, Order::units.eq(2)).await.unwrap(), expected);
    let (tips, average, least) =
        fixture.db.aggregate(Order::all()).select((sum(Order::tip), avg(Order::tip), min(Order::tip))).await.unwrap();
    assert_eq!((tips, average, least), (0.0, None, None));
    assert_eq!(fixture.commands(), ["aggregate", "aggregate", "aggregate"]);
}

#[tokio::test]
async fn sums_of_integers_are_exact_or_refused() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let order = |id: i64, big: Bson| doc! { "_id": id, "units": i32::MAX, "total": 0.0, "big": big };
    let big = || db.aggregate(Order::all()).select(sum(Order::big));
    // Beyond 2^53, where a Double would lose the last digit, and beyond an i32.
    fixture.store("orders", order(1, Bson::Int64((1 << 53) + 1))).await;
    fixture.store("orders", order(2, Bson::Int64(2))).await;
    assert_eq!(big().await.unwrap(), (1 << 53) + 3);
    assert_eq!(db.aggregate(Order::all()).select(sum(Order::units)).await.unwrap(), 2 * i64::from(i32::MAX));
    // Up to the last number on both sides, also where parts of the sum lie beyond.
    fixture.store("orders", order(3, Bson::Int64(i64::MAX - (1 << 53) - 3))).await;
    assert_eq!(big().await.unwrap(), i64::MAX);
    fixture.store("orders", order(4, Bson::Int64(1))).await;
    let error = big().await.unwrap_err();
    assert!(matches!(&error, Error::Overflow { model: "Order", path } if **path == *"big"), "{error:?}");
    assert_eq!(error.to_string(), "the sum of `big` over these `Order` is no exact Int64: it is too large");
    fixture.store("orders", order(5, Bson::Int64(-1))).await;
    assert_eq!(big().await.unwrap(), i64::MAX);
    assert_eq!(db.aggregate(Order::big.lt(0)).select((sum(Order::big), min(Order::big))).await.unwrap(), (-1, Some(-1)));

    // Doubles that the model does not declare: small sums are exact, of great ones the server gives no digit by digit.
    assert_eq!(db.aggregate(Order::id.path().in_([2, 4])).select(sum(Order::big)).await.unwrap(), 3);
    fixture.store("orders", order(6, Bson::Double(5.0))).await;
    assert_eq!(db.aggregate(Order::id.path().in_([2, 6])).select(sum(Order::big)).await.unwrap(), 7);
    let error = db.aggregate(Order::id.path().in_([1, 6])).select(sum(Order::big)).await.unwrap_err();
    assert!(matches!(error, Error::Overflow { .. }), "{error:?}");
}

#[tokio::test]
async fn integers_that_are_declared_as_doubles_add_up_exactly() {
    let fixture = fixture().await;
    for id in 1..=3 {
        let order = Order { doubled: Some((1 << 53) - 1), ..order(id) };
        fixture.db.insert_many(&[order]).await.unwrap();
    }
    assert_eq!(fixture.stored("orders").await[0].get("doubled"), Some(&Bson::Double(9_007_199_254_740_991.0)));
    assert_eq!(fixture.db.aggregate(Order::all()).select(sum(Order::doubled)).await.unwrap(), 3 * ((1 << 53) - 1));
    // What nobody reads as a whole number there is left out, and not made one.
    for (id, value) in [(4_i64, Bson::from("7")), (5, Bson::from(true)), (6, Bson::from(bson::DateTime::from_millis(9)))] {
        fixture.store("orders", doc! { "_id": id, "units": 1, "total": 1.0, "doubled": value }).await;
    }
    assert_eq!(fixture.db.aggregate(Order::all()).select(sum(Order::doubled)).await.unwrap(), 3 * ((1 << 53) - 1));
}

fn order(id: i64) -> Order {
    Order {
        id,
        units: 0,
        total: 0.0,
        rank: 5,
        tip: None,
        fallback: None,
        big: None,
        price: None,
        doubled: None,
        coupon: None,
        at: None,
        home: None,
        prices: None,
        payment: None,
        limits: BTreeMap::new(),
    }
}

/// The aggregates of documents with these numbers.
async fn totals(db: &Db, totals: &[f64]) -> (f64, Option<f64>, Option<f64>, Option<f64>) {
    db.delete_many(Order::all()).await.unwrap();
    let orders: Vec<Order> = (0_i64..).zip(totals).map(|(id, total)| Order { total: *total, ..order(id) }).collect();
    db.insert_many(&orders).await.unwrap();
    db.aggregate(Order::all()).select((sum(Order::total), avg(Order::total), min(Order::total), max(Order::total))).await.unwrap()
}

#[tokio::test]
async fn floating_numbers_add_up_as_they_do_in_rust_and_better() {
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(totals(db, &[0.5, 0.25, -2.0]).await, (-1.25, Some(-1.25 / 3.0), Some(-2.0), Some(0.5)));
    // Added one by one with one Double these are 0.9999999999999999.
    assert_eq!(totals(db, &[0.1; 10]).await, (1.0, Some(0.1), Some(0.1), Some(0.1)));
    assert_eq!(totals(db, &[f64::INFINITY, 1.0]).await, (f64::INFINITY, Some(f64::INFINITY), Some(1.0), Some(f64::INFINITY)));

    // NaN is less than every number, as in an order, and makes sums NaN, as in Rust.
    for values in [vec![1.0, f64::NAN, 2.0], vec![f64::INFINITY, f64::NEG_INFINITY]] {
        assert!(values.iter().sum::<f64>().is_nan());
        let (sum, average, _, _) = totals(db, &values).await;
        assert!(sum.is_nan() && average.is_some_and(f64::is_nan), "{sum} {average:?}");
    }
    let (_, _, least, greatest) = totals(db, &[1.0, f64::NAN, 2.0]).await;
    assert!(least.is_some_and(f64::is_nan));
    assert_eq!(greatest, Some(2.0));
    let first = db.find_first(Order::all()).order_by(Order::total.asc()).await.unwrap();
    assert!(first.is_some_and(|order| order.total.is_nan()));
}

#[tokio::test]
async fn floating_fields_that_hold_integers_are_summed_as_floating() {
    let fixture = fixture().await;
    fixture.store("orders", doc! { "_id": 1_i64, "units": 0, "total": (1_i64 << 53) }).await;
    fixture.store("orders", doc! { "_id": 2_i64, "units": 0, "total": 1_i64 }).await;
    // No Double holds the sum; it is rounded to the nearest even one, as in Rust.
    let found = fixture.db.aggregate(Order::all()).select((sum(Order::total), avg(Order::total))).await.unwrap();
    assert_eq!(found.0, 9_007_199_254_740_992.0 + 1.0);
    assert_eq!(found.1, Some(4_503_599_627_370_496.0));
}

#[tokio::test]
async fn decimals_keep_their_digits() {
    let (fixture, _) = full().await;
    let (total, average) = fixture.db.aggregate(Order::all()).select((sum(Order::price), avg(Order::price))).await.unwrap();
    assert_eq!((total, average), (decimal("3.305"), Some(decimal("1.6525"))));
}

#[tokio::test]
async fn a_result_that_is_not_what_the_model_says_is_named() {
    let fixture = fixture().await;
    fixture.store("orders", doc! { "_id": 1_i64, "units": 1, "total": 0.5, "coupon": 7, "rank": 1.5 }).await;
    fixture.store("orders", doc! { "_id": 2_i64, "units": "many", "total": 0.5 }).await;
    let db = &fixture.db;
    let error = db.aggregate(Order::all()).select((count(), min(Order::coupon))).await.unwrap_err();
    assert_eq!(error.to_string(), "`orders` holds a document that `Order` cannot read: `coupon`: expected String, found Int32");
    let error = db.aggregate(Order::id.eq(1)).select(sum(Order::rank)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`orders` holds a document that `Order` cannot read: `rank`: expected Int64, found a Double that is no such integer"
    );
    // What is no number is left out.
    assert_eq!(db.aggregate(Order::all()).select((sum(Order::units), avg(Order::units))).await.unwrap(), (1, Some(1.0)));
    let error = db.aggregate(Order::all()).select(sum(Order::limits.key("a.b"))).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Order` is not valid: `limits.{…}` needs a key without a dot, in a path");
}

#[tokio::test]
async fn what_is_sent_is_one_group() {
    let sent = Sent::new().await;
    let db = &sent.db;
    db.aggregate(Order::all()).select(count()).await.unwrap();
    assert_eq!(sent.part("pipeline"), r#"[{"$group":{"_id":null,"a0":{"$sum":1}}}]"#);
    assert_eq!(sent.part("aggregate"), r#""orders""#);

    let selected = (sum(Order::units), avg(Order::tip), sum(Order::units), min(Order::home.city()), max(Order::at));
    db.aggregate(Order::units.gt(1)).select(selected).await.unwrap();
    // What is asked for twice is calculated once.
    let group = r#"{"_id":null,"a0":{"$sum":"$units"},"a1":{"$avg":"$tip"},"a2":{"$min":"$home.town"},"a3":{"$max":"$at"}}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{{"$match":{{"units":{{"$gt":1}}}}}},{{"$group":{group}}}]"#));

    let cases = [
        (accumulator(&sent, sum(Order::rank)).await, r#"{"$sum":{"$ifNull":["$rank",5]}}"#),
        (
            accumulator(&sent, sum(Order::doubled)).await,
            r#"{"$sum":{"$let":{"vars":{"long":{"$convert":{"input":"$doubled","to":"long","onError":"$doubled","onNull":null}}},"in":{"$cond":[{"$eq":["$$long","$doubled"]},"$$long","$doubled"]}}}}"#,
        ),
        (accumulator(&sent, count_of(Order::tip)).await, r#"{"$sum":{"$cond":[{"$gt":["$tip",null]},1,0]}}"#),
        (
            accumulator(&sent, sum(Order::prices.list())).await,
            r#"{"$sum":{"$cond":[{"$eq":[{"$type":"$prices"},"object"]},{"$ifNull":["$prices.list",3]},null]}}"#,
        ),
        (
            accumulator(&sent, sum(Order::payment.cash().fee())).await,
            r#"{"$sum":{"$cond":[{"$eq":["$payment.kind","Cash"]},"$payment.fee",null]}}"#,
        ),
        (accumulator(&sent, min(Order::limits.key("a"))).await, r#"{"$min":"$limits.a"}"#),
        (accumulator(&sent, avg(Order::home.geo().x())).await, r#"{"$avg":"$home.geo.x"}"#),
    ];
    for (found, expected) in cases {
        assert_eq!(found, format!(r#"[{{"$group":{{"_id":null,"a0":{expected}}}}}]"#));
    }
}

/// The pipeline that is sent for one aggregate.
async fn accumulator<A: chakra::query::Aggregates<Order>>(sent: &Sent, aggregate: A) -> String {
    sent.db.aggregate(Order::all()).select(aggregate).await.unwrap();
    sent.part("pipeline")
}

#[tokio::test]
async fn it_takes_what_a_read_takes_and_runs_in_a_transaction() {
    let sent = Sent::new().await;
    let db = &sent.db;
    db.insert_many(&[order(1)]).await.unwrap();
    let found = db.aggregate(Order::all()).comment("who asks").max_time(std::time::Duration::from_secs(15)).select(count()).await.unwrap();
    assert_eq!(found, 1);
    assert_eq!(sent.part("comment"), r#""who asks""#);
    let counted = db
        .transaction(|tx| async move {
            tx.insert_many(&[order(2)]).await?;
            tx.aggregate(Order::all()).select(count()).await
        })
        .await;
    assert_eq!(counted.unwrap(), 2);
}
