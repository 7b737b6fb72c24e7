//! A failure in the middle leaves all, and the end of the connection too.

use super::{Member, Org, Team, ids, orgs};
use crate::support::Fixture;
use bson::{Bson, Document, doc};
use chakra::{Error, Outcome};
use chakra_testkit::TestServer;

async fn fail(fixture: &Fixture, data: Document, mode: impl Into<Bson>) {
    let command = doc! { "configureFailPoint": "failCommand", "mode": mode.into(), "data": data };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
}

#[tokio::test]
async fn a_failure_in_the_middle_leaves_everything() {
    let server = TestServer::start().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder).await;
    orgs(&fixture).await;
    let before = fixture.stored("errands").await;
    // The lockers and the members are deleted, the teams are not.
    let data = doc! { "failCommands": ["delete"], "errorCode": 8, "appName": "chakra" };
    fail(&fixture, data, doc! { "skip": 2 }).await;
    let error = fixture.db.delete(Org::id.eq(1)).await.unwrap_err();
    assert!(matches!(error, Error::Driver(_)), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    fail(&fixture, doc! {}, "off").await;
    assert_eq!(ids(&fixture, "lockers").await, [1, 2, 3]);
    assert_eq!(ids(&fixture, "staff").await, [1, 2, 3]);
    assert_eq!(fixture.stored("errands").await, before);

    // What the server says may be tried again is tried again.
    let data = doc! { "failCommands": ["delete"], "errorCode": 112, "errorLabels": ["TransientTransactionError"], "appName": "chakra" };
    fail(&fixture, data, doc! { "times": 1 }).await;
    fixture.db.delete(Org::id.eq(1)).await.unwrap();
    assert_eq!((ids(&fixture, "staff").await, ids(&fixture, "orgs").await), (vec![3], vec![2]));
}

#[tokio::test]
async fn on_a_standalone_server_the_children_are_gone_and_nothing_leads_nowhere() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder).await;
    orgs(&fixture).await;
    let data = doc! { "failCommands": ["delete"], "errorCode": 13, "appName": "chakra" };
    fail(&fixture, data, doc! { "skip": 2 }).await;
    let error = fixture.db.delete(Org::id.eq(1)).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Applied, "{error:?}");
    fail(&fixture, doc! {}, "off").await;
    // Made again, it goes on where it stopped.
    assert_eq!((ids(&fixture, "staff").await, ids(&fixture, "teams").await), (vec![3], vec![1, 2, 3]));
    assert_eq!(fixture.db.count(Member::all()).await.unwrap(), 1);
    fixture.db.delete(Org::id.eq(1)).await.unwrap();
    assert_eq!((fixture.db.count(Team::all()).await.unwrap(), ids(&fixture, "orgs").await), (1, vec![2]));
}
