//! Values that the library makes up: their form on each type, and that each document has its own.

use crate::support::Fixture;
use bson::{Bson, Document, oid::ObjectId, spec::BinarySubtype};
use chakra::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;

const COUNT: usize = 8;

#[derive(Debug, Clone, Model)]
struct Made {
    #[chakra(id, auto_increment)]
    id: i64,
    #[chakra(default = uuid())]
    uuid: Uuid,
    #[chakra(default = "uuid()")]
    uuid_text: String,
    #[chakra(default = uuid(7))]
    uuid_seven: Uuid,
    #[chakra(default = uuid_v7())]
    uuid_v7: String,
    #[chakra(default = "uuid(7)")]
    uuid_seven_text: String,
    #[chakra(default = uuid(), as = "string")]
    uuid_as_text: Uuid,
    #[chakra(default = cuid())]
    cuid: String,
    #[chakra(default = "cuid(2)")]
    cuid_two: String,
    #[chakra(default = ulid())]
    ulid: String,
    #[chakra(default = nanoid())]
    nanoid: String,
    #[chakra(default = nanoid(10))]
    nanoid_short: String,
    #[chakra(default = "nanoid(36)")]
    nanoid_long: String,
    #[chakra(default = auto())]
    object_id: ObjectId,
    #[chakra(default = auto())]
    typed_id: Id<Made>,
    #[chakra(default = auto(), as = "object_id")]
    id_text: String,
    // A generator fills a draft, also where the field may be none.
    #[chakra(default = uuid())]
    maybe: Option<Uuid>,
    #[chakra(default = nanoid(5))]
    maybe_text: Option<String>,
}

/// Documents of both roads, in order of creation: as they are read, and as they are stored.
async fn made() -> (Vec<Made>, Vec<Document>) {
    let fixture = Fixture::new(|builder| builder.model::<Made>()).await;
    for _ in 0..COUNT / 2 {
        fixture.db.create(Made::draft()).await.unwrap();
    }
    fixture.db.create_many((0..COUNT / 2).map(|_| Made::draft())).await.unwrap();
    let made = fixture.db.find_many(Made::all()).order_by(Made::id.asc()).await.unwrap();
    let stored = fixture.stored("mades").await;
    assert_eq!((made.len(), stored.len()), (COUNT, COUNT));
    (made, stored)
}

/// Each is of the form, and no two are the same.
fn assert_each<'v, T: Eq + std::hash::Hash + std::fmt::Debug + 'v>(values: impl Iterator<Item = &'v T>, is_formed: impl Fn(&T) -> bool) {
    let values: Vec<&T> = values.collect();
    assert!(values.iter().all(|value| is_formed(value)), "{values:?}");
    assert_eq!(values.iter().collect::<HashSet<_>>().len(), COUNT, "{values:?}");
}

fn is_uuid(text: &str, version: usize) -> bool {
    Uuid::try_parse(text).is_ok_and(|uuid| uuid.get_version_num() == version && uuid.hyphenated().to_string() == text)
}

fn is_nanoid(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[tokio::test]
async fn each_generator_has_its_form_and_no_value_comes_twice() {
    let (made, _) = made().await;
    assert_each(made.iter().map(|made| &made.uuid), |uuid| uuid.get_version_num() == 4);
    assert_each(made.iter().map(|made| &made.uuid_text), |text| is_uuid(text, 4));
    assert_each(made.iter().map(|made| &made.uuid_seven), |uuid| uuid.get_version_num() == 7);
    assert_each(made.iter().map(|made| &made.uuid_v7), |text| is_uuid(text, 7));
    assert_each(made.iter().map(|made| &made.uuid_seven_text), |text| is_uuid(text, 7));
    assert_each(made.iter().map(|made| &made.uuid_as_text), |uuid| uuid.get_version_num() == 4);
    // Lower case letters and digits, a letter first.
    let is_cuid = |text: &String| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        text.len() == 24 && text.bytes().all(is_part) && text.starts_with(|first: char| first.is_ascii_lowercase())
    };
    assert_each(made.iter().map(|made| &made.cuid), is_cuid);
    assert_each(made.iter().map(|made| &made.cuid_two), is_cuid);
    // Crockford's alphabet: no I, L, O and U; the first digit of 130 bits for 128 is at most 7.
    let is_ulid = |text: &String| {
        let is_digit = |letter: char| "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains(letter);
        text.len() == 26 && text.chars().all(is_digit) && text.starts_with(|first: char| first <= '7')
    };
    assert_each(made.iter().map(|made| &made.ulid), is_ulid);
    assert_each(made.iter().map(|made| &made.nanoid), |text| is_nanoid(text, 21));
    assert_each(made.iter().map(|made| &made.nanoid_short), |text| is_nanoid(text, 10));
    assert_each(made.iter().map(|made| &made.nanoid_long), |text| is_nanoid(text, 36));
    assert_each(made.iter().map(|made| &made.object_id), |_| true);
    assert_each(made.iter().map(|made| &made.typed_id), |_| true);
    assert_each(made.iter().map(|made| &made.id_text), |text| ObjectId::parse_str(text).is_ok_and(|id| id.to_hex() == **text));
    assert_each(made.iter().map(|made| &made.maybe), |uuid| uuid.is_some_and(|uuid| uuid.get_version_num() == 4));
    assert_each(made.iter().map(|made| &made.maybe_text), |text| text.as_ref().is_some_and(|text| is_nanoid(text, 5)));
}

#[tokio::test]
async fn uuids_of_version_7_ascend() {
    let (made, _) = made().await;
    assert!(made.is_sorted_by_key(|made| made.uuid_seven), "{made:?}");
    assert!(made.is_sorted_by_key(|made| made.uuid_v7.clone()) && made.is_sorted_by_key(|made| made.uuid_seven_text.clone()), "{made:?}");
}

#[tokio::test]
async fn what_is_made_has_the_stored_type_of_its_field() {
    let (_, stored) = made().await;
    let is_uuid = |value: &Bson| matches!(value, Bson::Binary(binary) if binary.subtype == BinarySubtype::Uuid && binary.bytes.len() == 16);
    for document in stored {
        let value = |name: &str| document.get(name).unwrap();
        for name in ["uuid", "uuid_seven", "maybe"] {
            assert!(is_uuid(value(name)), "{name}: {document}");
        }
        let texts = ["uuid_text", "uuid_v7", "uuid_seven_text", "uuid_as_text", "cuid", "cuid_two", "ulid", "nanoid", "nanoid_short"];
        for name in texts.into_iter().chain(["nanoid_long", "maybe_text"]) {
            assert!(value(name).as_str().is_some(), "{name}: {document}");
        }
        for name in ["object_id", "typed_id", "id_text"] {
            assert!(value(name).as_object_id().is_some(), "{name}: {document}");
        }
    }
}

/// A generator fills no document that is there already.
#[tokio::test]
async fn a_missing_field_with_a_generator_is_missing() {
    let fixture = Fixture::new(|builder| builder.model::<Made>()).await;
    fixture.db.create(Made::draft()).await.unwrap();
    let unset = bson::doc! { "$unset": { "maybe": "", "maybe_text": "" } };
    fixture.raw.collection::<Document>("mades").update_one(bson::doc! {}, unset).await.unwrap();
    let read = fixture.db.get(Made::id.eq(1)).await.unwrap();
    assert_eq!((read.maybe, read.maybe_text), (None, None));
    let unset = bson::doc! { "$unset": { "cuid": "" } };
    fixture.raw.collection::<Document>("mades").update_one(bson::doc! {}, unset).await.unwrap();
    let error = fixture.db.get(Made::id.eq(1)).await.unwrap_err();
    let chakra::Error::Decode { error, .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.path(), error.expected(), error.found()), ("cuid", "a value", "nothing"));
}

/// What a draft sets wins over a generator, `None` too.
#[tokio::test]
async fn a_value_of_the_draft_is_kept() {
    let fixture = Fixture::new(|builder| builder.model::<Made>()).await;
    let draft = Made::draft().uuid(Uuid::nil()).ulid("own").id_text("65a1b2c3d4e5f60718293a4b").maybe(None).maybe_text("t");
    let made = fixture.db.create(draft).await.unwrap();
    assert_eq!((made.uuid, made.ulid.as_str(), made.id_text.as_str()), (Uuid::nil(), "own", "65a1b2c3d4e5f60718293a4b"));
    assert_eq!((made.maybe, made.maybe_text.as_deref()), (None, Some("t")));
    let error = fixture.db.create(Made::draft().id_text("no hex")).await.unwrap_err();
    let chakra::Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
    assert_eq!(broken.iter().map(|broken| broken.path.as_str()).collect::<Vec<_>>(), ["id_text"]);
}
