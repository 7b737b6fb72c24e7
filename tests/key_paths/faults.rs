//! Keys in composites that do not go together with the other model are said when the application connects.

use crate::support::Fixture;
use bson::{Bson, doc};
use chakra::{Error, prelude::*};

#[derive(Debug, Clone, PartialEq, Composite)]
struct Inner {
    owner_id: i64,
    text: String,
    maybe_id: Option<i64>,
    #[chakra(default = 1)]
    defaulted_id: i64,
}

#[derive(Debug, Clone, PartialEq, Composite)]
#[chakra(tag = "kind")]
enum Choice {
    One { owner_id: i64 },
    Other { name: String },
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "key_path_owners")]
struct Owner {
    #[chakra(id)]
    id: i64,
    #[chakra(relation = OneToMany, foreign_key = inner.nothing)]
    by_nothing: Related<Vec<Thing>>,
    #[chakra(relation = OneToMany, foreign_key = list.owner_id)]
    by_list: Related<Vec<Thing>>,
    #[chakra(relation = OneToMany, foreign_key = inner.text)]
    by_text: Related<Vec<Thing>>,
    #[chakra(relation = OneToMany, foreign_key = inner.defaulted_id)]
    by_default: Related<Vec<Thing>>,
    #[chakra(relation = OneToMany, foreign_key = choice.one.owner_id)]
    by_variant: Related<Vec<Thing>>,
    #[chakra(relation = OneToMany, foreign_key = id.owner_id)]
    by_scalar: Related<Vec<Thing>>,
    #[chakra(relation = OneToOne, foreign_key = other.owner_id)]
    by_shared: Related<Option<Thing>>,
    #[chakra(relation = ManyToMany, inverse_ids = inner.maybe_id)]
    by_one_id: Related<Vec<Thing>>,
    #[chakra(relation = ManyToMany, inverse_ids = list.text)]
    by_texts: Related<Vec<Thing>>,
    #[chakra(relation = ManyToMany, inverse_ids = list.nothing)]
    by_no_ids: Related<Vec<Thing>>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "key_path_things")]
struct Thing {
    #[chakra(id)]
    id: i64,
    inner: Inner,
    list: Vec<Inner>,
    choice: Choice,
    other: Inner,
    #[chakra(relation = ManyToOne, foreign_key = other.maybe_id)]
    always: Related<Owner>,
    last: Inner,
    #[chakra(relation = ManyToOne, foreign_key = last.owner_id)]
    sometimes: Related<Option<Owner>>,
}

#[tokio::test]
async fn what_does_not_go_together_is_said_at_connect() {
    // Said before anything is connected to.
    let connected = Db::builder("mongodb://127.0.0.1:9/x").model::<Owner>().connect().await;
    let Err(Error::Schema(faults)) = connected else { panic!("the models contradict each other") };
    assert_eq!(
        faults,
        [
            "`Owner::by_nothing`: `Inner` has no field `nothing` to hold the key",
            "`Owner::by_list`: the key `list.owner_id` leads through `list`, which is a list: the ids in a list are those of a ManyToMany, by \
             `ids = list.owner_id` at the model that holds them and `inverse_ids = list.owner_id` at the other",
            "`Owner::by_text`: the key `inner.text` of `Thing` is stored as String, but the `_id` of `Owner` as Int64; both ends of a relation \
             need the same stored type",
            "`Owner::by_default`: the key `inner.defaulted_id` of `Thing` cannot have a constant default",
            "`Owner::by_variant`: `Choice` is a tagged union, and a key that one of its variants has cannot be told from other fields",
            "`Owner::by_scalar`: `Thing::id` is no composite and no list of composites, so that no key can be below it",
            "`Owner::by_shared`: the key `other.owner_id` of `Thing` must be unique: `#[chakra(unique(other.owner_id))]` on the model",
            "`Owner::by_one_id`: `Thing::inner.maybe_id` must be a list of the ids of `Owner`; it is stored as Int64, not as [Int64]",
            "`Owner::by_texts`: `Thing::list.text` must be a list of the ids of `Owner`; it is stored as [String], not as [Int64]; both ends of \
             a relation need the same stored type",
            "`Owner::by_no_ids`: `Inner` has no field `nothing` for the ids of `Owner`",
            "`Thing::always`: `other.maybe_id` or what holds it may be `None`, and so may `always`: write `always: Related<Option<Owner>>`",
            "`Thing::sometimes`: `last.owner_id` is always there, and so is `sometimes`: write `sometimes: Related<Owner>`",
        ]
    );
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Plot {
    farmer_id: i64,
    heir_id: Option<i64>,
    code: String,
    helper_ids: Vec<i64>,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "key_path_farmers")]
struct Farmer {
    #[chakra(id)]
    id: i64,
    #[chakra(unique)]
    code: String,
}

#[derive(Debug, Clone, Model)]
#[chakra(collection = "key_path_farms")]
struct Farm {
    #[chakra(id)]
    id: i64,
    plot: Plot,
    #[chakra(relation = ManyToOne, foreign_key = plot.farmer_id, on_delete = SetNull)]
    owner: Related<Farmer>,
    #[chakra(relation = ManyToOne, foreign_key = plot.heir_id, on_delete = SetNull)]
    heir: Related<Option<Farmer>>,
    #[chakra(relation = ManyToOne, foreign_key = plot.code, references = code, on_update = SetNull)]
    coded: Related<Farmer>,
    lease: Option<Plot>,
    #[chakra(relation = ManyToOne, foreign_key = lease.farmer_id, on_delete = SetNull)]
    tenant: Related<Option<Farmer>>,
    plots: Vec<Plot>,
    #[chakra(relation = ManyToMany, ids = plots.farmer_id, on_delete = SetNull)]
    owners: Related<Vec<Farmer>>,
    #[chakra(relation = ManyToMany, ids = plots.heir_id, on_delete = SetNull)]
    heirs: Related<Vec<Farmer>>,
    #[chakra(relation = ManyToMany, ids = plots.helper_ids, on_delete = NoAction)]
    helpers: Related<Vec<Farmer>>,
}

#[tokio::test]
async fn an_action_that_a_key_cannot_take_is_said_at_connect() {
    // A delete of a farmer obeys the farms, whether the handle knows them or not.
    for builder in [Db::builder("mongodb://127.0.0.1:9/x").model::<Farm>(), Db::builder("mongodb://127.0.0.1:9/x").model::<Farmer>()] {
        let Err(Error::Schema(faults)) = builder.connect().await else { panic!("no key of these can become none") };
        assert_faults_of_farms(&faults);
    }
}

fn assert_faults_of_farms(faults: &[String]) {
    let fault = |relation: &str, word: &str, key: &str| {
        format!(
            "`Farm::{relation}`: `{word} = SetNull`, but the key `{key}` is always there, so it cannot become `None`: make it an `Option`, or \
             write `{word} = Cascade` or `Restrict`"
        )
    };
    assert_eq!(
        faults,
        [
            fault("owner", "on_delete", "plot.farmer_id"),
            fault("coded", "on_update", "plot.code"),
            fault("tenant", "on_delete", "lease.farmer_id"),
            fault("owners", "on_delete", "plots.farmer_id"),
            "`Farm::helpers`: `on_delete = NoAction` belongs to a key, and `plots.helper_ids` is a list of ids: a deleted document is always \
             taken out of the lists that hold its id; remove it"
                .to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_key_that_cannot_become_none_holds_back_where_nobody_verified_it() {
    let fixture = Fixture::new(|builder| builder).await;
    let db = &fixture.db;
    for (id, code) in [(1_i64, "a"), (2, "b"), (3, "c")] {
        fixture.store("key_path_farmers", doc! { "_id": id, "code": code }).await;
    }
    let plot = |farmer: i64, heir: Option<i64>, code: &str| {
        let mut plot = doc! { "farmer_id": farmer, "code": code, "helper_ids": [] };
        plot.extend(heir.map(|heir| ("heir_id".to_owned(), Bson::Int64(heir))));
        plot
    };
    let farm = |heir| doc! { "_id": 1_i64, "plot": plot(9, None, "c"), "plots": [plot(9, None, "x"), plot(1, heir, "x")] };
    fixture.store("key_path_farms", farm(Some(2))).await;
    let error = db.delete(Farmer::id.eq(1)).await.unwrap_err();
    let Error::Restricted { model: "Farmer", relation, holder: "Farm", count: 1, .. } = &error else { panic!("{error:?}") };
    assert_eq!(relation.to_string(), "Farm::owners");
    let error = db.update(Farmer::id.eq(3)).set(Farmer::code, "d").await.unwrap_err();
    let Error::Restricted { model: "Farmer", relation, holder: "Farm", count: 1, .. } = &error else { panic!("{error:?}") };
    assert_eq!(relation.to_string(), "Farm::coded");
    assert_eq!((fixture.stored("key_path_farms").await, fixture.stored("key_path_farmers").await.len()), (vec![farm(Some(2))], 3));
    // Beside it one that may be `None` becomes so, and what is left can be read.
    db.delete(Farmer::id.eq(2)).await.unwrap();
    assert_eq!(fixture.stored("key_path_farms").await, [farm(None)]);
    assert_eq!(db.find_many(Farm::all()).await.unwrap().len(), 1);
}
