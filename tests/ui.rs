//! Programs that must not compile, each with the message that its author gets. `TRYBUILD=overwrite cargo test ui` writes the messages anew.

#[test]
fn mistakes_are_named_by_the_compiler() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
