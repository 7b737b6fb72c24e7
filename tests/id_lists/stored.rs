//! The raw lists of both sides, by the bare driver.

use super::history::{DOCUMENTS, Kind};
use bson::{Bson, Document, doc};
use futures::TryStreamExt;
use std::collections::{BTreeMap, BTreeSet};

/// The list of each document, by id.
type Lists = BTreeMap<i64, Vec<i64>>;

#[derive(Debug)]
pub struct Stored {
    tags_of_posts: Lists,
    marks_of_posts: Lists,
    posts_of_tags: Lists,
    marks: BTreeSet<i64>,
}

impl Stored {
    pub async fn read(raw: &mongodb::Database) -> Self {
        Self {
            tags_of_posts: lists(raw, "posts", "tag_ids").await,
            marks_of_posts: lists(raw, "posts", "mark_ids").await,
            posts_of_tags: lists(raw, "tags", "post_ids").await,
            marks: lists(raw, "marks", "none").await.into_keys().collect(),
        }
    }

    /// The ids of the documents that there are.
    pub fn ids(&self, kind: Kind) -> BTreeSet<i64> {
        match kind {
            Kind::Post => self.tags_of_posts.keys().copied().collect(),
            Kind::Tag => self.posts_of_tags.keys().copied().collect(),
            Kind::Mark => self.marks.clone(),
        }
    }

    /// Whether the list of the post has the other one.
    pub fn is_linked(&self, post: i64, (kind, id): (Kind, i64)) -> bool {
        let lists = if kind == Kind::Tag { &self.tags_of_posts } else { &self.marks_of_posts };
        lists.get(&post).is_some_and(|list| list.contains(&id))
    }

    /// Both sides say the same, each id stands once, and none leads nowhere.
    pub fn check_sides(&self) {
        let tags = pairs(&self.tags_of_posts);
        let posts: BTreeSet<(i64, i64)> = pairs(&self.posts_of_tags).into_iter().map(|(tag, post)| (post, tag)).collect();
        assert_eq!(tags.difference(&posts).collect::<Vec<_>>(), Vec::<&(i64, i64)>::new(), "pairs that the posts alone have");
        assert_eq!(posts.difference(&tags).collect::<Vec<_>>(), Vec::<&(i64, i64)>::new(), "pairs that the tags alone have");
        // With the lists alike, what leads nowhere would be a document that has no list.
        assert!(tags.iter().all(|(post, tag)| self.tags_of_posts.contains_key(post) && self.posts_of_tags.contains_key(tag)));
        let dangling: Vec<(i64, i64)> = pairs(&self.marks_of_posts).into_iter().filter(|(_, mark)| !self.marks.contains(mark)).collect();
        assert!(dangling.is_empty(), "pairs of a post and a mark that is not there: {dangling:?}");
    }
}

/// Puts the documents there that each run begins with.
pub async fn fill(raw: &mongodb::Database) {
    let documents = |document: fn(i64) -> Document| (0..DOCUMENTS).map(document).collect::<Vec<_>>();
    let posts = documents(|id| doc! { "_id": id, "tag_ids": [], "mark_ids": [] });
    let tags = documents(|id| doc! { "_id": id, "post_ids": [] });
    let marks = documents(|id| doc! { "_id": id });
    for (collection, documents) in [("posts", posts), ("tags", tags), ("marks", marks)] {
        raw.collection::<Document>(collection).insert_many(documents).await.unwrap();
    }
}

async fn lists(raw: &mongodb::Database, collection: &str, list: &str) -> Lists {
    let found = raw.collection::<Document>(collection).find(doc! {}).await.unwrap();
    let documents: Vec<Document> = found.try_collect().await.unwrap();
    let ids = |document: &Document| match document.get_array(list) {
        Ok(ids) => ids.iter().map(|id| id.as_i64().unwrap()).collect(),
        Err(_) => Vec::new(),
    };
    documents.iter().map(|document| (document.get("_id").and_then(Bson::as_i64).unwrap(), ids(document))).collect()
}

fn pairs(lists: &Lists) -> BTreeSet<(i64, i64)> {
    let mut pairs = BTreeSet::new();
    for (id, list) in lists {
        for other in list {
            assert!(pairs.insert((*id, *other)), "{id} has {other} twice");
        }
    }
    pairs
}
