//! Enums that are documents, a tagged union or a model of several shapes: what is generated, and what is refused in which words.

use super::{
    assert_has, compact,
    errors::{assert_one, messages},
    formatted,
};
use crate::{
    check::{check_union, check_union_model},
    composite, model,
    parse::{parse_union, parse_union_model},
};
use proc_macro2::TokenStream;
use quote::quote;

fn of_union(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_union(&parse_union(input, errors), errors), declaration)
}

/// The messages of a union with a tag and these variants.
fn of_variants(variants: TokenStream) -> Vec<String> {
    of_union(quote! { #[chakra(tag = "kind")] enum Media { #variants } })
}

fn of_model(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_union_model(&parse_union_model(input, errors), errors), declaration)
}

/// The messages of a model with this attribute, and a variant `Login` with an id, a moment and these fields beside a `Ping` without more.
fn of_event(attribute: TokenStream, login: TokenStream) -> Vec<String> {
    of_model(quote! {
        #[chakra(tag = "kind")]
        #attribute
        enum Event {
            Login { #[chakra(id)] id: Id<Event>, at: DateTime<Utc>, #login },
            Ping { #[chakra(id)] id: Id<Event>, at: DateTime<Utc> },
        }
    })
}

const NONE: [&str; 0] = [];

#[test]
fn union_expansion() {
    let attachment = quote! {
        #[chakra(tag = "kind", rename_all = "snake_case")]
        pub enum Attachment {
            Photo {
                url: String,
                #[chakra(name = "w", min = 1)]
                width: i32,
                #[chakra(default = 1)]
                height: i32,
                #[chakra(as = "object_id")]
                owner: Option<String>,
                #[chakra(skip)]
                cached: bool,
            },
            Place(Place),
            Nothing,
        }
    };
    insta::assert_snapshot!("attachment", formatted(composite, attachment));
}

#[test]
fn union_model_expansion() {
    let event = quote! {
        #[chakra(tag = "kind", collection = "log", index(at = desc), unique(login.user, at), unique(at, id, name = moment), sync = false)]
        pub enum Event {
            Login {
                #[chakra(id)]
                id: Id<Self>,
                #[chakra(default = now())]
                at: DateTime<Utc>,
                #[chakra(index)]
                user: String,
            },
            #[chakra(name = "PAY", path = paid)]
            Payment {
                #[chakra(id)]
                id: Id<Self>,
                #[chakra(default = now())]
                at: DateTime<Utc>,
                cents: i64,
            },
        }
    };
    insta::assert_snapshot!("event", formatted(model, event));
}

#[test]
fn unions() {
    assert_one(&of_union(quote! { enum A { B { c: i64 } } }), "add `#[chakra(tag = \"kind\")]`");
    assert_one(&of_union(quote! { enum A { B, C } }), "it derives `Enum`");
    assert_one(&of_union(quote! { #[chakra(tag = "a.b")] enum A { B } }), "cannot contain `.`");
    assert_one(&of_union(quote! { #[chakra(tag)] enum A { B } }), "write `#[chakra(tag = \"…\")]`");
    assert_one(&of_union(quote! { enum A {} }), "an enum without variants");
    assert_one(&of_union(quote! { #[chakra(tag = "kind")] enum A<T> { B { c: T } } }), "name the types");
    assert_one(&of_union(quote! { #[chakra(tag = "kind", deny_unknown)] enum A { B } }), "`deny_unknown` has no place on a tagged union");
    assert_one(&of_variants(quote! { Photo(String) }), "as in `Photo { value: String }`");
    assert_one(&of_variants(quote! { Photo(Photo, i32) }), "the fields of a document have names: write `Photo { … }`");
    assert_one(&of_variants(quote! { Photo(#[chakra(name = "x")] Photo) }), "say for themselves how they are stored");
    assert_one(&of_variants(quote! { Photo { #[chakra(name = "kind")] of: String } }), "where the tag keeps the name of the variant");
    assert_one(&of_variants(quote! { Photo, #[chakra(name = "Photo")] Link }), "`Link` is stored as \"Photo\", and so is `Photo`");
    assert_one(&of_variants(quote! { IsNone }), "#[chakra(path = is_none_value)]");
    assert_one(&of_variants(quote! { Photo { len: i32 } }), "#[chakra(path = len_value)]");
    assert_one(&of_variants(quote! { Photo, PHOTO }), "the path into `Photo` is called `photo` already");
    assert_one(&of_variants(quote! { Crate }), "#[chakra(path = crate_)]");
    assert_one(&of_variants(quote! { #[chakra(rename_all = "camelCase")] Photo(Photo) }), "`Photo` names none; remove it");
    assert_one(&of_variants(quote! { Photo { #[chakra(id)] id: i64 } }), "has no id of its own");
    assert_one(&of_variants(quote! { Photo { #[chakra(flatten)] size: Size } }), "as in `Photo(Photo)`");
    assert_one(&of_variants(quote! { Photo { #[chakra(extra)] rest: Document } }), "of which the tag would be one");
    assert_one(&of_variants(quote! { Photo { #[chakra(default = now())] at: DateTime<Utc> } }), "it is a constant");
    assert_one(&of_variants(quote! { Photo { url: String }, PhotoPaths }), "give the variant another name");
    assert_one(&of_variants(quote! { #[chakra(other)] Photo }), "no shape to be read as");
    let fine = quote! {
        #[chakra(path = kind_of)] Type { r#type: String },
        #[chakra(rename_all = "camelCase")] Photo { full_url: String, #[chakra(path = length)] len: i32 },
        #[chakra(path = nothing)] None,
        Draft,
        PhotoDraft,
        Inner(inner::Part),
    };
    assert_eq!(of_variants(fine), NONE);
}

#[test]
fn models_of_several_shapes() {
    assert_one(&of_model(quote! { enum Role { User, Admin } }), "an enum of plain variants derives `Enum`");
    assert_one(&of_model(quote! { enum Role {} }), "an enum without variants");
    assert_one(&of_model(quote! { enum Event { Ping { #[chakra(id)] id: i64 } } }), "add `#[chakra(tag = \"kind\")]`");
    let ping = quote! { Ping { #[chakra(id)] id: i64 } };
    let with = |variant: TokenStream| of_model(quote! { #[chakra(tag = "kind")] enum Event { #ping, #variant } });
    assert_one(&with(quote! { Login }), "write `Login { #[chakra(id)] id: Id<Event> }`");
    assert_one(&with(quote! { Login(Login) }), "write `Login { #[chakra(id)] id: Id<Event>, … }`");
    assert_one(&with(quote! { Login { user: String } }), "`Login` has no id");
    assert_one(&with(quote! { Login { #[chakra(id)] id: i64, #[chakra(id)] other: i64 } }), "`other` is a second");
    assert_one(&with(quote! { Login { #[chakra(id)] id: i32 } }), "every variant declares the id as `Ping` does: `id: i64`");
    assert_one(&with(quote! { Login { #[chakra(id, auto_increment)] id: i64 } }), "with the same attributes");
    assert_one(&with(quote! { Login { #[chakra(id)] id: i64, #[chakra(version)] v: i64 } }), "declare `v: i64` in all of them alike");
    assert_one(&with(quote! { #[chakra(path = ping)] Login { #[chakra(id)] id: i64 } }), "`ping` is the path into `Ping` already");
    assert_one(&with(quote! { All { #[chakra(id)] id: i64 } }), "`all` is a function of every model already");
    assert_one(&with(quote! { Id { #[chakra(id)] id: i64 } }), "`id` is the path of `id` already");
    assert_one(&with(quote! { PingDraft { #[chakra(id)] id: i64 } }), "give the variant another name");
    let relation = quote! { #[chakra(relation = OneToMany, foreign_key = login_id)] clicks: Related<Vec<Click>> };
    assert_one(&of_event(quote! {}, relation), "has no relations");
    assert_one(&of_event(quote! {}, quote! { #[chakra(unique)] tags: Vec<String> }), "its values are not one key");
    assert_one(&of_event(quote! { #[chakra(paths = EventPaths)] }, quote! {}), "`paths` has no place on a model of several shapes");
}

#[test]
fn indexes_of_models_of_several_shapes() {
    let login = quote! { user: String, #[chakra(unique)] session: i64, place: Option<Place> };
    let with = |index: TokenStream| of_event(quote! { #[chakra(#index)] }, login.clone());
    assert_one(&with(quote! { index(user) }), "write `login.user`");
    assert_one(&with(quote! { index(login) }), "go on to a field, as in `login.user`");
    assert_one(&with(quote! { index(login.usr) }), "did you mean `user`?");
    assert_one(&with(quote! { index(login.at) }), "write `at` without `login`");
    assert_one(&with(quote! { index(logn.user) }), "did you mean `login`?");
    assert_one(&with(quote! { index(at, at) }), "stands in this index twice");
    assert_one(&with(quote! { unique(login.session) }), "there is an index on `login.session` already");
    assert_one(&with(quote! { unique(login.user, at, name = user_at) }), "fields that every variant has");
    assert_one(&with(quote! { unique(id, at, name = ping) }), "`ping` is the path into `Ping` already");
    assert_one(&with(quote! { text(user) }), "write `login.user`");
    assert_one(&with(quote! { text(login.user), text(login.place.city) }), "one text index a collection");
    let fine = quote! { unique(at, id), index(login.place.city, at = desc), index(login.user), text(login.user, weights(login.user = 3)) };
    assert_eq!(with(fine), NONE);
}

#[test]
fn dummies_keep_the_names() {
    let code = compact(composite, quote! { pub enum Media { Photo { url: String }, Note(Note) } });
    assert_eq!(code.matches("compile_error!").count(), 1, "{code}");
    for part in [
        "impl __chakra::Composite for Media",
        "pub fn photo() -> __chakra::Path<Media, ::core::option::Option<MediaPhoto> >",
        "pub fn note(&self) -> __chakra::Path<__R, __W::Of<::core::option::Option<Note> >, __W::Kind>",
        "pub fn url(&self)",
    ] {
        assert_has(&code, part);
    }
    let event = quote! {
        pub enum Event {
            Login { #[chakra(id)] id: i64, user: String },
            Ping { #[chakra(id)] id: i64 },
        }
    };
    let code = compact(model, event);
    assert_eq!(code.matches("compile_error!").count(), 1, "{code}");
    for part in [
        "impl __chakra::Model for Event",
        "pub const id: __chakra::Path<Event, i64, __chakra::Identity>",
        "pub fn draft_login() -> EventLoginDraft",
        "pub fn all() -> __chakra::Filter<Event>",
        "pub fn user<__V>(mut self",
    ] {
        assert_has(&code, part);
    }
}

#[test]
fn a_generic_union_has_no_dummy() {
    let code = compact(composite, quote! { #[chakra(tag = "kind")] enum Media<T> { Photo { url: T } } });
    assert!(!code.contains("impl"), "{code}");
}
