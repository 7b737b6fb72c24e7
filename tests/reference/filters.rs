//! The operators of filters, by family: each with an example that stands in the page as it is written here.

use super::{
    Family,
    model::{Address, Item, Line, Media, area},
};
use chakra::{model::Point, prelude::*};
use std::collections::BTreeMap;

/// An operator, and an example of it.
pub struct Question {
    pub operator: &'static str,
    pub example: &'static str,
    pub filter: Filter<Item>,
}

macro_rules! questions {
    ($(($operator:literal, $example:expr)),* $(,)?) => {
        vec![$(Question { operator: $operator, example: stringify!($example), filter: $example }),*]
    };
}

pub fn families() -> Vec<Family<Question>> {
    vec![
        equality(),
        presence(),
        order(),
        defaults(),
        text(),
        numbers(),
        lists(),
        optional_lists(),
        lists_of_composites(),
        composites(),
        unions(),
        maps(),
        places(),
        two_paths(),
        combinations(),
    ]
}

fn equality() -> Family<Question> {
    Family {
        title: "Equality",
        text: "Of every field. `None` is null or missing, and equal to nothing else; nothing is equal to NaN.",
        examples: questions![
            ("eq", Item::name.eq("a")),
            ("eq", Item::name.eq(None)),
            ("ne", Item::name.ne("a")),
            ("in_", Item::stock.in_([1, 2])),
            ("in_", Item::stock.in_([None, Some(1)])),
            ("in_", Item::stock.in_(Vec::<i32>::new())),
            ("not_in", Item::stock.not_in([1, 2])),
            ("not_in", Item::stock.not_in(Vec::<i32>::new())),
        ],
    }
}

fn presence() -> Family<Question> {
    Family {
        title: "Presence",
        text: "`is_none` and `is_some` are of an `Option`. `is_missing`, `exists` and `is_null` are of every field and ask what is stored, \
               not what the model reads, which only the server can answer.",
        examples: questions![
            ("is_none", Item::name.is_none()),
            ("is_some", Item::name.is_some()),
            ("is_missing", Item::name.is_missing()),
            ("exists", Item::name.exists()),
            ("is_null", Item::name.is_null()),
        ],
    }
}

fn order() -> Family<Question> {
    Family {
        title: "Order",
        text: "Of numbers, text, dates and ObjectIds; false of `None`. `between` includes both of its ends.",
        examples: questions![
            ("lt", Item::stock.lt(3)),
            ("lte", Item::stock.lte(3)),
            ("gt", Item::stock.gt(3)),
            ("gte", Item::stock.gte(3)),
            ("between", Item::stock.between(1, 3)),
        ],
    }
}

fn defaults() -> Family<Question> {
    Family {
        title: "Defaults",
        text: "A field with a constant default reads as that default where it is missing or null, and every operator takes it so; that of \
               `rank` is 5.",
        examples: questions![
            ("eq", Item::rank.eq(5)),
            ("eq", Item::rank.eq(7)),
            ("ne", Item::rank.ne(5)),
            ("in_", Item::rank.in_([5, 7])),
            ("lt", Item::rank.lt(6)),
            ("gte", Item::rank.gte(6)),
        ],
    }
}

fn text() -> Family<Question> {
    Family {
        title: "Text",
        text: "Literal, but for `matches`, which takes a regular expression and which only the server can answer; false of `None`, but for \
               `ci().ne`. `ci()` takes capital and small letters for the same.",
        examples: questions![
            ("starts_with", Item::name.starts_with("ab")),
            ("contains", Item::name.contains("a.b")),
            ("ends_with", Item::name.ends_with("ab")),
            ("matches", Item::name.matches("^a+$")),
            ("matches", Item::name.matches("a+$")),
            ("ci().eq", Item::name.ci().eq("Ab")),
            ("ci().ne", Item::name.ci().ne("Ab")),
            ("ci().in_", Item::name.ci().in_(["Ab", "Cd"])),
            ("ci().starts_with", Item::name.ci().starts_with("Ab")),
            ("ci().contains", Item::name.ci().contains("Ab")),
            ("ci().ends_with", Item::name.ci().ends_with("Ab")),
        ],
    }
}

fn numbers() -> Family<Question> {
    Family {
        title: "Numbers",
        text: "Of integers; false of `None`. Bits are those of the number's two's complement of 64 bits.",
        examples: questions![
            ("mod_", Item::stock.mod_(3, 1)),
            ("bits_all_set", Item::stock.bits_all_set(5)),
            ("bits_any_set", Item::stock.bits_any_set(5)),
            ("bits_all_clear", Item::stock.bits_all_clear(5)),
            ("bits_any_clear", Item::stock.bits_any_clear(5)),
        ],
    }
}

fn lists() -> Family<Question> {
    Family {
        title: "Lists",
        text: "A list that is missing or null is an empty one. An index has the items of a list, not how many there are.",
        examples: questions![
            ("has", Item::tags.has("a")),
            ("has_every", Item::tags.has_every(["a", "b"])),
            ("has_every", Item::tags.has_every(Vec::<String>::new())),
            ("has_some", Item::tags.has_some(["a", "b"])),
            ("has_some", Item::tags.has_some(Vec::<String>::new())),
            ("eq", Item::tags.eq(["a"])),
            ("ne", Item::tags.ne(["a"])),
            ("is_empty", Item::tags.is_empty()),
            ("len().eq", Item::tags.len().eq(2)),
            ("len().ne", Item::tags.len().ne(2)),
            ("len().lt", Item::tags.len().lt(2)),
            ("len().lte", Item::tags.len().lte(2)),
            ("len().gt", Item::tags.len().gt(2)),
            ("len().gte", Item::tags.len().gte(2)),
        ],
    }
}

fn optional_lists() -> Family<Question> {
    Family {
        title: "Optional lists",
        text: "An `Option` of a list is `None` where the list is missing or null, and then neither empty nor of any length.",
        examples: questions![
            ("is_none", Item::notes.is_none()),
            ("is_some", Item::notes.is_some()),
            ("has", Item::notes.has("a")),
            ("has_every", Item::notes.has_every(Vec::<String>::new())),
            ("is_empty", Item::notes.is_empty()),
            ("len().lt", Item::notes.len().lt(2)),
        ],
    }
}

fn lists_of_composites() -> Family<Question> {
    Family {
        title: "Lists of composites",
        text: "`some`, `every` and `none` ask one filter of each item, so that all of its conditions are about the same one. A path through \
               the list leads to the values of all items.",
        examples: questions![
            ("some", Item::lines.some(Line::sku.eq("x") & Line::qty.gt(1))),
            ("every", Item::lines.every(Line::qty.gt(1))),
            ("none", Item::lines.none(Line::qty.gt(1))),
            ("has", Item::lines.has(Line { sku: "x".into(), qty: 1 })),
            ("eq", Item::lines.eq(vec![Line { sku: "x".into(), qty: 1 }])),
            ("is_empty", Item::lines.is_empty()),
            ("len().gt", Item::lines.len().gt(1)),
            ("has", Item::lines.sku().has("x")),
            ("has_every", Item::lines.sku().has_every(["x", "y"])),
            ("has_some", Item::lines.sku().has_some(["x", "y"])),
        ],
    }
}

fn composites() -> Family<Question> {
    Family {
        title: "Composites",
        text: "A path below an `Option` is itself an `Option`. `is` is false of `None`, and `is_not` its complement.",
        examples: questions![
            ("eq", Item::home.city().eq("Rome")),
            ("ne", Item::home.city().ne("Rome")),
            ("is_none", Item::home.city().is_none()),
            ("is", Item::home.is(Address::city.eq("Rome"))),
            ("is_not", Item::home.is_not(Address::city.eq("Rome"))),
            ("eq", Item::home.eq(Address { street: "s".into(), city: "Rome".into() })),
            ("ne", Item::home.ne(Address { street: "s".into(), city: "Rome".into() })),
            ("is_none", Item::home.is_none()),
            ("is_some", Item::home.is_some()),
        ],
    }
}

fn unions() -> Family<Question> {
    Family {
        title: "Tagged unions",
        text: "The path of a variant is an `Option` of its fields, `None` for every other variant. No path leads to the tag itself, so no \
               index can be declared on it.",
        examples: questions![
            ("is_variant", Item::cover.is_variant(Media::photo())),
            ("is_some", Item::cover.photo().is_some()),
            ("is_none", Item::cover.photo().is_none()),
            ("eq", Item::cover.photo().width().eq(1)),
            ("ne", Item::cover.photo().width().ne(1)),
            ("gt", Item::cover.photo().width().gt(1)),
            ("is", Item::cover.is(Media::photo().width().gt(1))),
            ("is_not", Item::cover.is_not(Media::photo().width().gt(1))),
            ("eq", Item::cover.eq(Media::Photo { url: "a".into(), width: 1 })),
        ],
    }
}

fn maps() -> Family<Question> {
    Family {
        title: "Maps",
        text: "The value under a key is an `Option`, and takes the operators of one. `has_key` asks what is stored, which only the server can \
               answer; no index can be declared on a key.",
        examples: questions![
            ("key", Item::sizes.key("xl").eq(1)),
            ("key", Item::sizes.key("xl").gt(1)),
            ("key", Item::sizes.key("xl").is_none()),
            ("has_key", Item::sizes.has_key("xl")),
            ("eq", Item::sizes.eq(BTreeMap::from([("xl".to_owned(), 1)]))),
        ],
    }
}

fn places() -> Family<Question> {
    Family {
        title: "Places",
        text: "Of a `Point`, a `LineString` or a `Polygon`; false of `None`, and only the server can answer them. The index is a `2dsphere` \
               index.",
        examples: questions![
            ("near", Item::place.near(Point::new(12.5, 41.9), 63_781.0)),
            ("within", Item::place.within(area())),
            ("intersects", Item::place.intersects(area())),
        ],
    }
}

fn two_paths() -> Family<Question> {
    Family {
        title: "Two paths",
        text: "Another path may stand where a value may. An index has the values of one field, not how two compare; both are missing or null \
               here.",
        examples: questions![
            ("eq", Item::name.eq(Item::alias)),
            ("ne", Item::name.ne(Item::alias)),
            ("lt", Item::name.lt(Item::alias)),
            ("lte", Item::name.lte(Item::alias)),
            ("gt", Item::name.gt(Item::alias)),
            ("gte", Item::name.gte(Item::alias)),
        ],
    }
}

fn combinations() -> Family<Question> {
    Family {
        title: "Combinations",
        text: "`!` is the exact complement: every document matches a filter or its negation. Of conditions that all must hold, one that an \
               index serves is enough; of those of which one must hold, each needs its own.",
        examples: questions![
            ("&", Item::name.eq("a") & Item::stock.gt(1)),
            ("|", Item::name.eq("a") | Item::stock.gt(1)),
            ("!", !Item::stock.lt(3)),
            ("!", !Item::name.contains("a")),
            ("!", !(Item::name.eq("a") & Item::stock.gt(1))),
            ("all_of", Filter::all_of([Item::name.eq("a"), Item::stock.gt(1)])),
            ("any_of", Filter::any_of([Item::name.eq("a"), Item::stock.gt(1)])),
            ("none_of", Filter::none_of([Item::name.eq("a"), Item::stock.gt(1)])),
            ("all", Item::all()),
        ],
    }
}
