//! How the server answers the filter of the last `find`: by an index, or by looking at every document.

use super::Sent;
use bson::{Bson, Document, doc};

/// What the server goes through to answer a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The keys of an index that the filter names.
    Keys,
    /// All keys of an index, or all of one type, each of which it then tests.
    AllKeys,
    /// Every document of the collection.
    Documents,
}

impl Sent {
    /// How the server answers the last filter that Chakra sent. It is explained by the bare driver, as it was sent.
    pub async fn explain(&self) -> Access {
        let command = self.command();
        let find = doc! { "find": command.get_str("find").unwrap(), "filter": command.get_document("filter").unwrap().clone() };
        let reply = self.raw.run_command(doc! { "explain": find, "verbosity": "queryPlanner" }).await.unwrap();
        let winning = reply.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap();
        let mut plan = Plan::default();
        // Servers from 7.0 on may keep the stages one level below.
        plan.read(winning.get_document("queryPlan").unwrap_or(winning));
        plan.access().unwrap_or_else(|| panic!("neither an index nor the collection: {winning}"))
    }
}

/// What is told by the stages of a plan.
#[derive(Debug, Default)]
struct Plan {
    stages: Vec<String>,
    /// The ranges of keys, as the server writes them.
    bounds: Vec<String>,
    /// Whether a part of the filter is left to be tested, on keys or on documents.
    is_filtered: bool,
}

impl Plan {
    fn read(&mut self, stage: &Document) {
        self.stages.push(stage.get_str("stage").unwrap().to_owned());
        self.is_filtered |= stage.contains_key("filter");
        for ranges in stage.get_document("indexBounds").into_iter().flat_map(Document::values).filter_map(Bson::as_array) {
            self.bounds.extend(ranges.iter().map(|range| range.as_str().unwrap().to_owned()));
        }
        let inputs = stage.get_array("inputStages").into_iter().flatten().map(|input| input.as_document().unwrap());
        for input in stage.get_document("inputStage").into_iter().chain(inputs) {
            self.read(input);
        }
    }

    fn access(&self) -> Option<Access> {
        // An `_id` alone is looked up without a scan.
        let is_by_index = |stage: &String| stage.contains("IXSCAN") || stage == "IDHACK";
        if self.stages.iter().any(|stage| stage == "COLLSCAN") {
            return Some(Access::Documents);
        }
        let goes_through_all = self.is_filtered && self.bounds.iter().any(|range| WHOLE.contains(&range.as_str()));
        self.stages.iter().any(is_by_index).then_some(if goes_through_all { Access::AllKeys } else { Access::Keys })
    }
}

/// Ranges that say nothing of the filter's values: all keys, all but null, and all strings, numbers or documents.
const WHOLE: [&str; 6] = ["[MinKey, MaxKey]", "(null, MaxKey]", "[\"\", {})", "[nan.0, inf.0]", "[nan, inf]", "[{}, [])"];
