//! Updates as lists that proptest can make smaller: which operation on which path, and its operands.

use super::{
    documents::{Stored, stored},
    filters::{With, line_filter, with},
    model::{Line, Media, Spot, Thing},
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
            let all = operations();
            let (path, operation) = all.clone().nth(usize::from(*operation) % all.count()).unwrap();
            let below = |outer: &str, inner: &str| inner == outer || inner.starts_with(&format!("{outer}."));
            if !paths.iter().any(|known| below(known, path) || below(path, known)) {
                paths.push(path);
                update = update.with(operation(with));
            }
        }
        update
    }
}

/// Every operation, with the stored path that it changes.
type Operation = (&'static str, fn(&With) -> Update<Thing>);

fn operations() -> impl Iterator<Item = &'static Operation> + Clone {
    [NUMBERS, LISTS, PARTS, UNIONS, ELEMENTS].into_iter().flatten()
}

const NUMBERS: &[Operation] = &[
    ("int", |with| Update::new().set(Thing::int, with.int())),
    ("int", |with| Update::new().inc(Thing::int, with.int())),
    ("int", |with| Update::new().dec(Thing::int, with.int())),
    ("natural", |with| Update::new().dec(Thing::natural, with.count)),
    ("natural", |with| Update::new().mul(Thing::natural, with.count)),
    ("doses.a", |with| Update::new().mul(Thing::doses.key("a"), with.real())),
    ("labels.a", |with| Update::new().set(Thing::labels.key("a"), with.text())),
    ("labels", |_| Update::new().set(Thing::labels, None)),
    ("depth", |with| Update::new().inc(Thing::frame.depth(), with.int())),
    ("title", |with| Update::new().min(Thing::frame.title(), with.text())),
    ("int", |with| Update::new().mul(Thing::int, with.int())),
    ("int", |with| Update::new().min(Thing::int, with.int())),
    ("int", |with| Update::new().max(Thing::int, with.int())),
    ("int", |with| Update::new().bit_and(Thing::int, with.int())),
    ("int", |with| Update::new().bit_or(Thing::int, with.int())),
    ("int", |with| Update::new().bit_xor(Thing::int, with.int())),
    ("small", |with| Update::new().inc(Thing::small, with.small())),
    ("small", |with| Update::new().mul(Thing::small, with.small())),
    ("small", |with| Update::new().bit_xor(Thing::small, with.small())),
    ("small", |with| Update::new().bit_and(Thing::small, with.small())),
    ("long", |with| Update::new().set(Thing::long, with.long())),
    ("long", |_| Update::new().set(Thing::long, None)),
    ("long", |_| Update::new().unset(Thing::long)),
    ("long", |with| Update::new().inc(Thing::long, with.long())),
    ("long", |with| Update::new().mul(Thing::long, with.long())),
    ("long", |with| Update::new().min(Thing::long, with.long())),
    ("long", |with| Update::new().max(Thing::long, with.long())),
    ("long", |with| Update::new().bit_or(Thing::long, with.long())),
    ("real", |with| Update::new().inc(Thing::real, with.real())),
    ("real", |with| Update::new().mul(Thing::real, with.real())),
    ("real", |with| Update::new().min(Thing::real, with.real())),
    ("real", |with| Update::new().max(Thing::real, with.real())),
    ("ratio", |with| Update::new().inc(Thing::ratio, with.real())),
    ("ratio", |with| Update::new().mul(Thing::ratio, with.real())),
    ("ratio", |with| Update::new().min(Thing::ratio, with.real())),
    ("ratio", |with| Update::new().max(Thing::ratio, with.real())),
    ("ratio", |with| Update::new().set(Thing::ratio, with.real())),
    ("share", |_| Update::new().inc(Thing::share, 0.1)),
    ("share", |_| Update::new().inc(Thing::share, -0.7)),
    ("share", |_| Update::new().mul(Thing::share, 1.1)),
    ("share", |_| Update::new().mul(Thing::share, 0.5)),
    ("share", |_| Update::new().max(Thing::share, 0.3)),
    ("rank", |with| Update::new().inc(Thing::rank, with.long())),
    ("rank", |with| Update::new().mul(Thing::rank, with.long())),
    ("rank", |with| Update::new().min(Thing::rank, with.long())),
    ("rank", |with| Update::new().max(Thing::rank, with.long())),
    ("rank", |with| Update::new().bit_and(Thing::rank, with.long())),
    ("rank", |with| Update::new().bit_xor(Thing::rank, with.long())),
    ("rank", |_| Update::new().unset(Thing::rank)),
    ("hits", |with| Update::new().inc(Thing::hits, with.long())),
    ("hits", |with| Update::new().mul(Thing::hits, with.long())),
    ("hits", |with| Update::new().max(Thing::hits, with.long())),
    ("score", |with| Update::new().inc(Thing::score, with.long() % 12)),
    ("score", |with| Update::new().mul(Thing::score, with.long() % 4)),
    ("score", |with| Update::new().min(Thing::score, with.long() % 20)),
    ("score", |with| Update::new().set(Thing::score, with.long() % 25)),
    ("hint", |with| Update::new().inc(Thing::hint, with.int())),
    ("hint", |with| Update::new().mul(Thing::hint, with.int())),
    ("hint", |with| Update::new().min(Thing::hint, with.int())),
    ("hint", |_| Update::new().set(Thing::hint, None)),
    ("hint", |with| Update::new().set(Thing::hint, with.int())),
    ("text", |with| Update::new().min(Thing::text, with.text())),
    ("text", |with| Update::new().max(Thing::text, with.text())),
    ("word", |with| Update::new().min(Thing::word, with.text())),
    ("word", |with| Update::new().max(Thing::word, with.text())),
    ("word", |with| Update::new().set(Thing::word, with.text())),
    ("state", |with| Update::new().min(Thing::state, with.text())),
    ("state", |with| Update::new().max(Thing::state, with.text())),
    ("seen", |with| Update::new().min(Thing::seen, with.moment)),
    ("seen", |with| Update::new().max(Thing::seen, with.moment)),
    ("oid", |with| Update::new().max(Thing::oid, with.oid)),
    ("flag", |_| Update::new().set(Thing::flag, true)),
    ("colour", |with| Update::new().set(Thing::colour, with.colours[0])),
];

const LISTS: &[Operation] = &[
    ("tags", |with| Update::new().push(Thing::tags, with.text())),
    ("tags", |with| Update::new().push_all(Thing::tags, with.texts.clone())),
    ("tags", |_| Update::new().push_all(Thing::tags, Vec::<String>::new())),
    ("tags", |with| Update::new().add_to_set(Thing::tags, with.text())),
    ("tags", |with| Update::new().add_all_to_set(Thing::tags, with.texts.clone())),
    ("tags", |with| Update::new().pull(Thing::tags, with.text())),
    ("tags", |with| Update::new().pull_all(Thing::tags, with.texts.clone())),
    ("tags", |_| Update::new().pop(Thing::tags)),
    ("tags", |_| Update::new().pop_first(Thing::tags)),
    ("tags", |_| Update::new().unset(Thing::tags)),
    ("codes", |with| Update::new().push(Thing::codes, with.int())),
    ("codes", |with| Update::new().add_to_set(Thing::codes, with.int())),
    ("codes", |with| Update::new().pull(Thing::codes, with.int())),
    ("codes", |with| Update::new().pull_all(Thing::codes, with.ints.clone())),
    ("reals", |with| Update::new().push(Thing::reals, with.real())),
    ("reals", |with| Update::new().add_to_set(Thing::reals, with.real())),
    ("reals", |with| Update::new().add_all_to_set(Thing::reals, with.reals.clone())),
    ("reals", |with| Update::new().pull(Thing::reals, with.real())),
    ("reals", |with| Update::new().pull_all(Thing::reals, with.reals.clone())),
    ("maybe", |with| Update::new().push(Thing::maybe, with.text())),
    ("maybe", |with| Update::new().add_to_set(Thing::maybe, with.text())),
    ("maybe", |with| Update::new().pull(Thing::maybe, with.text())),
    ("maybe", |_| Update::new().pop(Thing::maybe)),
    ("maybe", |_| Update::new().set(Thing::maybe, None)),
    ("holes", |_| Update::new().push(Thing::holes, None)),
    ("holes", |_| Update::new().add_to_set(Thing::holes, None)),
    ("holes", |with| Update::new().add_all_to_set(Thing::holes, [None, Some(with.int())])),
    ("holes", |_| Update::new().pull(Thing::holes, None)),
    ("holes", |with| Update::new().pull_all(Thing::holes, [None, Some(with.int())])),
    ("holes", |_| Update::new().pop_first(Thing::holes)),
    ("few", |with| Update::new().push(Thing::few, with.int())),
    ("few", |with| Update::new().push_all(Thing::few, with.ints.clone())),
    ("few", |with| Update::new().add_to_set(Thing::few, with.int())),
    ("few", |_| Update::new().pop(Thing::few)),
    ("fans", |with| Update::new().push(Thing::fans, with.text())),
    ("fans", |_| Update::new().add_to_set(Thing::fans, "x")),
    ("fans", |_| Update::new().pull(Thing::fans, "x")),
    ("fans", |_| Update::new().pop(Thing::fans)),
    ("grid", |with| Update::new().push(Thing::grid, with.ints.clone())),
    ("grid", |with| Update::new().add_to_set(Thing::grid, with.ints.clone())),
    ("grid", |with| Update::new().pull(Thing::grid, with.ints.clone())),
    ("grid", |with| Update::new().pull_all(Thing::grid, [with.ints.clone(), vec![]])),
    ("grid", |_| Update::new().pop(Thing::grid)),
    ("words", |with| Update::new().add_to_set(Thing::words, with.text())),
    ("words", |with| Update::new().pull(Thing::words, with.text())),
    ("lines", |with| Update::new().push(Thing::lines, with.line.clone())),
    ("lines", |with| Update::new().add_to_set(Thing::lines, with.line.clone())),
    ("lines", |with| Update::new().add_all_to_set(Thing::lines, [with.line.clone(), plain_line(with)])),
    ("lines", |with| Update::new().pull(Thing::lines, with.line.clone())),
    ("lines", |with| Update::new().pull(Thing::lines, plain_line(with))),
    ("lines", |with| Update::new().pull_all(Thing::lines, [with.line.clone(), plain_line(with)])),
    ("lines", |with| Update::new().pull_where(Thing::lines, line_filter(with))),
    ("lines", |with| Update::new().pull_where(Thing::lines, !line_filter(with))),
    ("lines", |_| Update::new().pop(Thing::lines)),
    ("media", |with| Update::new().push(Thing::media, with.media.clone())),
    ("media", |with| Update::new().add_to_set(Thing::media, with.media.clone())),
    ("media", |with| Update::new().pull(Thing::media, with.media.clone())),
    ("media", |with| Update::new().pull_where(Thing::media, Media::photo().width().gt(with.int()) | Media::nothing().is_some())),
];

const PARTS: &[Operation] = &[
    ("home", |with| Update::new().set(Thing::home, with.home.clone())),
    ("home", |_| Update::new().unset(Thing::home)),
    ("home.town", |with| Update::new().set(Thing::home.city(), with.text())),
    ("home.town", |with| Update::new().max(Thing::home.city(), with.text())),
    ("home.floor", |with| Update::new().inc(Thing::home.floor(), with.int())),
    ("home.floor", |_| Update::new().set(Thing::home.floor(), None)),
    ("home.floor", |with| Update::new().max(Thing::home.floor(), with.int())),
    ("home.level", |with| Update::new().inc(Thing::home.level(), with.int())),
    ("home.level", |with| Update::new().bit_or(Thing::home.level(), with.int())),
    ("home.names", |with| Update::new().push(Thing::home.names(), with.text())),
    ("home.names", |with| Update::new().pull(Thing::home.names(), with.text())),
    ("home.spot", |with| Update::new().set(Thing::home.spot(), with.spot())),
    ("home.spot.x", |with| Update::new().mul(Thing::home.spot().x(), with.real())),
    ("home.spot.label", |with| Update::new().set(Thing::home.spot().label(), with.text())),
    ("base", |with| Update::new().set(Thing::base, with.home())),
    ("base.town", |with| Update::new().set(Thing::base.city(), with.text())),
    ("base.floor", |with| Update::new().mul(Thing::base.floor(), with.int())),
    ("base.level", |with| Update::new().inc(Thing::base.level(), with.int())),
    ("base.level", |with| Update::new().min(Thing::base.level(), with.int())),
    ("base.names", |with| Update::new().add_to_set(Thing::base.names(), with.text())),
    ("base.spot.x", |with| Update::new().inc(Thing::base.spot().x(), with.real())),
    ("spot", |_| Update::new().unset(Thing::spot)),
    ("spot.x", |with| Update::new().set(Thing::spot.x(), with.real())),
    ("spot.x", |with| Update::new().inc(Thing::spot.x(), with.real())),
    ("spot.x", |with| Update::new().max(Thing::spot.x(), with.real())),
    ("spot.label", |with| Update::new().set(Thing::spot.label(), with.text())),
    ("spot.label", |_| Update::new().unset(Thing::spot.label())),
    ("counts", |_| Update::new().unset(Thing::counts)),
    ("counts.a", |with| Update::new().set(Thing::counts.key("a"), with.int())),
    ("counts.a", |with| Update::new().inc(Thing::counts.key("a"), with.int())),
    ("counts.b", |_| Update::new().unset(Thing::counts.key("b"))),
    ("counts.0", |with| Update::new().set(Thing::counts.key("0"), with.int())),
    ("counts.0", |with| Update::new().max(Thing::counts.key("0"), with.int())),
    ("counts.a b", |with| Update::new().mul(Thing::counts.key("a b"), with.int())),
    ("places", |with| Update::new().set(Thing::places, std::collections::BTreeMap::from([(with.key.clone(), with.home())]))),
    ("places.a", |with| Update::new().set(Thing::places.key("a"), with.home())),
    ("places.b", |_| Update::new().unset(Thing::places.key("b"))),
    ("places.a.town", |with| Update::new().set(Thing::places.key("a").city(), with.text())),
    ("places.a.level", |with| Update::new().inc(Thing::places.key("a").level(), with.int())),
    ("places.b.floor", |with| Update::new().inc(Thing::places.key("b").floor(), with.int())),
    ("places.0.names", |with| Update::new().push(Thing::places.key("0").names(), with.text())),
    ("places.0.spot.x", |with| Update::new().min(Thing::places.key("0").spot().x(), with.real())),
];

const UNIONS: &[Operation] = &[
    ("cover", |with| Update::new().set(Thing::cover, with.media.clone())),
    ("cover.width", |with| Update::new().inc(Thing::cover.photo().width(), with.int())),
    ("cover.width", |with| Update::new().max(Thing::cover.photo().width(), with.int())),
    ("cover.url", |with| Update::new().set(Thing::cover.photo().url(), with.text())),
    ("cover.url", |with| Update::new().set(Thing::cover.link().url(), with.text())),
    ("cover.by", |_| Update::new().set(Thing::cover.photo().by(), None)),
    ("cover.by", |with| Update::new().min(Thing::cover.photo().by(), with.text())),
    ("cover.tags", |with| Update::new().push(Thing::cover.link().tags(), with.text())),
    ("cover.tags", |_| Update::new().pop(Thing::cover.link().tags())),
    ("cover.x", |with| Update::new().inc(Thing::cover.note().x(), with.real())),
    ("cover.lines", |with| Update::new().pull_where(Thing::cover.album().lines(), line_filter(with))),
    ("cover.lines", |with| {
        Update::new().update_where(Thing::cover.album().lines(), line_filter(with), |line| line.set(Line::qty, with.int()))
    }),
    ("back", |_| Update::new().set(Thing::back, None)),
    ("back", |with| Update::new().set(Thing::back, with.media.clone())),
    ("back.width", |with| Update::new().mul(Thing::back.photo().width(), with.int())),
    ("back.url", |with| Update::new().set(Thing::back.link().url(), with.text())),
];

const ELEMENTS: &[Operation] = &[
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.set(Line::sku, with.text()).unset(Line::note))
    }),
    ("lines", |with| Update::new().update_where(Thing::lines, line_filter(with), |line| line.inc(Line::qty, with.int()))),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.mul(Line::qty, with.int()).set(Line::note, with.text()))
    }),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.inc(Line::sum, with.long()).inc(Line::pack, with.long()))
    }),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.max(Line::sum, with.long()).min(Line::pack, with.long()))
    }),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.mul(Line::pack, with.long()).bit_or(Line::qty, with.int()))
    }),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.push(Line::codes, with.int()).set(Line::spot, None))
    }),
    ("lines", |with| Update::new().update_where(Thing::lines, line_filter(with), |line| line.add_to_set(Line::codes, with.int()))),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.pull(Line::codes, with.int()).pop(Line::parts))
    }),
    ("lines", |with| Update::new().update_where(Thing::lines, line_filter(with), |line| line.set(Line::spot.x(), with.real()))),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.inc(Line::spot.x(), with.real()).set(Line::qty, with.int()))
    }),
    ("lines", |with| Update::new().update_where(Thing::lines, line_filter(with), |line| line.add_to_set(Line::parts, with.spot()))),
    ("lines", |with| Update::new().update_where(Thing::lines, line_filter(with), |line| line.pull(Line::parts, with.spot()))),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| line.pull_where(Line::parts, Spot::label.is_none()))
    }),
    ("lines", |with| {
        Update::new().update_where(Thing::lines, line_filter(with), |line| {
            line.update_where(Line::parts, Spot::x.gt(with.real()), |part| part.set(Spot::label, with.text()).inc(Spot::x, 1))
        })
    }),
    ("media", |with| {
        Update::new().update_where(Thing::media, Media::photo().is_some(), |media| media.inc(Media::photo().width(), with.int()))
    }),
    ("media", |with| {
        Update::new().update_where(Thing::media, Media::link().url().eq(with.text()), |media| media.push(Media::link().tags(), with.text()))
    }),
    ("media", |with| {
        Update::new().update_where(Thing::media, Media::nothing().is_none(), |media| media.set(Media::photo().url(), with.text()))
    }),
    ("base.names", |with| Update::new().pull_all(Thing::base.names(), with.texts.clone())),
    ("home", |_| Update::new().set(Thing::home, None)),
    ("places", |_| Update::new().unset(Thing::places)),
    ("home.names", |_| Update::new().pop(Thing::home.names())),
];

/// A line that others are more likely to equal.
fn plain_line(with: &With) -> Line {
    Line { note: None, codes: vec![], spot: None, sum: None, pack: 1, parts: vec![], ..with.line.clone() }
}
