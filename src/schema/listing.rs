//! A schema as text: a line for each field, relation and index, and the composites below.
//!
//! Printed from what `describe` makes of it, so that what compares equal prints alike.

use super::{
    Schema,
    describe::{
        CompositeDescription, Description, EnumDescription, FieldDescription, IndexDescription, LimitsDescription, RelationDescription,
        TagDescription,
    },
};
use std::fmt;

/// A listing to read: names in Rust with the stored ones where they differ, types, and what else is declared.
///
/// ```
/// # use chakra::prelude::*;
/// #[derive(Model)]
/// struct User {
///     #[chakra(id)]
///     id: Id<User>,
///     #[chakra(name = "mail", unique, max_length = 50)]
///     email: String,
///     bio: Option<String>,
/// }
/// let text = "\
/// User in `users`
///   id as _id: ObjectId, id, default = auto()
///   email as mail: String, unique, max_length = 50
///   bio: String?
///   unique index mail_1: mail";
/// assert_eq!(User::schema().to_string(), text);
/// ```
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&lines(&Description::of(self)).join("\n"))
    }
}

fn lines(model: &Description) -> Vec<String> {
    let by = model.tag.as_ref().map_or_else(String::new, |tag| format!(", one of several shapes by {}", tag.stored));
    let mut lines = vec![format!("{} in `{}`{by}", model.model, model.collection)];
    let notes =
        [(model.extra, "keeps unknown fields"), (model.deny_unknown, "refuses unknown fields"), (!model.sync, "not touched by sync")];
    lines.extend(notes.iter().filter(|(holds, _)| *holds).map(|(_, note)| format!("  {note}")));
    let unique: Vec<&str> = model.indexes.iter().filter_map(|index| index.of_one_unique()).collect();
    lines.extend(model.fields.iter().map(|field| format!("  {}", field_line(field, unique.contains(&field.stored)))));
    variant_lines(model.tag.as_ref(), "  ", &mut lines);
    lines.extend(model.relations.iter().map(|relation| format!("  {}", relation_line(relation, model.model))));
    lines.extend(model.indexes.iter().map(|index| format!("  {}", index_line(index))));
    for composite in &model.composites {
        composite_lines(composite, &mut lines);
    }
    lines
}

fn composite_lines(composite: &CompositeDescription, lines: &mut Vec<String>) {
    let by = composite.tag.as_ref().map_or_else(String::new, |tag| format!(", one of several shapes by {}", tag.stored));
    lines.push(format!("  composite {}{by}", composite.name));
    lines.extend(composite.closed.then(|| "    keeps or refuses unknown fields".to_owned()));
    lines.extend(composite.fields.iter().map(|field| format!("    {}", field_line(field, false))));
    variant_lines(composite.tag.as_ref(), "    ", lines);
}

fn variant_lines(tag: Option<&TagDescription>, indent: &str, lines: &mut Vec<String>) {
    for variant in tag.map_or(&[][..], |tag| tag.variants.as_slice()) {
        lines.push(format!("{indent}variant {}", named(variant.name, variant.stored)));
        lines.extend(variant.fields.iter().map(|field| format!("{indent}  {}", field_line(field, false))));
    }
}

/// The name in Rust, and the stored one where it differs.
fn named(name: &str, stored: &str) -> String {
    if name == stored { name.to_owned() } else { format!("{name} as {stored}") }
}

fn field_line(field: &FieldDescription, unique: bool) -> String {
    let optional = if field.optional { "?" } else { "" };
    let mut parts = vec![format!("{}: {}{optional}", named(field.name, field.stored), field.kind)];
    parts.extend(field.role.map(str::to_owned));
    parts.extend(unique.then(|| "unique".to_owned()));
    parts.extend(field.variants.as_ref().map(values_text));
    parts.extend(field.range.as_ref().map(|[min, max]| format!("{min} to {max}")));
    // The role says it.
    if !matches!(field.role, Some("updated_at" | "version")) {
        parts.extend(field.default.as_ref().map(|default| format!("default = {default}")));
        parts.extend(field.generated.as_deref().map(|generator| match generator {
            "auto_increment" => generator.to_owned(),
            generator => format!("default = {generator}"),
        }));
    }
    parts.extend(field.computed.then(|| "default computed".to_owned()));
    parts.extend(field.null.then(|| "null".to_owned()));
    parts.extend(field.limits.as_ref().map(limits_text));
    parts.join(", ")
}

fn values_text(stored: &EnumDescription) -> String {
    let values = stored.values.iter().enumerate().map(|(at, value)| match stored.names {
        Some(names) => format!("{value} ({})", names.get(at).copied().unwrap_or_default()),
        None => value.to_string(),
    });
    let other = stored.open.then(|| "any other".to_owned());
    format!("one of {}", values.chain(other).collect::<Vec<_>>().join(" | "))
}

fn limits_text(limits: &LimitsDescription) -> String {
    let parts = [
        limits.min_length.map(|length| format!("min_length = {length}")),
        limits.max_length.map(|length| format!("max_length = {length}")),
        limits.min.as_ref().map(|least| format!("min = {least}")),
        limits.max.as_ref().map(|most| format!("max = {most}")),
        limits.pattern.map(|pattern| format!("pattern = {pattern:?}")),
        limits.validate.map(|rule| format!("validate = {rule}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn relation_line(relation: &RelationDescription, model: &str) -> String {
    let target = relation.target;
    let many = matches!(relation.kind.as_str(), "OneToMany" | "ManyToMany");
    let held = match (many, relation.required) {
        (true, _) => format!("[{target}]"),
        (false, true) => target.to_owned(),
        (false, false) => format!("{target}?"),
    };
    let mut parts = vec![format!("relation {}: {held}", relation.name), relation.kind.clone()];
    parts.extend(relation.foreign_key.map(|key| match relation.key_of {
        Some(holder) if holder != model => format!("foreign_key = {key} of {holder}"),
        _ => format!("foreign_key = {key}"),
    }));
    parts.extend(relation.references.map(|field| format!("references = {field}")));
    parts.extend(relation.ids.map(|ids| format!("ids = {ids}")));
    parts.extend(relation.inverse_ids.map(|ids| format!("inverse_ids = {ids}")));
    parts.extend(relation.inverse_of.map(|inverse| format!("inverse_of = {inverse}")));
    parts.join(", ")
}

fn index_line(index: &IndexDescription) -> String {
    let keys = index.keys.iter().map(|key| match (key.direction, key.weight) {
        (Some(-1), _) => format!("{} descending", key.path),
        (_, Some(weight @ 2..)) => format!("{} (weight {weight})", key.path),
        _ => key.path.clone(),
    });
    let language = index.language.map(|language| format!("language = {language:?}"));
    let kind = match (index.unique, index.text) {
        (true, _) => "unique ",
        (false, true) => "text ",
        (false, false) => "",
    };
    format!("{kind}index {}: {}", index.name, keys.chain(language).collect::<Vec<_>>().join(", "))
}

impl IndexDescription {
    /// The path of a unique key that is one field.
    fn of_one_unique(&self) -> Option<&str> {
        match self.keys.as_slice() {
            [only] if self.unique => Some(&only.path),
            _ => None,
        }
    }
}
