//! What is stored of a variant, what is changed and limited through it, and what is said of a document that is none.

use super::album::{Album, Media, Note, album, fixture, link, note, photo, rules};
use bson::{Document, doc};
use chakra::{Draft, Error, action::Updated, prelude::*};
use std::collections::HashMap;

#[tokio::test]
async fn a_variant_is_a_document_with_its_tag_in_front() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let full = Media::Photo { url: "u/1".into(), width: 2, height: 3, alt: Some("a".into()), tags: vec!["t".into()] };
    let target = Some(Note { lang: Some("en".into()), ..note("n") });
    let whole = Album {
        back: Some(Media::Link { url: "l".into(), width: Some(5), target }),
        media: vec![full.clone(), Media::Nothing, link("x"), Media::Note(note("m"))],
        by_name: HashMap::from([("k".to_owned(), Media::Nothing)]),
        ..album(2, Media::Note(Note { lang: Some("en".into()), ..note("n") }))
    };
    let created = db.create(Album::draft().id(1).cover(Media::Nothing).back(photo("u/2", 7))).await.unwrap();
    assert_eq!(created, Album { back: Some(photo("u/2", 7)), ..album(1, Media::Nothing) });
    db.insert_many([&whole]).await.unwrap();
    let photo_2 = doc! { "kind": "Photo", "url": "u/2", "width": 7, "height": 1, "tags": [] };
    let full = doc! { "kind": "Photo", "url": "u/1", "width": 2, "height": 3, "alt": "a", "tags": ["t"] };
    let expected = [
        doc! { "_id": 1_i64, "cover": { "kind": "Nothing" }, "back": photo_2, "media": [], "by_name": {} },
        doc! {
            "_id": 2_i64,
            "cover": { "kind": "Note", "text": "n", "lang": "en" },
            "back": { "kind": "LINK", "url": "l", "width": 5_i64, "to": { "text": "n", "lang": "en" } },
            "media": [full, { "kind": "Nothing" }, { "kind": "LINK", "url": "x" }, { "kind": "Note", "text": "m" }],
            "by_name": { "k": { "kind": "Nothing" } },
        },
    ];
    for (stored, expected) in fixture.stored("albums").await.iter().zip(&expected) {
        assert_eq!(stored.to_vec().unwrap(), expected.to_vec().unwrap(), "{stored}");
    }
    assert_eq!(db.find_many(Album::all()).order_by(Album::id.asc()).await.unwrap(), [created, whole]);
}

#[tokio::test]
async fn an_update_through_a_variant_touches_that_variant_only() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let full = Media::Photo { url: "abc".into(), width: 5, height: 9, alt: Some("a".into()), tags: vec![] };
    let linked = Media::Link { url: "abc".into(), width: Some(5), target: None };
    db.insert_many(&[album(1, full), album(2, linked.clone()), album(3, Media::Note(note("n")))]).await.unwrap();
    let one = || db.update(Album::id.eq(1));
    let changed = one()
        .set(Album::cover.photo().width(), 6)
        .set(Album::cover.photo().alt(), "b")
        .push(Album::cover.photo().tags(), "t")
        .await
        .unwrap();
    let expected = Media::Photo { url: "abc".into(), width: 6, height: 9, alt: Some("b".into()), tags: vec!["t".into()] };
    assert_eq!(changed.cover, expected);
    let changed =
        one().unset(Album::cover.photo().alt()).unset(Album::cover.photo().height()).unset(Album::cover.photo().tags()).await.unwrap();
    assert_eq!(changed.cover, photo("abc", 6));
    assert_eq!(fixture.stored("albums").await[0].get_document("cover").unwrap(), &doc! { "kind": "Photo", "url": "abc", "width": 6 });
    let changed = db.update(Album::id.eq(3)).set(Album::cover.note().lang(), "en").await.unwrap();
    assert_eq!(changed.cover, Media::Note(Note { lang: Some("en".into()), ..note("n") }));

    let two = || db.update(Album::id.eq(2));
    for (error, expected) in [
        (two().set(Album::cover.photo().width(), 7).await.unwrap_err(), vec!["`cover.width` needs `cover` to be a `Photo`"]),
        (one().set(Album::cover.link().width(), 7).await.unwrap_err(), vec!["`cover.width` needs `cover` to be a `LINK`"]),
        (two().push(Album::cover.photo().tags(), "t").await.unwrap_err(), vec!["`cover.tags` needs `cover` to be a `Photo`"]),
        (two().set(Album::cover.link().target().text(), "t").await.unwrap_err(), vec!["`cover.to.text` needs `cover.to` to be some"]),
        (
            two().set(Album::back.photo().width(), 7).await.unwrap_err(),
            vec!["`back.width` needs `back` to be some", "`back.width` needs `back` to be a `Photo`"],
        ),
        (
            one().unset(Album::cover.photo().width()).await.unwrap_err(),
            vec!["`cover.width` needs a value: the document cannot be read without it"],
        ),
    ] {
        assert_eq!(rules(&error), expected);
    }
    assert_eq!(db.get(Album::id.eq(2)).await.unwrap(), album(2, linked));

    let counts = db.update_many(Album::all()).set(Album::cover.photo().width(), 8).await.unwrap();
    assert_eq!(counts, Updated { matched: 1, modified: 1, refused: 2 });
    let counts = db.update_many(Album::cover.link().is_some()).set(Album::cover.link().width(), None).await.unwrap();
    assert_eq!(counts, Updated { matched: 1, modified: 1, refused: 0 });
    // As a whole a union is set to whatever variant.
    assert_eq!(db.update(Album::id.eq(2)).set(Album::cover, Media::Nothing).await.unwrap(), album(2, Media::Nothing));
}

/// Without its tag it would be no variant.
#[tokio::test]
async fn a_variant_as_a_whole_is_neither_set_nor_taken_out() {
    let fixture = fixture().await;
    let db = &fixture.db;
    db.insert_many(&[album(1, Media::Note(note("n"))), album(2, photo("abc", 1))]).await.unwrap();
    fixture.commands();
    let one = || db.update(Album::id.eq(1));
    for error in [
        one().set(Album::cover.note(), note("m")).await.unwrap_err(),
        one().set(Album::cover.note(), None).await.unwrap_err(),
        one().unset(Album::cover.note()).await.unwrap_err(),
        one().unset(Album::cover.photo()).await.unwrap_err(),
        db.update(Album::id.eq(2)).unset(Album::cover.photo()).await.unwrap_err(),
        db.update_many(Album::all()).unset(Album::cover.photo()).await.unwrap_err(),
        Draft::<Album>::steps().set(Album::id, 3).set(Album::cover.note(), note("m")).build().unwrap_err(),
    ] {
        let Error::Invalid { broken, .. } = &error else { panic!("{error:?}") };
        assert!(broken.iter().all(|broken| broken.path == "cover"), "{error}");
    }
    assert_eq!(fixture.commands(), Vec::<String>::new());
    let left = db.find_many(Album::all()).order_by(Album::id.asc()).await.unwrap();
    assert_eq!(left, [album(1, Media::Note(note("n"))), album(2, photo("abc", 1))]);
}

#[tokio::test]
async fn limits_hold_inside_variants() {
    let fixture = fixture().await;
    let db = &fixture.db;
    let long = || Media::Note(Note { lang: Some("eng".into()), ..note("n") });
    // Only a photo's `url` has a least length.
    let media = || vec![link("x"), photo("x", 1), long(), photo("ok!", 1)];
    let expected = [
        "`cover.url` needs at least 3 characters",
        "`back.to.lang` needs at most 2 characters",
        "`media[1].url` needs at least 3 characters",
        "`media[2].lang` needs at most 2 characters",
        "`by_name.{…}.url` needs at least 3 characters",
    ];
    let target = Some(Note { lang: Some("eng".into()), ..note("n") });
    let whole = Album {
        back: Some(Media::Link { url: "x".into(), width: None, target }),
        media: media(),
        by_name: HashMap::from([("k".to_owned(), photo("x", 1))]),
        ..album(1, photo("x", 1))
    };
    assert_eq!(rules(&db.insert_many(&[whole]).await.unwrap_err()), expected);
    let error = db.create(Album::draft().id(1).cover(photo("x", 1)).media(media())).await.unwrap_err();
    assert_eq!(rules(&error), [expected[0], expected[2], expected[3]]);
    let one = || db.update(Album::id.eq(1));
    assert_eq!(rules(&one().set(Album::cover.photo().url(), "x").await.unwrap_err()), expected[..1]);
    assert_eq!(rules(&one().set(Album::cover, photo("x", 1)).await.unwrap_err()), expected[..1]);
    assert_eq!(rules(&one().push(Album::media, photo("x", 1)).await.unwrap_err()), ["`media[0].url` needs at least 3 characters"]);
    assert_eq!(fixture.commands(), Vec::<String>::new());
}

#[tokio::test]
async fn a_tag_or_field_that_no_variant_has_is_an_error_with_its_path() {
    let fixture = fixture().await;
    let tags = "one of `Photo`, `LINK`, `Nothing`, `Note`";
    let rows: [(Document, &str, &str, &str, Option<&str>); 8] = [
        (doc! { "cover": { "kind": "Video", "url": "x" } }, "cover.kind", tags, "another name", Some("Video")),
        // The stored name is the one that counts.
        (doc! { "cover": { "kind": "Link", "url": "x" } }, "cover.kind", tags, "another name", Some("Link")),
        (doc! { "cover": { "url": "x" } }, "cover.kind", "the name of a variant", "nothing", None),
        (doc! { "cover": { "kind": 1 } }, "cover.kind", "String", "Int32", None),
        (doc! { "cover": "Photo" }, "cover", "Document", "String", None),
        (doc! { "cover": { "kind": "Photo", "url": "abc" } }, "cover.width", "a value", "nothing", None),
        (
            doc! { "cover": { "kind": "Nothing" }, "media": [{ "kind": "Nothing" }, { "kind": "Old" }] },
            "media[1].kind",
            tags,
            "another name",
            Some("Old"),
        ),
        (
            doc! { "cover": { "kind": "Nothing" }, "back": { "kind": "LINK", "url": "x", "to": { "text": 1 } } },
            "back.to.text",
            "String",
            "Int32",
            None,
        ),
    ];
    for (id, (mut document, path, expected, found, detail)) in (1_i64..).zip(rows) {
        document.insert("_id", id);
        fixture.store("albums", document).await;
        let error = fixture.db.get(Album::id.eq(id)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("`albums` holds a document (_id {id}) that `Album` cannot read: `{path}`: expected {expected}, found {found}")
        );
        let Error::Decode { error: fault, .. } = &error else { panic!("{error:?}") };
        assert_eq!(fault.detail(), detail);
    }
}
