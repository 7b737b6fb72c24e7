//! **Chakra** is a document-model ORM for MongoDB: structs are models, models are collections, and filters, updates and relations are typed.
//!
//! ```no_run
//! use chakra::prelude::*;
//!
//! #[derive(Debug, Clone, Model)]
//! #[chakra(collection = "users")]
//! struct User {
//!     #[chakra(id)]
//!     id: Id<User>,
//!     #[chakra(unique)]
//!     email: String,
//!     name: Option<String>,
//!     #[chakra(relation = OneToMany, foreign_key = author_id)]
//!     posts: Related<Vec<Post>>,
//! }
//!
//! #[derive(Debug, Clone, Model)]
//! #[chakra(collection = "posts")]
//! struct Post {
//!     #[chakra(id)]
//!     id: Id<Post>,
//!     title: String,
//!     author_id: Id<User>,
//!     #[chakra(relation = ManyToOne, foreign_key = author_id)]
//!     author: Related<User>,
//! }
//!
//! # async fn run() -> chakra::Result<()> {
//! let db = Db::builder("mongodb://localhost:27017/blog").model::<User>().connect().await?;
//! db.sync().await?;
//! db.create(User::draft().email("ada@example.com").posts(create([Post::draft().title("Hello")]))).await?;
//! let users = db.find_many(User::email.ends_with("@example.com")).include(User::posts).await?;
//! for post in users[0].posts.get()? {
//!     println!("{}", post.title);
//! }
//! # Ok(()) }
//! ```
//!
//! # A tour, in the order in which data travels
//!
//! A struct becomes a [`schema`]: plain data on its fields, relations and indexes, filled by the derive macros ([`Model`](macro@Model),
//! [`Composite`](macro@Composite), [`Enum`](macro@Enum)). Models that belong together are a [`Registry`], of which [`diagram`] makes a
//! picture. Values pass the [`codec`], which writes and reads BSON bytes itself ([`codec::Encode`], [`codec::Decode`]). The traits that are
//! derived, and the types that stand in models ([`Id`], [`Related`]), are in [`model`].
//!
//! What is wanted is said in [`query`] by pure values: a [`query::Path`] leads to a field, its operators give a [`Filter`], changes are an
//! [`query::Update`], new documents are drafts. They are turned into BSON in one place, and sent by the verbs of a [`Db`], each of which
//! says in its documentation what it sends, in how many round trips, and what is atomic ([`action`]).
//!
//! What goes wrong is an [`Error`] that names model, field and document; [`Error::outcome`] says what is known of a write that failed.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code names the crate, also in this crate's own tests and examples.
extern crate self as chakra;

// The README's program compiles, or a test fails.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

pub mod action;
pub mod codec;
#[doc(hidden)]
pub mod codegen;
mod db;
mod driver;
mod error;
pub mod model;
pub mod prelude;
pub mod query;
mod relation;
mod render;
pub mod schema;
mod sync;

pub use bson;
pub use chakra_macros::{Composite, Enum, Model, View};
pub use mongodb;

pub use db::{Builder, Db, Registry, StillBuilding, SyncMode, diagram};
pub use driver::{CommandRecord, options};
pub use error::{DocumentId, DriverError, Error, Hidden, Outcome, Result, Unindexed};
pub use model::{Composite, Enum, Id, LineString, Model, Point, Polygon, Related, View};
pub use query::{Draft, Filter, Patch, Path, QueryRules, Tracked};
pub use relation::{Finding, FindingKind, RelationReport, Repaired};
pub use render::Coverage;
pub use sync::{
    BuildPhase, DuplicateGroup, DuplicateKeys, DuplicateReport, RebuildOrder, SyncDifference, SyncPlan, SyncProgress, SyncStep,
};
