//! Indexes serve filters: of every operator, on every kind of field that has an index, what the server goes through to answer it.
//!
//! Each row is asked of the server, so it can say neither that an index is used where none is nor the opposite. A row that is not answered by
//! the keys that its filter names says why. What the declarations say of it without a server must be the same.

use crate::support::{Access, Sent};
use bson::{doc, oid::ObjectId};
use chakra::{
    model::{Point, Polygon},
    prelude::*,
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Colour {
    Red,
    Green,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    #[chakra(name = "town")]
    city: String,
    floor: Option<i32>,
    #[chakra(default = 1)]
    level: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    qty: i32,
    note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Media {
    Photo { url: String, width: i32, by: Option<String> },
    Link { url: String },
    Nothing,
}

/// An index on all that a model can declare one on.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(
    collection = "served",
    index(home.city),
    index(home.floor),
    index(home.level),
    index(base.city),
    index(base.floor),
    index(base.level),
    index(lines.sku),
    index(lines.qty),
    index(cover.photo.width),
    index(cover.photo.by),
    index(back.photo.width),
    index(media.photo.width)
)]
struct Served {
    #[chakra(id)]
    id: i64,
    #[chakra(index)]
    int: i32,
    #[chakra(index)]
    long: Option<i64>,
    #[chakra(index, default = 5)]
    rank: i64,
    #[chakra(index)]
    ratio: Option<f64>,
    #[chakra(index)]
    flag: bool,
    #[chakra(index)]
    text: String,
    #[chakra(index)]
    word: Option<String>,
    #[chakra(index)]
    seen: Option<DateTime<Utc>>,
    #[chakra(index)]
    colour: Option<Colour>,
    #[chakra(index)]
    oid: Option<ObjectId>,
    #[chakra(index)]
    data: Vec<u8>,
    #[chakra(index)]
    tags: Vec<String>,
    #[chakra(index)]
    codes: Vec<i32>,
    #[chakra(index)]
    holes: Vec<Option<i32>>,
    #[chakra(index)]
    maybe: Option<Vec<String>>,
    #[chakra(index)]
    lines: Vec<Line>,
    #[chakra(index)]
    home: Option<Home>,
    base: Home,
    cover: Media,
    back: Option<Media>,
    media: Vec<Media>,
    #[chakra(index)]
    counts: BTreeMap<String, i32>,
    /// Its index is made beside the model, which cannot declare one of that kind.
    place: Option<Point>,
}

/// Lists of up to three items, every `Option` as both, and every value often enough to be worth an index.
fn served(id: i64) -> Served {
    let small = i32::try_from(id).unwrap();
    let texts = |letter: &str, many: i64| (0..many).map(|at| format!("{letter}{at}")).collect::<Vec<_>>();
    let home = || Home { city: format!("c{}", id % 9), floor: (id % 3 != 0).then_some(small % 5), level: small % 4 };
    let line = |at: i32| Line { sku: format!("s{}", at % 13), qty: at % 10, note: (at % 2 == 0).then(|| "n".to_owned()) };
    let media = |at: i32| match at % 3 {
        0 => Media::Photo { url: format!("u{}", at % 17), width: at, by: (at % 2 == 0).then(|| "b".to_owned()) },
        1 => Media::Link { url: format!("u{}", at % 17) },
        _ => Media::Nothing,
    };
    let mut oid = [0; 12];
    oid[4..].copy_from_slice(&id.to_be_bytes());
    Served {
        id,
        int: small % 7,
        long: (id % 5 != 0).then_some(id),
        rank: id % 11,
        ratio: (id % 4 != 0).then_some(f64::from(small) / 2.0),
        flag: id % 2 == 0,
        text: format!("t{id}"),
        word: (id % 3 != 0).then(|| format!("w{}", id % 50)),
        seen: (id % 3 != 0).then(|| at(id * 1_000)),
        colour: (id % 3 != 0).then_some(if id % 2 == 0 { Colour::Red } else { Colour::Green }),
        oid: (id % 3 != 0).then_some(ObjectId::from_bytes(oid)),
        data: vec![u8::try_from(id % 256).unwrap()],
        tags: texts("g", id % 4),
        codes: (0..small % 4).collect(),
        holes: (0..small % 4).map(|at| (at % 2 == 0).then_some(at)).collect(),
        maybe: (id % 2 == 0).then(|| texts("m", id % 3)),
        lines: (0..small % 3).map(|at| line(small + at)).collect(),
        home: (id % 3 != 0).then(home),
        base: home(),
        cover: media(small),
        back: (id % 4 != 0).then(|| media(small + 1)),
        media: (0..small % 3).map(|at| media(small + at)).collect(),
        counts: BTreeMap::from([("a".to_owned(), small)]),
        place: (id % 4 != 0).then(|| Point::new(f64::from(small % 180), f64::from(small % 90))),
    }
}

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap()
}

fn rome() -> Home {
    Home { city: "Rome".into(), floor: None, level: 2 }
}

fn line() -> Line {
    Line { sku: "s1".into(), qty: 1, note: None }
}

fn photo() -> Media {
    Media::Photo { url: "u0".into(), width: 30, by: None }
}

/// How a filter is answered, and why where that is not by the keys that it names.
enum Answer {
    Keys,
    AllKeys(&'static str),
    Documents(&'static str),
}
use Answer::{AllKeys, Documents, Keys};

const EVERYTHING: &str = "it matches every document";
const STORED: &str = "an index has null where nothing is, so what is there is told by the document";
const SOMEWHERE: &str = "keys are in the order of how texts begin";
const REMAINDER: &str = "keys are not in the order of their remainders";
const BITS: &str = "the server looks up bits in no index";
const LENGTH: &str = "an index has the items of a list, not how many there are";
const LACKING: &str = "an index has what is in a list, not what is in none of its items";
const WHOLE_LIST: &str = "an index has the items of a list, not what a list is not as a whole";
const COMPLEMENT: &str = "the complement of this condition is no range of keys to the server";
const SEVERAL: &str = "the complement of several conditions at once is no range of keys to the server";
const TAG: &str = "no path leads to the tag of a union, so no index can be declared on it";
const KEY: &str = "a model does not know the keys of a map, so no index can be declared on one";
const TWO_PATHS: &str = "an index has the values of one field, not how two compare";

/// A filter, and how it is to be answered.
type Case = (Filter<Served>, Answer);

fn equality() -> Vec<Case> {
    vec![
        (Served::id.eq(3).into(), Keys),
        (Served::id.in_([3, 4]), Keys),
        (Served::id.ne(3), Keys),
        (Served::int.eq(3), Keys),
        (Served::int.ne(3), Keys),
        (Served::int.in_([1, 2]), Keys),
        (Served::int.not_in([1, 2]), Keys),
        (Served::int.in_(Vec::<i32>::new()), Keys),
        (Served::int.not_in(Vec::<i32>::new()), Documents(EVERYTHING)),
        (Served::long.eq(3), Keys),
        (Served::long.ne(3), Keys),
        (Served::long.eq(None), Keys),
        (Served::long.in_([None, Some(3_i64)]), Keys),
        (Served::rank.eq(5), Keys),
        (Served::rank.eq(7), Keys),
        (Served::rank.ne(5), Keys),
        (Served::rank.in_([5, 7]), Keys),
        (Served::rank.not_in([5, 7]), Keys),
        (Served::ratio.eq(1.5), Keys),
        (Served::ratio.eq(f64::NAN), Keys),
        (Served::ratio.ne(f64::NAN), Documents(EVERYTHING)),
        (Served::flag.eq(true), Keys),
        (Served::text.eq("t3"), Keys),
        (Served::word.ne("w3"), Keys),
        (Served::seen.eq(at(1_000)), Keys),
        (Served::colour.eq(Colour::Red), Keys),
        (Served::colour.ne(Colour::Red), Keys),
        (Served::colour.in_([None, Some(Colour::Green)]), Keys),
        (Served::oid.eq(ObjectId::from_bytes([0; 12])), Keys),
        (Served::data.eq(vec![3]), Keys),
        (Served::counts.eq(BTreeMap::from([("a".to_owned(), 3)])), Keys),
        (Served::all(), Documents(EVERYTHING)),
    ]
}

fn presence() -> Vec<Case> {
    vec![
        (Served::long.is_none(), Keys),
        (Served::long.is_some(), Keys),
        (Served::word.is_missing(), Keys),
        (Served::word.exists(), AllKeys(STORED)),
        (Served::word.is_null(), Keys),
        (Served::tags.is_missing(), Keys),
        (Served::tags.exists(), AllKeys(STORED)),
        (Served::tags.is_null(), Keys),
        (Served::home.is_none(), Keys),
        (Served::home.is_some(), Keys),
        (Served::home.city().is_none(), Keys),
        (Served::home.floor().is_none(), Keys),
        (Served::home.floor().is_some(), Keys),
        (Served::maybe.is_none(), Keys),
        (Served::maybe.is_some(), AllKeys("a list has a key for each of its items, whatever these are")),
    ]
}

fn order() -> Vec<Case> {
    vec![
        (Served::int.lt(3), Keys),
        (Served::int.lte(3), Keys),
        (Served::int.gt(3), Keys),
        (Served::int.gte(3), Keys),
        (Served::int.between(2, 3), Keys),
        (Served::long.lt(3), Keys),
        (Served::ratio.gte(1.5), Keys),
        (Served::rank.lt(6), Keys),
        (Served::rank.gte(6), Keys),
        (Served::text.lt("t3"), Keys),
        (Served::word.between("w1", "w2"), Keys),
        (Served::seen.lt(at(1_000)), Keys),
        (Served::seen.gte(at(1_000) + chrono::TimeDelta::nanoseconds(1)), Keys),
        (Served::oid.gt(ObjectId::from_bytes([0; 12])), Keys),
        (Served::home.floor().lt(3), Keys),
        (Served::home.level().lt(3), Keys),
        (!Served::int.lt(3), Keys),
        (!Served::long.gte(3), Keys),
        (!Served::rank.lt(6), Keys),
        (!Served::int.between(2, 3), Keys),
    ]
}

fn text() -> Vec<Case> {
    let none = Vec::<String>::new;
    vec![
        (Served::text.starts_with("t1"), Keys),
        (Served::text.starts_with(""), AllKeys("every text starts with it")),
        (Served::word.starts_with("w1"), Keys),
        (Served::text.matches("^t1"), Keys),
        (Served::text.matches("1"), AllKeys(SOMEWHERE)),
        (Served::text.contains("1"), AllKeys(SOMEWHERE)),
        (Served::text.ends_with("1"), AllKeys(SOMEWHERE)),
        (Served::text.ci().eq("T1"), AllKeys("keys are in the order of capital letters before small ones")),
        (Served::text.ci().in_(["T1", "T2"]), AllKeys("keys are in the order of capital letters before small ones")),
        (Served::text.ci().in_(none()), Keys),
        (Served::text.ci().contains("T"), AllKeys(SOMEWHERE)),
        (Served::text.ci().starts_with("T"), AllKeys("keys are in the order of capital letters before small ones")),
        (Served::text.ci().ends_with("T"), AllKeys(SOMEWHERE)),
        (Served::text.contains("x".repeat(40_000)), Documents("longer than a pattern may be, it is looked for by an expression")),
        (!Served::text.starts_with("t1"), Keys),
        (!Served::text.contains("1"), Documents(COMPLEMENT)),
        (!Served::text.matches("^t1"), Documents(COMPLEMENT)),
        (Served::text.ci().ne("T1"), Documents(COMPLEMENT)),
    ]
}

fn numbers() -> Vec<Case> {
    vec![
        (Served::int.mod_(3, 1), AllKeys(REMAINDER)),
        (!Served::int.mod_(3, 1), Documents(COMPLEMENT)),
        (Served::int.bits_all_set(5), Documents(BITS)),
        (Served::int.bits_any_set(5), Documents(BITS)),
        (Served::int.bits_all_clear(5), Documents(BITS)),
        (Served::int.bits_any_clear(5), Documents(BITS)),
    ]
}

fn lists() -> Vec<Case> {
    let none = Vec::<String>::new;
    vec![
        (Served::tags.has("g1"), Keys),
        (Served::codes.has(1), Keys),
        (Served::holes.has(1), Keys),
        (Served::holes.has(None), Keys),
        (Served::maybe.has("m1"), Keys),
        (Served::tags.has_every(["g1", "g2"]), Keys),
        (Served::tags.has_every(none()), Documents(EVERYTHING)),
        (Served::maybe.has_every(none()), AllKeys("a list has a key for each of its items, whatever these are")),
        (Served::tags.has_some(["g1", "g2"]), Keys),
        (Served::tags.has_some(none()), Keys),
        (!Served::tags.has("g1"), Keys),
        (!Served::tags.has_some(["g1", "g2"]), Keys),
        (!Served::tags.has_every(["g1", "g2"]), Documents(SEVERAL)),
        (Served::tags.eq(["g0"]), Keys),
        (Served::tags.ne(["g0"]), Documents(WHOLE_LIST)),
        (Served::tags.is_empty(), Keys),
        (Served::tags.eq(vec![]), Keys),
        (Served::lines.is_empty(), Keys),
        (!Served::tags.is_empty(), Documents(LENGTH)),
        (Served::maybe.is_empty(), Keys),
        (Served::tags.len().eq(0), Keys),
        (Served::tags.len().eq(2), Documents(LENGTH)),
        (Served::tags.len().ne(2), Documents(LENGTH)),
        (Served::tags.len().lt(2), Documents(LENGTH)),
        (Served::tags.len().lte(2), Documents(LENGTH)),
        (Served::tags.len().gt(2), Documents(LENGTH)),
        (Served::tags.len().gte(2), Documents(LENGTH)),
        (Served::lines.len().gt(1), AllKeys("a list has a key for each of its items, whatever these are")),
        (Served::lines.len().gt(10), Documents(LENGTH)),
    ]
}

fn lists_of_composites() -> Vec<Case> {
    vec![
        (Served::lines.some(Line::sku.eq("s1")), Keys),
        (Served::lines.some(Line::sku.eq("s1") & Line::qty.gt(1)), Keys),
        (Served::lines.some(Line::sku.eq("s1") & Line::note.is_none()), Keys),
        (Served::lines.some(!Line::qty.gt(1)), Keys),
        (Served::lines.some(Line::note.is_none()), Documents("no index is declared on the path that is asked for")),
        (Served::lines.some(Filter::all()), Documents(LENGTH)),
        (Served::lines.every(Line::qty.gt(1)), Documents(LACKING)),
        (Served::lines.none(Line::qty.gt(1)), Documents(LACKING)),
        (Served::lines.has(line()), Keys),
        (Served::lines.sku().has("s1"), Keys),
        (Served::lines.sku().has_every(["s1", "s2"]), Keys),
        (Served::lines.sku().has_some(["s1", "s2"]), Keys),
        (Served::lines.eq(vec![line()]), Keys),
        (Served::lines.ne(vec![line()]), Documents(WHOLE_LIST)),
        (Served::media.some(Media::photo().width().gt(1)), Keys),
        (Served::media.photo().width().has(30), Keys),
    ]
}

fn composites() -> Vec<Case> {
    vec![
        (Served::home.city().eq("c1"), Keys),
        (Served::home.city().ne("c1"), Keys),
        (Served::home.city().in_(["c1", "c2"]), Keys),
        (Served::home.level().eq(1), Keys),
        (Served::home.level().ne(1), Keys),
        (Served::home.is(Home::city.eq("c1")), Keys),
        (Served::home.is_not(Home::city.eq("c1")), Documents(SEVERAL)),
        (Served::home.eq(rome()), Keys),
        (Served::home.ne(rome()), Documents(SEVERAL)),
        (Served::home.in_([None, Some(rome())]), Keys),
        (Served::base.city().eq("c1"), Keys),
        (Served::base.level().eq(1), Keys),
        (Served::base.level().ne(1), Keys),
        (Served::base.is(Home::city.eq("c1")), Keys),
        (Served::base.is_not(Home::city.eq("c1")), Keys),
        (Served::base.eq(rome()), Keys),
        (Served::base.ne(rome()), Documents(SEVERAL)),
    ]
}

fn unions() -> Vec<Case> {
    vec![
        (Served::cover.photo().width().gt(100), Keys),
        (Served::cover.photo().width().eq(30), Keys),
        (Served::cover.photo().width().ne(30), Documents(SEVERAL)),
        (Served::cover.photo().width().is_none(), Documents(TAG)),
        (Served::cover.photo().by().eq("b"), Keys),
        (Served::cover.photo().by().is_none(), Documents(TAG)),
        (Served::cover.photo().is_some(), Documents(TAG)),
        (Served::cover.photo().is_none(), Documents(TAG)),
        (Served::cover.is_variant(Media::photo()), Documents(TAG)),
        (Served::cover.is(Media::photo().width().gt(100)), Keys),
        (Served::cover.is_not(Media::photo().width().gt(100)), Documents(SEVERAL)),
        (Served::cover.eq(photo()), Keys),
        (Served::cover.ne(photo()), Documents(SEVERAL)),
        (Served::back.photo().width().gt(100), Keys),
        (Served::back.is(Media::photo().width().gt(100)), Keys),
    ]
}

fn maps() -> Vec<Case> {
    vec![
        (Served::counts.key("a").eq(3), Documents(KEY)),
        (Served::counts.key("a").gt(3), Documents(KEY)),
        (Served::counts.key("a").is_none(), Documents(KEY)),
        (Served::counts.has_key("a"), Documents(KEY)),
    ]
}

fn places() -> Vec<Case> {
    let around = || Polygon { rings: vec![vec![Point::new(0.0, 0.0), Point::new(9.0, 0.0), Point::new(9.0, 9.0), Point::new(0.0, 0.0)]] };
    vec![
        (Served::place.near(Point::new(1.0, 1.0), 1_000.0), Keys),
        (Served::place.within(around()), Keys),
        (Served::place.intersects(around()), Keys),
        (!Served::place.within(around()), Documents("an index has the places that are there, not those that are not")),
    ]
}

fn two_paths() -> Vec<Case> {
    vec![
        (Served::int.eq(Served::base.level()), Documents(TWO_PATHS)),
        (Served::int.ne(Served::base.level()), Documents(TWO_PATHS)),
        (Served::word.eq(Served::text), Documents(TWO_PATHS)),
        (Served::long.gte(Served::rank), Documents(TWO_PATHS)),
        (Served::int.lt(Served::home.floor()), Documents(TWO_PATHS)),
    ]
}

fn combinations() -> Vec<Case> {
    vec![
        (Served::int.eq(3) & Served::word.eq("w1"), Keys),
        (Served::int.eq(3) & Served::int.bits_all_set(1), Keys),
        (Served::int.eq(3) & Served::tags.len().gt(2), Keys),
        (Served::int.eq(3) | Served::word.eq("w1"), Keys),
        (Served::int.eq(3) | Served::int.bits_all_set(4), Documents(BITS)),
        (!(Served::int.eq(3) & Served::word.eq("w1")), Documents(SEVERAL)),
        (!(Served::int.eq(3) | Served::word.eq("w1")), Keys),
        (Filter::all_of([Served::int.gt(1), Served::text.starts_with("t")]), Keys),
        (Filter::any_of([Served::int.gt(5), Served::text.starts_with("t1")]), Keys),
        (Filter::none_of([Served::int.eq(3), Served::word.eq("w1")]), Keys),
    ]
}

impl Answer {
    fn parts(&self) -> (Access, &'static str) {
        match self {
            Keys => (Access::Keys, "it names keys of an index"),
            AllKeys(why) => (Access::AllKeys, why),
            Documents(why) => (Access::Documents, why),
        }
    }
}

#[tokio::test]
async fn an_index_serves_every_filter_but_those_that_say_why_not() {
    let sent = Sent::with(|builder| builder.model::<Served>()).await;
    sent.db.sync().await.unwrap();
    let index = doc! { "key": { "place": "2dsphere" }, "name": "place_2dsphere" };
    sent.raw.run_command(doc! { "createIndexes": "served", "indexes": [index] }).await.unwrap();
    let documents: Vec<Served> = (0..300).map(served).collect();
    sent.db.insert_many(&documents).await.unwrap();
    let cases = [
        equality(),
        presence(),
        order(),
        text(),
        numbers(),
        lists(),
        lists_of_composites(),
        composites(),
        unions(),
        maps(),
        two_paths(),
        combinations(),
    ];
    let mut wrong = Vec::new();
    let cases = cases.into_iter().flatten().map(|(filter, answer)| (filter, answer, true));
    let of_undeclared = places().into_iter().map(|(filter, answer)| (filter, answer, false));
    for (filter, expected, is_declared) in cases.chain(of_undeclared) {
        let shape = format!("{filter:?}");
        let coverage = filter.coverage().unwrap();
        if coverage.is_indexed() != (is_declared && matches!(expected, Keys)) {
            wrong.push(format!("{shape}\n   {coverage}"));
        }
        sent.db.find_many(filter).await.unwrap();
        let (found, (expected, why)) = (sent.explain().await, expected.parts());
        if found != expected {
            wrong.push(format!("{shape}\n   sent {}\n   goes through {found:?}, not {expected:?}: {why}", sent.part("filter")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
