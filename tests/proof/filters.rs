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

pub fn with() -> impl Strategy<Value = With> {
    let scalars =
        (vec(int(), 0..3), vec(long(), 1..3), vec(real(), 1..3), vec(text(), 1..3), moment(), prop_oneof![Just(0_i64), 1..1_000_000_i64]);
    let more = (vec(colour(), 1..3), oid(), uuid(), option::of(home()), option::of(spot()));
    let rest = (line(), media(), key(), 0..12_u32, prop_oneof![0..8_u64, Just(u64::MAX), Just(1 << 63)]);
    (scalars, more, rest).prop_map(|(scalars, more, rest)| {
        let (ints, longs, reals, texts, moment, nanos) = scalars;
        let (colours, oid, uuid, home, spot) = more;
        let (line, media, key, count, mask) = rest;
        With { ints, longs, reals, texts, moment, nanos, colours, oid, uuid, home, spot, line, media, key, count, mask }
    })
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
        let all =
            [scalars(&self.with), texts(&self.with), lists(&self.with), parts(&self.with), unions(&self.with), pairs(&self.with)].concat();
        all[usize::from(self.operator) % all.len()].clone()
    }
}

pub fn first<T: Clone>(values: &[T]) -> T {
    values[0].clone()
}

fn scalars(with: &With) -> Vec<Filter<Thing>> {
    let int = with.ints.first().copied().unwrap_or(0);
    let (long, real) = (first(&with.longs), first(&with.reals));
    let at = with.moment + chrono::TimeDelta::nanoseconds(with.nanos);
    vec![
        Thing::int.eq(int),
        Thing::int.ne(int),
        Thing::int.in_(with.ints.clone()),
        Thing::int.not_in(with.ints.clone()),
        Thing::int.lt(int),
        Thing::int.gte(int),
        Thing::int.between(int, 3),
        Thing::int.mod_(3, i64::from(int) % 3),
        Thing::int.mod_(-1, 0),
        Thing::int.bits_all_set(with.mask),
        Thing::int.bits_any_set(with.mask),
        Thing::int.bits_all_clear(with.mask),
        Thing::int.bits_any_clear(with.mask),
        Thing::long.eq(long),
        Thing::long.ne(long),
        Thing::long.eq(None),
        Thing::long.is_some(),
        Thing::long.in_(with.longs.iter().map(|long| Some(*long)).chain([None])),
        Thing::long.not_in(with.longs.clone()),
        Thing::long.lte(long),
        Thing::long.gt(long),
        Thing::long.mod_(2, 1),
        Thing::long.bits_any_set(with.mask),
        Thing::long.bits_all_clear(with.mask),
        Thing::real.eq(real),
        Thing::real.ne(real),
        Thing::real.in_(with.reals.clone()),
        Thing::real.lt(real),
        Thing::real.gte(real),
        Thing::ratio.eq(real),
        Thing::ratio.ne(real),
        Thing::ratio.lte(real),
        Thing::ratio.gt(real),
        Thing::ratio.is_none(),
        Thing::flag.eq(true),
        Thing::flag.ne(false),
        Thing::seen.lt(at),
        Thing::seen.lte(at),
        Thing::seen.gt(at),
        Thing::seen.gte(at),
        Thing::seen.eq(at),
        Thing::seen.ne(at),
        Thing::colour.eq(first(&with.colours)),
        Thing::colour.ne(first(&with.colours)),
        Thing::colour.not_in(with.colours.clone()),
        Thing::oid.eq(with.oid),
        Thing::oid.lt(with.oid),
        Thing::oid.gte(with.oid),
        Thing::uuid.ne(with.uuid),
        Thing::uuid.in_([with.uuid]),
        Thing::rank.eq(long),
        Thing::rank.ne(5),
        Thing::rank.lt(6),
        Thing::rank.gt(long),
        Thing::rank.in_(with.longs.iter().copied().chain([5])),
        Thing::rank.mod_(5, 0),
        Thing::rank.bits_all_set(5),
        Thing::hits.eq(0),
        Thing::hits.lte(long),
        Thing::score.between(0, 5),
        Thing::share.gte(0.7),
        Thing::hint.is_none(),
        Thing::hint.ne(int),
        Thing::all(),
    ]
}

fn texts(with: &With) -> Vec<Filter<Thing>> {
    let text = || first(&with.texts);
    vec![
        Thing::text.eq(text()),
        Thing::text.ne(text()),
        Thing::text.lt(text()),
        Thing::text.gte(text()),
        Thing::text.contains(text()),
        Thing::text.starts_with(text()),
        Thing::text.ends_with(text()),
        Thing::word.eq(text()),
        Thing::word.ne(text()),
        Thing::word.in_(with.texts.clone()),
        Thing::word.contains(text()),
        Thing::word.starts_with(text()),
        Thing::word.ends_with(text()),
        Thing::word.ci().eq(text()),
        Thing::word.ci().ne(text()),
        Thing::word.ci().in_(with.texts.clone()),
        Thing::text.ci().contains(text()),
        Thing::text.ci().starts_with(text()),
        Thing::text.ci().ends_with(text()),
        Thing::state.eq(text()),
        Thing::state.contains(text()),
        Thing::state.starts_with("n"),
        Thing::state.ci().eq("NEW"),
        Thing::state.ends_with(text()),
    ]
}

fn lists(with: &With) -> Vec<Filter<Thing>> {
    let text = || first(&with.texts);
    let (int, count) = (with.ints.first().copied().unwrap_or(0), with.count % 5);
    vec![
        Thing::tags.has(text()),
        Thing::tags.has_every(with.texts.clone()),
        Thing::tags.has_every(Vec::<String>::new()),
        Thing::tags.has_some(with.texts.clone()),
        Thing::tags.has_some(Vec::<String>::new()),
        Thing::tags.eq(with.texts.clone()),
        Thing::tags.ne(with.texts.clone()),
        Thing::tags.eq(vec![]),
        Thing::tags.in_([with.texts.clone(), vec![]]),
        Thing::tags.is_empty(),
        Thing::tags.len().eq(count),
        Thing::tags.len().ne(count),
        Thing::tags.len().lt(count),
        Thing::tags.len().lte(count),
        Thing::tags.len().gt(count),
        Thing::tags.len().gte(count),
        Thing::codes.has(int),
        Thing::codes.has_every(with.ints.clone()),
        Thing::codes.has_some(with.ints.clone()),
        Thing::codes.eq(with.ints.clone()),
        Thing::reals.has(first(&with.reals)),
        Thing::reals.has_every(with.reals.clone()),
        Thing::reals.has_some(with.reals.clone()),
        Thing::reals.eq(with.reals.clone()),
        Thing::maybe.is_none(),
        Thing::maybe.eq(None),
        Thing::maybe.eq(vec![]),
        Thing::maybe.eq(with.texts.clone()),
        Thing::maybe.is_empty(),
        Thing::maybe.has(text()),
        Thing::maybe.has_every(Vec::<String>::new()),
        Thing::maybe.has_every(with.texts.clone()),
        Thing::maybe.len().gte(count),
        Thing::maybe.len().lt(count),
        Thing::maybe.len().eq(count),
        Thing::holes.has(int),
        Thing::holes.has(None),
        Thing::holes.has_every([None, Some(int)]),
        Thing::holes.has_some([None, Some(int)]),
        Thing::holes.len().gte(count),
        Thing::grid.has(with.ints.clone()),
        Thing::grid.eq(vec![with.ints.clone()]),
        Thing::grid.is_empty(),
        Thing::grid.len().gt(count),
        Thing::fans.is_empty(),
        Thing::fans.has("x"),
        Thing::fans.len().lte(count),
        Thing::fans.eq(vec!["x".to_owned()]),
        Thing::words.has(text()),
        Thing::few.len().eq(count),
        Thing::lines.some(line_filter(with)),
        Thing::lines.every(line_filter(with)),
        Thing::lines.none(line_filter(with)),
        Thing::lines.is_empty(),
        Thing::lines.len().eq(count),
        Thing::lines.len().gt(count),
        Thing::lines.len().gte(with.count),
        Thing::lines.has(with.line.clone()),
        Thing::lines.eq(vec![with.line.clone()]),
        Thing::lines.eq(vec![]),
        Thing::lines.sku().has(text()),
        Thing::lines.note().has(text()),
        Thing::lines.note().has(None),
        Thing::lines.codes().has(with.ints.clone()),
    ]
}

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

fn parts(with: &With) -> Vec<Filter<Thing>> {
    let text = || first(&with.texts);
    let (int, real) = (with.ints.first().copied().unwrap_or(0), first(&with.reals));
    let some_home = with.home.clone();
    let base = with.home.clone().unwrap_or(Home { city: text(), floor: None, level: 1, spot: None, names: vec![] });
    let some_spot = with.spot.clone().unwrap_or(Spot { x: 1.5, label: None });
    let key = || with.key.clone();
    vec![
        Thing::home.is_none(),
        Thing::home.eq(some_home.clone()),
        Thing::home.ne(some_home),
        Thing::home.is(home_filter(with)),
        Thing::home.is_not(home_filter(with)),
        Thing::home.city().eq(text()),
        Thing::home.city().ne(text()),
        Thing::home.city().is_none(),
        Thing::home.city().starts_with(text()),
        Thing::home.floor().eq(int),
        Thing::home.floor().is_none(),
        Thing::home.floor().gt(int),
        Thing::home.level().eq(1),
        Thing::home.level().ne(1),
        Thing::home.level().eq(None),
        Thing::home.level().lt(int),
        Thing::home.spot().x().gte(real),
        Thing::home.spot().x().is_none(),
        Thing::home.spot().label().eq(text()),
        Thing::home.spot().is_some(),
        Thing::home.names().has(text()),
        Thing::home.names().is_empty(),
        Thing::home.names().len().gt(1),
        Thing::base.eq(base.clone()),
        Thing::base.ne(base.clone()),
        Thing::base.in_([base]),
        Thing::base.is(home_filter(with)),
        Thing::base.level().eq(1),
        Thing::base.level().gte(int),
        Thing::base.spot().x().lt(real),
        Thing::base.names().eq(vec![]),
        Thing::spot.eq(some_spot.clone()),
        Thing::spot.ne(some_spot),
        Thing::spot.x().eq(real),
        Thing::spot.x().lt(real),
        Thing::spot.x().ne(1.5),
        Thing::spot.label().is_none(),
        Thing::spot.label().ne(text()),
        Thing::spot.is(Spot::x.eq(1.5)),
        Thing::spot.is_not(Spot::label.eq(text()) | Spot::x.gt(real)),
        Thing::counts.key(key()).eq(int),
        Thing::counts.key(key()).ne(int),
        Thing::counts.key(key()).is_none(),
        Thing::counts.key(key()).lt(int),
        Thing::places.key(key()).is_some(),
        Thing::places.key(key()).city().eq(text()),
        Thing::places.key(key()).level().eq(1),
        Thing::places.key(key()).is(home_filter(with)),
        Thing::places.key(key()).spot().x().is_none(),
    ]
}

fn unions(with: &With) -> Vec<Filter<Thing>> {
    let text = || first(&with.texts);
    let int = with.ints.first().copied().unwrap_or(0);
    vec![
        Thing::cover.photo().is_some(),
        Thing::cover.link().is_none(),
        Thing::cover.nothing().is_some(),
        Thing::cover.is_variant(Media::photo()),
        Thing::cover.photo().url().eq(text()),
        Thing::cover.photo().url().ne(text()),
        Thing::cover.photo().url().is_none(),
        Thing::cover.link().url().contains(text()),
        Thing::cover.photo().width().lt(int),
        Thing::cover.photo().by().is_none(),
        Thing::cover.photo().by().eq(text()),
        Thing::cover.photo().by().ne(text()),
        Thing::cover.link().tags().has(text()),
        Thing::cover.link().tags().is_empty(),
        Thing::cover.link().tags().len().gte(1),
        Thing::cover.eq(with.media.clone()),
        Thing::cover.ne(with.media.clone()),
        Thing::cover.in_([with.media.clone(), Media::Nothing]),
        Thing::cover.is(Media::photo().width().gt(int)),
        Thing::cover.is_not(Media::link().url().eq(text()) | Media::photo().by().is_none()),
        Thing::cover.note().eq(with.spot.clone().unwrap_or(Spot { x: 1.5, label: None })),
        Thing::cover.note().ne(with.spot.clone()),
        Thing::cover.note().is(Spot::label.is_none()),
        Thing::cover.note().x().gt(first(&with.reals)),
        Thing::cover.album().lines().some(line_filter(with)),
        Thing::cover.album().lines().sku().has(text()),
        Thing::cover.album().lines().note().has(None),
        Thing::cover.album().lines().spot().x().has(first(&with.reals)),
        Thing::cover.album().lines().has(with.line.clone()),
        Thing::back.is_none(),
        Thing::back.eq(with.media.clone()),
        Thing::back.ne(None),
        Thing::back.photo().is_none(),
        Thing::back.photo().url().ne(text()),
        Thing::back.photo().by().is_none(),
        Thing::back.link().tags().is_empty(),
        Thing::back.is(Media::nothing().is_some()),
        Thing::media.some(Media::photo().width().gt(int)),
        Thing::media.every(Media::photo().is_none()),
        Thing::media.none(Media::link().url().eq(text())),
        Thing::media.some(Media::link().is_none() & !Media::photo().url().eq(text())),
        Thing::media.has(with.media.clone()),
        Thing::media.eq(vec![with.media.clone()]),
        Thing::media.len().eq(2),
    ]
}

fn pairs(_: &With) -> Vec<Filter<Thing>> {
    vec![
        Thing::text.eq(Thing::word),
        Thing::text.ne(Thing::word),
        Thing::text.lt(Thing::word),
        Thing::word.gte(Thing::state),
        Thing::real.eq(Thing::ratio),
        Thing::real.lt(Thing::ratio),
        Thing::ratio.gte(Thing::real),
        Thing::rank.gt(Thing::long),
        Thing::long.lte(Thing::rank),
        Thing::home.city().eq(Thing::base.city()),
        Thing::home.level().ne(Thing::base.level()),
        Thing::home.level().lte(Thing::int),
        Thing::spot.x().lt(Thing::real),
        Thing::spot.label().eq(Thing::word),
        Thing::cover.photo().width().eq(Thing::int),
        Thing::cover.photo().by().eq(Thing::word),
        Thing::cover.photo().url().gt(Thing::text),
    ]
}
