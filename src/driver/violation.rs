//! What the validator of a collection says of a document that it refuses, as the rules that are broken.
//!
//! Called by `fault` with the `errInfo` of an error 121. The server's explanation also holds the values: only the names of fields are taken from
//! it, and what the validator itself says.

use crate::{
    codec::HIDDEN_KEY,
    schema::{Broken, counted},
};
use bson::{Bson, Document};

const UNKNOWN: &str = "what the validator of its collection asks";

/// The rules that a document breaks, at least one.
pub(super) fn broken_rules(info: Option<&Document>) -> Vec<Broken> {
    let mut broken = Vec::new();
    if let Some(details) = info.and_then(|info| info.get_document("details").ok()) {
        collect(details, "", &mut broken);
    }
    if broken.is_empty() {
        broken.push(Broken { path: String::new(), rule: UNKNOWN.to_owned() });
    }
    broken
}

/// One part of the explanation, which says a rule or leads to others.
fn collect(detail: &Document, path: &str, broken: &mut Vec<Broken>) {
    let operator = detail.get_str("operatorName").unwrap_or_default();
    match operator {
        "required" => {
            let missing = texts(detail, "missingProperties").map(|name| (name, "a value"));
            broken.extend(missing.map(|(name, rule)| Broken { path: joined(path, name), rule: rule.to_owned() }));
        }
        "additionalProperties" if detail.contains_key("details") => collect_all(detail, "details", &joined(path, HIDDEN_KEY), broken),
        "additionalProperties" => {
            let rule = "to be left out, as it is not declared";
            broken.extend(texts(detail, "additionalProperties").map(|name| Broken { path: joined(path, name), rule: rule.to_owned() }));
        }
        "items" => {
            let index = detail.get("itemIndex").and_then(Bson::as_i64).or_else(|| detail.get_i32("itemIndex").ok().map(i64::from));
            let path = index.map_or_else(|| path.to_owned(), |index| format!("{path}[{index}]"));
            collect_all(detail, "details", &path, broken);
        }
        "anyOf" => collect_branches(detail, path, broken),
        _ if is_node(detail) => {
            for list in ["schemaRulesNotSatisfied", "propertiesNotSatisfied", "details"] {
                collect_all(detail, list, path, broken);
            }
        }
        _ if !operator.is_empty() => broken.push(Broken { path: path.to_owned(), rule: rule(detail, operator) }),
        _ => {}
    }
}

fn is_node(detail: &Document) -> bool {
    ["schemaRulesNotSatisfied", "propertiesNotSatisfied", "details"].iter().any(|list| detail.contains_key(list))
}

/// All parts of a list. What none of several shapes allows only says something where all else is well.
fn collect_all(detail: &Document, list: &str, path: &str, broken: &mut Vec<Broken>) {
    let (branched, plain): (Vec<&Document>, Vec<&Document>) = documents(detail, list).partition(|inner| is_branched(inner));
    let before = broken.len();
    for inner in plain {
        let path = inner.get_str("propertyName").map_or_else(|_| path.to_owned(), |name| joined(path, name));
        collect(inner, &path, broken);
    }
    if broken.len() == before {
        branched.iter().for_each(|inner| collect(inner, path, broken));
    }
}

fn is_branched(detail: &Document) -> bool {
    detail.get_str("operatorName").is_ok_and(|operator| operator == "anyOf")
}

/// Of several shapes that which the document says it has.
fn collect_branches(detail: &Document, path: &str, broken: &mut Vec<Broken>) {
    if let Some(branch) = documents(detail, "schemasNotSatisfied").find(|branch| !is_of_another_name(branch)) {
        collect_all(branch, "details", path, broken);
    }
}

/// Whether a shape has another name than the document: that is a field of which one value is allowed.
fn is_of_another_name(branch: &Document) -> bool {
    let properties = documents(branch, "details").flat_map(|rule| documents(rule, "propertiesNotSatisfied"));
    let mut rules = properties.flat_map(|property| documents(property, "details"));
    rules.any(|rule| specified(rule, "enum").and_then(Bson::as_array).is_some_and(|names| names.len() == 1))
}

/// A rule in the words in which the client says it, too.
fn rule(detail: &Document, operator: &str) -> String {
    let said = specified(detail, operator);
    let known = said.and_then(|said| match operator {
        "bsonType" => Some(types(said)),
        "enum" => said.as_array().map(|values| one_of(values)),
        "minimum" => plain(said).map(|least| format!("a value of at least {least}")),
        "maximum" => plain(said).map(|most| format!("a value of at most {most}")),
        "multipleOf" => Some("a whole number".to_owned()),
        "minLength" => length(said, "at least", "characters"),
        "maxLength" => length(said, "at most", "characters"),
        "minItems" => length(said, "at least", "items"),
        "maxItems" => length(said, "at most", "items"),
        "pattern" => said.as_str().map(|pattern| format!("a text that matches `{pattern}`")),
        _ => None,
    });
    known.unwrap_or_else(|| format!("{UNKNOWN} (`{operator}`)"))
}

/// What the validator says by this operator.
fn specified<'d>(detail: &'d Document, operator: &str) -> Option<&'d Bson> {
    detail.get_document("specifiedAs").ok()?.get(operator)
}

fn length(said: &Bson, bound: &str, what: &'static str) -> Option<String> {
    let length = plain(said)?;
    let what = counted(length.parse().unwrap_or_default(), what);
    Some(format!("{bound} {length} {what}"))
}

/// `a String or null`
fn types(said: &Bson) -> String {
    let names: Vec<&str> = match said {
        Bson::Array(names) => names.iter().filter_map(Bson::as_str).map(type_name).collect(),
        name => name.as_str().map(type_name).into_iter().collect(),
    };
    let article = if names.first().is_some_and(|name| name.starts_with(['A', 'I', 'O'])) { "an" } else { "a" };
    match names.as_slice() {
        [] => UNKNOWN.to_owned(),
        [one] => format!("{article} {one}"),
        [others @ .., last] => format!("{article} {} or {last}", others.join(", ")),
    }
}

/// A type of BSON as this library calls it.
fn type_name(name: &str) -> &str {
    match name {
        "bool" => "Boolean",
        "int" => "Int32",
        "long" => "Int64",
        "double" => "Double",
        "decimal" => "Decimal128",
        "string" => "String",
        "objectId" => "ObjectId",
        "date" => "Date",
        "timestamp" => "Timestamp",
        "binData" => "Binary",
        "array" => "Array",
        "object" => "Document",
        other => other,
    }
}

/// What is declared, not what is stored.
fn one_of(values: &[Bson]) -> String {
    let values = values.iter().map(|value| match value {
        Bson::String(name) => format!("`{name}`"),
        Bson::Null => "null".to_owned(),
        other => plain(other).unwrap_or_else(|| "a value of another type".to_owned()),
    });
    format!("one of {}", values.collect::<Vec<_>>().join(", "))
}

fn plain(number: &Bson) -> Option<String> {
    match number {
        Bson::Int32(number) => Some(number.to_string()),
        Bson::Int64(number) => Some(number.to_string()),
        Bson::Double(number) => Some(number.to_string()),
        _ => None,
    }
}

fn documents<'d>(detail: &'d Document, list: &str) -> impl Iterator<Item = &'d Document> + use<'d> {
    detail.get_array(list).map(Vec::as_slice).unwrap_or_default().iter().filter_map(Bson::as_document)
}

fn texts<'d>(detail: &'d Document, list: &str) -> impl Iterator<Item = &'d str> + use<'d> {
    detail.get_array(list).map(Vec::as_slice).unwrap_or_default().iter().filter_map(Bson::as_str)
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bson::doc;

    fn of(rules: Vec<Document>) -> Vec<String> {
        let info = doc! { "failingDocumentId": 1, "details": { "operatorName": "jsonSchema", "schemaRulesNotSatisfied": rules } };
        broken_rules(Some(&info)).iter().map(ToString::to_string).collect()
    }

    /// The rules that one field breaks.
    fn field(name: &str, details: Vec<Document>) -> Document {
        doc! { "operatorName": "properties", "propertiesNotSatisfied": [{ "propertyName": name, "details": details }] }
    }

    fn leaf(operator: &str, said: impl Into<Bson>) -> Document {
        doc! { "operatorName": operator, "specifiedAs": { operator: said.into() }, "reason": "it did", "consideredValue": "secret" }
    }

    #[test]
    fn each_rule_is_said_as_the_client_says_it() {
        let rules = vec![
            leaf("bsonType", "string"),
            leaf("bsonType", vec!["int", "long", "double", "null"]),
            leaf("bsonType", vec!["objectId", "null"]),
            leaf("enum", vec![Bson::from("A"), Bson::from(2), Bson::Null]),
            leaf("minimum", -3),
            leaf("maximum", 2.5),
            leaf("multipleOf", 1),
            leaf("minLength", 1),
            leaf("maxLength", 5_i64),
            leaf("minItems", 2),
            leaf("maxItems", 3),
            leaf("pattern", "^a\\z"),
            leaf("not", 1),
        ];
        let expected = [
            "a String",
            "an Int32, Int64, Double or null",
            "an ObjectId or null",
            "one of `A`, 2, null",
            "a value of at least -3",
            "a value of at most 2.5",
            "a whole number",
            "at least 1 character",
            "at most 5 characters",
            "at least 2 items",
            "at most 3 items",
            "a text that matches `^a\\z`",
            "what the validator of its collection asks (`not`)",
        ];
        assert_eq!(of(vec![field("f", rules)]), expected.map(|rule| format!("`f` needs {rule}")));
    }

    #[test]
    fn the_path_leads_through_lists_maps_and_documents() {
        let items = |details: Vec<Document>| doc! { "operatorName": "items", "itemIndex": 1_i64, "details": details };
        let entry =
            |details: Vec<Document>| doc! { "operatorName": "additionalProperties", "failingProperty": "secret", "details": details };
        let missing = doc! { "operatorName": "required", "specifiedAs": { "required": ["k"] }, "missingProperties": ["k", "l"] };
        let other = doc! { "operatorName": "additionalProperties", "specifiedAs": { "additionalProperties": false },
        "additionalProperties": ["more"] };
        assert_eq!(
            of(vec![
                field("list", vec![items(vec![field("k", vec![leaf("bsonType", "string")])])]),
                field("map", vec![entry(vec![items(vec![missing.clone()])])]),
                other,
                missing,
            ]),
            [
                "`list[1].k` needs a String",
                "`map.{…}[1].k` needs a value",
                "`map.{…}[1].l` needs a value",
                "`more` needs to be left out, as it is not declared",
                "`k` needs a value",
                "`l` needs a value",
            ]
        );
    }

    #[test]
    fn of_several_shapes_the_one_speaks_that_the_document_has() {
        let named = |name: &str| field("kind", vec![leaf("enum", vec![name])]);
        let branches = |branches: Vec<Vec<Document>>| {
            let branches: Vec<Document> = branches.into_iter().map(|details| doc! { "index": 0, "details": details }).collect();
            doc! { "operatorName": "anyOf", "schemasNotSatisfied": branches }
        };
        let missing = |name: &str| doc! { "operatorName": "required", "missingProperties": [name] };
        let one = branches(vec![vec![named("a"), missing("w")], vec![field("x", vec![leaf("bsonType", "string")])]]);
        assert_eq!(of(vec![field("union", vec![one])]), ["`union.x` needs a String"]);
        // Of an unknown name only that is told, and of a missing one not what the first shape has.
        let none = branches(vec![vec![named("a")], vec![named("b")]]);
        let tag = field("kind", vec![leaf("enum", vec!["a", "b"])]);
        assert_eq!(of(vec![tag, none.clone()]), ["`kind` needs one of `a`, `b`"]);
        assert_eq!(of(vec![missing("kind"), branches(vec![vec![missing("w")]])]), ["`kind` needs a value"]);
        assert_eq!(of(vec![none]), [format!("it needs {UNKNOWN}")]);
        // A range beside what is in none.
        let range = branches(vec![vec![leaf("maximum", 3.0)], vec![leaf("enum", vec![f64::NAN, f64::INFINITY])]]);
        assert_eq!(of(vec![field("d", vec![range])]), ["`d` needs a value of at most 3"]);
    }

    #[test]
    fn what_is_not_understood_is_said_without_a_value() {
        let of_query = doc! { "details": { "operatorName": "$ne", "specifiedAs": { "note": { "$ne": "secret" } }, "reason": "it did" } };
        let broken = broken_rules(Some(&of_query));
        assert_eq!(broken[0].to_string(), format!("it needs {UNKNOWN} (`$ne`)"));
        assert_eq!(broken_rules(None)[0].to_string(), format!("it needs {UNKNOWN}"));
        assert_eq!(broken_rules(Some(&doc! { "details": 1 })).len(), 1);
    }
}
