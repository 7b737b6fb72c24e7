//! Lists, sets, maps, arrays, boxes, and what stands in an `Option`.

use super::harness::types;
use crate::support::Fixture;
use bson::{Bson, Document, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::Arc,
};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
#[chakra(rename_all = "kebab-case")]
enum Part {
    FrontWheel,
    Bell,
}

const HEX: &str = "0102030405060708090a0b0c";
const UUID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

fn array(items: &[i32]) -> Bson {
    Bson::Array(items.iter().map(|item| Bson::Int32(*item)).collect())
}

fn texts(items: &[&str]) -> Bson {
    Bson::Array(items.iter().map(|item| Bson::from(*item)).collect())
}

fn map(document: Document) -> Bson {
    Bson::Document(document)
}

types! {
    vec: check Vec<i32> = [vec![] => array(&[]), vec![2, 1, 2] => array(&[2, 1, 2])];
    deque: check VecDeque<i32> = [VecDeque::from([1]) => array(&[1]), VecDeque::from([2, 1]) => array(&[2, 1])];
    hash_set: check HashSet<String> = [
        HashSet::from(["c".into(), "a".into(), "b".into()]) => texts(&["a", "b", "c"]),
        HashSet::new() => texts(&[])
    ];
    tree_set: check BTreeSet<i32> = [BTreeSet::from([3, 1]) => array(&[1, 3]), BTreeSet::from([2]) => array(&[2])];
    fixed_array: check [i32; 2] = [[1, 2] => array(&[1, 2]), [2, 1] => array(&[2, 1])];
    fixed_bytes: check [u8; 2] = [
        [1, 2] => super::scalar::binary(BinarySubtype::Generic, &[1, 2]),
        [2, 1] => super::scalar::binary(BinarySubtype::Generic, &[2, 1])
    ];
    list_of_lists: check Vec<Vec<i32>> = [vec![vec![1], vec![]] => Bson::Array(vec![array(&[1]), array(&[])]), vec![] => array(&[])];
    list_of_options: check Vec<Option<i32>> = [
        vec![None, Some(1)] => Bson::Array(vec![Bson::Null, Bson::Int32(1)]),
        vec![Some(1)] => array(&[1])
    ];

    // Written sorted by key, so that equal maps are equal documents.
    hash_map: check HashMap<String, i32> = [
        HashMap::from([("b".into(), 1), ("a".into(), 2)]) => map(doc! { "a": 2, "b": 1 }),
        HashMap::new() => map(doc! {})
    ];
    tree_map: check BTreeMap<String, Vec<u8>> = [
        BTreeMap::from([("a".into(), vec![1])]) => map(doc! { "a": super::scalar::binary(BinarySubtype::Generic, &[1]) }),
        BTreeMap::new() => map(doc! {})
    ];
    map_of_options: check BTreeMap<String, Option<i32>> = [
        BTreeMap::from([("a".into(), None)]) => map(doc! { "a": Bson::Null }),
        BTreeMap::from([("a".into(), Some(1))]) => map(doc! { "a": 1 })
    ];
    map_by_char: check BTreeMap<char, i32> = [
        BTreeMap::from([('é', 1), ('a', 2)]) => map(doc! { "a": 2, "é": 1 }),
        BTreeMap::new() => map(doc! {})
    ];
    map_by_uuid: check HashMap<Uuid, i32> = [
        HashMap::from([(UUID.parse().unwrap(), 1)]) => map(doc! { UUID: 1 }),
        HashMap::new() => map(doc! {})
    ];
    map_by_object_id: check HashMap<ObjectId, i32> = [
        HashMap::from([(HEX.parse().unwrap(), 1)]) => map(doc! { HEX: 1 }),
        HashMap::new() => map(doc! {})
    ];
    map_by_enum: check BTreeMap<Part, i32> = [
        BTreeMap::from([(Part::FrontWheel, 1), (Part::Bell, 2)]) => map(doc! { "bell": 2, "front-wheel": 1 }),
        BTreeMap::new() => map(doc! {})
    ];
    map_of_maps: check HashMap<String, BTreeMap<String, bool>> = [
        HashMap::from([("a".into(), BTreeMap::from([("b".into(), true)]))]) => map(doc! { "a": { "b": true } }),
        HashMap::new() => map(doc! {})
    ];

    boxed: check Box<i64> = [Box::new(1) => Bson::Int64(1), Box::new(2) => Bson::Int64(2)];
    shared: check Arc<i32> = [Arc::new(1) => Bson::Int32(1), Arc::new(2) => Bson::Int32(2)];
    boxed_list: check Box<Vec<i32>> = [Box::new(vec![1]) => array(&[1]), Box::new(vec![]) => array(&[])];
}

/// What each form reads where nothing is stored, and where null is.
#[derive(Debug, Clone, PartialEq, Model)]
struct Absent {
    #[chakra(id)]
    id: i64,
    option: Option<i32>,
    boxed_option: Box<Option<i32>>,
    option_of_box: Option<Box<i32>>,
    option_of_list: Option<Vec<i32>>,
    list: Vec<i32>,
    deque: VecDeque<i32>,
    set: HashSet<String>,
    tree: BTreeSet<i32>,
    bytes: Vec<u8>,
    map: HashMap<String, i32>,
    tree_map: BTreeMap<String, i32>,
    shared_list: Arc<Vec<i32>>,
    any: Bson,
    #[chakra(default = 5)]
    number: i32,
    #[chakra(default = ["a"])]
    words: Vec<String>,
    #[chakra(null)]
    kept: Option<i32>,
    #[chakra(skip)]
    here_only: i32,
}

impl Absent {
    fn of(id: i64) -> Self {
        Self {
            id,
            option: None,
            boxed_option: Box::new(None),
            option_of_box: None,
            option_of_list: None,
            list: vec![],
            deque: VecDeque::new(),
            set: HashSet::new(),
            tree: BTreeSet::new(),
            bytes: vec![],
            map: HashMap::new(),
            tree_map: BTreeMap::new(),
            shared_list: Arc::new(vec![]),
            any: Bson::Null,
            number: 5,
            words: vec!["a".into()],
            kept: None,
            here_only: 0,
        }
    }
}

#[tokio::test]
async fn what_is_missing_or_null_reads_as_nothing_or_as_its_default() {
    let fixture = Fixture::new(|builder| builder.model::<Absent>()).await;
    let names = Absent::schema().fields.iter().map(|field| field.stored).filter(|name| *name != "_id");
    let mut nulls: Document = names.map(|name| (name.to_owned(), Bson::Null)).collect();
    assert_eq!(nulls.len(), 16);
    nulls.insert("_id", 2_i64);
    fixture.store("absents", doc! { "_id": 1_i64 }).await;
    fixture.store("absents", nulls).await;
    for id in [1, 2] {
        assert_eq!(fixture.db.get(Absent::id.eq(id)).await.unwrap(), Absent::of(id));
    }
    let both = async |filter: Filter<Absent>| assert_eq!(fixture.db.count(filter).await.unwrap(), 2);
    both(Absent::option.is_none() & Absent::option_of_box.is_none() & Absent::option_of_list.is_none() & Absent::kept.is_none()).await;
    both(Absent::list.eq(vec![]) & Absent::bytes.eq(vec![]) & Absent::map.eq(HashMap::new()) & Absent::set.eq(HashSet::new())).await;
    both(Absent::number.eq(5) & Absent::words.eq(["a"]) & Absent::words.has("a")).await;
}

#[tokio::test]
async fn an_optional_list_tells_none_from_empty() {
    let fixture = Fixture::new(|builder| builder.model::<Absent>()).await;
    fixture.db.insert_many(&[Absent::of(1), Absent { option_of_list: Some(vec![]), ..Absent::of(2) }]).await.unwrap();
    let stored = fixture.stored("absents").await;
    assert_eq!((stored[0].get("option_of_list"), stored[1].get("option_of_list")), (None, Some(&array(&[]))));
    let ids = async |filter: Filter<Absent>| fixture.db.find_many(filter).await.unwrap().iter().map(|found| found.id).collect::<Vec<_>>();
    assert_eq!(ids(Absent::option_of_list.is_none()).await, [1]);
    assert_eq!(ids(Absent::option_of_list.eq(vec![])).await, [2]);
    let updated = fixture.db.update(Absent::id.eq(2)).set(Absent::option_of_list, None).await.unwrap();
    assert_eq!(updated.option_of_list, None);
    assert!(!fixture.stored("absents").await[1].contains_key("option_of_list"));
    let updated = fixture.db.update(Absent::id.eq(2)).push(Absent::option_of_list, 1).await.unwrap();
    assert_eq!(updated.option_of_list, Some(vec![1]));
}

/// A document writes what is there, as the whole value has it.
#[tokio::test]
async fn empty_lists_and_maps_are_written_and_none_is_left_out() {
    let fixture = Fixture::new(|builder| builder.model::<Absent>()).await;
    fixture.db.insert_many(&[Absent::of(1)]).await.unwrap();
    let draft = Absent::draft().id(2).boxed_option(Box::new(None)).shared_list(Arc::new(vec![])).any(Bson::Null);
    fixture.db.create(draft).await.unwrap();
    let empty = super::scalar::binary(BinarySubtype::Generic, &[]);
    let written = doc! {
        "list": [], "deque": [], "set": [], "tree": [], "bytes": empty, "map": {}, "tree_map": {}, "shared_list": [],
        "any": Bson::Null, "number": 5, "words": ["a"], "kept": Bson::Null,
    };
    for stored in fixture.stored("absents").await {
        let stored: Document = stored.into_iter().filter(|(name, _)| name != "_id").collect();
        assert_eq!(format!("{stored:?}"), format!("{written:?}"));
    }
}
