//! Drafts: documents before they are created, over an untyped [`DraftCore`].

use super::{draft_steps::DraftSteps, key::NamedKey, nested::Nested};
use crate::{
    codec::{Encode, EncodeDocument, EncodeError, Raw, Writer, encode_extra},
    model::{Composite, Fills, Model},
    schema::{Broken, Schema},
};
use std::{fmt, marker::PhantomData, ops::Range};

/// The fields and nested writes that a draft has collected, encoded as they came.
#[derive(Clone, Debug)]
pub struct DraftCore {
    schema: &'static Schema,
    /// Whole elements, one after the other.
    elements: Writer,
    /// Which field each element is; the last one of a field counts.
    at: Vec<(usize, Range<usize>)>,
    relations: Vec<(usize, Nested)>,
    /// The elements of fields that the model does not declare.
    extra: Range<usize>,
    /// What relations of its own have to lead to.
    key: Option<Box<DraftKey>>,
}

/// What the document of a draft must hold, though relations of its own fill it: a part of the unique key that found no such document.
#[derive(Clone, Debug)]
pub(crate) struct DraftKey {
    pub(crate) named: NamedKey,
    /// What it is the draft of.
    pub(crate) what: &'static str,
}

impl DraftCore {
    #[doc(hidden)]
    #[must_use]
    pub fn new(schema: &'static Schema) -> Self {
        Self { schema, elements: Writer::of_elements(), at: Vec::new(), relations: Vec::new(), extra: 0..0, key: None }
    }

    /// Takes the value of the field number `index`.
    #[doc(hidden)]
    pub fn put(&mut self, index: usize, value: &impl Encode) {
        let Some(field) = self.schema.fields.get(index) else { return };
        let start = self.elements.position();
        if field.null {
            self.elements.field_or_null(field.stored, value);
        } else {
            self.elements.field(field.stored, value);
        }
        self.at.push((index, start..self.elements.position()));
    }

    /// Takes a composite whose fields stand among those of the model, from number `first` on.
    #[doc(hidden)]
    pub fn put_flat<C: Composite + EncodeDocument>(&mut self, first: usize, value: &C) {
        let start = self.elements.position();
        value.encode_fields(&mut self.elements);
        // All of its fields are set, those too that are left out as `None`.
        let set = C::SHAPE.fields.iter().enumerate();
        let mut set: Vec<_> = set.map(|(index, field)| (first + index, field.stored, start..start)).collect();
        let mut at = start;
        for (name, length) in element_lengths(self.elements.since(start)) {
            if let Some((_, _, range)) = set.iter_mut().find(|(_, stored, _)| *stored == name) {
                *range = at..at + length;
            }
            at += length;
        }
        self.at.extend(set.into_iter().map(|(index, _, range)| (index, range)));
    }

    /// Takes the entries of a field that keeps what the model does not declare.
    #[doc(hidden)]
    pub fn put_extra(&mut self, value: &impl Encode) {
        let start = self.elements.position();
        encode_extra(value, self.schema.fields, &mut self.elements);
        self.extra = start..self.elements.position();
    }

    /// Takes a write to the relation number `index`.
    #[doc(hidden)]
    pub fn relate(&mut self, index: usize, write: Nested) {
        match self.relations.iter_mut().find(|(other, _)| *other == index) {
            Some((_, earlier)) => earlier.add(write),
            None => self.relations.push((index, write)),
        }
    }

    /// Whether the field number `index` was set, be it to `None`.
    pub(crate) fn is_set(&self, index: usize) -> bool {
        self.at.iter().any(|(field, _)| *field == index)
    }

    /// The required fields that are neither set nor filled by a relation.
    pub(crate) fn missing(&self, is_filled: impl Fn(usize) -> bool) -> Vec<Broken> {
        let fields = self.schema.fields.iter().enumerate();
        let missing = fields.filter(|(index, field)| field.is_required() && !self.is_set(*index) && !is_filled(*index));
        missing.map(|(_, field)| field.without_value()).collect()
    }

    /// Notes that what was given for `path` cannot be stored.
    pub(crate) fn fail_at(&mut self, path: &str, rule: &'static str) {
        self.elements.fail_at(path, rule);
    }

    /// Takes what its document must hold.
    pub(crate) fn must_hold(&mut self, key: DraftKey) {
        self.key = Some(Box::new(key));
    }

    /// The model that is drafted.
    pub(crate) fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The first value that cannot be stored.
    pub(crate) fn fault(&self) -> Option<&EncodeError> {
        self.elements.fault()
    }

    /// The nested writes, each with the number of its relation.
    pub(crate) fn nested(&self) -> impl Iterator<Item = &(usize, Nested)> {
        self.relations.iter()
    }

    /// The same, to be settled before they are planned.
    pub(crate) fn nested_mut(&mut self) -> impl Iterator<Item = &mut (usize, Nested)> {
        self.relations.iter_mut()
    }

    /// The element of the field number `index`, where it was set; empty for a `None` that is left out.
    pub(crate) fn element(&self, index: usize) -> Option<&[u8]> {
        let (_, range) = self.at.iter().rev().find(|(field, _)| *field == index)?;
        self.elements.since(range.start).get(..range.len())
    }

    /// The fields that were set, as a document in declared order.
    ///
    /// # Errors
    /// A value that cannot be stored.
    pub(crate) fn set_fields(&self) -> Result<Vec<u8>, EncodeError> {
        let set = (0..self.schema.fields.len()).filter_map(|index| self.element(index));
        Writer::build(|w| set.for_each(|element| w.splice(element)))
    }

    /// What was collected: the elements of each field that was set (an empty one stands for a `None` that is left out), and the nested
    /// writes.
    pub(crate) fn into_parts(self) -> Result<DraftParts, EncodeError> {
        let Self { schema, elements, at, relations, extra, key } = self;
        let mut fields = vec![None; schema.fields.len()];
        for (index, range) in at {
            fields[index] = Some(range);
        }
        Ok(DraftParts { schema, elements: elements.finish()?, fields, extra, relations, key })
    }
}

/// The names of these elements and how many bytes each takes.
fn element_lengths(elements: &[u8]) -> Vec<(String, usize)> {
    let mut lengths = Vec::new();
    let document = Writer::build(|w| w.splice(elements)).unwrap_or_default();
    if let Ok(document) = Raw::document(&document)
        && let Ok(mut walk) = document.fields()
    {
        while let Ok(Some((name, value))) = walk.next() {
            // The type, the name, its NUL, the value.
            lengths.push((String::from_utf8_lossy(name).into_owned(), name.len() + 2 + value.bytes().len()));
        }
    }
    lengths
}

/// A draft taken apart.
#[derive(Debug)]
pub(crate) struct DraftParts {
    pub(crate) schema: &'static Schema,
    pub(crate) elements: Vec<u8>,
    /// Where in `elements` each field of the schema stands.
    pub(crate) fields: Vec<Option<Range<usize>>>,
    /// Where in `elements` those stand that the schema does not declare.
    pub(crate) extra: Range<usize>,
    pub(crate) relations: Vec<(usize, Nested)>,
    pub(crate) key: Option<Box<DraftKey>>,
}

/// A draft, or an array or `Vec` of drafts.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a draft", label = "expected `Model::draft()…`")]
pub trait Drafts {
    /// The model that is drafted.
    type Model: Model;
    /// One of the drafts.
    type Draft;

    /// The drafts without their types, in order.
    fn into_cores(self) -> Vec<DraftCore>;

    /// The draft with what `set` does to it where there is a value, such as a part of a request.
    ///
    /// ```
    /// # use chakra::prelude::*;
    /// # #[derive(Model)] struct User { #[chakra(id)] id: Id<User>, email: String, #[chakra(default = 0)] age: i32 }
    /// fn new_user(email: String, age: Option<i32>) -> chakra::Draft<User> {
    ///     chakra::Draft::of(User::draft().email(email).set_if(age, |draft, age| draft.age(age)))
    /// }
    /// # new_user("ada@example.com".into(), None);
    /// ```
    #[must_use]
    fn set_if<T>(self, value: Option<T>, set: impl FnOnce(Self, T) -> Self) -> Self
    where
        Self: Sized,
    {
        match value {
            Some(value) => set(self, value),
            None => self,
        }
    }
}
impl<D: Drafts, const N: usize> Drafts for [D; N] {
    type Model = D::Model;
    type Draft = D::Draft;
    fn into_cores(self) -> Vec<DraftCore> {
        self.into_iter().flat_map(D::into_cores).collect()
    }
}
impl<D: Drafts> Drafts for Vec<D> {
    type Model = D::Model;
    type Draft = D::Draft;
    fn into_cores(self) -> Vec<DraftCore> {
        self.into_iter().flat_map(D::into_cores).collect()
    }
}

/// The one draft of a derived builder.
#[doc(hidden)]
#[must_use]
pub fn one_core(core: DraftCore) -> Vec<DraftCore> {
    vec![core]
}

/// The core of one draft.
pub(super) fn first_core<M: Model>(draft: impl Drafts) -> DraftCore {
    draft.into_cores().into_iter().next().unwrap_or_else(|| DraftCore::new(M::schema()))
}

/// One draft with every required field, but for the key `F` that its parent fills.
#[diagnostic::on_unimplemented(message = "`{Self}` is not one draft", label = "expected one `Model::draft()…`")]
pub trait Complete<F = Fills<0>>: Drafts<Draft = Self> + Sized {}

/// A complete draft of which the state is forgotten, so that drafts that were built on different ways have one type.
pub struct Draft<M> {
    core: DraftCore,
    marker: PhantomData<fn() -> M>,
}
impl<M: Model> Draft<M> {
    /// A draft that is filled in steps, from what is only known at run time to be there. What is missing is said by
    /// [`build`](DraftSteps::build) instead of by the compiler.
    pub fn steps() -> DraftSteps<M> {
        DraftSteps::new()
    }

    pub(super) fn from_core(core: DraftCore) -> Self {
        Self { core, marker: PhantomData }
    }

    /// The draft without its state.
    pub fn of(draft: impl Complete<Model = M>) -> Self {
        Self::from_core(first_core::<M>(draft))
    }
}
impl<M> fmt::Debug for Draft<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft({})", self.core.schema.model)
    }
}
impl<M: Model> Drafts for Draft<M> {
    type Model = M;
    type Draft = Self;
    fn into_cores(self) -> Vec<DraftCore> {
        vec![self.core]
    }
}
impl<M: Model, F> Complete<F> for Draft<M> {}
