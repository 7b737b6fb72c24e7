//! What comes of the documents, and in which order: the manual's pages on projections and cursors, and Prisma's on pagination and distinct.

use super::{
    inventory::{Stock, inventory, items},
    sends,
};
use crate::support::Sent;
use chakra::prelude::*;

/// What a label shows, borrowed from the reply.
#[derive(Debug, Clone, PartialEq, View)]
struct Label<'a> {
    item: &'a str,
    status: &'a str,
}

/// MongoDB manual, Project Fields to Return from Query: two fields and no `_id`.
#[tokio::test]
async fn some_fields_are_selected() {
    let sent = inventory().await;
    let found: Vec<(String, i32)> =
        sent.db.find_many(Stock::status.eq("D")).order_by(Stock::item.asc()).select((Stock::item, Stock::qty)).await.unwrap();
    assert_eq!(found, [("chair".to_owned(), 80), ("shelf".to_owned(), 0)]);
    sends!(sent.projection: { "item": 1, "qty": 1, "_id": 0 });
}

/// MongoDB manual, Project Fields to Return from Query: the same as a struct, which copies nothing.
#[tokio::test]
async fn some_fields_are_viewed() {
    let sent = inventory().await;
    let rows = sent.db.find_many(Stock::qty.gt(50)).order_by(Stock::qty.asc()).view::<Label>().await.unwrap();
    let labels: Vec<Label> = rows.iter().map(|row| row.unwrap()).collect();
    assert_eq!(labels, [Label { item: "chair", status: "D" }, Label { item: "poster", status: "A" }]);
    sends!(sent.projection: { "item": 1, "status": 1, "_id": 0 });
}

/// MongoDB manual, Project Fields to Return from Query: fields of a nested document and of those in a list.
#[tokio::test]
async fn nested_fields_are_selected() {
    let sent = inventory().await;
    let found = sent.db.get(Stock::id.eq(3)).select((Stock::item, Stock::size.uom(), Stock::instock.qty())).await.unwrap();
    assert_eq!(found, ("chair".to_owned(), "cm".to_owned(), vec![60, 20]));
    sends!(sent.projection: { "item": 1, "size.uom": 1, "instock.qty": 1, "_id": 0 });
}

/// MongoDB manual, `cursor.sort()`, `skip()` and `limit()`: a part of an ordered read.
#[tokio::test]
async fn an_ordered_read_is_cut() {
    let sent = inventory().await;
    let read = sent.db.find_many(Stock::all()).order_by((Stock::status.asc(), Stock::qty.desc()));
    assert_eq!(read.skip(1).take(3).select(Stock::item).await.unwrap(), ["lamp", "desk", "chair"]);
    sends!(sent.sort: { "status": 1, "qty": -1 });
    sends!(sent.skip: 1);
    sends!(sent.limit: 3);
}

/// MongoDB manual, `distinct`: each status once. A group says so in batches, where the command of that name ends at 16 MiB.
#[tokio::test]
async fn each_value_of_a_field_once() {
    let sent = inventory().await;
    let states: Vec<String> = sent.db.distinct(Stock::status, Stock::qty.gt(0)).await.unwrap();
    assert_eq!(states, ["A", "D", "P"]);
    sends!(sent.pipeline: [{ "$match": { "qty": { "$gt": 0 } } }, { "$group": { "_id": "$status" } }, { "$sort": { "_id": 1 } }]);
}

/// Prisma, Aggregation, Grouping, and Summarizing, select distinct: the combinations that two fields have.
#[tokio::test]
async fn each_combination_of_two_fields_once() {
    let sent = inventory().await;
    let found = sent.db.distinct((Stock::status, Stock::size.uom()), Stock::all()).await.unwrap();
    let found: Vec<(&str, &str)> = found.iter().map(|(status, uom)| (status.as_str(), uom.as_str())).collect();
    assert_eq!(found, [("A", "cm"), ("A", "in"), ("D", "cm"), ("D", "in"), ("P", "cm")]);
    sends!(sent.pipeline: [{ "$group": { "_id": { "k0": "$status", "k1": "$size.uom" } } }, { "$sort": { "_id": 1 } }]);
}

/// Prisma, `findMany` with `distinct`: of each status the document that comes first in the order.
#[tokio::test]
async fn the_first_document_of_each_status() {
    let sent = inventory().await;
    let most = sent.db.find_many(Stock::all()).order_by(Stock::qty.desc()).distinct_by(Stock::status);
    assert_eq!(most.await.unwrap().iter().map(|stock| stock.item.as_str()).collect::<Vec<_>>(), ["poster", "chair", "rug"]);
    sends!(sent.pipeline: [
        { "$sort": { "qty": -1, "_id": -1 } },
        { "$group": { "_id": "$status", "first": { "$first": "$$ROOT" } } },
        { "$sort": { "first.qty": -1, "first._id": -1 } },
        { "$replaceRoot": { "newRoot": "$first" } }
    ]);
}

/// MongoDB manual, `countDocuments()`: how many match.
#[tokio::test]
async fn documents_are_counted() {
    let sent = inventory().await;
    assert_eq!(sent.db.count(Stock::qty.lt(20)).await.unwrap(), 3);
    sends!(sent.pipeline: [{ "$match": { "qty": { "$lt": 20 } } }, { "$group": { "_id": 1, "n": { "$sum": 1 } } }]);
}

/// Prisma, CRUD: whether there is one at all, which needs no more of it than its id.
#[tokio::test]
async fn whether_one_is_there() {
    let sent = inventory().await;
    assert!(sent.db.exists(Stock::tags.has("wall")).await.unwrap());
    sends!(sent.filter: { "tags": "wall" });
    sends!(sent.projection: { "_id": 1 });
    sends!(sent.limit: 1);
    assert!(!sent.db.exists(Stock::tags.has("glass")).await.unwrap());
}

/// MongoDB manual, `cursor.skip()`, using range queries: the next page begins behind the last document of this one, and costs no more than
/// the first.
#[tokio::test]
async fn a_page_behind_another() {
    let sent = inventory().await;
    let goods = || sent.db.find_many(Stock::all()).order_by(Stock::qty.desc());
    let first = goods().page(2).await.unwrap();
    assert_eq!(items(&first.items), ["chair", "poster"]);
    let second = goods().page(2).after(first.next()).await.unwrap();
    assert_eq!(items(&second.items), ["lamp", "rug"]);
    sends!(sent.filter: { "$or": [{ "qty": { "$lt": 80 } }, { "qty": { "$eq": 80 }, "_id": { "$lt": 3 } }] });
    sends!(sent.sort: { "qty": -1, "_id": -1 });
    sends!(sent.limit: 3);
}

/// Prisma, Pagination, cursor-based: the two documents before a known one, by a negative `take` that leaves that one out.
#[tokio::test]
async fn the_documents_before_a_known_one() {
    let sent = inventory().await;
    let before = sent.db.find_many(Stock::all()).order_by(Stock::id.asc()).cursor(Stock::id.eq(5)).skip(1).take(-2).await.unwrap();
    assert_eq!(before.iter().map(|stock| stock.id).collect::<Vec<_>>(), [3, 4]);
    sends!(sent.filter: { "_id": { "$lte": 5 } });
    sends!(sent.sort: { "_id": -1 });
    sends!(sent.skip: 1);
    sends!(sent.limit: 2);
}

/// A student in a course, once.
#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(unique(student, course))]
struct Enrollment {
    #[chakra(id)]
    id: i64,
    student: String,
    course: String,
    grade: Option<i32>,
}

/// Prisma, Working with Compound IDs and Unique Constraints, and Select Fields: one field of the document with a unique key of two.
#[tokio::test]
async fn a_document_by_a_compound_key() {
    let sent = Sent::with(|builder| builder.model::<Enrollment>()).await;
    sent.db.sync().await.unwrap();
    let enrolled = |id, course: &str, grade| Enrollment { id, student: "ada".into(), course: course.into(), grade };
    sent.db.insert_many(&[enrolled(1, "algebra", Some(9)), enrolled(2, "optics", None)]).await.unwrap();
    let grade = sent.db.find_unique(Enrollment::student_course.eq(("ada", "algebra"))).select(Enrollment::grade).await.unwrap();
    assert_eq!(grade, Some(Some(9)));
    sends!(sent.filter: { "student": "ada", "course": "algebra" });
    sends!(sent.projection: { "grade": 1, "_id": 0 });
    sends!(sent.limit: 1);
}
