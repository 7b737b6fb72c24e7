//! Snapshots of the generated code: what `codegen` must offer, to the letter.

use super::{assert_has, compact, formatted};
use crate::{composite, enums, model};
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
    assert_has(&older, "__chakra::Fill::Now");
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
