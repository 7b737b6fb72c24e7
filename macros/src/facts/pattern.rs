//! A pattern as the server's validator has it: what means the same to the crate `regex` and to PCRE, by which the server matches.
//!
//! Asked by `check` where a model has a validator, and by `expand` for every pattern: the model may stand elsewhere.

use regex_syntax::ast::{
    AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, HexLiteralKind, Literal, LiteralKind, Repetition, RepetitionKind,
    RepetitionRange, Span, SpecialLiteralKind, parse::Parser,
};

/// The most that PCRE counts to.
const MOST_REPETITIONS: u32 = 65_535;

/// The pattern for the server, of which the end is the end of the text and not what stands before a last line break.
///
/// # Errors
/// Which part means something else there, and what to write instead.
pub(crate) fn server_pattern(text: &str) -> Result<String, String> {
    let ast = Parser::new().parse(text).map_err(|error| error.kind().to_string())?;
    let mut walk = Walk { text, ends: Vec::new() };
    walk.pattern(&ast)?;
    let mut server = String::new();
    let mut done = 0;
    for end in walk.ends {
        server.push_str(&text[done..end.start.offset]);
        server.push_str("\\z");
        done = end.end.offset;
    }
    server.push_str(&text[done..]);
    Ok(server)
}

struct Walk<'a> {
    text: &'a str,
    /// Where `$` stands, in order.
    ends: Vec<Span>,
}

impl Walk<'_> {
    fn pattern(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Empty(_) | Ast::Dot(_) => Ok(()),
            Ast::Literal(literal) => self.literal(literal),
            Ast::Flags(flags) => Err(self.flags(&flags.span)),
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine | AssertionKind::StartText | AssertionKind::EndText => Ok(()),
                AssertionKind::EndLine => {
                    self.ends.push(assertion.span);
                    Ok(())
                }
                _ => {
                    let what = self.quoted(&assertion.span);
                    Err(format!("{what} goes by the letters of Unicode in Rust, and by those of ASCII on the server: {OWN_RULE}"))
                }
            },
            Ast::ClassUnicode(class) => Err(self.tables(&class.span)),
            Ast::ClassPerl(class) => Err(self.perl(&class.span, &class.kind, class.negated, false)),
            Ast::ClassBracketed(class) => self.set(&class.kind),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => {
                match &group.kind {
                    GroupKind::CaptureIndex(_) => {}
                    GroupKind::CaptureName { .. } => return Err("a group has no name there: write `(…)`".to_owned()),
                    GroupKind::NonCapturing(flags) if flags.items.is_empty() => {}
                    GroupKind::NonCapturing(flags) => return Err(self.flags(&flags.span)),
                }
                self.pattern(&group.ast)
            }
            Ast::Alternation(all) => all.asts.iter().try_for_each(|ast| self.pattern(ast)),
            Ast::Concat(all) => all.asts.iter().try_for_each(|ast| self.pattern(ast)),
        }
    }

    fn repetition(&mut self, repetition: &Repetition) -> Result<(), String> {
        let what = self.quoted(&repetition.span);
        match &*repetition.ast {
            Ast::Repetition(_) => {
                return Err(format!("{what} repeats a repetition, which is another thing there: write `(?:…)` around it"));
            }
            Ast::Assertion(_) => return Err(format!("{what} repeats a place, not a text: write the place once")),
            _ => {}
        }
        if let RepetitionKind::Range(range) = &repetition.op.kind {
            let (RepetitionRange::Exactly(most) | RepetitionRange::AtLeast(most) | RepetitionRange::Bounded(_, most)) = range;
            if *most > MOST_REPETITIONS {
                return Err(format!("{what} is more than the server counts, which is {MOST_REPETITIONS}: {OWN_RULE}"));
            }
            let op = &self.text[repetition.op.span.start.offset..repetition.op.span.end.offset];
            if op.starts_with("{,") || op.contains(char::is_whitespace) {
                return Err(format!("{what} is read as these characters there: write `{{0,3}}`, without spaces"));
            }
        }
        self.pattern(&repetition.ast)
    }

    fn literal(&self, literal: &Literal) -> Result<(), String> {
        let what = self.quoted(&literal.span);
        match &literal.kind {
            LiteralKind::Verbatim if literal.c == '\0' => Err("a NUL ends a text for some servers: write `\\x00`".to_owned()),
            LiteralKind::Special(SpecialLiteralKind::VerticalTab) => Err(format!("{what} is several characters there: write `\\x0B`")),
            LiteralKind::HexFixed(kind) | LiteralKind::HexBrace(kind) if *kind != HexLiteralKind::X => {
                Err(format!("{what} is unknown there: write `\\x{{{:X}}}`", u32::from(literal.c)))
            }
            LiteralKind::Octal => Err(format!("{what} may be a reference to a group there: write `\\x{{{:X}}}`", u32::from(literal.c))),
            _ => Ok(()),
        }
    }

    fn set(&self, set: &ClassSet) -> Result<(), String> {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(op) => {
                let what = self.quoted(&op.span);
                Err(format!("{what} is a calculation with classes, which are plain characters there: write the characters that remain"))
            }
        }
    }

    fn item(&self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Empty(_) => Ok(()),
            ClassSetItem::Literal(literal) => self.literal(literal),
            ClassSetItem::Range(range) => self.literal(&range.start).and_then(|()| self.literal(&range.end)),
            ClassSetItem::Ascii(class) => {
                let what = self.quoted(&class.span);
                Err(format!("{what} goes by the language of the server: write the characters, as in `[0-9A-Za-z]`"))
            }
            ClassSetItem::Unicode(class) => Err(self.tables(&class.span)),
            ClassSetItem::Perl(class) => Err(self.perl(&class.span, &class.kind, class.negated, true)),
            ClassSetItem::Bracketed(class) => {
                let what = self.quoted(&class.span);
                Err(format!("{what} is a class in a class, which is plain characters there: write its characters in the outer one"))
            }
            ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| self.item(item)),
        }
    }

    fn tables(&self, span: &Span) -> String {
        let what = self.quoted(span);
        format!("{what} goes by tables of Unicode, which are of another version on each server: write the ranges, or {OWN_RULE}")
    }

    fn flags(&self, span: &Span) -> String {
        let what = self.quoted(span);
        format!("the flags {what} mean other things there: write out what they say, as in `[Aa]` for `(?i:a)`")
    }

    fn perl(&self, span: &Span, kind: &ClassPerlKind, negated: bool, within: bool) -> String {
        let what = self.quoted(span);
        let characters = match kind {
            ClassPerlKind::Digit => "0-9",
            ClassPerlKind::Space => "\\t\\n\\x0B\\f\\r\\x20",
            ClassPerlKind::Word => "0-9A-Z_a-z",
        };
        let cure = match (negated, within) {
            (false, false) => format!("write `[{characters}]`"),
            (true, false) => format!("write `[^{characters}]`"),
            (false, true) => format!("write `{characters}`"),
            (true, true) => "write the characters that are meant".to_owned(),
        };
        format!("{what} goes by Unicode in Rust, and by ASCII on the server: {cure}")
    }

    fn quoted(&self, span: &Span) -> String {
        format!("`{}`", &self.text[span.start.offset..span.end.offset])
    }
}

const OWN_RULE: &str = "a rule of your own is `validate = path::to::function`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_stays_as_it_is_but_for_the_end() {
        for (text, server) in [
            ("^[a-z]+$", "^[a-z]+\\z"),
            ("a$|b$", "a\\z|b\\z"),
            (r"^(?:a|b){1,3}?\.\-\x7F\x{1F600}\n$", r"^(?:a|b){1,3}?\.\-\x7F\x{1F600}\n\z"),
            (r"\A[^$\]é-ü][]a]\z", r"\A[^$\]é-ü][]a]\z"),
            (r"\$5", r"\$5"),
            ("", ""),
            (".*(x)", ".*(x)"),
        ] {
            assert_eq!(server_pattern(text).as_deref(), Ok(server), "{text}");
        }
    }

    #[test]
    fn what_means_something_else_is_named() {
        for (text, part) in [
            (r"^\d+$", r"`\d` goes by Unicode in Rust, and by ASCII on the server: write `[0-9]`"),
            (r"\W", "write `[^0-9A-Z_a-z]`"),
            (r"[a\s]", r"write `\t\n\x0B\f\r\x20`"),
            (r"[a\D]", "write the characters that are meant"),
            (r"\bword", r"`\b` goes by the letters of Unicode"),
            (r"a\B", r"`\B` goes by the letters of Unicode"),
            (r"\p{Greek}", r"`\p{Greek}` goes by tables"),
            (r"[\pL]", r"`\pL` goes by tables"),
            ("[[:alpha:]]", "`[:alpha:]` goes by the language"),
            ("[a[bc]]", "`[bc]` is a class in a class"),
            ("[a-z&&[^b]]", "is a calculation with classes"),
            ("(?i)a", "the flags `(?i)` mean"),
            ("(?i:a)", "mean other things there"),
            ("(?P<year>a)", "a group has no name there"),
            ("a++", "`a++` repeats a repetition"),
            ("^*a", "`^*` repeats a place"),
            ("a{70000}", "is more than the server counts"),
            (r"\v", r"write `\x0B`"),
            (r"\u00e9", r"write `\x{E9}`"),
        ] {
            let reason = server_pattern(text).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }
}
