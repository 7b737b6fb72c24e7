//! The server uses what is declared, and the declarations alone tell that it does.

use crate::support::Fixture;
use bson::{Bson, Document};
use chakra::{Coverage, Error, model::Point, options::Collation, prelude::*};
use mongodb::options::CollationStrength;
use std::collections::HashMap;

#[derive(Debug, Clone, Model)]
#[chakra(
    index(owner = hashed, score = desc),
    index(team, spot = "2dsphere"),
    index(data = wildcard),
    index(rank, sparse),
    index(hits, hidden),
    index(score, partial = Self::is_open.eq(true) & Self::created.gte(10)),
    unique(code, partial = open),
    index(name, created, collation(locale = "de", strength = 2))
)]
struct Item {
    #[chakra(id)]
    id: i64,
    owner: i64,
    team: String,
    spot: Option<Point>,
    data: HashMap<String, i32>,
    rank: Option<i32>,
    hits: i32,
    score: i32,
    code: String,
    is_open: bool,
    name: String,
    created: i64,
}

fn open() -> Filter<Item> {
    Item::is_open.eq(true)
}

async fn filled() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Item>()).await;
    fixture.db.sync().await.unwrap();
    let item = |id: i64| {
        let number = i32::try_from(id).unwrap();
        Item {
            id,
            owner: id % 50,
            team: format!("t{}", id % 5),
            spot: (id % 2 == 0).then(|| Point::new(f64::from(number % 90), 1.0)),
            data: HashMap::from([(format!("k{}", id % 3), number)]),
            rank: (id % 3 == 0).then_some(number),
            hits: number % 40,
            score: number % 30,
            code: format!("c{id}"),
            is_open: id % 4 == 0,
            name: format!("Name{}", id % 60),
            created: id * 7 % 100,
        }
    };
    fixture.db.insert_many(&(0..400).map(item).collect::<Vec<_>>()).await.unwrap();
    fixture
}

/// The indexes of a plan.
fn used(plan: &Document) -> Vec<String> {
    fn read(value: &Bson, found: &mut Vec<String>) {
        match value {
            Bson::Document(stage) => {
                found.extend(stage.get_str("indexName").ok().map(str::to_owned));
                stage.values().for_each(|value| read(value, found));
            }
            Bson::Array(values) => values.iter().for_each(|value| read(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    read(plan.get_document("queryPlanner").unwrap().get("winningPlan").unwrap(), &mut found);
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn each_kind_serves_what_it_is_for() {
    let fixture = filled().await;
    let db = &fixture.db;
    let near = || Item::spot.near(Point::new(4.0, 1.0), 50_000.0);
    let of = |key: &str| Item::data.key(key);
    // What is asked, and the index that serves it.
    let cases: Vec<(Filter<Item>, &str)> = vec![
        (Item::owner.eq(7), "owner_hashed_score_-1"),
        (Item::owner.in_([7, 8]), "owner_hashed_score_-1"),
        (Item::owner.eq(7) & Item::score.gt(5), "owner_hashed_score_-1"),
        (Item::owner.gt(7), ""),
        (Item::owner.ne(7), ""),
        (Item::team.eq("t1") & near(), "team_1_spot_2dsphere"),
        // A document without a place is not in it.
        (Item::team.eq("t1"), ""),
        (of("k1").eq(7), "data_wildcard"),
        (of("k1").gt(390), "data_wildcard"),
        (of("k1").gt(390) & Item::hits.eq(3), "data_wildcard"),
        (Item::data.has_key("k1"), "data_wildcard"),
        (Item::rank.eq(9), "rank_1"),
        (Item::rank.gte(390), "rank_1"),
        (Item::rank.is_none(), ""),
        (Item::rank.ne(9), ""),
        (Item::hits.eq(3), ""),
        (Item::score.eq(3), ""),
        (Item::score.eq(3) & open(), ""),
        (Item::score.eq(3) & open() & Item::created.gte(9), ""),
        (Item::score.eq(3) & open() & Item::created.gte(10), "score_1"),
        (Item::score.eq(3) & open() & Item::created.in_([12, 24]), "score_1"),
        (Item::score.eq(3) & Item::created.gt(80), ""),
        (Item::code.eq("c8"), ""),
        (Item::code.eq("c8") & open(), "code_1"),
        (Item::name.eq("Name3"), ""),
    ];
    let mut wrong = Vec::new();
    for (filter, index) in cases {
        let expected: Vec<String> = (!index.is_empty()).then(|| index.to_owned()).into_iter().collect();
        let plan = db.find_many(filter.clone()).explain().await.unwrap();
        if used(&plan) != expected {
            wrong.push(format!("{filter:?}\n   the server: {:?}", used(&plan)));
        }
        let coverage = filter.coverage().unwrap();
        if coverage.indexes() != expected {
            wrong.push(format!("{filter:?}\n   the declarations: {coverage}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_collation_serves_reads_with_the_same() {
    let fixture = filled().await;
    let read = |filter: Filter<Item>, strength: Option<CollationStrength>| {
        let collation = Collation::builder().locale("de").strength(strength).build();
        fixture.db.find_many(filter).collation(collation)
    };
    let (secondary, primary) = (Some(CollationStrength::Secondary), Some(CollationStrength::Primary));
    let name = || Item::name.eq("NAME3");
    let both = async |coverage: Coverage, plan: chakra::Result<Document>| {
        assert_eq!(coverage.is_indexed(), plan.is_ok(), "{coverage}");
        coverage.is_indexed()
    };
    let served = async |filter: Filter<Item>, strength: Option<CollationStrength>| {
        both(read(filter.clone(), strength).coverage().unwrap(), read(filter, strength).explain_checked().await).await
    };
    assert!(served(name(), secondary).await);
    assert!(served(Item::name.gt("Name5") & Item::created.eq(7), secondary).await);
    assert!(!served(name(), primary).await);
    assert!(!served(name(), None).await);
    assert!(!served(Item::name.matches("^Name3"), secondary).await, "its keys are not the texts");
    let by_created = || read(name(), secondary).order_by(Item::created.desc());
    assert!(both(by_created().coverage().unwrap(), by_created().explain_checked().await).await);
    assert_eq!(read(name(), secondary).await.unwrap().len(), 7, "capital letters make no difference");
    assert_eq!(read(name(), None).coverage().unwrap().advice(), Some("index(name, collation(locale = \"de\"))"));
}

#[tokio::test]
async fn what_is_declared_is_told_as_it_is_declared() {
    let coverage = Item::hits.eq(3).coverage().unwrap();
    assert_eq!(
        coverage.to_string(),
        "this query of `Item` is not indexed: every document is looked at, as no index leads to what the filter asks for\n  \
         asked: hits (one value)\n  \
         advice: `#[chakra(index(hits = desc))]` would serve it\n  \
         declared: the id, index(owner = hashed, score = desc), index(team, spot = \"2dsphere\"), index(data = wildcard), \
         index(rank, sparse), index(hits, hidden), index(score, partial = …), unique(code, partial = …), \
         index(name, created, collation(locale = \"de\", strength = 2))"
    );
    // A part of the documents is unique, so that there may be many.
    let fixture = filled().await;
    let error = fixture.db.find_many(Item::code.eq("c8")).explain_checked().await.unwrap_err();
    assert!(matches!(error, Error::Unindexed { .. }), "{error:?}");
}
