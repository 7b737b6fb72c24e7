//! [`RenderedUpdate`]: an update, the documents that it must not reach, and how to find out why it reached none.

use super::{
    odd::{Odd, odds},
    operators::{Operators, depends_on_none},
    pipeline::render_pipeline,
    stamp::Stamps,
};
use crate::{
    Result,
    query::{Change, Checked, check_changes},
    render::{
        filter::render_match,
        matching::{Match, all_of},
        size::check_size,
    },
    schema::{Broken, Schema},
};
use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};

/// An update, and the documents that it must not reach.
#[derive(Debug)]
pub(crate) struct RenderedUpdate {
    pub(crate) written: Written,
    /// Documents that are refused, and the rule that each breaks.
    refused: Vec<(Document, Broken)>,
    /// Documents in a form that the operators do not take.
    odd: Vec<Odd>,
}

/// What the server makes of a document that it reaches.
#[derive(Clone, Debug)]
pub(crate) enum Written {
    /// Nothing: no change has an effect.
    Nothing,
    Operators {
        update: Document,
        array_filters: Vec<Document>,
    },
    Pipeline(Vec<Document>),
}

/// Why an update reached no document.
#[derive(Debug)]
pub(crate) struct Looked {
    /// Whether there is one at all.
    pub(crate) found: bool,
    /// The rules that it breaks.
    pub(crate) broken: Vec<Broken>,
    /// Whether it is in a form that the operators do not take.
    pub(crate) odd: bool,
}

/// The changes as one update of documents of this model; it also moves `updated_at` and `version`.
///
/// # Errors
/// A value that the codec or a declared limit refuses, two changes to one path or to a path and one below it, no change at all, or changes
/// that one update cannot make together.
pub(crate) fn render_update(schema: &'static Schema, changes: &[Change], now: DateTime<Utc>) -> Result<RenderedUpdate> {
    let Checked { changes: placed, guards } = check_changes(schema, changes)?;
    let mut refused = Vec::new();
    for guard in guards {
        match render_match(schema, &guard.refused)? {
            Match::Nothing => {}
            rendered => refused.push((rendered.into_document(), guard.broken)),
        }
    }
    let stamps = Stamps::of(schema, changes, now)?;
    let written = match placed.iter().find(|placed| depends_on_none(placed)) {
        Some(dependent) => Written::Pipeline(render_pipeline(schema, &placed, dependent, stamps)?),
        None => match Operators::render(schema, &placed, stamps)? {
            // The server would take an empty update for an empty document in place of the stored one.
            (update, _) if update.is_empty() => Written::Nothing,
            (update, array_filters) => Written::Operators { update, array_filters },
        },
    };
    Ok(RenderedUpdate { written, refused, odd: odds(&placed) })
}

impl RenderedUpdate {
    /// Refuses what no command can carry: the filter with what it leaves out, the changes, and the filters of list items together.
    ///
    /// # Errors
    /// More than 16 MiB, or more levels than the server reads.
    pub(crate) fn check_size(&self, schema: &Schema, filter: &Document) -> Result<()> {
        let reached = self.reached(filter);
        let changes: Vec<&Document> = match &self.written {
            Written::Nothing => Vec::new(),
            Written::Operators { update, array_filters } => std::iter::once(update).chain(array_filters).collect(),
            Written::Pipeline(stages) => stages.iter().collect(),
        };
        check_size(schema, "an update", std::iter::once(&reached).chain(changes))
    }

    /// Whether every document that matches the filter is reached.
    pub(crate) fn reaches_all(&self) -> bool {
        self.refused.is_empty() && self.odd.is_empty()
    }

    /// The odd documents that can be brought into the form that the codec writes, each kind with the stage that does it, in the order in
    /// which that is done. Whether the update is refused makes no difference here: the model reads the same of them.
    pub(crate) fn mends(&self) -> impl Iterator<Item = (&Document, &Document)> {
        self.odd.iter().filter(|odd| odd.can_be_mended).map(|odd| (&odd.documents, &odd.mend))
    }

    /// The documents of those matching `filter` that the update reaches.
    pub(crate) fn reached(&self, filter: &Document) -> Document {
        let not: Vec<Bson> = self.refused().chain(self.odd()).collect();
        if not.is_empty() { filter.clone() } else { both(filter, doc! { "$nor": not }) }
    }

    /// Brings the odd documents among those matching `filter` into the form that the codec writes; the model reads the same of them.
    pub(crate) fn normalised(&self, filter: &Document) -> (Document, Vec<Document>) {
        let stages = self.odd.iter().map(|odd| odd.mend.clone()).collect();
        (both(filter, self.only_odd()), stages)
    }

    /// Asks of the one document matching `filter` what keeps the update from it.
    pub(crate) fn look(&self, filter: &Document) -> Vec<Document> {
        let id = doc! { "$project": { "_id": 1 } };
        let mut facets = doc! { "found": [id.clone()] };
        for (at, (refused, _)) in self.refused.iter().enumerate() {
            facets.insert(format!("broken{at}"), vec![doc! { "$match": refused.clone() }, id.clone()]);
        }
        if !self.odd.is_empty() {
            facets.insert("odd", vec![doc! { "$match": self.only_odd() }, id]);
        }
        vec![doc! { "$match": filter.clone() }, doc! { "$limit": 1 }, doc! { "$facet": facets }]
    }

    /// What the server's answer to [`look`](Self::look) says.
    pub(crate) fn looked(&self, answer: &Document) -> Looked {
        let has = |facet: &str| answer.get_array(facet).is_ok_and(|found| !found.is_empty());
        let broken = self.refused.iter().enumerate().filter(|(at, _)| has(&format!("broken{at}")));
        Looked { found: has("found"), broken: broken.map(|(_, (_, broken))| broken.clone()).collect(), odd: has("odd") }
    }

    /// Counts, of the documents matching `filter`, the refused and the odd ones.
    pub(crate) fn count(&self, filter: &Document) -> Vec<Document> {
        let count = |filter: Document| vec![doc! { "$match": filter }, doc! { "$count": "documents" }];
        let mut facets = Document::new();
        if !self.refused.is_empty() {
            facets.insert("refused", count(doc! { "$or": self.refused().collect::<Vec<_>>() }));
        }
        if !self.odd.is_empty() {
            facets.insert("odd", count(self.only_odd()));
        }
        vec![doc! { "$match": filter.clone() }, doc! { "$facet": facets }]
    }

    /// The refused and the odd documents by the server's answer to [`count`](Self::count).
    pub(crate) fn counted(answer: &Document) -> (u64, u64) {
        let of = |facet: &str| {
            let counted = answer.get_array(facet).ok()?.first()?.as_document()?.get("documents")?;
            u64::try_from(counted.as_i64().or_else(|| counted.as_i32().map(i64::from))?).ok()
        };
        (of("refused").unwrap_or(0), of("odd").unwrap_or(0))
    }

    fn refused(&self) -> impl Iterator<Item = Bson> {
        self.refused.iter().map(|(refused, _)| Bson::Document(refused.clone()))
    }

    fn odd(&self) -> impl Iterator<Item = Bson> {
        self.odd.iter().map(|odd| Bson::Document(odd.documents.clone()))
    }

    /// Odd documents that are not refused anyway.
    fn only_odd(&self) -> Document {
        let mut only = doc! { "$or": self.odd().collect::<Vec<_>>() };
        let refused: Vec<Bson> = self.refused().collect();
        if !refused.is_empty() {
            only.insert("$nor", refused);
        }
        only
    }
}

fn both(filter: &Document, more: Document) -> Document {
    if filter.is_empty() {
        return more;
    }
    all_of(vec![Match::Doc(filter.clone()), Match::Doc(more)]).into_document()
}
