//! Models as a Mermaid entity relationship diagram: pure text, the same for the same models.
//!
//! Called by `Registry` with all models that belong together. The names of entities are always quoted, since Mermaid's own words (`One`,
//! `Title`) would end a diagram; fields cannot be, so what Mermaid does not take is replaced, and the true name stands in the comment.

use super::{
    Absent, Field, IndexSchema, KeyPath, Kind, Layout, Link, RelationKind, RelationSchema, Schema, Shape, Tag,
    key_path::key_path,
    types::{Composites, Namer, same_shape, same_type, scalar_text, shape_within},
};

/// The diagram of these models, which hold all models that their relations lead to.
pub(crate) fn draw(schemas: &[&'static Schema]) -> String {
    let mut composites = Composites::default();
    let names: Vec<String> = schemas.iter().map(|schema| composites.take(schema.model)).collect();
    let mut lines = vec!["erDiagram".to_owned()];
    let (mut embedded, foreign) = (Vec::new(), foreign_keys(schemas));
    for (schema, name) in schemas.iter().zip(&names) {
        let keys = Keys::of(schema, &foreign);
        draw_entity(name, Layout::from(*schema), &keys, &mut |shape| composites.name(shape), &mut lines, &mut embedded);
    }
    let mut drawn = 0;
    while let Some((shape, name)) = composites.get(drawn) {
        let layout = Layout::from(shape);
        draw_entity(&name, layout, &Keys::of_composite(shape, &foreign), &mut |shape| composites.name(shape), &mut lines, &mut embedded);
        drawn += 1;
    }
    lines.extend(lines_between(schemas).iter().map(|line| line.draw(&names)));
    lines.extend(embedded);
    lines.join("\n")
}

/// The keys and lists of ids that relations of these models go by, each with the model whose documents hold it. A key that is not there is a
/// fault that `connect` tells of.
fn foreign_keys(schemas: &[&'static Schema]) -> Vec<(&'static Schema, &'static KeyPath)> {
    let mut found = Vec::new();
    for schema in schemas.iter().copied() {
        for relation in schema.relations {
            let (here, there) = match relation.link {
                Link::Here(key) => (Some(key), None),
                Link::There(key) => (None, Some(key)),
                Link::Lists { ids, inverse } => (ids, inverse),
            };
            for (holder, key) in [(schema, here), ((relation.target)(), there)] {
                found.extend(key.and_then(|key| key_path(holder, key).ok()).map(|path| (holder, path)));
            }
        }
    }
    found
}

/// What makes fields of a model, or of a composite, keys.
struct Keys {
    /// The stored names of the fields that relations go by.
    foreign: Vec<&'static str>,
    /// The stored paths that are unique by themselves.
    unique: Vec<String>,
}

impl Keys {
    fn of(schema: &Schema, foreign: &[(&'static Schema, &'static KeyPath)]) -> Self {
        let own = foreign.iter().filter(|(holder, path)| std::ptr::eq(*holder, schema) && path.of.is_none());
        let unique = schema.indexes.iter().filter(|index| index.is_key() && index.keys.len() == 1);
        Self { foreign: own.map(|(_, path)| path.field.stored).collect(), unique: unique.flat_map(IndexSchema::fields).collect() }
    }

    /// A composite is drawn once, whichever models hold it.
    fn of_composite(shape: &'static Shape, foreign: &[(&'static Schema, &'static KeyPath)]) -> Self {
        let own = foreign.iter().filter(|(_, path)| path.of.is_some_and(|of| same_shape(of, shape)));
        Self { foreign: own.map(|(_, path)| path.field.stored).collect(), unique: Vec::new() }
    }

    fn marks(&self, field: &Field) -> String {
        let is_id = field.stored == "_id";
        let marks = [
            (is_id, "PK"),
            (self.foreign.contains(&field.stored), "FK"),
            (!is_id && self.unique.iter().any(|path| path == field.stored), "UK"),
        ];
        marks.iter().filter(|(holds, _)| *holds).map(|(_, mark)| *mark).collect::<Vec<_>>().join(", ")
    }
}

/// The entity of a model or a composite, and the lines from it to the composites that it holds.
fn draw_entity(name: &str, layout: Layout, keys: &Keys, namer: &mut Namer<'_>, lines: &mut Vec<String>, embedded: &mut Vec<String>) {
    lines.push(format!("    {} {{", quoted(name)));
    if let Some(tag) = layout.tag.filter(|tag| layout.field(tag.stored).is_none()) {
        lines.push(row("String", tag.stored, "", &stored_names(&tag)));
    }
    for (field, variants) in rows(layout) {
        let notes = notes(field, layout.tag, &variants);
        lines.push(row(&word(&type_word(&field.kind, namer), true), field.stored, &keys.marks(field), &notes));
        if let Some(shape) = shape_within(&field.kind) {
            let count = match field.kind {
                Kind::Composite(_) if field.absent == Absent::Null => Count::Optional,
                Kind::Composite(_) => Count::One,
                _ => Count::Many,
            };
            let line = between(name, Count::One, count, &namer(shape), field.stored);
            if !embedded.contains(&line) {
                embedded.push(line);
            }
        }
    }
    lines.push("    }".to_owned());
}

/// The fields of every document, and those of the variants, each once with the variants that have it.
fn rows(layout: Layout) -> Vec<(&'static Field, Vec<&'static str>)> {
    let mut rows: Vec<(&'static Field, Vec<&'static str>)> = layout.fields.iter().map(|field| (field, Vec::new())).collect();
    let common = rows.len();
    for variant in layout.tag.map_or(&[][..], |tag| tag.variants) {
        for field in variant.fields.iter().filter(|field| layout.field(field.stored).is_none()) {
            let is_alike = |other: &Field| other.stored == field.stored && same_type(&other.kind, &field.kind);
            match rows[common..].iter_mut().find(|(other, _)| is_alike(other)) {
                Some((_, variants)) => variants.push(variant.stored),
                None => rows.push((field, vec![variant.stored])),
            }
        }
    }
    rows
}

/// What the comment of a field says: its name in Rust, that it may be absent, and which variants have it where not all do.
fn notes(field: &Field, tag: Option<Tag>, variants: &[&str]) -> Vec<String> {
    if let Some(tag) = tag.filter(|tag| tag.stored == field.stored) {
        return stored_names(&tag);
    }
    let mut notes = Vec::new();
    notes.extend((field.name != field.stored).then(|| field.name.to_owned()));
    notes.extend((field.absent == Absent::Null).then(|| "optional".to_owned()));
    let is_of_some = tag.is_some_and(|tag| (1..tag.variants.len()).contains(&variants.len()));
    notes.extend(is_of_some.then(|| format!("of {}", variants.join(", "))));
    notes
}

fn stored_names(tag: &Tag) -> Vec<String> {
    tag.variants.iter().map(|variant| variant.stored.to_owned()).collect()
}

fn row(kind: &str, stored: &str, marks: &str, notes: &[String]) -> String {
    let name = word(stored, false);
    let renamed = (name != stored).then(|| format!("stored: {stored}"));
    let notes: Vec<&str> = renamed.iter().chain(notes).map(String::as_str).collect();
    let comment = if notes.is_empty() { String::new() } else { quoted(&notes.join(", ")) };
    let parts = [kind, &name, marks, &comment];
    format!("        {}", parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

/// A type in one word: `String[]`, `Map(Int64)`.
fn type_word(kind: &Kind, namer: &mut Namer<'_>) -> String {
    match kind {
        Kind::Array(item) => format!("{}[]", type_word(item, namer)),
        Kind::Map(value) => format!("Map({})", type_word(value, namer)),
        Kind::Composite(shape) => namer(shape()),
        scalar => scalar_text(scalar).to_owned(),
    }
}

/// A word that Mermaid takes as the name of a field, or as its type, which may have brackets.
fn word(text: &str, is_type: bool) -> String {
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '_' || is_type && "[]()".contains(char);
    let mut word: String = text.chars().map(|char| if fits(char) { char } else { '_' }).collect();
    if word.starts_with(|first: char| !first.is_ascii_alphabetic() && first != '_') {
        word.insert(0, '_');
    }
    // Mermaid reads these as marks, in either case.
    if ["pk", "fk", "uk"].iter().any(|mark| word.eq_ignore_ascii_case(mark)) {
        word.push('_');
    }
    word
}

/// Text in quotes, with Mermaid's own escapes for what would end it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '#' | '%' | '~' => quoted.push_str(&format!("#{};", u32::from(char))),
            char if char.is_control() => quoted.push(' '),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// How many there are at one end of a line.
#[derive(Clone, Copy, PartialEq)]
enum Count {
    One,
    Optional,
    Many,
}

fn between(left: &str, left_count: Count, right_count: Count, right: &str, label: &str) -> String {
    let left_end = match left_count {
        Count::One => "||",
        Count::Optional => "|o",
        Count::Many => "}o",
    };
    let right_end = match right_count {
        Count::One => "||",
        Count::Optional => "o|",
        Count::Many => "o{",
    };
    format!("    {} {left_end}--{right_end} {} : {}", quoted(left), quoted(right), quoted(label))
}

/// A relation, however many of its ends declare it.
struct Line {
    by: Link,
    /// The models, by number: that which is referred to, and that which has the key; of lists in the order in which they are met.
    ends: [usize; 2],
    counts: [Count; 2],
    /// The names of the relation, each with the end that declares it.
    names: Vec<(usize, &'static str)>,
}

impl Line {
    /// The end of this line at which `other` is declared, where both are one relation.
    fn end_of(&self, other: &Self, end: usize) -> Option<usize> {
        if (self.by, self.ends) == (other.by, other.ends) {
            return Some(end);
        }
        // Lists are declared the other way round from the other end.
        let (Link::Lists { ids, inverse }, [left, right]) = (other.by, other.ends) else { return None };
        let turned = (Link::Lists { ids: inverse, inverse: ids }, [right, left]);
        ((self.by, self.ends) == turned).then_some(1)
    }

    fn draw(&self, models: &[String]) -> String {
        let mut names = self.names.clone();
        names.sort_by_key(|(end, _)| *end);
        let label = names.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(" / ");
        let ([left, right], [left_count, right_count]) = (self.ends, self.counts);
        between(&models[left], left_count, right_count, &models[right], &label)
    }
}

/// The relations between these models, each once.
fn lines_between(schemas: &[&'static Schema]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (at, schema) in schemas.iter().enumerate() {
        for relation in schema.relations {
            let target = schemas.iter().position(|other| std::ptr::eq(*other, (relation.target)()));
            let Some(target) = target else { continue };
            let (line, end) = line_of(relation, [at, target], schemas);
            match lines.iter_mut().find_map(|known| known.end_of(&line, end).map(|end| (known, end))) {
                Some((known, end)) => known.names.push((end, relation.name)),
                None => lines.push(Line { names: vec![(end, relation.name)], ..line }),
            }
        }
    }
    lines
}

/// The line of a relation, and the end at which it is declared.
fn line_of(relation: &RelationSchema, [here, there]: [usize; 2], schemas: &[&'static Schema]) -> (Line, usize) {
    let by_key = |key: &'static str, holder: usize, referred: usize| {
        let is_optional = key_path(schemas[holder], key).is_ok_and(|path| path.is_optional);
        let referred_count = if is_optional { Count::Optional } else { Count::One };
        let holders = if relation.kind == RelationKind::OneToOne { Count::Optional } else { Count::Many };
        Line { by: Link::Here(key), ends: [referred, holder], counts: [referred_count, holders], names: Vec::new() }
    };
    match relation.link {
        Link::Here(key) => (by_key(key, here, there), 1),
        Link::There(key) => (by_key(key, there, here), 0),
        by @ Link::Lists { .. } => (Line { by, ends: [here, there], counts: [Count::Many; 2], names: Vec::new() }, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mermaid_does_not_take_is_replaced() {
        let words = ["_id", "town", "größe", "a-b c", "2nd", "uk", "Pk", "uk_name"].map(|text| word(text, false));
        assert_eq!(words, ["_id", "town", "gr__e", "a_b_c", "_2nd", "uk_", "Pk_", "uk_name"]);
        assert_eq!(word("Map(String[])", true), "Map(String[])");
        assert_eq!(quoted("größe \"a\" 5%\n"), "\"größe #34;a#34; 5#37; \"");
        assert_eq!(row("Int32", "größe", "UK", &["size".to_owned()]), "        Int32 gr__e UK \"stored: größe, size\"");
    }
}
