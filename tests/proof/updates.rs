//! Updates as lists that proptest can make smaller: which operation on which path, and its operands.

use super::{
    documents::{Stored, stored},
    filters::{With, first, line_filter, with},
    model::{Home, Line, Media, Spot, Thing},
};
use chakra::query::Update;
use proptest::{collection::vec, prelude::*};

/// Some documents, and the updates that are made to them one after the other.
#[derive(Debug, Clone)]
pub struct Case {
    pub documents: Vec<Stored>,
    pub edits: Vec<Edit>,
}

/// One update: of all documents at once, or of each by its key.
#[derive(Debug, Clone)]
pub struct Edit {
    pub many: bool,
    operations: Vec<(u16, With)>,
}

pub fn case() -> impl Strategy<Value = Case> {
    let edit = (any::<bool>(), vec((any::<u16>(), with()), 1..4)).prop_map(|(many, operations)| Edit { many, operations });
    (vec(stored(), 1..6), vec(edit, 1..4)).prop_map(|(documents, edits)| Case { documents, edits })
}

impl Edit {
    /// The update, without changes that two others make already.
    pub fn update(&self) -> Update<Thing> {
        let mut update = Update::new();
        let mut paths: Vec<&str> = Vec::new();
        for (operation, with) in &self.operations {
            let all = operations(with);
            let (path, operation) = &all[usize::from(*operation) % all.len()];
            let below = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}."));
            if !paths.iter().any(|known| below(known, path) || below(path, known)) {
                paths.push(path);
                update = update.with(operation.clone());
            }
        }
        update
    }
}

/// Every operation, with the stored path that it changes.
fn operations(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    [numbers(with), lists(with), parts(with), unions(with), elements(with)].concat()
}

fn numbers(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    let int = with.ints.first().copied().unwrap_or(1);
    let (long, real, text) = (first(&with.longs), first(&with.reals), first(&with.texts));
    let small = i8::try_from(int.rem_euclid(256) - 128).unwrap();
    let new = Update::new;
    vec![
        ("int", new().set(Thing::int, int)),
        ("int", new().inc(Thing::int, int)),
        ("int", new().mul(Thing::int, int)),
        ("int", new().min(Thing::int, int)),
        ("int", new().max(Thing::int, int)),
        ("int", new().bit_and(Thing::int, int)),
        ("int", new().bit_or(Thing::int, int)),
        ("int", new().bit_xor(Thing::int, int)),
        ("small", new().inc(Thing::small, small)),
        ("small", new().mul(Thing::small, small)),
        ("small", new().bit_xor(Thing::small, small)),
        ("small", new().bit_and(Thing::small, small)),
        ("long", new().set(Thing::long, long)),
        ("long", new().set(Thing::long, None)),
        ("long", new().unset(Thing::long)),
        ("long", new().inc(Thing::long, long)),
        ("long", new().mul(Thing::long, long)),
        ("long", new().min(Thing::long, long)),
        ("long", new().max(Thing::long, long)),
        ("long", new().bit_or(Thing::long, long)),
        ("real", new().inc(Thing::real, real)),
        ("real", new().mul(Thing::real, real)),
        ("real", new().min(Thing::real, real)),
        ("real", new().max(Thing::real, real)),
        ("ratio", new().inc(Thing::ratio, real)),
        ("ratio", new().mul(Thing::ratio, real)),
        ("ratio", new().min(Thing::ratio, real)),
        ("ratio", new().max(Thing::ratio, real)),
        ("ratio", new().set(Thing::ratio, real)),
        ("share", new().inc(Thing::share, 0.1)),
        ("share", new().inc(Thing::share, -0.7)),
        ("share", new().mul(Thing::share, 1.1)),
        ("share", new().mul(Thing::share, 0.5)),
        ("share", new().max(Thing::share, 0.3)),
        ("rank", new().inc(Thing::rank, long)),
        ("rank", new().mul(Thing::rank, long)),
        ("rank", new().min(Thing::rank, long)),
        ("rank", new().max(Thing::rank, long)),
        ("rank", new().bit_and(Thing::rank, long)),
        ("rank", new().bit_xor(Thing::rank, long)),
        ("rank", new().unset(Thing::rank)),
        ("hits", new().inc(Thing::hits, long)),
        ("hits", new().mul(Thing::hits, long)),
        ("hits", new().max(Thing::hits, long)),
        ("score", new().inc(Thing::score, long % 12)),
        ("score", new().mul(Thing::score, long % 4)),
        ("score", new().min(Thing::score, long % 20)),
        ("score", new().set(Thing::score, long % 25)),
        ("hint", new().inc(Thing::hint, int)),
        ("hint", new().mul(Thing::hint, int)),
        ("hint", new().min(Thing::hint, int)),
        ("hint", new().set(Thing::hint, None)),
        ("hint", new().set(Thing::hint, int)),
        ("text", new().min(Thing::text, text.clone())),
        ("text", new().max(Thing::text, text.clone())),
        ("word", new().min(Thing::word, text.clone())),
        ("word", new().max(Thing::word, text.clone())),
        ("word", new().set(Thing::word, text.clone())),
        ("state", new().min(Thing::state, text.clone())),
        ("state", new().max(Thing::state, text)),
        ("seen", new().min(Thing::seen, with.moment)),
        ("seen", new().max(Thing::seen, with.moment)),
        ("oid", new().max(Thing::oid, with.oid)),
        ("flag", new().set(Thing::flag, true)),
        ("colour", new().set(Thing::colour, first(&with.colours))),
    ]
}

fn lists(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    let text = || first(&with.texts);
    let int = with.ints.first().copied().unwrap_or(0);
    let real = first(&with.reals);
    let new = Update::new;
    vec![
        ("tags", new().push(Thing::tags, text())),
        ("tags", new().push_all(Thing::tags, with.texts.clone())),
        ("tags", new().push_all(Thing::tags, Vec::<String>::new())),
        ("tags", new().add_to_set(Thing::tags, text())),
        ("tags", new().add_all_to_set(Thing::tags, with.texts.clone())),
        ("tags", new().pull(Thing::tags, text())),
        ("tags", new().pull_all(Thing::tags, with.texts.clone())),
        ("tags", new().pop(Thing::tags)),
        ("tags", new().pop_first(Thing::tags)),
        ("tags", new().unset(Thing::tags)),
        ("codes", new().push(Thing::codes, int)),
        ("codes", new().add_to_set(Thing::codes, int)),
        ("codes", new().pull(Thing::codes, int)),
        ("codes", new().pull_all(Thing::codes, with.ints.clone())),
        ("reals", new().push(Thing::reals, real)),
        ("reals", new().add_to_set(Thing::reals, real)),
        ("reals", new().add_all_to_set(Thing::reals, with.reals.clone())),
        ("reals", new().pull(Thing::reals, real)),
        ("reals", new().pull_all(Thing::reals, with.reals.clone())),
        ("maybe", new().push(Thing::maybe, text())),
        ("maybe", new().add_to_set(Thing::maybe, text())),
        ("maybe", new().pull(Thing::maybe, text())),
        ("maybe", new().pop(Thing::maybe)),
        ("maybe", new().set(Thing::maybe, None)),
        ("holes", new().push(Thing::holes, None)),
        ("holes", new().add_to_set(Thing::holes, None)),
        ("holes", new().add_all_to_set(Thing::holes, [None, Some(int)])),
        ("holes", new().pull(Thing::holes, None)),
        ("holes", new().pull_all(Thing::holes, [None, Some(int)])),
        ("holes", new().pop_first(Thing::holes)),
        ("few", new().push(Thing::few, int)),
        ("few", new().push_all(Thing::few, with.ints.clone())),
        ("few", new().add_to_set(Thing::few, int)),
        ("few", new().pop(Thing::few)),
        ("fans", new().push(Thing::fans, text())),
        ("fans", new().add_to_set(Thing::fans, "x")),
        ("fans", new().pull(Thing::fans, "x")),
        ("fans", new().pop(Thing::fans)),
        ("grid", new().push(Thing::grid, with.ints.clone())),
        ("grid", new().add_to_set(Thing::grid, with.ints.clone())),
        ("grid", new().pull(Thing::grid, with.ints.clone())),
        ("grid", new().pull_all(Thing::grid, [with.ints.clone(), vec![]])),
        ("grid", new().pop(Thing::grid)),
        ("words", new().add_to_set(Thing::words, text())),
        ("words", new().pull(Thing::words, text())),
        ("lines", new().push(Thing::lines, with.line.clone())),
        ("lines", new().add_to_set(Thing::lines, with.line.clone())),
        ("lines", new().add_all_to_set(Thing::lines, [with.line.clone(), plain_line(with)])),
        ("lines", new().pull(Thing::lines, with.line.clone())),
        ("lines", new().pull(Thing::lines, plain_line(with))),
        ("lines", new().pull_all(Thing::lines, [with.line.clone(), plain_line(with)])),
        ("lines", new().pull_where(Thing::lines, line_filter(with))),
        ("lines", new().pull_where(Thing::lines, !line_filter(with))),
        ("lines", new().pop(Thing::lines)),
        ("media", new().push(Thing::media, with.media.clone())),
        ("media", new().add_to_set(Thing::media, with.media.clone())),
        ("media", new().pull(Thing::media, with.media.clone())),
        ("media", new().pull_where(Thing::media, Media::photo().width().gt(int) | Media::nothing().is_some())),
    ]
}

/// A line that others are more likely to equal.
fn plain_line(with: &With) -> Line {
    Line { note: None, codes: vec![], spot: None, sum: None, pack: 1, parts: vec![], ..with.line.clone() }
}

fn parts(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    let (text, key) = (|| first(&with.texts), || with.key.clone());
    let (int, real) = (with.ints.first().copied().unwrap_or(1), first(&with.reals));
    let home = with.home.clone().unwrap_or(Home { city: text(), floor: None, level: 1, spot: None, names: vec![] });
    let spot = with.spot.clone().unwrap_or(Spot { x: 1.5, label: None });
    let new = Update::new;
    vec![
        ("home", new().set(Thing::home, with.home.clone())),
        ("home", new().unset(Thing::home)),
        ("home.town", new().set(Thing::home.city(), text())),
        ("home.town", new().max(Thing::home.city(), text())),
        ("home.floor", new().inc(Thing::home.floor(), int)),
        ("home.floor", new().set(Thing::home.floor(), None)),
        ("home.floor", new().max(Thing::home.floor(), int)),
        ("home.level", new().inc(Thing::home.level(), int)),
        ("home.level", new().bit_or(Thing::home.level(), int)),
        ("home.names", new().push(Thing::home.names(), text())),
        ("home.names", new().pull(Thing::home.names(), text())),
        ("home.spot", new().set(Thing::home.spot(), spot.clone())),
        ("home.spot.x", new().mul(Thing::home.spot().x(), real)),
        ("home.spot.label", new().set(Thing::home.spot().label(), text())),
        ("base", new().set(Thing::base, home.clone())),
        ("base.town", new().set(Thing::base.city(), text())),
        ("base.floor", new().mul(Thing::base.floor(), int)),
        ("base.level", new().inc(Thing::base.level(), int)),
        ("base.level", new().min(Thing::base.level(), int)),
        ("base.names", new().add_to_set(Thing::base.names(), text())),
        ("base.spot.x", new().inc(Thing::base.spot().x(), real)),
        ("spot", new().unset(Thing::spot)),
        ("spot.x", new().set(Thing::spot.x(), real)),
        ("spot.x", new().inc(Thing::spot.x(), real)),
        ("spot.x", new().max(Thing::spot.x(), real)),
        ("spot.label", new().set(Thing::spot.label(), text())),
        ("spot.label", new().unset(Thing::spot.label())),
        ("counts", new().unset(Thing::counts)),
        ("counts.a", new().set(Thing::counts.key("a"), int)),
        ("counts.a", new().inc(Thing::counts.key("a"), int)),
        ("counts.b", new().unset(Thing::counts.key("b"))),
        ("counts.0", new().set(Thing::counts.key("0"), int)),
        ("counts.0", new().max(Thing::counts.key("0"), int)),
        ("counts.a b", new().mul(Thing::counts.key("a b"), int)),
        ("places", new().set(Thing::places, std::collections::BTreeMap::from([(key(), home.clone())]))),
        ("places.a", new().set(Thing::places.key("a"), home)),
        ("places.b", new().unset(Thing::places.key("b"))),
        ("places.a.town", new().set(Thing::places.key("a").city(), text())),
        ("places.a.level", new().inc(Thing::places.key("a").level(), int)),
        ("places.b.floor", new().inc(Thing::places.key("b").floor(), int)),
        ("places.0.names", new().push(Thing::places.key("0").names(), text())),
        ("places.0.spot.x", new().min(Thing::places.key("0").spot().x(), real)),
    ]
}

fn unions(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    let text = || first(&with.texts);
    let int = with.ints.first().copied().unwrap_or(1);
    let new = Update::new;
    vec![
        ("cover", new().set(Thing::cover, with.media.clone())),
        ("cover.width", new().inc(Thing::cover.photo().width(), int)),
        ("cover.width", new().max(Thing::cover.photo().width(), int)),
        ("cover.url", new().set(Thing::cover.photo().url(), text())),
        ("cover.url", new().set(Thing::cover.link().url(), text())),
        ("cover.by", new().set(Thing::cover.photo().by(), None)),
        ("cover.by", new().min(Thing::cover.photo().by(), text())),
        ("cover.tags", new().push(Thing::cover.link().tags(), text())),
        ("cover.tags", new().pop(Thing::cover.link().tags())),
        ("cover.x", new().inc(Thing::cover.note().x(), first(&with.reals))),
        ("cover.lines", new().pull_where(Thing::cover.album().lines(), line_filter(with))),
        ("cover.lines", new().update_where(Thing::cover.album().lines(), line_filter(with), |line| line.set(Line::qty, int))),
        ("back", new().set(Thing::back, None)),
        ("back", new().set(Thing::back, with.media.clone())),
        ("back.width", new().mul(Thing::back.photo().width(), int)),
        ("back.url", new().set(Thing::back.link().url(), text())),
    ]
}

fn elements(with: &With) -> Vec<(&'static str, Update<Thing>)> {
    let text = || first(&with.texts);
    let (int, long, real) = (with.ints.first().copied().unwrap_or(1), first(&with.longs), first(&with.reals));
    let new = Update::new;
    let of = || line_filter(with);
    let spot = with.spot.clone().unwrap_or(Spot { x: 1.5, label: None });
    vec![
        ("lines", new().update_where(Thing::lines, of(), |line| line.set(Line::sku, text()).unset(Line::note))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.inc(Line::qty, int))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.mul(Line::qty, int).set(Line::note, text()))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.inc(Line::sum, long).inc(Line::pack, long))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.max(Line::sum, long).min(Line::pack, long))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.mul(Line::pack, long).bit_or(Line::qty, int))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.push(Line::codes, int).set(Line::spot, None))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.add_to_set(Line::codes, int))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.pull(Line::codes, int).pop(Line::parts))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.set(Line::spot.x(), real))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.inc(Line::spot.x(), real).set(Line::qty, int))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.add_to_set(Line::parts, spot.clone()))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.pull(Line::parts, spot.clone()))),
        ("lines", new().update_where(Thing::lines, of(), |line| line.pull_where(Line::parts, Spot::label.is_none()))),
        (
            "lines",
            new().update_where(Thing::lines, of(), |line| {
                line.update_where(Line::parts, Spot::x.gt(real), |part| part.set(Spot::label, text()).inc(Spot::x, 1))
            }),
        ),
        ("media", new().update_where(Thing::media, Media::photo().is_some(), |media| media.inc(Media::photo().width(), int))),
        ("media", new().update_where(Thing::media, Media::link().url().eq(text()), |media| media.push(Media::link().tags(), text()))),
        ("media", new().update_where(Thing::media, Media::nothing().is_none(), |media| media.set(Media::photo().url(), text()))),
        ("base.names", new().pull_all(Thing::base.names(), with.texts.clone())),
        ("home", new().set(Thing::home, None)),
        ("places", new().unset(Thing::places)),
        ("home.names", new().pop(Thing::home.names())),
    ]
}
