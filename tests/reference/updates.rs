//! The operators of updates, by family: each with an example that stands in the page as it is written here.

use super::{
    Family,
    model::{Address, Item, Line},
};
use chakra::{prelude::*, query::Update};

/// An operator, and an example of it.
pub struct Change {
    pub operator: &'static str,
    pub example: &'static str,
    /// Where the example makes its change.
    pub path: String,
    pub update: Update<Item>,
}

macro_rules! changes {
    ($($operator:ident($path:expr $(, $operand:expr)*)),* $(,)?) => {
        vec![$(Change {
            operator: stringify!($operator),
            example: concat!(stringify!($operator), "(", stringify!($path) $(, ", ", stringify!($operand))*, ")"),
            path: $path.stored().to_owned(),
            update: Update::new().$operator($path $(, $operand)*),
        }),*]
    };
}

pub fn families() -> Vec<Family<Change>> {
    vec![fields(), numbers(), least_and_greatest(), bits(), lists(), sets(), items(), paths()]
}

fn fields() -> Family<Change> {
    Family {
        title: "Fields",
        text: "`set` puts a value there, whatever was there before. `set` with `None` and `unset` take the field out, and the model reads it \
               as `None`, as empty, or as its default; a field that is none of these has no `unset`. `current_date` is the server's clock.",
        examples: changes![
            set(Item::name, "a"),
            set(Item::name, None),
            set(Item::rank, 7),
            set(Item::tags, ["a", "b"]),
            set(Item::home, Address { street: "s".into(), city: "Rome".into() }),
            unset(Item::name),
            unset(Item::rank),
            unset(Item::tags),
            current_date(Item::seen),
        ],
    }
}

fn numbers() -> Family<Change> {
    Family {
        title: "Numbers",
        text: "A result beyond the Rust type's range or the declared limits, which are 0 and 10 for `score`, is refused; a default is \
               calculated with, and `None` stays `None`.",
        examples: changes![
            inc(Item::hits, 1),
            inc(Item::rank, -1),
            inc(Item::score, 3),
            inc(Item::score, 10),
            inc(Item::stock, 2),
            dec(Item::hits, 1),
            mul(Item::score, 2),
            mul(Item::stock, -2),
        ],
    }
}

fn least_and_greatest() -> Family<Change> {
    Family {
        title: "The lesser and the greater",
        text: "Of numbers, text, dates and ObjectIds. A default is compared with, and `None` stays `None`.",
        examples: changes![min(Item::rank, 3), min(Item::stock, 3), min(Item::name, "b"), max(Item::rank, 3), max(Item::stock, 3)],
    }
}

fn bits() -> Family<Change> {
    Family {
        title: "Bits",
        text: "Of integers. The server has no expression of bits that could leave `None` as it is, so a document with `None` there is refused.",
        examples: changes![bit_and(Item::rank, 6), bit_or(Item::rank, 2), bit_or(Item::stock, 2), bit_xor(Item::rank, 1)],
    }
}

fn lists() -> Family<Change> {
    Family {
        title: "Lists",
        text: "A list that is missing or null is an empty one, and what is appended to `None` makes a list of it; `None` stays `None` where \
               something would be taken out. `codes` has at most 3 items.",
        examples: changes![
            push(Item::tags, "a"),
            push(Item::notes, "a"),
            push(Item::codes, 4),
            push_all(Item::tags, ["a", "b"]),
            push_all(Item::codes, [4, 5]),
            pop(Item::tags),
            pop(Item::notes),
            pop_first(Item::tags),
        ],
    }
}

fn sets() -> Family<Change> {
    Family {
        title: "Lists as sets",
        text: "An item is in a list, or equals another, as `has` says: a composite by its fields, and NaN never.",
        examples: changes![
            add_to_set(Item::tags, "a"),
            add_to_set(Item::codes, 4),
            add_to_set(Item::lines, Line { sku: "x".into(), qty: 1 }),
            add_all_to_set(Item::tags, ["a", "b"]),
            pull(Item::tags, "a"),
            pull(Item::notes, "a"),
            pull(Item::lines, Line { sku: "x".into(), qty: 1 }),
            pull_all(Item::tags, ["a", "b"]),
            pull_all(Item::lines, [Line { sku: "x".into(), qty: 1 }, Line { sku: "y".into(), qty: 2 }]),
            pull_where(Item::lines, Line::qty.gt(1)),
        ],
    }
}

fn items() -> Family<Change> {
    Family {
        title: "Items of a list",
        text: "`update_where` changes the composites in a list that match a filter, each by operators of its own. A document is refused for \
               what one of these items refuses.",
        examples: changes![
            update_where(Item::lines, Line::qty.gt(9), |line| line.set(Line::qty, 9)),
            update_where(Item::lines, Line::sku.eq("x"), |line| line.inc(Line::qty, 1)),
            update_where(Item::lines, Filter::all(), |line| line.set(Line::qty, 0)),
        ],
    }
}

fn paths() -> Family<Change> {
    Family {
        title: "Paths",
        text: "A path may lead into composites, variants and maps. Where a composite on the way is `None`, or another variant, the document \
               is refused; where it has a default, it is changed from that. A map that is missing is an empty one.",
        examples: changes![
            set(Item::frame.width(), 16),
            inc(Item::frame.width(), 1),
            set(Item::home.city(), "Rome"),
            max(Item::home.city(), "Rome"),
            set(Item::cover.photo().width(), 100),
            inc(Item::cover.photo().width(), 1),
            set(Item::sizes.key("s"), 1),
            inc(Item::sizes.key("s"), 1),
            unset(Item::sizes.key("s")),
        ],
    }
}
