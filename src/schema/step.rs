//! [`SyncPlan`]: what `sync` will do, or has done, as data that prints itself.
//!
//! Filled by `sync`, read by users: printed in a log, looked through in a test, or found in an error. It is plain data, and so is known here.

use bson::{Bson, Document};
use std::fmt;

/// What `sync` will do, or has done. Prints one step a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncPlan {
    /// The steps, collection by collection in the order in which the models were registered.
    pub steps: Vec<SyncStep>,
}

/// One step of a [`SyncPlan`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SyncStep {
    /// A collection is created.
    CreateCollection {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// What it is other than plain, as `create` takes it.
        options: Document,
    },
    /// An index is created.
    CreateIndex {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The index as `createIndexes` takes it: `key`, `name` and its options.
        index: Document,
    },
    /// An index is changed in place, by `collMod`: whether it is hidden, or when its documents are deleted.
    ChangeIndex {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server.
        index: String,
        /// What is changed.
        difference: SyncDifference,
    },
    /// A collection is changed in place, by `collMod`: when the measurements of a time series are deleted.
    ChangeCollection {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// What is changed.
        difference: SyncDifference,
    },
    /// The validator of a collection is set: what the server asks of every document that is written, and whether it refuses the others or
    /// only writes a line in its log.
    SetValidator {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The validator as `collMod` takes it.
        validator: Document,
        /// Whether it refuses, rather than to warn.
        refuses: bool,
        /// The validator that is there, where it is another one, or is not asked of every write.
        found: Option<Document>,
    },
    /// A step that lets the server delete documents which are there, or refuse writes. It is left out unless
    /// [`tighten`](crate::action::SyncModels::tighten) asks for it. That a validator refuses rather than to warn is offered so, and is no
    /// work: a model declares the rules alone.
    Held {
        /// The step.
        step: Box<SyncStep>,
        /// How many documents the server would delete at once, or how many break the rules that it would ask. None where they were not
        /// counted: those that break a validator are counted by [`plan`](crate::action::SyncModels::plan) alone, as that is a scan of the
        /// collection, and a sync whose deadline passed before counts nothing.
        documents: Option<u64>,
    },
    /// A unique index is created or rebuilt, and documents stand in its way: the server would refuse it, and `sync` fails with
    /// [`Error::Index`](crate::Error::Index), which names them, when it has made all others. Told by
    /// [`plan`](crate::action::SyncModels::plan) alone, as they are counted by a scan of the collection.
    Refused {
        /// The step.
        step: Box<SyncStep>,
        /// How many documents have the same values of its keys as another.
        documents: u64,
    },
    /// An index stands where a declared one should, and is another. It needs a rebuild, and is left untouched.
    Differs {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server.
        index: String,
        /// In what it differs.
        differences: Vec<SyncDifference>,
    },
    /// An index that differs from its declaration is built anew. Done by [`rebuild`](crate::action::SyncModels::rebuild) alone.
    Rebuild {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server, which is dropped.
        index: String,
        /// The index in its place as `createIndexes` takes it. Its name is another one, since both are there for a while.
        anew: Document,
        /// Which of them goes or comes first.
        order: RebuildOrder,
        /// In what the old one differs.
        differences: Vec<SyncDifference>,
    },
    /// An index that a rebuild has replaced and not dropped, as it was interrupted. It is left to
    /// [`rebuild`](crate::action::SyncModels::rebuild).
    Superseded {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server.
        index: String,
        /// The name of the one in its place.
        by: String,
    },
    /// An index that a rebuild has replaced is dropped.
    DropSuperseded {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server.
        index: String,
        /// The name of the one in its place.
        by: String,
    },
    /// An index that no model declares is hidden. Done by [`drop_unknown`](crate::action::SyncModels::drop_unknown) alone.
    HideUnknown {
        /// The collection.
        collection: &'static str,
        /// The index as `listIndexes` gives it.
        index: Document,
    },
    /// An index that no model declares, and that is hidden, is dropped. Done by
    /// [`drop_unknown`](crate::action::SyncModels::drop_unknown) alone.
    DropUnknown {
        /// The collection.
        collection: &'static str,
        /// The index as `listIndexes` gives it.
        index: Document,
    },
    /// The server still builds a declared index. A plan tells it, and a sync where
    /// [`StillBuilding::Serve`](crate::StillBuilding::Serve) was asked for.
    StillBuilding {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// The name of the index on the server.
        index: String,
    },
    /// A step that was not taken, or not to its end, as the deadline passed before.
    Later {
        /// The step.
        step: Box<SyncStep>,
    },
    /// A collection is kept in another way than it is declared. It has to be made anew, and is left untouched.
    CollectionDiffers {
        /// The model.
        model: &'static str,
        /// The collection.
        collection: &'static str,
        /// In what it differs.
        differences: Vec<SyncDifference>,
    },
    /// No model declares this index. It is left untouched.
    Unknown {
        /// The collection.
        collection: &'static str,
        /// The index as `listIndexes` gives it.
        index: Document,
    },
    /// The model of this collection has no validator, and the collection has one. It is left untouched.
    UnknownValidator {
        /// The collection.
        collection: &'static str,
        /// The validator as `listCollections` gives it.
        validator: Document,
    },
    /// A newer version of the service has synced the collection, by a higher [`generation`](crate::Builder::generation): what differs from
    /// this one's declarations is left to it.
    LeftTo {
        /// The higher generation.
        generation: u32,
        /// What there would be to do.
        step: Box<SyncStep>,
    },
}

/// How an index and the one in its place follow each other in a rebuild.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RebuildOrder {
    /// The new one is built before the old one is dropped.
    Beside,
    /// The server takes both for one index, so that the old one is dropped first; a third one, hidden and unique, keeps the values of the
    /// key apart meanwhile.
    Guarded {
        /// Its name.
        by: String,
    },
    /// The server has only one of them, so that the old one is dropped first, and there is none until the new one is built.
    Apart,
}

/// In what an index or a collection is another than the declared one.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncDifference {
    /// `key`, or the option as the server calls it.
    pub option: &'static str,
    /// What the declaration says; none where it does not have the option.
    pub expected: Option<Bson>,
    /// What the server has.
    pub found: Option<Bson>,
}

impl SyncPlan {
    /// Whether the server has what the models declare. Indexes and validators that no model knows, those that a rebuild
    /// left, a validator that agrees and only warns, and what a higher generation declares otherwise are no work.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.steps.iter().any(SyncStep::is_work)
    }

    /// What there is to do, in one line.
    pub(crate) fn work(&self) -> String {
        let work: Vec<String> = self.steps.iter().filter(|step| step.is_work()).map(ToString::to_string).collect();
        if work.is_empty() { "nothing".to_owned() } else { work.join("; ") }
    }
}

impl SyncStep {
    /// Whether a declaration asks for it.
    fn is_work(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::UnknownValidator { .. } | Self::Superseded { .. } | Self::LeftTo { .. } => false,
            // Where another one is there, the declared one is missing.
            Self::Held { step, .. } => !matches!(**step, Self::SetValidator { found: None, .. }),
            _ => true,
        }
    }

    /// Whether it is one that changes something where it is carried out, and is not only told.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_work()
            && !matches!(
                self,
                Self::Held { .. }
                    | Self::Refused { .. }
                    | Self::Differs { .. }
                    | Self::CollectionDiffers { .. }
                    | Self::StillBuilding { .. }
                    | Self::Later { .. }
            )
    }

    /// The step as one that is left to the next sync, where it is one that does something.
    pub(crate) fn later(self) -> Self {
        match self {
            Self::Held { .. }
            | Self::Differs { .. }
            | Self::CollectionDiffers { .. }
            | Self::Unknown { .. }
            | Self::UnknownValidator { .. }
            | Self::Superseded { .. }
            | Self::LeftTo { .. }
            | Self::StillBuilding { .. }
            | Self::Later { .. } => self,
            step => Self::Later { step: Box::new(step) },
        }
    }
}

impl fmt::Display for SyncPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("nothing to do: the server has what the models declare");
        }
        for (at, step) in self.steps.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{step}")?;
        }
        Ok(())
    }
}

impl fmt::Display for SyncStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateCollection { model, collection, options } => {
                let validated = if options.contains_key("validator") { " with a validator that warns" } else { "" };
                write!(f, "create the collection `{collection}` of `{model}`{validated}")?;
                let options = without_validator(options);
                if options.is_empty() { Ok(()) } else { write!(f, ": {options}") }
            }
            Self::CreateIndex { collection, index, .. } => {
                write!(f, "create the index `{}` on `{collection}`: {}", name_of(index), described(index))
            }
            Self::ChangeIndex { collection, index, difference, .. } => {
                write!(f, "change the index `{index}` on `{collection}` in place: {difference}")
            }
            Self::ChangeCollection { model, collection, difference } => {
                write!(f, "change the collection `{collection}` of `{model}` in place: {difference}")
            }
            Self::SetValidator { model, collection, refuses, found, .. } => {
                let does = if *refuses { "refuses what breaks it" } else { "warns" };
                let instead = if found.is_some() { ", instead of another" } else { "" };
                write!(f, "give the collection `{collection}` of `{model}` a validator that {does}{instead}")
            }
            Self::Held { step, documents } if matches!(**step, Self::SetValidator { .. }) => {
                let broken = match documents {
                    None => "a plan counts what breaks it".to_owned(),
                    Some(0) => "no document breaks it now".to_owned(),
                    Some(1) => "1 document breaks it now".to_owned(),
                    Some(many) => format!("{many} documents break it now"),
                };
                write!(f, "left to `tighten`, as the server would refuse writes; {broken}: {step}")
            }
            Self::Held { step, documents } => {
                let deleted = match documents {
                    None => "documents that were not counted".to_owned(),
                    Some(0) => "no document".to_owned(),
                    Some(1) => "1 document".to_owned(),
                    Some(many) => format!("{many} documents"),
                };
                write!(f, "left to `tighten`, as the server would delete {deleted} at once and others in time: {step}")
            }
            Self::Refused { step, documents } => {
                let share = "share its keys with another, so that it is refused until they differ: see `check_duplicates`";
                write!(f, "{step}; {documents} documents {share}")
            }
            Self::Differs { collection, index, differences, .. } => {
                write!(
                    f,
                    "the index `{index}` on `{collection}` differs; it needs a rebuild and is left untouched: {}",
                    joined(differences)
                )
            }
            Self::Rebuild { collection, index, anew, order, differences, .. } => {
                write!(f, "rebuild the index `{index}` on `{collection}` as `{}`, ", name_of(anew))?;
                match order {
                    RebuildOrder::Beside => f.write_str("which is built before the old one is dropped")?,
                    RebuildOrder::Guarded { by } => write!(f, "while the hidden index `{by}` keeps its values unique")?,
                    RebuildOrder::Apart if is_text(anew) => {
                        f.write_str("which is built after the old one is dropped: until then every search fails")?;
                    }
                    RebuildOrder::Apart => f.write_str("which is built after the old one is dropped: until then reads do without")?,
                }
                write!(f, ": {}", joined(differences))
            }
            Self::Superseded { collection, index, by, .. } => {
                write!(
                    f,
                    "the index `{index}` on `{collection}` was replaced by `{by}` in a rebuild; that it is dropped is left to `rebuild`"
                )
            }
            Self::DropSuperseded { collection, index, by, .. } => {
                write!(f, "drop the index `{index}` on `{collection}`, which was replaced by `{by}` in a rebuild")
            }
            Self::HideUnknown { collection, index } => {
                let (name, what) = (name_of(index), described(index));
                write!(f, "hide the index `{name}` on `{collection}`, which is unknown to the models; asked again, drop it: {what}")?;
                f.write_str(if is_asked_alone(index) { "; searches by it fail from then on" } else { "" })?;
                f.write_str(if is_unique(index) { "; it keeps its values unique until it is dropped" } else { "" })
            }
            Self::DropUnknown { collection, index } => {
                let (name, what) = (name_of(index), described(index));
                write!(f, "drop the index `{name}` on `{collection}`, which is unknown to the models and hidden: {what}")?;
                f.write_str(if is_unique(index) { "; its values are kept unique no more" } else { "" })
            }
            Self::StillBuilding { collection, index, .. } => {
                write!(f, "the index `{index}` on `{collection}` is still being built, and guards nothing before it is")
            }
            Self::Later { step } => write!(f, "left to the next `sync`, as the deadline passed: {step}"),
            Self::CollectionDiffers { model, collection, differences } => {
                write!(
                    f,
                    "the collection `{collection}` of `{model}` differs; it has to be made anew and is left untouched: {}",
                    joined(differences)
                )
            }
            Self::Unknown { collection, index } => {
                let (name, index) = (name_of(index), described(index));
                write!(f, "the index `{name}` on `{collection}` is unknown to the models and is left untouched: {index}")
            }
            Self::UnknownValidator { collection, .. } => {
                write!(f, "the validator of `{collection}` is unknown to the models and is left untouched")
            }
            Self::LeftTo { generation, step } => write!(f, "left to generation {generation}: {step}"),
        }
    }
}

/// What a collection is created with beside its validator, which is long.
fn without_validator(options: &Document) -> Document {
    let is_other = |option: &str| !option.starts_with("validat");
    options.iter().filter(|(option, _)| is_other(option)).map(|(option, value)| (option.clone(), value.clone())).collect()
}

fn joined(differences: &[SyncDifference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for SyncDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Bson>| value.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        write!(f, "`{}` expected {}, found {}", self.option, shown(&self.expected), shown(&self.found))
    }
}

fn is_unique(index: &Document) -> bool {
    index.get_bool("unique").unwrap_or(false)
}

/// The name of an index as the server describes it.
pub(crate) fn name_of(index: &Document) -> &str {
    index.get_str("name").unwrap_or_default()
}

/// The keys of an index and its options: `{ "email": 1 }, unique`.
fn described(index: &Document) -> String {
    let mut parts: Vec<String> = index.get("key").map(ToString::to_string).into_iter().collect();
    for (option, value) in index.iter().filter(|(option, _)| !["key", "name", "ns", "v"].contains(&option.as_str())) {
        parts.push(match value {
            Bson::Boolean(true) => option.clone(),
            value => format!("{option} {value}"),
        });
    }
    parts.join(", ")
}

/// Whether the index is one of texts, alone or beside other keys.
pub(crate) fn is_text(index: &Document) -> bool {
    index.get_document("key").is_ok_and(|key| key.values().any(|form| form.as_str() == Some("text")))
}

/// Whether the server asks this index alone for what it is about: words, or places. Without it, or while it is hidden, it refuses such a read.
pub(crate) fn is_asked_alone(index: &Document) -> bool {
    index.get_document("key").is_ok_and(|key| key.values().any(|form| matches!(form.as_str(), Some("text" | "2dsphere"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    #[test]
    fn what_is_changed_in_place_and_what_is_held_is_told() {
        let later = SyncDifference { option: "expireAfterSeconds", expected: Some(Bson::Int32(60)), found: Some(Bson::Int32(90)) };
        let change = SyncStep::ChangeIndex { model: "Post", collection: "posts", index: "at_1".to_owned(), difference: later.clone() };
        let held = |documents| SyncStep::Held { step: Box::new(change.clone()), documents };
        let of_series = SyncStep::ChangeCollection { model: "Log", collection: "logs", difference: later.clone() };
        let other = SyncStep::CollectionDiffers { model: "Log", collection: "logs", differences: vec![later.clone(), later] };
        let plan = SyncPlan { steps: vec![change.clone(), held(None), held(Some(0)), held(Some(1)), held(Some(7)), of_series, other] };
        let what = "`expireAfterSeconds` expected 60, found 90";
        let step = format!("change the index `at_1` on `posts` in place: {what}");
        let held =
            |documents: &str| format!("left to `tighten`, as the server would delete {documents} at once and others in time: {step}");
        let expected = [
            step.clone(),
            held("documents that were not counted"),
            held("no document"),
            held("1 document"),
            held("7 documents"),
            format!("change the collection `logs` of `Log` in place: {what}"),
            format!("the collection `logs` of `Log` differs; it has to be made anew and is left untouched: {what}, {what}"),
        ];
        assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), expected);
        assert!(!plan.is_empty());
    }

    #[test]
    fn a_validator_is_told_without_its_rules() {
        let set = |refuses, found: Option<Document>| SyncStep::SetValidator {
            model: "Post",
            collection: "posts",
            validator: doc! { "rules": 1 },
            refuses,
            found,
        };
        let held = |documents| SyncStep::Held { step: Box::new(set(true, None)), documents };
        let options = doc! { "capped": true, "validator": { "rules": 1 }, "validationLevel": "strict", "validationAction": "warn" };
        let create = SyncStep::CreateCollection { model: "Post", collection: "posts", options };
        let unknown = SyncStep::UnknownValidator { collection: "posts", validator: doc! { "rules": 1 } };
        let offered = held(None);
        let steps = [create, set(false, None), set(true, Some(doc! {})), held(None), held(Some(0)), held(Some(1)), held(Some(2))];
        let plan = SyncPlan { steps: [&steps[..], std::slice::from_ref(&unknown)].concat() };
        let refuse = "give the collection `posts` of `Post` a validator that refuses what breaks it";
        let held = |broken: &str| format!("left to `tighten`, as the server would refuse writes; {broken}: {refuse}");
        let expected = [
            "create the collection `posts` of `Post` with a validator that warns: { \"capped\": true }".to_owned(),
            "give the collection `posts` of `Post` a validator that warns".to_owned(),
            format!("{refuse}, instead of another"),
            held("a plan counts what breaks it"),
            held("no document breaks it now"),
            held("1 document breaks it now"),
            held("2 documents break it now"),
            "the validator of `posts` is unknown to the models and is left untouched".to_owned(),
        ];
        assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), expected);
        assert!(!plan.is_empty() && SyncPlan { steps: vec![unknown, offered] }.is_empty());
        let instead = SyncStep::Held { step: Box::new(set(true, Some(doc! {}))), documents: None };
        assert!(!SyncPlan { steps: vec![instead] }.is_empty(), "another one refuses");
    }

    #[test]
    fn a_plan_reads_like_a_review() {
        let old = doc! { "v": 2, "key": { "old": 1 }, "name": "old_1", "sparse": true };
        let unknown = SyncStep::Unknown { collection: "users", index: old };
        let mut plan = SyncPlan { steps: vec![unknown] };
        assert!(plan.is_empty());
        plan.steps.push(SyncStep::LeftTo { generation: 7, step: Box::new(plan.steps[0].clone()) });
        assert!(plan.is_empty() && plan.work() == "nothing");
        plan.steps.extend([
            SyncStep::CreateCollection { model: "Post", collection: "posts", options: doc! {} },
            SyncStep::CreateCollection { model: "Log", collection: "logs", options: doc! { "capped": true, "size": 4096_i64 } },
            SyncStep::CreateIndex {
                model: "Post",
                collection: "posts",
                index: doc! { "key": { "author_id": 1, "title": -1 }, "name": "by_author", "unique": true },
            },
            SyncStep::Differs {
                model: "Post",
                collection: "posts",
                index: "slug_1".to_owned(),
                differences: vec![
                    SyncDifference { option: "unique", expected: Some(Bson::Boolean(true)), found: None },
                    SyncDifference { option: "key", expected: Some(doc! { "slug": 1 }.into()), found: Some(doc! { "slug": -1 }.into()) },
                ],
            },
        ]);
        assert!(!plan.is_empty());
        let expected = [
            "the index `old_1` on `users` is unknown to the models and is left untouched: { \"old\": 1 }, sparse",
            "left to generation 7: the index `old_1` on `users` is unknown to the models and is left untouched: { \"old\": 1 }, sparse",
            "create the collection `posts` of `Post`",
            "create the collection `logs` of `Log`: { \"capped\": true, \"size\": 4096 }",
            "create the index `by_author` on `posts`: { \"author_id\": 1, \"title\": -1 }, unique",
            "the index `slug_1` on `posts` differs; it needs a rebuild and is left untouched: `unique` expected true, found none, \
             `key` expected { \"slug\": 1 }, found { \"slug\": -1 }",
        ];
        assert_eq!(plan.to_string().lines().collect::<Vec<_>>(), expected);
        assert_eq!(plan.work(), expected[2..].join("; "));
    }

    #[test]
    fn what_documents_stand_in_the_way_of_is_work_and_is_not_taken() {
        let index = doc! { "key": { "email": 1 }, "name": "email_1", "unique": true };
        let create = SyncStep::CreateIndex { model: "User", collection: "users", index };
        assert!(create.is_taken());
        let refused = SyncStep::Refused { step: Box::new(create), documents: 3 };
        assert!(refused.is_work() && !refused.is_taken());
        let held = SyncStep::Held { step: Box::new(refused.clone()), documents: Some(1) };
        let text = "create the index `email_1` on `users`: { \"email\": 1 }, unique; 3 documents share its keys with another, so that it is \
                    refused until they differ: see `check_duplicates`";
        assert_eq!(refused.to_string(), text);
        let held_text = format!("left to `tighten`, as the server would delete 1 document at once and others in time: {text}");
        assert_eq!(held.to_string(), held_text);
    }
}
