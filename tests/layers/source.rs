//! Source files as syntax and as token trees, without what the laws do not speak of: docs, attributes and tests.
//!
//! Filled from the folders of the workspace, or from a snippet by the self-tests; read by the laws in `layers.rs`. Most laws read tokens,
//! because these also show what stands inside a macro's parentheses.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use std::{collections::BTreeSet, fmt, fs, path::Path};

/// One file.
pub(crate) struct Source {
    /// Its path from the root of the workspace.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
    /// Its tokens without attributes, docs among them, and without what is only there for tests.
    pub(crate) code: TokenStream,
}

/// A place that breaks a law.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offence {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// A path that starts at the root of the crate, with `super` and `self` resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// All files of these folders. Files that are tests themselves (`tests.rs`, `tests/`) are left out.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in folders {
        collect(root, folder, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "there is no source file in {folders:?}");
    found
}

fn collect(root: &Path, folder: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if entry.file_type().unwrap().is_dir() {
            if name != "tests" {
                collect(root, &path, found);
            }
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(Source::new(&path, &fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text: text.to_owned(), syntax, code: strip(tokens, false) }
    }

    pub(crate) fn offence(&self, line: usize, what: impl Into<String>) -> Offence {
        Offence { path: self.path.clone(), line, what: what.into() }
    }

    /// The room that the file belongs to: `src/query.rs` and `src/query/path.rs` are of `query`.
    pub(crate) fn room(&self) -> &str {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs")
    }

    /// On how many lines there is code: not blank, not a comment, not a doc, not a test.
    pub(crate) fn lines_of_code(&self) -> usize {
        let mut lines = BTreeSet::new();
        mark_lines(strip(self.text.parse().unwrap(), true), &mut lines);
        lines.len()
    }

    /// Every path from the root of the crate, in `use`, types, expressions and the tokens of macros.
    pub(crate) fn references(&self) -> Vec<Reference> {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path).trim_end_matches(".rs");
        let module: Vec<String> = if inner == "lib" { Vec::new() } else { inner.split('/').map(str::to_owned).collect() };
        let mut found = Vec::new();
        walk_paths(self.code.clone(), &module, &mut found);
        found
    }

    /// Calls `visit` with every token, groups before what stands in them.
    pub(crate) fn each_token(&self, mut visit: impl FnMut(&TokenTree)) {
        each(self.code.clone(), &mut visit);
    }
}

fn each(stream: TokenStream, visit: &mut dyn FnMut(&TokenTree)) {
    for token in stream {
        visit(&token);
        if let TokenTree::Group(group) = token {
            each(group.stream(), visit);
        }
    }
}

/// Whether `::` stands at `at`.
pub(crate) fn is_separator(tokens: &[TokenTree], at: usize) -> bool {
    let first = matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':' && p.spacing() == Spacing::Joint);
    first && is_punct(tokens.get(at + 1), ':')
}

pub(crate) fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// The tokens without docs and without items under `#[cfg(test)]`; `attributes` says whether other attributes stay.
fn strip(stream: TokenStream, attributes: bool) -> TokenStream {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if let Some((attribute, end)) = attribute_at(&tokens, at) {
            let spelled = attribute.stream().to_string().replace(' ', "");
            let is_doc = matches!(attribute.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc");
            if attributes && !is_doc && spelled != "cfg(test)" {
                kept.extend_from_slice(&tokens[at..end]);
            }
            at = if spelled == "cfg(test)" { item_end(&tokens, end) } else { end };
            continue;
        }
        kept.push(match &tokens[at] {
            TokenTree::Group(group) => {
                let mut stripped = Group::new(group.delimiter(), strip(group.stream(), attributes));
                stripped.set_span(group.span());
                TokenTree::Group(stripped)
            }
            other => other.clone(),
        });
        at += 1;
    }
    kept.into_iter().collect()
}

/// `#[…]` or `#![…]` at `at`, and the position behind it. `#name` and `#(…)*` of a `quote!` are none.
fn attribute_at(tokens: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    if !is_punct(tokens.get(at), '#') {
        return None;
    }
    let at = if is_punct(tokens.get(at + 1), '!') { at + 2 } else { at + 1 };
    match tokens.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => Some((group, at + 1)),
        _ => None,
    }
}

/// The position behind the item that starts at `at`: behind its first braces, or its semicolon.
fn item_end(tokens: &[TokenTree], at: usize) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    tokens[at..].iter().position(is_end).map_or(tokens.len(), |length| at + length + 1)
}

fn mark_lines(stream: TokenStream, lines: &mut BTreeSet<usize>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                lines.insert(group.span_open().start().line);
                mark_lines(group.stream(), lines);
                lines.insert(group.span_close().end().line);
            }
            // A string may run over several lines.
            other => lines.extend(other.span().start().line..=other.span().end().line),
        }
    }
}

fn walk_paths(stream: TokenStream, module: &[String], found: &mut Vec<Reference>) {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match (&tokens[at], tokens.get(at + 1), tokens.get(at + 2)) {
            (TokenTree::Ident(start), ..)
                if ["crate", "chakra", "super", "self"].iter().any(|word| start == word) && is_separator(&tokens, at + 1) =>
            {
                at = follow(&tokens, at, module, None, found);
                continue;
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) if word == "mod" => {
                let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
                walk_paths(body.stream(), &inner, found);
                at += 3;
                continue;
            }
            (TokenTree::Group(group), ..) => walk_paths(group.stream(), module, found),
            _ => {}
        }
        at += 1;
    }
}

/// Follows a path, through the groups of a `use`; `path` is what was read of it. Gives the position behind it.
fn follow(tokens: &[TokenTree], mut at: usize, module: &[String], mut path: Option<Vec<String>>, found: &mut Vec<Reference>) -> usize {
    loop {
        let line = tokens.get(at).or(tokens.last()).map_or(0, |token| token.span().start().line);
        match tokens.get(at) {
            Some(TokenTree::Ident(segment)) => {
                path = Some(step(path, &segment.to_string(), module));
                at += 1;
                if is_separator(tokens, at) {
                    at += 2;
                    continue;
                }
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in inner.split(|token| is_punct(Some(token), ',')).filter(|tree| !tree.is_empty()) {
                    follow(tree, 0, module, path.clone(), found);
                }
                return at + 1;
            }
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                path = Some(step(path, "*", module));
                at += 1;
            }
            // The type arguments of `path::<T>`, or a variable of a macro.
            _ => {}
        }
        found.push(Reference { segments: path.unwrap_or_default(), line });
        return at;
    }
}

fn step(path: Option<Vec<String>>, segment: &str, module: &[String]) -> Vec<String> {
    match (path, segment) {
        (None, "crate" | "chakra") => Vec::new(),
        (None, "self") => module.to_vec(),
        (None, "super") => module.split_last().map_or_else(Vec::new, |(_, parent)| parent.to_vec()),
        (Some(path), "self") => path,
        (Some(mut path), "super") => {
            path.pop();
            path
        }
        (path, segment) => {
            let mut path = path.unwrap_or_default();
            path.push(segment.to_owned());
            path
        }
    }
}
