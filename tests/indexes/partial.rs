//! Filters that the server does not take for a partial index are said with all other faults of the models, before anything is sent.

use chakra::{Registry, prelude::*};

#[test]
fn each_is_named_with_its_index() {
    #[derive(Debug, Clone, Model)]
    #[chakra(
        index(a, partial = Self::a.ne(1), map = "unequal"),
        index(a, partial = Self::name.contains("x"), map = "inside"),
        index(a, partial = !(Self::a.gt(1) & Self::b.is_none()), map = "negated"),
        index(a, partial = Self::tags.is_empty(), map = "without"),
        index(a, partial = Self::all(), map = "everything"),
        index(a, partial = Self::size.eq(u64::MAX), map = "too large"),
        index(a, partial = Self::a.eq(Self::b2), map = "two paths"),
        // And some that it takes.
        index(a, partial = Self::b.is_some(), map = "present"),
        index(a, partial = Self::name.starts_with("x") | Self::a.in_([1, 2]), map = "either"),
        index(a, partial = Self::b.is_none() & Self::name.exists(), map = "none"),
        unique(name, partial = Self::tags.has("x"))
    )]
    struct Thing {
        #[chakra(id)]
        id: i64,
        a: i32,
        b: Option<i32>,
        b2: i32,
        name: String,
        tags: Vec<String>,
        size: u64,
    }
    let takes = "which the server does not take there: it takes equality, `in_`, ranges, `exists`, `is_some` of a list or a composite, \
                 places, and these combined by `&` and `|`";
    let fault = |index: &str, what: &str| format!("`Thing`: the filter of the partial index `{index}` {what}");
    let expected = [
        fault("unequal", &format!("asks for `$ne` of `a`, {takes}")),
        fault("inside", &format!("asks for `$regex` of `name`, {takes}")),
        fault("negated", &format!("asks for `$nor`, {takes}")),
        fault("without", &format!("asks for `$exists` of `tags.0`, {takes}")),
        fault("everything", "is true of every document: remove `partial`"),
        fault("too large", "cannot be sent: this `Thing` is not valid: `size` must have a number up to 9223372036854775807"),
        fault("two paths", &format!("asks for `$expr`, {takes}")),
        fault("present", &format!("asks for `$ne` of `b`, {takes}")),
    ];
    let found = Registry::new().model::<Thing>().faults();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(&expected) {
        // How a value that is too large is refused is told by the codec.
        let same = |text: &str| text.split("this `Thing`").next().unwrap().to_owned();
        assert_eq!(same(found), same(expected));
    }
}
