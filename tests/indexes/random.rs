//! Declarations that nobody thought of: whatever is declared is made, and then there is nothing left to do.
//!
//! A seeded generator makes schemas of the kinds and options that the server takes together; each is synced, and its plan has to be empty, also
//! after every index was hidden or shown.

use super::{left, listed};
use crate::support::Fixture;
use bson::{Document, doc};
use chakra::{
    SyncStep,
    codec::{Decode, DecodeError, Encode, EncodeDocument, Raw, Writer},
    model::{Point, Root, Unwound},
    prelude::*,
    schema::{CollationSchema, CollectionKind, Direction, IndexKey, IndexSchema, KeyForm, PartialFilter, Schema},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

const CASES: usize = 30;
const SEED: u64 = 20_240_607;

/// What the documents look like.
#[derive(Debug, Clone, Model)]
struct Base {
    #[chakra(id)]
    id: i64,
    number: i64,
    text: String,
    maybe: Option<String>,
    at: DateTime<Utc>,
    list: Vec<i32>,
    place: Option<Point>,
    data: HashMap<String, i32>,
}

/// The same documents under the schema of the moment.
#[derive(Debug)]
struct Random(Base);

static CURRENT: Mutex<Option<&'static Schema>> = Mutex::new(None);

impl Root for Random {
    type Unwound = Unwound<Self>;
}
impl Model for Random {
    type Id = i64;

    fn schema() -> &'static Schema {
        CURRENT.lock().unwrap().unwrap()
    }
}
impl Encode for Random {
    fn encode(&self, w: &mut Writer) {
        self.0.encode(w);
    }
}
impl EncodeDocument for Random {
    fn encode_fields(&self, w: &mut Writer) {
        self.0.encode_fields(w);
    }
}
impl<'a> Decode<'a> for Random {
    fn decode(raw: &Raw<'a>) -> Result<Self, DecodeError> {
        Base::decode(raw).map(Self)
    }
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const FILTERS: &[PartialFilter] = &[
    || Ok(doc! { "number": { "$gt": 5_i64 } }),
    || Ok(doc! { "text": "x", "number": { "$in": [1_i64, 2_i64] } }),
    || Ok(doc! { "$or": [{ "maybe": { "$exists": true } }, { "number": { "$lte": -1.5 } }] }),
    || Ok(doc! { "place": { "$type": "object" } }),
];

fn key(path: &str, form: KeyForm) -> IndexKey {
    let field = Base::schema().field(path).unwrap();
    IndexKey { path: path.to_owned(), form, kind: field.kind, absent: field.absent, only: vec![] }
}

fn ordered(chance: &mut Chance, path: &str) -> IndexKey {
    key(path, KeyForm::Ordered(chance.pick(&[Direction::Ascending, Direction::Descending])))
}

/// One to three different fields in some order, of which one may be a list.
fn some(chance: &mut Chance, from: &[&'static str]) -> Vec<IndexKey> {
    let mut left = from.to_vec();
    let count = 1 + chance.below(3);
    let mut keys = Vec::new();
    while keys.len() < count && !left.is_empty() {
        let path = left.remove(chance.below(left.len()));
        keys.push(ordered(chance, path));
    }
    keys
}

fn collation(chance: &mut Chance) -> CollationSchema {
    let mut collation = CollationSchema::new(chance.pick(&["de", "en_US", "fr_CA", "hi", "th", "da", "zh_Hant", "de@collation=phonebook"]));
    if chance.one_in(2) {
        collation = collation.strength(chance.pick(&[3, 4, 5]));
    }
    if chance.one_in(3) {
        collation = collation.case_level(chance.one_in(2));
    }
    if chance.one_in(3) {
        collation = collation.case_first(chance.pick(&["upper", "lower", "off"]));
    }
    if chance.one_in(3) {
        collation = collation.numeric_ordering(chance.one_in(2));
    }
    if chance.one_in(3) {
        collation = collation.alternate(chance.pick(&["shifted", "non-ignorable"])).max_variable(chance.pick(&["punct", "space"]));
    }
    if chance.one_in(4) {
        collation = collation.backwards(chance.one_in(2)).normalization(chance.one_in(2));
    }
    collation
}

/// An index over keys in a vector.
fn over(keys: Vec<IndexKey>) -> IndexSchema {
    IndexSchema { keys, ..IndexSchema::plain([]) }
}

fn index(chance: &mut Chance) -> IndexSchema {
    let scalars: &[&str] = &["number", "text", "maybe", "at"];
    match chance.below(8) {
        0 => {
            let mut keys = some(chance, scalars);
            let at = chance.below(keys.len());
            keys[at].form = KeyForm::Hashed;
            options(chance, over(keys), true)
        }
        1 => {
            let mut keys = if chance.one_in(2) { some(chance, scalars) } else { Vec::new() };
            keys.insert(chance.below(keys.len() + 1), key("place", KeyForm::Sphere));
            options(chance, over(keys), false)
        }
        2 => options(chance, over(vec![key("data", KeyForm::Wildcard)]), false),
        3 => {
            let all = IndexSchema::wildcard();
            let listed = || [key("data", KeyForm::Wildcard), key("text", KeyForm::Wildcard)];
            let index = match chance.below(3) {
                0 => all,
                1 => all.only(listed()),
                _ => all.except(listed()),
            };
            options(chance, index, false)
        }
        4 => {
            let seconds = chance.pick(&[0, 60, 86_400, i32::MAX]);
            let index = over(vec![ordered(chance, "at")]).expire_after(seconds);
            options(chance, index, true)
        }
        5 => {
            let index = IndexSchema { unique: true, ..over(some(chance, scalars)) };
            options(chance, index, true)
        }
        _ => {
            let keys = some(chance, &["number", "text", "maybe", "at", "list"]);
            options(chance, over(keys), true)
        }
    }
}

fn options(chance: &mut Chance, mut index: IndexSchema, may_be_sparse: bool) -> IndexSchema {
    match chance.below(4) {
        0 if may_be_sparse => index = index.sparse(),
        1 => index = index.partial(chance.pick(FILTERS)),
        _ => {}
    }
    if chance.one_in(3) {
        index = index.collation(collation(chance));
    }
    if chance.one_in(4) {
        index = index.hidden();
    }
    index
}

fn text(chance: &mut Chance) -> IndexSchema {
    let paths = || [key("text", KeyForm::Text), key("maybe", KeyForm::Text)];
    let mut index = IndexSchema::text(paths(), [i32::try_from(1 + chance.below(3)).unwrap(), 1]);
    if chance.one_in(2) {
        index = index.default_language(chance.pick(&["english", "german", "none"]));
    }
    if chance.one_in(2) {
        index = index.language_field(chance.pick(&["language", "lang"]));
    }
    if chance.one_in(3) {
        index = index.partial(chance.pick(FILTERS));
    }
    index
}

/// What the server takes for one index, whatever it is called, hidden or not, and whenever its documents are deleted.
fn identity(index: &IndexSchema) -> String {
    let keys: Vec<(&str, KeyForm)> = index.keys.iter().map(|key| (key.path.as_str(), key.form)).collect();
    let options = &index.options;
    let partial = options.partial.map(|filter| filter().unwrap());
    // One of a language's own settings may be declared too, which is the same collation.
    let collation = options.collation.map(|collation| collation.locale);
    format!("{keys:?} {} {} {partial:?} {collation:?} {:?}", index.unique, options.sparse, options.projection)
}

fn schema(chance: &mut Chance) -> Schema {
    let (mut indexes, mut known) = (Vec::new(), HashSet::new());
    for _ in 0..3 + chance.below(8) {
        let index = index(chance);
        if known.insert(identity(&index)) {
            indexes.push(index);
        }
    }
    if chance.one_in(2) {
        indexes.push(text(chance));
    }
    let name = |at: usize| -> &'static str { format!("i{at}").leak() };
    let indexes = indexes.into_iter().enumerate().map(|(at, index)| index.named(name(at))).collect();
    declaring(indexes)
}

fn declaring(indexes: Vec<IndexSchema>) -> Schema {
    Schema {
        model: "Random",
        collection: "randoms",
        storage: CollectionKind::Plain,
        fields: Base::schema().fields,
        tag: None,
        relations: &[],
        indexes,
        extra: false,
        deny_unknown: false,
        validator: false,
        sync: true,
    }
}

/// Connects with this schema, to a fresh database or to that of another one.
fn declare(schema: Schema) {
    *CURRENT.lock().unwrap() = Some(Box::leak(Box::new(schema)));
}

#[tokio::test]
async fn whatever_is_declared_is_made_and_then_there_is_nothing_left_to_do() {
    let mut chance = Chance(SEED);
    for case in 0..CASES {
        let schema = schema(&mut chance);
        // Searches and places would be refused without their index: it is not hidden while others may ask it.
        let is_refused =
            |index: &IndexSchema| !index.options.hidden && index.keys.iter().any(|key| matches!(key.form, KeyForm::Text | KeyForm::Sphere));
        let turned: Vec<IndexSchema> = schema
            .indexes
            .iter()
            .map(|index| {
                let mut index = index.clone();
                index.options.hidden = !index.options.hidden;
                index
            })
            .collect();
        let (told, count) = (schema.to_string(), schema.indexes.len());
        let refused = schema.indexes.iter().filter(|index| is_refused(index)).count();
        declare(schema);
        let fixture = Fixture::new(|builder| builder.model::<Random>()).await;
        fixture.db.sync().await.unwrap_or_else(|error| panic!("case {case}: {error}: {:?}\n{told}", error.detail()));
        assert_eq!(left(&fixture).await, Vec::<String>::new(), "case {case}\n{told}");
        let made = listed(&fixture, "randoms").await;
        assert_eq!(made.len(), count, "case {case}\n{told}");

        declare(declaring(turned));
        let db = chakra::Db::builder(&fixture.uri).model::<Random>().connect().await.unwrap();
        let changed = db.sync().await.unwrap();
        let is_change = |step: &SyncStep| matches!(step, SyncStep::ChangeIndex { difference, .. } if difference.option == "hidden");
        let (changes, left): (Vec<_>, Vec<_>) = changed.steps.iter().partition(|step| is_change(step));
        assert!(left.iter().all(|step| matches!(step, SyncStep::Differs { .. })), "case {case}: {changed}\n{told}");
        assert_eq!((changes.len(), left.len()), (count - refused, refused), "case {case}: {changed}\n{told}");
        assert_eq!(db.sync().plan().await.unwrap().steps.len(), refused, "case {case}\n{told}");
        let shown = |index: &Document| !index.get_bool("hidden").unwrap_or(false);
        let after = listed(&fixture, "randoms").await;
        let turned = made.iter().zip(&after).filter(|(before, after)| shown(before) != shown(after)).count();
        assert_eq!(turned, count - refused, "case {case}\n{told}");
    }
}
