//! The page of operators in the documentation, `src/docs/operators.md`: every line is rendered and sent to a server, which says what becomes
//! of it.
//!
//! `model` has the models that the page speaks of, and `documents` the documents; `filters` and `updates` have the operators and their
//! examples, `asked` and `changed` what becomes of an example.
//! `CHAKRA_WRITE_DOCS=1 cargo test --test chakra reference` writes the page anew; read the difference before you commit it.

mod asked;
mod changed;
mod documents;
mod filters;
mod model;
mod updates;

use asked::{Asked, Row};
use changed::{Changed, Changes};
use std::fs;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/operators.md");

const HEAD: &str = "\
<!-- Written by tests/reference.rs: CHAKRA_WRITE_DOCS=1 cargo test --test chakra reference -->

# Operators

Every operator with an example, what is sent for it, and what becomes of a field that is not there. Each line was rendered by Chakra and sent to a
server.

The examples are filters and updates of these models:
";

const FILTERS: &str = "
## Filters

Filters were also explained by the server.

- **Missing** and **Null** say whether the filter matches a document that has no such field, and one that has null in it. A field that is no `Option`, list
  or map and has no constant default cannot be read from such a document.
- **Index** says what the server goes through where the field has an index: `IXSCAN` is the keys that the filter names, `IXSCAN, all keys` all keys of the
  index, each of which it tests, and `COLLSCAN` every document.
";

const UPDATES: &str = "
## Updates

An operator is a method of an update: `db.update(key).inc(Item::stock, 2)`. Each of these was made to the same documents by the server and, but for
`current_date`, in memory.

- **Sent** is the update of the command: a document of the server's operators, or a pipeline, in brackets, where something hangs on `None` or on the fields
  of a composite. `e0` names the items of a list that it changes.
- **Beside the filter** are the documents that the command leaves out by a `$nor`, so that it changes none of them: those of which it would make what the
  model cannot read, and those in a form that the operator does not take, which one more command brings into the form that Chakra writes, before the update is
  sent again.
- **Missing** and **Null** say what the field reads as after the change of a document that has no such field, and of one that has null in it, or that the
  document is refused.
";

const FILTER_COLUMNS: &str = "| Operator | Example | Sent | Missing | Null | Index |\n|---|---|---|---|---|---|\n";
const UPDATE_COLUMNS: &str = "| Operator | Example | Sent | Beside the filter | Missing | Null |\n|---|---|---|---|---|---|\n";

/// Operators that belong together.
pub struct Family<E> {
    pub title: &'static str,
    /// What is to be known of all of them, in a sentence or two.
    pub text: &'static str,
    pub examples: Vec<E>,
}

impl<E> Family<E> {
    fn heading(&self) -> String {
        format!("\n### {}\n\n{}\n\n", self.title, self.text)
    }
}

async fn page() -> String {
    let (asked, changes) = (Asked::new().await, Changes::new().await);
    let mut page = format!("{HEAD}\n```rust\n{}```\n{FILTERS}", models());
    for family in filters::families() {
        page.push_str(&(family.heading() + FILTER_COLUMNS));
        for question in family.examples {
            page.push_str(&filter_line(&asked.filter(question).await));
        }
    }
    page.push_str(UPDATES);
    for family in updates::families() {
        page.push_str(&(family.heading() + UPDATE_COLUMNS));
        for change in family.examples {
            page.push_str(&update_line(&changes.update(change).await));
        }
    }
    page
}

/// The models as they are declared, without what the file says of itself.
fn models() -> String {
    let declared = include_str!("reference/model.rs").lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    declared.map(|line| format!("{line}\n")).collect()
}

fn filter_line(row: &Row) -> String {
    let Row { operator, example, sent, missing, null, index } = row;
    format!("| {} | {} | {} | {missing} | {null} | {index} |\n", code(operator), code(example), code(sent))
}

fn update_line(changed: &Changed) -> String {
    let Changed { operator, example, sent, beside, missing, null } = changed;
    let beside = beside.as_deref().map_or_else(|| "–".to_owned(), code);
    format!("| {} | {} | {} | {beside} | {missing} | {null} |\n", code(operator), code(example), code(sent))
}

/// Code in the cell of a table.
fn code(text: &str) -> String {
    assert!(!text.contains('`'), "a cell cannot hold {text}");
    format!("`{}`", text.replace('|', "\\|"))
}

#[tokio::test]
async fn the_page_of_operators_is_what_the_server_says() {
    let page = page().await;
    if std::env::var_os("CHAKRA_WRITE_DOCS").is_some_and(|wish| wish == "1") {
        fs::write(PAGE, page).unwrap();
        return;
    }
    let written = fs::read_to_string(PAGE).unwrap();
    let (expected, found): (Vec<&str>, Vec<&str>) = (page.lines().collect(), written.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(expected, found)| expected == found).count();
    let at = |lines: &[&str]| lines.get(same).map_or_else(|| "the end of the page".to_owned(), |line| (*line).to_owned());
    assert!(
        expected == found,
        "line {} of src/docs/operators.md is\n   {}\nand should be\n   {}\nRun `CHAKRA_WRITE_DOCS=1 cargo test --test chakra reference` to \
         write the page anew, and read the difference before you commit it.",
        same + 1,
        at(&found),
        at(&expected)
    );
}

/// The functions of the library that give a filter of a path, of a list's length or of a text whatever its case, as the page calls them.
fn operators() -> Vec<String> {
    let mut operators = Vec::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/operator")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for item in syn::parse_file(&source).unwrap().items {
            let syn::Item::Impl(block) = item else { continue };
            let prefix = match last_name(&block.self_ty).as_deref() {
                Some("Path") => "",
                Some("Length") => "len().",
                Some("IgnoringCase") => "ci().",
                _ => continue,
            };
            for member in block.items {
                let syn::ImplItem::Fn(function) = member else { continue };
                let syn::ReturnType::Type(_, output) = &function.sig.output else { continue };
                if matches!(function.vis, syn::Visibility::Public(_)) && last_name(output).as_deref() == Some("Filter") {
                    operators.push(format!("{prefix}{}", function.sig.ident));
                }
            }
        }
    }
    operators
}

fn last_name(ty: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}

/// The functions of the library that change what stands at a path.
fn changes() -> Vec<String> {
    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/query/update.rs")).unwrap();
    let mut changes = Vec::new();
    for item in syn::parse_file(&source).unwrap().items {
        let syn::Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || last_name(&block.self_ty).as_deref() != Some("Update") {
            continue;
        }
        for member in block.items {
            let syn::ImplItem::Fn(function) = member else { continue };
            let is_path = |input: &syn::FnArg| matches!(input, syn::FnArg::Typed(typed) if last_name(&typed.ty).as_deref() == Some("Path"));
            if matches!(function.vis, syn::Visibility::Public(_)) && function.sig.inputs.iter().any(is_path) {
                changes.push(function.sig.ident.to_string());
            }
        }
    }
    changes
}

#[test]
fn every_operator_of_filters_is_in_the_page() {
    let known: Vec<&str> = filters::families().into_iter().flat_map(|family| family.examples).map(|question| question.operator).collect();
    let operators = operators();
    assert!(operators.len() > 30, "the source of the operators reads otherwise: {operators:?}");
    let absent: Vec<&String> = operators.iter().filter(|operator| !known.contains(&operator.as_str())).collect();
    assert!(absent.is_empty(), "add to tests/reference/filters.rs: {absent:?}");
}

#[test]
fn every_operator_of_updates_is_in_the_page() {
    // What a patch says is `set`, `unset` or nothing.
    let mut known = vec!["patch"];
    known.extend(updates::families().into_iter().flat_map(|family| family.examples).map(|change| change.operator));
    let changes = changes();
    assert!(changes.len() > 15, "the source of the operators reads otherwise: {changes:?}");
    let absent: Vec<&String> = changes.iter().filter(|change| !known.contains(&change.as_str())).collect();
    assert!(absent.is_empty(), "add to tests/reference/updates.rs: {absent:?}");
}
