//! [`Renderer`]: predicates on one document, test by test.

use super::{
    super::{
        matching::{Match, all_of, any_of, at},
        size::check_size,
    },
    equality::keyed,
    search::{check_searches, search},
};
use crate::{
    Error, Result,
    query::{BitTest, Expr, GeoTest, Level, Order, Place, RawPath, Stored, Test, holds, is_nan, place},
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document, doc};

/// `expr` as a match on documents of this model.
///
/// # Errors
/// An operand that the field cannot store, a pattern that the server cannot compile, or a search where the server takes none.
pub(crate) fn render_filter(schema: &Schema, expr: &Expr) -> Result<Document> {
    let filter = render_match(schema, expr)?.into_document();
    check_size(schema, "a filter", [&filter])?;
    Ok(filter)
}

/// `expr` as a predicate on documents of this model, before what needs no server is written out.
///
/// # Errors
/// As [`render_filter`].
pub(in crate::render) fn render_match(schema: &Schema, expr: &Expr) -> Result<Match> {
    check_searches(schema, expr)?;
    Renderer { schema, layout: Layout::from(schema), prefix: String::new(), indexed: false, outermost: true }.expr(expr)
}

/// `expr` as a predicate on the items of a list, in paths that begin with `name` where the item has one.
///
/// # Errors
/// As [`render_filter`].
pub(in crate::render) fn render_item(schema: &Schema, layout: Layout, name: &str, expr: &Expr) -> Result<Match> {
    Renderer::of_item(schema, layout, name).expr(expr)
}

/// The items of a list that equal this one in all declared fields.
///
/// # Errors
/// As [`render_filter`].
pub(in crate::render) fn render_item_is(schema: &Schema, layout: Layout, item: &Document) -> Result<Match> {
    Renderer::of_item(schema, layout, "").eq_composite("", layout, item)
}

/// Renders predicates on one document, or on a composite in it.
pub(super) struct Renderer<'s> {
    /// The model, for messages.
    pub(super) schema: &'s Schema,
    pub(super) layout: Layout,
    /// The path of the composite that predicates are about, with its dot.
    pub(super) prefix: String,
    /// Whether the prefix leads through an index of a list. The server then also looks for a field of that name in each item, and an item
    /// without one matches null.
    pub(super) indexed: bool,
    /// Whether predicates are on the document itself, where the server takes expressions; it takes none in the items of a list.
    pub(super) outermost: bool,
}

impl<'s> Renderer<'s> {
    /// For the items of a list, in which the server takes no expressions.
    fn of_item(schema: &'s Schema, layout: Layout, name: &str) -> Self {
        let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
        Self { schema, layout, prefix, indexed: false, outermost: false }
    }
}

impl Renderer<'_> {
    fn expr(&self, expr: &Expr) -> Result<Match> {
        match expr {
            Expr::All => Ok(Match::All),
            Expr::Nothing => Ok(Match::Nothing),
            Expr::And(all) => self.each(all).map(all_of),
            Expr::Or(any) => self.each(any).map(any_of),
            Expr::Not(inner) => match inner.as_ref() {
                // A list that is some is an array.
                Expr::Test(path, Test::IsNone) if self.is_plain_list(path) => Ok(at(&self.full(path.stored()), doc! { "$type": "array" })),
                inner => self.expr(inner).map(Match::negate),
            },
            Expr::Test(path, test) => self.test(path, test),
            Expr::Fault(path, error) => Err(Error::rule(self.schema, self.full(path), error.rule())),
            Expr::Search(asked) => Ok(search(asked)),
            // Verbs read the keys first, and put a test of them in its place.
            Expr::Related(test) => Err(Error::rule(self.schema, test.relation, "a verb that reads the keys of related documents")),
        }
    }

    fn is_plain_list(&self, path: &RawPath) -> bool {
        let place = place(self.layout, path);
        matches!(place.kind, Kind::Array(_)) && place.is_optional() && place.list.is_none() && !place.levels.iter().any(Level::is_strict)
    }

    fn each(&self, exprs: &[Expr]) -> Result<Vec<Match>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn test(&self, path: &RawPath, test: &Test) -> Result<Match> {
        let place = place(self.layout, path);
        let full = self.full(path.stored());
        match test {
            Test::Len(_) | Test::LenAtLeast(_) | Test::HasEvery(_) | Test::HasSome(_) if matches!(place.kind, Kind::Binary) => {
                return Err(Error::rule(self.schema, full, "a list to look into; bytes are one value"));
            }
            Test::Path(test, other) => return self.pair(path, *test, other),
            Test::Stored(test) => return Ok(self.stored(&full, &place, *test)),
            Test::Key(keys) => return Ok(keyed(&full, keys)),
            _ => {}
        }
        // What only the server can answer is false of what is not there.
        let of = |absent: &Bson| holds(place.layout, absent, test).unwrap_or(false);
        let innermost = place.levels.last().filter(|level| !level.is_strict());
        // A value that is never missing alone is missing with what lies above it, so asking for it asks for that.
        let missing = match &place.absent {
            Some(absent) => of(absent),
            None => innermost.is_some_and(|level| of(&level.absent)),
        };
        // Missing, null and empty are one to a list, and one test to the server.
        let asks_for_empty = matches!(test, Test::Eq(Bson::Array(items)) if items.is_empty()) || matches!(test, Test::Len(0));
        if asks_for_empty && missing && place.levels.iter().all(|level| !level.is_strict() && of(&level.absent)) {
            return Ok(empty(&full));
        }
        let mut present = self.present(&full, &place, test)?;
        let mut absent = match &place.list {
            _ if !missing => Match::Nothing,
            Some((list, _)) => self.absent(&self.full(list.stored()), &Kind::Array(&Kind::Any)),
            None => self.absent(&full, &place.kind),
        };
        // Whether `absent` also matches where the level is not there.
        let mut reaches = missing;
        for level in place.levels.iter().rev() {
            let there = || Match::Doc(level.there(&self.prefix));
            let wanted = of(&level.absent);
            if level.is_strict() {
                present = all_of(vec![there(), present]);
                absent = all_of(vec![there(), absent]);
            } else if reaches && !wanted {
                absent = all_of(vec![there(), absent]);
            }
            if wanted && (level.is_strict() || !reaches) {
                absent = any_of(vec![absent, level.not_there(&self.prefix)]);
            }
            reaches = wanted;
        }
        Ok(any_of(vec![present, absent]))
    }

    /// The value is null or missing.
    pub(super) fn absent(&self, full: &str, kind: &Kind) -> Match {
        match kind {
            _ if self.indexed => any_of(vec![at(full, doc! { "$exists": false }), at(full, doc! { "$type": "null" })]),
            // A null inside a list matches `{f: null}` too.
            Kind::Array(_) | Kind::Any => at(full, doc! { "$eq": Bson::Null, "$not": { "$type": "array" } }),
            _ => at(full, Bson::Null),
        }
    }

    /// The rendering of a test for documents in which the value is there.
    fn present(&self, full: &str, place: &Place, test: &Test) -> Result<Match> {
        Ok(match test {
            Test::IsNone | Test::Path(..) | Test::Stored(_) | Test::Key(_) => Match::Nothing,
            Test::Eq(value) => self.eq(full, place, value)?,
            Test::In(values) => self.one_of(full, place, values)?,
            Test::Compare(_, operand) if is_nan(operand) => Match::Nothing,
            Test::Compare(order, operand) => at(full, doc! { operator(*order): operand.clone() }),
            Test::Text(test, part) => self.text(full, *test, part)?,
            Test::IgnoringCase(test, part) => self.text_ignoring_case(full, *test, part)?,
            Test::Matches(pattern) => at(full, doc! { "$regex": pattern }),
            Test::Mod(divisor, remainder) => at(full, doc! { "$mod": [*divisor, *remainder] }),
            Test::Bits(test, mask) => at(full, doc! { bit_operator(*test): bits(*mask) }),
            Test::Has(value) => self.has(full, place, value)?,
            Test::HasEvery(values) => self.has_every(full, place, values)?,
            Test::HasSome(values) => self.has_some(full, place, values)?,
            // An index has a key for the empty list, and none for a length.
            Test::Len(0) => at(full, doc! { "$eq": [], "$size": 0_i64 }),
            Test::Len(len) => at(full, doc! { "$size": i64::from(*len) }),
            Test::LenAtLeast(len) => self.len_at_least(full, place, *len)?,
            Test::Is(inner) => self.is(full, place, inner)?,
            Test::Some(inner) => match self.within(place.layout, String::new(), false).expr(inner)? {
                Match::Nothing => Match::Nothing,
                rendered => at(full, doc! { "$elemMatch": rendered.into_document() }),
            },
            Test::Geo(GeoTest::Near { longitude, latitude, meters }) => {
                let around = doc! { "$centerSphere": [[*longitude, *latitude], *meters / EARTH_RADIUS] };
                at(full, doc! { "$geoWithin": around })
            }
            Test::Geo(GeoTest::Within(area)) => at(full, doc! { "$geoWithin": { "$geometry": area.clone() } }),
            Test::Geo(GeoTest::Intersects(place)) => at(full, doc! { "$geoIntersects": { "$geometry": place.clone() } }),
        })
    }

    /// What is stored, whatever the model reads.
    fn stored(&self, full: &str, place: &Place, test: Stored) -> Match {
        let there = place.levels.iter().filter(|level| level.is_strict()).map(|level| Match::Doc(level.there(&self.prefix)));
        let mut all: Vec<Match> = there.collect();
        let wanted = match test {
            Stored::Missing if all.is_empty() => return at(full, doc! { "$exists": false }),
            Stored::Missing => return all_of(vec![all_of(all), at(full, doc! { "$exists": true })]).negate(),
            // A list is searched by its items.
            Stored::Null if matches!(place.kind, Kind::Array(_) | Kind::Any) => doc! { "$type": "null", "$not": { "$type": "array" } },
            Stored::Null => doc! { "$type": "null" },
        };
        all.push(at(full, wanted));
        all_of(all)
    }

    fn is(&self, full: &str, place: &Place, inner: &Expr) -> Result<Match> {
        let prefix = if full.is_empty() { String::new() } else { format!("{full}.") };
        let rendered = self.within(place.layout, prefix, true).expr(inner)?;
        // Alone, `{"a.g": null}` would match a missing `a`.
        Ok(if place.absent.is_some() { with_object(full, rendered) } else { rendered })
    }

    /// A renderer for documents of this layout, below `prefix` or, in a list, on their own.
    pub(super) fn within(&self, layout: Layout, prefix: String, in_document: bool) -> Self {
        Self { schema: self.schema, layout, prefix, indexed: false, outermost: self.outermost && in_document }
    }

    /// The stored path from the outermost document; a composite as a whole has no name of its own.
    pub(super) fn full(&self, path: &str) -> String {
        match path {
            "" => self.prefix.trim_end_matches('.').to_owned(),
            path => format!("{}{path}", self.prefix),
        }
    }
}

/// Missing, null, or a list without items. The first condition is the one that an index serves; alone it would also match a list with a null
/// or an empty list in it.
fn empty(path: &str) -> Match {
    Match::Doc(doc! { path: { "$in": [Bson::Null, []] }, format!("{path}.0"): { "$exists": false } })
}

/// `rendered`, only where `path` holds a document.
pub(super) fn with_object(path: &str, rendered: Match) -> Match {
    all_of(vec![at(path, doc! { "$type": "object" }), rendered])
}

pub(in crate::render) fn operator(order: Order) -> &'static str {
    match order {
        Order::Lt => "$lt",
        Order::Lte => "$lte",
        Order::Gt => "$gt",
        Order::Gte => "$gte",
    }
}

fn bit_operator(test: BitTest) -> &'static str {
    match test {
        BitTest::AllSet => "$bitsAllSet",
        BitTest::AnySet => "$bitsAnySet",
        BitTest::AllClear => "$bitsAllClear",
        BitTest::AnyClear => "$bitsAnyClear",
    }
}

/// The mask as a number, or by the positions of its bits where the sign is one of them: the server takes no negative mask.
fn bits(mask: u64) -> Bson {
    match i64::try_from(mask) {
        Ok(mask) => Bson::Int64(mask),
        Err(_) => Bson::Array((0..64).filter(|bit| mask >> bit & 1 == 1).map(Bson::Int32).collect()),
    }
}

/// In meters, as the server has it.
const EARTH_RADIUS: f64 = 6_378_100.0;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::prelude::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    #[derive(Debug, Clone, Copy, PartialEq, Enum)]
    enum Role {
        User,
        Admin,
    }

    #[derive(Debug, Composite)]
    struct Line {
        sku: String,
        qty: Option<u8>,
    }

    #[derive(Debug, Composite)]
    struct Tree {
        label: String,
        children: Vec<Tree>,
    }

    #[derive(Debug, Model)]
    struct Asked {
        #[chakra(id)]
        id: Id<Asked>,
        #[chakra(name = "mail")]
        email: String,
        name: Option<String>,
        age: u8,
        score: f32,
        #[chakra(default = 5)]
        rank: i64,
        role: Role,
        active: bool,
        seen: Option<DateTime<Utc>>,
        #[chakra(as = "timestamp")]
        made: DateTime<Utc>,
        #[chakra(as = "string")]
        spelled: DateTime<Utc>,
        letter: char,
        tags: Vec<String>,
        pair: [i32; 2],
        line: Option<Line>,
        lines: Vec<Line>,
        tree: Tree,
        bytes: Vec<u8>,
        token: uuid::Uuid,
        price: bson::Decimal128,
        any: bson::Bson,
    }

    fn key() -> impl Strategy<Value = String> {
        let paths = "id _id email mail name age score rank role active seen made spelled letter tags pair line line.sku line.qty lines \
                     lines.sku lines.qty tree tree.label tree.children tree.children.label bytes token price any nobody";
        let operators = "eq ne in not_in lt lte gt gte contains starts_with ends_with eq_ci ne_ci in_ci contains_ci starts_with_ci \
                         ends_with_ci is_none is_some has has_every has_some is_empty len len_ne len_lt len_lte len_gt len_gte matches";
        let paths: Vec<&str> = paths.split(' ').collect();
        let operators: Vec<&str> = operators.split(' ').collect();
        (select(paths), prop::option::of(select(operators))).prop_map(|(path, operator)| match operator {
            Some(operator) => format!("{path}[{operator}]"),
            None => path.to_owned(),
        })
    }

    fn value() -> impl Strategy<Value = String> {
        let values = "0 -1 255 256 1.5 1e400 NaN true false User ~ %00 %FF 2024-01-02T03:04:05.6789Z 65a1b2c3d4e5f60718293a4b \
                      67e55044-10b1-426f-9247-bb680e5fe0c8 4294967295 9223372036854775808 %24gt";
        let values: Vec<String> = values.split(' ').map(str::to_owned).collect();
        prop_oneof![8 => select(values), 1 => "[^&]*", 1 => Just(String::new())]
    }

    fn query() -> impl Strategy<Value = String> {
        let asked = (key(), value()).prop_map(|(key, value)| format!("{key}={value}"));
        let pair = prop_oneof![8 => asked, 1 => ".*"];
        prop_oneof![8 => vec(pair, 0..4).prop_map(|pairs| pairs.join("&")), 1 => "\\PC*", 1 => ".*"]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_query_string_is_a_filter_that_can_be_sent_or_an_error_that_can_be_logged(query in query()) {
            match Filter::<Asked>::from_query(&query) {
                Ok(filter) => {
                    let sent = render_filter(Asked::schema(), &filter.expr);
                    prop_assert!(sent.is_ok(), "{:?} of {}", sent, query);
                }
                Err(error) => {
                    let said = error.to_string();
                    prop_assert!(matches!(error, Error::Invalid { .. }), "{:?}", error);
                    prop_assert!(said.len() < 2000 && !said.contains(char::is_control), "{:?}", said);
                }
            }
        }
    }

    #[test]
    fn what_is_asked_in_a_query_string_is_what_is_sent() {
        let sent = |query: &str| render_filter(Asked::schema(), &Filter::<Asked>::from_query(query).unwrap().expr).unwrap();
        assert_eq!(sent(""), doc! {});
        let both = doc! { "age": { "$gte": 18 }, "rank": { "$in": [5_i64, Bson::Null] } };
        assert_eq!(sent("age[gte]=18&rank=5"), both);
        let texts = doc! { "mail": "$gt a&b", "name": { "$ne": "{\"$gt\":1}" } };
        assert_eq!(sent("mail=$gt+a%26b&name[ne]=%7B%22$gt%22:1%7D"), texts);
    }
}
