//! Snapshots of the generated code: what `codegen` must offer, to the letter.

use super::{assert_has, compact, formatted};
use crate::{composite, enums, model, view};
use quote::quote;

#[test]
fn model_expansion() {
    let post = quote! {
        #[chakra(collection = "posts", unique(author_id, title), index(place.city, created_at = desc))]
        pub struct Post {
            #[chakra(id)]
            pub id: Id<Post>,
            #[chakra(name = "heading", max_length = 100)]
            pub title: String,
            pub body: Option<String>,
            #[chakra(default = false)]
            pub published: bool,
            #[chakra(default = now())]
            pub created_at: DateTime<Utc>,
            #[chakra(updated_at)]
            pub updated_at: DateTime<Utc>,
            pub place: Option<Address>,
            #[chakra(skip)]
            pub cached: u32,
            pub author_id: Id<User>,
            #[chakra(relation = ManyToOne, foreign_key = author_id)]
            pub author: Related<User>,
            pub category_ids: Vec<Id<Category>>,
            #[chakra(relation = ManyToMany, ids = category_ids, inverse_ids = post_ids)]
            pub categories: Related<Vec<Category>>,
            #[chakra(relation = OneToMany, foreign_key = post_id)]
            pub comments: Related<Vec<Comment>>,
        }
    };
    insta::assert_snapshot!("post", formatted(model, post));
}

#[test]
fn composite_expansion() {
    let address = quote! {
        pub struct Address {
            pub street: String,
            #[chakra(name = "town")]
            pub city: String,
            pub geo: Option<Point>,
            #[chakra(default = 1)]
            pub floor: i32,
        }
    };
    insta::assert_snapshot!("address", formatted(composite, address));
}

/// One of everything that an attribute adds to a model.
#[test]
fn model_with_attributes() {
    let order = quote! {
        #[chakra(paths = OrderPaths, deny_unknown, sync = false, unique(number, place.zip.code), unique(place.street), index(audit.created_by))]
        pub struct Order {
            #[chakra(id, as = "object_id", default = auto())]
            pub id: String,
            #[chakra(as = "long")]
            pub number: i32,
            #[chakra(as = "decimal", default = 0)]
            pub prices: Option<Vec<i32>>,
            #[chakra(serde, null)]
            pub url: Option<Url>,
            #[chakra(default = nanoid(10), pattern = "^[a-z]+$", validate = rules::is_free)]
            pub token: String,
            #[chakra(default = "{}")]
            pub settings: serde_json::Value,
            pub place: Place,
            #[chakra(flatten)]
            pub audit: Audit,
            #[chakra(flatten, path = more_path)]
            pub more: More,
            pub customer_id: Id<Customer>,
            #[chakra(relation = ManyToOne, foreign_key = customer_id, inverse_of = orders)]
            pub customer: Related<Customer>,
        }
    };
    insta::assert_snapshot!("order", formatted(model, order));
}

#[test]
fn a_text_index_makes_a_model_searchable() {
    let post = quote! {
        #[chakra(text(title, place.city, weights(title = 10), language = "none", map = "words"))]
        struct Post {
            #[chakra(id)]
            id: Id<Post>,
            title: String,
            place: Place,
        }
    };
    let code = compact(model, post);
    for part in [
        "__chakra::IndexSchema::text([__chakra::text_key(&Post::title), __chakra::text_key(&Post::place.city())], [10, 1])",
        ".default_language(\"none\").named(\"words\")",
        "impl __chakra::Searchable for Post {}",
    ] {
        assert_has(&code, part);
    }
    let faulty = quote! {
        #[chakra(text(title, weights(body = 10)))]
        struct Post {
            #[chakra(id)]
            id: Id<Post>,
            title: String,
        }
    };
    assert_has(&compact(model, faulty), "impl __chakra::Searchable for Post {}");
}

#[test]
fn extra_fields_are_kept() {
    let code = compact(
        model,
        quote!(
            struct File {
                #[chakra(id)]
                id: i64,
                #[chakra(extra)]
                rest: Document,
            }
        ),
    );
    for part in [
        "__chakra::encode_extra(&self.rest, __FIELDS, __w);",
        "rest: __r.extra(__FIELDS)?,",
        "fn rest<__V>(mut self, __value: impl __chakra::IntoValue<Document, __V>) -> Self { self.core.put_extra(",
        "extra: true, deny_unknown: false, validator: false, sync: true,",
    ] {
        assert_has(&code, part);
    }
    assert!(!code.contains("constrest"), "{code}");
}

#[test]
fn generic_composite_expansion() {
    let page = quote! {
        pub struct Page<T: Clone = i64, const N: usize = 3>
        where
            T: PartialEq,
        {
            pub items: Vec<T>,
            pub next: Option<Box<Self>>,
            #[chakra(default = 0)]
            pub total: i64,
        }
    };
    insta::assert_snapshot!("page", formatted(composite, page));
}

#[test]
fn a_composite_spreads_another_one() {
    let letter = quote! {
        #[chakra(deny_unknown)]
        struct Letter {
            text: String,
            #[chakra(flatten)]
            audit: Audit,
        }
    };
    let code = compact(composite, letter);
    for part in [
        "&__chakra::concat_fields::<{ 1 + __chakra::flat_fields::<Audit>().len() }>",
        "__chakra::EncodeDocument::encode_fields(&self.audit, __w);",
        "__r.refuse_unknown(__FIELDS)?;",
        "audit: <Audit as __chakra::Decode<'_>>::decode(__raw)?,",
        "const audit: __chakra::Path<Letter, Audit, __chakra::Flattened> = __chakra::Path::new(\"\");",
        "fn audit(&self) -> __chakra::Path<__R, __W::Of<Audit>, __chakra::Flattened> { __chakra::sub_flat(self) }",
        "closed: true",
    ] {
        assert_has(&code, part);
    }
}

#[test]
fn view_expansion() {
    let card = quote! {
        pub struct Card<'a> {
            #[chakra(name = "_id")]
            pub id: i64,
            pub name: &'a str,
            #[chakra(as = "object_id")]
            pub author: Option<String>,
            #[chakra(default = 0)]
            pub logins: i64,
            #[chakra(skip)]
            pub open: bool,
        }
    };
    insta::assert_snapshot!("card", formatted(view, card));
    let code = compact(
        view,
        quote!(
            struct Count {
                n: i64,
            }
        ),
    );
    assert_has(&code, "impl<'de> __chakra::Decode<'de> for Count");
    assert_has(&code, "impl __chakra::View for Count { type Of<'__v> = Count;");
}

#[test]
fn enum_expansion() {
    let role = quote! {
        #[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Role {
            User,
            #[chakra(name = "ROOT")]
            Admin,
        }
    };
    insta::assert_snapshot!("role", formatted(enums, role));
}

#[test]
fn the_older_spelling_expands_alike() {
    let older = quote! {
        #[chakra(table = "users")]
        pub struct User {
            #[chakra(primary_key, auto_increment)]
            pub id: i64,
            #[chakra(max_length = 50, unique)]
            pub username: String,
            #[chakra(default = "now()")]
            pub created_at: DateTime<Utc>,
            #[chakra(relation = "OneToMany", foreign_key = "author_id")]
            pub posts: Related<Vec<Post>>,
        }
    };
    let today = quote! {
        pub struct User {
            #[chakra(id, auto_increment)]
            pub id: i64,
            #[chakra(unique, max_length = 50)]
            pub username: String,
            #[chakra(default = now())]
            pub created_at: DateTime<Utc>,
            #[chakra(relation = OneToMany, foreign_key = author_id)]
            pub posts: Related<Vec<Post>>,
        }
    };
    let older = compact(model, older);
    assert_eq!(older, compact(model, today));
    assert_has(&older, "__chakra::Fill::Sequence");
    assert_has(&older, "__chakra::Fill::Generated(__chakra::Generator::Now)");
}

#[test]
fn the_key_of_a_one_to_one_is_unique_and_indexed_once() {
    let profile = quote! {
        struct Profile {
            #[chakra(id)]
            id: Id<Profile>,
            #[chakra(index)]
            user_id: Id<User>,
            #[chakra(relation = OneToOne, foreign_key = user_id)]
            user: Related<User>,
        }
    };
    let code = compact(model, profile);
    assert_has(&code, "const user_id: __chakra::Path<Profile, Id<User>, __chakra::Unique>");
    assert_eq!(code.matches("__chakra::IndexSchema::unique").count(), 1, "{code}");
    assert_eq!(code.matches("__chakra::IndexSchema::plain").count(), 0, "{code}");
}

#[test]
fn names_do_not_clash() {
    let shapes = quote! {
        struct S {
            #[chakra(id)]
            r#type: i64,
            w: T,
            r: Vec<Self>,
            core: C,
            state: K,
            #[chakra(default = w + raw())]
            raw: i64,
            #[chakra(path = draft_)]
            draft: bool,
        }
    };
    let code = compact(model, shapes);
    assert_has(&code, "const r#type: __chakra::Path<S, i64, __chakra::Identity>");
    assert_has(&code, "field::<Vec<S>>(\"r\", \"r\")");
    assert_has(&code, "fn __default_raw() -> i64");
    assert_has(&code, "const draft_: __chakra::Path<S, bool>");
    assert_has(&code, "set it with `.r#type(…)`");
}

#[test]
fn a_composite_without_fields_is_an_empty_document() {
    let code = compact(
        composite,
        quote!(
            struct Nothing {}
        ),
    );
    assert_has(&code, "const __FIELDS: &[__chakra::Field] = &[];");
    assert!(!code.contains("missing()"), "{code}");
}

#[test]
fn another_crate_path_is_used_throughout() {
    let code = compact(
        enums,
        quote!(
            #[chakra(crate = crate::orm)]
            enum Role {
                User,
            }
        ),
    );
    assert_has(&code, "use crate::orm::codegen as __chakra;");
    assert!(!code.contains("use::chakra"), "{code}");
}
