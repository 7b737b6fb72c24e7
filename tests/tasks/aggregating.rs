//! Counts, sums, averages and extremes, of all documents and of groups: Prisma's page on aggregation.

use super::sends;
use crate::support::Sent;
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
struct Member {
    #[chakra(id)]
    id: i64,
    country: String,
    city: String,
    email: Option<String>,
    views: i32,
}

async fn members() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    let member = |id, country: &str, city: &str, email: Option<&str>, views| Member {
        id,
        country: country.into(),
        city: city.into(),
        email: email.map(str::to_owned),
        views,
    };
    let members = [
        member(1, "Sweden", "Lund", None, 120),
        member(2, "Sweden", "Lund", Some("bo@example.com"), 80),
        member(3, "Norway", "Oslo", None, 30),
        member(4, "Finland", "Turku", Some("aino@example.com"), 210),
        member(5, "Norway", "Bergen", Some("liv@example.com"), 50),
    ];
    sent.db.insert_many(&members).await.unwrap();
    sent.commands();
    sent
}

/// Prisma, Aggregation, Grouping, and Summarizing, `aggregate`: several values over all documents that match, in one command.
#[tokio::test]
async fn all_documents_are_summarized() {
    let sent = members().await;
    let seen = sent.db.aggregate(Member::views.gte(50));
    let found = seen.select((count(), sum(Member::views), avg(Member::views), min(Member::views), max(Member::views))).await.unwrap();
    assert_eq!(found, (4, 460, Some(115.0), Some(50), Some(210)));
    sends!(sent.pipeline: [
        { "$match": { "views": { "$gte": 50 } } },
        { "$group": {
            "_id": null,
            "a0": { "$sum": 1 },
            "a1": { "$sum": "$views" },
            "a2": { "$avg": "$views" },
            "a3": { "$min": "$views" },
            "a4": { "$max": "$views" }
        } }
    ]);
}

/// Prisma, Aggregation, Grouping, and Summarizing, `count`: all documents, and those that have a value.
#[tokio::test]
async fn values_that_are_there_are_counted() {
    let sent = members().await;
    let found = sent.db.aggregate(Member::all()).select((count(), count_of(Member::email))).await.unwrap();
    assert_eq!(found, (5, 3));
    sends!(sent.pipeline: [
        { "$group": { "_id": null, "a0": { "$sum": 1 }, "a1": { "$sum": { "$cond": [{ "$gt": ["$email", null] }, 1, 0] } } } }
    ]);
}

/// Prisma, Aggregation, Grouping, and Summarizing, `groupBy` with `where`, `having` and `orderBy`: the groups of one field that reach a sum,
/// the greatest first.
#[tokio::test]
async fn groups_are_filtered_and_ordered_by_what_they_add_up_to() {
    let sent = members().await;
    let countries = sent.db.group_by(Member::country).filter(Member::views.gte(40)).having(sum(Member::views).gt(100));
    let found = countries.order_by(sum(Member::views).desc()).select((count(), sum(Member::views))).await.unwrap();
    assert_eq!(found, [("Finland".to_owned(), (1, 210)), ("Sweden".to_owned(), (2, 200))]);
    sends!(sent.pipeline: [
        { "$match": { "views": { "$gte": 40 } } },
        { "$group": { "_id": "$country", "a0": { "$sum": 1 }, "a1": { "$sum": "$views" } } },
        { "$match": { "a1": { "$gt": 100 } } },
        { "$sort": { "a1": -1 } }
    ]);
}

/// Prisma, Aggregation, Grouping, and Summarizing, `groupBy` with `take` and `skip`: the groups of two fields, in their order, some of them.
#[tokio::test]
async fn groups_of_two_fields_are_cut() {
    let sent = members().await;
    let cities = sent.db.group_by((Member::country, Member::city)).order_by((Member::country.asc(), Member::city.asc()));
    let found = cities.skip(1).take(2).select(count()).await.unwrap();
    let found: Vec<(&str, u64)> = found.iter().map(|((_, city), members)| (city.as_str(), *members)).collect();
    assert_eq!(found, [("Bergen", 1), ("Oslo", 1)]);
    sends!(sent.pipeline: [
        { "$group": { "_id": { "k0": "$country", "k1": "$city" }, "a0": { "$sum": 1 } } },
        { "$sort": { "_id.k0": 1, "_id.k1": 1 } },
        { "$skip": 1 },
        { "$limit": 2 }
    ]);
}
