//! The models of the page of operators, which shows them as they stand here.

use chakra::{
    model::{Point, Polygon},
    prelude::*,
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(index(home.city), index(lines.sku), index(lines.qty), index(cover.photo.width))]
pub struct Item {
    #[chakra(id)]
    pub id: i64,
    #[chakra(index)]
    pub name: Option<String>,
    #[chakra(index)]
    pub alias: Option<String>,
    #[chakra(index)]
    pub stock: Option<i32>,
    #[chakra(index, default = 5)]
    pub rank: i64,
    #[chakra(default = 0)]
    pub hits: i64,
    #[chakra(default = 1, min = 0, max = 10)]
    pub score: i32,
    #[chakra(index)]
    pub tags: Vec<String>,
    #[chakra(index)]
    pub notes: Option<Vec<String>>,
    #[chakra(max_length = 3)]
    pub codes: Vec<i32>,
    #[chakra(index)]
    pub lines: Vec<Line>,
    #[chakra(index)]
    pub home: Option<Address>,
    #[chakra(default = Frame { width: 4, height: 3 })]
    pub frame: Frame,
    pub cover: Option<Media>,
    #[chakra(index)]
    pub sizes: BTreeMap<String, i32>,
    pub place: Option<Point>,
    pub seen: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Line {
    pub sku: String,
    pub qty: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Address {
    pub street: String,
    #[chakra(name = "town")]
    pub city: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Frame {
    pub width: i32,
    pub height: i32,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
pub enum Media {
    Photo { url: String, width: i32 },
    Link { url: String },
}

/// A triangle in the middle of Italy.
pub fn area() -> Polygon {
    let border = vec![Point::new(10.0, 42.0), Point::new(15.0, 42.0), Point::new(12.5, 44.0), Point::new(10.0, 42.0)];
    Polygon { rings: vec![border] }
}
