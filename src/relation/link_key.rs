//! The keys that a document holds, found as the server finds them, each as the [`LinkKey`] that it is.

pub(super) use crate::codec::LinkKey;
use crate::codec::{DecodeError, Raw, raw_to_bson, tag};
use bson::Bson;

/// Calls `each` with the value of every key that [`link_keys`] would give, where it lies.
pub(super) fn each_key<'d>(document: &'d [u8], stored: &str, mut each: impl FnMut(Raw<'d>)) -> Result<(), DecodeError> {
    walk(Raw::document(document)?, stored, &mut |raw| {
        each(raw);
        Ok(())
    })
}

/// The keys that a document holds at the path `stored`: none where there is nothing, one, or each of a list.
pub(super) fn link_keys(document: &[u8], stored: &str) -> Result<Vec<(LinkKey, Bson)>, DecodeError> {
    let mut keys = Vec::new();
    walk(Raw::document(document)?, stored, &mut |raw| {
        keys.push((LinkKey::of(raw), raw_to_bson(raw)?));
        Ok(())
    })?;
    Ok(keys)
}

/// Calls `each` with what stands at the end of a path, as the server follows one: on the way into the documents of a list, at its end to the
/// items of a list, and into no list that is itself an item. Anything else on the way holds no key.
fn walk<'d>(document: Raw<'d>, path: &str, each: &mut dyn FnMut(Raw<'d>) -> Result<(), DecodeError>) -> Result<(), DecodeError> {
    let (name, below) = path.split_once('.').map_or((path, None), |(name, below)| (name, Some(below)));
    let Some(value) = document.get(name)?.filter(|value| !value.is_null()) else { return Ok(()) };
    let mut follow = |value: Raw<'d>| match below {
        None => each(value),
        Some(below) if value.tag() == tag::DOCUMENT => walk(value, below, each),
        Some(_) => Ok(()),
    };
    if value.tag() != tag::ARRAY {
        return follow(value);
    }
    let mut items = value.items()?;
    while let Some((_, item)) = items.next()? {
        follow(item)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use bson::{Document, doc};

    fn keys(document: &Document, path: &str) -> Vec<Bson> {
        let bytes = bson::serialize_to_vec(document).unwrap();
        let keys: Vec<Bson> = link_keys(&bytes, path).unwrap().into_iter().map(|(_, key)| key).collect();
        let mut count = 0;
        each_key(&bytes, path, |_| count += 1).unwrap();
        assert_eq!(keys.len(), count);
        keys
    }

    #[test]
    fn keys_are_found_where_the_server_finds_them() {
        let document = doc! {
            "a": 1, "none": null, "ids": [1, null, [2]], "one": { "id": 3, "ids": [4, 5] },
            "lines": [{ "p": 6, "t": [7, 8] }, null, 9, { "p": null }, {}, [{ "p": 10 }], { "p": 6 }], "empty": [],
        };
        let of = |path: &str| keys(&document, path);
        assert_eq!(of("a"), [Bson::Int32(1)]);
        assert_eq!(of("ids"), [Bson::Int32(1), Bson::Null, Bson::from(vec![2])]);
        assert_eq!(of("one.id"), [Bson::Int32(3)]);
        assert_eq!(of("one.ids"), [Bson::Int32(4), Bson::Int32(5)]);
        // An item of a list that is itself a list is not looked into, and neither is what is no document.
        assert_eq!(of("lines.p"), [Bson::Int32(6), Bson::Int32(6)]);
        assert_eq!(of("lines.t"), [Bson::Int32(7), Bson::Int32(8)]);
        for nothing in ["none", "missing", "a.b", "none.b", "missing.b", "ids.b", "one.no", "empty", "empty.p", "one.id.x"] {
            assert_eq!(of(nothing), Vec::<Bson>::new(), "{nothing}");
        }
    }
}
