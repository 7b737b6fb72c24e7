//! The page of operators in the documentation, `src/docs/operators.md`: every line is rendered, asked of a server and explained by it.
//!
//! `model` has the models that the page speaks of, `filters` the operators and their examples, `asked` what becomes of an example.
//! `CHAKRA_WRITE_DOCS=1 cargo test --test chakra reference` writes the page anew; read the difference before you commit it.

mod asked;
mod filters;
mod model;

use asked::{Asked, Row};
use std::fs;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/operators.md");

const HEAD: &str = "\
<!-- Written by tests/reference.rs: CHAKRA_WRITE_DOCS=1 cargo test --test chakra reference -->

# Operators

Every operator with an example, what is sent for it, what it says of a field that is not there, and how the server looks it up. Each line was rendered by
Chakra, asked of a server and explained by it.

- **Missing** and **Null** say whether the filter matches a document that has no such field, and one that has null in it. A field that is no `Option`, list
  or map and has no constant default cannot be read from such a document.
- **Index** says what the server goes through where the field has an index: `IXSCAN` is the keys that the filter names, `IXSCAN, all keys` all keys of the
  index, each of which it tests, and `COLLSCAN` every document.

The examples are filters of these models:
";

const COLUMNS: &str = "| Operator | Example | Sent | Missing | Null | Index |\n|---|---|---|---|---|---|\n";

async fn page() -> String {
    let asked = Asked::new().await;
    let mut page = format!("{HEAD}\n```rust\n{}```\n\n## Filters\n", models());
    for family in filters::families() {
        page.push_str(&format!("\n### {}\n\n{}\n\n{COLUMNS}", family.title, family.text));
        for question in family.questions {
            page.push_str(&line(&asked.filter(question).await));
        }
    }
    page
}

/// The models as they are declared, without what the file says of itself.
fn models() -> String {
    let declared = include_str!("reference/model.rs").lines().skip_while(|line| line.starts_with("//!") || line.is_empty());
    declared.map(|line| format!("{line}\n")).collect()
}

fn line(row: &Row) -> String {
    let Row { operator, example, sent, missing, null, index } = row;
    format!("| {} | {} | {} | {missing} | {null} | {index} |\n", code(operator), code(example), code(sent))
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

#[test]
fn every_operator_is_in_the_page() {
    let known: Vec<&str> = filters::families().into_iter().flat_map(|family| family.questions).map(|question| question.operator).collect();
    let operators = operators();
    assert!(operators.len() > 30, "the source of the operators reads otherwise: {operators:?}");
    let absent: Vec<&String> = operators.iter().filter(|operator| !known.contains(&operator.as_str())).collect();
    assert!(absent.is_empty(), "add to tests/reference/filters.rs: {absent:?}");
}
