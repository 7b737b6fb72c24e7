//! A pattern as the server's validator has it: what means the same to the crate `regex` and to PCRE, by which the server matches.
//!
//! Asked by `check` where a model has a validator, and by `expand` for every pattern: the model may stand elsewhere.

use regex_syntax::ast::{
    AssertionKind, Ast, ClassPerlKind, ClassSet, ClassSetItem, GroupKind, HexLiteralKind, Literal, LiteralKind, Repetition, RepetitionKind,
    RepetitionRange, Span, SpecialLiteralKind, parse::Parser,
};

/// The most that PCRE counts to.
const MOST_REPETITIONS: u32 = 65_535;

/// How often a group may be repeated, and how deep groups may lie in one that is. Up to MongoDB 6.0 the server gives up, and refuses the text,
/// beyond some 4,000 steps that it could have to take back: of these a group takes one, and one for each that lies in it, at each turn.
const MOST_TURNS: u64 = 500;
const MOST_WITHIN: u32 = 5;

/// The pattern for the server, of which the end is the end of the text and not what stands before a last line break. `longest` is the most
/// characters that a text may have.
///
/// # Errors
/// Which part means something else there, or is too much for it, and what to write instead.
pub(crate) fn server_pattern(text: &str, longest: Option<u64>) -> Result<String, String> {
    let ast = Parser::new().parse(text).map_err(|error| error.kind().to_string())?;
    let mut walk = Walk { text, longest, turns: 1, within: None, ends: Vec::new() };
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
    longest: Option<u64>,
    /// How often the groups around are repeated at most, where that is counted.
    turns: u64,
    /// How many groups lie around, from the outermost one that is repeated so often that it is not counted.
    within: Option<u32>,
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
            Ast::ClassBracketed(class) => {
                let shown = self.quoted(&class.span);
                if is_name_of_class(shown.trim_matches('`')) {
                    return Err(format!("{shown} is read as the name of a class there, and refused: write another character of it first"));
                }
                self.set(&class.kind)
            }
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => {
                match &group.kind {
                    GroupKind::CaptureIndex(_) => {}
                    GroupKind::CaptureName { .. } => return Err("a group has no name there: write `(…)`".to_owned()),
                    GroupKind::NonCapturing(flags) if flags.items.is_empty() => {}
                    GroupKind::NonCapturing(flags) => return Err(self.flags(&flags.span)),
                }
                let within = self.within;
                self.within = within.map(|groups| groups + 1);
                if self.within.is_some_and(|groups| groups > MOST_WITHIN) {
                    let what = self.quoted(&group.span);
                    return Err(format!(
                        "{what} lies too deep in groups that are repeated, of which the server refuses long texts: {OWN_RULE}"
                    ));
                }
                let inner = self.pattern(&group.ast);
                self.within = within;
                inner
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
        if is_character(&repetition.ast) {
            return self.pattern(&repetition.ast);
        }
        self.turned(repetition, &what)
    }

    /// A group that is repeated: the server remembers each turn.
    fn turned(&mut self, repetition: &Repetition, what: &str) -> Result<(), String> {
        let (turns, within) = (self.turns, self.within);
        let most = most_turns(&repetition.op.kind);
        if most != Some(1) && may_be_empty(&repetition.ast) {
            return Err(format!(
                "{what} repeats what may be empty, in which the server gets lost: write what each turn has at least, or {OWN_RULE}"
            ));
        }
        match most.map(|most| turns.saturating_mul(most.max(1))) {
            Some(counted) if counted <= MOST_TURNS => self.turns = counted,
            _ if self.longest.is_some_and(|longest| longest <= MOST_TURNS) => self.within = within.or(Some(0)),
            _ => {
                return Err(format!(
                    "{what} repeats a group, and the server refuses long texts that match it: give the field `max_length = {MOST_TURNS}` or \
                     less, or repeat one character or class, as in `[a-z-]+`"
                ));
            }
        }
        let inner = self.pattern(&repetition.ast);
        (self.turns, self.within) = (turns, within);
        inner
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

/// `[:a:]`, `[.a.]` and `[=a=]`.
fn is_name_of_class(class: &str) -> bool {
    let within = class.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    within.is_some_and(|within| within.len() > 1 && [':', '.', '='].iter().any(|sign| within.starts_with(*sign) && within.ends_with(*sign)))
}

/// Whether it is one character, of which the server remembers no turns.
fn is_character(ast: &Ast) -> bool {
    matches!(ast, Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_))
}

/// None where there is no end.
fn most_turns(kind: &RepetitionKind) -> Option<u64> {
    match kind {
        RepetitionKind::ZeroOrOne => Some(1),
        RepetitionKind::Range(RepetitionRange::Exactly(most) | RepetitionRange::Bounded(_, most)) => Some(u64::from(*most)),
        RepetitionKind::ZeroOrMore | RepetitionKind::OneOrMore | RepetitionKind::Range(RepetitionRange::AtLeast(_)) => None,
    }
}

fn may_be_empty(ast: &Ast) -> bool {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => true,
        Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => false,
        Ast::Repetition(repetition) => {
            let least = match &repetition.op.kind {
                RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => 0,
                RepetitionKind::OneOrMore => 1,
                RepetitionKind::Range(
                    RepetitionRange::Exactly(least) | RepetitionRange::AtLeast(least) | RepetitionRange::Bounded(least, _),
                ) => *least,
            };
            least == 0 || may_be_empty(&repetition.ast)
        }
        Ast::Group(group) => may_be_empty(&group.ast),
        Ast::Alternation(all) => all.asts.iter().any(may_be_empty),
        Ast::Concat(all) => all.asts.iter().all(may_be_empty),
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
            ("[:a][a:][^:a:][:]", "[:a][a:][^:a:][:]"),
            (r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]+)?$", r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]+)?\z"),
        ] {
            assert_eq!(server_pattern(text, None).as_deref(), Ok(server), "{text}");
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
            let reason = server_pattern(text, Some(1)).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }

    #[test]
    fn what_is_read_as_the_name_of_a_class_is_refused() {
        for text in ["[:a:]", "x[.a.]", "[=a=]+", "[::]", r"[:\]a:]", r"[:a\:]"] {
            let reason = server_pattern(text, None).unwrap_err();
            assert!(reason.contains("is read as the name of a class there"), "{text}: {reason}");
        }
    }

    #[test]
    fn a_group_is_repeated_in_short_texts_alone() {
        let long = "repeats a group, and the server refuses long texts";
        for text in ["^(?:[a-z]|-)+$", "^[a-z]+(?:-[a-z]+)*$", "^([a-z]+-?)+$", "(ab){2,}", "(?:ab){501}", "(?:(?:ab){30}c){30}"] {
            for longest in [None, Some(501)] {
                let reason = server_pattern(text, longest).unwrap_err();
                assert!(reason.contains(long), "{text}: {reason}");
            }
            assert!(server_pattern(text, Some(500)).is_ok(), "{text}");
        }
        for text in ["[a-z]+", "(ab)?", "(?:ab){500}", "(?:(?:ab){20}c){25}", "(?:a?){1}", "((((((((a))))))))"] {
            assert!(server_pattern(text, None).is_ok(), "{text}");
        }
        for (text, part) in [
            ("^(?:a?){30}a{30}$", "`(?:a?){30}` repeats what may be empty"),
            ("(?:a*|b)*", "repeats what may be empty"),
            ("(?:^a?){2}", "repeats what may be empty"),
            ("((((((a))))))+", "`(a)` lies too deep"),
        ] {
            let reason = server_pattern(text, Some(9)).unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
        assert!(server_pattern("(((((a)))))+", Some(500)).is_ok());
    }
}
