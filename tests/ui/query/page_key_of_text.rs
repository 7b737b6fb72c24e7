// A key is 32 bytes of chance: of a text that somebody thought of, and of any other length, none is made.
use chakra::prelude::*;

fn builds() {
    let _ = Db::builder("mongodb://localhost/blog").page_key("a passphrase");
    let _ = Db::builder("mongodb://localhost/blog").page_key([7; 16]);
}

fn main() {}
