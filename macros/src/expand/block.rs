//! The block in which all generated items stand, out of the way of the user's names.

use crate::ir::HeadIr;
use proc_macro2::TokenStream;
use quote::quote;

/// How much is generated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    Full,
    /// After an error: signatures, so that code which uses the declaration is still understood, and no bodies.
    Outline,
}

/// `const _: () = { … };` around the items, in which `__chakra` is the library's `codegen`.
///
/// The lints are those that speak of names which the user chose for a field, of documentation that nobody reads, or of style.
pub(crate) fn expand_block(head: &HeadIr, depth: Depth, items: &TokenStream) -> TokenStream {
    let crate_path = &head.crate_path;
    // A body left out leaves its parameters unused.
    let unused = (depth == Depth::Outline).then(|| quote!(unused,));
    quote! {
        #[allow(
            #unused
            non_upper_case_globals, non_camel_case_types, non_snake_case, missing_docs, missing_debug_implementations,
            unreachable_pub, unnameable_types, dead_code, deprecated, private_interfaces, private_bounds,
            clippy::all, clippy::pedantic
        )]
        const _: () = {
            use #crate_path::codegen as __chakra;
            #items
        };
    }
}
