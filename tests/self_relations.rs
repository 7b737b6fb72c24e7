//! Models that are related to themselves, by each kind of link: reading, filtering and ordering by it, nested writes, deletes, and changes of
//! values that keys of the same model reference.

use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{Error, Outcome, prelude::*};

#[derive(Debug, Clone, Model)]
#[chakra(collection = "kin")]
struct Kin {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    parent_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = parent_id)]
    parent: Related<Option<Kin>>,
    #[chakra(relation = OneToMany, foreign_key = parent_id)]
    children: Related<Vec<Kin>>,
    spouse_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = spouse_id)]
    spouse: Related<Option<Kin>>,
    // One list is both sides.
    peer_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = peer_ids, inverse_ids = peer_ids)]
    peers: Related<Vec<Kin>>,
    // Two lists, each the other side of the other.
    liked_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = liked_ids, inverse_ids = fan_ids)]
    liked: Related<Vec<Kin>>,
    fan_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = fan_ids, inverse_ids = liked_ids)]
    fans: Related<Vec<Kin>>,
}

/// Ada has the children Bob and Cid, and Bob has Dan. Ada and Bob are each other's spouse, and Dan's is Cid, who has none. Cid is a peer of
/// himself too, and Dan likes himself.
async fn kin() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Kin>()).await;
    fixture.db.sync().await.unwrap();
    let documents = [
        doc! { "_id": 1_i64, "name": "ada", "spouse_id": 2_i64, "peer_ids": [2_i64, 3_i64], "liked_ids": [2_i64], "fan_ids": [4_i64] },
        doc! { "_id": 2_i64, "name": "bob", "parent_id": 1_i64, "spouse_id": 1_i64, "peer_ids": [1_i64], "liked_ids": [3_i64], "fan_ids": [1_i64] },
        doc! { "_id": 3_i64, "name": "cid", "parent_id": 1_i64, "peer_ids": [1_i64, 3_i64], "liked_ids": [], "fan_ids": [2_i64] },
        doc! { "_id": 4_i64, "name": "dan", "parent_id": 2_i64, "spouse_id": 3_i64, "peer_ids": [], "liked_ids": [1_i64, 4_i64], "fan_ids": [4_i64] },
    ];
    put(&fixture, "kin", documents).await;
    fixture.commands();
    fixture
}

/// Puts documents there behind Chakra's back.
async fn put(fixture: &Fixture, collection: &str, documents: impl IntoIterator<Item = Document>) {
    fixture.raw.collection::<Document>(collection).insert_many(documents).await.unwrap();
}

fn ids(kin: &[Kin]) -> Vec<i64> {
    kin.iter().map(|one| one.id).collect()
}

/// The keys at `field` of all stored documents, in order of `_id`.
async fn keys(fixture: &Fixture, field: &str) -> Vec<Option<i64>> {
    let stored = fixture.stored("kin").await;
    stored.iter().map(|document| document.get(field).map(|key| key.as_i64().unwrap())).collect()
}

/// The ids in the lists at `field` of all stored documents, in order of `_id`; each list is sorted.
async fn lists(fixture: &Fixture, field: &str) -> Vec<Vec<i64>> {
    let stored = fixture.stored("kin").await;
    let list = |document: &Document| {
        let mut ids: Vec<i64> = document.get_array(field).into_iter().flatten().map(|id| id.as_i64().unwrap()).collect();
        ids.sort_unstable();
        ids
    };
    stored.iter().map(list).collect()
}

#[tokio::test]
async fn each_kind_is_loaded_from_both_of_its_ends() {
    let fixture = kin().await;
    let read = fixture.db.find_many(Kin::all()).order_by(Kin::id.asc());
    let read = read.include(Kin::parent.include(Kin::parent)).include(Kin::children.order_by(Kin::id.desc())).include(Kin::spouse);
    let all = read.include(Kin::peers).include(Kin::liked).include(Kin::fans).await.unwrap();
    assert_eq!(fixture.commands(), ["find"; 8]);
    let one = |related: &Related<Option<Kin>>| related.get().unwrap().as_ref().map(|one| one.id);
    let many = |related: &Related<Vec<Kin>>| ids(related.get().unwrap());
    assert_eq!(all.iter().map(|kin| one(&kin.parent)).collect::<Vec<_>>(), [None, Some(1), Some(1), Some(2)]);
    assert_eq!(one(&all[3].parent.get().unwrap().as_ref().unwrap().parent), Some(1));
    assert_eq!(all.iter().map(|kin| many(&kin.children)).collect::<Vec<_>>(), [vec![3, 2], vec![4], vec![], vec![]]);
    assert_eq!(all.iter().map(|kin| one(&kin.spouse)).collect::<Vec<_>>(), [Some(2), Some(1), None, Some(3)]);
    assert_eq!(all.iter().map(|kin| many(&kin.peers)).collect::<Vec<_>>(), [vec![2, 3], vec![1], vec![1, 3], vec![]]);
    assert_eq!(all.iter().map(|kin| many(&kin.liked)).collect::<Vec<_>>(), [vec![2], vec![3], vec![], vec![1, 4]]);
    assert_eq!(all.iter().map(|kin| many(&kin.fans)).collect::<Vec<_>>(), [vec![4], vec![1], vec![2], vec![4]]);

    let read = fixture.db.find_many(Kin::all()).order_by(Kin::id.asc()).include_count(Kin::children).include_count(Kin::peers);
    let all = read.include_count(Kin::fans.filter(Kin::parent.is_some())).await.unwrap();
    let counts = |kin: &Kin| [kin.children.count().unwrap(), kin.peers.count().unwrap(), kin.fans.count().unwrap()];
    assert_eq!(all.iter().map(counts).collect::<Vec<_>>(), [[2, 2, 1], [1, 1, 0], [0, 2, 1], [0, 0, 1]]);
}

#[tokio::test]
async fn filters_ask_for_documents_of_the_same_model() {
    let fixture = kin().await;
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    let named = |name: &str| Kin::name.eq(name);
    let cases: Vec<(&str, Filter<Kin>, &[i64])> = vec![
        ("parent is", Kin::parent.is(named("ada")), &[2, 3]),
        ("parent is not", Kin::parent.is_not(named("ada")), &[1, 4]),
        ("has a parent", Kin::parent.is_some(), &[2, 3, 4]),
        ("has no parent", Kin::parent.is_none(), &[1]),
        ("grandparent is", Kin::parent.is(Kin::parent.is(named("ada"))), &[4]),
        ("some children", Kin::children.some(named("dan")), &[2]),
        ("every child", Kin::children.every(named("dan")), &[2, 3, 4]),
        ("no children", Kin::children.none(Kin::all()), &[3, 4]),
        ("some grandchildren", Kin::children.some(Kin::children.some(Kin::all())), &[1]),
        ("a sibling of itself", Kin::parent.is(Kin::children.some(named("bob"))), &[2, 3]),
        ("spouse is", Kin::spouse.is(named("bob")), &[1]),
        ("spouse is not", Kin::spouse.is_not(named("bob")), &[2, 3, 4]),
        ("has a spouse", Kin::spouse.is_some(), &[1, 2, 4]),
        ("has no spouse", Kin::spouse.is_none(), &[3]),
        ("spouse of the spouse", Kin::spouse.is(Kin::spouse.is(named("ada"))), &[1]),
        ("some peers", Kin::peers.some(named("ada")), &[2, 3]),
        ("every peer", Kin::peers.every(named("ada")), &[2, 4]),
        ("no peers of this name", Kin::peers.none(named("cid")), &[2, 4]),
        ("likes some", Kin::liked.some(named("cid")), &[2]),
        ("likes nobody", Kin::liked.none(Kin::all()), &[3]),
        ("every fan", Kin::fans.every(named("dan")), &[1, 4]),
        ("is liked by one whom someone likes", Kin::fans.some(Kin::fans.some(named("ada"))), &[3]),
        ("two children", Kin::children.count().eq(2), &[1]),
        ("two peers", Kin::peers.count().gte(2), &[1, 3]),
        ("nobody that is liked", Kin::liked.count().eq(0), &[3]),
        ("one fan that has a parent", Kin::fans.filter(Kin::parent.is_some()).count().eq(1), &[1, 3, 4]),
        ("not", !Kin::parent.is(named("ada")) & !Kin::peers.some(Kin::all()), &[4]),
    ];
    for (text, filter, expected) in cases {
        for db in [&fixture.db, &looking_up] {
            let found = db.find_many(filter.clone()).order_by(Kin::id.asc()).await.unwrap();
            assert_eq!(ids(&found), expected, "{text}");
            assert_eq!(db.count(filter.clone()).await.unwrap(), expected.len() as u64, "{text}");
        }
    }
    // A write by such a filter changes what it asks for.
    let renamed = fixture.db.update_many(Kin::parent.is(Kin::parent.is_some())).set(Kin::name, "eve").await.unwrap();
    assert_eq!((renamed.matched, renamed.modified), (1, 1));
    assert_eq!(fixture.stored("kin").await[3].get_str("name").unwrap(), "eve");
}

#[tokio::test]
async fn orders_go_by_documents_of_the_same_model() {
    let fixture = kin().await;
    let looking_up = Db::builder(&fixture.uri).most_related_keys(0).connect().await.unwrap();
    for db in [&fixture.db, &looking_up] {
        let all = || db.find_many(Kin::all());
        assert_eq!(ids(&all().order_by((Kin::children.count().asc(), Kin::id.desc())).await.unwrap()), [4, 3, 2, 1]);
        assert_eq!(ids(&all().order_by((Kin::peers.count().desc(), Kin::id.desc())).await.unwrap()), [3, 1, 2, 4]);
        assert_eq!(ids(&all().order_by((Kin::liked.count().asc(), Kin::id.desc())).await.unwrap()), [3, 2, 1, 4]);
        let elder_fans = Kin::fans.filter(Kin::parent.is_none()).count();
        assert_eq!(ids(&all().order_by((elder_fans.desc(), Kin::id.desc())).await.unwrap()), [2, 4, 3, 1]);
        assert_eq!(ids(&all().order_by((Kin::parent.by(Kin::name).asc(), Kin::id.desc())).await.unwrap()), [1, 3, 2, 4]);
        assert_eq!(ids(&all().order_by(Kin::spouse.by(Kin::name).asc()).await.unwrap()), [3, 2, 1, 4]);
        let children = Kin::children.order_by((Kin::children.count().asc(), Kin::id.asc()));
        let ada = all().order_by(Kin::id.asc()).include(children).await.unwrap().swap_remove(0);
        assert_eq!(ids(ada.children.get().unwrap()), [3, 2]);
    }
}

#[tokio::test]
async fn a_parent_and_children_are_written_from_both_ends() {
    let fixture = kin().await;
    let of = |id: i64| fixture.db.update(Kin::id.eq(id));
    assert_eq!(of(4).connect(Kin::parent, Kin::name.eq("cid")).await.unwrap().parent_id, Some(3));
    assert_eq!(of(3).disconnect(Kin::parent, Kin::all()).await.unwrap().parent_id, None);
    assert_eq!(of(3).create(Kin::parent, Kin::draft().id(5).name("eve")).await.unwrap().parent_id, Some(5));
    assert_eq!(keys(&fixture, "parent_id").await, [None, Some(1), Some(5), Some(3), None]);

    of(1).disconnect(Kin::children, Kin::id.eq(2)).create(Kin::children, Kin::draft().id(6).name("fay")).await.unwrap();
    of(1).connect(Kin::children, [Kin::id.eq(4), Kin::id.eq(5)]).await.unwrap();
    assert_eq!(keys(&fixture, "parent_id").await, [None, None, Some(5), Some(1), Some(1), Some(1)]);
    // One may be its own parent, and what is given back says so.
    let own = of(1).replace(Kin::children, [Kin::id.eq(1), Kin::id.eq(6)]).await.unwrap();
    assert_eq!(own.parent_id, Some(1));
    assert_eq!(keys(&fixture, "parent_id").await, [Some(1), None, Some(5), None, None, Some(1)]);
    let renamed = of(1).update(Kin::parent, Kin::all(), |it| it.set(Kin::name, "ava")).await.unwrap();
    assert_eq!(renamed.name, "ava");
    let renamed = of(1).update_many(Kin::children, Kin::id.eq(1), |it| it.set(Kin::name, "amy")).await.unwrap();
    assert_eq!(renamed.name, "amy");
    // One that deletes itself is not there to be given back, and stays.
    let error = of(1).delete(Kin::children, Kin::id.eq(1)).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.outcome()), ("no `Kin` with _id 1 was found", Outcome::NotApplied));
    let error = of(1).delete(Kin::children, Kin::id.eq(4)).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Kin` with _id 4 was found");
    of(1).delete(Kin::children, Kin::id.eq(6)).await.unwrap();
    assert_eq!(keys(&fixture, "parent_id").await, [Some(1), None, Some(5), None, None]);

    // Three generations by one draft.
    let draft = Kin::draft()
        .id(7)
        .name("gil")
        .parent(connect(Kin::id.eq(5)))
        .children(create([Kin::draft().id(8).name("hal").children(connect(Kin::id.eq(2)))]));
    fixture.db.create(draft).await.unwrap();
    assert_eq!(keys(&fixture, "parent_id").await, [Some(1), Some(8), Some(5), None, None, Some(5), Some(7)]);
}

#[tokio::test]
async fn a_spouse_is_one_and_the_key_says_whose() {
    let fixture = kin().await;
    let of = |id: i64| fixture.db.update(Kin::id.eq(id));
    // Somebody else's spouse already.
    let error = of(3).connect(Kin::spouse, Kin::id.eq(1)).await.unwrap_err();
    assert!(error.is_unique_on(Kin::spouse_id), "{error:?}");
    assert_eq!(keys(&fixture, "spouse_id").await, [Some(2), Some(1), None, Some(3)]);
    assert_eq!(of(3).connect(Kin::spouse, Kin::id.eq(4)).await.unwrap().spouse_id, Some(4));
    assert_eq!(of(2).disconnect(Kin::spouse, Kin::name.eq("dan")).await.unwrap().spouse_id, Some(1), "another one than the filter means");
    assert_eq!(of(2).disconnect(Kin::spouse, Kin::name.eq("ada")).await.unwrap().spouse_id, None);
    assert_eq!(of(2).create(Kin::spouse, Kin::draft().id(5).name("eve")).await.unwrap().spouse_id, Some(5));
    assert_eq!(keys(&fixture, "spouse_id").await, [Some(2), Some(5), Some(4), Some(3), None]);
    // Through the spouse to the spouse of that one, who is the first again.
    let cid = of(3)
        .update(Kin::spouse, Kin::all(), |dan| dan.set(Kin::name, "don").update(Kin::spouse, Kin::all(), |cid| cid.set(Kin::name, "cam")))
        .await
        .unwrap();
    assert_eq!(cid.name, "cam");
    let own = of(5).connect(Kin::spouse, Kin::id.eq(5)).update(Kin::spouse, Kin::all(), |it| it.set(Kin::name, "una")).await;
    assert!(own.unwrap_err().is_unique_on(Kin::spouse_id), "the second one has it");
    of(2).connect(Kin::spouse, Kin::id.eq(1)).await.unwrap();
    let own = of(5).connect(Kin::spouse, Kin::id.eq(5)).update(Kin::spouse, Kin::all(), |it| it.set(Kin::name, "una")).await.unwrap();
    assert_eq!((own.name.as_str(), own.spouse_id), ("una", Some(5)));
    let names: Vec<String> = fixture.stored("kin").await.iter().map(|kin| kin.get_str("name").unwrap().to_owned()).collect();
    assert_eq!(names, ["ada", "bob", "cam", "don", "una"]);
    assert_eq!(of(3).delete(Kin::spouse, Kin::all()).await.unwrap().spouse_id, None);
    assert_eq!(keys(&fixture, "spouse_id").await, [Some(2), Some(1), None, Some(5)]);
}

#[tokio::test]
async fn a_list_that_is_both_sides_holds_each_in_the_others() {
    let fixture = kin().await;
    let of = |id: i64| fixture.db.update(Kin::id.eq(id));
    let mut dan = of(4).connect(Kin::peers, [Kin::id.eq(1), Kin::id.eq(4)]).await.unwrap();
    dan.peer_ids.sort_unstable();
    assert_eq!(dan.peer_ids, [1, 4]);
    assert_eq!(lists(&fixture, "peer_ids").await, [vec![2, 3, 4], vec![1], vec![1, 3], vec![1, 4]]);
    // Linked already, from the one end and from the other.
    of(1).connect(Kin::peers, Kin::id.eq(4)).await.unwrap();
    of(4).connect(Kin::peers, [Kin::id.eq(4), Kin::id.eq(1)]).await.unwrap();
    assert_eq!(lists(&fixture, "peer_ids").await, [vec![2, 3, 4], vec![1], vec![1, 3], vec![1, 4]]);
    let dan = of(4).disconnect(Kin::peers, Kin::id.eq(4)).create(Kin::peers, Kin::draft().id(5).name("eve")).await.unwrap();
    assert_eq!(dan.peer_ids, [1, 5]);
    assert_eq!(lists(&fixture, "peer_ids").await, [vec![2, 3, 4], vec![1], vec![1, 3], vec![1, 5], vec![4]]);
    of(1).replace(Kin::peers, [Kin::id.eq(4), Kin::id.eq(5)]).await.unwrap();
    assert_eq!(lists(&fixture, "peer_ids").await, [vec![4, 5], vec![], vec![3], vec![1, 5], vec![1, 4]]);
    of(1).delete(Kin::peers, Kin::id.eq(5)).await.unwrap();
    assert_eq!(lists(&fixture, "peer_ids").await, [vec![4], vec![], vec![3], vec![1]]);
    let report = fixture.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn two_lists_of_one_model_are_each_other_s_other_side() {
    let fixture = kin().await;
    let of = |id: i64| fixture.db.update(Kin::id.eq(id));
    let both = async || (lists(&fixture, "liked_ids").await, lists(&fixture, "fan_ids").await);
    let cid = of(3).connect(Kin::liked, [Kin::id.eq(3), Kin::id.eq(4)]).await.unwrap();
    assert_eq!((cid.liked_ids.len(), cid.fan_ids.len()), (2, 2));
    assert_eq!(both().await, (vec![vec![2], vec![3], vec![3, 4], vec![1, 4]], vec![vec![4], vec![1], vec![2, 3], vec![3, 4]]));
    let ada = of(1).replace(Kin::fans, [Kin::id.eq(2), Kin::id.eq(1)]).await.unwrap();
    assert_eq!((ada.liked_ids.len(), ada.fan_ids.len()), (2, 2));
    assert_eq!(both().await, (vec![vec![1, 2], vec![1, 3], vec![3, 4], vec![4]], vec![vec![1, 2], vec![1], vec![2, 3], vec![3, 4]]));
    of(4).disconnect(Kin::liked, Kin::id.eq(4)).create(Kin::fans, Kin::draft().id(5).name("eve")).await.unwrap();
    let liked = vec![vec![1, 2], vec![1, 3], vec![3, 4], vec![], vec![4]];
    assert_eq!(both().await, (liked, vec![vec![1, 2], vec![1], vec![2, 3], vec![3, 5], vec![]]));
    let report = fixture.db.check_relations().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn one_that_is_deleted_leaves_every_key_and_list_of_its_model() {
    let fixture = kin().await;
    let report = fixture.db.delete(Kin::id.eq(1)).report().await.unwrap();
    // The locks, two keys that become `None`, three lists, and the document.
    let updates = ["update"; 6];
    assert_eq!(fixture.commands(), [&["find"][..], &updates, &["delete", "commitTransaction"]].concat());
    let of_kin = report.of::<Kin>();
    assert_eq!((of_kin.deleted, of_kin.set_null, of_kin.unlinked), (1, 3, 4));
    let left = [
        doc! { "_id": 2_i64, "name": "bob", "peer_ids": [], "liked_ids": [3_i64], "fan_ids": [] },
        doc! { "_id": 3_i64, "name": "cid", "peer_ids": [3_i64], "liked_ids": [], "fan_ids": [2_i64] },
        doc! { "_id": 4_i64, "name": "dan", "parent_id": 2_i64, "spouse_id": 3_i64, "peer_ids": [], "liked_ids": [4_i64], "fan_ids": [4_i64] },
    ];
    assert_eq!(fixture.stored("kin").await, left);
    // One that is linked to itself, and several at once that are linked to each other.
    fixture.db.delete(Kin::name.eq("cid")).await.unwrap();
    assert_eq!((keys(&fixture, "spouse_id").await, lists(&fixture, "liked_ids").await), (vec![None, None], vec![vec![], vec![4]]));
    assert_eq!(fixture.db.delete_many(Kin::all()).await.unwrap(), 2);
    assert_eq!(fixture.stored("kin").await, []);
}

#[tokio::test]
async fn of_several_that_are_deleted_together_none_is_changed_before() {
    let fixture = kin().await;
    let report = fixture.db.delete_many(Kin::id.in_([1_i64, 2, 3])).report().await.unwrap();
    let of_kin = report.of::<Kin>();
    // Dan loses his parent and his spouse, and one of those whom he likes.
    assert_eq!((of_kin.deleted, of_kin.set_null, of_kin.unlinked), (3, 2, 1));
    assert_eq!(
        fixture.stored("kin").await,
        [doc! { "_id": 4_i64, "name": "dan", "peer_ids": [], "liked_ids": [4_i64], "fan_ids": [4_i64] }]
    );
}

/// One of each goes with the next.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "links")]
struct Link {
    #[chakra(id)]
    id: i64,
    next_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = next_id, on_delete = Cascade)]
    next: Related<Option<Link>>,
}

#[tokio::test]
async fn a_ring_of_one_to_one_goes_as_a_whole() {
    let fixture = Fixture::new(|builder| builder.model::<Link>()).await;
    fixture.db.sync().await.unwrap();
    let link = |id: i64, next: i64| doc! { "_id": id, "next_id": next };
    put(&fixture, "links", [link(1, 2), link(2, 3), link(3, 1), link(4, 4), link(5, 6), doc! { "_id": 6_i64 }]).await;
    let report = fixture.db.delete(Link::id.eq(2)).report().await.unwrap();
    assert_eq!(report.of::<Link>().deleted, 3);
    assert_eq!(fixture.stored("links").await, [link(4, 4), link(5, 6), doc! { "_id": 6_i64 }]);
    // By a nested write, which takes the document itself along.
    let error = fixture.db.update(Link::id.eq(4)).delete(Link::next, Link::all()).await.unwrap_err();
    assert_eq!(error.to_string(), "no `Link` with _id 4 was found");
    // The key is taken out first, so that the document stays.
    assert_eq!(fixture.db.update(Link::id.eq(5)).delete(Link::next, Link::all()).await.unwrap().next_id, None);
    assert_eq!(fixture.stored("links").await, [link(4, 4), doc! { "_id": 5_i64 }]);
}

/// The key names another value than the id.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "grades")]
struct Grade {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "cd", unique)]
    code: i64,
    #[chakra(name = "ab")]
    above: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = above, references = code, on_update = Cascade)]
    upper: Related<Option<Grade>>,
    #[chakra(relation = OneToMany, foreign_key = above, references = code)]
    lower: Related<Vec<Grade>>,
    #[chakra(version)]
    version: i64,
}

/// The first one is above itself and the second, and the second above the third.
async fn grades() -> Fixture {
    let fixture = Fixture::new(|builder| builder.model::<Grade>()).await;
    let grade = |id: i64, above: i64| doc! { "_id": id, "cd": id, "ab": above, "version": 0_i64 };
    put(&fixture, "grades", [grade(1, 1), grade(2, 1), grade(3, 2)]).await;
    fixture
}

/// The code and the key of each, in order of `_id`.
async fn codes(fixture: &Fixture) -> Vec<(i64, Option<i64>)> {
    let stored = fixture.stored("grades").await;
    stored.iter().map(|grade| (grade.get_i64("cd").unwrap(), grade.get("ab").and_then(bson::Bson::as_i64))).collect()
}

#[tokio::test]
async fn keys_follow_a_value_of_their_own_model() {
    let fixture = grades().await;
    let db = &fixture.db;
    let first = || db.update(Grade::id.eq(1));
    // Its own key follows too, which is given back.
    let grade = first().set(Grade::code, 10).await.unwrap();
    assert_eq!(codes(&fixture).await, [(10, Some(10)), (2, Some(10)), (3, Some(2))]);
    let stored = fixture.stored("grades").await.swap_remove(0);
    assert_eq!((grade.code, grade.above, grade.version), (10, Some(10), stored.get_i64("version").unwrap()));
    let old = first().set(Grade::code, 11).returning(Old).await.unwrap();
    assert_eq!((old.code, old.above), (10, Some(10)));
    let grade = db.upsert(Grade::id.eq(1)).create(Grade::draft().id(1).code(0)).set(Grade::code, 12).await.unwrap();
    assert_eq!((grade.code, grade.above), (12, Some(12)));
    let value = db.get(Grade::id.eq(1)).await.unwrap();
    let grade = db.replace(Grade::id.eq(1), Grade { code: 13, above: Some(12), ..value }).await.unwrap();
    assert_eq!((grade.code, grade.above), (13, Some(13)));
    assert_eq!(codes(&fixture).await, [(13, Some(13)), (2, Some(13)), (3, Some(2))]);
    // A save knows the version that the following has raised.
    let mut saved = db.get(Grade::id.eq(1)).await.unwrap().tracked();
    saved.code = 14;
    db.save(&mut saved).await.unwrap();
    saved.code = 15;
    db.save(&mut saved).await.unwrap();
    assert_eq!(codes(&fixture).await, [(15, Some(15)), (2, Some(15)), (3, Some(2))]);

    // By nested writes, from below and from above.
    let third = db.update(Grade::id.eq(3)).update(Grade::upper, Grade::all(), |it| it.set(Grade::code, 20)).await.unwrap();
    assert_eq!(third.above, Some(20));
    let grade = first().set(Grade::code, 30).connect(Grade::lower, Grade::id.eq(3)).await.unwrap();
    assert_eq!((grade.code, grade.above), (30, Some(30)));
    assert_eq!(codes(&fixture).await, [(30, Some(30)), (20, Some(30)), (3, Some(30))]);
    let found = db.find_many(Grade::upper.is(Grade::code.eq(30))).order_by((Grade::lower.count().desc(), Grade::id.asc())).await.unwrap();
    assert_eq!(found.iter().map(|grade| grade.id).collect::<Vec<_>>(), [1, 2, 3]);
    // A deletion goes by the value as well.
    db.delete(Grade::id.eq(1)).await.unwrap();
    assert_eq!(codes(&fixture).await, [(20, None), (3, None)]);
}

#[tokio::test]
async fn values_that_move_into_each_other_s_place_take_their_own_keys_along() {
    let fixture = grades().await;
    // Each takes the code that the next one gives up.
    let updated = fixture.db.update_many(Grade::all()).inc(Grade::code, 1).await.unwrap();
    assert_eq!((updated.matched, updated.modified), (3, 3));
    assert_eq!(codes(&fixture).await, [(2, Some(2)), (3, Some(2)), (4, Some(3))]);
}

/// Two models that name each other by keys to which nothing refers.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "ships")]
struct Ship {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    port: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = port, references = name, on_update = Cascade)]
    home: Related<Option<Port>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "ports")]
struct Port {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    name: String,
    flagship: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = flagship, references = name, on_update = Cascade)]
    first: Related<Option<Ship>>,
}

#[tokio::test]
async fn two_models_that_reference_each_other_follow_each_other() {
    let fixture = Fixture::new(|builder| builder.model::<Ship>()).await;
    let db = &fixture.db;
    put(&fixture, "ships", [doc! { "_id": 1_i64, "name": "argo", "port": "iolcus" }]).await;
    put(&fixture, "ports", [doc! { "_id": 1_i64, "name": "iolcus", "flagship": "argo" }]).await;
    db.update(Ship::id.eq(1)).set(Ship::name, "argo II").await.unwrap();
    let ship = db.update(Ship::id.eq(1)).update(Ship::home, Port::all(), |port| port.set(Port::name, "volos")).await.unwrap();
    assert_eq!(ship.port.as_deref(), Some("volos"));
    assert_eq!(fixture.stored("ships").await, [doc! { "_id": 1_i64, "name": "argo II", "port": "volos" }]);
    assert_eq!(fixture.stored("ports").await, [doc! { "_id": 1_i64, "name": "volos", "flagship": "argo II" }]);
    // Each may go: the key of the other becomes `None`.
    db.delete(Port::id.eq(1)).await.unwrap();
    assert_eq!(fixture.stored("ships").await, [doc! { "_id": 1_i64, "name": "argo II" }]);
}

/// Two models of which each one's key is what the other's key names.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "bolts")]
struct Bolt {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    size: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = size, references = size, on_update = Cascade)]
    nut: Related<Option<Nut>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "nuts")]
struct Nut {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    size: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = size, references = size, on_update = Cascade)]
    bolt: Related<Option<Bolt>>,
}

#[tokio::test]
async fn a_ring_of_references_ends() {
    let fixture = Fixture::new(|builder| builder).await;
    let db = &fixture.db;
    let sized = |id: i64, size: i64| doc! { "_id": id, "size": size };
    for collection in ["bolts", "nuts"] {
        put(&fixture, collection, [sized(1, 8), sized(2, 9)]).await;
    }
    assert_eq!(db.update(Bolt::id.eq(1)).set(Bolt::size, 10).await.unwrap().size, Some(10));
    assert_eq!(db.update(Nut::id.eq(2)).set(Nut::size, 11).await.unwrap().size, Some(11));
    for collection in ["bolts", "nuts"] {
        assert_eq!(fixture.stored(collection).await, [sized(1, 10), sized(2, 11)], "{collection}");
    }
    assert_eq!(db.update(Bolt::id.eq(1)).unset(Bolt::size).await.unwrap().size, None);
    for collection in ["bolts", "nuts"] {
        assert_eq!(fixture.stored(collection).await, [doc! { "_id": 1_i64 }, sized(2, 11)], "{collection}");
    }
    let error = db.update(Grade::id.eq(1)).set(Grade::code, 1).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { model: "Grade", .. }), "{error:?}");
}
