//! The kinds and options of indexes, and collections that are not plain: what is refused, and what is generated.

use super::{assert_has, compact, errors};
use crate::{check::check_model, model, parse::parse_model};
use proc_macro2::TokenStream;
use quote::quote;

/// The messages of a model with these attributes.
fn of(attribute: TokenStream) -> Vec<String> {
    of_fields(attribute, quote!())
}

/// The messages of a model with these attributes and these fields more.
fn of_fields(attribute: TokenStream, fields: TokenStream) -> Vec<String> {
    let declaration = quote! {
        #attribute
        struct P {
            #[chakra(id)]
            id: Id<P>,
            a: i64,
            b: Option<String>,
            list: Vec<String>,
            bytes: Vec<u8>,
            at: DateTime<Utc>,
            place: Option<Point>,
            c: Place,
            sparse: bool,
            #fields
        }
    };
    errors::messages(|input, errors| check_model(&parse_model(input, errors), errors), declaration)
}

#[track_caller]
fn one(attribute: TokenStream, part: &str) {
    errors::assert_one(&of(attribute), part);
}

#[track_caller]
fn one_of_field(field: TokenStream, part: &str) {
    errors::assert_one(&of_fields(quote!(), field), part);
}

#[track_caller]
fn fine(attribute: TokenStream) {
    assert_eq!(of(attribute), Vec::<String>::new());
}

#[test]
fn kinds() {
    one(quote!(#[chakra(unique(a = hashed))]), "a hashed key is none: write `index(…)`");
    one(quote!(#[chakra(unique(place = "2dsphere"))]), "a `2dsphere` key is none");
    one(quote!(#[chakra(unique(c = wildcard))]), "a wildcard is none");
    one(quote!(#[chakra(index(list = hashed))]), "`list` is a list");
    one(quote!(#[chakra(index(a = hashed, b = hashed))]), "`a` is a hashed key already");
    one(quote!(#[chakra(index(place = "2dsphere", a = hashed))]), "does not stand beside a hashed key");
    one(quote!(#[chakra(index(c = wildcard, place = "2dsphere"))]), "does not stand beside a wildcard");
    one(quote!(#[chakra(index(a = wildcard))]), "`i64` has none below it");
    one(quote!(#[chakra(index(b = wildcard))]), "`Option<String>` has none below it");
    one(quote!(#[chakra(index(c = wildcard, c.city))]), "`c.city` is among the paths of the wildcard `c`");
    one(quote!(#[chakra(index(a = text))]), "write `#[chakra(text(a))]`");
    one(quote!(#[chakra(index(id, hidden))]), "the id is unique and indexed by itself");
    one_of_field(quote!(#[chakra(index(kind = text))] d: String), "it stands on the model");
    one_of_field(quote!(#[chakra(index(kind = hash))] d: String), "the kind of an index is `hashed`");
    one_of_field(quote!(#[chakra(index(kind = hashed, direction = desc))] d: String), "one `direction` or one `kind`");
    one_of_field(quote!(#[chakra(unique(kind = hashed))] d: String), "only an index in order can be unique");
    one_of_field(quote!(#[chakra(hashed)] d: String), "`#[chakra(index(kind = hashed))]`");
    fine(quote!(#[chakra(index(a = hashed, b, at = desc), index(bytes = hashed), index(id = hashed))]));
    fine(
        quote!(#[chakra(index(b, place = "2dsphere"), index(place = 2dsphere), index(c = "wildcard"), index(a, c = wildcard, map = "x"))]),
    );
    fine(quote!(#[chakra(index(sparse = desc), index("sparse", a), index("sparse" = hashed, map = "y"))]));
}

#[test]
fn options() {
    one(quote!(#[chakra(index(a, sparse, partial = Self::a.gt(3)))]), "`sparse` or `partial`, not both");
    one(quote!(#[chakra(index(place = "2dsphere", sparse))]), "by itself; remove `sparse`");
    one(quote!(#[chakra(index(a, sparse, sparse))]), "`sparse` stands here already");
    one(quote!(#[chakra(index(a, sparse = 1))]), "stands alone, or is true or false");
    one(quote!(#[chakra(index(a, b = 1))]), "how an index keeps a field");
    one(quote!(#[chakra(index(a, weights(a = 1)))]), "unknown option `weights(…)`");
    one(quote!(#[chakra(unique(a, b, name = x, partial = f))]), "a part of the documents has no key");
    one(quote!(#[chakra(index(a), index(a, collation = "de"))]), "an index on `a` has the same name");
    one(quote!(#[chakra(index(a, map = "a_1"), index(a, sparse))]), "an index on `a` has the same name");
    one(quote!(#[chakra(index(a, hidden), index(a))]), "there is an index on `a` already");
    one_of_field(quote!(#[chakra(unique(sparse), null)] d: Option<String>), "`null` stores one for each `None`");
    one_of_field(quote!(#[chakra(sparse)] d: String), "`#[chakra(index(sparse))]`");
    one_of_field(quote!(#[chakra(index(sparse), unique(sparse))] d: String), "`sparse` stands here already");
    one_of_field(quote!(#[chakra(index(unknown = 1))] d: String), "unknown option `unknown`; `index(…)` on a field takes `direction`");
    fine(quote!(#[chakra(index(a, b, sparse, hidden = true), index(b, partial = Self::a.gt(3) & Self::b.is_some(), map = "b"))]));
    fine(quote!(#[chakra(index(a), index(a, collation = "de", map = "x"), index(a, partial = f, map = "y"))]));
    let field = quote!(#[chakra(unique, index(direction = desc, name = "d", collation(locale = "sv", numeric_ordering)))] d: String);
    assert_eq!(of_fields(quote!(), field), Vec::<String>::new());
}

#[test]
fn times() {
    one(quote!(#[chakra(index(at, a, expire_after = "1d"))]), "this index has several fields");
    one(quote!(#[chakra(index(at = hashed, expire_after = "1d"))]), "goes by the order of dates");
    one(quote!(#[chakra(index(at, expire_after = "1"))]), "a whole number and a unit");
    one(quote!(#[chakra(index(at, expire_after = 30))]), "a text, a whole number and a unit");
    one(quote!(#[chakra(index(at, expire_after = "3551w"))]), "at most 2147483647 seconds");
    one(quote!(#[chakra(index(at, expire_after = "-1s"))]), "a whole number and a unit");
    one_of_field(quote!(#[chakra(expire_after = "1d")] d: DateTime<Utc>), "`#[chakra(index(expire_after = \"30d\"))]`");
    fine(quote!(#[chakra(index(at = desc, expire_after = "3550w", sparse))]));
    one(quote!(#[chakra(index(at, expire_after = "1d", orphans = "forbidden"))]), "write `orphans = \"allowed\"`");
    one(quote!(#[chakra(index(at, expire_after = "1d", orphans = true))]), "write `orphans = \"allowed\"`");
    one(quote!(#[chakra(index(at, orphans = "allowed"))]), "`orphans` goes with `expire_after`");
    one(quote!(#[chakra(wildcard(orphans = "allowed"))]), "`orphans` goes with `expire_after`");
    one_of_field(
        quote!(#[chakra(orphans = "allowed")] d: DateTime<Utc>),
        "`#[chakra(index(expire_after = \"30d\", orphans = \"allowed\"))]`",
    );
    fine(quote!(#[chakra(index(at, expire_after = "1d", orphans = "allowed"))]));
}

#[test]
fn collations() {
    one(quote!(#[chakra(index(b, collation(strength = 2)))]), "names its locale");
    one(quote!(#[chakra(index(b, collation(locale = "de_DE")))]), "no locale `de_DE`; did you mean `de`?");
    one(quote!(#[chakra(index(b, collation = "simple"))]), "`simple` is no collation");
    one(quote!(#[chakra(index(b, collation(locale = "de", strength = 6)))]), "from 1, for letters alone, to 5");
    one(quote!(#[chakra(index(b, collation(locale = "de", strenght = 1)))]), "did you mean `strength`?");
    one(quote!(#[chakra(index(b, collation(locale = "de", alternate = "x")))]), "one of `non-ignorable`, `shifted`");
    one(quote!(#[chakra(index(b, collation(locale = "de", case_level, case_level)))]), "stands here already");
    one(quote!(#[chakra(index(b, collation(locale = "de", strength)))]), "`strength` needs a value");
    one(quote!(#[chakra(index(b, collation(locale = "de", strength = 2, case_first = upper)))]), "no case comes first");
    one(quote!(#[chakra(index(b, collation(locale = "da", strength = 1)))]), "no case comes first");
    one(quote!(#[chakra(index(b, collation(locale = "fr_CA", strength = 1)))]), "write `backwards = false`");
    fine(quote!(#[chakra(index(b, collation(locale = "de@collation=phonebook", alternate = non_ignorable, normalization = false)))]));
    fine(quote!(#[chakra(index(b, collation(locale = "da", strength = 1, case_level)))]));
    fine(quote!(#[chakra(index(b, collation(locale = "fr_CA", strength = 1, backwards = false)))]));
}

#[test]
fn wildcards() {
    one(quote!(#[chakra(wildcard(only(a), except(b)))]), "keep one");
    one(quote!(#[chakra(wildcard(only(d)))]), "has no field `d`");
    one(quote!(#[chakra(wildcard(only(c, c.city)))]), "`c.city` goes with `c`");
    one(quote!(#[chakra(wildcard(only()))]), "`only(…)` needs a field");
    one(quote!(#[chakra(wildcard(only(a = 1)))]), "which have no values here");
    one(quote!(#[chakra(wildcard(a))]), "`a` is no part of a wildcard index");
    one(quote!(#[chakra(wildcard = a)]), "write `wildcard`, or `wildcard(only(attributes))`");
    one(quote!(#[chakra(wildcard(sparse))]), "remove `sparse`");
    one(quote!(#[chakra(wildcard(expire_after = "1d"))]), "a wildcard has all fields");
    one(quote!(#[chakra(wildcard, wildcard(only(a)))]), "says again what `wildcard` already says");
    one_of_field(quote!(#[chakra(wildcard)] d: Document), "`#[chakra(index(kind = wildcard))]`");
    fine(quote!(#[chakra(wildcard)]));
    fine(quote!(#[chakra(wildcard(except(c.city, list), hidden, partial = f, collation = "de", map = "all"))]));
}

#[test]
fn collections() {
    one(quote!(#[chakra(capped(max = 3))]), "a capped collection has a size");
    one(quote!(#[chakra(capped)]), "`capped` says more");
    one(quote!(#[chakra(capped(size = "64 megs"))]), "`size` takes a whole number and a unit");
    one(quote!(#[chakra(capped(size = 0))]), "at least one byte");
    one(quote!(#[chakra(capped(size = 1, max = 0))]), "from 1 to 2147483647");
    one(quote!(#[chakra(capped(size = 1), clustered)]), "keep one");
    one(quote!(#[chakra(capped(size = 1), index(at, expire_after = "1d"))]), "deletes none by a date");
    one(quote!(#[chakra(clustered(a))]), "takes no value");
    one(quote!(#[chakra(timeseries(meta = a))]), "names the field of the time");
    one(quote!(#[chakra(timeseries(time = att))]), "did you mean `at`?");
    one(quote!(#[chakra(timeseries(time = a))]), "write `a: DateTime<Utc>`, not `i64`");
    one(quote!(#[chakra(timeseries(time = at, meta = at))]), "neither the id nor the time");
    one(quote!(#[chakra(timeseries(time = at, meta = id))]), "neither the id nor the time");
    one(quote!(#[chakra(timeseries(time = at, granularity = "days"))]), "one of `seconds`, `minutes`, `hours`");
    one(quote!(#[chakra(timeseries(time = at, expires = "1d"))]), "unknown option `expires`");
    one(quote!(#[chakra(timeseries(time = at), unique(a))]), "keeps no values unique");
    one(quote!(#[chakra(timeseries(time = at), index(at, expire_after = "1d"))]), "expires as a whole");
    one(quote!(#[chakra(timeseries(time = at, meta = c), index(a = hashed))]), "on `meta` and what is below it");
    one(quote!(#[chakra(timeseries(time = at, meta = c), index(a, sparse))]), "`sparse` is for indexes of `meta`");
    one(quote!(#[chakra(timeseries(time = at), text(b))]), "makes no text index");
    one(quote!(#[chakra(timeseries(time = at), wildcard)]), "makes no wildcard index");
    fine(
        quote!(#[chakra(timeseries(time = at, meta = c, granularity = minutes, expire_after = "30d"), index(c = wildcard), index(c.city, at))]),
    );
    fine(quote!(#[chakra(capped(size = "64MiB", max = 1_000), unique(a))]));
    fine(quote!(#[chakra(clustered, index(at, expire_after = "0s"))]));
}

#[test]
fn what_is_declared_is_data_and_calls() {
    let thing = quote! {
        #[chakra(
            index(owner = hashed, at = desc, map = "by_owner"),
            index(at, expire_after = "1h", sparse, orphans = "allowed"),
            index(place = "2dsphere", hidden),
            index(data = wildcard, partial = open),
            unique(name, partial = Self::owner.gt(3), collation(locale = "de", strength = 2, case_level)),
            wildcard(except(name, data.x)),
            text(title = 3, language_field = "lang"),
            clustered
        )]
        struct Thing {
            #[chakra(id)]
            id: i64,
            #[chakra(index(kind = hashed, name = "o"))]
            owner: i64,
            #[chakra(name = "when")]
            at: DateTime<Utc>,
            place: Point,
            data: Data,
            name: String,
            title: String,
        }
    };
    let code = compact(model, thing);
    for part in [
        "plain([__chakra::hashed_key(&Thing::owner), __chakra::index_key(&Thing::at, -1)]).named(\"by_owner\")",
        "plain([__chakra::expiring_key(&Thing::at, 1)]).sparse().expire_after(3600).allows_orphans()",
        "plain([__chakra::sphere_key(&Thing::place)]).hidden()",
        "plain([__chakra::wildcard_key(&Thing::data)]).partial(|| __chakra::partial::<Thing>(open()))",
        "unique([__chakra::index_key(&Thing::name, 1)]).partial(|| __chakra::partial::<Thing>(Thing::owner.gt(3)))\
         .collation(__chakra::CollationSchema::new(\"de\").strength(2).case_level(true))",
        "wildcard().except([__chakra::index_key(&Thing::name, 1), __chakra::index_key(&Thing::data.x(), 1)])",
        "text([__chakra::text_key(&Thing::title)], [3]).language_field(\"lang\")",
        "plain([__chakra::hashed_key(&Thing::owner)]).named(\"o\")",
        "storage: __chakra::CollectionKind::Clustered,",
        // A part of the documents may share its value with others.
        "const name: __chakra::Path<Thing, String> =",
    ] {
        assert_has(&code, part);
    }
    let series = quote! {
        #[chakra(timeseries(time = at, meta = sensor, granularity = "hours", expire_after = "1d", orphans = allowed))]
        struct Reading {
            #[chakra(id)]
            id: i64,
            #[chakra(name = "when")]
            at: DateTime<Utc>,
            sensor: String,
        }
    };
    let part = "storage: __chakra::CollectionKind::TimeSeries(__chakra::TimeSeries { time: \"when\", \
                meta: ::core::option::Option::Some(\"sensor\"), granularity: __chakra::Granularity::Hours, \
                expire_after: ::core::option::Option::Some(86400), allows_orphans: true, }),";
    assert_has(&compact(model, series), part);
    let capped = quote! {
        #[chakra(capped(size = "1KiB"))]
        struct Line {
            #[chakra(id)]
            id: i64,
        }
    };
    let part = "storage: __chakra::CollectionKind::Capped { size: 1024, max: ::core::option::Option::None },";
    assert_has(&compact(model, capped), part);
}

#[test]
fn a_key_in_a_composite_has_an_index_and_no_setter() {
    let code = compact(
        model,
        quote! {
            #[chakra(index(home.land_id))]
            struct P {
                #[chakra(id)]
                id: i64,
                place: Place,
                #[chakra(relation = ManyToOne, foreign_key = place.land_id)]
                land: Related<Land>,
                #[chakra(flatten)]
                home: Place,
                #[chakra(relation = OneToOne, foreign_key = home.land_id)]
                own: Related<Land>,
                lines: Vec<Line>,
                #[chakra(relation = ManyToMany, ids = "lines.product_id")]
                products: Related<Vec<Product>>,
            }
        },
    );
    for part in [
        "link: __chakra::Link::Here(\"place.land_id\"),",
        "link: __chakra::Link::Lists { ids: ::core::option::Option::Some(\"lines.product_id\"), inverse: ::core::option::Option::None },",
        "__chakra::IndexSchema::unique([__chakra::index_key(&P::home.land_id(), 1)])",
        "__chakra::IndexSchema::plain([__chakra::index_key(&P::place.land_id(), 1)])",
        "__chakra::IndexSchema::plain([__chakra::index_key(&P::lines.product_id(), 1)])",
    ] {
        assert_has(&code, part);
    }
    assert_eq!(code.matches("index_key").count(), 3);
    for setter in ["fnland(", "fnown(", "fnproducts("] {
        assert!(!code.contains(setter), "{setter} in\n{code}");
    }
}
