//! Documents through other stages: the manual's pages on aggregation, over sales, scores, artworks, orders and sites.

use super::{
    sales::{Sale, sales},
    sends,
};
use crate::support::Sent;
use chakra::{prelude::*, query::list_of};

/// MongoDB manual, `$project`: computed fields beside one that stays.
#[tokio::test]
async fn fields_are_computed() {
    #[derive(Debug, PartialEq, Composite)]
    struct Receipt {
        item: String,
        amount: f64,
        year: i32,
    }
    let sent = sales().await;
    let receipts = sent
        .db
        .pipeline::<Sale>()
        .match_(Sale::item.eq("jam"))
        .project(|p| p.set(Receipt::amount, Sale::price * Sale::quantity).set(Receipt::year, Sale::at.year()));
    let found = receipts.sort(Receipt::amount.desc()).as_::<Receipt>().await.unwrap();
    assert_eq!(found, [10.0, 6.0].map(|amount| Receipt { item: "jam".into(), amount, year: 2024 }));
    sends!(sent.pipeline: [
        { "$match": { "item": "jam" } },
        { "$project": { "item": 1, "amount": { "$multiply": ["$price", "$quantity"] }, "year": { "$year": "$at" }, "_id": 0 } },
        { "$sort": { "amount": -1 } }
    ]);
}

/// MongoDB manual, `$sample`: some documents by chance.
#[tokio::test]
async fn some_documents_by_chance() {
    let sent = sales().await;
    assert_eq!(sent.db.pipeline::<Sale>().sample(2).as_::<Sale>().await.unwrap().len(), 2);
    sends!(sent.pipeline: [{ "$sample": { "size": 2 } }]);
}

/// MongoDB manual, `$count`: how many documents are left.
#[tokio::test]
async fn documents_are_counted_at_the_end() {
    let sent = sales().await;
    assert_eq!(sent.db.pipeline::<Sale>().match_(Sale::price.gte(4.0)).count().await.unwrap(), 3);
    sends!(sent.pipeline: [{ "$match": { "price": { "$gte": 4.0 } } }, { "$count": "n" }]);
}

/// What a pupil has in a subject.
#[derive(Debug, Clone, PartialEq, Model)]
struct Score {
    #[chakra(id)]
    id: i64,
    homework: i32,
    quiz: i32,
    extra: i32,
}

/// MongoDB manual, `$addFields`: a sum beside the fields that are there, by which documents are then chosen.
#[tokio::test]
async fn a_field_is_added() {
    #[derive(Debug, PartialEq, Composite)]
    struct Total {
        #[chakra(name = "_id")]
        id: i64,
        homework: i32,
        total: i64,
    }
    let sent = Sent::new().await;
    sent.db.insert_many(&[Score { id: 1, homework: 9, quiz: 8, extra: 2 }, Score { id: 2, homework: 5, quiz: 6, extra: 0 }]).await.unwrap();
    let totals = sent.db.pipeline::<Score>().add(|a| a.set(Total::total, Score::homework + Score::quiz + Score::extra));
    assert_eq!(totals.match_(Total::total.gt(15)).as_::<Total>().await.unwrap(), [Total { id: 1, homework: 9, total: 19 }]);
    sends!(sent.pipeline: [{ "$set": { "total": { "$add": ["$homework", "$quiz", "$extra"] } } }, { "$match": { "total": { "$gt": 15 } } }]);
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "artwork")]
struct Artwork {
    #[chakra(id)]
    id: i64,
    title: String,
    price: f64,
    tags: Vec<String>,
}

async fn artwork() -> Sent {
    let sent = Sent::new().await;
    let artwork = |id, title: &str, price, tags: &[&str]| {
        let tags = tags.iter().map(|tag| String::from(*tag)).collect();
        Artwork { id, title: title.into(), price, tags }
    };
    let works = [
        artwork(1, "Harbour", 150.0, &["sea", "oil"]),
        artwork(2, "Field", 260.0, &["oil"]),
        artwork(3, "Night", 80.0, &["ink"]),
        artwork(4, "Tower", 900.0, &["oil"]),
    ];
    sent.db.insert_many(&works).await.unwrap();
    sent
}

/// MongoDB manual, `$bucket`: artworks by classes of price; the last one is of what lies in no other.
#[tokio::test]
async fn classes_of_values() {
    #[derive(Debug, PartialEq, Composite)]
    struct Class {
        from: Option<f64>,
        number: u64,
        titles: Vec<String>,
    }
    let sent = artwork().await;
    let classes = sent.db.pipeline::<Artwork>().sort(Artwork::title.asc()).bucket(Artwork::price, [0.0, 200.0, 400.0], |b| {
        b.from(Class::from).set(Class::number, count::<Artwork>()).set(Class::titles, list_of(Artwork::title))
    });
    let class = |from, titles: &[&str]| {
        let titles: Vec<String> = titles.iter().map(|title| String::from(*title)).collect();
        Class { from, number: titles.len() as u64, titles }
    };
    let found = classes.sort(Class::from.desc()).as_::<Class>().await.unwrap();
    assert_eq!(found, [class(Some(200.0), &["Field"]), class(Some(0.0), &["Harbour", "Night"]), class(None, &["Tower"])]);
    sends!(sent.pipeline: [
        { "$sort": { "title": 1 } },
        { "$bucket": {
            "groupBy": "$price",
            "boundaries": [0.0, 200.0, 400.0],
            "default": null,
            "output": { "number": { "$sum": 1 }, "titles": { "$push": "$title" } }
        } },
        { "$project": { "from": "$_id", "_id": 0, "number": 1, "titles": 1 } },
        { "$sort": { "from": -1 } }
    ]);
}

/// MongoDB manual, `$facet`: several summaries of the same documents in one pass.
#[tokio::test]
async fn several_summaries_at_once() {
    #[derive(Debug, PartialEq, Composite)]
    struct Tag {
        #[chakra(name = "_id")]
        tag: String,
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Class {
        from: Option<f64>,
        number: u64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Summary {
        tags: Vec<Tag>,
        prices: Vec<Class>,
    }
    let sent = artwork().await;
    let summaries = sent.db.pipeline::<Artwork>().facet(|f| {
        f.set(Summary::tags, |p| {
            let tags = p.unwind(Artwork::tags);
            tags.group(|g| g.by(Tag::tag, Artwork::tags.unwound()).set(Tag::number, count::<Artwork>())).sort(Tag::tag.asc())
        })
        .set(Summary::prices, |p| {
            let classes = p.bucket(Artwork::price, [0.0, 200.0, 1_000.0], |b| b.from(Class::from).set(Class::number, count::<Artwork>()));
            classes.sort(Class::from.asc())
        })
    });
    let tags = [("ink", 1), ("oil", 3), ("sea", 1)].map(|(tag, number)| Tag { tag: tag.into(), number });
    let prices = [(0.0, 2), (200.0, 2)].map(|(from, number)| Class { from: Some(from), number });
    assert_eq!(summaries.as_::<Summary>().await.unwrap(), [Summary { tags: tags.into(), prices: prices.into() }]);
    sends!(sent.pipeline: [{ "$facet": {
        "tags": [
            { "$unwind": "$tags" },
            { "$group": { "_id": "$tags", "number": { "$sum": 1 } } },
            { "$sort": { "_id": 1 } }
        ],
        "prices": [
            { "$bucket": {
                "groupBy": "$price",
                "boundaries": [0.0, 200.0, 1_000.0],
                "default": null,
                "output": { "number": { "$sum": 1 } }
            } },
            { "$project": { "from": "$_id", "_id": 0, "number": 1 } },
            { "$sort": { "from": 1 } }
        ]
    } }]);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Customer {
    #[chakra(id)]
    id: i64,
    name: String,
    #[chakra(relation = OneToMany, foreign_key = customer_id)]
    orders: Related<Vec<Order>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Order {
    #[chakra(id)]
    id: i64,
    customer_id: i64,
    total: f64,
    #[chakra(relation = ManyToOne, foreign_key = customer_id)]
    customer: Related<Customer>,
}

async fn orders() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Order>()).await;
    let customer = |id, name: &str| Customer { id, name: name.into(), orders: Related::default() };
    let order = |id, customer_id, total| Order { id, customer_id, total, customer: Related::default() };
    sent.db.insert_many(&[customer(1, "Ada"), customer(2, "Bob")]).await.unwrap();
    sent.db.insert_many(&[order(1, 1, 20.0), order(2, 1, 5.0), order(3, 1, 60.0), order(4, 2, 8.0)]).await.unwrap();
    sent
}

/// MongoDB manual, `$lookup`, an equality match: each order with the name of its customer, and no more of that document.
#[tokio::test]
async fn the_one_document_that_is_referred_to() {
    #[derive(Debug, PartialEq, Composite)]
    struct Name {
        name: String,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Signed {
        #[chakra(name = "_id")]
        id: i64,
        customer: Option<Name>,
    }
    let sent = orders().await;
    let signed = sent.db.pipeline::<Order>().match_(Order::total.gte(20.0)).sort(Order::id.asc()).lookup(Signed::customer, Order::customer);
    let found = signed.as_::<Signed>().await.unwrap();
    assert_eq!(found, [1, 3].map(|id| Signed { id, customer: Some(Name { name: "Ada".into() }) }));
    sends!(sent.pipeline: [
        { "$match": { "total": { "$gte": 20.0 } } },
        { "$sort": { "_id": 1 } },
        { "$lookup": {
            "from": "customers",
            "localField": "customer_id",
            "foreignField": "_id",
            "pipeline": [{ "$project": { "name": 1, "_id": 0 } }],
            "as": "customer"
        } },
        { "$set": { "customer": { "$first": "$customer" } } }
    ]);
}

/// MongoDB manual, `$lookup`, conditions on the joined collection: each customer with the larger orders, the largest first.
#[tokio::test]
async fn the_documents_that_refer_to_one() {
    #[derive(Debug, PartialEq, Composite)]
    struct Part {
        total: f64,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Buyer {
        name: String,
        orders: Vec<Part>,
    }
    let sent = orders().await;
    let larger = Customer::orders.filter(Order::total.gte(10.0)).order_by(Order::total.desc());
    let buyers = sent.db.pipeline::<Customer>().sort(Customer::id.asc()).lookup(Buyer::orders, larger);
    let expected = [
        Buyer { name: "Ada".into(), orders: vec![Part { total: 60.0 }, Part { total: 20.0 }] },
        Buyer { name: "Bob".into(), orders: vec![] },
    ];
    assert_eq!(buyers.as_::<Buyer>().await.unwrap(), expected);
    sends!(sent.pipeline: [
        { "$sort": { "_id": 1 } },
        { "$lookup": {
            "from": "orders",
            "localField": "_id",
            "foreignField": "customer_id",
            "pipeline": [
                { "$match": { "total": { "$gte": 10.0 } } },
                { "$sort": { "total": -1 } },
                { "$project": { "total": 1, "_id": 0 } }
            ],
            "as": "orders"
        } }
    ]);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Supplier {
    #[chakra(id)]
    id: i64,
    name: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Warehouse {
    #[chakra(id)]
    id: i64,
    name: String,
    state: String,
}

/// MongoDB manual, `$unionWith`: the documents of two collections in one order.
#[tokio::test]
async fn two_collections_are_read_as_one() {
    #[derive(Debug, PartialEq, Composite)]
    struct Site {
        name: String,
        state: String,
    }
    let sent = Sent::new().await;
    let supplier = |id, name: &str, state: &str| Supplier { id, name: name.into(), state: state.into() };
    let warehouse = |id, name: &str, state: &str| Warehouse { id, name: name.into(), state: state.into() };
    sent.db.insert_many(&[supplier(1, "Oak & Sons", "Texas"), supplier(2, "Blue Mill", "Maine")]).await.unwrap();
    sent.db.insert_many(&[warehouse(1, "Depot", "Texas"), warehouse(2, "Dock", "Maine")]).await.unwrap();
    let sites = sent.db.pipeline::<Supplier>().union_with(Warehouse::state.eq("Texas")).shaped::<Site>();
    let found = sites.sort((Site::state.asc(), Site::name.asc())).as_::<Site>().await.unwrap();
    let site = |name: &str, state: &str| Site { name: name.into(), state: state.into() };
    assert_eq!(found, [site("Blue Mill", "Maine"), site("Depot", "Texas"), site("Oak & Sons", "Texas")]);
    sends!(sent.pipeline: [
        { "$unionWith": { "coll": "warehouses", "pipeline": [{ "$match": { "state": "Texas" } }] } },
        { "$sort": { "state": 1, "name": 1 } }
    ]);
}
