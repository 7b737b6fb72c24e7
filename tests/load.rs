//! `load`: relations of values that are there already, by the reads that `include` sends.

use crate::{
    include::{fixture, titles},
    models::{Post, User},
    support::{Fixture, HANGS, Sent},
};
use chakra::{CommandRecord, Db, Error, prelude::*};
use chakra_testkit::TestServer;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

#[tokio::test]
async fn values_in_hand_take_one_read_for_each_level() {
    let (fixture, _) = fixture().await;
    let db = &fixture.db;
    let mut users = db.find_many(User::all()).order_by(User::username.asc()).await.unwrap();
    fixture.commands();
    db.load(&mut users, User::posts.filter(Post::title.ne("2")).order_by(Post::title.desc()).include(Post::categories)).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find"]);
    assert_eq!(users.iter().map(titles).collect::<Vec<_>>(), [vec!["3", "1"], vec!["4"], vec![]]);
    let first = &users[0].posts.get().unwrap()[1];
    assert_eq!(first.categories.get().unwrap().iter().map(|category| category.name.as_str()).collect::<Vec<_>>(), ["food", "rust"]);

    // What was loaded before is replaced.
    db.load(&mut users, User::posts.order_by(Post::title.asc()).take(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["aggregate"]);
    assert_eq!(users.iter().map(titles).collect::<Vec<_>>(), [vec!["1"], vec!["4"], vec![]]);
}

#[tokio::test]
async fn slices_arrays_and_single_values_are_loaded() {
    let (fixture, users) = fixture().await;
    let db = &fixture.db;
    let mut found = db.find_many(User::all()).order_by(User::username.asc()).await.unwrap();
    db.load(&mut found[..1], User::profile).await.unwrap();
    assert_eq!(found[0].profile.get().unwrap().as_ref().map(|profile| profile.bio.as_str()), Some("of a"));
    assert!(found[1].profile.is_unloaded(), "it was not in the slice");

    let mut post = db.find_first(Post::title.eq("4")).await.unwrap().unwrap();
    db.load(&mut post, Post::author).await.unwrap();
    assert_eq!(post.author.get().unwrap().id, users[1].id);
    let mut posts = [post.clone(), post];
    fixture.commands();
    db.load(&mut posts, Post::editor).deadline(std::time::Duration::from_secs(60)).await.unwrap();
    assert_eq!(fixture.commands(), [""; 0], "neither has the key of an editor");
    assert!(posts.iter().all(|post| post.editor.get().unwrap().is_none()));

    fixture.commands();
    db.load(&mut Vec::<User>::new(), User::posts).await.unwrap();
    assert_eq!(fixture.commands(), [""; 0]);
}

#[tokio::test]
async fn a_reference_that_leads_nowhere_names_both_ends() {
    let (fixture, users) = fixture().await;
    let db = &fixture.db;
    let mut posts = db.find_many(Post::all()).order_by(Post::title.asc()).await.unwrap();
    // Behind Chakra's back: by itself it would be held back.
    fixture
        .raw
        .collection::<bson::Document>("users")
        .delete_one(bson::doc! { "_id": bson::oid::ObjectId::from(users[1].id) })
        .await
        .unwrap();
    let error = db.load(&mut posts, Post::author).await.unwrap_err();
    assert!(matches!(error, Error::Dangling { model: "Post", relation: "author", target: "User", .. }), "{error:?}");
    assert_eq!(error.detail(), Some(format!("_id: {}, key: {}", posts[3].id, users[1].id)));
    assert!(posts[..3].iter().all(|post| post.author.is_loaded()));
    assert!(posts[3].author.is_unloaded());
}

#[derive(Debug, Clone, Model)]
struct Board {
    #[chakra(id)]
    id: i64,
    pin_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = pin_ids)]
    pins: Related<Vec<Pin>>,
    #[chakra(relation = OneToMany, foreign_key = board_id)]
    notes: Related<Vec<Note>>,
}

#[derive(Debug, Clone, Model)]
struct Pin {
    #[chakra(id)]
    id: i64,
}

#[derive(Debug, Clone, Model)]
struct Note {
    #[chakra(id)]
    id: i64,
    board_id: i64,
}

#[tokio::test]
async fn a_level_is_one_read_whatever_the_number_of_parents() {
    let fixture = Fixture::new(|builder| builder.model::<Board>().model::<Pin>().model::<Note>()).await;
    let db = &fixture.db;
    let board = |id| Board { id, pin_ids: vec![id % 7, id % 5, id % 7], pins: Related::default(), notes: Related::default() };
    db.insert_many(&(0..500).map(board).collect::<Vec<_>>()).await.unwrap();
    db.insert_many(&(0..5).map(|id| Pin { id }).collect::<Vec<_>>()).await.unwrap();
    db.insert_many(&(0..1_000).map(|id| Note { id, board_id: id % 500 }).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let read = db.find_many(Board::all()).order_by(Board::id.asc()).batch_size(1_000);
    let read = read.include(Board::pins).include(Board::notes.order_by(Note::id.asc()));
    let boards = read.include_count(Board::pins).await.unwrap();
    let mut commands = fixture.commands();
    commands.sort_unstable();
    assert_eq!(commands, ["aggregate", "find", "find", "find"]);
    for board in &boards {
        // An id that stands twice in the list is one link, and 5 and 6 lead nowhere.
        let mut expected: Vec<i64> = vec![board.id % 7, board.id % 5];
        expected.dedup();
        expected.retain(|id| *id < 5);
        assert_eq!(board.pins.get().unwrap().iter().map(|pin| pin.id).collect::<Vec<_>>(), expected);
        assert_eq!(board.pins.count().unwrap(), expected.len() as u64);
        assert_eq!(board.notes.get().unwrap().iter().map(|note| note.id).collect::<Vec<_>>(), [board.id, board.id + 500]);
    }
}

#[tokio::test]
async fn four_parts_of_many_keys_are_read_at_the_same_time() {
    let server = TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Board>()).await;
    // 20,000 keys are asked for together, so that these are five parts.
    let pin_ids: Vec<i64> = (0..80_001).rev().collect();
    let board = Board { id: 1, pin_ids, pins: Related::default(), notes: Related::default() };
    fixture.db.insert_many(&[board]).await.unwrap();
    fixture.db.insert_many(&[0, 19_999, 20_000, 40_000, 60_000, 80_000].map(|id| Pin { id })).await.unwrap();

    let (sent, four_sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (count, notify) = (Arc::clone(&sent), Arc::clone(&four_sent));
    let listen = move |command: &CommandRecord| {
        let is_part = command.name() == "find" && command.collection() == Some("pins");
        if is_part && count.fetch_add(1, Ordering::SeqCst) == 3 {
            notify.notify_one();
        }
    };
    let db = Db::builder(&fixture.uri).model::<Board>().on_command(listen).connect().await.unwrap();
    // No part is answered before four of them were sent; the fifth waits for the first.
    let admin = fixture.raw.client().database("admin");
    let held = doc! { "nss": format!("{}.pins", fixture.raw.name()) };
    let hold = doc! { "configureFailPoint": "waitInFindBeforeMakingBatch", "mode": "alwaysOn", "data": held };
    admin.run_command(hold).await.unwrap();
    let read = tokio::spawn(async move { db.get(Board::id.eq(1)).include(Board::pins).await });
    tokio::time::timeout(HANGS, four_sent.notified()).await.expect("four are sent without an answer to any");
    assert_eq!(sent.load(Ordering::SeqCst), 4);
    admin.run_command(doc! { "configureFailPoint": "waitInFindBeforeMakingBatch", "mode": "off" }).await.unwrap();

    let board = read.await.unwrap().unwrap();
    let pins: Vec<i64> = board.pins.get().unwrap().iter().map(|pin| pin.id).collect();
    assert_eq!(pins, [80_000, 60_000, 40_000, 20_000, 19_999, 0], "in the order of the list");
    assert_eq!(sent.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn the_children_of_a_level_come_in_one_answer() {
    let fixture = Fixture::new(|builder| builder.model::<Board>()).await;
    let db = &fixture.db;
    let board = |id| Board { id, pin_ids: Vec::new(), pins: Related::default(), notes: Related::default() };
    db.insert_many(&(0..1_000).map(board).collect::<Vec<_>>()).await.unwrap();
    db.insert_many(&(0..20_000).map(|id| Note { id, board_id: id % 1_000 }).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let read = || db.find_many(Board::all()).batch_size(2_000);
    let boards = read().include(Board::notes).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "find"]);
    assert!(boards.iter().all(|board| board.notes.get().unwrap().len() == 20));
    let boards = read().include(Board::notes.order_by(Note::id.desc()).take(10)).include_count(Board::notes).await.unwrap();
    assert_eq!(fixture.commands(), ["find", "aggregate", "aggregate"]);
    for board in &boards {
        let notes: Vec<i64> = board.notes.get().unwrap().iter().map(|note| note.id).collect();
        assert_eq!(notes, (10..20).rev().map(|n| n * 1_000 + board.id).collect::<Vec<_>>());
        assert_eq!(board.notes.count().unwrap(), 20);
    }
}

#[tokio::test]
async fn very_many_ids_are_asked_for_in_several_reads() {
    const PINS: i64 = 20_010;
    let sent = Sent::with(|builder| builder.model::<Board>()).await;
    sent.db.insert_many(&(0..PINS).map(|id| Pin { id }).collect::<Vec<_>>()).await.unwrap();
    // From the last one to the first, one of them twice, and one that is not there.
    let mut pin_ids: Vec<i64> = (0..PINS).rev().collect();
    pin_ids.extend([0, PINS]);
    let board = Board { id: 1, pin_ids, pins: Related::default(), notes: Related::default() };
    sent.db.insert_many([&board]).await.unwrap();
    sent.commands();
    let board = sent.db.get(Board::id.eq(1)).include(Board::pins).include_count(Board::pins).await.unwrap();
    assert!(board.pins.get().unwrap().iter().map(|pin| pin.id).eq((0..PINS).rev()), "in the order of the list, each once");
    assert_eq!(board.pins.count().unwrap(), PINS.unsigned_abs());
    let commands = sent.commands();
    let of_pins = |name: &str| commands.iter().filter(|command| command.get_str(name).is_ok_and(|collection| collection == "pins")).count();
    assert_eq!((of_pins("find"), of_pins("aggregate")), (2, 2));
}

#[tokio::test]
async fn very_many_parents_have_an_order_and_a_number_each() {
    const BOARDS: i64 = 20_100;
    let fixture = Fixture::new(|builder| builder.model::<Board>()).await;
    let db = &fixture.db;
    let board = |id| Board { id, pin_ids: vec![id, id % 3, id % 3], pins: Related::default(), notes: Related::default() };
    db.insert_many(&(0..BOARDS).map(board).collect::<Vec<_>>()).await.unwrap();
    db.insert_many(&(0..BOARDS).map(|id| Pin { id }).collect::<Vec<_>>()).await.unwrap();
    db.insert_many(&(0..2 * BOARDS).map(|id| Note { id, board_id: id % BOARDS }).collect::<Vec<_>>()).await.unwrap();
    fixture.commands();
    let read = db.find_many(Board::all()).order_by(Board::id.asc()).batch_size(100_000);
    let read = read.include(Board::notes.order_by(Note::id.desc()).take(1)).include(Board::pins.order_by(Pin::id.desc()).skip(1));
    let boards = read.include_count(Board::notes).await.unwrap();
    let mut commands = fixture.commands();
    commands.sort_unstable();
    // The keys of the boards are more than one command names, for the notes and for their number. Pins in an order are asked for together.
    assert_eq!(commands, ["aggregate", "aggregate", "aggregate", "aggregate", "find", "find"]);
    assert_eq!(boards.len(), 20_100);
    for board in &boards {
        assert!(board.notes.get().unwrap().iter().map(|note| note.id).eq([board.id + BOARDS]), "{}", board.id);
        assert_eq!(board.notes.count().unwrap(), 2);
        // The first by the order is left out, and an id that stands there twice is one.
        let left: Vec<i64> = board.pins.get().unwrap().iter().map(|pin| pin.id).collect();
        assert!(left == [board.id % 3] || (board.id < 3 && left.is_empty()), "{}: {left:?}", board.id);
    }
}
