//! Races: many writers at once, of whom nothing is lost and nothing is done twice.

use crate::support::Fixture;
use chakra::{Draft, Error, prelude::*};
use futures::future::join_all;
use std::collections::BTreeSet;
use tokio::sync::watch;

#[derive(Debug, Clone, PartialEq, Model)]
struct Ticket {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    seat: String,
    holder: Option<String>,
    #[chakra(default = 0)]
    scans: i64,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(index(price, id))]
struct Offer {
    #[chakra(id)]
    id: i64,
    price: Option<f64>,
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Ticket>().model::<Offer>()).await;
    fixture.db.sync().await.unwrap();
    fixture
}

fn ticket(id: i64, seat: &str) -> Draft<Ticket> {
    Draft::of(Ticket::draft().id(id).seat(seat))
}

/// Eight tasks create tickets for the same fifty seats at once, of which each says what became of its own.
async fn create_at_once(ordered: bool) {
    let fixture = fixture().await;
    let tasks = (0..8_i64).map(|task| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            // Each in an order of its own, so that they meet half-way.
            let ids: Vec<i64> = (0..50).map(|at| 100 * task + (at * 7 + task * 6) % 50).collect();
            let drafts = ids.iter().map(|id| ticket(*id, &format!("seat {}", id % 100)));
            match db.create_many(drafts).ordered(ordered).await {
                Ok(created) => {
                    assert_eq!(created, 50);
                    ids
                }
                Err(Error::Bulk { inserted, failed, .. }) => {
                    assert!(failed.iter().all(|(_, error)| error.is_unique_on(Ticket::seat)), "{failed:?}");
                    let failed: BTreeSet<usize> = failed.iter().map(|(at, _)| *at).collect();
                    // An ordered one stops at its first failure; the others go on.
                    let end = if ordered { *failed.first().unwrap() } else { ids.len() };
                    let stored: Vec<i64> = (0..end).filter(|at| !failed.contains(at)).map(|at| ids[at]).collect();
                    assert_eq!(usize::try_from(inserted), Ok(stored.len()));
                    stored
                }
                Err(error) => panic!("{error}"),
            }
        })
    });
    let mut reported: Vec<i64> = join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect();
    reported.sort_unstable();
    let stored: Vec<i64> = fixture.db.find_many(Ticket::all()).order_by(Ticket::id.asc()).select(Ticket::id).await.unwrap();
    assert_eq!(reported, stored);
    // An ordered one may stop early, but not the first of all.
    assert!(stored.len() == 50 || (ordered && !stored.is_empty()), "{}", stored.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_created_among_duplicates_is_what_is_reported() {
    create_at_once(false).await;
    create_at_once(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guarded_update_wins_once() {
    let fixture = fixture().await;
    fixture.db.create_many((0..20).map(|id| ticket(id, &format!("seat {id}")))).await.unwrap();
    let tasks = (0..200).map(|task| {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            let free = Ticket::id.eq(task % 20) & Ticket::holder.is_none();
            db.update(free).set(Ticket::holder, format!("guest {task}")).inc(Ticket::scans, 1).await
        })
    });
    let mut won = Vec::new();
    for result in join_all(tasks).await {
        match result.unwrap() {
            Ok(ticket) => won.push(ticket),
            Err(Error::NotFound { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    won.sort_unstable_by_key(|ticket| ticket.id);
    let stored = fixture.db.find_many(Ticket::all()).order_by(Ticket::id.asc()).await.unwrap();
    assert_eq!(won, stored);
    assert!(stored.iter().all(|ticket| ticket.scans == 1 && ticket.version == 1), "{stored:?}");
}

/// Prices of which many are equal, some are NaN and some are none.
fn offer(id: i64) -> Offer {
    let price = match id * 7919 % 11 {
        0 | 1 => None,
        2 | 3 => Some(f64::NAN),
        at => Some(f64::from(i32::try_from(at).unwrap()) - 6.5),
    };
    Offer { id, price }
}

/// The pages of a hundred thousand documents, between which others are inserted and deleted: those that stay come exactly once, in order.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_large_collection_are_whole_while_others_write() {
    const STAYING: i64 = 100_000;
    let fixture = fixture().await;
    let staying: Vec<Offer> = (0..STAYING).map(|id| offer(2 * id)).collect();
    fixture.db.insert_many(&staying).await.unwrap();
    let (wrote, mut rounds) = watch::channel(0);
    let writer = {
        let db = fixture.db.clone();
        tokio::spawn(async move {
            for round in 0_i64.. {
                // Odd ids, all over the order, which are gone again in the next round.
                let passing: Vec<Offer> = (0..50).map(|at| offer(2 * ((round * 50 + at) * 7_919 % STAYING) + 1)).collect();
                let ids: Vec<i64> = passing.iter().map(|offer| offer.id).collect();
                db.insert_many(&passing).await.unwrap();
                wrote.send(round).unwrap();
                db.delete_many(Offer::id.in_(ids)).await.unwrap();
            }
        })
    };
    for is_descending in [false, true] {
        let read = || {
            let found = fixture.db.find_many(Offer::all());
            if is_descending { found.order_by(Offer::price.desc()) } else { found.order_by(Offer::price.asc()) }
        };
        let (mut seen, mut token, mut pages) = (Vec::new(), None, 0);
        loop {
            // Others come and go between any two pages.
            rounds.changed().await.unwrap();
            let page = read().page(2_500).after(token).await.unwrap();
            seen.extend(page.items.iter().filter(|offer| offer.id % 2 == 0).map(|offer| offer.id));
            token = page.next();
            pages += 1;
            if token.is_none() {
                break;
            }
        }
        assert!(pages >= 40, "{pages}");
        assert_eq!(seen.len(), staying.len());
        // None, then NaN, then the numbers; equal prices by their id, in the direction of the price, so that one index serves both.
        let mut expected: Vec<i64> = (0..STAYING).map(|id| 2 * id).collect();
        let place = |id: &i64| match offer(*id).price {
            None => (0, 0.0),
            Some(price) if price.is_nan() => (1, 0.0),
            Some(price) => (2, price),
        };
        expected.sort_by(|one, other| {
            let order = place(one).partial_cmp(&place(other)).unwrap().then(one.cmp(other));
            if is_descending { order.reverse() } else { order }
        });
        assert!(seen == expected, "the first difference is at {:?}", seen.iter().zip(&expected).position(|(one, other)| one != other));
    }
    writer.abort();
}
