//! Filters from query strings: they are the typed filters to the letter, or an error that lists what there is and shows no value.

use crate::support::Sent;
use bson::{Bson, Decimal128, oid::ObjectId};
use chakra::{Error, QueryRules, model::Point, prelude::*};
use std::{collections::BTreeMap, fmt::Debug};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
enum Role {
    User,
    #[chakra(name = "ROOT")]
    Admin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(repr = i32)]
enum Grade {
    Low = -1,
    High = 7,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Address {
    #[chakra(name = "town")]
    city: String,
    floor: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    qty: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "mail", unique)]
    email: String,
    name: Option<String>,
    age: u8,
    score: Option<f64>,
    ratio: f32,
    #[chakra(default = 5)]
    rank: i64,
    price: Decimal128,
    role: Role,
    grade: Grade,
    active: bool,
    letter: char,
    owner: ObjectId,
    token: Uuid,
    seen: Option<DateTime<Utc>>,
    tags: Vec<String>,
    codes: Option<Vec<i32>>,
    pair: [i32; 2],
    address: Option<Address>,
    lines: Vec<Line>,
    place: Option<Point>,
    bytes: Vec<u8>,
    sizes: BTreeMap<String, i32>,
    any: Bson,
}

/// Fields that are stored as another type than their own.
#[derive(Debug, Clone, PartialEq, Model)]
struct Stored {
    #[chakra(id)]
    id: i64,
    #[chakra(as = "long")]
    at_long: DateTime<Utc>,
    #[chakra(as = "string")]
    at_text: DateTime<Utc>,
    #[chakra(as = "timestamp")]
    at_stamp: DateTime<Utc>,
    #[chakra(as = "string")]
    owner_text: ObjectId,
    #[chakra(as = "string")]
    token_text: Uuid,
    #[chakra(as = "object_id")]
    owner_id: String,
    #[chakra(as = "decimal")]
    digits: String,
    #[chakra(as = "decimal")]
    cost: f64,
    #[chakra(as = "double")]
    whole: i64,
    #[chakra(as = "string")]
    number: i32,
    #[chakra(as = "date")]
    spelled: String,
    #[chakra(as = "date")]
    millis: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    #[chakra(name = "home_city")]
    city: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Work {
    #[chakra(name = "work_city")]
    city: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Person {
    #[chakra(id)]
    id: i64,
    #[chakra(flatten)]
    home: Home,
    #[chakra(flatten)]
    work: Work,
}

const HEX: &str = "65a1b2c3d4e5f60718293a4b";
const TOKEN: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const MOMENT: &str = "2024-01-02T03:04:05.678Z";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal128 {
    text.parse().unwrap()
}

fn ada() -> Member {
    Member {
        id: 1,
        email: "ada@x".into(),
        name: Some("Ada Lovelace".into()),
        age: 36,
        score: Some(1.5),
        ratio: 0.1,
        rank: 5,
        price: decimal("1.50"),
        role: Role::Admin,
        grade: Grade::High,
        active: true,
        letter: 'a',
        owner: HEX.parse().unwrap(),
        token: TOKEN.parse().unwrap(),
        seen: Some(at(MOMENT)),
        tags: vec!["rust".into(), "math".into()],
        codes: Some(vec![1, 2]),
        pair: [1, 2],
        address: Some(Address { city: "Rome".into(), floor: 3 }),
        lines: vec![Line { sku: "x".into(), qty: 1 }, Line { sku: "y".into(), qty: 2 }],
        place: None,
        bytes: vec![1],
        sizes: BTreeMap::new(),
        any: Bson::Int32(1),
    }
}

fn bob() -> Member {
    Member {
        id: 2,
        email: "bob@x".into(),
        name: None,
        age: 7,
        score: None,
        ratio: 2.5,
        rank: 6,
        price: decimal("20"),
        role: Role::User,
        grade: Grade::Low,
        active: false,
        letter: 'b',
        owner: ObjectId::from_bytes([0; 12]),
        token: Uuid::nil(),
        seen: None,
        tags: vec![],
        codes: None,
        pair: [3, 4],
        address: None,
        lines: vec![],
        ..ada()
    }
}

fn stored() -> Stored {
    Stored {
        id: 1,
        at_long: at(MOMENT),
        at_text: at(MOMENT),
        at_stamp: at("2024-01-02T03:04:05Z"),
        owner_text: HEX.parse().unwrap(),
        token_text: TOKEN.parse().unwrap(),
        owner_id: HEX.into(),
        digits: "1.5".into(),
        cost: 0.1,
        whole: 5,
        number: 7,
        spelled: MOMENT.into(),
        millis: at(MOMENT).timestamp_millis(),
    }
}

/// Each query string with the filter that it is, and of how many documents that is true.
type Cases<M> = Vec<(String, Filter<M>, usize)>;

fn case<M>(query: impl Into<String>, typed: impl Into<Filter<M>>, found: usize) -> (String, Filter<M>, usize) {
    (query.into(), typed.into(), found)
}

impl Sent {
    async fn same<M: chakra::Model + PartialEq + Debug>(&self, cases: Cases<M>) {
        for (query, typed, expected) in cases {
            let asked = Filter::<M>::from_query(&query).unwrap_or_else(|error| panic!("{query}: {error}"));
            let found = self.db.find_many(asked).await.unwrap();
            let sent = self.command().get("filter").cloned();
            let also_found = self.db.find_many(typed).await.unwrap();
            assert_eq!(sent, self.command().get("filter").cloned(), "{query}");
            assert_eq!(found.len(), expected, "{query}");
            assert_eq!(found, also_found, "{query}");
        }
    }
}

#[tokio::test]
async fn values_are_those_of_their_fields() {
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    sent.db.insert_many(&[ada(), bob()]).await.unwrap();
    let finer = at("2024-01-02T03:04:05.6789Z");
    let cases = vec![
        case("", Filter::<Member>::all_of([]), 2),
        case("&&", Filter::<Member>::all_of([]), 2),
        case("id=1", Member::id.eq(1), 1),
        case("_id[gt]=1", Member::id.gt(1), 1),
        case("email=ada%40x", Member::email.eq("ada@x"), 1),
        case("mail[in]=ada@x", Member::email.in_(["ada@x"]), 1),
        case("name=Ada+Lovelace", Member::name.eq("Ada Lovelace"), 1),
        case("name=", Member::name.eq(""), 0),
        case("name=$ne", Member::name.eq("$ne"), 0),
        case("age=36", Member::age.eq(36), 1),
        case("age[in]=36&age[in]=7", Member::age.in_([36, 7]), 2),
        case("score=1.5", Member::score.eq(1.5_f64), 1),
        case("score[ne]=1.5", Member::score.ne(1.5_f64), 1),
        case("ratio=0.1", Member::ratio.eq(0.1_f32), 1),
        case("rank=5", Member::rank.eq(5), 1),
        case("price=1.5", Member::price.eq(decimal("1.5")), 1),
        case("role=ROOT", Member::role.eq(Role::Admin), 1),
        case("role[not_in]=ROOT&role[not_in]=USER", Member::role.not_in([Role::Admin, Role::User]), 0),
        case("grade=7", Member::grade.eq(Grade::High), 1),
        case("grade[ne]=Low", Member::grade.ne(Grade::Low), 1),
        case("active=true", Member::active.eq(true), 1),
        case("letter=a", Member::letter.eq('a'), 1),
        case(format!("owner={HEX}"), Member::owner.eq(HEX.parse::<ObjectId>().unwrap()), 1),
        case(format!("token={TOKEN}"), Member::token.eq(TOKEN.parse::<Uuid>().unwrap()), 1),
        case(format!("seen={MOMENT}"), Member::seen.eq(at(MOMENT)), 1),
        case("seen=2024-01-02T05:04:05.678%2B02:00", Member::seen.eq(at(MOMENT)), 1),
        case("seen[lt]=2024-01-02T03:04:05.6789Z", Member::seen.lt(finer), 1),
        case("seen[lte]=2024-01-02T03:04:05.6789Z", Member::seen.lte(finer), 1),
        case("seen[gt]=2024-01-02T03:04:05.6789Z", Member::seen.gt(finer), 0),
        case("seen[gte]=2024-01-02T03:04:05.6789Z", Member::seen.gte(finer), 0),
        case(format!("seen[gte]={MOMENT}"), Member::seen.gte(at(MOMENT)), 1),
        case(format!("seen[lt]={MOMENT}"), Member::seen.lt(at(MOMENT)), 0),
    ];
    sent.same(cases).await;
}

#[tokio::test]
async fn each_operator_is_the_typed_one() {
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    sent.db.insert_many(&[ada(), bob()]).await.unwrap();
    let texts = vec![
        case("name[ne]=Ada+Lovelace", Member::name.ne("Ada Lovelace"), 1),
        case("name[not_in]=x&name[not_in]=a,b", Member::name.not_in(["x", "a,b"]), 2),
        case("name[is_none]=true", Member::name.is_none(), 1),
        case("name[is_none]=false", Member::name.is_some(), 1),
        case("name[is_some]=true", Member::name.is_some(), 1),
        case("name[is_some]=false", Member::name.is_none(), 1),
        case("name[lt]=B", Member::name.lt("B"), 1),
        case("name[contains]=.", Member::name.contains("."), 0),
        case("name[contains]=love", Member::name.contains("love"), 0),
        case("name[starts_with]=Ada", Member::name.starts_with("Ada"), 1),
        case("name[ends_with]=lace", Member::name.ends_with("lace"), 1),
        case("name[eq_ci]=ada+lovelace", Member::name.ci().eq("ada lovelace"), 1),
        case("name[ne_ci]=ada+lovelace", Member::name.ci().ne("ada lovelace"), 1),
        case("name[in_ci]=ADA+LOVELACE&name[in_ci]=x", Member::name.ci().in_(["ADA LOVELACE", "x"]), 1),
        case("name[contains_ci]=LOVE", Member::name.ci().contains("LOVE"), 1),
        case("name[starts_with_ci]=ADA", Member::name.ci().starts_with("ADA"), 1),
        case("name[ends_with_ci]=LACE", Member::name.ci().ends_with("LACE"), 1),
        case("letter[contains]=a", Member::letter.contains("a"), 1),
    ];
    sent.same(texts).await;
    let orders = vec![
        case("age[gte]=7&age[lt]=36", Member::age.gte(7) & Member::age.lt(36), 1),
        case("score[gt]=1.25", Member::score.gt(1.25), 1),
        case("rank[lt]=6", Member::rank.lt(6), 1),
        case("price[gt]=2", Member::price.gt(decimal("2")), 1),
        case("letter[lte]=a", Member::letter.lte('a'), 1),
        case("owner[gt]=000000000000000000000000", Member::owner.gt(ObjectId::from_bytes([0; 12])), 1),
    ];
    sent.same(orders).await;
    let lists = vec![
        case("tags[has]=rust", Member::tags.has("rust"), 1),
        case("tags[has_every]=rust&tags[has_every]=math", Member::tags.has_every(["rust", "math"]), 1),
        case("tags[has_some]=rust&tags[has_some]=go", Member::tags.has_some(["rust", "go"]), 1),
        case("tags[is_empty]=true", Member::tags.is_empty(), 1),
        case("tags[is_empty]=false", !Member::tags.is_empty(), 1),
        case("tags[len]=2", Member::tags.len().eq(2), 1),
        case("tags[len_ne]=2", Member::tags.len().ne(2), 1),
        case("tags[len_lt]=2", Member::tags.len().lt(2), 1),
        case("tags[len_lte]=2", Member::tags.len().lte(2), 2),
        case("tags[len_gt]=0", Member::tags.len().gt(0), 1),
        case("tags[len_gte]=3", Member::tags.len().gte(3), 0),
        case("codes[has]=2", Member::codes.has(2), 1),
        case("codes[is_none]=true", Member::codes.is_none(), 1),
        case("pair[has]=3", Member::pair.has(3), 1),
    ];
    sent.same(lists).await;
    let nested = vec![
        case("address.city=Rome", Member::address.city().eq("Rome"), 1),
        case("address.town[ne]=Rome", Member::address.city().ne("Rome"), 1),
        case("address.floor[gt]=1", Member::address.floor().gt(1), 1),
        case("address.city[is_none]=true", Member::address.city().is_none(), 1),
        case("address[is_none]=true", Member::address.is_none(), 1),
        case("lines.sku[has]=x", Member::lines.sku().has("x"), 1),
        case("lines.qty[has_every]=1&lines.qty[has_every]=2", Member::lines.qty().has_every([1, 2]), 1),
        case("lines[len_gte]=2", Member::lines.len().gte(2), 1),
        case("place[is_some]=false", Member::place.is_none(), 2),
        case(
            "active=true&name[contains]=Ada&tags[has]=rust",
            Member::active.eq(true) & Member::name.contains("Ada") & Member::tags.has("rust"),
            1,
        ),
    ];
    sent.same(nested).await;
}

#[tokio::test]
async fn what_is_stored_as_another_type_is_spelled_as_its_own() {
    let sent = Sent::with(|builder| builder.model::<Stored>()).await;
    sent.db.insert_many(&[stored()]).await.unwrap();
    let finer = at("2024-01-02T03:04:05.6789Z");
    let cases = vec![
        case(format!("at_long={MOMENT}"), Stored::at_long.eq(at(MOMENT)), 1),
        case("at_long=1704164645678", Stored::at_long.eq(at(MOMENT)), 1),
        case("at_long[lt]=2024-01-02T03:04:05.6789Z", Stored::at_long.lt(finer), 1),
        case(format!("at_text={MOMENT}"), Stored::at_text.eq(at(MOMENT)), 1),
        case("at_text=2024-01-02T05:04:05.678%2B02:00", Stored::at_text.eq(at(MOMENT)), 1),
        case("at_text[gte]=2024-01-02T03:04:05.6789Z", Stored::at_text.gte(finer), 0),
        case("at_stamp=2024-01-02T03:04:05Z", Stored::at_stamp.eq(at("2024-01-02T03:04:05Z")), 1),
        case("at_stamp[lt]=2024-01-02T03:04:05.5Z", Stored::at_stamp.lt(at("2024-01-02T03:04:05.5Z")), 1),
        case(format!("owner_text={}", HEX.to_uppercase()), Stored::owner_text.eq(HEX.parse::<ObjectId>().unwrap()), 1),
        case("owner_text[gt]=000000000000000000000000", Stored::owner_text.gt(ObjectId::from_bytes([0; 12])), 1),
        case(format!("token_text={}", TOKEN.to_uppercase()), Stored::token_text.eq(TOKEN.parse::<Uuid>().unwrap()), 1),
        case(format!("owner_id={HEX}"), Stored::owner_id.eq(HEX), 1),
        case("digits=1.5", Stored::digits.eq("1.5"), 1),
        case("cost[gt]=0.05", Stored::cost.gt(0.05), 1),
        case("whole[gt]=3", Stored::whole.gt(3_i64), 1),
        case("number=7", Stored::number.eq(7_i32), 1),
        case(format!("spelled[lte]={MOMENT}"), Stored::spelled.lte(MOMENT), 1),
        case(format!("millis={MOMENT}"), Stored::millis.eq(at(MOMENT).timestamp_millis()), 1),
    ];
    sent.same(cases).await;
    // What compares otherwise than it is stored has no order, and what is no text no parts.
    let equality = "one of the operators `eq`, `ne`, `in`, `not_in`, in brackets";
    for key in ["number[lt]", "digits[lt]"] {
        assert_eq!(refused::<Stored>(&format!("{key}=1")), (key.to_owned(), equality.to_owned()));
    }
    let ordered = "one of the operators `eq`, `ne`, `in`, `not_in`, `lt`, `lte`, `gt`, `gte`, in brackets";
    for key in ["owner_text[contains]", "at_text[contains]", "token_text[contains]", "owner_id[contains]"] {
        assert_eq!(refused::<Stored>(&format!("{key}=1")), (key.to_owned(), ordered.to_owned()));
    }
    let rules = [
        ("number=07", "a String of the digits of an i32"),
        ("at_text=noon", "a String such as `2024-01-02T03:04:05.678Z`"),
        ("owner_text=1", "a String of 24 hex digits in lower case"),
        ("whole=1.5", "a whole number from -9007199254740992 to 9007199254740992"),
        ("whole=9007199254740993", "a whole number from -9007199254740992 to 9007199254740992"),
        ("at_long=noon", "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`"),
        ("at_stamp=1969-12-31T23:59:59Z", "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`"),
    ];
    for (query, rule) in rules {
        assert_eq!(refused::<Stored>(query).1, rule, "{query}");
    }
}

#[tokio::test]
async fn an_empty_query_string_reads_all_and_writes_nothing() {
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    sent.db.insert_many(&[ada(), bob()]).await.unwrap();
    sent.commands();
    let error = sent.db.delete_many(Filter::<Member>::from_query("").unwrap()).await.unwrap_err();
    assert!(matches!(error, Error::EmptyFilter { model: "Member", .. }), "{error:?}");
    assert!(sent.commands().is_empty());
    assert_eq!(sent.db.count(Filter::<Member>::from_query("").unwrap()).await.unwrap(), 2);
}

/// The path and the rule of the error.
#[track_caller]
fn refused<M: chakra::Model>(query: &str) -> (String, String) {
    said(&QueryRules::<M>::new(), query)
}

#[track_caller]
fn said<M: chakra::Model>(rules: &QueryRules<M>, query: &str) -> (String, String) {
    match rules.filter(query) {
        Err(Error::Invalid { model, broken, .. }) if broken.len() == 1 => {
            assert_eq!(model, M::schema().model);
            (broken[0].path.clone(), broken[0].rule.clone())
        }
        other => panic!("{query}: {other:?}"),
    }
}

#[test]
fn a_value_that_its_field_cannot_have_is_refused() {
    let longs = "a whole number from -9223372036854775808 to 9223372036854775807";
    let moment = "a moment as RFC 3339 spells it, such as `2024-01-02T03:04:05Z`";
    let double = "a finite number in the range of its type";
    let decimal = "a decimal number of at most 34 digits";
    let cases = [
        ("age", "256", "a whole number from 0 to 255"),
        ("age", "-1", "a whole number from 0 to 255"),
        ("age", "1.0", "a whole number from 0 to 255"),
        ("age", "", "a whole number from 0 to 255"),
        ("age[in]", "1,2", "a whole number from 0 to 255"),
        ("id", "9223372036854775808", longs),
        ("score", "1e999", double),
        ("score", "NaN", double),
        ("ratio", "1e39", double),
        ("price", "dear", decimal),
        ("price", "11111111111111111111111111111111111", decimal),
        ("role", "Admin", "one of `USER`, `ROOT`"),
        ("grade", "8", "one of `Low`, `High`"),
        ("active", "yes", "`true` or `false`"),
        ("letter", "ab", "a String of one character"),
        ("owner", "65a1", "24 hex digits"),
        ("token", "67e55044", "a UUID"),
        ("seen", "2024-01-02", moment),
        ("name[is_none]", "1", "`true` or `false`"),
        ("tags[is_empty]", "", "`true` or `false`"),
        ("tags[len]", "-1", "a number of items"),
        ("codes[has]", "a", "a whole number from -2147483648 to 2147483647"),
        ("lines.qty[has]", "a", "a whole number from -2147483648 to 2147483647"),
    ];
    for (key, value, rule) in cases {
        assert_eq!(refused::<Member>(&format!("{key}={value}")), (key.to_owned(), rule.to_owned()), "{key}={value}");
    }
    for field in ["id", "age", "score", "price", "role", "grade", "active", "letter", "owner", "token", "seen"] {
        let error = Filter::<Member>::from_query(&format!("{field}=s3cret")).unwrap_err();
        assert!(!format!("{error} {error:?} {:?}", error.detail()).contains("s3cret"), "{error:?}");
    }
}

const FIELDS: &str = "one of the fields `id`, `email`, `name`, `age`, `score`, `ratio`, `rank`, `price`, `role`, `grade`, `active`, \
                      `letter`, `owner`, `token`, `seen`, `tags`, `codes`, `pair`, `address`, `lines`, `place`";

#[test]
fn what_is_not_declared_is_refused_with_what_is() {
    for name in ["nobody", "bytes", "sizes", "sizes.xl", "any", "place.type", "address_", "Age", "", "."] {
        assert_eq!(refused::<Member>(&format!("{name}=1")), (name.to_owned(), FIELDS.to_owned()));
    }
    let below = "one of the fields `address.city`, `address.floor`";
    assert_eq!(refused::<Member>("address.street[eq]=1"), ("address.street".to_owned(), below.to_owned()));
    assert_eq!(refused::<Member>("address.city.x=1").1, below);
    let presence = "one of the operators `is_none`, `is_some`, in brackets";
    assert_eq!(refused::<Member>("address=1"), ("address".to_owned(), presence.to_owned()));
    let ordered = "one of the operators `eq`, `ne`, `in`, `not_in`, `lt`, `lte`, `gt`, `gte`, in brackets";
    for key in ["age[matches]", "age[]", "age[GT]", "age[gt][lt]", "age[contains]"] {
        assert_eq!(refused::<Member>(&format!("{key}=1")), (key.to_owned(), ordered.to_owned()));
    }
    let texts = refused::<Member>("name[matches]=a").1;
    assert!(texts.contains("`contains`") && texts.contains("`is_none`") && !texts.contains("`matches`"), "{texts}");
    let lists = "one of the operators `has`, `has_every`, `has_some`, `is_empty`, `len`, `len_ne`, `len_lt`, `len_lte`, `len_gt`, `len_gte`, in brackets";
    assert_eq!(refused::<Member>("tags=rust"), ("tags".to_owned(), lists.to_owned()));
    let items = "one of the operators `has`, `has_every`, `has_some`, in brackets";
    assert_eq!(refused::<Member>("lines.sku=x"), ("lines.sku".to_owned(), items.to_owned()));
    let equality = "one of the operators `eq`, `ne`, `in`, `not_in`, in brackets";
    for key in ["role[lt]", "grade[lt]", "active[lt]", "token[lt]"] {
        assert_eq!(refused::<Member>(&format!("{key}=1")), (key.to_owned(), equality.to_owned()));
    }
}

#[test]
fn keys_of_the_server_and_of_logs_are_refused() {
    let rule = "a key without `$` and NUL".to_owned();
    for (key, shown) in
        [("$where", "$where"), ("age[$gt]", "age[$gt]"), ("%24or", "$or"), ("address.$x", "address.$x"), ("age%00", "age\\u{0}")]
    {
        assert_eq!(refused::<Member>(&format!("{key}=1")), (shown.to_owned(), rule.clone()));
    }
    assert_eq!(refused::<Member>("a%0d%0aERROR=1").0, "a\\r\\nERROR");
    assert_eq!(refused::<Member>(&format!("{}=1", "x".repeat(100))).0, format!("{}…", "x".repeat(64)));
    assert_eq!(refused::<Member>("%FF=1"), (String::new(), "UTF-8 in the keys of its query string".to_owned()));
    assert_eq!(refused::<Member>("name=%C3"), ("name".to_owned(), "a value in UTF-8".to_owned()));
}

#[test]
fn a_condition_comes_once() {
    let once = "to be there once".to_owned();
    for (query, key) in
        [("age=1&age=2", "age"), ("age=1&age[eq]=2", "age[eq]"), ("email=a&mail=a", "mail"), ("tags[has]=a&tags[has]=b", "tags[has]")]
    {
        assert_eq!(refused::<Member>(query), (key.to_owned(), once.clone()));
    }
    assert!(Filter::<Member>::from_query("age[gt]=1&age[lt]=9&age[ne]=5").is_ok());
}

#[test]
fn a_query_string_is_bounded() {
    let rules = QueryRules::<Member>::new().max_bytes(20).max_conditions(2).max_items(2).max_depth(1);
    let cases = [
        ("name=aaaaaaaaaaaaaaaa", "", "at most 20 bytes in its query string"),
        ("id=1&age=1&rank=1", "", "at most 2 conditions in its query string"),
        ("address.city=a", "address.city", "a path of at most 1 names"),
    ];
    for (query, path, rule) in cases {
        assert_eq!(said(&rules, query), (path.to_owned(), rule.to_owned()), "{query}");
    }
    assert!(rules.filter("name=aaaaaaaaaaaaaaa").is_ok());
    let items = said(&rules.clone().max_bytes(99), "id[in]=1&id[in]=2&id[in]=3");
    assert_eq!(items, ("id[in]".to_owned(), "at most 2 values".to_owned()));

    type Rules = QueryRules<Member>;
    let operators = ["eq", "ne", "in", "not_in", "lt", "lte", "gt", "gte"];
    let conditions = ["id", "age", "rank", "score"].map(|field| operators.map(|operator| format!("{field}[{operator}]=1")));
    let most = conditions.concat().join("&");
    assert!(Filter::<Member>::from_query(&most).is_ok());
    assert_eq!(refused::<Member>(&format!("{most}&name=a")).1, "at most 32 conditions in its query string");
    let long = "name=".to_owned() + &"a".repeat(Rules::MAX_BYTES - 5);
    assert!(Filter::<Member>::from_query(&long).is_ok());
    assert_eq!(refused::<Member>(&format!("{long}a")).1, "at most 8192 bytes in its query string");
    let ids: Vec<String> = (0..=Rules::MAX_ITEMS).map(|id| format!("id[in]={id}")).collect();
    assert_eq!(refused::<Member>(&ids.join("&")).1, "at most 100 values");
    assert!(Filter::<Member>::from_query(&ids[1..].join("&")).is_ok());
    assert_eq!(refused::<Member>("a.b.c.d.e=1").1, "a path of at most 4 names");
}

#[test]
fn rules_say_which_fields_are_open() {
    let rules = QueryRules::<Member>::new().only((Member::name, Member::address.city())).only(Member::lines).except(Member::lines.qty());
    for query in ["name=a", "address.city=a", "lines.sku[has]=a", "lines[len]=1"] {
        assert!(rules.filter(query).is_ok(), "{query}");
    }
    let open = "one of the fields `name`, `address`, `lines`".to_owned();
    for key in ["age", "id", "nobody"] {
        assert_eq!(said(&rules, &format!("{key}=1")), (key.to_owned(), open.clone()));
    }
    // What is in a composite is open, and not the composite.
    for key in ["address[is_none]", "address.floor"] {
        assert_eq!(said(&rules, &format!("{key}=true")).1, "one of the fields `address.city`", "{key}");
    }
    assert_eq!(said(&rules, "lines.qty[has]=1").1, "one of the fields `lines.sku`");
    let closed = QueryRules::<Member>::new().except((Member::email, Member::address));
    assert_eq!(said(&closed, "mail=a").1, FIELDS.replace("`email`, ", "").replace("`address`, ", ""));
    assert_eq!(said(&closed, "address.city=a").1, FIELDS.replace("`email`, ", "").replace("`address`, ", ""));

    let paged = rules.ignore(["limit", "after"]);
    let filter = paged.filter("limit=5&name=a&after=%FF&limit=x").unwrap();
    assert_eq!(filter.detail().to_string(), Member::name.eq("a").detail().to_string());
    assert_eq!(format!("{filter:?}"), "Filter(name eq _)");
}

#[test]
fn fields_of_one_name_are_asked_for_by_their_stored_names() {
    let both = Filter::<Person>::from_query("home_city=Rome&work_city=Paris").unwrap();
    let typed = Person::home.city().eq("Rome") & Person::work.city().eq("Paris");
    assert_eq!(both.detail().to_string(), typed.detail().to_string());
    assert_eq!(refused::<Person>("city=Rome").1, "one of the fields `id`, `home_city`, `work_city`");
}
