//! The stages of a pipeline that make other documents, held against the same steps in Rust.

use crate::support::{Fixture, Sent};
use bson::{Bson, doc};
use chakra::{
    prelude::*,
    query::{DateUnit, avg, constant_of, count, count_of, first_of, last_of, list_of, max, min, set_of, sum},
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    price: f64,
    quantity: i32,
    parts: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "stage_orders")]
struct Order {
    #[chakra(id)]
    id: i64,
    city: Option<String>,
    customer_id: i64,
    at: DateTime<Utc>,
    shipped: Option<DateTime<Utc>>,
    lines: Vec<Line>,
    #[chakra(default = 3)]
    stars: i32,
    discount: Option<f64>,
    #[chakra(relation = ManyToOne, foreign_key = customer_id)]
    customer: chakra::Related<Customer>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "stage_customers")]
struct Customer {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "n")]
    name: String,
    vip: bool,
    #[chakra(relation = OneToMany, foreign_key = customer_id)]
    orders: chakra::Related<Vec<Order>>,
}

fn at(month: u32, day: u32) -> DateTime<Utc> {
    format!("2024-{month:02}-{day:02}T10:20:30Z").parse().unwrap()
}

fn line(sku: &str, price: f64, quantity: i32) -> Line {
    Line { sku: sku.into(), price, quantity, parts: vec![format!("{sku}1"), format!("{sku}2")] }
}

fn order(id: i64, city: Option<&str>, customer_id: i64, at: DateTime<Utc>, lines: Vec<Line>) -> Order {
    let city = city.map(str::to_owned);
    let shipped = (id % 2 == 0).then_some(at);
    let discount = (id > 2).then_some(0.5);
    Order { id, city, customer_id, at, shipped, lines, stars: 1, discount, customer: chakra::Related::default() }
}

fn orders() -> Vec<Order> {
    vec![
        order(1, Some("Rome"), 1, at(1, 1), vec![line("a", 2.5, 4), line("b", 1.0, 1)]),
        order(2, Some("Rome"), 2, at(1, 31), vec![line("a", 2.0, 2)]),
        order(3, None, 1, at(3, 15), vec![]),
        order(4, Some("Paris"), 2, at(3, 16), vec![line("c", 10.0, 1), line("a", 1.5, 2)]),
    ]
}

fn customers() -> Vec<Customer> {
    let customer = |id, name: &str, vip| Customer { id, name: name.into(), vip, orders: chakra::Related::default() };
    vec![customer(1, "Ada", true), customer(2, "Bob", false)]
}

async fn full() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Order>()).await;
    fixture.db.insert_many(&orders()).await.unwrap();
    fixture.db.insert_many(&customers()).await.unwrap();
    fixture.commands();
    fixture
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Sold {
    sku: String,
    quantity: i64,
    amount: f64,
    orders: u64,
}

#[tokio::test]
async fn groups_of_unwound_lines_are_filtered_and_ordered_by_their_own_fields() {
    let fixture = full().await;
    let line = || Order::lines.unwound();
    let sold = || {
        fixture.db.pipeline::<Order>().unwind(Order::lines).match_(line().quantity().gte(1) & line().sku().ne("none")).group(|g| {
            g.by(Sold::sku, line().sku())
                .set(Sold::quantity, sum(line().quantity()))
                .set(Sold::amount, sum(line().price() * line().quantity()))
                .set(Sold::orders, count::<Order>())
        })
    };
    let mut expected: BTreeMap<String, Sold> = BTreeMap::new();
    for line in orders().into_iter().flat_map(|order| order.lines) {
        let sold = expected.entry(line.sku.clone()).or_insert(Sold { sku: line.sku, quantity: 0, amount: 0.0, orders: 0 });
        sold.quantity += i64::from(line.quantity);
        sold.amount += line.price * f64::from(line.quantity);
        sold.orders += 1;
    }
    let expected: Vec<Sold> = expected.into_values().collect();
    assert_eq!(expected.len(), 3);
    assert_eq!(sold().sort(Sold::sku.asc()).as_::<Sold>().await.unwrap(), expected);
    assert_eq!(fixture.commands(), ["aggregate"]);
    // A filter and an order of what a stage made.
    let found = sold().match_(Sold::quantity.lt(8)).sort(Sold::amount.desc()).take(1).select((Sold::sku, Sold::amount)).await.unwrap();
    assert_eq!(found, [("c".to_owned(), 10.0)]);
    // Groups of groups.
    #[derive(Debug, PartialEq, Composite)]
    struct All {
        most: Option<i64>,
        skus: Vec<String>,
    }
    let all = sold().sort(Sold::sku.asc()).group(|g| g.set(All::most, max(Sold::quantity)).set(All::skus, list_of(Sold::sku)));
    assert_eq!(all.as_::<All>().await.unwrap(), [All { most: Some(8), skus: ["a", "b", "c"].map(String::from).to_vec() }]);
}

#[tokio::test]
async fn lists_in_unwound_lists_are_unwound() {
    let fixture = full().await;
    let parts = fixture.db.pipeline::<Order>().unwind(Order::lines).unwind(Order::lines.unwound().parts());
    let part = || Order::lines.unwound().parts().unwound();
    let found = parts.match_(part().starts_with("a")).match_(Order::city.is_some()).sort((Order::id.asc(), part().desc()));
    let found = found.select((Order::id, Order::lines.unwound().sku(), part())).await.unwrap();
    let expected = [(1, "a2"), (1, "a1"), (2, "a2"), (2, "a1"), (4, "a2"), (4, "a1")];
    assert_eq!(found, expected.map(|(id, part)| (id, "a".to_owned(), part.to_owned())));
    // One of two alternatives may be of what was not unwound.
    let either = part().eq("b1") | Filter::from(Order::id.eq(4)).unwound();
    let found = fixture.db.pipeline::<Order>().unwind(Order::lines).unwind(Order::lines.unwound().parts()).match_(either);
    assert_eq!(found.count().await.unwrap(), 5);
}

#[tokio::test]
async fn documents_are_projected_and_fields_added() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Card {
        #[chakra(name = "_id")]
        id: i64,
        label: String,
        city: Option<String>,
        lines: i64,
        year: i32,
        half: Option<f64>,
        stars: i32,
        source: String,
    }
    let fixture = full().await;
    let label = |order: &Order| format!("{} {}", order.city.as_deref().unwrap_or("?"), order.city.as_deref().unwrap_or("-"));
    let card = |order: &Order| Card {
        id: order.id,
        label: label(order),
        city: order.city.clone(),
        lines: i64::try_from(order.lines.len()).unwrap(),
        year: 2024,
        half: Some(f64::from(order.stars) / 2.0),
        stars: order.stars,
        source: "$shop".to_owned(),
    };
    let expected: Vec<Card> = orders().iter().map(card).collect();
    let found = fixture.db.pipeline::<Order>().sort(Order::id.asc()).project(|p| {
        p.set(Card::label, Order::city.unwrap_or("?").concat(" ").concat(Order::city.unwrap_or("-")))
            .set(Card::lines, Order::lines.len())
            .set(Card::year, Order::at.year())
            .set(Card::half, Order::stars / 2)
            .set(Card::source, constant_of("$shop".to_owned()))
    });
    assert_eq!(found.as_::<Card>().await.unwrap(), expected);

    // What is added stands beside what is there.
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Rated {
        #[chakra(name = "_id")]
        id: i64,
        stars: i32,
        twice: i64,
        rest: Option<f64>,
    }
    let rated = fixture.db.pipeline::<Order>().add(|a| a.set(Rated::twice, Order::stars * 2 + 1).set(Rated::rest, Order::discount - 0.25));
    let found = rated.match_(Rated::twice.eq(3)).sort(Rated::id.desc()).take(2).as_::<Rated>().await.unwrap();
    let rated = |id| Rated { id, stars: 1, twice: 3, rest: Some(0.25) };
    assert_eq!(found, [rated(4), rated(3)]);
    let rests = fixture.db.pipeline::<Order>().add(|a| a.set(Rated::twice, Order::stars - 1).set(Rated::rest, Order::discount - 0.25));
    assert_eq!(rests.sort(Rated::id.asc()).select(Rated::rest).await.unwrap(), [None, None, Some(0.25), Some(0.25)]);
}

#[tokio::test]
async fn a_missing_field_is_what_the_model_reads() {
    #[derive(Debug, PartialEq, Composite)]
    struct Stars {
        #[chakra(name = "_id")]
        id: i64,
        stars: i32,
    }
    let fixture = full().await;
    let bare = doc! { "_id": 9_i64, "customer_id": 1_i64, "at": bson::DateTime::from_millis(0), "shipped": Bson::Null };
    fixture.store("stage_orders", bare).await;
    let nine = || fixture.db.pipeline::<Order>().match_(Order::id.eq(9));
    assert_eq!(nine().project(|p| p.set(Stars::id, Order::id)).as_::<Stars>().await.unwrap(), [Stars { id: 9, stars: 3 }]);
    assert_eq!(nine().add(|a| a.set(Stars::id, Order::id)).as_::<Stars>().await.unwrap(), [Stars { id: 9, stars: 3 }]);

    #[derive(Debug, PartialEq, Composite)]
    struct Computed {
        lines: i64,
        city: Option<String>,
        quotient: Option<f64>,
        year: Option<i32>,
        month: Option<DateTime<Utc>>,
        full: Option<String>,
    }
    let found = nine().project(|p| {
        p.set(Computed::lines, Order::lines.len())
            .set(Computed::quotient, Order::stars / (Order::stars - 3))
            .set(Computed::year, Order::shipped.year())
            .set(Computed::month, Order::shipped.start_of(DateUnit::Month))
            .set(Computed::full, Order::city.concat("!"))
    });
    let nothing = Computed { lines: 0, city: None, quotient: None, year: None, month: None, full: None };
    assert_eq!(found.as_::<Computed>().await.unwrap(), [nothing]);
}

#[tokio::test]
async fn groups_have_keys_of_any_kind_and_aggregates_of_every_kind() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Month {
        #[chakra(name = "_id")]
        month: DateTime<Utc>,
        orders: u64,
        shipped: u64,
        first: i64,
        last: i64,
        cities: Vec<Option<String>>,
        customers: Vec<i64>,
        least: Option<i64>,
        mean: Option<f64>,
    }
    let fixture = full().await;
    let months = fixture.db.pipeline::<Order>().sort(Order::id.asc()).group(|g| {
        g.by(Month::month, Order::at.start_of(DateUnit::Month))
            .set(Month::orders, count::<Order>())
            .set(Month::shipped, count_of(Order::shipped))
            .set(Month::first, first_of(Order::id))
            .set(Month::last, last_of(Order::id))
            .set(Month::cities, list_of(Order::city))
            .set(Month::customers, set_of(Order::customer_id))
            .set(Month::least, min(Order::id))
            .set(Month::mean, avg(Order::discount))
    });
    let mut found = months.sort(Month::month.asc()).as_::<Month>().await.unwrap();
    found.iter_mut().for_each(|month| month.customers.sort_unstable());
    let start = |month| format!("2024-{month:02}-01T00:00:00Z").parse().unwrap();
    let month = |month, first, cities: [Option<&str>; 2], mean| Month {
        month: start(month),
        orders: 2,
        shipped: 1,
        first,
        last: first + 1,
        cities: cities.map(|city| city.map(str::to_owned)).to_vec(),
        customers: vec![1, 2],
        least: Some(first),
        mean,
    };
    assert_eq!(found, [month(1, 1, [Some("Rome"), Some("Rome")], None), month(3, 3, [None, Some("Paris")], Some(0.5))]);

    // By several keys, of which one may be `None`.
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Per {
        city: Option<String>,
        weekday: i32,
        number: u64,
    }
    let per = fixture
        .db
        .pipeline::<Order>()
        .group(|g| g.by(Per::city, Order::city).by(Per::weekday, Order::at.weekday()).set(Per::number, count::<Order>()));
    let found = per.sort((Per::city.asc(), Per::weekday.asc())).as_::<Per>().await.unwrap();
    let per = |city: Option<&str>, weekday| Per { city: city.map(str::to_owned), weekday, number: 1 };
    // 15 March 2024 was a Friday, 16 March a Saturday, 1 January a Monday and 31 January a Wednesday.
    assert_eq!(found, [per(None, 5), per(Some("Paris"), 6), per(Some("Rome"), 1), per(Some("Rome"), 3)]);
}

#[tokio::test]
async fn parts_of_a_moment_are_in_utc() {
    #[derive(Debug, PartialEq, Composite)]
    struct Parts {
        month: i32,
        day: i32,
        hour: i32,
        minute: i32,
        second: i32,
        week: DateTime<Utc>,
    }
    let fixture = full().await;
    let found = fixture.db.pipeline::<Order>().match_(Order::id.eq(4)).project(|p| {
        p.set(Parts::month, Order::at.month())
            .set(Parts::day, Order::at.day())
            .set(Parts::hour, Order::at.hour())
            .set(Parts::minute, Order::at.minute())
            .set(Parts::second, Order::at.second())
            .set(Parts::week, Order::at.start_of(DateUnit::Week))
    });
    let week = "2024-03-11T00:00:00Z".parse().unwrap();
    assert_eq!(found.as_::<Parts>().await.unwrap(), [Parts { month: 3, day: 16, hour: 10, minute: 20, second: 30, week }]);
}

#[tokio::test]
async fn buckets_have_a_place_for_what_lies_in_no_other() {
    #[derive(Debug, PartialEq, Composite)]
    struct Class {
        from: Option<f64>,
        ids: Vec<i64>,
    }
    let fixture = full().await;
    let classes = |bounds: Vec<f64>| {
        let priced = fixture.db.pipeline::<Order>().sort(Order::id.asc()).unwind(Order::lines);
        priced.bucket(Order::lines.unwound().price(), bounds, |b| b.from(Class::from).set(Class::ids, list_of(Order::id)))
    };
    let class = |from, ids: &[i64]| Class { from, ids: ids.to_vec() };
    let found = classes(vec![1.0, 2.0, 5.0]).sort(Class::from.asc()).as_::<Class>().await.unwrap();
    assert_eq!(found, [class(None, &[4]), class(Some(1.0), &[1, 4]), class(Some(2.0), &[1, 2])]);
    // NaN and `None` lie in no bucket.
    let discounts = fixture.db.pipeline::<Order>().sort(Order::id.asc());
    let discounts = discounts.bucket(Order::discount, [0, 1], |b| b.from(Class::from).set(Class::ids, list_of(Order::id)));
    let found = discounts.sort(Class::from.asc()).as_::<Class>().await.unwrap();
    assert_eq!(found, [class(None, &[1, 2]), class(Some(0.0), &[3, 4])]);

    let error = classes(vec![1.0]).as_::<Class>().await.unwrap_err();
    assert_eq!(error.to_string(), "this `Order` is not valid: `lines.price` needs at least two boundaries of buckets");
    let error = classes(vec![2.0, 1.0]).as_::<Class>().await.unwrap_err();
    assert!(matches!(error, chakra::Error::Driver(_)), "{error:?}");
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Name {
    #[chakra(name = "n")]
    name: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Signed {
    #[chakra(name = "_id")]
    id: i64,
    customer_id: i64,
    customer: Option<Name>,
}

#[tokio::test]
async fn relations_are_looked_up_both_ways() {
    #[derive(Debug, PartialEq, Composite)]
    struct OrderCard {
        #[chakra(name = "_id")]
        id: i64,
        city: Option<String>,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Buyer {
        #[chakra(name = "n")]
        name: String,
        orders: Vec<OrderCard>,
    }
    let fixture = full().await;
    fixture.store("stage_orders", doc! { "_id": 8_i64, "customer_id": 77_i64, "at": bson::DateTime::from_millis(0) }).await;
    let signed = fixture.db.pipeline::<Order>().sort(Order::id.asc()).lookup(Signed::customer, Order::customer);
    let name = |name: &str| Some(Name { name: name.into() });
    let signed_by = |id, customer_id, customer| Signed { id, customer_id, customer };
    let expected = [signed_by(1, 1, name("Ada")), signed_by(2, 2, name("Bob")), signed_by(3, 1, name("Ada")), signed_by(4, 2, name("Bob"))];
    let found = signed.match_(Signed::customer.is_some()).as_::<Signed>().await.unwrap();
    assert_eq!(found, expected);
    assert_eq!(fixture.commands(), ["aggregate"]);
    let lost = fixture.db.pipeline::<Order>().lookup(Signed::customer, Order::customer).match_(Signed::customer.is_none());
    assert_eq!(lost.select(Signed::id).await.unwrap(), [8]);
    // A filter on the related document, which is a composite by then.
    let ada = fixture.db.pipeline::<Order>().lookup(Signed::customer, Order::customer).match_(Signed::customer.name().eq("Ada"));
    assert_eq!(ada.sort(Signed::id.asc()).select(Signed::id).await.unwrap(), [1, 3]);
    // With a filter on what is looked up.
    let vips =
        fixture.db.pipeline::<Order>().sort(Order::id.asc()).lookup(Signed::customer, Order::customer.filter(Customer::vip.eq(true)));
    let found: Vec<bool> = vips.as_::<Signed>().await.unwrap().iter().map(|signed| signed.customer.is_some()).collect();
    assert_eq!(found, [true, false, true, false, false]);

    let buyers = |take| {
        let some = Customer::orders.filter(Order::city.is_some()).order_by(Order::id.desc()).take(take);
        fixture.db.pipeline::<Customer>().sort(Customer::id.asc()).lookup(Buyer::orders, some)
    };
    let card = |id, city: &str| OrderCard { id, city: Some(city.into()) };
    let found = buyers(1).as_::<Buyer>().await.unwrap();
    let ada = || Buyer { name: "Ada".into(), orders: vec![card(1, "Rome")] };
    assert_eq!(found, [ada(), Buyer { name: "Bob".into(), orders: vec![card(4, "Paris")] }]);
    let found = buyers(5).as_::<Buyer>().await.unwrap();
    assert_eq!(found, [ada(), Buyer { name: "Bob".into(), orders: vec![card(4, "Paris"), card(2, "Rome")] }]);
    assert!(buyers(0).as_::<Buyer>().await.unwrap().iter().all(|buyer| buyer.orders.is_empty()));
}

#[tokio::test]
async fn facets_are_several_pipelines_over_the_same_documents() {
    #[derive(Debug, PartialEq, Composite)]
    struct Number {
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct PerCity {
        city: Option<String>,
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Report {
        cities: Vec<PerCity>,
        all: Vec<Number>,
        cards: Vec<Name>,
    }
    let fixture = full().await;
    let report = fixture.db.pipeline::<Order>().match_(Order::id.lte(3)).facet(|f| {
        f.set(Report::cities, |p| {
            p.group(|g| g.by(PerCity::city, Order::city).set(PerCity::number, count::<Order>())).sort(PerCity::number.asc())
        })
        .set(Report::all, |p| p.group(|g| g.set(Number::number, count::<Order>())))
        .set(Report::cards, |p| {
            p.match_(Order::city.is_some()).sort(Order::id.desc()).take(1).project(|p| p.set(Name::name, Order::city.unwrap_or("")))
        })
    });
    let per = |city: Option<&str>, number| PerCity { city: city.map(str::to_owned), number };
    let expected = Report {
        cities: vec![per(None, 1), per(Some("Rome"), 2)],
        all: vec![Number { number: 3 }],
        cards: vec![Name { name: "Rome".into() }],
    };
    assert_eq!(report.as_::<Report>().await.unwrap(), [expected]);
}

#[tokio::test]
async fn unknown_documents_are_shaped() {
    let fixture = full().await;
    let found = fixture.db.pipeline::<Order>().raw(doc! { "$set": { "n": { "$toString": "$_id" } } }).shaped::<Name>();
    let found = found.match_(Name::name.gt("2")).sort(Name::name.desc()).select(Name::name).await.unwrap();
    assert_eq!(found, ["4", "3"]);
    // What is no such document is an error where it is read.
    let error = fixture.db.pipeline::<Order>().shaped::<Name>().select(Name::name).await.unwrap_err();
    assert!(error.to_string().ends_with("`n`: expected a value, found nothing"), "{error}");
}

#[tokio::test]
async fn what_is_sent_is_what_was_written() {
    #[derive(Debug, PartialEq, Composite)]
    struct PerYear {
        year: i32,
        city: Option<String>,
        amount: f64,
    }
    let sent = Sent::new().await;
    let orders = || sent.db.pipeline::<Order>();
    let line = Order::lines.unwound();
    let years = orders().unwind(Order::lines).match_(line.sku().eq("a")).group(|g| {
        g.by(PerYear::year, Order::at.year()).by(PerYear::city, Order::city).set(PerYear::amount, sum(line.price() * line.quantity() * 1.2))
    });
    years.sort(PerYear::amount.desc()).as_::<PerYear>().await.unwrap();
    let stages = [
        r#"{"$unwind":"$lines"}"#,
        r#"{"$match":{"lines.sku":"a"}}"#,
        r#"{"$group":{"_id":{"year":{"$year":"$at"},"city":{"$ifNull":["$city",null]}},"amount":{"$sum":{"$multiply":["$lines.price","$lines.quantity",1.2]}}}}"#,
        r#"{"$project":{"year":"$_id.year","city":"$_id.city","_id":0,"amount":1}}"#,
        r#"{"$sort":{"amount":-1}}"#,
    ];
    assert_eq!(sent.part("pipeline"), format!("[{}]", stages.join(",")));

    orders().lookup(Signed::customer, Order::customer.filter(Customer::vip.eq(true))).as_::<Signed>().await.unwrap();
    let inner = r#"[{"$match":{"vip":true}},{"$project":{"n":1,"_id":0}}]"#;
    let lookup = format!(
        r#"{{"$lookup":{{"from":"stage_customers","localField":"customer_id","foreignField":"_id","pipeline":{inner},"as":"customer"}}}}"#
    );
    assert_eq!(sent.part("pipeline"), format!(r#"[{lookup},{{"$set":{{"customer":{{"$first":"$customer"}}}}}}]"#));

    #[derive(Debug, PartialEq, Composite)]
    struct Class {
        from: Option<f64>,
        number: u64,
    }
    orders().bucket(Order::discount, [0, 1], |b| b.from(Class::from).set(Class::number, count::<Order>())).as_::<Class>().await.unwrap();
    let bucket = r#"{"$bucket":{"groupBy":"$discount","boundaries":[0.0,1.0],"default":null,"output":{"number":{"$sum":1}}}}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{bucket},{{"$project":{{"from":"$_id","_id":0,"number":1}}}}]"#));

    orders()
        .project(|p| p.set(Class::from, Order::discount / 2).set(Class::number, constant_of(7_u64)))
        .select(Class::number)
        .await
        .unwrap();
    let project = r#"{"$project":{"from":{"$divide":["$discount",2]},"number":{"$literal":7},"_id":0}}"#;
    assert_eq!(sent.part("pipeline"), format!(r#"[{project},{{"$project":{{"number":1,"_id":0}}}}]"#));
}

#[tokio::test]
async fn what_stays_open_is_said_before_anything_is_sent() {
    let fixture = full().await;
    let orders = || fixture.db.pipeline::<Order>();
    let mut said = Vec::new();
    let mut refused = |result: chakra::Result<u64>| said.push(result.unwrap_err().to_string());
    // A field is left out, set twice, set by a path into one, or `None` where it must not be.
    refused(orders().group(|g| g.by(Sold::sku, Order::city.unwrap_or("")).set(Sold::orders, count::<Order>())).count().await);
    refused(
        orders().group(|g| g.by(Sold::sku, Order::city.unwrap_or("")).set(Sold::sku, first_of(Order::city.unwrap_or("")))).count().await,
    );
    refused(orders().group(|g| g.set(Signed::id, first_of(Order::id))).count().await);
    refused(orders().project(|p| p.set(Name::name, Order::city.unwrap_or("")).set(Name::name, Order::city.unwrap_or(""))).count().await);
    refused(orders().project(|p| p.set(Signed::customer.name(), Order::city)).count().await);
    refused(orders().project(|p: chakra::query::Projected<Order, Sold>| p).count().await);
    refused(orders().project(|p: chakra::query::Projected<Order, City>| p).count().await);
    // What was unwound is no list, and what was not is no item.
    refused(orders().unwind(Order::lines).match_(Order::lines.len().gt(1)).count().await);
    refused(orders().unwind(Order::lines).unwind(Order::lines).count().await);
    refused(orders().unwind(Order::lines).select(Order::lines.sku()).await.map(|found| found.len() as u64));
    refused(orders().unwind(Order::lines).match_(Order::lines.unwound().parts().unwound().eq("a1")).count().await);
    // A relation of which the documents have no key, and one in another.
    refused(orders().project(|p| p.set(City::city, Order::city.unwrap_or(""))).lookup(Signed::customer, Order::customer).count().await);
    refused(orders().lookup(Signed::customer, Order::customer.include(Customer::orders)).count().await);
    assert_eq!(fixture.commands(), [""; 0]);
    let expected = [
        "this `Sold` is not valid: `quantity` needs to be set",
        "this `Sold` is not valid: `sku` needs to be set once",
        "this `Signed` is not valid: `_id` needs a key, which groups are told apart by",
        "this `Name` is not valid: `n` needs to be set once",
        "this `Signed` is not valid: `customer.n` needs a field of the documents themselves to be set, and no path into one",
        "this `Sold` is not valid: `sku` needs to be set: `Order` has no such field",
        "this `City` is not valid: `city` needs an `Option`, or to be set: in `Order` it may be `None`",
        "this `Order` is not valid: `lines` needs `unwound()` behind the list in this path: an item stands in its place",
        "this `Order` is not valid: `lines` needs `unwound()` behind the list in this path: an item stands in its place",
        "this `Order` is not valid: `lines.sku` needs `unwound()` behind the list in this path: an item stands in its place",
        "this `Order` is not valid: `lines.parts` needs an `unwind` before this stage, for `unwound()` to be its item",
        "this `City` is not valid: `customer_id` needs the key of `Order::customer` in the documents to look it up from",
        "this `Order` is not valid: `customer` needs no `include` in a `lookup`: look the next relation up in a stage of its own",
    ];
    assert_eq!(said, expected);
}

#[derive(Debug, PartialEq, Composite)]
struct City {
    city: String,
}

#[tokio::test]
async fn items_may_be_none() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Mark {
        text: String,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_sheets")]
    struct Sheet {
        #[chakra(id)]
        id: i64,
        numbers: Vec<Option<i32>>,
        marks: Vec<Option<Mark>>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Sheet>()).await;
    let mark = Some(Mark { text: "a".into() });
    let sheet = Sheet { id: 1, numbers: vec![Some(5), None, Some(7)], marks: vec![None, mark] };
    fixture.db.insert_many(std::slice::from_ref(&sheet)).await.unwrap();
    let numbers = || fixture.db.pipeline::<Sheet>().unwind(Sheet::numbers);
    let number = || Sheet::numbers.unwound();
    assert_eq!(numbers().select(number()).await.unwrap(), sheet.numbers);
    assert_eq!(numbers().match_(number().is_none()).count().await.unwrap(), 1);
    assert_eq!(numbers().match_(number().is_some()).count().await.unwrap(), 2);
    assert_eq!(numbers().match_(number().ne(5)).select(number()).await.unwrap(), [None, Some(7)]);
    let marks = || fixture.db.pipeline::<Sheet>().unwind(Sheet::marks);
    let text = || Sheet::marks.unwound().text();
    assert_eq!(marks().select(text()).await.unwrap(), [None, Some("a".to_owned())]);
    assert_eq!(marks().match_(text().ne("a")).count().await.unwrap(), 1);
    assert_eq!(marks().match_(text().is_none()).count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_composite_that_refuses_unknown_fields_gets_none() {
    #[derive(Debug, PartialEq, Composite)]
    #[chakra(deny_unknown)]
    struct Exact {
        city: Option<String>,
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    #[chakra(deny_unknown)]
    struct Total {
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    #[chakra(deny_unknown)]
    struct Added {
        city: Option<String>,
        twice: i64,
    }
    let fixture = full().await;
    let orders = || fixture.db.pipeline::<Order>().match_(Order::city.eq("Rome"));
    let rome = || Some("Rome".to_owned());
    let per_city = orders().group(|g| g.by(Exact::city, Order::city).set(Exact::number, count::<Order>()));
    assert_eq!(per_city.as_::<Exact>().await.unwrap(), [Exact { city: rome(), number: 2 }]);
    let total = orders().group(|g| g.set(Total::number, count::<Order>()));
    assert_eq!(total.as_::<Total>().await.unwrap(), [Total { number: 2 }]);
    let buckets = orders().bucket(Order::id, [0, 10], |b| b.set(Total::number, count::<Order>()));
    assert_eq!(buckets.as_::<Total>().await.unwrap(), [Total { number: 2 }]);
    let added = orders().sort(Order::id.asc()).add(|a| a.set(Added::twice, Order::id * 2)).as_::<Added>().await.unwrap();
    assert_eq!(added, [Added { city: rome(), twice: 2 }, Added { city: rome(), twice: 4 }]);
}

#[tokio::test]
async fn what_is_kept_is_what_the_model_reads() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_shops")]
    struct Shop {
        #[chakra(id)]
        id: i64,
        #[chakra(default = ["new"])]
        fans: Vec<String>,
        #[chakra(default = 3)]
        stars: i32,
        nick: Option<String>,
        #[chakra(relation = OneToMany, foreign_key = shop_id)]
        visits: chakra::Related<Vec<Visit>>,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_visits")]
    struct Visit {
        #[chakra(id)]
        id: i64,
        shop_id: Option<i64>,
        #[chakra(default = 7)]
        rating: i32,
        #[chakra(relation = ManyToOne, foreign_key = shop_id)]
        shop: chakra::Related<Option<Shop>>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Card {
        #[chakra(name = "_id")]
        id: i64,
        fans: Vec<String>,
        stars: Option<i32>,
        lucky: bool,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Rating {
        rating: i32,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Rated {
        #[chakra(name = "_id")]
        id: Option<i64>,
        stars: Option<i32>,
        visits: Vec<Rating>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Nick {
        nick: String,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Fans {
        fans: Option<String>,
        lucky: bool,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Nicked {
        #[chakra(name = "_id")]
        id: i64,
        shop_id: Option<i64>,
        shop: Option<Nick>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Shop>().model::<Visit>()).await;
    fixture.store("stage_shops", doc! { "_id": 1_i64 }).await;
    for visit in [doc! { "_id": 1_i64, "shop_id": 1_i64 }, doc! { "_id": 2_i64, "shop_id": Bson::Null }, doc! { "_id": 3_i64 }] {
        fixture.store("stage_visits", visit).await;
    }
    let shops = || fixture.db.pipeline::<Shop>();
    let lucky = || constant_of(true);
    let card = [Card { id: 1, fans: vec!["new".into()], stars: Some(3), lucky: true }];
    assert_eq!(shops().project(|p| p.set(Card::lucky, lucky())).as_::<Card>().await.unwrap(), card);
    assert_eq!(shops().add(|p| p.set(Card::lucky, lucky())).as_::<Card>().await.unwrap(), card);
    // The fields of related documents, too.
    let rated = Rated { id: Some(1), stars: Some(3), visits: vec![Rating { rating: 7 }] };
    assert_eq!(shops().lookup(Rated::visits, Shop::visits).as_::<Rated>().await.unwrap(), [rated]);
    // `None` leads nowhere, not to all that lead nowhere.
    let keys = fixture.db.pipeline::<Visit>().group(|g| g.by(Rated::id, Visit::shop_id)).lookup(Rated::visits, Shop::visits);
    let found: Vec<usize> = keys.sort(Rated::id.asc()).as_::<Rated>().await.unwrap().iter().map(|rated| rated.visits.len()).collect();
    assert_eq!(found, [0, 1]);
    // What cannot be read alike is refused.
    fixture.commands();
    let nick = fixture.db.pipeline::<Visit>().lookup(Nicked::shop, Visit::shop).count().await.unwrap_err();
    assert_eq!(nick.to_string(), "this `Nick` is not valid: `nick` needs an `Option`, or to be set: in `Shop` it may be `None`");
    for fans in [shops().project(|p| p.set(Fans::lucky, lucky())), shops().add(|p| p.set(Fans::lucky, lucky()))] {
        let error = fans.count().await.unwrap_err();
        let expected = "this `Fans` is not valid: `fans` needs the type that it has in the documents of `Shop`, or to be set";
        assert_eq!(error.to_string(), expected);
    }
    let other = fixture.db.pipeline::<Visit>().lookup(Rated::visits, Shop::visits).count().await.unwrap_err();
    assert_eq!(other.to_string(), "this `Visit` is not valid: `_id` needs the key of `Shop::visits` in the documents to look it up from");
    assert_eq!(fixture.commands(), [""; 0]);
}

#[tokio::test]
async fn whole_numbers_are_exact_or_an_error() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_numbers")]
    struct Numbers {
        #[chakra(id)]
        id: i64,
        long: i64,
        small: i32,
        #[chakra(as = "double")]
        double: i64,
        maybe: Option<Vec<i32>>,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Result {
        n: i64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Length {
        n: Option<i64>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Numbers>()).await;
    let numbers = |id, long| Numbers { id, long, small: i32::MAX, double: 1 << 53, maybe: (id == 1).then(|| vec![1, 2]) };
    fixture.db.insert_many(&[numbers(1, i64::MAX), numbers(2, i64::MIN), numbers(3, 5)]).await.unwrap();
    let of = |id: i64| fixture.db.pipeline::<Numbers>().match_(Numbers::id.eq(id));
    let n = |n| vec![Result { n }];
    // The sum in the middle is beyond an `i64`, which the server would give back as another number.
    for (id, lost) in [(1, Numbers::long + 2000 - 5000), (2, Numbers::long - 1), (1, Numbers::long * 2), (2, Numbers::long * -1)] {
        let error = of(id).project(|p| p.set(Result::n, lost)).as_::<Result>().await.unwrap_err();
        assert!(matches!(error, chakra::Error::Driver(_)), "{error:?}");
    }
    for (id, kept, expected) in [
        (1, Numbers::long - 5000, i64::MAX - 5000),
        (2, Numbers::long + 5000, i64::MIN + 5000),
        (3, Numbers::long * -1, -5),
        (3, Numbers::long + 2000 - 5000, -2995),
        (3, Numbers::double + 1, (1 << 53) + 1),
        (3, Numbers::small * Numbers::small, i64::from(i32::MAX) * i64::from(i32::MAX)),
    ] {
        assert_eq!(of(id).project(|p| p.set(Result::n, kept)).as_::<Result>().await.unwrap(), n(expected));
    }
    // A sum is of exact numbers, too.
    let error = fixture.db.aggregate(Numbers::all()).select(sum(Numbers::long * 2 - Numbers::long)).await.unwrap_err();
    assert!(matches!(error, chakra::Error::Driver(_)), "{error:?}");
    // Whole numbers that somebody stored as Doubles are calculated with as what they are.
    let doubles = doc! { "_id": 4_i64, "long": 1152921504606846976.0, "small": 2147483647.0, "double": 5.0 };
    fixture.store("stage_numbers", doubles).await;
    assert_eq!(of(4).project(|p| p.set(Result::n, Numbers::small * 2147483645)).as_::<Result>().await.unwrap(), n(4611686009837453315));
    assert_eq!(of(4).project(|p| p.set(Result::n, Numbers::long - ((1_i64 << 60) + 1))).as_::<Result>().await.unwrap(), n(-1));
    assert_eq!(of(4).project(|p| p.set(Result::n, Numbers::double + 2)).as_::<Result>().await.unwrap(), n(7));
    let lengths = |id| of(id).project(|p| p.set(Length::n, Numbers::maybe.len())).as_::<Length>();
    assert_eq!(lengths(1).await.unwrap(), [Length { n: Some(2) }]);
    assert_eq!(lengths(2).await.unwrap(), [Length { n: None }]);
}

#[tokio::test]
async fn keys_and_constants_of_every_kind_make_groups() {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_floats")]
    struct Float {
        #[chakra(id)]
        id: i64,
        value: Option<f64>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct PerValue {
        value: Option<f64>,
        kind: i32,
        ids: Vec<i64>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Class {
        from: Option<f64>,
        ids: Vec<i64>,
    }
    let fixture = Fixture::new(|builder| builder.model::<Float>()).await;
    let values = [Some(0.0), Some(-0.0), Some(f64::NAN), None, Some(f64::NAN), Some(1.5)];
    let floats: Vec<Float> = (0..).zip(values).map(|(id, value)| Float { id, value }).collect();
    fixture.db.insert_many(&floats).await.unwrap();
    let floats = || fixture.db.pipeline::<Float>().sort(Float::id.asc());
    let groups =
        floats().group(|g| g.by(PerValue::value, Float::value).by(PerValue::kind, constant_of(1)).set(PerValue::ids, list_of(Float::id)));
    let found = groups.sort(PerValue::value.asc()).as_::<PerValue>().await.unwrap();
    let ids: Vec<(i32, Vec<i64>)> = found.into_iter().map(|per| (per.kind, per.ids)).collect();
    assert_eq!(ids, [(1, vec![3]), (1, vec![2, 4]), (1, vec![0, 1]), (1, vec![5])]);
    let buckets = floats().bucket(Float::value, [0, 1], |b| b.from(Class::from).set(Class::ids, list_of(Float::id)));
    let found = buckets.sort(Class::from.asc()).as_::<Class>().await.unwrap();
    assert_eq!(found, [Class { from: None, ids: vec![2, 3, 4, 5] }, Class { from: Some(0.0), ids: vec![0, 1] }]);

    let second = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Days {
        from: Option<DateTime<Utc>>,
    }
    let bounds = [second("2024-01-01T00:00:00Z"), second("2024-02-01T00:00:00.0005Z")];
    let fine = fixture.db.pipeline::<Order>().bucket(Order::at, bounds, |b| b.from(Days::from)).as_::<Days>().await.unwrap_err();
    assert_eq!(fine.to_string(), "this `Order` is not valid: `at` needs boundaries as fine as what is stored");
    let twice = fixture.db.pipeline::<Order>().bucket(Order::id, [0, 1], |b| b.from(Both::one).from(Both::other)).count().await.unwrap();
    assert_eq!(twice, 0);
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Both {
    one: Option<i64>,
    other: Option<i64>,
}

#[tokio::test]
async fn what_an_unwound_list_changed_is_not_asked_as_before() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Home {
        tags: Vec<String>,
    }
    #[derive(Debug, Clone, PartialEq, Model)]
    #[chakra(collection = "stage_people")]
    struct Person {
        #[chakra(id)]
        id: i64,
        home: Home,
        lines: Vec<Line>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Homed {
        home: Home,
        lucky: bool,
    }
    let fixture = Fixture::new(|builder| builder.model::<Person>()).await;
    let lists = vec![line("b", 1.5, 2), line("a", 2.0, 3)];
    let person = Person { id: 1, home: Home { tags: vec!["x".into(), "y".into()] }, lines: lists };
    fixture.db.insert_many(&[person]).await.unwrap();
    let tags = || fixture.db.pipeline::<Person>().unwind(Person::home.tags());
    let mut said = Vec::new();
    let mut refused = |result: chakra::Result<u64>| said.push(result.unwrap_err().to_string());
    refused(tags().match_(Person::home.is(Home::tags.is_empty())).count().await);
    refused(tags().sort(Person::lines.unwound().sku().asc()).count().await);
    refused(tags().project(|p| p.set(Homed::lucky, constant_of(true))).count().await);
    let expected = [
        "this `Person` is not valid: `home` needs a path into it: in `home.tags` an item stands where the list was",
        "this `Person` is not valid: `lines` needs an `unwind` before this stage, for its items to be an order",
        "this `Homed` is not valid: `home` needs the type that it has in the documents of `Person`, or to be set",
    ];
    assert_eq!(said, expected);
    // Items and what stands beside them calculate together.
    let lines = fixture.db.pipeline::<Person>().unwind(Person::lines).sort(Person::lines.unwound().sku().asc());
    #[derive(Debug, PartialEq, Composite)]
    struct Weighed {
        weight: f64,
    }
    let weighed = lines.project(|p| p.set(Weighed::weight, Person::lines.unwound().price() * Person::id + 1));
    assert_eq!(weighed.as_::<Weighed>().await.unwrap(), [Weighed { weight: 3.0 }, Weighed { weight: 2.5 }]);
}
