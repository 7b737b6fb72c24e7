//! The stock of goods that the manual's pages on queries look through.

use crate::support::Sent;
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Size {
    pub h: f64,
    pub w: f64,
    pub uom: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Batch {
    pub warehouse: String,
    pub qty: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "inventory")]
pub struct Stock {
    #[chakra(id)]
    pub id: i64,
    pub item: String,
    pub status: String,
    pub qty: i32,
    pub size: Size,
    pub tags: Vec<String>,
    pub instock: Vec<Batch>,
}

/// Six goods of three states.
pub async fn inventory() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Stock>()).await;
    let goods = [
        stock(1, "lamp", "A", 12, size(40.0, 20.0, "cm"), &["light", "desk"], &[("A", 5), ("C", 7)]),
        stock(2, "desk", "A", 3, size(75.0, 140.0, "cm"), &["wood", "desk"], &[("A", 3)]),
        stock(3, "chair", "D", 80, size(90.0, 45.0, "cm"), &["wood"], &[("B", 60), ("C", 20)]),
        stock(4, "shelf", "D", 0, size(70.0, 12.0, "in"), &[], &[]),
        stock(5, "poster", "A", 150, size(24.0, 36.0, "in"), &["paper", "wall", "print"], &[("A", 150)]),
        stock(6, "rug", "P", 25, size(200.0, 300.0, "cm"), &["floor"], &[("B", 25)]),
    ];
    sent.db.insert_many(&goods).await.unwrap();
    sent.commands();
    sent
}

pub fn size(h: f64, w: f64, uom: &str) -> Size {
    Size { h, w, uom: uom.into() }
}

fn stock(id: i64, item: &str, status: &str, qty: i32, size: Size, tags: &[&str], instock: &[(&str, i32)]) -> Stock {
    Stock {
        id,
        item: item.into(),
        status: status.into(),
        qty,
        size,
        tags: tags.iter().map(|tag| String::from(*tag)).collect(),
        instock: instock.iter().map(|(warehouse, qty)| Batch { warehouse: String::from(*warehouse), qty: *qty }).collect(),
    }
}

/// The items in alphabetical order: a read that asks for none has none.
pub fn items(found: &[Stock]) -> Vec<&str> {
    let mut items: Vec<&str> = found.iter().map(|stock| stock.item.as_str()).collect();
    items.sort_unstable();
    items
}
