//! Declarations that nobody thought of: whatever is declared is made, and then there is nothing left to do.
//!
//! A seeded generator makes schemas of the kinds and options that the server takes together, on collections of every kind; each is synced, and its
//! plan has to be empty, also after every index was hidden or shown. `CHAKRA_INDEX_CASES` sets how many, `CHAKRA_INDEX_SEED` which.

use super::{left, listed};
use crate::support::{Fixture, number};
use bson::{Document, doc};
use chakra::{
    SyncStep,
    codec::{Decode, DecodeError, Encode, EncodeDocument, Raw, Writer},
    model::{Point, Root, Unwound},
    prelude::*,
    schema::{
        CollationSchema, CollectionKind, Direction, Granularity, IndexKey, IndexSchema, KeyForm, Kind, PartialFilter, Schema, TimeSeries,
    },
};
use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

const CASES: u64 = 30;
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
    #[chakra(name = "in")]
    inner: Inner,
    lines: Vec<Line>,
}

/// Of measurements over time it says whose they are.
#[derive(Debug, Clone, PartialEq, Composite)]
struct Inner {
    #[chakra(name = "c")]
    code: String,
    count: Option<i64>,
    spot: Option<Point>,
    marks: Vec<i32>,
    notes: HashMap<String, i32>,
}

#[derive(Debug, Clone, PartialEq, Composite)]
struct Line {
    sku: String,
    #[chakra(name = "n")]
    amount: i32,
    extra: HashMap<String, i32>,
}

/// Paths of one value in each document.
const SCALARS: &[&str] = &["number", "text", "maybe", "at", "in.c", "in.count"];
/// And those of several, of which an index takes one.
const LISTS: &[&str] = &["list", "in.marks", "lines.n", "lines.sku"];
/// By what measurements over time are put together, and what is below it.
const META: &[&str] = &["in.c", "in.count"];

fn is_meta(key: &IndexKey) -> bool {
    key.path == "in" || key.path.starts_with("in.")
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
    || Ok(doc! { "in.c": { "$gt": "a" }, "lines.n": { "$lt": 3 } }),
    // The last one is none for a time series.
    || Ok(doc! { "place": { "$type": "object" } }),
];

/// The key at a stored path, which may lead through a composite and through a list of them.
fn key(path: &str, form: KeyForm) -> IndexKey {
    let (mut fields, mut is_in_list, mut segments) = (Base::schema().fields, false, path.split('.').peekable());
    loop {
        let segment = segments.next().unwrap();
        let field = fields.iter().find(|field| field.stored == segment).unwrap();
        if segments.peek().is_none() {
            let kind = if is_in_list { Kind::Array(&field.kind) } else { field.kind };
            return IndexKey { path: path.to_owned(), form, kind, absent: field.absent, only: vec![] };
        }
        fields = match field.kind {
            Kind::Composite(shape) => shape().fields,
            Kind::Array(Kind::Composite(shape)) => {
                is_in_list = true;
                shape().fields
            }
            kind => panic!("{path} leads through {kind:?}"),
        };
    }
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
        if LISTS.contains(&path) {
            left.retain(|other| !LISTS.contains(other));
        }
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

/// Some index that a collection of this kind may have.
fn index(chance: &mut Chance, storage: CollectionKind) -> IndexSchema {
    let is_series = matches!(storage, CollectionKind::TimeSeries(_));
    match chance.below(8) {
        0 => {
            let hashed = chance.pick(if is_series { META } else { SCALARS });
            let mut keys = if chance.one_in(3) { Vec::new() } else { some(chance, SCALARS) };
            keys.retain(|key| key.path != hashed);
            keys.insert(chance.below(keys.len() + 1), key(hashed, KeyForm::Hashed));
            options(chance, over(keys), storage, true)
        }
        1 => {
            let mut keys = if chance.one_in(2) { some(chance, SCALARS) } else { Vec::new() };
            let place = chance.pick(&["place", "in.spot"]);
            keys.insert(chance.below(keys.len() + 1), key(place, KeyForm::Sphere));
            options(chance, over(keys), storage, false)
        }
        2 => {
            // A time series takes the first two.
            let paths = ["in", "in.notes", "data", "lines", "lines.extra"];
            let path = chance.pick(if is_series { &paths[..2] } else { &paths[..] });
            options(chance, over(vec![key(path, KeyForm::Wildcard)]), storage, false)
        }
        3 if !is_series => {
            let all = IndexSchema::wildcard();
            let below = chance.pick(&["text", "in.c", "lines.n"]);
            let listed = || [key("data", KeyForm::Wildcard), key(below, KeyForm::Wildcard)];
            let index = match chance.below(3) {
                0 => all,
                1 => all.only(listed()),
                _ => all.except(listed()),
            };
            options(chance, index, storage, false)
        }
        4 if matches!(storage, CollectionKind::Plain | CollectionKind::Clustered) => {
            let seconds = chance.pick(&[0, 60, 86_400, i32::MAX]);
            let index = over(vec![ordered(chance, "at")]).expire_after(seconds);
            options(chance, index, storage, true)
        }
        5 if !is_series => {
            let index = IndexSchema { unique: true, ..over(some(chance, SCALARS)) };
            options(chance, index, storage, true)
        }
        _ => {
            let keys = some(chance, &[SCALARS, LISTS].concat());
            options(chance, over(keys), storage, true)
        }
    }
}

fn options(chance: &mut Chance, mut index: IndexSchema, storage: CollectionKind, may_be_sparse: bool) -> IndexSchema {
    let is_series = matches!(storage, CollectionKind::TimeSeries(_));
    let may_be_sparse = may_be_sparse && (!is_series || index.keys.iter().all(is_meta));
    match chance.below(4) {
        0 if may_be_sparse => index = index.sparse(),
        1 => index = index.partial(chance.pick(if is_series { &FILTERS[..FILTERS.len() - 1] } else { FILTERS })),
        _ => {}
    }
    // A time series has none beside a filter, nor of places.
    let may_collate = !is_series || (index.options.partial.is_none() && !index.keys.iter().any(|key| key.form == KeyForm::Sphere));
    if may_collate && chance.one_in(3) {
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

/// The kinds of collections in turn.
fn storage(case: u64) -> CollectionKind {
    let (time, meta, granularity) = ("at", Some("in"), Granularity::Minutes);
    match case % 5 {
        0 | 1 => CollectionKind::Plain,
        2 => CollectionKind::Capped { size: 4_096, max: (case % 2 == 1).then_some(10) },
        3 => CollectionKind::Clustered,
        _ => CollectionKind::TimeSeries(TimeSeries { time, meta, granularity, expire_after: None, allows_orphans: false }),
    }
}

fn schema(chance: &mut Chance, storage: CollectionKind) -> Schema {
    let (mut indexes, mut known) = (Vec::new(), HashSet::new());
    for _ in 0..3 + chance.below(8) {
        let index = index(chance, storage);
        if known.insert(identity(&index)) {
            indexes.push(index);
        }
    }
    if chance.one_in(2) && !matches!(storage, CollectionKind::TimeSeries(_)) {
        indexes.push(text(chance));
    }
    let name = |at: usize| -> &'static str { format!("i{at}").leak() };
    let indexes = indexes.into_iter().enumerate().map(|(at, index)| index.named(name(at))).collect();
    declaring(indexes, storage)
}

fn declaring(indexes: Vec<IndexSchema>, storage: CollectionKind) -> Schema {
    Schema {
        model: "Random",
        collection: "randoms",
        storage,
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

/// Whether the server lists the index as hidden or shown once that was changed. In a time series an index of measurements, or with a filter,
/// stays listed as it was made, up to MongoDB 6.0 at least.
fn is_listed_anew(index: &IndexSchema, storage: CollectionKind) -> bool {
    let goes_by = |key: &IndexKey| key.path == "at" || is_meta(key);
    !matches!(storage, CollectionKind::TimeSeries(_)) || (index.options.partial.is_none() && index.keys.iter().all(goes_by))
}

/// Connects with this schema, to a fresh database or to that of another one.
fn declare(schema: Schema) {
    *CURRENT.lock().unwrap() = Some(Box::leak(Box::new(schema)));
}

#[tokio::test]
async fn whatever_is_declared_is_made_and_then_there_is_nothing_left_to_do() {
    let seed = number("CHAKRA_INDEX_SEED").unwrap_or(SEED);
    let mut chance = Chance(seed);
    for case in 0..number("CHAKRA_INDEX_CASES").unwrap_or(CASES) {
        let storage = storage(case);
        let schema = schema(&mut chance, storage);
        let told = format!("case {case} of seed {seed}, {storage:?}:\n{schema}");
        // Searches and places would be refused without their index: it is not hidden while others may ask it.
        let is_refused =
            |index: &IndexSchema| !index.options.hidden && index.keys.iter().any(|key| matches!(key.form, KeyForm::Text | KeyForm::Sphere));
        let is_turned = |index: &&IndexSchema| is_listed_anew(index, storage);
        let turned: Vec<IndexSchema> = schema
            .indexes
            .iter()
            .map(|index| {
                let mut index = index.clone();
                index.options.hidden ^= is_listed_anew(&index, storage);
                index
            })
            .collect();
        let names: Vec<String> = schema.indexes.iter().map(IndexSchema::name).collect();
        let refused = schema.indexes.iter().filter(is_turned).filter(|index| is_refused(index)).count();
        let count = schema.indexes.iter().filter(is_turned).count();
        declare(schema);
        let fixture = Fixture::new(|builder| builder.model::<Random>()).await;
        // Servers from 6.3 on add one of their own to a time series.
        let made = async || {
            let mut made = listed(&fixture, "randoms").await;
            made.retain(|index| names.iter().any(|name| index.get_str("name").unwrap() == name));
            made
        };
        fixture.db.sync().await.unwrap_or_else(|error| panic!("{error}: {:?}\n{told}", error.detail()));
        assert_eq!(left(&fixture).await, Vec::<String>::new(), "{told}");
        let before = made().await;
        assert_eq!(before.len(), names.len(), "{told}");

        declare(declaring(turned, storage));
        let db = chakra::Db::builder(&fixture.uri).model::<Random>().connect().await.unwrap();
        let changed = db.sync().await.unwrap();
        let is_change = |step: &SyncStep| matches!(step, SyncStep::ChangeIndex { difference, .. } if difference.option == "hidden");
        let (changes, left): (Vec<_>, Vec<_>) = changed.steps.iter().partition(|step| is_change(step));
        assert!(left.iter().all(|step| matches!(step, SyncStep::Differs { .. })), "{changed}\n{told}");
        assert_eq!((changes.len(), left.len()), (count - refused, refused), "{changed}\n{told}");
        assert_eq!(db.sync().plan().await.unwrap().steps.len(), refused, "{told}");
        let shown = |index: &Document| !index.get_bool("hidden").unwrap_or(false);
        let after = made().await;
        let turned = before.iter().zip(&after).filter(|(before, after)| shown(before) != shown(after)).count();
        assert_eq!(turned, count - refused, "{told}");
    }
}
