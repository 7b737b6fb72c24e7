//! The house keeps its order: which room may import which, and the laws that hold in all of them.
//!
//! Each law is a function from source files to offences and a test that there are none; a second test shows that the law catches what it
//! is there for. The files are read as syntax (`layers/source.rs`), so that nothing hides in a macro and no comment is taken for code.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "layers/source.rs"]
mod source;

use proc_macro2::{TokenStream, TokenTree};
use source::{Offence, Source, is_punct, is_separator, sources};
use std::collections::BTreeMap;
use syn::{Item, UseTree, spanned::Spanned, visit::Visit};

/// What each room may import besides itself; `*` is everything. Imports go down only: WHAT is it, SAY what is wanted, DO it.
///
/// `error` may be imported by every room but `codec`, whose own error it wraps; it names what it speaks of, which is why it looks at
/// `query` (the path in `is_unique_on`) and not at what is above.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // The front door.
    ("lib", &["*"]),
    ("prelude", &["*"]),
    ("codegen", &["error", "codec", "schema", "model", "query", "render"]),
    ("error", &["codec", "schema", "query"]),
    // WHAT is it, how is it stored.
    ("codec", &[]),
    ("schema", &["error", "codec"]),
    ("model", &["error", "codec", "schema"]),
    // SAY what is wanted.
    ("query", &["error", "codec", "schema", "model"]),
    ("render", &["error", "codec", "schema", "model", "query"]),
    // DO it.
    ("driver", &["error", "codec", "schema", "model"]),
    // `render` for the counters, since the numbers of a sequence are taken by an update of the handle's own, and for the limit of keys.
    ("db", &["error", "codec", "schema", "model", "driver", "render"]),
    ("relation", &["error", "codec", "schema", "model", "query", "render", "driver", "db"]),
    ("sync", &["error", "codec", "schema", "model", "query", "render", "driver", "db"]),
    ("action", &["error", "codec", "schema", "model", "query", "render", "driver", "db", "relation", "sync"]),
];

/// The only room that writes what the server reads as an operator or a path.
const WRITES_OPERATORS: &[&str] = &["render"];
const NAMES_THE_DRIVER: &[&str] = &["driver", "error", "lib"];
const IS_ASYNC: &[&str] = &["driver", "db", "relation", "sync", "action"];

const MOST_LINES: usize = 400;
/// Files that are tables, and are longer for it: path and reason.
const LONG_FILES: &[(&str, &str)] = &[];

const MOST_TRAIT_ITEMS: usize = 6;

/// Parent files with more than a map in them: path and reason.
const MAPS_WITH_MORE: &[(&str, &str)] = &[("src/error.rs", "a file of the front door, not a room: its folder holds how errors print")];

/// The names under which `macros` keeps the path of the library.
const LIBRARY: &[&str] = &["crate_path", "chakra", "krate"];
/// The crates that every user of the library has.
const EVERYWHERE: &[&str] = &["core", "std", "alloc", "chakra"];

const ALL: &[&str] = &["src", "macros/src", "testkit/src"];

// The laws.

/// Rooms import only what the table allows.
fn imports(sources: &[Source]) -> Vec<Offence> {
    let front = front_door(sources);
    let mut offences = Vec::new();
    for source in sources {
        let room = source.room();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            offences.push(source.offence(1, format!("`{room}` is no room of the house")));
            continue;
        };
        for reference in source.references() {
            let spelled = reference.segments.join("::");
            let first = reference.segments.first().map_or("", String::as_str);
            let Some(rooms) = rooms_of(first, &front) else {
                let what = format!("`crate::{spelled}` is neither a room nor a name that lib.rs exports from one");
                offences.push(source.offence(reference.line, what));
                continue;
            };
            for other in rooms {
                if other != room && !allowed.contains(&"*") && !allowed.contains(&other.as_str()) {
                    let what = format!("`{room}` must not import `{other}` (`crate::{spelled}`)");
                    offences.push(source.offence(reference.line, what));
                }
            }
        }
    }
    offences.sort();
    offences.dedup();
    offences
}

/// The rooms behind a name at the root of the crate: a room's own name, or what lib.rs exports. Names of other crates have none.
fn rooms_of(name: &str, front: &BTreeMap<String, Vec<String>>) -> Option<Vec<String>> {
    if MAY_IMPORT.iter().any(|(room, _)| *room == name) {
        return Some(vec![name.to_owned()]);
    }
    front.get(name).cloned()
}

fn front_door(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let mut names = BTreeMap::new();
    for source in sources.iter().filter(|source| source.path == "src/lib.rs") {
        for item in &source.syntax.items {
            if let Item::Use(item) = item {
                exported(&item.tree, None, &mut names);
            }
        }
    }
    names
}

/// Notes the names that a `use` brings in, each with the room that its path starts with.
fn exported(tree: &UseTree, room: Option<&str>, names: &mut BTreeMap<String, Vec<String>>) {
    let mut note = |name: &syn::Ident| {
        let rooms = names.entry(name.to_string()).or_default();
        rooms.extend(room.filter(|room| MAY_IMPORT.iter().any(|(known, _)| known == room)).map(str::to_owned));
    };
    match tree {
        UseTree::Name(name) => note(&name.ident),
        UseTree::Rename(name) => note(&name.rename),
        UseTree::Path(path) => {
            let segment = path.ident.to_string();
            let inner = if segment == "crate" || segment == "self" { room } else { room.or(Some(segment.as_str())) };
            exported(&path.tree, inner, names);
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| exported(tree, room, names)),
        UseTree::Glob(_) => {}
    }
}

/// What the server reads as an operator is written in one room.
fn operators(sources: &[Source]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in sources.iter().filter(|source| !WRITES_OPERATORS.contains(&source.room())) {
        source.each_token(|token| {
            let TokenTree::Literal(literal) = token else { return };
            let starts = match syn::Lit::new(literal.clone()) {
                syn::Lit::Str(text) => text.value().starts_with('$'),
                syn::Lit::ByteStr(bytes) => bytes.value().starts_with(b"$"),
                _ => false,
            };
            if starts {
                offences.push(source.offence(literal.span().start().line, format!("the string {literal} belongs into src/render/")));
            }
        });
    }
    offences
}

/// Words that only some rooms may write.
fn word(sources: &[Source], word: &str, rooms: &[&str]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in sources.iter().filter(|source| !rooms.contains(&source.room())) {
        source.each_token(|token| {
            if let TokenTree::Ident(ident) = token
                && ident == word
            {
                offences.push(source.offence(ident.span().start().line, format!("`{word}` belongs into {}", rooms.join(", "))));
            }
        });
    }
    offences
}

/// No file is too long to be read at once.
fn lengths(sources: &[Source], exceptions: &[(&str, &str)]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in sources {
        let (lines, excepted) = (source.lines_of_code(), exceptions.iter().any(|(path, _)| *path == source.path));
        match (lines > MOST_LINES, excepted) {
            (true, false) => offences.push(source.offence(1, format!("{lines} lines of code; {MOST_LINES} are the law"))),
            (false, true) => offences.push(source.offence(1, "no exception is needed any more")),
            _ => {}
        }
    }
    offences
}

/// Traits stay small.
fn traits(sources: &[Source]) -> Vec<Offence> {
    struct Traits<'a>(&'a Source, Vec<Offence>);
    impl<'ast> Visit<'ast> for Traits<'_> {
        fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
            let (name, count) = (&item.ident, item.items.len());
            if count > MOST_TRAIT_ITEMS {
                let what = format!("the trait `{name}` has {count} items; {MOST_TRAIT_ITEMS} are the law");
                self.1.push(self.0.offence(name.span().start().line, what));
            }
            syn::visit::visit_item_trait(self, item);
        }
    }
    let mut offences = Vec::new();
    for source in sources {
        let mut visitor = Traits(source, Vec::new());
        visitor.visit_file(&source.syntax);
        offences.extend(visitor.1);
    }
    offences
}

/// Generated code names `codegen` of the library and nothing that a user may not have. Also says how often it names `codegen`.
fn generated(sources: &[Source]) -> (Vec<Offence>, usize) {
    let (mut offences, mut named) = (Vec::new(), 0);
    for source in sources {
        quotes(source.code.clone(), &mut |quoted| check_generated(source, quoted, &mut offences, &mut named));
    }
    (offences, named)
}

/// Calls `visit` with what stands in each `quote!` and its relatives.
fn quotes(stream: TokenStream, visit: &mut dyn FnMut(TokenStream)) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = at.checked_sub(2).and_then(|at| tokens.get(at));
        let is_quote = matches!(before, Some(TokenTree::Ident(name)) if name.to_string().contains("quote"));
        if is_quote && is_punct(tokens.get(at - 1), '!') {
            visit(group.stream());
        } else {
            quotes(group.stream(), visit);
        }
    }
}

fn check_generated(source: &Source, quoted: TokenStream, offences: &mut Vec<Offence>, named: &mut usize) {
    let tokens: Vec<TokenTree> = quoted.into_iter().collect();
    for at in 0..tokens.len() {
        if let TokenTree::Group(group) = &tokens[at] {
            check_generated(source, group.stream(), offences, named);
        }
        let Some(TokenTree::Ident(next)) = tokens.get(at + 2).filter(|_| is_separator(&tokens, at)) else { continue };
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let library = matches!(before, Some(TokenTree::Ident(name)) if LIBRARY.iter().any(|library| name == library));
        if library && next == "codegen" {
            *named += 1;
        } else if library {
            let what = format!("generated code names `{next}` of the library, not `codegen`");
            offences.push(source.offence(next.span().start().line, what));
        } else if is_absolute(&tokens, at) && !EVERYWHERE.iter().any(|known| next == known) {
            let what = format!("generated code names the crate `{next}`, which a user may not have");
            offences.push(source.offence(next.span().start().line, what));
        }
    }
}

/// Whether the `::` at `at` starts a path.
fn is_absolute(tokens: &[TokenTree], at: usize) -> bool {
    const KEYWORDS: &[&str] = &["as", "dyn", "else", "for", "impl", "in", "mut", "return", "use", "where"];
    match at.checked_sub(1).map(|at| &tokens[at]) {
        None => true,
        Some(TokenTree::Ident(name)) => KEYWORDS.iter().any(|keyword| name == keyword),
        // `>::` goes on; `->` and `=>` end.
        Some(TokenTree::Punct(punct)) if punct.as_char() == '>' => {
            at >= 2 && (is_punct(tokens.get(at - 2), '-') || is_punct(tokens.get(at - 2), '='))
        }
        Some(TokenTree::Punct(_)) => true,
        Some(_) => false,
    }
}

/// Every file says first what it is.
fn docs(sources: &[Source]) -> Vec<Offence> {
    let is_silent = |source: &&Source| {
        let doc = source.text.lines().next().and_then(|line| line.strip_prefix("//! "));
        doc.is_none_or(|doc| doc.split(' ').count() < 3)
    };
    let silent = sources.iter().filter(is_silent);
    silent.map(|source| source.offence(1, "does not open with a `//!` doc that says what it is")).collect()
}

/// The parent file of a folder is its map.
fn maps(sources: &[Source], exceptions: &[(&str, &str)]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for source in sources {
        let folder = format!("{}/", source.path.trim_end_matches(".rs"));
        if !sources.iter().any(|other| other.path.starts_with(&folder)) {
            continue;
        }
        let excepted = exceptions.iter().any(|(path, _)| *path == source.path);
        let more: Vec<&Item> = source.syntax.items.iter().filter(|item| !belongs_on_a_map(item)).collect();
        if excepted && more.is_empty() {
            offences.push(source.offence(1, "no exception is needed any more"));
        }
        for item in more.into_iter().filter(|_| !excepted) {
            offences.push(source.offence(item.span().start().line, "a room's parent file is its map: only `mod` and `use`"));
        }
    }
    offences
}

fn belongs_on_a_map(item: &Item) -> bool {
    match item {
        Item::Use(_) => true,
        Item::Mod(module) => module.content.is_none(),
        _ => false,
    }
}

// The tests that they hold.

#[track_caller]
fn none(offences: &[Offence]) {
    let list: Vec<String> = offences.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} offences:\n{}", list.len(), list.join("\n"));
}

#[test]
fn rooms_import_only_what_is_below() {
    none(&imports(&sources(&["src"])));
}

#[test]
fn operators_are_written_in_render_alone() {
    none(&operators(&sources(&["src"])));
}

#[test]
fn the_driver_is_named_in_its_room_alone() {
    none(&word(&sources(&["src"]), "mongodb", NAMES_THE_DRIVER));
}

#[test]
fn only_what_does_is_async() {
    none(&word(&sources(&["src"]), "async", IS_ASYNC));
}

#[test]
fn no_file_is_long() {
    none(&lengths(&sources(ALL), LONG_FILES));
}

#[test]
fn no_trait_is_large() {
    none(&traits(&sources(ALL)));
}

#[test]
fn generated_code_calls_codegen_alone() {
    let (offences, named) = generated(&sources(&["macros/src"]));
    none(&offences);
    assert!(named > 0, "nothing generated names `codegen`: is the library's path called something else than {LIBRARY:?} now?");
}

#[test]
fn every_file_says_what_it_is() {
    none(&docs(&sources(ALL)));
}

#[test]
fn a_parent_file_is_a_map() {
    none(&maps(&sources(&["src", "macros/src"]), MAPS_WITH_MORE));
}

// The tests that they can fail.

#[track_caller]
fn caught(offences: &[Offence], expected: &[(&str, usize)]) {
    let found: Vec<(&str, usize)> = offences.iter().map(|offence| (offence.path.as_str(), offence.line)).collect();
    assert_eq!(found, expected, "{offences:?}");
}

#[test]
fn an_import_upwards_is_caught_wherever_it_stands() {
    let text = "//! Doc with crate::db::Db in it.\n\
        use crate::{codec::Writer, query::{self, Filter}};\n\
        use super::super::driver::Call;\n\
        fn f(db: &crate::Db) { let _ = vec![crate::sync::plan()]; }\n\
        mod inner { use super::super::super::action::*; use super::Kind; use self::x::Y; }\n\
        use crate::nothing::Known;\n\
        use crate::*;\n\
        #[cfg(test)] mod tests { use crate::db::Db; }\n\
        use crate::Error;\n";
    let file = "src/schema/field.rs";
    let sources = [Source::new("src/lib.rs", "pub use db::Db;\npub use crate::error::{Error, Result};"), Source::new(file, text)];
    caught(&imports(&sources), &[(file, 2), (file, 2), (file, 3), (file, 4), (file, 4), (file, 5), (file, 6), (file, 7)]);
    caught(&imports(&[Source::new("src/helpers/text.rs", "")]), &[("src/helpers/text.rs", 1)]);
    caught(&imports(&[Source::new("src/codec.rs", "use super::error::Error;")]), &[("src/codec.rs", 1)]);
}

#[test]
fn an_operator_outside_of_render_is_caught() {
    let text = "/// `$set` in a doc.\n#[doc = \"$set\"]\nfn f() { g(\"costs $5\", '$'); }\n\
        fn h() -> Document { doc! { \"$set\": { \"a\": 1 } } }\nconst B: &[u8] = b\"$in\";\nconst R: &str = r\"$in\";\n\
        #[cfg(test)]\nmod tests { const T: &str = \"$in\"; }\n";
    let sources = [Source::new("src/sync/plan.rs", text), Source::new("src/render/filter.rs", "const A: &str = \"$and\";")];
    caught(&operators(&sources), &[("src/sync/plan.rs", 4), ("src/sync/plan.rs", 5), ("src/sync/plan.rs", 6)]);
}

#[test]
fn a_word_outside_of_its_rooms_is_caught() {
    let text = "//! mongodb\nconst URI: &str = \"mongodb://x\";\nuse mongodb::Client;\nfn f() { g!(mongodb::x) }\n";
    let sources = [Source::new("src/db/handle.rs", text), Source::new("src/driver/client.rs", text), Source::new("src/error.rs", text)];
    caught(&word(&sources, "mongodb", NAMES_THE_DRIVER), &[("src/db/handle.rs", 3), ("src/db/handle.rs", 4)]);
    let text = "async fn f() {}\nfn g() { let _ = async move {}; let _ = async |x| x; }\n";
    let sources = [Source::new("src/query/path.rs", text), Source::new("src/action/find.rs", text)];
    caught(&word(&sources, "async", IS_ASYNC), &[("src/query/path.rs", 1), ("src/query/path.rs", 2), ("src/query/path.rs", 2)]);
}

#[test]
fn a_long_file_is_caught_and_only_code_counts() {
    let code = |lines: usize| "const A: i32 = 1;\n".repeat(lines);
    let padded = format!("//! Doc.\n\n// Comment.\n/// Doc.\n{}#[cfg(test)]\nmod tests {{\n{}}}\n", code(400), code(400));
    let sources = [Source::new("src/a.rs", &code(401)), Source::new("src/b.rs", &padded)];
    assert_eq!(sources[1].lines_of_code(), 400);
    caught(&lengths(&sources, &[]), &[("src/a.rs", 1)]);
    caught(&lengths(&sources, &[("src/a.rs", "a table"), ("src/b.rs", "a table")]), &[("src/b.rs", 1)]);
}

#[test]
fn a_large_trait_is_caught() {
    let items = |count: usize| (0..count).map(|at| format!("fn f{at}();")).collect::<String>();
    let text = format!("trait Small {{ {} }}\nmod inner {{ trait Large {{ {} }} }}", items(6), items(7));
    caught(&traits(&[Source::new("src/a.rs", &text)]), &[("src/a.rs", 2)]);
}

#[test]
fn generated_code_beside_codegen_is_caught() {
    let text = "fn f() { quote! { use #crate_path::codegen as __chakra; impl __chakra::Model for #owner {} } }\n\
        fn g() { quote!(#crate_path::model::Model) }\n\
        fn h() { quote_spanned!(at=> { x::<i32>(); ::chakra::Db }) }\n\
        fn i() { quote!(fn f() -> ::bson::Bson { <T as ::core::convert::From<U>>::from(1) }) }\n\
        fn j() -> ::proc_macro2::TokenStream { crate::chakra::x() }\n";
    let (offences, named) = generated(&[Source::new("macros/src/expand/a.rs", text)]);
    let file = "macros/src/expand/a.rs";
    caught(&offences, &[(file, 2), (file, 3), (file, 4)]);
    assert_eq!(named, 1);
}

#[test]
fn a_file_without_a_doc_is_caught() {
    let texts = ["//! What this is.", "//! x", "// What this is.", "\n//! What this is."];
    let paths = ["src/a.rs", "src/b.rs", "src/c.rs", "src/d.rs"];
    let sources: Vec<Source> = paths.into_iter().zip(texts).map(|(path, text)| Source::new(path, text)).collect();
    caught(&docs(&sources), &[("src/b.rs", 1), ("src/c.rs", 1), ("src/d.rs", 1)]);
}

#[test]
fn logic_on_a_map_is_caught() {
    let text = "//! The room of things.\nmod b;\npub use b::B;\nfn f() {}\nmod inline {}\n";
    let sources = [Source::new("src/a.rs", text), Source::new("src/a/b.rs", text)];
    caught(&maps(&sources, &[]), &[("src/a.rs", 4), ("src/a.rs", 5)]);
    caught(&maps(&sources, &[("src/a.rs", "reason")]), &[]);
    let sources = [Source::new("src/a.rs", "mod b;"), Source::new("src/a/b.rs", "")];
    caught(&maps(&sources, &[("src/a.rs", "reason")]), &[("src/a.rs", 1)]);
}
