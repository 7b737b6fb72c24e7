//! Notes of people, with every kind of link, and documents in which each is wrong in every way.

use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::prelude::*;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "people")]
pub struct Person {
    #[chakra(id)]
    pub id: i64,
    #[chakra(name = "n", unique)]
    pub nick: String,
    pub friend_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = friend_ids)]
    pub friends: Related<Vec<Person>>,
    pub peer_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = peer_ids, inverse_ids = peer_ids)]
    pub peers: Related<Vec<Person>>,
    #[chakra(relation = OneToMany, foreign_key = author_id)]
    pub notes: Related<Vec<Note>>,
    #[chakra(relation = OneToMany, foreign_key = editor_id)]
    pub edited: Related<Vec<Note>>,
    #[chakra(relation = OneToOne, foreign_key = person_nick, references = nick)]
    pub passport: Related<Option<Passport>>,
}

/// It knows nothing of the relation.
#[derive(Debug, Clone, Model)]
pub struct Passport {
    #[chakra(id)]
    pub id: i64,
    #[chakra(unique)]
    pub person_nick: String,
}

#[derive(Debug, Clone, Model)]
pub struct Note {
    #[chakra(id)]
    pub id: i64,
    pub author_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = author_id)]
    pub author: Related<Person>,
    #[chakra(name = "ed")]
    pub editor_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = editor_id)]
    pub editor: Related<Option<Person>>,
    #[chakra(name = "tags")]
    pub tag_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tag_ids, inverse_ids = note_ids)]
    pub tags: Related<Vec<Tag>>,
    pub shelf_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = shelf_ids)]
    pub shelves: Related<Vec<Shelf>>,
    #[chakra(version)]
    pub version: i64,
    #[chakra(updated_at)]
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Model)]
pub struct Tag {
    #[chakra(id)]
    pub id: i64,
    pub note_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = note_ids, inverse_ids = tag_ids)]
    pub notes: Related<Vec<Note>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelves")]
pub struct Shelf {
    #[chakra(id)]
    pub id: i64,
    #[chakra(relation = ManyToMany, inverse_ids = shelf_ids)]
    pub notes: Related<Vec<Note>>,
}

/// Int64s, as the models store them.
pub fn ids(ids: &[i64]) -> Vec<Bson> {
    ids.iter().map(|id| Bson::Int64(*id)).collect()
}

/// Stores what no writer would have left behind: 19 things that are wrong, in 21 keys and lists.
pub async fn corrupt(fixture: &Fixture) {
    let odd: Vec<Bson> = vec![2_i64.into(), 2_i32.into(), 9_i64.into(), "x".into(), Bson::Null, doc! { "a": 1 }.into()];
    let documents: [(&str, Vec<Document>); 5] = [
        (
            "people",
            vec![
                doc! { "_id": 1_i64, "n": "ada", "friend_ids": odd, "peer_ids": ids(&[2]) },
                doc! { "_id": 2_i64, "n": "bob", "friend_ids": "none", "peer_ids": [] },
                doc! { "_id": 3_i64, "n": "eve" },
            ],
        ),
        ("passports", vec![doc! { "_id": 1_i64, "person_nick": "ada" }, doc! { "_id": 2_i64, "person_nick": "zed" }]),
        (
            "notes",
            vec![
                doc! { "_id": 10_i64, "author_id": 1_i64, "ed": 2_i64, "tags": ids(&[100, 101, 100]), "shelf_ids": ids(&[7]) },
                doc! { "_id": 11_i64, "author_id": 9_i64, "ed": 8_i64, "tags": ids(&[102, 101]), "version": 3_i64 },
                doc! { "_id": 12_i64, "ed": Bson::Null, "tags": ids(&[101, 104]), "shelf_ids": ids(&[6, 7]) },
            ],
        ),
        (
            "tags",
            vec![
                doc! { "_id": 100_i64, "note_ids": ids(&[10]) },
                doc! { "_id": 101_i64, "note_ids": ids(&[12]) },
                doc! { "_id": 103_i64, "note_ids": ids(&[12, 99]) },
                doc! { "_id": 104_i64, "note_ids": "oops" },
            ],
        ),
        ("shelves", vec![doc! { "_id": 7_i64 }]),
    ];
    for (collection, documents) in documents {
        for document in documents {
            fixture.store(collection, document).await;
        }
    }
}

/// What the documents must be when that is mended; what was orphaned or unreadable is as it was.
pub async fn assert_mended(fixture: &Fixture) {
    let expected = [
        doc! { "_id": 1_i64, "n": "ada", "friend_ids": ids(&[2]), "peer_ids": ids(&[2]) },
        doc! { "_id": 2_i64, "n": "bob", "friend_ids": "none", "peer_ids": ids(&[1]) },
        doc! { "_id": 3_i64, "n": "eve" },
    ];
    assert_eq!(fixture.stored("people").await, expected);
    let mut notes = fixture.stored("notes").await;
    // An update of the model's own: the document has another version and moment. Work on lists has neither.
    assert!(notes[1].remove("at").is_some_and(|at| at.as_datetime().is_some()));
    let expected = [
        doc! { "_id": 10_i64, "author_id": 1_i64, "ed": 2_i64, "tags": ids(&[100, 101]), "shelf_ids": ids(&[7]) },
        doc! { "_id": 11_i64, "author_id": 9_i64, "tags": ids(&[101]), "version": 4_i64 },
        doc! { "_id": 12_i64, "ed": Bson::Null, "tags": ids(&[101, 104]), "shelf_ids": ids(&[7]) },
    ];
    assert_eq!(notes, expected);
    let expected = [
        doc! { "_id": 100_i64, "note_ids": ids(&[10]) },
        doc! { "_id": 101_i64, "note_ids": ids(&[12, 10, 11]) },
        doc! { "_id": 103_i64, "note_ids": [] },
        doc! { "_id": 104_i64, "note_ids": "oops" },
    ];
    assert_eq!(fixture.stored("tags").await, expected);
    assert_eq!(fixture.stored("passports").await.len(), 2);
    assert_eq!(fixture.stored("shelves").await, [doc! { "_id": 7_i64 }]);
}
