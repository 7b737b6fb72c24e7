//! The states of a draft, by which the compiler knows what is still missing.

/// A required field that has its value.
#[derive(Debug)]
pub struct Set;

/// A required field without one; `H` is the hash of its name, so that a parent can say which key it fills.
#[derive(Debug)]
pub struct Unset<const H: u64>;

/// The key that a parent fills; `0` is none.
#[derive(Debug)]
pub struct Fills<const H: u64>;

/// A field that is set, or that the parent fills. Each required field has a trait of its own over this one, with its name in the message.
pub trait Given<F> {}
impl<F> Given<F> for Set {}
impl<const H: u64> Given<Fills<H>> for Unset<H> {}

/// The state of a draft after the required field number `I` was set.
pub trait SetAt<const I: usize> {
    /// The state afterwards.
    type Out;
}

/// For a tuple of the given states: one impl for each place. The places before the current one stand left of the `;`.
macro_rules! set_at {
    ($($index:literal $state:ident)*) => { set_at!(@ [] [$($index $state)*]); };
    (@ [$($done:ident)*] [$index:literal $state:ident $($rest_index:literal $rest:ident)*]) => {
        impl<$($done,)* $state, $($rest,)*> SetAt<$index> for ($($done,)* $state, $($rest,)*) {
            type Out = ($($done,)* Set, $($rest,)*);
        }
        set_at!(@ [$($done)* $state] [$($rest_index $rest)*]);
    };
    (@ [$($done:ident)*] []) => {};
}

/// For tuples of every length up to the given one.
macro_rules! set_at_up_to {
    ([$($index:literal $state:ident)*]) => { set_at!($($index $state)*); };
    ([$($index:literal $state:ident)*] $next_index:literal $next:ident $($rest:tt)*) => {
        set_at!($($index $state)*);
        set_at_up_to!([$($index $state)* $next_index $next] $($rest)*);
    };
}
set_at_up_to!([0 S0] 1 S1 2 S2 3 S3 4 S4 5 S5 6 S6 7 S7 8 S8 9 S9 10 S10 11 S11 12 S12 13 S13 14 S14 15 S15 16 S16 17 S17 18 S18 19 S19
    20 S20 21 S21 22 S22 23 S23 24 S24 25 S25 26 S26 27 S27 28 S28 29 S29 30 S30 31 S31);
