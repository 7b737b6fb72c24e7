//! How errors are worded: what a message shows of a document's `_id`, of fields, of rules and of bulk writes.
//!
//! Read by the `Display` of [`Error`]; pure.

use super::{BulkReport, Error, Outcome};
use crate::{
    query::RawPath,
    schema::{Broken, SyncPlan},
};
use bson::{Bson, RawBsonRef, spec::BinarySubtype};
use std::fmt;

/// The `_id` of a document in an error. It prints itself where it is an ObjectId, a UUID or an integer; others may be personal (a mail
/// address) and are shown by [`Error::detail`] only.
#[derive(Clone)]
pub struct DocumentId(Box<(String, bool)>);

impl DocumentId {
    pub(crate) fn of(id: &Bson) -> Self {
        let shown = match id {
            Bson::ObjectId(_) | Bson::Int32(_) | Bson::Int64(_) => true,
            Bson::Binary(binary) if binary.subtype == BinarySubtype::Uuid => match uuid::Uuid::from_slice(&binary.bytes) {
                Ok(uuid) => return Self(Box::new((uuid.to_string(), true))),
                Err(_) => false,
            },
            _ => false,
        };
        let text = match id {
            // `ObjectId("…")` is how Bson prints one; the digits alone are what people search for.
            Bson::ObjectId(id) => id.to_hex(),
            Bson::String(id) => id.clone(),
            other => other.to_string(),
        };
        Self(Box::new((text, shown)))
    }

    /// The values of a key that is not the id, which are never shown.
    pub(crate) fn of_values(values: &[(&RawPath, &Bson)]) -> Self {
        let one = |(path, value): &(&RawPath, &Bson)| format!("{}: {}", path.stored(), Self::of(value).detail());
        Self(Box::new((values.iter().map(one).collect::<Vec<_>>().join(", "), false)))
    }

    pub(super) fn of_raw(id: RawBsonRef<'_>) -> Self {
        match id {
            RawBsonRef::ObjectId(id) => Self::of(&Bson::ObjectId(id)),
            RawBsonRef::Int32(id) => Self::of(&Bson::Int32(id)),
            RawBsonRef::Int64(id) => Self::of(&Bson::Int64(id)),
            RawBsonRef::Binary(id) => Self::of(&Bson::Binary(id.to_binary())),
            RawBsonRef::String(id) => Self(Box::new((id.to_owned(), false))),
            // Nested ids are kept as they print raw: turning them into values recurses without a bound.
            other => Self(Box::new((format!("{other:?}"), false))),
        }
    }

    pub(crate) fn detail(&self) -> String {
        self.0.0.clone()
    }

    pub(crate) fn is_shown(&self) -> bool {
        self.0.1
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_shown() { &self.0.0 } else { "…" })
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Which privilege a sync lacks, and what it was for.
pub(super) fn lacks(action: &str, collection: &str, plan: Option<&SyncPlan>) -> String {
    let on = if collection.is_empty() { "the database".to_owned() } else { format!("the collection `{collection}`") };
    let role = match action {
        "collMod" => "dbAdmin",
        "find" | "listCollections" | "listIndexes" => "read",
        _ => "readWrite",
    };
    let known = match plan {
        Some(plan) => format!("there is to do: {}", plan.work()),
        None => "what there is to do cannot be found out without it".to_owned(),
    };
    format!("the user of this connection may not `{action}` on {on}, as one with the role `{role}` may; {known}")
}

pub(super) fn keyed(key: &Option<DocumentId>, fields: &[String]) -> String {
    match key {
        _ if fields.len() == 1 => format!("with this {}", listed(fields)),
        _ if !fields.is_empty() => format!("with these {}", listed(fields)),
        Some(id) if id.is_shown() => format!("with _id {id}"),
        Some(_) => "with that _id".to_owned(),
        None => "that matches".to_owned(),
    }
}

pub(super) fn of_id(id: &Option<DocumentId>) -> String {
    match id {
        Some(id) if id.is_shown() => format!(" (_id {id})"),
        _ => String::new(),
    }
}

/// Names both ends of a reference that leads nowhere, as far as they are shown.
pub(super) fn dangling(model: &str, relation: &str, target: &str, ends: &Option<Box<[DocumentId; 2]>>) -> String {
    let shown = |of: fn(&[DocumentId; 2]) -> &DocumentId, before: &str, after: &str| match ends.as_deref().map(of) {
        Some(id) if id.is_shown() => format!("{before}{id}{after}"),
        _ => String::new(),
    };
    let (id, key) = (shown(|[id, _]| id, " (_id ", ")"), shown(|[_, key]| key, " with the key ", ""));
    format!(
        "`{model}::{relation}` is required, but this `{model}`{id} leads to a `{target}`{key} that is not there: `db.check_relations()` finds \
         such documents"
    )
}

/// Names the relation that holds documents back, both models, and how many hold them.
pub(super) fn restricted(model: &str, relation: &str, holder: &str, count: &u64, deletes: &bool) -> String {
    let refer = if *count == 1 { "refers" } else { "refer" };
    let (refused, attribute) = if *deletes { ("be deleted", "on_delete") } else { ("change the value that keys reference", "on_update") };
    format!("this `{model}` cannot {refused}: {count} `{holder}` {refer} to it by `{relation}`, which is `{attribute} = Restrict`")
}

pub(super) fn listed(fields: &[String]) -> String {
    match fields {
        [] => "key".to_owned(),
        fields => fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn rules(broken: &[Broken]) -> String {
    let said = |broken: &Broken| if broken.path.is_empty() { format!("it must have {}", broken.rule) } else { broken.to_string() };
    broken.iter().map(said).collect::<Vec<_>>().join("; ")
}

pub(super) fn known(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::NotApplied => "nothing was applied",
        Outcome::Applied => "it was applied",
        Outcome::Unknown => "whether it was applied is unknown",
    }
}

/// Names the first failures; a bulk write of 100,000 documents may have as many.
pub(super) fn bulk(model: &str, inserted: &u64, applied: &Option<Box<BulkReport>>, failed: &[(usize, Error)]) -> String {
    const SHOWN: usize = 3;
    let mut text = match applied.as_deref() {
        None => format!("{inserted} of these `{model}` were written, {} failed", failed.len()),
        Some(BulkReport { created, matched, modified, deleted }) => format!(
            "{created} documents were created, {matched} matched of which {modified} were modified, {deleted} were deleted, and {} \
             operations failed",
            failed.len()
        ),
    };
    for (at, error) in failed.iter().take(SHOWN) {
        text.push_str(&format!("; number {at}: {error}"));
    }
    if failed.len() > SHOWN {
        text.push_str("; …");
    }
    text
}

/// `alloc::vec::Vec<app::Post>` as people write it: `Vec<Post>`.
pub(super) fn without_modules(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut word = 0;
    for c in name.chars() {
        short.push(c);
        if c == ':' {
            short.truncate(word);
        } else if !c.is_alphanumeric() && c != '_' {
            word = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_left_out_of_type_names() {
        assert_eq!(without_modules("alloc::vec::Vec<app::blog::Post>"), "Vec<Post>");
        assert_eq!(without_modules("core::option::Option<app::My_Post>"), "Option<My_Post>");
    }

    #[test]
    fn only_ids_that_say_nothing_of_a_person_are_shown() {
        let of = |id: Bson| Error::NotFound { model: "User", key: Some(DocumentId::of(&id)), fields: Box::default() };
        assert_eq!(of(Bson::Int64(7)).to_string(), "no `User` with _id 7 was found");
        let mail = of(Bson::String("ada@example.com".to_owned()));
        assert_eq!(mail.to_string(), "no `User` with that _id was found");
        assert!(!format!("{mail:?}").contains("ada"));
        assert_eq!(mail.detail().as_deref(), Some("ada@example.com"));
        assert_eq!(of(Bson::from(uuid_bson())).to_string(), "no `User` with _id 67e55044-10b1-426f-9247-bb680e5fe0c8 was found");
    }

    #[test]
    fn another_key_is_named_without_its_values() {
        let name = (&RawPath::new("name"), &Bson::from("Office"));
        let of = |values: &[(&RawPath, &Bson)]| Error::NotFound {
            model: "Category",
            key: Some(DocumentId::of_values(values)),
            fields: values.iter().map(|(path, _)| path.stored().to_owned()).collect(),
        };
        let error = of(&[name]);
        assert_eq!(error.to_string(), "no `Category` with this `name` was found");
        assert_eq!((error.detail().as_deref(), format!("{error:?}").contains("Office")), (Some("name: Office"), false));
        let error = of(&[name, (&RawPath::new("size"), &Bson::Int32(3))]);
        assert_eq!(error.to_string(), "no `Category` with these `name`, `size` was found");
        assert_eq!(error.detail().as_deref(), Some("name: Office, size: 3"));
    }

    #[test]
    fn a_reference_that_leads_nowhere_names_both_ends() {
        let of = |id: Bson, key: Bson| Error::Dangling {
            model: "Post",
            relation: "author",
            target: "User",
            ends: Some(Box::new([DocumentId::of(&id), DocumentId::of(&key)])),
        };
        assert_eq!(
            of(Bson::Int64(7), Bson::Int64(9)).to_string(),
            "`Post::author` is required, but this `Post` (_id 7) leads to a `User` with the key 9 that is not there: `db.check_relations()` \
             finds such documents"
        );
        let mail = of(Bson::Int64(7), Bson::String("ada@example.com".to_owned()));
        assert!(!mail.to_string().contains("ada") && !format!("{mail:?}").contains("ada"), "{mail:?}");
        assert_eq!(mail.detail().as_deref(), Some("_id: 7, key: ada@example.com"));
    }

    #[test]
    fn what_holds_a_document_back_is_named() {
        assert_eq!(
            restricted("User", "Post::author", "Post", &3, &true),
            "this `User` cannot be deleted: 3 `Post` refer to it by `Post::author`, which is `on_delete = Restrict`"
        );
        assert_eq!(
            restricted("User", "User::posts", "Post", &1, &false),
            "this `User` cannot change the value that keys reference: 1 `Post` refers to it by `User::posts`, which is `on_update = Restrict`"
        );
    }

    #[test]
    fn a_bulk_says_what_was_applied_and_names_the_first_failures() {
        let missing = || Error::NotFound { model: "User", key: None, fields: Box::default() };
        let failed = |count: usize| (0..count).map(|at| (at + 4, missing())).collect::<Vec<_>>();
        assert_eq!(
            bulk("User", &2, &None, &failed(1)),
            "2 of these `User` were written, 1 failed; number 4: no `User` that matches was found"
        );
        let report = BulkReport { created: 1, matched: 5, modified: 3, deleted: 2 };
        assert_eq!(
            bulk("User", &1, &Some(Box::new(report)), &failed(4)),
            "1 documents were created, 5 matched of which 3 were modified, 2 were deleted, and 4 operations failed; number 4: no `User` that \
             matches was found; number 5: no `User` that matches was found; number 6: no `User` that matches was found; …"
        );
    }

    fn uuid_bson() -> bson::Uuid {
        bson::Uuid::from_bytes(*b"\x67\xe5\x50\x44\x10\xb1\x42\x6f\x92\x47\xbb\x68\x0e\x5f\xe0\xc8")
    }
}
