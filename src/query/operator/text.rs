//! `contains`, `starts_with`, `ends_with`, their forms that ignore case, and `matches`.

use crate::query::{
    Filter, Path, RawPath, Text, Whole,
    expr::{Test, TextTest},
};
use std::{fmt, marker::PhantomData};

impl<R, T, K> Path<R, T, K> {
    /// Text with `part` in it, letter by letter; false of `None`.
    pub fn contains(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::Text(TextTest::Contains, part.into()))
    }

    /// Text that starts with `part`, letter by letter; false of `None`. An index on the path serves it.
    pub fn starts_with(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::Text(TextTest::StartsWith, part.into()))
    }

    /// Text that ends with `part`, letter by letter; false of `None`.
    pub fn ends_with(&self, part: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::Text(TextTest::EndsWith, part.into()))
    }

    /// The path for tests that take capital and small letters for the same: `User::name.ci().contains("ada")`. No index serves them; for
    /// a look-up declare an index with a collation, or keep a folded copy.
    pub fn ci(&self) -> IgnoringCase<R>
    where
        T: Text,
        K: Whole,
    {
        IgnoringCase { path: self.raw.clone(), marker: PhantomData }
    }

    /// Text in which the server finds the regular expression `pattern`, in the syntax of PCRE; false of `None`. For literal text use
    /// [`contains`](Self::contains). It cannot be asked of a value in memory.
    pub fn matches(&self, pattern: impl Into<String>) -> Filter<R>
    where
        T: Text,
        K: Whole,
    {
        self.test(Test::Matches(pattern.into()))
    }
}

/// A path to text whose case is ignored, by Unicode's simple case folding: `ß` is not `ss`.
pub struct IgnoringCase<R> {
    path: RawPath,
    marker: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for IgnoringCase<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IgnoringCase({})", self.path.stored())
    }
}

impl<R> IgnoringCase<R> {
    fn test(&self, test: TextTest, text: impl Into<String>) -> Filter<R> {
        Path::<R, String>::from_raw(self.path.clone()).test(Test::IgnoringCase(test, text.into()))
    }

    /// The whole text but for its case; false of `None`.
    pub fn eq(&self, text: impl Into<String>) -> Filter<R> {
        self.test(TextTest::Is, text)
    }

    /// Another text, whatever its case; true of `None`.
    pub fn ne(&self, text: impl Into<String>) -> Filter<R> {
        !self.eq(text)
    }

    /// One of the texts but for its case; none where there are none.
    pub fn in_(&self, texts: impl IntoIterator<Item: Into<String>>) -> Filter<R> {
        Filter::any_of(texts.into_iter().map(|text| self.eq(text)))
    }

    /// Text with `part` in it, whatever its case; false of `None`.
    pub fn contains(&self, part: impl Into<String>) -> Filter<R> {
        self.test(TextTest::Contains, part)
    }

    /// Text that starts with `part`, whatever its case; false of `None`.
    pub fn starts_with(&self, part: impl Into<String>) -> Filter<R> {
        self.test(TextTest::StartsWith, part)
    }

    /// Text that ends with `part`, whatever its case; false of `None`.
    pub fn ends_with(&self, part: impl Into<String>) -> Filter<R> {
        self.test(TextTest::EndsWith, part)
    }
}
