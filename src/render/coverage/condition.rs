//! A rendered filter as conditions on paths, each with what it makes of the keys of an index there.
//!
//! Read by `service`, which looks for an index, by `candidate` and `implied`, which ask what the filter implies, and by `advice`.

use bson::{Bson, Document};

/// Which keys of an index on its path a condition asks for. The lesser one leads to fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keys {
    /// So many single ones.
    Points(usize),
    /// Those between bounds.
    Range,
    /// All but that of nothing, which the server does not look up where the path leads to many values.
    Present,
    /// All, or all of one type, each of which is then tested.
    All,
}

/// One condition on one path.
#[derive(Debug)]
pub(super) struct Condition<'f> {
    /// The stored path.
    pub(super) path: String,
    pub(super) operator: &'f str,
    pub(super) operand: &'f Bson,
    /// What it asks of an index that compares texts as the read does; nothing where the server looks it up in none.
    keys: Option<Keys>,
    /// What it asks of one that compares them otherwise.
    keys_elsewhere: Option<Keys>,
    /// The question for one item of a list that it is a part of.
    pub(super) item: Option<usize>,
}

/// Conditions that must all hold.
#[derive(Debug, Default)]
pub(super) struct Conditions<'f> {
    pub(super) all: Vec<Condition<'f>>,
    /// Of each of these groups one member must hold.
    pub(super) any: Vec<Vec<Conditions<'f>>>,
    /// Whether the text index is asked.
    pub(super) search: bool,
    /// Whether there are conditions that no index serves whatever their path: negated groups, expressions.
    pub(super) others: bool,
}

impl<'f> Conditions<'f> {
    /// Those of a rendered filter.
    pub(super) fn of(filter: &'f Document) -> Self {
        let mut conditions = Self::default();
        Reader { items: 0 }.read(filter, "", None, &mut conditions);
        conditions
    }

    /// Whether every document meets them.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && !self.search && !self.others
    }

    /// The values that texts must be equal to, by path: among them are the tags of unions.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &'f str)> {
        self.all.iter().filter(|condition| condition.operator == "$eq").filter_map(|condition| {
            let operand: &'f Bson = condition.operand;
            Some((condition.path.as_str(), operand.as_str()?))
        })
    }
}

impl Condition<'_> {
    /// What it asks of an index on its path, which compares texts as the read does or does not.
    pub(super) fn keys(&self, is_list: bool, is_alike: bool) -> Option<Keys> {
        match if is_alike { self.keys } else { self.keys_elsewhere } {
            Some(Keys::Present) if is_list && self.item.is_none() => None,
            keys => keys,
        }
    }

    /// What it asks of a hashed index on its path, which finds values alone.
    pub(super) fn hashed_keys(&self, is_alike: bool) -> Option<Keys> {
        matches!(self.operator, "$eq" | "$in" | "$exists").then(|| self.keys(false, is_alike)).flatten()
    }

    /// What it asks of a wildcard index that has its path: of values alone, no lists and no documents, of paths that do not lead through a
    /// list for sure.
    pub(super) fn wildcard_keys(&self, is_alike: bool) -> Option<Keys> {
        let is_plain = |value: &Bson| !matches!(value, Bson::Array(_) | Bson::Document(_));
        let is_taken = match (self.operator, self.operand) {
            ("$in", Bson::Array(values)) => values.iter().all(is_plain),
            ("$not" | "$nin" | "$ne", _) => false,
            ("$regex", _) => true,
            (_, value) => is_plain(value),
        };
        (is_taken && self.item.is_none() && self.finds_present()).then(|| self.keys(true, is_alike)).flatten()
    }

    /// Whether no document without the path meets it, as far as the server sees: a sparse index is looked at for no other.
    pub(super) fn finds_present(&self) -> bool {
        match (self.operator, self.operand) {
            ("$eq", value) => *value != Bson::Null,
            ("$in", Bson::Array(values)) => !values.contains(&Bson::Null),
            ("$ne", value) => *value == Bson::Null,
            ("$nin", Bson::Array(values)) => values.iter().all(|value| *value == Bson::Null),
            ("$exists", there) => *there == Bson::Boolean(true),
            ("$not", Bson::Document(inner)) => inner.len() == 1 && inner.get("$eq") == Some(&Bson::Null),
            _ => true,
        }
    }

    /// Whether it asks for a place on the earth, in a way that an index of places serves.
    pub(super) fn is_place(&self) -> bool {
        self.operator.starts_with("$geo")
    }
}

/// Reads a filter.
struct Reader {
    /// How many questions for one item of a list were met.
    items: usize,
}

impl Reader {
    fn read<'f>(&mut self, filter: &'f Document, prefix: &str, item: Option<usize>, into: &mut Conditions<'f>) {
        for (key, value) in filter.iter() {
            match (key.as_str(), value) {
                ("$and", Bson::Array(all)) => {
                    for part in all.iter().filter_map(Bson::as_document) {
                        self.read(part, prefix, item, into);
                    }
                }
                ("$or", Bson::Array(any)) => {
                    let mut branches = Vec::with_capacity(any.len());
                    for part in any.iter().filter_map(Bson::as_document) {
                        let mut branch = Conditions::default();
                        self.read(part, prefix, item, &mut branch);
                        branches.push(branch);
                    }
                    into.any.push(branches);
                }
                ("$text", _) => into.search = true,
                (operator, _) if operator.starts_with('$') => into.others = true,
                (path, value) => self.condition(format!("{prefix}{path}"), value, item, into),
            }
        }
    }

    fn condition<'f>(&mut self, path: String, value: &'f Bson, item: Option<usize>, into: &mut Conditions<'f>) {
        let Some(operators) = value.as_document().filter(|operators| is_operators(operators)) else {
            into.all.push(one(path, "$eq", value, None, item));
            return;
        };
        for (operator, operand) in operators.iter() {
            match (operator.as_str(), operand) {
                ("$all", Bson::Array(values)) => {
                    into.all.extend(values.iter().map(|value| one(path.clone(), "$eq", value, None, item)));
                }
                ("$elemMatch", Bson::Document(inner)) => {
                    self.items += 1;
                    if is_operators(inner) && !inner.keys().any(|key| matches!(key.as_str(), "$and" | "$or" | "$nor")) {
                        self.condition(path.clone(), operand, Some(self.items), into);
                    } else {
                        self.read(inner, &format!("{path}."), Some(self.items), into);
                    }
                }
                (operator, operand) => into.all.push(one(path.clone(), operator, operand, Some(operators), item)),
            }
        }
    }
}

fn one<'f>(path: String, operator: &'f str, operand: &'f Bson, beside: Option<&Document>, item: Option<usize>) -> Condition<'f> {
    let [keys, keys_elsewhere] = [false, true].map(|is_elsewhere| keys(operator, operand, beside, is_elsewhere));
    Condition { path, operator, operand, keys, keys_elsewhere, item }
}

/// Whether these are conditions on a value, not a value or conditions on its fields.
pub(super) fn is_operators(document: &Document) -> bool {
    !document.is_empty() && document.keys().all(|key| key.starts_with('$'))
}

/// What an operator asks of an index, which compares texts otherwise or does not; `beside` are all operators on the path.
fn keys(operator: &str, operand: &Bson, beside: Option<&Document>, is_other: bool) -> Option<Keys> {
    let is_elsewhere = |value: &Bson| is_other && has_text(value);
    let has_beside = |other: &str| beside.is_some_and(|operators| operators.contains_key(other));
    match (operator, operand) {
        ("$eq" | "$ne" | "$lt" | "$lte" | "$gt" | "$gte", value) if is_elsewhere(value) => None,
        ("$in" | "$nin", Bson::Array(values)) if values.iter().any(is_elsewhere) => None,
        ("$eq", value) => Some(Keys::Points(points(value))),
        ("$in", Bson::Array(values)) => Some(Keys::Points(values.iter().map(points).sum())),
        ("$ne", Bson::Array(_)) => None,
        ("$ne", Bson::Null) => Some(Keys::Present),
        ("$nin", Bson::Array(values)) if values.iter().any(|value| matches!(value, Bson::Array(_))) => None,
        ("$nin", Bson::Array(values)) if values.contains(&Bson::Null) => Some(Keys::Present),
        ("$ne" | "$nin", _) => Some(Keys::Range),
        // Every text there is.
        ("$gte", Bson::String(least)) if least.is_empty() && !has_beside("$lt") && !has_beside("$lte") => Some(Keys::All),
        ("$lt" | "$lte" | "$gt" | "$gte", _) => Some(Keys::Range),
        ("$type", Bson::String(name)) if name == "null" => Some(Keys::Points(1)),
        ("$exists", Bson::Boolean(false)) => Some(Keys::Points(1)),
        ("$regex", Bson::String(pattern)) if !has_beside("$options") && has_prefix(pattern) => Some(Keys::Range),
        ("$type" | "$exists" | "$regex" | "$mod", _) => Some(Keys::All),
        ("$not", Bson::Document(inner)) => complement(inner, is_other),
        _ => None,
    }
}

/// What the complement of a condition asks of an index: it has a complement of keys where it is one comparison.
fn complement(inner: &Document, is_other: bool) -> Option<Keys> {
    let (operator, operand) = inner.iter().next().filter(|_| inner.len() == 1)?;
    match (operator.as_str(), operand) {
        ("$eq", value) => keys("$ne", value, None, is_other),
        ("$in", values) => keys("$nin", values, None, is_other),
        ("$lt" | "$lte" | "$gt" | "$gte", Bson::Array(_)) => None,
        ("$lt" | "$lte" | "$gt" | "$gte", bound) => keys(operator, bound, None, is_other).map(|_| Keys::Range),
        _ => None,
    }
}

/// How many keys a value is looked up by: null also by what stands for nothing, a list also by its first item.
fn points(value: &Bson) -> usize {
    if matches!(value, Bson::Null | Bson::Array(_)) { 2 } else { 1 }
}

pub(super) fn has_text(value: &Bson) -> bool {
    matches!(value, Bson::String(_) | Bson::Symbol(_) | Bson::Array(_) | Bson::Document(_))
}

/// Whether a pattern says how the texts begin in which it is found, by the reading of the server, which knows the simplest of them.
fn has_prefix(pattern: &str) -> bool {
    let Some(rest) = pattern.strip_prefix('^').or_else(|| pattern.strip_prefix("\\A")).filter(|rest| !rest.contains('|')) else {
        return false;
    };
    let mut letters = 0_usize;
    let mut rest = rest.chars();
    while let Some(letter) = rest.next() {
        match letter {
            // The last one may be missing.
            '*' | '?' => return letters > 1,
            '^' | '$' | '.' | '[' | '(' | ')' | '+' | '{' => break,
            '\\' => match rest.next() {
                Some(escaped) if !escaped.is_ascii_alphanumeric() => letters += 1,
                _ => break,
            },
            _ => letters += 1,
        }
    }
    letters > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    fn only(filter: Document) -> Option<Keys> {
        let conditions = Conditions::of(&filter);
        assert_eq!(conditions.all.len(), 1, "{filter}");
        conditions.all[0].keys(false, true)
    }

    #[test]
    fn patterns_with_a_prefix_lead_to_keys() {
        for pattern in ["^a", "^ab*", "^a.*", "^a+", "^\\.", "\\Aa", "^a$", "^a{2}", "^a\\z", "^é"] {
            assert_eq!(only(doc! { "t": { "$regex": pattern } }), Some(Keys::Range), "{pattern}");
        }
        for pattern in ["a", "^", "^a*", "^a?", "^a|b", "^(a)", "^[a]", "^.a", "(?i)^a", "^\\w"] {
            assert_eq!(only(doc! { "t": { "$regex": pattern } }), Some(Keys::All), "{pattern}");
        }
        assert_eq!(Conditions::of(&doc! { "t": { "$regex": "^a", "$options": "i" } }).all[0].keys, Some(Keys::All));
    }

    #[test]
    fn values_are_counted_as_the_server_looks_them_up() {
        assert_eq!(only(doc! { "a": 1 }), Some(Keys::Points(1)));
        assert_eq!(only(doc! { "a": null }), Some(Keys::Points(2)));
        assert_eq!(only(doc! { "a": { "$in": [1, null, 3] } }), Some(Keys::Points(4)));
        assert_eq!(only(doc! { "a": { "$eq": ["x"] } }), Some(Keys::Points(2)));
        assert_eq!(only(doc! { "a": { "$exists": false } }), Some(Keys::Points(1)));
        assert_eq!(only(doc! { "a": { "$not": { "$in": [1] } } }), Some(Keys::Range));
        assert_eq!(only(doc! { "a": { "$not": { "$in": [1, null] } } }), Some(Keys::Present));
        assert_eq!(only(doc! { "a": { "$not": { "$gt": 1, "$lt": 3 } } }), None);
        assert_eq!(only(doc! { "a": { "$gte": "" } }), Some(Keys::All));
    }

    #[test]
    fn a_collation_takes_texts_from_the_index_and_no_numbers() {
        let filter = doc! { "a": "x", "b": 1, "c": { "$in": [1, "x"] }, "d": { "$not": { "$gt": "x" } }, "e": { "$ne": 1 } };
        let keys: Vec<Option<Keys>> = Conditions::of(&filter).all.iter().map(|condition| condition.keys(false, false)).collect();
        assert_eq!(keys, [None, Some(Keys::Points(1)), None, None, Some(Keys::Range)]);
    }

    #[test]
    fn a_sparse_index_is_looked_at_for_what_is_there() {
        let finds_present = |filter: Document| Conditions::of(&filter).all[0].finds_present();
        for filter in [
            doc! { "a": 1 },
            doc! { "a": { "$in": [1, 2] } },
            doc! { "a": { "$lt": 4 } },
            doc! { "a": { "$ne": Bson::Null } },
            doc! { "a": { "$nin": [Bson::Null] } },
            doc! { "a": { "$not": { "$eq": Bson::Null } } },
            doc! { "a": { "$exists": true } },
            doc! { "a": { "$type": "string" } },
            doc! { "a": { "$regex": "a" } },
            doc! { "a": { "$mod": [2, 1] } },
        ] {
            assert!(finds_present(filter.clone()), "{filter}");
        }
        for filter in [
            doc! { "a": Bson::Null },
            doc! { "a": { "$in": [1, Bson::Null] } },
            doc! { "a": { "$ne": 1 } },
            doc! { "a": { "$nin": [1, 2] } },
            doc! { "a": { "$not": { "$gt": 3 } } },
            doc! { "a": { "$exists": false } },
        ] {
            assert!(!finds_present(filter.clone()), "{filter}");
        }
    }

    #[test]
    fn hashes_and_wildcards_serve_few_conditions() {
        let of = |filter: Document| {
            let conditions = Conditions::of(&filter);
            (conditions.all[0].hashed_keys(true), conditions.all[0].wildcard_keys(true))
        };
        let (one, two) = (Some(Keys::Points(1)), Some(Keys::Points(2)));
        assert_eq!(of(doc! { "a": 1 }), (one, one));
        assert_eq!(of(doc! { "a": { "$in": [1, 2] } }), (two, two));
        assert_eq!(of(doc! { "a": Bson::Null }), (two, None));
        assert_eq!(of(doc! { "a": { "$gt": 1 } }), (None, Some(Keys::Range)));
        assert_eq!(of(doc! { "a": { "$ne": 1 } }), (None, None));
        assert_eq!(of(doc! { "a": { "$exists": true } }), (Some(Keys::All), Some(Keys::All)));
        assert_eq!(of(doc! { "a": { "$eq": { "x": 1 } } }), (one, None));
        assert_eq!(of(doc! { "a": { "$elemMatch": { "$eq": 1 } } }), (one, None));
    }
}
