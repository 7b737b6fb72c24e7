//! The derive macros of Chakra: [`Model`], [`Composite`], [`Enum`] and [`View`]. The crate `chakra` exports them beside the traits of the same
//! names; depend on that one.
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
use syn::{Data, DeriveInput, parse_macro_input};

/// Makes a struct with named fields a model: a collection of documents, with typed paths, a draft, a schema and a codec; or an enum a model
/// of several shapes.
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
/// Generated are one path constant per field and relation (`Post::title`), one per unique key over several fields or below a composite
/// (`Post::author_id_title`), the functions `Post::draft()` and `Post::all()`, and the impls by which the verbs of `Db` store and read the
/// model.
///
/// # On the struct
///
/// | attribute | meaning |
/// |---|---|
/// | `collection = "posts"` (or `table`) | the collection; without it the name in snake case, in the plural |
/// | `rename_all = "camelCase"` | the rule for stored names: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE` |
/// | `index(a, b.c = desc, …)` | an index over fields and paths into composites; each is kept in order, `asc` or `desc`, or is `hashed`, `"2dsphere"` (a place on the earth) or `wildcard` (all paths below it); [options](#options-of-an-index) stand beside them |
/// | `unique(a, b.c, name = x, …)` | a unique index; it is also a key to look up by, called `a_b_c` or as `name` says, if it has two to four paths, or one below a composite, and is over all documents |
/// | `text(a = 10, b.c, language = "german", …)` | the text index, of which a collection has one: texts and lists of texts that `Filter::search` looks through, each with a weight from 1 to 99,999, also as `weights(a = 10)`; `language` is the server's default for a word's other forms, `"none"` for none, and `language_field` the stored name of a field by which a document says its own |
/// | `wildcard`, `wildcard(only(a, b.c), …)`, `wildcard(except(a), …)` | an index over all paths of a document, or over some and what is below them |
/// | `capped(size = "64MiB", max = 1000)` | the collection keeps so many bytes and documents, the oldest making room for new ones |
/// | `clustered` | the collection keeps its documents in the order of their ids |
/// | `timeseries(time = at, meta = sensor, granularity = "minutes", expire_after = "30d")` | the collection keeps measurements: `time` says when, `meta` whose; `orphans` as beside the [`expire_after` of an index](#options-of-an-index) |
/// | `paths = PostPaths` | all constants are those of a type of that name, and none of the model |
/// | `deny_unknown` | a stored field that the model does not declare is an error on read; without it such a field is ignored |
/// | `validator` | the server checks the documents too, by a `$jsonSchema` that `Db::sync` sets: it warns, and refuses when `tighten` asks for it. What it says and what gets past it is told in `chakra::schema`; not in a time series, nor with `sync = false` |
/// | `sync = false` | the collection is managed elsewhere, and `Db::sync` leaves it alone |
/// | `crate = some::path` | where the crate `chakra` is found |
///
/// Clippy takes a field that stands in two indexes of a model for an attribute that is written twice: write
/// `#[allow(clippy::duplicated_attributes)]` above it.
///
/// # On a field
///
/// | attribute | meaning |
/// |---|---|
/// | `id` (or `primary_key`) | the `_id`; exactly one |
/// | `auto_increment` | on an `i64` or `i32` id: the next number of the collection's sequence |
/// | `name = "heading"` (or `map`) | the stored name |
/// | `default = EXPR` | filled at create; see below |
/// | `updated_at` | the time of the last write |
/// | `version` | counts the writes, for optimistic locking |
/// | `unique`, `index`, `index(direction = desc, …)`, `index(kind = hashed, …)` | an index on this field; both together are one. `kind` is `hashed`, `"2dsphere"` or `wildcard`, and [options](#options-of-an-index) may stand beside it |
/// | `null` | `None` is stored as null instead of left out |
/// | `as = "long"` | stored as another BSON type than the type's own: `object_id`, `long`, `double`, `decimal`, `string`, `date`, `timestamp` or `binary`, also inside of options, lists and maps |
/// | `serde` | stored as serde writes it, for types of other crates |
/// | `skip` (or `ignore`) | not stored; `Default` fills it |
/// | `flatten` | a composite whose fields are stored among those of the model |
/// | `extra` | on one field of type `Document` or `HashMap<String, Bson>`: keeps the fields that nothing declares |
/// | `path = other` | another name for the path constant |
/// | `min_length`, `max_length`, `min`, `max` | limits, checked before anything is sent |
/// | `pattern = "^[a-z]+$"` | a regular expression of the crate `regex` that a text must match somewhere; it is checked when the model is compiled. In a model with `validator` it must mean the same to the server, and a group that is repeated without end needs a `max_length` of at most 500 |
/// | `validate = path::to::function` | a rule of your own: a function of the value that returns `bool`, or a `Result` whose error says what is wrong |
/// | `relation = OneToMany, foreign_key = post_id` | related models, in a field of type `Related<…>`; `OneToOne`, `OneToMany` and `ManyToOne` go by `foreign_key`, `ManyToMany` by `ids` and `inverse_ids`, which may be [parts of composites](#keys-in-composites) |
/// | `references = username` | beside `relation` by a `foreign_key`, at both ends: the unique field that the key names, where it is not the id |
/// | `on_delete = Cascade`, `Restrict`, `SetNull` or `NoAction` | beside the relation whose key is here: what becomes of the documents when the one that their key names is deleted: they go too, hold it back, lose the key, or keep one that leads nowhere. Without it a key that is always there is `Restrict`, and one that may be `None` is `SetNull` |
/// | `on_update = Cascade`, … | the same where the value changes that the key `references`; `Cascade` lets the key follow |
/// | `index = false` | beside the relation whose key or list of ids is here: no index is made of it. Without these words one is. What is found by the key from the other side is then found by a look at all documents, unless another index begins with it |
/// | `inverse_of = author` | beside `relation`: the relation of the other model that is this one seen from there |
///
/// Fields, kinds and other names are identifiers or strings: `foreign_key = author_id` is `foreign_key = "author_id"`.
///
/// # Keys in composites
///
/// A key or a list of ids may be a part of a composite, of several in each other, and of the composites in a list. It is named by its fields in
/// Rust at both ends, and has an index as any other key.
///
/// ```text
/// // Order
/// shipping: Shipping,
/// #[chakra(relation = ManyToOne, foreign_key = shipping.country_id)] country: Related<Country>,
/// lines: Vec<Line>,
/// #[chakra(relation = ManyToMany, ids = lines.product_id)] products: Related<Vec<Product>>,
/// // Country
/// #[chakra(relation = OneToMany, foreign_key = shipping.country_id)] orders: Related<Vec<Order>>,
/// // Product
/// #[chakra(relation = ManyToMany, inverse_ids = lines.product_id)] orders: Related<Vec<Order>>,
/// ```
///
/// The relation is to an `Option` where the composite or the key may be `None`. Through a list leads a `ManyToMany` alone, whose ids stand on
/// one side: no id can be put into a list of composites without the rest of one. For the same reason drafts have no setter for a relation by
/// such a key, at neither end: the composite is set as a whole, and the key with it. A key in a variant of a tagged union is refused when the
/// application connects.
///
/// `on_delete` stands beside such a relation too, as in `ids = lines.product_id, on_delete = Cascade`. Where one line of an order names a product
/// that is deleted, `Cascade` deletes the order, with all its lines, and not the line alone; `Restrict` keeps the product; `SetNull` makes the key
/// `None` in each line that names it, and leaves the lines; and `NoAction` leaves keys that lead nowhere. Without it a key that is always there in
/// its composite is `Restrict`, also where the composite itself may be `None`, and one that may be `None` is `SetNull`. `SetNull` of a key that is
/// always there is refused when the application connects with the model or with the one that the key names, and is `Restrict` until then. So
/// is any action refused beside a list of ids that a composite has, as in `ids = lines.tag_ids`: ids are pulled from lists.
///
/// # Options of an index
///
/// | option | meaning |
/// |---|---|
/// | `map = "x"`, on a field also `name = "x"` | its name on the server |
/// | `sparse` | documents without any of its fields are not in it |
/// | `partial = FILTER` | documents of which this filter is not true are not in it: an expression, such as `Self::published.eq(true)`, or the path of a function that returns it. What the server does not take there is said when the application connects |
/// | `expire_after = "30d"` | the server deletes a document so long after the date of the field: a whole number of `s`, `m`, `h`, `d` or `w` |
/// | `orphans = "allowed"` | beside `expire_after`: documents may refer to one that the server deletes. Without it that is an error when the application connects, since the server cascades nothing |
/// | `collation(locale = "de", strength = 2)`, or `collation = "de"` | its texts are compared and ordered as this language does; also `case_level`, `case_first`, `numeric_ordering`, `alternate`, `max_variable`, `backwards`, `normalization` |
/// | `hidden` | the server keeps it, and answers no read by it |
///
/// A field that is called as an option is stands in quotes, or with its direction: `index("sparse")`, `index(sparse = asc)`.
///
/// # Defaults
///
/// A literal, a path, a list of such or a struct of such is a constant: it fills a draft, and it is read for a missing field, unless that is
/// an `Option`, which is then `None`. In a field of type `serde_json::Value` a text is JSON. Any other expression is evaluated for each draft.
/// These calls are generators, also when they are spelled in a string; a function of your own with such a name is called by a path,
/// `self::now()`.
///
/// | generator | makes | in a field of type |
/// |---|---|---|
/// | `now()` | the moment of the write | `DateTime<Utc>`, `bson::DateTime`, `SystemTime` and other moments |
/// | `uuid()` or `uuid(4)` | a random UUID | `Uuid`, `String` |
/// | `uuid_v7()` or `uuid(7)` | a UUID that begins with the time | `Uuid`, `String` |
/// | `cuid()` or `cuid(2)` | a CUID of the second version | `String` |
/// | `ulid()` | a ULID | `String` |
/// | `nanoid()`, `nanoid(10)` | a Nano ID of 21 characters, or of as many as it says | `String` |
/// | `auto()` | an ObjectId | `Id<…>`, `ObjectId`, and `String` with `as = "object_id"` |
///
/// # On an enum
///
/// An enum is a model of several shapes: one collection, and each document one of the variants, as a field of its own, the tag, says.
///
/// ```
/// use chakra::prelude::*;
///
/// #[derive(Debug, Clone, Model)]
/// #[chakra(collection = "events", tag = "kind", index(at = desc), index(login.user))]
/// pub enum Event {
///     Login {
///         #[chakra(id)]
///         id: Id<Event>,
///         #[chakra(default = now())]
///         at: DateTime<Utc>,
///         user: String,
///     },
///     Payment {
///         #[chakra(id)]
///         id: Id<Event>,
///         #[chakra(default = now())]
///         at: DateTime<Utc>,
///         #[chakra(min = 1)]
///         cents: i64,
///     },
/// }
///
/// let login = Event::draft_login().user("ada");
/// let ours = Event::at.lt(Utc::now()) & Event::login().user().eq("ada");
/// ```
///
/// Fields that all variants declare alike, by name, type and attributes, are common: their paths are constants (`Event::at`), and compound
/// keys go over them. The id is common, and so are `updated_at` and `version` where there are any. All other fields are reached through their
/// variant (`Event::login().user()`), also in `index(…)`, `unique(…)` and `text(…)`; a unique key then speaks of the documents of that variant only. Each variant
/// has a draft of its own (`Event::draft_login()`). There are no relations.
///
/// | attribute | meaning |
/// |---|---|
/// | on the enum: `tag = "kind"` | the stored name of the field that holds the variant's name; required |
/// | on the enum: `collection`, `index`, `unique`, `text`, `wildcard`, `capped`, `clustered`, `timeseries`, `validator`, `sync`, `crate` | as on a struct |
/// | on the enum: `rename_all`, `rename_all_fields` | the rules for the stored names of the variants, and of the fields of all of them |
/// | on a variant: `name = "PAY"` (or `map`) | the stored name |
/// | on a variant: `rename_all` | the rule for its fields |
/// | on a variant: `path = other` | another name for the path into it, and for its draft |
#[proc_macro_derive(Model, attributes(chakra))]
pub fn derive_model(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    model(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct with named fields an embedded document, which stands in a field of a model or of another composite; or an enum one of
/// several shapes.
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
/// A path to it goes on by method: `User::address.city()`, whatever stands between, an `Option` or a `Vec`. It may have types and constants
/// for parameters, each type one that a document can hold: `Page<T>` is a composite for every such `T`.
///
/// | attribute | meaning |
/// |---|---|
/// | on the struct: `rename_all`, `deny_unknown`, `crate` | as for [`Model`] |
/// | `name = "town"` (or `map`) | the stored name |
/// | `default = 1` | a constant that is read for a missing field |
/// | `null` | `None` is stored as null instead of left out |
/// | `as = "long"`, `serde` | stored as another BSON type, or as serde writes it |
/// | `skip` (or `ignore`) | not stored; `Default` fills it |
/// | `flatten`, `extra` | another composite's fields among these, and what keeps the fields that nothing declares |
/// | `path = other` | another name for the path, needed where the field is named as an operator (`len`, `is`, `key`) |
/// | `min_length`, `max_length`, `min`, `max`, `pattern`, `validate` | limits, checked before anything is sent |
///
/// # On an enum
///
/// An enum is a tagged union: a document of several shapes, of which a field of its own, the tag, says the variant.
///
/// ```
/// use chakra::prelude::*;
///
/// #[derive(Debug, Clone, PartialEq, Composite)]
/// pub struct Place {
///     pub city: String,
/// }
///
/// #[derive(Debug, Clone, PartialEq, Composite)]
/// #[chakra(tag = "kind", rename_all = "snake_case")]
/// pub enum Attachment {
///     /// `{ kind: "photo", url: …, width: … }`
///     Photo { url: String, width: i32 },
///     /// `{ kind: "place", city: … }`
///     Place(Place),
///     /// `{ kind: "nothing" }`
///     Nothing,
/// }
///
/// let wide = Attachment::photo().width().gt(100) | Attachment::place().city().eq("Rome");
/// ```
///
/// The path into a variant is called as the variant in snake case: `Attachment::photo()`, or `Post::attachment.photo()`. It is an `Option` of
/// the variant's fields, since the document may be of another. The fields of a variant take the attributes above but for `flatten` and
/// `extra`; a variant that holds a composite is stored as its fields, beside the tag.
///
/// | attribute | meaning |
/// |---|---|
/// | on the enum: `tag = "kind"` | the stored name of the field that holds the variant's name; required |
/// | on the enum: `rename_all`, `rename_all_fields` | the rules for the stored names of the variants, and of the fields of all of them |
/// | on a variant: `name = "PHOTO"` (or `map`) | the stored name |
/// | on a variant: `rename_all` | the rule for its fields |
/// | on a variant: `path = other` | another name for the path into it |
#[proc_macro_derive(Composite, attributes(chakra))]
pub fn derive_composite(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    composite(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum of plain variants a value that is stored as the name of its variant, or as a number.
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
///
/// #[derive(Debug, Clone, PartialEq, Eq, Enum)]
/// #[chakra(repr = i32)]
/// pub enum Priority {
///     #[chakra(value = 1)]
///     Low,
///     High,
///     #[chakra(other)]
///     Unknown(i32),
/// }
/// ```
///
/// A stored value that no variant has is an error on read, which lists the known ones; or a variant marked `other` keeps it, and writes it
/// back as it was. One that is stored by name, without such a variant, can be the key of a map.
///
/// | attribute | meaning |
/// |---|---|
/// | on the enum: `rename_all`, `crate` | as for [`Model`]; without it a variant is stored as written |
/// | on the enum: `repr = i32` or `repr = i64` | stored as a number, an Int32 or an Int64 |
/// | on a variant: `name = "ROOT"` (or `map`) | the stored name |
/// | on a variant: `value = 3` | the stored number; without it the discriminant, which is a literal then, or one more than that of the variant before, from 0 on |
/// | on a variant: `other` | keeps every other value: a text as in `Unknown(String)`, with `repr` a number as in `Unknown(i32)` |
#[proc_macro_derive(Enum, attributes(chakra))]
pub fn derive_enum(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    enums(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes a struct with named fields a view: some fields of a document, read without the rest. It may borrow from the document's bytes.
///
/// ```
/// use chakra::{bson::doc, codec::from_document, prelude::*};
///
/// #[derive(Debug, PartialEq, View)]
/// struct Card<'a> {
///     #[chakra(name = "_id")]
///     id: i64,
///     name: &'a str,
///     bio: Option<&'a str>,
///     #[chakra(default = 0)]
///     logins: i64,
/// }
///
/// let bytes = doc! { "_id": 7_i64, "name": "Ada", "born": 1815 }.to_vec()?;
/// let card: Card<'_> = from_document(&bytes)?;
/// assert_eq!(card, Card { id: 7, name: "Ada", bio: None, logins: 0 });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A query gives views by `view::<Card>()`, and then asks the server for these fields only. A view has one lifetime or none.
///
/// | attribute | meaning |
/// |---|---|
/// | on the struct: `rename_all`, `crate` | as for [`Model`] |
/// | `name = "_id"` (or `map`) | the stored name |
/// | `default = 0` | a constant that is read for a missing field |
/// | `as = "long"`, `serde` | read as a field that is stored so |
/// | `skip` (or `ignore`) | not read; `Default` fills it |
#[proc_macro_derive(View, attributes(chakra))]
pub fn derive_view(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    view(&parse_macro_input!(input as DeriveInput)).into()
}

fn model(input: &DeriveInput) -> proc_macro2::TokenStream {
    if is_enum(input) {
        return union_model(input);
    }
    let errors = Ctxt::new();
    let model = parse::parse_model(input, &errors);
    check::check_model(&model, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_model(&model),
        Err(error) => with_dummy(&error, expand::expand_model_dummy(&model)),
    }
}

fn composite(input: &DeriveInput) -> proc_macro2::TokenStream {
    if is_enum(input) {
        return union(input);
    }
    let errors = Ctxt::new();
    let composite = parse::parse_composite(input, &errors);
    check::check_composite(&composite, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_composite(&composite),
        Err(error) => with_dummy(&error, expand::expand_composite_dummy(&composite)),
    }
}

/// What is of several shapes is declared as an enum.
fn is_enum(input: &DeriveInput) -> bool {
    matches!(input.data, Data::Enum(_))
}

fn union_model(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let model = parse::parse_union_model(input, &errors);
    check::check_union_model(&model, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_union_model(&model),
        Err(error) => with_dummy(&error, expand::expand_union_model_dummy(&model)),
    }
}

fn union(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let union = parse::parse_union(input, &errors);
    check::check_union(&union, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_union(&union),
        Err(error) => with_dummy(&error, expand::expand_union_dummy(&union)),
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

fn view(input: &DeriveInput) -> proc_macro2::TokenStream {
    let errors = Ctxt::new();
    let view = parse::parse_view(input, &errors);
    check::check_view(&view, &errors);
    match errors.finish() {
        Ok(()) => expand::expand_view(&view),
        Err(error) => with_dummy(&error, expand::expand_view_dummy(&view)),
    }
}

/// All messages, and what stands in for the declaration.
fn with_dummy(error: &syn::Error, dummy: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let mut tokens = error.to_compile_error();
    tokens.extend(dummy);
    tokens
}
