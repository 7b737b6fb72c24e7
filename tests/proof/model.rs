//! A model with every kind of field that filters and updates tell apart.

use bson::oid::ObjectId;
use chakra::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
#[chakra(rename_all = "lowercase")]
pub enum Colour {
    Red,
    Green,
    Blue,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Spot {
    pub x: f64,
    pub label: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Home {
    #[chakra(name = "town")]
    pub city: String,
    pub floor: Option<i32>,
    #[chakra(default = 1)]
    pub level: i32,
    pub spot: Option<Spot>,
    pub names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
pub enum Media {
    Photo { url: String, width: i32, by: Option<String> },
    Link { url: String, tags: Vec<String> },
    Note(Spot),
    Album { lines: Vec<Line> },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Line {
    pub sku: String,
    pub qty: i32,
    pub note: Option<String>,
    pub codes: Vec<i32>,
    pub spot: Option<Spot>,
    pub sum: Option<i64>,
    #[chakra(default = 1)]
    pub pack: i64,
    pub parts: Vec<Spot>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "things", validator)]
pub struct Thing {
    #[chakra(id)]
    pub id: i64,
    pub int: i32,
    pub long: Option<i64>,
    pub real: f64,
    pub ratio: Option<f64>,
    pub text: String,
    pub word: Option<String>,
    pub flag: Option<bool>,
    pub seen: Option<DateTime<Utc>>,
    pub colour: Option<Colour>,
    pub oid: Option<ObjectId>,
    pub uuid: Option<Uuid>,
    #[chakra(default = 5)]
    pub rank: i64,
    #[chakra(default = "new")]
    pub state: String,
    pub tags: Vec<String>,
    pub codes: Vec<i32>,
    pub reals: Vec<f64>,
    pub maybe: Option<Vec<String>>,
    pub holes: Vec<Option<i32>>,
    pub home: Option<Home>,
    pub base: Home,
    #[chakra(default = Spot { x: 1.5, label: None })]
    pub spot: Spot,
    pub lines: Vec<Line>,
    pub cover: Media,
    pub back: Option<Media>,
    pub media: Vec<Media>,
    pub counts: BTreeMap<String, i32>,
    pub places: BTreeMap<String, Home>,
    pub small: i8,
    #[chakra(default = 0)]
    pub hits: i64,
    #[chakra(default = 0, min = -5, max = 20)]
    pub score: i64,
    #[chakra(min = 0.1, max = 2.5)]
    pub share: Option<f64>,
    #[chakra(null)]
    pub hint: Option<i32>,
    #[chakra(min_length = 1, max_length = 3)]
    pub few: Vec<i32>,
    #[chakra(default = ["x"])]
    pub fans: Vec<String>,
    pub grid: Vec<Vec<i32>>,
    pub words: BTreeSet<String>,
    pub natural: u32,
    pub doses: BTreeMap<String, f64>,
    pub labels: Option<BTreeMap<String, String>>,
    #[chakra(flatten)]
    pub frame: Frame,
}

/// Stands among the fields of the model.
#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Frame {
    #[chakra(max = 100)]
    pub depth: i32,
    pub title: Option<String>,
}
