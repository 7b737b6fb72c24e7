//! Equality, of scalars, lists, composites and what may hold anything.

use super::{
    super::{
        check::is_askable,
        matching::{Match, all_of, any_of, at},
        number::as_long,
    },
    renderer::{Renderer, with_object},
};
use crate::{
    Result,
    query::{Place, RawPath, Test, is_nan},
    schema::{Field, Kind, Layout},
};
use bson::{Bson, Document, doc};

impl Renderer<'_> {
    pub(super) fn eq(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        Ok(match (&place.kind, value) {
            (_, value) if is_nan(value) => Match::Nothing,
            // What a serde type stores as null, and reads from it.
            (Kind::Any, Bson::Null) if place.absent.is_none() && !place.is_variant => self.absent(full, &place.kind),
            (_, Bson::Null) => Match::Nothing,
            // An id is compared as it is stored, which is what its index serves.
            (_, Bson::Document(_)) if full == "_id" => at(full, doc! { "$eq": value.clone() }),
            // A variant as a whole; that it is this one is asked beside.
            (_, Bson::Document(value)) if place.is_variant => self.eq_composite(full, place.layout, value)?,
            // Other documents compare field by field: order, unknown fields and null against missing would change the server's answer.
            (Kind::Composite(_), Bson::Document(value)) => {
                let inner = self.eq_composite(full, place.layout, value)?;
                if place.absent.is_some() { with_object(full, inner) } else { inner }
            }
            (Kind::Array(_), Bson::Array(items)) if items.is_empty() => at(full, doc! { "$eq": [], "$size": 0_i64 }),
            // The items of a set are in no order: an update appends what the codec would have sorted in.
            (Kind::Array(_), Bson::Array(items)) if place.is_set() => {
                let size = at(full, doc! { "$size": as_long(items.len()) });
                all_of(vec![size, self.has_every(full, place, items)?])
            }
            (Kind::Array(Kind::Composite(_)), Bson::Array(items)) => self.eq_composites(full, place.layout, items)?,
            // A list at such a field would be searched by its items.
            (Kind::Any | Kind::Array(Kind::Array(_)), Bson::Array(_)) => {
                at(full, doc! { "$eq": value.clone(), "$not": { "$elemMatch": { "$eq": value.clone() } } })
            }
            (Kind::Any, _) => at(full, doc! { "$eq": value.clone(), "$not": { "$type": "array" } }),
            (_, Bson::Document(_) | Bson::Array(_) | Bson::RegularExpression(_)) => at(full, doc! { "$eq": value.clone() }),
            _ => at(full, value.clone()),
        })
    }

    /// All declared fields of the composite at `full` are those of `value`; of a union also the tag.
    pub(super) fn eq_composite(&self, full: &str, layout: Layout, value: &Document) -> Result<Match> {
        let prefix = if full.is_empty() { String::new() } else { format!("{full}.") };
        let mut all = Vec::new();
        let mut fields = layout.fields;
        if let Some(tag) = layout.tag {
            let name = value.get_str(tag.stored).unwrap_or_default();
            all.push(at(&format!("{prefix}{}", tag.stored), name));
            fields = tag.variant(name).map_or(fields, |variant| variant.fields);
        }
        let inner =
            Self { schema: self.schema, layout: Layout { fields, tag: None }, prefix, indexed: self.indexed, outermost: self.outermost };
        let field_is =
            |field: &Field| inner.test(&RawPath::new(field.stored), &Test::Eq(value.get(field.stored).cloned().unwrap_or(Bson::Null)));
        for field in fields {
            all.push(field_is(field)?);
        }
        Ok(all_of(all))
    }

    /// The list at `full` holds these composites, in order.
    fn eq_composites(&self, full: &str, layout: Layout, items: &[Bson]) -> Result<Match> {
        let mut all = vec![at(full, doc! { "$size": as_long(items.len()) })];
        // For the index alone: the items by their place say it all.
        if let Some(Bson::Document(first)) = items.first() {
            let item = self.within(layout, String::new(), false).eq_composite("", layout, first)?;
            all.push(match item {
                Match::Doc(item) => at(full, doc! { "$elemMatch": item }),
                folded => folded,
            });
        }
        let by_index =
            Self { schema: self.schema, layout: self.layout, prefix: self.prefix.clone(), indexed: true, outermost: self.outermost };
        for (index, item) in items.iter().enumerate() {
            let item_at = format!("{full}.{index}");
            all.push(match item {
                Bson::Document(item) => with_object(&item_at, by_index.eq_composite(&item_at, layout, item)?),
                _ => at(&item_at, doc! { "$type": "null" }),
            });
        }
        Ok(all_of(all))
    }

    pub(super) fn one_of(&self, full: &str, place: &Place, values: &[Bson]) -> Result<Match> {
        let keeps_null = matches!(place.kind, Kind::Any) && place.absent.is_none();
        let values: Vec<&Bson> = values.iter().filter(|value| !is_nan(value) && (keeps_null || **value != Bson::Null)).collect();
        // Composites, lists, maps (whose first key may look like an operator) and any-valued fields have no `$in` that means the same; each
        // value is then asked alone.
        if matches!(place.kind, Kind::Composite(_) | Kind::Array(_) | Kind::Map(_) | Kind::Any) {
            return values.into_iter().map(|value| self.eq(full, place, value)).collect::<Result<_>>().map(any_of);
        }
        Ok(if values.is_empty() { Match::Nothing } else { at(full, doc! { "$in": values.into_iter().cloned().collect::<Vec<Bson>>() }) })
    }
}

/// The field holds one of these keys, as it is stored: alone, or among others in a list. What cannot be asked for among others stands for
/// itself, Undefined for its type, and null and lists name nothing.
pub(super) fn keyed(full: &str, keys: &[Bson]) -> Match {
    let (plain, odd): (Vec<&Bson>, Vec<&Bson>) = keys.iter().partition(|key| is_askable(key));
    let mut any = Vec::new();
    if !plain.is_empty() {
        any.push(at(full, doc! { "$in": plain.into_iter().cloned().collect::<Vec<Bson>>() }));
    }
    any.extend(odd.into_iter().filter_map(|key| match key {
        // Beside its type it can be negated.
        Bson::RegularExpression(_) => Some(at(full, doc! { "$eq": key.clone(), "$type": "regex" })),
        Bson::Document(_) => Some(at(full, doc! { "$eq": key.clone() })),
        Bson::Undefined => Some(at(full, doc! { "$type": "undefined" })),
        _ => None,
    }));
    any_of(any)
}
