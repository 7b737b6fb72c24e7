//! Documents in groups: the manual's pages on `$group`, over sales, cities, a club and books.

use super::{
    sales::{Sale, moment, sales},
    sends,
};
use crate::support::Sent;
use chakra::{
    prelude::*,
    query::{DateUnit, first_of, last_of, list_of},
};

/// What was sold of an item on a day.
#[derive(Debug, Clone, PartialEq, Composite)]
struct PerDay {
    item: String,
    day: DateTime<Utc>,
    total: f64,
    sales: u64,
}

/// MongoDB manual, `$group`: the total and the number of sales per item and day.
#[tokio::test]
async fn a_total_per_item_and_day() {
    let sent = sales().await;
    let found: Vec<PerDay> = sent
        .db
        .pipeline::<Sale>()
        .group(|g| {
            g.by(PerDay::item, Sale::item)
                .by(PerDay::day, Sale::at.start_of(DateUnit::Day))
                .set(PerDay::total, sum(Sale::price * Sale::quantity))
                .set(PerDay::sales, count::<Sale>())
        })
        .sort((PerDay::day.asc(), PerDay::item.asc()))
        .as_()
        .await
        .unwrap();
    let day = |day: &str, item: &str, total, sales| PerDay { item: item.into(), day: moment(&format!("{day}T00:00:00Z")), total, sales };
    let expected = [
        day("2024-01-10", "jam", 10.0, 1),
        day("2024-01-10", "tea", 12.0, 2),
        day("2024-02-03", "jam", 6.0, 1),
        day("2025-01-05", "tea", 9.0, 1),
    ];
    assert_eq!(found, expected);
    sends!(sent.pipeline: [
        { "$group": {
            "_id": { "item": "$item", "day": { "$dateTrunc": { "date": "$at", "unit": "day" } } },
            "total": { "$sum": { "$multiply": ["$price", "$quantity"] } },
            "sales": { "$sum": 1 }
        } },
        { "$project": { "item": "$_id.item", "day": "$_id.day", "_id": 0, "total": 1, "sales": 1 } },
        { "$sort": { "day": 1, "item": 1 } }
    ]);
}

/// What was sold in a month.
#[derive(Debug, Clone, PartialEq, Composite)]
struct PerMonth {
    year: i32,
    month: i32,
    pieces: i64,
}

/// MongoDB manual, `$year` and `$month`: the pieces per year and month.
#[tokio::test]
async fn a_number_per_year_and_month() {
    let sent = sales().await;
    let months = sent
        .db
        .pipeline::<Sale>()
        .group(|g| g.by(PerMonth::year, Sale::at.year()).by(PerMonth::month, Sale::at.month()).set(PerMonth::pieces, sum(Sale::quantity)));
    let found = months.sort((PerMonth::year.asc(), PerMonth::month.asc())).as_::<PerMonth>().await.unwrap();
    let expected = [(2024, 1, 7), (2024, 2, 2), (2025, 1, 2)].map(|(year, month, pieces)| PerMonth { year, month, pieces });
    assert_eq!(found, expected);
    sends!(sent.pipeline: [
        { "$group": { "_id": { "year": { "$year": "$at" }, "month": { "$month": "$at" } }, "pieces": { "$sum": "$quantity" } } },
        { "$project": { "year": "$_id.year", "month": "$_id.month", "_id": 0, "pieces": 1 } },
        { "$sort": { "year": 1, "month": 1 } }
    ]);
}

/// MongoDB manual, `$group`, group by null: one result over all documents.
#[tokio::test]
async fn one_group_of_all_documents() {
    #[derive(Debug, PartialEq, Composite)]
    struct All {
        total: f64,
        average: Option<f64>,
        sales: u64,
    }
    let sent = sales().await;
    let all = sent.db.pipeline::<Sale>().group(|g| {
        g.set(All::total, sum(Sale::price * Sale::quantity)).set(All::average, avg(Sale::quantity)).set(All::sales, count::<Sale>())
    });
    assert_eq!(all.as_::<All>().await.unwrap(), [All { total: 37.0, average: Some(2.2), sales: 5 }]);
    sends!(sent.pipeline: [{ "$group": {
        "_id": null,
        "total": { "$sum": { "$multiply": ["$price", "$quantity"] } },
        "average": { "$avg": "$quantity" },
        "sales": { "$sum": 1 }
    } }]);
}

/// MongoDB manual, `$last`: the price of the latest sale of each item, which the order in front decides.
#[tokio::test]
async fn the_latest_of_each_group() {
    #[derive(Debug, PartialEq, Composite)]
    struct Latest {
        #[chakra(name = "_id")]
        item: String,
        price: f64,
    }
    let sent = sales().await;
    let latest = sent.db.pipeline::<Sale>().sort((Sale::item.asc(), Sale::at.asc()));
    let latest = latest.group(|g| g.by(Latest::item, Sale::item).set(Latest::price, last_of(Sale::price)));
    let found = latest.sort(Latest::item.asc()).as_::<Latest>().await.unwrap();
    assert_eq!(found, [("jam", 3.0), ("tea", 4.5)].map(|(item, price)| Latest { item: item.into(), price }));
    sends!(sent.pipeline: [
        { "$sort": { "item": 1, "at": 1 } },
        { "$group": { "_id": "$item", "price": { "$last": "$price" } } },
        { "$sort": { "_id": 1 } }
    ]);
}

/// A part of a city.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "zipcodes")]
struct Zip {
    #[chakra(id)]
    id: String,
    city: String,
    state: String,
    pop: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct City {
    state: String,
    city: String,
    pop: i64,
}

async fn zipcodes() -> Sent {
    let sent = Sent::new().await;
    let zip = |id: &str, city: &str, state: &str, pop| Zip { id: id.into(), city: city.into(), state: state.into(), pop };
    let zips = [
        zip("101", "Alder", "North", 400),
        zip("102", "Alder", "North", 300),
        zip("103", "Brook", "North", 200),
        zip("201", "Cliff", "South", 150),
        zip("202", "Dell", "South", 50),
    ];
    sent.db.insert_many(&zips).await.unwrap();
    sent
}

/// MongoDB manual, Aggregation with the Zip Code Data Set: the states of more than so many people.
#[tokio::test]
async fn groups_are_filtered() {
    #[derive(Debug, PartialEq, Composite)]
    struct State {
        #[chakra(name = "_id")]
        name: String,
        pop: i64,
    }
    let sent = zipcodes().await;
    let states = sent.db.pipeline::<Zip>().group(|g| g.by(State::name, Zip::state).set(State::pop, sum(Zip::pop)));
    let found = states.match_(State::pop.gte(500)).as_::<State>().await.unwrap();
    assert_eq!(found, [State { name: "North".into(), pop: 900 }]);
    sends!(sent.pipeline: [{ "$group": { "_id": "$state", "pop": { "$sum": "$pop" } } }, { "$match": { "pop": { "$gte": 500 } } }]);
}

/// MongoDB manual, Aggregation with the Zip Code Data Set: what a city has on average, by state. The first group adds up each city.
#[tokio::test]
async fn groups_are_grouped() {
    #[derive(Debug, PartialEq, Composite)]
    struct State {
        #[chakra(name = "_id")]
        name: String,
        average: Option<f64>,
    }
    let sent = zipcodes().await;
    let cities = sent.db.pipeline::<Zip>().group(|g| g.by(City::state, Zip::state).by(City::city, Zip::city).set(City::pop, sum(Zip::pop)));
    let states = cities.group(|g| g.by(State::name, City::state).set(State::average, avg(City::pop))).sort(State::name.asc());
    let state = |name: &str, average| State { name: name.into(), average: Some(average) };
    assert_eq!(states.as_::<State>().await.unwrap(), [state("North", 450.0), state("South", 100.0)]);
    sends!(sent.pipeline: [
        { "$group": { "_id": { "state": "$state", "city": "$city" }, "pop": { "$sum": "$pop" } } },
        { "$project": { "state": "$_id.state", "city": "$_id.city", "_id": 0, "pop": 1 } },
        { "$group": { "_id": "$state", "average": { "$avg": "$pop" } } },
        { "$sort": { "_id": 1 } }
    ]);
}

/// MongoDB manual, Aggregation with the Zip Code Data Set: the largest and the smallest city of each state.
#[tokio::test]
async fn the_first_and_the_last_of_each_group() {
    #[derive(Debug, PartialEq, Composite)]
    struct State {
        #[chakra(name = "_id")]
        name: String,
        smallest: String,
        largest: String,
    }
    let sent = zipcodes().await;
    let cities = sent.db.pipeline::<Zip>().group(|g| g.by(City::state, Zip::state).by(City::city, Zip::city).set(City::pop, sum(Zip::pop)));
    let states = cities
        .sort(City::pop.asc())
        .group(|g| g.by(State::name, City::state).set(State::smallest, first_of(City::city)).set(State::largest, last_of(City::city)));
    let state = |name: &str, smallest: &str, largest: &str| State { name: name.into(), smallest: smallest.into(), largest: largest.into() };
    let found = states.sort(State::name.asc()).as_::<State>().await.unwrap();
    assert_eq!(found, [state("North", "Brook", "Alder"), state("South", "Dell", "Cliff")]);
    sends!(sent.pipeline: [
        { "$group": { "_id": { "state": "$state", "city": "$city" }, "pop": { "$sum": "$pop" } } },
        { "$project": { "state": "$_id.state", "city": "$_id.city", "_id": 0, "pop": 1 } },
        { "$sort": { "pop": 1 } },
        { "$group": { "_id": "$state", "smallest": { "$first": "$city" }, "largest": { "$last": "$city" } } },
        { "$sort": { "_id": 1 } }
    ]);
}

/// A member of a sports club.
#[derive(Debug, Clone, PartialEq, Model)]
struct Fan {
    #[chakra(id)]
    id: i64,
    joined: DateTime<Utc>,
    likes: Vec<String>,
}

async fn club() -> Sent {
    let sent = Sent::new().await;
    let fan = |id, joined: &str, likes: &[&str]| {
        let likes = likes.iter().map(|sport| String::from(*sport)).collect();
        Fan { id, joined: moment(&format!("{joined}T12:00:00Z")), likes }
    };
    let fans = [
        fan(1, "2011-03-02", &["golf", "racquetball"]),
        fan(2, "2012-03-15", &["golf"]),
        fan(3, "2012-07-01", &["tennis", "golf", "swimming"]),
    ];
    sent.db.insert_many(&fans).await.unwrap();
    sent
}

/// MongoDB manual, Aggregation with User Preference Data: what most members like. Each item of the list becomes a document.
#[tokio::test]
async fn the_most_frequent_items_of_lists() {
    #[derive(Debug, PartialEq, Composite)]
    struct Liked {
        #[chakra(name = "_id")]
        sport: String,
        number: u64,
    }
    let sent = club().await;
    let liked = sent.db.pipeline::<Fan>().unwind(Fan::likes);
    let liked = liked.group(|g| g.by(Liked::sport, Fan::likes.unwound()).set(Liked::number, count::<Fan>()));
    let found = liked.sort((Liked::number.desc(), Liked::sport.asc())).take(2).as_::<Liked>().await.unwrap();
    assert_eq!(found, [("golf", 3), ("racquetball", 1)].map(|(sport, number)| Liked { sport: sport.into(), number }));
    sends!(sent.pipeline: [
        { "$unwind": "$likes" },
        { "$group": { "_id": "$likes", "number": { "$sum": 1 } } },
        { "$sort": { "number": -1, "_id": 1 } },
        { "$limit": 2 }
    ]);
}

/// MongoDB manual, Aggregation with User Preference Data: how many joined in each month.
#[tokio::test]
async fn a_number_per_month() {
    #[derive(Debug, PartialEq, Composite)]
    struct Joined {
        #[chakra(name = "_id")]
        month: i32,
        number: u64,
    }
    let sent = club().await;
    let joined = sent.db.pipeline::<Fan>().group(|g| g.by(Joined::month, Fan::joined.month()).set(Joined::number, count::<Fan>()));
    let found = joined.sort(Joined::month.asc()).as_::<Joined>().await.unwrap();
    assert_eq!(found, [(3, 2), (7, 1)].map(|(month, number)| Joined { month, number }));
    sends!(sent.pipeline: [{ "$group": { "_id": { "$month": "$joined" }, "number": { "$sum": 1 } } }, { "$sort": { "_id": 1 } }]);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Book {
    #[chakra(id)]
    id: i64,
    title: String,
    author: String,
    copies: i32,
}

/// MongoDB manual, `$group`, pivot data: the titles of each author, and all copies of them.
#[tokio::test]
async fn values_are_listed_by_group() {
    #[derive(Debug, PartialEq, Composite)]
    struct Author {
        #[chakra(name = "_id")]
        name: String,
        titles: Vec<String>,
        copies: i64,
    }
    let sent = Sent::new().await;
    let book = |id, title: &str, author: &str, copies| Book { id, title: title.into(), author: author.into(), copies };
    sent.db.insert_many(&[book(1, "Looms", "ada", 5), book(2, "Ships", "bob", 2), book(3, "Engines", "ada", 10)]).await.unwrap();
    let authors = sent
        .db
        .pipeline::<Book>()
        .sort(Book::title.asc())
        .group(|g| g.by(Author::name, Book::author).set(Author::titles, list_of(Book::title)).set(Author::copies, sum(Book::copies)));
    let author = |name: &str, titles: &[&str], copies| {
        let titles = titles.iter().map(|title| String::from(*title)).collect();
        Author { name: name.into(), titles, copies }
    };
    let found = authors.sort(Author::name.asc()).as_::<Author>().await.unwrap();
    assert_eq!(found, [author("ada", &["Engines", "Looms"], 15), author("bob", &["Ships"], 2)]);
    sends!(sent.pipeline: [
        { "$sort": { "title": 1 } },
        { "$group": { "_id": "$author", "titles": { "$push": "$title" }, "copies": { "$sum": "$copies" } } },
        { "$sort": { "_id": 1 } }
    ]);
}
