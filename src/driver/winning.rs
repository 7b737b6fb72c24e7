//! The server's plan of a read, judged: whether an index leads to what is asked for.
//!
//! Reads the reply of `explain`, for `action/explain_checked.rs`. The plan of a `find` stands at the top, that of an `aggregate` in its first
//! stage, and on a sharded cluster there is one for each shard. Pure.

use crate::error::Unindexed;
use bson::{Bson, Document};

/// What the server would go through where no index leads to what a read asks for; nothing where one does. A read without a filter is led to
/// all keys of an index, in order.
pub(crate) fn unindexed(reply: &Document, has_filter: bool) -> Option<Unindexed> {
    let mut plan = Plan { has_filter, ..Plan::default() };
    plan.reply(reply);
    if plan.documents {
        Some(Unindexed::Documents)
    } else if plan.all_keys {
        Some(Unindexed::AllKeys)
    } else {
        // One document needs no sorting.
        (plan.sorts && plan.finds_many).then_some(Unindexed::Sort)
    }
}

/// What is told by the stages of a plan.
#[derive(Debug, Default)]
struct Plan {
    has_filter: bool,
    documents: bool,
    all_keys: bool,
    sorts: bool,
    finds_many: bool,
}

impl Plan {
    fn reply(&mut self, reply: &Document) {
        if let Ok(winning) = reply.get_document("queryPlanner").and_then(|planner| planner.get_document("winningPlan")) {
            self.stage(winning);
        }
        let stages = array(reply, "stages").filter_map(Bson::as_document).flat_map(Document::values).filter_map(Bson::as_document);
        stages.for_each(|stage| self.reply(stage));
        let shards = reply.get_document("shards").into_iter().flat_map(Document::values).filter_map(Bson::as_document);
        shards.for_each(|shard| self.reply(shard));
    }

    fn stage(&mut self, stage: &Document) {
        // Servers from 7.0 on may keep the stages one level below.
        if let Ok(stages) = stage.get_document("queryPlan") {
            return self.stage(stages);
        }
        let mut inputs: Vec<&Document> = INPUT.iter().filter_map(|input| stage.get_document(input).ok()).collect();
        inputs.extend(array(stage, "inputStages").filter_map(Bson::as_document));
        let of_shards = array(stage, "shards").filter_map(Bson::as_document);
        inputs.extend(of_shards.filter_map(|shard| shard.get_document("winningPlan").ok()));
        match stage.get_str("stage").unwrap_or_default() {
            "COLLSCAN" => self.documents = true,
            // Of groups there is no other order.
            "SORT" => self.sorts |= !reads_groups(stage),
            name => {
                if let Ok(bounds) = stage.get_document("indexBounds") {
                    self.scan(stage, bounds);
                } else if inputs.is_empty() {
                    self.finds_many |= !finds_one(name);
                }
            }
        }
        inputs.into_iter().for_each(|input| self.stage(input));
    }

    /// A scan of an index. Its ranges are written as texts, those of the first key first.
    fn scan(&mut self, stage: &Document, bounds: &Document) {
        let ranges: Vec<&[Bson]> = bounds.values().filter_map(Bson::as_array).map(Vec::as_slice).collect();
        // Conditions that contradict each other: nothing is read.
        if ranges.iter().any(|ranges| ranges.is_empty()) {
            return;
        }
        let is_single = |ranges: &&[Bson]| matches!(ranges, [Bson::String(range)] if is_point(range));
        let is_one = stage.get_bool("isUnique").unwrap_or_default() && !ranges.is_empty() && ranges.iter().all(is_single);
        self.finds_many |= !is_one;
        self.all_keys |= self.has_filter && ranges.first().is_some_and(|ranges| is_whole(ranges));
    }
}

/// Under which names a stage has the one that it reads from.
const INPUT: [&str; 5] = ["inputStage", "outerStage", "innerStage", "thenStage", "elseStage"];

/// Ranges that say nothing of a filter's values: all keys, and all texts, numbers or documents, in both directions.
const WHOLE: [&str; 12] = [
    "[MinKey, MaxKey]",
    "[MaxKey, MinKey]",
    "[\"\", {})",
    "({}, \"\"]",
    "[nan.0, inf.0]",
    "[inf.0, nan.0]",
    "[nan, inf]",
    "[inf, nan]",
    "[{}, [])",
    "([], {}]",
    "[CollationKey(0x), {})",
    "({}, CollationKey(0x)]",
];

/// All that is there; as the only range, since beside the rest it is what is unequal to something.
const PRESENT: [&str; 2] = ["(null, MaxKey]", "[MaxKey, null)"];

fn is_whole(ranges: &[Bson]) -> bool {
    let is_one_of = |range: &Bson, whole: &[&str]| range.as_str().is_some_and(|range| whole.contains(&range));
    ranges.iter().any(|range| is_one_of(range, &WHOLE)) || matches!(ranges, [range] if is_one_of(range, &PRESENT))
}

/// Whether a range is one value: it is written twice.
fn is_point(range: &str) -> bool {
    let Some(inner) = range.strip_prefix('[').and_then(|range| range.strip_suffix(']')) else { return false };
    let half = inner.len().saturating_sub(SEPARATOR.len()) / 2;
    inner.get(..half).is_some_and(|value| inner == format!("{value}{SEPARATOR}{value}"))
}

const SEPARATOR: &str = ", ";

/// Whether what comes into a stage are groups.
fn reads_groups(stage: &Document) -> bool {
    let is_group = |input: &Document| input.get_str("stage").is_ok_and(|name| name == "GROUP");
    stage.get_document("inputStage").is_ok_and(|input| is_group(input) || reads_groups(input))
}

/// Whether a stage that reads from no other gives at most one document.
fn finds_one(stage: &str) -> bool {
    matches!(stage, "EOF" | "IDHACK") || stage.starts_with("EXPRESS")
}

fn array<'d>(document: &'d Document, name: &str) -> impl Iterator<Item = &'d Bson> + use<'d> {
    document.get_array(name).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    fn scan(bounds: Document) -> Document {
        doc! { "stage": "IXSCAN", "isUnique": false, "indexBounds": bounds }
    }

    fn find(plan: Document) -> Document {
        // What the reply repeats of the command is no part of the plan.
        doc! { "queryPlanner": { "winningPlan": plan, "rejectedPlans": [{ "stage": "COLLSCAN" }] }, "command": { "stage": "COLLSCAN" } }
    }

    #[test]
    fn a_plan_is_as_good_as_its_worst_stage() {
        let by_key = || scan(doc! { "a": ["[3, 3]"], "b": ["[MinKey, MaxKey]"] });
        let fetch = |input: Document| doc! { "stage": "FETCH", "filter": { "b": 1 }, "inputStage": input };
        let sort = |input: Document| doc! { "stage": "SORT", "inputStage": input };
        let group = |input: Document| doc! { "stage": "GROUP", "inputStage": input };
        let or = |second: Document| doc! { "stage": "OR", "inputStages": [by_key(), second] };
        let collection = || doc! { "stage": "COLLSCAN" };
        let cases = [
            (fetch(by_key()), None),
            (collection(), Some(Unindexed::Documents)),
            (sort(collection()), Some(Unindexed::Documents)),
            (sort(fetch(by_key())), Some(Unindexed::Sort)),
            (sort(group(fetch(by_key()))), None),
            (sort(fetch(group(by_key()))), None),
            (group(sort(fetch(by_key()))), Some(Unindexed::Sort)),
            (sort(group(sort(by_key()))), Some(Unindexed::Sort)),
            (sort(group(collection())), Some(Unindexed::Documents)),
            (doc! { "stage": "SORT_MERGE", "inputStages": [by_key(), by_key()] }, None),
            (or(by_key()), None),
            (or(collection()), Some(Unindexed::Documents)),
            (or(scan(doc! { "b": ["[\"\", {})", "[/x/, /x/]"] })), Some(Unindexed::AllKeys)),
            (fetch(scan(doc! { "a": ["[MinKey, MaxKey]"], "b": ["[3, 3]"] })), Some(Unindexed::AllKeys)),
            (scan(doc! { "a": ["[MaxKey, MinKey]"] }), Some(Unindexed::AllKeys)),
            (scan(doc! { "a": ["[MinKey, undefined)", "(null, MaxKey]"] }), None),
            (scan(doc! { "a": ["(null, MaxKey]"] }), Some(Unindexed::AllKeys)),
            (scan(doc! { "a": ["[\"a\", \"b\")", "[/^a/, /^a/]"] }), None),
            (scan(doc! { "a": ["[CollationKey(0x), {})", "[/^a/, /^a/]"] }), Some(Unindexed::AllKeys)),
            (scan(doc! { "a": ["[CollationKey(0x57), CollationKey(0x57)]"] }), None),
            (doc! { "stage": "TEXT_MATCH", "inputStage": scan(doc! {}) }, None),
            (sort(doc! { "stage": "TEXT_MATCH", "inputStage": scan(doc! {}) }), Some(Unindexed::Sort)),
            (doc! { "stage": "COUNT_SCAN", "indexBounds": { "startKey": { "a": 3 }, "endKey": { "a": 3 } } }, None),
            (doc! { "stage": "EOF" }, None),
            (doc! { "stage": "IDHACK" }, None),
            (sort(doc! { "stage": "EOF" }), None),
            (sort(scan(doc! { "a": [] })), None),
            // Of the planner that came later.
            (doc! { "queryPlan": sort(by_key()), "slotBasedPlan": { "stages": "…" } }, Some(Unindexed::Sort)),
            (doc! { "stage": "EXPRESS_IXSCAN", "keyPattern": { "_id": 1 } }, None),
        ];
        for (plan, expected) in cases {
            assert_eq!(unindexed(&find(plan.clone()), true), expected, "{plan}");
        }
    }

    #[test]
    fn one_document_needs_no_sorting() {
        let by = |is_unique: bool, range: &str| {
            let scan = doc! { "stage": "IXSCAN", "isUnique": is_unique, "indexBounds": { "a": [range] } };
            unindexed(&find(doc! { "stage": "SORT", "inputStage": scan }), true)
        };
        assert_eq!(by(true, "[3, 3]"), None);
        assert_eq!(by(true, "[\"a, b\", \"a, b\"]"), None);
        assert_eq!(by(true, "[ObjectId('0'), ObjectId('0')]"), None);
        assert_eq!(by(false, "[3, 3]"), Some(Unindexed::Sort));
        assert_eq!(by(true, "[3, 4]"), Some(Unindexed::Sort));
        assert_eq!(by(true, "(3, 3]"), Some(Unindexed::Sort));
        assert_eq!(by(true, "[é, 3]"), Some(Unindexed::Sort));
    }

    #[test]
    fn without_a_filter_all_keys_are_what_is_asked_for() {
        let plan = find(doc! { "stage": "FETCH", "inputStage": scan(doc! { "a": ["[MinKey, MaxKey]"] }) });
        assert_eq!((unindexed(&plan, false), unindexed(&plan, true)), (None, Some(Unindexed::AllKeys)));
        assert_eq!(unindexed(&find(doc! { "stage": "COLLSCAN" }), false), Some(Unindexed::Documents));
    }

    #[test]
    fn aggregates_and_shards_have_their_plans_below() {
        let bad = || doc! { "stage": "COLLSCAN" };
        let aggregate = doc! { "stages": [{ "$cursor": find(bad()) }, { "$group": { "_id": 1 } }] };
        assert_eq!(unindexed(&aggregate, true), Some(Unindexed::Documents));
        let shard = |plan: Document| doc! { "shardName": "a", "winningPlan": plan };
        let merged = doc! { "stage": "SHARD_MERGE", "shards": [shard(doc! { "stage": "EOF" }), shard(bad())] };
        assert_eq!(unindexed(&find(merged), true), Some(Unindexed::Documents));
        let pipelines = doc! { "shards": { "a": find(doc! { "stage": "EOF" }), "b": { "stages": [{ "$cursor": find(bad()) }] } } };
        assert_eq!(unindexed(&pipelines, true), Some(Unindexed::Documents));
    }
}
