//! Some sales, of which the manual's pages on aggregation make totals.

use crate::support::Sent;
use chakra::prelude::*;

#[derive(Debug, Clone, PartialEq, Model)]
pub struct Sale {
    #[chakra(id)]
    pub id: i64,
    pub item: String,
    pub price: f64,
    pub quantity: i32,
    pub at: DateTime<Utc>,
}

/// Two items on three days of two years.
pub async fn sales() -> Sent {
    let sent = Sent::new().await;
    let sale = |id, item: &str, price, quantity, at| Sale { id, item: item.into(), price, quantity, at: moment(at) };
    let sales = [
        sale(1, "tea", 4.0, 2, "2024-01-10T09:00:00Z"),
        sale(2, "tea", 4.0, 1, "2024-01-10T15:30:00Z"),
        sale(3, "jam", 2.5, 4, "2024-01-10T11:00:00Z"),
        sale(4, "jam", 3.0, 2, "2024-02-03T08:00:00Z"),
        sale(5, "tea", 4.5, 2, "2025-01-05T08:00:00Z"),
    ];
    sent.db.insert_many(&sales).await.unwrap();
    sent
}

pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
