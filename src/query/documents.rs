//! What the documents of a pipeline are, stage by stage: the states of its type.

use crate::{
    model::{Composite, Model, Root},
    schema::Schema,
};
use std::marker::PhantomData;

/// The documents of a pipeline are still whole documents of its model.
#[derive(Debug)]
pub enum Unchanged {}
/// The documents of a pipeline are documents of `C`, as a stage made them.
#[derive(Debug)]
pub struct Shaped<C>(PhantomData<fn() -> C>);
/// The documents of a pipeline are those of `S`, in which an item stands where a list was.
#[derive(Debug)]
pub struct Apart<S>(PhantomData<fn() -> S>);
/// The documents of a pipeline are whatever its stages made of them.
#[derive(Debug)]
pub enum Reshaped {}

/// Documents of which something is declared, so that filters, orders and values can be asked of them. `M` is the model that the pipeline
/// starts from.
#[diagnostic::on_unimplemented(
    message = "nothing is declared of the documents of this pipeline",
    label = "behind `union_with` and `raw` documents may be anything: `shaped::<T>()` says what they are, with a composite `T`"
)]
pub trait Documents<M>: 'static {
    /// What their paths start from.
    type Root: Root;
    #[doc(hidden)]
    fn schema() -> &'static Schema;
}
impl<M: Model> Documents<M> for Unchanged {
    type Root = M;
    fn schema() -> &'static Schema {
        M::schema()
    }
}
impl<M, C: Composite> Documents<M> for Shaped<C> {
    type Root = C;
    fn schema() -> &'static Schema {
        schema_of::<C>()
    }
}
impl<M: 'static, S: Documents<M>> Documents<M> for Apart<S> {
    type Root = <S::Root as Root>::Unwound;
    fn schema() -> &'static Schema {
        S::schema()
    }
}

/// The declaration of a composite whose documents stand for themselves.
pub(crate) fn schema_of<C: Composite>() -> &'static Schema {
    Alone::<C>::SCHEMA
}

struct Alone<C>(PhantomData<C>);
impl<C: Composite> Alone<C> {
    const SCHEMA: &'static Schema = &Schema::of_shape(C::SHAPE);
}
