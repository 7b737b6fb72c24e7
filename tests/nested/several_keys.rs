//! Documents that have keys of several relations, and parents that fill different ones.

use super::world::{commands, store, stored};
use crate::support::{Fixture, Sent};
use bson::{Document, doc};
use chakra::{Draft, Error, Outcome, prelude::*};
use chakra_testkit::TestServer;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "clubs")]
struct Club {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = club_id)]
    members: Related<Vec<Member>>,
    #[chakra(relation = OneToMany, foreign_key = led_id)]
    leaders: Related<Vec<Member>>,
    #[chakra(relation = OneToMany, foreign_key = here_id)]
    duties: Related<Vec<Duty>>,
    #[chakra(relation = OneToMany, foreign_key = there_id)]
    away: Related<Vec<Duty>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "members")]
struct Member {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    club_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = club_id)]
    club: Related<Option<Club>>,
    led_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = led_id)]
    led: Related<Option<Club>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "duties")]
struct Duty {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    here_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = here_id)]
    here: Related<Club>,
    there_id: i64,
    #[chakra(relation = ManyToOne, foreign_key = there_id)]
    there: Related<Club>,
}

async fn clubs() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Club>()).await;
    sent.db.sync().await.unwrap();
    sent.commands();
    sent
}

/// Two clubs: a member of the one leads the other.
fn two(first: i64, member: i64) -> [Draft<Club>; 2] {
    let ada = |id: i64| connect_or_create(Member::name.eq("ada"), Member::draft().id(id).name("ada"));
    let here = Draft::of(Club::draft().id(first).members(ada(member)));
    [here, Draft::of(Club::draft().id(first + 1).leaders(ada(member + 1)))]
}

fn member(id: i64, name: &str, club: i64, led: i64) -> Document {
    doc! { "_id": id, "name": name, "club_id": club, "led_id": led }
}

#[tokio::test]
async fn who_is_named_by_two_keys_is_created_once_and_has_both() {
    let sent = clubs().await;
    assert_eq!(sent.db.create_many(two(1, 10)).await.unwrap(), 2);
    assert_eq!(commands(&sent), ["find members", "insert members", "insert clubs", "update members", "commitTransaction"]);
    assert_eq!(stored(&sent, "members").await, [member(10, "ada", 1, 2)]);
    // As it is when she is there.
    assert_eq!(sent.db.create_many(two(3, 20)).await.unwrap(), 2);
    assert_eq!(commands(&sent), ["find members", "insert clubs", "update members", "commitTransaction"]);
    assert_eq!(stored(&sent, "members").await, [member(10, "ada", 3, 4)]);
    // By one parent, twice by one key and once by the other.
    let bob = |id: i64| connect_or_create(Member::name.eq("bob"), Member::draft().id(id).name("bob"));
    sent.db.create(Club::draft().id(5).members([bob(30), bob(31)]).leaders(bob(32))).await.unwrap();
    assert_eq!(stored(&sent, "members").await[1..], [member(30, "bob", 5, 5)]);
    // In an update each write sees the one before it.
    let eve = |id: i64| Member::draft().id(id).name("eve");
    let update = sent.db.update(Club::id.eq(5)).connect_or_create(Club::members, Member::name.eq("eve"), eve(40));
    update.connect_or_create(Club::leaders, Member::name.eq("eve"), eve(41)).returning(Nothing).await.unwrap();
    assert_eq!(stored(&sent, "members").await[2..], [member(40, "eve", 5, 5)]);
}

#[tokio::test]
async fn without_transactions_it_is_the_same() {
    let server = TestServer::standalone().await.unwrap();
    let fixture = Fixture::on_server(&server, |builder| builder.model::<Club>()).await;
    fixture.db.sync().await.unwrap();
    fixture.commands();
    assert_eq!(fixture.db.create_many(two(1, 10)).await.unwrap(), 2);
    assert_eq!(fixture.commands(), ["find", "insert", "insert", "update"]);
    assert_eq!(fixture.stored("members").await, [member(10, "ada", 1, 2)]);
}

#[tokio::test]
async fn one_that_can_be_without_none_of_them_is_refused_before_any_write() {
    let sent = clubs().await;
    store(&sent, "clubs", doc! { "_id": 9_i64 }).await;
    let either = || {
        let here = connect_or_create(Duty::name.eq("x"), Duty::draft().id(1).name("x").there_id(9));
        let there = connect_or_create(Duty::name.eq("x"), Duty::draft().id(2).name("x").here_id(9));
        [Draft::of(Club::draft().id(1).duties(here)), Draft::of(Club::draft().id(2).away(there))]
    };
    let error = sent.db.create_many(either()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "this `Duty` is not valid: `here_id` needs one `connect_or_create` alone: several fill different keys of the document that they \
         would create"
    );
    assert!(matches!(error, Error::Invalid { model: "Duty", .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NotApplied);
    assert_eq!(commands(&sent)[..1], ["find duties"]);
    assert_eq!((stored(&sent, "duties").await.len(), stored(&sent, "clubs").await.len()), (0, 1));
    // Where it is there, it is connected by both.
    store(&sent, "duties", doc! { "_id": 5_i64, "name": "x", "here_id": 9_i64, "there_id": 9_i64 }).await;
    assert_eq!(sent.db.create_many(either()).await.unwrap(), 2);
    assert_eq!(stored(&sent, "duties").await, [doc! { "_id": 5_i64, "name": "x", "here_id": 1_i64, "there_id": 2_i64 }]);
}

#[tokio::test]
async fn what_is_related_is_asked_for_beside_all_keys() {
    let sent = clubs().await;
    store(&sent, "clubs", doc! { "_id": 1_i64 }).await;
    for (id, name, club) in [(1, "a", 1), (2, "b", 2), (3, "c", 1)] {
        store(&sent, "members", member(id, name, club, 7)).await;
    }
    sent.commands();
    let keys = [Member::name.eq("a"), Member::name.eq("b")];
    sent.db.update(Club::id.eq(1)).disconnect(Club::members, keys).returning(Nothing).await.unwrap();
    let sent_now = sent.commands();
    let update = sent_now.iter().find(|command| command.get_str("update").is_ok_and(|to| to == "members")).unwrap();
    let filter = update.get_array("updates").unwrap()[0].as_document().unwrap().get_document("q").unwrap();
    assert_eq!(filter, &doc! { "$or": [{ "name": "a" }, { "name": "b" }], "club_id": 1_i64 });
    let left = stored(&sent, "members").await;
    assert_eq!(left.iter().map(|member| member.get_i64("club_id").ok()).collect::<Vec<_>>(), [None, Some(2), Some(1)]);
}
