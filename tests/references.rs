//! Relations by a unique field that is not the id: everything that follows a relation goes by it.

use crate::support::{Fixture, Sent};
use bson::doc;
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, Model)]
struct Member {
    #[chakra(id)]
    id: Id<Member>,
    #[chakra(name = "h", unique)]
    handle: String,
    #[chakra(unique, default = nanoid(12))]
    code: String,
    #[chakra(relation = OneToMany, foreign_key = author_handle, references = handle)]
    entries: Related<Vec<Entry>>,
    #[chakra(relation = OneToOne, foreign_key = member_code, references = code)]
    badge: Related<Option<Badge>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "entries")]
struct Entry {
    #[chakra(id)]
    id: i64,
    stars: i32,
    author_handle: String,
    #[chakra(relation = ManyToOne, foreign_key = author_handle, references = handle)]
    author: Related<Member>,
    #[chakra(name = "rev")]
    reviewer_handle: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = reviewer_handle, references = "handle")]
    reviewer: Related<Option<Member>>,
}

#[derive(Debug, Clone, Model)]
struct Badge {
    #[chakra(id)]
    id: i64,
    member_code: String,
    #[chakra(relation = OneToOne, foreign_key = member_code, references = code)]
    member: Related<Member>,
}

/// Ada wrote two entries, of which Bob reviewed the first and nobody known the second; Bob wrote one.
async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Member>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let entry = |id: i64, stars: i32| Entry::draft().id(id).stars(stars);
    let ada = Member::draft().handle("ada").badge(create(Badge::draft().id(7)));
    db.create(ada.entries(create([entry(1, 5).reviewer_handle("bob"), entry(2, 1).reviewer_handle("nobody")]))).await.unwrap();
    db.create(Member::draft().handle("bob").entries(create([entry(3, 4)]))).await.unwrap();
    fixture.commands();
    fixture
}

fn handles(members: &[Member]) -> Vec<&str> {
    members.iter().map(|member| member.handle.as_str()).collect()
}

#[tokio::test]
async fn drafts_fill_the_key_from_what_it_references() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let entries = fixture.stored("entries").await;
    assert_eq!(entries[0], doc! { "_id": 1_i64, "stars": 5, "author_handle": "ada", "rev": "bob" });
    // What was made up for the parent is what the child has.
    let ada = db.find_unique(Member::handle.eq("ada")).await.unwrap().unwrap();
    let badges = fixture.stored("badges").await;
    assert_eq!((ada.code.len(), badges[0].get_str("member_code").unwrap()), (12, ada.code.as_str()));

    // The other way round: the related document comes first.
    let created = db.create(Entry::draft().id(4).stars(2).author(create(Member::draft().handle("eve")))).await.unwrap();
    assert_eq!((created.author_handle.as_str(), db.count(Member::handle.eq("eve")).await.unwrap()), ("eve", 1));
    let by_child = db.create(Badge::draft().id(8).member(create(Member::draft().handle("kim")))).await.unwrap();
    assert_eq!(db.find_unique(Member::handle.eq("kim")).await.unwrap().unwrap().code, by_child.member_code);

    // By connect, whatever key names the document.
    fixture.commands();
    let connected =
        db.create(Entry::draft().id(5).stars(2).author(connect(ada.id)).reviewer(connect(Member::handle.eq("bob")))).await.unwrap();
    assert_eq!((connected.author_handle.as_str(), connected.reviewer_handle.as_deref()), ("ada", Some("bob")));
    db.create(Member::draft().handle("zoe").entries(connect([Entry::id.eq(3), Entry::id.eq(5)]))).await.unwrap();
    assert_eq!(db.count(Entry::author_handle.eq("zoe")).await.unwrap(), 2);
    let missing = db.create(Entry::draft().id(6).stars(1).author(connect(Member::handle.eq("nobody")))).await.unwrap_err();
    assert!(matches!(missing, Error::NotFound { model: "Member", .. }), "{missing:?}");
}

#[tokio::test]
async fn relations_are_loaded_and_counted_by_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let read = db.find_many(Member::all()).order_by(Member::handle.asc()).include(Member::badge);
    let members = read.include(Member::entries.order_by(Entry::stars.asc()).take(1)).include_count(Member::entries).await.unwrap();
    assert_eq!(fixture.commands().len(), 4);
    let first = |member: &Member| member.entries.get().unwrap().iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(members.iter().map(first).collect::<Vec<_>>(), [vec![2], vec![3]]);
    assert_eq!(members.iter().map(|member| member.entries.count().unwrap()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(members[0].badge.get().unwrap().as_ref().map(|badge| badge.id), Some(7));

    let mut entries = db.find_many(Entry::all()).order_by(Entry::id.asc()).include(Entry::author).await.unwrap();
    let authors: Vec<&str> = entries.iter().map(|entry| entry.author.get().unwrap().handle.as_str()).collect();
    assert_eq!(authors, ["ada", "ada", "bob"]);
    db.load(&mut entries, Entry::reviewer.include(Member::badge)).await.unwrap();
    let reviewers = entries.iter().map(|entry| entry.reviewer.get().unwrap().as_ref().map(|member| member.handle.as_str()));
    assert_eq!(reviewers.collect::<Vec<_>>(), [Some("bob"), None, None]);

    // Chakra would not delete him while an entry is his.
    fixture.raw.collection::<bson::Document>("members").delete_one(doc! { "h": "bob" }).await.unwrap();
    let error = db.load(&mut entries, Entry::author).await.unwrap_err();
    assert!(matches!(error, Error::Dangling { model: "Entry", relation: "author", target: "Member", .. }), "{error:?}");
    assert_eq!(error.detail().as_deref(), Some("_id: 3, key: bob"));
    assert!(!error.to_string().contains("bob"), "{error}");
}

#[tokio::test]
async fn filters_go_by_it() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let members = async |filter: Filter<Member>| {
        let found = db.find_many(filter).order_by(Member::handle.asc()).await.unwrap();
        handles(&found).join(" ")
    };
    assert_eq!(members(Member::entries.some(Entry::stars.gte(5))).await, "ada");
    assert_eq!(members(Member::entries.every(Entry::stars.gte(4))).await, "bob");
    assert_eq!(members(Member::badge.is_some()).await, "ada");
    assert_eq!(members(Member::entries.some(Entry::reviewer.is(Member::badge.is_none()))).await, "ada");
    let entries = async |filter: Filter<Entry>| {
        let found = db.find_many(filter).order_by(Entry::id.asc()).await.unwrap();
        found.iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(entries(Entry::author.is(Member::handle.eq("ada"))).await, [1, 2]);
    assert_eq!(entries(Entry::author.is_not(Member::badge.is_some())).await, [3]);
    assert_eq!(entries(Entry::reviewer.is_some()).await, [1]);
    assert_eq!(entries(Entry::reviewer.is_none()).await, [2, 3]);
}

#[tokio::test]
async fn stages_look_it_up() {
    #[derive(Debug, PartialEq, Composite)]
    struct Name {
        #[chakra(name = "h")]
        handle: String,
    }
    #[derive(Debug, PartialEq, Composite)]
    struct Shown {
        #[chakra(name = "_id")]
        id: i64,
        reviewer: Option<Name>,
    }
    let sent = Sent::with(|builder| builder.model::<Member>()).await;
    let db = &sent.db;
    db.sync().await.unwrap();
    let entry = Entry::draft().id(1).stars(5).reviewer(create(Member::draft().handle("bob")));
    db.create(Member::draft().handle("ada").entries(create([entry]))).await.unwrap();
    let shown = db.pipeline::<Entry>().lookup(Shown::reviewer, Entry::reviewer).as_::<Shown>().await.unwrap();
    assert_eq!(shown, [Shown { id: 1, reviewer: Some(Name { handle: "bob".into() }) }]);
    let lookup = sent.command().get_array("pipeline").unwrap()[0].as_document().unwrap().get_document("$lookup").unwrap().clone();
    assert_eq!((lookup.get_str("localField").unwrap(), lookup.get_str("foreignField").unwrap()), ("rev", "h"));
}

#[test]
fn a_schema_says_what_a_key_references() {
    let listing = Member::schema().to_string();
    assert!(
        listing.contains("relation entries: [Entry], OneToMany, foreign_key = author_handle of Entry, references = handle"),
        "{listing}"
    );
    let described = serde_json::to_value(Badge::schema()).unwrap();
    assert_eq!(described["relations"][0]["references"], "code");
}

#[tokio::test]
async fn both_ends_must_mean_one_document() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "ref_users")]
    struct User {
        #[chakra(id)]
        id: String,
        name: String,
        #[chakra(unique)]
        number: i32,
        #[chakra(relation = OneToMany, foreign_key = by)]
        posts: Related<Vec<Post>>,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "ref_posts")]
    struct Post {
        #[chakra(id)]
        id: i64,
        by: String,
        #[chakra(relation = ManyToOne, foreign_key = by, references = name)]
        author: Related<User>,
        number: i64,
        #[chakra(relation = ManyToOne, foreign_key = number, references = number)]
        editor: Related<User>,
        about: String,
        #[chakra(relation = ManyToOne, foreign_key = about, references = nmae)]
        subject: Related<User>,
    }
    // Said before anything is connected to.
    let connected = Db::builder("mongodb://127.0.0.1:9/x").model::<User>().connect().await;
    let Err(Error::Schema(faults)) = connected else { panic!("the models contradict each other") };
    assert_eq!(
        faults,
        [
            "`User::posts` goes by the key `Post::by` to the id of `User`, and `Post::author` by the same key to `User::name`: write \
             `references` at both ends, or at none",
            "`Post::author`: `User::name`, which the key `by` references, must be unique: `#[chakra(unique)]`",
            "`Post::editor`: the key `number` is stored as Int64, but `User::number`, which it references, as Int32; both ends of a relation \
             need the same stored type: write `#[chakra(as = \"long\")]` on `User::number`",
            "`Post::subject`: `User` has no field `nmae` for the key `about` to reference",
        ]
    );
}
