//! A schema as text: a line for each field, relation and index, and the composites below.
//!
//! Printed from what `describe` makes of it, so that what compares equal prints alike.

use super::{
    Schema,
    describe::{
        CompositeDescription, Description, EnumDescription, FieldDescription, LimitsDescription, RelationDescription, TagDescription,
    },
    describe_index::{IndexDescription, IndexKeyDescription, StorageDescription},
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
    lines.extend(model.storage.as_ref().map(|storage| format!("  {}", storage_text(storage))));
    let notes = [
        (model.extra, "keeps unknown fields"),
        (model.deny_unknown, "refuses unknown fields"),
        (model.validator, "checked by the server"),
        (!model.sync, "not touched by sync"),
    ];
    lines.extend(notes.iter().filter(|(holds, _)| *holds).map(|(_, note)| format!("  {note}")));
    let unique: Vec<&str> = model.indexes.iter().filter_map(|index| index.of_one_key()).collect();
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
    parts.extend(relation.on_delete.as_ref().map(|action| format!("on_delete = {action}")));
    parts.extend(relation.on_update.as_ref().map(|action| format!("on_update = {action}")));
    parts.join(", ")
}

fn index_line(index: &IndexDescription) -> String {
    let mut parts: Vec<String> = index.keys.iter().map(key_text).collect();
    parts.extend((!index.only.is_empty()).then(|| format!("only {}", index.only.join(" and "))));
    parts.extend((!index.except.is_empty()).then(|| format!("except {}", index.except.join(" and "))));
    parts.extend(index.language.map(|language| format!("language = {language:?}")));
    parts.extend(index.language_field.map(|field| format!("language_field = {field:?}")));
    parts.extend(index.sparse.then(|| "sparse".to_owned()));
    parts.extend(index.hidden.then(|| "hidden".to_owned()));
    parts.extend(index.expire_after.map(|seconds| format!("expire_after = {seconds} s")));
    parts.extend(index.orphans.map(|orphans| format!("orphans = {orphans}")));
    parts.extend(index.partial.as_ref().map(|filter| format!("partial = {filter}")));
    parts.extend(index.collation.as_ref().map(|collation| format!("collation = {collation}")));
    let kind = match (index.unique, index.text) {
        (true, _) => "unique ",
        (false, true) => "text ",
        (false, false) => "",
    };
    format!("{kind}index {}: {}", index.name, parts.join(", "))
}

fn key_text(key: &IndexKeyDescription) -> String {
    match (key.direction, key.kind, key.weight) {
        (Some(-1), ..) => format!("{} descending", key.path),
        (_, Some(kind), _) if key.path.is_empty() => kind.to_owned(),
        (_, Some(kind), _) => format!("{} {kind}", key.path),
        (_, _, Some(weight @ 2..)) => format!("{} (weight {weight})", key.path),
        _ => key.path.clone(),
    }
}

fn storage_text(storage: &StorageDescription) -> String {
    let mut parts = Vec::new();
    match storage {
        StorageDescription::Capped { size, max } => {
            parts.push(format!("capped, {size} bytes"));
            parts.extend(max.map(|max| format!("{max} documents")));
        }
        StorageDescription::Clustered => parts.push("clustered by the id".to_owned()),
        StorageDescription::TimeSeries { time, meta, granularity, expire_after, orphans } => {
            parts.push(format!("a time series by {time}"));
            parts.extend(meta.map(|meta| format!("of each {meta}")));
            parts.push((*granularity).to_owned());
            parts.extend(expire_after.map(|seconds| format!("expire_after = {seconds} s")));
            parts.extend(orphans.map(|orphans| format!("orphans = {orphans}")));
        }
    }
    parts.join(", ")
}
