//! Random values and random corruptions: a document passes exactly when the model reads it and its limits hold.
//!
//! `CHAKRA_VALIDATOR_SEED` sets which values and corruptions these are.

use super::{refusing, takes};
use crate::{
    proof::{documents::stored, model::Thing, runner},
    support::number,
};
use bson::{Binary, Bson, DateTime, Document, Timestamp, doc, oid::ObjectId, spec::BinarySubtype};
use chakra::{Filter, codec::from_document};
use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

const DOCUMENTS: usize = 300;
const CORRUPTED: usize = 60;
const CORRUPTIONS: usize = 12;
const SEED: u64 = 7;

/// That which is asked for.
fn seed() -> Option<u64> {
    number("CHAKRA_VALIDATOR_SEED")
}

fn documents(count: usize) -> Vec<Document> {
    let mut runner = seed().map_or_else(TestRunner::deterministic, runner);
    let stored = vec(stored(), count).new_tree(&mut runner).unwrap().current();
    (0..).zip(&stored).map(|(id, stored)| stored.with_id(id)).collect()
}

#[tokio::test]
async fn every_way_in_which_a_value_is_stored_passes() {
    let fixture = refusing::<Thing>().await;
    // In all the ways that read as the values, of which the codec's own is one.
    for document in documents(DOCUMENTS) {
        assert!(takes(&fixture, "things", &document).await, "{document}");
    }
    let things = fixture.db.find_many(Filter::<Thing>::all()).await.unwrap();
    assert_eq!(things.len(), DOCUMENTS);
    fixture.db.delete_many(Thing::id.gte(0)).await.unwrap();
    // And as the codec writes them.
    fixture.db.insert_many(&things).await.unwrap();
    assert_eq!(fixture.db.count(Filter::<Thing>::all()).await.unwrap(), DOCUMENTS as u64);
}

#[tokio::test]
async fn a_corrupted_document_passes_exactly_when_the_model_reads_it() {
    let fixture = refusing::<Thing>().await;
    let seed = seed().unwrap_or(SEED);
    let (mut chance, mut id, mut counts) = (Chance(seed), 0_i64, [0, 0]);
    for document in documents(CORRUPTED) {
        for _ in 0..CORRUPTIONS {
            let Some((mut corrupted, what)) = corrupt(&document, &mut chance) else { continue };
            corrupted.insert("_id", id);
            id += 1;
            let is_read = from_document::<Thing>(&corrupted.to_vec().unwrap()).is_ok() && keeps_limits(&corrupted);
            assert_eq!(takes(&fixture, "things", &corrupted).await, is_read, "seed {seed}: {what}: {corrupted}");
            counts[usize::from(is_read)] += 1;
        }
    }
    assert!(counts[0] > 100 && counts[1] > 50, "both kinds are met with seed {seed}: {counts:?}");
}

/// The same sequence every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

#[derive(Clone, Debug)]
enum Step {
    Field(String),
    Item(usize),
}

/// The document with one place changed, and what was done. Nothing where the docs say that it gets past the validator.
fn corrupt(document: &Document, chance: &mut Chance) -> Option<(Document, String)> {
    let mut all = Vec::new();
    places(&Bson::Document(document.clone()), &mut Vec::new(), &mut all);
    let place = all.swap_remove(chance.below(all.len()));
    let (last, above) = place.split_last()?;
    let mut changed = Bson::Document(document.clone());
    let holder = above.iter().fold(&mut changed, |value, step| match (value, step) {
        (Bson::Document(document), Step::Field(name)) => document.get_mut(name).unwrap(),
        (Bson::Array(items), Step::Item(index)) => &mut items[*index],
        (value, step) => panic!("{step:?} in {value}"),
    });
    let action = chance.below(4);
    let what = match (action, holder, last) {
        (0, Bson::Document(holder), Step::Field(name)) => {
            holder.remove(name);
            "removed".to_owned()
        }
        (0, Bson::Array(items), Step::Item(index)) => {
            items.remove(*index);
            "removed".to_owned()
        }
        (1, Bson::Document(holder), _) => {
            let value = other(chance);
            let what = format!("{value} beside");
            holder.insert("beside", value);
            what
        }
        (_, holder, last) => {
            let value = other(chance);
            // Of a Binary the validator sees no subtype.
            if matches!(last, Step::Field(name) if name == "uuid") && matches!(value, Bson::Binary(_)) {
                return None;
            }
            let what = format!("{value} instead");
            match (holder, last) {
                (Bson::Document(holder), Step::Field(name)) => drop(holder.insert(name, value)),
                (Bson::Array(items), Step::Item(index)) => items[*index] = value,
                (value, step) => panic!("{step:?} in {value}"),
            }
            what
        }
    };
    match changed {
        Bson::Document(changed) => Some((changed, format!("{place:?} {what}"))),
        _ => None,
    }
}

/// Every place in the value but the id.
fn places(value: &Bson, at: &mut Vec<Step>, all: &mut Vec<Vec<Step>>) {
    let inner: Vec<(Step, &Bson)> = match value {
        Bson::Document(document) => {
            document.iter().filter(|(name, _)| *name != "_id").map(|(name, value)| (Step::Field(name.clone()), value)).collect()
        }
        Bson::Array(items) => items.iter().enumerate().map(|(index, value)| (Step::Item(index), value)).collect(),
        _ => return,
    };
    for (step, value) in inner {
        at.push(step);
        all.push(at.clone());
        places(value, at, all);
        at.pop();
    }
}

/// A value of any type, some of which some fields read.
fn other(chance: &mut Chance) -> Bson {
    let values = [
        Bson::Null,
        Bson::Boolean(true),
        Bson::Int32(-1),
        Bson::Int32(50),
        Bson::Int64(3),
        Bson::Int64(1 << 40),
        Bson::Double(0.5),
        Bson::Double(7.0),
        Bson::Double(1e300),
        Bson::Double(f64::NAN),
        Bson::from("red"),
        Bson::from("Photo"),
        Bson::from(""),
        Bson::from(Vec::<Bson>::new()),
        Bson::from(vec!["a"]),
        Bson::from(vec![1, 2, 3, 4]),
        Bson::from(vec![Bson::Null]),
        Bson::from(vec![Bson::from(vec![1])]),
        Bson::from(vec![doc! { "x": 1.5 }]),
        Bson::from(doc! {}),
        Bson::from(doc! { "x": 1.5 }),
        Bson::from(doc! { "a": 1 }),
        Bson::from(doc! { "kind": "Nothing" }),
        Bson::from(doc! { "kind": "Link", "url": "/" }),
        Bson::from(doc! { "kind": "nothing" }),
        Bson::from(doc! { "town": "Rome" }),
        Bson::ObjectId(ObjectId::from_bytes([1; 12])),
        Bson::DateTime(DateTime::from_millis(5)),
        Bson::Timestamp(Timestamp { time: 1, increment: 1 }),
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: vec![1] }),
        Bson::Decimal128("1".parse().unwrap()),
        Bson::MinKey,
    ];
    values[chance.below(values.len())].clone()
}

/// What the decoder does not look at. A number is one that was read.
fn keeps_limits(document: &Document) -> bool {
    let number = |name: &str| match document.get(name) {
        Some(Bson::Int32(number)) => Some(f64::from(*number)),
        Some(Bson::Int64(number)) => Some(*number as f64),
        Some(Bson::Double(number)) => Some(*number),
        _ => None,
    };
    let within = |name: &str, least: f64, most: f64| number(name).is_none_or(|number| (least..=most).contains(&number));
    let few = document.get_array("few").map_or(1, Vec::len);
    within("score", -5.0, 20.0) && within("share", 0.1, 2.5) && within("depth", f64::MIN, 100.0) && (1..=3).contains(&few)
}
