//! What each action does, by each verb that deletes.

use super::{Desk, Licence, Locker, Member, Org, Payslip, Team, VERBS, Visit, fixture, ids, orgs, put};
use bson::{Bson, doc};
use chakra::{Error, Outcome, action::ModelDeletions, prelude::*};

fn restricted(error: &Error) -> (&'static str, String, &'static str, u64) {
    let Error::Restricted { model, relation, holder, count, deletes: true, outcome: Outcome::NotApplied } = error else {
        panic!("{error:?}")
    };
    (*model, relation.to_string(), *holder, *count)
}

#[tokio::test]
async fn a_cascade_goes_through_three_levels() {
    for verb in VERBS {
        let fixture = fixture().await;
        orgs(&fixture).await;
        put(&fixture, "visits", [doc! { "_id": 1_i64, "org_id": 1_i64 }]).await;
        let before = fixture.stored("errands").await;
        verb.delete(&fixture.db, 1).await.unwrap();
        assert_eq!(ids(&fixture, "orgs").await, [2], "{verb:?}");
        assert_eq!(ids(&fixture, "teams").await, [3], "{verb:?}");
        assert_eq!(ids(&fixture, "staff").await, [3], "{verb:?}");
        assert_eq!(ids(&fixture, "lockers").await, [2, 3], "{verb:?}");
        // A key that says nothing and may be `None` becomes so, as the field stores it; the stamps of the document move.
        let errands = fixture.stored("errands").await;
        let [first, second, third] = errands.as_slice() else { panic!("{errands:?}") };
        assert!(!first.contains_key("by"), "{first}");
        assert_eq!((first.get_i64("checked_by").unwrap(), first.get_i64("version").unwrap()), (3, 8));
        assert!(first.get_datetime("updated_at").unwrap().timestamp_millis() > 1);
        assert_eq!(
            (second.get("checked_by"), second.get_i64("by").unwrap(), second.get_i64("version").unwrap()),
            (Some(&Bson::Null), 3, 8)
        );
        assert_eq!(*third, before[2], "nothing referred to it");
        // `NoAction` leaves a key that leads nowhere.
        assert_eq!(fixture.stored("visits").await, [doc! { "_id": 1_i64, "org_id": 1_i64 }], "{verb:?}");
    }
}

#[tokio::test]
async fn what_holds_a_document_back_is_told_and_nothing_is_deleted() {
    for verb in VERBS {
        let fixture = fixture().await;
        orgs(&fixture).await;
        put(&fixture, "licences", [1_i64, 2, 3].map(|id| doc! { "_id": id, "holder_id": 1_i64 })).await;
        let error = verb.delete(&fixture.db, 1).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "this `Org` cannot be deleted: 3 `Licence` refer to it by `Org::licences`, which is `on_delete = Restrict`"
        );
        assert_eq!(restricted(&error), ("Org", "Org::licences".to_owned(), "Licence", 3), "{verb:?}");
        assert!(!error.is_retryable());
        for (collection, count) in [("orgs", 2), ("teams", 3), ("staff", 3), ("lockers", 3), ("licences", 3)] {
            assert_eq!(fixture.stored(collection).await.len(), count, "{verb:?} {collection}");
        }
        assert!(fixture.stored("errands").await.iter().all(|errand| errand.get_i64("version").unwrap() == 7), "{verb:?}");
        // The other one has none.
        verb.delete(&fixture.db, 2).await.unwrap();
        assert_eq!(ids(&fixture, "orgs").await, [1], "{verb:?}");
    }
}

#[tokio::test]
async fn what_holds_back_may_stand_below() {
    for verb in VERBS {
        let fixture = fixture().await;
        orgs(&fixture).await;
        put(&fixture, "payslips", [doc! { "_id": 9_i64, "member_id": 2_i64 }]).await;
        let error = verb.delete(&fixture.db, 1).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "this `Member` cannot be deleted: 1 `Payslip` refers to it by `Payslip::member`, which is `on_delete = Restrict`"
        );
        assert_eq!(ids(&fixture, "staff").await, [1, 2, 3], "{verb:?}");
        fixture.db.delete(Payslip::id.eq(9)).await.unwrap();
        verb.delete(&fixture.db, 1).await.unwrap();
        assert_eq!(ids(&fixture, "staff").await, [3], "{verb:?}");
    }
}

#[tokio::test]
async fn what_goes_anyway_holds_nothing_back() {
    let fixture = fixture().await;
    let db = &fixture.db;
    orgs(&fixture).await;
    // The last desk is one of the second org, at a team of the first.
    let desk = |id: i64, org: i64, team: i64| doc! { "_id": id, "org_id": org, "team_id": team };
    put(&fixture, "desks", [desk(1, 1, 1), desk(2, 1, 2), desk(3, 2, 1)]).await;
    let error = db.delete(Team::id.eq(1)).await.unwrap_err();
    assert_eq!(restricted(&error), ("Team", "Desk::team".to_owned(), "Desk", 2));
    // Those that go with the org do not count.
    let error = db.delete(Org::id.eq(1)).await.unwrap_err();
    assert_eq!(restricted(&error), ("Team", "Desk::team".to_owned(), "Desk", 1));
    assert_eq!((ids(&fixture, "desks").await.len(), ids(&fixture, "orgs").await.len()), (3, 2));
    db.delete(Desk::id.eq(3)).await.unwrap();
    db.delete(Org::id.eq(1)).await.unwrap();
    assert_eq!(ids(&fixture, "desks").await, Vec::<i64>::new());
    assert_eq!(ids(&fixture, "teams").await, [3]);
}

#[tokio::test]
async fn both_are_deleted_at_once_where_one_holds_the_other_back_and_goes_too() {
    let fixture = fixture().await;
    orgs(&fixture).await;
    put(&fixture, "desks", [doc! { "_id": 1_i64, "org_id": 2_i64, "team_id": 1_i64 }]).await;
    // The desk at a team of the first goes with the second.
    assert_eq!(fixture.db.delete_many(Org::all()).await.unwrap(), 2);
    for collection in ["orgs", "teams", "staff", "desks"] {
        assert_eq!(ids(&fixture, collection).await, Vec::<i64>::new(), "{collection}");
    }
}

#[tokio::test]
async fn a_document_that_is_not_there_is_not_found() {
    let fixture = fixture().await;
    let db = &fixture.db;
    orgs(&fixture).await;
    let error = db.delete(Org::id.eq(7)).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Org` with _id 7 was found");
    assert!(matches!(db.delete(Org::id.eq(1) & Org::version.gt(3)).await, Err(Error::NotFound { .. })));
    assert_eq!(db.delete_many(Org::id.gt(7)).await.unwrap(), 0);
    assert!(matches!(db.delete_many(Filter::<Org>::all_of([])).await, Err(Error::EmptyFilter { verb: "delete_many", .. })));
    let stale = Org { version: 3, ..db.get(Org::id.eq(2)).await.unwrap() };
    assert!(matches!(db.delete_value(&stale).await, Err(Error::Conflict { model: "Org", .. })));
    assert_eq!((ids(&fixture, "orgs").await.len(), ids(&fixture, "teams").await.len()), (2, 3));
}

#[tokio::test]
async fn a_report_counts_what_was_done_to_each_model() {
    let fixture = fixture().await;
    let db = &fixture.db;
    orgs(&fixture).await;
    let report = db.delete(Org::id.eq(1)).report().await.unwrap();
    let gone = |deleted| ModelDeletions { deleted, ..ModelDeletions::default() };
    assert_eq!((report.of::<Org>(), report.of::<Team>(), report.of::<Member>()), (gone(1), gone(2), gone(2)));
    assert_eq!(report.of::<Locker>(), gone(1));
    assert_eq!(report.of::<super::Errand>(), ModelDeletions { set_null: 2, ..ModelDeletions::default() });
    assert_eq!((report.of::<Visit>(), report.total()), (gone(0), 6));
    let mut models: Vec<&str> = report.iter().map(|(model, _)| model).collect();
    models.sort_unstable();
    assert_eq!(models, ["Errand", "Locker", "Member", "Org", "Team"]);

    let report = db.delete_many(Org::all()).report().await.unwrap();
    assert_eq!((report.of::<Org>(), report.of::<Member>(), report.total()), (gone(1), gone(1), 4));
    assert!(db.delete_many(Org::all()).report().await.unwrap().is_empty());
    // Of a model that nothing refers to as well.
    put(&fixture, "licences", [1_i64, 2].map(|id| doc! { "_id": id, "holder_id": 1_i64 })).await;
    assert_eq!(db.delete(Licence::id.eq(1)).report().await.unwrap().of::<Licence>(), gone(1));
    assert_eq!(db.delete_many(Licence::all()).report().await.unwrap().of::<Licence>(), gone(1));
    assert!(matches!(db.delete(Licence::id.eq(1)).report().await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_transaction_of_the_caller_has_it_all() {
    let fixture = fixture().await;
    let db = &fixture.db;
    orgs(&fixture).await;
    let before = fixture.stored("errands").await;
    let undone = db.transaction(|tx| async move {
        tx.delete(Org::id.eq(1)).await?;
        assert_eq!(tx.count(Team::all()).await?, 1);
        assert_eq!(tx.delete_many(Org::all()).await?, 1);
        assert_eq!(tx.count(Member::all()).await?, 0);
        Err::<(), _>(Error::other("no"))
    });
    assert_eq!(undone.await.unwrap_err().to_string(), "no");
    assert_eq!((ids(&fixture, "orgs").await, ids(&fixture, "staff").await), (vec![1, 2], vec![1, 2, 3]));
    assert_eq!(fixture.stored("errands").await, before);
    db.transaction(|tx| async move { tx.delete(Org::id.eq(1)).await }).await.unwrap();
    assert_eq!((ids(&fixture, "orgs").await, ids(&fixture, "staff").await), (vec![2], vec![3]));
}

#[tokio::test]
async fn a_bulk_refuses_what_it_cannot_do() {
    let fixture = fixture().await;
    let db = &fixture.db;
    orgs(&fixture).await;
    fixture.commands();
    let bulk = db.bulk().delete(Visit::id.eq(1)).delete(Org::id.eq(1)).delete_many(Member::all());
    let Error::Bulk { failed, outcome, .. } = bulk.await.unwrap_err() else { panic!("a bulk of deletes that cascade") };
    assert_eq!(outcome, Outcome::NotApplied);
    let told: Vec<(usize, String)> = failed.iter().map(|(at, error)| (*at, error.to_string())).collect();
    assert_eq!(
        told,
        [
            (
                1,
                "this `Org` is not valid: it must have no delete in a bulk, since `Desk::org` refers to it: `db.delete` and `db.delete_many` \
                 obey its relations"
                    .to_owned()
            ),
            (
                2,
                "this `Member` is not valid: it must have no delete in a bulk, since `Errand::member` refers to it: `db.delete` and \
                 `db.delete_many` obey its relations"
                    .to_owned()
            ),
        ]
    );
    assert_eq!(fixture.commands(), [""; 0]);
    put(&fixture, "visits", [doc! { "_id": 1_i64, "org_id": 1_i64 }]).await;
    assert_eq!(db.bulk().delete(Visit::id.eq(1)).await.unwrap().deleted, 1);
}

#[test]
fn a_schema_tells_what_is_not_usual() {
    let listing = Team::schema().to_string();
    assert!(listing.contains("relation org: Org, ManyToOne, foreign_key = org_id, on_delete = Cascade"), "{listing}");
    assert!(!Payslip::schema().to_string().contains("on_delete"));
    let described = serde_json::to_value(Visit::schema()).unwrap();
    assert_eq!(described["relations"][0]["on_delete"], "NoAction");
    assert!(described["relations"][0].get("on_update").is_none());
}
