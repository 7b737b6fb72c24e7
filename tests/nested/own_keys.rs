//! Drafts of which a relation fills a field that something else goes by: the unique key that found nothing, or the keys of other documents.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Outcome, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "members")]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    #[chakra(relation = OneToOne, foreign_key = member_id)]
    profile: Related<Option<Profile>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "profiles")]
struct Profile {
    #[chakra(id)]
    id: i64,
    bio: String,
    member_id: i64,
    #[chakra(relation = OneToOne, foreign_key = member_id)]
    member: Related<Member>,
    shelf_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = shelf_id)]
    shelf: Related<Option<Shelf>>,
    #[chakra(relation = OneToMany, foreign_key = profile_member, references = member_id)]
    posts: Related<Vec<Post>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "posts")]
struct Post {
    #[chakra(id)]
    id: i64,
    profile_member: i64,
    #[chakra(relation = ManyToOne, foreign_key = profile_member, references = member_id)]
    profile: Related<Profile>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelves")]
struct Shelf {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = shelf_id)]
    profiles: Related<Vec<Profile>>,
}

async fn members() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    fixture.db.sync().await.unwrap();
    for (id, name) in [(1_i64, "ada"), (2, "bob"), (3, "eve")] {
        fixture.store("members", doc! { "_id": id, "name": name }).await;
    }
    fixture.commands();
    fixture
}

/// The ids of the profiles, each with its member.
async fn profiles(fixture: &Fixture) -> Vec<(i64, i64)> {
    whole(&fixture.stored("profiles").await, "member_id")
}

fn whole(documents: &[Document], field: &str) -> Vec<(i64, i64)> {
    documents.iter().map(|document| (document.get_i64("_id").unwrap(), document.get_i64(field).unwrap())).collect()
}

fn other_value(what: &str) -> String {
    format!("this `Profile` is not valid: `member_id` needs the key's own value in the draft of {what}")
}

#[tokio::test]
async fn an_upsert_finds_by_the_key_that_a_relation_of_its_draft_fills() {
    let fixture = members().await;
    let db = &fixture.db;
    let profile = |id: i64, member: i64| Profile::draft().id(id).bio("new").member(connect(Member::id.eq(member)));
    let made = db.upsert(Profile::member_id.eq(1)).create(profile(1, 1)).await.unwrap();
    assert_eq!((made.id, made.member_id), (1, 1));
    let found = db.upsert(Profile::member_id.eq(1)).create(profile(9, 1)).set(Profile::bio, "old").await.unwrap();
    assert_eq!((found.id, found.bio.as_str()), (1, "old"));
    let by_name = Profile::draft().id(2).bio("new").member(connect(Member::name.eq("bob")));
    db.upsert(Profile::member_id.eq(2)).create(by_name).await.unwrap();
    assert_eq!(profiles(&fixture).await, [(1, 1), (2, 2)]);

    // It leads elsewhere, and it is given twice.
    let error = db.upsert(Profile::member_id.eq(3)).create(profile(3, 1)).await.unwrap_err();
    assert_eq!((error.to_string(), error.outcome()), (other_value("an upsert"), Outcome::NotApplied));
    let twice = Profile::draft().id(3).bio("new").member_id(3).member(connect(Member::id.eq(3)));
    let error = db.upsert(Profile::member_id.eq(3)).create(twice).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Profile` is not valid: `member` needs one related document, given once");
    assert_eq!(profiles(&fixture).await, [(1, 1), (2, 2)]);
}

#[tokio::test]
async fn what_is_connected_or_created_does_too() {
    let fixture = members().await;
    let db = &fixture.db;
    let profile = |id: i64, member: i64| Profile::draft().id(id).bio("new").member(connect(Member::id.eq(member)));
    // Under its parent, which fills another key of it.
    let either = connect_or_create(Profile::member_id.eq(1), profile(1, 1));
    db.create(Shelf::draft().id(1).profiles(either)).await.unwrap();
    assert_eq!(whole(&fixture.stored("profiles").await, "shelf_id"), [(1, 1)]);
    // Before those that name it, by the very key.
    let post = |id: i64| Post::draft().id(id).profile(connect_or_create(Profile::member_id.eq(2), profile(2, 2)));
    assert_eq!(db.create_many([post(1), post(2)]).await.unwrap(), 2);
    assert_eq!(profiles(&fixture).await, [(1, 1), (2, 2)]);
    assert_eq!(whole(&fixture.stored("posts").await, "profile_member"), [(1, 2), (2, 2)]);
    // In changes.
    db.update(Shelf::id.eq(1))
        .upsert(Shelf::profiles, Profile::member_id.eq(3), profile(3, 3), |profile| profile.set(Profile::bio, "old"))
        .await
        .unwrap();
    assert_eq!(profiles(&fixture).await, [(1, 1), (2, 2), (3, 3)]);

    let before = (fixture.stored("profiles").await, fixture.stored("posts").await, fixture.stored("shelves").await);
    fixture.store("members", doc! { "_id": 4_i64, "name": "kim" }).await;
    let other = || connect_or_create(Profile::member_id.eq(4), profile(4, 1));
    let refused = [
        db.create(Shelf::draft().id(2).profiles(other())).await.unwrap_err(),
        db.create(Post::draft().id(3).profile(other())).await.unwrap_err(),
        db.create_many([Post::draft().id(3).profile(other()), Post::draft().id(4).profile(other())]).await.unwrap_err(),
        db.update(Shelf::id.eq(1)).connect_or_create(Shelf::profiles, Profile::member_id.eq(4), profile(4, 1)).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!((error.to_string(), error.outcome()), (other_value("a `connect_or_create`"), Outcome::NotApplied));
    }
    assert_eq!((fixture.stored("profiles").await, fixture.stored("posts").await, fixture.stored("shelves").await), before);
}

#[tokio::test]
async fn a_key_that_others_reference_is_filled_first_whatever_was_written_first() {
    let fixture = members().await;
    let db = &fixture.db;
    let (profile, post) = (|id: i64| Profile::draft().id(id).bio("new"), |id: i64| create([Post::draft().id(id)]));
    db.create(profile(1).posts(post(1)).member(connect(Member::id.eq(1)))).await.unwrap();
    let sent = fixture.commands();
    db.create(profile(2).member(connect(Member::id.eq(2))).posts(post(2))).await.unwrap();
    assert_eq!(fixture.commands(), sent);
    assert_eq!(profiles(&fixture).await, [(1, 1), (2, 2)]);
    assert_eq!(whole(&fixture.stored("posts").await, "profile_member"), [(1, 1), (2, 2)]);
    // Of a member that is created along with it, too.
    db.create(profile(5).posts(post(5)).member(create(Member::draft().id(5).name("kim")))).await.unwrap();
    assert_eq!(profiles(&fixture).await[2], (5, 5));
    assert_eq!(whole(&fixture.stored("posts").await, "profile_member")[2], (5, 5));
}
