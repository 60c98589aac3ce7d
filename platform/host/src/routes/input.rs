//! Holds the body of an API call against the OpenAPI document before the handler sees it, so that every fault is told at
//! its field. What the document can't say (a slot that is gone, a name of the wrong length) is the use case's to check.
#![expect(
    clippy::indexing_slicing,
    reason = "reading a JSON value by name gives null where there is nothing"
)]

use std::collections::HashMap;

use events::Instant;
use kernel::{FieldError, Problem};
use poem::http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

/// Faults told at most, and levels looked into at most.
const MOST: usize = 50;
const DEEPEST: usize = 16;

/// The JSON bodies that the operations of one path take.
#[derive(Debug, Default)]
pub struct Bodies {
    schemas: HashMap<Method, Value>,
    components: Value,
}

impl Bodies {
    /// Those of `path` in a document.
    #[must_use]
    pub fn of(spec: &Value, path: &str) -> Self {
        let item = spec["paths"][path].as_object();
        let schema = |(method, operation): (&String, &Value)| {
            let content = operation["requestBody"]["content"].as_object()?;
            let (_, media) = content.iter().find(|(kind, _)| kind.starts_with("application/json"))?;
            Some((Method::from_bytes(method.to_uppercase().as_bytes()).ok()?, media["schema"].clone()))
        };
        let schemas = item.into_iter().flatten().filter_map(schema).collect();
        Self { schemas, components: spec["components"]["schemas"].clone() }
    }
    /// Whether calls of this method have a body to be checked.
    #[must_use]
    pub fn takes(&self, method: &Method) -> bool {
        self.schemas.contains_key(method)
    }
    /// Checks a body.
    ///
    /// # Errors
    /// 415 when it is not JSON, 422 at each field at fault.
    pub fn check(&self, method: &Method, headers: &HeaderMap, body: &[u8]) -> Result<(), Problem> {
        let Some(schema) = self.schemas.get(method) else { return Ok(()) };
        let kind =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !is_json(kind) {
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"));
        }
        let Ok(value) = serde_json::from_slice::<Value>(body) else {
            return Err(Problem::field("", "json"));
        };
        let mut faults = Vec::new();
        self.look(schema, &value, "", 0, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    fn look(&self, schema: &Value, value: &Value, at: &str, depth: usize, faults: &mut Vec<FieldError>) {
        if depth > DEEPEST || faults.len() >= MOST {
            return;
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return self.look(&self.components[name], value, at, depth + 1, faults);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.look(part, value, at, depth + 1, faults);
        }
        if let Some(expected) = schema["type"].as_str().filter(|expected| !is(expected, value)) {
            faults.push(FieldError::new(at, "wrong_type").arg("expected", expected));
            return;
        }
        if let Some(known) = schema["enum"].as_array().filter(|known| !known.contains(value)) {
            let list: Vec<_> = known.iter().filter_map(Value::as_str).collect();
            faults.push(FieldError::new(at, "not_one_of").arg("values", list.join(", ")));
        }
        faults.extend(bounds(schema, value, at));
        match value {
            Value::Object(_) => self.look_inside(schema, value, at, depth, faults),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.look(&schema["items"], item, &join(at, &index.to_string()), depth + 1, faults);
                }
            }
            Value::String(text) if text.contains('\0') => {
                faults.push(FieldError::new(at, "control_characters"))
            }
            _ => {}
        }
    }

    fn look_inside(
        &self,
        schema: &Value,
        value: &Value,
        at: &str,
        depth: usize,
        faults: &mut Vec<FieldError>,
    ) {
        let required =
            |name: &str| schema["required"].as_array().is_some_and(|list| list.iter().any(|it| it == name));
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let here = join(at, name);
            match value.get(name) {
                None | Some(Value::Null) if required(name) => faults.push(FieldError::new(here, "required")),
                None | Some(Value::Null) => {}
                Some(inner) => self.look(property, inner, &here, depth + 1, faults),
            }
        }
    }
}

/// Whether a content type is JSON, parameters left aside; its case does not count.
fn is_json(kind: &str) -> bool {
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// What is wrong with the size or form of a number or text.
fn bounds(schema: &Value, value: &Value, at: &str) -> Option<FieldError> {
    match value {
        Value::String(text) => text_bounds(schema, text, at),
        Value::Number(number) => number_bounds(schema, number, at),
        _ => None,
    }
}

fn text_bounds(schema: &Value, text: &str, at: &str) -> Option<FieldError> {
    let (least, most) =
        (schema["minLength"].as_u64().unwrap_or(0), schema["maxLength"].as_u64().unwrap_or(u64::MAX));
    let count = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    if count == 0 && least > 0 {
        Some(FieldError::new(at, "required"))
    } else if count < least {
        Some(FieldError::new(at, "too_short").arg("min", least))
    } else if count > most {
        Some(FieldError::new(at, "too_long").arg("max", most))
    } else if schema["format"] == "date-time" && text.parse::<Instant>().is_err() {
        Some(FieldError::new(at, "not_an_instant"))
    } else if schema["pattern"].as_str().is_some_and(|pattern| !is_identifier(pattern, text)) {
        Some(FieldError::new(at, "unreadable"))
    } else {
        None
    }
}

/// Holds a text against the pattern of an identifier (`^bkg_[0-9a-f]{32}$`), the only ones there are in bodies.
fn is_identifier(pattern: &str, text: &str) -> bool {
    let prefix = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix("[0-9a-f]{32}$"));
    let digits =
        |rest: &str| rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    prefix.is_none_or(|prefix| text.strip_prefix(prefix).is_some_and(digits))
}

fn number_bounds(schema: &Value, number: &serde_json::Number, at: &str) -> Option<FieldError> {
    let (least, most) = match schema["format"].as_str() {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let bound = |name: &str, otherwise: i64| match &schema[name] {
        Value::Number(bound) => {
            bound.as_i64().or_else(|| bound.to_string().strip_suffix(".0")?.parse().ok()).unwrap_or(otherwise)
        }
        _ => otherwise,
    };
    let (least, most) = (bound("minimum", least), bound("maximum", most));
    let fits = if schema["type"] == "integer" {
        number.as_i64().is_some_and(|n| (least..=most).contains(&n))
    } else {
        true
    };
    (!fits).then(|| FieldError::new(at, "out_of_range").arg("min", least).arg("max", most))
}

fn join(at: &str, name: &str) -> String {
    let name = name.replace('~', "~0").replace('/', "~1");
    if at.is_empty() { name } else { format!("{at}/{name}") }
}

fn is(expected: &str, value: &Value) -> bool {
    match expected {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(body: &Value) -> Vec<(String, &'static str)> {
        let spec = json!({
            "paths": { "/x": { "post": { "requestBody": { "content": { "application/json; charset=utf-8": {
                "schema": { "$ref": "#/components/schemas/New" } } } } } } },
            "components": { "schemas": {
                "New": { "type": "object", "required": ["name", "lines"], "properties": {
                    "name": { "type": "string" },
                    "note": { "type": "string" },
                    "kind": { "type": "string", "enum": ["a", "b"] },
                    "title": { "type": "string", "minLength": 1, "maxLength": 3 },
                    "at": { "type": "string", "format": "date-time" },
                    "id": { "type": "string", "pattern": "^bkg_[0-9a-f]{32}$" },
                    "size": { "type": "integer", "minimum": 1.0, "maximum": 9.0 },
                    "small": { "type": "integer", "format": "int32" },
                    "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } } } },
                "Line": { "type": "object", "required": ["count"], "properties": { "count": { "type": "integer" } } },
            } },
        });
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        let result = Bodies::of(&spec, "/x").check(&Method::POST, &headers, body.to_string().as_bytes());
        result
            .err()
            .map(|problem| problem.fields.into_iter().map(|f| (f.field, f.code)).collect())
            .unwrap_or_default()
    }

    #[test]
    fn sizes_and_forms_are_held_against_the_document() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "name": "x", "lines": [] });
            body[name] = value;
            faults(&body).into_iter().map(|(_, code)| code).collect::<Vec<_>>()
        };
        let id = format!("bkg_{}", "0a".repeat(16));
        for (name, good) in [
            ("title", json!("äöü")),
            ("at", json!("2026-11-21T09:00:00Z")),
            ("id", json!(id)),
            ("size", json!(9)),
            ("small", json!(i32::MIN)),
        ] {
            assert!(with(name, good).is_empty(), "{name}");
        }
        for (name, bad, code) in [
            ("title", json!(""), "required"),
            ("title", json!("äöüß"), "too_long"),
            ("at", json!("tomorrow"), "not_an_instant"),
            ("id", json!("bkg_1"), "unreadable"),
            ("id", json!(id.replace("bkg", "ord")), "unreadable"),
            ("size", json!(0), "out_of_range"),
            ("size", json!(10), "out_of_range"),
            ("small", json!(1_i64 << 40), "out_of_range"),
            ("small", json!(u64::MAX), "out_of_range"),
        ] {
            assert_eq!(with(name, bad), [code], "{name}");
        }
    }

    #[test]
    fn the_kind_of_a_body_is_read_as_written_or_not() {
        assert!(is_json("application/json") && is_json("Application/JSON ; charset=utf-8"));
        assert!(!is_json("application/jsonp") && !is_json("text/plain") && !is_json(""));
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        assert_eq!(faults(&json!({ "name": "x", "lines": [], "note": null })), []);
        assert_eq!(
            faults(&json!({ "name": 5, "kind": "c", "lines": [{ "count": 1 }, { "count": 1.5 }, {}] })),
            [
                ("name".into(), "wrong_type"),
                ("kind".into(), "not_one_of"),
                ("lines/1/count".into(), "wrong_type"),
                ("lines/2/count".into(), "required"),
            ]
        );
        assert_eq!(faults(&json!([])), [(String::new(), "wrong_type")]);
        assert_eq!(
            faults(&json!({ "name": "a\0b", "lines": null })),
            [("name".into(), "control_characters"), ("lines".into(), "required"),]
        );
    }
}
