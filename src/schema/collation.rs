//! How texts in an index are compared and ordered, as a model declares it.

use bson::Bson;

/// A collation: the order of texts in a language. What it does not say is as the language has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CollationSchema {
    /// The language, such as `de` or `fr_CA`.
    pub locale: &'static str,
    /// What makes a difference: 1 letters alone, 2 accents too, 3 capital letters too, 4 punctuation too, 5 everything.
    pub strength: Option<i32>,
    /// Whether capital letters make a difference where the strength leaves them out.
    pub case_level: Option<bool>,
    /// Which of two letters comes first that differ in their case alone: `upper`, `lower`, or `off` for the language's own order.
    pub case_first: Option<&'static str>,
    /// Whether digits are compared as the numbers that they spell.
    pub numeric_ordering: Option<bool>,
    /// Whether spaces and punctuation count as letters do: `non-ignorable` or `shifted`.
    pub alternate: Option<&'static str>,
    /// What is left out where it is `shifted`: `punct` or `space`.
    pub max_variable: Option<&'static str>,
    /// Whether accents are compared from the end.
    pub backwards: Option<bool>,
    /// Whether texts are brought into one form of Unicode first.
    pub normalization: Option<bool>,
}

impl CollationSchema {
    /// The order of a language.
    #[must_use]
    pub const fn new(locale: &'static str) -> Self {
        Self {
            locale,
            strength: None,
            case_level: None,
            case_first: None,
            numeric_ordering: None,
            alternate: None,
            max_variable: None,
            backwards: None,
            normalization: None,
        }
    }

    /// What makes a difference, from 1 to 5.
    #[must_use]
    pub const fn strength(mut self, strength: i32) -> Self {
        self.strength = Some(strength);
        self
    }

    /// Whether capital letters make a difference all the same.
    #[must_use]
    pub const fn case_level(mut self, given: bool) -> Self {
        self.case_level = Some(given);
        self
    }

    /// Which case comes first.
    #[must_use]
    pub const fn case_first(mut self, case: &'static str) -> Self {
        self.case_first = Some(case);
        self
    }

    /// Whether digits are numbers.
    #[must_use]
    pub const fn numeric_ordering(mut self, given: bool) -> Self {
        self.numeric_ordering = Some(given);
        self
    }

    /// Whether spaces and punctuation count.
    #[must_use]
    pub const fn alternate(mut self, alternate: &'static str) -> Self {
        self.alternate = Some(alternate);
        self
    }

    /// What does not count.
    #[must_use]
    pub const fn max_variable(mut self, variable: &'static str) -> Self {
        self.max_variable = Some(variable);
        self
    }

    /// Whether accents are compared from the end.
    #[must_use]
    pub const fn backwards(mut self, given: bool) -> Self {
        self.backwards = Some(given);
        self
    }

    /// Whether texts are normalized.
    #[must_use]
    pub const fn normalization(mut self, given: bool) -> Self {
        self.normalization = Some(given);
        self
    }

    /// What it says, by the names of the server.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&'static str, Bson)> {
        let settings: [(&str, Option<Bson>); 9] = [
            ("locale", Some(self.locale.into())),
            ("caseLevel", self.case_level.map(Bson::from)),
            ("caseFirst", self.case_first.map(Bson::from)),
            ("strength", self.strength.map(Bson::from)),
            ("numericOrdering", self.numeric_ordering.map(Bson::from)),
            ("alternate", self.alternate.map(Bson::from)),
            ("maxVariable", self.max_variable.map(Bson::from)),
            ("normalization", self.normalization.map(Bson::from)),
            ("backwards", self.backwards.map(Bson::from)),
        ];
        settings.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)))
    }
}
