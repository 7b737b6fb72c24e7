//! Names: what a collection, a field and a variant are stored as, and that the stored name stands everywhere a server sees one.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::prelude::*;
use futures::TryStreamExt;

/// Names of every kind beside each other: renamed one by one, by a rule, raw, non-ASCII.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(
    collection = "Größen & Maße",
    rename_all = "camelCase",
    unique(first_name, r#type, name = full, map = "voller Name"),
    index(home.r#in, déjà_vu = desc),
    index(last_seen)
)]
pub struct Entry {
    #[chakra(id)]
    pub id: i64,
    pub first_name: String,
    pub r#type: Kind,
    #[chakra(name = "größe", index)]
    pub height: Option<i32>,
    #[chakra(map = "x-Y z", unique)]
    pub short: Option<String>,
    pub déjà_vu: i64,
    pub home: Option<Home>,
    pub homes: Vec<Home>,
    #[chakra(updated_at)]
    pub last_seen: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(rename_all = "SCREAMING-KEBAB-CASE")]
pub struct Home {
    pub street_name: String,
    pub r#in: i32,
    #[chakra(name = "日本")]
    pub country: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[chakra(rename_all = "kebab-case")]
pub enum Kind {
    VeryNew,
    #[chakra(map = "Ölg")]
    Old,
}

fn home(r#in: i32) -> Home {
    Home { street_name: "s".into(), r#in, country: None }
}

fn at(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap()
}

const COLLECTION: &str = "Größen & Maße";

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Entry>().clock(|| at(5))).await;
    fixture.db.sync().await.unwrap();
    let draft = |id: i64, name: &str| Entry::draft().id(id).first_name(name).r#type(Kind::VeryNew).déjà_vu(id);
    fixture.db.create(draft(1, "a").height(7).short("x").home(home(1)).homes([home(1), home(2)])).await.unwrap();
    fixture.db.create(draft(2, "b").r#type(Kind::Old)).await.unwrap();
    fixture
}

#[tokio::test]
async fn documents_have_the_stored_names() {
    let fixture = fixture().await;
    let moment = bson::DateTime::from_millis(5);
    let expected = [
        doc! {
            "_id": 1_i64, "firstName": "a", "type": "very-new", "größe": 7, "x-Y z": "x", "déjàVu": 1_i64,
            "home": { "STREET-NAME": "s", "IN": 1 }, "homes": [{ "STREET-NAME": "s", "IN": 1 }, { "STREET-NAME": "s", "IN": 2 }], "lastSeen": moment,
        },
        doc! { "_id": 2_i64, "firstName": "b", "type": "Ölg", "déjàVu": 2_i64, "homes": [], "lastSeen": moment },
    ];
    assert_eq!(fixture.stored(COLLECTION).await, expected);
    assert_eq!(fixture.db.get(Entry::id.eq(2)).await.unwrap().r#type, Kind::Old);
    let fields: Vec<(&str, &str)> = Entry::schema().fields.iter().map(|field| (field.name, field.stored)).collect();
    let names = [
        ("id", "_id"),
        ("first_name", "firstName"),
        ("type", "type"),
        ("height", "größe"),
        ("short", "x-Y z"),
        ("déjà_vu", "déjàVu"),
        ("home", "home"),
        ("homes", "homes"),
        ("last_seen", "lastSeen"),
    ];
    assert_eq!(fields, names);
}

#[tokio::test]
async fn filters_orders_and_keys_use_them() {
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(Entry::first_name.stored(), "firstName");
    assert_eq!(Entry::r#type.stored(), "type");
    assert_eq!(Entry::home.street_name().stored(), "home.STREET-NAME");
    assert_eq!(Entry::home.r#in().stored(), "home.IN");
    assert_eq!(Entry::homes.country().stored(), "homes.日本");
    let ids = async |filter: Filter<Entry>| {
        let found = db.find_many(filter).order_by((Entry::height.asc(), Entry::déjà_vu.desc())).await.unwrap();
        found.iter().map(|entry| entry.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Entry::first_name.in_(["a", "b"])).await, [2, 1], "`None` first");
    assert_eq!(ids(Entry::r#type.eq(Kind::Old)).await, [2]);
    assert_eq!(ids(Entry::height.gte(7) & Entry::déjà_vu.lt(2)).await, [1]);
    assert_eq!(ids(Entry::home.r#in().eq(1) & Entry::home.country().is_none()).await, [1]);
    assert_eq!(ids(Entry::home.is(Home::street_name.starts_with("s"))).await, [1]);
    assert_eq!(ids(Entry::homes.some(Home::r#in.gt(1))).await, [1]);
    assert_eq!(ids(Entry::homes.has(home(2))).await, [1]);
    assert_eq!(ids(Entry::homes.r#in().has(2)).await, [1]);
    assert_eq!(ids(Entry::short.path().is_none()).await, [2]);
    assert_eq!(db.find_unique(Entry::full.eq(("b", Kind::Old))).await.unwrap().unwrap().id, 2);
    assert_eq!(db.find_unique(Entry::short.eq("x")).await.unwrap().unwrap().id, 1);
}

#[tokio::test]
async fn updates_and_errors_use_them() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let update = db.update(Entry::id.eq(1)).set(Entry::first_name, "c").inc(Entry::déjà_vu, 4).set(Entry::home.r#in(), 9);
    let updated = update.set(Entry::home.country(), "jp").unset(Entry::height).push(Entry::homes, home(3)).await.unwrap();
    assert_eq!((updated.déjà_vu, updated.home.unwrap().r#in, updated.homes.len()), (5, 9, 3));
    let stored = &fixture.stored(COLLECTION).await[0];
    assert_eq!(stored.get_str("firstName").unwrap(), "c");
    assert_eq!(*stored.get_document("home").unwrap(), doc! { "STREET-NAME": "s", "IN": 9, "日本": "jp" });
    assert!(!stored.contains_key("größe"));
    let names: Vec<&str> = stored.keys().map(String::as_str).collect();
    assert_eq!(names, ["_id", "firstName", "type", "x-Y z", "déjàVu", "home", "homes", "lastSeen"]);

    let error = db.create(Entry::draft().id(3).first_name("b").r#type(Kind::Old).déjà_vu(0)).await.unwrap_err();
    assert!(error.is_unique_on(Entry::first_name) && error.is_unique_on(Entry::r#type) && !error.is_unique_on(Entry::short), "{error:?}");
    let error = db.update(Entry::id.eq(2)).set(Entry::short, "x").await.unwrap_err();
    assert!(error.is_unique_on(Entry::short), "{error:?}");
    let error = db.update(Entry::id.eq(2)).set(Entry::home.r#in(), 1).await.unwrap_err();
    let chakra::Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
    assert_eq!(broken[0].path, "home.IN");
    let seen = bson::DateTime::from_millis(5);
    let homes = doc! { "STREET-NAME": "s", "in": 1 };
    let foreign = doc! { "_id": 4_i64, "firstName": "d", "type": "Ölg", "déjàVu": 0, "lastSeen": seen, "homes": [homes] };
    fixture.store(COLLECTION, foreign).await;
    let error = db.get(Entry::id.eq(4)).await.unwrap_err();
    let chakra::Error::Decode { collection: COLLECTION, error, .. } = &error else { panic!("{error:?}") };
    assert_eq!((error.path(), error.found()), ("homes[0].IN", "nothing"));
}

#[tokio::test]
async fn indexes_use_them() {
    let fixture = fixture().await;
    let found = fixture.raw.collection::<Document>(COLLECTION).list_indexes().await.unwrap();
    let mut found: Vec<Document> = found.map_ok(|index| bson::serialize_to_document(&index).unwrap()).try_collect().await.unwrap();
    found.iter_mut().for_each(|index| drop(index.remove("v")));
    found.sort_by_key(|index| index.get_str("name").unwrap().to_owned());
    let expected = [
        doc! { "key": { "_id": 1 }, "name": "_id_" },
        doc! { "key": { "größe": 1 }, "name": "größe_1" },
        doc! { "key": { "home.IN": 1, "déjàVu": -1 }, "name": "home.IN_1_déjàVu_-1" },
        doc! { "key": { "lastSeen": 1 }, "name": "lastSeen_1" },
        doc! { "key": { "firstName": 1, "type": 1 }, "unique": true, "name": "voller Name" },
        doc! { "key": { "x-Y z": 1 }, "unique": true, "partialFilterExpression": { "x-Y z": { "$gte": "" } }, "name": "x-Y z_1" },
    ];
    assert_eq!(found, expected);
    assert!(fixture.db.sync().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_view_asks_for_them() {
    #[derive(Debug, PartialEq, View)]
    #[chakra(rename_all = "camelCase")]
    struct Card<'a> {
        #[chakra(name = "_id")]
        id: i64,
        first_name: &'a str,
        r#type: Kind,
        #[chakra(name = "größe")]
        height: Option<i32>,
        déjà_vu: i64,
    }
    let fixture = fixture().await;
    fixture.raw.run_command(doc! { "profile": 2 }).await.unwrap();
    let rows = fixture.db.find_many(Entry::all()).order_by(Entry::id.asc()).view::<Card>().await.unwrap();
    let cards: Vec<Card<'_>> = rows.iter().collect::<chakra::Result<_>>().unwrap();
    let expected = [
        Card { id: 1, first_name: "a", r#type: Kind::VeryNew, height: Some(7), déjà_vu: 1 },
        Card { id: 2, first_name: "b", r#type: Kind::Old, height: None, déjà_vu: 2 },
    ];
    assert_eq!(cards, expected);
    let profile = fixture.raw.collection::<Document>("system.profile").find_one(doc! { "op": "query" }).await.unwrap().unwrap();
    let projection = profile.get_document("command").unwrap().get_document("projection").unwrap();
    assert_eq!(*projection, doc! { "_id": 1, "firstName": 1, "type": 1, "größe": 1, "déjàVu": 1 });
}

/// Id lists and keys of relations have stored names too.
#[derive(Debug, Clone, Model)]
#[chakra(table = "shelf", rename_all = "PascalCase")]
pub struct Shelf {
    #[chakra(primary_key)]
    pub id: Id<Shelf>,
    pub label: String,
    pub tool_ids: Vec<Id<Tool>>,
    #[chakra(relation = ManyToMany, ids = tool_ids, inverse_ids = shelf_ids)]
    pub tools: Related<Vec<Tool>>,
    #[chakra(relation = OneToMany, foreign_key = home_id)]
    pub kept: Related<Vec<Tool>>,
}

#[derive(Debug, Clone, Model)]
pub struct Tool {
    #[chakra(id)]
    pub id: Id<Tool>,
    #[chakra(name = "regale")]
    pub shelf_ids: Vec<Id<Shelf>>,
    #[chakra(relation = ManyToMany, ids = shelf_ids, inverse_ids = tool_ids)]
    pub shelves: Related<Vec<Shelf>>,
    #[chakra(name = "heim")]
    pub home_id: Option<Id<Shelf>>,
    #[chakra(relation = ManyToOne, foreign_key = home_id)]
    pub home: Related<Option<Shelf>>,
}

#[tokio::test]
async fn keys_and_id_lists_use_them() {
    let fixture = Fixture::new(|builder| builder.model::<Shelf>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let draft = Shelf::draft().label("a").tools(create([Tool::draft()])).kept(create([Tool::draft()]));
    let shelf = db.create(draft).await.unwrap();
    let tools = fixture.stored("tools").await;
    let id = |tool: &Document| tool.get_object_id("_id").unwrap();
    let (listed, kept) = if tools[0].contains_key("heim") { (&tools[1], &tools[0]) } else { (&tools[0], &tools[1]) };
    assert_eq!(*listed, doc! { "_id": id(listed), "regale": [shelf.id] });
    assert_eq!(*kept, doc! { "_id": id(kept), "regale": [], "heim": shelf.id });
    assert_eq!(fixture.stored("shelf").await, [doc! { "_id": shelf.id, "Label": "a", "ToolIds": [id(listed)] }]);

    let read = db.get(shelf.id).include(Shelf::tools).include(Shelf::kept).await.unwrap();
    let ids = |tools: &Related<Vec<Tool>>| tools.get().unwrap().iter().map(|tool| tool.id.object_id()).collect::<Vec<_>>();
    assert_eq!((ids(&read.tools), ids(&read.kept)), (vec![id(listed)], vec![id(kept)]));
    let tool = db.get(Id::<Tool>::from(id(kept))).include(Tool::home).await.unwrap();
    assert_eq!(tool.home.get().unwrap().as_ref().unwrap().label, "a");
    assert_eq!(db.count(Tool::shelf_ids.has(shelf.id) & Tool::home_id.is_none()).await.unwrap(), 1);

    let names = async |collection: &str| {
        let mut names = fixture.raw.collection::<Document>(collection).list_index_names().await.unwrap();
        names.sort();
        names
    };
    assert_eq!(names("tools").await, ["_id_", "heim_1", "regale_1"]);
    assert_eq!(names("shelf").await, ["ToolIds_1", "_id_"]);
}

/// Without an attribute the collection is the plural of the model's name in snake case.
#[tokio::test]
async fn a_collection_without_a_name_has_a_plural() {
    #[derive(Debug, Clone, Model)]
    struct HTTPQuery {
        #[chakra(id)]
        id: i64,
    }
    let fixture = Fixture::new(|builder| builder.model::<HTTPQuery>()).await;
    fixture.db.create(HTTPQuery::draft().id(1)).await.unwrap();
    assert_eq!(fixture.raw.list_collection_names().await.unwrap(), ["http_queries"]);
}

/// Fields that are named as a function that the model has, or as each other's path.
#[derive(Debug, Clone, PartialEq, Model)]
pub struct Report {
    #[chakra(id)]
    pub id: i64,
    #[chakra(path = draft_text)]
    pub draft: String,
    #[chakra(path = "all_of_it", default = 0)]
    pub all: i64,
    #[chakra(path = label_path, name = "etikett")]
    pub label: i64,
    pub limit: Range,
}

#[derive(Debug, Clone, PartialEq, Composite)]
pub struct Range {
    #[chakra(path = is_open)]
    pub is: bool,
    #[chakra(path = first)]
    pub from: Option<i32>,
}

impl Report {
    /// A method of the user's own, with the name of a field.
    pub fn label(&self) -> i64 {
        self.label
    }
}

/// All paths in a type of their own, so that no name of a field is taken on the model.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(paths = MemoPaths, unique(title, draft))]
pub struct Memo {
    #[chakra(id)]
    pub id: i64,
    pub title: String,
    pub draft: i64,
    pub all: Option<String>,
}

impl Memo {
    /// Methods of the user's own, with the names of fields.
    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn id(&self) -> i64 {
        self.id
    }
}

#[tokio::test]
async fn a_path_may_have_another_name_than_its_field() {
    let fixture = Fixture::new(|builder| builder.model::<Report>()).await;
    let db = &fixture.db;
    let limit = Range { is: true, from: Some(3) };
    let report = db.create(Report::draft().id(1).draft("text").label(4).limit(limit)).await.unwrap();
    assert_eq!((report.label(), report.all), (4, 0));
    let stored = doc! { "_id": 1_i64, "draft": "text", "all": 0_i64, "etikett": 4_i64, "limit": { "is": true, "from": 3 } };
    assert_eq!(fixture.stored("reports").await, [stored]);
    let filter = Report::draft_text.eq("text") & Report::all_of_it.lt(1) & Report::label_path.gt(3);
    assert_eq!(db.find_many(filter & Report::limit.is_open().eq(true) & Report::limit.first().gte(3)).await.unwrap(), [report]);
    let updated = db.update(Report::id.eq(1)).inc(Report::label_path, 1).set(Report::limit.first(), None).await.unwrap();
    assert_eq!((updated.label, updated.limit.from), (5, None));
    assert_eq!(db.count(Report::limit.is(Range::is_open.eq(true) & Range::first.is_none())).await.unwrap(), 1);
}

#[tokio::test]
async fn paths_may_stand_in_a_type_of_their_own() {
    let fixture = Fixture::new(|builder| builder.model::<Memo>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    let memo = db.create(Memo::draft().id(1).title("a").draft(2).all("x")).await.unwrap();
    assert_eq!((memo.title(), memo.id()), ("a", 1));
    assert_eq!(db.get(MemoPaths::id.eq(1)).await.unwrap(), memo);
    assert_eq!(db.find_unique(MemoPaths::title_draft.eq(("a", 2))).await.unwrap(), Some(memo));
    let updated = db.update(MemoPaths::id.eq(1)).inc(MemoPaths::draft, 1).set(MemoPaths::all, None).await.unwrap();
    assert_eq!((updated.draft, updated.all), (3, None));
    assert_eq!(db.find_many(Memo::all()).order_by(MemoPaths::title.asc()).await.unwrap().len(), 1);
}

/// The same names by the words of the older Chakra, as strings and as identifiers.
#[tokio::test]
async fn words_may_be_strings() {
    #[derive(Debug, Clone, Model)]
    #[chakra(table = "w", index("text", "part.size" = desc, map = "ix"))]
    struct Word {
        #[chakra(primary_key)]
        id: i64,
        #[chakra(map = "t")]
        text: String,
        part: Part,
    }
    #[derive(Debug, Clone, Composite)]
    struct Part {
        #[chakra(map = "s")]
        size: i32,
    }
    let fixture = Fixture::new(|builder| builder.model::<Word>()).await;
    fixture.db.sync().await.unwrap();
    fixture.db.create(Word::draft().id(1).text("a").part(Part { size: 1 })).await.unwrap();
    assert_eq!(fixture.stored("w").await, [doc! { "_id": 1_i64, "t": "a", "part": { "s": 1 } }]);
    let indexes: Vec<_> = fixture.raw.collection::<Document>("w").list_indexes().await.unwrap().try_collect().await.unwrap();
    assert_eq!((indexes.len(), &indexes[1].keys), (2, &doc! { "t": 1, "part.s": -1 }));
    assert_eq!(indexes[1].options.as_ref().unwrap().name.as_deref(), Some("ix"));
}
