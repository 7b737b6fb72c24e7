//! What is wanted, turned into what the server understands: the only room that writes a `$`.
//!
//! Pure: values in, BSON out. A filter becomes a match, an update becomes an update with its guards, a draft becomes an ordered plan of
//! document writes. What was rendered is also asked which declared index serves it.

mod aggregate;
pub(crate) mod applied;
mod bridge;
mod builds;
mod bulk;
mod check;
mod collation;
mod count;
pub(crate) mod counter;
mod coverage;
mod distinct;
mod draft;
mod draft_check;
mod draft_key;
mod duplicates;
mod expired;
mod expression;
mod filter;
mod firsts;
mod generate;
mod group;
mod include;
mod index;
mod level;
mod link;
mod lookup;
mod matched;
mod matching;
mod nested;
mod number;
mod order;
mod page;
mod partial;
mod pipeline;
mod plan;
mod projection;
mod read;
mod referential;
mod related;
mod replace;
mod reshape;
mod settle;
mod size;
mod sort;
mod storage;
mod term;
mod text;
mod update;
mod validator;
mod value;

pub(crate) use bridge::render_bridge;
pub(crate) use builds::render_builds;
pub(crate) use bulk::{PlannedCommand, PlannedMend, Statement, StatementKind, plan_bulk};
pub(crate) use check::{
    HAS, HoldersQuery, NamedQuery, Pull, can_name, is_askable, render_added, render_cleared, render_holders, render_named, render_pulled,
    render_touched,
};
pub(crate) use collation::{BY_BYTES, same_collation};
pub(crate) use count::render_count;
pub use coverage::Coverage;
pub(crate) use coverage::cover;
pub(crate) use distinct::{RenderedDistinct, render_distinct};
pub(crate) use draft::{Context, NumbersNeeded, numbers_needed};
pub(crate) use draft_check::check_drafts;
pub(crate) use draft_key::{agree_changes, agree_drafts, check_key, fill_key};
pub(crate) use duplicates::{DUPLICATE_GROUPS, render_duplicate_count, render_duplicates};
pub(crate) use expired::{render_expired, render_expired_measurements};
pub(crate) use filter::render_filter;
pub(crate) use firsts::{Firsts, order_of_firsts, render_firsts};
pub(crate) use group::{RenderedGroups, render_groups};
pub(crate) use include::{
    COUNT, IncludeFind, IncludeQuery, cut_by_server, in_chunks, in_chunks_by, key_fields, render_include, render_include_count,
};
pub(crate) use index::render_index;
pub(crate) use link::{
    Parent, check_length, ids_among, link_projection, pull_all, pull_from_all, push_all, push_to_all, read_link, related_to,
};
pub(crate) use matched::{Matched, render_matched};
pub(crate) use nested::{check_severable, check_writes, field_of, is_to_one, relation_of};
pub(crate) use order::{RenderedOrder, render_order, render_order_asked};
pub(crate) use page::{render_behind, render_from, render_page_sort};
pub(crate) use partial::render_partial;
pub(crate) use pipeline::render_stages;
pub(crate) use plan::{Given, LongList, Plan, PlannedUpdate, PlannedWrite, by_ids, plan_create};
pub(crate) use projection::{render_paths, render_projection};
pub(crate) use read::render_read;
pub(crate) use referential::{among, clear_key, clear_key_at, pull_ids, referring, set_key, set_key_at, take_locks};
pub(crate) use related::{MOST_RELATED, MOST_RELATED_BYTES, is_forgotten, names_few, render_related, render_unasked};
pub(crate) use replace::render_replace;
pub(crate) use settle::{Connect, Otherwise, Settled, connects, connects_of, place_settled, place_settled_of};
pub(crate) use size::size_of_value;
pub(crate) use sort::render_sort;
pub(crate) use storage::render_storage;
pub(crate) use update::{RenderedUpdate, Written, on_insert, render_update};
pub(crate) use validator::{render_validator, render_violations};
