//! [`QueryRules`]: what a query string may ask for, and the filter that it then is.

use super::{
    asked::Asked,
    operator::Operator,
    pair::{decoded, pairs, split},
    refused::{Refused, one_of, shown},
    scope::Scope,
};
use crate::{
    Result,
    model::Model,
    query::{Filter, Selection},
    schema::Layout,
};
use std::{fmt, marker::PhantomData};

/// What the query string of a URL may ask of `M`, and how much of it.
///
/// A key is a field in the names of the declaration, `age` or `address.city`, with an operator in brackets where it is not `eq`. All
/// conditions must hold. Only what is declared comes into a filter: of each field the operators that its typed path has, and values that its
/// type reads. Anything else is an error that lists what there is.
///
/// **Without [`only`](Self::only) every declared field can be asked about, also one that an API would never show**: by
/// `password_hash[starts_with]=a` and its like a hash is read letter by letter. An endpoint that others can reach names its fields.
///
/// ```
/// # use chakra::{QueryRules, prelude::*};
/// # #[derive(Clone, Copy, Enum)] #[chakra(rename_all = "SCREAMING_SNAKE_CASE")] enum Role { User, Admin }
/// # #[derive(Composite)] struct Address { city: String }
/// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, name: String, age: i32, role: Role, address: Option<Address>,
/// #     tags: Vec<String>, password_hash: String }
/// let rules = QueryRules::<User>::new().only((User::name, User::age, User::role, User::address.city(), User::tags));
/// let filter = rules.filter("age[gte]=18&role[in]=USER&role[in]=ADMIN&address.city=Rome&tags[has]=rust&name[starts_with]=Ad")?;
/// let typed = User::age.gte(18)
///     & User::role.in_([Role::User, Role::Admin])
///     & User::address.city().eq("Rome")
///     & User::tags.has("rust")
///     & User::name.starts_with("Ad");
/// assert_eq!(filter.detail().to_string(), typed.detail().to_string());
///
/// let said = |query| rules.filter(query).unwrap_err().to_string();
/// assert_eq!(said("age[$gt]="), "this `User` is not valid: `age[$gt]` needs a key without `$` and NUL");
/// let fields = "`name`, `age`, `role`, `address`, `tags`";
/// assert_eq!(said("password_hash=x"), format!("this `User` is not valid: `password_hash` needs one of the fields {fields}"));
/// # Ok::<(), chakra::Error>(())
/// ```
///
/// # Operators
///
/// | field | operators |
/// |---|---|
/// | a single value | `eq` (also without brackets) `ne` `in` `not_in` |
/// | ordered: numbers, texts, moments, ObjectIds | `lt` `lte` `gt` `gte` |
/// | text | `contains` `starts_with` `ends_with` |
/// | text, whatever its case | `eq_ci` `ne_ci` `in_ci` `contains_ci` `starts_with_ci` `ends_with_ci` |
/// | `Option`, or a value in one | `is_none` `is_some`, each `true` or `false` |
/// | list of single values, and a field of the composites in a list | `has` `has_every` `has_some` |
/// | list | `is_empty`, `true` or `false`; `len` `len_ne` `len_lt` `len_lte` `len_gt` `len_gte` |
///
/// They mean what the operators of typed paths mean, and the same BSON is sent for them. `in`, `not_in`, `in_ci`, `has_every` and `has_some`
/// take several values by repeating their key; a comma is a part of a value. Any other condition that comes twice is refused. `matches` is
/// left out, because a pattern from outside can keep a server busy. What is in maps and in the variants of unions, and fields that hold any
/// value, cannot be asked for.
///
/// # Values
///
/// Numbers are digits, and are refused where they do not fit. Moments are spelled as RFC 3339 has it (the `+` of an offset as `%2B`) and, where
/// they are finer than what is stored, cut as those in typed filters are. ObjectIds are 24 hex digits, and UUIDs are spelled as usual. An enum
/// is given as it is stored, one that is stored by number also by the variant's name. A field with `as` is given in the spelling of its own
/// type. Bytes have none.
///
/// # Names
///
/// A name of the declaration counts first, and a stored one where no field is called so in Rust. Where composites that are flattened bring
/// two fields of one name, each is asked for by its stored name.
pub struct QueryRules<M> {
    scope: Scope,
    ignored: Vec<String>,
    max_depth: usize,
    max_bytes: usize,
    max_conditions: usize,
    max_items: usize,
    marker: PhantomData<fn() -> M>,
}

impl<M> QueryRules<M> {
    /// How many names a path has at most, unless [`max_depth`](Self::max_depth) says otherwise.
    pub const MAX_DEPTH: usize = 4;
    /// How many bytes a query string has at most, unless [`max_bytes`](Self::max_bytes) says otherwise.
    pub const MAX_BYTES: usize = 8192;
    /// How many conditions a query string has at most, unless [`max_conditions`](Self::max_conditions) says otherwise.
    pub const MAX_CONDITIONS: usize = 32;
    /// How many values a condition has at most, unless [`max_items`](Self::max_items) says otherwise.
    pub const MAX_ITEMS: usize = 100;

    /// Every declared field, within the limits of the constants.
    #[must_use]
    pub fn new() -> Self {
        Self {
            scope: Scope::default(),
            ignored: Vec::new(),
            max_depth: Self::MAX_DEPTH,
            max_bytes: Self::MAX_BYTES,
            max_conditions: Self::MAX_CONDITIONS,
            max_items: Self::MAX_ITEMS,
            marker: PhantomData,
        }
    }

    /// Leaves out parameters of these names, which are not about the filter: a page's token, a limit.
    #[must_use]
    pub fn ignore(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ignored.extend(names.into_iter().map(Into::into));
        self
    }

    /// At most so many names in a path: `address.city` has two.
    #[must_use]
    pub fn max_depth(mut self, names: usize) -> Self {
        self.max_depth = names;
        self
    }

    /// At most so many bytes in a query string, as it is sent.
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// At most so many conditions.
    #[must_use]
    pub fn max_conditions(mut self, conditions: usize) -> Self {
        self.max_conditions = conditions;
        self
    }

    /// At most so many values in one condition.
    #[must_use]
    pub fn max_items(mut self, items: usize) -> Self {
        self.max_items = items;
        self
    }
}

impl<M: Model> QueryRules<M> {
    /// Opens these paths alone: one, or a tuple of up to twelve. A composite stands for all that is in it. A second call opens more.
    #[must_use]
    pub fn only(mut self, paths: impl Selection<M>) -> Self {
        self.scope.open(&paths);
        self
    }

    /// Closes these paths, and all that is in them.
    #[must_use]
    pub fn except(mut self, paths: impl Selection<M>) -> Self {
        self.scope.close(&paths);
        self
    }

    /// The filter that a query string asks for, as it stands behind the `?` of a URL.
    ///
    /// Of an empty one it is the conjunction of nothing: true of every document, but a write to many documents refuses it, as
    /// [`Error::EmptyFilter`](crate::Error::EmptyFilter).
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) with the key as path, and the rule that is broken: an unknown field or operator, a value that its
    /// field cannot have, a condition that comes twice, too much of anything, what is not UTF-8. It has no value of the query string.
    pub fn filter(&self, query: &str) -> Result<Filter<M>> {
        self.read(query).map_err(|refused| refused.into_error(M::schema()))
    }

    fn read(&self, query: &str) -> Result<Filter<M>, Refused> {
        if query.len() > self.max_bytes {
            return Err(Refused::new("", format!("at most {} bytes in its query string", self.max_bytes)));
        }
        let mut conditions: Vec<Condition> = Vec::new();
        for (key, value) in pairs(query) {
            let key = decoded(key).ok_or_else(|| Refused::new("", "UTF-8 in the keys of its query string"))?;
            if self.ignored.contains(&key) {
                continue;
            }
            let condition = self.condition(&key)?;
            let value = decoded(value).ok_or_else(|| Refused::new(&condition.key, "a value in UTF-8"))?;
            self.add(condition, value, &mut conditions)?;
        }
        let filters = conditions.iter().map(|condition| condition.filter()).collect::<Result<Vec<_>, _>>()?;
        Ok(Filter::all_of(filters))
    }

    /// The condition that a key begins, still without a value.
    fn condition(&self, key: &str) -> Result<Condition, Refused> {
        if key.contains(['$', '\0']) {
            return Err(Refused::new(shown(key), "a key without `$` and NUL"));
        }
        let (path, operator) = split(key);
        if path.split('.').count() > self.max_depth {
            return Err(Refused::new(shown(key), format!("a path of at most {} names", self.max_depth)));
        }
        let asked = Asked::find(Layout::from(M::schema()), &self.scope, path)?;
        match asked.operator(operator.unwrap_or("eq")) {
            Some(operator) => Ok(Condition { asked, operator, key: key.to_owned(), values: Vec::new() }),
            None => Err(Refused::new(shown(key), one_of("the operators ", asked.operators()) + ", in brackets")),
        }
    }

    /// Adds a value to the condition of that field and operator, or begins it.
    fn add(&self, condition: Condition, value: String, conditions: &mut Vec<Condition>) -> Result<(), Refused> {
        let Some(begun) = conditions.iter_mut().find(|begun| begun.asks_as(&condition)) else {
            if conditions.len() >= self.max_conditions {
                return Err(Refused::new("", format!("at most {} conditions in its query string", self.max_conditions)));
            }
            conditions.push(Condition { values: vec![value], ..condition });
            return Ok(());
        };
        if !begun.operator.takes_several() {
            return Err(Refused::new(&condition.key, "to be there once"));
        }
        if begun.values.len() >= self.max_items {
            return Err(Refused::new(&condition.key, format!("at most {} values", self.max_items)));
        }
        begun.values.push(value);
        Ok(())
    }
}

impl<M: Model> Filter<M> {
    /// The filter that the query string of a URL asks for, of all declared fields and within the default limits of [`QueryRules`], where the
    /// syntax is.
    ///
    /// **Every declared field can be asked about, also one that an API would never show**: an endpoint that others can reach uses
    /// [`QueryRules::only`].
    ///
    /// ```
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, age: i32, name: String }
    /// let filter = Filter::<User>::from_query("age[gte]=18&name[starts_with]=Ad")?;
    /// let typed = User::age.gte(18) & User::name.starts_with("Ad");
    /// assert_eq!(filter.detail().to_string(), typed.detail().to_string());
    /// # Ok::<(), chakra::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`QueryRules::filter`].
    pub fn from_query(query: &str) -> Result<Self> {
        QueryRules::new().filter(query)
    }
}

/// A field, what is asked of it, and by which values.
#[derive(Debug)]
struct Condition {
    asked: Asked,
    operator: Operator,
    /// As it came; its parts are declared names.
    key: String,
    values: Vec<String>,
}

impl Condition {
    fn asks_as(&self, other: &Self) -> bool {
        self.asked.path == other.asked.path && self.operator == other.operator
    }

    fn filter<M: Model>(&self) -> Result<Filter<M>, Refused> {
        self.operator.filter(&self.asked, &self.values).map_err(|rule| Refused::new(&self.key, rule))
    }
}

impl<M> Default for QueryRules<M> {
    fn default() -> Self {
        Self::new()
    }
}
impl<M> Clone for QueryRules<M> {
    fn clone(&self) -> Self {
        Self { scope: self.scope.clone(), ignored: self.ignored.clone(), marker: PhantomData, ..*self }
    }
}
impl<M> fmt::Debug for QueryRules<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryRules")
            .field("scope", &self.scope)
            .field("ignored", &self.ignored)
            .field("max_depth", &self.max_depth)
            .field("max_bytes", &self.max_bytes)
            .field("max_conditions", &self.max_conditions)
            .field("max_items", &self.max_items)
            .finish()
    }
}
