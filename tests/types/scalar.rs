//! The scalar types of the table, and the types of the `bson` crate that hold any value.

use super::harness::{check_ordered, probe, types};
use crate::models::User;
use bson::{Binary, Bson, Decimal128, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::prelude::*;
use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use uuid::Uuid;

pub(super) fn binary(subtype: BinarySubtype, bytes: &[u8]) -> Bson {
    Bson::Binary(Binary { subtype, bytes: bytes.to_vec() })
}

fn generic(bytes: &[u8]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: bytes.to_vec() }
}

fn text(text: &str) -> Bson {
    Bson::String(text.to_owned())
}

pub(super) fn date(millis: i64) -> Bson {
    Bson::DateTime(bson::DateTime::from_millis(millis))
}

pub(super) fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

pub(super) fn object_id(last: u8) -> ObjectId {
    ObjectId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, last])
}

pub(super) fn decimal(text: &str) -> Decimal128 {
    text.parse().unwrap()
}

const GREEK: Uuid = Uuid::from_bytes([7; 16]);

types! {
    boolean: check bool = [false => Bson::Boolean(false), true => Bson::Boolean(true)];

    int8: check_ordered i8 = [-3 => Bson::Int32(-3), i8::MAX => Bson::Int32(127)];
    int16: check_ordered i16 = [i16::MIN => Bson::Int32(-32_768), 7 => Bson::Int32(7)];
    int32: check_ordered i32 = [i32::MIN => Bson::Int32(i32::MIN), i32::MAX => Bson::Int32(i32::MAX)];
    int64: check_ordered i64 = [i64::MIN => Bson::Int64(i64::MIN), i64::MAX => Bson::Int64(i64::MAX)];
    int_of_pointer_size: check_ordered isize = [-1 => Bson::Int64(-1), 1 => Bson::Int64(1)];
    unsigned16: check_ordered u16 = [0 => Bson::Int32(0), u16::MAX => Bson::Int32(65_535)];
    unsigned32: check_ordered u32 = [0 => Bson::Int64(0), u32::MAX => Bson::Int64(4_294_967_295)];
    unsigned64: check_ordered u64 = [0 => Bson::Int64(0), i64::MAX as u64 => Bson::Int64(i64::MAX)];
    unsigned_of_pointer_size: check_ordered usize = [1 => Bson::Int64(1), 2 => Bson::Int64(2)];
    float32: check_ordered f32 = [0.1 => Bson::Double(0.100_000_001_490_116_12), f32::MAX => Bson::Double(3.402_823_466_385_288_6e38)];
    float64: check_ordered f64 = [-0.1 => Bson::Double(-0.1), f64::INFINITY => Bson::Double(f64::INFINITY)];
    decimal128: check_ordered Decimal128 = [
        decimal("-1.50") => Bson::Decimal128(decimal("-1.50")),
        decimal("1E+3") => Bson::Decimal128(decimal("1E+3"))
    ];

    string: check_ordered String = [String::new() => text(""), "é\0b".to_owned() => text("é\0b")];
    boxed_text: check_ordered Box<str> = ["a".into() => text("a"), "b".into() => text("b")];
    shared_text: check_ordered Arc<str> = ["a".into() => text("a"), "b".into() => text("b")];
    borrowed_text: check_ordered Cow<'static, str> = [Cow::Borrowed("a") => text("a"), Cow::Owned("b".to_owned()) => text("b")];
    character: check_ordered char = ['z' => text("z"), '𝄞' => text("𝄞")];

    bytes: check Vec<u8> = [vec![] => binary(BinarySubtype::Generic, &[]), vec![0, 255] => binary(BinarySubtype::Generic, &[0, 255])];
    bson_binary: check Binary = [
        generic(&[1]) => Bson::Binary(generic(&[1])),
        Binary { subtype: BinarySubtype::UserDefined(0x80), bytes: vec![1] } => binary(BinarySubtype::UserDefined(0x80), &[1])
    ];
    uuid: check Uuid = [Uuid::nil() => binary(BinarySubtype::Uuid, &[0; 16]), GREEK => binary(BinarySubtype::Uuid, &[7; 16])];

    plain_object_id: check_ordered ObjectId = [object_id(1) => Bson::ObjectId(object_id(1)), object_id(2) => Bson::ObjectId(object_id(2))];
    id_of_another_model: check_ordered Id<User> = [
        Id::from_object_id(object_id(1)) => Bson::ObjectId(object_id(1)),
        Id::from_object_id(object_id(2)) => Bson::ObjectId(object_id(2))
    ];

    chrono_date: check_ordered DateTime<Utc> = [at(-1) => date(-1), at(1_700_000_000_123) => date(1_700_000_000_123)];
    bson_date: check_ordered bson::DateTime = [bson::DateTime::MIN => date(i64::MIN), bson::DateTime::MAX => date(i64::MAX)];
    system_time: check_ordered SystemTime = [
        UNIX_EPOCH - Duration::from_millis(1) => date(-1),
        UNIX_EPOCH + Duration::from_millis(5) => date(5)
    ];
    timestamp: check_ordered Timestamp = [
        Timestamp { time: 1, increment: 9 } => Bson::Timestamp(Timestamp { time: 1, increment: 9 }),
        Timestamp { time: 2, increment: 1 } => Bson::Timestamp(Timestamp { time: 2, increment: 1 })
    ];

    any_value: check Bson = [
        Bson::Int32(1) => Bson::Int32(1),
        Bson::Document(doc! { "b": [1, { "a": "x" }] }) => Bson::Document(doc! { "b": [1, { "a": "x" }] })
    ];
    document: check Document = [
        doc! {} => Bson::Document(doc! {}),
        doc! { "b": 1, "a": [Bson::Null] } => Bson::Document(doc! { "b": 1, "a": [Bson::Null] })
    ];
}

/// Items of a list of bytes are bytes, so the list itself is a Binary.
#[tokio::test]
async fn a_byte_is_a_number_and_a_list_of_bytes_is_binary() {
    let stored_list = |items: Vec<Bson>| {
        let bytes: Vec<u8> = items.iter().map(|item| u8::try_from(item.as_i32().unwrap()).unwrap()).collect();
        binary(BinarySubtype::Generic, &bytes)
    };
    check_ordered(probe!(u8, [], |value| value, stored_list), (0, Bson::Int32(0)), (255, Bson::Int32(255))).await;
}

/// Finer parts are cut where they are written, towards the past, so that what the write gives back is what is read.
#[tokio::test]
async fn a_date_is_cut_to_milliseconds() {
    #[derive(Debug, Clone, PartialEq, Model)]
    struct Moment {
        #[chakra(id)]
        id: i64,
        chrono: DateTime<Utc>,
        system: SystemTime,
        #[chakra(null)]
        maybe: Option<DateTime<Utc>>,
    }
    let fixture = crate::support::Fixture::new(|builder| builder.model::<Moment>()).await;
    let fine = |micros: i64| DateTime::from_timestamp_micros(micros).unwrap();
    for (id, micros, millis) in [(1_i64, 1_999_i64, 1_i64), (2, -1, -1), (3, -1_000, -1), (4, -1_001, -2)] {
        let offset = Duration::from_micros(micros.unsigned_abs());
        let system = if micros < 0 { UNIX_EPOCH - offset } else { UNIX_EPOCH + offset };
        let draft = Moment::draft().id(id).chrono(fine(micros)).system(system).maybe(fine(micros));
        let created = fixture.db.create(draft).await.unwrap();
        assert_eq!((created.chrono, created.maybe), (at(millis), Some(at(millis))));
        assert_eq!(created, fixture.db.get(Moment::id.eq(id)).await.unwrap());
        let stored = doc! { "_id": id, "chrono": date(millis), "system": date(millis), "maybe": date(millis) };
        assert_eq!(fixture.stored("moments").await[usize::try_from(id).unwrap() - 1], stored);
        // An operand is cut as the value was.
        let same = Moment::chrono.eq(fine(micros)) & Moment::system.in_([system]) & Moment::maybe.eq(fine(micros));
        assert_eq!(fixture.db.find_many(same & Moment::id.eq(id)).await.unwrap().len(), 1);
    }
    let updated = fixture.db.update(Moment::id.eq(1)).set(Moment::chrono, fine(5_999)).await.unwrap();
    assert_eq!(updated.chrono, at(5));
    // A bound between two milliseconds keeps its meaning.
    let ids = async |filter: Filter<Moment>| {
        let found = fixture.db.find_many(filter).order_by(Moment::id.asc()).await.unwrap();
        found.iter().map(|moment| moment.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Moment::chrono.gte(fine(5_001))).await, Vec::<i64>::new());
    assert_eq!(ids(Moment::chrono.lt(fine(5_001))).await, [1, 2, 3, 4]);
    assert_eq!(ids(Moment::chrono.gt(fine(-1_001))).await, [1, 2, 3]);
    assert_eq!(ids(Moment::chrono.between(fine(-1_500), fine(-1))).await, [2, 3]);
}
