//! [`Plain`]: a stored value as people read it, in JSON and in a listing.
//!
//! Made by `describe` from the constants of a declaration. It says no types: beside it stands that of the field.

use bson::{Bson, Document, oid::ObjectId};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use std::fmt;

/// A stored value without its BSON type: dates are RFC 3339, ids and bytes are hex digits, and numbers that JSON lacks are text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Whole(i64),
    /// Finite.
    Double(f64),
    Text(String),
    List(Vec<Plain>),
    Document(#[serde(serialize_with = "as_map")] Vec<(String, Plain)>),
}

impl Plain {
    /// A number that is whole wherever it can be: the bound of a limit.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn number(number: f64) -> Self {
        // Beyond 2^53 a Double stands for several whole numbers.
        let is_exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
        if is_exact { Self::Whole(number as i64) } else { Self::double(number) }
    }

    fn double(number: f64) -> Self {
        if number.is_finite() { Self::Double(number) } else { Self::Text(number.to_string()) }
    }

    fn date(date: bson::DateTime) -> Self {
        let millis = date.timestamp_millis();
        let text = DateTime::<Utc>::from_timestamp_millis(millis).map(|date| date.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        text.map_or(Self::Whole(millis), Self::Text)
    }

    fn hex(bytes: &[u8]) -> Self {
        Self::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn document(document: Document) -> Self {
        Self::Document(document.into_iter().map(|(name, value)| (name, Self::from(value))).collect())
    }
}

impl From<Bson> for Plain {
    fn from(value: Bson) -> Self {
        match value {
            Bson::Null | Bson::Undefined => Self::Null,
            Bson::Boolean(value) => Self::Bool(value),
            Bson::Int32(number) => Self::Whole(number.into()),
            Bson::Int64(number) => Self::Whole(number),
            Bson::Double(number) => Self::double(number),
            Bson::String(text) | Bson::Symbol(text) => Self::Text(text),
            Bson::ObjectId(id) => Self::Text(ObjectId::to_hex(id)),
            Bson::DateTime(date) => Self::date(date),
            Bson::Binary(binary) => Self::hex(&binary.bytes),
            Bson::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Bson::Document(document) => Self::document(document),
            // Decimal128 and what no declaration has as a constant.
            other => Self::Text(other.to_string()),
        }
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Whole(number) => number.fmt(f),
            // With a point, to tell it from a whole number.
            Self::Double(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::List(items) => write!(f, "[{}]", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            Self::Document(fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(f, "{{{}}}", fields.join(", "))
            }
        }
    }
}

fn as_map<S: Serializer>(fields: &[(String, Plain)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use bson::{Binary, doc, spec::BinarySubtype};

    #[test]
    fn every_value_has_a_plain_form_in_json_and_in_text() {
        let bytes = Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 255] };
        let id = ObjectId::parse_str("65a1b2c3d4e5f60718293a4b").unwrap();
        let values = doc! {
            "null": Bson::Null, "bool": true, "int": 1, "long": 1_i64 << 60, "double": 1.0, "nan": f64::NAN, "text": "a\"b",
            "id": id, "date": bson::DateTime::from_millis(1_500), "bytes": bytes, "list": [1, "a"], "nested": { "b": 2, "a": {} },
        };
        let plain = Plain::from(Bson::from(values));
        let json = serde_json::json!({
            "null": null, "bool": true, "int": 1, "long": 1_i64 << 60, "double": 1.0, "nan": "NaN", "text": "a\"b",
            "id": "65a1b2c3d4e5f60718293a4b", "date": "1970-01-01T00:00:01.500Z", "bytes": "01ff", "list": [1, "a"],
            "nested": { "b": 2, "a": {} },
        });
        assert_eq!(serde_json::to_value(&plain).unwrap(), json);
        let text = [
            r#"{null: null, bool: true, int: 1, long: 1152921504606846976, double: 1.0, nan: "NaN", text: "a\"b""#,
            r#"id: "65a1b2c3d4e5f60718293a4b", date: "1970-01-01T00:00:01.500Z", bytes: "01ff", list: [1, "a"]"#,
            "nested: {b: 2, a: {}}}",
        ];
        assert_eq!(plain.to_string(), text.join(", "));
        assert_eq!(plain, plain.clone(), "NaN does not make a declaration differ from itself");
    }

    #[test]
    fn a_bound_is_whole_where_it_can_be() {
        assert_eq!([Plain::number(-3.0), Plain::number(0.5)], [Plain::Whole(-3), Plain::Double(0.5)]);
        assert_eq!(Plain::number(1e300), Plain::Double(1e300));
    }
}
