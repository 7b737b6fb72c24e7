//! Filters as trees that proptest can make smaller: which operator of which path, and its operands.

use super::{
    documents::{colour, home, int, key, line, long, media, moment, oid, real, spot, text, uuid},
    model::{Colour, Home, Line, Media, Spot, Thing},
};
use bson::oid::ObjectId;
use chakra::prelude::*;
use proptest::{collection::vec, option, prelude::*, test_runner::TestError};
use uuid::Uuid;

/// A filter, up to four levels deep.
#[derive(Debug, Clone)]
pub enum Tree {
    Leaf(Box<Leaf>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
}

/// One test: the number of an operator, taken modulo how many there are, and one operand of each type.
#[derive(Debug, Clone)]
pub struct Leaf {
    operator: u16,
    with: With,
}

#[derive(Debug, Clone)]
pub struct With {
    pub ints: Vec<i32>,
    pub longs: Vec<i64>,
    pub reals: Vec<f64>,
    pub texts: Vec<String>,
    pub moment: DateTime<Utc>,
    pub nanos: i64,
    pub colours: Vec<Colour>,
    pub oid: ObjectId,
    pub uuid: Uuid,
    pub home: Option<Home>,
    pub spot: Option<Spot>,
    pub line: Line,
    pub media: Media,
    pub key: String,
    pub count: u32,
    pub mask: u64,
}

impl With {
    pub fn int(&self) -> i32 {
        self.ints.first().copied().unwrap_or(1)
    }

    pub fn small(&self) -> i8 {
        i8::try_from(self.int().rem_euclid(256) - 128).unwrap()
    }

    pub fn long(&self) -> i64 {
        self.longs[0]
    }

    pub fn real(&self) -> f64 {
        self.reals[0]
    }

    pub fn text(&self) -> String {
        self.texts[0].clone()
    }

    pub fn at(&self) -> DateTime<Utc> {
        self.moment + chrono::TimeDelta::nanoseconds(self.nanos)
    }

    /// The length of a short list.
    pub fn few(&self) -> u32 {
        self.count % 5
    }

    pub fn home(&self) -> Home {
        self.home.clone().unwrap_or_else(|| Home { city: self.text(), floor: None, level: 1, spot: None, names: vec![] })
    }

    pub fn spot(&self) -> Spot {
        self.spot.clone().unwrap_or(Spot { x: 1.5, label: None })
    }
}

pub fn with() -> BoxedStrategy<With> {
    let scalars =
        (vec(int(), 0..3), vec(long(), 1..3), vec(real(), 1..3), vec(text(), 1..3), moment(), prop_oneof![Just(0_i64), 1..1_000_000_i64]);
    let more = (vec(colour(), 1..3), oid(), uuid(), option::of(home()), option::of(spot()));
    let rest = (line(), media(), key(), 0..12_u32, prop_oneof![0..8_u64, Just(u64::MAX), Just(1 << 63)]);
    (scalars, more, rest)
        .prop_map(|(scalars, more, rest)| {
            let (ints, longs, reals, texts, moment, nanos) = scalars;
            let (colours, oid, uuid, home, spot) = more;
            let (line, media, key, count, mask) = rest;
            With { ints, longs, reals, texts, moment, nanos, colours, oid, uuid, home, spot, line, media, key, count, mask }
        })
        .boxed()
}

pub fn tree() -> impl Strategy<Value = Tree> {
    let leaf = (any::<u16>(), with()).prop_map(|(operator, with)| Tree::Leaf(Box::new(Leaf { operator, with })));
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..3).prop_map(Tree::And),
            vec(inner.clone(), 1..3).prop_map(Tree::Or),
            inner.prop_map(|inner| Tree::Not(Box::new(inner))),
        ]
    })
}

/// The failing filter as it is written.
pub fn explain(error: &TestError<Tree>) -> String {
    match error {
        TestError::Fail(_, tree) => format!("{:?}", tree.filter()),
        TestError::Abort(_) => String::new(),
    }
}

impl Tree {
    pub fn filter(&self) -> Filter<Thing> {
        match self {
            Self::Leaf(leaf) => leaf.filter(),
            Self::And(all) => Filter::all_of(all.iter().map(Self::filter)),
            Self::Or(any) => Filter::any_of(any.iter().map(Self::filter)),
            Self::Not(inner) => !inner.filter(),
        }
    }
}

impl Leaf {
    fn filter(&self) -> Filter<Thing> {
        let all = [SCALARS, TEXTS, LISTS, PARTS, UNIONS, PAIRS].into_iter().flatten();
        all.clone().nth(usize::from(self.operator) % all.count()).unwrap()(&self.with)
    }
}

pub fn first<T: Clone>(values: &[T]) -> T {
    values[0].clone()
}

const SCALARS: &[fn(&With) -> Filter<Thing>] = &[
    |with| Thing::int.eq(with.int()),
    |with| Thing::int.ne(with.int()),
    |with| Thing::int.in_(with.ints.clone()),
    |with| Thing::int.not_in(with.ints.clone()),
    |with| Thing::int.lt(with.int()),
    |with| Thing::int.gte(with.int()),
    |with| Thing::int.between(with.int(), 3),
    |with| Thing::int.mod_(3, i64::from(with.int()) % 3),
    |_| Thing::int.mod_(-1, 0),
    |with| Thing::int.bits_all_set(with.mask),
    |with| Thing::int.bits_any_set(with.mask),
    |with| Thing::int.bits_all_clear(with.mask),
    |with| Thing::int.bits_any_clear(with.mask),
    |with| Thing::long.eq(with.long()),
    |with| Thing::long.ne(with.long()),
    |_| Thing::long.eq(None),
    |_| Thing::long.is_some(),
    |with| Thing::long.in_(with.longs.iter().map(|long| Some(*long)).chain([None])),
    |with| Thing::long.not_in(with.longs.clone()),
    |with| Thing::long.lte(with.long()),
    |with| Thing::long.gt(with.long()),
    |_| Thing::long.mod_(2, 1),
    |with| Thing::long.bits_any_set(with.mask),
    |with| Thing::long.bits_all_clear(with.mask),
    |with| Thing::real.eq(with.real()),
    |with| Thing::real.ne(with.real()),
    |with| Thing::real.in_(with.reals.clone()),
    |with| Thing::real.lt(with.real()),
    |with| Thing::real.gte(with.real()),
    |with| Thing::ratio.eq(with.real()),
    |with| Thing::ratio.ne(with.real()),
    |with| Thing::ratio.lte(with.real()),
    |with| Thing::ratio.gt(with.real()),
    |_| Thing::ratio.is_none(),
    |_| Thing::flag.eq(true),
    |_| Thing::flag.ne(false),
    |with| Thing::seen.lt(with.at()),
    |with| Thing::seen.lte(with.at()),
    |with| Thing::seen.gt(with.at()),
    |with| Thing::seen.gte(with.at()),
    |with| Thing::seen.eq(with.at()),
    |with| Thing::seen.ne(with.at()),
    |with| Thing::colour.eq(with.colours[0]),
    |with| Thing::colour.ne(with.colours[0]),
    |with| Thing::colour.not_in(with.colours.clone()),
    |with| Thing::oid.eq(with.oid),
    |with| Thing::oid.lt(with.oid),
    |with| Thing::oid.gte(with.oid),
    |with| Thing::uuid.ne(with.uuid),
    |with| Thing::uuid.in_([with.uuid]),
    |with| Thing::rank.eq(with.long()),
    |_| Thing::rank.ne(5),
    |_| Thing::rank.lt(6),
    |with| Thing::rank.gt(with.long()),
    |with| Thing::rank.in_(with.longs.iter().copied().chain([5])),
    |_| Thing::rank.mod_(5, 0),
    |_| Thing::rank.bits_all_set(5),
    |_| Thing::hits.eq(0),
    |with| Thing::hits.lte(with.long()),
    |_| Thing::score.between(0, 5),
    |_| Thing::share.gte(0.7),
    |_| Thing::hint.is_none(),
    |with| Thing::hint.ne(with.int()),
    |_| Thing::all(),
];

const TEXTS: &[fn(&With) -> Filter<Thing>] = &[
    |with| Thing::text.eq(with.text()),
    |with| Thing::text.ne(with.text()),
    |with| Thing::text.lt(with.text()),
    |with| Thing::text.gte(with.text()),
    |with| Thing::text.contains(with.text()),
    |with| Thing::text.starts_with(with.text()),
    |with| Thing::text.ends_with(with.text()),
    |with| Thing::word.eq(with.text()),
    |with| Thing::word.ne(with.text()),
    |with| Thing::word.in_(with.texts.clone()),
    |with| Thing::word.contains(with.text()),
    |with| Thing::word.starts_with(with.text()),
    |with| Thing::word.ends_with(with.text()),
    |with| Thing::word.ci().eq(with.text()),
    |with| Thing::word.ci().ne(with.text()),
    |with| Thing::word.ci().in_(with.texts.clone()),
    |with| Thing::text.ci().contains(with.text()),
    |with| Thing::text.ci().starts_with(with.text()),
    |with| Thing::text.ci().ends_with(with.text()),
    |with| Thing::state.eq(with.text()),
    |with| Thing::state.contains(with.text()),
    |_| Thing::state.starts_with("n"),
    |_| Thing::state.ci().eq("NEW"),
    |with| Thing::state.ends_with(with.text()),
];

const LISTS: &[fn(&With) -> Filter<Thing>] = &[
    |with| Thing::tags.has(with.text()),
    |with| Thing::tags.has_every(with.texts.clone()),
    |_| Thing::tags.has_every(Vec::<String>::new()),
    |with| Thing::tags.has_some(with.texts.clone()),
    |_| Thing::tags.has_some(Vec::<String>::new()),
    |with| Thing::tags.eq(with.texts.clone()),
    |with| Thing::tags.ne(with.texts.clone()),
    |_| Thing::tags.eq(vec![]),
    |with| Thing::tags.in_([with.texts.clone(), vec![]]),
    |_| Thing::tags.is_empty(),
    |with| Thing::tags.len().eq(with.few()),
    |with| Thing::tags.len().ne(with.few()),
    |with| Thing::tags.len().lt(with.few()),
    |with| Thing::tags.len().lte(with.few()),
    |with| Thing::tags.len().gt(with.few()),
    |with| Thing::tags.len().gte(with.few()),
    |with| Thing::codes.has(with.int()),
    |with| Thing::codes.has_every(with.ints.clone()),
    |with| Thing::codes.has_some(with.ints.clone()),
    |with| Thing::codes.eq(with.ints.clone()),
    |with| Thing::reals.has(with.real()),
    |with| Thing::reals.has_every(with.reals.clone()),
    |with| Thing::reals.has_some(with.reals.clone()),
    |with| Thing::reals.eq(with.reals.clone()),
    |_| Thing::maybe.is_none(),
    |_| Thing::maybe.eq(None),
    |_| Thing::maybe.eq(vec![]),
    |with| Thing::maybe.eq(with.texts.clone()),
    |_| Thing::maybe.is_empty(),
    |with| Thing::maybe.has(with.text()),
    |_| Thing::maybe.has_every(Vec::<String>::new()),
    |with| Thing::maybe.has_every(with.texts.clone()),
    |with| Thing::maybe.len().gte(with.few()),
    |with| Thing::maybe.len().lt(with.few()),
    |with| Thing::maybe.len().eq(with.few()),
    |with| Thing::holes.has(with.int()),
    |_| Thing::holes.has(None),
    |with| Thing::holes.has_every([None, Some(with.int())]),
    |with| Thing::holes.has_some([None, Some(with.int())]),
    |with| Thing::holes.len().gte(with.few()),
    |with| Thing::grid.has(with.ints.clone()),
    |with| Thing::grid.eq(vec![with.ints.clone()]),
    |_| Thing::grid.is_empty(),
    |with| Thing::grid.len().gt(with.few()),
    |_| Thing::fans.is_empty(),
    |_| Thing::fans.has("x"),
    |with| Thing::fans.len().lte(with.few()),
    |_| Thing::fans.eq(vec!["x".to_owned()]),
    |with| Thing::words.has(with.text()),
    |with| Thing::words.eq(with.texts.iter().cloned().collect::<std::collections::BTreeSet<_>>()),
    |with| Thing::words.ne(with.texts.iter().cloned().collect::<std::collections::BTreeSet<_>>()),
    |with| Thing::doses.key("a").lt(with.real()),
    |with| Thing::doses.eq(std::collections::BTreeMap::from([(with.key.clone(), with.real())])),
    |_| Thing::labels.is_none(),
    |with| Thing::labels.key("a").eq(with.text()),
    |with| Thing::natural.gt(with.count),
    |with| Thing::frame.depth().lte(with.int()),
    |with| Thing::frame.title().ne(with.text()),
    |with| Thing::few.len().eq(with.few()),
    |with| Thing::lines.some(line_filter(with)),
    |with| Thing::lines.every(line_filter(with)),
    |with| Thing::lines.none(line_filter(with)),
    |_| Thing::lines.is_empty(),
    |with| Thing::lines.len().eq(with.few()),
    |with| Thing::lines.len().gt(with.few()),
    |with| Thing::lines.len().gte(with.count),
    |with| Thing::lines.has(with.line.clone()),
    |with| Thing::lines.eq(vec![with.line.clone()]),
    |_| Thing::lines.eq(vec![]),
    |with| Thing::lines.sku().has(with.text()),
    |with| Thing::lines.note().has(with.text()),
    |_| Thing::lines.note().has(None),
    |with| Thing::lines.codes().has(with.ints.clone()),
];

/// A filter of one line, of another operator each time.
pub fn line_filter(with: &With) -> Filter<Line> {
    let (text, int) = (first(&with.texts), with.ints.first().copied().unwrap_or(0));
    let all = [
        Line::qty.gt(int),
        Line::qty.ne(int),
        Line::sku.eq(text.clone()),
        !Line::sku.contains(text.clone()),
        Line::note.is_none(),
        Line::note.ne(text.clone()),
        Line::note.eq(text.clone()) | Line::qty.lt(int),
        Line::codes.has(int),
        Line::codes.len().gte(with.count % 3),
        Line::spot.is(Spot::x.gt(first(&with.reals))),
        Line::spot.x().lte(first(&with.reals)),
        Line::spot.is_none(),
        Line::sum.is_none(),
        Line::sum.gt(first(&with.longs)),
        Line::pack.eq(1),
        Line::pack.ne(1),
        Line::parts.some(Spot::label.is_none()),
        Line::parts.is_empty(),
        !Line::spot.eq(with.spot.clone()),
        Line::spot.label().eq(None),
        Line::sku.ci().eq(text),
    ];
    all[with.count as usize % all.len()].clone()
}

pub fn home_filter(with: &With) -> Filter<Home> {
    let (text, int) = (first(&with.texts), with.ints.first().copied().unwrap_or(0));
    let all = [
        Home::city.eq(text.clone()),
        Home::floor.is_none(),
        Home::floor.ne(int),
        Home::level.eq(1),
        Home::level.ne(int),
        Home::spot.is(Spot::label.is_none()),
        Home::spot.x().gt(first(&with.reals)),
        Home::names.has(text),
        Home::names.is_empty(),
        Home::spot.is_some() & Home::level.lt(2),
    ];
    all[with.count as usize % all.len()].clone()
}

const PARTS: &[fn(&With) -> Filter<Thing>] = &[
    |_| Thing::home.is_none(),
    |with| Thing::home.eq(with.home.clone()),
    |with| Thing::home.ne(with.home.clone()),
    |with| Thing::home.is(home_filter(with)),
    |with| Thing::home.is_not(home_filter(with)),
    |with| Thing::home.city().eq(with.text()),
    |with| Thing::home.city().ne(with.text()),
    |_| Thing::home.city().is_none(),
    |with| Thing::home.city().starts_with(with.text()),
    |with| Thing::home.floor().eq(with.int()),
    |_| Thing::home.floor().is_none(),
    |with| Thing::home.floor().gt(with.int()),
    |_| Thing::home.level().eq(1),
    |_| Thing::home.level().ne(1),
    |_| Thing::home.level().eq(None),
    |with| Thing::home.level().lt(with.int()),
    |with| Thing::home.spot().x().gte(with.real()),
    |_| Thing::home.spot().x().is_none(),
    |with| Thing::home.spot().label().eq(with.text()),
    |_| Thing::home.spot().is_some(),
    |with| Thing::home.names().has(with.text()),
    |_| Thing::home.names().is_empty(),
    |_| Thing::home.names().len().gt(1),
    |with| Thing::base.eq(with.home()),
    |with| Thing::base.ne(with.home()),
    |with| Thing::base.in_([with.home()]),
    |with| Thing::base.is(home_filter(with)),
    |_| Thing::base.level().eq(1),
    |with| Thing::base.level().gte(with.int()),
    |with| Thing::base.spot().x().lt(with.real()),
    |_| Thing::base.names().eq(vec![]),
    |with| Thing::spot.eq(with.spot()),
    |with| Thing::spot.ne(with.spot()),
    |with| Thing::spot.x().eq(with.real()),
    |with| Thing::spot.x().lt(with.real()),
    |_| Thing::spot.x().ne(1.5),
    |_| Thing::spot.label().is_none(),
    |with| Thing::spot.label().ne(with.text()),
    |_| Thing::spot.is(Spot::x.eq(1.5)),
    |with| Thing::spot.is_not(Spot::label.eq(with.text()) | Spot::x.gt(with.real())),
    |with| Thing::counts.key(with.key.clone()).eq(with.int()),
    |with| Thing::counts.key(with.key.clone()).ne(with.int()),
    |with| Thing::counts.key(with.key.clone()).is_none(),
    |with| Thing::counts.key(with.key.clone()).lt(with.int()),
    |with| Thing::places.key(with.key.clone()).is_some(),
    |with| Thing::places.key(with.key.clone()).city().eq(with.text()),
    |with| Thing::places.key(with.key.clone()).level().eq(1),
    |with| Thing::places.key(with.key.clone()).is(home_filter(with)),
    |with| Thing::places.key(with.key.clone()).spot().x().is_none(),
];

const UNIONS: &[fn(&With) -> Filter<Thing>] = &[
    |_| Thing::cover.photo().is_some(),
    |_| Thing::cover.link().is_none(),
    |_| Thing::cover.nothing().is_some(),
    |_| Thing::cover.is_variant(Media::photo()),
    |with| Thing::cover.photo().url().eq(with.text()),
    |with| Thing::cover.photo().url().ne(with.text()),
    |_| Thing::cover.photo().url().is_none(),
    |with| Thing::cover.link().url().contains(with.text()),
    |with| Thing::cover.photo().width().lt(with.int()),
    |_| Thing::cover.photo().by().is_none(),
    |with| Thing::cover.photo().by().eq(with.text()),
    |with| Thing::cover.photo().by().ne(with.text()),
    |with| Thing::cover.link().tags().has(with.text()),
    |_| Thing::cover.link().tags().is_empty(),
    |_| Thing::cover.link().tags().len().gte(1),
    |with| Thing::cover.eq(with.media.clone()),
    |with| Thing::cover.ne(with.media.clone()),
    |with| Thing::cover.in_([with.media.clone(), Media::Nothing]),
    |with| Thing::cover.is(Media::photo().width().gt(with.int())),
    |with| Thing::cover.is_not(Media::link().url().eq(with.text()) | Media::photo().by().is_none()),
    |with| Thing::cover.note().eq(with.spot()),
    |with| Thing::cover.note().ne(with.spot.clone()),
    |_| Thing::cover.note().is(Spot::label.is_none()),
    |with| Thing::cover.note().x().gt(with.real()),
    |with| Thing::cover.album().lines().some(line_filter(with)),
    |with| Thing::cover.album().lines().sku().has(with.text()),
    |_| Thing::cover.album().lines().note().has(None),
    |with| Thing::cover.album().lines().spot().x().has(with.real()),
    |with| Thing::cover.album().lines().has(with.line.clone()),
    |_| Thing::back.is_none(),
    |with| Thing::back.eq(with.media.clone()),
    |_| Thing::back.ne(None),
    |_| Thing::back.photo().is_none(),
    |with| Thing::back.photo().url().ne(with.text()),
    |_| Thing::back.photo().by().is_none(),
    |_| Thing::back.link().tags().is_empty(),
    |_| Thing::back.is(Media::nothing().is_some()),
    |with| Thing::media.some(Media::photo().width().gt(with.int())),
    |_| Thing::media.every(Media::photo().is_none()),
    |with| Thing::media.none(Media::link().url().eq(with.text())),
    |with| Thing::media.some(Media::link().is_none() & !Media::photo().url().eq(with.text())),
    |with| Thing::media.has(with.media.clone()),
    |with| Thing::media.eq(vec![with.media.clone()]),
    |_| Thing::media.len().eq(2),
];

const PAIRS: &[fn(&With) -> Filter<Thing>] = &[
    |_| Thing::text.eq(Thing::word),
    |_| Thing::text.ne(Thing::word),
    |_| Thing::text.lt(Thing::word),
    |_| Thing::word.gte(Thing::state),
    |_| Thing::real.eq(Thing::ratio),
    |_| Thing::real.lt(Thing::ratio),
    |_| Thing::ratio.gte(Thing::real),
    |_| Thing::rank.gt(Thing::long),
    |_| Thing::long.lte(Thing::rank),
    |_| Thing::home.city().eq(Thing::base.city()),
    |_| Thing::home.level().ne(Thing::base.level()),
    |_| Thing::home.level().lte(Thing::int),
    |_| Thing::spot.x().lt(Thing::real),
    |_| Thing::spot.label().eq(Thing::word),
    |_| Thing::cover.photo().width().eq(Thing::int),
    |_| Thing::cover.photo().by().eq(Thing::word),
    |_| Thing::cover.photo().url().gt(Thing::text),
];
