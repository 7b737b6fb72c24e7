//! On a server without transactions: required keys that would be lost are looked for before the first write, and only among what is related then.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Error, Outcome, prelude::*, query::UniqueFilter};
use chakra_testkit::TestServer;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "boards")]
struct Board {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
    #[chakra(relation = OneToOne, foreign_key = board_id)]
    cover: Related<Option<Cover>>,
    #[chakra(relation = OneToMany, foreign_key = board_code, references = code)]
    pins: Related<Vec<Pin>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "covers")]
struct Cover {
    #[chakra(id)]
    id: i64,
    board_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = board_id)]
    board: Related<Option<Board>>,
    #[chakra(relation = OneToMany, foreign_key = cover_id)]
    pages: Related<Vec<Page>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "pages")]
struct Page {
    #[chakra(id)]
    id: i64,
    cover_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = cover_id)]
    cover: Related<Cover>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "pins")]
struct Pin {
    #[chakra(id)]
    id: i64,
    board_code: String,
    #[chakra(relation = ManyToOne, foreign_key = board_code, references = code, on_update = NoAction)]
    board: Related<Board>,
}

/// A board whose cover has a page, a cover that stands nowhere and has none, and a pin.
async fn fill(fixture: Fixture) -> Fixture {
    fixture.db.sync().await.unwrap();
    fixture.store("boards", doc! { "_id": 1_i64, "code": "old" }).await;
    fixture.store("covers", doc! { "_id": 1_i64, "board_id": 1_i64 }).await;
    fixture.store("covers", doc! { "_id": 2_i64 }).await;
    fixture.store("pages", doc! { "_id": 1_i64, "cover_id": 1_i64 }).await;
    fixture.store("pins", doc! { "_id": 1_i64, "board_code": "old" }).await;
    fixture.commands();
    fixture
}

async fn standalone(server: &TestServer) -> Fixture {
    fill(Fixture::on_server(server, |builder| builder.model::<Board>()).await).await
}

async fn covers(fixture: &Fixture) -> Vec<Option<i64>> {
    fixture.stored("covers").await.iter().map(|cover| cover.get_i64("board_id").ok()).collect()
}

fn nobody<M>() -> Vec<UniqueFilter<M>> {
    Vec::new()
}

const LOST: &str =
    "this `Page` is not valid: `cover_id` needs a document that it refers to: delete what is to be disconnected, or connect it elsewhere";

#[tokio::test]
async fn what_an_earlier_write_puts_there_is_what_is_looked_at() {
    let server = TestServer::standalone().await.unwrap();
    let replica_set = fill(Fixture::new(|builder| builder.model::<Board>()).await).await;
    for fixture in [replica_set, standalone(&server).await] {
        let clear = || fixture.db.update(Board::id.eq(1)).connect(Board::cover, Cover::id.eq(2));
        clear().update(Board::cover, Cover::all(), |cover| cover.replace(Cover::pages, nobody::<Page>())).await.unwrap();
        assert_eq!(covers(&fixture).await, [None, Some(1)]);
        assert_eq!(fixture.stored("pages").await, [doc! { "_id": 1_i64, "cover_id": 1_i64 }]);
    }
}

#[tokio::test]
async fn what_would_be_lost_is_found_before_the_first_write_or_at_its_turn() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = standalone(&server).await;
    let board = || fixture.db.update(Board::id.eq(1)).set(Board::code, "new");
    let error = board().update(Board::cover, Cover::all(), |cover| cover.replace(Cover::pages, nobody::<Page>())).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.outcome()), (LOST, Outcome::NotApplied));
    assert_eq!(fixture.commands(), ["find"; 3]);
    assert_eq!(fixture.stored("boards").await, [doc! { "_id": 1_i64, "code": "old" }]);

    // Behind another write to the relation, only when it is its turn.
    let error = board()
        .connect(Board::cover, Cover::id.eq(1))
        .update(Board::cover, Cover::all(), |cover| cover.replace(Cover::pages, nobody::<Page>()))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), format!("a nested write ended half-way: {LOST} (it was applied)"));
    assert_eq!(error.outcome(), Outcome::Applied);
    assert_eq!(fixture.stored("boards").await, [doc! { "_id": 1_i64, "code": "new" }]);
    assert_eq!(covers(&fixture).await, [Some(1), None]);
    assert_eq!(fixture.stored("pages").await, [doc! { "_id": 1_i64, "cover_id": 1_i64 }]);
}

#[tokio::test]
async fn what_names_the_old_value_of_a_changed_field_is_not_lost() {
    let server = TestServer::standalone().await.unwrap();
    let replica_set = fill(Fixture::new(|builder| builder.model::<Board>()).await).await;
    for fixture in [replica_set, standalone(&server).await] {
        fixture.db.update(Board::id.eq(1)).set(Board::code, "new").replace(Board::pins, nobody::<Pin>()).await.unwrap();
        assert_eq!(fixture.stored("boards").await, [doc! { "_id": 1_i64, "code": "new" }]);
        assert_eq!(fixture.stored("pins").await, [doc! { "_id": 1_i64, "board_code": "old" }]);
        // Without such a change it is lost, and nothing is written.
        fixture.store("pins", doc! { "_id": 2_i64, "board_code": "new" }).await;
        let error = fixture.db.update(Board::id.eq(1)).replace(Board::pins, nobody::<Pin>()).await.unwrap_err();
        assert!(matches!(error, Error::Invalid { model: "Pin", .. }), "{error:?}");
        assert_eq!(error.outcome(), Outcome::NotApplied);
        let pins: Vec<Document> = fixture.stored("pins").await;
        assert_eq!(pins[1], doc! { "_id": 2_i64, "board_code": "new" });
    }
}
