//! What is printed of filters, orders and updates: their paths and operators, and no value that may be a document's. `detail` shows all.

use crate::{
    models::{User, ada},
    proof::model::{Home, Line, Media, Spot, Thing},
    support::Fixture,
};
use bson::oid::ObjectId;
use chakra::{
    Error, Patch,
    model::{Point, Polygon},
    prelude::*,
    query::{SearchOptions, Sort, Update},
};

/// Values that nothing else has in it.
const TEXT: &str = "s3cret";
const NUMBER: i32 = 271_828;
const DIGITS: &str = "271828";
const OID: &str = "5ec3e75ec3e75ec3e75ec3e7";

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(text(title))]
struct Shop {
    #[chakra(id)]
    id: i64,
    title: String,
    place: Option<Point>,
}

/// A filter, how it is printed, and what only its detail has.
type Shown<M> = (Filter<M>, &'static str, Option<&'static str>);

fn moment() -> DateTime<Utc> {
    // In 1977.
    DateTime::from_timestamp_millis(236_000_000_123).unwrap()
}

fn home() -> Home {
    Home { city: TEXT.into(), floor: None, level: 1, spot: None, names: vec![] }
}

fn line() -> Line {
    Line { sku: TEXT.into(), qty: 1, note: None, codes: vec![], spot: None, sum: None, pack: 1, parts: vec![] }
}

fn check_filters<M>(cases: Vec<Shown<M>>) {
    for (filter, shape, secret) in cases {
        let (debug, detail) = (format!("{filter:?}"), filter.detail().to_string());
        assert_eq!(debug, format!("Filter({shape})"));
        assert_eq!(format!("{filter:#?}"), debug, "there is no other form of it");
        match secret {
            Some(secret) => assert!(!debug.contains(secret) && detail.contains(secret), "{debug} {detail}"),
            None => assert_eq!(detail, shape),
        }
    }
}

#[test]
fn a_filter_shows_its_paths_and_operators() {
    check_filters(vec![
        (Thing::int.eq(NUMBER), "int eq _", Some(DIGITS)),
        (Thing::int.ne(NUMBER), "not(int eq _)", Some(DIGITS)),
        (Thing::int.in_([NUMBER]), "int in 1 value", Some(DIGITS)),
        (Thing::int.in_([1, NUMBER]), "int in 2 values", Some(DIGITS)),
        (Thing::int.not_in([NUMBER, 2, 3]), "not(int in 3 values)", Some(DIGITS)),
        (Thing::int.lt(NUMBER), "int Lt _", Some(DIGITS)),
        (Thing::int.lte(NUMBER), "int Lte _", Some(DIGITS)),
        (Thing::int.gt(NUMBER), "int Gt _", Some(DIGITS)),
        (Thing::int.gte(NUMBER), "int Gte _", Some(DIGITS)),
        (Thing::int.between(1, NUMBER), "and(int Gte _, int Lte _)", Some(DIGITS)),
        (Thing::real.gt(1234.5678), "real Gt _", Some("1234.5678")),
        (Thing::seen.lt(moment()), "seen Lt _", Some("1977")),
        (Thing::oid.eq(ObjectId::parse_str(OID).unwrap()), "oid eq _", Some(OID)),
        (Thing::flag.eq(true), "flag eq _", Some("true")),
        (Thing::word.eq(TEXT), "word eq _", Some(TEXT)),
        (Thing::word.eq(None), "word eq _", Some("null")),
        (Thing::word.is_none(), "word is_none", None),
        (Thing::word.is_some(), "not(word is_none)", None),
        (Thing::word.is_missing(), "word is_missing", None),
        (Thing::word.exists(), "not(word is_missing)", None),
        (Thing::word.is_null(), "word is_null", None),
        (Thing::text.contains(TEXT), "text Contains _", Some(TEXT)),
        (Thing::text.starts_with(TEXT), "text StartsWith _", Some(TEXT)),
        (Thing::text.ends_with(TEXT), "text EndsWith _", Some(TEXT)),
        (Thing::text.matches(TEXT), "text matches _", Some(TEXT)),
        (Thing::text.ci().eq(TEXT), "text Is _ in any case", Some(TEXT)),
        (Thing::text.ci().ne(TEXT), "not(text Is _ in any case)", Some(TEXT)),
        (Thing::text.ci().contains(TEXT), "text Contains _ in any case", Some(TEXT)),
        (Thing::rank.lt(Thing::long), "rank Lt long", None),
        (Thing::word.eq(Thing::text), "word eq text", None),
    ]);
}

#[test]
fn a_filter_of_lists_and_composites_shows_its_paths_and_operators() {
    check_filters(vec![
        (Thing::tags.has(TEXT), "tags has _", Some(TEXT)),
        (Thing::tags.has_every([TEXT, "a"]), "tags has every of 2 values", Some(TEXT)),
        (Thing::tags.has_some([TEXT]), "tags has some of 1 value", Some(TEXT)),
        (Thing::tags.eq([TEXT]), "tags eq _", Some(TEXT)),
        (Thing::home.city().eq(TEXT), "home.town eq _", Some(TEXT)),
        (Thing::home.is(Home::city.eq(TEXT)), "home is(town eq _)", Some(TEXT)),
        (Thing::home.is_not(Home::city.eq(TEXT)), "not(home is(town eq _))", Some(TEXT)),
        (Thing::home.eq(home()), "home eq _", Some(TEXT)),
        (Thing::lines.has(line()), "lines has _", Some(TEXT)),
        (Thing::lines.some(Line::sku.eq(TEXT)), "lines some(sku eq _)", Some(TEXT)),
        (Thing::lines.every(Line::sku.eq(TEXT)), "not(lines some(not(sku eq _)))", Some(TEXT)),
        (Thing::lines.none(Line::sku.eq(TEXT) | Line::qty.gt(NUMBER)), "not(lines some(or(sku eq _, qty Gt _)))", Some(TEXT)),
        (Thing::lines.some(Line::parts.some(Spot::x.gt(NUMBER))), "lines some(parts some(x Gt _))", Some(DIGITS)),
        (Thing::lines.sku().has(TEXT), "lines.sku has _", Some(TEXT)),
        (Thing::cover.photo().url().eq(TEXT), "cover.url eq _", Some(TEXT)),
        (Thing::cover.is_variant(Media::photo()), "cover is(not(it is_none))", None),
        (Thing::media.some(Media::photo().is_some()), "media some(not(it is_none))", None),
        (Thing::counts.key("a").gt(NUMBER), "counts.a Gt _", Some(DIGITS)),
        (Thing::counts.has_key("a"), "not(counts.a is_missing)", None),
        // A key that cannot stand in a path.
        (Thing::counts.key("s3.cret").gt(1), "counts.{…} fault", None),
        (Thing::all(), "all", None),
        (!Thing::all(), "nothing", None),
        (Filter::all_of([]), "and()", None),
        (Filter::any_of([]), "nothing", None),
        (Filter::none_of([]), "and()", None),
        (Thing::int.eq(NUMBER) & Thing::text.eq(TEXT), "and(int eq _, text eq _)", Some(TEXT)),
        (Thing::int.eq(NUMBER) | Thing::text.eq(TEXT) | Thing::flag.eq(true), "or(int eq _, text eq _, flag eq _)", Some(TEXT)),
        (!(Thing::int.eq(NUMBER) & !Thing::text.eq(TEXT)), "not(and(int eq _, not(text eq _)))", Some(DIGITS)),
    ]);
}

#[test]
fn a_place_and_a_search_are_values_too() {
    let border = vec![Point::new(10.0, 42.0), Point::new(15.0, 42.0), Point::new(12.5625, 44.0), Point::new(10.0, 42.0)];
    let area = || Polygon { rings: vec![border.clone()] };
    check_filters(vec![
        (Shop::place.near(Point::new(12.5625, 41.0), 500.0), "place near _", Some("12.5625")),
        (Shop::place.within(area()), "place within _", Some("12.5625")),
        (Shop::place.intersects(area()), "place intersects _", Some("12.5625")),
        (Filter::search(TEXT), "search _", Some(TEXT)),
        (Filter::search_with(TEXT, SearchOptions::new().case_sensitive()) & Shop::id.gt(1), "and(search _, _id Gt _)", Some(TEXT)),
    ]);
}

/// They say what is asked, not of what: no document holds a length, a divisor or a mask.
#[test]
fn a_length_a_divisor_and_a_mask_belong_to_the_operator() {
    check_filters(vec![
        (Thing::tags.is_empty(), "tags len eq 0", None),
        (Thing::tags.len().eq(3), "tags len eq 3", None),
        (Thing::tags.len().gt(3), "tags len gte 4", None),
        (Thing::tags.len().lt(3), "and(tags len gte 0, not(tags len gte 3))", None),
        (Thing::int.mod_(3, 1), "int mod 3 is 1", None),
        (Thing::int.bits_all_set(5), "int bits AllSet 0x5", None),
        (Thing::int.bits_any_clear(255), "int bits AnyClear 0xff", None),
    ]);
}

#[test]
fn keys_orders_and_paths_show_where_they_lead() {
    assert_eq!(format!("{:?}", Thing::id.eq(i64::from(NUMBER))), "UniqueFilter(_id eq _)");
    assert_eq!(format!("{:?}", Thing::id.eq(1) & Thing::text.eq(TEXT)), "UniqueFilter(and(_id eq _, text eq _))");
    assert_eq!(format!("{:?}", User::first_name_last_name.eq((TEXT, TEXT))), "UniqueFilter(and(first_name eq _, last_name eq _))");
    assert_eq!(format!("{:?}", Thing::home.city().desc()), "Sort(home.town Descending)");
    assert_eq!(format!("{:?}", vec![Thing::int.asc(), Thing::id.desc()]), "[Sort(int Ascending), Sort(_id Descending)]");
    assert_eq!(format!("{:?}", Sort::<Shop>::relevance()), "Sort(relevance)");
    assert_eq!(format!("{:?}", Thing::home.city()), "Path(home.town)");
}

#[test]
fn an_update_shows_its_paths_and_operators() {
    let secret = Some(TEXT);
    let number = Some(DIGITS);
    let cases: Vec<(Update<Thing>, &str, Option<&str>)> = vec![
        (Update::new(), "", None),
        (Update::new().set(Thing::text, TEXT), "text set _", secret),
        (Update::new().set(Thing::word, None), "word set _", Some("null")),
        (Update::new().unset(Thing::word), "word unset", None),
        (Update::new().inc(Thing::int, NUMBER), "int inc _", number),
        (Update::new().mul(Thing::int, NUMBER), "int mul _", number),
        (Update::new().min(Thing::int, NUMBER), "int min _", number),
        (Update::new().max(Thing::word, TEXT), "word max _", secret),
        (Update::new().bit_and(Thing::int, NUMBER), "int bits And _", number),
        (Update::new().bit_or(Thing::int, NUMBER), "int bits Or _", number),
        (Update::new().bit_xor(Thing::int, NUMBER), "int bits Xor _", number),
        (Update::new().current_date(Thing::seen), "seen current_date", None),
        (Update::new().push(Thing::tags, TEXT), "tags push 1 value", secret),
        (Update::new().push_all(Thing::tags, [TEXT, "a"]), "tags push 2 values", secret),
        (Update::new().push_all(Thing::tags, Vec::<String>::new()), "tags push 0 values", Some("[]")),
        (Update::new().add_to_set(Thing::tags, TEXT), "tags add_to_set 1 value", secret),
        (Update::new().add_all_to_set(Thing::codes, [1, NUMBER]), "codes add_to_set 2 values", number),
        (Update::new().pull(Thing::lines, line()), "lines pull 1 value", secret),
        (Update::new().pull_all(Thing::tags, ["a", TEXT]), "tags pull 2 values", secret),
        (Update::new().pull_where(Thing::lines, Line::sku.eq(TEXT)), "lines pull_where(sku eq _)", secret),
        (Update::new().pop(Thing::tags), "tags pop", None),
        (Update::new().pop_first(Thing::tags), "tags pop_first", None),
        (
            Update::new().update_where(Thing::lines, Line::sku.eq("a"), |line| line.set(Line::note, TEXT).inc(Line::qty, 1)),
            "lines where(sku eq _) {note set _, qty inc _}",
            secret,
        ),
        (
            Update::new().update_where(Thing::media, Media::link().is_some(), |media| media.unset(Media::photo().by())),
            "media where(not(it is_none)) {by unset}",
            None,
        ),
        (Update::new().patch(Thing::word, Patch::Set(TEXT)), "word set _", secret),
        (Update::new().patch(Thing::word, Patch::<String>::Unset), "word unset", None),
        (Update::new().patch(Thing::word, Patch::<String>::Keep), "", None),
        (Update::new().set(Thing::home.city(), TEXT).inc(Thing::counts.key("a"), 1), "home.town set _, counts.a inc _", secret),
        (Update::new().set(Thing::counts.key("s3.cret"), 1), "counts.{…} fault", None),
        (Update::new().with(Update::new().set(Thing::text, TEXT)), "text set _", secret),
    ];
    for (update, shape, secret) in cases {
        let (debug, detail) = (format!("{update:?}"), update.detail().to_string());
        assert_eq!(debug, format!("Update({shape})"));
        match secret {
            Some(secret) => assert!(!debug.contains(secret) && detail.contains(secret), "{debug} {detail}"),
            None => assert_eq!(detail, shape),
        }
        assert_eq!(format!("{:?}", update.clone()), debug);
    }
}

#[tokio::test]
async fn verbs_and_their_errors_show_no_value_either() {
    let fixture = Fixture::new(|builder| builder.model::<User>()).await;
    let db = &fixture.db;
    let update = || db.update(User::email.eq(TEXT)).set(User::bio, TEXT).push(User::tags, TEXT);
    let many = || db.update_many(User::bio.eq(TEXT)).set(User::bio, TEXT);
    let upsert = || db.upsert(User::email.eq(TEXT)).create(ada()).set(User::bio, TEXT);
    assert_eq!(format!("{:?}", update()), "Update(bio set _, tags push 1 value)");
    assert_eq!(format!("{:?}", many()), "Update(bio set _)");
    assert_eq!(format!("{:?}", upsert()), "Update(bio set _)");
    assert_eq!(format!("{:?}", db.upsert(User::email.eq(TEXT))), "Upsert(UniqueFilter(mail eq _))");
    assert!(update().detail().to_string().contains(TEXT));
    for shown in [format!("{:?}", db.find_many(User::bio.eq(TEXT))), format!("{:?}", db.count(User::bio.eq(TEXT)))] {
        assert!(!shown.contains(TEXT), "{shown}");
    }
    let long = TEXT.repeat(10);
    let errors = [
        update().await.unwrap_err(),
        db.update(User::email.eq(TEXT)).set(User::username, &long).await.unwrap_err(),
        db.update_many(User::all()).set(User::username, &long).await.unwrap_err(),
        db.upsert(User::username.eq(&long)).create(ada()).set(User::bio, "b").await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::NotFound { .. } | Error::Invalid { .. }), "{error:?}");
        assert!(!format!("{error} {error:?}").contains(TEXT), "{error:?}");
    }
}
