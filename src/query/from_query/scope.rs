//! [`Scope`]: which stored paths are open to query strings.

use crate::{
    model::Model,
    query::{RawPath, Selection},
    schema::Layout,
};

/// The paths that may be asked for. A composite stands for all that is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// All, where nothing is named.
    only: Option<Vec<String>>,
    except: Vec<String>,
}

impl Scope {
    pub(super) fn open<M: Model>(&mut self, paths: &impl Selection<M>) {
        self.only.get_or_insert_default().extend(stored(paths));
    }

    pub(super) fn close<M: Model>(&mut self, paths: &impl Selection<M>) {
        self.except.extend(stored(paths));
    }

    /// Whether there may be conditions on what stands at this path.
    pub(super) fn allows(&self, path: &RawPath) -> bool {
        let is_open = |only: &Vec<String>| only.iter().any(|open| is_in(path.stored(), open));
        !self.is_closed(path) && self.only.as_ref().is_none_or(is_open)
    }

    /// Whether there may be conditions on what stands at this path, or on something in it.
    pub(super) fn leads(&self, path: &RawPath) -> bool {
        let is_open = |only: &Vec<String>| only.iter().any(|open| is_in(path.stored(), open) || is_in(open, path.stored()));
        !self.is_closed(path) && self.only.as_ref().is_none_or(is_open)
    }

    fn is_closed(&self, path: &RawPath) -> bool {
        self.except.iter().any(|closed| is_in(path.stored(), closed))
    }
}

fn stored<M: Model>(paths: &impl Selection<M>) -> impl Iterator<Item = String> {
    let mut columns = Vec::new();
    paths.columns(Layout::from(M::schema()), &mut columns);
    columns.into_iter().map(|column| column.path.stored().to_owned())
}

/// Whether the path is the other one or goes on from it.
fn is_in(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
