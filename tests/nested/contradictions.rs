//! Drafts that contradict themselves: found before a number of a sequence is taken, and before anything is looked up.

use super::world::stored;
use crate::support::Sent;
use chakra::{prelude::*, query::UniqueFilter};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "boards")]
struct Board {
    #[chakra(id, auto_increment)]
    id: i64,
    #[chakra(unique)]
    name: String,
    #[chakra(unique)]
    code: Option<String>,
    #[chakra(relation = OneToMany, foreign_key = board_id)]
    cards: Related<Vec<Card>>,
    #[chakra(relation = OneToOne, foreign_key = board_id)]
    cover: Related<Option<Cover>>,
    #[chakra(relation = OneToMany, foreign_key = board_code, references = code)]
    pins: Related<Vec<Pin>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "cards")]
struct Card {
    #[chakra(id, auto_increment)]
    id: i64,
    #[chakra(unique)]
    title: String,
    board_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = board_id)]
    board: Related<Board>,
    owner_id: Option<Id<Owner>>,
    #[chakra(relation = ManyToOne, foreign_key = owner_id)]
    owner: Related<Option<Owner>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "owners")]
struct Owner {
    #[chakra(id)]
    id: Id<Owner>,
    #[chakra(unique)]
    name: String,
    #[chakra(relation = OneToMany, foreign_key = owner_id)]
    cards: Related<Vec<Card>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "covers")]
struct Cover {
    #[chakra(id)]
    id: i64,
    board_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = board_id)]
    board: Related<Option<Board>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "pins")]
struct Pin {
    #[chakra(id)]
    id: i64,
    board_code: String,
    #[chakra(relation = ManyToOne, foreign_key = board_code, references = code)]
    board: Related<Board>,
}

async fn world() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Board>()).await;
    sent.db.sync().await.unwrap();
    sent.commands();
    sent
}

fn needs(model: &str, path: &str, what: &str) -> String {
    format!("this `{model}` is not valid: `{path}` needs {what}")
}

const ONE: &str = "one related document";
const ONCE: &str = "one related document, given once";
const NOT_ITS_OWN: &str = "no value of its own in a draft whose parent fills it";

fn owner(name: &str) -> chakra::Draft<Owner> {
    chakra::Draft::of(Owner::draft().name(name))
}

/// A card of which the key and the relation name the board.
fn twice(title: &str) -> chakra::Draft<Card> {
    chakra::Draft::of(Card::draft().title(title).board_id(1).board(connect(Board::id.eq(2))))
}

/// A board with two covers.
fn covered(name: &str) -> chakra::Draft<Board> {
    let cover = |id: i64| create(Cover::draft().id(id));
    chakra::Draft::of(Board::draft().name(name).cover(cover(1)).cover(cover(2)))
}

#[tokio::test]
async fn nothing_is_sent_for_a_draft_that_contradicts_itself() {
    let sent = world().await;
    let db = &sent.db;
    let card = || Card::draft().title("a");
    let board = || Board::draft().name("x");
    let refused = [
        // A key, and what is to fill it.
        db.create(twice("a")).await.unwrap_err(),
        db.create(board().cards(create([card().board_id(1)]))).await.unwrap_err(),
        db.create(board().cards(create([card().board(connect(Board::id.eq(1)))]))).await.unwrap_err(),
        db.create(card().board_id(1).owner_id(None).owner(create(owner("o")))).await.unwrap_err(),
        // Several for one, or none.
        db.create(covered("x")).await.unwrap_err(),
        db.create(board().cover(connect(Cover::id.eq(1))).cover(connect(Cover::id.eq(2)))).await.unwrap_err(),
        db.create(card().board(connect([Board::id.eq(1), Board::id.eq(2)]))).await.unwrap_err(),
        db.create(card().board_id(1).owner(connect([Id::<Owner>::new(), Id::new()]))).await.unwrap_err(),
        db.create(card().board_id(1).owner(create(owner("o"))).owner(connect(Owner::name.eq("p")))).await.unwrap_err(),
        db.create(card().board_id(1).owner(connect(Vec::<UniqueFilter<Owner>>::new()))).await.unwrap_err(),
        // Nothing that a key could name.
        db.create(board().pins(create([Pin::draft().id(1)]))).await.unwrap_err(),
        db.create(board().code(None).pins(connect([Pin::id.eq(1)]))).await.unwrap_err(),
        db.create(Pin::draft().id(1).board(create(board()))).await.unwrap_err(),
    ];
    let texts: Vec<String> = refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            needs("Card", "board", ONCE),
            needs("Card", "board_id", NOT_ITS_OWN),
            needs("Card", "board", ONCE),
            needs("Card", "owner", ONCE),
            needs("Board", "cover", ONE),
            needs("Board", "cover", ONE),
            needs("Card", "board", ONE),
            needs("Card", "owner", ONE),
            needs("Card", "owner", ONE),
            needs("Card", "owner", ONE),
            needs("Board", "code", "a value"),
            needs("Board", "code", "a value"),
            needs("Board", "code", "a value, for a key to reference it"),
        ]
    );
    assert!(refused.iter().all(|error| error.outcome() == chakra::Outcome::NotApplied));
    assert_eq!(sent.commands(), []);
}

#[tokio::test]
async fn wherever_the_draft_stands() {
    let sent = world().await;
    let db = &sent.db;
    let good = || chakra::Draft::of(Card::draft().title("good").board_id(1));
    let red = || db.update(Board::id.eq(1)).set(Board::name, "red");
    let own = || Card::draft().title("b").board_id(1).owner_id(Id::<Owner>::new());
    let inner = |title: &str| Card::draft().title(title).board(connect(Board::id.eq(2)));
    let refused = [
        db.create_many([good(), twice("a")]).await.unwrap_err(),
        db.upsert(Card::title.eq("a")).create(twice("a")).await.unwrap_err(),
        db.upsert(Card::title.eq("a")).create(twice("a")).set(Card::owner_id, None).await.unwrap_err(),
        // Two levels deep.
        db.create(
            Board::draft()
                .name("x")
                .cards(create([Card::draft().title("a").owner(create(Owner::draft().name("o").cards(create([own()]))))])),
        )
        .await
        .unwrap_err(),
        // In what may not be needed.
        db.create(Card::draft().title("a").board(connect_or_create(Board::name.eq("x"), covered("x")))).await.unwrap_err(),
        db.create(Owner::draft().name("o").cards(connect_or_create(Card::title.eq("a"), twice("a")))).await.unwrap_err(),
        // In changes, and in those of what is related.
        red().create(Board::cards, inner("a")).await.unwrap_err(),
        red().connect_or_create(Board::cards, Card::title.eq("a"), inner("a")).await.unwrap_err(),
        red().upsert(Board::cards, Card::title.eq("a"), inner("a"), |it| it.set(Card::title, "b")).await.unwrap_err(),
        red()
            .update(Board::cards, Card::title.eq("a"), |it| it.connect_or_create(Card::board, Board::name.eq("x"), covered("x")))
            .await
            .unwrap_err(),
    ];
    let texts: Vec<String> = refused.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            needs("Card", "board", ONCE),
            needs("Card", "board", ONCE),
            needs("Card", "board", ONCE),
            needs("Card", "owner_id", NOT_ITS_OWN),
            needs("Board", "cover", ONE),
            needs("Card", "board", ONCE),
            needs("Card", "board", ONCE),
            needs("Card", "board", ONCE),
            needs("Card", "board", ONCE),
            needs("Board", "cover", ONE),
        ]
    );
    assert_eq!(sent.commands(), []);
}

#[tokio::test]
async fn keys_that_may_name_one_document_are_looked_up() {
    let sent = world().await;
    let db = &sent.db;
    let red = db.create(Board::draft().name("red").code("r")).await.unwrap().id;
    db.create(Board::draft().name("blue")).await.unwrap();
    // The same key twice, and two keys of one document.
    let same = db.create(Card::draft().title("a").board(connect([Board::id.eq(red), Board::id.eq(red)]))).await.unwrap();
    let both = db.create(Card::draft().title("b").board(connect(Board::id.eq(red))).board(connect(Board::name.eq("red")))).await.unwrap();
    assert_eq!((same.board_id, both.board_id), (red, red));
    let either = connect_or_create(Board::name.eq("red"), Board::draft().name("red"));
    let either = db.create(Card::draft().title("c").board(connect(Board::id.eq(red))).board(either)).await.unwrap();
    assert_eq!(either.board_id, red);
    // What is set for it can be named.
    db.create(Board::draft().name("green").code("g").pins(create([Pin::draft().id(1)]))).await.unwrap();
    assert_eq!(stored(&sent, "pins").await[0].get_str("board_code").unwrap(), "g");

    // Two keys of two documents are told apart by the look-up alone; nothing is written then.
    let error = db.create(Card::draft().title("d").board(connect([Board::name.eq("red"), Board::name.eq("blue")]))).await.unwrap_err();
    assert_eq!(error.to_string(), needs("Card", "board", ONE));
    assert_eq!((stored(&sent, "cards").await.len(), stored(&sent, "boards").await.len()), (3, 3));
}
