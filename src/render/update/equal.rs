//! Equality as an expression: of the items of a list, which an update pipeline takes in or out.

use crate::{
    query::is_nan,
    render::{expression::literal, number::as_long},
    schema::{Absent, Field, Kind, Layout},
};
use bson::{Bson, Document, doc};

/// Whether the item is one of a list of composites, which compare field by field.
pub(super) fn is_composite_item(list: &Kind, item: &Bson) -> bool {
    matches!(list, Kind::Array(Kind::Composite(_))) && matches!(item, Bson::Document(_))
}

/// Whether what stands at `at` (a variable, and perhaps a path below it) reads as `value`.
pub(super) fn equals(at: &str, kind: &Kind, value: &Bson) -> Bson {
    match (kind, value) {
        (_, value) if is_nan(value) => Bson::Boolean(false),
        // Null or missing.
        (_, Bson::Null) => Bson::from(doc! { "$lte": [at, Bson::Null] }),
        (Kind::Composite(shape), Bson::Document(value)) => is_composite(at, Layout::from(shape()), value),
        (Kind::Array(item @ Kind::Composite(_)), Bson::Array(values)) => is_list(at, item, values),
        (_, value) => Bson::from(doc! { "$eq": [at, literal(value)] }),
    }
}

/// All declared fields are those of `value`; of a union also the tag.
fn is_composite(at: &str, layout: Layout, value: &Document) -> Bson {
    let mut all = vec![Bson::from(doc! { "$eq": [{ "$type": at }, "object"] })];
    let mut fields = layout.fields;
    if let Some(tag) = layout.tag {
        let name = value.get_str(tag.stored).unwrap_or_default();
        all.push(equals(&format!("{at}.{}", tag.stored), &Kind::String, &Bson::from(name)));
        fields = tag.variant(name).map_or(fields, |variant| variant.fields);
    }
    all.extend(fields.iter().map(|field| is_field(&format!("{at}.{}", field.stored), field, value.get(field.stored))));
    Bson::from(doc! { "$and": all })
}

/// A field that is not there reads as its default.
fn is_field(at: &str, field: &Field, value: Option<&Bson>) -> Bson {
    let (absent, value) = (field.absent_value(), value.cloned().unwrap_or(Bson::Null));
    let is_there = match (field.absent, &value) {
        // In no order.
        (Absent::EmptySet, Bson::Array(_)) if !is_nan(&value) => {
            let items = doc! { "$cond": [{ "$isArray": [at] }, at, []] };
            Bson::from(doc! { "$and": [{ "$isArray": [at] }, { "$setEquals": [items, literal(&value)] }] })
        }
        _ => equals(at, &field.kind, &value),
    };
    if value != Bson::Null && absent.as_ref() == Some(&value) {
        return Bson::from(doc! { "$or": [{ "$lte": [at, Bson::Null] }, is_there] });
    }
    is_there
}

fn is_list(at: &str, item: &Kind, values: &[Bson]) -> Bson {
    let size = as_long(values.len());
    let mut all = vec![Bson::from(doc! { "$isArray": [at] })];
    // The size is asked of lists only: of anything else it would fail the whole update.
    all.push(Bson::from(doc! { "$eq": [{ "$size": { "$cond": [{ "$isArray": [at] }, at, []] } }, size] }));
    all.extend((0..).zip(values).map(|(index, value)| {
        let list = doc! { "$cond": [{ "$isArray": [at] }, at, []] };
        Bson::from(doc! { "$let": { "vars": { "at": { "$arrayElemAt": [list, index] } }, "in": equals("$$at", item, value) } })
    }));
    Bson::from(doc! { "$and": all })
}
