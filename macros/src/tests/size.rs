//! Generated code is paid for at every build, so what a field costs has a limit.

use super::formatted;
use crate::{composite, model};
use proc_macro2::TokenStream;
use quote::quote;

/// Lines of formatted code per field, averaged over a model of the usual mix.
const LINES_PER_MODEL_FIELD: usize = 36;

/// Of which six tell a key of a model the type of the field.
const LINES_PER_COMPOSITE_FIELD: usize = 28;

fn fields() -> TokenStream {
    quote! {
        pub name: String,
        pub email: String,
        pub phone: String,
        pub nickname: Option<String>,
        pub bio: Option<String>,
        pub age: Option<i32>,
        #[chakra(default = 0)]
        pub logins: i64,
        #[chakra(default = 1.0)]
        pub score: f64,
        #[chakra(default = true)]
        pub active: bool,
        pub tags: Vec<String>,
        pub notes: Vec<String>,
        pub address: Address,
        pub billing: Option<Address>,
        pub balance: i64,
    }
}

#[test]
fn a_model_of_fifteen_fields_stays_small() {
    let fields = fields();
    let code = formatted(model, quote!(pub struct Customer { #[chakra(id)] pub id: Id<Customer>, #fields }));
    let per_field = code.lines().count() / 15;
    assert!(per_field <= LINES_PER_MODEL_FIELD, "{per_field} lines per field:\n{code}");
}

#[test]
fn a_composite_of_fourteen_fields_stays_small() {
    let fields = fields();
    let code = formatted(composite, quote!(pub struct Person { #fields }));
    let per_field = code.lines().count() / 14;
    assert!(per_field <= LINES_PER_COMPOSITE_FIELD, "{per_field} lines per field:\n{code}");
}
