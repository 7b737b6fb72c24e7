//! Whether declared indexes serve a query: by the declarations, by the server's plan, and that both say the same.
//!
//! Each row of the table is judged without a server, then by the server, and where an index is advised it is made and the server is asked again.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Coverage, Error, Unindexed, model::Point, options::Collation, prelude::*, query::Sort};
use std::{collections::BTreeMap, panic::UnwindSafe};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Address {
    street: String,
    #[chakra(name = "town")]
    city: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    qty: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { width: i32 },
    WebLink { url: String },
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(
    index(role, created_at = desc),
    index(team, score, age),
    index(address.city),
    index(tags, created_at),
    index(lines.sku),
    index(cover.photo.width),
    text(about)
)]
struct Account {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "mail", unique)]
    email: String,
    #[chakra(unique)]
    nick: Option<String>,
    role: String,
    team: i32,
    age: i32,
    score: Option<i64>,
    #[chakra(index, default = 5)]
    rank: i64,
    bio: String,
    about: String,
    tags: Vec<String>,
    lines: Vec<Line>,
    address: Option<Address>,
    cover: Media,
    sizes: BTreeMap<String, i32>,
    place: Option<Point>,
    created_at: i64,
}

fn account(id: i64) -> Account {
    let small = i32::try_from(id).unwrap();
    let line = |at: i32| Line { sku: format!("s{}", at % 13), qty: at % 10 };
    Account {
        id,
        email: format!("m{id}"),
        nick: (id % 3 != 0).then(|| format!("n{id}")),
        role: ["admin", "editor", "reader"][usize::try_from(id % 3).unwrap()].to_owned(),
        team: small % 7,
        age: small * 37 % 90,
        score: (id % 4 != 0).then_some(id % 50),
        rank: id % 11,
        bio: format!("b{}", id % 40),
        about: format!("word{} some", id % 9),
        tags: (0..id % 4).map(|at| format!("g{at}")).collect(),
        lines: (0..small % 3).map(|at| line(small + at)).collect(),
        address: (id % 5 != 0).then(|| Address { street: format!("s{}", id % 30), city: format!("c{}", id % 9) }),
        cover: if id % 2 == 0 { Media::Photo { width: small } } else { Media::WebLink { url: format!("u{id}") } },
        sizes: BTreeMap::from([("xl".to_owned(), small % 5)]),
        place: None,
        created_at: id * 7 % 400,
    }
}

/// What is to be said of a query: the indexes that serve it, or what the server goes through and which index would help.
#[derive(Debug, PartialEq)]
enum Verdict {
    By(&'static [&'static str]),
    Not(Unindexed, Option<&'static str>),
    /// The indexes that serve what is grouped.
    Grouped(&'static [&'static str]),
}
use Unindexed::{AllKeys, Documents, Everything, Groups};
use Verdict::{By, Grouped, Not};

type Case = (Filter<Account>, Vec<Sort<Account>>, Verdict);

const BY_ROLE: Verdict = By(&["role_1_created_at_-1"]);
const BY_TEAM: Verdict = By(&["team_1_score_1_age_1"]);
const BY_TAGS: Verdict = By(&["tags_1_created_at_1"]);
const BY_MAIL: Verdict = By(&["mail_1"]);
const BY_NICK: Verdict = By(&["nick_1"]);

fn admin() -> Filter<Account> {
    Account::role.eq("admin")
}

fn newest() -> Vec<Sort<Account>> {
    vec![Account::created_at.desc()]
}

fn by_age() -> Vec<Sort<Account>> {
    vec![Account::age.asc()]
}

fn order() -> Vec<Case> {
    let some = || Account::role.in_(["admin", "editor"]);
    let many = || Account::role.in_((0..201).map(|at| format!("r{at}")).collect::<Vec<_>>());
    let sort = |advice| Not(Unindexed::Sort, Some(advice));
    vec![
        (admin(), vec![], BY_ROLE),
        (admin(), newest(), BY_ROLE),
        // Backwards.
        (admin(), vec![Account::created_at.asc()], BY_ROLE),
        // What is the same everywhere makes no order.
        (admin(), vec![Account::role.desc(), Account::created_at.asc()], BY_ROLE),
        (admin() & Account::age.gte(18), newest(), BY_ROLE),
        (admin() & Account::age.gte(18), by_age(), sort("index(role, age)")),
        (admin() & Account::team.eq(3), by_age(), sort("index(role, team, age)")),
        // For each value a part of the index, which are merged.
        (some(), newest(), BY_ROLE),
        (some(), vec![Account::role.asc(), Account::created_at.desc()], BY_ROLE),
        (some(), by_age(), sort("index(role, age)")),
        (many(), newest(), Not(Unindexed::Sort, None)),
        (Account::role.gt("b"), newest(), Not(Unindexed::Sort, None)),
        (Account::role.gt("b"), vec![Account::role.desc(), Account::created_at.asc()], BY_ROLE),
        (Account::team.eq(3), vec![Account::score.asc(), Account::age.asc()], BY_TEAM),
        (Account::team.eq(3) & Account::score.gt(5), vec![Account::score.desc(), Account::age.desc()], BY_TEAM),
        (Account::team.eq(3) & Account::score.gt(5), by_age(), sort("index(team, age, score)")),
        // Missing and null are two keys.
        (Account::team.eq(3) & Account::score.is_none(), by_age(), BY_TEAM),
        (Account::bio.eq("b3"), newest(), Not(Documents, Some("index(bio, created_at = desc)"))),
        (Account::bio.eq("b3") & Account::team.eq(3) & Account::age.gt(10), newest(), sort("index(bio, team, created_at = desc, age)")),
        (Account::bio.eq("b3") & Account::age.gt(20), vec![Account::age.desc()], Not(Documents, Some("index(bio, age = desc)"))),
        (Account::team.in_([1, 2]) & Account::bio.eq("b3"), vec![Account::team.asc(), Account::age.asc()], sort("index(bio, team, age)")),
        (Account::all(), vec![], Not(Everything, None)),
        (Account::all(), vec![Account::email.asc()], BY_MAIL),
        (Account::all(), by_age(), sort("index(age)")),
        (Account::age.in_(Vec::<i32>::new()), by_age(), By(&[])),
    ]
}

/// A unique index on an `Option` has the values that are there.
fn keys() -> Vec<Case> {
    let nick = || Not(Documents, Some("index(nick = desc)"));
    vec![
        (Account::nick.eq("n4").into(), vec![], BY_NICK),
        (Account::nick.starts_with("n1"), vec![Account::nick.asc()], BY_NICK),
        (Account::nick.is_none(), vec![], nick()),
        (Account::nick.lt("n5"), vec![], nick()),
        (Account::nick.in_([None, Some("n4".to_owned())]), vec![], nick()),
        (Account::all(), vec![Account::nick.asc()], Not(Unindexed::Sort, Some("index(nick = desc)"))),
        // One document needs no sorting.
        (Account::email.eq("m4").into(), by_age(), BY_MAIL),
        (Account::id.eq(4).into(), by_age(), By(&["_id_"])),
        (Account::id.in_([1, 2]), by_age(), Not(Unindexed::Sort, Some("index(id, age)"))),
        (Account::rank.eq(5), vec![], By(&["rank_1"])),
        (Account::rank.lt(6), vec![Account::rank.asc()], By(&["rank_1"])),
        (Account::score.eq(3), vec![], Not(Documents, Some("index(score)"))),
        (Account::age.gte(18), vec![], Not(Documents, Some("index(age)"))),
    ]
}

fn near() -> Filter<Account> {
    Account::place.near(Point::new(1.0, 1.0), 1_000.0)
}

fn tests() -> Vec<Case> {
    vec![
        (Account::email.contains("m1"), vec![], Not(AllKeys, None)),
        (Account::email.matches("^m1"), vec![], BY_MAIL),
        (Account::email.ci().starts_with("m1"), vec![], Not(AllKeys, None)),
        (Account::email.exists(), vec![], Not(AllKeys, None)),
        (Account::rank.mod_(3, 1), vec![], Not(AllKeys, None)),
        (Account::bio.contains("b1"), vec![], Not(Documents, None)),
        (Account::bio.contains("b1") & admin(), vec![], BY_ROLE),
        (Account::role.ne("admin"), vec![], BY_ROLE),
        (!(admin() & Account::age.gte(18)), vec![], Not(Documents, None)),
        (Account::age.eq(Account::team), vec![], Not(Documents, None)),
        (Account::age.eq(Account::team) & admin(), newest(), BY_ROLE),
        (near(), vec![], Not(Documents, Some("index(place = \"2dsphere\")"))),
        (near() & Account::bio.contains("b"), vec![], Not(Documents, Some("index(place = \"2dsphere\")"))),
        (near(), by_age(), Not(Documents, None)),
        (Account::sizes.key("xl").eq(1), vec![], Not(Documents, None)),
        (Filter::<Account>::search("word1"), vec![], By(&["about_text"])),
        (Filter::<Account>::search("word1") & admin(), vec![], By(&["about_text"])),
        (Filter::<Account>::search("word1"), by_age(), Not(Unindexed::Sort, None)),
        (Filter::<Account>::search("word1"), vec![Sort::relevance()], Not(Unindexed::Sort, None)),
    ]
}

fn alternatives() -> Vec<Case> {
    let bio = || Account::bio.eq("b1");
    vec![
        (admin() | Account::email.eq("m4"), vec![], By(&["role_1_created_at_-1", "mail_1"])),
        (admin() | bio(), vec![], Not(Documents, Some("index(bio)"))),
        (admin() | bio(), newest(), Not(Documents, Some("index(bio, created_at = desc)"))),
        (bio() | Account::age.gt(80), vec![], Not(Documents, Some("index(bio), index(age)"))),
        (admin() | Account::tags.has("g1"), newest(), By(&["role_1_created_at_-1", "tags_1_created_at_1"])),
        (admin() | Account::bio.contains("b1"), vec![], Not(Documents, None)),
        (admin() & (bio() | Account::age.gt(80)), newest(), BY_ROLE),
    ]
}

fn nested() -> Vec<Case> {
    let photo = || Account::cover.photo().width();
    vec![
        (Account::tags.has("g1"), vec![Account::created_at.asc()], BY_TAGS),
        (Account::tags.has_every(["g1", "g2"]), newest(), BY_TAGS),
        (Account::tags.is_empty(), vec![], BY_TAGS),
        (Account::tags.len().gt(2), vec![], Not(Documents, None)),
        (Account::lines.some(Line::sku.eq("s1") & Line::qty.gt(2)), vec![], By(&["lines.sku_1"])),
        (Account::lines.some(Line::sku.eq("s1")), by_age(), Not(Unindexed::Sort, Some("index(lines.sku, age)"))),
        (Account::lines.some(Line::qty.gt(2)), vec![], Not(Documents, Some("index(lines.qty)"))),
        (Account::lines.every(Line::qty.gt(2)), vec![], Not(Documents, None)),
        (Account::address.city().eq("c1"), vec![], By(&["address.town_1"])),
        (
            Account::address.city().eq("c1"),
            vec![Account::address.street().asc()],
            Not(Unindexed::Sort, Some("index(address.city, address.street)")),
        ),
        (photo().gt(100), vec![], By(&["cover.width_1"])),
        (photo().eq(4), newest(), Not(Unindexed::Sort, Some("index(cover.photo.width, created_at = desc)"))),
        (Account::cover.web_link().url().eq("u3"), vec![], Not(Documents, Some("index(cover.web_link.url)"))),
        (Account::cover.is_variant(Media::photo()), vec![], Not(Documents, None)),
    ]
}

/// Of reads by `distinct_by`: their order ends with the id, and the groups are sorted in memory.
fn firsts() -> Vec<Case> {
    let sort = |advice| Not(Unindexed::Sort, Some(advice));
    vec![
        // Of one document there is one group.
        (Account::email.eq("m4").into(), by_age(), BY_MAIL),
        (Account::id.eq(4).into(), vec![], By(&["_id_"])),
        (Account::age.gt(3) & Account::nick.eq("n4"), newest(), BY_NICK),
        (Account::age.in_(Vec::<i32>::new()), by_age(), By(&[])),
        (Account::all(), vec![], Grouped(&["_id_"])),
        (Account::all(), vec![Account::id.desc()], Grouped(&["_id_"])),
        (Account::id.gt(100), vec![], Grouped(&["_id_"])),
        (Account::id.in_([1, 2]), vec![], Grouped(&["_id_"])),
        (Account::id.in_([1, 2]), by_age(), Not(Unindexed::Sort, None)),
        (Account::all(), by_age(), sort("index(age, id)")),
        (Account::all(), vec![Account::email.asc()], sort("index(email, id)")),
        (admin(), vec![], sort("index(role, id)")),
        (admin(), vec![Account::role.asc()], sort("index(role, id)")),
        (admin(), newest(), sort("index(role, created_at = desc, id = desc)")),
        (admin() & Account::age.gte(18), by_age(), sort("index(role, age, id)")),
        (Account::bio.eq("b3"), by_age(), Not(Documents, Some("index(bio, age, id)"))),
        (Account::bio.eq("b3"), vec![], Not(AllKeys, Some("index(bio, id)"))),
        (Account::bio.contains("b1"), by_age(), Not(Documents, None)),
        (Filter::<Account>::search("word1"), vec![Sort::relevance()], Not(Unindexed::Sort, None)),
    ]
}

fn cases() -> Vec<Case> {
    [order(), keys(), tests(), alternatives(), nested()].into_iter().flatten().collect()
}

/// How the verdict on a query reads in the table.
fn is(coverage: &Coverage, verdict: &Verdict) -> bool {
    match verdict {
        By(indexes) => coverage.is_indexed() && coverage.indexes() == *indexes,
        Grouped(indexes) => coverage.problem() == Some(Groups) && coverage.advice().is_none() && coverage.indexes() == *indexes,
        Not(problem, advice) => coverage.problem() == Some(*problem) && coverage.advice() == *advice && coverage.indexes().is_empty(),
    }
}

#[test]
fn declarations_tell_which_index_serves_a_query_or_would() {
    let mut wrong = Vec::new();
    for (filter, order, verdict) in cases() {
        let coverage = filter.coverage_by(order.clone()).unwrap();
        if !is(&coverage, &verdict) {
            wrong.push(format!("{filter:?} {order:?}\n   is to be {verdict:?}, but: {coverage}\n   {:?}", coverage.advice()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn filled() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Account>()).await;
    fixture.db.sync().await.unwrap();
    fixture.db.insert_many(&(0..400).map(account).collect::<Vec<_>>()).await.unwrap();
    fixture
}

/// Makes what an attribute would declare; gives the names.
async fn make(fixture: &Fixture, advice: &str) -> Vec<String> {
    let stored = |name: &str| match name {
        "id" => "_id".to_owned(),
        "email" => "mail".to_owned(),
        "address.city" => "address.town".to_owned(),
        "cover.photo.width" => "cover.width".to_owned(),
        "cover.web_link.url" => "cover.url".to_owned(),
        other => other.to_owned(),
    };
    let key = |key: &str| match key.split_once(" = ") {
        Some((name, "desc")) => (stored(name), Bson::Int32(-1)),
        Some((name, kind)) => (stored(name), Bson::from(kind.trim_matches('"'))),
        None => (stored(key), Bson::Int32(1)),
    };
    let mut names = Vec::new();
    for (at, keys) in advice.split("index(").skip(1).enumerate() {
        let keys: Document = keys.trim_end_matches([',', ' ', ')']).split(", ").map(key).collect();
        let name = format!("advised_{at}");
        let command = doc! { "createIndexes": "accounts", "indexes": [{ "key": keys, "name": &name }] };
        fixture.raw.run_command(command).await.unwrap();
        names.push(name);
    }
    names
}

#[tokio::test]
async fn the_server_says_the_same_and_the_advice_helps() {
    let fixture = filled().await;
    let mut wrong = Vec::new();
    for (filter, order, verdict) in cases() {
        let asked = format!("{filter:?} {order:?}");
        let read = || fixture.db.find_many(filter.clone()).order_by(order.clone());
        match (&verdict, read().explain_checked().await) {
            (By(_), Ok(_)) | (Not(..), Err(Error::Unindexed { model: "Account", .. })) => {}
            (verdict, Ok(plan)) => wrong.push(format!("{asked}\n   {verdict:?}, but: {}", plan.get_document("queryPlanner").unwrap())),
            (verdict, Err(error)) => wrong.push(format!("{asked}\n   {verdict:?}, but: {error}")),
        }
        let Not(_, Some(advice)) = verdict else { continue };
        let names = make(&fixture, advice).await;
        assert!(!names.is_empty());
        if let Err(error) = read().explain_checked().await {
            wrong.push(format!("{asked}\n   with {advice} still: {error}"));
        }
        fixture.raw.run_command(doc! { "dropIndexes": "accounts", "index": names }).await.unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn of_documents_that_are_alike_the_groups_are_sorted_in_memory() {
    let fixture = filled().await;
    let mut wrong = Vec::new();
    for (filter, order, verdict) in firsts() {
        let asked = format!("{filter:?} {order:?}");
        let read = || fixture.db.find_many(filter.clone()).order_by(order.clone()).distinct_by(Account::team);
        for coverage in [read().coverage().unwrap(), read().order_by(by_age()).coverage_by(order.clone()).unwrap()] {
            if !is(&coverage, &verdict) {
                wrong.push(format!("{asked}\n   is to be {verdict:?}, but: {coverage}\n   {:?}", coverage.advice()));
            }
        }
        match (&verdict, read().explain_checked().await) {
            (By(_), Ok(_)) | (Grouped(_), Err(Error::Unindexed { problem: Groups, .. })) => {}
            // An order by relevance may stand in the plan, or behind it.
            (Not(..), Err(Error::Unindexed { problem, .. })) if problem != Groups || asked.contains("relevance") => {}
            (verdict, Ok(_)) => wrong.push(format!("{asked}\n   {verdict:?}, but it is served")),
            (verdict, Err(error)) => wrong.push(format!("{asked}\n   {verdict:?}, but: {error}")),
        }
        let Not(_, Some(advice)) = verdict else { continue };
        let names = make(&fixture, advice).await;
        // What is left is what no index helps with.
        match read().explain_checked().await {
            Err(Error::Unindexed { problem: Groups, .. }) => {}
            other => wrong.push(format!("{asked}\n   with {advice} still: {:?}", other.map(drop))),
        }
        fixture.raw.run_command(doc! { "dropIndexes": "accounts", "index": names }).await.unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let said = async |filter: Filter<Account>, order: Vec<Sort<Account>>| {
        let read = || fixture.db.find_many(filter.clone()).order_by(order.clone()).distinct_by(Account::team);
        let by_server = read().explain_checked().await.unwrap_err().to_string();
        let by_declarations = read().coverage().unwrap().to_string();
        let said: Vec<&str> = by_declarations.lines().filter(|line| !line.starts_with("  declared: ")).collect();
        (by_server, said.join("\n"))
    };
    let (by_server, by_declarations) = said(Account::id.gt(100), vec![]).await;
    assert_eq!(
        by_server,
        "this query of `Account` is not indexed: documents are grouped, and the groups are sorted in memory; no index has groups in an order"
    );
    assert_eq!(
        by_declarations,
        "this query of `Account` is not indexed: documents are grouped, and the groups are sorted in memory\n  \
         asked: id (a range); in the order of id\n  \
         advice: no index has groups in an order"
    );
    let (by_server, by_declarations) = said(admin(), by_age()).await;
    assert_eq!(
        by_server,
        "this query of `Account` is not indexed: documents are sorted in memory, as no index has them in the order; \
         `#[chakra(index(role, age, id))]` would serve what is grouped, and no index has groups in an order"
    );
    assert_eq!(
        by_declarations,
        "this query of `Account` is not indexed: documents are sorted in memory, as no index has them in the order\n  \
         asked: role (one value); in the order of age, id\n  \
         advice: `#[chakra(index(role, age, id))]` would serve what is grouped, and no index has groups in an order"
    );
}

#[tokio::test]
async fn what_is_refused_is_said_with_what_would_help() {
    let fixture = filled().await;
    let db = &fixture.db;
    fixture.commands();
    let plan = db.find_many(admin()).order_by(newest()).take(5).explain_checked().await.unwrap();
    assert_eq!(fixture.commands(), ["explain"]);
    let winning = |reply: &Document| reply.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap().clone();
    assert_eq!(winning(&plan), winning(&db.find_many(admin()).order_by(newest()).take(5).explain().await.unwrap()));

    let said = async |filter: Filter<Account>, order: Vec<Sort<Account>>| {
        let error = db.find_many(filter).order_by(order).explain_checked().await.unwrap_err();
        assert!(!error.is_retryable());
        error.to_string()
    };
    assert_eq!(
        said(Account::age.gte(18), vec![]).await,
        "this query of `Account` is not indexed: every document is looked at, as no index leads to what the filter asks for; \
         `#[chakra(index(age))]` would serve it"
    );
    assert_eq!(
        said(admin(), by_age()).await,
        "this query of `Account` is not indexed: documents are sorted in memory, as no index has them in the order; \
         `#[chakra(index(role, age))]` would serve it"
    );
    assert_eq!(
        said(Account::email.contains("m1"), vec![]).await,
        "this query of `Account` is not indexed: all keys of an index are gone through, as none leads to what the filter asks for; \
         no index that can be declared leads to what the filter asks for"
    );
    assert_eq!(
        said(Account::all(), vec![]).await,
        "this query of `Account` is not indexed: the whole collection is read, without a filter and in no order; \
         it needs a filter, or an order that an index has"
    );
    assert_eq!(
        said(Account::role.gt("b"), newest()).await,
        "this query of `Account` is not indexed: documents are sorted in memory, as no index has them in the order; \
         no index both leads to what the filter asks for and has it in this order"
    );

    fixture.commands();
    db.count(admin()).explain_checked().await.unwrap();
    db.count(Account::age.in_(Vec::<i32>::new())).explain_checked().await.unwrap();
    let error = db.count(Account::bio.eq("b1")).explain_checked().await.unwrap_err();
    assert!(matches!(error, Error::Unindexed { model: "Account", problem: Documents, .. }), "{error:?}");
    let error = db.count(Account::all()).explain_checked().await.unwrap_err();
    assert!(matches!(error, Error::Unindexed { problem: Everything, .. }), "{error:?}");
    assert_eq!(fixture.commands(), ["explain"; 4]);
}

#[tokio::test]
async fn an_index_that_is_declared_and_not_made_does_not_serve() {
    let fixture = Fixture::new(|builder| builder.model::<Account>()).await;
    fixture.db.insert_many(&(0..10).map(account).collect::<Vec<_>>()).await.unwrap();
    assert!(admin().coverage().unwrap().is_indexed());
    let error = fixture.db.find_many(admin()).explain_checked().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this query of `Account` is not indexed: every document is looked at, as no index leads to what the filter asks for; \
         `role_1_created_at_-1` is declared and would serve it: `sync` makes it where it is not there yet, and where it is, the server tried \
         and prefers another way"
    );
    fixture.db.sync().await.unwrap();
    fixture.db.find_many(admin()).explain_checked().await.unwrap();
}

#[tokio::test]
async fn indexes_without_a_collation_serve_what_is_no_text() {
    let fixture = filled().await;
    let read = |filter: Filter<Account>, order: Vec<Sort<Account>>, locale: &str| {
        fixture.db.find_many(filter).order_by(order).collation(Collation::builder().locale(locale).build())
    };
    let by_team = || vec![Account::score.asc(), Account::age.asc()];
    let of_role = Some("index(role, collation(locale = \"de\"))");
    let of_team = Some("index(team = desc, score = desc, age = desc, collation(locale = \"de\"))");
    let cases = [
        (read(admin(), vec![], "de"), read(admin(), vec![], "de"), of_role),
        (read(admin(), vec![], "simple"), read(admin(), vec![], "simple"), None),
        (read(Account::team.eq(3), vec![], "de"), read(Account::team.eq(3), vec![], "de"), None),
        (read(Account::team.eq(3), by_team(), "de"), read(Account::team.eq(3), by_team(), "de"), of_team),
    ];
    for (declared, sent, advice) in cases {
        let coverage = declared.coverage().unwrap();
        assert_eq!((coverage.is_indexed(), coverage.advice()), (advice.is_none(), advice), "{coverage}");
        assert_eq!(sent.explain_checked().await.is_ok(), advice.is_none(), "{coverage}");
    }
}

#[tokio::test]
async fn every_verb_with_a_filter_can_be_asked() {
    let fixture = Fixture::new(|builder| builder.model::<Account>()).await;
    let db = &fixture.db;
    fixture.commands();
    let bio = || Account::bio.eq("b1");
    let advice = |coverage: chakra::Result<Coverage>| coverage.unwrap().advice().map(str::to_owned);
    let of_bio = || Some("index(bio)".to_owned());
    assert_eq!(advice(db.find_many(bio()).coverage()), of_bio());
    assert_eq!(advice(db.find_first(bio()).select(Account::bio).coverage()), of_bio());
    assert_eq!(advice(db.find_many(bio()).order_by(by_age()).coverage()), Some("index(bio, age)".to_owned()));
    assert_eq!(advice(db.find_many(bio()).order_by(by_age()).coverage_by(newest())), Some("index(bio, created_at = desc)".to_owned()));
    assert_eq!(advice(db.count(bio()).coverage()), of_bio());
    assert_eq!(advice(db.exists(bio()).coverage()), of_bio());
    assert_eq!(advice(db.distinct(Account::role, bio()).coverage()), of_bio());
    assert_eq!(advice(db.update_many(bio()).set(Account::age, 1).coverage()), of_bio());
    assert_eq!(advice(db.delete_many(bio()).coverage()), of_bio());
    for coverage in [
        db.get(Account::email.eq("m1")).coverage(),
        db.find_unique(Account::id.eq(1)).coverage(),
        db.update(Account::id.eq(1)).set(Account::age, 1).coverage(),
        db.delete(Account::nick.eq("n1")).coverage(),
        Account::email.eq("m1").coverage(),
    ] {
        let coverage = coverage.unwrap();
        assert!(coverage.is_indexed(), "{coverage}");
    }
    // A page ends its order with the id.
    let page = db.find_many(admin()).order_by(newest()).page(10);
    assert_eq!(advice(page.coverage()), Some("index(role, created_at = desc, id = desc)".to_owned()));
    assert!(db.find_many(Account::all()).order_by(Account::email.asc()).page(10).coverage().unwrap().is_indexed());
    // A limit leaves out only what was looked at.
    assert_eq!(db.find_many(Account::all()).take(1).coverage().unwrap().problem(), Some(Everything));
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[derive(Debug, Model)]
#[chakra(index(is_active))]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "mail", unique)]
    email: String,
    is_active: bool,
    joined: i64,
    size: u64,
}

fn panic_of(assertion: impl FnOnce() + UnwindSafe) -> String {
    *std::panic::catch_unwind(assertion).unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn an_assertion_says_what_is_missing() {
    let active = || Member::is_active.eq(true);
    chakra::assert_indexed!(active());
    chakra::assert_indexed!(&active());
    chakra::assert_indexed!(active(), order_by = Member::is_active.desc());
    chakra::assert_indexed!(Member::email.eq("a@x"), order_by = (Member::joined.asc(), Member::id.asc()),);
    assert_eq!(
        panic_of(|| chakra::assert_indexed!(Member::is_active.eq(true), order_by = Member::joined.desc())),
        "this query of `Member` is not indexed: documents are sorted in memory, as no index has them in the order\n  \
         asked: is_active (one value); in the order of joined = desc\n  \
         advice: `#[chakra(index(is_active, joined = desc))]` would serve it\n  \
         declared: the id, index(is_active), unique(email)"
    );
    let filter = || (Member::joined.gt(3) & Member::email.contains("x")) | !(Member::joined.in_([1, 2]) & Member::id.eq(7));
    assert_eq!(
        panic_of(|| chakra::assert_indexed!(filter())),
        "this query of `Member` is not indexed: every document is looked at, as no index leads to what the filter asks for\n  \
         asked: either joined (a range), email (a test) or a test of the document\n  \
         advice: no index that can be declared leads to what the filter asks for\n  \
         declared: the id, index(is_active), unique(email)"
    );
    assert!(panic_of(|| chakra::assert_indexed!(Member::size.eq(u64::MAX))).starts_with("this `Member` is not valid: "));
    assert_eq!(active().coverage().unwrap().to_string(), "this query of `Member` is served by `is_active_1`");
    let nothing = Member::joined.in_(Vec::<i64>::new());
    assert_eq!(nothing.coverage().unwrap().to_string(), "this query of `Member` finds nothing, and nothing is looked up");
}
