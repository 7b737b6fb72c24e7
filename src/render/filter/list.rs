//! What a list holds, and how long it is.

use super::{
    super::matching::{Match, all_of, any_of, at},
    renderer::Renderer,
};
use crate::{
    Error, Result,
    query::{Place, Test, is_nan, place as place_of},
    schema::Kind,
};
use bson::{Bson, Document, doc};

/// Up to which length a list of documents is asked for by its sizes, one by one.
const MOST_SIZES: u32 = 8;

/// And up to which one in the items of another list, where the server takes no expression.
const MOST_SIZES_IN_LISTS: u32 = 1_000;

impl Renderer<'_> {
    pub(super) fn has(&self, full: &str, place: &Place, value: &Bson) -> Result<Match> {
        if is_nan(value) {
            return Ok(Match::Nothing);
        }
        // Inside a list of composites, one of them must have the value.
        if let Some((list, rest)) = &place.list {
            let inner = self.within(place_of(self.layout, list).layout, String::new(), false);
            let test = match place_of(inner.layout, rest).kind {
                Kind::Array(_) if !matches!(value, Bson::Array(_)) => Test::Has(value.clone()),
                _ => Test::Eq(value.clone()),
            };
            return Ok(at(&self.full(list.stored()), doc! { "$elemMatch": inner.test(rest, &test)?.into_document() }));
        }
        Ok(match (&place.kind, value) {
            (Kind::Binary, _) => return Err(Error::rule(self.schema, full, "a list to look into; bytes are one value")),
            (Kind::Array(Kind::Composite(_)), Bson::Document(value)) => {
                let item = self.within(place.layout, String::new(), false);
                at(full, doc! { "$elemMatch": item.eq_composite("", place.layout, value)?.into_document() })
            }
            // `{l: null}` would match a missing list, `{l: [1]}` the list itself.
            (_, Bson::Null | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_)) => {
                at(full, doc! { "$elemMatch": { "$eq": value.clone() } })
            }
            _ => at(full, value.clone()),
        })
    }

    pub(super) fn has_every(&self, full: &str, place: &Place, values: &[Bson]) -> Result<Match> {
        // `$all` of nothing matches nothing. An `Option` of a list has to be some.
        if values.is_empty() {
            return Ok(if place.absent == Some(Bson::Null) { at(full, doc! { "$type": "array" }) } else { Match::All });
        }
        if self.is_searched_by_item(place, values) {
            return Ok(at(full, doc! { "$all": values.to_vec() }));
        }
        values.iter().map(|value| self.has(full, place, value)).collect::<Result<_>>().map(all_of)
    }

    pub(super) fn has_some(&self, full: &str, place: &Place, values: &[Bson]) -> Result<Match> {
        if !values.is_empty() && self.is_searched_by_item(place, values) {
            return Ok(at(full, doc! { "$in": values.to_vec() }));
        }
        // Inside a list of composites, one of them must have one of the values.
        if let Some((list, rest)) = &place.list
            && values.len() > 1
        {
            let inner = self.within(place_of(self.layout, list).layout, String::new(), false);
            let test = match place_of(inner.layout, rest).kind {
                Kind::Array(_) if values.iter().any(|value| matches!(value, Bson::Array(_))) => None,
                Kind::Array(_) => Some(Test::HasSome(values.to_vec())),
                _ => Some(Test::In(values.to_vec())),
            };
            if let Some(test) = test {
                return Ok(match inner.test(rest, &test)? {
                    Match::Nothing => Match::Nothing,
                    one => at(&self.full(list.stored()), doc! { "$elemMatch": one.into_document() }),
                });
            }
        }
        values.iter().map(|value| self.has(full, place, value)).collect::<Result<_>>().map(any_of)
    }

    /// Whether the server looks for each of these among the items, and nowhere else.
    fn is_searched_by_item(&self, place: &Place, values: &[Bson]) -> bool {
        let special =
            |value: &Bson| is_nan(value) || matches!(value, Bson::Null | Bson::Array(_) | Bson::Document(_) | Bson::RegularExpression(_));
        place.list.is_none() && matches!(place.kind, Kind::Array(_)) && !values.iter().any(special)
    }

    pub(super) fn len_at_least(&self, full: &str, place: &Place, len: u32) -> Result<Match> {
        let items = match place.kind {
            Kind::Binary => return Err(Error::rule(self.schema, full, "a list to count the items of; bytes are one value")),
            Kind::Array(item) => *item,
            _ => Kind::Any,
        };
        let Some(last) = len.checked_sub(1) else {
            return Ok(if place.absent == Some(Bson::Null) { at(full, doc! { "$type": "array" }) } else { Match::All });
        };
        // The last index that must be there. In documents the same digits may be the name of a field.
        if !matches!(items, Kind::Composite(_) | Kind::Map(_) | Kind::Any) || last == 0 {
            return Ok(at(&format!("{full}.{last}"), doc! { "$exists": true }));
        }
        if self.outermost && len > MOST_SIZES {
            let path = format!("${full}");
            let size = doc! { "$cond": [{ "$isArray": [&path] }, { "$size": &path }, 0] };
            return Ok(Match::Doc(doc! { "$expr": { "$gte": [size, i64::from(len)] } }));
        }
        if len > MOST_SIZES_IN_LISTS {
            return Err(Error::rule(self.schema, full, "a length of at most 1000 to ask for in the items of a list"));
        }
        let shorter: Vec<Document> = (0..len).map(|size| doc! { full: { "$size": i64::from(size) } }).collect();
        Ok(Match::Doc(doc! { full: { "$type": "array" }, "$nor": shorter }))
    }
}
