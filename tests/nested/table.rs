//! The table of verbs and kinds of links, each verb at each kind: the raw keys and lists on both sides, and the commands by name. Everything is
//! stored under other names than those of the fields, so that a write under the wrong name is seen.

use super::world::{commands, numbers, store, stored, values};
use crate::support::Sent;
use bson::{Bson, Document, doc};
use chakra::{Error, prelude::*, query::UniqueFilter};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Model)]
#[chakra(collection = "guilds")]
struct Guild {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "hl")]
    hall_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = hall_id)]
    hall: Related<Option<Hall>>,
    #[chakra(relation = OneToMany, foreign_key = guild_id)]
    smiths: Related<Vec<Smith>>,
    #[chakra(relation = OneToMany, foreign_key = guild_name, references = name)]
    pupils: Related<Vec<Pupil>>,
    #[chakra(relation = OneToOne, foreign_key = guild_id)]
    seal: Related<Option<Seal>>,
    #[chakra(name = "tl")]
    tool_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = tool_ids)]
    tools: Related<Vec<Tool>>,
    #[chakra(relation = ManyToMany, inverse_ids = guild_ids)]
    fairs: Related<Vec<Fair>>,
    #[chakra(name = "cr")]
    craft_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = craft_ids, inverse_ids = guild_ids)]
    crafts: Related<Vec<Craft>>,
}

/// The key is at the guild.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "halls")]
struct Hall {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
}

/// The key is here.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "smiths")]
struct Smith {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
    #[chakra(name = "gd")]
    guild_id: Option<i64>,
    #[chakra(relation = ManyToOne, foreign_key = guild_id)]
    guild: Related<Option<Guild>>,
}

/// The key names the guild by its name.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "pupils")]
struct Pupil {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
    #[chakra(name = "gn")]
    guild_name: Option<String>,
    #[chakra(relation = ManyToOne, foreign_key = guild_name, references = name, on_update = Cascade)]
    guild: Related<Option<Guild>>,
}

/// One of each guild.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "seals")]
struct Seal {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
    #[chakra(name = "gd")]
    guild_id: Option<i64>,
    #[chakra(relation = OneToOne, foreign_key = guild_id)]
    guild: Related<Option<Guild>>,
}

/// The list is at the guild.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "tools")]
struct Tool {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
}

/// The list is here.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "fairs")]
struct Fair {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
    #[chakra(name = "gds")]
    guild_ids: Vec<i64>,
}

/// Both sides have lists; `crafts.gds` is the authority.
#[derive(Debug, Clone, Model)]
#[chakra(collection = "crafts")]
struct Craft {
    #[chakra(id)]
    id: i64,
    #[chakra(name = "nm", unique)]
    name: String,
    #[chakra(name = "rk", default = 0)]
    rank: i32,
    #[chakra(name = "gds")]
    guild_ids: Vec<i64>,
    #[chakra(relation = ManyToMany, ids = guild_ids, inverse_ids = craft_ids)]
    guilds: Related<Vec<Guild>>,
}

/// A kind of link from a guild to many.
struct Kind {
    collection: &'static str,
    /// The list of the guild.
    own: Option<&'static str>,
    /// The key or the list of the others.
    others: Option<&'static str>,
    // What each verb sends beside the look at the guild and the commit; what names no collection goes to that of the others.
    create: &'static [&'static str],
    connect: &'static [&'static str],
    disconnect: &'static [&'static str],
    replace: &'static [&'static str],
    delete: &'static [&'static str],
}

const KEY_THERE: Kind = Kind {
    collection: "smiths",
    own: None,
    others: Some("gd"),
    create: &["insert"],
    connect: &["find", "update"],
    disconnect: &["update"],
    replace: &["find", "find", "update", "update"],
    delete: &["find", "delete"],
};

const LIST_HERE: Kind = Kind {
    collection: "tools",
    own: Some("tl"),
    others: None,
    create: &["insert", "update guilds"],
    connect: &["find", "update guilds"],
    disconnect: &["update guilds"],
    replace: &["find", "update guilds", "update guilds"],
    delete: &["find", "find", "update guilds", "delete"],
};

const LIST_THERE: Kind = Kind {
    collection: "fairs",
    own: None,
    others: Some("gds"),
    create: &["insert"],
    connect: &["find", "update"],
    disconnect: &["update"],
    replace: &["find", "find", "update", "update"],
    delete: &["find", "delete"],
};

/// The authority is written last when a link is made, and first when it is taken away.
const LISTS_ON_BOTH_SIDES: Kind = Kind {
    collection: "crafts",
    own: Some("cr"),
    others: Some("gds"),
    create: &["update guilds", "insert"],
    connect: &["find", "update guilds", "update"],
    disconnect: &["update", "update guilds"],
    replace: &["find", "update", "update guilds", "update guilds", "update"],
    delete: &["find", "find", "update guilds", "delete"],
};

impl Kind {
    /// Three documents that nobody made by Chakra, of which 21 is the second guild's.
    async fn put(&self, sent: &Sent) {
        for id in [20_i64, 21, 22] {
            let mut document = doc! { "_id": id, "nm": format!("n{id}"), "rk": 0 };
            let is_theirs = id == 21;
            match self.others {
                Some("gd") if is_theirs => document.extend(doc! { "gd": 2_i64 }),
                Some("gds") => document.extend(doc! { "gds": if is_theirs { vec![2_i64] } else { vec![] } }),
                _ => {}
            }
            store(sent, self.collection, document).await;
        }
    }

    /// The ids that the first guild is linked to, the same on both sides, each as often as it stands there.
    async fn linked(&self, sent: &Sent) -> Vec<i64> {
        let mut sides: Vec<Vec<i64>> = Vec::new();
        if let Some(list) = self.own {
            let mut ids = numbers(sent, "guilds", list).await.swap_remove(0).1;
            ids.sort_unstable();
            sides.push(ids);
        }
        if let Some(field) = self.others {
            let all = numbers(sent, self.collection, field).await;
            let of_first = |(id, guilds): (i64, Vec<i64>)| guilds.into_iter().filter(|guild| *guild == 1).map(|_| id).collect::<Vec<_>>();
            sides.push(all.into_iter().flat_map(of_first).collect());
        }
        assert!(sides.windows(2).all(|pair| pair[0] == pair[1]), "{sides:?}");
        sides.swap_remove(0)
    }

    async fn check(&self, sent: &Sent, verb: &str, parts: &[&[&str]], linked: &[i64]) {
        let name = |word: &&str| if word.contains(' ') { (*word).to_owned() } else { format!("{word} {}", self.collection) };
        let mut expected = vec!["find guilds".to_owned()];
        expected.extend(parts.iter().flat_map(|words| words.iter()).map(name));
        expected.push("commitTransaction".to_owned());
        assert_eq!(commands(sent), expected, "{verb}");
        assert_eq!(self.linked(sent).await, linked, "{verb}");
    }

    async fn ranks(&self, sent: &Sent) -> Vec<(i64, i32)> {
        let ranks = values(sent, self.collection, "rk").await;
        ranks.into_iter().map(|(id, rank)| (id, rank.and_then(|rank| rank.as_i32()).unwrap())).collect()
    }
}

/// Two guilds. Of the lists of the second one all tools and crafts have the id 21.
async fn guilds() -> Sent {
    let sent = Sent::with(|builder| builder.model::<Guild>()).await;
    sent.db.sync().await.unwrap();
    store(&sent, "guilds", doc! { "_id": 1_i64, "nm": "red", "tl": [], "cr": [] }).await;
    store(&sent, "guilds", doc! { "_id": 2_i64, "nm": "blue", "tl": [21_i64], "cr": [21_i64] }).await;
    sent.commands();
    sent
}

/// The names under which something is stored in a collection.
async fn names(sent: &Sent, collection: &str) -> Vec<String> {
    let documents = stored(sent, collection).await;
    let names: BTreeSet<String> = documents.iter().flat_map(Document::keys).cloned().collect();
    names.into_iter().collect()
}

/// All ten verbs at one relation to many, one after the other.
macro_rules! ten_verbs {
    ($kind:expr, $relation:expr, $model:ident, $draft:expr) => {{
        let (kind, draft, sent) = ($kind, $draft, guilds().await);
        kind.put(&sent).await;
        let theirs = (stored(&sent, kind.collection).await.swap_remove(1), stored(&sent, "guilds").await.swap_remove(1));
        let guild = || sent.db.update(Guild::id.eq(1)).returning(Nothing);

        guild().create($relation, draft(10)).await.unwrap();
        kind.check(&sent, "create", &[kind.create], &[10]).await;
        guild().create_many($relation, [11_i64, 12].map(draft)).await.unwrap();
        kind.check(&sent, "create_many", &[kind.create], &[10, 11, 12]).await;
        guild().connect($relation, $model::id.eq(20)).await.unwrap();
        kind.check(&sent, "connect", &[kind.connect], &[10, 11, 12, 20]).await;
        guild().connect_or_create($relation, $model::id.eq(22), draft(22)).await.unwrap();
        kind.check(&sent, "connect_or_create, connecting", &[kind.connect], &[10, 11, 12, 20, 22]).await;
        guild().connect_or_create($relation, $model::name.eq("n13"), draft(13)).await.unwrap();
        kind.check(&sent, "connect_or_create, creating", &[&["find"], kind.create], &[10, 11, 12, 13, 20, 22]).await;
        guild().disconnect($relation, $model::id.eq(11)).await.unwrap();
        kind.check(&sent, "disconnect", &[kind.disconnect], &[10, 12, 13, 20, 22]).await;
        guild().replace($relation, [$model::id.eq(10), $model::id.eq(11), $model::id.eq(12)]).await.unwrap();
        kind.check(&sent, "replace", &[kind.replace], &[10, 11, 12]).await;
        guild().delete($relation, $model::id.eq(12)).await.unwrap();
        kind.check(&sent, "delete", &[kind.delete], &[10, 11]).await;
        assert_eq!(kind.ranks(&sent).await, [(10, 0), (11, 0), (13, 0), (20, 0), (21, 0), (22, 0)]);

        guild().update($relation, $model::id.eq(10), |it| it.set($model::rank, 5)).await.unwrap();
        kind.check(&sent, "update", &[&["findAndModify"]], &[10, 11]).await;
        guild().update_many($relation, $model::rank.lt(5), |it| it.set($model::rank, 7)).await.unwrap();
        kind.check(&sent, "update_many", &[&["update"]], &[10, 11]).await;
        assert_eq!(kind.ranks(&sent).await, [(10, 5), (11, 7), (13, 0), (20, 0), (21, 0), (22, 0)]);

        guild().upsert($relation, $model::name.eq("n11"), draft(11), |it| it.set($model::rank, 8)).await.unwrap();
        kind.check(&sent, "upsert, updating", &[&["findAndModify"]], &[10, 11]).await;
        guild().upsert($relation, $model::id.eq(14), draft(14), |it| it.set($model::rank, 9)).await.unwrap();
        kind.check(&sent, "upsert, creating", &[&["findAndModify", "find"], kind.create], &[10, 11, 14]).await;
        assert_eq!(kind.ranks(&sent).await, [(10, 5), (11, 8), (13, 0), (14, 0), (20, 0), (21, 0), (22, 0)]);
        guild().delete_many($relation, $model::rank.gte(8)).await.unwrap();
        kind.check(&sent, "delete_many", &[kind.delete], &[10, 14]).await;
        assert_eq!(kind.ranks(&sent).await, [(10, 5), (13, 0), (14, 0), (20, 0), (21, 0), (22, 0)]);

        // What is another guild's cannot be reached by any of them.
        let before = (stored(&sent, kind.collection).await, stored(&sent, "guilds").await);
        let failed = [
            guild().update($relation, $model::id.eq(21), |it| it.set($model::rank, 1)).await.unwrap_err(),
            guild().upsert($relation, $model::id.eq(21), draft(21), |it| it.set($model::rank, 1)).await.unwrap_err(),
            guild().delete($relation, [$model::id.eq(10), $model::id.eq(21)]).await.unwrap_err(),
            guild().connect($relation, [$model::id.eq(20), $model::id.eq(99)]).await.unwrap_err(),
            guild().replace($relation, $model::id.eq(99)).await.unwrap_err(),
        ];
        for error in failed {
            assert!(matches!(error, Error::NotFound { model, .. } if model == stringify!($model)), "{error:?}");
        }
        guild().update_many($relation, $model::id.eq(21), |it| it.set($model::rank, 1)).await.unwrap();
        guild().delete_many($relation, $model::id.eq(21)).await.unwrap();
        guild().disconnect($relation, $model::id.eq(21)).await.unwrap();
        assert_eq!((stored(&sent, kind.collection).await, stored(&sent, "guilds").await), before);
        let place = before.0.iter().position(|document| document.get_i64("_id").unwrap() == 21).unwrap();
        assert_eq!((&before.0[place], &before.1[1]), (&theirs.0, &theirs.1));

        // None is all that go.
        guild().replace($relation, Vec::<UniqueFilter<$model>>::new()).await.unwrap();
        assert_eq!(kind.linked(&sent).await, [0_i64; 0]);
        assert_eq!(names(&sent, "guilds").await, ["_id", "cr", "nm", "tl"]);
        let mut fields: Vec<&str> = ["_id", "nm", "rk"].into_iter().chain(kind.others).collect();
        fields.sort_unstable();
        assert_eq!(names(&sent, kind.collection).await, fields);
    }};
}

#[tokio::test]
async fn each_verb_at_a_key_there() {
    ten_verbs!(KEY_THERE, Guild::smiths, Smith, |id: i64| Smith::draft().id(id).name(format!("n{id}")));
}

#[tokio::test]
async fn each_verb_at_a_list_here() {
    ten_verbs!(LIST_HERE, Guild::tools, Tool, |id: i64| Tool::draft().id(id).name(format!("n{id}")));
}

#[tokio::test]
async fn each_verb_at_a_list_there() {
    ten_verbs!(LIST_THERE, Guild::fairs, Fair, |id: i64| Fair::draft().id(id).name(format!("n{id}")));
}

#[tokio::test]
async fn each_verb_at_lists_on_both_sides() {
    ten_verbs!(LISTS_ON_BOTH_SIDES, Guild::crafts, Craft, |id: i64| Craft::draft().id(id).name(format!("n{id}")));
}

/// The key of the first guild.
async fn hall_of(sent: &Sent) -> Option<i64> {
    values(sent, "guilds", "hl").await.swap_remove(0).1.and_then(|hall| hall.as_i64())
}

#[tokio::test]
async fn each_verb_at_a_key_here() {
    let sent = guilds().await;
    store(&sent, "halls", doc! { "_id": 6_i64, "nm": "n6", "rk": 0 }).await;
    let guild = || sent.db.update(Guild::id.eq(1)).returning(Nothing);
    let hall = |id: i64| Hall::draft().id(id).name(format!("n{id}"));

    guild().create(Guild::hall, hall(5)).await.unwrap();
    assert_eq!(commands(&sent), ["insert halls", "findAndModify guilds", "commitTransaction"]);
    assert_eq!(hall_of(&sent).await, Some(5));
    guild().connect(Guild::hall, Hall::id.eq(6)).await.unwrap();
    assert_eq!(commands(&sent), ["find halls", "findAndModify guilds", "commitTransaction"]);
    assert_eq!(hall_of(&sent).await, Some(6));
    guild().connect_or_create(Guild::hall, Hall::name.eq("n5"), hall(5)).await.unwrap();
    assert_eq!(commands(&sent), ["find halls", "findAndModify guilds", "commitTransaction"]);
    assert_eq!(hall_of(&sent).await, Some(5));
    guild().connect_or_create(Guild::hall, Hall::name.eq("n7"), hall(7)).await.unwrap();
    assert_eq!(commands(&sent), ["find halls", "insert halls", "findAndModify guilds", "commitTransaction"]);
    assert_eq!(hall_of(&sent).await, Some(7));

    guild().update(Guild::hall, Hall::all(), |it| it.set(Hall::rank, 3)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify halls", "commitTransaction"]);
    guild().upsert(Guild::hall, Hall::all(), hall(8), |it| it.inc(Hall::rank, 1)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify halls", "commitTransaction"]);
    assert_eq!(values(&sent, "halls", "rk").await, [(5, Some(0.into())), (6, Some(0.into())), (7, Some(4.into()))]);

    guild().disconnect(Guild::hall, Hall::all()).await.unwrap();
    assert_eq!(commands(&sent), ["findAndModify guilds", "commitTransaction"]);
    assert_eq!(hall_of(&sent).await, None);
    guild().upsert(Guild::hall, Hall::all(), hall(8), |it| it.set(Hall::rank, 9)).await.unwrap();
    assert_eq!((hall_of(&sent).await, values(&sent, "halls", "rk").await.pop()), (Some(8), Some((8, Some(0.into())))));
    commands(&sent);
    guild().delete(Guild::hall, Hall::all()).await.unwrap();
    let taken_away = ["find guilds", "find halls", "findAndModify guilds"];
    let deleted = ["find halls", "update guilds", "delete halls", "commitTransaction"];
    assert_eq!(commands(&sent), [&taken_away[..], &deleted].concat());
    assert_eq!((hall_of(&sent).await, numbers(&sent, "halls", "_id").await.len()), (None, 3));
    assert_eq!((names(&sent, "guilds").await, names(&sent, "halls").await), (owned(["_id", "cr", "nm", "tl"]), owned(["_id", "nm", "rk"])));
}

fn owned<const N: usize>(names: [&str; N]) -> Vec<String> {
    names.map(str::to_owned).to_vec()
}

#[tokio::test]
async fn each_verb_at_a_one_to_one_whose_key_is_there() {
    let sent = guilds().await;
    let guild = || sent.db.update(Guild::id.eq(1)).returning(Nothing);
    let either = |id: i64| guild().connect_or_create(Guild::seal, Seal::id.eq(id), Seal::draft().id(id));

    guild().create(Guild::seal, Seal::draft().id(5)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "find seals", "insert seals", "commitTransaction"]);
    // The one that is created takes the place of who stood there, and so does the one that is found.
    either(6).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "find seals", "find seals", "update seals", "insert seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![]), (6, vec![1])]);
    either(5).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "find seals", "find seals", "update seals", "update seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![1]), (6, vec![])]);
    // It stands there already.
    either(5).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "find seals", "find seals", "update seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![1]), (6, vec![])]);
    guild().connect(Guild::seal, Seal::id.eq(6)).await.unwrap();
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![]), (6, vec![1])]);
    commands(&sent);

    guild().update(Guild::seal, Seal::all(), |it| it.set(Seal::rank, 3)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify seals", "commitTransaction"]);
    guild().upsert(Guild::seal, Seal::all(), Seal::draft().id(7), |it| it.inc(Seal::rank, 1)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify seals", "commitTransaction"]);
    assert_eq!(values(&sent, "seals", "rk").await, [(5, Some(0.into())), (6, Some(4.into()))]);
    guild().delete(Guild::seal, Seal::all()).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "find seals", "delete seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![])]);
    guild().upsert(Guild::seal, Seal::all(), Seal::draft().id(7), |it| it.set(Seal::rank, 9)).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify seals", "find seals", "insert seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![]), (7, vec![1])]);
    guild().disconnect(Guild::seal, Seal::all()).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "update seals", "commitTransaction"]);
    assert_eq!(numbers(&sent, "seals", "gd").await, [(5, vec![]), (7, vec![])]);

    // From the side of the key.
    let seal = sent.db.update(Seal::id.eq(7)).connect(Seal::guild, Guild::name.eq("blue")).await.unwrap();
    assert_eq!(commands(&sent), ["find guilds", "findAndModify seals", "commitTransaction"]);
    assert_eq!((seal.guild_id, numbers(&sent, "seals", "gd").await), (Some(2), vec![(5, vec![]), (7, vec![2])]));
    assert_eq!(names(&sent, "seals").await, ["_id", "gd", "rk"]);
}

/// The names that pupils have of their guilds.
async fn guild_names(sent: &Sent) -> Vec<(i64, Option<Bson>)> {
    values(sent, "pupils", "gn").await
}

#[tokio::test]
async fn keys_under_another_name_that_reference_a_field_under_another_name() {
    let sent = guilds().await;
    store(&sent, "pupils", doc! { "_id": 5_i64, "rk": 0 }).await;
    let guild = || sent.db.update(Guild::id.eq(1)).returning(Nothing);
    guild().connect(Guild::pupils, Pupil::id.eq(5)).create(Guild::pupils, Pupil::draft().id(6)).await.unwrap();
    assert_eq!(guild_names(&sent).await, [(5, Some("red".into())), (6, Some("red".into()))]);
    // The keys follow the name, and are what the next write goes by.
    guild()
        .set(Guild::name, "rose")
        .update(Guild::pupils, Pupil::id.eq(6), |it| it.set(Pupil::rank, 2))
        .update_many(Guild::pupils, Pupil::rank.eq(0), |it| it.set(Pupil::rank, 1))
        .await
        .unwrap();
    assert_eq!(guild_names(&sent).await, [(5, Some("rose".into())), (6, Some("rose".into()))]);
    assert_eq!(values(&sent, "pupils", "rk").await, [(5, Some(1.into())), (6, Some(2.into()))]);
    guild().replace(Guild::pupils, Pupil::id.eq(6)).await.unwrap();
    assert_eq!(guild_names(&sent).await, [(5, None), (6, Some("rose".into()))]);

    let pupil = sent.db.update(Pupil::id.eq(5)).connect(Pupil::guild, Guild::id.eq(2)).await.unwrap();
    assert_eq!(pupil.guild_name.as_deref(), Some("blue"));
    let pupil = sent.db.update(Pupil::id.eq(5)).update(Pupil::guild, Guild::all(), |it| it.set(Guild::name, "navy")).await.unwrap();
    assert_eq!(pupil.guild_name.as_deref(), Some("navy"), "the key follows what the write itself has changed");
    assert_eq!(guild_names(&sent).await, [(5, Some("navy".into())), (6, Some("rose".into()))]);
    assert_eq!(names(&sent, "pupils").await, ["_id", "gn", "rk"]);
    assert_eq!(names(&sent, "guilds").await, ["_id", "cr", "nm", "tl"]);
}

#[tokio::test]
async fn lists_under_other_names_from_the_other_side_and_deeper_down() {
    let sent = guilds().await;
    LISTS_ON_BOTH_SIDES.put(&sent).await;
    store(&sent, "smiths", doc! { "_id": 10_i64, "nm": "n10", "rk": 0, "gd": 1_i64 }).await;
    store(&sent, "tools", doc! { "_id": 30_i64, "nm": "n30", "rk": 0 }).await;
    let both = async || (numbers(&sent, "guilds", "cr").await, numbers(&sent, "crafts", "gds").await);
    let craft = || sent.db.update(Craft::id.eq(20));

    let linked = craft().connect(Craft::guilds, [Guild::id.eq(2), Guild::name.eq("red")]).await.unwrap();
    assert_eq!(linked.guild_ids, [2, 1]);
    assert_eq!(both().await, (vec![(1, vec![20]), (2, vec![21, 20])], vec![(20, vec![2, 1]), (21, vec![2]), (22, vec![])]));
    let left = craft().replace(Craft::guilds, Guild::id.eq(1)).await.unwrap();
    assert_eq!(left.guild_ids, [1]);
    assert_eq!(both().await, (vec![(1, vec![20]), (2, vec![21])], vec![(20, vec![1]), (21, vec![2]), (22, vec![])]));

    // Three levels: a smith, its guild, and what the guild's lists have.
    sent.db
        .update(Smith::id.eq(10))
        .update(Smith::guild, Guild::all(), |guild| {
            guild
                .disconnect(Guild::crafts, Craft::id.eq(20))
                .connect(Guild::crafts, Craft::name.eq("n22"))
                .connect(Guild::tools, Tool::id.eq(30))
                .update(Guild::crafts, Craft::id.eq(22), |craft| craft.set(Craft::rank, 4))
        })
        .await
        .unwrap();
    assert_eq!(both().await, (vec![(1, vec![22]), (2, vec![21])], vec![(20, vec![]), (21, vec![2]), (22, vec![1])]));
    assert_eq!(numbers(&sent, "guilds", "tl").await, [(1, vec![30]), (2, vec![21])]);
    assert_eq!(values(&sent, "crafts", "rk").await[2], (22, Some(4.into())));

    // By a draft, all at once.
    let guild = Guild::draft()
        .id(3)
        .name("grey")
        .hall(create(Hall::draft().id(5).name("n5")))
        .smiths(connect(Smith::id.eq(10)))
        .tools((connect(Tool::id.eq(30)), create([Tool::draft().id(31).name("n31")])))
        .fairs(create([Fair::draft().id(40).name("n40")]))
        .crafts(connect([Craft::id.eq(20), Craft::id.eq(21)]));
    let guild = sent.db.create(guild).await.unwrap();
    assert_eq!((guild.hall_id, guild.craft_ids), (Some(5), vec![20, 21]));
    let mut tools = guild.tool_ids;
    tools.sort_unstable();
    assert_eq!(tools, [30, 31]);
    assert_eq!(numbers(&sent, "smiths", "gd").await, [(10, vec![3])]);
    assert_eq!(numbers(&sent, "fairs", "gds").await, [(40, vec![3])]);
    assert_eq!(numbers(&sent, "crafts", "gds").await, [(20, vec![3]), (21, vec![2, 3]), (22, vec![1])]);
    let grey = stored(&sent, "guilds").await.swap_remove(2);
    let mut fields: Vec<&str> = grey.keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["_id", "cr", "hl", "nm", "tl"]);
}
