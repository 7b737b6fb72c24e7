//! Stages as the pipeline that is sent.

use super::{
    aggregate::check_path,
    lookup::render_lookup,
    matched::render_matched,
    matching::nothing,
    number::as_long,
    projection::{render_paths, render_projection},
    reshape::{Source, check_complete, insert, render_add, render_buckets, render_group, render_project},
    sort::render_sort,
};
use crate::{
    Error, Result,
    query::{Aggregate, Assignments, Level, Place, RawPath, SortKey, Stage, Term, place},
    schema::{Kind, Layout, Schema},
};
use bson::{Bson, Document, doc};

/// The stages of a pipeline that starts from documents of this model.
///
/// # Errors
/// A filter or an order that cannot be rendered, a path that cannot be asked for, or a stage that leaves a field open.
pub(crate) fn render_stages(schema: &'static Schema, stages: &[Stage]) -> Result<Vec<Document>> {
    Walk { schema, unwound: Vec::new(), searched: Document::new(), pipeline: Vec::new() }.stages(stages)
}

/// A walk through the stages.
struct Walk {
    /// What the documents are by now.
    schema: &'static Schema,
    /// The items of them that stand where lists were unwound.
    unwound: Vec<RawPath>,
    /// The first match, where alone the server takes a search.
    searched: Document,
    pipeline: Vec<Document>,
}

impl Walk {
    fn stages(mut self, stages: &[Stage]) -> Result<Vec<Document>> {
        for (at, stage) in stages.iter().enumerate() {
            self.stage(at, stage)?;
        }
        Ok(self.pipeline)
    }

    fn stage(&mut self, at: usize, stage: &Stage) -> Result<()> {
        match stage {
            Stage::Match(filter) => {
                let mut paths = Vec::new();
                filter.paths(&mut paths);
                self.check_paths(&paths)?;
                let matched = render_matched(self.schema, filter)?;
                if at == 0 {
                    self.searched = matched.first.clone();
                }
                self.pipeline.extend(matched.into_stages());
            }
            Stage::Sort(keys) => {
                self.check_sort(keys)?;
                let sort = render_sort(self.schema, keys, &self.searched)?;
                self.pipeline.extend(sort.map(|sort| doc! { "$sort": sort }));
            }
            Stage::Skip(n) => self.pipeline.push(doc! { "$skip": as_long(*n) }),
            // The server takes a limit of 0 for a mistake.
            Stage::Take(0) | Stage::Sample(0) => self.pipeline.push(doc! { "$match": nothing() }),
            Stage::Take(n) => self.pipeline.push(doc! { "$limit": as_long(*n) }),
            Stage::Sample(n) => self.pipeline.push(doc! { "$sample": { "size": as_long(*n) } }),
            Stage::Unwind(path) => self.unwind(path)?,
            Stage::Project(fields) => {
                self.check_terms(fields.fields.iter().map(|(_, term)| term))?;
                let project = render_project(&self.source(), fields)?;
                self.reshape([project], fields.into);
            }
            Stage::Add(fields) => {
                self.check_terms(fields.fields.iter().map(|(_, term)| term))?;
                let add = render_add(&self.source(), fields)?;
                self.reshape([add], fields.into);
            }
            Stage::Group { keys, results } => {
                self.check_terms(keys.iter().map(|(_, term)| term))?;
                self.check_results(results)?;
                let group = render_group(self.schema, keys, results)?;
                self.reshape(group, results.into);
            }
            Stage::Bucket { of, boundaries, bounds, results } => {
                self.check_terms([of])?;
                self.check_results(results)?;
                let buckets = render_buckets(self.schema, of, boundaries, bounds, results)?;
                self.reshape(buckets, results.into);
            }
            Stage::Lookup { to, lookup, of, many, into } => {
                let lookup = render_lookup(&self.source(), to, lookup, of, *many, into)?;
                self.reshape(lookup, into);
            }
            Stage::Facet(branches) => {
                let facet = self.facet(branches)?;
                self.reshape([facet], branches.into);
            }
            Stage::UnionWith(other, filter) => {
                let inner = render_matched(other, filter)?.into_stages();
                self.pipeline.push(doc! { "$unionWith": { "coll": other.collection, "pipeline": inner } });
            }
            Stage::Shaped(schema) => self.reshape([], schema),
            Stage::Select { paths, needs } => {
                for path in paths {
                    check_path(self.schema, path)?;
                }
                self.check_paths(&paths.iter().collect::<Vec<_>>())?;
                self.pipeline.extend(render_paths(needs.iter().cloned()).map(|paths| doc! { "$project": paths }));
            }
            Stage::Fields(fields) => self.pipeline.push(doc! { "$project": render_projection(fields) }),
            Stage::Count => self.pipeline.push(doc! { "$count": "n" }),
            Stage::Raw(stage) => self.pipeline.push(stage.clone()),
        }
        Ok(())
    }

    fn source(&self) -> Source<'_> {
        Source { schema: self.schema, unwound: &self.unwound }
    }

    /// From here on documents are of `into`, and have no other fields where that refuses or keeps what it does not declare.
    fn reshape(&mut self, stages: impl IntoIterator<Item = Document>, into: &'static Schema) {
        let pipeline = &mut self.pipeline;
        let before = pipeline.len();
        pipeline.extend(stages);
        // What ends in a projection has no others.
        let is_exact = pipeline.last().is_none_or(|stage| stage.contains_key("$project") || stage.contains_key("$facet"));
        if into.deny_unknown && !is_exact && pipeline.len() > before {
            let fields: Vec<&str> = into.fields.iter().map(|field| field.stored).collect();
            pipeline.push(doc! { "$project": render_projection(&fields) });
        }
        self.schema = into;
        self.unwound.clear();
    }

    fn facet(&self, branches: &Assignments<Vec<Stage>>) -> Result<Document> {
        let mut facet = Document::new();
        for (field, stages) in &branches.fields {
            let walk = Self { schema: self.schema, unwound: self.unwound.clone(), searched: Document::new(), pipeline: Vec::new() };
            insert(branches.into, &mut facet, field, Bson::from(walk.stages(stages)?))?;
        }
        check_complete(branches.into, &facet)?;
        Ok(doc! { "$facet": facet })
    }

    /// One document for each item. The server makes none of a list that is null or missing, which is right where it reads as empty; where it
    /// reads as more, or where another variant has a field of that name, what the model reads is put there first.
    fn unwind(&mut self, item: &RawPath) -> Result<()> {
        check_path(self.schema, item)?;
        let stored = item.stored();
        let list = item.up_to(stored.len());
        self.check_paths(&[&list])?;
        let place = place(Layout::from(self.schema), &list);
        if reads_as_other(&place) {
            self.pipeline.push(doc! { "$set": { stored: place.read("", &list) } });
        }
        self.pipeline.push(doc! { "$unwind": format!("${stored}") });
        self.unwound.push(item.clone());
        Ok(())
    }

    fn check_terms<'t>(&self, terms: impl IntoIterator<Item = &'t Term>) -> Result<()> {
        let mut paths = Vec::new();
        terms.into_iter().for_each(|term| term.paths(&mut paths));
        self.check_paths(&paths)
    }

    fn check_results(&self, results: &Assignments<Aggregate>) -> Result<()> {
        let mut paths = Vec::new();
        for (_, aggregate) in &results.fields {
            match aggregate {
                Aggregate::CountOf(path) => paths.push(path),
                other => other.term().into_iter().for_each(|term| term.paths(&mut paths)),
            }
        }
        self.check_paths(&paths)
    }

    /// Where a list was unwound an item stands, and nowhere else.
    fn check_paths(&self, paths: &[&RawPath]) -> Result<()> {
        let items = || self.unwound.iter().map(RawPath::stored);
        for path in paths {
            if let Some(list) = path.unwound_lists().find(|list| items().all(|item| item != *list)) {
                return Err(Error::rule(self.schema, list, "an `unwind` before this stage, for `unwound()` to be its item"));
            }
            let stored = path.stored();
            let holds = |item: &&str| item.strip_prefix(stored).is_some_and(|rest| rest.starts_with('.'));
            if let Some(item) = items().find(holds) {
                let rule = format!("a path into it: in `{item}` an item stands where the list was");
                return Err(Error::rule(self.schema, stored, rule));
            }
            let leads_in = |item: &&str| stored.strip_prefix(item).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if items().filter(leads_in).any(|item| path.unwound_at(item.len()).is_none()) {
                return Err(Error::rule(self.schema, stored, "`unwound()` behind the list in this path: an item stands in its place"));
            }
        }
        Ok(())
    }
}

impl Walk {
    /// In a list there is no order.
    fn check_sort(&self, keys: &[SortKey]) -> Result<()> {
        for key in keys {
            let SortKey::Path { path, .. } = key else { continue };
            let mut walked = String::new();
            for name in path.split('.') {
                walked = if walked.is_empty() { name.to_owned() } else { format!("{walked}.{name}") };
                let place = place(Layout::from(self.schema), &RawPath::of(&[&walked]));
                if matches!(place.kind, Kind::Array(_)) && self.unwound.iter().all(|item| item.stored() != walked) {
                    return Err(Error::rule(self.schema, walked, "an `unwind` before this stage, for its items to be an order"));
                }
            }
        }
        Ok(())
    }
}

/// Whether the list may read as another one than is stored.
fn reads_as_other(place: &Place) -> bool {
    let has_items = |value: &Bson| value.as_array().is_some_and(|items| !items.is_empty());
    let above = |level: &Level| level.is_strict() || has_items(&level.absent);
    place.default().is_some_and(has_items) || place.levels.iter().any(above)
}
