//! Text search: what a model's text index is asked for.
//!
//! The one question that is not about a path: the index says which fields are looked through, so it is asked of the model as a whole. Read
//! by `render` as an [`Expr::Search`].

use super::{
    expr::{Expr, Search},
    filter::Filter,
};
use crate::model::Model;

/// A model with a text index. Derived by [`#[derive(Model)]`](macro@crate::Model) where it declares one, `#[chakra(text(title, body))]`.
#[diagnostic::on_unimplemented(message = "`{Self}` has no text index", label = "declare one on the model: `#[chakra(text(title, body))]`")]
pub trait Searchable: Model {}

/// How a search reads words. Without options it does as the index: in its language, and capital letters and accents make no difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchOptions {
    language: Option<String>,
    case_sensitive: bool,
    diacritic_sensitive: bool,
}

impl SearchOptions {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the words in this language (`"german"` or `"de"`; `"none"` takes them as they are written). The texts stay in theirs: a word
    /// is found where both languages make the same of it. The server refuses a language that it does not know.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Tells capital and small letters apart. The index does not, so the server looks at every document that it finds.
    #[must_use]
    pub fn case_sensitive(mut self) -> Self {
        self.case_sensitive = true;
        self
    }

    /// Tells letters with and without marks apart: `café` is not `cafe`. The index does not, so the server looks at every document that it
    /// finds.
    #[must_use]
    pub fn diacritic_sensitive(mut self) -> Self {
        self.diacritic_sensitive = true;
        self
    }
}

impl<M> Filter<M> {
    /// Documents that the model's text index finds for `text`: those with one of its words, in another form too; `-` before a word leaves
    /// out the documents that have it, and in quotes stands a phrase, which all must have.
    ///
    /// ```
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] #[chakra(text(title, body))] struct Post { #[chakra(id)] id: Id<Post>, title: String, body: String, likes: i32 }
    /// let filter = Filter::<Post>::search("coffee -shop \"at home\"") & Post::likes.gt(10);
    /// # let _ = filter;
    /// ```
    ///
    /// The server takes one search in a filter and none below a `!`; that is said before anything is sent. Beside one in an `|` all other
    /// sides need an index of their own, and no `hint` may go along. It is asked of the server only. Documents come in the order of
    /// [`Sort::relevance`](super::Sort::relevance) where that is asked for.
    #[must_use]
    pub fn search(text: impl Into<String>) -> Self
    where
        M: Searchable,
    {
        Self::search_with(text, SearchOptions::new())
    }

    /// [`search`](Self::search) with options.
    ///
    /// ```
    /// # use chakra::{prelude::*, query::SearchOptions};
    /// # #[derive(Model)] #[chakra(text(title))] struct Post { #[chakra(id)] id: Id<Post>, title: String }
    /// let filter = Filter::<Post>::search_with("Café", SearchOptions::new().language("french").diacritic_sensitive());
    /// # let _ = filter;
    /// ```
    #[must_use]
    pub fn search_with(text: impl Into<String>, options: SearchOptions) -> Self
    where
        M: Searchable,
    {
        let SearchOptions { language, case_sensitive, diacritic_sensitive } = options;
        Self::new(Expr::Search(Search { text: text.into(), language, case_sensitive, diacritic_sensitive }))
    }
}
