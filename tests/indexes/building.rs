//! Builds that take their time: how far they are is told, and what becomes of a sync whose deadline passes meanwhile.
//!
//! Each test holds builds in a server of its own, by a fail point that stops all builds of a server.

use super::{left, listed};
use crate::support::{Fixture, HANGS, Heard, deadlines};
use bson::{Document, doc};
use chakra::{BuildPhase, Error, Outcome, StillBuilding, SyncPlan, SyncProgress, SyncStep, prelude::*};
use chakra_testkit::TestServer;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::Notify;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "books", index(pages), unique(isbn))]
pub(super) struct Book {
    #[chakra(id)]
    id: i64,
    pages: i32,
    isbn: String,
}

/// Holds the builds of the server, or lets them go.
pub(super) async fn hold(fixture: &Fixture, mode: &str) {
    let command = doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": mode };
    fixture.raw.client().database("admin").run_command(command).await.unwrap();
}

pub(super) async fn filled(server: &TestServer) -> Fixture {
    let fixture = Fixture::on_server(server, |builder| builder.model::<Book>()).await;
    let books: Vec<Document> = (0..100).map(|id| doc! { "_id": id, "pages": id, "isbn": id.to_string() }).collect();
    fixture.raw.collection::<Document>("books").insert_many(books).await.unwrap();
    fixture
}

/// When the deadline of a sync passes whose builds are held. Long enough on a machine that is not busy.
pub(super) const SOON: Duration = Duration::from_secs(2);

/// What a sync serves with at its deadline, while the first of two indexes is held.
pub(super) const SERVED: [&str; 2] = [
    "the index `pages_1` on `books` is still being built, and guards nothing before it is",
    "left to the next `sync`, as the deadline passed: create the index `isbn_1` on `books`: { \"isbn\": 1 }, unique",
];

pub(super) fn lines(plan: &SyncPlan) -> Vec<String> {
    plan.to_string().lines().map(str::to_owned).collect()
}

/// What a sync serves with that comes to the build before its deadline passes.
pub(super) async fn served(fixture: &Fixture) -> SyncPlan {
    let mut served = None;
    for soon in deadlines(SOON) {
        let plan = fixture.db.sync().deadline(soon).still_building(StillBuilding::Serve).await;
        // On a busy machine it may not have come so far.
        let is_late = !plan.as_ref().is_ok_and(|plan| lines(plan) == SERVED);
        served = Some(plan);
        if !is_late {
            break;
        }
    }
    let served = served.unwrap().unwrap();
    assert_eq!(lines(&served), SERVED);
    served
}

/// That a sync which comes to the build before its deadline passes says that it is still going on.
pub(super) async fn still_building(sync: impl AsyncFn(Duration) -> chakra::Result<()>) {
    let mut ended = None;
    for soon in deadlines(SOON) {
        let error = sync(soon).await.unwrap_err();
        let is_late = matches!(error, Error::Timeout { .. });
        ended = Some(error);
        if !is_late {
            break;
        }
    }
    let error = ended.unwrap();
    assert!(matches!(&error, Error::StillBuilding { model: "Book", indexes, .. } if **indexes == ["pages_1".to_owned()]), "{error:?}");
}

#[tokio::test]
async fn a_build_tells_how_far_it_is() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    let (told, running) = (Arc::new(Mutex::new(Vec::<SyncProgress>::new())), Arc::new(Notify::new()));
    let (record, notify) = (Arc::clone(&told), Arc::clone(&running));
    hold(&fixture, "alwaysOn").await;
    let sync = fixture.db.sync().on_progress(move |progress| {
        if matches!(progress.phase, BuildPhase::Running { .. }) {
            notify.notify_one();
        }
        record.lock().unwrap().push(progress.clone());
    });
    let sync = tokio::spawn(async move { sync.await });
    tokio::time::timeout(HANGS, running.notified()).await.expect("it is told how far the build is");
    hold(&fixture, "off").await;
    sync.await.unwrap().unwrap();
    let told = told.lock().unwrap().clone();
    let phases = |index: &str| {
        let mut phases: Vec<String> = told.iter().filter(|one| one.index == index).map(|one| one.phase.to_string()).collect();
        phases.dedup();
        phases
    };
    assert!(told.iter().all(|one| (one.model, one.collection) == ("Book", "books")), "{told:?}");
    let pages = phases("pages_1");
    assert_eq!((pages.first().map(String::as_str), pages.last().map(String::as_str)), (Some("started"), Some("finished")));
    assert!(pages[1].contains(" of 100"), "{pages:?}");
    let isbn = phases("isbn_1");
    assert_eq!((isbn.first().map(String::as_str), isbn.last().map(String::as_str)), (Some("started"), Some("finished")));
}

#[tokio::test]
async fn without_a_listener_the_same_is_told_to_tracing() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    let heard = Heard::on_this_thread();
    let phases = |index: &str| -> Vec<String> {
        let told = heard.events(["index", "collection", "phase"]).into_iter();
        let of_index = told.filter(|[name, collection, _]| name == index && collection == "books");
        let mut phases: Vec<String> = of_index.map(|[_, _, phase]| phase).collect();
        phases.dedup();
        phases
    };
    hold(&fixture, "alwaysOn").await;
    let db = fixture.db.clone();
    let sync = tokio::spawn(async move { db.sync().await });
    // A limit against hanging alone.
    let runs = async {
        while !phases("pages_1").iter().any(|phase| phase.contains(" of 100")) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(HANGS, runs).await.expect("it is told how far the build is");
    hold(&fixture, "off").await;
    sync.await.unwrap().unwrap();
    for index in ["pages_1", "isbn_1"] {
        let phases = phases(index);
        assert_eq!((phases.first().map(String::as_str), phases.last().map(String::as_str)), (Some("started"), Some("finished")));
    }
}

#[tokio::test]
async fn at_its_deadline_a_sync_fails_or_serves_and_the_build_goes_on() {
    let server = TestServer::start().await.unwrap();
    let fixture = filled(&server).await;
    hold(&fixture, "alwaysOn").await;
    let is_claimed = async || fixture.stored("_chakra_schema").await.first().is_some_and(|kept| kept.contains_key("by"));
    // A busy machine may be late before the build begins, and so may be the end of a claim, which then runs out.
    let mut ended = None;
    for soon in deadlines(SOON) {
        let error = fixture.db.sync().deadline(soon).await.unwrap_err();
        let is_building = matches!(error, Error::StillBuilding { .. });
        ended = Some(error);
        if is_building && !is_claimed().await {
            break;
        }
    }
    let error = ended.unwrap();
    let Error::StillBuilding { model: "Book", indexes, .. } = &error else { panic!("{error:?}") };
    assert_eq!(**indexes, ["pages_1".to_owned()]);
    assert_eq!(error.outcome(), Outcome::Unknown);
    let names: Vec<String> = listed(&fixture, "books").await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect();
    assert_eq!(names, ["pages_1"], "it is still being built");
    assert!(!is_claimed().await, "the claim is given up");

    // What is listed is waited for, and what is not begun is left.
    let served = served(&fixture).await;
    assert!(!served.is_empty());
    let of_steps = |step: &SyncStep| matches!(step, SyncStep::StillBuilding { .. } | SyncStep::Later { .. });
    assert!(served.steps.iter().all(of_steps));
    still_building(async |soon| fixture.db.sync().deadline(soon).still_building(StillBuilding::Wait).await.map(drop)).await;

    hold(&fixture, "off").await;
    fixture.db.sync().await.unwrap();
    assert_eq!(listed(&fixture, "books").await.len(), 2);
    assert_eq!(left(&fixture).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_deadline_before_anything_is_sent_is_no_build() {
    let fixture = Fixture::new(|builder| builder.model::<Book>()).await;
    let error = fixture.db.sync().deadline(Duration::ZERO).still_building(StillBuilding::Serve).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { outcome: Outcome::NotApplied, .. }), "{error:?}");
}
