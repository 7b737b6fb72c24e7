//! What a [`Native`] is in the store: the type that its marker names.

use super::FieldType;
use crate::{
    codec::{AsBinary, AsDate, AsDecimal, AsDouble, AsLong, AsObjectId, AsSerde, AsString, AsTimestamp, Native},
    schema::{Absent, Kind},
};

impl<T: 'static, N: NativeKind<T> + 'static> FieldType for Native<T, N> {
    type Present = Self;
    type Optional = Option<Self>;
    const KIND: Kind = N::KIND;
    // Also of what serde reads from null: only the type itself knows that it does.
    const ABSENT: Absent = Absent::Never;
    const LIST: Kind = N::LIST;
}

/// The BSON type that a marker names, for values of type `T`.
// Also of types that have no such form, of which `StoredAs` speaks: one mistake is one message.
pub trait NativeKind<T> {
    /// Of one value.
    const KIND: Kind;
    /// Of a list of them.
    const LIST: Kind = Kind::Array(&Self::KIND);
}

macro_rules! kinds {
    ($($marker:ident => $kind:expr;)*) => { $(
        impl<T> NativeKind<T> for $marker {
            const KIND: Kind = $kind;
        }
    )* };
}
kinds! {
    AsObjectId => Kind::ObjectId;
    AsDecimal => Kind::Decimal128;
    AsString => Kind::String;
    AsDate => Kind::Date;
    AsTimestamp => Kind::Timestamp;
    AsSerde => Kind::Any;
}

impl<T: FieldType> NativeKind<T> for AsLong {
    const KIND: Kind = match T::KIND {
        Kind::Int32 { min, max } | Kind::Int64 { min, max } => Kind::Int64 { min, max },
        _ => Kind::Int64 { min: i64::MIN, max: i64::MAX },
    };
}

impl<T: FieldType> NativeKind<T> for AsDouble {
    const KIND: Kind = match T::KIND {
        // As far as every whole number is a Double, so that no sum is another number than the one meant.
        Kind::Int32 { min, max } | Kind::Int64 { min, max } => Kind::Double { min: whole(min), max: whole(max) },
        own => own,
    };
}

/// The Double of a bound, no further from 0 than 2^53.
#[allow(clippy::cast_precision_loss)]
const fn whole(bound: i64) -> f64 {
    const MOST: i64 = 1 << 53;
    if bound < -MOST {
        -MOST as f64
    } else if bound > MOST {
        MOST as f64
    } else {
        bound as f64
    }
}

// A list of bytes is one Binary.
impl<T: FieldType> NativeKind<T> for AsBinary {
    const KIND: Kind = Kind::Binary;
    const LIST: Kind = match T::LIST {
        Kind::Binary => Kind::Binary,
        _ => Kind::Array(&Kind::Binary),
    };
}
