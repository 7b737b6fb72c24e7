//! Enums: what is generated, and what is refused in which words.

use super::{
    assert_has, compact,
    errors::{assert_one, messages},
    formatted,
};
use crate::{check::check_enum, enums, parse::parse_enum};
use proc_macro2::TokenStream;
use quote::quote;

fn of_enum(declaration: TokenStream) -> Vec<String> {
    messages(|input, errors| check_enum(&parse_enum(input, errors), errors), declaration)
}

const NONE: [&str; 0] = [];

#[test]
fn enum_with_numbers_and_other_expansion() {
    let status = quote! {
        #[chakra(repr = i64)]
        pub enum Status {
            #[chakra(value = -1)]
            Broken,
            New,
            #[chakra(other)]
            Unknown(i64),
            #[chakra(value = 7)]
            Done,
        }
    };
    insta::assert_snapshot!("status", formatted(enums, status));
}

#[test]
fn a_plain_enum_can_be_the_key_of_a_map() {
    let key = "impl __chakra::MapKey for Role";
    assert_has(&compact(enums, quote! { enum Role { User } }), key);
    for other in [quote! { #[chakra(repr = i32)] enum Role { User } }, quote! { enum Role { User, #[chakra(other)] Other(String) } }] {
        let code = compact(enums, other);
        assert!(!code.contains("MapKey"), "{code}");
    }
}

#[test]
fn numbers_are_those_of_rust() {
    let code = compact(enums, quote! { #[chakra(repr = "i32")] enum Code { A, B = 5, C, #[chakra(value = -2)] D = LAST, E } });
    assert_has(&code, "numbered(&[\"A\", \"B\", \"C\", \"D\", \"E\"], &[0, 5, 6, -2, -1])");
}

#[test]
fn enums_by_number() {
    assert_one(&of_enum(quote! { #[chakra(repr = u8)] enum A { B } }), "write `repr = i32` or `repr = i64`");
    assert_one(&of_enum(quote! { #[chakra(repr)] enum A { B } }), "write `#[chakra(repr = i32)]`");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { B = LAST } }), "write it out with `#[chakra(value = 3)]`");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { B = 3_000_000_000 } }), "write `repr = i64`");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { B = 2147483647, C } }), "2147483648 is no `i32`");
    assert_one(&of_enum(quote! { #[chakra(repr = i64)] enum A { B = 9223372036854775808 } }), "no larger numbers");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { B = 1, #[chakra(value = 1)] C } }), "`C` is stored as 1, and so is `B`");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { #[chakra(name = "b")] B } }), "so `name` means nothing");
    assert_one(&of_enum(quote! { #[chakra(repr = i32, rename_all = "lowercase")] enum A { B } }), "so `rename_all` means nothing");
    assert_one(&of_enum(quote! { enum A { #[chakra(value = 1)] B } }), "write `#[chakra(repr = i32)]` on the enum");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { #[chakra(value = "1")] B } }), "write `#[chakra(value = 3)]`");
    assert_eq!(of_enum(quote! { #[chakra(repr = i64)] enum A { B = -9223372036854775808, C = 0x10 } }), NONE);
    // By name a number is Rust's own affair.
    assert_eq!(of_enum(quote! { enum A { B = LAST, C = 3_000_000_000 } }), NONE);
}

#[test]
fn enums_that_keep_other_values() {
    assert_one(&of_enum(quote! { enum A { B, #[chakra(other)] Unknown } }), "`other` keeps what was stored: write `Unknown(String)`");
    assert_one(&of_enum(quote! { #[chakra(repr = i64)] enum A { B, #[chakra(other)] C { n: i64 } } }), "write `C(i64)`");
    let two = quote! { enum A { B, #[chakra(other)] C(String), #[chakra(other)] D(String) } };
    assert_one(&of_enum(two), "`C` keeps all other values already");
    assert_one(&of_enum(quote! { enum A { B, #[chakra(other)] C(i32) } }), "write `C(String)`");
    assert_one(&of_enum(quote! { #[chakra(repr = i32)] enum A { B, #[chakra(other)] C(i64) } }), "write `C(i32)`");
    assert_one(&of_enum(quote! { enum A { B, #[chakra(other, name = "c")] C(String) } }), "so `name` means nothing");
    assert_one(&of_enum(quote! { enum A { #[chakra(other)] B(String) } }), "without a plain variant");
    assert_one(&of_enum(quote! { enum A { B, C(String) } }), "#[chakra(tag = \"kind\")]");
    assert_one(&of_enum(quote! { #[chakra(tag = "kind")] enum A { B } }), "nothing to tell apart");
    assert_eq!(of_enum(quote! { enum A { B, #[chakra(other)] C(Cow<'static, str>) } }), NONE);
}

#[test]
fn a_faulty_enum_is_still_a_field_type() {
    let code = compact(enums, quote! { #[chakra(repr = i32)] enum Role { User, #[chakra(other)] Other } });
    assert_has(&code, "impl __chakra::FieldType for Role");
}
