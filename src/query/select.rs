//! [`Selection`]: the paths that a read asks for instead of whole documents, and what becomes of them.

use super::{
    column::Column,
    path::{Path, Readable},
};
use crate::{
    codec::{Decode, DecodeError, Raw},
    model::{FieldType, Unwound},
    schema::Layout,
};
use std::slice::Iter;

/// What stands for the part of a document of `M` that `select` reads: a path, or a tuple of up to twelve of them.
///
/// A path through an `Option` is an `Option`, one through a list of composites a list: what the path's type says is what is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be selected from `{M}`",
    label = "expected a path of `{M}`, or a tuple of up to 12 of them",
    note = "relations are loaded by `include`, and a `Flattened` composite is read by its fields"
)]
pub trait Selection<M> {
    /// What is read of each document: the type of the path, or a tuple of them.
    type Out;

    /// The columns of its paths in documents of this layout, in order.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn columns(&self, layout: Layout, columns: &mut Vec<Column>);

    /// Reads the next of these columns out of a document.
    ///
    /// # Errors
    /// Where a value is not what the model says.
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn read(columns: &mut Iter<'_, Column>, document: &Raw<'_>) -> Result<Self::Out, DecodeError>;
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType + for<'a> Decode<'a>, K: Readable> Selection<M> for Path<M, T, K> {
    type Out = T;

    #[allow(private_interfaces)]
    fn columns(&self, layout: Layout, columns: &mut Vec<Column>) {
        columns.push(Column::of::<T>(layout, &self.raw));
    }

    #[allow(private_interfaces)]
    fn read(columns: &mut Iter<'_, Column>, document: &Raw<'_>) -> Result<T, DecodeError> {
        match columns.next() {
            Some(column) => column.read(document),
            // There is one for each path.
            None => Err(DecodeError::malformed()),
        }
    }
}
#[diagnostic::do_not_recommend]
impl<M, T: FieldType + for<'a> Decode<'a>, K: Readable> Selection<Unwound<M>> for Path<M, T, K> {
    type Out = T;

    #[allow(private_interfaces)]
    fn columns(&self, layout: Layout, columns: &mut Vec<Column>) {
        Selection::<M>::columns(self, layout, columns);
    }

    #[allow(private_interfaces)]
    fn read(columns: &mut Iter<'_, Column>, document: &Raw<'_>) -> Result<T, DecodeError> {
        <Self as Selection<M>>::read(columns, document)
    }
}

macro_rules! tuples {
    ($($path:ident $name:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M, $($path: Selection<M>),*> Selection<M> for ($($path,)*) {
            type Out = ($($path::Out,)*);

            #[allow(private_interfaces)]
            fn columns(&self, layout: Layout, columns: &mut Vec<Column>) {
                let ($($name,)*) = self;
                $($name.columns(layout, columns);)*
            }

            #[allow(private_interfaces)]
            fn read(columns: &mut Iter<'_, Column>, document: &Raw<'_>) -> Result<Self::Out, DecodeError> {
                Ok(($($path::read(columns, document)?,)*))
            }
        }
    };
}
tuples!(A a);
tuples!(A a, B b);
tuples!(A a, B b, C c);
tuples!(A a, B b, C c, D d);
tuples!(A a, B b, C c, D d, E e);
tuples!(A a, B b, C c, D d, E e, F f);
tuples!(A a, B b, C c, D d, E e, F f, G g);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, L l);
tuples!(A a, B b, C c, D d, E e, F f, G g, H h, I i, J j, L l, N n);
