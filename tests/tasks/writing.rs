//! Writes: the manual's pages on update operators, over students and their quizzes, and on inserts, upserts and bulk writes, over products;
//! and what keeps two writers from each other.

use super::sends;
use crate::support::Sent;
use chakra::{
    Error,
    action::{BulkReport, Created, Updated},
    prelude::*,
};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Home {
    street: String,
    city: String,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Quiz {
    week: i32,
    score: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[chakra(collection = "students")]
struct Student {
    #[chakra(id)]
    id: i64,
    major: Option<String>,
    credits: i32,
    low: i32,
    high: i32,
    home: Home,
    grades: Vec<i32>,
    clubs: Vec<String>,
    quizzes: Vec<Quiz>,
    seen: Option<DateTime<Utc>>,
}

/// Two students, of whom the first has no major.
async fn students() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Student>()).await;
    let quiz = |week, score| Quiz { week, score };
    let ada = Student {
        id: 1,
        major: None,
        credits: 30,
        low: 61,
        high: 93,
        home: Home { street: "Mill Lane 4".into(), city: "Leeds".into() },
        grades: vec![61, 93, 78],
        clubs: vec!["chess".into()],
        quizzes: vec![quiz(1, 40), quiz(2, 75)],
        seen: None,
    };
    let bob = Student {
        id: 2,
        major: Some("history".into()),
        credits: 90,
        grades: vec![70, 88, 70],
        clubs: vec!["chess".into(), "film".into()],
        quizzes: vec![quiz(1, 90)],
        ..ada.clone()
    };
    sent.db.insert_many(&[ada, bob]).await.unwrap();
    sent.commands();
    sent
}

/// MongoDB manual, `$set`: a field, and one of a nested document; what comes back is the document as it is now.
#[tokio::test]
async fn fields_are_set() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).set(Student::major, "physics").set(Student::home.city(), "York").await.unwrap();
    assert_eq!((ada.major.as_deref(), ada.home), (Some("physics"), Home { street: "Mill Lane 4".into(), city: "York".into() }));
    sends!(sent.query: { "_id": 1 });
    sends!(sent.update: { "$set": { "major": "physics", "home.city": "York" } });
    sends!(sent.new: true);
}

/// MongoDB manual, `findOneAndUpdate()`: the document as it was before.
#[tokio::test]
async fn the_document_before_an_update() {
    let sent = students().await;
    let before = sent.db.update(Student::id.eq(1)).set(Student::credits, 45).returning(Old).await.unwrap();
    assert_eq!((before.credits, sent.db.get(Student::id.eq(1)).await.unwrap().credits), (30, 45));
    let [update, _] = sent.each();
    sends!(update.update: { "$set": { "credits": 45 } });
    sends!(update.new: null);
}

/// MongoDB manual, `$min` and `$max`: the lowest and the highest score so far.
#[tokio::test]
async fn the_least_and_the_greatest_are_kept() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).min(Student::low, 50).max(Student::high, 90).await.unwrap();
    assert_eq!((ada.low, ada.high), (50, 93));
    sends!(sent.query: { "_id": 1 });
    sends!(sent.update: { "$min": { "low": 50 }, "$max": { "high": 90 } });
}

/// MongoDB manual, `$push` and `$each`: one item, and several.
#[tokio::test]
async fn items_are_appended() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).push_all(Student::grades, [85, 90]).push(Student::quizzes, Quiz { week: 3, score: 66 });
    let ada = ada.await.unwrap();
    assert_eq!((ada.grades, ada.quizzes.last()), (vec![61, 93, 78, 85, 90], Some(&Quiz { week: 3, score: 66 })));
    sends!(sent.update: { "$push": { "grades": { "$each": [85, 90] }, "quizzes": { "week": 3, "score": 66 } } });
}

/// MongoDB manual, `$addToSet`: items that the list may have already.
#[tokio::test]
async fn items_are_appended_where_they_are_new() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).add_all_to_set(Student::clubs, ["chess", "rowing"]).await.unwrap();
    assert_eq!(ada.clubs, ["chess", "rowing"]);
    sends!(sent.update: { "$addToSet": { "clubs": { "$each": ["chess", "rowing"] } } });
}

/// MongoDB manual, `$pull` and `$pullAll`: every item with a value, or with one of several.
#[tokio::test]
async fn items_are_taken_out_by_value() {
    let sent = students().await;
    let bob = sent.db.update(Student::id.eq(2)).pull(Student::grades, 70).pull_all(Student::clubs, ["film", "golf"]).await.unwrap();
    assert_eq!((bob.grades, bob.clubs), (vec![88], vec!["chess".to_owned()]));
    sends!(sent.update: { "$pull": { "grades": 70 }, "$pullAll": { "clubs": ["film", "golf"] } });
}

/// MongoDB manual, `$pull`, items that match a condition: the nested documents below a score.
#[tokio::test]
async fn nested_documents_are_taken_out_by_a_condition() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).pull_where(Student::quizzes, Quiz::score.lt(50)).await.unwrap();
    assert_eq!(ada.quizzes, [Quiz { week: 2, score: 75 }]);
    sends!(sent.update: { "$pull": { "quizzes": { "score": { "$lt": 50 } } } });
}

/// MongoDB manual, `$pop`: the last item of one list and the first of another.
#[tokio::test]
async fn items_are_taken_off_the_ends() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).pop(Student::grades).pop_first(Student::quizzes).await.unwrap();
    assert_eq!((ada.grades, ada.quizzes), (vec![61, 93], vec![Quiz { week: 2, score: 75 }]));
    sends!(sent.update: { "$pop": { "grades": 1, "quizzes": -1 } });
}

/// MongoDB manual, the filtered positional operator `$[<identifier>]`: those nested documents that match a condition.
#[tokio::test]
async fn matching_nested_documents_are_changed() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).update_where(Student::quizzes, Quiz::score.lt(50), |quiz| quiz.set(Quiz::score, 50));
    assert_eq!(ada.await.unwrap().quizzes, [Quiz { week: 1, score: 50 }, Quiz { week: 2, score: 75 }]);
    sends!(sent.update: { "$set": { "quizzes.$[e0].score": 50 } });
    sends!(sent.arrayFilters: [{ "e0.score": { "$lt": 50 } }]);
}

/// MongoDB manual, the all positional operator `$[]`: every nested document.
#[tokio::test]
async fn all_nested_documents_are_changed() {
    let sent = students().await;
    let ada = sent.db.update(Student::id.eq(1)).update_where(Student::quizzes, Filter::all(), |quiz| quiz.inc(Quiz::score, 5));
    assert_eq!(ada.await.unwrap().quizzes, [Quiz { week: 1, score: 45 }, Quiz { week: 2, score: 80 }]);
    sends!(sent.update: { "$inc": { "quizzes.$[].score": 5 } });
    sends!(sent.arrayFilters: null);
}

/// MongoDB manual, `$unset` and `$currentDate`: a field that goes, and one that notes the server's time.
#[tokio::test]
async fn a_field_is_taken_out_and_the_time_noted() {
    let sent = students().await;
    let bob = sent.db.update(Student::id.eq(2)).unset(Student::major).current_date(Student::seen).await.unwrap();
    assert!(bob.major.is_none() && bob.seen.is_some());
    sends!(sent.query: { "_id": 2 });
    sends!(sent.update: { "$unset": { "major": "" }, "$currentDate": { "seen": { "$type": "date" } } });
}

/// MongoDB manual, `updateMany()`: all documents that match.
#[tokio::test]
async fn many_documents_are_updated() {
    let sent = students().await;
    let updated = sent.db.update_many(Student::credits.lt(60)).set(Student::major, "undecided").await.unwrap();
    assert_eq!(updated, Updated { matched: 1, modified: 1, refused: 0 });
    sends!(sent.updates: [{ "q": { "credits": { "$lt": 60 } }, "u": { "$set": { "major": "undecided" } }, "multi": true }]);
}

/// MongoDB manual, `deleteMany()`: all documents that match.
#[tokio::test]
async fn many_documents_are_deleted() {
    let sent = students().await;
    assert_eq!(sent.db.delete_many(Student::credits.lt(60)).await.unwrap(), 1);
    sends!(sent.deletes: [{ "q": { "credits": { "$lt": 60 } }, "limit": 0 }]);
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Product {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    sku: String,
    price: f64,
    stock: i32,
    tags: Vec<String>,
}

/// Pens, and ink of which little is left.
async fn products() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Product>()).await;
    sent.db.sync().await.unwrap();
    let pen = Product { id: 1, sku: "pen".into(), price: 2.0, stock: 100, tags: vec!["desk".into()] };
    let ink = Product { id: 2, sku: "ink".into(), price: 7.5, stock: 5, tags: vec![] };
    sent.db.insert_many(&[pen, ink]).await.unwrap();
    sent.commands();
    sent
}

/// MongoDB manual, Insert Documents: one document.
#[tokio::test]
async fn a_document_is_created() {
    let sent = products().await;
    let pad = sent.db.create(Product::draft().id(3).sku("pad").price(2.5).stock(40).tags(["paper", "desk"])).await.unwrap();
    assert_eq!(pad, sent.db.get(Product::id.eq(3)).await.unwrap());
    let [insert, _] = sent.each();
    sends!(insert.documents: [{ "_id": 3, "sku": "pad", "price": 2.5, "stock": 40, "tags": ["paper", "desk"] }]);
}

/// Prisma, CRUD, `createMany` with `skipDuplicates`: several documents, of which some may be there.
#[tokio::test]
async fn documents_are_created_but_for_duplicates() {
    let sent = products().await;
    let product = |id: i64, sku: &str| Product::draft().id(id).sku(sku).price(1.0).stock(1).tags(["new"]);
    let created = sent.db.create_many([product(3, "pen"), product(4, "pad")]).skip_duplicates().await.unwrap();
    assert_eq!(created, Created { created: 1, skipped: vec![0] });
    sends!(sent.ordered: false);
    sends!(sent.documents: [
        { "_id": 3, "sku": "pen", "price": 1.0, "stock": 1, "tags": ["new"] },
        { "_id": 4, "sku": "pad", "price": 1.0, "stock": 1, "tags": ["new"] }
    ]);
}

/// MongoDB manual, `$inc` and `$mul`: fewer pieces at a higher price.
#[tokio::test]
async fn numbers_are_calculated() {
    let sent = products().await;
    let pen = sent.db.update(Product::sku.eq("pen")).inc(Product::stock, -10).mul(Product::price, 1.25).await.unwrap();
    assert_eq!((pen.stock, pen.price), (90, 2.5));
    sends!(sent.update: { "$inc": { "stock": -10 }, "$mul": { "price": 1.25 } });
}

/// Prisma, CRUD, `upsert`: a document is changed or, where there is none, created; never both. The first command changes nothing where there
/// is none, and the second one changes nothing where somebody was faster.
#[tokio::test]
async fn a_document_is_created_or_changed() {
    let sent = products().await;
    let delivered = || {
        let tape = Product::draft().id(9).sku("tape").price(0.5).stock(50).tags(["glue"]);
        sent.db.upsert(Product::sku.eq("tape")).create(tape).inc(Product::stock, 20)
    };
    assert_eq!(delivered().await.unwrap().stock, 50);
    let [change, create] = sent.each();
    sends!(change.update: { "$inc": { "stock": 20 } });
    sends!(create.query: { "sku": "tape" });
    sends!(create.update: { "$setOnInsert": { "_id": 9, "sku": "tape", "price": 0.5, "stock": 50, "tags": ["glue"] } });
    sends!(create.upsert: true);

    assert_eq!(delivered().await.unwrap().stock, 70);
    let [change] = sent.each();
    sends!(change.update: { "$inc": { "stock": 20 } });
}

/// MongoDB manual, `replaceOne()`: another document in the place of one, under the same `_id`.
#[tokio::test]
async fn a_document_is_replaced() {
    let sent = products().await;
    let other = Product { id: 1, sku: "pencil".into(), price: 0.75, stock: 10, tags: vec![] };
    assert_eq!(sent.db.replace(Product::sku.eq("pen"), &other).await.unwrap(), other);
    sends!(sent.query: { "sku": "pen" });
    sends!(sent.update: [{ "$replaceWith": { "$mergeObjects": [
        { "$literal": { "_id": 1, "sku": "pencil", "price": 0.75, "stock": 10, "tags": [] } },
        { "_id": "$_id" }
    ] } }]);
}

/// MongoDB manual, `findOneAndDelete()`: the document that was deleted.
#[tokio::test]
async fn a_document_is_deleted_and_given_back() {
    let sent = products().await;
    assert_eq!(sent.db.delete(Product::sku.eq("pen")).await.unwrap().stock, 100);
    sends!(sent.query: { "sku": "pen" });
    sends!(sent.remove: true);
}

/// MongoDB manual, Bulk Write Operations: writes of all kinds, in order, in one command for those of one kind that follow each other.
#[tokio::test]
async fn writes_are_sent_together() {
    let sent = products().await;
    let report = sent
        .db
        .bulk()
        .create(Product::draft().id(3).sku("pad").price(2.5).stock(40).tags(["paper"]))
        .update(Product::sku.eq("pen"), |pen| pen.set(Product::price, 2.25))
        .update_many(Product::stock.lt(10), |product| product.set(Product::stock, 0))
        .delete(Product::sku.eq("ink"))
        .await
        .unwrap();
    assert_eq!(report, BulkReport { created: 1, matched: 2, modified: 2, deleted: 1 });
    let [insert, update, delete] = sent.each();
    sends!(insert.documents: [{ "_id": 3, "sku": "pad", "price": 2.5, "stock": 40, "tags": ["paper"] }]);
    sends!(update.updates: [
        { "q": { "sku": "pen" }, "u": { "$set": { "price": 2.25 } }, "multi": false },
        { "q": { "stock": { "$lt": 10 } }, "u": { "$set": { "stock": 0 } }, "multi": true }
    ]);
    sends!(delete.deletes: [{ "q": { "sku": "ink" }, "limit": 1 }]);
}

/// A seat in a cinema.
#[derive(Debug, Clone, PartialEq, Model)]
struct Seat {
    #[chakra(id)]
    id: i64,
    claimed_by: Option<String>,
    #[chakra(version)]
    version: i64,
}

/// Prisma, Transactions, optimistic concurrency control: of two who claim one seat one gets it, by the version in which both have read it.
#[tokio::test]
async fn a_seat_is_claimed_once() {
    let sent = Sent::with(|builder| builder.model::<Seat>()).await;
    sent.db.insert_many(&[Seat { id: 1, claimed_by: None, version: 3 }]).await.unwrap();
    let mut by_ada = sent.db.get(Seat::id.eq(1)).await.unwrap().tracked();
    let mut by_bob = sent.db.get(Seat::id.eq(1)).await.unwrap().tracked();

    by_ada.claimed_by = Some("ada".into());
    sent.db.save(&mut by_ada).await.unwrap();
    sends!(sent.query: { "_id": 1, "version": 3 });
    sends!(sent.update: { "$set": { "claimed_by": "ada", "version": 4 } });

    by_bob.claimed_by = Some("bob".into());
    let error = sent.db.save(&mut by_bob).await.unwrap_err();
    assert!(matches!(error, Error::Conflict { model: "Seat", .. }), "{error:?}");
    assert_eq!(sent.db.get(Seat::id.eq(1)).await.unwrap(), by_ada.into_inner());
}

/// An account, which is never overdrawn.
#[derive(Debug, Clone, PartialEq, Model)]
struct Account {
    #[chakra(id)]
    id: i64,
    #[chakra(min = 0)]
    balance: i64,
}

async fn transfer(db: &Db, amount: i64) -> chakra::Result<()> {
    db.transaction(|tx| async move {
        tx.update(Account::id.eq(1)).dec(Account::balance, amount).await?;
        tx.update(Account::id.eq(2)).inc(Account::balance, amount).await?;
        Ok(())
    })
    .await
}

/// MongoDB manual, Transactions, and Prisma, Transactions: money leaves one account and reaches the other, or neither. Its limit stands
/// beside the key, so that no reader and no other transfer comes between the look at the balance and the change.
#[tokio::test]
async fn money_is_transferred_or_not_at_all() {
    let sent = Sent::with(|builder| builder.model::<Account>()).await;
    sent.db.insert_many(&[Account { id: 1, balance: 100 }, Account { id: 2, balance: 20 }]).await.unwrap();
    sent.commands();
    let balances = || sent.db.find_many(Account::all()).order_by(Account::id.asc()).select(Account::balance);

    transfer(&sent.db, 30).await.unwrap();
    let [from, to, commit] = sent.each();
    let not_readable = serde_json::json!({ "balance": { "$not": { "$type": ["int", "long"] } } });
    sends!(from.query: { "_id": 1, "$nor": [{ "balance": { "$lt": 30 } }, not_readable] });
    sends!(from.update: { "$inc": { "balance": -30 } });
    sends!(to.update: { "$inc": { "balance": 30 } });
    sends!(commit.commitTransaction: 1);
    assert_eq!(balances().await.unwrap(), [70, 50]);

    let error = transfer(&sent.db, 80).await.unwrap_err();
    assert_eq!(error.to_string(), "this `Account` is not valid: `balance` needs a value of at least 0");
    assert_eq!(balances().await.unwrap(), [70, 50]);
}
