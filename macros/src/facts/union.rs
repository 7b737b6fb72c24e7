//! What follows from a union: the fields of its variants, and which of them all have.

use super::plain;
use crate::ir::{BodyIr, CompositeIr, ContentIr, FieldIr, IndexIr, ShapeIr, TextIr, UnionIr, UnionModelIr, WildcardIr};
use proc_macro2::Ident;
use quote::format_ident;

impl UnionIr {
    /// The variant into which a path of that name leads.
    pub(crate) fn shape(&self, accessor: &str) -> Option<&ShapeIr> {
        self.shapes.iter().find(|shape| plain(&shape.accessor) == accessor)
    }
}

impl ShapeIr {
    /// The composite that stands for named fields.
    pub(crate) fn composite(&self) -> Option<&CompositeIr> {
        match &self.content {
            ContentIr::Fields(composite) => Some(composite),
            ContentIr::Composite(_) => None,
        }
    }

    /// The named fields that are stored.
    pub(crate) fn fields(&self) -> &[FieldIr] {
        self.composite().map_or(&[][..], |composite| composite.body.fields.as_slice())
    }

    /// `draft_login`, in a model.
    pub(crate) fn draft_function(&self) -> Ident {
        format_ident!("draft_{}", self.accessor)
    }
}

impl UnionModelIr {
    /// True for a field that every variant declares alike: its path is a constant, and it leads through no variant.
    pub(crate) fn is_common(&self, field: &FieldIr) -> bool {
        self.common.body.field(&plain(&field.ident)).is_some()
    }

    /// The fields that not every variant declares like this one, whose paths lead through it.
    pub(crate) fn own_body(&self, composite: &CompositeIr) -> BodyIr {
        let mut own = composite.body.clone();
        own.fields.retain(|field| !self.is_common(field));
        own
    }

    /// The declared indexes, of fields too, with each variant called by the function that leads into it.
    pub(crate) fn resolved_indexes(&self) -> Vec<IndexIr> {
        let mut all = self.common.resolved_indexes();
        all.iter_mut().flat_map(|index| &mut index.keys).for_each(|key| self.call_variant(&mut key.segments));
        all
    }

    /// The text indexes, likewise.
    pub(crate) fn resolved_texts(&self) -> Vec<TextIr> {
        let mut all = self.common.texts.clone();
        all.iter_mut().flat_map(|text| &mut text.paths).for_each(|path| self.call_variant(path));
        all
    }

    /// The wildcard indexes, likewise.
    pub(crate) fn resolved_wildcards(&self) -> Vec<WildcardIr> {
        let mut all = self.common.wildcards.clone();
        let paths = all.iter_mut().flat_map(|wildcard| &mut wildcard.projections).flat_map(|projection| &mut projection.paths);
        paths.for_each(|path| self.call_variant(path));
        all
    }

    fn call_variant(&self, path: &mut [Ident]) {
        let Some(first) = path.first_mut() else { return };
        let name = plain(first);
        if self.common.body.field(&name).is_none()
            && let Some(shape) = self.union.shape(&name)
        {
            let span = first.span();
            *first = shape.accessor.clone();
            first.set_span(span);
        }
    }
}
