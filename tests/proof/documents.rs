//! Documents as the codec may meet them: values of the model, stored in all the ways that read as those values.

use super::model::{Colour, Frame, Home, Line, Media, Spot, Thing};
use bson::{Bson, Document, oid::ObjectId};
use chakra::{codec::to_bson, prelude::*};
use proptest::{collection::vec, option, prelude::*};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Lists that do not read as empty where they are missing.
const KEEPS_EMPTY: [&str; 3] = ["maybe", "fans", "labels"];

/// `Option`s of the model, and of its composites.
const OPTIONS: [&str; 12] = ["long", "ratio", "word", "flag", "seen", "maybe", "home", "back", "share", "hint", "labels", "title"];
const INNER_OPTIONS: [&str; 5] = ["note", "label", "floor", "by", "sum"];

/// A value, and how its document departs from what the codec writes.
#[derive(Debug, Clone)]
pub struct Stored {
    thing: Thing,
    /// Bits that decide, place by place.
    noise: Vec<u8>,
}

impl Stored {
    /// The document, under this id.
    pub fn with_id(&self, id: i64) -> Document {
        let mut thing = self.thing.clone();
        thing.id = id;
        let Ok(Bson::Document(document)) = to_bson(&thing) else { panic!("a model is a document") };
        let mut noise = Noise { bytes: &self.noise, at: 0 };
        noise.document(document, true)
    }
}

/// Decisions, one after the other, the same for the same value.
struct Noise<'n> {
    bytes: &'n [u8],
    at: usize,
}

impl Noise<'_> {
    fn next(&mut self, most: u8) -> u8 {
        self.at += 1;
        self.bytes[self.at % self.bytes.len()].wrapping_add(u8::try_from(self.at % 251).unwrap()) % most
    }

    fn document(&mut self, document: Document, is_root: bool) -> Document {
        let mut fields: Vec<(String, Bson)> = Vec::new();
        for (name, value) in document {
            // What is empty or the default may as well be missing or null.
            let reads_the_same = is_empty(&value) && !KEEPS_EMPTY.contains(&name.as_str()) || is_default(&name, &value, is_root);
            match (reads_the_same, self.next(4)) {
                (true, 0) => continue,
                (true, 1) => fields.push((name, Bson::Null)),
                _ => {
                    let is_map = is_root && ["counts", "places", "doses", "labels"].contains(&name.as_str());
                    let value = self.value(value, is_map);
                    fields.push((name, value));
                }
            }
        }
        if self.next(3) == 0 && !is_root {
            fields.reverse();
        }
        if is_root && self.next(3) == 0 {
            let half = fields.len() / 2;
            fields.rotate_left(half);
        }
        let mut document: Document = fields.into_iter().collect();
        if self.next(4) == 0 {
            document.insert("unknown", self.at as i64);
        }
        // An `Option` that is missing may be null.
        for name in if is_root { &OPTIONS[..] } else { &INNER_OPTIONS[..] } {
            if !document.contains_key(*name) && self.next(3) == 0 {
                document.insert(*name, Bson::Null);
            }
        }
        document
    }

    fn value(&mut self, value: Bson, is_map: bool) -> Bson {
        match value {
            Bson::Document(entries) if is_map => {
                entries.into_iter().map(|(key, value)| (key, self.value(value, false))).collect::<Document>().into()
            }
            Bson::Document(document) => self.document(document, false).into(),
            Bson::Array(items) => items.into_iter().map(|item| self.value(item, false)).collect::<Vec<_>>().into(),
            Bson::Int32(number) => match self.next(4) {
                0 => Bson::Int64(number.into()),
                1 => Bson::Double(number.into()),
                _ => Bson::Int32(number),
            },
            Bson::Int64(number) => match (self.next(4), i32::try_from(number)) {
                (0, Ok(short)) => Bson::Int32(short),
                (1, Ok(short)) => Bson::Double(short.into()),
                _ => Bson::Int64(number),
            },
            Bson::Double(number) if number.fract() == 0.0 && number.abs() < 1e9 && number != 0.0 => match self.next(4) {
                0 => Bson::Int32(number as i32),
                1 => Bson::Int64(number as i64),
                _ => Bson::Double(number),
            },
            other => other,
        }
    }
}

fn is_empty(value: &Bson) -> bool {
    matches!(value, Bson::Array(items) if items.is_empty()) || matches!(value, Bson::Document(entries) if entries.is_empty())
}

fn is_default(name: &str, value: &Bson, is_root: bool) -> bool {
    match (name, value) {
        ("rank", Bson::Int64(5)) => is_root,
        ("state", Bson::String(text)) => is_root && text == "new",
        ("level", Bson::Int32(1)) | ("pack", Bson::Int64(1)) => !is_root,
        ("hits" | "score", Bson::Int64(0)) => is_root,
        ("fans", Bson::Array(fans)) => is_root && *fans == [Bson::from("x")],
        ("spot", Bson::Document(spot)) => is_root && spot.get_f64("x").is_ok_and(|x| x == 1.5) && !spot.contains_key("label"),
        _ => false,
    }
}

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["", "a", "A", "ab", "Ab", "b", "new", "rome", "Rome", "a.b", "$a", "é", "É", "ß", "a\nb", "a\0b", "\u{10FFFF}", "k.*"])
            .prop_map(String::from),
        1 => ".{0,4}",
    ]
}

pub fn int() -> impl Strategy<Value = i32> {
    prop_oneof![6 => -2..7_i32, 1 => Just(i32::MAX), 1 => Just(i32::MIN)]
}

pub fn long() -> impl Strategy<Value = i64> {
    prop_oneof![6 => -2..7_i64, 1 => Just(i64::MAX), 1 => Just(i64::MIN), 1 => Just(1_i64 << 53 | 1)]
}

pub fn real() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.0, -0.0, 1.5, 1.0, -1.0, 2.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 1e-300])
}

/// Within the declared limits.
pub fn share() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![0.1, 0.2, 0.3, 0.7, 1.0, 1.1, 2.4, 2.5])
}

pub fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    prop::sample::select(vec![0_i64, 1, -1, 1_000, -62_135_596_800_000, 253_402_300_799_999])
        .prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap())
}

pub fn colour() -> impl Strategy<Value = Colour> {
    prop::sample::select(vec![Colour::Red, Colour::Green, Colour::Blue])
}

pub fn oid() -> impl Strategy<Value = ObjectId> {
    (0..3_u8).prop_map(|byte| ObjectId::from_bytes([byte; 12]))
}

pub fn uuid() -> impl Strategy<Value = Uuid> {
    (0..3_u8).prop_map(|byte| Uuid::from_bytes([byte; 16]))
}

pub fn spot() -> impl Strategy<Value = Spot> {
    (real(), option::of(text())).prop_map(|(x, label)| Spot { x, label })
}

pub fn home() -> BoxedStrategy<Home> {
    (text(), option::of(int()), 0..3_i32, option::of(spot()), vec(text(), 0..3))
        .prop_map(|(city, floor, level, spot, names)| Home { city, floor, level, spot, names })
        .boxed()
}

pub fn media() -> BoxedStrategy<Media> {
    prop_oneof![
        (text(), int(), option::of(text())).prop_map(|(url, width, by)| Media::Photo { url, width, by }),
        (text(), vec(text(), 0..3)).prop_map(|(url, tags)| Media::Link { url, tags }),
        spot().prop_map(Media::Note),
        vec(line(), 0..3).prop_map(|lines| Media::Album { lines }),
        Just(Media::Nothing),
    ]
    .boxed()
}

pub fn line() -> BoxedStrategy<Line> {
    let more = (option::of(long()), prop_oneof![Just(1), long()], vec(spot(), 0..3));
    (text(), int(), option::of(text()), vec(int(), 0..3), option::of(spot()), more)
        .prop_map(|(sku, qty, note, codes, spot, more)| {
            let (sum, pack, parts) = more;
            Line { sku, qty, note, codes, spot, sum, pack, parts }
        })
        .boxed()
}

/// Keys that can stand in a path.
pub fn key() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "0", "é", "a b"]).prop_map(String::from)
}

pub fn stored() -> BoxedStrategy<Stored> {
    let scalars = (int(), option::of(long()), real(), option::of(real()), text(), option::of(text()), option::of(any::<bool>()));
    let more = (option::of(moment()), option::of(colour()), option::of(oid()), option::of(uuid()), prop_oneof![Just(5), long()]);
    let lists = (vec(text(), 0..4), vec(int(), 0..4), vec(real(), 0..3), option::of(vec(text(), 0..3)), vec(option::of(int()), 0..3));
    let spots = prop_oneof![Just(Spot { x: 1.5, label: None }), spot()];
    let parts = (option::of(home()), home(), spots, vec(line(), 0..4), media(), option::of(media()), vec(media(), 0..3));
    let maps = (prop::collection::btree_map(key(), int(), 0..3), prop::collection::btree_map(key(), home(), 0..2));
    let state = prop_oneof![Just("new".to_owned()), text()];
    let limited = (any::<i8>(), prop_oneof![Just(0), long()], -5..21_i64, option::of(share()), option::of(int()), vec(int(), 1..4));
    let fans = prop_oneof![Just(vec!["x".to_owned()]), vec(text(), 0..3)];
    let sets = (fans, vec(vec(int(), 0..3), 0..3), prop::collection::btree_set(text(), 0..3));
    let labels = option::of(prop::collection::btree_map(key(), text(), 0..2));
    let frame = (int().prop_map(|depth| depth.min(100)), option::of(text())).prop_map(|(depth, title)| Frame { depth, title });
    let late = (prop_oneof![0..5_u32, Just(u32::MAX)], prop::collection::btree_map(key(), real(), 0..3), labels, frame);
    let rest = (state, limited, sets, late, vec(any::<u8>(), 64));
    (scalars, more, lists, parts, maps, rest)
        .prop_map(|(scalars, more, lists, parts, maps, rest)| {
            let (state, (small, hits, score, share, hint, few), (fans, grid, words), (natural, doses, labels, frame), noise) = rest;
            let (int, long, real, ratio, text, word, flag) = scalars;
            let (seen, colour, oid, uuid, rank) = more;
            let (tags, codes, reals, maybe, holes) = lists;
            let (home, base, spot, lines, cover, back, media) = parts;
            let (counts, places): (BTreeMap<_, _>, BTreeMap<_, _>) = maps;
            let thing = Thing {
                id: 0,
                int,
                long,
                real,
                ratio,
                text,
                word,
                flag,
                seen,
                colour,
                oid,
                uuid,
                rank,
                state,
                tags,
                codes,
                reals,
                maybe,
                holes,
                home,
                base,
                spot,
                lines,
                cover,
                back,
                media,
                counts,
                places,
                small,
                hits,
                score,
                share,
                hint,
                few,
                fans,
                grid,
                words,
                natural,
                doses,
                labels,
                frame,
            };
            Stored { thing, noise }
        })
        .boxed()
}
