//! Schemas as data: what they print, compare and serialize to, the diagram of several, and the faults that only several together show.

use self::article::Article;
use crate::{models, support::Fixture};
use bson::{Document, doc};
use chakra::{Builder, Db, Error, Registry, diagram, prelude::*};
use serde_json::json;

/// A model with one of everything that a field can say.
mod article {
    use chakra::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
    #[chakra(repr = i32)]
    pub enum Level {
        #[chakra(value = 1)]
        Low,
        #[chakra(value = 7)]
        High,
    }

    #[derive(Debug, Clone, PartialEq, Enum)]
    #[chakra(rename_all = "snake_case")]
    pub enum State {
        New,
        #[chakra(other)]
        Another(String),
    }

    #[derive(Debug, Clone, PartialEq, Composite)]
    pub struct Comment {
        pub text: String,
        #[chakra(name = "r")]
        pub replies: Vec<Comment>,
    }

    #[derive(Debug, Clone, PartialEq, Composite)]
    #[chakra(tag = "kind")]
    pub enum Attachment {
        Photo { url: String, width: i32 },
        Link { url: String, title: Option<String> },
    }

    #[derive(Debug, Clone, PartialEq, Composite)]
    pub struct Page<T> {
        pub items: Vec<T>,
        pub next: Option<i64>,
    }

    fn is_title(title: &str) -> bool {
        !title.is_empty()
    }

    fn shelf() -> String {
        "left".into()
    }

    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "articles", deny_unknown, unique(author_id, title), index(weight, hits = desc))]
    pub struct Article {
        #[chakra(id)]
        pub id: Id<Article>,
        #[chakra(name = "t", min_length = 1, max_length = 80, pattern = "^[A-Z]", validate = is_title)]
        pub title: String,
        #[chakra(default = 0.5, min = 0, max = 1.5)]
        pub weight: f64,
        #[chakra(default = ["new", "red"])]
        pub tags: Vec<String>,
        #[chakra(default = shelf())]
        pub shelf: String,
        #[chakra(default = nanoid(10))]
        pub token: String,
        pub level: Level,
        #[chakra(default = State::New)]
        pub state: State,
        pub byte: u8,
        #[chakra(null)]
        pub hits: Option<i32>,
        pub counts: std::collections::BTreeMap<String, i64>,
        pub attachments: Vec<Attachment>,
        pub top: Option<Comment>,
        pub names: Page<String>,
        pub numbers: Option<Page<i64>>,
        #[chakra(updated_at)]
        pub updated_at: DateTime<Utc>,
        #[chakra(version)]
        pub version: i64,
        pub author_id: i64,
        #[chakra(relation = ManyToOne, foreign_key = author_id, inverse_of = articles)]
        pub author: Related<Author>,
    }

    #[derive(Debug, Clone, Model)]
    pub struct Author {
        #[chakra(id, auto_increment)]
        pub serial: i64,
        #[chakra(name = "uk", unique)]
        pub motto: Option<String>,
        pub friend_ids: Vec<i64>,
        #[chakra(relation = ManyToMany, ids = friend_ids, inverse_ids = friend_ids)]
        pub friends: Related<Vec<Author>>,
        pub parent_id: Option<i64>,
        #[chakra(relation = ManyToOne, foreign_key = parent_id)]
        pub parent: Related<Option<Author>>,
        #[chakra(relation = OneToMany, foreign_key = parent_id)]
        pub children: Related<Vec<Author>>,
        #[chakra(relation = OneToMany, foreign_key = author_id, inverse_of = author)]
        pub articles: Related<Vec<Article>>,
    }
}

/// One collection, several shapes.
#[derive(Debug, Clone, Model)]
#[chakra(tag = "kind")]
enum Event {
    Login {
        #[chakra(id)]
        id: i64,
        user: String,
        home: Option<models::Point>,
    },
    #[chakra(name = "bye")]
    Logout {
        #[chakra(id)]
        id: i64,
        user: String,
        #[chakra(name = "größe")]
        size: i32,
    },
}

#[test]
fn a_schema_serializes_to_all_that_is_declared() {
    let url = json!({ "name": "url", "stored": "url", "type": "String" });
    let next = json!({ "name": "next", "stored": "next", "type": "Int64", "optional": true });
    let expected = json!({
        "model": "Article",
        "collection": "articles",
        "fields": [
            { "name": "id", "stored": "_id", "type": "ObjectId", "role": "id", "generated": "auto()" },
            {
                "name": "title", "stored": "t", "type": "String",
                "limits": { "min_length": 1, "max_length": 80, "pattern": "^[A-Z]", "validate": "is_title" },
            },
            { "name": "weight", "stored": "weight", "type": "Double", "default": 0.5, "limits": { "min": 0, "max": 1.5 } },
            { "name": "tags", "stored": "tags", "type": "[String]", "default": ["new", "red"] },
            { "name": "shelf", "stored": "shelf", "type": "String", "computed": true },
            { "name": "token", "stored": "token", "type": "String", "generated": "nanoid(10)" },
            { "name": "level", "stored": "level", "type": "Int32", "enum": { "values": [1, 7], "names": ["Low", "High"] } },
            { "name": "state", "stored": "state", "type": "String", "enum": { "values": ["new"], "open": true }, "default": "new" },
            { "name": "byte", "stored": "byte", "type": "Int32", "range": [0, 255] },
            { "name": "hits", "stored": "hits", "type": "Int32", "optional": true, "null": true },
            { "name": "counts", "stored": "counts", "type": "{String: Int64}" },
            { "name": "attachments", "stored": "attachments", "type": "[Attachment]" },
            { "name": "top", "stored": "top", "type": "Comment", "optional": true },
            { "name": "names", "stored": "names", "type": "Page" },
            { "name": "numbers", "stored": "numbers", "type": "Page2", "optional": true },
            { "name": "updated_at", "stored": "updated_at", "type": "Date", "role": "updated_at", "generated": "now()" },
            { "name": "version", "stored": "version", "type": "Int64", "role": "version", "default": 0 },
            { "name": "author_id", "stored": "author_id", "type": "Int64" },
        ],
        "deny_unknown": true,
        "composites": [
            {
                "name": "Attachment",
                "tag": {
                    "stored": "kind",
                    "variants": [
                        { "name": "Photo", "stored": "Photo", "fields": [url, { "name": "width", "stored": "width", "type": "Int32" }] },
                        {
                            "name": "Link", "stored": "Link",
                            "fields": [url, { "name": "title", "stored": "title", "type": "String", "optional": true }],
                        },
                    ],
                },
            },
            {
                "name": "Comment",
                "fields": [
                    { "name": "text", "stored": "text", "type": "String" },
                    { "name": "replies", "stored": "r", "type": "[Comment]" },
                ],
            },
            { "name": "Page", "fields": [{ "name": "items", "stored": "items", "type": "[String]" }, next] },
            { "name": "Page2", "fields": [{ "name": "items", "stored": "items", "type": "[Int64]" }, next] },
        ],
        "relations": [{
            "name": "author", "kind": "ManyToOne", "target": "Author", "required": true, "foreign_key": "author_id", "key_of": "Article",
            "inverse_of": "articles",
        }],
        "indexes": [
            { "name": "author_id_1_t_1", "keys": [{ "path": "author_id", "direction": 1 }, { "path": "t", "direction": 1 }], "unique": true },
            { "name": "weight_1_hits_-1", "keys": [{ "path": "weight", "direction": 1 }, { "path": "hits", "direction": -1 }] },
            { "name": "author_id_1", "keys": [{ "path": "author_id", "direction": 1 }] },
        ],
    });
    assert_eq!(serde_json::to_value(Article::schema()).unwrap(), expected);
}

#[test]
fn a_schema_prints_as_a_listing() {
    let expected = r#"Article in `articles`
  refuses unknown fields
  id as _id: ObjectId, id, default = auto()
  title as t: String, min_length = 1, max_length = 80, pattern = "^[A-Z]", validate = is_title
  weight: Double, default = 0.5, min = 0, max = 1.5
  tags: [String], default = ["new", "red"]
  shelf: String, default computed
  token: String, default = nanoid(10)
  level: Int32, one of 1 (Low) | 7 (High)
  state: String, one of "new" | any other, default = "new"
  byte: Int32, 0 to 255
  hits: Int32?, null
  counts: {String: Int64}
  attachments: [Attachment]
  top: Comment?
  names: Page
  numbers: Page2?
  updated_at: Date, updated_at
  version: Int64, version
  author_id: Int64
  relation author: Author, ManyToOne, foreign_key = author_id, inverse_of = articles
  unique index author_id_1_t_1: author_id, t
  index weight_1_hits_-1: weight, hits descending
  index author_id_1: author_id
  composite Attachment, one of several shapes by kind
    variant Photo
      url: String
      width: Int32
    variant Link
      url: String
      title: String?
  composite Comment
    text: String
    replies as r: [Comment]
  composite Page
    items: [String]
    next: Int64?
  composite Page2
    items: [Int64]
    next: Int64?"#;
    assert_eq!(Article::schema().to_string(), expected);
}

/// One declaration, at two places and with two changes.
mod things {
    pub mod one {
        use chakra::prelude::*;
        #[derive(Debug, Clone, PartialEq, Composite)]
        pub struct Place {
            pub floor: i32,
        }
        #[derive(Debug, Clone, Model)]
        pub struct Thing {
            #[chakra(id)]
            pub id: i64,
            #[chakra(default = 1, max = 9)]
            pub count: i32,
            pub place: Option<Place>,
        }
    }
    pub mod same {
        use chakra::prelude::*;
        #[derive(Debug, Clone, PartialEq, Composite)]
        pub struct Place {
            pub floor: i32,
        }
        #[derive(Debug, Clone, Model)]
        pub struct Thing {
            #[chakra(id)]
            pub id: i64,
            #[chakra(default = 1, max = 9)]
            pub count: i32,
            pub place: Option<Place>,
        }
    }
    pub mod other_default {
        use chakra::prelude::*;
        #[derive(Debug, Clone, Model)]
        pub struct Thing {
            #[chakra(id)]
            pub id: i64,
            #[chakra(default = 2, max = 9)]
            pub count: i32,
            pub place: Option<super::one::Place>,
        }
    }
    pub mod other_place {
        use chakra::prelude::*;
        #[derive(Debug, Clone, PartialEq, Composite)]
        pub struct Place {
            pub floor: i64,
        }
        #[derive(Debug, Clone, Model)]
        pub struct Thing {
            #[chakra(id)]
            pub id: i64,
            #[chakra(default = 1, max = 9)]
            pub count: i32,
            pub place: Option<Place>,
        }
    }
}

#[test]
fn schemas_are_equal_where_they_declare_the_same() {
    use things::{one, other_default, other_place, same};
    assert_eq!(one::Thing::schema(), same::Thing::schema());
    assert_ne!(one::Thing::schema(), other_default::Thing::schema());
    assert_ne!(one::Thing::schema(), other_place::Thing::schema());
}

#[tokio::test]
async fn a_registry_has_each_model_once_and_is_that_of_the_connection() {
    let registry = Registry::new().model::<models::Post>().model::<models::User>().model::<models::Post>();
    let names: Vec<&str> = registry.schemas().iter().map(|schema| schema.model).collect();
    assert_eq!(names, ["Post", "User", "Profile", "Category"]);
    assert_eq!(registry.faults(), Vec::<String>::new());
    let json = serde_json::to_value(&registry).unwrap();
    assert_eq!(json.as_array().unwrap().iter().map(|schema| schema["model"].as_str().unwrap()).collect::<Vec<_>>(), names);
    let text = registry.to_string();
    assert_eq!(text.split("\n\n").map(|listing| listing.split(' ').next().unwrap()).collect::<Vec<_>>(), names);

    let fixture = Fixture::new(|builder| builder.model::<models::Post>().model::<models::User>()).await;
    assert_eq!(*fixture.db.registry(), registry);
    assert_ne!(*fixture.db.registry(), Registry::new().model::<models::User>(), "in another order");
}

#[test]
fn a_diagram_shows_fields_composites_variants_and_relations() {
    let expected = r#"erDiagram
    "Article" {
        ObjectId _id PK "id"
        String t "title"
        Double weight
        String[] tags
        String shelf
        String token
        Int32 level
        String state
        Int32 byte
        Int32 hits "optional"
        Map(Int64) counts
        Attachment[] attachments
        Comment top "optional"
        Page names
        Page2 numbers "optional"
        Date updated_at
        Int64 version
        Int64 author_id FK
    }
    "Author" {
        Int64 _id PK "serial"
        String uk_ UK "stored: uk, motto, optional"
        Int64[] friend_ids FK
        Int64 parent_id FK "optional"
    }
    "Event" {
        String kind "Login, bye"
        Int64 _id PK "id"
        String user
        Point home "optional, of Login"
        Int32 gr__e "stored: größe, size, of bye"
    }
    "Attachment" {
        String kind "Photo, Link"
        String url
        Int32 width "of Photo"
        String title "optional, of Link"
    }
    "Comment" {
        String text
        Comment[] r "replies"
    }
    "Page" {
        String[] items
        Int64 next "optional"
    }
    "Page2" {
        Int64[] items
        Int64 next "optional"
    }
    "Point" {
        Double x
        Double y
    }
    "Author" ||--o{ "Article" : "articles / author"
    "Author" }o--o{ "Author" : "friends"
    "Author" |o--o{ "Author" : "children / parent"
    "Article" ||--o{ "Attachment" : "attachments"
    "Article" ||--o| "Comment" : "top"
    "Article" ||--|| "Page" : "names"
    "Article" ||--o| "Page2" : "numbers"
    "Event" ||--o| "Point" : "home"
    "Comment" ||--o{ "Comment" : "r""#;
    assert_eq!(diagram(&Registry::new().model::<Article>().model::<Event>()), expected);
}

#[test]
fn a_diagram_marks_keys_in_composites() {
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Part {
        #[chakra(name = "w")]
        ware_id: i64,
        count: i32,
        #[chakra(name = "t")]
        tag_ids: Vec<i64>,
    }
    #[derive(Debug, Clone, PartialEq, Composite)]
    struct Stop {
        town_id: i64,
    }
    #[derive(Debug, Clone, Model)]
    struct Ware {
        #[chakra(id)]
        id: i64,
        // It is called as what is a key elsewhere.
        town_id: i64,
        #[chakra(relation = ManyToMany, inverse_ids = parts.tag_ids)]
        tagged: Related<Vec<Load>>,
    }
    #[derive(Debug, Clone, Model)]
    struct Load {
        #[chakra(id)]
        id: i64,
        #[chakra(flatten)]
        stop: Stop,
        #[chakra(relation = ManyToOne, foreign_key = stop.town_id)]
        town: Related<Ware>,
        parts: Vec<Part>,
        spare: Option<Part>,
        #[chakra(relation = ManyToMany, ids = parts.ware_id)]
        wares: Related<Vec<Ware>>,
    }
    let drawn = diagram(&Registry::new().model::<Load>());
    let marked: Vec<&str> = drawn.lines().filter(|line| line.contains(" FK")).map(str::trim).collect();
    assert_eq!(marked, ["Int64 town_id FK", r#"Int64 w FK "ware_id""#, r#"Int64[] t FK "tag_ids""#]);
}

#[test]
fn the_diagram_of_the_guide_is_that_of_its_models() {
    let guide = include_str!("../src/docs/models.md");
    let (_, rest) = guide.split_once("```mermaid\n").unwrap();
    let (shown, _) = rest.split_once("\n```").unwrap();
    assert_eq!(diagram(&Registry::new().model::<models::User>()), shown);
}

/// The faults with which connecting fails, before anything is sent: nothing listens there.
async fn faults(register: impl FnOnce(Builder) -> Builder) -> Vec<String> {
    match register(Db::builder("mongodb://127.0.0.1:9/x")).connect().await.unwrap_err() {
        Error::Schema(faults) => faults,
        other => panic!("{other:?}"),
    }
}

const SAME_TYPE: &str = "both ends of a relation need the same stored type";

#[tokio::test]
async fn a_key_has_the_stored_type_of_the_id() {
    #[derive(Debug, Clone, Model)]
    struct User {
        #[chakra(id)]
        id: i64,
        #[chakra(relation = OneToMany, foreign_key = author_id)]
        posts: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = editor)]
        edited: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = critic)]
        criticized: Related<Vec<Post>>,
        post_ids: Vec<String>,
        #[chakra(relation = ManyToMany, ids = post_ids)]
        liked: Related<Vec<Post>>,
    }
    #[derive(Debug, Clone, Model)]
    struct Post {
        #[chakra(id)]
        id: Id<Post>,
        author_id: i32,
        editor: String,
        #[chakra(as = "long")]
        critic: i32,
    }
    assert_eq!(
        faults(|builder| builder.model::<User>()).await,
        [
            format!(
                "`User::posts`: the key `author_id` of `Post` is stored as Int32, but the `_id` of `User` as Int64; {SAME_TYPE}: write \
                 `#[chakra(as = \"long\")]` on `Post::author_id`"
            ),
            format!("`User::edited`: the key `editor` of `Post` is stored as String, but the `_id` of `User` as Int64; {SAME_TYPE}"),
            format!(
                "`User::liked`: `User::post_ids` must be a list of the ids of `Post`; it is stored as [String], not as [ObjectId]; \
                 {SAME_TYPE}: write `#[chakra(as = \"object_id\")]` on `User::post_ids`"
            ),
        ]
    );
}

#[tokio::test]
async fn a_key_is_there_and_unique_where_it_relates_one_to_one() {
    #[derive(Debug, Clone, Model)]
    struct User {
        #[chakra(id)]
        id: Id<User>,
        #[chakra(relation = OneToMany, foreign_key = author_id)]
        posts: Related<Vec<Post>>,
        #[chakra(relation = OneToOne, foreign_key = owner_id)]
        profile: Related<Option<Post>>,
        #[chakra(relation = ManyToMany, inverse_ids = reader_ids)]
        read: Related<Vec<Post>>,
    }
    #[derive(Debug, Clone, Model)]
    struct Post {
        #[chakra(id)]
        id: Id<Post>,
        owner_id: Id<User>,
        reader_ids: Id<User>,
    }
    assert_eq!(
        faults(|builder| builder.model::<User>()).await,
        [
            "`User::posts`: `Post` has no field `author_id` to hold the key",
            "`User::profile`: the key `owner_id` of `Post` must be unique: `#[chakra(unique)]`",
            "`User::read`: `Post::reader_ids` must be a list of the ids of `User`; it is stored as ObjectId, not as [ObjectId]",
        ]
    );
}

#[tokio::test]
async fn the_other_end_that_is_named_is_the_same_relation() {
    #[derive(Debug, Clone, Model)]
    struct User {
        #[chakra(id)]
        id: Id<User>,
        #[chakra(relation = OneToMany, foreign_key = author_id, inverse_of = writer)]
        posts: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = editor_id, inverse_of = author)]
        edited: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = critic_id, inverse_of = topic)]
        criticized: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = owner_id, inverse_of = owner)]
        owned: Related<Vec<Post>>,
    }
    #[derive(Debug, Clone, Model)]
    struct Post {
        #[chakra(id)]
        id: Id<Post>,
        author_id: Id<User>,
        #[chakra(relation = ManyToOne, foreign_key = author_id)]
        author: Related<User>,
        editor_id: Id<User>,
        critic_id: Id<User>,
        owner_id: Id<User>,
        #[chakra(relation = OneToOne, foreign_key = owner_id)]
        owner: Related<User>,
        topic_id: Id<Topic>,
        #[chakra(relation = ManyToOne, foreign_key = topic_id)]
        topic: Related<Topic>,
    }
    #[derive(Debug, Clone, Model)]
    struct Topic {
        #[chakra(id)]
        id: Id<Topic>,
    }
    assert_eq!(
        faults(|builder| builder.model::<User>()).await,
        [
            "`User::posts`: `inverse_of = writer` names no relation of `Post`; those to `User` are: `author`, `owner`",
            "`User::edited`: `inverse_of = author` names `Post::author`, which goes by the key `Post::author_id`, not by the key \
             `Post::editor_id`",
            "`User::criticized`: `inverse_of = topic` names `Post::topic`, which relates to `Topic`, not to `User`",
            "`User::owned`: `inverse_of = owner` names `Post::owner`, which is a OneToOne; seen from the other end a OneToMany is a \
             ManyToOne",
        ]
    );
}

#[tokio::test]
async fn relations_by_one_key_say_which_is_which_and_those_by_two_need_not() {
    #[derive(Debug, Clone, Model)]
    struct User {
        #[chakra(id)]
        id: Id<User>,
        #[chakra(relation = OneToMany, foreign_key = author_id)]
        posts: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = author_id)]
        articles: Related<Vec<Post>>,
        #[chakra(relation = OneToMany, foreign_key = editor_id)]
        edited: Related<Vec<Post>>,
    }
    #[derive(Debug, Clone, Model)]
    struct Post {
        #[chakra(id)]
        id: Id<Post>,
        author_id: Id<User>,
        #[chakra(relation = ManyToOne, foreign_key = author_id)]
        author: Related<User>,
        editor_id: Id<User>,
        #[chakra(relation = ManyToOne, foreign_key = editor_id)]
        editor: Related<User>,
    }
    assert_eq!(
        faults(|builder| builder.model::<User>()).await,
        ["`User::posts` and `User::articles` both go by the key `Post::author_id`, which does not tell them apart: say on both which \
          relation of `Post` is the other end, as in `inverse_of = author`, or give one of them a key of its own"]
    );
}

#[tokio::test]
async fn the_faults_of_all_models_come_at_once() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "shared")]
    struct Left {
        #[chakra(id)]
        id: Id<Left>,
        #[chakra(unique)]
        home: models::Address,
        #[chakra(unique)]
        attachment: article::Attachment,
    }
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "shared", sync = false)]
    struct Right {
        #[chakra(id)]
        id: i64,
        left_ids: Vec<i64>,
        #[chakra(relation = ManyToMany, ids = left_ids)]
        lefts: Related<Vec<Left>>,
    }
    assert_eq!(
        faults(|builder| builder.model::<Left>().model::<Right>()).await,
        [
            "`Left`: the unique key `home` is a composite; declare the key over its fields: `unique(address.city, …)`".to_owned(),
            "`Left`: the unique key `attachment` is a tagged union; declare the key over fields that every document has".to_owned(),
            "`Left` and `Right` both declare the collection `shared`".to_owned(),
            format!(
                "`Right::lefts`: `Right::left_ids` must be a list of the ids of `Left`; it is stored as [Int64], not as [ObjectId]; \
                 {SAME_TYPE}"
            ),
        ]
    );
}

#[tokio::test]
async fn a_collection_that_is_managed_elsewhere_is_left_alone() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "managed", sync = false)]
    struct Managed {
        #[chakra(id)]
        id: i64,
        #[chakra(unique)]
        name: String,
    }
    let fixture = Fixture::new(|builder| builder.model::<Managed>()).await;
    let assert_idle = async || {
        let (planned, done) = (fixture.db.sync().plan().await.unwrap(), fixture.db.sync().await.unwrap());
        assert!(planned.steps.is_empty() && done.steps.is_empty(), "{planned}\n{done}");
    };
    fixture.commands();
    assert_idle().await;
    assert_eq!(fixture.raw.list_collection_names().await.unwrap(), Vec::<String>::new());

    let by_hand = doc! { "createIndexes": "managed", "indexes": [{ "key": { "old": 1 }, "name": "old_1" }] };
    fixture.raw.run_command(by_hand).await.unwrap();
    assert_idle().await;
    assert_eq!(fixture.raw.collection::<Document>("managed").list_index_names().await.unwrap(), ["_id_", "old_1"]);
    assert!(fixture.commands().iter().all(|command| command == "listCollections"), "its indexes are not even looked at");

    // Everything else works on it.
    fixture.db.create(Managed::draft().id(1).name("a")).await.unwrap();
    assert_eq!(fixture.db.get(Managed::id.eq(1)).await.unwrap().name, "a");
    assert_eq!(fixture.stored("managed").await, [doc! { "_id": 1_i64, "name": "a" }]);
}

#[tokio::test]
async fn two_indexes_of_one_name_are_a_fault() {
    #[derive(Debug, Clone, Model)]
    #[chakra(collection = "logs", tag = "kind")]
    enum Log {
        Login {
            #[chakra(id)]
            id: Id<Log>,
            #[chakra(unique)]
            user: String,
        },
        Payment {
            #[chakra(id)]
            id: Id<Log>,
            #[chakra(unique)]
            user: String,
            amount: i64,
        },
        Ping {
            #[chakra(id)]
            id: Id<Log>,
        },
    }
    assert_eq!(
        faults(|builder| builder.model::<Log>()).await,
        ["`Log`: two indexes are called `user_1`; declare one on the model, with `map = \"…\"`"]
    );
}
