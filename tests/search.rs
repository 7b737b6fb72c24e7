//! Text search: what a model's text index finds and in which order, what is refused before anything is sent, and how the index is made.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{
    Error, SyncStep,
    prelude::*,
    query::{SearchOptions, Sort},
};
use serde_json::json;

#[derive(Debug, Clone, PartialEq, Composite)]
struct Place {
    #[chakra(name = "town")]
    city: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(text(title, body, tags, place.city, weights(title = 10)))]
struct Article {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "t")]
    title: String,
    body: Option<String>,
    tags: Vec<String>,
    place: Option<Place>,
    #[chakra(index)]
    shelf: i32,
    likes: i32,
}

impl Article {
    fn new(id: i64, title: &str, shelf: i32, likes: i32) -> Self {
        Self { id, title: title.into(), body: None, tags: vec![], place: None, shelf, likes }
    }
}

async fn fixture() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Article>()).await;
    fixture.db.sync().await.unwrap();
    let articles = [
        Article { body: Some("How to brew it".into()), ..Article::new(1, "Coffee at home", 1, 5) },
        Article {
            body: Some("Not coffee at all, but a shop for leaves".into()),
            tags: vec!["drinks".into()],
            ..Article::new(2, "Tea", 1, 50)
        },
        Article { place: Some(Place { city: "Rome".into() }), ..Article::new(3, "Café corner", 2, 1) },
        Article { tags: vec!["coffee shop".into()], ..Article::new(4, "Water", 3, 7) },
    ];
    fixture.db.insert_many(&articles).await.unwrap();
    fixture.commands();
    fixture
}

fn search(text: &str) -> Filter<Article> {
    Filter::search(text)
}

/// The ids of what is found, the least first.
async fn found(fixture: &Fixture, filter: Filter<Article>) -> Vec<i64> {
    let found = fixture.db.find_many(filter).order_by(Article::id.asc()).await.unwrap();
    found.iter().map(|article| article.id).collect()
}

async fn indexes(fixture: &Fixture, collection: &str) -> Vec<Document> {
    let reply = fixture.raw.run_command(doc! { "listIndexes": collection }).await.unwrap();
    let listed = reply.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    listed.iter().map(|index| index.as_document().unwrap().clone()).collect()
}

#[tokio::test]
async fn a_search_finds_words_in_all_fields_of_the_index() {
    let fixture = fixture().await;
    for (text, expected) in [
        ("coffee", &[1_i64, 2, 4][..]),
        ("COFFEE", &[1, 2, 4]),
        ("rome", &[3]),
        ("brewing", &[1]),
        ("shop leaves", &[2, 4]),
        ("coffee -shop", &[1]),
        ("\"coffee shop\"", &[4]),
        ("cafe", &[3]),
        ("CAFÉ", &[3]),
        ("nothing", &[]),
        ("-coffee", &[]),
        ("the", &[]),
        ("", &[]),
    ] {
        assert_eq!(found(&fixture, search(text)).await, expected, "{text}");
    }
}

#[tokio::test]
async fn options_tell_letters_and_languages_apart() {
    let fixture = fixture().await;
    let options = SearchOptions::new;
    for (text, options, expected) in [
        ("coffee", options(), &[1_i64, 2, 4][..]),
        ("coffee", options().case_sensitive(), &[2, 4]),
        ("Coffee", options().case_sensitive(), &[1]),
        ("cafe", options().diacritic_sensitive(), &[]),
        ("CAFÉ", options().diacritic_sensitive(), &[3]),
        ("CAFÉ", options().diacritic_sensitive().case_sensitive(), &[]),
        ("brewing", options().language("en"), &[1]),
        ("brewing", options().language("none"), &[]),
    ] {
        let filter = Filter::search_with(text, options.clone());
        assert_eq!(found(&fixture, filter).await, expected, "{text} {options:?}");
    }
    // Which languages there are is the server's to say.
    let unknown = fixture.db.find_many(Filter::<Article>::search_with("x", options().language("klingon"))).await.unwrap_err();
    assert!(matches!(unknown, Error::Driver(_)), "{unknown:?}");
}

#[tokio::test]
async fn a_search_is_a_filter_among_others() {
    let fixture = fixture().await;
    let db = &fixture.db;
    assert_eq!(found(&fixture, search("coffee") & Article::likes.gt(6)).await, [2, 4]);
    assert_eq!(found(&fixture, Article::likes.gt(6) & !Article::shelf.eq(3) & search("coffee")).await, [2]);
    assert_eq!(found(&fixture, (Article::id.eq(4) & search("coffee")).into()).await, [4]);
    assert_eq!(found(&fixture, search("brew") | Article::shelf.eq(2)).await, [1, 3], "`shelf` has an index");
    assert_eq!(found(&fixture, Filter::any_of([search("brew"), Article::id.eq(2).into()])).await, [1, 2]);
    assert_eq!(found(&fixture, search("coffee") & Article::shelf.in_(Vec::<i32>::new())).await, Vec::<i64>::new());
    assert_eq!(found(&fixture, !(!search("coffee"))).await, [1, 2, 4]);
    let unindexed = db.find_many(search("brew") | Article::likes.eq(1)).await.unwrap_err();
    assert!(matches!(unindexed, Error::Driver(_)), "the server needs an index for each side: {unindexed:?}");

    assert_eq!(db.count(search("coffee")).await.unwrap(), 3);
    let updated = db.update_many(search("coffee")).inc(Article::likes, 1).await.unwrap();
    assert_eq!((updated.matched, updated.refused), (3, 0));
    assert_eq!(db.delete_many(search("leaves")).await.unwrap(), 1);
    assert_eq!(found(&fixture, search("coffee")).await, [1, 4]);
}

#[tokio::test]
async fn the_best_answers_come_first_where_that_is_asked_for() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let ids = |articles: Vec<Article>| articles.iter().map(|article| article.id).collect::<Vec<_>>();
    let best = db.find_many(search("coffee")).order_by(Sort::relevance()).await.unwrap();
    assert_eq!(ids(best), [1, 4, 2], "the title weighs ten times as much, and a short text more than a long one");
    let first = db.find_first(search("coffee")).order_by((Sort::<Article>::relevance(), Article::id.desc())).await.unwrap();
    assert_eq!(first.unwrap().id, 1);
    let two = db.find_many(search("coffee") | Article::shelf.eq(2)).order_by((Sort::relevance(), Article::id.asc())).take(2).await.unwrap();
    assert_eq!(ids(two), [1, 4]);
    let by_id = db.find_many(search("coffee")).order_by((Article::id.desc(), Sort::relevance())).await.unwrap();
    assert_eq!(ids(by_id), [4, 2, 1]);
    let none = search("coffee") & Article::shelf.in_(Vec::<i32>::new());
    assert_eq!(ids(db.find_many(none).order_by(Sort::relevance()).await.unwrap()), Vec::<i64>::new());
}

#[tokio::test]
async fn what_the_server_does_not_take_is_refused_before_anything_is_sent() {
    let fixture = fixture().await;
    let negated = "this `Article` is not valid: it must have a search outside of `!` and `none_of`, which the server cannot answer: leave \
                   words out in the search itself, as in `coffee -shop`";
    let second = "this `Article` is not valid: it must have one search at most: the server takes no second one in a filter";
    for (filter, expected) in [
        (!search("secret"), negated),
        (!(Article::likes.gt(1) & search("secret")), negated),
        (!(Article::likes.in_(Vec::<i32>::new()) & search("secret")), negated),
        (Filter::none_of([search("secret"), Article::likes.gt(1)]), negated),
        (search("secret") & search("other"), second),
        (search("secret") | (Article::likes.gt(1) & search("other")), second),
    ] {
        let errors = [
            fixture.db.find_many(filter.clone()).await.unwrap_err(),
            fixture.db.count(filter.clone()).await.unwrap_err(),
            fixture.db.delete_many(filter).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.to_string(), expected);
        }
    }
    let unsearched = fixture.db.find_many(Article::likes.gt(1)).order_by(Sort::relevance()).await.unwrap_err();
    assert_eq!(unsearched.to_string(), "this `Article` is not valid: it must have a search in the filter to be ordered by relevance");
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[test]
fn a_search_is_not_asked_in_memory_and_not_shown() {
    let filter = Article::likes.gt(1) & search("secret");
    let error = filter.matches(&Article::new(1, "secret", 1, 1)).unwrap_err();
    assert!(matches!(error, Error::NotInMemory { operator: "search" }), "{error:?}");
    assert_eq!(format!("{filter:?}"), "Filter(and(likes Gt _, search _))");
    assert_eq!(format!("{:?}", Sort::<Article>::relevance()), "Sort(relevance)");
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "shelves")]
struct Shelf {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = shelf_id)]
    books: Related<Vec<Book>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "books", text(title))]
struct Book {
    #[chakra(id)]
    id: i64,
    title: String,
    shelf_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = shelf_id)]
    shelf: Related<Shelf>,
}

#[tokio::test]
async fn related_documents_are_searched_too() {
    let fixture = Fixture::new(|builder| builder.model::<Shelf>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    db.insert_many(&[1, 2].map(|id| Shelf { id, books: Related::default() })).await.unwrap();
    let books = [(1, "Coffee and cake and more", 1), (2, "Coffee", 1), (3, "Tea", 2), (4, "More coffee", 2)];
    let books = books.map(|(id, title, shelf_id)| Book { id, title: title.into(), shelf_id, shelf: Related::default() });
    db.insert_many(&books).await.unwrap();
    let found = || Shelf::books.filter(Filter::<Book>::search("coffee")).order_by(Sort::relevance());
    for (include, expected) in [(found(), &[&[2_i64, 1][..], &[4]]), (found().take(1), &[&[2], &[4]]), (found().skip(1), &[&[1], &[]])] {
        let shelves = db.find_many(Shelf::all()).order_by(Shelf::id.asc()).include(include).await.unwrap();
        let ids: Vec<Vec<i64>> = shelves.iter().map(|shelf| shelf.books.get().unwrap().iter().map(|book| book.id).collect()).collect();
        assert_eq!(ids, expected);
    }
}

/// One collection, several shapes, and words taken as they are written.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "notes", tag = "kind", text(text, letter.subject, language = "none", map = "words"))]
enum Note {
    Letter {
        #[chakra(id)]
        id: i64,
        text: String,
        subject: String,
    },
    Memo {
        #[chakra(id)]
        id: i64,
        text: String,
    },
}

#[tokio::test]
async fn a_model_of_several_shapes_is_searched_as_one() {
    let fixture = Fixture::new(|builder| builder.model::<Note>()).await;
    let db = &fixture.db;
    db.sync().await.unwrap();
    assert!(db.sync().await.unwrap().is_empty());
    let letter = db.create(Note::draft_letter().id(1).text("see below").subject("Brewing coffee")).await.unwrap();
    let memo = db.create(Note::draft_memo().id(2).text("buy coffee")).await.unwrap();
    let found = async |text: &str| db.find_many(Filter::<Note>::search(text)).order_by(Note::id.asc()).await.unwrap();
    assert_eq!(found("coffee").await, [letter.clone(), memo]);
    assert_eq!(found("brewing").await, [letter]);
    assert_eq!(found("brew").await, Vec::<Note>::new());
}

#[tokio::test]
async fn the_index_is_made_as_it_is_declared_and_again_nothing() {
    let fixture = Fixture::new(|builder| builder.model::<Article>()).await;
    fixture.db.sync().await.unwrap();
    let before = indexes(&fixture, "articles").await;
    let text = before.iter().find(|index| index.get_document("key").unwrap().contains_key("_fts"));
    assert_eq!(
        *text.unwrap(),
        doc! {
            "v": 2, "key": { "_fts": "text", "_ftsx": 1 }, "name": "t_text_body_text_tags_text_place.town_text",
            "weights": { "body": 1, "place.town": 1, "t": 10, "tags": 1 }, "default_language": "english",
            "language_override": "language", "textIndexVersion": 3,
        }
    );
    assert!(fixture.db.sync().plan().await.unwrap().steps.is_empty());
    assert!(fixture.db.sync().await.unwrap().steps.is_empty());
    assert_eq!(indexes(&fixture, "articles").await, before);
}

#[tokio::test]
async fn another_text_index_is_told_and_left_alone() {
    let fixture = Fixture::new(|builder| builder.model::<Article>()).await;
    let by_hand = doc! { "key": { "body": "text" }, "name": "by hand", "default_language": "french" };
    fixture.raw.run_command(doc! { "createIndexes": "articles", "indexes": [by_hand] }).await.unwrap();
    let plan = fixture.db.sync().await.unwrap();
    let expected = [
        "create the index `shelf_1` on `articles`: { \"shelf\": 1 }",
        "the index `by hand` on `articles` differs; it needs a rebuild and is left untouched: `weights` expected { \"t\": 10, \"body\": 1, \
         \"tags\": 1, \"place.town\": 1 }, found { \"body\": 1 }, `default_language` expected \"english\", found \"french\"",
    ];
    assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), expected);
    let again = fixture.db.sync().await.unwrap();
    assert!(matches!(&again.steps[..], [SyncStep::Differs { index, .. }] if index == "by hand"), "{again}");
    assert_eq!(indexes(&fixture, "articles").await.len(), 3);
}

#[tokio::test]
async fn a_collection_with_a_collation_gets_its_text_index_too() {
    let fixture = Fixture::new(|builder| builder.model::<Book>()).await;
    fixture.raw.run_command(doc! { "create": "books", "collation": { "locale": "de" } }).await.unwrap();
    fixture.db.sync().await.unwrap();
    assert!(fixture.db.sync().await.unwrap().is_empty());
    assert_eq!(fixture.db.find_many(Filter::<Book>::search("coffee")).await.unwrap().len(), 0);
}

#[test]
fn a_text_index_is_part_of_the_schema() {
    let listing = |text: String| text.lines().filter(|line| line.contains("index ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        listing(Article::schema().to_string()),
        ["  index shelf_1: shelf", "  text index t_text_body_text_tags_text_place.town_text: t (weight 10), body, tags, place.town"]
    );
    assert_eq!(listing(Note::schema().to_string()), ["  text index words: text, subject, language = \"none\""]);
    let article = serde_json::to_value(Article::schema()).unwrap();
    let expected = json!({
        "name": "t_text_body_text_tags_text_place.town_text",
        "keys": [
            { "path": "t", "weight": 10 }, { "path": "body", "weight": 1 }, { "path": "tags", "weight": 1 },
            { "path": "place.town", "weight": 1 },
        ],
        "text": true,
    });
    assert_eq!(article["indexes"][1], expected);
    let note = serde_json::to_value(Note::schema()).unwrap();
    let expected = json!([{
        "name": "words",
        "keys": [{ "path": "text", "weight": 1 }, { "path": "subject", "weight": 1, "only": { "kind": "Letter" } }],
        "text": true,
        "language": "none",
    }]);
    assert_eq!(note["indexes"], expected);
}
