//! The derive macros of Chakra: [`Model`], [`Composite`] and [`Enum`]. The crate `chakra` exports them beside the traits of the same names;
//! depend on that one.
//!
//! A declaration travels through four rooms. `parse` turns its syntax into plain data (`ir`), `check` holds that against the rules, and
//! `expand` turns it into data and calls of `chakra::codegen`; `ctxt` collects every error on the way. Nothing is generated before all
//! errors are known. They are reported together, each where it stands; and then a dummy is generated instead, so that code which uses the
//! declaration adds no messages of its own.

mod check;
mod ctxt;
mod expand;
mod facts;
mod ir;
mod naming;
mod parse;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;

use ctxt::Ctxt;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct with named fields a model: a collection of documents, with typed paths, a draft, a schema and a codec.
///
/// ```
/// use chakra::prelude::*;
/// # #[derive(Debug, Clone, Composite)] pub struct Address { pub city: String }
/// # #[derive(Debug, Clone, Model)] pub struct User { #[chakra(id)] pub id: Id<User> }
///
/// #[derive(Debug, Clone, Model)]
/// #[chakra(collection = "posts", unique(author_id, title), index(place.city, created_at = desc))]
/// pub struct Post {
///     #[chakra(id)]
///     pub id: Id<Post>,
///     #[chakra(name = "heading", max_length = 100)]
///     pub title: String,
///     #[chakra(default = false)]
///     pub published: bool,
///     #[chakra(default = now())]
///     pub created_at: DateTime<Utc>,
///     pub place: Option<Address>,
///     pub author_id: Id<User>,
///     #[chakra(relation = ManyToOne, foreign_key = author_id)]
///     pub author: Related<User>,
/// }
/// ```
///
/// Generated are one path constant per field and relation (`Post::title`), one per compound unique key (`Post::author_id_title`), the
/// functions `Post::draft()` and `Post::all()`, and the impls by which the verbs of `Db` store and read the model.
///
/// # On the struct
///
/// | attribute | meaning |
/// |---|---|
/// | `collection = "posts"` (or `table`) | the collection; without it the name in snake case, in the plural |
/// | `rename_all = "camelCase"` | the rule for stored names: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE` |
/// | `index(a, b.c = desc, map = "x")` | an index over fields and paths into composites; `map` names it on the server |
/// | `unique(a, b, name = x, map = "y")` | a unique index; two to four fields of the model itself are also a key to look up by, called `a_b` or as `name` says |
/// | `crate = some::path` | where the crate `chakra` is found |
///
/// # On a field
///
/// | attribute | meaning |
/// |---|---|
/// | `id` (or `primary_key`) | the `_id`; exactly one |
/// | `auto_increment` | on an `i64` or `i32` id: the next number of the collection's sequence |
/// | `name = "heading"` (or `map`) | the stored name |
/// | `default = EXPR` | filled at create; a literal, list or path is also read for a missing field, unless it is an `Option`, which is then `None`; `now()`, `uuid()` and `auto()` are generators, also as strings |
/// | `updated_at` | the time of the last write |
/// | `version` | counts the writes, for optimistic locking |
/// | `unique`, `index`, `index(direction = desc)` | an index on this field; both together are one |
/// | `null` | `None` is stored as null instead of left out |
/// | `skip` (or `ignore`) | not stored; `Default` fills it |
/// | `path = other` | another name for the path constant |
/// | `min_length`, `max_length`, `min`, `max` | limits, checked before anything is sent |
/// | `relation = OneToMany, foreign_key = post_id` | related models, in a field of type `Related<…>`; `OneToOne`, `OneToMany` and `ManyToOne` go by `foreign_key`, `ManyToMany` by `ids` and `inverse_ids` |
///
/// Fields, kinds and other names are identifiers or strings: `foreign_key = author_id` is `foreign_key = "author_id"`.
#[proc_macro_derive(Model, attributes(chakra))]
pub fn derive_model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    model(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct with named fields an embedded document, which stands in a field of a model or of another composite.
///
/// ```
/// use chakra::prelude::*;
///
/// #[derive(Debug, Clone, PartialEq, Composite)]
/// pub struct Address {
///     pub street: String,
///     #[chakra(name = "town")]
///     pub city: String,
///     #[chakra(default = 1)]
///     pub floor: i32,
/// }
/// ```
///
/// A path to it goes on by method: `User::address.city()`, whatever stands between, an `Option` or a `Vec`.
///
/// | attribute | meaning |
/// |---|---|
/// | on the struct: `rename_all`, `crate` | as for [`Model`] |
/// | `name = "town"` (or `map`) | the stored name |
/// | `default = 1` | a constant that is read for a missing field |
/// | `null` | `None` is stored as null instead of left out |
/// | `skip` (or `ignore`) | not stored; `Default` fills it |
/// | `path = other` | another name for the path, needed where the field is named as an operator (`len`, `is`, `key`) |
/// | `min_length`, `max_length`, `min`, `max` | limits, checked before anything is sent |
#[proc_macro_derive(Composite, attributes(chakra))]
pub fn derive_composite(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    composite(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum of plain variants a value that is stored as the name of its variant.
///
/// ```
/// use chakra::prelude::*;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
/// #[chakra(rename_all = "SCREAMING_SNAKE_CASE")]
/// pub enum Role {
///     User,
///     #[chakra(name = "ROOT")]
///     Admin,
/// }
/// ```
///
/// | attribute | meaning |
/// |---|---|
/// | on the enum: `rename_all`, `crate` | as for [`Model`]; without it a variant is stored as written |
/// | on a variant: `name = "ROOT"` (or `map`) | the stored name |
#[proc_macro_derive(Enum, attributes(chakra))]
pub fn derive_enum(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    enums(&parse_macro_input!(input as DeriveInput)).into()
}

fn model(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let model = parse::parse_model(input, &errors);
    check::check_model(&model, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_model(&model),
        Err(error) => with_dummy(&error, expand::expand_model_dummy(&model)),
    }
}

fn composite(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let composite = parse::parse_composite(input, &errors);
    check::check_composite(&composite, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_composite(&composite),
        Err(error) => with_dummy(&error, expand::expand_composite_dummy(&composite)),
    }
}

fn enums(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let declared = parse::parse_enum(input, &errors);
    check::check_enum(&declared, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_enum(&declared),
        Err(error) => with_dummy(&error, expand::expand_enum_dummy(&declared)),
    }
}

/// All messages, and what stands in for the declaration.
fn with_dummy(error: &syn::Error, dummy: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut tokens = error.to_compile_error();
    tokens.extend(dummy);
    tokens
}
