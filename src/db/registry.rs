//! [`Registry`]: models that belong together, each once, and [`diagram`], which draws them.
//!
//! Filled by hand or by `Builder::connect`; read by `sync`, which only touches what is in it, and by the checks at connect.

use crate::{
    model::{Model, declared},
    schema::{Schema, draw, registered_with, verify, verify_orphans, verify_referrers},
};
use serde::{Serialize, Serializer};
use std::fmt;

/// Models and every model that their relations lead to, each once, in the order in which they are met.
///
/// It is plain data and needs no server: it prints as a listing of all models, serializes to a list of them, compares, and is what
/// [`diagram`] draws. That of a connection is [`Db::registry`](crate::Db::registry).
///
/// ```
/// use chakra::{Registry, prelude::*};
///
/// #[derive(Model)]
/// struct User {
///     #[chakra(id)]
///     id: Id<User>,
///     #[chakra(relation = OneToMany, foreign_key = author_id)]
///     posts: Related<Vec<Post>>,
/// }
/// #[derive(Model)]
/// struct Post {
///     #[chakra(id)]
///     id: Id<Post>,
///     author_id: Id<User>,
/// }
///
/// let registry = Registry::new().model::<User>();
/// let models: Vec<&str> = registry.schemas().iter().map(|schema| schema.model).collect();
/// assert_eq!(models, ["User", "Post"]);
/// assert!(registry.faults().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Registry {
    schemas: Vec<&'static Schema>,
}

impl Registry {
    /// A registry without models.
    #[must_use]
    pub const fn new() -> Self {
        Self { schemas: Vec::new() }
    }

    /// The registry with this model and every model that its relations lead to.
    #[must_use]
    pub fn model<M: Model>(self) -> Self {
        self.with(M::schema())
    }

    /// `roots` and every model that their relations lead to.
    pub(crate) fn of(roots: &[&'static Schema]) -> Self {
        roots.iter().copied().fold(Self::new(), Self::with)
    }

    fn with(mut self, root: &'static Schema) -> Self {
        for schema in registered_with(&[root]) {
            if !self.knows(schema) {
                self.schemas.push(schema);
            }
        }
        self
    }

    /// The declarations of the models.
    #[must_use]
    pub fn schemas(&self) -> &[&'static Schema] {
        &self.schemas
    }

    /// What is wrong with the models together, each fault a sentence: what connecting with them gives as
    /// [`Error::Schema`](crate::Error::Schema). What refers to a model whose documents expire is looked for in all models of the program, and
    /// so is what any of them says of a delete of these models' documents that its key cannot do.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = verify(&self.schemas);
        let all = self.with_all_declared();
        faults.extend(verify_referrers(&self.schemas, &all));
        faults.extend(verify_orphans(&self.schemas, &all));
        faults
    }

    /// Its models, then every other derived one of the program, which are linked in no order.
    fn with_all_declared(&self) -> Vec<&'static Schema> {
        let mut others: Vec<&'static Schema> = declared().filter(|schema| !self.knows(schema)).collect();
        others.sort_by_key(|schema| (schema.model, schema.collection));
        self.schemas.iter().copied().chain(others).collect()
    }

    fn knows(&self, schema: &Schema) -> bool {
        self.schemas.iter().any(|known| std::ptr::eq(*known, schema))
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.schemas.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))
    }
}

impl Serialize for Registry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.schemas)
    }
}

/// The models as a [Mermaid](https://mermaid.js.org/syntax/entityRelationshipDiagram.html) diagram, the same for the same models.
///
/// Each model and each composite is an entity with its stored fields: their types, `PK` for the `_id`, `FK` for what a relation goes by, in
/// composites too, `UK` for what is unique by itself; in the comment the name in Rust where it differs, whether the field is optional, and
/// which variants have it. Each relation is one line, from the model that is referred to, under the names that it has on both sides; a line to a composite
/// has the name of the field that holds it.
///
/// ```
/// # use chakra::{Registry, diagram, prelude::*};
/// #[derive(Model)]
/// struct User {
///     #[chakra(id)]
///     id: Id<User>,
///     #[chakra(unique)]
///     email: String,
/// }
/// let text = r#"erDiagram
///     "User" {
///         ObjectId _id PK "id"
///         String email UK
///     }"#;
/// assert_eq!(diagram(&Registry::new().model::<User>()), text);
/// ```
#[must_use]
pub fn diagram(registry: &Registry) -> String {
    draw(&registry.schemas)
}
