//! Orders made by chance: of each question about related documents the server says what Rust says, by both roads.
// An answer in Rust is written as its question is.
#![allow(clippy::nonminimal_bool)]

use crate::{related::world::Dice, support::Fixture};
use bson::{Bson, Document, doc};
use chakra::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Row {
    #[chakra(name = "g")]
    pub good_id: Option<i64>,
    #[chakra(name = "n")]
    pub note_ids: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Place {
    #[chakra(name = "l")]
    pub land_id: i64,
}

#[derive(Debug, Clone, Model)]
pub struct Sale {
    #[chakra(id)]
    pub id: i64,
    pub rank: i32,
    #[chakra(name = "r")]
    pub rows: Option<Vec<Row>>,
    #[chakra(relation = ManyToMany, ids = rows.good_id)]
    pub goods: Related<Vec<Good>>,
    #[chakra(relation = ManyToMany, ids = rows.note_ids)]
    pub notes: Related<Vec<Good>>,
    #[chakra(name = "p")]
    pub place: Option<Place>,
    #[chakra(relation = ManyToOne, foreign_key = place.land_id)]
    pub land: Related<Option<Good>>,
}

#[derive(Debug, Clone, Model)]
pub struct Good {
    #[chakra(id)]
    pub id: i64,
    pub price: i32,
    #[chakra(relation = ManyToMany, inverse_ids = rows.good_id)]
    pub sales: Related<Vec<Sale>>,
    #[chakra(relation = ManyToMany, inverse_ids = rows.note_ids)]
    pub noted: Related<Vec<Sale>>,
    #[chakra(relation = OneToMany, foreign_key = place.land_id)]
    pub placed: Related<Vec<Sale>>,
}

/// All documents that there are.
#[derive(Debug)]
struct World {
    sales: Vec<Sale>,
    goods: Vec<Good>,
}

impl World {
    /// Puts another world into the database, by the bare driver: keys and what holds them are missing, null, double and lead nowhere.
    async fn put(fixture: &Fixture, dice: &mut Dice) -> Self {
        let db = &fixture.db;
        db.delete_many(Sale::all()).await.unwrap();
        db.delete_many(Good::all()).await.unwrap();
        let goods = dice.below(5);
        for id in 1..=goods {
            fixture.store("goods", doc! { "_id": id, "price": i32::try_from(dice.below(4)).unwrap() }).await;
        }
        for id in 1..=dice.below(9) {
            let mut sale = doc! { "_id": id, "rank": i32::try_from(dice.below(4)).unwrap() };
            match dice.below(6) {
                0 => {}
                1 => drop(sale.insert("r", Bson::Null)),
                _ => drop(sale.insert("r", rows(dice, goods))),
            }
            match dice.below(4) {
                0 => {}
                1 => drop(sale.insert("p", Bson::Null)),
                _ => drop(sale.insert("p", doc! { "l": 1 + dice.below(goods + 1) })),
            }
            fixture.store("sales", sale).await;
        }
        let (sales, goods) = (db.find_many(Sale::all()).await.unwrap(), db.find_many(Good::all()).await.unwrap());
        Self { sales, goods }
    }

    fn good(&self, id: i64) -> Option<&Good> {
        self.goods.iter().find(|good| good.id == id)
    }

    fn land_of(&self, sale: &Sale) -> Option<&Good> {
        self.good(sale.place.as_ref()?.land_id)
    }

    fn goods_of(&self, sale: &Sale) -> Vec<&Good> {
        self.goods.iter().filter(|good| good_ids(sale).contains(&good.id)).collect()
    }

    fn notes_of(&self, sale: &Sale) -> Vec<&Good> {
        self.goods.iter().filter(|good| note_ids(sale).contains(&good.id)).collect()
    }

    fn sales_of(&self, good: &Good) -> Vec<&Sale> {
        self.sales.iter().filter(|sale| good_ids(sale).contains(&good.id)).collect()
    }

    fn noted_with(&self, good: &Good) -> Vec<&Sale> {
        self.sales.iter().filter(|sale| note_ids(sale).contains(&good.id)).collect()
    }

    fn placed_in(&self, good: &Good) -> Vec<&Sale> {
        self.sales.iter().filter(|sale| sale.place.as_ref().is_some_and(|place| place.land_id == good.id)).collect()
    }
}

fn good_ids(sale: &Sale) -> Vec<i64> {
    sale.rows.iter().flatten().filter_map(|row| row.good_id).collect()
}

fn note_ids(sale: &Sale) -> Vec<i64> {
    sale.rows.iter().flatten().flat_map(|row| row.note_ids.clone()).collect()
}

fn rows(dice: &mut Dice, goods: i64) -> Vec<Document> {
    (0..dice.below(4))
        .map(|_| {
            let mut row = Document::new();
            match dice.below(5) {
                0 => {}
                1 => drop(row.insert("g", Bson::Null)),
                _ => drop(row.insert("g", 1 + dice.below(goods + 1))),
            }
            match dice.below(4) {
                0 => {}
                1 => drop(row.insert("n", Bson::Null)),
                _ => drop(row.insert("n", (0..dice.below(4)).map(|_| 1 + dice.below(goods + 1)).collect::<Vec<i64>>())),
            }
            row
        })
        .collect()
}

/// A filter, and when it is true of a document.
struct Question<M> {
    text: &'static str,
    filter: Filter<M>,
    is_true: fn(&World, &M) -> bool,
}

macro_rules! questions {
    ($($filter:expr => $is_true:expr;)*) => {
        vec![$(Question { text: stringify!($filter), filter: $filter, is_true: $is_true }),*]
    };
}

fn of_sales() -> Vec<Question<Sale>> {
    questions! {
        Sale::goods.some(Good::price.gte(2)) => |w, s| w.goods_of(s).iter().any(|g| g.price >= 2);
        Sale::goods.every(Good::price.gte(2)) => |w, s| w.goods_of(s).iter().all(|g| g.price >= 2);
        Sale::goods.none(Good::price.gte(2)) => |w, s| !w.goods_of(s).iter().any(|g| g.price >= 2);
        Sale::goods.some(Good::all()) => |w, s| !w.goods_of(s).is_empty();
        Sale::goods.none(Good::all()) => |w, s| w.goods_of(s).is_empty();
        Sale::goods.count().eq(0) => |w, s| w.goods_of(s).is_empty();
        Sale::goods.count().gte(2) => |w, s| w.goods_of(s).len() >= 2;
        Sale::goods.count().lt(2) => |w, s| w.goods_of(s).len() < 2;
        Sale::goods.filter(Good::price.lt(3)).count().eq(1) => |w, s| w.goods_of(s).iter().filter(|g| g.price < 3).count() == 1;
        Sale::notes.some(Good::price.gte(2)) => |w, s| w.notes_of(s).iter().any(|g| g.price >= 2);
        Sale::notes.every(Good::price.gte(2)) => |w, s| w.notes_of(s).iter().all(|g| g.price >= 2);
        Sale::notes.none(Good::all()) => |w, s| w.notes_of(s).is_empty();
        Sale::notes.count().gt(1) => |w, s| w.notes_of(s).len() > 1;
        Sale::notes.count().lte(1) => |w, s| w.notes_of(s).len() <= 1;
        Sale::land.is(Good::price.gte(2)) => |w, s| w.land_of(s).is_some_and(|g| g.price >= 2);
        Sale::land.is_not(Good::price.gte(2)) => |w, s| !w.land_of(s).is_some_and(|g| g.price >= 2);
        Sale::land.is_some() => |w, s| w.land_of(s).is_some();
        Sale::land.is_none() => |w, s| w.land_of(s).is_none();
        !Sale::land.is_none() & Sale::rank.lt(2) => |w, s| s.rank < 2 && w.land_of(s).is_some();
        Sale::land.is(Good::sales.count().gte(1)) => |w, s| w.land_of(s).is_some_and(|g| !w.sales_of(g).is_empty());
        Sale::goods.some(Good::placed.some(Sale::rank.gte(2))) =>
            |w, s| w.goods_of(s).iter().any(|g| w.placed_in(g).iter().any(|s| s.rank >= 2));
    }
}

fn of_goods() -> Vec<Question<Good>> {
    questions! {
        Good::sales.some(Sale::rank.gte(2)) => |w, g| w.sales_of(g).iter().any(|s| s.rank >= 2);
        Good::sales.every(Sale::rank.gte(2)) => |w, g| w.sales_of(g).iter().all(|s| s.rank >= 2);
        Good::sales.none(Sale::all()) => |w, g| w.sales_of(g).is_empty();
        Good::sales.count().eq(1) => |w, g| w.sales_of(g).len() == 1;
        Good::sales.count().lt(2) => |w, g| w.sales_of(g).len() < 2;
        Good::sales.filter(Sale::rank.gte(1)).count().in_([0, 2]) =>
            |w, g| [0, 2].contains(&w.sales_of(g).iter().filter(|s| s.rank >= 1).count());
        Good::noted.some(Sale::rank.gte(2)) => |w, g| w.noted_with(g).iter().any(|s| s.rank >= 2);
        Good::noted.every(Sale::rank.gte(2)) => |w, g| w.noted_with(g).iter().all(|s| s.rank >= 2);
        Good::noted.count().eq(1) => |w, g| w.noted_with(g).len() == 1;
        Good::noted.count().gte(2) => |w, g| w.noted_with(g).len() >= 2;
        Good::placed.some(Sale::rank.lt(2)) => |w, g| w.placed_in(g).iter().any(|s| s.rank < 2);
        Good::placed.every(Sale::rank.lt(2)) => |w, g| w.placed_in(g).iter().all(|s| s.rank < 2);
        Good::placed.count().eq(0) => |w, g| w.placed_in(g).is_empty();
        Good::placed.some(Sale::goods.some(Good::price.gt(0))) =>
            |w, g| w.placed_in(g).iter().any(|s| w.goods_of(s).iter().any(|g| g.price > 0));
    }
}

/// Of how many documents each question was true, and of how many it was not.
type Answers = BTreeMap<&'static str, (usize, usize)>;

async fn ask<M: Model>(db: &Db, world: &World, all: &[M], id: fn(&M) -> i64, questions: Vec<Question<M>>, answers: &mut Answers) {
    for Question { text, filter, is_true } in questions {
        let mut expected: Vec<i64> = all.iter().filter(|document| is_true(world, document)).map(id).collect();
        let found = db.find_many(filter.clone()).await.unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut found: Vec<i64> = found.iter().map(id).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{text} in {world:?}");
        let (yes, no) = answers.entry(text).or_default();
        *yes += expected.len();
        *no += all.len() - expected.len();
    }
}

#[tokio::test]
async fn related_documents_are_asked_for_as_in_rust() {
    let fixture = Fixture::new(|builder| builder.model::<Sale>()).await;
    fixture.db.sync().await.unwrap();
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    let mut answers = Answers::new();
    for seed in 0..20 {
        let world = World::put(&fixture, &mut Dice(seed)).await;
        for db in [&fixture.db, &looking_up] {
            ask(db, &world, &world.sales, |sale| sale.id, of_sales(), &mut answers).await;
            ask(db, &world, &world.goods, |good| good.id, of_goods(), &mut answers).await;
        }
        // What is loaded and counted is the same.
        let read = fixture.db.find_many(Sale::all()).include(Sale::goods).include(Sale::notes).include(Sale::land);
        for sale in read.include_count(Sale::goods).include_count(Sale::notes).await.unwrap() {
            let (goods, notes) = (world.goods_of(&sale), world.notes_of(&sale));
            let ids = |goods: &[Good]| {
                let mut ids: Vec<i64> = goods.iter().map(|good| good.id).collect();
                ids.sort_unstable();
                ids
            };
            let mut expected = [&goods, &notes].map(|goods| goods.iter().map(|good| good.id).collect::<Vec<_>>());
            expected.iter_mut().for_each(|ids| ids.sort_unstable());
            assert_eq!([ids(sale.goods.get().unwrap()), ids(sale.notes.get().unwrap())], expected, "{sale:?}");
            assert_eq!((sale.goods.count().unwrap(), sale.notes.count().unwrap()), (goods.len() as u64, notes.len() as u64));
            assert_eq!(sale.land.get().unwrap().as_ref().map(|good| good.id), world.land_of(&sale).map(|good| good.id));
        }
        let read = fixture.db.find_many(Good::all()).include_count(Good::sales).include_count(Good::noted).include_count(Good::placed);
        for good in read.await.unwrap() {
            let counts = [&good.sales, &good.noted, &good.placed].map(|sales| sales.count().unwrap());
            let expected = [world.sales_of(&good), world.noted_with(&good), world.placed_in(&good)].map(|sales| sales.len() as u64);
            assert_eq!(counts, expected, "{good:?} in {world:?}");
        }
    }
    assert_eq!(answers.len(), 35);
    let one_sided: Vec<_> = answers.iter().filter(|(_, (yes, no))| *yes == 0 || *no == 0).collect();
    assert!(one_sided.is_empty(), "{one_sided:?}");
}
