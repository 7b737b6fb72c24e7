//! Filters on unions: for every document the server's answer is that of the same predicate on the decoded value, and `!` is its complement.

use super::album::{Album, Media, Note, fixture, link, note, photo};
use bson::{Bson, Document, doc};
use chakra::prelude::*;

/// Documents as Chakra writes them and as others may: the tag behind other fields, fields missing or null, fields of other variants.
fn stored() -> Vec<Document> {
    let null = Bson::Null;
    let photo = |url: &str, width: i32| doc! { "kind": "Photo", "url": url, "width": width, "height": 1, "tags": [] };
    vec![
        doc! { "_id": 1_i64, "cover": photo("abc", 200), "back": photo("abc", 50), "media": [photo("abc", 200), { "kind": "Nothing" }], "by_name": {} },
        doc! { "_id": 2_i64, "cover": { "url": "abc", "width": 5_i64, "kind": "LINK" }, "back": &null, "media": [{ "kind": "LINK", "url": "abc", "width": 200 }] },
        doc! { "_id": 3_i64, "cover": { "kind": "Nothing", "url": "abc", "width": 200, "alt": "a", "tags": ["t"], "height": 1, "text": "n" } },
        doc! { "_id": 4_i64, "cover": { "kind": "Note", "text": "n", "lang": &null, "width": 200 }, "back": { "kind": "Nothing" }, "media": &null },
        doc! { "_id": 5_i64, "cover": { "tags": ["t"], "alt": "a", "height": 9, "width": 99.0, "url": "xyz", "kind": "Photo" }, "back": { "kind": "Note", "text": "n", "alt": "a", "tags": ["t"] } },
        doc! { "_id": 6_i64, "cover": { "kind": "Photo", "url": "abc", "width": 100_i64, "alt": &null, "tags": &null, "height": &null }, "back": { "kind": "LINK", "url": "xyz", "to": { "text": "n" } } },
        doc! { "_id": 7_i64, "cover": { "kind": "LINK", "url": "abc", "to": &null, "tags": ["t"], "alt": "a" }, "back": { "width": 200, "url": "abc", "kind": "Photo" }, "media": [photo("xyz", 200), photo("xyz", 1), { "kind": "Note", "text": "n" }] },
        doc! { "_id": 8_i64, "cover": { "kind": "LINK", "url": "q", "width": 200, "to": { "text": "n", "lang": "en" } }, "media": [{ "kind": "LINK", "url": "q" }, { "kind": "Photo", "width": 5, "url": "abc", "alt": "a" }] },
        doc! { "_id": 9_i64, "cover": { "kind": "Note", "text": "abc", "lang": "en" }, "back": { "kind": "Photo", "url": "abc", "width": 200, "height": 9, "alt": "a", "tags": ["t"] }, "media": [] },
    ]
}

/// The fields of a photo, where it is one.
type Photo<'a> = (&'a str, i32, i32, Option<&'a str>, &'a [String]);

fn as_photo(media: &Media) -> Option<Photo<'_>> {
    match media {
        Media::Photo { url, width, height, alt, tags } => Some((url.as_str(), *width, *height, alt.as_deref(), tags.as_slice())),
        _ => None,
    }
}

fn as_link(media: &Media) -> Option<(&str, Option<i64>, Option<&Note>)> {
    match media {
        Media::Link { url, width, target } => Some((url.as_str(), *width, target.as_ref())),
        _ => None,
    }
}

fn as_note(media: &Media) -> Option<&Note> {
    match media {
        Media::Note(note) => Some(note),
        _ => None,
    }
}

fn cover_photo(album: &Album) -> Option<Photo<'_>> {
    as_photo(&album.cover)
}

fn back_photo(album: &Album) -> Option<Photo<'_>> {
    album.back.as_ref().and_then(as_photo)
}

/// A filter beside the same question asked in Rust.
type Case = (&'static str, Filter<Album>, fn(&Album) -> bool);

// The predicates are written as the filters are, which is not always the shortest way.
#[allow(clippy::nonminimal_bool)]
fn variant_cases() -> Vec<Case> {
    vec![
        ("gt", Album::cover.photo().width().gt(100), |a| cover_photo(a).is_some_and(|p| p.1 > 100)),
        ("lte", Album::cover.photo().width().lte(100), |a| cover_photo(a).is_some_and(|p| p.1 <= 100)),
        ("eq", Album::cover.photo().width().eq(200), |a| cover_photo(a).map(|p| p.1) == Some(200)),
        ("ne", Album::cover.photo().width().ne(200), |a| cover_photo(a).map(|p| p.1) != Some(200)),
        ("in", Album::cover.photo().width().in_([None, Some(200)]), |a| [None, Some(200)].contains(&cover_photo(a).map(|p| p.1))),
        ("not in", Album::cover.photo().width().not_in([200, 99]), |a| !cover_photo(a).is_some_and(|p| [200, 99].contains(&p.1))),
        ("none of a required field", Album::cover.photo().width().is_none(), |a| cover_photo(a).is_none()),
        ("some of a required field", Album::cover.photo().width().is_some(), |a| cover_photo(a).is_some()),
        ("eq none", Album::cover.photo().width().eq(None), |a| cover_photo(a).is_none()),
        ("text", Album::cover.photo().url().starts_with("ab"), |a| cover_photo(a).is_some_and(|p| p.0.starts_with("ab"))),
        ("default eq", Album::cover.photo().height().eq(1), |a| cover_photo(a).map(|p| p.2) == Some(1)),
        ("default ne", Album::cover.photo().height().ne(1), |a| cover_photo(a).map(|p| p.2) != Some(1)),
        ("default lt", Album::cover.photo().height().lt(5), |a| cover_photo(a).is_some_and(|p| p.2 < 5)),
        ("default in", Album::cover.photo().height().in_([None, Some(1)]), |a| [None, Some(1)].contains(&cover_photo(a).map(|p| p.2))),
        ("default in, without none", Album::cover.photo().height().in_([1, 9]), |a| cover_photo(a).is_some_and(|p| [1, 9].contains(&p.2))),
        ("option eq", Album::cover.photo().alt().eq("a"), |a| cover_photo(a).and_then(|p| p.3) == Some("a")),
        ("option ne", Album::cover.photo().alt().ne("a"), |a| cover_photo(a).and_then(|p| p.3) != Some("a")),
        ("option none", Album::cover.photo().alt().is_none(), |a| cover_photo(a).and_then(|p| p.3).is_none()),
        ("option some", Album::cover.photo().alt().is_some(), |a| cover_photo(a).and_then(|p| p.3).is_some()),
        ("list has", Album::cover.photo().tags().has("t"), |a| cover_photo(a).is_some_and(|p| p.4.contains(&"t".to_owned()))),
        ("list eq empty", Album::cover.photo().tags().eq(vec![]), |a| cover_photo(a).is_none_or(|p| p.4.is_empty())),
        ("list ne empty", Album::cover.photo().tags().ne(vec![]), |a| cover_photo(a).is_some_and(|p| !p.4.is_empty())),
        ("list eq", Album::cover.photo().tags().eq(["t"]), |a| cover_photo(a).is_some_and(|p| p.4 == ["t"])),
        ("the same name in another variant", Album::cover.link().width().eq(200), |a| as_link(&a.cover).and_then(|l| l.1) == Some(200)),
        ("its none", Album::cover.link().width().is_none(), |a| as_link(&a.cover).and_then(|l| l.1).is_none()),
        ("composite in a variant", Album::cover.link().target().text().eq("n"), |a| {
            as_link(&a.cover).and_then(|l| l.2).is_some_and(|t| t.text == "n")
        }),
        ("composite in a variant, none", Album::cover.link().target().lang().is_none(), |a| {
            as_link(&a.cover).and_then(|l| l.2).and_then(|t| t.lang.as_ref()).is_none()
        }),
        ("composite in a variant, eq", Album::cover.link().target().eq(note("n")), |a| {
            as_link(&a.cover).and_then(|l| l.2) == Some(&Note { text: "n".into(), lang: None })
        }),
        ("newtype", Album::cover.note().text().eq("n"), |a| as_note(&a.cover).is_some_and(|n| n.text == "n")),
        ("newtype ne", Album::cover.note().text().ne("n"), |a| as_note(&a.cover).map(|n| n.text.as_str()) != Some("n")),
        ("newtype option none", Album::cover.note().lang().is_none(), |a| as_note(&a.cover).and_then(|n| n.lang.as_ref()).is_none()),
        ("newtype as a whole", Album::cover.note().eq(note("n")), |a| as_note(&a.cover) == Some(&note("n"))),
        ("newtype as a whole, ne", Album::cover.note().ne(note("n")), |a| as_note(&a.cover) != Some(&note("n"))),
        ("newtype as a whole, in", Album::cover.note().in_([None, Some(note("n"))]), |a| {
            [None, Some(&note("n"))].contains(&as_note(&a.cover))
        }),
        ("newtype is", Album::cover.note().is(Note::lang.eq("en")), |a| as_note(&a.cover).is_some_and(|n| n.lang.as_deref() == Some("en"))),
        ("newtype is not", Album::back.note().is_not(Note::text.eq("n")), |a| {
            !a.back.as_ref().and_then(as_note).is_some_and(|n| n.text == "n")
        }),
        ("variant some", Album::cover.photo().is_some(), |a| cover_photo(a).is_some()),
        ("variant none", Album::cover.link().is_none(), |a| as_link(&a.cover).is_none()),
        ("unit variant", Album::cover.nothing().is_some(), |a| a.cover == Media::Nothing),
        ("newtype variant", Album::cover.note().is_some(), |a| as_note(&a.cover).is_some()),
        ("two variants", Album::cover.photo().url().eq("abc") | Album::cover.link().url().eq("abc"), |a| {
            cover_photo(a).is_some_and(|p| p.0 == "abc") || as_link(&a.cover).is_some_and(|l| l.0 == "abc")
        }),
        ("both fields", Album::cover.photo().url().eq("abc") & Album::cover.photo().width().ne(200), |a| {
            cover_photo(a).is_some_and(|p| p.0 == "abc") && cover_photo(a).map(|p| p.1) != Some(200)
        }),
    ]
}

#[allow(clippy::nonminimal_bool)]
fn union_cases() -> Vec<Case> {
    let wide = || Media::photo().width().gt(100);
    vec![
        ("optional gt", Album::back.photo().width().gt(100), |a| back_photo(a).is_some_and(|p| p.1 > 100)),
        ("optional ne", Album::back.photo().width().ne(200), |a| back_photo(a).map(|p| p.1) != Some(200)),
        ("optional none", Album::back.photo().alt().is_none(), |a| back_photo(a).and_then(|p| p.3).is_none()),
        ("optional default", Album::back.photo().height().eq(1), |a| back_photo(a).map(|p| p.2) == Some(1)),
        ("optional default ne", Album::back.photo().height().ne(1), |a| back_photo(a).map(|p| p.2) != Some(1)),
        ("optional list empty", Album::back.photo().tags().eq(vec![]), |a| back_photo(a).is_none_or(|p| p.4.is_empty())),
        ("optional variant some", Album::back.photo().is_some(), |a| back_photo(a).is_some()),
        ("optional variant none", Album::back.photo().is_none(), |a| back_photo(a).is_none()),
        ("optional unit variant", Album::back.nothing().is_some(), |a| a.back == Some(Media::Nothing)),
        ("optional union none", Album::back.is_none(), |a| a.back.is_none()),
        ("optional union is", Album::back.is(Media::photo().width().gt(100)), |a| back_photo(a).is_some_and(|p| p.1 > 100)),
        ("optional union is not", Album::back.is_not(wide()), |a| !back_photo(a).is_some_and(|p| p.1 > 100)),
        ("optional union is another variant", Album::back.is(Media::photo().is_none()), |a| {
            a.back.as_ref().is_some_and(|back| as_photo(back).is_none())
        }),
        ("optional union eq", Album::back.eq(Media::Nothing), |a| a.back == Some(Media::Nothing)),
        ("optional union eq none", Album::back.eq(None), |a| a.back.is_none()),
        ("optional union in", Album::back.in_([None, Some(photo("abc", 50))]), |a| [None, Some(photo("abc", 50))].contains(&a.back)),
        ("is", Album::cover.is(wide()), |a| cover_photo(a).is_some_and(|p| p.1 > 100)),
        ("is not inside", Album::cover.is(!wide()), |a| !cover_photo(a).is_some_and(|p| p.1 > 100)),
        ("is of two variants", Album::cover.is(Media::photo().url().eq("abc") | Media::link().url().eq("abc")), |a| {
            cover_photo(a).is_some_and(|p| p.0 == "abc") || as_link(&a.cover).is_some_and(|l| l.0 == "abc")
        }),
        ("eq", Album::cover.eq(photo("abc", 200)), |a| a.cover == photo("abc", 200)),
        ("eq with a default", Album::cover.eq(photo("abc", 100)), |a| a.cover == photo("abc", 100)),
        ("ne", Album::cover.ne(photo("abc", 200)), |a| a.cover != photo("abc", 200)),
        ("eq unit", Album::cover.eq(Media::Nothing), |a| a.cover == Media::Nothing),
        ("ne unit", Album::cover.ne(Media::Nothing), |a| a.cover != Media::Nothing),
        ("eq newtype", Album::cover.eq(Media::Note(note("n"))), |a| a.cover == Media::Note(note("n"))),
        ("eq with none inside", Album::cover.eq(link("abc")), |a| a.cover == link("abc")),
        ("in", Album::cover.in_([Media::Nothing, link("abc"), photo("abc", 100)]), |a| {
            [Media::Nothing, link("abc"), photo("abc", 100)].contains(&a.cover)
        }),
        ("not in", Album::cover.not_in([Media::Nothing]), |a| a.cover != Media::Nothing),
        ("some", Album::media.some(wide()), |a| a.media.iter().any(|m| as_photo(m).is_some_and(|p| p.1 > 100))),
        ("some not", Album::media.some(!wide()), |a| a.media.iter().any(|m| !as_photo(m).is_some_and(|p| p.1 > 100))),
        ("some variant", Album::media.some(Media::link().is_some()), |a| a.media.iter().any(|m| as_link(m).is_some())),
        ("some none inside", Album::media.some(Media::photo().alt().is_none()), |a| {
            a.media.iter().any(|m| as_photo(m).and_then(|p| p.3).is_none())
        }),
        ("some ne", Album::media.some(Media::photo().width().ne(200)), |a| a.media.iter().any(|m| as_photo(m).map(|p| p.1) != Some(200))),
        ("some default", Album::media.some(Media::photo().height().eq(1) & Media::photo().width().lt(10)), |a| {
            a.media.iter().any(|m| as_photo(m).is_some_and(|p| p.2 == 1 && p.1 < 10))
        }),
        ("every", Album::media.every(Media::photo().is_some()), |a| a.media.iter().all(|m| as_photo(m).is_some())),
        ("none", Album::media.none(wide()), |a| !a.media.iter().any(|m| as_photo(m).is_some_and(|p| p.1 > 100))),
        ("has", Album::media.has(photo("xyz", 1)), |a| a.media.contains(&photo("xyz", 1))),
        ("has unit", Album::media.has(Media::Nothing), |a| a.media.contains(&Media::Nothing)),
        ("list eq", Album::media.eq(vec![photo("abc", 200), Media::Nothing]), |a| a.media == [photo("abc", 200), Media::Nothing]),
        ("list ne", Album::media.ne(vec![photo("abc", 200), Media::Nothing]), |a| a.media != [photo("abc", 200), Media::Nothing]),
        ("list eq empty", Album::media.eq(vec![]), |a| a.media.is_empty()),
        ("path through a list", Album::media.photo().width().has(200), |a| a.media.iter().any(|m| as_photo(m).is_some_and(|p| p.1 == 200))),
    ]
}

/// Asks every filter, and its negation, of the server and of the decoded values; names those that differ.
async fn compare(cases: Vec<Case>) {
    let fixture = fixture().await;
    for document in stored() {
        fixture.store("albums", document).await;
    }
    let all = fixture.db.find_many(Album::all()).await.unwrap();
    assert_eq!(all.len(), stored().len());
    let mut wrong = Vec::new();
    for (name, filter, predicate) in cases {
        for (negated, filter) in [(false, filter.clone()), (true, !filter)] {
            let found = fixture.db.find_many(filter).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let mut found: Vec<i64> = found.iter().map(|album| album.id).collect();
            found.sort_unstable();
            let mut expected: Vec<i64> = all.iter().filter(|album| predicate(album) != negated).map(|album| album.id).collect();
            expected.sort_unstable();
            if found != expected {
                wrong.push(format!("{}{name}: server {found:?}, Rust {expected:?}", if negated { "not " } else { "" }));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_path_through_a_variant_is_an_option_of_its_fields() {
    compare(variant_cases()).await;
}

#[tokio::test]
async fn unions_are_optional_listed_and_compared_as_a_whole() {
    compare(union_cases()).await;
}
