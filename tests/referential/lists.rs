//! Lists of ids: the id of a deleted document leaves each list that holds it.

use super::{fixture, put};
use bson::doc;
use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "songs")]
struct Song {
    #[chakra(id)]
    id: i64,
    // On both sides.
    tag_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tag_ids, inverse_ids = song_ids)]
    tags: Related<Vec<Tag>>,
    // On this side alone.
    singer_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = singer_ids)]
    singers: Related<Vec<Singer>>,
    // Of its own model.
    #[chakra(name = "covers")]
    cover_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = cover_ids)]
    covers: Related<Vec<Song>>,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tags")]
struct Tag {
    #[chakra(id)]
    id: i64,
    song_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = song_ids, inverse_ids = tag_ids)]
    songs: Related<Vec<Song>>,
    #[chakra(version)]
    version: i64,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "singers")]
struct Singer {
    #[chakra(id)]
    id: i64,
}

/// Its songs have its id, and it declares that alone.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "albums")]
struct Album {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = album_ids)]
    tracks: Related<Vec<Track>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "tracks")]
struct Track {
    #[chakra(id)]
    id: i64,
    album_ids: Vec<i64>,
}

#[tokio::test]
async fn an_id_leaves_the_lists_of_both_sides() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let tag = |id: i64, songs: &[i64]| doc! { "_id": id, "song_ids": songs, "version": 1_i64 };
    let song = |id: i64, tags: &[i64]| doc! { "_id": id, "tag_ids": tags, "singer_ids": [], "covers": [], "version": 1_i64 };
    put(&fixture, "songs", [song(1, &[1, 2]), song(2, &[2]), song(3, &[3])]).await;
    put(&fixture, "tags", [tag(1, &[1]), tag(2, &[2, 1, 2]), tag(3, &[3])]).await;
    let report = db.delete(Tag::id.eq(2)).report().await.unwrap();
    assert_eq!((report.of::<Tag>().deleted, report.of::<Song>().unlinked, report.of::<Song>().set_null), (1, 2, 0));
    // As where one is connected, nothing else of the other side moves.
    assert_eq!(fixture.stored("songs").await, [song(1, &[1]), song(2, &[]), song(3, &[3])]);
    // Of a list that holds an id twice both go.
    put(&fixture, "tags", [tag(4, &[1, 3, 1])]).await;
    assert_eq!(db.delete_many(Song::id.lte(2)).await.unwrap(), 2);
    assert_eq!(fixture.stored("tags").await, [tag(1, &[]), tag(3, &[3]), tag(4, &[3])]);
    let loaded = db.get(Song::id.eq(3)).await.unwrap();
    db.delete_value(&loaded).await.unwrap();
    assert_eq!(fixture.stored("tags").await, [tag(1, &[]), tag(3, &[]), tag(4, &[])]);
}

#[tokio::test]
async fn an_id_leaves_a_list_on_one_side_which_moves_the_version() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let song = |id: i64, singers: &[i64], covers: &[i64], version: i64| doc! { "_id": id, "tag_ids": [], "singer_ids": singers, "covers": covers, "version": version };
    put(&fixture, "songs", [song(1, &[1, 2], &[2], 1), song(2, &[3], &[2, 1], 1), song(3, &[1], &[], 1)]).await;
    put(&fixture, "singers", [1_i64, 2, 3].map(|id| doc! { "_id": id })).await;
    let mut loaded = db.get(Song::id.eq(1)).await.unwrap().tracked();
    db.delete(Singer::id.eq(1)).await.unwrap();
    assert_eq!(fixture.stored("songs").await, [song(1, &[2], &[2], 2), song(2, &[3], &[2, 1], 1), song(3, &[], &[], 2)]);
    // Who loaded the list before cannot bring the id back unseen.
    loaded.singer_ids.push(3);
    assert!(matches!(db.save(&mut loaded).await, Err(chakra::Error::Conflict { .. })));
    assert_eq!(db.delete_many(Singer::all()).await.unwrap(), 2);
    assert_eq!(fixture.stored("songs").await, [song(1, &[], &[2], 3), song(2, &[], &[2, 1], 2), song(3, &[], &[], 2)]);
    // A list of its own model, which may hold the document itself.
    let report = db.delete(Song::id.eq(2)).report().await.unwrap();
    assert_eq!((report.of::<Song>().deleted, report.of::<Song>().unlinked), (1, 1));
    assert_eq!(fixture.stored("songs").await, [song(1, &[], &[], 4), song(3, &[], &[], 2)]);
}

#[tokio::test]
async fn a_list_that_only_the_other_side_declares_counts() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let track = |id: i64, albums: &[i64]| doc! { "_id": id, "album_ids": albums };
    put(&fixture, "albums", [1_i64, 2].map(|id| doc! { "_id": id })).await;
    put(&fixture, "tracks", [track(1, &[1, 2]), doc! { "_id": 2_i64 }, doc! { "_id": 3_i64, "album_ids": bson::Bson::Null }]).await;
    db.delete(Album::id.eq(1)).await.unwrap();
    assert_eq!(fixture.stored("tracks").await[0], track(1, &[2]));
    assert_eq!(fixture.stored("tracks").await[1..], [doc! { "_id": 2_i64 }, doc! { "_id": 3_i64, "album_ids": bson::Bson::Null }]);
    // Nothing holds the ids of tracks.
    fixture.commands();
    db.delete(Track::id.eq(1)).await.unwrap();
    assert_eq!(fixture.commands(), ["findAndModify"]);
}
