//! What is refused, in which words; that all of it is said at once; and what stands in afterwards.

use super::{assert_has, compact};
use crate::{
    check::{check_composite, check_enum, check_model, check_view},
    composite,
    ctxt::Ctxt,
    enums, model,
    parse::{parse_composite, parse_enum, parse_model, parse_view},
    view,
};
use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

pub(super) fn messages(judge: impl Fn(&DeriveInput, &Ctxt), declaration: TokenStream) -> Vec<String> {
    let errors = Ctxt::new();
    judge(&syn::parse2(declaration).unwrap(), &errors);
    match errors.finish() {
        Ok(()) => Vec::new(),
        Err(error) => error.into_iter().map(|error| error.to_string()).collect(),
    }
}

fn of_model(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_model(&parse_model(input, errors), errors), declaration)
}

fn of_composite(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_composite(&parse_composite(input, errors), errors), declaration)
}

fn of_enum(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_enum(&parse_enum(input, errors), errors), declaration)
}

fn of_view(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_view(&parse_view(input, errors), errors), declaration)
}

/// The messages of a model with an id and these fields.
fn of_fields(fields: TokenStream) -> Vec<String> {
    of_model(quote!(struct Post { #[chakra(id)] id: Id<Post>, #fields }))
}

#[track_caller]
pub(super) fn assert_one(messages: &[String], part: &str) {
    assert_eq!(messages.len(), 1, "{messages:#?}");
    assert!(messages[0].contains(part), "{messages:#?}");
}

#[test]
fn every_fault_is_reported_at_once() {
    let found = of_model(quote! {
        #[chakra(collectoin = "posts", index(titel), capped(siz = 1))]
        struct Post {
            #[chakra(uniqe, max_length = "50")]
            title: String,
            #[chakra(null)]
            body: String,
            #[chakra(relation = ManyToOne, foreign_key = author)]
            author: Related<Vec<User>>,
        }
    });
    let expected = [
        "unknown attribute `collectoin`; did you mean `collection`?",
        "unknown option `siz`; did you mean `size`?",
        "unknown attribute `uniqe`; did you mean `unique`?",
        "`max_length` takes a whole number: write `#[chakra(max_length = 50)]`",
        "`Post` has no id: add `#[chakra(id)] pub id: Id<Post>`",
        "`null` says how `None` is stored: write `body: Option<String>`, or remove it",
        "a `ManyToOne` relates to one: write `author: Related<User>`, or `Related<Option<User>>` where there may be none",
        "`author` is a relation of `Post` and not stored; its key is a field of its own, such as `author_id`",
        "`Post` has no field `titel`; did you mean `title`?",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_faulty_entry_does_not_hide_the_next() {
    let found = of_fields(quote!(#[chakra(max_length = = 3, uniqe, 7, defualt = 1)] title: String));
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[1].contains("`unique`") && found[3].contains("`default`"), "{found:#?}");
}

#[test]
fn ids_and_roles() {
    assert_one(&of_fields(quote!(#[chakra(primary_key)] other: i64)), "a model has one id");
    assert_one(&of_fields(quote!(#[chakra(auto_increment)] n: i64)), "only supported on the id yet");
    assert_one(&of_fields(quote!(#[chakra(version)] v: String)), "write `v: i64`");
    assert_one(&of_fields(quote!(#[chakra(updated_at)] at: i64)), "write `at: DateTime<Utc>`");
    assert_one(&of_fields(quote!(#[chakra(updated_at, default = now())] at: DateTime<Utc>)), "remove the default");
    assert_one(
        &of_model(quote!(
            struct P {
                #[chakra(id)]
                id: Option<ObjectId>,
            }
        )),
        "write `id: ObjectId`",
    );
    assert_one(
        &of_model(quote!(
            struct P {
                #[chakra(id, default = 1)]
                id: i64,
            }
        )),
        "cannot have a constant default",
    );
    assert_one(
        &of_model(quote!(
            struct P {
                #[chakra(id, unique)]
                id: i64,
            }
        )),
        "unique and indexed by itself",
    );
}

#[test]
fn stored_names() {
    assert_one(&of_fields(quote!(#[chakra(name = "b")] a: i64, b: i64)), "so is `a`");
    assert_one(&of_fields(quote!(#[chakra(name = "")] a: i64)), "cannot be empty");
    assert_one(&of_fields(quote!(#[chakra(map = "$a")] a: i64)), "cannot begin with `$`");
    assert_one(&of_fields(quote!(#[chakra(name = "a.b")] a: i64)), "cannot contain `.`");
    assert_one(&of_fields(quote!(#[chakra(name = "a", map = "b")] a: i64)), "says again what `name` already says");
    assert_one(
        &of_model(quote!(
            #[chakra(table = "system.x")]
            struct P {
                #[chakra(id)]
                id: i64,
            }
        )),
        "belongs to the server",
    );
}

#[test]
fn relations() {
    let key = quote!(author_id: Id<User>,);
    assert_one(&of_fields(quote!(author: Related<User>)), "it must say how");
    assert_one(
        &of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = author_id)] author: User)),
        "write `author: Related<User>`",
    );
    assert_one(
        &of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = autor_id)] author: Related<User>)),
        "did you mean `author_id`?",
    );
    assert_one(
        &of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = author_id)] author: Related<Option<User>>)),
        "`author_id` is always there",
    );
    let on_delete = |action: TokenStream| {
        of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = author_id, on_delete = #action)] author: Related<User>))
    };
    assert_one(&on_delete(quote!(Cascad)), "unknown action `Cascad` of `on_delete`; did you mean `Cascade`?");
    assert_one(&on_delete(quote!(SetNull)), "write `author_id: Option<Id<User>>`, or `on_delete = Cascade`");
    assert_eq!(on_delete(quote!("Restrict")), Vec::<String>::new());
    assert_one(
        &of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = author_id, on_update = Cascade)] author: Related<User>)),
        "`author_id` names the id of `User`, and an id never changes",
    );
    assert_one(
        &of_fields(quote!(#[chakra(relation = OneToMany, foreign_key = post_id, on_delete = Cascade)] comments: Related<Vec<Comment>>)),
        "write it beside the relation of `Comment` that goes by `post_id`",
    );
    assert_one(
        &of_fields(quote!(#[chakra(relation = ManyToMany, inverse_ids = post_ids, on_delete = Cascade)] tags: Related<Vec<Tag>>)),
        "`on_delete` belongs to a key",
    );
    let lines = |words: TokenStream| of_fields(quote!(lines: Vec<Line>, #[chakra(relation = ManyToMany, #words)] tags: Related<Vec<Tag>>));
    assert_eq!(lines(quote!(ids = lines.tag_id, on_delete = Cascade)), Vec::<String>::new());
    assert_one(&lines(quote!(ids = lines.tag_id, on_update = Cascade)), "`lines.tag_id` names the id of `Tag`, and an id never changes");
    assert_one(
        &lines(quote!(inverse_ids = lines.post_id, on_delete = Cascade)),
        "write it beside the relation of `Tag` that goes by `lines.post_id`, where each composite has one id; beside a list of ids it is to be \
         removed",
    );
    assert_one(
        &of_fields(quote!(#[chakra(relation = OneToMany)] comments: Related<Vec<Comment>>)),
        "write `relation = OneToMany, foreign_key = post_id`",
    );
    assert_one(
        &of_fields(quote!(#[chakra(relation = OneToOne, foreign_key = post_id)] seo: Related<Seo>)),
        "write `seo: Related<Option<Seo>>`",
    );
    assert_one(
        &of_fields(
            quote!(slug: String, #[chakra(relation = OneToMany, foreign_key = post, references = slug)] comments: Related<Vec<Comment>>),
        ),
        "many documents may have the same `slug`, so `post` of `Comment` cannot reference it: write `#[chakra(unique)]` on `slug`",
    );
    assert_one(
        &of_fields(quote!(#[chakra(relation = OneToMany, foreign_key = post, references = slug)] comments: Related<Vec<Comment>>)),
        "has no field `slug`",
    );
    assert_one(
        &of_fields(quote!(ids: Vec<Id<Tag>>, #[chakra(relation = ManyToMany, ids = ids, references = slug)] tags: Related<Vec<Tag>>)),
        "leave `references` out",
    );
    let by_slug = quote! {
        #[chakra(unique)] slug: String,
        #[chakra(relation = OneToMany, foreign_key = post, references = "slug")] comments: Related<Vec<Comment>>,
        #[chakra(relation = OneToOne, foreign_key = post, references = id)] seo: Related<Option<Seo>>,
        author: String,
        #[chakra(relation = ManyToOne, foreign_key = author, references = username)] writer: Related<User>,
    };
    assert_eq!(of_fields(by_slug), Vec::<String>::new());
    assert_one(&of_fields(quote!(#[chakra(relation = ManyToMany)] tags: Related<Vec<Tag>>)), "`ManyToMany` goes by lists of ids");
    assert_one(
        &of_fields(quote!(#key #[chakra(relation = ManyToOne, foreign_key = author_id, unique)] author: Related<User>)),
        "`unique` means nothing here",
    );
    assert_one(&of_fields(quote!(#[chakra(foreign_key = author_id)] author_id: Id<User>)), "belongs to a relation");
    assert_one(
        &of_fields(quote!(#[chakra(relation = OneToMnay, foreign_key = post_id)] comments: Related<Vec<Comment>>)),
        "did you mean `OneToMany`?",
    );
}

#[test]
fn keys_in_composites() {
    let places = quote!(place: Place, maybe: Option<Place>, places: Vec<Place>,);
    let of = |relation: TokenStream| of_fields(quote!(#places #relation));
    let fine = quote! {
        #[chakra(relation = ManyToOne, foreign_key = place.land_id)] land: Related<Land>,
        #[chakra(relation = ManyToOne, foreign_key = "place.maybe_id")] perhaps: Related<Option<Land>>,
        #[chakra(relation = ManyToOne, foreign_key = maybe.land_id)] maybe_land: Related<Option<Land>>,
        #[chakra(relation = ManyToMany, ids = places.land_id)] lands: Related<Vec<Land>>,
        #[chakra(relation = ManyToMany, ids = place.land_ids)] others: Related<Vec<Land>>,
        #[chakra(relation = OneToMany, foreign_key = home.post_id)] homes: Related<Vec<Home>>,
        #[chakra(relation = OneToOne, foreign_key = home.post_id)] home: Related<Option<Home>>,
        #[chakra(relation = ManyToMany, inverse_ids = lines.post_id)] orders: Related<Vec<Order>>,
    };
    assert_eq!(of(fine), Vec::<String>::new());
    assert_one(&of(quote!(#[chakra(relation = ManyToOne, foreign_key = plac.land_id)] land: Related<Land>)), "did you mean `place`?");
    assert_one(
        &of(quote!(#[chakra(relation = ManyToOne, foreign_key = maybe.land_id)] land: Related<Land>)),
        "`maybe` may be `None`, and so may `land`",
    );
    assert_one(
        &of(quote!(#[chakra(relation = ManyToOne, foreign_key = places.land_id)] land: Related<Land>)),
        "write `relation = ManyToMany, ids = places.land_id` and `land: Related<Vec<Land>>`",
    );
    assert_one(
        &of(quote!(#[chakra(relation = ManyToMany, ids = places.land_id, inverse_ids = post_ids)] lands: Related<Vec<Land>>)),
        "keep `ids = places.land_id` at the model that holds them",
    );
    let without_name = of(quote!(#[chakra(relation = ManyToMany, ids = places.0)] lands: Related<Vec<Land>>));
    assert!(without_name[0].contains("`ids` takes a name"), "{without_name:?}");
    assert_one(
        &of(quote! {
            #[chakra(default = HOME)] home: Place,
            #[chakra(relation = ManyToOne, foreign_key = home.land_id)] land: Related<Land>,
        }),
        "`home` holds the key of `land`, and cannot have a constant default",
    );
}

#[test]
fn indexes_and_names() {
    let post = |attribute: TokenStream| of_model(quote!(#attribute struct P { #[chakra(id)] id: i64, a: i64, b: i64 }));
    assert_one(&post(quote!(#[chakra(index(a, b), index(a, b))])), "on `a`, `b` already");
    assert_one(&post(quote!(#[chakra(unique(a, b), unique(a, b))])), "on `a`, `b` already");
    assert_one(&post(quote!(#[chakra(index(a, c))])), "has no field `c`");
    assert_one(&post(quote!(#[chakra(index(a = up))])), "`asc`, `desc`, `hashed`");
    assert_one(&post(quote!(#[chakra(index(a = text))])), "write `#[chakra(text(a))]`");
    assert_one(&post(quote!(#[chakra(index(a, name = x))])), "`map = \"…\"`");
    assert_one(&post(quote!(#[chakra(unique(a, name = x))])), "`a` alone is its own accessor; remove `name`");
    assert_one(&post(quote!(#[chakra(unique(a, b, name = a))])), "needs another name");
    assert_one(&post(quote!(#[chakra(index)])), "lists fields");
    assert_one(&of_fields(quote!(draft: bool)), "#[chakra(path = other_name)]");
    assert_eq!(post(quote!(#[chakra(index(a, b), index(a, b = desc), unique("b", a))])), Vec::<String>::new());
}

#[test]
fn text_indexes() {
    let post = |attribute: TokenStream| of_model(quote!(#attribute struct P { #[chakra(id)] id: i64, a: String, b: String, c: Place }));
    assert_one(&post(quote!(#[chakra(text(a), text(b))])), "one text index a collection");
    assert_one(&post(quote!(#[chakra(text)])), "lists the fields to search");
    assert_one(&post(quote!(#[chakra(text())])), "needs a field to search");
    assert_one(&post(quote!(#[chakra(text(a = desc))])), "have no direction: write `a`");
    assert_one(&post(quote!(#[chakra(text(c.city = 0))])), "from 1 to 99999: write `c.city = 10`");
    assert_one(&post(quote!(#[chakra(text(a = 2, weights(a = 3)))])), "`a` has a weight already");
    assert_one(&post(quote!(#[chakra(text(a, d))])), "has no field `d`");
    assert_one(&post(quote!(#[chakra(text(a, a))])), "stands in this index twice");
    assert_one(&post(quote!(#[chakra(text(a, weights(b = 2)))])), "`b` has a weight and is not in this index");
    assert_one(&post(quote!(#[chakra(text(a, weights(a = 2, a = 3)))])), "`a` has a weight already");
    for weight in [quote!(a), quote!(a = 0), quote!(a = 100_000), quote!(a = -1), quote!(a = 1.5), quote!(a = "2")] {
        assert_one(&post(quote!(#[chakra(text(a, weights(#weight)))])), "from 1 to 99999: write `a = 10`");
    }
    assert_one(&post(quote!(#[chakra(text(a, weight(a = 2)))])), "unknown option `weight`");
    assert_one(&post(quote!(#[chakra(text(a, lang = "de"))])), "unknown option `lang`");
    assert_one(&post(quote!(#[chakra(text(a, language = 3))])), "the language is a text");
    assert_one(&post(quote!(#[chakra(text(a, map = "x", map = "y"))])), "`map` stands here already");
    assert_one(&post(quote!(#[chakra(text(a, collation = "de"))])), "takes no collation");
    assert_one(&post(quote!(#[chakra(text(a, sparse))])), "remove `sparse`");
    assert_one(&post(quote!(#[chakra(text(a, expire_after = "1d"))])), "goes by the order of dates");
    assert_one(&post(quote!(#[chakra(index(b, map = "x"), text(a, map = "x"))])), "is called \"x\" already");
    assert_one(&of_fields(quote!(#[chakra(text)] title: String)), "it stands on the model");
    for fine in [
        quote!(#[chakra(text("a", c.city, weights(c.city = 2, a = 99999), language = "none", map = "words"), index(a))]),
        quote!(#[chakra(text(a = 10, b, language_field = "lang", hidden, partial = Self::b.eq("x")))]),
    ] {
        assert_eq!(post(fine), Vec::<String>::new());
    }
}

#[test]
fn defaults_and_limits() {
    assert_one(&of_fields(quote!(#[chakra(default = cuid(1))] a: String)), "withdrawn by its author");
    assert_one(&of_fields(quote!(#[chakra(default = now())] a: i64)), "`now()` does not make a `i64`");
    assert_one(&of_fields(quote!(#[chakra(default = now())] a: String)), "write `a: DateTime<Utc>`");
    assert_one(&of_fields(quote!(#[chakra(default = ulid())] a: Uuid)), "write `a: String`");
    assert_one(&of_fields(quote!(#[chakra(default = uuid())] a: ObjectId)), "write `a: Uuid`");
    assert_one(&of_fields(quote!(#[chakra(default = auto())] a: String)), "`as = \"object_id\"`");
    assert_one(&of_fields(quote!(#[chakra(default = uuid(), as = "object_id")] a: String)), "stored as an ObjectId: remove");
    assert_one(&of_fields(quote!(#[chakra(default = uuid(), serde)] a: Uuid)), "remove `serde`");
    assert_one(
        &of_fields(quote!(#[chakra(default = "{")] a: serde_json::Value)),
        "is JSON (EOF while parsing an object at line 1 column 1)",
    );
    assert_one(&of_fields(quote!(#[chakra(max_length = 3)] a: bool)), "`bool` has no length");
    assert_one(&of_fields(quote!(#[chakra(min = 3)] a: Option<String>)), "`String` is none");
    assert_one(&of_fields(quote!(#[chakra(min = 3)] a: Decimal)), "`validate = path::to::function`");
    assert_one(&of_fields(quote!(#[chakra(min = 3, as = "string")] a: i64)), "a String is none");
    assert_one(&of_fields(quote!(#[chakra(max_length = 3, as = "object_id")] a: String)), "an ObjectId has no length");
    assert_one(&of_fields(quote!(#[chakra(pattern = "^a")] a: Option<i64>)), "`i64` is none");
    assert_one(&of_fields(quote!(#[chakra(pattern = "(a")] a: String)), "this is none: unclosed group");
    assert_one(&of_fields(quote!(#[chakra(pattern = "a(?=b)")] a: String)), "look-around");
    assert_one(&of_fields(quote!(#[chakra(validate = 3)] a: String)), "write `#[chakra(validate = path::to::function)]`");
    assert_one(&of_fields(quote!(#[chakra(min = 3, max = -3)] a: i64)), "no value would pass");
    assert_one(&of_fields(quote!(#[chakra(skip, name = "x")] a: i64)), "is not stored");
    let fine = quote! {
        #[chakra(default = uuid())] a: Option<Uuid>,
        #[chakra(default = uuid(7), as = "string")] b: Uuid,
        #[chakra(default = nanoid(10), min_length = 10)] c: String,
        #[chakra(default = auto(), as = "object_id")] d: String,
        #[chakra(default = now(), as = "timestamp")] e: DateTime<Utc>,
        #[chakra(default = "{}")] f: serde_json::Value,
        #[chakra(max_length = 3, as = "long", validate = "rules::few")] g: Vec<i32>,
        #[chakra(pattern = "^[0-9]+$", as = "string")] h: i64,
        #[chakra(default = Point { x: 0, y: -1 })] i: Point,
    };
    assert_eq!(of_fields(fine), Vec::<String>::new());
}

#[test]
fn native_types() {
    assert_one(&of_fields(quote!(#[chakra(as = "longg")] a: i32)), "did you mean `long`?");
    assert_one(&of_fields(quote!(#[chakra(as = "int")] a: i32)), "known are `object_id`, `long`");
    assert_one(&of_fields(quote!(#[chakra(as)] a: i32)), "write `#[chakra(as = \"long\")]`");
    assert_one(&of_fields(quote!(#[chakra(as = "long", serde)] a: i32)), "both say how `a` is stored");
    assert_one(&of_fields(quote!(#[chakra(skip, as = "long")] a: i32)), "`as` means nothing");
    assert_one(&of_fields(quote!(#[chakra(as = "long")] a: HashSet<i32>)), "not into sets: write `a: Vec<…>`");
    assert_one(&of_fields(quote!(#[chakra(version, as = "double")] a: i64)), "remove `as = \"double\"` from `a`");
    assert_one(&of_fields(quote!(#[chakra(updated_at, serde)] a: DateTime<Utc>)), "knows nothing of serde");
    assert_one(
        &of_fields(
            quote!(author_id: Id<User>, #[chakra(relation = ManyToOne, foreign_key = author_id, as = "long")] author: Related<User>),
        ),
        "`as` means nothing here",
    );
    assert_eq!(of_fields(quote!(#[chakra(as = long)] a: Option<Vec<i32>>, #[chakra(serde)] b: HashSet<Url>)), Vec::<String>::new());
}

#[test]
fn fields_beside_the_stored_ones() {
    assert_one(&of_fields(quote!(#[chakra(flatten)] audit: Option<Audit>)), "write `audit: Audit`");
    assert_one(&of_fields(quote!(#[chakra(flatten)] rest: HashMap<String, Bson>)), "`#[chakra(extra)] rest: Document`");
    assert_one(&of_fields(quote!(#[chakra(flatten)] tags: Vec<String>)), "`Vec<String>` has no fields");
    assert_one(&of_fields(quote!(#[chakra(flatten, default = AUDIT)] audit: Audit)), "so `default` means nothing");
    assert_one(&of_fields(quote!(#[chakra(extra)] rest: HashMap<String, i32>)), "write `rest: Document`");
    assert_one(&of_fields(quote!(#[chakra(extra, name = "x")] rest: Document)), "so `name` means nothing");
    assert_one(&of_fields(quote!(#[chakra(extra)] a: Document, #[chakra(extra)] b: BTreeMap<String, Bson>)), "`a` keeps all fields");
    let model = |attribute: TokenStream| {
        of_model(quote!(#attribute struct P { #[chakra(id)] id: i64, #[chakra(flatten)] audit: Audit, #[chakra(extra)] rest: Document }))
    };
    assert_one(&model(quote!(#[chakra(deny_unknown)])), "refuses what `rest` would keep");
    assert_one(&model(quote!(#[chakra(index(rest))])), "keeps the fields that nobody declares");
    assert_one(&model(quote!(#[chakra(index(audit))])), "go on to a field of it");
    assert_one(&model(quote!(#[chakra(index(audi.by))])), "did you mean `audit`?");
    assert_eq!(model(quote!(#[chakra(index(audit.by), unique(audit.number, id))])), Vec::<String>::new());
    assert_one(
        &of_composite(quote!(
            struct A<T> {
                #[chakra(flatten)]
                b: B,
                c: T,
            }
        )),
        "cannot flatten another one",
    );
    assert_one(
        &of_composite(quote!(
            #[chakra(deny_unknown)]
            struct A {
                #[chakra(extra)]
                rest: Document,
            }
        )),
        "remove one of the two",
    );
    assert_one(
        &of_composite(quote!(
            struct A {
                #[chakra(flatten)]
                key: B,
            }
        )),
        "#[chakra(path = key_value)]",
    );
}

#[test]
fn words_of_a_model() {
    let post = |attribute: TokenStream| of_model(quote!(#attribute struct P { #[chakra(id)] id: i64, draft: i64, lines: Vec<Line> }));
    assert_one(&post(quote!(#[chakra(paths = P)])), "write `paths = PPaths`");
    assert_one(&post(quote!(#[chakra(paths = PPaths, sync = "no")])), "write `#[chakra(sync = false)]`");
    assert_one(&post(quote!(#[chakra(paths = PPaths, tag = "kind")])), "a model of several is an enum");
    assert_one(&post(quote!(#[chakra(paths = PPaths, unique(lines.sku, name = x))])), "no list on the way");
    assert_eq!(post(quote!(#[chakra(paths = "PPaths", sync = false, deny_unknown, unique(lines.sku))])), Vec::<String>::new());
    assert_one(&of_fields(quote!(#[chakra(inverse_of = posts)] author_id: Id<User>)), "belongs to a relation");
}

#[test]
fn keys_below_composites() {
    let post = |attribute: TokenStream| of_model(quote!(#attribute struct P { #[chakra(id)] id: i64, a: i64, b: B, b_c: i64 }));
    assert_one(&post(quote!(#[chakra(unique(b.c))])), "the path of `b_c` is called `b_c` already");
    assert_one(&post(quote!(#[chakra(unique(b.c, a, id, b_c, b.d, name = x))])), "needs 2 to 4 fields");
    assert_eq!(post(quote!(#[chakra(unique(b.c, name = x), unique(a, b.c.d))])), Vec::<String>::new());
}

#[test]
fn views() {
    let fine = quote!(
        #[chakra(rename_all = "camelCase")]
        struct Card<'a> {
            #[chakra(name = "_id")]
            id: i64,
            first_name: &'a str,
            #[chakra(default = 0)]
            logins: i64,
            #[chakra(skip)]
            open: bool,
        }
    );
    assert_eq!(of_view(fine), Vec::<String>::new());
    assert_one(
        &of_view(quote!(
            struct Card<'a, 'b> {
                a: &'a str,
                b: &'b str,
            }
        )),
        "one lifetime at most",
    );
    assert_one(
        &of_view(quote!(
            struct Card<T> {
                a: T,
            }
        )),
        "no other parameters",
    );
    assert_one(
        &of_view(quote!(
            struct Card {
                #[chakra(id)]
                id: i64,
            }
        )),
        "`#[chakra(name = \"_id\")]`",
    );
    assert_one(
        &of_view(quote!(
            struct Card {
                #[chakra(default = now())]
                at: DateTime<Utc>,
            }
        )),
        "so it is a constant",
    );
    assert_one(
        &of_view(quote!(
            struct Card {
                #[chakra(max_length = 3)]
                a: String,
            }
        )),
        "a view only reads",
    );
    assert_one(
        &of_view(quote!(
            struct Card {
                posts: Related<Vec<Post>>,
            }
        )),
        "read its key instead",
    );
    assert_one(
        &of_view(quote!(
            enum Card {
                A,
            }
        )),
        "named fields",
    );
}

#[test]
fn composites_and_enums() {
    assert_one(
        &of_composite(quote!(
            struct A {
                #[chakra(id)]
                id: i64,
            }
        )),
        "no id of its own",
    );
    assert_one(
        &of_composite(quote!(
            struct A {
                len: i64,
            }
        )),
        "#[chakra(path = len_value)]",
    );
    assert_one(
        &of_composite(quote!(
            struct A {
                #[chakra(default = now())]
                at: DateTime<Utc>,
            }
        )),
        "it is a constant",
    );
    assert_one(
        &of_composite(quote!(
            struct A<'a> {
                b: &'a str,
            }
        )),
        "what borrows is a `View`",
    );
    assert_one(
        &of_composite(quote!(
            struct A {
                #[chakra(inverse_of = b)]
                b: i64,
            }
        )),
        "only a model has relations",
    );
    assert_one(
        &of_enum(quote!(
            enum A {
                B,
                C(i64),
            }
        )),
        "plain variants only",
    );
    assert_one(
        &of_enum(quote!(
            enum A {
                B,
                #[chakra(name = "B")]
                C,
            }
        )),
        "so is `B`",
    );
    assert_one(
        &of_enum(quote!(
            #[chakra(rename_all = "camel_case")]
            enum A {
                B,
            }
        )),
        "did you mean `camelCase`?",
    );
    assert_one(
        &of_enum(quote!(
            enum A {}
        )),
        "at least one variant",
    );
}

#[test]
fn other_items_are_refused() {
    assert_one(
        &of_model(quote!(
            struct A(i64);
        )),
        "named fields",
    );
    assert_one(
        &of_model(quote!(
            struct A;
        )),
        "named fields",
    );
    assert_one(
        &of_model(quote!(
            struct A<T> {
                #[chakra(id)]
                id: T,
            }
        )),
        "generic models are not supported yet",
    );
}

#[test]
fn more_than_thirty_two_required_fields_are_refused() {
    let fields = (0..33_usize).map(|n| quote::format_ident!("f{}", n));
    assert_one(&of_fields(quote!(#(#fields: i64),*)), "33 required fields");
}

#[test]
fn a_dummy_keeps_the_names() {
    let code = compact(
        model,
        quote!(
            pub struct Post {
                pub title: String,
                #[chakra(uniqe)]
                pub slug: String,
            }
        ),
    );
    assert_eq!(code.matches("compile_error!").count(), 2, "{code}");
    for part in [
        "impl __chakra::Model for Post",
        "type Id = __chakra::Id<Post>",
        "impl<'de> __chakra::Decode<'de> for Post",
        "pub const title: __chakra::Path<Post, String>",
        "pub const slug: __chakra::Path<Post, String>",
        "pub fn draft() -> PostDraft",
        "pub fn all() -> __chakra::Filter<Post>",
    ] {
        assert_has(&code, part);
    }
}

#[test]
fn dummies_of_composites_and_enums() {
    let code = compact(
        composite,
        quote!(
            pub struct Address {
                #[chakra(id)]
                pub city: String,
            }
        ),
    );
    assert_has(&code, "pub fn city(&self)");
    let code = compact(
        enums,
        quote!(
            pub enum Role {
                User(i64),
            }
        ),
    );
    assert_has(&code, "impl __chakra::FieldType for Role");
    let code = compact(
        composite,
        quote!(
            pub struct Page<T: Clone> {
                #[chakra(id)]
                pub items: Vec<T>,
            }
        ),
    );
    assert_has(&code, "impl<T: Clone + __chakra::Value> __chakra::FieldType for Page<T>");
    let code = compact(
        view,
        quote!(
            struct Card<'a> {
                #[chakra(id)]
                id: i64,
                name: &'a str,
            }
        ),
    );
    assert_has(&code, "type Of<'__v> = Card<'__v>;");
}

#[test]
fn a_generic_type_has_no_dummy() {
    let code = compact(
        model,
        quote!(
            struct A<T> {
                #[chakra(id)]
                id: T,
            }
        ),
    );
    assert!(!code.contains("impl"), "{code}");
}

#[test]
#[should_panic(expected = "never looked at")]
fn an_unread_collector_panics() {
    drop(Ctxt::new());
}
